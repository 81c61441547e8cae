// Begins, tells and moves running flows. Called by flows/actions-*.ts, flows/reactions.ts, and whoever holds runs by themselves (chat, pages).
import type { Who } from "#contract/actor.ts";
import { isRefusal, refuse, type Refusal } from "#contract/errors.ts";
import type { FlowDocument, FlowValue } from "#contract/flows.ts";
import type { FlowEnding, FlowInput, FlowOutput, FlowSurroundings } from "#contract/flow-runs.ts";
import type { ConcernId, FlowId, FlowRunId, MessageId } from "#contract/ids.ts";
import { say, type Said } from "#modules/audit/actions.ts";
import { isInHands, noteSpoken, sayByFlow } from "#modules/concerns/actions-flows.ts";
import { holdAnswers, lockForRule } from "#modules/concerns/actions-ruled.ts";
import type { ConcernState } from "#modules/concerns/model.ts";
import { endedIn, spokenOf, toConcern } from "#modules/flows/actions-handing.ts";
import type { FlowWorld } from "#modules/flows/ground.ts";
import { openQuestion, step, type Stepped } from "#modules/flows/model.ts";
import { messageOf } from "#modules/flows/model-parts.ts";
import { render } from "#modules/flows/model-render.ts";
import { wordsOf } from "#modules/flows/model-words.ts";
import {
  isSpoken,
  stuckState,
  type RunContact,
  type RunFile,
  type RunPlace,
  type RunRecord,
  type RunSaid,
  type Told,
} from "#modules/flows/model-runs.ts";
import {
  assigneeOf,
  documentOf,
  dropEffects,
  insertEffects,
  insertPassed,
  insertRun,
  insertSaid,
  lockRun,
  published,
  runById,
  saidById,
  saveRun,
} from "#modules/flows/store-running.ts";
import type { Tx } from "#platform/db/db.ts";

const hourMs = 3_600_000;

/** A run under its lock and, of one in a concern, that concern under its own (taken before); null: it is gone, or everything of it is in another one. */
export interface HeldRun {
  readonly run: RunRecord;
  readonly concern: ConcernState | null;
}

/** The flow itself, as whoever does something. */
export const asHelper = (run: Pick<RunRecord, "flowId" | "name">): Who => ({
  kind: "helper",
  id: run.flowId,
  name: run.name,
});

/** Takes the locks, in the order in which everybody takes them: an address's answers, the concern, the run. Null: there is no such run. */
export const holdRun = async (tx: Tx, runId: FlowRunId): Promise<HeldRun | null> => {
  const found = await runById(tx, runId);
  if (found === null) return null;
  const { concernId, brandId } = found.place;
  let concern: ConcernState | null = null;
  if (concernId !== null && found.state.over === null) {
    await holdAnswers(tx, { id: concernId, brandId });
    concern = await lockForRule(tx, concernId);
  }
  const run = await lockRun(tx, runId);
  return run === null ? null : { run, concern };
};

/** What was said to a flow by the customer. `isMessage`: it is a message of the concern, which has its words. */
export interface Heard {
  readonly id: string;
  readonly shown: string;
  readonly files: readonly RunFile[];
  readonly isMessage: boolean;
}

/** Tells a run that is held something, and does all that follows. Nothing of it is said once somebody of us speaks in its concern. */
export const advance = async (
  world: FlowWorld,
  tx: Tx,
  who: Who,
  held: HeldRun,
  told: FlowInput,
  heard: Heard | null,
): Promise<Told> => {
  const { run, concern } = held;
  if (run.state.over !== null) return { run, said: [] };
  const { concernId } = run.place;
  const silent =
    concernId !== null &&
    (concern === null ||
      (await isInHands(tx, concern, { seq: run.sinceSeq, assigneeId: await assigneeOf(tx, run.id) })));
  const input: FlowInput = silent ? { kind: "stopped" } : told;
  const document = await documentOf(tx, run.flowId, run.version);
  const around = await aroundOf(world, tx, run);
  const isSecret = openQuestion(document, run.state, around)?.secret === true;
  const stepped = step(document, run.state, input, around);
  return carry(world, tx, who, {
    held,
    document,
    around,
    stepped,
    heard: heard !== null && isSecret ? { ...heard, shown: "•••" } : heard,
    by: null,
  });
};

const aroundOf = (world: FlowWorld, tx: Tx, run: Pick<RunRecord, "place" | "verified">): Promise<FlowSurroundings> =>
  world.flowGround.surroundings(tx, {
    brandId: run.place.brandId,
    channelId: run.place.channelId,
    medium: run.place.medium,
    verified: run.verified,
  });

interface Carrying {
  readonly held: HeldRun;
  readonly document: FlowDocument;
  readonly around: FlowSurroundings;
  readonly stepped: Stepped;
  readonly heard: Heard | null;
  /** It begins now in a concern, and how; null: it goes on, or is held by itself. */
  readonly by: "entry" | "desk" | null;
}

