// The SQL of files that visitors gave before their message. Called by visitors/actions-files.ts and reads.ts.
import { sql, type Tx } from "#platform/db/db.ts";

/** A stored file on its way into a message; `id` is the page's own. */
export interface VisitorFile {
  readonly id: string;
  readonly hash: string;
  readonly name: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly image: boolean;
}

/** Keeps one; the same id of the same visitor again is the file that came last. */
export const insertVisitorFile = async (
  tx: Tx,
  file: VisitorFile & { readonly address: string; readonly at: string },
): Promise<void> => {
  await tx.run(sql`
    INSERT INTO visitor_upload (address, id, hash, name, media_type, size_bytes, image, at)
    VALUES (${file.address}, ${file.id}, ${file.hash}, ${file.name}, ${file.mediaType}, ${file.sizeBytes}, ${file.image}, ${file.at})
    ON CONFLICT (address, id) DO UPDATE SET hash = excluded.hash, name = excluded.name, media_type = excluded.media_type,
      size_bytes = excluded.size_bytes, image = excluded.image, at = excluded.at`);
};

/** Those of the named files that this visitor gave, in the given order. */
export const visitorFiles = async (tx: Tx, address: string, ids: readonly string[]): Promise<VisitorFile[]> => {
  const rows = await tx.rows<VisitorFile>(sql`
    SELECT id, hash, name, media_type AS "mediaType", size_bytes AS "sizeBytes", image FROM visitor_upload
     WHERE address = ${address} AND id = ANY (${ids}::uuid[])`);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
};

/** Forgets those older than that; says how many. */
export const removeVisitorFiles = (tx: Tx, before: string): Promise<number> =>
  tx.run(sql`DELETE FROM visitor_upload WHERE at < ${before}`);

/** Those of the hashes that a file on its way names. */
export const namedByVisitors = async (tx: Tx, hashes: readonly string[]): Promise<string[]> =>
  (
    await tx.rows<{ hash: string }>(sql`SELECT DISTINCT hash FROM visitor_upload WHERE hash = ANY (${hashes}::text[])`)
  ).map(({ hash }) => hash);
