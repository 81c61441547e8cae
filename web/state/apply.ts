// The desk's reducer: what an event does to what the desk knows. Used by the browser (web/state/desk.ts) and by the
// server's tests, which apply events to an old snapshot and compare with a fresh one. Knows no page and no framework.
import type { Agent, Team } from "#contract/agents.ts";
import type { AutomationRule } from "#contract/automation.ts";
import type { Brand, Channel, Topic } from "#contract/brands.ts";
import type { KindOfChannel } from "#contract/channel-form.ts";
import type { concerns } from "#contract/concern-endpoints.ts";
import type { ConcernDetail, ConcernRow, Draft, Message } from "#contract/concerns.ts";
import type { Result } from "#contract/endpoint.ts";
import type { Field, FieldValue } from "#contract/fields.ts";
import type { AnyEvent, EventData, LoggedEvent } from "#contract/events.ts";
import type { AgentId, MessageId } from "#contract/ids.ts";
import type { Notice } from "#contract/notices.ts";
import type { PromiseRule, Recount } from "#contract/promises.ts";
import type { Tier } from "#contract/tiers.ts";
import { callsAfter, type Calls } from "#web/state/applyCalls.ts";
import { hinted } from "#web/state/applyHints.ts";
import { draftsAfter, withCheck, withPlan } from "#web/state/applyMessages.ts";
import { noWorkHints, type WorkHints } from "#web/state/applyWork.ts";
import { referenceAfter, referenceKinds, upsert } from "#web/state/applyReference.ts";
import { keptIn, leadsTo, movedIn, renamed } from "#web/state/applyMoves.ts";

/** What the server answers when a concern is opened. */
export type OpenResult = Result<typeof concerns.open>;
/** One way to reach the customer, as the composer offers it. */
export type Way = OpenResult["ways"][number];

/**
 * A concern that is open on this desk. `incomplete` names messages whose bodies must still be fetched, `staleDrafts` my drafts
 * that were changed elsewhere and name files this desk has not seen; until they are fetched the older draft stands.
 */
export interface Opened {
  readonly concern: ConcernDetail;
  readonly messages: readonly Message[];
  readonly earlier: boolean;
  readonly drafts: readonly Draft[];
  readonly ways: readonly Way[];
  readonly upTo: number;
  readonly incomplete: readonly MessageId[];
  readonly staleDrafts: readonly Draft["kind"][];
  /** Messages came from another concern or went to one: places are new, and the whole is to be fetched again. */
  readonly stale: boolean;
}

/** Everything a desk knows of the server's state. Plain data; every function here gives a new one. */
export interface DeskState {
  readonly me: AgentId | null;
  /** Number of the last event applied. */
  readonly cursor: number;
  readonly rows: Readonly<Record<string, ConcernRow>>;
  readonly opened: Readonly<Record<string, Opened>>;
  readonly agents: readonly Agent[];
  readonly teams: readonly Team[];
  readonly brands: readonly Brand[];
  readonly channels: readonly Channel[];
  /** The kinds of channel there are, with what each can do. */
  readonly kinds: readonly KindOfChannel[];
  readonly topics: readonly Topic[];
  /** The lowest first. */
  readonly tiers: readonly Tier[];
  /** Definitions of custom fields. */
  readonly fields: readonly Field[];
  /** What is shown in chats, or will be. */
  readonly notices: readonly Notice[];
  readonly promises: { readonly rules: readonly PromiseRule[]; readonly recount: Recount | null };
  /** The rules that act by themselves, in their order. */
  readonly automation: readonly AutomationRule[];
  /** Those that live, as far as they were fetched or said, and those of open concerns. */
  readonly calls: Calls;
  /** The last events, oldest first: an answer that was on its way while they came is brought up to date with them. */
  readonly recent: readonly AnyEvent[];
  /** Counters that rise when something must be fetched again: events do not carry it. */
  readonly hints: {
    readonly lists: number;
    /** Concerns that changed and whose rows this desk does not know. */
    readonly rows: readonly string[];
    readonly views: number;
    /** Macros that this agent may use. */
    readonly macros: number;
    /** Flows and the services they may ask. */
    readonly flows: number;
    /** What was set aside. */
    readonly asides: number;
    readonly customers: Readonly<Record<string, number>>;
    readonly organisations: Readonly<Record<string, number>>;
    readonly history: Readonly<Record<string, number>>;
  } & WorkHints;
}

