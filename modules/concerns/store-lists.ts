// The SQL of lists of concerns. A page merges one ordered stream per status (and brand), each straight from an index: nothing is sorted,
// and a page costs the same among a thousand concerns and among a million. Called by concerns/reads-lists.ts; bench explains `pageQuery`.
import { everything, statuses, type ConcernRow, type ListFilter, type Status } from "#contract/concerns.ts";
import { scores, type Score } from "#contract/score.ts";
import { empty, join, raw, sql, type Sql, type Tx } from "#platform/db/db.ts";

/** The columns of a concern's row as the contract names them; `c` is the table. */
export const rowColumns = sql`
  c.id, c.number, c.brand_id AS "brandId", c.subject, c.status, c.priority, c.topic_id AS "topicId", c.tags, c.assignee_id AS "assigneeId", c.team_id AS "teamId",
  c.customer_id AS "customerId", c.customer_name AS "customerName", c.channels, c.snippet, c.last_direction AS "lastDirection", c.last_message_at AS "lastMessageAt",
  c.waiting_since AS "waitingSince", c.snoozed_until AS "snoozedUntil", c.promise_kind AS "promiseKind", c.promise_state AS "promiseState",
  c.promise_rule_id AS "promiseRuleId", c.due_at AS "dueAt", c.missed, c.delivery_failed AS "deliveryFailed", c.rating, c.message_count AS "messageCount", c.language,
  c.created_at AS "createdAt", c.version`;

/** A filter with the asking agent put in. `brandIds` null: all brands; empty: none, so nothing is found. */
export interface Scope {
  readonly filter: ListFilter;
  readonly me: string;
  readonly brandIds: readonly string[] | null;
  /** Everybody who is one with the filter's customer; left out: they alone. */
  readonly customerIds?: readonly string[];
}

/** Where a page begins: after this row. */
export type Place =
  | { readonly kind: "newest" | "rest"; readonly lastMessageAt: string; readonly id: string }
  | { readonly kind: "waiting"; readonly waitingSince: string; readonly id: string }
  | { readonly kind: "due"; readonly dueAt: string; readonly id: string }
  | { readonly kind: "undue"; readonly lastMessageAt: string; readonly id: string };

/** More streams than this are not merged; the brands are then compared row by row. */
const mostStreams = 24;

/** Words of a closed list go into the text of a statement: only so does the planner see that a partial or leading column fits. */
const literal = (word: string): Sql => {
  if (!/^[a-z]+$/.test(word)) throw new Error("only words of the contract's lists become part of a statement");
  return raw(`'${word}'`);
};

/** The limit stands in the statement as well: a limit the planner cannot see is taken for a tenth of the table, and it sorts instead of merging. */
const limited = (limit: number): Sql => {
  if (!Number.isInteger(limit) || limit < 1 || limit > 1001) throw new Error("a list's limit is between 1 and 1001");
  return raw(`LIMIT ${limit}`);
};

const wordsIn = (words: readonly string[]): Sql => join(words.map(literal), ", ");

/** Scores stand in the statement: how many have one differs a hundredfold, and the planner knows it. */
const scoresIn = (wanted: readonly Score[]): Sql =>
  raw(
    scores
      .filter((score) => wanted.includes(score))
      .map(String)
      .join(", "),
  );

/** The statuses a filter names, in the contract's order; none named are all. */
const statusesOf = (filter: ListFilter): readonly Status[] =>
  filter.statuses.length === 0 ? statuses : statuses.filter((status) => filter.statuses.includes(status));

/** Word for word what their indexes stand for. */
const ofPromise = (wanted: "near" | "missed"): Sql =>
  wanted === "near" ? sql`c.promise_state IN ('near', 'over')` : sql`c.missed <> '{}'`;

/** Everything a filter asks of a row, but its statuses and brands. */
const conditions = ({ filter, me, customerIds }: Scope): Sql[] => {
  const list: Sql[] = [];
  if (filter.assignee === "none") list.push(sql`c.assignee_id IS NULL`);
  else if (filter.assignee !== null) list.push(sql`c.assignee_id = ${filter.assignee === "me" ? me : filter.assignee}`);
  if (filter.teamId !== null) list.push(sql`c.team_id = ${filter.teamId}`);
  if (filter.priorities.length > 0 && filter.priorities.length < 4)
    list.push(sql`c.priority IN (${wordsIn([...filter.priorities].toSorted())})`);
  if (filter.ratings.length > 0) list.push(sql`c.rating IN (${scoresIn(filter.ratings)})`);
  if (filter.topicId !== null) list.push(sql`c.topic_id = ${filter.topicId}`);
  // The second half is what its index stands for: most concerns have no tags and no place in it.
  if (filter.tag !== null) list.push(sql`c.tags @> ARRAY[${filter.tag}]::text[] AND c.tags <> '{}'`);
  // As text the value is what it is where it stands: a number as PostgreSQL writes it.
  if (filter.field !== null)
    list.push(
      sql`c.field_marks @> ARRAY[field_mark(${filter.field.key}, ${JSON.stringify([filter.field.value])}::jsonb ->> 0)] AND c.field_marks <> '{}'`,
    );
  if (filter.customerId !== null) list.push(sql`c.customer_id = ANY (${customerIds ?? [filter.customerId]}::uuid[])`);
  if (filter.channelKind !== null) list.push(sql`c.channels @> ARRAY[${filter.channelKind}]::text[]`);
  if (filter.deliveryFailed) list.push(sql`c.delivery_failed`);
  if (filter.promise !== null) list.push(ofPromise(filter.promise));
  return list;
};

