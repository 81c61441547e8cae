// The SQL of an opened concern: what it has beyond its row, its messages, an agent's drafts. Called by concerns/reads*.ts; bench explains the queries.
import type { Assurance } from "#contract/channel.ts";
import type { ConcernDetail, ConcernRow, Draft, DraftQuote, Message } from "#contract/concerns.ts";
import type { FieldValues } from "#contract/fields.ts";
import type { MessageId } from "#contract/ids.ts";
import type { Plan } from "#modules/concerns/model-schedule.ts";
import { lastOwnMessage } from "#modules/concerns/store.ts";
import { rowColumns } from "#modules/concerns/store-lists.ts";
import { alike } from "#platform/db/alike.ts";
import { raw, sql, type Sql, type Tx } from "#platform/db/db.ts";

/** A file's row as lists of files carry it. */
export interface FileRow {
  readonly id: string;
  readonly hash: string;
  readonly name: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly inlineId: string | null;
  readonly image: boolean;
}

/** Lists that are mostly empty: they come as null then, which need be neither written out nor read. */
type MostlyEmpty = "cc" | "verdicts" | "warnings" | "mentions" | "parts" | "deliveries";
type Emptied = { readonly [Key in MostlyEmpty]: Message[Key] | null };

/** A message with its body, files and deliveries. */
export interface MessageRow
  extends Omit<Message, "html" | "files" | "rawUrl" | "author" | "scheduled" | MostlyEmpty>, Emptied {
  readonly authorKind: Message["author"]["kind"];
  readonly authorId: string | null;
  readonly authorName: string;
  /** Null: it has no HTML view. */
  readonly htmlLines: number | null;
  readonly remoteImages: boolean | null;
  readonly rawHash: string | null;
  readonly plan: Plan | null;
  readonly sendAt: string | null;
  readonly files: readonly FileRow[] | null;
}

/** An agent's draft with its files. */
export interface DraftRow {
  readonly concernId: string;
  readonly kind: Draft["kind"];
  readonly channelId: string | null;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly text: string;
  readonly html: string | null;
  readonly quote: DraftQuote;
  readonly updatedAt: string;
  readonly files: readonly FileRow[];
}

/** The channel and address over which the concern's own customer last wrote here, nobody else in the thread and no machine of theirs, and where they want the answer. */
export interface LastContact {
  readonly channelId: string | null;
  readonly value: string | null;
  readonly replyTo?: string | null;
  readonly assurance?: Assurance | null;
}

/** Everything of a concern that is opened but its messages. */
export interface OpenedRow extends ConcernRow {
  readonly fields: ConcernDetail["fields"];
  readonly followers: readonly string[];
  readonly links: ConcernDetail["links"];
  readonly moves: ConcernDetail["moves"];
  readonly parties: ConcernDetail["parties"];
  readonly drafts: readonly DraftRow[];
  readonly firstReplyAt: string | null;
  readonly resolvedAt: string | null;
  readonly lastContact: LastContact | null;
}

const fileObject = (table: "a" | "u", inlineId: Sql): Sql => {
  const t = raw(table);
  return sql`json_build_object('id', ${t}.id, 'hash', ${t}.hash, 'name', ${t}.name, 'mediaType', ${t}.media_type, 'sizeBytes', ${t}.size_bytes, 'inlineId', ${inlineId}, 'image', ${t}.image)`;
};

const draftObject = sql`
  json_build_object('concernId', d.concern_id, 'kind', d.kind, 'channelId', d.channel_id, 'to', d.recipients, 'cc', d.copies, 'text', d.text, 'html', d.html, 'quote', d.quote, 'updatedAt', iso(d.updated_at),
    'files', coalesce((SELECT json_agg(${fileObject("u", raw("NULL"))} ORDER BY w.place) FROM unnest(d.uploads) WITH ORDINALITY AS w (id, place) JOIN upload u ON u.id = w.id), '[]'::json))`;

