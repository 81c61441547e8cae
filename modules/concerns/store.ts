// The SQL that changes concerns: lock a row, save it with a message in one statement, parties, followers, links, tokens.
// Called by concerns/actions*.ts. Every change of a concern happens under its row's lock, which also gives messages their places.
import type { Assurance, ChannelKind, Verdict } from "#contract/channel.ts";
import type { Link, Party, Proposal } from "#contract/concerns.ts";
import type { FieldValues } from "#contract/fields.ts";
import type { AgentId, ChannelId, ConcernId, MessageId, PartyId } from "#contract/ids.ts";
import type { ConcernState } from "#modules/concerns/model.ts";
import type { Part } from "#contract/parts.ts";
import type { Secret } from "#lib/secrets.ts";
import type { Plan } from "#modules/concerns/model-schedule.ts";
import { patchOf, same } from "#modules/concerns/model.ts";
import { rowColumns } from "#modules/concerns/store-lists.ts";
import { empty, join, sql, type Sql, type Tx } from "#platform/db/db.ts";

const stateColumns = sql`${rowColumns}, c.first_reply_at AS "firstReplyAt", c.resolved_at AS "resolvedAt", c.closed_at AS "closedAt", c.last_seq AS "lastSeq", c.merged_into AS "mergedInto"`;

/** The concern, locked until the commit; null when there is none. */
export const lockConcern = (tx: Tx, id: string): Promise<ConcernState | null> =>
  tx.maybe<ConcernState>(sql`SELECT ${stateColumns} FROM concern c WHERE c.id = ${id} FOR NO KEY UPDATE`);

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

/** What is saved with a message in one statement. `before` null: the concern is new. */
export interface Saving {
  readonly before: ConcernState | null;
  readonly after: ConcernState;
  readonly message: NewMessage;
  readonly parties: readonly NewParty[];
  readonly deliveries: readonly NewDelivery[];
}

const columnOf: Readonly<Partial<Record<keyof ConcernState, Sql>>> = {
  subject: sql`subject`,
  status: sql`status`,
  priority: sql`priority`,
  topicId: sql`topic_id`,
  tags: sql`tags`,
  assigneeId: sql`assignee_id`,
  teamId: sql`team_id`,
  customerId: sql`customer_id`,
  customerName: sql`customer_name`,
  channels: sql`channels`,
  snippet: sql`snippet`,
  lastDirection: sql`last_direction`,
  lastMessageAt: sql`last_message_at`,
  waitingSince: sql`waiting_since`,
  snoozedUntil: sql`snoozed_until`,
  deliveryFailed: sql`delivery_failed`,
  rating: sql`rating`,
  messageCount: sql`message_count`,
  lastSeq: sql`last_seq`,
  language: sql`language`,
  firstReplyAt: sql`first_reply_at`,
  resolvedAt: sql`resolved_at`,
  closedAt: sql`closed_at`,
};

/** Only the columns that differ are written: untouched ones keep their indexes and triggers out of it. */
const update = (before: ConcernState, after: ConcernState): Sql => {
  const sets = (Object.keys(columnOf) as (keyof ConcernState)[]).flatMap((key) => {
    const column = columnOf[key];
    return column === undefined || same(before[key], after[key]) ? [] : [sql`${column} = ${after[key]}`];
  });
  // Who lists see nothing new of has no new version: only the place of the next message moved.
  const version = patchOf(before, after) === null ? sql`version = version` : sql`version = version + 1`;
  return sql`UPDATE concern SET ${join([...sets, version], ", ")} WHERE id = ${before.id} RETURNING number, version`;
};

const insert = (c: ConcernState): Sql => sql`
  INSERT INTO concern (id, brand_id, subject, status, priority, topic_id, tags, assignee_id, team_id, customer_id, customer_name, channels, snippet, last_direction,
                       last_message_at, waiting_since, snoozed_until, message_count, last_seq, language, created_at, first_reply_at, resolved_at, closed_at)
  VALUES (${c.id}, ${c.brandId}, ${c.subject}, ${c.status}, ${c.priority}, ${c.topicId}, ${c.tags}, ${c.assigneeId}, ${c.teamId}, ${c.customerId}, ${c.customerName},
          ${c.channels}, ${c.snippet}, ${c.lastDirection}, ${c.lastMessageAt}, ${c.waitingSince}, ${c.snoozedUntil}, ${c.messageCount}, ${c.lastSeq}, ${c.language}, ${c.createdAt},
          ${c.firstReplyAt}, ${c.resolvedAt}, ${c.closedAt})
  RETURNING number, version`;

/** A new concern before its messages; gives its number. */
export const insertConcern = (
  tx: Tx,
  concern: ConcernState,
): Promise<{ readonly number: number; readonly version: number }> => tx.one(insert(concern));

/** Saves a changed concern; the caller holds its lock. */
export const updateConcern = async (tx: Tx, before: ConcernState, after: ConcernState): Promise<void> => {
  await tx.run(update(before, after));
};

const insertParties = (concernId: string, parties: readonly NewParty[]): Sql => sql`
  INSERT INTO party (id, concern_id, customer_id, name, kind, norm, value, role, sees_from)
  SELECT id, ${concernId}, "customerId", name, kind, norm, value, role, "seesFrom"
    FROM jsonb_to_recordset(${JSON.stringify(parties)}::jsonb)
      AS p (id uuid, "customerId" uuid, name text, kind text, norm text, value text, role text, "seesFrom" integer)
  ON CONFLICT (concern_id, kind, norm) DO NOTHING RETURNING id`;

/** Who joins a concern, without a message of theirs. */
export const addParties = async (tx: Tx, concernId: string, parties: readonly NewParty[]): Promise<void> => {
  await tx.run(insertParties(concernId, parties));
};

