// The way to PostgreSQL: a pool, transactions, prepared statements. Modules' store.ts files are the callers.
import { createHash } from "node:crypto";
import { Socket } from "node:net";
import pg from "pg";
import sql, { type Sql } from "sql-template-tag";
import { gatherWrites } from "#lib/gatherWrites.ts";
import { awaySwitch } from "#platform/db/away.ts";

export { empty, join, raw } from "sql-template-tag";
export { sql };
export type { Sql };

/** What statements run on: a transaction in hand, or the pool itself for single reads. */
export interface Tx {
  readonly rows: <T>(query: Sql) => Promise<T[]>;
  /** The only row, or null when there is none. */
  readonly maybe: <T>(query: Sql) => Promise<T | null>;
  /** The only row; throws when there is none (a bug, not a refusal). */
  readonly one: <T>(query: Sql) => Promise<T>;
  /**
   * Carries the statement out in its place without waiting for the answer (in a transaction; on the pool it waits). The commit waits for all
   * of them and fails with the first that failed. For writes of which nothing is asked: each answer not waited for saves a round trip.
   * `then` is given the rows when they have come, which is before the commit.
   */
  readonly later: <T>(query: Sql, then?: (rows: T[]) => void) => Promise<void>;
  /** Carries the statement out and says how many rows it touched. */
  readonly run: (query: Sql) => Promise<number>;
  /** Runs before the commit, in the order given, as a part of the transaction. On the pool: at once. */
  readonly atEnd: (work: () => Promise<void>) => Promise<void>;
  /** Runs after the commit, never after a rollback. On the pool: at once. */
  readonly afterCommit: (then: () => void) => void;
}

export interface Db extends Tx {
  /** All or nothing, READ COMMITTED. Tried again (at most 3 times) after a deadlock or serialisation failure, so `work` must have no effect outside `tx`. */
  readonly transaction: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;
  /**
   * Statements that are sent together on one connection, each for itself and in the order in which they are called: one waking of PostgreSQL
   * for all of them. No transaction: each sees what was committed before it.
   */
  readonly together: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;
  /** A client of its own for LISTEN or COPY; the caller ends it. */
  readonly connect: () => Promise<pg.Client>;
  /** Told by who watches the database: while it is away nobody waits for it, not even what had begun. */
  readonly setAway: (away: boolean) => void;
  readonly url: string;
  readonly stats: () => { readonly total: number; readonly idle: number; readonly waiting: number };
  readonly close: () => Promise<void>;
}

const names = new Map<string, string>();
const maxNames = 2000;

/** Statements are prepared under a name made of their text; texts beyond the first 2,000 different ones run unprepared. */
const nameOf = (text: string): string | undefined => {
  const known = names.get(text);
  if (known !== undefined) return known;
  if (names.size >= maxNames) return undefined;
  const name = createHash("sha1").update(text).digest("base64url").slice(0, 20);
  names.set(text, name);
  return name;
};

/** Turns PostgreSQL's "2026-11-24 01:02:03.123456+00" (the session speaks UTC) into ISO 8601 with milliseconds. */
const instantText = (value: string): string => {
  if (value.length < 19 || !value.endsWith("+00")) return new Date(value).toISOString();
  const fraction = value.length > 22 && value[19] === "." ? value.slice(20, -3).padEnd(3, "0").slice(0, 3) : "000";
  return `${value.slice(0, 10)}T${value.slice(11, 19)}.${fraction}Z`;
};

const parsers = new Map<number, (value: string) => unknown>([
  [pg.types.builtins.TIMESTAMPTZ, instantText],
  [pg.types.builtins.INT8, Number],
  [pg.types.builtins.NUMERIC, Number],
]);

