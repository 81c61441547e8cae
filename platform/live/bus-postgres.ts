// The bus over PostgreSQL, which every centre has: NOTIFY and LISTEN. Opened by server/start.ts.
import type pg from "pg";
import type { Db } from "#platform/db/db.ts";
import { gatherHints, hearFrame, listeners, newSpeaker, type Bus } from "#platform/live/bus.ts";
import type { Log } from "#platform/log.ts";

const channel = "draht_live";
/** Between two words to the others: each costs two wakings of PostgreSQL; here it is heard at once all the same. */
const everyMs = 10;
/** PostgreSQL refuses payloads of 8,000 bytes and more. */
const mostBytes = 7_500;
const reconnectMs = 500;

/**
 * One NOTIFY per 10 ms at most, sent on a connection of its own and never inside a transaction (a NOTIFY in every transaction serialises the
 * commits). Reconnects by itself; what was said meanwhile elsewhere is not heard, so listeners also look from time to time, and all of them when it is back.
 */
export const postgresBus = async (db: Pick<Db, "connect">, log: Log): Promise<Bus> => {
  const { tell, on, wakeAll } = listeners();
  const self = newSpeaker();
  let client: pg.Client | null = null;
  let closed = false;
  let sending: Promise<unknown> = Promise.resolve();
  const { add, flush } = gatherHints({
    self,
    everyMs,
    mostBytes,
    log,
    send: (frame) => {
      sending = sending.then(() => client?.query("SELECT pg_notify($1, $2)", [channel, frame])).catch(() => {});
    },
  });

  const connect = async (): Promise<void> => {
    if (closed) return;
    try {
      const fresh = await db.connect();
      fresh.on("error", () => lost(fresh));
      fresh.on("end", () => lost(fresh));
      fresh.on("notification", (message) => hearFrame(message.payload ?? "", self, tell));
      await fresh.query(`LISTEN ${channel}`);
      if (closed) return await fresh.end();
      client = fresh;
      wakeAll();
    } catch (error) {
      log.warn("bus.cannotConnect", { error: error instanceof Error ? error.message : "unknown" });
      setTimeout(() => void connect(), reconnectMs).unref();
    }
  };

  const lost = (which: pg.Client): void => {
    if (client !== which) return;
    client = null;
    if (closed) return;
    log.warn("bus.lost");
    setTimeout(() => void connect(), reconnectMs).unref();
  };

  await connect();
  return {
    hint: (topic, note, here) => {
      const spoken = note === undefined ? { topic } : { topic, note };
      queueMicrotask(() => tell(spoken, here));
      add(spoken);
    },
    on,
    close: async () => {
      flush();
      await sending;
      closed = true;
      const last = client;
      client = null;
      await last?.end().catch(() => {});
    },
  };
};
