// Which stored files hold card numbers or session secrets, and the copies without them. Intake and uploads call `look`, reads ask `of`, the file route
// gives the copy.
import { Worker } from "node:worker_threads";
import type { SecretKind } from "#lib/secrets.ts";
import { sql, type Db, type Tx } from "#platform/db/db.ts";
import type { Files, StoredFile } from "#platform/files/files.ts";
import { cleaned, type Cleaned } from "#platform/files/secrets-clean.ts";
import type { Log } from "#platform/log.ts";

/** A file with something in it. */
export interface FileSecret {
  /** None: it could not be looked through in time, so it may hold anything. */
  readonly kinds: readonly SecretKind[];
  /** The copy without it; null: there is none. */
  readonly cleanHash: string | null;
}

export interface FileSecrets {
  /** It is looked for. What was found before stays flagged in any case. */
  readonly on: boolean;
  /** Looks through bytes that were just stored, when they are text; stores the copy without what is found. Says what is known of them now. */
  readonly look: (stored: StoredFile, bytes: Uint8Array) => Promise<FileSecret | null>;
  /** Those of the hashes that are flagged, in the caller's transaction. */
  readonly of: (tx: Tx, hashes: readonly string[]) => Promise<ReadonlyMap<string, FileSecret>>;
}

/** Longer files are looked through in a thread of their own. */
const inlineBytes = 128 * 1024;
const usualTimeMs = 20_000;
const atOnce = 2;

/** Text, whatever kind of: what a browser exports (HAR), logs, JSON, e-mails as text. */
const isText = (mediaType: string): boolean => /^text\/|json|xml|javascript/.test(mediaType);

/** `timeMs`: for one file; beyond it the file counts as one that may hold anything. */
export const openSecrets = (options: {
  readonly db: Db;
  readonly files: Pick<Files, "put">;
  readonly on: boolean;
  readonly log: Pick<Log, "warn">;
  readonly timeMs?: number;
}): FileSecrets => {
  const { db, files, on, log, timeMs = usualTimeMs } = options;
  const queue: (() => void)[] = [];
  let running = 0;

  const inThread = async (bytes: Uint8Array): Promise<Cleaned | null> => {
    if (running >= atOnce) await new Promise<void>((resolve) => queue.push(resolve));
    running += 1;
    try {
      return await threaded(bytes, timeMs);
    } finally {
      running -= 1;
      queue.shift()?.();
    }
  };

  const of = async (tx: Tx, hashes: readonly string[]): Promise<ReadonlyMap<string, FileSecret>> => {
    if (hashes.length === 0) return new Map();
    const rows = await tx.rows<FileSecret & { readonly hash: string }>(
      sql`SELECT hash, kinds, clean_hash AS "cleanHash" FROM file_secret WHERE hash = ANY (${[...new Set(hashes)]}::text[])`,
    );
    return new Map(rows.map(({ hash, ...row }) => [hash, row]));
  };

  return {
    on,
    of,
    look: async (stored, bytes) => {
      const known = (await of(db, [stored.hash])).get(stored.hash) ?? null;
      if (known !== null || !on || !isText(stored.mediaType)) return known;
      let found: FileSecret | null;
      try {
        const clean = bytes.byteLength <= inlineBytes ? cleaned(bytes) : await inThread(bytes);
        found = clean && { kinds: clean.kinds, cleanHash: (await files.put(clean.bytes)).hash };
      } catch (error) {
        if (!(error instanceof NotRead)) throw error;
        log.warn("files.notLookedThrough", { hash: stored.hash.slice(0, 12), sizeBytes: stored.sizeBytes });
        found = { kinds: [], cleanHash: null };
      }
      if (found !== null)
        await db.run(
          sql`INSERT INTO file_secret (hash, kinds, clean_hash) VALUES (${stored.hash}, ${found.kinds}, ${found.cleanHash}) ON CONFLICT DO NOTHING`,
        );
      return found;
    },
  };
};

/** The thread did not come to an end. */
class NotRead extends Error {}

const threaded = (bytes: Uint8Array, timeMs: number): Promise<Cleaned | null> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./secrets-worker.ts", import.meta.url), {
      workerData: bytes,
      resourceLimits: { maxOldGenerationSizeMb: 768 },
    });
    const timer = setTimeout(() => end(() => reject(new NotRead())), timeMs);
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      settle();
      void worker.terminate();
    };
    worker.once("message", (clean: Cleaned | null) => end(() => resolve(clean)));
    worker.once("error", () => end(() => reject(new NotRead())));
    worker.once("exit", () => end(() => reject(new NotRead())));
  });

/** The same store, which forgets with the bytes what was found in them; the copy is forgotten when nothing names it any more. */
export const withSecrets = (db: Db, files: Files): Files => ({
  ...files,
  forgetAside: async (hash) => {
    await files.forgetAside(hash);
    await db.run(sql`DELETE FROM file_secret WHERE hash = ${hash}`);
  },
});

/** Those of the hashes that are copies of files which are still known. */
export const cleanCopies = async (tx: Tx, hashes: readonly string[]): Promise<string[]> =>
  (
    await tx.rows<{ hash: string }>(
      sql`SELECT DISTINCT clean_hash AS hash FROM file_secret WHERE clean_hash = ANY (${hashes}::text[])`,
    )
  ).map(({ hash }) => hash);
