// Flows that visitors talk with by themselves in the chat: begun by a button or by first words, told what is said, shown as a thread like any other until they are one. Called by
// server/chat.ts; what becomes of a run elsewhere (an effect came back, another page or node told it) is heard from the event log.
import { createHash } from "node:crypto";
import type { Who } from "#contract/actor.ts";
import type { ChatConcern, ChatMessage, FromWidget } from "#contract/chat.ts";
import { isRefusal } from "#contract/errors.ts";
import type { AnyEvent } from "#contract/events.ts";
import type { BrandId, FlowId, FlowRunId } from "#contract/ids.ts";
import { chatsAsked } from "#modules/concerns/reads-visitor.ts";
import { becomeConcern, beginRun, tellRun } from "#modules/flows/actions-running.ts";
import { raiseRunSeen } from "#modules/flows/actions-chat.ts";
import { goOnByLink, linkedRun } from "#modules/flows/actions-links.ts";
import type { FlowWorld } from "#modules/flows/ground.ts";
import type { RunFile, RunPlace, RunRecord, RunSaid } from "#modules/flows/model-runs.ts";
import { areFlowsUsed, runIdsOf } from "#modules/flows/reads-chat.ts";
import { flowFor, runOf, runsOfHolder, saidOf } from "#modules/flows/reads-running.ts";
import { givePhone, settle, type Visitor } from "#modules/visitors/actions.ts";
import type { VisitorFile } from "#modules/visitors/store-files.ts";
import type { Db } from "#platform/db/db.ts";
import type { Bus } from "#platform/live/bus.ts";
import type { Follower } from "#platform/live/follow.ts";
import { phoneIn } from "#server/chat-form.ts";
import type { Now } from "#server/chat-now.ts";
import { changesFlows } from "#server/chat-offers.ts";
import { openBrake } from "#server/chat-brake.ts";
import { holdersOf, openShownRuns } from "#server/chat-flow-shown.ts";
import { inputOf } from "#server/chat-flow-words.ts";
import { viewerOf, type Page, type Seat, type Seats } from "#server/chat-seats.ts";

type Say = Extract<FromWidget, { type: "say" }>;

/** What became of a word. none: it is no flow's, and is taken in like any other. */
export type Heard =
  | { readonly kind: "none" }
  | { readonly kind: "refused"; readonly code: string; readonly afterMs: number | null }
  /** `run` was told. In a concern by now (`run.place.concernId`): its messages say the rest. */
  | {
      readonly kind: "taken";
      readonly message: ChatMessage;
      readonly run: RunRecord;
      /** What was said in it, as far as it is known. */
      readonly said: readonly RunSaid[];
    };

const none: Heard = { kind: "none" };
const refused = (code: string, afterMs: number | null = null): Heard => ({ kind: "refused", code, afterMs });

/** Said to all nodes: a visitor has begun a dialogue, which their other pages show from now on. */
interface BegunRun {
  readonly address: string;
  readonly runId: FlowRunId;
}

export interface ChatFlows {
  /** Gives a word to the flow whose it is, or that begins with it. */
  readonly hear: (page: Page, seat: Seat, one: Say, files: readonly VisitorFile[]) => Promise<Heard>;
  /** Tells the pages here at once what a word has led to: "taken" has been said. */
  readonly follow: (heard: Extract<Heard, { kind: "taken" }>) => Promise<void>;
  /** They have opened a link by which a dialogue goes on here; one that leads nowhere, or to another brand's, changes nothing. */
  readonly comeBy: (page: Page, seat: Seat, word: string) => Promise<void>;
  /** What the page's visitor has said to flows that are no concerns; the page is told what comes in them from now on. */
  readonly of: (
    page: Page,
    seat: Seat,
  ) => Promise<{ readonly concerns: ChatConcern[]; readonly messages: ChatMessage[] }>;
  /** Says of concerns in which a flow speaks that one does. */
  readonly marked: (concerns: readonly ChatConcern[]) => Promise<ChatConcern[]>;
  /** Up to there a run has been seen by its visitor; nothing where it is none. */
  readonly seen: (seat: Seat, id: string, seq: number) => Promise<void>;
  readonly stop: () => void;
}

