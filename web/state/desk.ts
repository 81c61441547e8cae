// The living desk: holds the reducer's state, feeds it from /live and from fetches, and keeps lists and counters fresh.
// Called by the shell (begin, end) and by the screens of the desk.
import { agents } from "#contract/agents.ts";
import { asides } from "#contract/aside.ts";
import { brands } from "#contract/brands.ts";
import { concerns } from "#contract/concern-endpoints.ts";
import type { ConcernRow, Draft, ListFilter, View } from "#contract/concerns.ts";
import { fields } from "#contract/fields.ts";
import { notices } from "#contract/notices.ts";
import { automation } from "#contract/automation.ts";
import { promises } from "#contract/promises.ts";
import { tiers } from "#contract/tiers.ts";
import type { FieldValue } from "#contract/fields.ts";
import type { Result } from "#contract/endpoint.ts";
import type { AnyEvent } from "#contract/events.ts";
import type { AgentId } from "#contract/ids.ts";
import type { Look, LookState, VisitorLook } from "#contract/live.ts";
import {
  advance,
  apply,
  emptyState,
  forgetOpened,
  mergeDraft,
  mergeField,
  mergeMessages,
  mergeOpened,
  mergeReference,
  mergeRows,
  rowsAsked,
  withoutConcern,
} from "#web/state/apply.ts";
import type { DeskState, Opened } from "#web/state/apply.ts";
import { call } from "#web/state/client.ts";
import type { Outcome, Problem } from "#web/state/client.ts";
import { otherwiseReachable } from "#web/state/composing.ts";
import { beginFiltering } from "#web/state/filtering.ts";
import { isSameFilter } from "#web/state/filters.ts";
import { isOnlyFetched } from "#web/state/lists.ts";
import type { LoadedList } from "#web/state/lists.ts";
import { startLink } from "#web/state/live.ts";
import type { Link, LinkState } from "#web/state/live.ts";
import { createStore } from "#web/state/store.ts";
import { dismissAbout, toasts } from "#web/state/toasts.ts";

/** A list on the screen: how far it is loaded, and what hinders it. */
export interface ListOnDesk extends LoadedList {
  readonly loading: boolean;
  readonly problem: Problem | null;
}

export const deskState = createStore<DeskState>(emptyState(null));
export const linkState = createStore<LinkState>("connecting");
export const lists = createStore<Readonly<Record<string, ListOnDesk>>>({});
export const views = createStore<{ readonly views: readonly View[] | null; readonly problem: Problem | null }>({
  views: null,
  problem: null,
});
/** How many mails were set aside that I may decide about; null: not known yet. */
export const asideCounts = createStore<Result<typeof asides.counts> | null>(null);
/** Who looks at which concern; only others. */
export const looks = createStore<Readonly<Record<string, readonly Look[]>>>({});
/** Visitors who have a concern's chat open now. */
export const visitors = createStore<Readonly<Record<string, readonly VisitorLook[]>>>({});
/** Changes of mine that are on their way; painted over the rows until the server has answered. */
export const underway = createStore<Readonly<Record<string, Partial<ConcernRow>>>>({});
/** Why a concern could not be opened. */
export const openProblems = createStore<Readonly<Record<string, Problem>>>({});

let link: Link | null = null;
let saidLook: Parameters<Link["say"]>[0] | null = null;
let stopAll: (() => void) | null = null;
const heard = new Set<(events: readonly AnyEvent[]) => void>();

/** Calls back with every batch of live events, after they have been applied. Gives the way to stop. */
export const onEvents = (listener: (events: readonly AnyEvent[]) => void): (() => void) => {
  heard.add(listener);
  return () => void heard.delete(listener);
};

