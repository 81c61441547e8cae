// The SQL of moving messages between concerns: their places, and everything that hangs on them. Called by actions-moving.ts, which holds both concerns' locks.
import type { Actor } from "#contract/events.ts";
import type { Move } from "#contract/concerns.ts";
import type { AgentId, ConcernId, MessageId, PartyId } from "#contract/ids.ts";
import type { Undoable } from "#modules/concerns/model.ts";
import type { Line, Seeing } from "#modules/concerns/model-moving.ts";
import type { NewParty } from "#modules/concerns/store.ts";
import type { PartyKeys } from "#modules/concerns/store-visitor.ts";
import { sql, type Tx } from "#platform/db/db.ts";

/** The concerns that were merged into this one, and into those: their ids and numbers. */
export const mergedHere = (tx: Tx, id: string): Promise<{ readonly id: ConcernId; readonly number: number }[]> =>
  tx.rows(sql`
    WITH RECURSIVE gone AS (
      SELECT id, number FROM concern WHERE merged_into = ${id}
      UNION SELECT c.id, c.number FROM concern c JOIN gone g ON c.merged_into = g.id)
    SELECT id, number FROM gone`);

/** All messages of a concern in their order. */
export const linesOf = (tx: Tx, concernId: ConcernId): Promise<Line[]> =>
  tx.rows<Line>(sql`
    SELECT m.id, m.concern_id AS "concernId", m.seq, m.at, m.direction, m.channel_kind AS "channelKind", m.automatic IS NOT NULL AS automatic,
           m.withdrawn_at IS NOT NULL AS withdrawn, m.scheduled IS NOT NULL AS planned, m.subject, left(b.text, 2000) AS text, m.author_name AS author,
           m.answers_id AS "answersId", m.client_key AS "clientKey",
           ARRAY(SELECT lower(p ->> 'value') FROM jsonb_array_elements(m.recipients || m.copies || coalesce(jsonb_build_array(m.sender), '[]')) p
                  WHERE p ->> 'value' IS NOT NULL) AS people
      FROM message m JOIN message_body b ON b.message_id = m.id WHERE m.concern_id = ${concernId} ORDER BY m.seq`);

/** A message's new place. */
export interface Placing {
  readonly id: MessageId;
  readonly concernId: ConcernId;
  readonly seq: number;
  /** Where it came from; null: it only has another place. */
  readonly cameFrom: ConcernId | null;
}

/** Gives messages new places. No two ever have one place, also not on the way: first below nought, then where they belong. */
export const placeAll = async (
  tx: Tx,
  concernIds: readonly ConcernId[],
  placings: readonly Placing[],
): Promise<void> => {
  if (placings.length === 0) return;
  await tx.run(sql`
    UPDATE message m SET concern_id = p."concernId", seq = -p.seq, proposal = CASE WHEN p."cameFrom" IS NULL THEN m.proposal END,
           moved_from = CASE WHEN p."cameFrom" IS NULL THEN m.moved_from
                             ELSE array_append(array_remove(array_remove(m.moved_from, p."cameFrom"), p."concernId"), p."cameFrom") END
      FROM jsonb_to_recordset(${JSON.stringify(placings)}::jsonb) AS p (id uuid, "concernId" uuid, seq integer, "cameFrom" uuid) WHERE m.id = p.id`);
  await tx.run(sql`UPDATE message SET seq = -seq WHERE concern_id = ANY (${concernIds}::uuid[]) AND seq < 0`);
  await tx.run(sql`
    UPDATE message SET undo = undo || '{"moved": true}'::jsonb
     WHERE concern_id = ANY (${concernIds}::uuid[]) AND undo IS NOT NULL AND undo -> 'before' IS NOT NULL`);
};

/** Takes a proposal away; false: there was none. */
export const clearProposal = async (tx: Tx, messageId: MessageId): Promise<boolean> =>
  (await tx.run(sql`UPDATE message SET proposal = NULL WHERE id = ${messageId} AND proposal IS NOT NULL`)) > 0;

/** Keys, awaited keys and mentions go with their messages. */
export const moveEvidence = async (
  tx: Tx,
  ids: readonly MessageId[],
  from: ConcernId,
  to: ConcernId,
): Promise<void> => {
  await tx.run(sql`UPDATE reference SET concern_id = ${to} WHERE message_id = ANY (${ids}::uuid[])`);
  await tx.run(sql`UPDATE awaited_reference SET concern_id = ${to} WHERE message_id = ANY (${ids}::uuid[])`);
  await tx.run(sql`
    INSERT INTO concern_mention (agent_id, concern_id, status)
    SELECT DISTINCT agent_id, c.id, c.status FROM message m CROSS JOIN unnest(m.mentions) AS agent_id JOIN concern c ON c.id = ${to}
     WHERE m.id = ANY (${ids}::uuid[]) AND m.mentions <> '{}' ON CONFLICT DO NOTHING`);
  await tx.run(sql`
    DELETE FROM concern_mention k WHERE k.concern_id = ${from}
       AND NOT EXISTS (SELECT 1 FROM message m WHERE m.concern_id = ${from} AND k.agent_id = ANY (m.mentions))`);
};

