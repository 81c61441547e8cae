// Flows in concerns: begun by a customer's mail, a topic or an agent, told by messages, stopped by people. Called by server/intake.ts, flows/reactions.ts and flows/routes.ts.
import type { AgentActor, Who } from "#contract/actor.ts";
import type { Channel } from "#contract/brands.ts";
import { addressKindOf, isKept } from "#contract/channel.ts";
import { isRefusal, refuse, type Refusal } from "#contract/errors.ts";
import type { FlowLanguage, FlowMedium } from "#contract/flows.ts";
import type { FlowAnswer, FlowInput } from "#contract/flow-runs.ts";
import type { ConcernId, FlowId, FlowRunId, MessageId } from "#contract/ids.ts";
import { allTopics, brandById } from "#modules/brands/reads.ts";
import { mayBeginByMail, whereItSpeaks } from "#modules/concerns/actions-flows.ts";
import { lockFor } from "#modules/concerns/actions-locks.ts";
import { holdAnswers, lockForRule } from "#modules/concerns/actions-ruled.ts";
import type { ConcernState } from "#modules/concerns/model.ts";
import { rowById } from "#modules/concerns/reads.ts";
import { begunBy, firstOf, heardMessage, type HeardMessage } from "#modules/concerns/reads-flows.ts";
import { advance, beginIn, holdRun } from "#modules/flows/actions-running.ts";
import type { FlowWorld } from "#modules/flows/ground.ts";
import { begins, beginsByTopic, isForDesk } from "#modules/flows/model-entries.ts";
import { answerBy } from "#modules/flows/model-parts.ts";
import { render } from "#modules/flows/model-render.ts";
import type { RunRecord, RunSaid } from "#modules/flows/model-runs.ts";
import { entries, runById, runIn, saidById, saidIn } from "#modules/flows/store-running.ts";
import type { Tx } from "#platform/db/db.ts";

/** In which medium a flow speaks by such a channel. */
const mediumBy = (kind: Channel["kind"]): FlowMedium => (isKept(addressKindOf[kind]) ? "chat" : "text");

const lines = (message: HeardMessage): string =>
  `${message.subject ?? ""}\n${message.text.trim().split("\n", 1)[0] ?? ""}`;

/** A topic and those above it, the nearest first. */
const withAncestors = async (tx: Tx, topicId: string | null): Promise<string[]> => {
  const parents =
    topicId === null ? new Map() : new Map((await allTopics(tx)).map(({ id, parentId }) => [id as string, parentId]));
  const found: string[] = [];
  for (let at = topicId; at !== null && !found.includes(at); at = parents.get(at) ?? null) found.push(at);
  return found;
};

/** Is that what a person wrote first, of whom we know who they are, and nobody of us has anything to do with it yet? */
const mayAnswer = (state: ConcernState, message: HeardMessage): boolean =>
  state.status === "new" &&
  state.assigneeId === null &&
  message.automatic === null &&
  message.channelKind !== null &&
  !isKept(addressKindOf[message.channelKind]) &&
  !message.warnings.includes("forwarded");

const beginWith = async (
  world: FlowWorld,
  tx: Tx,
  state: ConcernState,
  message: HeardMessage,
  choose: (asked: Parameters<typeof begins>[1], topics: readonly string[]) => FlowId | null,
): Promise<void> => {
  const about = { brandId: state.brandId, channelId: message.channelId, medium: "text" as const, verified: null };
  const surroundings = await world.flowGround.surroundings(tx, about);
  const asked = { brandId: state.brandId, medium: "text" as const, surroundings };
  const flowId = choose(asked, await withAncestors(tx, state.topicId));
  if (flowId === null) return;
  const may = await mayBeginByMail(world, tx, state);
  if (isRefusal(may)) return;
  await beginIn(
    world,
    tx,
    { kind: "customer", id: state.customerId, name: state.customerName },
    {
      runId: world.newId() as FlowRunId,
      flowId,
      place: { ...placeIn(state, "text", may.channel.id), language: await languageOf(tx, state, null) },
      verified: may.verified,
      first: { id: message.id, shown: "" },
    },
    state,
    "entry",
  );
};

const placeIn = (state: ConcernState, medium: FlowMedium, channelId: HeardMessage["channelId"]) => ({
  medium,
  brandId: state.brandId,
  channelId,
  holder: null,
  concernId: state.id,
});

