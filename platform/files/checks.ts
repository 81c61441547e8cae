// Holds files back until the virus scanner has looked at them: what it said of each, by hash, and what still waits for it.
// `withChecks` notes what is stored; the file route asks `look`, reads ask `held`, a timed job runs `checkDue`.
import { sql, type Db, type Sql, type Tx } from "#platform/db/db.ts";
import type { Scanned, Scanner } from "#platform/files/clamd.ts";
import { isFileMissing, type Files } from "#platform/files/files.ts";
import type { Log } from "#platform/log.ts";

/** Why nobody may have a file. `finding`: the scanner's name for what is in it. */
export interface Held {
  readonly why: "waiting" | "infected" | "unscannable";
  readonly finding: string | null;
}

export interface FileChecks {
  /** There is a scanner. Without one nothing waits, and what was found before stays held. */
  readonly on: boolean;
  /** Those of the hashes that are held, in the caller's transaction. Asks no scanner. */
  readonly held: (tx: Tx, hashes: readonly string[]) => Promise<ReadonlyMap<string, Held>>;
  /** For somebody who wants the file now: null when they may have it. What nobody looked at is looked at, for a moment. */
  readonly look: (hash: string) => Promise<Held | null>;
  /** Looks at what is due; the time of the next try stands in the table, so a kill loses nothing. Says how many were settled. */
  readonly checkDue: () => Promise<number>;
  /** How many wait. */
  readonly waiting: () => Promise<number>;
}

/** Somebody who looks has this long before another may; a scan of large files on a slow machine takes a while. */
const claimMs = 120_000;
/** Whoever wants a file waits no longer for the scanner. */
const lookMs = 4_000;
const atOnce = 20;
/** Pauses after the first, second … try that failed; then every minute. A scanner that is away costs a refused connection. */
const pausesMs = [1_000, 2_000, 5_000, 10_000, 20_000, 40_000, 60_000];
/** A scanner that has just failed is not asked again by everybody who wants a file. */
const restMs = 2_000;

interface Row {
  readonly hash: string;
  readonly state: "waiting" | "clean" | "infected" | "unscannable";
  readonly finding: string | null;
}

const ahead = (now: Date, ms: number): string => new Date(now.getTime() + ms).toISOString();

const heldBy = (row: Row | null, on: boolean): Held | null => {
  const state = row?.state ?? "waiting";
  if (state === "clean" || (state === "waiting" && !on)) return null;
  return { why: state, finding: row?.finding ?? null };
};

const note = (hash: string, at: string): Sql =>
  sql`INSERT INTO file_check (hash, state, next_try_at) VALUES (${hash}, 'waiting', ${at}) ON CONFLICT DO NOTHING`;

/** The same store, which notes what is stored for the scanner, and forgets with the bytes what was said of them. */
export const withChecks = (db: Db, files: Files, now: () => Date): Files => ({
  ...files,
  put: async (bytes) => {
    const stored = await files.put(bytes);
    await db.run(note(stored.hash, now().toISOString()));
    return stored;
  },
  forgetAside: async (hash) => {
    await files.forgetAside(hash);
    await db.run(sql`DELETE FROM file_check WHERE hash = ${hash}`);
  },
});

