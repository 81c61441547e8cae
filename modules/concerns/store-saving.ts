// The SQL that saves concerns and their messages. Called by concerns/actions*.ts.
import type { PartyId } from "#contract/ids.ts";
import { patchOf, same, type ConcernState } from "#modules/concerns/model.ts";
import type { NewDelivery, NewFile, NewMessage, NewParty } from "#modules/concerns/store.ts";
import { alike } from "#platform/db/alike.ts";
import { empty, join, raw, sql, type Sql, type Tx } from "#platform/db/db.ts";

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
  promises: sql`promises`,
  promiseKind: sql`promise_kind`,
  promiseState: sql`promise_state`,
  promiseRuleId: sql`promise_rule_id`,
  dueAt: sql`due_at`,
  missed: sql`missed`,
  promiseAt: sql`promise_at`,
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
const changed = (before: ConcernState, after: ConcernState): (keyof ConcernState)[] =>
  (Object.keys(columnOf) as (keyof ConcernState)[]).filter((key) => !same(before[key], after[key]));

/** Who lists see nothing new of has no new version: only the place of the next message moved. */
const versionAfter = (before: ConcernState, after: ConcernState): number =>
  before.version + (patchOf(before, after) === null ? 0 : 1);

const asJson = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));

const update = (before: ConcernState, after: ConcernState): Sql => {
  const sets = changed(before, after).map(
    (key) => sql`${columnOf[key] ?? empty} = ${key === "promises" ? asJson(after.promises) : after[key]}`,
  );
  const version = sql`version = version + ${versionAfter(before, after) - before.version}`;
  return sql`UPDATE concern SET ${join([...sets, version], ", ")} WHERE id = ${before.id} RETURNING number, version`;
};

