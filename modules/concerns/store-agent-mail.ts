// The SQL behind an agent's answer by mail: what the agent was told, and which message the answer is for. Called by actions-agent-mail.ts.
import type { Assurance, ChannelKind } from "#contract/channel.ts";
import type { ChannelId, ConcernId, MessageId } from "#contract/ids.ts";
import { sql, type Tx } from "#platform/db/db.ts";

/** A mail in which an agent was told of a message: its text, and the message. */
export interface Notice {
  readonly id: MessageId;
  readonly aboutId: MessageId | null;
  readonly text: string;
}

const mostNotices = 100;
const mostNotes = 300;

/** What an agent was told of a concern by mail; first the one that the answer names, then the newest first. */
export const noticesTo = (
  tx: Tx,
  s: {
    readonly concernId: ConcernId;
    readonly norm: string;
    readonly channelKind: ChannelKind;
    readonly references: readonly string[];
  },
): Promise<Notice[]> =>
  tx.rows<Notice>(sql`
    SELECT n.id, n.answers_id AS "aboutId", b.text
      FROM (SELECT m.id, m.answers_id, m.seq,
                   (SELECT min(array_position(${s.references}::text[], r.key)) FROM reference r
                     WHERE r.message_id = m.id AND r.channel_kind = ${s.channelKind} AND r.ours AND r.key = ANY (${s.references}::text[])) AS named
              FROM message m
             WHERE m.concern_id = ${s.concernId} AND m.direction = 'system' AND m.author_kind = 'system'
               AND m.recipients @> ${JSON.stringify([{ value: s.norm }])}::jsonb) n
      JOIN message_body b ON b.message_id = n.id
     ORDER BY n.named NULLS LAST, n.seq DESC LIMIT ${mostNotices}`);

/** The notes of a concern, taken back or not, and those that were moved out of it: none of them is for a customer. */
export const noteTexts = async (tx: Tx, concernId: ConcernId): Promise<string[]> =>
  (
    await tx.rows<{ text: string }>(sql`
      SELECT b.text
        FROM (SELECT id, at FROM message WHERE concern_id = ${concernId} AND direction = 'note'
              UNION ALL SELECT id, at FROM message WHERE moved_from <> '{}' AND moved_from @> ARRAY[${concernId}]::uuid[] AND direction = 'note') m
        JOIN message_body b ON b.message_id = m.id ORDER BY m.at DESC LIMIT ${mostNotes}`)
  ).map(({ text }) => text);

/** A message that came in, as an answer to it needs it. */
export interface Answered {
  readonly id: MessageId;
  readonly channelId: ChannelId | null;
  readonly assurance: Assurance | null;
  readonly sender: { readonly value: string } | null;
  readonly replyTo: { readonly value: string } | null;
  readonly to: readonly { readonly value: string }[];
  readonly cc: readonly { readonly value: string }[];
}

/** The message with this id, if it came in. */
export const answeredMessage = (tx: Tx, id: MessageId): Promise<Answered | null> =>
  tx.maybe<Answered>(sql`
    SELECT m.id, m.channel_id AS "channelId", m.assurance, m.sender, m.reply_to AS "replyTo", m.recipients AS to, m.copies AS cc
      FROM message m WHERE m.id = ${id} AND m.direction = 'in' AND m.withdrawn_at IS NULL`);
