// Small bytes kept in the database, by the commit that speaks of them. Called by the intake's SQL (`keepEachSmall`) and by the server's start (`withSmall`).
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { join, sql, type Db, type Sql, type Tx } from "#platform/db/db.ts";
import type { Files } from "#platform/files/files.ts";

/** Bytes up to this size may be kept in the database; larger ones belong into a file. */
export const smallBytes = 256 * 1024;

/** The name of bytes: SHA-256 in lower-case hex. */
export const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** A part of a caller's statement (a data-modifying WITH) that keeps small bytes, of one file at least; the same bytes are kept once. */
export const keepEachSmall = (files: readonly { readonly hash: string; readonly bytes: Uint8Array }[]): Sql => {
  const values = files.map(
    ({ hash, bytes }) => sql`(${hash}, ${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)})`,
  );
  return sql`INSERT INTO small_file (hash, bytes) VALUES ${join(values)} ON CONFLICT DO NOTHING`;
};

/** The same for any number, by a statement whose text is the same for all numbers. */
export const keepManySmall = (files: readonly { readonly hash: string; readonly bytes: Uint8Array }[]): Sql => sql`
  INSERT INTO small_file (hash, bytes)
  SELECT hash, bytes FROM unnest(${files.map(({ hash }) => hash)}::text[], ${files.map(({ bytes }) => bytes)}::bytea[]) AS f (hash, bytes)
   ORDER BY hash ON CONFLICT DO NOTHING`;

/** Hashes of what is kept here, a thousand at a time after `after` (null: from the first). */
export const smallHashes = async (tx: Tx, after: string | null): Promise<string[]> =>
  (
    await tx.rows<{ hash: string }>(
      sql`SELECT hash FROM small_file WHERE hash > ${after ?? ""} ORDER BY hash LIMIT 1000`,
    )
  ).map(({ hash }) => hash);

/** Forgets small bytes; the caller's transaction knows that nobody refers to them. */
export const dropSmall = (tx: Tx, hashes: readonly string[]): Promise<number> =>
  tx.run(sql`DELETE FROM small_file WHERE hash = ANY(${hashes})`);

/** The same store, which also finds and forgets what was kept so. `put` goes on into files. */
export const withSmall = (db: Db, files: Files): Files => {
  const find = async (hash: string): Promise<Uint8Array | null> =>
    (await db.maybe<{ bytes: Uint8Array }>(sql`SELECT bytes FROM small_file WHERE hash = ${hash}`))?.bytes ?? null;
  return {
    ...files,
    read: async (hash) => (await find(hash)) ?? files.read(hash),
    stream: async (hash) => {
      const bytes = await find(hash);
      return bytes === null ? files.stream(hash) : Readable.from([bytes]);
    },
    has: async (hash) =>
      (await db.maybe(sql`SELECT 1 AS there FROM small_file WHERE hash = ${hash}`)) !== null || files.has(hash),
    remove: async (hash) => {
      await db.run(sql`DELETE FROM small_file WHERE hash = ${hash}`);
      await files.remove(hash);
    },
  };
};