const insert = (c: ConcernState): Sql => sql`
  INSERT INTO concern (id, brand_id, subject, status, priority, topic_id, tags, assignee_id, team_id, customer_id, customer_name, channels, snippet, last_direction,
                       last_message_at, waiting_since, snoozed_until, message_count, last_seq, language, created_at, first_reply_at, resolved_at, closed_at,
                       promises, promise_kind, promise_state, promise_rule_id, due_at, missed, promise_at)
  VALUES (${c.id}, ${c.brandId}, ${c.subject}, ${c.status}, ${c.priority}, ${c.topicId}, ${c.tags}, ${c.assigneeId}, ${c.teamId}, ${c.customerId}, ${c.customerName},
          ${c.channels}, ${c.snippet}, ${c.lastDirection}, ${c.lastMessageAt}, ${c.waitingSince}, ${c.snoozedUntil}, ${c.messageCount}, ${c.lastSeq}, ${c.language}, ${c.createdAt},
          ${c.firstReplyAt}, ${c.resolvedAt}, ${c.closedAt},
          ${asJson(c.promises)}, ${c.promiseKind}, ${c.promiseState}, ${c.promiseRuleId}, ${c.dueAt}, ${c.missed}, ${c.promiseAt})
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

/** Who joins a concern, without a message of theirs. Gives the ids of those who did not take part already. */
export const addParties = async (tx: Tx, concernId: string, parties: readonly NewParty[]): Promise<string[]> =>
  (await tx.rows<{ id: string }>(insertParties(concernId, parties))).map(({ id }) => id);

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

/** A message's row by its columns, but for its words. All of it stands in the event as well. */
const messageRow = (m: NewMessage): Readonly<Record<string, unknown>> => ({
  id: m.id,
  concern_id: m.concernId,
  seq: m.seq,
  direction: m.direction,
  author_kind: m.author.kind,
  author_id: m.author.id,
  author_name: m.author.name,
  channel_kind: m.channelKind,
  channel_id: m.channelId,
  sender: m.from,
  recipients: m.to,
  copies: m.cc,
  reply_to: m.replyTo,
  subject: m.subject,
  assurance: m.assurance,
  verdicts: m.verdicts,
  warnings: m.warnings,
  automatic: m.automatic,
  mentions: m.mentions,
  answers_id: m.answersId,
  file_count: m.files.length,
  has_html: m.html !== null,
  html_lines: m.htmlLines,
  remote_images: m.remoteImages,
  client_key: m.clientKey,
  intake_id: m.intakeId,
  at: m.at,
  undo: m.undo,
  scheduled: m.plan,
  send_at: m.plan?.at ?? null,
  proposal: m.proposal,
});

const insertMessages = (messages: readonly NewMessage[]): Sql => {
  const rows = messages.map(messageRow);
  const columns = raw(Object.keys(rows[0] ?? {}).join(", "));
  return sql`
    INSERT INTO message (${columns})
    SELECT ${columns} FROM jsonb_populate_recordset(NULL::message, ${JSON.stringify(rows)}::jsonb) RETURNING 1`;
};

/** What is saved with mere words in a concern that is there, under its lock. */
interface Words extends Pick<Saving, "after" | "message"> {
  readonly before: ConcernState;
}

/** The same for the words of several people at one moment: one statement for those in whose concerns the same columns change. */
const saveWords = alike<Words, void>(async (tx, words) => {
  const columnsOf = ({ before, after }: Words): string =>
    [...changed(before, after), versionAfter(before, after) - before.version].join(" ");
  for (const some of Map.groupBy(words, columnsOf).values()) await tx.later(insertWords(some));
  return [];
});

/** `words`: at least one, and in all of their concerns the same columns change. */
const insertWords = (words: readonly Words[]): Sql => {
  const [first] = words;
  const keys = first === undefined ? [] : changed(first.before, first.after);
  const sets = keys.map((key) => sql`${columnOf[key] ?? empty} = g.${columnOf[key] ?? empty}`);
  const concerns = words.map(({ before, after }) => ({
    id: before.id,
    version: versionAfter(before, after),
    ...Object.fromEntries(keys.map((key) => [columnOf[key]?.text, after[key]])),
  }));
  const messages = words.map(({ message }) => message);
  const references = messages.flatMap((m) => [...new Set(m.keys)].map((key) => ({ ...m, key })));
  return sql`
    WITH c AS (UPDATE concern c SET ${join([...sets, sql`version = g.version`], ", ")}
                 FROM jsonb_populate_recordset(NULL::concern, ${JSON.stringify(concerns)}::jsonb) AS g WHERE c.id = g.id),
         m AS (${insertMessages(messages)}),
         b AS (INSERT INTO message_body (message_id, text, folded_text, raw_hash, quote_of, parts)
               SELECT * FROM unnest(${messages.map(({ id }) => id)}::uuid[], ${messages.map(({ text }) => text)}::text[],
                                    ${messages.map(({ foldedText }) => foldedText)}::text[], ${messages.map(({ rawHash }) => rawHash)}::text[],
                                    ${messages.map(({ quoteOf }) => quoteOf)}::uuid[],
                                    ${messages.map(({ parts }) => (parts.length === 0 ? null : JSON.stringify(parts)))}::jsonb[]))
    INSERT INTO reference (key, channel_kind, message_id, concern_id, ours)
    SELECT *, false FROM unnest(${references.map(({ key }) => key)}::text[], ${references.map(({ channelKind }) => channelKind)}::text[],
                                ${references.map(({ id }) => id)}::uuid[], ${references.map(({ concernId }) => concernId)}::uuid[])`;
};

/**
 * Saves a concern and its message, files, keys, parties and deliveries in one statement. Tells the number and which parties were new, and of a new concern
 * by which revision of promises it is to be judged; where all is known beforehand (the caller holds the lock of a concern that nobody joins) the answer is
 * not waited for.
 */
export const saveMessage = async (
  tx: Tx,
  saving: Saving,
): Promise<{
  readonly number: number;
  readonly version: number;
  readonly joined: readonly PartyId[];
  readonly revision: number;
}> => {
  const { before, after, message, parties, deliveries } = saving;
  if (before !== null && parties.length + deliveries.length + message.files.length === 0 && message.html === null) {
    await saveWords(tx, { before, after, message });
    return { number: before.number, version: versionAfter(before, after), joined: [], revision: 0 };
  }
  const keys = [...new Set(message.keys)];
  const statement = sql`
    WITH c AS (${before === null ? insert(after) : update(before, after)}),
         m AS (${insertMessages([message])}),
         b AS (INSERT INTO message_body (message_id, text, folded_text, html, raw_hash, quote_of, parts, chat_link, rating_links)
               VALUES (${message.id}, ${message.text}, ${message.foldedText}, ${message.html}, ${message.rawHash},
                       ${message.quoteOf}, ${message.parts.length === 0 ? null : JSON.stringify(message.parts)},
                       ${message.chatLink === null ? null : JSON.stringify(message.chatLink)},
                       ${message.ratingLinks.length === 0 ? null : JSON.stringify(message.ratingLinks)}) RETURNING 1)
         ${parties.length === 0 ? empty : sql`, p AS (${insertParties(after.id, parties)})`}
         ${message.files.length === 0 ? empty : sql`, a AS (${insertFiles(message.id, message.files)})`}
         ${deliveries.length === 0 ? empty : sql`, d AS (${insertDeliveries(message.id, deliveries)})`}
         ${
           keys.length === 0
             ? empty
             : sql`, r AS (INSERT INTO reference (key, channel_kind, message_id, concern_id, ours)
                           SELECT unnest(${keys}::text[]), ${message.channelKind}, ${message.id}, ${after.id}, false RETURNING 1)`
         }
    SELECT c.number, c.version, ${parties.length === 0 ? sql`NULL` : sql`(SELECT array_agg(p.id) FROM p)`} AS joined,
           ${before === null ? sql`(SELECT revision FROM promise_book)` : sql`0`} AS revision FROM c`;
  if (before !== null && parties.length === 0) {
    await tx.later(statement);
    return { number: before.number, version: versionAfter(before, after), joined: [], revision: 0 };
  }
  const saved = await tx.one<{ number: number; version: number; joined: PartyId[] | null; revision: number }>(
    statement,
  );
  return { ...saved, joined: saved.joined ?? [] };
};
