// Knows at any moment whether the database answers, so that nobody has to find out by waiting, and tells the pool. Called by server/start.ts.
import { setImmediate as turn } from "node:timers/promises";
import type pg from "pg";
import type { Db } from "#platform/db/db.ts";

export interface Watch {
  /** True from at most 1.25 s after the database stopped answering until it answers again. */
  readonly away: () => boolean;
  readonly stop: () => Promise<void>;
}

const everyMs = 250;
const patienceMs = 1_000;

/**
 * Asks four times a second over a connection of its own, so that a busy pool is not taken for a dead database. When there is no answer, every
 * call that waits for the database is refused at once (`setAway`), and so is every new one until it answers again.
 */
export const watchDatabase = (db: Pick<Db, "connect" | "setAway">): Watch => {
  let away = false;
  let stopped = false;
  let client: pg.Client | null = null;
  let wake: () => void = () => {};

  const within = async <T>(work: Promise<T>): Promise<T> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      // A program that was itself held up finds the time over and the answer waiting: one turn more takes the answer.
      timer = setTimeout(() => void turn().then(() => reject(new Error("late"))), patienceMs);
    });
    return Promise.race([work, late]).finally(() => clearTimeout(timer));
  };
  const drop = (gone: pg.Client | null): void => {
    void gone?.end().catch(() => {});
  };
  /** `over`: nobody waits for this answer any more; what it opened is not kept. */
  const ask = async (over: () => boolean): Promise<void> => {
    const known = client;
    client = null;
    const answered = await known?.query("SELECT 1").then(
      () => true,
      () => false,
    );
    if (answered && !over()) {
      client = known;
      return;
    }
    drop(known);
    if (over()) return;
    // Our own connection may be lost alone: only a new one tells.
    const fresh = await db.connect();
    fresh.on("error", () => {});
    try {
      await fresh.query("SELECT 1");
      if (!over()) client = fresh;
    } finally {
      if (client !== fresh) drop(fresh);
    }
  };
  const running = (async (): Promise<void> => {
    while (!stopped) {
      let over = false;
      try {
        await within(ask(() => over));
        away = false;
      } catch {
        if (!stopped) away = true;
      }
      over = true;
      db.setAway(away);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, everyMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
        if (stopped) wake();
      });
    }
  })();
  return {
    away: () => away,
    stop: async () => {
      stopped = true;
      wake();
      await running;
      drop(client);
    },
  };
};
