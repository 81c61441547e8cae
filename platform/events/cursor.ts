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

/**
 * Starts a reaction under the lock `key` (one process at a time). `read` gives entries in commit order and never skips one;
 * `handle` does its writes in `tx` and is called again for an entry after a crash before the commit. An entry that fails is tried
 * again with growing pauses and is never skipped. A reaction seen for the first time begins at the end of the log.
 */
export const runReaction = <E extends Numbered>(options: {
  readonly name: string;
  readonly key: number;
  readonly db: Db;
  readonly log: Log;
  readonly read: (tx: Tx, after: number, limit: number) => Promise<{ readonly events: readonly E[]; readonly upTo: number }>;
  readonly handle: (tx: Tx, event: E) => Promise<void>;
  readonly wants: (event: E) => boolean;
}): ReactionRun => {
  const { name, db, log } = options;
  let nudge: () => void = () => {};

  const begin = async (): Promise<number> => {
    const known = await db.maybe<{ seq: number }>(sql`SELECT seq FROM reaction_cursor WHERE name = ${name}`);
    if (known) return known.seq;
    const { upTo } = await options.read(db, Number.MAX_SAFE_INTEGER - 1, 1);
    const end = upTo === Number.MAX_SAFE_INTEGER - 1 ? (await db.one<{ horizon: number }>(sql`SELECT event_horizon() AS horizon`)).horizon : upTo;
    await db.run(sql`INSERT INTO reaction_cursor (name, seq) VALUES (${name}, ${end}) ON CONFLICT DO NOTHING`);
    return (await db.one<{ seq: number }>(sql`SELECT seq FROM reaction_cursor WHERE name = ${name}`)).seq;
  };

  const pause = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      const end = (): void => {
        clearTimeout(timer);
        resolve();
      };
      nudge = end;
      signal.addEventListener("abort", end, { once: true });
    });

  const move = (tx: Tx, seq: number): Promise<number> => tx.run(sql`UPDATE reaction_cursor SET seq = ${seq} WHERE name = ${name}`);

  const run = async (signal: AbortSignal): Promise<void> => {
    let after = await begin();
    let failures = 0;
    while (!signal.aborted) {
      try {
        const { events, upTo } = await options.read(db, after, batch);
        const wanted = events.filter(options.wants);
        for (const event of wanted) {
          if (signal.aborted) return;
          await db.transaction(async (tx) => {
            await options.handle(tx, event);
            await move(tx, event.seq);
          });
          after = event.seq;
        }
        if (upTo > after) {
          after = upTo;
          if (events.length > 0) await move(db, after);
        }
        failures = 0;
        if (events.length === 0) await pause(1_000, signal);
      } catch (error) {
        failures += 1;
        log.error("reaction.failed", { name, after, failures, error: error instanceof Error ? error.message : "unknown" });
        await pause(Math.min(longestPauseMs, 500 * 2 ** Math.min(failures, 7)), signal);
      }
    }
  };

  const leadership: Leadership = lead(db, options.key, name, log, run);
  return { wake: () => nudge(), stop: () => leadership.stop() };
};