/** Filters whose rows are few and found through another table or index: all of them are taken, then ordered. */
const isFew = (filter: ListFilter): boolean =>
  filter.followed || filter.mentioned || filter.customerId !== null || filter.deliveryFailed || filter.promise !== null;

/** What concerns an agent, with the concern's status beside it: what was settled long ago is not walked through. */
const ofAgent = (table: "concern_follower" | "concern_mention", { filter, me }: Scope): Sql => {
  const wanted = statusesOf(filter);
  const inStatus = wanted.length === statuses.length ? empty : sql` AND f.status IN (${wordsIn(wanted)})`;
  return sql`${raw(table)} f WHERE f.agent_id = ${me}${inStatus}`;
};

const few = (scope: Scope): Sql[] => [
  ...(scope.filter.followed ? [sql`c.id IN (SELECT f.concern_id FROM ${ofAgent("concern_follower", scope)})`] : []),
  ...(scope.filter.mentioned ? [sql`c.id IN (SELECT f.concern_id FROM ${ofAgent("concern_mention", scope)})`] : []),
];

const brandsIn = (ids: readonly string[]): Sql => sql`c.brand_id = ANY(${ids}::uuid[])`;

/** The brands to look in: the agent's and the filter's; null: all, empty: none. */
const brandsOf = ({ filter, brandIds }: Scope): readonly string[] | null => {
  if (filter.brandId === null) return brandIds;
  return brandIds === null || brandIds.includes(filter.brandId) ? [filter.brandId] : [];
};

/** The conditions of each stream; together they are the filter, and no row is in two. */
const streams = (scope: Scope): Sql[][] => {
  const { filter } = scope;
  const wanted = statusesOf(filter);
  const brands = brandsOf(scope);
  const rest = [...conditions(scope), ...few(scope)];
  const brandRest = brands === null ? [] : [brandsIn(brands)];
  const narrowed = filter.assignee !== null || filter.teamId !== null || filter.topicId !== null;
  const statusRest = wanted.length === statuses.length ? [] : [sql`c.status IN (${wordsIn(wanted)})`];
  if (isFew(filter)) return [[...statusRest, ...brandRest, ...rest]];
  // Rare tags and values come from their own index, common ones are soon met while walking: the planner chooses from what it knows of them.
  if (isPlannedEachTime(filter) && !narrowed) return [[...statusRest, ...brandRest, ...rest]];
  if (!narrowed && brands === null && wanted.length === statuses.length) return [rest];
  if (!narrowed && brands !== null && brands.length * wanted.length <= mostStreams)
    return brands.flatMap((brand) =>
      wanted.map((status) => [sql`c.brand_id = ${brand}`, sql`c.status = ${literal(status)}`, ...rest]),
    );
  return wanted.map((status) => [sql`c.status = ${literal(status)}`, ...brandRest, ...rest]);
};

const where = (list: readonly Sql[]): Sql => (list.length === 0 ? empty : sql` WHERE ${join(list, " AND ")}`);

/**
 * The parts of a list in order: all by the last message; or first those who wait (longest first), then the rest by the last message; or first what is due
 * (soonest first), then by the last message what is not.
 */
export type Part = Place["kind"];

/** One page of a part of a list, `limit` rows at most, after a place in the same part. */
export const pageQuery = (scope: Scope, after: Place | null, limit: number, part: Part): Sql => {
  const lists = part === "waiting" || part === "due" ? orderedStreams(scope, part) : streams(scope);
  const which = partConditions[part];
  const keyset = after === null ? [] : [behind(after)];
  return merged(
    lists.map((list) => [...list, ...which, ...keyset]),
    orders[part] ?? orders.newest,
    limit,
  );
};

