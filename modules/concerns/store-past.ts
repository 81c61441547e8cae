// Which concerns may have waited on a past day. Called by concerns/reads-work.ts.
import { sql, type Sql, type Tx } from "#platform/db/db.ts";

/** What `mayHaveWaited` asks. */
export const mayHaveWaitedQuery = (from: string, to: string, limit: number): Sql => sql`
  (SELECT id FROM concern WHERE status IN ('new', 'open') AND waiting_since < ${from} ORDER BY status, waiting_since, id LIMIT ${limit})
  UNION
  (SELECT id FROM concern WHERE last_message_at >= ${to} AND created_at < ${from} ORDER BY last_message_at, id LIMIT ${limit})`;

/**
 * Concerns older than the time from `from` to `to` that may have waited in it though nothing happened to them then: those that wait since before it, the
 * oldest first, and those in which something was said soon after it; at most `limit` of each.
 */
export const mayHaveWaited = async (tx: Tx, from: string, to: string, limit: number): Promise<string[]> =>
  (await tx.rows<{ id: string }>(mayHaveWaitedQuery(from, to, limit))).map(({ id }) => id);
