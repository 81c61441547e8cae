// The SQL of views: an agent's own ones, and the counters, which are kept (concern_tally) and not counted. Called by concerns/reads-lists.ts and concerns/actions-views.ts.
import { statuses, type ListFilter } from "#contract/concerns.ts";
import type { AgentId, ViewId } from "#contract/ids.ts";
import { countQuery, type Scope } from "#modules/concerns/store-lists.ts";
import { empty, join, raw, sql, type Db, type Sql, type Tx } from "#platform/db/db.ts";

/** A filter under a name. */
export interface ViewRow {
  readonly id: string;
  readonly name: string;
  readonly filter: ListFilter;
}

/** An agent's own views in their order. */
export const viewsOf = (tx: Tx, agentId: AgentId): Promise<ViewRow[]> => tx.rows<ViewRow>(sql`SELECT id, name, filter FROM view WHERE agent_id = ${agentId} ORDER BY position, id`);

/** Adds a view behind the others, if the agent has fewer than `most`. False when they have not. */
export const insertView = async (tx: Tx, row: ViewRow & { readonly agentId: AgentId }, most: number): Promise<boolean> =>
  (await tx.run(sql`
    INSERT INTO view (id, agent_id, name, filter, position)
    SELECT ${row.id}, ${row.agentId}, ${row.name}, ${JSON.stringify(row.filter)}::jsonb, coalesce(max(position), 0) + 1 FROM view WHERE agent_id = ${row.agentId} HAVING count(*) < ${most}`)) > 0;

/** Removes a view when it is this agent's. */
export const deleteView = async (tx: Tx, agentId: AgentId, id: ViewId): Promise<boolean> => (await tx.run(sql`DELETE FROM view WHERE id = ${id} AND agent_id = ${agentId}`)) > 0;

/** Counting by walking stops here. */
const mostCounted = 1_000;

/** Can the kept counters answer it? They know brand, status, priority, assignee, team and failed deliveries. */
const isKept = (filter: ListFilter): boolean => !filter.followed && !filter.mentioned && filter.topicId === null && filter.tag === null && filter.customerId === null;

const quoted = (words: readonly string[]): Sql => {
  if (!words.every((word) => /^[a-z]+$/.test(word))) throw new Error("only words of the contract's lists become part of a statement");
  return raw(words.map((word) => `'${word}'`).join(", "));
};

const keptConditions = ({ filter, me, brandIds }: Scope): Sql[] => [
  ...(filter.statuses.length === 0 ? [] : [sql`status IN (${quoted(statuses.filter((status) => filter.statuses.includes(status)))})`]),
  ...(filter.priorities.length === 0 ? [] : [sql`priority IN (${quoted([...filter.priorities].toSorted())})`]),
  ...(filter.assignee === null ? [] : filter.assignee === "none" ? [sql`assignee_id IS NULL`] : [sql`assignee_id = ${filter.assignee === "me" ? me : filter.assignee}`]),
  ...(filter.teamId === null ? [] : [sql`team_id = ${filter.teamId}`]),
  ...(filter.brandId === null ? [] : [sql`brand_id = ${filter.brandId}`]),
  ...(brandIds === null ? [] : [sql`brand_id = ANY(${brandIds}::uuid[])`]),
  ...(filter.deliveryFailed ? [sql`delivery_failed`] : []),
];

/** All counters in one statement, named v0, v1, …: the kept ones in one pass, the others each counted up to 1,000. */
export const countsQuery = (scopes: readonly Scope[]): Sql => {
  const kept = scopes.map((scope, index) => ({ scope, index })).filter(({ scope }) => isKept(scope.filter));
  const walked = scopes.map((scope, index) => ({ scope, index })).filter(({ scope }) => !isKept(scope.filter));
  const sums = kept.map(({ scope, index }) => {
    const conditions = keptConditions(scope);
    return sql`coalesce(sum(n) ${conditions.length === 0 ? empty : sql`FILTER (WHERE ${join(conditions, " AND ")})`}, 0)::int AS ${raw(`v${index}`)}`;
  });
  const counts = walked.map(({ scope, index }) => sql`(${countQuery(scope, mostCounted)}) AS ${raw(`v${index}`)}`);
  const columns = [...sums, ...counts];
  return sql`SELECT ${columns.length === 0 ? raw("1") : join(columns, ", ")} FROM concern_tally`;
};

/** How many concerns each filter shows, in the given order. */
export const countViews = async (tx: Tx, scopes: readonly Scope[]): Promise<number[]> => {
  const row = await tx.one<Record<string, number>>(countsQuery(scopes));
  return scopes.map((_, index) => row[`v${index}`] ?? 0);
};

/** Folds the counters' appended rows; says how many went. */
export const foldTallyRows = async (tx: Tx): Promise<number> => (await tx.one<{ gone: number }>(sql`SELECT concern_tally_fold() AS gone`)).gone;

/** Gives the room of folded rows back, so that counting does not walk over them. */
export const vacuumTally = async (db: Db): Promise<void> => {
  await db.run(sql`VACUUM concern_tally`);
};
