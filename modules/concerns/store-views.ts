// The SQL of views: those that people made, and the counters, which are kept (concern_tally, concern_label_tally) and not counted. Called by concerns/reads-lists.ts and concerns/actions-views.ts.
import { everything, statuses, type ListFilter, type Status } from "#contract/concerns.ts";
import type { AgentId, TeamId, ViewId } from "#contract/ids.ts";
import { walkQuery, type Scope } from "#modules/concerns/store-lists.ts";
import { empty, join, raw, sql, type Db, type Sql, type Tx } from "#platform/db/db.ts";

/** A filter under a name. `teamId` and `forEverybody`: who sees it beside its owner. */
export interface ViewRow {
  readonly id: ViewId;
  readonly agentId: AgentId;
  readonly name: string;
  readonly filter: ListFilter;
  readonly teamId: TeamId | null;
  readonly forEverybody: boolean;
}

const columns = sql`v.id, v.agent_id AS "agentId", v.name, v.filter, v.team_id AS "teamId", v.for_everybody AS "forEverybody"`;

/** Filters that were kept before a condition existed do not say it. */
const whole = (row: ViewRow): ViewRow => ({ ...row, filter: { ...everything, ...row.filter } });

/** The views an agent sees, own ones and those shared with them or with these teams, in the agent's order. */
export const viewsOf = async (tx: Tx, agentId: AgentId, teamIds: readonly TeamId[]): Promise<ViewRow[]> =>
  (
    await tx.rows<ViewRow>(sql`
      SELECT ${columns} FROM view v LEFT JOIN view_place p ON p.view_id = v.id AND p.agent_id = ${agentId}
       WHERE v.removed_at IS NULL
         AND ((v.agent_id = ${agentId} AND v.team_id IS NULL) OR v.for_everybody OR v.team_id = ANY(${teamIds}::uuid[]))
       ORDER BY p.position NULLS LAST, v.for_everybody DESC, v.team_id IS NULL, v.position, v.id`)
  ).map(whole);

/** A view, locked until the commit; null when there is none. `removed`: look among those that were removed. */
export const lockView = async (tx: Tx, id: ViewId, removed: boolean): Promise<ViewRow | null> => {
  const row = await tx.maybe<ViewRow>(
    sql`SELECT ${columns} FROM view v WHERE v.id = ${id} AND (v.removed_at IS NOT NULL) = ${removed} FOR UPDATE`,
  );
  return row === null ? null : whole(row);
};

/** How many views there are of the same kind: an agent's own, a team's, everybody's. */
export const countLike = async (
  tx: Tx,
  { agentId, teamId, forEverybody }: Pick<ViewRow, "agentId" | "teamId" | "forEverybody">,
): Promise<number> =>
  (
    await tx.one<{ n: number }>(sql`
      SELECT count(*)::int AS n FROM view
       WHERE removed_at IS NULL AND for_everybody = ${forEverybody} AND team_id IS NOT DISTINCT FROM ${teamId}
         AND (${forEverybody || teamId !== null} OR agent_id = ${agentId})`)
  ).n;

/** Adds a view behind its owner's others. */
export const insertView = async (tx: Tx, row: ViewRow): Promise<void> => {
  await tx.run(sql`
    INSERT INTO view (id, agent_id, name, filter, team_id, for_everybody, position)
    SELECT ${row.id}, ${row.agentId}, ${row.name}, ${JSON.stringify(row.filter)}::jsonb, ${row.teamId}, ${row.forEverybody}, coalesce(max(position), 0) + 1
      FROM view WHERE agent_id = ${row.agentId}`);
};

/** Saves a view that is locked. */
export const updateView = async (tx: Tx, row: ViewRow): Promise<void> => {
  await tx.run(sql`
    UPDATE view SET agent_id = ${row.agentId}, name = ${row.name}, filter = ${JSON.stringify(row.filter)}, team_id = ${row.teamId}, for_everybody = ${row.forEverybody}
     WHERE id = ${row.id}`);
};

/** Removes a view, or (null) brings it back. */
export const setRemoved = async (tx: Tx, id: ViewId, at: string | null): Promise<void> => {
  await tx.run(sql`UPDATE view SET removed_at = ${at} WHERE id = ${id}`);
};

/** Sets the order in which an agent sees views; those that are not there are left out. */
export const setOrder = async (tx: Tx, agentId: AgentId, ids: readonly ViewId[]): Promise<void> => {
  await tx.run(sql`DELETE FROM view_place WHERE agent_id = ${agentId}`);
  await tx.run(sql`
    INSERT INTO view_place (agent_id, view_id, position)
    SELECT ${agentId}, w.id, w.place FROM unnest(${ids}::uuid[]) WITH ORDINALITY AS w (id, place) JOIN view v ON v.id = w.id`);
};

/** Forgets for good what was removed before that; says how many. */
export const forgetViewsBefore = (tx: Tx, at: string): Promise<number> =>
  tx.run(sql`DELETE FROM view WHERE removed_at < ${at}`);

/** A walk that counts looks at no more than this. */
const mostWalked = 1_000;

/** How a counter is had: from the tallies, from the tallies of one label, or by a walk. */
type Source =
  | { readonly from: "kept" }
  | { readonly from: "label"; readonly label: string }
  | { readonly from: "walk" };

