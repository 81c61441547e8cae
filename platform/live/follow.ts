// Follows a numbered log and gives its entries to many subscribers, each from where it stands. One reader per process, however many subscribers.
import { gather } from "#platform/gather.ts";
import type { Log } from "#platform/log.ts";

export interface Entry {
  readonly seq: number;
}

export interface Subscriber<E> {
  /** May this subscriber see the entry? */
  readonly wants: (entry: E) => boolean;
  /**
   * Gets serialised entries in order, and the number up to which nothing is missing. May be called with none: only the number moved.
   * Subscribers who see the same get the same array, so that what is made of it is made once.
   */
  readonly give: (entries: readonly string[], upTo: number) => void;
  /** Too much was missed (or the log was cut): fetch afresh. */
  readonly reset: (upTo: number) => void;
}

export interface Follower<E> {
  /** Something new may be there. */
  readonly wake: () => void;
  /** Replays from `after` and stays; returns how to leave. */
  readonly subscribe: (after: number, subscriber: Subscriber<E>) => () => void;
  /** Up to where this process has read. */
  readonly upTo: () => number;
  /** The entries after a number that fit, as `read` would give them, out of memory; null: that lies too far back, and the log has to be read. */
  readonly recent: (
    after: number,
    limit: number,
    fits?: (entry: E) => boolean,
  ) => { readonly events: readonly E[]; readonly upTo: number } | null;
  readonly stop: () => void;
}

const batch = 500;
/** So many entries of those read last are kept at least, for whoever is a little behind: desks that come again, reactions. */
const kept = 500;
/** A subscriber that is further behind than this fetches afresh instead. */
const replayLimit = 5_000;
const lookEveryMs = 1_000;
/** Questions to the log for those who catch up, at once: however many come at one moment, the others' questions find a connection. */
const replaysAtOnce = 2;
/**
 * Time between two looks: many entries a second are read in gathered looks. As long as the last look took, twice, so that looking and telling never take more than
 * about a third of the time, however many subscribers there are; within these bounds.
 */
const gatherMs = { least: 2, most: 20, times: 2 };

/**
 * Starts at the log's end. `read` must give entries in commit order without gaps, together with the number up to which they are complete.
 * An entry is serialised once, whoever gets it.
 */
