// Knows at any moment whether the database answers, so that nobody has to find out by waiting, and tells the pool. Called by server/start.ts.
import type pg from "pg";
import type { Db } from "#platform/db/db.ts";
import type { Log } from "#platform/log.ts";

export interface Watch {
  /** True from at most 1.25 s after the database stopped answering until it answers again. */
  readonly away: () => boolean;
  readonly stop: () => Promise<void>;
}

const everyMs = 250;
const patienceMs = 1_000;
const tickMs = 50;

/**
 * Asks four times a second over a connection of its own, so that a busy pool is not taken for a dead database. When there is no answer, every
 * call that waits for the database is refused at once (`setAway`), and so is every new one until it answers again.
 */
export const watchDatabase = (db: Pick<Db, "connect" | "setAway">, log: Log): Watch => {
  let away = false;
  /** Whoever starts is held up by much: until the first answer nothing is said. */
  let met = false;
  let stopped = false;
  let client: pg.Client | null = null;
  let wake: () => void = () => {};

  /** Counted in ticks that this program could make: while it is held up itself it cannot say that somebody else is late. */
  const within = async <T>(work: Promise<T>): Promise<T> => {
    let ticks = 0;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setInterval(() => {
        ticks += 1;
        if (ticks * tickMs >= patienceMs) reject(new Error("late"));
      }, tickMs);
    });
    return Promise.race([work, late]).finally(() => clearInterval(timer));
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
      const was: boolean = away;
      try {
        const asking = ask(() => over);
        await (met ? within(asking) : asking);
        met = true;
        away = false;
      } catch {
        if (!stopped) away = true;
      }
      over = true;
      if (was !== away) log.warn(away ? "db.away" : "db.back");
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