const getTypeParser = ((oid: number, format?: "text" | "binary") =>
  parsers.get(oid) ?? pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser;

type Runner = { query: (config: pg.QueryConfig) => Promise<pg.QueryResult> };

/** What a transaction in hand gathers; null: there is none, everything happens at once. */
interface Gathered {
  /** Statements that were sent and whose answers nobody waits for yet. */
  readonly behind: Promise<unknown>[];
  readonly atEnd: (() => Promise<void>)[];
  readonly after: (() => void)[];
}

const on = (runner: Runner, gathered: Gathered | null): Tx => {
  const query = (q: Sql): Promise<pg.QueryResult> => {
    const text = q.text;
    const name = nameOf(text);
    return runner.query(name === undefined ? { text, values: q.values } : { text, values: q.values, name });
  };
  const rows = async <T>(q: Sql): Promise<T[]> => (await query(q)).rows as T[];
  const maybe = async <T>(q: Sql): Promise<T | null> => ((await query(q)).rows[0] as T | undefined) ?? null;
  return {
    rows,
    maybe,
    one: async <T>(q: Sql): Promise<T> => {
      const row = await maybe<T>(q);
      if (row === null) throw new Error(`a row was expected from: ${q.text.slice(0, 200)}`);
      return row;
    },
    later: async <T>(q: Sql, then?: (rows: T[]) => void) => {
      const answer = query(q).then((result) => then?.(result.rows as T[]));
      if (gathered === null) return await answer;
      gathered.behind.push(quietly(answer));
    },
    run: async (q) => (await query(q)).rowCount ?? 0,
    atEnd: async (work) => {
      if (gathered === null) return work();
      gathered.atEnd.push(work);
    },
    afterCommit: (then) => void (gathered === null ? then() : gathered.after.push(then)),
  };
};

const again = new Set(["40001", "40P01"]);

/** Somebody will look at the promise later; until then its failure is not unhandled. */
const quietly = <T>(promise: Promise<T>): Promise<T> => {
  promise.catch(() => {});
  return promise;
};

const afterFailure = "25P02";

/** The statement that failed first; those behind it only say that the transaction is aborted. */
const rootOf = async (behind: readonly Promise<unknown>[], error: unknown): Promise<unknown> => {
  const failed = (await Promise.allSettled(behind)).flatMap((each) =>
    each.status === "rejected" ? [each.reason as unknown] : [],
  );
  return failed.find((reason) => codeOf(reason) !== afterFailure) ?? error;
};

const codeOf = (error: unknown): string | undefined =>
  typeof error === "object" && error !== null && "code" in error ? String(error.code) : undefined;

/** True when the database could not be reached or is going away: the caller should say "try later". */
export const isUnavailable = (error: unknown): boolean => {
  const code = codeOf(error) ?? "";
  // 55P03: a lock was not to be had within lock_timeout.
  if (code === "55P03" || code.startsWith("08") || code.startsWith("57P") || code.startsWith("53")) return true;
  if (["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN"].includes(code)) return true;
  return (
    error instanceof Error &&
    /Connection terminated|timeout exceeded when trying to connect|Query read timeout|is not queryable/.test(
      error.message,
    )
  );
};

/** True when the statement failed because a unique constraint of that name is held by another row. */
export const breaksUnique = (error: unknown, constraint: string): boolean =>
  codeOf(error) === "23505" && (error as { constraint?: string }).constraint === constraint;

/**
 * A connection's socket that sends together what is written in one turn of the event loop. Waking PostgreSQL is what a statement costs this
 * process most; a transaction's BEGIN and first statement, or its last ones and COMMIT, are one waking instead of several.
 */
const gatheringSocket = (): Socket => {
  const socket = new Socket();
  // From then on: connecting gives a socket its own way of writing back.
  socket.once("connect", () => gatherWrites(socket, (send) => setImmediate(send)));
  return socket;
};

/** The address with our session settings behind the operator's own (`?options=`): of two values of one setting the last holds. */
const withOptions = (url: string, ours: string): string => {
  const address = new URL(url);
  const theirs = address.searchParams.get("options");
  address.searchParams.set("options", theirs === null ? ours : `${theirs} ${ours}`);
  return address.href;
};

/** Opens the pool. `onError` hears of idle connections that died; the pool replaces them by itself. */
export const openDb = (
  url: string,
  options: { readonly max: number; readonly onError: (error: Error) => void; readonly applicationName?: string },
): Db => {
  const config = {
    application_name: options.applicationName ?? "draht",
    connectionTimeoutMillis: 4_000,
    types: { getTypeParser },
    stream: gatheringSocket,
  };
  const pool = new pg.Pool({
    ...config,
    // One plan for each statement and connection, made without its values: the statements are written for it (docs/subsystems/plans.md).
    // Behind a partition a transaction keeps its locks no longer than 8 s, and those that wait for them do not inherit them: others go on within 15 s.
    connectionString: withOptions(
      url,
      "-c timezone=UTC -c synchronous_commit=on -c plan_cache_mode=force_generic_plan -c statement_timeout=30000 -c lock_timeout=8000 -c idle_in_transaction_session_timeout=8000",
    ),
    max: options.max,
    // Statements are sent without waiting for the answer of the one before: see `later`.
    pipeline: true,
    idleTimeoutMillis: 60_000,
    // A statement that is silent for so long hangs with its connection (a partition, a stopped server); of a statement_timeout nobody would hear.
    query_timeout: 10_000,
    keepAlive: true,
  });
  pool.on("error", options.onError);
  const away = awaySwitch();
  pool.on("connect", (client) => {
    away.watched(client);
    // Whoever has it in hand hears of its end by the statement that fails; between two statements nobody listens, and the process would end.
    client.on("error", () => {});
  });

  const once = async <T>(work: (tx: Tx) => Promise<T>, refused: () => boolean): Promise<T> => {
    const client = await pool.connect();
    // Nobody waits for it any more: what was refused is not done later.
    if (refused()) {
      client.release();
      throw new Error("refused meanwhile");
    }
    let broken = false;
    const onClientError = (): void => {
      broken = true;
    };
    client.on("error", onClientError);
    const gathered: Gathered = { behind: [], atEnd: [], after: [] };
    const { behind } = gathered;
    try {
      behind.push(quietly(client.query("BEGIN")));
      const result = await work(on(client, gathered));
      for (const end of gathered.atEnd) await end();
      // Behind a statement that failed, COMMIT rolls back and says so.
      const ended = quietly(client.query("COMMIT"));
      await Promise.all(behind);
      if ((await ended).command !== "COMMIT") throw new Error("the transaction was rolled back");
      for (const then of gathered.after) then();
      return result;
    } catch (thrown) {
      const error = await rootOf(behind, thrown);
      if (error instanceof Error && error.message === "Query read timeout") broken = true;
      if (!broken) {
        await client.query("ROLLBACK").catch(() => {
          broken = true;
        });
      }
      throw error;
    } finally {
      client.off("error", onClientError);
      client.release(broken);
    }
  };

  return {
    ...on({ query: (config) => away.unless(() => pool.query(config)) }, null),
    transaction: async (work) => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await away.unless((refused) => once(work, refused));
        } catch (error) {
          if (attempt >= 3 || !again.has(codeOf(error) ?? "")) throw error;
        }
      }
    },
    together: (work) =>
      away.unless(async () => {
        const client = await pool.connect();
        try {
          return await work(on(client, null));
        } finally {
          // A connection that broke meanwhile is known to the pool.
          client.release();
        }
      }),
    connect: async () => {
      const client = new pg.Client({
        ...config,
        connectionString: withOptions(url, "-c timezone=UTC"),
        keepAlive: true,
      });
      await client.connect();
      return away.watched(client);
    },
    setAway: away.set,
    url,
    stats: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    close: async () => {
      await pool.end();
    },
  };
};
