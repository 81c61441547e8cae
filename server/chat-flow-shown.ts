// Dialogues with flows as the pages of a chat show them: a thread for each that is no concern, and which concerns a flow speaks in. Called by server/chat-flows.ts.
import type { ChatConcern, ChatFile, ChatMessage, ToWidget } from "#contract/chat.ts";
import type { FlowWorld } from "#modules/flows/ground.ts";
import type { RunFile, RunRecord, RunSaid } from "#modules/flows/model-runs.ts";
import { runSeen, runsSpeaking } from "#modules/flows/reads-chat.ts";
import { runOf, saidOf } from "#modules/flows/reads-running.ts";
import type { Visitor } from "#modules/visitors/actions.ts";
import type { Follower } from "#platform/live/follow.ts";
import type { AnyEvent } from "#contract/events.ts";
import { lastAsked, shownIn } from "#server/chat-flow-words.ts";
import type { Page, Seats } from "#server/chat-seats.ts";

/** A zone that was asked for is asked for again after so long. */
const zoneLastsMs = 60_000;

/** What is asked last, while an answer is waited for; and whether something is being done that takes a moment. */
const stateOf = (run: RunRecord, said: readonly RunSaid[]): ChatConcern["flow"] => {
  const { awaiting, over } = run.state;
  if (over !== null) return undefined;
  return {
    skips: awaiting?.for === "answer" && lastAsked(said)?.optional === true,
    works: awaiting?.for === "effect" && awaiting.until === null,
  };
};

const firstLine = (text: string): string => text.split("\n", 1).join("").slice(0, 120);

/** A run as its visitor sees it, who has seen it up to a place. */
const asConcern = (run: RunRecord, said: readonly RunSaid[], seenSeq: number): ChatConcern => {
  const flow = stateOf(run, said);
  return {
    id: run.id as string as ChatConcern["id"],
    number: 0,
    subject: firstLine(said.find(({ direction }) => direction === "in")?.text ?? ""),
    status: flow === undefined ? "resolved" : "open",
    lastAt: run.movedAt,
    lastSeq: run.lastSeq,
    seenSeq,
    ...(flow === undefined ? {} : { flow }),
    continued: [],
  };
};

/** The file of a run as its visitor sees it. */
const asFile = ({ id, name, mediaType, sizeBytes, image }: RunFile, held: ChatFile["held"]): ChatFile => ({
  id,
  name,
  mediaType,
  sizeBytes,
  image,
  held,
});

/** As whom a visitor holds dialogues. */
export const holdersOf = ({ address, joined }: Pick<Visitor, "address" | "joined">): readonly string[] => [
  address,
  ...joined,
];

/** What is shown of runs. */
export interface ShownRuns {
  readonly zoneOf: (run: RunRecord) => Promise<string>;
  readonly asMessages: (run: RunRecord, said: readonly RunSaid[]) => Promise<ChatMessage[]>;
  /** All of a run, for a page that is told it now. */
  readonly whole: (
    page: Page,
    run: RunRecord,
  ) => Promise<{ readonly concern: ChatConcern; readonly messages: ChatMessage[] }>;
  /** Tells the pages that show a run what is new in it; `given`: what was said, if it is at hand. One that has become a concern is told like any other. */
  readonly tell: (run: RunRecord, given?: readonly RunSaid[]) => Promise<void>;
  /** Says of concerns in which a flow speaks that one does. */
  readonly marked: (concerns: readonly ChatConcern[]) => Promise<ChatConcern[]>;
}

/** How a run stood when a page was told of it. */
interface Known {
  readonly seq: number;
  readonly steps: number;
  readonly stands: string;
}

const knownOf = ({ lastSeq, state }: RunRecord): Known => {
  const steps = state.steps + state.effects;
  return { seq: lastSeq, steps, stands: `${lastSeq} ${steps} ${state.over} ${state.awaiting?.for}` };
};