const behind = (after: Place): Sql =>
  after.kind === "waiting"
    ? sql`(c.waiting_since, c.id) > (${after.waitingSince}::timestamptz, ${after.id}::uuid)`
    : after.kind === "due"
      ? sql`(c.due_at, c.id) > (${after.dueAt}::timestamptz, ${after.id}::uuid)`
      : sql`(c.last_message_at, c.id) < (${after.lastMessageAt}::timestamptz, ${after.id}::uuid)`;

const partConditions: Readonly<Record<Part, readonly Sql[]>> = {
  newest: [],
  waiting: [sql`c.waiting_since IS NOT NULL`],
  rest: [sql`c.waiting_since IS NULL`],
  due: [sql`c.due_at IS NOT NULL`],
  undue: [sql`c.due_at IS NULL`],
};

interface Order {
  readonly inner: Sql;
  readonly outer: Sql;
}

const orders: { readonly newest: Order } & Readonly<Partial<Record<Part, Order>>> = {
  newest: { inner: raw("c.last_message_at DESC, c.id DESC"), outer: raw('"lastMessageAt" DESC, id DESC') },
  waiting: { inner: raw("c.waiting_since, c.id"), outer: raw('"waitingSince", id') },
  due: { inner: raw("c.due_at, c.id"), outer: raw('"dueAt", id') },
};

/** Who waits, and what is due, is few and has an index of its own by status; everything else is compared row by row. */
const orderedStreams = (scope: Scope, part: "waiting" | "due"): Sql[][] => {
  // What is near or over has an index in this order.
  if (part === "due" && scope.filter.promise === "near") return streams(scope);
  const brands = brandsOf(scope);
  const rest = [...(brands === null ? [] : [brandsIn(brands)]), ...conditions(scope), ...few(scope)];
  return statusesOf(scope.filter).map((status) => [sql`c.status = ${literal(status)}`, ...rest]);
};

const merged = (parts: readonly (readonly Sql[])[], order: Order, limit: number): Sql => {
  const [first, ...others] = parts.map(
    (list) => sql`SELECT ${rowColumns} FROM concern c ${where(list)} ORDER BY ${order.inner} ${limited(limit)}`,
  );
  if (first === undefined) return sql`SELECT ${rowColumns} FROM concern c WHERE false`;
  if (others.length === 0) return first;
  const union = join(
    [first, ...others].map((stream) => sql`(${stream})`),
    " UNION ALL ",
  );
  return sql`SELECT * FROM (${union}) AS merged ORDER BY ${order.outer} ${limited(limit)}`;
};

/** One page of a part of a list. A filter by tag, field or rating is planned each time, because these differ a thousandfold in how common they are; it wants a transaction. */
export const page = async (
  tx: Tx,
  scope: Scope,
  after: Place | null,
  limit: number,
  part: Part,
): Promise<ConcernRow[]> => {
  if (isPlannedEachTime(scope.filter))
    await tx.run(sql`SELECT set_config('plan_cache_mode', 'force_custom_plan', true)`);
  return tx.rows<ConcernRow>(pageQuery(scope, after, limit, part));
};

/** Does this filter want to be asked inside a transaction? See `page`. */
export const isPlannedEachTime = (filter: ListFilter): boolean =>
  filter.tag !== null || filter.field !== null || filter.ratings.length > 0;

/**
 * How many rows a filter finds (`n`), for filters that the kept counters cannot answer. No more than `most` rows are looked at, those of the
 * narrowest thing that the filter names and an index knows; `more`: there were others, so `n` is the least.
 */
export const walkQuery = (scope: Scope, most: number): Sql => {
  const brands = brandsOf(scope);
  // What the walk goes over is an agent's already.
  const both = scope.filter.followed && scope.filter.mentioned;
  const others = few({ ...scope, filter: { ...scope.filter, followed: false, mentioned: both } });
  const fits = [...(brands === null ? [] : [brandsIn(brands)]), ...conditions(scope), ...others];
  const fit = fits.length === 0 ? sql`true` : join(fits, " AND ");
  const walks = walked(scope).map((from) => sql`(SELECT ${fit} AS fits FROM ${from} ${limited(most)})`);
  return sql`SELECT (count(*) FILTER (WHERE fits))::int AS n, count(*) >= ${most} AS more
    FROM (SELECT fits FROM (${join(walks, " UNION ALL ")}) AS parts ${limited(most)}) AS walked`;
};