/** How many events are kept to bring late answers up to date. */
export const recentLimit = 500;

/** A desk that knows nothing yet. */
export const emptyState = (me: AgentId | null): DeskState => ({
  me,
  cursor: 0,
  rows: {},
  opened: {},
  agents: [],
  teams: [],
  brands: [],
  channels: [],
  kinds: [],
  topics: [],
  tiers: [],
  fields: [],
  notices: [],
  promises: { rules: [], recount: null },
  automation: [],
  calls: {},
  recent: [],
  hints: {
    lists: 0,
    rows: [],
    views: 0,
    macros: 0,
    flows: 0,
    asides: 0,
    customers: {},
    organisations: {},
    history: {},
    ...noWorkHints,
  },
});

/**
 * Applies one event. Total over every kind; the same event twice, or one older than what is known, changes nothing.
 * Rows and messages that this desk has not loaded are left alone, and a hint says that lists may have changed.
 */
export const apply = (state: DeskState, event: AnyEvent): DeskState => {
  if (event.seq <= state.cursor) return state;
  const recent = [...state.recent, event].slice(-recentLimit);
  return { ...hinted(step(state, event), event), cursor: event.seq, recent };
};

/** Notes that all events up to this number have been seen; some of them were not for this desk. */
export const advance = (state: DeskState, upTo: number): DeskState =>
  upTo > state.cursor ? { ...state, cursor: upTo } : state;

/** Takes in rows that were fetched; rows known in a newer version stay. Events that came meanwhile are applied on top. */
export const mergeRows = (state: DeskState, rows: readonly ConcernRow[]): DeskState => {
  const merged: Record<string, ConcernRow> = { ...state.rows };
  const fresh = new Set<string>();
  for (const row of rows) {
    const known = merged[row.id];
    if (known && known.version > row.version) continue;
    merged[row.id] = row;
    fresh.add(row.id);
  }
  return replay({ ...state, rows: merged }, (event) => event.concernId !== null && fresh.has(event.concernId));
};

/** Takes in a concern that was opened. Events after its `upTo` that came while it was fetched are applied on top. */
export const mergeOpened = (state: DeskState, result: OpenResult): DeskState => {
  const { id } = result.concern.row;
  const before = state.opened[id];
  const earlierOnes = before ? before.messages.filter((message) => message.seq < (result.messages[0]?.seq ?? 0)) : [];
  // Places have gaps where answers were taken back: what was known joins what came when they share a message.
  const contiguous =
    before !== undefined &&
    !before.stale &&
    before.messages.some((message) => message.id === (result.messages[0]?.id ?? null));
  const opened: Opened = {
    ...result,
    messages: contiguous ? [...earlierOnes, ...result.messages] : result.messages,
    earlier: contiguous && before ? before.earlier : result.earlier,
    incomplete: [],
    staleDrafts: [],
    stale: false,
  };
  const next = mergeRows({ ...state, opened: { ...state.opened, [id]: opened } }, [result.concern.row]);
  const { links, moves } = result.concern;
  const linked = new Set<string>([...links, ...moves.map((move) => move.other)].map((other) => other.concernId));
  return replay(
    next,
    ({ kind, concernId }) =>
      kind === "channelCost.changed" || concernId === id || (concernId !== null && linked.has(concernId)),
  );
};

/** Takes in whole messages: an earlier page, or the body of one that an event announced. */
export const mergeMessages = (
  state: DeskState,
  concernId: string,
  messages: readonly Message[],
  earlier?: boolean,
): DeskState =>
  inOpened(state, concernId, (opened) => ({
    ...opened,
    // What was on its way while it was moved to another concern does not come back.
    messages: messages.filter((message) => message.concernId === concernId).reduce(withMessage, opened.messages),
    incomplete: opened.incomplete.filter((id) => !messages.some((message) => message.id === id)),
    earlier: earlier ?? opened.earlier,
  }));

