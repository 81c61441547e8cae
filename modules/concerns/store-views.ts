// The SQL of views: an agent's own ones, and the counters, which are kept (concern_tally) and not counted. Called by concerns/reads-lists.ts and concerns/actions-views.ts.
import { statuses, type ListFilter, type Status } from "#contract/concerns.ts";
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
export const viewsOf = (tx: Tx, agentId: AgentId): Promise<ViewRow[]> =>
  tx.rows<ViewRow>(sql`SELECT id, name, filter FROM view WHERE agent_id = ${agentId} ORDER BY position, id`);

/** Adds a view behind the others, if the agent has fewer than `most`. False when they have not. */
export const insertView = async (
  tx: Tx,
  row: ViewRow & { readonly agentId: AgentId },
  most: number,
): Promise<boolean> =>
  (await tx.run(sql`
    INSERT INTO view (id, agent_id, name, filter, position)
    SELECT ${row.id}, ${row.agentId}, ${row.name}, ${JSON.stringify(row.filter)}::jsonb, coalesce(max(position), 0) + 1 FROM view WHERE agent_id = ${row.agentId} HAVING count(*) < ${most}`)) >
  0;

/** Removes a view when it is this agent's. */
export const deleteView = async (tx: Tx, agentId: AgentId, id: ViewId): Promise<boolean> =>
  (await tx.run(sql`DELETE FROM view WHERE id = ${id} AND agent_id = ${agentId}`)) > 0;

/** Counting by walking stops here. */
const mostCounted = 1_000;

/** Can the kept counters answer it? They know brand, status, priority, assignee, team and failed deliveries. */
const isKept = (filter: ListFilter): boolean =>
  !filter.followed && !filter.mentioned && filter.topicId === null && filter.tag === null && filter.customerId === null;

const quoted = (words: readonly string[]): Sql => {
  if (!words.every((word) => /^[a-z]+$/.test(word)))
    throw new Error("only words of the contract's lists become part of a statement");
  return raw(words.map((word) => `'${word}'`).join(", "));
};

const personOf = ({ filter, me }: Scope): string | null =>
  filter.assignee === "me" ? me : filter.assignee === "none" ? null : filter.assignee;

const statusCondition = (wanted: readonly Status[]): Sql => sql`status IN (${quoted(wanted)})`;

const keptConditions = (scope: Scope): Sql[] => {
  const { filter } = scope;
  const person = personOf(scope);
  // What is cheap to compare and leaves few comes first.
  return [
    ...(filter.deliveryFailed ? [sql`delivery_failed`] : []),
    ...(filter.assignee === "none"
      ? [sql`assignee_id IS NULL`]
      : person === null
        ? []
        : [sql`assignee_id = ${person}`]),
    ...(filter.teamId === null ? [] : [sql`team_id = ${filter.teamId}`]),
    ...(filter.brandId === null ? [] : [sql`brand_id = ${filter.brandId}`]),
    ...(filter.statuses.length === 0
      ? []
      : [statusCondition(statuses.filter((status) => filter.statuses.includes(status)))]),
    ...(filter.priorities.length === 0 ? [] : [sql`priority IN (${quoted([...filter.priorities].toSorted())})`]),
  ];
};

/** Stands for everybody no view asks about. */
const others = "00000000-0000-0000-0000-000000000000";

const named = (column: string, ids: readonly string[]): Sql => {
  const it = raw(column);
  return ids.length === 0
    ? sql`CASE WHEN ${it} IS NOT NULL THEN ${others}::uuid END AS ${it}`
    : sql`CASE WHEN ${it} = ANY(${[...new Set(ids)]}::uuid[]) THEN ${it} WHEN ${it} IS NOT NULL THEN ${others}::uuid END AS ${it}`;
};

/** The kept rows that any of these filters can ask for, gathered into as few as their questions allow: twenty conditions are then put to some dozens of rows. */
const gathered = (scopes: readonly Scope[]): Sql => {
  const [first] = scopes;
  if (first === undefined) return sql`concern_tally`;
  const filters = scopes.map((scope) => scope.filter);
  const statusesAsked = statuses.filter((status) =>
    filters.some(
      (filter) => filter.statuses.includes(status) || (filter.statuses.length === 0 && !filter.deliveryFailed),
    ),
  );
  const failedAsked = filters.some((filter) => filter.deliveryFailed);
  const inStatus = statusesAsked.length === 0 ? sql`false` : statusCondition(statusesAsked);
  const where = [
    ...(statusesAsked.length === statuses.length
      ? []
      : [failedAsked ? sql`(${inStatus} OR delivery_failed)` : inStatus]),
    ...(first.brandIds === null ? [] : [sql`brand_id = ANY(${first.brandIds}::uuid[])`]),
  ];
  const people = scopes.map(personOf).filter((person) => person !== null);
  const teams = filters.map((filter) => filter.teamId).filter((team) => team !== null);
  return sql`(
    SELECT status, delivery_failed, ${named("assignee_id", people)}, ${named("team_id", teams)},
           ${filters.some((filter) => filter.brandId !== null) ? raw("brand_id") : sql`${others}::uuid AS brand_id`},
           ${filters.some((filter) => filter.priorities.length > 0) ? raw("priority") : raw("'normal' AS priority")}, sum(n) AS n
      FROM concern_tally ${where.length === 0 ? empty : sql`WHERE ${join(where, " AND ")}`} GROUP BY 1, 2, 3, 4, 5, 6) AS gathered`;
};

/** All counters in one statement, named v0, v1, …: the kept ones in one pass, the others each counted up to 1,000. All scopes are one agent's. */
export const countsQuery = (scopes: readonly Scope[]): Sql => {
  const numbered = scopes.map((scope, index) => ({ scope, index }));
  const kept = numbered.filter(({ scope }) => isKept(scope.filter));
  const sums = kept.map(({ scope, index }) => {
    const conditions = keptConditions(scope);
    return sql`coalesce(sum(n) ${conditions.length === 0 ? empty : sql`FILTER (WHERE ${join(conditions, " AND ")})`}, 0)::int AS ${raw(`v${index}`)}`;
  });
  const counts = numbered
    .filter(({ scope }) => !isKept(scope.filter))
    .map(({ scope, index }) => sql`(${countQuery(scope, mostCounted)}) AS ${raw(`v${index}`)}`);
  // Without a sum the statement would give a row for every kept row.
  const columns = [sql`count(*) AS rows`, ...sums, ...counts];
  return sql`SELECT ${join(columns, ", ")} FROM ${gathered(kept.map(({ scope }) => scope))}`;
};

/** How many concerns each filter shows, in the given order. */
export const countViews = async (tx: Tx, scopes: readonly Scope[]): Promise<number[]> => {
  const row = await tx.one<Record<string, number>>(countsQuery(scopes));
  return scopes.map((_, index) => row[`v${index}`] ?? 0);
};

/** Folds the counters' appended rows; says how many went. */
export const foldTallyRows = async (tx: Tx): Promise<number> =>
  (await tx.one<{ gone: number }>(sql`SELECT concern_tally_fold() AS gone`)).gone;

/** Gives the room of folded rows back, so that counting does not walk over them. */
export const vacuumTally = async (db: Db): Promise<void> => {
  await db.run(sql`VACUUM concern_tally`);
};