/** Starts the desk for the agent who signed in: counters, reference lists, then the live link from there on. */
export const beginDesk = async (me: AgentId): Promise<void> => {
  endDesk();
  // What another agent did in this window is not for this one to undo.
  if (deskState.get().me !== null && deskState.get().me !== me) toasts.set([]);
  deskState.set(emptyState(me));
  beginFiltering(me);
  const stopHints = watchHints();
  const nudge = (): void => {
    if (document.visibilityState === "visible") link?.hurry();
  };
  addEventListener("online", nudge);
  addEventListener("offline", nudge);
  document.addEventListener("visibilitychange", nudge);
  stopAll = () => {
    stopHints();
    removeEventListener("online", nudge);
    removeEventListener("offline", nudge);
    document.removeEventListener("visibilitychange", nudge);
  };
  await loadViews(true);
  link = startLink({
    open: (hears) => {
      const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/live`);
      socket.addEventListener("open", hears.opened);
      socket.addEventListener("message", (message) => hears.word(String(message.data)));
      socket.addEventListener("close", hears.closed);
      return socket;
    },
    after: () => deskState.get().cursor,
    events: (events, upTo) => {
      deskState.set((state) => advance(events.reduce(apply, state), upTo));
      // Taken back in another window: here, too, there is nothing left to take back.
      for (const { kind, data } of events) if (kind === "message.withdrawn") dismissAbout(data.messageId);
      if (events.length > 0) for (const listener of heard) listener(events);
    },
    looks: (concernId, present) =>
      looks.set((all) => ({
        ...all,
        [concernId]: onceEach(present.filter((look) => look.agentId !== me && look.state !== "away")),
      })),
    visitors: (concernId, present) =>
      visitors.set((all) => ({ ...all, [concernId]: present.filter((look) => look.state !== "away") })),
    reset: (upTo) => {
      deskState.set((state) => ({ ...advance(state, upTo), recent: [] }));
      void refetchAll();
    },
    state: (state) => linkState.set(state),
    later: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    chance: Math.random,
  });
  if (saidLook) link.say(saidLook);
  await Promise.all([loadReference(), loadAsideCounts()]);
};

/** Two windows of a colleague are one colleague, who writes when one of them does. */
const onceEach = (present: readonly Look[]): readonly Look[] => [
  ...present
    .toSorted((a, b) => Number(a.state === "typing") - Number(b.state === "typing"))
    .reduce((all, look) => all.set(look.agentId, look), new Map<AgentId, Look>())
    .values(),
];

/** Stops the link and forgets everything. */
export const endDesk = (): void => {
  link?.end();
  link = null;
  saidLook = null;
  stopAll?.();
  stopAll = null;
  for (const store of [lists, looks, visitors, underway, openProblems]) store.set({});
  views.set({ views: null, problem: null });
  asideCounts.set(null);
};

/** Tells colleagues what I am doing with a concern; what is said before there is a link is said when it begins. */
export const sayLook = (concernId: string | null, state: LookState): void => {
  // Every key press says it; once is enough.
  if (saidLook?.type === "look" && saidLook.concernId === concernId && saidLook.state === state) return;
  saidLook = { type: "look", concernId: concernId as Look["concernId"] | null, state };
  link?.say(saidLook);
};

/** The row as it is painted: the server's, with my own changes that are on their way on top. */
export const painted = (row: ConcernRow, mine: Partial<ConcernRow> | undefined): ConcernRow =>
  mine ? { ...row, ...mine } : row;

/** Lists that changed again while they were being fetched. */
const wantedAgain = new Set<string>();

/**
 * Loads the first page of a list, or loads it again as far as it was loaded: whoever has scrolled down stays there. Filtered otherwise than it was, it
 * shows at once what the desk knows that fits; an answer to the filter before comes too late and is let go.
 */
export const loadList = async (key: string, filter: ListFilter): Promise<void> => {
  const before = lists.get()[key];
  const known = before && isSameFilter(before.filter, filter) ? before : undefined;
  if (known?.loading) return void wantedAgain.add(key);
  wantedAgain.delete(key);
  const start = { ...(known ?? { ids: new Set<string>(), last: null, next: null }), filter };
  setList(key, { ...start, loading: true, problem: null });
  const outcome = await fetchList(filter, known?.ids.size ?? 0);
  if (lists.get()[key]?.filter !== filter) return;
  if (!outcome.ok) return setList(key, { ...start, loading: false, problem: outcome.problem });
  const { rows, next } = outcome.value;
  deskState.set((state) => mergeRows(state, rows));
  setList(key, {
    filter,
    ids: new Set(rows.map((row) => row.id)),
    last: rows.at(-1) ?? null,
    next,
    loading: false,
    problem: null,
  });
  if (wantedAgain.has(key)) await loadList(key, filter);
};

const pageLength = 50;
/** The contract's most rows in one answer, and by their ids. */
const longestPage = 200;
const mostRows = 100;

/** A list from its beginning, at least so many rows where there are as many. */
const fetchList = async (
  filter: ListFilter,
  depth: number,
): Promise<Outcome<{ readonly rows: readonly ConcernRow[]; readonly next: string | null }>> => {
  const rows: ConcernRow[] = [];
  let after: string | null = null;
  do {
    const limit = Math.min(longestPage, Math.max(pageLength, depth - rows.length));
    const outcome: Outcome<Result<typeof concerns.list>> = await call(concerns.list, {
      query: { filter: JSON.stringify(filter), limit, ...(after === null ? {} : { after }) },
    });
    if (!outcome.ok) return outcome;
    rows.push(...outcome.value.rows);
    after = outcome.value.next;
  } while (after !== null && rows.length < depth);
  return { ok: true, value: { rows, next: after } };
};

/** Loads the next page of a list. */
export const loadMore = async (key: string): Promise<void> => {
  const known = lists.get()[key];
  if (!known || known.loading || known.next === null) return;
  setList(key, { ...known, loading: true });
  const outcome = await call(concerns.list, {
    query: { filter: JSON.stringify(known.filter), after: known.next, limit: pageLength },
  });
  if (lists.get()[key]?.filter !== known.filter) return;
  if (!outcome.ok) return setList(key, { ...known, loading: false, problem: outcome.problem });
  const { rows, next } = outcome.value;
  deskState.set((state) => mergeRows(state, rows));
  setList(key, {
    ...known,
    ids: new Set([...known.ids, ...rows.map((row) => row.id)]),
    last: rows.at(-1) ?? known.last,
    next,
    loading: false,
    problem: null,
  });
};

/** Opens a concern: fetches it, unless it is open already and alive. */
export const openConcern = (id: string, again = false): Promise<void> => {
  if (again) return fetchConcern(id);
  if (deskState.get().opened[id]) return Promise.resolve();
  // The key that opens it asks first, and the pane that shows it once more: one fetch is enough.
  const opening = openings.get(id) ?? fetchConcern(id).finally(() => openings.delete(id));
  openings.set(id, opening);
  return opening;
};

const openings = new Map<string, Promise<void>>();

const fetchConcern = async (id: string): Promise<void> => {
  const outcome = await call(concerns.open, { params: { id } });
  if (!outcome.ok) return openProblems.set((all) => ({ ...all, [id]: outcome.problem }));
  openProblems.set(({ [id]: _, ...rest }) => rest);
  deskState.set((state) => mergeOpened(forgetOldest(state, id), outcome.value));
};

/** Loads the messages before those that are shown. */
export const loadEarlier = async (id: string): Promise<Outcome<unknown>> => {
  const asked = deskState.get().opened[id];
  const outcome = await call(concerns.messages, { params: { id }, query: { before: asked?.messages[0]?.seq ?? 1 } });
  // Messages that were moved meanwhile have given all of them other places: the page is of the old order.
  const now = deskState.get().opened[id];
  if (outcome.ok && now?.stale === false && now.concern.moves === asked?.concern.moves)
    deskState.set((state) => mergeMessages(state, id, outcome.value.messages, outcome.value.earlier));
  return outcome;
};

/** Puts a message that an own call brought into the open concern, ahead of its event. */
export const takeIn = (row: ConcernRow, message: Parameters<typeof mergeMessages>[2][number]): void =>
  deskState.set((state) => mergeMessages(mergeRows(state, [row]), row.id, [message]));

/** Takes in a row that an own call brought. */
export const takeInRow = (row: ConcernRow): void => takeInRows([row]);

/** Takes in rows that an own call brought. */
export const takeInRows = (rows: readonly ConcernRow[]): void => deskState.set((state) => mergeRows(state, rows));

/** Takes in a custom field's value that an own call has set. */
export const takeInField = (concernId: string, key: string, value: FieldValue | null): void =>
  deskState.set((state) => mergeField(state, concernId, key, value));

/** Takes out a concern that an own call has removed. */
export const takeOut = (concernId: string): void => deskState.set((state) => withoutConcern(state, concernId));

/** Takes in a draft that an own call brought. */
export const takeInDraft = (concernId: string, kind: Draft["kind"], draft: Draft | null): void =>
  deskState.set((state) => mergeDraft(state, concernId, kind, draft));

/** Fetches the counters of the views again. */
export const loadViews = async (first = false): Promise<void> => {
  const outcome = await call(concerns.views, {});
  if (!outcome.ok) return views.set((old) => ({ ...old, problem: outcome.problem }));
  views.set({ views: outcome.value.views, problem: null });
  if (first) deskState.set((state) => advance(state, outcome.value.upTo));
};

/** Fetches anew how many mails were set aside. */
export const loadAsideCounts = async (): Promise<void> => {
  const outcome = await call(asides.counts, {});
  if (outcome.ok) asideCounts.set(outcome.value);
};

const loadReference = async (): Promise<void> => {
  const [people, teams, marks, channels, kinds, topics, levels, own, told, promised, ruled] = await Promise.all([
    call(agents.list, {}),
    call(agents.teams, {}),
    call(brands.list, {}),
    call(brands.channels, {}),
    call(brands.channelKinds, {}),
    call(brands.topics, {}),
    call(tiers.list, {}),
    call(fields.list, {}),
    call(notices.list, {}),
    call(promises.rules, {}),
    call(automation.rules, {}),
  ]);
  deskState.set((state) =>
    mergeReference(state, {
      ...(people.ok ? { agents: people.value } : {}),
      ...(teams.ok ? { teams: teams.value } : {}),
      ...(marks.ok ? { brands: marks.value } : {}),
      ...(channels.ok ? { channels: channels.value } : {}),
      ...(kinds.ok ? { kinds: kinds.value } : {}),
      ...(topics.ok ? { topics: topics.value } : {}),
      ...(levels.ok ? { tiers: levels.value } : {}),
      ...(own.ok ? { fields: own.value } : {}),
      ...(told.ok ? { notices: told.value } : {}),
      ...(promised.ok ? { promises: promised.value } : {}),
      ...(ruled.ok ? { automation: ruled.value.rules } : {}),
    }),
  );
};

/** The list that is on the screen; null: none. */
let shownList: string | null = null;

/** Says which list is on the screen: the others are forgotten when everything is fetched anew, and fetched when somebody goes there. */
export const showList = (key: string | null): void => {
  shownList = key;
};

const refetchAll = async (): Promise<void> => {
  lists.set((all) => Object.fromEntries(Object.entries(all).filter(([key]) => key === shownList)));
  await Promise.all([
    loadViews(),
    loadReference(),
    loadAsideCounts(),
    ...Object.entries(lists.get()).map(([key, list]) => loadList(key, list.filter)),
    ...Object.keys(deskState.get().opened).map((id) => openConcern(id, true)),
  ]);
};

/** Fetches rows that changed and that the desk does not know, so that they stand in their lists; the lists themselves stay as they are. */
const fetchRows = async (): Promise<void> => {
  const ids = deskState.get().hints.rows.slice(0, mostRows);
  if (ids.length === 0) return;
  const outcome = await call(concerns.rows, { query: { ids: ids.join(",") } });
  if (!outcome.ok) return;
  deskState.set((state) => rowsAsked(mergeRows(state, outcome.value.rows), ids));
  await fetchRows();
};

const setList = (key: string, list: ListOnDesk): void => lists.set((all) => ({ ...all, [key]: list }));

/** Keeps at most this many concerns open in memory; they stay alive, so going back is instant. */
const keptOpen = 12;

const forgetOldest = (state: DeskState, except: string): DeskState => {
  const ids = Object.keys(state.opened).filter((id) => id !== except);
  return ids.slice(0, Math.max(0, ids.length - keptOpen + 1)).reduce(forgetOpened, state);
};

/** A single change is fetched this soon; while much happens, thirty desks that fetched at every change would cost more than the work itself. */
const rest = 400;
const busyRest = 2_500;

/** Fetches again what hints ask for: bodies at once, lists and counters together after a short rest. */
const watchHints = (): (() => void) => {
  let before = deskState.get();
  let timer: ReturnType<typeof setTimeout> | null = null;
  let wantViews = false;
  let wantLists = false;
  let wantRows = false;
  let wantAsides = false;
  let fetchedAt = -busyRest;
  const flush = (): void => {
    timer = null;
    fetchedAt = performance.now();
    if (wantViews) void loadViews();
    if (wantLists)
      for (const [key, list] of Object.entries(lists.get()))
        if (isOnlyFetched(list.filter)) void loadList(key, list.filter);
    if (wantRows) void fetchRows();
    if (wantAsides) void loadAsideCounts();
    wantViews = wantLists = wantRows = wantAsides = false;
  };
  const stop = deskState.watch(() => {
    const now = deskState.get();
    wantViews ||= now.hints.views !== before.hints.views;
    wantLists ||= now.hints.lists !== before.hints.lists;
    wantRows ||= now.hints.rows !== before.hints.rows && now.hints.rows.length > 0;
    wantAsides ||= now.hints.asides !== before.hints.asides;
    if ((wantViews || wantLists || wantRows || wantAsides) && timer === null)
      timer = setTimeout(flush, Math.max(rest, busyRest - (performance.now() - fetchedAt)));
    // The ways to a customer are part of what was fetched: an address that came, went or can be written to again changes them.
    if (now.hints.customers !== before.hints.customers)
      for (const [id, { concern }] of Object.entries(now.opened)) {
        const { customerId } = concern.row;
        if (now.hints.customers[customerId] !== before.hints.customers[customerId]) void openConcern(id, true);
      }
    // What a channel is switched to stands in the ways as well.
    if (now.channels !== before.channels) {
      const brands = otherwiseReachable(before.channels, now.channels);
      for (const [id, { concern }] of Object.entries(now.opened))
        if (brands.has(concern.row.brandId)) void openConcern(id, true);
    }
    if (now.opened !== before.opened)
      for (const [id, opened] of Object.entries(now.opened)) {
        fetchBodies(id, opened, before.opened[id]);
        if (hasWritten(opened, before.opened[id])) void openConcern(id, true);
        if (opened.stale && before.opened[id]?.stale !== true) void openConcern(id, true);
        if (opened.staleDrafts.length > 0 && opened.staleDrafts !== before.opened[id]?.staleDrafts)
          void openConcern(id, true);
      }
    before = now;
  });
  return () => {
    stop();
    if (timer !== null) clearTimeout(timer);
  };
};

const fetching = new Set<string>();
/** Pauses before a body that could not be fetched is asked for again; the last one goes on. */
const againAfter = [1_000, 3_000, 10_000];

const fetchBodies = (concernId: string, opened: Opened, was: Opened | undefined): void => {
  if (opened.incomplete === was?.incomplete) return;
  for (const id of opened.incomplete) if (!fetching.has(id)) void fetchBody(concernId, id, 0);
};

/** Has the customer just written? Then another way may be the best one, and a window has opened again. */
const hasWritten = ({ messages }: Opened, was: Opened | undefined): boolean => {
  const last = messages.at(-1);
  return was !== undefined && last?.direction === "in" && last.id !== was.messages.at(-1)?.id;
};

const fetchBody = async (concernId: string, id: string, tried: number): Promise<void> => {
  fetching.add(id);
  const outcome = await call(concerns.message, { params: { id } });
  fetching.delete(id);
  if (outcome.ok) return deskState.set((state) => mergeMessages(state, concernId, [outcome.value]));
  const pause = againAfter[Math.min(tried, againAfter.length - 1)];
  setTimeout(() => {
    const waited = deskState.get().opened[concernId]?.incomplete.some((each) => each === id) === true;
    if (waited && !fetching.has(id)) void fetchBody(concernId, id, tried + 1);
  }, pause);
};
