// The SQL that changes concerns: lock a row, save it with a message in one statement, parties, followers, links, tokens.
// Called by concerns/actions*.ts. Every change of a concern happens under its row's lock, which also gives messages their places.
import type { Assurance, ChannelKind, Verdict } from "#contract/channel.ts";
import type { Link, Party, Proposal } from "#contract/concerns.ts";
import type { FieldValues } from "#contract/fields.ts";
import type { AgentId, ChannelId, ConcernId, MessageId } from "#contract/ids.ts";
import type { ConcernState } from "#modules/concerns/model.ts";
import type { Part } from "#contract/parts.ts";
import type { Secret } from "#lib/secrets.ts";
import type { ChatLink, RatingLink } from "#modules/concerns/model-words.ts";
import type { Plan } from "#modules/concerns/model-schedule.ts";
import { rowColumns } from "#modules/concerns/store-lists.ts";
import { alike } from "#platform/db/alike.ts";
import { sql, type Sql, type Tx } from "#platform/db/db.ts";

/** A concern as it is locked; `c` is the table. */
export const stateColumns = sql`${rowColumns}, c.first_reply_at AS "firstReplyAt", c.resolved_at AS "resolvedAt", c.closed_at AS "closedAt", c.last_seq AS "lastSeq", c.merged_into AS "mergedInto",
  (SELECT s.tier_id FROM customer_standing s WHERE s.customer_id = c.customer_id) AS "tierId", c.promises, c.promise_at AS "promiseAt", (SELECT revision FROM promise_book) AS "promiseRevision"`;

