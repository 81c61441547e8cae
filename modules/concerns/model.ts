// Decides about concerns: statuses, what a message does to the row, subjects, snippets, patches. Called by actions; pure.
import type { Change, ConcernRow, Direction, Status } from "#contract/concerns.ts";
import type { EventData } from "#contract/events.ts";
import type { TierId } from "#contract/ids.ts";
import { storable } from "#lib/text.ts";
import type { Kept } from "#modules/promises/model.ts";

export { storable };

/** A stored file of an arriving message, with the name its sender gave it. */
export interface IncomingFile {
  readonly name: string;
  readonly inlineId: string | null;
  /** It belongs to the original that was forwarded as an attached message. */
  readonly ofOriginal?: boolean;
  /** Session secrets or card numbers were found in it. */
  readonly secret?: boolean;
  readonly stored: {
    readonly hash: string;
    readonly sizeBytes: number;
    readonly mediaType: string;
    readonly image: object | null;
  };
}

/** A concern as its row in the table has it: what lists show, and the times only the concern itself shows. */
export interface ConcernState extends ConcernRow {
  readonly firstReplyAt: string | null;
  readonly resolvedAt: string | null;
  readonly closedAt: string | null;
  readonly lastSeq: number;
  /** The tier of its customer that counts. */
  readonly tierId: TierId | null;
  /** What its promises are judged by; null: nothing is promised, or nobody has looked yet. */
  readonly promises: Kept | null;
  /** When a timer has to look at its promises. */
  readonly promiseAt: string | null;
  /** What revision of the rules stood there when the row was locked; absent: it was not. */
  readonly promiseRevision?: number;
  /** Everything of it went there, and what still comes for it goes there. */
  readonly mergedInto?: ConcernRow["id"] | null;
}

export type Patch = EventData<"concern.changed">["patch"];

/** Messages of one new sender within this time are one burst, and one concern: nobody writes about two things in two minutes. */
export const burstMs = 120_000;
/** A mail that was under way for longer than this is no part of a burst. */
export const burstDelayMs = 15 * 60_000;
/** For how long a delivery is tried (RFC 5321 section 4.5.4.1 asks for four to five days). */
export const giveUpMs = 5 * 24 * 3_600_000;
/** Most people that one message brings into a concern. */
export const mostParties = 20;

const reachable: Readonly<Record<Status, readonly Status[]>> = {
  new: ["open", "waiting", "resolved", "closed"],
  open: ["waiting", "resolved", "closed"],
  waiting: ["open", "resolved", "closed"],
  snoozed: ["open", "waiting", "resolved", "closed"],
  resolved: ["open", "waiting", "closed"],
  closed: ["open"],
};

/** May an agent set this status? A status may always be kept. */
export const mayBecome = (from: Status, to: Status): boolean => from === to || reachable[from].includes(to);

const isDone = (status: Status): boolean => status === "resolved" || status === "closed";

/** The concern in another status, with every time that hangs on it. */
export const withStatus = (state: ConcernState, status: Status, at: string): ConcernState => ({
  ...state,
  status,
  snoozedUntil: status === "snoozed" ? state.snoozedUntil : null,
  waitingSince: isDone(status) || status === "waiting" ? null : state.waitingSince,
  resolvedAt: isDone(status) ? (state.resolvedAt ?? at) : null,
  closedAt: status === "closed" ? (state.closedAt ?? at) : null,
});

/** What a message looks like to the row of its concern. */
export interface Arriving {
  readonly direction: Direction;
  readonly at: string;
  readonly text: string;
  readonly subject: string | null;
  readonly channelKind: ConcernRow["channels"][number] | null;
  /** Written by a machine: it moves nothing but the count. */
  readonly automatic: boolean;
}

const later = (a: string, b: string): string => (a > b ? a : b);

/** The concern with one message more. Its status follows a customer's message; an agent's answer sets it itself. */
export const withMessage = (state: ConcernState, message: Arriving): ConcernState => {
  const counted: ConcernState = {
    ...state,
    lastSeq: state.lastSeq + 1,
    messageCount: state.messageCount + (message.direction === "system" ? 0 : 1),
    channels:
      message.channelKind === null || message.direction === "system" || state.channels.includes(message.channelKind)
        ? state.channels
        : [...state.channels, message.channelKind],
  };
  if (message.direction === "system" || (message.automatic && message.direction === "out")) return counted;
  const shown: ConcernState = {
    ...counted,
    snippet: previewOf(message),
    lastDirection: message.direction,
    lastMessageAt: later(state.lastMessageAt, message.at),
  };
  if (message.direction === "note" || message.automatic) return shown;
  if (message.direction === "out")
    return { ...shown, waitingSince: null, firstReplyAt: state.firstReplyAt ?? message.at };
  const live = state.status === "new" ? shown : withStatus(shown, "open", message.at);
  return { ...live, waitingSince: state.waitingSince ?? message.at };
};

