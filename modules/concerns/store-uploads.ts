// The SQL of files that agents gave before their message exists. Called by actions-uploads.ts.
import type { BrandId, ConcernId, MessageId } from "#contract/ids.ts";
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

/** A file where it is attached. */
export interface AttachedRow {
  readonly id: string;
  readonly name: string;
  readonly messageId: MessageId;
  readonly concernId: ConcernId;
  readonly brandId: BrandId;
}

/** Everywhere these bytes are attached; the newest five hundred. */
export const attachedAs = (tx: Tx, hash: string): Promise<AttachedRow[]> =>
  tx.rows<AttachedRow>(sql`
    SELECT a.id, a.name, m.id AS "messageId", m.concern_id AS "concernId", c.brand_id AS "brandId"
      FROM attachment a JOIN message m ON m.id = a.message_id JOIN concern c ON c.id = m.concern_id
     WHERE a.hash = ${hash} AND m.withdrawn_at IS NULL ORDER BY m.id DESC, a.position LIMIT 500`);

/** Those of the hashes that a message, an attachment or an upload names. */
export const namedFiles = async (tx: Tx, hashes: readonly string[]): Promise<string[]> =>
  (
    await tx.rows<{ hash: string }>(sql`
      WITH asked AS (SELECT hash FROM unnest(${hashes}::text[]) AS each (hash))
      SELECT hash FROM asked JOIN attachment USING (hash) UNION SELECT hash FROM asked JOIN upload USING (hash)
      UNION SELECT hash FROM asked JOIN message_body ON raw_hash = asked.hash`)
  ).map(({ hash }) => hash);
