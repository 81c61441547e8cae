// The SQL of one message's HTML document. Called by reads-frame.ts.
import { sql, type Tx } from "#platform/db/db.ts";

export interface FrameRow {
  readonly html: string;
  readonly brandId: string;
  readonly language: string | null;
  readonly images: readonly {
    readonly inlineId: string;
    readonly hash: string;
    readonly name: string;
    readonly mediaType: string;
    readonly image: boolean;
  }[];
}

/** Under which hash a message as it came is kept, and whose brand it is; null when it is not kept. */
export const originalRow = (
  tx: Tx,
  messageId: string,
): Promise<{ readonly hash: string; readonly brandId: string; readonly warnings: readonly string[] } | null> =>
  tx.maybe(sql`
    SELECT b.raw_hash AS hash, c.brand_id AS "brandId", m.warnings FROM message m JOIN message_body b ON b.message_id = m.id JOIN concern c ON c.id = m.concern_id
     WHERE m.id = ${messageId} AND b.raw_hash IS NOT NULL`);

/** A message's sanitised HTML with the files it shows inline; null when there is none. */
export const frameRow = (tx: Tx, messageId: string): Promise<FrameRow | null> =>
  tx.maybe<FrameRow>(sql`
    SELECT b.html, c.brand_id AS "brandId", c.language,
           coalesce((SELECT json_agg(json_build_object('inlineId', a.inline_id, 'hash', a.hash, 'name', a.name, 'mediaType', a.media_type, 'image', a.image))
                       FROM attachment a WHERE a.message_id = m.id AND a.inline_id IS NOT NULL), '[]'::json) AS images
      FROM message m JOIN message_body b ON b.message_id = m.id JOIN concern c ON c.id = m.concern_id
     WHERE m.id = ${messageId} AND b.html IS NOT NULL`);