/** Takes in what my own draft is now, so that it is right before its event arrives. */
export const mergeDraft = (state: DeskState, concernId: string, kind: Draft["kind"], draft: Draft | null): DeskState =>
  inOpened(state, concernId, (opened) => ({
    ...opened,
    drafts: [...opened.drafts.filter((d) => d.kind !== kind), ...(draft ? [draft] : [])],
    staleDrafts: opened.staleDrafts.filter((one) => one !== kind),
  }));

/** Takes in a custom field's value that an own call has set, so that it is right before its event arrives. */
export const mergeField = (state: DeskState, concernId: string, key: string, value: FieldValue | null): DeskState =>
  inOpened(state, concernId, (opened) => {
    const { [key]: _old, ...others } = opened.concern.fields;
    return {
      ...opened,
      concern: { ...opened.concern, fields: value === null ? others : { ...opened.concern.fields, [key]: value } },
    };
  });

/** Takes out a concern that is no more. */
export const withoutConcern = (state: DeskState, concernId: string): DeskState => {
  const { [concernId]: _row, ...rows } = state.rows;
  return { ...forgetOpened(state, concernId), rows };
};

/** Takes in the lists of colleagues, teams, brands, channels, topics, fields, notices and rules. */
export const mergeReference = (
  state: DeskState,
  part: Partial<
    Pick<
      DeskState,
      | "agents"
      | "teams"
      | "brands"
      | "channels"
      | "kinds"
      | "topics"
      | "tiers"
      | "fields"
      | "notices"
      | "promises"
      | "automation"
    >
  >,
): DeskState => replay({ ...state, ...part }, (event) => referenceKinds.has(event.kind));

/** Rows that were hinted at have been asked for. */
export const rowsAsked = (state: DeskState, asked: readonly string[]): DeskState => ({
  ...state,
  hints: { ...state.hints, rows: state.hints.rows.filter((id) => !asked.includes(id)) },
});

/** Takes one entry of those lists in, new or changed, as an own call brought it. */
export const mergeOne = <L extends "agents" | "teams" | "brands" | "channels" | "topics" | "notices">(
  state: DeskState,
  list: L,
  one: DeskState[L][number],
): DeskState => mergeReference(state, { [list]: upsert<{ readonly id: string }>(state[list], one) });

/** Lets a concern go that nobody looks at any more; its row stays. */
export const forgetOpened = (state: DeskState, concernId: string): DeskState => {
  const { [concernId]: gone, ...rest } = state.opened;
  return gone ? { ...state, opened: rest } : state;
};

const replay = (state: DeskState, wanted: (event: AnyEvent) => boolean): DeskState =>
  state.recent.filter(wanted).reduce(step, state);

