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
/** How often the holder asks whether its connection, and with it the lock, still stands; an answer that takes longer counts as none. */
const heartbeatMs = 2_000;

/** PostgreSQL frees the lock of a holder that vanished without a word (its machine, its network) after about 4 s. */
const noticeVanished =
  "SET tcp_keepalives_idle = 2; SET tcp_keepalives_interval = 1; SET tcp_keepalives_count = 2; SET tcp_user_timeout = 4000";

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : "unknown");

/**
 * Runs `run` while this process holds the lock `key`; its signal aborts when the connection that holds the lock is lost.
 * When the holder dies, PostgreSQL frees the lock with its connection and another process takes over within 5 s. A process that was
 * frozen may for a moment believe that it still leads: what `run` writes must bear that (a fencing token, a cursor that only rises).
 */
export const lead = (
  db: Pick<Db, "connect">,
  key: number,
  name: string,
  log: Log,
  run: (signal: AbortSignal) => Promise<void>,
  /** How often it is tried; a process that follows on a killed one leads that much later at most. */
  tryEveryMs = retryMs,
): Leadership => {
  let client: pg.Client | null = null;
  let abort: AbortController | null = null;
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  let leading = false;
  let attempting: Promise<void> = Promise.resolve();

  const release = async (): Promise<void> => {
    const held = client;
    client = null;
    await held?.end().catch(() => {});
  };

  const open = async (): Promise<pg.Client> => {
    const fresh = await db.connect();
    fresh.on("error", () => {});
    fresh.on("end", () => {
      if (client !== fresh) return;
      client = null;
      abort?.abort();
    });
    await fresh.query(noticeVanished).catch(() => {});
    return fresh;
  };

  /** Ends the lead when the database no longer answers on the connection that holds the lock. */
  const watch = (held: pg.Client, controller: AbortController): NodeJS.Timeout => {
    let asked = false;
    const beat = setInterval(() => {
      if (asked) {
        controller.abort();
        // A connection that does not answer would not answer to a polite end either.
        (held as unknown as { connection: { stream: { destroy: () => void } } }).connection.stream.destroy();
        return;
      }
      asked = true;
      held.query("SELECT 1").then(
        () => (asked = false),
        () => controller.abort(),
      );
    }, heartbeatMs);
    return beat.unref();
  };

  const attempt = async (): Promise<void> => {
    try {
      client ??= await open();
      const held = client;
      const { rows } = await held.query<{ got: boolean }>("SELECT pg_try_advisory_lock(729, $1) AS got", [key]);
      if (!rows[0]?.got || stopped) return;
      const controller = new AbortController();
      abort = controller;
      const beat = watch(held, controller);
      leading = true;
      log.info("leader.began", { leader: name });
      try {
        await run(controller.signal);
      } catch (error) {
        log.error("leader.failed", { leader: name, error: wordsOf(error) });
      }
      leading = false;
      clearInterval(beat);
      await release();
    } catch (error) {
      log.warn("leader.cannotTry", { leader: name, error: wordsOf(error) });
      await release();
    }
  };

  const again = (): void => {
    if (stopped) return;
    attempting = attempt();
    void attempting.then(() => {
      if (!stopped) timer = setTimeout(again, tryEveryMs).unref();
    });
  };

  again();
  return {
    leads: () => leading,
    stop: async () => {
      stopped = true;
      if (timer) clearTimeout(timer);
      abort?.abort();
      await attempting;
      await release();
    },
  };
};