/** The checks of a centre. `settled` runs in the transaction that keeps what was said of a file. */
export const openChecks = (options: {
  readonly db: Db;
  readonly files: Pick<Files, "stream">;
  readonly scanner: Scanner | null;
  readonly now: () => Date;
  readonly log: Pick<Log, "warn" | "info">;
  readonly settled: (tx: Tx, hash: string, held: Held | null) => Promise<void>;
}): FileChecks => {
  const { db, files, scanner, now, log } = options;
  const on = scanner !== null;
  const scanning = new Map<string, Promise<boolean>>();
  let failedAt = Number.NEGATIVE_INFINITY;

  const rowOf = (hash: string): Promise<Row | null> =>
    db.maybe<Row>(sql`SELECT hash, state, finding FROM file_check WHERE hash = ${hash}`);

  const keep = (hash: string, said: Scanned): Promise<void> =>
    db.transaction(async (tx) => {
      const finding = said.kind === "infected" ? said.finding : said.kind === "unscannable" ? said.detail : null;
      const changed = await tx.run(sql`
        UPDATE file_check SET state = ${said.kind}, finding = ${finding}, tries = tries + 1, next_try_at = NULL, checked_at = ${now().toISOString()}
         WHERE hash = ${hash} AND state = 'waiting'`);
      if (changed > 0) await options.settled(tx, hash, said.kind === "clean" ? null : { why: said.kind, finding });
    });

  const putOff = async (hash: string): Promise<void> => {
    const { tries } = (await db.maybe<{ tries: number }>(
      sql`UPDATE file_check SET tries = tries + 1 WHERE hash = ${hash} AND state = 'waiting' RETURNING tries`,
    )) ?? { tries: 1 };
    const pause = pausesMs[Math.min(tries, pausesMs.length) - 1] ?? 0;
    await db.run(
      sql`UPDATE file_check SET next_try_at = ${ahead(now(), pause)} WHERE hash = ${hash} AND state = 'waiting'`,
    );
  };

  /** True when something was said of it. False: the scanner is away, or the bytes are. */
  const scan = async (hash: string): Promise<boolean> => {
    if (scanner === null) return false;
    try {
      // Whoever asked before something was said and comes here after it has their answer.
      const row = await rowOf(hash);
      if (row !== null && row.state !== "waiting") return true;
      const said = await scanner.scan(await files.stream(hash));
      failedAt = Number.NEGATIVE_INFINITY;
      await keep(hash, said);
      if (said.kind !== "clean") log.info("files.found", { hash: hash.slice(0, 12), kind: said.kind });
      return true;
    } catch (error) {
      if (!isFileMissing(error)) failedAt = performance.now();
      log.warn("files.notScanned", { error: error instanceof Error ? error.message : "unknown" });
      await putOff(hash);
      return false;
    }
  };

  /** The same file is looked at once, whoever asks. */
  const scanOnce = (hash: string): Promise<boolean> => {
    const running = scanning.get(hash);
    if (running !== undefined) return running;
    const work = scan(hash).finally(() => scanning.delete(hash));
    scanning.set(hash, work);
    return work;
  };

  return {
    on,
    held: async (tx, hashes) => {
      if (hashes.length === 0) return new Map();
      const rows = await tx.rows<Row>(
        sql`SELECT hash, state, finding FROM file_check WHERE hash = ANY (${[...new Set(hashes)]}::text[])`,
      );
      const known = new Map(rows.map((row) => [row.hash, row]));
      return new Map(
        hashes.flatMap((hash): [string, Held][] => {
          const held = heldBy(known.get(hash) ?? null, on);
          return held === null ? [] : [[hash, held]];
        }),
      );
    },
    look: async (hash) => {
      const row = await rowOf(hash);
      const held = heldBy(row, on);
      if (held?.why !== "waiting") return held;
      if (row === null) await db.run(note(hash, now().toISOString()));
      if (performance.now() - failedAt < restMs && !scanning.has(hash)) return held;
      const work = scanOnce(hash).catch(() => false);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<false>((resolve) => {
        timer = setTimeout(() => resolve(false), lookMs);
      });
      const done = await Promise.race([work, late]);
      clearTimeout(timer);
      return done ? heldBy(await rowOf(hash), on) : held;
    },
    checkDue: async () => {
      if (!on) return 0;
      const due = await db.rows<{ hash: string }>(sql`
        WITH due AS (SELECT hash, next_try_at FROM file_check WHERE state = 'waiting' AND next_try_at <= ${now().toISOString()}
                      ORDER BY next_try_at LIMIT ${atOnce} FOR UPDATE SKIP LOCKED),
             claimed AS (UPDATE file_check f SET next_try_at = ${ahead(now(), claimMs)} FROM due WHERE f.hash = due.hash RETURNING f.hash, due.next_try_at AS since)
        SELECT hash FROM claimed ORDER BY since`);
      let settled = 0;
      for (const [index, { hash }] of due.entries()) {
        if (await scanOnce(hash)) settled += 1;
        else if (performance.now() - failedAt < restMs) {
          // The scanner is away: what else was claimed is due again when it may be back.
          const rest = due.slice(index + 1).map((each) => each.hash);
          await db.run(
            sql`UPDATE file_check SET next_try_at = ${ahead(now(), restMs)} WHERE hash = ANY (${rest}::text[]) AND state = 'waiting'`,
          );
          break;
        }
      }
      return settled;
    },
    waiting: async () =>
      on ? (await db.one<{ n: number }>(sql`SELECT count(*)::int AS n FROM file_check WHERE state = 'waiting'`)).n : 0,
  };
};
