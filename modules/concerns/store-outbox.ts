// The SQL of the outbox. Called by concerns/actions-outbox.ts, actions-receipts.ts and actions-reply.ts.
// Every write of a worker carries the lease's token; a delivery whose call had begun is never given to another worker.
import type { ChannelKind } from "#contract/channel.ts";
import type { Delivery, DeliveryState, DraftQuote } from "#contract/concerns.ts";
import type { ChannelId, ConcernId, DeliveryId, MessageId } from "#contract/ids.ts";
import type { Reason } from "#contract/reasons.ts";
import type { Undoable } from "#modules/concerns/model.ts";
import type { ChatLink, RatingLink } from "#modules/concerns/model-words.ts";
import type { Part } from "#contract/parts.ts";
import { sql, type Sql, type Tx } from "#platform/db/db.ts";

/** A delivery as the outbox works with it. */
export interface DeliveryRow extends Omit<Delivery, "id"> {
  readonly id: DeliveryId;
  readonly messageId: MessageId;
  readonly channelId: ChannelId;
  readonly channelKind: ChannelKind;
  readonly token: string;
  readonly giveUpAt: string;
  readonly begunAt: string | null;
}

const columns = sql`
  d.id, d.message_id AS "messageId", d.channel_id AS "channelId", d.recipient, d.token, d.state, d.attempts, d.next_try_at AS "nextTryAt",
  d.give_up_at AS "giveUpAt", d.begun_at AS "begunAt", d.code, d.reason, d.detail, d.history,
  (SELECT k.channel_kind FROM message k WHERE k.id = d.message_id) AS "channelKind"`;

/** One more line of a delivery's history; the oldest beyond 100 go. */
export const line = (
  at: string,
  state: Sql,
  detail: string,
  more: { readonly reason?: Reason | null; readonly doubted?: true } = {},
): Sql =>
  sql`(CASE WHEN jsonb_array_length(history) >= 100 THEN history - 0 ELSE history END) || jsonb_build_array(jsonb_build_object('at', ${at}::text, 'state', ${state}, 'detail', ${detail}::text)${more.reason ? sql` || jsonb_build_object('reason', ${JSON.stringify(more.reason)}::jsonb)` : sql``}${more.doubted ? sql` || '{"doubted": true}'::jsonb` : sql``})`;

/** Deliveries that are due, now with this lease; what other workers have in hand is passed over. */
export const claimDue = (
  tx: Tx,
  at: string,
  leaseToken: string,
  leaseUntil: string,
  limit: number,
): Promise<(DeliveryRow & { readonly concernId: ConcernId })[]> =>
  tx.rows(sql`
    UPDATE delivery d SET state = 'sending', attempts = attempts + 1, lease_token = ${leaseToken}, lease_until = ${leaseUntil}, begun_at = NULL, next_try_at = NULL,
           history = ${line(at, sql`'sending'::text`, "")}
      FROM message m
     WHERE m.id = d.message_id
       AND d.id IN (SELECT id FROM delivery WHERE state IN ('held', 'waiting') AND next_try_at <= ${at} ORDER BY next_try_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING ${columns}, m.concern_id AS "concernId"`);

/** Deliveries whose worker did not come back in time. */
export const expired = (
  tx: Tx,
  at: string,
  limit: number,
): Promise<{ readonly id: DeliveryId; readonly messageId: MessageId }[]> =>
  tx.rows(sql`
    SELECT d.id, d.message_id AS "messageId" FROM delivery d
     WHERE d.state = 'sending' AND d.lease_until < ${at} ORDER BY d.lease_until LIMIT ${limit}`);

/** How many deliveries have not left, by state. */
export const outboxDepth = async (tx: Tx): Promise<Readonly<Record<string, number>>> => {
  const rows = await tx.rows<{ state: string; n: number }>(
    sql`SELECT state, count(*)::int AS n FROM delivery WHERE state IN ('held', 'waiting') OR state = 'sending' GROUP BY state`,
  );
  return { held: 0, waiting: 0, sending: 0, ...Object.fromEntries(rows.map((row) => [row.state, row.n])) };
};

/** Seconds since the oldest delivery that is due should have left; 0 when none is. */
export const outboxLateSeconds = async (tx: Tx): Promise<number> =>
  (
    await tx.one<{ late: number | null }>(
      sql`SELECT extract(epoch FROM now() - min(next_try_at))::float8 AS late FROM delivery WHERE state IN ('held', 'waiting') AND next_try_at <= now()`,
    )
  ).late ?? 0;

