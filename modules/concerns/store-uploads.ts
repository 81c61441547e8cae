// The SQL of files that agents gave before their message exists. Called by actions-uploads.ts.
import { sql, type Tx } from "#platform/db/db.ts";

export interface UploadRow {
  readonly id: string;
  readonly agentId: string;
  readonly hash: string;
  readonly name: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly image: boolean;
  readonly at: string;
}

/** Keeps one upload. */
export const insertUpload = async (tx: Tx, row: UploadRow): Promise<void> => {
  await tx.run(sql`
    INSERT INTO upload (id, agent_id, hash, name, media_type, size_bytes, image, at)
    VALUES (${row.id}, ${row.agentId}, ${row.hash}, ${row.name}, ${row.mediaType}, ${row.sizeBytes}, ${row.image}, ${row.at})`);
};

/** Those of the hashes that a message, an attachment or an upload names. */
export const namedFiles = async (tx: Tx, hashes: readonly string[]): Promise<string[]> =>
  (
    await tx.rows<{ hash: string }>(sql`
      WITH asked AS (SELECT hash FROM unnest(${hashes}::text[]) AS each (hash))
      SELECT hash FROM asked JOIN attachment USING (hash) UNION SELECT hash FROM asked JOIN upload USING (hash)
      UNION SELECT hash FROM asked JOIN message_body ON raw_hash = asked.hash`)
  ).map(({ hash }) => hash);