/** The rows a walk goes over: together they hold everything the filter finds, none is in two. */
const walked = (scope: Scope): Sql[] => {
  const { filter } = scope;
  const wanted = statusesOf(filter);
  const rest = wanted.length === statuses.length ? empty : sql` AND c.status IN (${wordsIn(wanted)})`;
  if (filter.followed || filter.mentioned) {
    const own = ofAgent(filter.followed ? "concern_follower" : "concern_mention", scope);
    return [sql`concern c JOIN (SELECT f.concern_id FROM ${own}) AS own ON own.concern_id = c.id`];
  }
  if (filter.customerId !== null)
    return [sql`concern c WHERE c.customer_id = ANY (${scope.customerIds ?? [filter.customerId]}::uuid[])${rest}`];
  if (filter.deliveryFailed) return [sql`concern c WHERE c.delivery_failed${rest}`];
  if (filter.promise !== null) return [sql`concern c WHERE ${ofPromise(filter.promise)}${rest}`];
  const [narrow] = conditions({
    ...scope,
    filter: { ...everything, assignee: filter.assignee === "none" ? null : filter.assignee, topicId: filter.topicId },
  });
  if (narrow === undefined && isPlannedEachTime(filter))
    return conditions({
      ...scope,
      filter: {
        ...everything,
        ...(filter.field !== null
          ? { field: filter.field }
          : filter.tag !== null
            ? { tag: filter.tag }
            : { ratings: filter.ratings }),
      },
    }).map((tagged) => sql`concern c WHERE ${tagged}${rest}`);
  return wanted.map(
    (status) => sql`concern c WHERE c.status = ${literal(status)}${narrow === undefined ? empty : sql` AND ${narrow}`}`,
  );
};

/** A concern's row by id. */
export const rowById = (tx: Tx, id: string): Promise<ConcernRow | null> =>
  tx.maybe<ConcernRow>(sql`SELECT ${rowColumns} FROM concern c WHERE c.id = ${id}`);

/** A concern's row by number. */
export const rowByNumber = (tx: Tx, number: number): Promise<ConcernRow | null> =>
  tx.maybe<ConcernRow>(sql`SELECT ${rowColumns} FROM concern c WHERE c.number = ${number}`);

/** The rows of these ids, in any order; unknown ids are left out. */
export const rowsByIds = (tx: Tx, ids: readonly string[]): Promise<ConcernRow[]> =>
  ids.length === 0
    ? Promise.resolve([])
    : tx.rows<ConcernRow>(sql`SELECT ${rowColumns} FROM concern c WHERE c.id = ANY(${ids}::uuid[])`);

/** The rows of these concern numbers; unknown ones are left out. */
export const rowsByNumbers = (tx: Tx, numbers: readonly number[]): Promise<ConcernRow[]> =>
  numbers.length === 0
    ? Promise.resolve([])
    : tx.rows<ConcernRow>(
        sql`SELECT ${rowColumns} FROM concern c WHERE c.number = ANY(${numbers}::bigint[]) ORDER BY c.number`,
      );

/** The newest concerns of each of these customers, at most `each`. */
export const newestOfCustomers = (tx: Tx, customerIds: readonly string[], each: number): Promise<ConcernRow[]> =>
  customerIds.length === 0
    ? Promise.resolve([])
    : tx.rows<ConcernRow>(sql`
        SELECT found.* FROM unnest(${customerIds}::uuid[]) AS k (id)
         CROSS JOIN LATERAL (SELECT ${rowColumns} FROM concern c WHERE c.customer_id = k.id ORDER BY c.created_at DESC, c.id DESC ${limited(each)}) AS found`);

/** The concerns of a customer, of all who are one with them, as their page shows them, newest first, within the given brands (null: all). */
export const concernsOfCustomer = (
  tx: Tx,
  customerIds: readonly string[],
  brandIds: readonly string[] | null,
  after: { readonly createdAt: string; readonly id: string } | null,
  limit: number,
): Promise<Pick<ConcernRow, "id" | "number" | "subject" | "status" | "createdAt" | "lastMessageAt" | "rating">[]> =>
  tx.rows(sql`
    SELECT c.id, c.number, c.subject, c.status, c.created_at AS "createdAt", c.last_message_at AS "lastMessageAt", c.rating FROM concern c
    ${where([sql`c.customer_id = ANY (${customerIds}::uuid[])`, ...(brandIds === null ? [] : [brandsIn(brandIds)]), ...(after === null ? [] : [sql`(c.created_at, c.id) < (${after.createdAt}::timestamptz, ${after.id}::uuid)`])])}
    ORDER BY c.created_at DESC, c.id DESC ${limited(limit)}`);

/** Writes a customer's name on those of their concerns of a brand that have another; gives the rows that changed. */
export const renameCustomer = (
  tx: Tx,
  customerId: string,
  brandId: string,
  name: string,
): Promise<{ readonly id: string; readonly brandId: string; readonly version: number }[]> =>
  tx.rows(sql`
    UPDATE concern SET customer_name = ${name}, version = version + 1
     WHERE id IN (SELECT id FROM concern WHERE customer_id = ${customerId} AND brand_id = ${brandId} AND customer_name <> ${name} ORDER BY id FOR UPDATE)
    RETURNING id, brand_id AS "brandId", version`);