/** Nothing has been shown to anybody yet. */
export const openShownRuns = (options: {
  readonly world: FlowWorld;
  readonly follower: Follower<AnyEvent>;
  readonly seats: Seats;
}): ShownRuns => {
  const { world, follower, seats } = options;
  const { db } = world;
  /** What a page knows of each run: up to where, and how it stood. */
  const known = new WeakMap<Page, Map<string, Known>>();

  const zones = new Map<string, { readonly zone: string; readonly until: number }>();
  /** The zone in which days and times of a run are said: its channel's, which hardly ever changes. */
  const zoneOf = async ({ place, verified }: RunRecord): Promise<string> => {
    const key = `${place.channelId} ${place.brandId}`;
    const kept = zones.get(key);
    if (kept !== undefined && performance.now() < kept.until) return kept.zone;
    const { zone } = await world.flowGround.surroundings(db, { ...place, verified });
    zones.set(key, { zone, until: performance.now() + zoneLastsMs });
    return zone;
  };

  const asMessages = async (run: RunRecord, said: readonly RunSaid[]): Promise<ChatMessage[]> => {
    const zone = said.some(({ direction }) => direction === "out") ? await zoneOf(run) : "";
    const hashes = said.flatMap(({ files }) => files.map(({ hash }) => hash));
    const held = hashes.length === 0 ? undefined : await world.checks?.held(db, hashes);
    return said.map((one): ChatMessage => {
      const isOwn = one.direction === "in";
      const { text, parts } = isOwn ? { text: one.text, parts: [] } : shownIn(run, one, zone);
      return {
        id: one.id as ChatMessage["id"],
        concernId: run.id as string as ChatMessage["concernId"],
        seq: one.seq,
        by: isOwn ? "you" : "us",
        name: "",
        way: "chat",
        automatic: !isOwn,
        text,
        parts: [...parts],
        files: one.files.map((file) => asFile(file, held?.get(file.hash)?.why ?? null)),
        at: one.at,
        said: isOwn ? one.id : null,
        read: false,
      };
    });
  };

  /** Notes what a page is told of a run; gives what of it is new, null: nothing, or it knows more than this. */
  const fresh = (page: Page, run: RunRecord, said: readonly RunSaid[]): readonly RunSaid[] | null => {
    const runs = known.get(page) ?? new Map<string, Known>();
    known.set(page, runs);
    const before = runs.get(run.id) ?? { seq: 0, steps: 0, stands: "" };
    const now = knownOf(run);
    if (now.seq < before.seq || now.steps < before.steps || now.stands === before.stands) return null;
    runs.set(run.id, now);
    return said.filter(({ seq }) => seq > before.seq);
  };

  /** All that was said in a run, as it is given or as it is read. */
  const saidIn = (run: RunRecord, given: readonly RunSaid[]): Promise<readonly RunSaid[]> | readonly RunSaid[] =>
    given.length === run.lastSeq ? given : saidOf(db, run.id, 0);

  const tell = async (run: RunRecord, given: readonly RunSaid[] = []): Promise<void> => {
    const { stands } = knownOf(run);
    const isBehind = (page: Page): boolean => known.get(page)?.get(run.id)?.stands !== stands;
    if (run.place.concernId !== null || !seats.showing(run.id).some(isBehind)) return;
    const upTo = follower.upTo();
    const said = await saidIn(run, given);
    // How far it was seen each page knows itself.
    const concern = asConcern(run, said, 0);
    for (const page of seats.showing(run.id)) {
      const more = fresh(page, run, said);
      const visitor = seats.of(page)?.visitor;
      if (more === null || visitor === undefined) continue;
      if (!holdersOf(visitor).includes(run.place.holder ?? "")) {
        // It goes on elsewhere: what is said there is for whoever holds it now.
        const { flow: _flow, ...left } = { ...concern, status: "resolved" as const, lastSeq: 0 };
        page.send(JSON.stringify({ type: "news", concerns: [left], messages: [], upTo } satisfies ToWidget));
        continue;
      }
      const messages = await asMessages(run, more);
      page.send(JSON.stringify({ type: "news", concerns: [concern], messages, upTo } satisfies ToWidget));
    }
  };

  return {
    zoneOf,
    asMessages,
    whole: async (page, run) => {
      const [said, seen] = await Promise.all([saidOf(db, run.id, 0), runSeen(db, run.id)]);
      const concern = asConcern(run, said, seen);
      fresh(page, run, said);
      return { concern, messages: await asMessages(run, said) };
    },
    tell,
    marked: async (concerns) => {
      if (concerns.length === 0) return [];
      const ids = await runsSpeaking(
        db,
        concerns.map(({ id }) => id),
      );
      const flows = new Map<string, ChatConcern["flow"]>(
        await Promise.all(
          ids.map(async ({ concernId, runId }) => {
            const [run, said] = await Promise.all([runOf(db, runId), saidOf(db, runId, 0)]);
            return [concernId, run === null ? undefined : stateOf(run, said)] as const;
          }),
        ),
      );
      return concerns.map((concern) => {
        const flow = flows.get(concern.id);
        return flow === undefined ? concern : { ...concern, flow };
      });
    },
  };
};
