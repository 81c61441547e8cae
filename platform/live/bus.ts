// Hints between processes on one database: "something new under this topic". May be lost; the truth is always a numbered row.
import type pg from "pg";
import type { Db } from "#platform/db/db.ts";
import type { Log } from "#platform/log.ts";

export interface Bus {
  /** Tells everybody, here at once and elsewhere within some milliseconds. `note` is small JSON for things that are never stored; hints without a note are merged. */
  readonly hint: (topic: string, note?: unknown) => void;
  /** Hears hints of all processes, its own included. Returns how to stop. */
  readonly on: (topic: string, hear: (note: unknown) => void) => () => void;
  readonly close: () => Promise<void>;
}

interface Spoken {
  readonly topic: string;
  readonly note?: unknown;
}

const listeners = (): { readonly tell: (spoken: Spoken) => void; readonly on: Bus["on"] } => {
  const byTopic = new Map<string, Set<(note: unknown) => void>>();
  return {
    tell: ({ topic, note }) => {
      for (const hear of byTopic.get(topic) ?? []) hear(note);
    },
    on: (topic, hear) => {
      const heard = byTopic.get(topic) ?? new Set();
      byTopic.set(topic, heard.add(hear));
      return () => heard.delete(hear);
    },
  };
};

/** The bus of a single process. */
export const memoryBus = (): Bus => {
  const { tell, on } = listeners();
  return {
    hint: (topic, note) => queueMicrotask(() => tell(note === undefined ? { topic } : { topic, note })),
    on,
    close: async () => {},
  };
};

const channel = "draht_live";
/** Each word to the others costs two wakings of PostgreSQL; here it is heard at once all the same. */
const coalesceMs = 15;
/** PostgreSQL refuses payloads of 8,000 bytes and more. */
const maxPayloadBytes = 7_500;
const reconnectMs = 500;

/**
 * The bus over PostgreSQL: one NOTIFY per 15 ms at most, sent on a connection of its own and never inside a transaction (a NOTIFY in every
 * transaction serialises the commits). Notes too large for one notification are dropped with a warning. Reconnects by itself; what was
 * said meanwhile elsewhere is not heard, so listeners also look from time to time.
 */
export const postgresBus = async (db: Db, log: Log): Promise<Bus> => {
  const { tell, on } = listeners();
  const self = Math.random().toString(36).slice(2);
  const pending = new Map<string, Spoken>();
  let notes: Spoken[] = [];
  let timer: NodeJS.Timeout | null = null;
  let client: pg.Client | null = null;
  let closed = false;
  let sending: Promise<unknown> = Promise.resolve();

  const connect = async (): Promise<void> => {
    if (closed) return;
    try {
      const fresh = await db.connect();
      fresh.on("error", () => lost(fresh));
      fresh.on("end", () => lost(fresh));
      fresh.on("notification", (message) => {
        const heard = JSON.parse(message.payload ?? "{}") as { from?: string; said?: Spoken[] };
        if (heard.from !== self) for (const spoken of heard.said ?? []) tell(spoken);
      });
      await fresh.query(`LISTEN ${channel}`);
      client = fresh;
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

  const flush = (): void => {
    timer = null;
    const said = [...pending.values(), ...notes];
    pending.clear();
    notes = [];
    let part: Spoken[] = [];
    let size = 0;
    const send = (): void => {
      const payload = JSON.stringify({ from: self, said: part });
      if (part.length > 0)
        sending = sending.then(() => client?.query("SELECT pg_notify($1, $2)", [channel, payload])).catch(() => {});
      part = [];
      size = 0;
    };
    for (const spoken of said) {
      const length = Buffer.byteLength(JSON.stringify(spoken));
      if (length > maxPayloadBytes - 100) {
        log.warn("bus.noteTooLarge", { topic: spoken.topic, bytes: length });
        continue;
      }
      if (size + length > maxPayloadBytes - 100) send();
      part.push(spoken);
      size += length + 1;
    }
    send();
  };

  await connect();
  return {
    hint: (topic, note) => {
      const spoken = note === undefined ? { topic } : { topic, note };
      queueMicrotask(() => tell(spoken));
      if (note === undefined) pending.set(topic, spoken);
      else notes.push(spoken);
      timer ??= setTimeout(flush, coalesceMs);
    },
    on,
    close: async () => {
      closed = true;
      if (timer) {
        clearTimeout(timer);
        flush();
      }
      await sending;
      const last = client;
      client = null;
      await last?.end().catch(() => {});
    },
  };
};