/** A concern with everything but its messages, in one row; the drafts are the given agent's. */
export const openedQuery = (id: string, agentId: string): Sql => sql`
  SELECT ${rowColumns}, c.first_reply_at AS "firstReplyAt", c.resolved_at AS "resolvedAt",
         coalesce((SELECT x.fields FROM concern_extra x WHERE x.concern_id = c.id), '{}'::jsonb) AS fields,
         ARRAY(SELECT f.agent_id FROM concern_follower f WHERE f.concern_id = c.id ORDER BY f.agent_id) AS followers,
         coalesce((SELECT json_agg(json_build_object('concernId', o.id, 'number', o.number, 'subject', o.subject, 'status', o.status, 'kind', l.kind, 'earlier', l.earlier, 'brandId', o.brand_id) ORDER BY o.number)
                     FROM (SELECT later_id AS other, kind, false AS earlier FROM concern_link WHERE earlier_id = ${id}
                           UNION ALL SELECT earlier_id, kind, true FROM concern_link WHERE later_id = ${id}) l
                     JOIN concern o ON o.id = l.other), '[]'::json) AS links,
         coalesce((SELECT json_agg(json_build_object('key', s.id, 'what', s.kind, 'side', s.side, 'other', json_build_object('concernId', o.id, 'number', o.number, 'subject', o.subject),
                                                     'count', s.moved -> 'count', 'at', iso(s.first_at), 'by', s.actor ->> 'name', 'movedAt', iso(s.at)) ORDER BY s.at, s.id)
                     FROM (SELECT id, kind, 'from' AS side, to_id AS other, first_at, moved, actor, at FROM change_set WHERE from_id = ${id} AND undone_at IS NULL
                           UNION ALL SELECT id, kind, 'to', from_id, first_at, moved, actor, at FROM change_set WHERE to_id = ${id} AND undone_at IS NULL) s
                     JOIN concern o ON o.id = s.other), '[]'::json) AS moves,
         coalesce((SELECT json_agg(json_build_object('id', p.id, 'customerId', p.customer_id, 'name', p.name, 'kind', p.kind, 'value', p.value, 'role', p.role, 'seesFrom', p.sees_from) ORDER BY p.sees_from, p.id)
                     FROM party p WHERE p.concern_id = c.id), '[]'::json) AS parties,
         coalesce((SELECT json_agg(${draftObject} ORDER BY d.kind) FROM draft d WHERE d.concern_id = c.id AND d.agent_id = ${agentId}), '[]'::json) AS drafts,
         (SELECT json_build_object('channelId', m.channel_id, 'value', m.sender ->> 'value', 'replyTo', m.reply_to ->> 'value', 'assurance', m.assurance) FROM message m
           WHERE m.id = ${lastOwnMessage(id)}) AS "lastContact"
    FROM concern c WHERE c.id = ${id}`;

/** See `openedQuery`. */
export const opened = (tx: Tx, id: string, agentId: string): Promise<OpenedRow | null> =>
  tx.maybe<OpenedRow>(openedQuery(id, agentId));

const messageColumns = sql`
  m.id, m.concern_id AS "concernId", m.seq, m.direction, m.author_kind AS "authorKind", m.author_id AS "authorId", m.author_name AS "authorName",
  m.channel_kind AS "channelKind", m.channel_id AS "channelId", m.sender AS "from", m.recipients AS "to", nullif(m.copies, '[]') AS cc, m.reply_to AS "replyTo", m.subject, m.assurance, nullif(m.verdicts, '[]') AS verdicts, nullif(m.warnings, '{}') AS warnings,
  m.automatic, m.proposal, nullif(m.mentions, '{}') AS mentions, m.at, m.version, CASE WHEN m.has_html THEN m.html_lines END AS "htmlLines", CASE WHEN m.has_html THEN m.remote_images END AS "remoteImages",
  m.scheduled AS plan, m.send_at AS "sendAt",
  b.text, b.folded_text AS "foldedText", b.parts, b.raw_hash AS "rawHash",
  CASE WHEN m.file_count > 0 THEN (SELECT json_agg(${fileObject("a", raw("a.inline_id"))} ORDER BY a.position) FROM attachment a WHERE a.message_id = m.id) END AS files,
  CASE WHEN m.direction = 'out' THEN (
    SELECT json_agg(d) FROM (
      SELECT y.id, y.recipient, y.state, y.attempts, iso(y.next_try_at) AS "nextTryAt", y.code, y.reason, y.detail, y.history
        FROM delivery y WHERE y.message_id = m.id ORDER BY y.id) AS d) END AS deliveries`;