const step = (state: DeskState, event: AnyEvent): DeskState => {
  switch (event.kind) {
    case "concern.created":
      return putRow(state, event.data.row);
    case "concern.removed":
      return event.concernId === null ? state : withoutConcern(state, event.concernId);
    case "concern.changed":
      return patchLinks(patchRow(state, event.concernId, event.data.patch), event);
    case "concern.fieldsChanged":
      return inDetail(state, event, (detail) => ({ ...detail, fields: event.data.fields }));
    case "concern.followed":
      return inDetail(state, event, (detail) => ({
        ...detail,
        followers: followersAfter(detail.followers, event.data),
      }));
    case "concern.linked":
      return inDetail(state, event, (detail) => ({
        ...detail,
        links: [...detail.links.filter((link) => link.concernId !== event.data.link.concernId), event.data.link],
      }));
    case "concern.unlinked":
      return inDetail(state, event, (detail) => ({
        ...detail,
        links: detail.links.filter((link) => link.concernId !== event.data.other),
      }));
    case "concern.partyJoined":
      return inDetail(state, event, (detail) => ({ ...detail, parties: upsert(detail.parties, event.data.party) }));
    case "concern.firstReply":
      return inDetail(state, event, (detail) => ({ ...detail, firstReplyAt: event.data.at }));
    case "concern.resolvedAt":
      return inDetail(state, event, (detail) => ({ ...detail, resolvedAt: event.data.at }));
    case "message.added":
      return afterwards(state, event, (opened) => announce(opened, event.data.message));
    case "message.kept":
      return afterwards(state, event, (opened) => keptIn(opened, event.data.messageId));
    case "message.moved":
      return afterwards(state, event, (opened) => movedIn(opened, event.data));
    case "message.scheduled":
      return afterwards(state, event, (opened) => ({
        ...opened,
        messages: opened.messages.map((message) =>
          message.id === event.data.messageId ? withPlan(message, event.data) : message,
        ),
      }));
    case "message.fileChecked":
      return afterwards(state, event, (opened) => ({
        ...opened,
        messages: opened.messages.map((message) =>
          message.id === event.data.messageId ? withCheck(message, event.data) : message,
        ),
      }));
    case "message.withdrawn":
      return afterwards(state, event, (opened) => ({
        ...opened,
        messages: opened.messages.filter((message) => message.id !== event.data.messageId),
        incomplete: opened.incomplete.filter((id) => id !== event.data.messageId),
      }));
    case "delivery.changed":
      return afterwards(state, event, (opened) => ({
        ...opened,
        messages: opened.messages.map((message) =>
          message.id === event.data.messageId ? withDelivery(message, event.data) : message,
        ),
      }));
    case "draft.changed":
      return event.data.agentId === state.me
        ? afterwards(state, event, (opened) => draftsAfter(opened, event.data))
        : state;
    case "agent.changed":
    case "team.changed":
    case "brand.changed":
    case "channel.changed":
    case "channelCost.changed":
    case "topic.changed":
    case "topic.removed":
    case "tier.changed":
    case "field.changed":
    case "field.removed":
    case "notice.changed":
    case "notice.removed":
    case "promise.rulesChanged":
    case "promise.recounted":
    case "automation.rulesChanged":
      return referenceAfter(state, event);
    case "automation.ran":
    case "flow.stepped":
    case "flow.began":
    case "flow.ended":
    case "macro.changed":
    case "promise.kept":
    case "promise.missed":
    case "promise.late":
    case "promise.warned":
    case "promise.escalated":
    case "rating.asked":
    case "rating.given":
    case "hours.changed":
    case "calendar.changed":
    case "calendar.fetched":
    case "calendar.removed":
    case "customer.created":
    case "customer.changed":
    case "organisation.changed":
    case "customer.removed":
    case "customer.merged":
    case "customer.unmerged":
    case "customer.proposed":
    case "customer.declined":
    case "agent.mentioned":
    case "message.secretShown":
    case "signingKey.changed":
    case "view.changed":
    case "session.began":
    case "session.refused":
    case "intake.refused":
    case "intake.settled":
    case "work.wished":
    case "work.settled":
    case "work.changed":
    case "work.offered":
    case "work.returned":
    case "work.ended":
    case "work.disposed":
    case "presence.changed":
    case "queue.changed":
    case "routing.bookChanged":
    case "routing.agentChanged":
    case "team.told":
    case "wallboard.changed":
    case "call.wished":
    case "call.settled":
    case "flow.changed":
    case "flow.removed":
    case "service.changed":
    case "service.removed":
      return state;
    case "call.changed":
      return { ...state, calls: callsAfter(state, event) };
    default:
      return unknownKind(state, event);
  }
};

/** A newer server may speak of things this desk has no picture for: nothing to do until it is loaded afresh. */
const unknownKind = (state: DeskState, _event: never): DeskState => state;

const putRow = (state: DeskState, row: ConcernRow): DeskState => {
  const known = state.rows[row.id];
  const rows = known && known.version >= row.version ? state.rows : { ...state.rows, [row.id]: row };
  return rowInDetail({ ...state, rows }, row);
};