/** The concern, locked until the commit; null when there is none. Several at one moment are locked in one order. */
export const lockConcern = alike<string, ConcernState | null>(async (tx, ids) => {
  const rows = await tx.rows<ConcernState>(
    sql`SELECT ${stateColumns} FROM concern c WHERE c.id = ANY (${ids}::uuid[]) ORDER BY c.id FOR NO KEY UPDATE`,
  );
  const byId = new Map<string, ConcernState>(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
});

/** Which concern a message belongs to. */
export const concernOfMessage = async (tx: Tx, messageId: string): Promise<ConcernId | null> =>
  (await tx.maybe<{ id: ConcernId }>(sql`SELECT concern_id AS id FROM message WHERE id = ${messageId}`))?.id ?? null;

/** A person as a message names them. */
interface Named {
  readonly name: string | null;
  readonly value: string;
}

/** A message with its body, before it is saved. */
export interface NewMessage {
  readonly id: MessageId;
  readonly concernId: ConcernId;
  readonly seq: number;
  readonly direction: "in" | "out" | "note" | "system";
  readonly author: {
    readonly kind: "customer" | "agent" | "helper" | "system";
    readonly id: string | null;
    readonly name: string;
  };
  readonly channelKind: ChannelKind | null;
  readonly channelId: ChannelId | null;
  readonly from: Named | null;
  readonly to: readonly Named[];
  readonly cc: readonly Named[];
  readonly replyTo: Named | null;
  readonly subject: string | null;
  readonly text: string;
  readonly foldedText: string;
  /** The message that is repeated in it with its formatting. */
  readonly quoteOf: MessageId | null;
  readonly html: string | null;
  readonly htmlLines: number;
  readonly remoteImages: boolean;
  readonly assurance: Assurance | null;
  readonly verdicts: readonly Verdict[];
  readonly warnings: readonly string[];
  readonly automatic: string | null;
  readonly mentions: readonly AgentId[];
  readonly answersId: string | null;
  readonly proposal: Proposal | null;
  readonly clientKey: string | null;
  readonly intakeId: string | null;
  readonly rawHash: string | null;
  readonly at: string;
  readonly undo: unknown;
  /** Chosen for later; null: it leaves after the undo time. */
  readonly plan: Plan | null;
  readonly files: readonly NewFile[];
  /** What it consists of when it is more than words. */
  readonly parts: readonly Part[];
  /** A mail that leads back into a chat: with what, and where in its text. Only mails that the program writes have it. */
  readonly chatLink: ChatLink | null;
  /** A mail that asks for a rating: where in its text the links stand. Only mails that the program writes have them. */
  readonly ratingLinks: readonly RatingLink[];
  /** What was covered in it. */
  readonly secrets: readonly Secret[];
  /** Keys by which later messages may refer to this one; not ours (those are remembered when we send). */
  readonly keys: readonly string[];
}

/** A file of a message; the bytes are stored already. */
export interface NewFile {
  readonly id: string;
  readonly hash: string;
  readonly name: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly inlineId: string | null;
  readonly image: boolean;
}

/** Somebody who joins, unless they take part already. */
export interface NewParty extends Party {
  readonly norm: string;
}

/** One row of the outbox. `notBefore`: the undo time; null: not before its message is released. */
export interface NewDelivery {
  readonly id: string;
  readonly channelId: ChannelId;
  readonly recipient: string;
  readonly token: string;
  /** sent: it has arrived by being stored. */
  readonly state: "held" | "sent";
  readonly notBefore: string | null;
  readonly giveUpAt: string;
  readonly history: readonly {
    readonly at: string;
    readonly state: string;
    readonly detail: string;
    readonly doubted?: true;
  }[];
}

/** A concern's people, by address. */
export const partiesOf = (tx: Tx, concernId: string): Promise<(NewParty & { readonly token: string | null })[]> =>
  tx.rows(sql`
    SELECT id, customer_id AS "customerId", name, kind, norm, value, role, sees_from AS "seesFrom",
           (SELECT t.token FROM reply_token t WHERE t.concern_id = party.concern_id AND t.party_id = party.id LIMIT 1) AS token
      FROM party WHERE concern_id = ${concernId} ORDER BY sees_from, id`);

/** Stores the random part of a reply token. */
export const insertToken = async (
  tx: Tx,
  row: {
    readonly token: string;
    readonly concernId: string;
    readonly partyId: string | null;
    readonly agentId: string | null;
    readonly at: string;
  },
): Promise<void> => {
  await tx.run(
    sql`INSERT INTO reply_token (token, concern_id, party_id, agent_id, created_at) VALUES (${row.token}, ${row.concernId}, ${row.partyId}, ${row.agentId}, ${row.at})`,
  );
};

/** The random part of an agent's reply token for a concern, when there is one. */
export const agentToken = async (tx: Tx, concernId: string, agentId: string): Promise<string | null> =>
  (
    await tx.maybe<{ token: string }>(
      sql`SELECT token FROM reply_token WHERE concern_id = ${concernId} AND agent_id = ${agentId} LIMIT 1`,
    )
  )?.token ?? null;

/** Until the commit nobody else uses this client's key: for what has no row yet that could be locked. */
export const lockKey = async (tx: Tx, key: string): Promise<void> => {
  await tx.later(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`key:${key}`}, 0))`);
};

/** The message with this client's key. */
export const messageByKey = (
  tx: Tx,
  key: string,
): Promise<{
  readonly id: MessageId;
  readonly concernId: ConcernId;
  readonly authorId: string | null;
  readonly direction: string;
  readonly seq: number;
  readonly text: string;
} | null> =>
  tx.maybe(sql`
    SELECT m.id, m.concern_id AS "concernId", m.author_id AS "authorId", m.direction, m.seq, b.text
      FROM message m JOIN message_body b ON b.message_id = m.id WHERE m.client_key = ${key}`);

/** What an answer needs of the message it answers. */
export interface LastInbound {
  readonly id: MessageId;
  readonly seq: number;
  readonly authorName: string;
  readonly at: string;
  readonly text: string;
  readonly sender: Named | null;
  readonly channelId: ChannelId | null;
  /** A machine wrote it. */
  readonly isMachine: boolean;
  readonly assurance: Assurance | null;
}

const lastMessage = (concernId: string, whose: Sql): Sql => {
  // What answers a machine's answer answers nobody; a form's mail is one's own words when nothing else is there.
  const newest = (kinds: Sql): Sql =>
    sql`(SELECT m.id FROM message m WHERE m.concern_id = ${concernId} AND m.direction = 'in' AND m.withdrawn_at IS NULL AND ${whose} AND ${kinds} ORDER BY m.seq DESC LIMIT 1)`;
  return sql`coalesce(${newest(sql`m.automatic IS NULL`)}, ${newest(sql`m.automatic IN ('auto-generated', 'bulk', 'list')`)})`;
};

const inbound = (id: Sql): Sql => sql`
  SELECT m.id, m.seq, m.author_name AS "authorName", m.at, b.text, m.sender, m.channel_id AS "channelId", m.automatic IS NOT NULL AS "isMachine", m.assurance
    FROM message m JOIN message_body b ON b.message_id = m.id WHERE m.id = ${id}`;

/** The last message that an answer would answer, whoever wrote it: a person's before a machine's, never a machine's answer. */
export const lastInbound = (tx: Tx, concernId: string): Promise<LastInbound | null> =>
  tx.maybe<LastInbound>(inbound(lastMessage(concernId, sql`true`)));

/** A message that came in, by its id. */
export const inboundById = (tx: Tx, messageId: string): Promise<LastInbound | null> =>
  tx.maybe<LastInbound>(sql`${inbound(sql`${messageId}`)} AND m.direction = 'in' AND m.withdrawn_at IS NULL`);

/** The id of the last message of the concern's own customer, to be chosen in a query about the concern `c`: see `lastInbound`. */
export const lastOwnMessage = (concernId: string): Sql =>
  lastMessage(
    concernId,
    sql`m.author_kind = 'customer' AND m.author_id = (SELECT o.customer_id FROM concern o WHERE o.id = ${concernId})`,
  );

/** The last message of the concern's own customer; of anybody when they wrote none. */
export const lastOfCustomer = async (tx: Tx, concernId: string): Promise<LastInbound | null> =>
  (await tx.maybe<LastInbound>(inbound(lastOwnMessage(concernId)))) ?? lastInbound(tx, concernId);

/** A customer's message of this concern, as it can be repeated below an answer. */
export const quotable = (
  tx: Tx,
  concernId: string,
  messageId: string,
): Promise<{ readonly seq: number; readonly text: string } | null> =>
  tx.maybe(sql`
    SELECT m.seq, b.text FROM message m JOIN message_body b ON b.message_id = m.id
     WHERE m.id = ${messageId} AND m.concern_id = ${concernId} AND m.direction = 'in' AND m.withdrawn_at IS NULL`);

/** Uploads of one agent, in the given order; those that are not theirs are left out. */
export const uploadsOf = (tx: Tx, agentId: string, ids: readonly string[]): Promise<Omit<NewFile, "inlineId">[]> =>
  ids.length === 0
    ? Promise.resolve([])
    : tx.rows(sql`
        SELECT u.id, u.hash, u.name, u.media_type AS "mediaType", u.size_bytes AS "sizeBytes", u.image
          FROM unnest(${ids}::uuid[]) WITH ORDINALITY AS w (id, place) JOIN upload u ON u.id = w.id AND u.agent_id = ${agentId} ORDER BY w.place`);

/** Who follows a concern. */
export const followersOf = async (tx: Tx, concernId: string): Promise<AgentId[]> =>
  (
    await tx.rows<{ id: AgentId }>(
      sql`SELECT agent_id AS id FROM concern_follower WHERE concern_id = ${concernId} ORDER BY agent_id`,
    )
  ).map(({ id }) => id);

/** Who has or follows these concerns; who does both is told twice. */
export const listenersOf = (
  tx: Tx,
  concernIds: readonly ConcernId[],
): Promise<{ readonly concernId: ConcernId; readonly agentId: AgentId; readonly holds: boolean }[]> =>
  tx.rows(sql`
    SELECT id AS "concernId", assignee_id AS "agentId", true AS holds FROM concern WHERE id = ANY (${concernIds}::uuid[]) AND assignee_id IS NOT NULL
    UNION ALL SELECT concern_id, agent_id, false FROM concern_follower WHERE concern_id = ANY (${concernIds}::uuid[])`);

/** True when the agent did not follow before. */
export const insertFollower = async (tx: Tx, concernId: string, agentId: string): Promise<boolean> =>
  (await tx.run(
    sql`INSERT INTO concern_follower (concern_id, agent_id) VALUES (${concernId}, ${agentId}) ON CONFLICT DO NOTHING`,
  )) > 0;

/** True when the agent followed before. */
export const removeFollower = async (tx: Tx, concernId: string, agentId: string): Promise<boolean> =>
  (await tx.run(sql`DELETE FROM concern_follower WHERE concern_id = ${concernId} AND agent_id = ${agentId}`)) > 0;

/** Links two concerns, or changes how they are linked. False when nothing changed. */
export const upsertLink = async (tx: Tx, earlierId: string, laterId: string, kind: Link["kind"]): Promise<boolean> =>
  (await tx.run(sql`
    INSERT INTO concern_link (earlier_id, later_id, kind) VALUES (${earlierId}, ${laterId}, ${kind})
    ON CONFLICT (earlier_id, later_id) DO UPDATE SET kind = excluded.kind WHERE concern_link.kind <> excluded.kind`)) >
  0;

/** How two concerns are linked; null: they are not. The caller holds both concerns' locks. */
export const linkBetween = async (tx: Tx, a: string, b: string): Promise<Link["kind"] | null> =>
  (
    await tx.maybe<{ kind: Link["kind"] }>(
      sql`SELECT kind FROM concern_link WHERE (earlier_id = ${a} AND later_id = ${b}) OR (earlier_id = ${b} AND later_id = ${a})`,
    )
  )?.kind ?? null;

/** True when there was a link. */
export const removeLink = async (tx: Tx, a: string, b: string): Promise<boolean> =>
  (await tx.run(
    sql`DELETE FROM concern_link WHERE (earlier_id = ${a} AND later_id = ${b}) OR (earlier_id = ${b} AND later_id = ${a})`,
  )) > 0;

/** What stands in a concern's fields; the caller holds its lock. */
export const fieldValuesOf = async (tx: Tx, concernId: string): Promise<FieldValues> =>
  (await tx.maybe<{ fields: FieldValues }>(sql`SELECT fields FROM concern_extra WHERE concern_id = ${concernId}`))
    ?.fields ?? {};

/** Sets a concern's fields, and the marks by which lists find it; the row appears with the first one. */
export const saveFields = async (tx: Tx, concernId: string, fields: unknown): Promise<void> => {
  const values = JSON.stringify(fields);
  await tx.later(sql`UPDATE concern SET field_marks = field_marks(${values}::jsonb) WHERE id = ${concernId}`);
  await tx.run(
    sql`INSERT INTO concern_extra (concern_id, fields) VALUES (${concernId}, ${values}) ON CONFLICT (concern_id) DO UPDATE SET fields = excluded.fields`,
  );
};

/** Concerns whose snooze has ended, locked; those another process has in hand are left to it, and those whose answer leaves now become what it makes of them. */
export const lockDueSnoozes = (tx: Tx, at: string, limit: number): Promise<ConcernState[]> =>
  tx.rows<ConcernState>(sql`
    SELECT ${stateColumns} FROM concern c WHERE c.status = 'snoozed' AND c.snoozed_until <= ${at}
       AND NOT EXISTS (SELECT 1 FROM message m WHERE m.concern_id = c.id AND m.send_at <= ${at}) ORDER BY c.snoozed_until LIMIT ${limit} FOR NO KEY UPDATE SKIP LOCKED`);

/** Forgets uploads older than that which no draft and no answer that can still be taken back names. */
export const removeUploadsBefore = (tx: Tx, at: string): Promise<number> =>
  tx.run(
    sql`DELETE FROM upload u WHERE u.at < ${at} AND NOT EXISTS (SELECT 1 FROM draft d WHERE u.id = ANY (d.uploads))`,
  );

/** What was said in a message; null when it was taken back. */
export const messageText = async (tx: Tx, messageId: string): Promise<string | null> =>
  (
    await tx.maybe<{ text: string }>(
      sql`SELECT b.text FROM message m JOIN message_body b ON b.message_id = m.id WHERE m.id = ${messageId} AND m.withdrawn_at IS NULL`,
    )
  )?.text ?? null;