/** The last messages of a concern before a place (null: the end), newest first. */
export const messagesQuery = (concernId: string, before: number | null, limit: number): Sql => sql`
  SELECT ${messageColumns} FROM message m JOIN message_body b ON b.message_id = m.id
   WHERE m.concern_id = ${concernId} AND m.seq < ${before ?? 2_147_483_647} AND m.withdrawn_at IS NULL
   ORDER BY m.seq DESC LIMIT ${limit}`;

/** See `messagesQuery`. */
export const messagesOf = (tx: Tx, concernId: string, before: number | null, limit: number): Promise<MessageRow[]> =>
  tx.rows<MessageRow>(messagesQuery(concernId, before, limit));

/** Messages by id, in order of concern and place; withdrawn ones are left out. */
export const messagesByIds = (tx: Tx, ids: readonly string[]): Promise<MessageRow[]> =>
  ids.length === 0
    ? Promise.resolve([])
    : tx.rows<MessageRow>(sql`
        SELECT ${messageColumns} FROM message m JOIN message_body b ON b.message_id = m.id
         WHERE m.id = ANY(${ids}::uuid[]) AND m.withdrawn_at IS NULL ORDER BY m.concern_id, m.seq`);

/** The fields of concerns that have some. */
export const fieldsByIds = (
  tx: Tx,
  ids: readonly string[],
): Promise<{ readonly id: string; readonly fields: FieldValues }[]> =>
  ids.length === 0
    ? Promise.resolve([])
    : tx.rows(sql`SELECT concern_id AS id, fields FROM concern_extra WHERE concern_id = ANY(${ids}::uuid[])`);

/** A concern's messages by id and place, in order; withdrawn ones are left out. */
export const placesOf = (
  tx: Tx,
  concernId: string,
): Promise<{ readonly messageId: MessageId; readonly seq: number }[]> =>
  tx.rows(
    sql`SELECT id AS "messageId", seq FROM message WHERE concern_id = ${concernId} AND withdrawn_at IS NULL ORDER BY seq`,
  );

/** The beginning of messages' texts, for excerpts. */
export const textsByIds = (tx: Tx, ids: readonly string[]): Promise<{ readonly id: string; readonly text: string }[]> =>
  ids.length === 0
    ? Promise.resolve([])
    : tx.rows(
        sql`SELECT message_id AS id, left(text || E'\n' || folded_text, 20000) AS text FROM message_body WHERE message_id = ANY(${ids}::uuid[])`,
      );

/** A place in a concern, and how many messages before it are asked for. */
interface Before {
  readonly concernId: string;
  readonly seq: number;
  readonly limit: number;
}

/** The texts of the last messages before a place, the newest first, with what they repeat, each cut to 20,000 characters. */
export const textsBefore = alike<Before, string[]>(async (tx, places) => {
  const rows = await tx.rows<{ place: number; text: string }>(sql`
    SELECT asked.place, last.text
      FROM unnest(${places.map(({ concernId }) => concernId)}::uuid[], ${places.map(({ seq }) => seq)}::int[], ${places.map(({ limit }) => limit)}::int[])
             WITH ORDINALITY AS asked (concern_id, seq, most, place)
      CROSS JOIN LATERAL (
        SELECT m.seq, left(b.text || E'\n' || b.folded_text, 20000) AS text FROM message m JOIN message_body b ON b.message_id = m.id
         WHERE m.concern_id = asked.concern_id AND m.seq < asked.seq AND m.withdrawn_at IS NULL ORDER BY m.seq DESC LIMIT asked.most) AS last
     ORDER BY asked.place, last.seq DESC`);
  const byPlace = Map.groupBy(rows, ({ place }) => place);
  return places.map((_, i) => (byPlace.get(i + 1) ?? []).map(({ text }) => text));
});