/** Dialogues a visitor may begin within that time, and all from one place. */
const mostBegun = { ofVisitor: 10, atPlace: 200, withinMs: 600_000 };
/** Dialogues of a visitor that are kept beside concerns; with more of them words begin a concern. */
const mostKept = 30;
/** Of these a page is shown so many. */
const shownRuns = 10;
/** What has happened in a run is gathered for so long. */
const gatherMs = 4;

/**
 * The dialogue that is begun by this thread of the visitor's pages: the same from every page and on every node, so that the same word again is in the same one. Nobody can choose an id that
 * somebody else has.
 */
const runIdOf = (address: string, thread: string): FlowRunId => {
  const hex = createHash("sha256").update(`flow ${address} ${thread}`).digest("hex");
  // RFC 9562, version 8: ids that are made of something.
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}` as FlowRunId;
};

/** The mail address of which this browser, or a site, has shown that it is theirs. */
const verifiedOf = ({ readsEmail, email, emailProved }: Visitor): string | null =>
  readsEmail !== "" ? readsEmail : emailProved && email !== "" ? email : null;

const whoOf = ({ name }: Visitor): Who => ({ kind: "customer", id: null, name });

/** Which flow begins with these words about something new; null: none. */
const begins = async (
  db: Db,
  { who: { channel } }: Page,
  { press, text, answers }: Say,
  around: Now["around"],
): Promise<FlowId | null> => {
  if (press !== undefined && press !== "human" && press !== "skip") return press;
  // What was chosen in the form before the first words is for people: a flow knows neither topics nor fields.
  if (text.trim() === "" || (answers !== undefined && answers.topic + answers.question !== "")) return null;
  return flowFor(db, channel.brandId as BrandId, "chat", await around(channel), text);
};

const again = async (db: Db, run: RunRecord): Promise<RunRecord> => (await runOf(db, run.id)) ?? run;

/** The visitor's run of that id; null: they have none. */
const runFor = async (db: Db, visitor: Visitor, id: string): Promise<RunRecord | null> => {
  const run = await runOf(db, id as FlowRunId);
  return run !== null && run.place.holder !== null && holdersOf(visitor).includes(run.place.holder) ? run : null;
};

const placeFor = ({ who: { channel } }: Page, { visitor, language }: Seat): RunPlace => ({
  medium: "chat",
  brandId: channel.brandId as BrandId,
  channelId: channel.id,
  holder: visitor.address,
  concernId: null,
  language,
});

/** What a flow knows of the visitor from the beginning; a number that came with the first words is kept as theirs. */
const knownOf = async (
  world: FlowWorld,
  { who: { channel } }: Page,
  visitor: Visitor,
  { answers }: Say,
): Promise<Record<string, string>> => {
  const said = answers === undefined ? "" : phoneIn(channel, answers);
  if (said !== "") await givePhone(world, visitor, said);
  const { name, email } = visitor;
  const phone = visitor.phone || said;
  return Object.fromEntries(Object.entries({ name, email, phone }).filter(([, value]) => value !== ""));
};

/** Lets a dialogue go on at this page's visitor, who is written down by that; gives it, null: the link leads to none that can. */
const goOnHere = async (world: FlowWorld, page: Page, seat: Seat, word: string): Promise<FlowRunId | null> => {
  const { visitor, language } = seat;
  const { id: channelId, brandId } = page.who.channel;
  const run = await linkedRun(world, word);
  if (run === null || run.state.over !== null || run.place.brandId !== brandId) return null;
  if (visitor.isNew) await world.db.transaction((tx) => settle(world, tx, visitor));
  seat.visitor = { ...visitor, isNew: false };
  const to = { medium: "chat", channelId, language, holder: visitor.address } as const;
  return isRefusal(await goOnByLink(world, whoOf(visitor), word, to)) ? null : run.id;
};

/** Asks once whether flows are used at all. */
const openUsed = (db: Db) => {
  let used: Promise<boolean> | null = null;
  /** Where no flow was ever published nothing is asked of any. */
  const isUsed = (): Promise<boolean> => {
    used ??= areFlowsUsed(db).catch((error: unknown) => {
      used = null;
      throw error;
    });
    return used;
  };

  return {
    isUsed,
    /** Flows are others. */
    changed: () => {
      used = null;
    },
  };
};

/** Gathers runs of which something is to be told, for a moment. */
const openSoon = (tellAll: (runs: readonly FlowRunId[]) => void) => {
  const dirty = new Set<FlowRunId>();
  let soon: NodeJS.Timeout | null = null;
  return {
    tellSoon: (runId: FlowRunId): void => {
      dirty.add(runId);
      soon ??= setTimeout(() => {
        soon = null;
        const runs = [...dirty];
        dirty.clear();
        tellAll(runs);
      }, gatherMs);
    },
    stop: () => {
      if (soon) clearTimeout(soon);
    },
  };
};

/** Opens what the chat does with flows. */
export const openChatFlows = (options: {
  readonly world: FlowWorld;
  readonly bus: Bus;
  readonly follower: Follower<AnyEvent>;
  readonly seats: Seats;
  /** What is so at a channel now, as far as it says which flows begin. */
  readonly around: Now["around"];
}): ChatFlows => {
  const { world, bus, follower, seats, around } = options;
  const { db } = world;
  const brake = openBrake(mostBegun);
  const shown = openShownRuns({ world, follower, seats });
  /** Tells a run, or what became of it, what was said in it; null: it does not want it so. */
  const goOn = async (seat: Seat, run: RunRecord, one: Say, files: readonly RunFile[]): Promise<Heard> => {
    const who = whoOf(seat.visitor);
    const holder = run.place.holder ?? "";
    const said = await saidOf(db, run.id, 0);
    // The same word again is answered as the first time, whatever has become of the run.
    if (said.some(({ id }) => id === one.id)) return took(seat, run, one.id, said);
    if (run.place.concernId !== null) return none;
    if (run.state.over !== null) {
      if (one.answer !== undefined) return refused("answered");
      const words = { id: one.id, shown: one.text, files };
      const became = await becomeConcern(world, who, { runId: run.id, holder, said: words });
      if (isRefusal(became)) return none;
      return took(seat, await again(db, run), one.id, []);
    }
    const heard = inputOf(run, said, one, files, await shown.zoneOf(run));
    if (heard === null) return refused("noAnswer");
    if (heard === "late") return refused("answered");
    const told = await tellRun(world, who, { runId: run.id, holder, id: one.id, ...heard, files });
    if (isRefusal(told)) return none;
    // Somebody else's word, or time, ended it in between.
    if (told.said.length === 0) return goOn(seat, await again(db, run), one, files);
    return took(seat, told.run, one.id, [...said, ...told.said]);
  };
  /** Begins a dialogue with what was said. */
  const begin = async (
    page: Page,
    seat: Seat,
    runId: FlowRunId,
    one: Say,
    files: readonly RunFile[],
  ): Promise<Heard> => {
    const { visitor } = seat;
    const flowId = await begins(db, page, one, around);
    if (flowId === null) return none;
    const wait = brake(visitor.address, page.who.place);
    // Who writes is heard by somebody of us instead.
    if (wait !== null) return one.press === undefined ? none : refused("tooFast", wait);
    if (!visitor.isNew && (await runsOfHolder(db, [visitor.address])).length >= mostKept) return none;
    if (visitor.isNew) await db.transaction((tx) => settle(world, tx, visitor));
    const begun = await beginRun(world, whoOf(visitor), {
      runId,
      flowId,
      place: placeFor(page, seat),
      values: await knownOf(world, page, visitor, one),
      verified: verifiedOf(visitor),
      first: { id: one.id, shown: one.text, files },
    });
    // The flow is off by now: somebody of us hears it.
    if (isRefusal(begun)) return none;
    seat.visitor = { ...seat.visitor, isNew: false };
    show(page, seat, runId);
    bus.hint("chatFlow", { address: visitor.address, runId } satisfies BegunRun);
    return took(seat, begun.run, one.id, begun.said);
  };

  const show = (page: Page, seat: Seat, runId: string): void => {
    seat.runs.add(runId);
    if (!seat.numbers.has(runId)) seats.join(page, runId, 0);
  };

  /** What the word became. */
  const took = async (seat: Seat, run: RunRecord, id: string, said: readonly RunSaid[]): Promise<Heard> => {
    const { concernId } = run.place;
    if (concernId !== null) {
      const [chat] = await chatsAsked(world, [{ viewer: viewerOf(seat.visitor), concernId, messageIds: [id] }]);
      const [message] = chat?.messages ?? [];
      return message === undefined ? none : { kind: "taken", message, run, said };
    }
    const all = said.some((one) => one.id === id) ? said : await saidOf(db, run.id, 0);
    const [message] = await shown.asMessages(
      run,
      all.filter((one) => one.id === id),
    );
    return message === undefined ? none : { kind: "taken", message, run, said: all };
  };

  const { tellSoon, stop } = openSoon((runs) => {
    for (const id of runs)
      runOf(db, id)
        .then((run) => run && shown.tell(run))
        // Whoever cannot be told now comes again and is brought up to date then.
        .catch(() => seats.showing(id).forEach((page) => page.close(1013, "come again")));
  });
  const { isUsed, changed } = openUsed(db);

  const stops = [
    follower.subscribe(follower.upTo(), {
      wants: (event) => {
        if (changesFlows(event)) changed();
        if (event.kind === "flow.stepped" && seats.showing(event.data.runId).length > 0) tellSoon(event.data.runId);
        return false;
      },
      give: () => {},
      // All pages come again then: server/chat-news.ts.
      reset: changed,
    }),
    bus.on("chatFlow", (note) => {
      const { address, runId } = note as BegunRun;
      for (const page of seats.ofAddress(address)) {
        const seat = seats.of(page);
        if (seat !== undefined) show(page, seat, runId);
      }
      if (seats.showing(runId).length > 0) tellSoon(runId);
    }),
  ];

  return {
    hear: async (page, seat, one, given) => {
      const { visitor } = seat;
      const files = given.map((file): RunFile => ({ ...file, id: world.newId() }));
      if (one.concernId !== null) {
        if (!seat.runs.has(one.concernId)) return none;
        const run = await runFor(db, visitor, one.concernId);
        return run === null ? none : goOn(seat, run, one, files);
      }
      if (!(await isUsed())) return none;
      const runId = runIdOf(visitor.address, one.thread);
      const run = visitor.isNew ? null : await runFor(db, visitor, runId);
      return run === null ? begin(page, seat, runId, one, files) : goOn(seat, run, one, files);
    },
    follow: ({ run, said }) => shown.tell(run, said),
    comeBy: async (page, seat, word) => {
      const runId = await goOnHere(world, page, seat, word);
      if (runId !== null) bus.hint("chatFlow", { address: seat.visitor.address, runId } satisfies BegunRun);
    },
    of: async (page, seat) => {
      const { visitor } = seat;
      if (visitor.isNew || !(await isUsed())) return { concerns: [], messages: [] };
      const holders = holdersOf(visitor);
      // What is said from now on is told, also while it is read what was said before.
      for (const id of await runIdsOf(db, holders)) show(page, seat, id);
      const runs = (await runsOfHolder(db, holders)).slice(0, shownRuns);
      const all = await Promise.all(runs.map((run) => shown.whole(page, run)));
      return {
        concerns: all.map(({ concern }) => concern),
        messages: all.flatMap(({ messages }) => messages),
      };
    },
    marked: async (concerns) => ((await isUsed()) ? shown.marked(concerns) : [...concerns]),
    seen: async (seat, id, seq) => {
      if (seat.runs.has(id)) await raiseRunSeen(world, holdersOf(seat.visitor), id, seq);
    },
    stop: () => {
      stop();
      for (const leave of stops) leave();
    },
  };
};
