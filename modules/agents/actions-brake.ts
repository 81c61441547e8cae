// Slows down who guesses passwords, over all server processes of a centre. Called by agents/actions-sessions.ts; the old counts are removed by a job.
import { deleteOldTries, lockTries, setFailures, setGood, triesOf, type TryRow } from "#modules/agents/store-tries.ts";
import { oneMore, placeOf, waitMs, type BrakeLimits, type Failures } from "#platform/auth/brake.ts";
import type { World } from "#platform/world.ts";

type Acting = Pick<World, "db" | "now" | "mac">;

const minuteMs = 60_000;
const windowMs = 60 * minuteMs;
/** For so long an account is known at an address where somebody got in with it. */
const knownMs = 30 * 24 * 60 * minuteMs;

/**
 * The pair of account and address is slowed first. An address alone gets more tries (an office is one address), and an account alone is slowed
 * only mildly: a wait that anybody can bring about from anywhere is itself an attack.
 */
const limits = {
  pair: { free: 5, windowMs, firstMs: 1_000, longestMs: 15 * minuteMs },
  address: { free: 30, windowMs, firstMs: 1_000, longestMs: 15 * minuteMs },
  account: { free: 100, windowMs, firstMs: 1_000, longestMs: 30_000 },
} as const satisfies Record<string, BrakeLimits>;

interface Counter {
  readonly key: string;
  readonly limits: BrakeLimits;
}

/** One try: what it counts for, `own` first. */
export interface Try {
  readonly own: Counter;
  readonly others: readonly Counter[];
}

/** A try to sign in to an account from an address. */
export const tryFrom = ({ mac }: Acting, email: string, remoteIp: string): Try => {
  const place = placeOf(remoteIp);
  return {
    own: { key: mac("brake", `pair ${email} ${place}`), limits: limits.pair },
    others: [
      { key: mac("brake", `address ${place}`), limits: limits.address },
      { key: mac("brake", `account ${email}`), limits: limits.account },
    ],
  };
};

/** A password typed again by who is signed in already. */
export const tryAgain = ({ mac }: Acting, agentId: string): Try => ({
  own: { key: mac("brake", `again ${agentId}`), limits: limits.pair },
  others: [],
});

/** A link that opens nothing, from an address: a guess, whose row counts by itself. */
export const tryBehindLink = ({ mac }: Pick<World, "mac">, what: string, remoteIp: string): Try => ({
  own: { key: mac("brake", `${what} ${placeOf(remoteIp)}`), limits: limits.address },
  others: [],
});

const none: Pick<TryRow, "failures" | "at" | "goodAt"> = { failures: 0, at: new Date(0).toISOString(), goodAt: null };

interface Counted extends Counter {
  readonly known: Failures;
}

/** What a try counts for. Where somebody got in with this account lately it is this very pair alone: guesses from elsewhere lock nobody out. */
const countedOf = (one: Try, rows: readonly TryRow[], nowMs: number): Counted[] => {
  const of = (counter: Counter) => rows.find((row) => row.key === counter.key) ?? none;
  const { goodAt } = of(one.own);
  const isKnown = goodAt !== null && nowMs - Date.parse(goodAt) < knownMs;
  return (isKnown ? [one.own] : [one.own, ...one.others]).map((counter) => {
    const { failures, at } = of(counter);
    return { ...counter, known: { failures, atMs: Date.parse(at) } };
  });
};

const longestWait = (counted: readonly Counted[], nowMs: number): number =>
  Math.max(...counted.map(({ limits: each, known }) => waitMs(each, known, nowMs)));

/** How long to wait; 0: the try is under way, and these keys have it. */
export interface Begun {
  readonly waitMs: number;
  readonly counted: readonly string[];
}

/**
 * A try that may go on is counted as a failure until `wasGood` says otherwise: a thousand guesses at once, to however many processes, are a
 * thousand guesses.
 */
export const begin = async (world: Acting, one: Try): Promise<Begun> => {
  const at = world.now();
  const keys = [one.own, ...one.others].map((counter) => counter.key);
  const before = longestWait(countedOf(one, await triesOf(world.db, keys), at.getTime()), at.getTime());
  if (before > 0) return { waitMs: before, counted: [] };
  return world.db.transaction(async (tx) => {
    const counted = countedOf(one, await lockTries(tx, keys, at.toISOString()), at.getTime());
    const wait = longestWait(counted, at.getTime());
    if (wait > 0) return { waitMs: wait, counted: [] };
    const more = counted.map(({ key, limits: each, known }) => ({ key, failures: oneMore(each, known, at.getTime()) }));
    await setFailures(tx, more, at.toISOString());
    return { waitMs: 0, counted: more.map(({ key }) => key) };
  });
};

/** The try was no guess. */
export const wasGood = async (world: Acting, one: Try, { counted }: Begun): Promise<void> => {
  await world.db.transaction((tx) => setGood(tx, counted, one.own.key, world.now().toISOString()));
};

/** Removes counts that slow nobody down any more; says how many. */
export const removeOldTries = (world: Pick<World, "db" | "now">): Promise<number> => {
  const nowMs = world.now().getTime();
  const ago = (ms: number): string => new Date(nowMs - ms).toISOString();
  return deleteOldTries(world.db, ago(windowMs + limits.address.longestMs), ago(knownMs));
};