/** Who takes part in these concerns, and from and up to where they see and have seen. */
export const seeingOf = (
  tx: Tx,
  concernIds: readonly ConcernId[],
): Promise<(Seeing & NewParty & { readonly hasToken: boolean })[]> =>
  tx.rows(sql`
    SELECT id, concern_id AS "concernId", customer_id AS "customerId", name, kind, norm, value, role, sees_from AS "seesFrom", seen_seq AS "seenSeq",
           EXISTS (SELECT 1 FROM reply_token t WHERE t.party_id = party.id) AS "hasToken"
      FROM party WHERE concern_id = ANY (${concernIds}::uuid[]) ORDER BY sees_from, id`);

/** Writes from where on parties see and up to where they have seen. */
export const saveSeeing = async (
  tx: Tx,
  rows: readonly { readonly id: PartyId; readonly seesFrom: number; readonly seenSeq: number }[],
): Promise<void> => {
  if (rows.length === 0) return;
  await tx.run(sql`
    UPDATE party SET sees_from = p."seesFrom", seen_seq = p."seenSeq"
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS p (id uuid, "seesFrom" integer, "seenSeq" integer) WHERE party.id = p.id`);
};

/** Parties of whom nothing is left in the concern. */
export const removeParties = async (tx: Tx, ids: readonly PartyId[]): Promise<void> => {
  if (ids.length > 0) await tx.run(sql`DELETE FROM party WHERE id = ANY (${ids}::uuid[])`);
};

/** Something of ours in a chat that nobody there has seen. */
export interface UnseenWord {
  readonly messageId: MessageId;
  readonly norm: string;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly parked: boolean;
}

/** The words behind these concerns' marks of what is unread, which go with that: `putUnread` makes them anew. */
export const takeUnread = async (tx: Tx, concernIds: readonly ConcernId[]): Promise<UnseenWord[]> => {
  const words = await tx.rows<UnseenWord>(sql`
    SELECT m.id AS "messageId", u.norm, u.first_at AS "firstAt", u.last_at AS "lastAt", u.parked
      FROM unread u JOIN message m ON m.concern_id = u.concern_id AND m.seq BETWEEN u.from_seq AND u.last_seq AND m.direction = 'out' AND m.withdrawn_at IS NULL
     WHERE u.concern_id = ANY (${concernIds}::uuid[])
       AND EXISTS (SELECT 1 FROM delivery d WHERE d.message_id = m.id AND d.recipient = u.norm AND d.state = 'sent')`);
  await tx.run(sql`DELETE FROM unread WHERE concern_id = ANY (${concernIds}::uuid[])`);
  return words;
};

/** Marks these words as unread in the concerns where they are now. */
export const putUnread = async (tx: Tx, words: readonly UnseenWord[]): Promise<void> => {
  if (words.length === 0) return;
  await tx.run(sql`
    INSERT INTO unread (concern_id, norm, from_seq, last_seq, first_at, last_at, parked)
    SELECT m.concern_id, w.norm, min(m.seq), max(m.seq), min(w."firstAt"), max(w."lastAt"), bool_and(w.parked)
      FROM jsonb_to_recordset(${JSON.stringify(words)}::jsonb) AS w ("messageId" uuid, norm text, "firstAt" timestamptz, "lastAt" timestamptz, parked boolean)
      JOIN message m ON m.id = w."messageId" GROUP BY m.concern_id, w.norm`);
};

/** An agent's draft that goes with what it answers. */
export interface MovedDraft {
  readonly agentId: AgentId;
  readonly kind: "reply" | "second";
}

/**
 * Drafts of answers in `from` that go to `to`: those that repeat one of these messages, and (`withLast`) those that repeat what is usual. One whose author
 * writes in the other concern already stays: no draft is overwritten.
 */
export const moveDrafts = (
  tx: Tx,
  from: ConcernId,
  to: ConcernId,
  ids: readonly MessageId[],
  withLast: boolean,
): Promise<MovedDraft[]> =>
  tx.rows<MovedDraft>(sql`
    UPDATE draft d SET concern_id = ${to}
     WHERE d.concern_id = ${from} AND d.kind IN ('reply', 'second')
       AND (d.quote ->> 'messageId' = ANY (${ids}::text[]) OR (${withLast} AND d.quote ->> 'messageId' IS NULL))
       AND NOT EXISTS (SELECT 1 FROM draft o WHERE o.concern_id = ${to} AND o.agent_id = d.agent_id AND o.kind = d.kind)
    RETURNING d.agent_id AS "agentId", d.kind`);

/** Every draft of a concern that is to go, as far as there is a place for it in the other one. */
export const moveAllDrafts = (
  tx: Tx,
  from: ConcernId,
  to: ConcernId,
): Promise<{ agentId: AgentId; kind: "reply" | "second" | "note" }[]> =>
  tx.rows(sql`
    UPDATE draft d SET concern_id = ${to}
     WHERE d.concern_id = ${from} AND NOT EXISTS (SELECT 1 FROM draft o WHERE o.concern_id = ${to} AND o.agent_id = d.agent_id AND o.kind = d.kind)
    RETURNING d.agent_id AS "agentId", d.kind`);