/**
 * The tallies know brand, status, priority, assignee, team and failed deliveries; those of a label (a topic, a tag, a channel) brand, status,
 * priority, team and whether somebody has it.
 */
const sourceOf = ({ filter }: Scope): Source => {
  const labels = [
    ...(filter.topicId === null ? [] : [`topic:${filter.topicId}`]),
    ...(filter.tag === null ? [] : [`tag:${filter.tag}`]),
    ...(filter.channelKind === null ? [] : [`channel:${filter.channelKind}`]),
  ];
  const [label, another] = labels;
  if (
    filter.followed ||
    filter.mentioned ||
    filter.customerId !== null ||
    filter.field !== null ||
    filter.ratings.length > 0 ||
    filter.promise !== null ||
    another !== undefined
  )
    return { from: "walk" };
  if (label === undefined) return { from: "kept" };
  const isPersons = filter.assignee !== null && filter.assignee !== "none";
  return isPersons || filter.deliveryFailed ? { from: "walk" } : { from: "label", label };
};

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
    ...sharedConditions(filter),
  ];
};

/** What the tallies of a label know as well. */
const sharedConditions = (filter: ListFilter): Sql[] => {
  return [
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

/** A sum of the rows that fit, as a column. */
const sumWhere = (conditions: readonly Sql[], column: string): Sql =>
  sql`coalesce(sum(n) ${conditions.length === 0 ? empty : sql`FILTER (WHERE ${join(conditions, " AND ")})`}, 0)::int AS ${raw(column)}`;

/** The tallies of these labels: those that were folded, and what was appended since. */
const labelled = (labels: readonly string[], brandIds: readonly string[] | null): Sql => {
  const wanted = [...new Set(labels)];
  const parts = ["concern_label_tally", "concern_label_change"].map(
    (table) => sql`
    SELECT label, brand_id, status, priority, team_id, assigned, n FROM ${raw(table)}
     WHERE label = ANY(${wanted}::text[])${brandIds === null ? empty : sql` AND brand_id = ANY(${brandIds}::uuid[])`}`,
  );
  return sql`(${join(parts, " UNION ALL ")}) AS labelled`;
};

/**
 * All counters in one statement, named v0, v1, …: the kept ones in one pass over each of the tallies, the others each by a walk that ends
 * (m0, m1, … say whether it ended early). All scopes are one agent's.
 */
export const countsQuery = (scopes: readonly Scope[]): Sql => {
  const kept: Sql[] = [];
  const keptScopes: Scope[] = [];
  const labels: string[] = [];
  const sums: Sql[] = [];
  const walks: Sql[] = [];
  for (const [index, scope] of scopes.entries()) {
    const source = sourceOf(scope);
    const column = `v${index}`;
    if (source.from === "kept") {
      keptScopes.push(scope);
      kept.push(sumWhere(keptConditions(scope), column));
    } else if (source.from === "label") {
      labels.push(source.label);
      const free = scope.filter.assignee === "none" ? [sql`NOT assigned`] : [];
      sums.push(sumWhere([sql`label = ${source.label}`, ...free, ...sharedConditions(scope.filter)], column));
    } else
      walks.push(
        sql`(SELECT n AS ${raw(column)}, more AS ${raw(`m${index}`)} FROM (${walkQuery(scope, mostWalked)}) AS w) AS ${raw(`w${index}`)}`,
      );
  }
  const parts = [
    // Without a sum the statement would give a row for every kept row.
    sql`(SELECT ${join([sql`count(*) AS rows`, ...kept], ", ")} FROM ${gathered(keptScopes)}) AS kept`,
    ...(sums.length === 0
      ? []
      : [sql`(SELECT ${join(sums, ", ")} FROM ${labelled(labels, scopes[0]?.brandIds ?? null)}) AS sums`]),
    ...walks,
  ];
  return sql`SELECT * FROM ${join(parts, " CROSS JOIN ")}`;
};

/** What a counter says: how many, or (`atLeast`) the least there are. */
export interface Counted {
  readonly count: number;
  readonly atLeast: boolean;
}

/** How many concerns each filter shows, in the given order. */
export const countViews = async (tx: Tx, scopes: readonly Scope[]): Promise<Counted[]> => {
  const row = await tx.one<Record<string, number | boolean>>(countsQuery(scopes));
  return scopes.map((_, index) => ({ count: Number(row[`v${index}`] ?? 0), atLeast: row[`m${index}`] === true }));
};

/** Folds the counters' appended rows; says how many went. */
export const foldTallyRows = async (tx: Tx): Promise<number> =>
  (await tx.one<{ gone: number }>(sql`SELECT concern_tally_fold() AS gone`)).gone;

/** Counts what is kept anew and mends what differs; says how many rows it wrote for that. */
export const mendTallyRows = async (tx: Tx): Promise<number> =>
  (await tx.one<{ mended: number }>(sql`SELECT concern_tally_mend() AS mended`)).mended;

/** Gives the room of folded rows back, so that counting does not walk over them. */
export const vacuumTally = async (db: Db): Promise<void> => {
  await db.run(sql`VACUUM concern_tally, concern_label_change, concern_label_tally`);
};
