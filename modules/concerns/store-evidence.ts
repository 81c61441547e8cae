// The SQL that looks for the thread of an arriving message. Called by concerns/actions.ts.
import type { AddressKind, Assurance, ChannelKind } from "#contract/channel.ts";
import type { ConcernId, CustomerId, MessageId, PartyId } from "#contract/ids.ts";
import { burstMs } from "#modules/concerns/model.ts";
import type { BurstMessage, Clue } from "#modules/concerns/model-threading.ts";
import { alike } from "#platform/db/alike.ts";
import { join, raw, sql, type Sql, type Tx } from "#platform/db/db.ts";

/** A clue as the table has it; a token's proof is still to be judged. */
export interface FoundClue extends Clue {
  readonly key: string | null;
  readonly partyId: PartyId | null;
}

/** What is looked for: everything the message itself claims, and who sent it. */
export interface Searched {
  readonly channelKind: ChannelKind;
  readonly kind: AddressKind;
  readonly senderNorm: string;
  /** The brand that was written to. */
  readonly brandId: string;
  readonly randomParts: readonly string[];
  readonly references: readonly string[];
  readonly number: number | null;
  /** Its own keys, to find what answered it and overtook it; none: not looked for. */
  readonly own: readonly string[];
  /** Look for the sender's concern of a moment ago; null: not. */
  readonly burst: {
    readonly customerId: string;
    readonly at: string;
    readonly assurance: Assurance;
  } | null;
}

const mostClues = 100;

const column = (via: string, rank: number): Sql => sql`${raw(`'${via}'`)} AS via, ${raw(String(rank))} AS rank`;
const nobody = sql`NULL::uuid AS party_id, NULL::uuid AS agent_id`;
const notHeld = sql`false AS holds`;
const ofNoMessage = sql`NULL::uuid AS message_id, NULL::text AS assurance, '{}'::uuid[] AS moved_from`;

/**
 * Every clue, in the order in which the message names them; the newest message first where several share a key. OFFSET 0: found by their keys; in a small centre the
 * planner walked through all references from the newest on, since they come in order there.
 */
export const findClues = (tx: Tx, s: Searched): Promise<FoundClue[]> => {
  const isParty = (concern: Sql): Sql =>
    sql`EXISTS (SELECT 1 FROM party q WHERE q.concern_id = ${concern} AND q.kind = ${s.kind} AND q.norm = ${s.senderNorm}) AS is_party`;
  const foreign = (concern: Sql): Sql =>
    sql`EXISTS (SELECT 1 FROM concern f WHERE f.id = ${concern} AND f.brand_id <> ${s.brandId}) AS is_foreign`;
  const holds = sql`EXISTS (SELECT 1 FROM party h JOIN party q ON q.concern_id = h.concern_id AND q.kind = ${s.kind} AND q.norm = ${s.senderNorm}
                             WHERE h.id = t.party_id AND (q.id = h.id OR q.customer_id = h.customer_id)) AS holds`;
  const parts: Sql[] = [];
  if (s.randomParts.length > 0)
    parts.push(sql`
      SELECT ${column("token", 1)}, array_position(${s.randomParts}::text[], t.token) AS place, t.token AS key, true AS ours, t.concern_id,
             t.party_id, t.agent_id, ${isParty(sql`t.concern_id`)}, ${holds}, false AS is_foreign, ${ofNoMessage}
        FROM reply_token t WHERE t.token = ANY (${s.randomParts}::text[])`);
  if (s.references.length > 0)
    parts.push(sql`
      SELECT ${column("reference", 2)}, array_position(${s.references}::text[], r.key) AS place, r.key, r.ours, k.concern_id, ${nobody},
             ${isParty(sql`k.concern_id`)}, ${notHeld}, ${foreign(sql`k.concern_id`)}, r.message_id, k.assurance, k.moved_from
        FROM (SELECT * FROM (SELECT * FROM reference WHERE channel_kind = ${s.channelKind} AND key = ANY (${s.references}::text[]) OFFSET 0) AS named
               ORDER BY message_id DESC LIMIT ${mostClues}) r JOIN message k ON k.id = r.message_id`);
  if (s.number !== null)
    parts.push(sql`
      SELECT ${column("number", 3)}, 1 AS place, NULL::text AS key, false AS ours, c.id AS concern_id, ${nobody}, ${isParty(sql`c.id`)}, ${notHeld},
             c.brand_id <> ${s.brandId} AS is_foreign, ${ofNoMessage}
        FROM concern c WHERE c.number = ${s.number}`);
  if (s.own.length > 0)
    parts.push(sql`
      SELECT ${column("overtaken", 4)}, 1 AS place, a.key, false AS ours, k.concern_id, ${nobody},
             ${isParty(sql`k.concern_id`)}, ${notHeld}, ${foreign(sql`k.concern_id`)}, a.message_id, k.assurance, k.moved_from
        FROM (SELECT * FROM awaited_reference WHERE channel_kind = ${s.channelKind} AND key = ANY (${s.own}::text[])
               ORDER BY message_id DESC LIMIT ${mostClues}) a JOIN message k ON k.id = a.message_id`);
  if (s.burst !== null)
    parts.push(sql`
      SELECT ${column("burst", 5)}, 1 AS place, NULL::text AS key, false AS ours, c.id AS concern_id, ${nobody}, true AS is_party, ${notHeld}, false AS is_foreign,
             ${ofNoMessage}
        FROM (SELECT * FROM concern WHERE customer_id = ${s.burst.customerId} AND brand_id = ${s.brandId} ORDER BY created_at DESC, id DESC LIMIT 1) c
        JOIN message m ON m.concern_id = c.id AND m.seq = 1
       WHERE c.status IN ('new', 'open') AND c.first_reply_at IS NULL
         AND c.created_at BETWEEN ${s.burst.at}::timestamptz - ${window} AND ${s.burst.at}::timestamptz + ${window}
         AND m.direction = 'in' AND m.author_kind = 'customer' AND m.automatic IS NULL AND m.assurance = ${s.burst.assurance}
         AND EXISTS (SELECT 1 FROM party q WHERE q.concern_id = c.id AND q.kind = ${s.kind} AND q.norm = ${s.senderNorm} AND q.role = 'requester')`);
  if (parts.length === 0) return Promise.resolve([]);
  if (parts.length === 1 && s.number !== null) return cluesOfNumber(tx, { ...s, number: s.number });
  return tx.rows<FoundClue>(sql`
    SELECT via, key, ours, concern_id AS "concernId", party_id AS "partyId", agent_id AS "agentId", is_party AS "senderIsParty", holds AS "senderHolds", is_foreign AS "foreign",
           message_id AS "messageId", assurance, moved_from AS "movedFrom"
      FROM (${join(parts, " UNION ALL ")}) AS u ORDER BY rank, place, message_id DESC`);
};