const languageOf = async (tx: Tx, state: ConcernState, wanted: FlowLanguage | null): Promise<FlowLanguage> =>
  wanted ?? state.language ?? (await brandById(tx, state.brandId))?.language ?? "de";

/**
 * What an arrival began may begin a flow: in the transaction in which it was taken in, so that its concern waits in no queue for a moment. Never for a machine's mail, nor where an
 * answer that no person gives must not go (`answerByRule`), and five in a day for one address.
 */
export const beginByArrival = async (world: FlowWorld, tx: Tx, intakeId: string): Promise<void> => {
  const flows = await entries(tx);
  if (
    !flows.some((flow) =>
      flow.entries.some(({ entry }) => entry.by === "words" || entry.by === "first" || entry.by === "topic"),
    )
  )
    return;
  for (const message of await begunBy(tx, intakeId)) {
    const state = await lockForRule(tx, message.concernId);
    if (state === null || !mayAnswer(state, message)) continue;
    await beginWith(world, tx, state, message, (asked, topics) =>
      begins(flows, asked, { text: lines(message), topics }),
    );
  }
};

/** A concern that nobody has answered yet got a topic: a flow that begins with it begins. */
export const beginByTopic = async (world: FlowWorld, tx: Tx, concernId: ConcernId): Promise<void> => {
  const flows = await entries(tx);
  if (!flows.some((flow) => flow.entries.some(({ entry }) => entry.by === "topic"))) return;
  const row = await rowById(tx, concernId);
  if (row === null || (await runIn(tx, concernId)) !== null) return;
  await holdAnswers(tx, row);
  const state = await lockForRule(tx, concernId);
  const message = state === null ? null : await firstOf(tx, concernId);
  if (state === null || message === null || state.messageCount > 1 || !mayAnswer(state, message)) return;
  await beginWith(world, tx, state, message, (asked, topics) => beginsByTopic(flows, asked, topics));
};

/**
 * An agent sends a flow into a concern, to where its customer wrote last. `key`: the same again is the same. Refuses with notFound (no such concern or flow, or none that agents may
 * send there), takenMeanwhile (another one speaks in it), concernClosed, and what `sayByFlow` refuses.
 */
export const sendFlow = (
  world: FlowWorld,
  who: AgentActor,
  input: {
    readonly id: ConcernId;
    readonly key: string;
    readonly flowId: FlowId;
    readonly language: FlowLanguage | null;
  },
): Promise<RunRecord | Refusal> =>
  world.db.transaction(async (tx) => {
    const row = await rowById(tx, input.id);
    if (row === null) return refuse("notFound");
    await holdAnswers(tx, row);
    const state = await lockFor(tx, who, input.id, "concern.answer");
    if (isRefusal(state)) return state;
    const known = await runById(tx, input.key);
    if (known !== null) return known.place.concernId === input.id ? known : refuse("notFound");
    if (state.status === "resolved" || state.status === "closed" || state.mergedInto) return refuse("concernClosed");
    const place = await whereItSpeaks(tx, state);
    if (isRefusal(place)) return place;
    const medium = mediumBy(place.channel.kind);
    const surroundings = await world.flowGround.surroundings(tx, {
      brandId: state.brandId,
      channelId: place.channel.id,
      medium,
      verified: place.verified,
    });
    const flow = (await entries(tx)).find(({ flowId }) => flowId === input.flowId);
    if (flow === undefined || !isForDesk(flow.entries, { brandId: state.brandId, medium, surroundings }))
      return refuse("notFound", undefined, "flowId");
    const begun = await beginIn(
      world,
      tx,
      who,
      {
        runId: input.key as FlowRunId,
        flowId: input.flowId,
        place: {
          ...placeIn(state, medium, place.channel.id),
          language: await languageOf(tx, state, input.language),
        },
        verified: place.verified,
      },
      state,
      "desk",
    );
    return isRefusal(begun) ? begun : begun.run;
  });

/** Tells the run that speaks in a concern something; nothing when none does. */
const tellIn = async (
  world: FlowWorld,
  tx: Tx,
  who: Who,
  concernId: ConcernId,
  told: (run: RunRecord) => Promise<{ readonly input: FlowInput; readonly message: HeardMessage | null } | null>,
): Promise<void> => {
  const runId = await runIn(tx, concernId);
  const held = runId === null ? null : await holdRun(tx, runId);
  if (held === null || held.run.place.concernId !== concernId || held.run.state.over !== null) return;
  const say = await told(held.run);
  if (say === null) return;
  const heard =
    say.message === null
      ? null
      : { id: say.message.id, shown: say.message.text, files: say.message.files, isMessage: true };
  const run = say.message === null ? held.run : follows(held.run, say.message);
  await advance(world, tx, who, { ...held, run }, say.input, heard);
};

