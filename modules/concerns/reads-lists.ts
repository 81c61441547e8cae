// Reads of lists: one page by a filter, an agent's views with counters. Called by concerns/routes-lists.ts.
import type { AgentActor } from "#contract/actor.ts";
import type { ConcernRow, ListFilter, View } from "#contract/concerns.ts";
import type { customers } from "#contract/customers.ts";
import type { Result } from "#contract/endpoint.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import type { CustomerId } from "#contract/ids.ts";
import { horizon } from "#modules/audit/reads.ts";
import { teamsFor } from "#modules/agents/reads.ts";
import { mayChangeView } from "#modules/concerns/policy.ts";
import type { ReadingWorld } from "#modules/concerns/reads.ts";
import {
  concernsOfCustomer,
  isPlannedEachTime,
  page,
  type Part,
  type Place,
  type Scope,
} from "#modules/concerns/store-lists.ts";
import { countViews, viewsOf, type ViewRow } from "#modules/concerns/store-views.ts";
import { misfitOf } from "#modules/fields/model.ts";
import { fieldsOf } from "#modules/fields/reads.ts";
import { brandsOf, isKnownTo, membersOf } from "#modules/customers/reads.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** Sizes a page is fetched in: a statement's limit is part of its text, and few texts stay prepared. */
const sizes = [20, 50, 100, 200];

const scopeOf = async (tx: Tx, who: AgentActor, filter: ListFilter): Promise<Scope> => ({
  filter,
  me: who.id,
  brandIds: who.brandIds.length === 0 ? null : who.brandIds,
  ...(filter.customerId === null ? {} : { customerIds: await membersOf(tx, [filter.customerId]) }),
});

/** What a list in that order consists of. */
const parts: Readonly<Record<ListFilter["sort"], readonly [Part, Part?]>> = {
  newest: ["newest"],
  waiting: ["waiting", "rest"],
  due: ["due", "undue"],
};

/** One page of what a filter shows this agent, and where the next one begins (null: nowhere). Refuses a cursor that is none with invalidInput, and a value that its field never takes. */
export const listConcerns = async (
  world: Pick<World, "db">,
  who: AgentActor,
  input: { readonly filter: ListFilter; readonly after: string | null; readonly limit: number },
): Promise<{ rows: ConcernRow[]; next: string | null } | Refusal> => {
  const after = input.after === null ? null : readCursor(input.after);
  const [begins, ends = begins] = parts[input.filter.sort];
  if (after === undefined || (after !== null && after.kind !== begins && after.kind !== ends))
    return refuse("invalidInput", {}, "after");
  const wrong = input.filter.field === null ? null : misfitOf(await fieldsOf(world.db, "concern"), input.filter.field);
  if (wrong !== null) return wrong;
  const scope = await scopeOf(world.db, who, input.filter);
  const limit = sizes.find((size) => size >= input.limit) ?? 200;
  const read = async (tx: Tx): Promise<{ rows: ConcernRow[]; next: string | null }> => {
    const first: Part = after?.kind ?? begins;
    const rows = (await page(tx, scope, after, limit + 1, first)).map((row) => ({ row, part: first }));
    if (first !== ends && rows.length <= input.limit)
      rows.push(...(await page(tx, scope, null, limit + 1, ends)).map((row) => ({ row, part: ends })));
    const shown = rows.slice(0, input.limit);
    const last = rows.length > input.limit ? shown.at(-1) : undefined;
    return { rows: shown.map(({ row }) => row), next: last === undefined ? null : writeCursor(last.part, last.row) };
  };
  return isPlannedEachTime(input.filter) ? world.db.transaction(read) : read(world.db);
};

/** Views nobody works down have no counter. */
const uncounted: ReadonlySet<string> = new Set(["resolved", "all"]);

/** What is to be done, or may be any moment. Whoever snoozes a concern wants it out of sight: it has a view of its own. */
const live = ["new", "open", "waiting"] as const;
const plain: ListFilter = {
  statuses: [...live],
  assignee: null,
  teamId: null,
  brandId: null,
  priorities: [],
  ratings: [],
  promise: null,
  topicId: null,
  tag: null,
  customerId: null,
  channelKind: null,
  field: null,
  followed: false,
  mentioned: false,
  deliveryFailed: false,
  sort: "newest",
};
/** The built-in views: those of an agent's day, in the order of the first pane. Names stand in locales under `views.<key>`. */
const builtIn: readonly (readonly [key: string, filter: ListFilter])[] = [
  ["mine", { ...plain, assignee: "me" }],
  ["unassigned", { ...plain, assignee: "none" }],
  ["new", { ...plain, statuses: ["new"] }],
  ["open", plain],
  ["waiting", { ...plain, statuses: ["waiting"] }],
  ["snoozed", { ...plain, statuses: ["snoozed"] }],
  ["mentioned", { ...plain, statuses: [...live, "snoozed"], mentioned: true }],
  ["followed", { ...plain, statuses: [...live, "snoozed"], followed: true }],
  ["failed", { ...plain, statuses: [], deliveryFailed: true }],
  ["resolved", { ...plain, statuses: ["resolved", "closed"] }],
  ["all", { ...plain, statuses: [] }],
];