/** What a number alone leads to, for several at one moment: a word in a chat names the concern it is said in, and nothing else. */
const cluesOfNumber = alike<Searched & { readonly number: number }, FoundClue[]>(async (tx, asked) => {
  const rows = await tx.rows<FoundClue & { readonly place: number }>(sql`
    SELECT asked.place, 'number' AS via, NULL AS key, false AS ours, c.id AS "concernId", NULL AS "partyId", NULL AS "agentId",
           EXISTS (SELECT 1 FROM party q WHERE q.concern_id = c.id AND q.kind = asked.kind AND q.norm = asked.norm) AS "senderIsParty",
           false AS "senderHolds", c.brand_id <> asked.brand_id AS "foreign", NULL AS "messageId", NULL AS assurance, '{}'::uuid[] AS "movedFrom"
      FROM unnest(${asked.map(({ number }) => number)}::bigint[], ${asked.map(({ kind }) => kind)}::text[],
                  ${asked.map(({ senderNorm }) => senderNorm)}::text[], ${asked.map(({ brandId }) => brandId)}::uuid[])
             WITH ORDINALITY AS asked (number, kind, norm, brand_id, place)
      JOIN concern c ON c.number = asked.number`);
  const byPlace = Map.groupBy(rows, ({ place }) => place);
  return asked.map((_, i) => (byPlace.get(i + 1) ?? []).map(({ place: _place, ...clue }) => clue));
});

/** The last message of a concern that may be part of a burst; null: none came in. */
export const lastOfBurst = (tx: Tx, concernId: ConcernId): Promise<BurstMessage | null> =>
  tx.maybe<BurstMessage>(sql`
    SELECT m.at, m.subject, coalesce(nullif(m.reply_to ->> 'value', ''), m.sender ->> 'value') AS "answerTo" FROM message m
     WHERE m.concern_id = ${concernId} AND m.direction = 'in' AND m.author_kind = 'customer' AND m.withdrawn_at IS NULL ORDER BY m.seq DESC LIMIT 1`);

/** Whose customer takes part in a concern under that address. */
export const customerOfParty = async (
  tx: Tx,
  concernId: ConcernId,
  kind: AddressKind,
  norm: string,
): Promise<CustomerId | null> =>
  (
    await tx.maybe<{ id: CustomerId | null }>(
      sql`SELECT customer_id AS id FROM party WHERE concern_id = ${concernId} AND kind = ${kind} AND norm = ${norm}`,
    )
  )?.id ?? null;