/** What a customer's message to this concern does: goes in (and wakes or reopens it), or begins a follow-up. */
export const onArrival = (
  state: Pick<ConcernState, "status">,
  whenClosed: "reopen" | "follow-up",
  automatic: boolean,
): "append" | "follow-up" =>
  state.status === "closed" && whenClosed === "follow-up" && !automatic ? "follow-up" : "append";

/** Applies an agent's change; the store has checked that whoever and whatever it names exists. */
export const withChange = (
  state: ConcernState,
  change: Change,
  topicTeam: ConcernRow["teamId"],
  at: string,
): ConcernState => {
  const next = change.status === undefined ? state : withStatus(state, change.status, at);
  const moved =
    change.topicId === undefined ? next : { ...next, topicId: change.topicId, teamId: next.teamId ?? topicTeam };
  return {
    ...moved,
    priority: change.priority ?? moved.priority,
    subject: change.subject === undefined ? moved.subject : lineOf(change.subject, 500),
    assigneeId: change.assigneeId === undefined ? moved.assigneeId : change.assigneeId,
    teamId: change.teamId === undefined ? moved.teamId : change.teamId,
    tags: withTags(moved.tags, change),
  };
};

const withTags = (now: readonly string[], { tags, addTags = [], removeTags = [] }: Change): string[] => {
  const gone = new Set(cleanTags(removeTags));
  const kept = (tags === undefined ? now : cleanTags(tags)).filter((tag) => !gone.has(tag));
  return [...new Set([...kept, ...cleanTags(addTags)])];
};

/** Tags as concerns carry them; what nothing is left of is left out. */
export const cleanTags = (tags: readonly string[]): string[] =>
  tags.map((tag) => lineOf(tag, 60)).filter((tag) => tag !== "");

const undoableKeys = [
  "status",
  "snippet",
  "lastDirection",
  "lastMessageAt",
  "waitingSince",
  "snoozedUntil",
  "firstReplyAt",
  "resolvedAt",
  "closedAt",
] as const satisfies readonly (keyof ConcernState)[];

/** The part of a concern that an answer moves, and that taking it back restores. */
export type Undoable = Pick<ConcernState, (typeof undoableKeys)[number]>;

/** What has to be remembered of a concern so that an answer can be taken back. */
export const undoable = (state: ConcernState): Undoable => ({
  status: state.status,
  snippet: state.snippet,
  lastDirection: state.lastDirection,
  lastMessageAt: state.lastMessageAt,
  waitingSince: state.waitingSince,
  snoozedUntil: state.snoozedUntil,
  firstReplyAt: state.firstReplyAt,
  resolvedAt: state.resolvedAt,
  closedAt: state.closedAt,
});

/** The concern as it was before the answer; what others changed since the answer stays as they left it. */
export const restored = (state: ConcernState, before: Undoable, after: Undoable): ConcernState => {
  const back: Record<string, unknown> = {};
  for (const key of undoableKeys) if (state[key] === after[key]) back[key] = before[key];
  return { ...state, ...back };
};

const rowKeys = [
  "subject",
  "status",
  "priority",
  "topicId",
  "tags",
  "assigneeId",
  "teamId",
  "customerId",
  "customerName",
  "channels",
  "snippet",
  "lastDirection",
  "lastMessageAt",
  "waitingSince",
  "snoozedUntil",
  "promiseKind",
  "promiseState",
  "promiseRuleId",
  "dueAt",
  "missed",
  "deliveryFailed",
  "rating",
  "messageCount",
  "language",
] as const satisfies readonly (keyof ConcernRow)[];

/** The parts of the row that differ, with the next version; null when nothing differs. */
export const patchOf = (before: ConcernState, after: ConcernState): Patch | null => {
  const patch: Record<string, unknown> = {};
  for (const key of rowKeys) if (!same(before[key], after[key])) patch[key] = after[key];
  return Object.keys(patch).length === 0 ? null : { ...patch, version: before.version + 1 };
};

/** Equality of two column values: scalars, or lists of scalars. */
export const same = (a: unknown, b: unknown): boolean =>
  a === b ||
  (Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((value, index) => value === b[index]));

/** The row as lists have it, without what only the concern itself shows. */
export const rowOf = (state: ConcernState): ConcernRow => {
  const {
    firstReplyAt: _first,
    resolvedAt: _resolved,
    closedAt: _closed,
    lastSeq: _last,
    tierId: _tier,
    promises: _promises,
    promiseAt: _promiseAt,
    promiseRevision: _revision,
    mergedInto: _merged,
    ...row
  } = state;
  return row;
};

