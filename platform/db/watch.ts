// Knows at any moment whether the database answers, so that nobody has to find out by waiting. Called by server/start.ts.
import type pg from "pg";
import type { Db } from "#platform/db/db.ts";

export interface Watch {
  /** True from 1.5 s after the database stopped answering until it answers again. */
  readonly away: () => boolean;
  readonly stop: () => Promise<void>;
}

const everyMs = 500;
const patienceMs = 1_500;

/** Asks once every half second over a connection of its own, so that a busy pool is not taken for a dead database. */
export const watchDatabase = (db: Pick<Db, "connect">): Watch => {
  let away = false;
  let stopped = false;
  let client: pg.Client | null = null;
  let wake: () => void = () => {};

  const within = async <T>(work: Promise<T>): Promise<T> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error("late")), patienceMs);
    });
    return Promise.race([work, late]).finally(() => clearTimeout(timer));
  };
  const drop = (gone: pg.Client | null): void => {
    void gone?.end().catch(() => {});
  };
  const ask = async (): Promise<void> => {
    if (client === null) {
      const opening = db.connect();
      // One that comes up after we stopped waiting for it is not kept.
      opening.then(
        (late) => {
          late.on("error", () => {});
          if (client !== late) setTimeout(() => client !== late && drop(late), patienceMs).unref();
        },
        () => {},
      );
      client = await within(opening);
    }
    await within(client.query("SELECT 1"));
  };
  const running = (async (): Promise<void> => {
    while (!stopped) {
      try {
        await ask();
        away = false;
      } catch {
        if (!stopped) away = true;
        drop(client);
        client = null;
      }
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
