// Runs a reaction over a numbered log: at least once, in order, with a cursor that moves in the reaction's own transaction.
import { sql, type Db, type Tx } from "#platform/db/db.ts";
import { lead, type Leadership } from "#platform/db/leader.ts";
import type { Log } from "#platform/log.ts";

export interface Numbered {
  readonly seq: number;
}

export interface ReactionRun {
  /** The log has grown: look now. */
  readonly wake: () => void;
  readonly stop: () => Promise<void>;
}

const batch = 200;
const longestPauseMs = 60_000;
/** Shortest time between two looks that have caught up. */
const gatherMs = 150;
/** Wakes are hints that may be lost. */
const lookEveryMs = 1_000;
/** Past what a reaction does not want its cursor is moved only so often: whoever takes over reads that once more, and finds nothing to do in it. */
const usualKeepMs = 3_000;

/**
 * Starts a reaction under the lock `key` (one process at a time). `read` gives entries in commit order and never skips one;
 * `handle` does its writes in `tx` and is called again for an entry after a crash before the commit. An entry that fails is tried
 * again with growing pauses and is never skipped. What is much for one transaction is done in several: `handle` gives where it stopped and is called again for the same entry with
 * that; the cursor moves with the last. After a crash it begins again, so what is done already must be nothing to do. `read` may leave out what `wants` would not take. A reaction seen for the first time begins at the
 * end of the log.
 */
export const runReaction = <E extends Numbered>(options: {
  readonly name: string;
  readonly key: number;
  readonly db: Db;
  readonly log: Log;
  readonly read: (
    tx: Tx,
    after: number,
    limit: number,
  ) => Promise<{ readonly events: readonly E[]; readonly upTo: number }>;
  /** The log's present end. */
  readonly end: (tx: Tx) => Promise<number>;
  readonly handle: (tx: Tx, event: E, from?: string) => Promise<string | void>;
  readonly wants: (event: E) => boolean;
  /** Those of wanted entries for which there is something to do, in their order, asked for all of a look at once; left out: all. The others are passed without a transaction. */
  readonly sift?: ((tx: Tx, events: readonly E[]) => Promise<readonly E[]>) | undefined;
  readonly keepEveryMs?: number;
}): ReactionRun => {
  const { name, db, log, keepEveryMs = usualKeepMs } = options;
  let nudge: () => void = () => {};
  let woken = false;

  const begin = async (): Promise<number> => {
    const known = await db.maybe<{ seq: number }>(sql`SELECT seq FROM reaction_cursor WHERE name = ${name}`);
    if (known) return known.seq;
    await db.run(
      sql`INSERT INTO reaction_cursor (name, seq) VALUES (${name}, ${await options.end(db)}) ON CONFLICT DO NOTHING`,
    );
    return (await db.one<{ seq: number }>(sql`SELECT seq FROM reaction_cursor WHERE name = ${name}`)).seq;
  };

  /** Waits, or goes on at once when somebody woke us meanwhile (unless a failure wants its pause). */
  const pause = (ms: number, signal: AbortSignal, wakeable: boolean): Promise<void> =>
    new Promise((resolve) => {
      if (signal.aborted || (wakeable && woken)) return resolve();
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        nudge = () => {};
        resolve();
      };
      const timer = setTimeout(end, ms);
      if (wakeable) nudge = end;
      signal.addEventListener("abort", end, { once: true });
    });

  /** The cursor only rises: of two who believe that they lead, the second to commit finds it moved and its whole transaction is undone. */
  const move = async (tx: Tx, seq: number): Promise<void> => {
    if ((await tx.run(sql`UPDATE reaction_cursor SET seq = ${seq} WHERE name = ${name} AND seq < ${seq}`)) === 0)
      throw new Error("another process has moved the cursor");
  };

  const run = async (signal: AbortSignal): Promise<void> => {
    let after = await begin();
    let kept = { seq: after, at: performance.now() };
    let failures = 0;
    while (!signal.aborted) {
      try {
        woken = false;
        const { events, upTo } = await options.read(db, after, batch);
        const wanted = events.filter(options.wants);
        const due = wanted.length > 0 && options.sift !== undefined ? await options.sift(db, wanted) : wanted;
        for (const event of due) {
          let from: string | undefined;
          do {
            if (signal.aborted) return;
            from = await db.transaction(async (tx) => {
              const stopped = await options.handle(tx, event, from);
              if (typeof stopped === "string") return stopped;
              await move(tx, event.seq);
              return undefined;
            });
          } while (from !== undefined);
          after = event.seq;
          kept = { seq: after, at: performance.now() };
        }
        after = Math.max(after, upTo);
        if (after > kept.seq && performance.now() - kept.at >= keepEveryMs) {
          await move(db, after);
          kept = { seq: after, at: performance.now() };
        }
        failures = 0;
        // Many entries a second are handled in gathered looks: each look costs the same, however much it finds.
        if (events.length < batch) await pause(gatherMs, signal, false);
        if (events.length === 0) await pause(lookEveryMs, signal, true);
      } catch (error) {
        failures += 1;
        log.error("reaction.failed", {
          reaction: name,
          after,
          failures,
          error: error instanceof Error ? error.message : "unknown",
        });
        await pause(Math.min(longestPauseMs, 250 * 2 ** Math.min(failures, 8)), signal, false);
        // Somebody else may have gone on meanwhile.
        after = await begin().catch(() => after);
        kept = { seq: after, at: performance.now() };
      }
    }
  };

  const leadership: Leadership = lead(db, options.key, name, log, run);
  return {
    wake: () => {
      woken = true;
      nudge();
    },
    stop: () => leadership.stop(),
  };
};
