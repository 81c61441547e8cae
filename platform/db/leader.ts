// One leader at a time among all processes on one database, by advisory lock. Used by reactions, timers and mailbox listeners.
import type pg from "pg";
import type { Db } from "#platform/db/db.ts";
import type { Log } from "#platform/log.ts";

export interface Leadership {
  readonly leads: () => boolean;
  /** Gives the lead up and resolves when `run` has ended. */
  readonly stop: () => Promise<void>;
}

const retryMs = 2_000;

/**
 * Runs `run` while this process holds the lock `key`; its signal aborts when the connection that holds the lock is lost.
 * When the holder dies, PostgreSQL frees the lock with its connection and another process takes over within 5 s.
 */
export const lead = (db: Db, key: number, name: string, log: Log, run: (signal: AbortSignal) => Promise<void>): Leadership => {
  let client: pg.Client | null = null;
  let current: Promise<void> | null = null;
  let abort: AbortController | null = null;
  let stopped = false;
  let timer: NodeJS.Timeout | null = null;

  const release = async (): Promise<void> => {
    const held = client;
    client = null;
    await held?.end().catch(() => {});
  };

  const attempt = async (): Promise<void> => {
    if (stopped) return;
    try {
      client ??= await db.connect();
      const mine = client;
      const controller = new AbortController();
      mine.removeAllListeners("error");
      mine.on("error", () => {
        controller.abort();
        if (client === mine) client = null;
      });
      const { rows } = await mine.query<{ got: boolean }>("SELECT pg_try_advisory_lock(729, $1) AS got", [key]);
      if (!rows[0]?.got) {
        plan();
        return;
      }
      log.info("leader.began", { name });
      abort = controller;
      current = run(controller.signal)
        .catch((error: unknown) => log.error("leader.failed", { name, error: error instanceof Error ? error.message : "unknown" }))
        .finally(async () => {
          current = null;
          await release();
          plan();
        });
    } catch (error) {
      log.warn("leader.cannotTry", { name, error: error instanceof Error ? error.message : "unknown" });
      await release();
      plan();
    }
  };

  const plan = (): void => {
    if (!stopped) timer = setTimeout(() => void attempt(), retryMs).unref();
  };

  void attempt();
  return {
    leads: () => current !== null,
    stop: async () => {
      stopped = true;
      if (timer) clearTimeout(timer);
      abort?.abort();
      await current;
      await release();
    },
  };
};
