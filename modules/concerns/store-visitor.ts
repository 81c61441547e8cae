// What somebody who takes part in a concern may read of it from outside: their own words, and ours that went to them. Called by reads-visitor.ts
// and actions-visitor.ts.
import type { AddressKind, ChannelKind } from "#contract/channel.ts";
import type { Status } from "#contract/concerns.ts";
import type { ConcernId, DeliveryId, MessageId } from "#contract/ids.ts";
import type { AnswerPart, Part } from "#contract/parts.ts";
import { alike } from "#platform/db/alike.ts";
import { empty, sql, type Sql, type Tx } from "#platform/db/db.ts";

export interface PartyConcern {
  readonly id: ConcernId;
  readonly number: number;
  readonly subject: string;
  readonly status: Status;
  readonly lastAt: string;
  readonly lastSeq: number;
  readonly seenSeq: number;
}

export interface PartyMessage {
  readonly id: MessageId;
  readonly concernId: ConcernId;
  readonly seq: number;
  readonly direction: "in" | "out";
  readonly authorName: string;
  readonly isAutomatic: boolean;
  readonly channelKind: ChannelKind | null;
  readonly text: string;
  readonly at: string;
  /** How the provider named it; null: it did not come from outside. */
  readonly providerId: string | null;
  readonly files: readonly PartyFile[] | null;
  readonly parts: readonly Part[] | null;
  /** An agent had it before their eyes. */
  readonly isRead: boolean;
}

/** A file of a message. */
export interface PartyFile {
  readonly id: string;
  readonly hash: string;
  readonly name: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly image: boolean;
}

const filesOfMessage = sql`
  CASE WHEN m.file_count = 0 THEN NULL ELSE
    (SELECT json_agg(json_build_object('id', a.id, 'hash', a.hash, 'name', a.name, 'mediaType', a.media_type, 'sizeBytes', a.size_bytes, 'image', a.image)
                     ORDER BY a.position) FROM attachment a WHERE a.message_id = m.id) END`;

/** Who looks from outside: an address, and a mail address at which they have shown to read, empty: none. */
export interface Viewer {
  readonly kind: AddressKind;
  readonly norm: string;
  /** Further addresses of the same kind that are theirs. */
  readonly joined?: readonly string[];
  readonly email: string;
}

/** Under which addresses somebody takes part. */
export type PartyKeys = Pick<Viewer, "kind" | "norm" | "joined">;
const normsOf = ({ norm, joined = [] }: PartyKeys): readonly string[] => [norm, ...joined];

/** Somebody's concerns, those with the newest word first; `ids`: only of these. */
export const concernsOfParty = (
  tx: Tx,
  party: PartyKeys,
  ids: readonly string[] | null,
  limit: number,
): Promise<PartyConcern[]> =>
  tx.rows<PartyConcern>(sql`
    SELECT c.id, c.number, c.subject, c.status, c.last_message_at AS "lastAt", c.last_seq AS "lastSeq", max(p.seen_seq) AS "seenSeq"
      FROM party p JOIN concern c ON c.id = p.concern_id
     WHERE p.kind = ${party.kind} AND p.norm = ANY (${normsOf(party)}::text[]) ${ids === null ? empty : sql`AND c.id = ANY (${ids}::uuid[])`}
     GROUP BY c.id ORDER BY c.last_message_at DESC, c.id DESC LIMIT ${limit}`);

/** Has anything happened in a concern since an event, or was anything read there? What is read makes no event. */
const hasNews = (concernId: Sql, since: Sql): Sql => sql`(
  EXISTS (SELECT 1 FROM event e WHERE e.concern_id = ${concernId} AND e.seq > ${since})
  OR EXISTS (SELECT 1 FROM message r WHERE r.concern_id = ${concernId} AND r.read_at >= (SELECT e.at FROM event e WHERE e.seq = ${since})))`;

/** A concern of somebody's, and what has happened in it since an event: anything at all, and messages that came to it or left it. */
export interface Standing {
  readonly id: ConcernId;
  readonly number: number;
  readonly changed: boolean;
  readonly moved: boolean;
}

/** Somebody's concerns, those with the newest word first, and how they stand `since` an event; null: nothing is said of that. */
export const standingsOf = alike<
  { readonly party: PartyKeys; readonly since: number | null; readonly limit: number },
  Standing[]