const insertFiles = (messageId: string, files: readonly NewFile[]): Sql => sql`
  INSERT INTO attachment (id, message_id, position, hash, name, media_type, size_bytes, inline_id, image)
  SELECT id, ${messageId}, position, hash, name, "mediaType", "sizeBytes", "inlineId", image
    FROM jsonb_to_recordset(${JSON.stringify(files.map((file, position) => ({ ...file, position })))}::jsonb)
      AS a (id uuid, position integer, hash text, name text, "mediaType" text, "sizeBytes" bigint, "inlineId" text, image boolean) RETURNING 1`;

const insertDeliveries = (messageId: string, deliveries: readonly NewDelivery[]): Sql => sql`
  INSERT INTO delivery (id, message_id, channel_id, recipient, token, state, next_try_at, give_up_at, history)
  SELECT id, ${messageId}, "channelId", recipient, token, state, "notBefore", "giveUpAt", history
    FROM jsonb_to_recordset(${JSON.stringify(deliveries)}::jsonb)
      AS d (id uuid, "channelId" uuid, recipient text, token text, state text, "notBefore" timestamptz, "giveUpAt" timestamptz, history jsonb) RETURNING 1`;

const insertMessage = (m: NewMessage): Sql => sql`
  INSERT INTO message (id, concern_id, seq, direction, author_kind, author_id, author_name, channel_kind, channel_id, sender, recipients, copies, reply_to, subject, assurance,
                       verdicts, warnings, automatic, mentions, answers_id, file_count, has_html, html_lines, remote_images, client_key, intake_id, at, undo, scheduled, send_at, proposal)
  VALUES (${m.id}, ${m.concernId}, ${m.seq}, ${m.direction}, ${m.author.kind}, ${m.author.id}, ${m.author.name}, ${m.channelKind}, ${m.channelId},
          ${m.from === null ? null : JSON.stringify(m.from)}, ${JSON.stringify(m.to)}, ${JSON.stringify(m.cc)},
          ${m.replyTo === null ? null : JSON.stringify(m.replyTo)}, ${m.subject}, ${m.assurance},
          ${JSON.stringify(m.verdicts)}, ${m.warnings}, ${m.automatic}, ${m.mentions}, ${m.answersId}, ${m.files.length}, ${m.html !== null}, ${m.htmlLines},
          ${m.remoteImages}, ${m.clientKey}, ${m.intakeId}, ${m.at}, ${m.undo === null ? null : JSON.stringify(m.undo)},
          ${m.plan === null ? null : JSON.stringify(m.plan)}, ${m.plan?.at ?? null},
          ${m.proposal === null ? null : JSON.stringify(m.proposal)}) RETURNING 1`;

/**
 * Saves a concern and its message, files, keys, parties and deliveries in one statement. Tells the number and which parties were new; where both are
 * known beforehand (the caller holds the lock of a concern that nobody joins) the answer is not waited for.
 */
export const saveMessage = async (
  tx: Tx,
  saving: Saving,
): Promise<{ readonly number: number; readonly version: number; readonly joined: readonly PartyId[] }> => {
  const { before, after, message, parties, deliveries } = saving;
  const keys = [...new Set(message.keys)];
  const statement = sql`
    WITH c AS (${before === null ? insert(after) : update(before, after)}),
         m AS (${insertMessage(message)}),
         b AS (INSERT INTO message_body (message_id, text, folded_text, html, raw_hash, quote_of, parts)
               VALUES (${message.id}, ${message.text}, ${message.foldedText}, ${message.html}, ${message.rawHash},
                       ${message.quoteOf}, ${message.parts.length === 0 ? null : JSON.stringify(message.parts)}) RETURNING 1)
         ${parties.length === 0 ? empty : sql`, p AS (${insertParties(after.id, parties)})`}
         ${message.files.length === 0 ? empty : sql`, a AS (${insertFiles(message.id, message.files)})`}
         ${deliveries.length === 0 ? empty : sql`, d AS (${insertDeliveries(message.id, deliveries)})`}
         ${
           keys.length === 0
             ? empty
             : sql`, r AS (INSERT INTO reference (key, channel_kind, message_id, concern_id, ours)
                           SELECT unnest(${keys}::text[]), ${message.channelKind}, ${message.id}, ${after.id}, false RETURNING 1)`
         }
    SELECT c.number, c.version, ${parties.length === 0 ? sql`NULL` : sql`(SELECT array_agg(p.id) FROM p)`} AS joined FROM c`;
  if (before !== null && parties.length === 0) {
    await tx.later(statement);
    return { number: before.number, version: before.version + (patchOf(before, after) === null ? 0 : 1), joined: [] };
  }
  const saved = await tx.one<{ number: number; version: number; joined: PartyId[] | null }>(statement);
  return { number: saved.number, version: saved.version, joined: saved.joined ?? [] };
};

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
}

const lastMessage = (concernId: string, whose: Sql): Sql => {
  // What answers a machine's answer answers nobody; a form's mail is one's own words when nothing else is there.
  const newest = (kinds: Sql): Sql =>
    sql`(SELECT m.id FROM message m WHERE m.concern_id = ${concernId} AND m.direction = 'in' AND m.withdrawn_at IS NULL AND ${whose} AND ${kinds} ORDER BY m.seq DESC LIMIT 1)`;
  return sql`coalesce(${newest(sql`m.automatic IS NULL`)}, ${newest(sql`m.automatic IN ('auto-generated', 'bulk', 'list')`)})`;
};

const inbound = (id: Sql): Sql => sql`
  SELECT m.id, m.seq, m.author_name AS "authorName", m.at, b.text, m.sender, m.channel_id AS "channelId", m.automatic IS NOT NULL AS "isMachine"
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
