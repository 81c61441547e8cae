// The SQL of what was covered in messages. Called by actions-saving.ts and actions-secrets.ts.
import type { BrandId, ConcernId, MessageId } from "#contract/ids.ts";
import { sql, type Tx } from "#platform/db/db.ts";

/** Keeps what was covered in a message, sealed. */
export const insertSecrets = async (tx: Tx, messageId: MessageId, sealed: string): Promise<void> => {
  await tx.run(sql`INSERT INTO message_secret (message_id, sealed) VALUES (${messageId}, ${sealed})`);
};

/** A message as `showSecret` needs it; `sealed` null: nothing was covered in it. */
export interface SecretRow {
  readonly concernId: ConcernId;
  readonly brandId: BrandId;
  readonly sealed: string | null;
  readonly rawHash: string | null;
  readonly files: readonly {
    readonly id: string;
    readonly hash: string;
    readonly name: string;
    readonly mediaType: string;
  }[];
}

export const secretsOfMessage = (tx: Tx, messageId: MessageId): Promise<SecretRow | null> =>
  tx.maybe<SecretRow>(sql`
    SELECT m.concern_id AS "concernId", c.brand_id AS "brandId", s.sealed, b.raw_hash AS "rawHash",
           coalesce((SELECT jsonb_agg(jsonb_build_object('id', a.id, 'hash', a.hash, 'name', a.name, 'mediaType', a.media_type) ORDER BY a.position)
                       FROM attachment a WHERE a.message_id = m.id), '[]'::jsonb) AS files
      FROM message m JOIN concern c ON c.id = m.concern_id JOIN message_body b ON b.message_id = m.id LEFT JOIN message_secret s ON s.message_id = m.id
     WHERE m.id = ${messageId} AND m.withdrawn_at IS NULL`);