>(async (tx, asked) => {
  const given = asked.map(({ party, since, limit }, place) => ({
    place,
    kind: party.kind,
    norms: normsOf(party),
    since,
    most: limit,
  }));
  const rows = await tx.rows<Standing & { readonly place: number }>(sql`
    SELECT asked.place, c.id, c.number, ${hasNews(sql`c.id`, sql`asked.since`)} AS changed,
           EXISTS (SELECT 1 FROM event e WHERE e.concern_id = c.id AND e.seq > asked.since AND e.kind = 'message.moved') AS moved
      FROM jsonb_to_recordset(${JSON.stringify(given)}::jsonb) AS asked (place int, kind text, norms text[], since bigint, most int)
      CROSS JOIN LATERAL (
        SELECT c.id, c.number, c.last_message_at FROM party p JOIN concern c ON c.id = p.concern_id
         WHERE p.kind = asked.kind AND p.norm = ANY (asked.norms) GROUP BY c.id ORDER BY c.last_message_at DESC, c.id DESC LIMIT asked.most) AS c
     ORDER BY asked.place, c.last_message_at DESC, c.id DESC`);
  const byPlace = Map.groupBy(rows, ({ place }) => place);
  return asked.map((_, place) => byPlace.get(place) ?? []);
});

/** Under which of their addresses somebody takes part in a concern, their own before the others; null: under none. */
export const partyIn = async (tx: Tx, party: PartyKeys, concernId: string): Promise<string | null> =>
  (
    await tx.maybe<{ norm: string }>(sql`
      SELECT norm FROM party WHERE concern_id = ${concernId} AND kind = ${party.kind} AND norm = ANY (${normsOf(party)}::text[])
       ORDER BY norm <> ${party.norm}, norm LIMIT 1`)
  )?.norm ?? null;

/** Flows and rules have names for us alone: to others they are nobody. */
const messageColumns = sql`m.id, m.concern_id AS "concernId", m.seq, m.direction, CASE WHEN m.author_kind = 'helper' THEN '' ELSE m.author_name END AS "authorName", m.automatic IS NOT NULL AS "isAutomatic", m.channel_kind AS "channelKind", b.text, m.at, i.provider_id AS "providerId",
  ${filesOfMessage} AS files, b.parts, m.read_at IS NOT NULL AS "isRead"`;

/**
 * Whether a viewer may see message `k` of a concern: what came from their address, and what went to it; of mails the same, if they have shown to read there.
 * Notes, what was taken back, what is held for the undo time or for later, what we wrote to bring words of the chat by mail, and what went to others only
 * are not among them; nor what was said before they joined.
 */
const maySee = (concernId: Sql, viewer: { readonly [part in "kind" | "norms" | "email"]: Sql }): Sql => sql`
  k.concern_id = ${concernId} AND k.withdrawn_at IS NULL AND k.direction IN ('in', 'out')
  AND EXISTS (SELECT 1 FROM party p
               WHERE p.concern_id = ${concernId} AND p.sees_from <= k.seq
                 AND (p.kind = ${viewer.kind} AND p.norm = ANY (${viewer.norms})
                   OR p.kind = 'email' AND p.norm = ${viewer.email} AND k.automatic IS NULL)
                 AND (k.direction = 'in' AND k.sender ->> 'value' = p.value
                   OR k.direction = 'out' AND EXISTS (SELECT 1 FROM delivery d WHERE d.message_id = k.id AND d.recipient = p.norm
                                                        AND d.state NOT IN ('held', 'withdrawn'))))`;

