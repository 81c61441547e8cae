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
  /**
   * These entries were just committed by this process, in order. Whichever follow what was read number by number are given at once: nothing can stand between. Of the
   * others, behind numbers that are somebody else's or not committed yet, it is only known that they are there: they are read.
   */
  readonly tell: (entries: readonly E[]) => void;
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
    share(subscribers, events, texts, upTo);
  };

  const read = async (): Promise<void> => {
    reading = true;
    const begun = performance.now();
    try {
      let full = true;
      while (full && !stopped) {
        const { events, upTo } = await options.read(position, batch);
        if (upTo > position) {
          // Some of them were told of meanwhile.
          const fresh = events.filter(({ seq }) => seq > position);
          position = upTo;
          spread(fresh, upTo);
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

  const ahead = keepAhead<E>();
  let passing: NodeJS.Immediate | null = null;
  const pass = (): void => {
    passing = null;
    if (stopped) return;
    const next = ahead.after(position);
    const last = next.at(-1);
    if (last !== undefined) {
      position = last.seq;
      spread(next, position);
    }
    if (ahead.behindGap()) look();
  };
  /** In the next turn of the event loop: whoever wrote it has said first to whom it was done for that it is. */
  const tell = (entries: readonly E[]): void => {
    ahead.add(entries);
    passing ??= setImmediate(pass);
  };

  const readFor = replays(options.read, () => stopped);
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
    tell,
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
      const events = tail.fitting(after, limit, fits);
      return (
        events && { events, upTo: events.length < limit ? Math.max(after, position) : (events.at(-1)?.seq ?? after) }
      );
    },
    stop: () => {
      stopped = true;
      if (soon) clearTimeout(soon);
      clearInterval(timer);
    },
  };
};

/** What those who catch up read, each in its turn; null: they have left meanwhile. */
const replays = <R>(read: (after: number, limit: number) => Promise<R>, stopped: () => boolean) =>
  gather<{ readonly after: number; readonly left: () => boolean }, R | null>({
    atOnce: replaysAtOnce,
    most: 1,
    work: (asked) =>
      Promise.allSettled(asked.map(async ({ after, left }) => (left() || stopped() ? null : read(after, batch)))),
  });

/** Gives each what it may see. */
const share = <E>(
  subscribers: Iterable<Subscriber<E>>,
  events: readonly E[],
  texts: readonly string[],
  upTo: number,
): void => {
  const shared = new Map<number | string, readonly string[]>();
  for (const subscriber of subscribers) {
    const seen = seenBy(subscriber, events);
    const entries =
      shared.get(seen) ?? texts.filter((_, i) => (typeof seen === "number" ? seen & (1 << i) : seen[i] === "1"));
    shared.set(seen, entries);
    subscriber.give(entries, upTo);
  }
};

/** Which of the entries a subscriber may see: bits of a number, which hundreds of subscribers are asked for at each word, or ones and zeros where there are many. */
const seenBy = <E>({ wants }: Subscriber<E>, events: readonly E[]): number | string => {
  if (events.length > 30) return events.map((event) => (wants(event) ? "1" : "0")).join("");
  let bits = 0;
  for (let i = 0; i < events.length; i += 1) if (wants(events[i] as E)) bits |= 1 << i;
  return bits;
};

/** Keeps what this process wrote until everything before it is known. */
const keepAhead = <E extends Entry>(): {
  readonly add: (entries: readonly E[]) => void;
  /** Those that follow a number without a gap, in order; they and all before them are kept no more. */
  readonly after: (seq: number) => readonly E[];
  readonly behindGap: () => boolean;
} => {
  const bySeq = new Map<number, E>();
  return {
    add: (entries) => {
      for (const entry of entries) bySeq.set(entry.seq, entry);
    },
    after: (seq) => {
      const next: E[] = [];
      for (let entry = bySeq.get(seq + 1); entry !== undefined; entry = bySeq.get(entry.seq + 1)) next.push(entry);
      const upTo = next.at(-1)?.seq ?? seq;
      for (const each of bySeq.keys()) if (each <= upTo) bySeq.delete(each);
      return next;
    },
    behindGap: () => bySeq.size > 0,
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
  /** Of these the first that fit. */
  readonly fitting: (seq: number, limit: number, fits: (entry: E) => boolean) => readonly E[] | null;
} => {
  let last: Given<E>[] = [];
  /** Nothing is missing after this one. */
  let keptFrom = from;
  const after = (seq: number): readonly Given<E>[] | null =>
    seq < keptFrom ? null : last.slice(last.findLastIndex(({ entry }) => entry.seq <= seq) + 1);
  return {
    keep: (entries, texts) => {
      for (const [i, entry] of entries.entries()) last.push({ entry, text: texts[i] ?? "" });
      if (last.length <= kept * 2) return;
      keptFrom = last.at(-kept - 1)?.entry.seq ?? keptFrom;
      last = last.slice(-kept);
    },
    after,
    fitting: (seq, limit, fits) => {
      const kept = after(seq)?.map(({ entry }) => entry);
      return kept?.filter(fits).slice(0, limit) ?? null;
    },
  };
};
