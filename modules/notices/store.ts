// All SQL of notices. Called by notices/actions.ts and notices/reads.ts.
import type { NoticeId } from "#contract/ids.ts";
import type { Notice } from "#contract/notices.ts";
import { sql, type Tx } from "#platform/db/db.ts";

const columns = sql`id, brand_id AS "brandId", json_build_object('de', text_de, 'en', text_en) AS text, iso(from_at) AS "from", iso(until_at) AS until`;

/** Notices that are not over at that time (an instant), the newest first. */
export const noticesFrom = (tx: Tx, at: string): Promise<Notice[]> =>
  tx.rows<Notice>(
    sql`SELECT ${columns} FROM notice WHERE until_at IS NULL OR until_at > ${at} ORDER BY from_at DESC, id DESC`,
  );

/** The notice with this id, locked. */
export const lockNotice = (tx: Tx, id: NoticeId): Promise<Notice | null> =>
  tx.maybe<Notice>(sql`SELECT ${columns} FROM notice WHERE id = ${id} FOR UPDATE`);

/** Puts a notice in, or changes it. */
export const putNotice = async (tx: Tx, { id, brandId, text, from, until }: Notice): Promise<void> => {
  await tx.run(sql`
    INSERT INTO notice (id, brand_id, text_de, text_en, from_at, until_at) VALUES (${id}, ${brandId}, ${text.de}, ${text.en}, ${from}, ${until})
    ON CONFLICT (id) DO UPDATE SET text_de = excluded.text_de, text_en = excluded.text_en, from_at = excluded.from_at, until_at = excluded.until_at`);
};

/** Takes a notice away. */
export const deleteNotice = async (tx: Tx, id: NoticeId): Promise<void> => {
  await tx.run(sql`DELETE FROM notice WHERE id = ${id}`);
};