/** The newest concern that follows a closed one and in which this sender takes part. */
export const followUpOf = async (
  tx: Tx,
  concernId: ConcernId,
  kind: AddressKind,
  norm: string,
): Promise<ConcernId | null> =>
  (
    await tx.maybe<{ id: ConcernId }>(sql`
      SELECT l.later_id AS id FROM concern_link l JOIN party q ON q.concern_id = l.later_id AND q.kind = ${kind} AND q.norm = ${norm}
       WHERE l.earlier_id = ${concernId} AND l.kind = 'follow-up' ORDER BY l.later_id DESC LIMIT 1`)
  )?.id ?? null;

/** Keeps what a message answers and nobody has brought yet: when it comes, it finds its thread by that. The nearest twenty keys. */
export const awaitReferences = async (
  tx: Tx,
  message: {
    readonly id: MessageId;
    readonly concernId: ConcernId;
    readonly channelKind: ChannelKind;
    readonly references: readonly string[];
  },
): Promise<void> => {
  await tx.run(sql`
    INSERT INTO awaited_reference (channel_kind, key, concern_id, message_id)
    SELECT ${message.channelKind}, k.key, ${message.concernId}, ${message.id}
      FROM (SELECT DISTINCT unnest(${message.references.slice(0, mostAwaited)}::text[]) AS key) k
     WHERE NOT EXISTS (SELECT 1 FROM reference r WHERE r.channel_kind = ${message.channelKind} AND r.key = k.key)`);
};

const mostAwaited = 20;

const window = raw(`interval '${burstMs} milliseconds'`);

/** A stretch of time. It has an end as well: a mail of last week that is fetched only today is no part of what was written since. */
export interface Between {
  readonly since: string;
  readonly until: string;
}

/** How many concerns a customer began at a brand in that time; counts up to `most`. */
export const begunBetween = async (
  tx: Tx,
  customerId: string,
  brandId: string,
  between: Between,
  most: number,
): Promise<number> =>
  (
    await tx.one<{ n: number }>(sql`
      SELECT count(*)::int AS n FROM (SELECT 1 FROM concern WHERE customer_id = ${customerId} AND brand_id = ${brandId} AND created_at > ${between.since} AND created_at < ${between.until}
                                       ORDER BY created_at DESC LIMIT ${most}) c`)
  ).n;

/** The concern that gathers what a sender sends too much of. */
export const gathering = (
  tx: Tx,
  s: {
    readonly customerId: string;
    readonly brandId: string;
    readonly kind: AddressKind;
    readonly norm: string;
    readonly between: Between;
  },
): Promise<{ readonly id: ConcernId } | null> =>
  tx.maybe(sql`
    SELECT c.id FROM concern c JOIN party q ON q.concern_id = c.id AND q.kind = ${s.kind} AND q.norm = ${s.norm} AND q.role = 'requester'
     WHERE c.customer_id = ${s.customerId} AND c.brand_id = ${s.brandId} AND c.created_at > ${s.between.since} AND c.created_at < ${s.between.until} AND 'flood' = ANY (c.tags) AND c.status <> 'closed'
     ORDER BY c.created_at DESC, c.id DESC LIMIT 1`);

/** The concern of a brand in which we wrote last to an address since then, if its holder takes part in it. */
export const lastWrittenTo = async (
  tx: Tx,
  s: {
    readonly kind: AddressKind;
    readonly norm: string;
    readonly brandId: string;
    readonly since: string;
    readonly until: string;
  },
): Promise<ConcernId | null> =>
  (
    await tx.maybe<{ id: ConcernId }>(sql`
      SELECT c.id FROM party q JOIN concern c ON c.id = q.concern_id AND c.brand_id = ${s.brandId} AND c.last_message_at > ${s.since}
        JOIN message m ON m.concern_id = c.id AND m.direction = 'out' AND m.withdrawn_at IS NULL
        JOIN delivery d ON d.message_id = m.id AND d.recipient = q.norm AND d.begun_at > ${s.since} AND d.begun_at <= ${s.until}
       WHERE q.kind = ${s.kind} AND q.norm = ${s.norm} ORDER BY d.begun_at DESC, c.id DESC LIMIT 1`)
  )?.id ?? null;

/** The last mails that left for that address in a concern, newest first. */
export const writtenTo = (
  tx: Tx,
  concernId: ConcernId,
  norm: string,
): Promise<{ readonly leftAt: string; readonly subject: string | null }[]> =>
  tx.rows(sql`
    SELECT d.begun_at AS "leftAt", m.subject FROM message m JOIN delivery d ON d.message_id = m.id
     WHERE m.concern_id = ${concernId} AND m.direction = 'out' AND d.recipient = ${norm} AND d.begun_at IS NOT NULL ORDER BY m.seq DESC LIMIT 5`);