/** Keeps what a step came to: what was said, what is to be done, what was counted, how it ended. */
const carry = async (world: FlowWorld, tx: Tx, who: Who, carrying: Carrying): Promise<Told> => {
  const { held, document, around, stepped, heard, by } = carrying;
  const { run: before } = held;
  const at = world.now().toISOString();
  const ours = asHelper(before);
  const spoken = stepped.outputs.filter(isSpoken);
  const said: RunSaid[] = [];
  const add = (one: Pick<RunSaid, "id" | "direction" | "text" | "outputs" | "files">): void => {
    said.push({ ...one, runId: before.id, seq: before.lastSeq + said.length + 1, at });
  };
  if (heard !== null)
    add({
      id: heard.id,
      direction: "in",
      text: heard.isMessage ? "" : heard.shown,
      outputs: [],
      files: heard.isMessage ? [] : heard.files,
    });
  let { state } = stepped;
  let ending: FlowEnding | null = stepped.outputs.find((output) => output.kind === "end")?.ending ?? null;
  let { concern } = held;
  if (spoken.length > 0) {
    const id = world.newId();
    const spoke =
      concern === null || before.place.holder !== null
        ? null
        : await speak(world, tx, ours, before, concern, id, spoken, around);
    if (spoke !== null && isRefusal(spoke)) {
      // Nothing may go there any more: people see to it.
      world.log.warn("flow.notSaid", { runId: before.id, code: spoke.refused });
      ({ state, ending } = stuckState(stepped.state));
    } else {
      concern = spoke ?? concern;
      add({ id, direction: "out", text: "", outputs: spoken, files: [] });
    }
  }
  // What is said at a page of a concern's dialogue stands in the concern, too.
  if (concern !== null && before.place.holder !== null && said.length > 0)
    concern = await noteSpoken(
      world,
      tx,
      ours,
      concern,
      said.filter(() => heard?.isMessage !== true).map((each) => spokenOf({ ...before, state }, each, around.zone)),
      before.name,
    );
  const question = openQuestion(document, state, around);
  const run: RunRecord = {
    ...before,
    place: { ...before.place, language: state.language },
    state,
    movedAt: said.length > 0 ? at : before.movedAt,
    lastSeq: before.lastSeq + said.length,
    endedAt: state.over === null ? null : at,
    ending,
    question: question === null ? null : wordsOf(question.text, state.language, before.place.medium, around.zone),
  };
  const rests = state.awaiting?.for === "answer";
  const restsAt = rests ? new Date(Date.parse(at) + document.restHours * hourMs).toISOString() : null;
  await insertSaid(tx, said);
  await insertPassed(tx, run, at, passedOf(before, stepped.outputs, ending));
  if (state.over !== null) await dropEffects(tx, run.id);
  else await insertEffects(tx, effectsOf(run, stepped.outputs, at));
  const about = { brandId: run.place.brandId, concernId: run.place.concernId, customerId: concern?.customerId ?? null };
  const { id: runId, flowId, name } = run;
  const events: Said[] = [
    ...(by === null ? [] : [{ kind: "flow.began" as const, ...about, data: { runId, flowId, name, by } }]),
    { kind: "flow.stepped", brandId: run.place.brandId, data: { runId } },
  ];
  await say(world, tx, by === "desk" ? who : ours, events);
  if (ending === null) {
    await saveRun(tx, run, restsAt);
    return { run, said };
  }
  const ended =
    concern === null
      ? await endAlone(world, tx, run, ending)
      : await endedIn(world, tx, ours, concern, run, ending, around);
  await saveRun(tx, ended, null);
  if (ended.place.concernId !== null)
    await say(world, tx, ending.as === "stopped" ? who : ours, [endedEvent(ended, ending)]);
  return { run: ended, said };
};

/** The entry of the log for a run in a concern that is over. */
const endedEvent = (run: RunRecord, ending: FlowEnding): Said => ({
  kind: "flow.ended",
  brandId: run.place.brandId,
  concernId: run.place.concernId,
  data: {
    runId: run.id,
    flowId: run.flowId,
    name: run.name,
    over: run.state.over ?? "ended",
    why: ending.as === "handedOver" ? ending.why : null,
  },
});

/** Ends a run that no concern holds: it becomes one where somebody has something to do about it, and is one nobody hears of otherwise. */
const endAlone = async (world: FlowWorld, tx: Tx, run: RunRecord, ending: FlowEnding): Promise<RunRecord> => {
  const wants = ending.as === "handedOver" || ending.as === "callback" || (ending.as === "left" && ending.leaves);
  return wants && run.place.concernId === null ? ((await toConcern(world, tx, asHelper(run), run)) ?? run) : run;
};