/** Every lease ends now. */
export const endLeases = async (tx: Tx, at: string): Promise<void> => {
  await tx.run(
    sql`UPDATE delivery SET lease_until = ${at}::timestamptz - interval '1 millisecond' WHERE state = 'sending' AND lease_until > ${at}`,
  );
};

/** The same under the row's lock, if it is still so; null: its worker came back, or another one looks after it. */
export const lockExpired = (tx: Tx, id: DeliveryId, at: string): Promise<DeliveryRow | null> =>
  tx.maybe<DeliveryRow>(
    sql`SELECT ${columns} FROM delivery d WHERE d.id = ${id} AND d.state = 'sending' AND d.lease_until < ${at} FOR UPDATE SKIP LOCKED`,
  );

/** The delivery under its lock, when this lease is the last one given and nothing final is known. */
export const lockLeased = (tx: Tx, id: DeliveryId, leaseToken: string): Promise<DeliveryRow | null> =>
  tx.maybe<DeliveryRow>(
    sql`SELECT ${columns} FROM delivery d WHERE d.id = ${id} AND d.lease_token = ${leaseToken} AND d.state IN ('sending', 'unknown') FOR UPDATE`,
  );

/** Notes that the provider is called now; the lease begins anew. False: it is lost and nothing may be sent. */
export const begin = async (
  tx: Tx,
  id: DeliveryId,
  leaseToken: string,
  at: string,
  leaseUntil: string,
): Promise<boolean> =>
  (await tx.run(
    sql`UPDATE delivery SET begun_at = ${at}, lease_until = ${leaseUntil} WHERE id = ${id} AND lease_token = ${leaseToken} AND state = 'sending' AND begun_at IS NULL`,
  )) === 1;

/** Keeps deliveries that wait in their worker's hands for a connection: their calls have not begun. */
export const renew = async (
  tx: Tx,
  claims: readonly { readonly id: DeliveryId; readonly leaseToken: string }[],
  leaseUntil: string,
): Promise<void> => {
  await tx.run(sql`
    UPDATE delivery d SET lease_until = ${leaseUntil}
      FROM unnest(${claims.map((claim) => claim.id)}::uuid[], ${claims.map((claim) => claim.leaseToken)}::uuid[]) AS c (id, token)
     WHERE d.id = c.id AND d.lease_token = c.token AND d.state = 'sending' AND d.begun_at IS NULL`);
};

/** Is any answer of this concern known or feared not to have arrived, or late (given up before `lateUntil`)? What no person wrote does not count. */
export const anyBad = async (tx: Tx, concernId: ConcernId, lateUntil: string): Promise<boolean> =>
  (
    await tx.one<{ bad: boolean }>(sql`
      SELECT EXISTS (SELECT 1 FROM message m JOIN delivery d ON d.message_id = m.id
                      WHERE m.concern_id = ${concernId} AND m.direction = 'out' AND m.automatic IS NULL AND m.withdrawn_at IS NULL
                        AND (d.state IN ('failed', 'unknown') OR (d.state IN ('waiting', 'sending') AND d.attempts > 0 AND d.give_up_at < ${lateUntil}))) AS bad`)
  ).bad;

/** Is the concern of this message marked because of a delivery? Without its lock: a first look. */
export const isMarked = async (tx: Tx, messageId: MessageId): Promise<boolean> =>
  (
    await tx.one<{ marked: boolean }>(
      sql`SELECT c.delivery_failed AS marked FROM message m JOIN concern c ON c.id = m.concern_id WHERE m.id = ${messageId}`,
    )
  ).marked;

/** Stores keys under which answers and receipts will refer to this message. */
export const insertKeys = async (tx: Tx, messageId: MessageId, keys: readonly string[]): Promise<void> => {
  if (keys.length === 0) return;
  // Locked, so that keys of a message that is being moved come to stand where it goes.
  await tx.run(sql`
    INSERT INTO reference (key, channel_kind, message_id, concern_id, ours)
    SELECT k.key, m.channel_kind, m.id, m.concern_id, true
      FROM (SELECT * FROM message WHERE id = ${messageId} FOR KEY SHARE) m CROSS JOIN unnest(${keys}::text[]) AS k (key)
    ON CONFLICT (channel_kind, key, message_id) DO NOTHING`);
};

/** What became of a delivery. */
export interface Outcome {
  readonly state: DeliveryState;
  readonly nextTryAt: string | null;
  readonly code: string | null;
  readonly reason: Reason | null;
  readonly detail: string;
  readonly providerId: string | null;
  /** The claim was no try. */
  readonly uncounted?: boolean;
}