/** The dialogue goes on where its customer writes now: what was asked in a chat and is answered by mail is a mail's from then on, and the other way round. One that a page holds stays there. */
const follows = (run: RunRecord, { channelId, channelKind }: HeardMessage): RunRecord => {
  if (run.place.holder !== null || channelKind === null || channelId === null) return run;
  return { ...run, place: { ...run.place, channelId, medium: mediumBy(channelKind) } };
};

/** A customer's message in a concern is what the flow hears that speaks there. What it was told already, and what a machine wrote, changes nothing. */
export const tellByMessage = async (
  world: FlowWorld,
  tx: Tx,
  concernId: ConcernId,
  messageId: MessageId,
): Promise<void> => {
  if ((await runIn(tx, concernId)) === null) return;
  const message = await heardMessage(tx, messageId);
  if (message === null || message.automatic !== null) return;
  const row = await rowById(tx, concernId);
  const who: Who = { kind: "customer", id: row?.customerId ?? null, name: row?.customerName ?? "" };
  await tellIn(world, tx, who, concernId, async (run) => {
    if (message.seq <= run.sinceSeq || (await saidById(tx, run.id, message.id)) !== null) return null;
    return { input: await inputOf(world, tx, run, message), message };
  });
};

const inputOf = async (world: FlowWorld, tx: Tx, run: RunRecord, message: HeardMessage): Promise<FlowInput> => {
  const part = message.parts.find(({ kind }) => kind === "answer");
  if (part?.kind === "answer") {
    const asked = await saidById(tx, run.id, part.to.messageId);
    if (asked !== null) {
      const { zone } = await world.flowGround.surroundings(tx, { ...run.place, verified: run.verified });
      const view = render(asked.outputs, { medium: run.place.medium, language: run.state.language, zone });
      const given = answerBy(view, part);
      if (given !== null) return { kind: "answer", ...given };
    }
  }
  const { text } = message;
  const files = message.files.slice(0, 10).map(({ id, name }) => ({ id, name: name.slice(0, 300) }));
  const answer: FlowAnswer =
    files.length > 0 && asksForFiles(await lastAsked(tx, run))
      ? { by: "files", files }
      : { by: "words", text: text.slice(0, 4_000).toWellFormed() };
  return { kind: "answer", asked: null, answer };
};

const lastAsked = async (tx: Tx, run: RunRecord): Promise<RunSaid | null> => {
  const said = await saidIn(tx, run.id, 0);
  return said.findLast(({ outputs }) => outputs.some(({ kind }) => kind === "ask")) ?? null;
};

const asksForFiles = (said: RunSaid | null): boolean =>
  said?.outputs.some((output) => output.kind === "ask" && output.question.answer.kind === "file") === true;

/** Somebody of us speaks, or has taken it: the flow that speaks in the concern is silent from now on. */
export const stopByPeople = (world: FlowWorld, tx: Tx, who: Who, concernId: ConcernId): Promise<void> =>
  tellIn(world, tx, who, concernId, () => Promise.resolve({ input: { kind: "stopped" }, message: null }));

/** A promise comes near: people see to it in time. */
export const handNear = (world: FlowWorld, tx: Tx, who: Who, concernId: ConcernId): Promise<void> =>
  tellIn(world, tx, who, concernId, () => Promise.resolve({ input: { kind: "human" }, message: null }));

/** An agent stops what runs in a concern. Refuses with notFound; where nothing runs it is done. */
export const stopFlow = (
  world: FlowWorld,
  who: AgentActor,
  id: ConcernId,
): Promise<{ readonly done: true } | Refusal> =>
  world.db.transaction(async (tx) => {
    const row = await rowById(tx, id);
    if (row === null) return refuse("notFound");
    await holdAnswers(tx, row);
    const state = await lockFor(tx, who, id, "concern.answer");
    if (isRefusal(state)) return state;
    await stopByPeople(world, tx, who, id);
    return { done: true };
  });