/** The last messages of each concern that the viewer may see, oldest first. `ids`: only these. */
export const messagesOfParty = (
  tx: Tx,
  { kind, norm, joined = [], email }: Viewer,
  concernIds: readonly string[],
  page: { readonly before: number | null; readonly limit: number; readonly ids?: readonly string[] },
): Promise<PartyMessage[]> =>
  tx.rows<PartyMessage>(sql`
    SELECT ${messageColumns}
      FROM unnest(${concernIds}::uuid[]) AS asked (id)
      CROSS JOIN LATERAL (
        SELECT * FROM message k
         WHERE (${page.before}::int IS NULL OR k.seq < ${page.before})
           ${page.ids === undefined ? empty : sql`AND k.id = ANY (${page.ids}::uuid[])`}
           AND ${maySee(sql`asked.id`, { kind: sql`${kind}`, norms: sql`${normsOf({ kind, norm, joined })}::text[]`, email: sql`${email}` })}
         ORDER BY k.seq DESC LIMIT ${page.limit}) m
      JOIN message_body b ON b.message_id = m.id
      LEFT JOIN intake i ON i.id = m.intake_id
     ORDER BY m.concern_id, m.seq`);

/** A concern of a viewer's that is asked for, with some of its messages. */
export interface AskedConcern {
  readonly viewer: Viewer;
  readonly concernId: string;
  readonly messageIds: readonly string[];
}

const askedRows = (asked: readonly AskedConcern[]): Sql => sql`
  jsonb_to_recordset(${JSON.stringify(
    asked.map(({ viewer, concernId, messageIds }, place) => ({
      place,
      kind: viewer.kind,
      norms: normsOf(viewer),
      email: viewer.email,
      concernId,
      messageIds,
    })),
  )}::jsonb) AS asked (place int, kind text, norms text[], email text, "concernId" uuid, "messageIds" jsonb)`;

/** Those of the asked concerns in which their viewers take part, and of the named messages those that they may see; each with the place of the question. */
export const concernsAsked = async (
  tx: Tx,
  asked: readonly AskedConcern[],
): Promise<{
  readonly concerns: (PartyConcern & { readonly place: number })[];
  readonly messages: (PartyMessage & { readonly place: number })[];
}> => {
  const some = asked.some(({ messageIds }) => messageIds.length > 0);
  const [concerns, messages] = await Promise.all([
    tx.rows<PartyConcern & { readonly place: number }>(sql`
      SELECT asked.place, c.id, c.number, c.subject, c.status, c.last_message_at AS "lastAt", c.last_seq AS "lastSeq", max(p.seen_seq) AS "seenSeq"
        FROM ${askedRows(asked)}
        JOIN party p ON p.concern_id = asked."concernId" AND p.kind = asked.kind AND p.norm = ANY (asked.norms)
        JOIN concern c ON c.id = asked."concernId"
       GROUP BY asked.place, c.id`),
    some
      ? tx.rows<PartyMessage & { readonly place: number }>(sql`
      SELECT asked.place, ${messageColumns}
        FROM ${askedRows(asked)}
        CROSS JOIN LATERAL jsonb_array_elements_text(asked."messageIds") AS named (id)
        JOIN message m ON m.id = named.id::uuid
        JOIN message_body b ON b.message_id = m.id
        LEFT JOIN intake i ON i.id = m.intake_id
       WHERE EXISTS (SELECT 1 FROM message k WHERE k.id = m.id
                        AND ${maySee(sql`asked."concernId"`, { kind: sql`asked.kind`, norms: sql`asked.norms`, email: sql`asked.email` })})
       ORDER BY asked.place, m.seq`)
      : [],
  ]);
  return { concerns, messages };
};

/** Something of ours that was said to somebody and that they have not seen. */
export interface UnseenWord {
  readonly authorName: string;
  readonly text: string;
}

/** Those of the messages that were said to one of the addresses, were not taken back and are not known to have been seen; the oldest first. */
export const unseenAmong = (tx: Tx, messageIds: readonly string[], norms: readonly string[]): Promise<UnseenWord[]> =>
  tx.rows<UnseenWord>(sql`
    SELECT m.author_name AS "authorName", b.text FROM message m JOIN message_body b ON b.message_id = m.id
     WHERE m.id = ANY (${messageIds}::uuid[]) AND m.direction = 'out' AND m.withdrawn_at IS NULL
       AND EXISTS (SELECT 1 FROM delivery d WHERE d.message_id = m.id AND d.recipient = ANY (${norms}::text[]) AND d.state = 'sent')
     ORDER BY m.at, m.id`);