/** Writes an outcome; the caller holds the row's lock. Returns the row as it is now. */
export const settle = (tx: Tx, id: DeliveryId, at: string, outcome: Outcome): Promise<DeliveryRow> =>
  tx.one<DeliveryRow>(sql`
    UPDATE delivery d SET state = ${outcome.state}, next_try_at = ${outcome.nextTryAt}, code = ${outcome.code}, reason = ${outcome.reason === null ? null : JSON.stringify(outcome.reason)}::jsonb, detail = ${outcome.detail},
           attempts = attempts - ${outcome.uncounted === true ? 1 : 0}::int, provider_id = coalesce(${outcome.providerId}, provider_id), history = ${line(at, sql`${outcome.state}::text`, outcome.detail, { reason: outcome.reason })}
     WHERE d.id = ${id} RETURNING ${columns}`);

/** A new version of messages whose deliveries changed, for the desks. */
export const raiseVersions = async (
  tx: Tx,
  ids: readonly MessageId[],
): Promise<
  ReadonlyMap<MessageId, { readonly version: number; readonly direction: string; readonly concernId: ConcernId }>
> =>
  new Map(
    (
      await tx.rows<{ id: MessageId; version: number; direction: string; concernId: ConcernId }>(
        sql`UPDATE message SET version = version + 1 WHERE id = ANY (${ids}::uuid[]) RETURNING id, version, direction, concern_id AS "concernId"`,
      )
    ).map((row) => [row.id, row]),
  );

/** All deliveries of a message. */
export const deliveriesOf = (tx: Tx, messageId: MessageId): Promise<DeliveryRow[]> =>
  tx.rows<DeliveryRow>(sql`SELECT ${columns} FROM delivery d WHERE d.message_id = ${messageId} ORDER BY d.id`);

/** Makes held, failed and unknown deliveries of a message due at once. False when there are none. */
export const hurry = async (tx: Tx, messageId: MessageId, at: string): Promise<boolean> =>
  (await tx.run(sql`
    UPDATE delivery SET state = 'waiting', next_try_at = ${at}, give_up_at = greatest(give_up_at, ${at}::timestamptz + interval '5 days'), history = ${line(at, sql`'waiting'::text`, "")}
     WHERE message_id = ${messageId} AND state IN ('held', 'waiting', 'failed', 'unknown')`)) > 0;

/** Deliveries that wait for their next try by this channel, due at that time instead; what a worker has in hand stays with it. */
export const hurryChannel = (
  tx: Tx,
  channelId: ChannelId,
  at: string,
): Promise<(DeliveryRow & { readonly concernId: ConcernId })[]> =>
  tx.rows(sql`
    UPDATE delivery d SET next_try_at = ${at}
      FROM message m
     WHERE m.id = d.message_id AND d.attempts > 0
       AND d.id IN (SELECT id FROM delivery WHERE channel_id = ${channelId} AND state = 'waiting' AND next_try_at > ${at} ORDER BY id FOR UPDATE SKIP LOCKED)
    RETURNING ${columns}, m.concern_id AS "concernId"`);

/** Deliveries of these messages that wait only because a file of theirs was not looked at, due at that time instead. */
export const hurryFiles = (
  tx: Tx,
  messageIds: readonly MessageId[],
  at: string,
): Promise<(DeliveryRow & { readonly concernId: ConcernId })[]> =>
  tx.rows(sql`
    UPDATE delivery d SET next_try_at = ${at}
      FROM message m
     WHERE m.id = d.message_id
       AND d.id IN (SELECT id FROM delivery WHERE message_id = ANY (${messageIds}::uuid[]) AND state = 'waiting' AND next_try_at > ${at} AND reason ->> 'code' = 'fileWaiting'
                     ORDER BY id FOR UPDATE SKIP LOCKED)
    RETURNING ${columns}, m.concern_id AS "concernId"`);

/** Takes a message back with all its deliveries; false when a worker has already taken one. */
export const withdraw = async (tx: Tx, messageId: MessageId, at: string): Promise<boolean> => {
  const rows = await tx.rows<{ state: DeliveryState; attempts: number }>(
    sql`SELECT state, attempts FROM delivery WHERE message_id = ${messageId} FOR UPDATE`,
  );
  if (rows.length === 0 || rows.some((row) => row.state !== "held" || row.attempts > 0)) return false;
  await tx.run(
    sql`UPDATE delivery SET state = 'withdrawn', next_try_at = NULL, history = ${line(at, sql`'withdrawn'::text`, "")} WHERE message_id = ${messageId}`,
  );
  await tx.run(
    sql`UPDATE message SET withdrawn_at = ${at}, send_at = NULL, version = version + 1 WHERE id = ${messageId}`,
  );
  return true;
};

