// The SQL of one's own work, of a queue's line and of what became of a piece of work. Called by routing/actions.ts and routing/reads.ts.
import type { AgentId, ConcernId, QueueId, WorkId } from "#contract/ids.ts";
import type { WorkKind } from "#contract/routing-book.ts";
import type { Because, Presence, Wait } from "#contract/routing.ts";
import type { ItemRow } from "#modules/routing/model-shapes.ts";
import type { KeptAgent } from "#modules/routing/store-leading.ts";
import { sql, type Sql, type Tx } from "#platform/db/db.ts";

/** A piece of work as it is kept. */
export interface WorkRecord {
  readonly id: WorkId;
  readonly concernId: ConcernId;
  readonly kept: ItemRow;
  readonly because: Because | null;
}

const columns = sql`id, concern_id AS "concernId", kept, because`;

/** What an agent is asked for or has, the most urgent first. */
export const workOfAgent = (tx: Tx, agentId: AgentId): Promise<WorkRecord[]> =>
  tx.rows(sql`SELECT ${columns} FROM routing_item WHERE agent_id = ${agentId} ORDER BY urgency_at, arrived_at, number`);

export const workById = (tx: Tx, id: WorkId): Promise<WorkRecord | null> =>
  tx.maybe(sql`SELECT ${columns} FROM routing_item WHERE id = ${id}`);

export const workOfConcern = (tx: Tx, id: ConcernId): Promise<WorkRecord | null> =>
  tx.maybe(sql`SELECT ${columns} FROM routing_item WHERE concern_id = ${id}`);

/** What `waitingIn` asks; bench explains it. */
export const waitingQuery = (queueId: QueueId, limit: number): Sql => sql`
  SELECT ${columns} FROM routing_item WHERE queue_id = ${queueId} AND state = 'waiting' ORDER BY urgency_at, arrived_at, number LIMIT ${limit}`;

/** What waits in a queue, in its order. */
export const waitingIn = (tx: Tx, queueId: QueueId, limit: number): Promise<WorkRecord[]> =>
  tx.rows(waitingQuery(queueId, limit));

/** How many wait in a queue before this piece of work, with it, and in all. */
export const placeOf = (tx: Tx, id: WorkId): Promise<{ readonly place: number; readonly of: number } | null> =>
  tx.maybe(sql`
    SELECT 1 + count(*) FILTER (WHERE (o.urgency_at, o.arrived_at, o.number) < (i.urgency_at, i.arrived_at, i.number))::int AS place, count(*)::int AS of
      FROM routing_item i JOIN routing_item o ON o.queue_id = i.queue_id AND o.state = 'waiting'
     WHERE i.id = ${id} AND i.state = 'waiting' GROUP BY i.id HAVING count(*) > 0`);

/** Where the first of a queue stand and how long they will wait, as it was a moment ago. */
export const lineup = async (tx: Tx, queueId: QueueId): Promise<Readonly<Record<string, Wait>>> =>
  (
    await tx.maybe<{ waits: Readonly<Record<string, Wait>> }>(
      sql`SELECT waits FROM routing_queue WHERE queue_id = ${queueId}`,
    )
  )?.waits ?? {};

/** How many wait in each queue. */
export const waitingCounts = (tx: Tx): Promise<{ readonly queueId: QueueId; readonly waiting: number }[]> =>
  tx.rows(
    sql`SELECT queue_id AS "queueId", count(*)::int AS waiting FROM routing_item WHERE state = 'waiting' GROUP BY queue_id`,
  );

/** How an agent is; null: they never said. */
export const presenceRow = async (tx: Tx, agentId: AgentId): Promise<KeptAgent | null> =>
  (await tx.maybe<{ kept: KeptAgent }>(sql`SELECT kept FROM routing_presence WHERE agent_id = ${agentId}`))?.kept ??
  null;

/** Concerns that an agent finished work on since then. */
export const finishedBy = async (tx: Tx, agentId: AgentId, since: string): Promise<ConcernId[]> =>
  (
    await tx.rows<{ id: ConcernId }>(
      sql`SELECT DISTINCT concern_id AS id FROM routing_wait WHERE agent_id = ${agentId} AND ended_at >= ${since} AND end_why = 'finished'`,
    )
  ).map(({ id }) => id);

/** The piece of work an agent ended last, when that is no longer ago than so and nothing was said of how. */
export const toDispose = (
  tx: Tx,
  agentId: AgentId,
  since: string,
): Promise<{ readonly id: WorkId; readonly concernId: ConcernId; readonly kind: WorkKind } | null> =>
  tx.maybe(sql`
    SELECT item_id AS id, concern_id AS "concernId", kind FROM routing_wait
     WHERE agent_id = ${agentId} AND ended_at >= ${since} AND end_why = 'finished' AND disposition IS NULL ORDER BY ended_at DESC LIMIT 1`);

/** Notes what became of it; null: it was not theirs. */
export const dispose = (
  tx: Tx,
  id: WorkId,
  agentId: AgentId,
  name: string,
): Promise<{ readonly concernId: ConcernId } | null> =>
  tx.maybe(sql`
    UPDATE routing_wait SET disposition = ${name} WHERE item_id = ${id} AND agent_id = ${agentId} RETURNING concern_id AS "concernId"`);

/** Nobody was ever there: how an agent is then. */
export const neverThere = (at: string): Presence => ({
  state: "offline",
  reason: "",
  since: at,
  until: null,
  vanishedAt: null,
});