/** Says it in the concern, as the medium can show it. */
const speak = (
  world: FlowWorld,
  tx: Tx,
  who: Who,
  run: RunRecord,
  concern: ConcernState,
  id: string,
  outputs: readonly FlowOutput[],
  around: FlowSurroundings,
): Promise<ConcernState | Refusal> => {
  const view = render(outputs, { medium: run.place.medium, language: run.state.language, zone: around.zone });
  return sayByFlow(world, tx, who, concern, {
    messageId: id as MessageId,
    flowName: run.name,
    ...(run.place.medium === "chat" ? messageOf(view, run.state.language) : { text: view.text, parts: [] }),
  });
};

const passedOf = (
  { state }: RunRecord,
  outputs: readonly FlowOutput[],
  ending: FlowEnding | null,
): { readonly step: string; readonly exit: string; readonly what: "way" | "left" | "human" }[] => {
  const ways = outputs.flatMap((output) =>
    output.kind === "passed" ? [{ step: output.step, exit: output.exit, what: "way" as const }] : [],
  );
  const at = state.awaiting?.step;
  const what =
    ending?.as === "left"
      ? ("left" as const)
      : ending?.as === "handedOver" && ending.why === "asked"
        ? ("human" as const)
        : null;
  return at === undefined || what === null ? ways : [...ways, { step: at, exit: "", what }];
};

const effectsOf = (run: RunRecord, outputs: readonly FlowOutput[], at: string) =>
  outputs.flatMap((output) =>
    output.kind === "effect"
      ? [
          {
            runId: run.id,
            number: output.effect,
            what: output.what,
            dueAt: output.what.do === "timer" ? output.what.until : at,
          },
        ]
      : [],
  );

/** Words of the customer's. `id`: a UUID made by the page; it becomes the message's id if the run ever becomes a concern. */
export interface SaidWords {
  readonly id: string;
  readonly shown: string;
  readonly files?: readonly RunFile[];
}

export interface Beginning {
  /** Made by the caller: the same again is the same run, and changes nothing. */
  readonly runId: FlowRunId;
  readonly flowId: FlowId;
  readonly place: RunPlace;
  /** What is known already. */
  readonly values?: Readonly<Record<string, FlowValue>>;
  /** The mail address that is shown to be theirs. */
  readonly verified?: string | null;
  /** What the customer said that began it (their first words, or what the button says): the first that was said in the run, in the same transaction; the flow does not hear it as an answer. */
  readonly first?: SaidWords;
}

/** Begins a flow by its published version. Refuses with notFound (no such flow, off, or never published; or a run of that id that somebody else holds). */
export const beginRun = (world: FlowWorld, who: Who, beginning: Beginning): Promise<Told | Refusal> =>
  world.db.transaction((tx) => beginIn(world, tx, who, beginning, null, null));

const asHeard = (words: SaidWords, isMessage = false): Heard => ({
  id: words.id,
  shown: words.shown,
  files: words.files ?? [],
  isMessage,
});

/** The same in a transaction at hand; in a concern that is locked, too: `by` says how it came to begin there. Refuses with takenMeanwhile while another flow speaks in that concern. */
export const beginIn = async (
  world: FlowWorld,
  tx: Tx,
  who: Who,
  beginning: Beginning,
  concern: ConcernState | null,
  by: "entry" | "desk" | null,
): Promise<Told | Refusal> => {
  const { runId, flowId, place, verified = null } = beginning;
  const flow = await published(tx, flowId);
  if (flow === null) return refuse("notFound");
  const { document, name, version } = flow;
  const language = document.languages.includes(place.language)
    ? place.language
    : (document.languages[0] ?? place.language);
  const at = world.now().toISOString();
  const fresh = {
    id: runId,
    flowId,
    version,
    name,
    place: { ...place, language },
    verified,
    sinceSeq: concern?.lastSeq ?? 0,
  };
  const around = await aroundOf(world, tx, fresh);
  const stepped = step(document, null, { kind: "begin", language, values: { ...beginning.values } }, around);
  const begun = await insertRun(tx, {
    ...fresh,
    state: stepped.state,
    at,
    assigneeId: concern?.assigneeId ?? null,
  });
  if (!begun) {
    const known = await lockRun(tx, runId);
    if (known === null) return refuse("takenMeanwhile");
    return known.place.holder === place.holder && known.flowId === flowId
      ? { run: known, said: [] }
      : refuse("notFound");
  }
  const run: RunRecord = {
    ...fresh,
    state: { ...stepped.state, over: null, awaiting: null },
    contact: null,
    begunAt: at,
    movedAt: at,
    endedAt: null,
    ending: null,
    lastSeq: 0,
    question: null,
  };
  const heard = beginning.first === undefined ? null : asHeard(beginning.first, concern !== null);
  return carry(world, tx, who, { held: { run, concern }, document, around, stepped, heard, by });
};