/** What arrivals became, for whoever said them; each the first message of its arrival. */
export const messagesOfIntakes = (
  tx: Tx,
  intakeIds: readonly string[],
): Promise<(PartyMessage & { readonly intakeId: string })[]> =>
  tx.rows(sql`
    SELECT DISTINCT ON (m.intake_id) m.intake_id AS "intakeId", ${messageColumns}
      FROM message m JOIN message_body b ON b.message_id = m.id JOIN intake i ON i.id = m.intake_id
     WHERE m.intake_id = ANY (${intakeIds}::uuid[]) ORDER BY m.intake_id, m.seq`);

/** Which of these concerns something has happened in since that event. */
export const changedSince = async (tx: Tx, concernIds: readonly string[], seq: number): Promise<ConcernId[]> =>
  (
    await tx.rows<{ id: ConcernId }>(sql`
      SELECT asked.id FROM unnest(${concernIds}::uuid[]) AS asked (id)
       WHERE ${hasNews(sql`asked.id`, sql`${seq}::bigint`)}`)
  ).map(({ id }) => id);

/** Moves a party's mark forward; false: it stood there already, or they take no part. */
export const raiseSeen = async (tx: Tx, party: PartyKeys, concernId: ConcernId, seq: number): Promise<boolean> =>
  (await tx.run(sql`
    UPDATE party SET seen_seq = ${seq} WHERE concern_id = ${concernId} AND kind = ${party.kind} AND norm = ANY (${normsOf(party)}::text[]) AND seen_seq < ${seq}`)) >
  0;

/** Deliveries to their addresses, up to a place, that are not yet known to have been read; locked in the order of their ids. */
export const unreadDeliveries = async (
  tx: Tx,
  party: PartyKeys,
  concernId: ConcernId,
  seq: number,
): Promise<DeliveryId[]> =>
  (
    await tx.rows<{ id: DeliveryId }>(sql`
      SELECT d.id FROM message m JOIN delivery d ON d.message_id = m.id
       WHERE m.concern_id = ${concernId} AND m.seq <= ${seq} AND m.direction = 'out' AND d.recipient = ANY (${normsOf(party)}::text[]) AND d.state IN ('sent', 'delivered')
       ORDER BY d.id FOR UPDATE OF d`)
  ).map(({ id }) => id);

const unreadByUs = (concernId: string): Sql =>
  sql`concern_id = ${concernId} AND direction = 'in' AND channel_kind = 'webchat' AND read_at IS NULL`;

/** Has a visitor said something in the concern that no agent has had before their eyes? */
export const anyUnreadByUs = async (tx: Tx, concernId: string): Promise<boolean> =>
  (await tx.maybe(sql`SELECT 1 FROM message WHERE ${unreadByUs(concernId)} LIMIT 1`)) !== null;

/** Marks what visitors said in a concern as read; gives the last that was not, of each of them. */
export const readByUs = async (tx: Tx, concernId: ConcernId, at: string): Promise<MessageId[]> =>
  (
    await tx.rows<{ id: MessageId }>(sql`
      WITH now_read AS (UPDATE message SET read_at = ${at} WHERE ${unreadByUs(concernId)} RETURNING id, seq, sender)
      SELECT DISTINCT ON (sender ->> 'value') id FROM now_read ORDER BY sender ->> 'value', seq DESC`)
  ).map(({ id }) => id);

/** A file of a message by its id, and where it stands; whether somebody may have it is judged by who may see the message. */
export const fileOfMessage = (
  tx: Tx,
  id: string,
): Promise<(PartyFile & { readonly messageId: MessageId; readonly concernId: ConcernId }) | null> =>
  tx.maybe<PartyFile & { readonly messageId: MessageId; readonly concernId: ConcernId }>(sql`
    SELECT a.id, a.hash, a.name, a.media_type AS "mediaType", a.size_bytes AS "sizeBytes", a.image, m.id AS "messageId", m.concern_id AS "concernId"
      FROM attachment a JOIN message m ON m.id = a.message_id WHERE a.id = ${id}`);

/** Notes that a part of a message is answered; false: it was before. */
export const insertAnswer = async (tx: Tx, to: AnswerPart["to"], at: string): Promise<boolean> =>
  (await tx.run(
    sql`INSERT INTO part_answer (message_id, part, at) VALUES (${to.messageId}, ${to.part}, ${at}) ON CONFLICT DO NOTHING`,
  )) > 0;