/** Of the views of an agent's day, and of their teams, what needs somebody is told apart from what waits for the customer; both are sums that are kept. */
const isApart = ({ key, share, filter }: Pick<View, "key" | "share" | "filter">): boolean =>
  share === null &&
  filter.statuses.includes("waiting") &&
  (key === null || ["mine", "unassigned", "open"].includes(key));

const notCounted = { count: null, atLeast: false, waiting: null } as const;

/** Nobody made it, nobody changes it. */
const byItself = { share: null, mayChange: false } as const;

/** A view that somebody made, as this agent sees it. Its counter is not known yet. */
export const asView = (who: AgentActor, row: ViewRow): View => ({
  id: row.id,
  key: null,
  name: row.name,
  filter: row.filter,
  count: null,
  atLeast: false,
  waiting: null,
  share:
    row.teamId !== null
      ? { with: "team", teamId: row.teamId }
      : row.forEverybody
        ? { with: "everybody" }
        : { with: "me" },
  mayChange: mayChangeView(who, row),
});

/**
 * The agent's views with counters: the built-in ones, one for each team (supervisors and admins: every team), then those that people made, in
 * the agent's order. A counter that only a walk can give ends it after 1,000 rows and then says the least. `upTo`: the event number the counters include.
 */
export const viewsFor = async (
  world: Pick<World, "db"> & Pick<ReadingWorld, "followedTo">,
  who: AgentActor,
): Promise<{ views: View[]; upTo: number }> => {
  const upTo = world.followedTo?.() ?? (await horizon(world.db));
  const teams = await teamsFor(world.db, who);
  const made = await viewsOf(
    world.db,
    who.id,
    teams.map((team) => team.id),
  );
  const views: Omit<View, "count" | "atLeast" | "waiting">[] = [
    ...builtIn.map(([key, filter]) => ({ id: key, key, name: key, filter, ...byItself })),
    ...teams.map((team) => ({
      id: `team-${team.id}`,
      key: null,
      name: team.name,
      filter: { ...plain, teamId: team.id },
      ...byItself,
    })),
    ...made.map((row) => asView(who, row)),
  ];
  const counted = views.filter((view) => !uncounted.has(view.key ?? ""));
  const apart = counted.filter(isApart);
  const scopes = await Promise.all(
    [
      ...counted.map((view) => view.filter),
      ...apart.map((view): ListFilter => ({ ...view.filter, statuses: ["waiting"] })),
    ].map((filter) => scopeOf(world.db, who, filter)),
  );
  const counts = await countViews(world.db, scopes);
  const countOf = new Map(counted.map((view, index) => [view.id, counts[index]]));
  const waitingOf = new Map(apart.map((view, index) => [view.id, counts[counted.length + index]?.count]));
  return {
    views: views.map((view) => ({
      ...view,
      ...(countOf.get(view.id) ?? notCounted),
      waiting: waitingOf.get(view.id) ?? null,
    })),
    upTo,
  };
};

/** A customer's concerns that this agent may see, newest first; refuses with notFound when none of the agent's brands knows the customer. */
export const concernsOf = async (
  world: Pick<World, "db">,
  who: AgentActor,
  input: { readonly customerId: CustomerId; readonly after: string | null; readonly limit: number },
): Promise<Result<typeof customers.concerns> | Refusal> => {
  const after = input.after === null ? null : readCursor(input.after);
  if (after === undefined || after?.kind === "waiting" || after?.kind === "due")
    return refuse("invalidInput", {}, "after");
  if (!(await isKnownTo(world.db, input.customerId, brandsOf(who)))) return refuse("notFound");
  const place = after === null ? null : { createdAt: after.lastMessageAt, id: after.id };
  const members = await membersOf(world.db, [input.customerId]);
  const rows = await concernsOfCustomer(world.db, members, brandsOf(who), place, input.limit + 1);
  const concerns = rows.slice(0, input.limit);
  const last = rows.length > input.limit ? concerns.at(-1) : undefined;
  return { concerns, next: last === undefined ? null : `n_${last.createdAt}_${last.id}` };
};

const letters: Readonly<Record<Part, string>> = { newest: "n", waiting: "w", rest: "r", due: "d", undue: "u" };

const writeCursor = (part: Part, row: ConcernRow): string =>
  `${letters[part]}_${part === "waiting" ? row.waitingSince : part === "due" ? row.dueAt : row.lastMessageAt}_${row.id}`;

const cursorForm =
  /^([nwrdu])_(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z)_([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

const readCursor = (text: string): Place | undefined => {
  const [, letter, at, id] = cursorForm.exec(text) ?? [];
  if (letter === undefined || at === undefined || id === undefined || Number.isNaN(Date.parse(at))) return undefined;
  switch (letter) {
    case "w":
      return { kind: "waiting", waitingSince: at, id };
    case "d":
      return { kind: "due", dueAt: at, id };
    default:
      return { kind: letter === "n" ? "newest" : letter === "u" ? "undue" : "rest", lastMessageAt: at, id };
  }
};
