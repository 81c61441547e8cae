// The SQL of what was said in a chat and not seen yet. Called by actions-send.ts, actions-visitor.ts and actions-unread.ts.
import type { ConcernId } from "#contract/ids.ts";
import type { Part } from "#contract/parts.ts";
import type { NewFile } from "#modules/concerns/store.ts";
import { sql, type Tx } from "#platform/db/db.ts";

export interface UnreadRow {
  readonly concernId: ConcernId;
  readonly norm: string;
  readonly fromSeq: number;
  readonly lastSeq: number;
}

/** What one of us said to somebody whose channel keeps it for them. */
export interface UnreadWord {
  readonly authorName: string;
  readonly text: string;
  readonly parts: readonly Part[] | null;
  readonly files: readonly NewFile[];
}

/** Remembers that something was said to these addresses; the caller holds the concern's lock. */
export const addUnread = async (
  tx: Tx,
  said: { readonly concernId: ConcernId; readonly norms: readonly string[]; readonly seq: number; readonly at: string },
): Promise<void> => {
  await tx.run(sql`
    INSERT INTO unread (concern_id, norm, from_seq, last_seq, first_at, last_at)
    SELECT ${said.concernId}, norm, ${said.seq}, ${said.seq}, ${said.at}, ${said.at} FROM unnest(${said.norms}::text[]) AS to_whom (norm)
    ON CONFLICT (concern_id, norm) DO UPDATE SET last_seq = excluded.last_seq, last_at = excluded.last_at, parked = false`);
};

/** Everything up to that place was seen, or has gone another way. */
export const removeUnread = async (tx: Tx, concernId: ConcernId, norm: string, seq: number): Promise<void> => {
  await tx.run(sql`DELETE FROM unread WHERE concern_id = ${concernId} AND norm = ${norm} AND last_seq <= ${seq}`);
};

/** There is nowhere to send it to, as long as nothing changes. */
export const parkUnread = async (tx: Tx, concernId: ConcernId, norm: string): Promise<void> => {
  await tx.run(sql`UPDATE unread SET parked = true WHERE concern_id = ${concernId} AND norm = ${norm}`);
};

/** Somebody has said where it can be sent to. */
export const unparkUnread = async (tx: Tx, norm: string, at: string): Promise<void> => {
  await tx.run(
    sql`UPDATE unread SET parked = false, first_at = ${at}, last_at = ${at} WHERE norm = ${norm} AND parked`,
  );
};

const due = (times: Times) => sql`NOT parked AND (last_at <= ${times.lastBefore} OR first_at <= ${times.firstBefore})`;

/** Due is what was said last before the one, or first before the other. */
export interface Times {
  readonly lastBefore: string;
  readonly firstBefore: string;
}

/** What has waited long enough, the oldest first. */
export const dueUnread = (tx: Tx, times: Times, limit: number): Promise<UnreadRow[]> =>
  tx.rows<UnreadRow>(sql`
    SELECT concern_id AS "concernId", norm, from_seq AS "fromSeq", last_seq AS "lastSeq" FROM unread WHERE ${due(times)} ORDER BY last_at LIMIT ${limit}`);

/** One of them, if it still is due; the caller holds the concern's lock. */
export const stillDue = (tx: Tx, concernId: ConcernId, norm: string, times: Times): Promise<UnreadRow | null> =>
  tx.maybe<UnreadRow>(sql`
    SELECT concern_id AS "concernId", norm, from_seq AS "fromSeq", last_seq AS "lastSeq" FROM unread
     WHERE concern_id = ${concernId} AND norm = ${norm} AND ${due(times)}`);

/** The words themselves, as far as they were not taken back or seen. */
export const unreadWords = (tx: Tx, row: UnreadRow): Promise<UnreadWord[]> =>
  tx.rows<UnreadWord>(sql`
    SELECT m.author_name AS "authorName", b.text, b.parts,
           CASE WHEN m.file_count = 0 THEN '[]'::json ELSE
             (SELECT json_agg(json_build_object('id', a.id, 'hash', a.hash, 'name', a.name, 'mediaType', a.media_type, 'sizeBytes', a.size_bytes,
                                                'inlineId', NULL, 'image', a.image) ORDER BY a.position)
                FROM attachment a WHERE a.message_id = m.id) END AS files
      FROM message m JOIN message_body b ON b.message_id = m.id
     WHERE m.concern_id = ${row.concernId} AND m.seq BETWEEN ${row.fromSeq} AND ${row.lastSeq} AND m.direction = 'out' AND m.withdrawn_at IS NULL
       AND EXISTS (SELECT 1 FROM delivery d WHERE d.message_id = m.id AND d.recipient = ${row.norm} AND d.state = 'sent')
     ORDER BY m.seq`);