const patchRow = (
  state: DeskState,
  concernId: string | null,
  patch: EventData<"concern.changed">["patch"],
): DeskState => {
  if (concernId === null) return state;
  const row = state.rows[concernId];
  const next = row && row.version < patch.version ? patched(row, patch) : row;
  const rows = next === undefined || next === row ? state.rows : { ...state.rows, [concernId]: next };
  const opened = state.opened[concernId];
  const detailRow =
    opened && opened.concern.row.version < patch.version ? patched(opened.concern.row, patch) : opened?.concern.row;
  const withRows = rows === state.rows ? state : { ...state, rows };
  return detailRow ? rowInDetail(withRows, detailRow) : withRows;
};

/** Where open concerns lead to this one, its subject and status follow. */
const patchLinks = (state: DeskState, event: LoggedEvent<"concern.changed">): DeskState => {
  const { subject, status } = event.data.patch;
  if (subject === undefined && status === undefined) return state;
  const part = { ...(subject === undefined ? {} : { subject }), ...(status === undefined ? {} : { status }) };
  let next = state;
  for (const [id, { concern, upTo }] of Object.entries(state.opened))
    if (upTo < event.seq && leadsTo(concern, event.concernId))
      next = inOpened(next, id, (opened) => ({
        ...opened,
        concern: {
          ...opened.concern,
          moves: subject === undefined ? opened.concern.moves : renamed(opened.concern.moves, event.concernId, subject),
          links: opened.concern.links.map((link) => (link.concernId === event.concernId ? { ...link, ...part } : link)),
        },
      }));
  return next;
};

/** The spread of a partial type says "maybe undefined" although absent parts are absent on the wire. */
const patched = (row: ConcernRow, patch: EventData<"concern.changed">["patch"]): ConcernRow =>
  ({ ...row, ...patch }) as ConcernRow;

const rowInDetail = (state: DeskState, row: ConcernRow): DeskState => {
  const opened = state.opened[row.id];
  if (!opened || opened.concern.row === row || opened.concern.row.version > row.version) return state;
  return { ...state, opened: { ...state.opened, [row.id]: { ...opened, concern: { ...opened.concern, row } } } };
};

const inOpened = (state: DeskState, concernId: string, change: (opened: Opened) => Opened): DeskState => {
  const opened = state.opened[concernId];
  return opened ? { ...state, opened: { ...state.opened, [concernId]: change(opened) } } : state;
};

/** Changes an open concern unless the answer that opened it included the event already. */
const afterwards = (state: DeskState, event: AnyEvent, change: (opened: Opened) => Opened): DeskState =>
  event.concernId === null || (state.opened[event.concernId]?.upTo ?? 0) >= event.seq
    ? state
    : inOpened(state, event.concernId, change);

const inDetail = (state: DeskState, event: AnyEvent, change: (detail: ConcernDetail) => ConcernDetail): DeskState =>
  afterwards(state, event, (opened) => ({ ...opened, concern: change(opened.concern) }));

/** Puts an announced message in its place without a body, and remembers to fetch it. */
const announce = (opened: Opened, logged: EventData<"message.added">["message"]): Opened => {
  if (opened.messages.some((message) => message.id === logged.id)) return opened;
  const message: Message = { ...logged, text: "", parts: [], foldedText: "", html: null, files: [], rawUrl: null };
  return { ...opened, messages: withMessage(opened.messages, message), incomplete: [...opened.incomplete, logged.id] };
};

const withMessage = (messages: readonly Message[], message: Message): readonly Message[] => {
  const known = messages.find((m) => m.id === message.id);
  const { deliveries, scheduled, at } = known && known.version > message.version ? known : message;
  const version = Math.max(known?.version ?? 0, message.version);
  return [...messages.filter((m) => m.id !== message.id), { ...message, deliveries, scheduled, at, version }].toSorted(
    (a, b) => a.seq - b.seq,
  );
};

const withDelivery = (message: Message, data: EventData<"delivery.changed">): Message =>
  data.version <= message.version
    ? message
    : { ...message, version: data.version, deliveries: upsert(message.deliveries, data.delivery) };

const followersAfter = (followers: readonly AgentId[], data: EventData<"concern.followed">): AgentId[] => {
  const others = followers.filter((id) => id !== data.agentId);
  return data.following ? [...others, data.agentId] : others;
};
