// The SQL by which promises are looked after: what is due, what was judged by older rules, and what the log says of the past. Called by concerns/actions-recount.ts,
// actions-tending.ts and reads-promises.ts.
import type { ConcernId } from "#contract/ids.ts";
import type { ConcernState } from "#modules/concerns/model.ts";
import { stateColumns } from "#modules/concerns/store.ts";
import { sql, type Sql, type Tx } from "#platform/db/db.ts";

/** Concerns whose promises somebody has to look at by now, locked; those another process has in hand are left to it. */
export const lockDuePromises = (tx: Tx, at: string, limit: number): Promise<ConcernState[]> =>
  tx.rows<ConcernState>(dueQuery(at, limit));

/** What `lockDuePromises` asks; bench explains it. */
export const dueQuery = (at: string, limit: number): Sql => sql`
  SELECT ${stateColumns} FROM concern c WHERE c.promise_at <= ${at} ORDER BY c.promise_at LIMIT ${limit} FOR NO KEY UPDATE SKIP LOCKED`;

/** Open concerns behind this one (null: from the first) that were not judged by that revision, locked, in the order in which everybody locks several. `none`: there are no rules any more. */
export const lockOutdated = (
  tx: Tx,
  after: ConcernId | null,
  revision: number,
  none: boolean,
  limit: number,
): Promise<ConcernState[]> =>
  tx.rows<ConcernState>(sql`
    SELECT ${stateColumns} FROM concern c
     WHERE c.id > ${after ?? "00000000-0000-0000-0000-000000000000"} AND c.status NOT IN ('resolved', 'closed')
       AND CASE WHEN ${none} THEN c.promises IS NOT NULL ELSE coalesce((c.promises ->> 'revision')::bigint, 0) < ${revision} END
     ORDER BY c.id LIMIT ${limit} FOR NO KEY UPDATE OF c`);

/** How many concerns are open. */
export const countOpen = async (tx: Tx): Promise<number> =>
  (
    await tx.one<{ n: number }>(
      sql`SELECT coalesce(sum(n), 0)::int AS n FROM concern_tally WHERE status NOT IN ('resolved', 'closed')`,
    )
  ).n;

/** Open concerns of these customers behind one of them (null: from the first), locked, in the order in which everybody locks several. */
export const lockOpenOf = (
  tx: Tx,
  customerIds: readonly string[],
  after: string | null,
  limit: number,
): Promise<ConcernState[]> =>
  tx.rows<ConcernState>(sql`
    SELECT ${stateColumns} FROM concern c WHERE c.customer_id = ANY (${customerIds}::uuid[]) AND c.status NOT IN ('resolved', 'closed')
       AND c.id > ${after ?? "00000000-0000-0000-0000-000000000000"}
     ORDER BY c.id LIMIT ${limit} FOR NO KEY UPDATE OF c`);

/** The newest concerns that began since then, newest first. */
export const begunSince = async (tx: Tx, since: string, limit: number): Promise<ConcernId[]> =>
  (
    await tx.rows<{ id: ConcernId }>(sql`
      SELECT c.id FROM concern c WHERE c.last_message_at >= ${since} AND c.created_at >= ${since} ORDER BY c.last_message_at DESC, c.id DESC LIMIT ${limit}`)
  ).map(({ id }) => id);