export const follow = async <E extends Entry>(options: {
  readonly read: (after: number, limit: number) => Promise<{ readonly events: readonly E[]; readonly upTo: number }>;
  readonly end: () => Promise<number>;
  readonly log: Log;
}): Promise<Follower<E>> => {
  const subscribers = new Set<Subscriber<E>>();
  let position = await options.end();
  let reading = false;
  let stopped = false;
  let lookedAt = -Infinity;
  let restMs: number = gatherMs.least;
  let soon: NodeJS.Timeout | null = null;

  const tail = keepTail<E>(position);
  const spread = (events: readonly E[], upTo: number): void => {
    const texts = events.map((event) => JSON.stringify(event));
    tail.keep(events, texts);
    const shared = new Map<string, readonly string[]>();
    for (const subscriber of subscribers) {
      const seen = events.map((event) => subscriber.wants(event));
      const key = seen.map(Number).join("");
      const entries = shared.get(key) ?? texts.filter((_, i) => seen[i]);
      shared.set(key, entries);
      subscriber.give(entries, upTo);
    }
  };

  const read = async (): Promise<void> => {
    reading = true;
    const begun = performance.now();
    try {
      let full = true;
      while (full && !stopped) {
        const { events, upTo } = await options.read(position, batch);
        if (upTo > position) {
          position = upTo;
          spread(events, upTo);
        }
        full = events.length === batch;
      }
    } catch (error) {
      options.log.warn("follow.cannotRead", { error: error instanceof Error ? error.message : "unknown" });
    } finally {
      reading = false;
      lookedAt = performance.now();
      restMs = Math.min(gatherMs.most, Math.max(gatherMs.least, gatherMs.times * (lookedAt - begun)));
    }
  };

  /** Reads now, or, when the last look was a moment ago or is still under way, once after it. */
  const look = (): void => {
    if (stopped || soon !== null) return;
    const waitMs = reading ? gatherMs.least : restMs - (performance.now() - lookedAt);
    if (waitMs <= 0) return void read();
    soon = setTimeout(() => {
      soon = null;
      look();
    }, waitMs);
  };

  /** Each in its turn; null: they have left meanwhile. */
  const readFor = gather<
    { readonly after: number; readonly left: () => boolean },
    Awaited<ReturnType<typeof options.read>> | null
  >({
    atOnce: replaysAtOnce,
    most: 1,
    work: (asked) =>
      Promise.allSettled(asked.map(async ({ after, left }) => (left() || stopped ? null : options.read(after, batch)))),
  });

  const replay = async (after: number, subscriber: Subscriber<E>, left: () => boolean): Promise<void> => {
    let at = after;
    // The shared reader may pass on while we catch up, so we join only when we stand exactly where it stands;
    // it moves its position and gives entries out in one go, so nothing can slip between.
    while (!left() && !stopped) {
      if (at === position) {
        subscribers.add(subscriber);
        return;
      }
      if (at > position) {
        // The subscriber has seen more than we have read: another process was ahead of us. Look once; a log that is still shorter was cut.
        if (reading) {
          await new Promise((resolve) => setImmediate(resolve));
          continue;
        }
        await read();
        if (at > position) {
          at = position;
          subscriber.reset(at);
        }
        continue;
      }
      const goal = position;
      if (goal - at > replayLimit) {
        at = goal;
        subscriber.reset(goal);
        continue;
      }
      const near = tail.after(at);
      if (near !== null) {
        at = position;
        const missed = near.filter(({ entry }) => subscriber.wants(entry));
        subscriber.give(
          missed.map(({ text }) => text),
          at,
        );
        continue;
      }
      const found = await readFor({ after: at, left });
      if (found === null) return;
      const { events, upTo } = found;
      const shown = events.filter((event) => event.seq <= goal);
      const to = events.length === batch ? Math.min(goal, events.at(-1)?.seq ?? goal) : Math.min(goal, upTo);
      if (left()) return;
      if (to > at) {
        at = to;
        subscriber.give(
          shown.filter(subscriber.wants).map((event) => JSON.stringify(event)),
          at,
        );
      } else await new Promise((resolve) => setImmediate(resolve));
    }
  };

  const timer = setInterval(look, lookEveryMs);
  timer.unref();
  return {
    wake: look,
    subscribe: (after, subscriber) => {
      let gone = false;
      replay(after, subscriber, () => gone).catch((error: unknown) => {
        options.log.warn("follow.cannotReplay", { error: error instanceof Error ? error.message : "unknown" });
        if (!gone) subscriber.reset(position);
        if (!gone) subscribers.add(subscriber);
      });
      return () => {
        gone = true;
        subscribers.delete(subscriber);
      };
    },
    upTo: () => position,
    recent: (after, limit, fits = () => true) => {
      const events = tail
        .after(after)
        ?.map(({ entry }) => entry)
        .filter(fits)
        .slice(0, limit);
      if (events === undefined) return null;
      return { events, upTo: events.length < limit ? Math.max(after, position) : (events.at(-1)?.seq ?? after) };
    },
    stop: () => {
      stopped = true;
      if (soon) clearTimeout(soon);
      clearInterval(timer);
    },
  };
};

/** An entry as it was read, and as it is given. */
interface Given<E> {
  readonly entry: E;
  readonly text: string;
}

/** Keeps what was read last of the log after `from`. */
const keepTail = <E extends Entry>(
  from: number,
): {
  readonly keep: (entries: readonly E[], texts: readonly string[]) => void;
  /** Those after a number, in order; null: some of them are not kept any more. */
  readonly after: (seq: number) => readonly Given<E>[] | null;
} => {
  let last: Given<E>[] = [];
  /** Nothing is missing after this one. */
  let keptFrom = from;
  return {
    keep: (entries, texts) => {
      for (const [i, entry] of entries.entries()) last.push({ entry, text: texts[i] ?? "" });
      if (last.length <= kept * 2) return;
      keptFrom = last.at(-kept - 1)?.entry.seq ?? keptFrom;
      last = last.slice(-kept);
    },
    after: (seq) => (seq < keptFrom ? null : last.slice(last.findLastIndex(({ entry }) => entry.seq <= seq) + 1)),
  };
};
