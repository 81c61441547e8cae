// What others may read of the floor: queues and agents as they stand, wallboards, what was told. Called by routing/routes-floor.ts.
import type { AgentActor } from "#contract/actor.ts";
import type { AgentWork, RoutingBook } from "#contract/routing-book.ts";
import type { AgentNow, RoutingNow } from "#contract/routing.ts";
import { allAgents } from "#modules/agents/reads.ts";
import { headsOf } from "#modules/concerns/reads-heads.ts";
import { capacityOf } from "#modules/routing/model-book.ts";
import { dayOf, floorFor, floorOf, type FloorRows, type Head } from "#modules/routing/model-floor.ts";
import type { HandRow, ShareRow } from "#modules/routing/model-floor-rows.ts";
import { dayBegan } from "#modules/routing/reads-day.ts";
import { agentWorkRows, bookRow } from "#modules/routing/store-book.ts";
import {
  countsNow,
  handledSince,
  handsNow,
  holdsSince,
  leaderAt,
  linesNow,
  presencesNow,
  queueStates,
  sharesSince,
  stretchesSince,
} from "#modules/routing/store-floor.ts";
import type { Db, Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

export { allWallboards, wordsSince as toldTo } from "#modules/routing/store-wallboards.ts";

type Reading = Pick<World, "db" | "now">;

/** What the day of one agent came to since it began, reckoned as on the floor. */
export const dayOfAgent = async (
  tx: Tx,
  agentId: string,
  capacity: AgentWork["capacity"],
  rows: { readonly at: Date; readonly dayBeganAt: string },
): Promise<AgentNow["today"]> => {
  const now = rows.at.toISOString();
  const [handled, holds, stretches] = await Promise.all([
    handledSince(tx, [agentId], rows.dayBeganAt),
    holdsSince(tx, [agentId], rows.dayBeganAt, now),
    stretchesSince(tx, [agentId], rows.dayBeganAt, now),
  ]);
  return dayOf(capacityOf(capacity), { handled, holds, stretches });
};

const halfHourMs = 1_800_000;

/** The floor with the book it was reckoned by; `now` as who sees every brand sees it. */
export interface Floor {
  readonly book: RoutingBook;
  readonly now: RoutingNow;
}

/** What changes slowly or is long to count: who there is, today, what work is called. */
interface Slow extends Pick<FloorRows, "dayBeganAt" | "agents" | "works" | "handled" | "holds" | "stretches"> {
  readonly shares: readonly ShareRow[];
  readonly heads: ReadonlyMap<string, Head>;
}

const headsIn = async (tx: Tx, ids: readonly string[]): Promise<ReadonlyMap<string, Head>> =>
  new Map((ids.length === 0 ? [] : await headsOf(tx, ids)).map(({ id, ...head }): [string, Head] => [id, head]));

const concernsIn = (hands: readonly HandRow[]): string[] => [
  ...new Set<string>(hands.map(({ concernId }) => concernId)),
];

const readSlow = async ({ db, now }: Reading): Promise<Slow> => {
  const at = now();
  const day = (await dayBegan(db, at)).toISOString();
  const [shares, everybody, presences, hands] = await Promise.all([
    sharesSince(db, day),
    allAgents(db),
    presencesNow(db),
    handsNow(db),
  ]);
  // Only of those who were there at all: a centre has many more who never are.
  const ids = presences.map(({ agentId }) => agentId);
  const [works, handled, holds, stretches, heads] = await Promise.all([
    agentWorkRows(db),
    handledSince(db, ids, day),
    holdsSince(db, ids, day, at.toISOString()),
    stretchesSince(db, ids, day, at.toISOString()),
    headsIn(db, concernsIn(hands)),
  ]);
  const agents = everybody.filter(({ active }) => active);
  return { dayBeganAt: day, shares, agents, works, handled, holds, stretches, heads };
};

const readWith = async ({ db, now }: Reading, slow: Slow): Promise<Floor> => {
  const at = now();
  const [{ book }, routedAt, counts, states, lines, half, presences, hands] = await Promise.all([
    bookRow(db),
    leaderAt(db),
    countsNow(db),
    queueStates(db),
    linesNow(db),
    sharesSince(db, new Date(at.getTime() - halfHourMs).toISOString()),
    presencesNow(db),
    handsNow(db),
  ]);
  const { shares: today, heads: known, ...rest } = slow;
  const heads = new Map([
    ...known,
    ...(await headsIn(
      db,
      concernsIn(hands).filter((id) => !known.has(id)),
    )),
  ]);
  return {
    book,
    now: floorOf({ at, routedAt, book, counts, states, lines, half, today, presences, hands, heads, ...rest }),
  };
};

interface Shared<T> {
  readonly untilMs: number;
  readonly value: Promise<T>;
}

/** A reading that serves everybody who asks until it is too old; one that failed serves nobody after it. */
const shares = <T>(read: (world: Reading) => Promise<T>, keptMs: (tookMs: number) => number) => {
  const last = new WeakMap<Db, Shared<T>>();
  return (world: Reading): Promise<T> => {
    const beganMs = world.now().getTime();
    const known = last.get(world.db);
    if (known !== undefined && beganMs < known.untilMs) return known.value;
    const value = read(world);
    // Whoever asks while it is being read waits for it, too.
    const reading: Shared<T> = { untilMs: Number.POSITIVE_INFINITY, value };
    last.set(world.db, reading);
    const ends = (untilMs: number): void => {
      if (last.get(world.db) === reading) last.set(world.db, { untilMs, value });
    };
    value.then(
      () => ends(beganMs + keptMs(world.now().getTime() - beganMs)),
      () => ends(0),
    );
    return value;
  };
};

/** As long as it keeps the database busy for a twentieth of the time at most: at once in a small centre, after some seconds in a large one. */
const sharedSlow = shares(readSlow, (tookMs) => Math.min(10_000, 20 * tookMs));

/** The floor as it was at most a second ago, read once for all who ask; sums of today may be ten seconds older in a large centre. */
export const sharedFloor = shares(
  async (world) => readWith(world, await sharedSlow(world)),
  () => 1_000,
);

/** The floor for who asks: queues of their brands and of all brands, and what of others' work has nothing in it that is not theirs. */
export const floorSeenBy = (who: AgentActor, { now, book }: Floor): RoutingNow => floorFor(now, book, who.brandIds);