/** What taking back an answer needs. */
export interface AnswerRow {
  readonly direction: string;
  readonly seq: number;
  readonly authorId: string | null;
  readonly authorKind: string;
  readonly channelId: ChannelId | null;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly text: string;
  readonly html: string | null;
  readonly withdrawnAt: string | null;
  readonly undo: {
    readonly before: Undoable;
    readonly after: Undoable;
    readonly uploads: readonly string[];
    readonly quote?: DraftQuote;
    /** The customer was made for this message. */
    readonly madeCustomer?: boolean;
    /** It, or others of its concern, have been moved since: what the concern was before says nothing any more. */
    readonly moved?: true;
  } | null;
}

/** A message as taking it back needs it. The caller holds the concern's lock; deliveries are locked before messages, always. */
export const answerRow = (tx: Tx, id: MessageId): Promise<AnswerRow | null> =>
  tx.maybe<AnswerRow>(sql`
    SELECT m.direction, m.seq, m.author_id AS "authorId", m.author_kind AS "authorKind", m.channel_id AS "channelId", m.withdrawn_at AS "withdrawnAt", m.undo, b.text, b.html,
           ARRAY(SELECT r ->> 'value' FROM jsonb_array_elements(m.recipients) r) AS to, ARRAY(SELECT r ->> 'value' FROM jsonb_array_elements(m.copies) r) AS cc
      FROM message m JOIN message_body b ON b.message_id = m.id WHERE m.id = ${id}`);

/** The message behind a delivery, with everything a provider gets. */
export interface LeavingRow {
  readonly concernId: ConcernId;
  readonly number: number;
  readonly brandId: string;
  readonly seq: number;
  readonly at: string;
  readonly direction: "out" | "system";
  readonly authorKind: string;
  readonly authorName: string;
  readonly fromName: string | null;
  readonly to: readonly { readonly name: string | null; readonly value: string }[];
  readonly cc: readonly { readonly name: string | null; readonly value: string }[];
  readonly subject: string | null;
  readonly text: string;
  readonly foldedText: string;
  readonly html: string | null;
  readonly parts: readonly Part[] | null;
  readonly chatLink: ChatLink | null;
  readonly ratingLinks: readonly RatingLink[] | null;
  /** The repeated message's HTML as it came, sanitised. */
  readonly quotedHtml: string | null;
  readonly automatic: string | null;
  readonly answersId: string | null;
  readonly files: readonly {
    readonly hash: string;
    readonly name: string;
    readonly mediaType: string;
    readonly inlineId: string | null;
  }[];
}

/** See `LeavingRow`; null when the message is not there any more. */
export const leaving = (tx: Tx, messageId: MessageId): Promise<LeavingRow | null> =>
  tx.maybe<LeavingRow>(sql`
    SELECT m.concern_id AS "concernId", c.number, c.brand_id AS "brandId", m.seq, m.at, m.direction, m.author_kind AS "authorKind", m.author_name AS "authorName",
           m.sender ->> 'name' AS "fromName", m.recipients AS to, m.copies AS cc, m.subject, m.automatic, m.answers_id AS "answersId",
           b.text, b.folded_text AS "foldedText", b.html, b.parts, b.chat_link AS "chatLink", b.rating_links AS "ratingLinks",
           (SELECT q.html FROM message_body q WHERE q.message_id = b.quote_of) AS "quotedHtml",
           coalesce((SELECT jsonb_agg(jsonb_build_object('hash', a.hash, 'name', a.name, 'mediaType', a.media_type, 'inlineId', a.inline_id) ORDER BY a.position)
                       FROM attachment a WHERE a.message_id = m.id), '[]'::jsonb) AS files
      FROM message m JOIN concern c ON c.id = m.concern_id JOIN message_body b ON b.message_id = m.id
     WHERE m.id = ${messageId} AND m.withdrawn_at IS NULL`);

