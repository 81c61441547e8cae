// All SQL of the event log. Called by audit/actions.ts (append) and audit/reads.ts.
import { sql, type Sql, type Tx } from "#platform/db/db.ts";
import type { Actor, AnyEvent, EventKind } from "#contract/events.ts";

/**
 * Appends entries in the given order; the trigger on the table keeps readers below what has not committed. `numbered` is given their numbers before the
 * commit. Nobody waits for the answer.
 */
export const append = (
  tx: Tx,
  entries: readonly Omit<AnyEvent, "seq">[],
  numbered: (seqs: readonly number[]) => void = () => {},
): Promise<void> =>
  tx.later<{ seq: number }>(
    sql`
    INSERT INTO event (at, kind, actor, brand_id, concern_id, customer_id, data)
    SELECT at, kind, actor, "brandId", "concernId", "customerId", data
      FROM jsonb_to_recordset(${JSON.stringify(entries)}::jsonb)
        AS e (at timestamptz, kind text, actor jsonb, "brandId" uuid, "concernId" uuid, "customerId" uuid, data jsonb)
    RETURNING seq`,
    (rows) => numbered(rows.map(({ seq }) => seq)),
  );

const columns = sql`seq, at, kind, actor, brand_id AS "brandId", concern_id AS "concernId", customer_id AS "customerId", data`;

/** The number up to which every entry is committed and none will be added any more. */
export const horizon = async (tx: Tx): Promise<number> =>
  (await tx.one<{ horizon: number }>(sql`SELECT event_horizon() AS horizon`)).horizon;

/**
 * The next entries after a number, of these kinds (null: all), in order, each with the horizon that was looked up before them; `seq` null: there is none,
 * only the horizon.
 */
export const after = (
  tx: Tx,
  seq: number,
  most: number,
  kinds: readonly EventKind[] | null,
): Promise<((AnyEvent | { readonly seq: null }) & { readonly upTo: number })[]> =>
  tx.rows(sql`SELECT up_to AS "upTo", ${columns} FROM event_after(${seq}, ${most}, ${kinds}::text[])`);

/** A concern's entries, newest first, below `before`; without drafts, which are their writers' own. */
export const ofConcern = (tx: Tx, concernId: string, before: number | null, limit: number): Promise<AnyEvent[]> =>
  tx.rows<AnyEvent>(sql`
    SELECT ${columns} FROM event
     WHERE concern_id = ${concernId} AND seq < ${before ?? Number.MAX_SAFE_INTEGER} AND kind <> 'draft.changed'
     ORDER BY seq DESC LIMIT ${limit}`);

/** The number of the last entry about a concern; 0: there is none. The caller holds the concern's lock, or reads what has been. */
export const lastSeqOf = async (tx: Tx, concernId: string): Promise<number> =>
  (
    await tx.maybe<{ seq: number }>(
      sql`SELECT seq FROM event WHERE concern_id = ${concernId} ORDER BY seq DESC LIMIT 1`,
    )
  )?.seq ?? 0;

/** Has a person, an agent or a customer, done anything about a concern after that entry? */
export const actedAfter = async (tx: Tx, concernId: string, seq: number): Promise<boolean> =>
  (
    await tx.one<{ acted: boolean }>(sql`
      SELECT EXISTS (SELECT 1 FROM event WHERE concern_id = ${concernId} AND seq > ${seq} AND actor ->> 'kind' IN ('agent', 'customer')) AS acted`)
  ).acted;

/** When it began to wait for the customer, or we said something last: as the log has it; null: it does not know. */
export const waitsSince = async (tx: Tx, concernId: string): Promise<string | null> =>
  (
    await tx.maybe<{ at: string }>(sql`
      SELECT at FROM event
       WHERE concern_id = ${concernId} AND kind IN ('concern.created', 'concern.changed', 'message.added', 'message.scheduled')
         AND CASE kind
               WHEN 'concern.created' THEN true
               WHEN 'concern.changed' THEN data -> 'patch' ->> 'status' = 'waiting'
               WHEN 'message.added' THEN data -> 'message' ->> 'direction' = 'out' AND data -> 'message' ->> 'automatic' IS NULL AND data -> 'message' ->> 'scheduled' IS NULL
               ELSE data ->> 'scheduled' IS NULL END
       ORDER BY seq DESC LIMIT 1`)
  )?.at ?? null;

