// Which concerns a list shows and in which order, decided from rows alone; called by web/state/desk.ts and the list pane.
import type { ConcernRow, ListFilter } from "#contract/concerns.ts";
import type { AgentId } from "#contract/ids.ts";

/** How far a list has been loaded. `ids` came from the server; `last` is the last row of the last page. */
export interface LoadedList {
  readonly filter: ListFilter;
  readonly ids: ReadonlySet<string>;
  readonly last: Pick<ConcernRow, "id" | "lastMessageAt" | "waitingSince" | "dueAt"> | null;
  /** Where the next page begins; null: everything is loaded. */
  readonly next: string | null;
}

/** The filter that hides nothing, as the desk's own copy: the contract's value would bring its schemas into the page. */
export const unfiltered: ListFilter = {
  statuses: [],
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

/** What stands below a row's subject: the newest words, but nothing twice. What begins a chat is its subject: of it follows what the subject had no room for. */
export const belowSubject = ({
  subject,
  snippet,
  lastDirection,
}: Pick<ConcernRow, "subject" | "snippet" | "lastDirection">): string => {
  if (lastDirection !== "in") return snippet;
  if (subject === snippet) return "";
  const begun = subject.endsWith("…") ? subject.slice(0, -1) : null;
  return begun !== null && snippet.startsWith(begun) ? `… ${snippet.slice(begun.length).trimStart()}` : snippet;
};

/** True when the row meets every condition that can be read off a row. Followed, mentioned and fields cannot: see `shown`. */
export const matches = (row: ConcernRow, filter: ListFilter, me: AgentId | null): boolean =>
  (filter.statuses.length === 0 || filter.statuses.includes(row.status)) &&
  (filter.priorities.length === 0 || filter.priorities.includes(row.priority)) &&
  (filter.ratings.length === 0 || (row.rating !== null && filter.ratings.includes(row.rating))) &&
  (filter.promise === null ||
    (filter.promise === "missed"
      ? row.missed.length > 0
      : row.promiseState === "near" || row.promiseState === "over")) &&
  assigneeMatches(row, filter.assignee, me) &&
  (filter.teamId === null || row.teamId === filter.teamId) &&
  (filter.brandId === null || row.brandId === filter.brandId) &&
  (filter.topicId === null || row.topicId === filter.topicId) &&
  (filter.customerId === null || row.customerId === filter.customerId) &&
  (filter.tag === null || row.tags.includes(filter.tag)) &&
  (filter.channelKind === null || row.channels.includes(filter.channelKind)) &&
  (!filter.deliveryFailed || row.deliveryFailed);

/**
 * Order of a list: newest message first; or longest wait first, or what is due first, and then, newest first, those who do not wait and what is not due.
 * Equal ones by id, so that the order is total.
 */
export const compareRows =
  (sort: ListFilter["sort"]) =>
  (a: SortKeys, b: SortKeys): number => {
    const key = sort === "due" ? "dueAt" : "waitingSince";
    if (sort === "newest" || (a[key] === null && b[key] === null))
      return compareText(b.lastMessageAt, a.lastMessageAt) || compareText(b.id, a.id);
    return compareText(a[key] ?? "~", b[key] ?? "~") || compareText(a.id, b.id);
  };

/** Does a row not tell whether it belongs there? Then only what the server gave is shown, and only fetching the list anew brings it up to date. */
export const isOnlyFetched = (filter: ListFilter): boolean =>
  filter.followed || filter.mentioned || filter.field !== null;

/** The rows a list shows: those that match and lie within the part that was loaded, in order. */
export const shown = (
  rows: Readonly<Record<string, ConcernRow>>,
  list: LoadedList,
  me: AgentId | null,
): readonly ConcernRow[] => {
  const compare = compareRows(list.filter.sort);
  const onlyFetched = isOnlyFetched(list.filter);
  const within = (row: ConcernRow): boolean =>
    list.next === null || list.last === null || list.ids.has(row.id) || compare(row, list.last) <= 0;
  return (
    Object.values(rows)
      // A customer is whoever was merged with them as well: the row does not tell, but the server did.
      .filter(
        (row) =>
          matches(row, list.ids.has(row.id) ? { ...list.filter, customerId: null } : list.filter, me) &&
          (onlyFetched ? list.ids.has(row.id) : within(row)),
      )
      .toSorted(compare)
  );
};

/**
 * What a scrolled list paints: the order it had, with rows gone that no longer belong, and the number of rows that
 * have come in above since. Rows that were appended below the known ones are painted: they move nothing.
 */
export const steady = (
  painted: readonly string[],
  now: readonly ConcernRow[],
): { readonly ids: readonly string[]; readonly above: number } => {
  const present = new Map(now.map((row, index) => [row.id as string, index]));
  const kept = painted.filter((id) => present.has(id));
  const lowest = kept.reduce((max, id) => Math.max(max, present.get(id) ?? 0), -1);
  const known = new Set(kept);
  const below = now.filter((row, index) => index > lowest && !known.has(row.id)).map((row) => row.id as string);
  return { ids: [...kept, ...below], above: now.length - kept.length - below.length };
};

/** The place of a row that has left the list: between these two. */
export interface Gap {
  readonly above: string | null;
  readonly below: string | null;
}

/** Where a row stood that has left: between the last one above and the first one below that stayed. */
export const gapOf = (before: readonly string[], gone: string, now: readonly string[]): Gap => {
  const present = new Set(now);
  const at = before.indexOf(gone);
  return {
    above: before.slice(0, Math.max(0, at)).findLast((id) => present.has(id)) ?? null,
    below: before.slice(at + 1).find((id) => present.has(id)) ?? null,
  };
};

/** Where the keys stand when the row under them has left: on the next one below that stayed, else on the last one above; null when none did. */
export const neighbour = (before: readonly string[], gone: string, now: readonly string[]): string | null => {
  const { above, below } = gapOf(before, gone, now);
  return below ?? above;
};

/** The row a step away from the one at `cursor`, else from the gap; from nowhere, the first one, or upwards the last. */
export const stepFrom = (
  order: readonly string[],
  cursor: string | null,
  gap: Gap | null,
  by: number,
): string | null => {
  const at = cursor === null ? -1 : order.indexOf(cursor);
  if (at !== -1) return order[Math.min(order.length - 1, Math.max(0, at + by))] ?? null;
  const beside = [gap?.below, gap?.above].filter((id) => id !== undefined && id !== null && order.includes(id));
  return (by > 0 ? beside[0] : beside.at(-1)) ?? order.at(by > 0 ? 0 : -1) ?? null;
};

type SortKeys = Pick<ConcernRow, "id" | "lastMessageAt" | "waitingSince" | "dueAt">;

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const assigneeMatches = (row: ConcernRow, assignee: ListFilter["assignee"], me: AgentId | null): boolean => {
  if (assignee === null) return true;
  if (assignee === "none") return row.assigneeId === null;
  return row.assigneeId === (assignee === "me" ? me : assignee);
};