/** Says of a concern that everything of it went there; null: that it is one again. */
export const setMergedInto = async (tx: Tx, id: ConcernId, into: ConcernId | null): Promise<void> => {
  await tx.run(sql`UPDATE concern SET merged_into = ${into} WHERE id = ${id}`);
};

/** What is remembered of a move so that it can be taken back. */
export interface Moved {
  /** Messages that somebody said. */
  readonly count: number;
  readonly messages: readonly { readonly id: MessageId; readonly behind: MessageId | null }[];
  /** What stood in the concern they came to. */
  readonly native: readonly MessageId[];
  /** The concern was made for it. */
  readonly made: boolean;
  /** The link was made for it. */
  readonly linked: boolean;
  readonly parties: readonly PartyId[];
  /** The first of the messages that somebody in the concern they left could see, where they were the first that could be seen. */
  readonly saw: Readonly<Record<PartyId, MessageId>>;
  readonly from: { readonly before: Undoable; readonly after: Undoable };
  readonly to: { readonly before: Undoable; readonly after: Undoable } | null;
}

/** A move that is kept. */
export interface KeptMove {
  readonly key: string;
  readonly what: Move["what"];
  readonly actor: Actor;
  readonly at: string;
  readonly fromId: ConcernId;
  readonly toId: ConcernId;
  readonly firstAt: string;
  readonly moved: Moved;
  readonly undone: boolean;
}

/** Keeps a move under its key. */
export const insertMove = async (tx: Tx, row: Omit<KeptMove, "undone">): Promise<void> => {
  await tx.run(sql`
    INSERT INTO change_set (id, kind, actor, at, moved, from_id, to_id, first_at)
    VALUES (${row.key}, ${row.what}, ${JSON.stringify(row.actor)}, ${row.at}, ${JSON.stringify(row.moved)}, ${row.fromId}, ${row.toId}, ${row.firstAt})`);
};

/** The change under a key: a move, `null` for anything else there is, `undefined` when there is none. */
export const moveByKey = async (tx: Tx, key: string): Promise<KeptMove | null | undefined> => {
  const row = await tx.maybe<KeptMove>(sql`
    SELECT id AS key, kind AS what, actor, at, from_id AS "fromId", to_id AS "toId", first_at AS "firstAt", moved, undone_at IS NOT NULL AS undone
      FROM change_set WHERE id = ${key}`);
  if (row === null) return undefined;
  return row.fromId === null ? null : row;
};

/** It is taken back. */
export const endMove = async (tx: Tx, key: string, at: string): Promise<void> => {
  await tx.run(sql`UPDATE change_set SET undone_at = ${at} WHERE id = ${key}`);
};

/** Moves in or out of a concern that stand, besides this one. */
export const otherMoves = async (tx: Tx, concernId: ConcernId, key: string): Promise<number> =>
  (
    await tx.one<{ n: number }>(
      sql`SELECT count(*)::int AS n FROM change_set WHERE (from_id = ${concernId} OR to_id = ${concernId}) AND id <> ${key} AND undone_at IS NULL`,
    )
  ).n;

/** Those of the concerns out of or into which messages went. */
export const anyContinued = async (tx: Tx, concernIds: readonly string[]): Promise<string[]> =>
  (
    await tx.rows<{ id: string }>(sql`
      SELECT from_id AS id FROM change_set WHERE from_id = ANY (${concernIds}::uuid[]) AND undone_at IS NULL
      UNION SELECT to_id FROM change_set WHERE to_id = ANY (${concernIds}::uuid[]) AND undone_at IS NULL`)
  ).map(({ id }) => id);

/** Concerns between which messages of somebody went, as both sides show it; each only where they take part in both. */
export const continuedFor = (
  tx: Tx,
  { kind, norm, joined = [] }: PartyKeys,
  concernIds: readonly string[],
): Promise<
  {
    readonly concernId: ConcernId;
    readonly side: Move["side"];
    readonly otherId: ConcernId;
    readonly number: number;
    readonly subject: string;
    readonly at: string;
  }[]
> =>
  tx.rows(sql`
    SELECT s.concern_id AS "concernId", s.side, o.id AS "otherId", o.number, o.subject, s.first_at AS at
      FROM (SELECT from_id AS concern_id, to_id AS other_id, 'from' AS side, first_at, at FROM change_set WHERE from_id = ANY (${concernIds}::uuid[]) AND undone_at IS NULL
            UNION ALL SELECT to_id, from_id, 'to', first_at, at FROM change_set WHERE to_id = ANY (${concernIds}::uuid[]) AND undone_at IS NULL) s
      JOIN concern o ON o.id = s.other_id
     WHERE EXISTS (SELECT 1 FROM party p WHERE p.concern_id = o.id AND p.kind = ${kind} AND p.norm = ANY (${[norm, ...joined]}::text[]))
     ORDER BY s.at`);