/** The tags a concern had before an entry; null: the log does not know. */
export const tagsBefore = async (tx: Tx, concernId: string, seq: number): Promise<readonly string[] | null> =>
  (
    await tx.maybe<{ tags: readonly string[] }>(sql`
      SELECT coalesce(data -> 'patch' -> 'tags', data -> 'row' -> 'tags') AS tags FROM event
       WHERE concern_id = ${concernId} AND seq < ${seq} AND (kind = 'concern.created' OR (kind = 'concern.changed' AND data -> 'patch' ? 'tags'))
       ORDER BY seq DESC LIMIT 1`)
  )?.tags ?? null;

/** The entries of these kinds about these concerns, in the log's order. */
export const ofConcerns = (
  tx: Tx,
  concernIds: readonly string[],
  kinds: readonly EventKind[],
): Promise<
  {
    readonly concernId: string;
    readonly at: string;
    readonly kind: EventKind;
    readonly actor: Actor;
    readonly data: unknown;
  }[]
> =>
  tx.rows(sql`
    SELECT concern_id AS "concernId", at, kind, actor, data FROM event
     WHERE concern_id = ANY (${concernIds}::uuid[]) AND kind = ANY (${kinds}::text[]) ORDER BY seq`);

/** The first entry from this number on; null: there is none. */
export const entryFrom = (tx: Tx, seq: number): Promise<{ readonly seq: number; readonly at: string } | null> =>
  tx.maybe(sql`SELECT seq, at FROM event WHERE seq >= ${seq} ORDER BY seq LIMIT 1`);

/** What `actsBetween` asks. */
export const actsQuery = (from: number, to: number, limit: number): Sql => sql`
  SELECT at, actor ->> 'id' AS "agentId", concern_id AS "concernId" FROM event
   WHERE seq >= ${from} AND seq < ${to} AND actor ->> 'kind' = 'agent' AND concern_id IS NOT NULL ORDER BY seq LIMIT ${limit}`;

/** What agents did in concerns between two numbers (the second not included), in the log's order. */
export const actsBetween = (tx: Tx, from: number, to: number, limit: number): Promise<Act[]> =>
  tx.rows<Act>(actsQuery(from, to, limit));

/** An agent did something in a concern. */
export interface Act {
  readonly at: string;
  readonly agentId: string;
  readonly concernId: string;
}

/** What `concernsBetween` asks. */
export const touchedQuery = (from: number, to: number, kinds: readonly EventKind[], limit: number): Sql => sql`
  SELECT DISTINCT concern_id AS id FROM event
   WHERE seq >= ${from} AND seq < ${to} AND kind = ANY (${kinds}::text[]) AND concern_id IS NOT NULL ORDER BY concern_id LIMIT ${limit}`;

/** The concerns in which something of these kinds happened between two numbers (the second not included). */
export const concernsBetween = async (
  tx: Tx,
  from: number,
  to: number,
  kinds: readonly EventKind[],
  limit: number,
): Promise<string[]> => (await tx.rows<{ id: string }>(touchedQuery(from, to, kinds, limit))).map(({ id }) => id);

/** What `newestConcerns` asks. */
export const newestQuery = (from: number, kinds: readonly EventKind[], most: number, limit: number): Sql => sql`
  SELECT concern_id AS id FROM (SELECT seq, kind, concern_id FROM event WHERE seq >= ${from} ORDER BY seq DESC LIMIT ${most}) e
   WHERE kind = ANY (${kinds}::text[]) AND concern_id IS NOT NULL GROUP BY concern_id ORDER BY max(seq) DESC, concern_id LIMIT ${limit}`;

/** The concerns in which one of the newest `most` entries from this number on is of these kinds, the newest first. */
export const newestConcerns = async (
  tx: Tx,
  from: number,
  kinds: readonly EventKind[],
  most: number,
  limit: number,
): Promise<string[]> => (await tx.rows<{ id: string }>(newestQuery(from, kinds, most, limit))).map(({ id }) => id);

/** What `pastsOf` asks. */
export const pastsQuery = (concernIds: readonly string[], kinds: readonly EventKind[], limit: number): Sql => sql`
  SELECT seq, at, kind, actor, brand_id AS "brandId", concern_id AS "concernId", customer_id AS "customerId",
         CASE WHEN kind = ANY (${kinds}::text[]) THEN data END AS data
    FROM event WHERE concern_id = ANY (${concernIds}::uuid[]) AND kind <> 'draft.changed' ORDER BY concern_id, seq LIMIT ${limit}`;

/** The whole past of these concerns but drafts, concern by concern in the order of their ids, each in the log's order; `data` is null of other kinds than these. */
export const pastsOf = (
  tx: Tx,
  concernIds: readonly string[],
  kinds: readonly EventKind[],
  limit: number,
): Promise<AnyEvent[]> => tx.rows<AnyEvent>(pastsQuery(concernIds, kinds, limit));