/** One line of printable text of at most `most` characters. */
export const lineOf = (text: string, most: number): string =>
  cut(
    storable(text.slice(0, most * 4))
      .replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+/g, " ")
      .trim(),
    most,
  );

/** Characters are code points, as the contract counts them: what it lets in is not cut. */
const cut = (text: string, most: number): string => {
  if (text.length <= most) return text;
  const points = Array.from(text.slice(0, most * 2).toWellFormed());
  return points.length <= most && text.length <= most * 2
    ? text
    : points
        .slice(0, most)
        .join("")
        .replace(/\ufffd$/, "");
};

/** The first 160 characters of a text, in one line. */
export const snippetOf = (text: string): string => cut(storable(text.slice(0, 2_000)).replace(/\s+/g, " ").trim(), 160);

/** What a list shows of a message: its own words before what it quotes, else its subject. */
export const previewOf = ({ text, subject }: { readonly text: string; readonly subject: string | null }): string => {
  const own = text
    .slice(0, 2_000)
    .split("\n")
    .filter((line) => !line.startsWith(">"))
    .join("\n");
  return snippetOf(own.trim() === "" ? text || (subject ?? "") : own);
};

const prefix = /^(?:re|aw|antw|antwort|sv|vs|fwd?|wg|wtr|tr|rv|res|ref)(?:\[\d{1,3}\])?:\s{0,5}/i;

/** A subject without "Re:", "AW:", "Fwd:" and without our own "[#1234]"; "" when nothing is left. */
export const cleanSubject = (subject: string | null): string => {
  let rest = lineOf(subject ?? "", 500)
    .replace(/\[#\d{1,12}\]/g, "")
    .trim();
  for (let times = 0; times < 20 && prefix.test(rest); times += 1) rest = rest.replace(prefix, "").trim();
  return rest;
};

/** Most of a text that a concern is called by. In characters. */
const longestBeginning = 80;

/** The beginning of a text as a name: whole words and a sign that there is more; what has no spaces is cut where it is. */
const beginningOf = (text: string): string => {
  const line = snippetOf(text);
  if (cut(line, longestBeginning) === line) return line;
  return `${cut(line, longestBeginning - 1).replace(/\s\S{0,40}$/, "")}…`;
};

/** What a new concern is called: the cleaned subject, else the beginning of the text, else a dash. */
export const subjectFor = (subject: string | null, text: string): string => {
  const cleaned = cleanSubject(subject);
  if (cleaned !== "") return cleaned;
  const first = beginningOf(text);
  return first === "" ? "–" : first.toWellFormed();
};

/** Handles mentioned in a note, lower case, each once, at most 50. */
export const mentionsIn = (text: string): string[] => {
  const found = new Set<string>();
  for (const match of text.slice(0, 200_000).matchAll(/(?:^|[\s(,;:>])@([a-z0-9][a-z0-9._-]{1,30})/gi)) {
    // A full stop or dash at the end belongs to the sentence as often as to the handle: both are looked up.
    const word = (match[1] ?? "").toLowerCase();
    found.add(word);
    found.add(word.replace(/[._-]{1,31}$/, ""));
    if (found.size >= 100) break;
  }
  return [...found].filter((word) => word.length >= 2);
};

/** A new concern before its first message. */
export const emptyConcern = (
  facts: Pick<ConcernState, "id" | "brandId" | "subject" | "customerId" | "customerName" | "tierId" | "language"> & {
    readonly at: string;
    readonly status: Status;
  } & Partial<Pick<ConcernState, "tags" | "topicId" | "teamId" | "assigneeId">>,
): ConcernState => ({
  id: facts.id,
  number: 0,
  brandId: facts.brandId,
  subject: facts.subject,
  status: facts.status,
  priority: "normal",
  topicId: facts.topicId ?? null,
  tags: facts.tags ?? [],
  assigneeId: facts.assigneeId ?? null,
  teamId: facts.teamId ?? null,
  customerId: facts.customerId,
  customerName: facts.customerName,
  tierId: facts.tierId,
  channels: [],
  snippet: "",
  lastDirection: "in",
  lastMessageAt: facts.at,
  waitingSince: null,
  snoozedUntil: null,
  promiseKind: null,
  promiseState: null,
  promiseRuleId: null,
  dueAt: null,
  missed: [],
  deliveryFailed: false,
  rating: null,
  messageCount: 0,
  language: facts.language,
  createdAt: facts.at,
  version: 1,
  firstReplyAt: null,
  resolvedAt: null,
  closedAt: null,
  promises: null,
  promiseAt: null,
  lastSeq: 0,
});