/** Keys of the messages before a place, nearest first: what an answer there answers. */
export const keysBefore = async (tx: Tx, concernId: ConcernId, seq: number, seesFrom: number): Promise<string[]> =>
  (
    await tx.rows<{ key: string }>(sql`
      SELECT r.key FROM reference r JOIN message m ON m.id = r.message_id
       WHERE m.concern_id = ${concernId} AND m.seq < ${seq} AND m.seq >= ${seesFrom} AND m.direction IN ('in', 'out') AND m.withdrawn_at IS NULL
       ORDER BY m.seq DESC, r.key LIMIT 30`)
  ).map((row) => row.key);

/** How far a receipt proves which delivery it speaks of. */
export interface Behind {
  readonly id: DeliveryId;
  readonly messageId: MessageId;
  /** Found by its own token, which nobody but that recipient and their mail system was told. */
  readonly byToken: boolean;
  /** No other delivery of that message can be meant. */
  readonly certain: boolean;
  /** Nobody else has seen a key of that message, as far as we know: in that concern only its recipient was written to, and wrote to us alone. */
  readonly alone: boolean;
}

/** The delivery that a receipt speaks of: by its own token, else by a key of its message and the recipient it names. */
export const deliveryBehind = (
  tx: Tx,
  channelKind: string,
  tokens: readonly string[],
  keys: readonly string[],
  recipient: string | null,
): Promise<Behind | null> =>
  tx.maybe<Behind>(sql`
    SELECT d.id, m.id AS "messageId", d.token = ANY (${tokens}::text[]) AS "byToken",
           d.token = ANY (${tokens}::text[]) OR d.recipient = ${recipient}::text OR (SELECT count(*) FROM delivery o WHERE o.message_id = m.id) = 1 AS certain,
           NOT EXISTS (SELECT 1 FROM message x WHERE x.concern_id = m.concern_id AND (
             (x.direction = 'out' AND EXISTS (SELECT 1 FROM delivery o WHERE o.message_id = x.id AND o.recipient <> d.recipient))
             OR (x.direction = 'in' AND (lower(x.sender ->> 'value') <> d.recipient OR jsonb_array_length(x.recipients) + jsonb_array_length(x.copies) > 1)))) AS alone
      FROM delivery d JOIN message m ON m.id = d.message_id
     WHERE d.token = ANY (${tokens}::text[])
        OR (cardinality(${keys}::text[]) > 0 AND d.message_id IN (SELECT r.message_id FROM reference r WHERE r.channel_kind = ${channelKind} AND r.key = ANY (${keys}::text[]) AND r.ours))
     ORDER BY d.token = ANY (${tokens}::text[]) DESC, d.recipient = ${recipient}::text DESC NULLS LAST, d.state = 'failed', m.id DESC, d.id LIMIT 1`);

/** Writes into a delivery's history what a report without a proof says, once for each thing said; null: it stands there already. Nothing else moves. */
export const doubt = (
  tx: Tx,
  id: DeliveryId,
  said: Pick<Outcome, "state" | "reason" | "detail"> & { readonly at: string },
): Promise<DeliveryRow | null> =>
  tx.maybe<DeliveryRow>(sql`
    UPDATE delivery d SET history = ${line(said.at, sql`${said.state}::text`, said.detail, { reason: said.reason, doubted: true })}
     WHERE d.id = ${id} AND NOT history @> jsonb_build_array(jsonb_build_object('state', ${said.state}::text, 'doubted', true))
    RETURNING ${columns}`);

/** A delivery under its lock. */
export const lockDelivery = (tx: Tx, id: DeliveryId): Promise<DeliveryRow> =>
  tx.one<DeliveryRow>(sql`SELECT ${columns} FROM delivery d WHERE d.id = ${id} FOR UPDATE`);

/** How many automatic mails an address got since then; the caller holds the address's lock (`lockAutomatic`). */
export const automaticSince = async (tx: Tx, norm: string, since: string, concernId: string | null): Promise<number> =>
  (
    await tx.one<{ n: number }>(
      sql`SELECT count(*)::int AS n FROM automatic_mail WHERE norm = ${norm} AND at > ${since} AND (${concernId}::uuid IS NULL OR concern_id = ${concernId})`,
    )
  ).n;

/** Makes everybody else who wants to write an automatic mail to this address wait for the commit. */
export const lockAutomatic = async (tx: Tx, norm: string): Promise<void> => {
  await tx.run(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`automatic:${norm}`}, 0))`);
};

/** Remembers an automatic mail. */
export const insertAutomatic = async (tx: Tx, norm: string, at: string, concernId: ConcernId | null): Promise<void> => {
  await tx.run(sql`INSERT INTO automatic_mail (norm, at, concern_id) VALUES (${norm}, ${at}, ${concernId})`);
};