export interface Telling {
  readonly runId: FlowRunId;
  /** Must be the run's own. */
  readonly holder: string;
  /** Of what was said; the same again changes nothing. A UUID: it becomes the message's id if the run ever becomes a concern. */
  readonly id: string;
  readonly input: FlowInput;
  /** What the customer sees of their own words. */
  readonly shown: string;
  readonly files?: readonly RunFile[];
  /** Of a page: kept with the run, for when it becomes a concern. */
  readonly contact?: RunContact;
}

/**
 * Tells a run what the customer said, in one transaction under its lock. Of two answers to one question one counts; the other is kept as words that were said. Refuses with
 * notFound when that holder has no such run. A run that is over is not told anything: `said` is empty then.
 *
 * A run on a page that is handed over, and of whom nobody knows how to answer (no contact, nothing verified, no address among its values), is over and no concern yet: it becomes one by
 * `becomeConcern` with their contact. Whoever never says it is nobody's work.
 */
export const tellRun = (world: FlowWorld, who: Who, telling: Telling): Promise<Told | Refusal> =>
  world.db.transaction(async (tx) => {
    const held = await holdRun(tx, telling.runId);
    if (held === null || held.run.place.holder !== telling.holder) return refuse("notFound");
    if (held.run.state.over !== null || (await saidById(tx, telling.runId, telling.id)) !== null)
      return { run: held.run, said: [] };
    const run = { ...held.run, contact: telling.contact ?? held.run.contact };
    return advance(world, tx, who, { ...held, run }, telling.input, asHeard(telling));
  });

/**
 * The run goes on elsewhere: another medium, channel, holder or language. What is open is said again there. `from`: the holder until now, who has it no longer; null: a run in a concern
 * that nobody held. A run that speaks in a concern (a mail's) and whose link was opened has both from then on, its concern and the page that holds it: what is said on the page is
 * said in the concern, and no mail goes for what the page shows. Moved back to "text" its holder is null again.
 */
export const moveRun = (
  world: FlowWorld,
  who: Who,
  moving: {
    readonly runId: FlowRunId;
    readonly from: string | null;
    readonly place: RunPlace;
    readonly verified?: string | null;
  },
): Promise<Told | Refusal> =>
  world.db.transaction(async (tx) => {
    const held = await holdRun(tx, moving.runId);
    if (held === null || held.run.place.holder !== moving.from) return refuse("notFound");
    const { medium, channelId, holder, language } = moving.place;
    // Brand and concern stay: it is the same dialogue.
    const place = { ...held.run.place, medium, channelId, holder, language };
    const run = { ...held.run, place, verified: moving.verified === undefined ? held.run.verified : moving.verified };
    if (run.state.over !== null) {
      await saveRun(tx, run, null);
      return { run, said: [] };
    }
    return advance(world, tx, who, { ...held, run }, { kind: "moved", language }, null);
  });

/**
 * Something was said in a run that is over and is no concern: it becomes one, with the whole dialogue and these words in it, as `handedOver` would, but nothing is said by the flow any
 * more. The same id again changes nothing. Refuses with notFound when that holder has no such run; a run that is a concern already gives that one.
 */
export const becomeConcern = (
  world: FlowWorld,
  who: Who,
  saying: {
    readonly runId: FlowRunId;
    readonly holder: string;
    /** Null: nothing is added to what was said (a page that only says how to answer). */
    readonly said: SaidWords | null;
    readonly contact?: RunContact;
  },
): Promise<{ readonly concernId: ConcernId } | Refusal> =>
  world.db.transaction(async (tx) => {
    const held = await holdRun(tx, saying.runId);
    if (held === null || held.run.place.holder !== saying.holder || held.run.state.over === null)
      return refuse("notFound");
    if (held.run.place.concernId !== null) return { concernId: held.run.place.concernId };
    let run: RunRecord = { ...held.run, contact: saying.contact ?? held.run.contact };
    if (saying.said !== null && (await saidById(tx, run.id, saying.said.id)) === null) {
      const at = world.now().toISOString();
      const { id, shown, files = [] } = saying.said;
      run = { ...run, lastSeq: run.lastSeq + 1, movedAt: at };
      await insertSaid(tx, [
        { id, runId: run.id, seq: run.lastSeq, direction: "in", at, text: shown, outputs: [], files },
      ]);
    }
    const became = await toConcern(world, tx, asHelper(run), run);
    if (became === null || became.place.concernId === null) return refuse("noRecipient");
    await saveRun(tx, became, null);
    await say(world, tx, who, [
      { kind: "flow.stepped", brandId: became.place.brandId, data: { runId: became.id } },
      endedEvent(became, became.ending ?? { as: "ended" }),
    ]);
    return { concernId: became.place.concernId };
  });
