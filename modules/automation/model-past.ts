// What rules would have done with a concern's past as the log tells it: each entry with the concern as it was then, by the same conditions and the same way
// through the rules as in earnest. Called by automation/reads-past.ts; pure.
import type { Action, AutomationRule, Cause, Condition, Happening, Stretch } from "#contract/automation.ts";
import type { ConcernRow } from "#contract/concerns.ts";
import type { AnyEvent, EventKind } from "#contract/events.ts";
import type { FieldValues } from "#contract/fields.ts";
import {
  aboutOf,
  concerns,
  deedOf,
  happeningsBetween,
  happeningsOf,
  heldBy,
  through,
  type Facts,
  type Parents,
  type RuledRow,
} from "#modules/automation/model.ts";
import { afterOpen, openAt, type OpenHours } from "#modules/hours/model.ts";

/** The kinds of entries that tell it. */
export const pastKinds = [
  "concern.created",
  "concern.removed",
  "concern.changed",
  "concern.fieldsChanged",
  "concern.followed",
  "concern.resolvedAt",
  "message.added",
  "message.moved",
  "message.scheduled",
  "promise.warned",
  "promise.missed",
  "rating.given",
] as const satisfies readonly EventKind[];

/** What the rules are tried with: as it is today. */
export interface TrialBook {
  readonly rules: readonly AutomationRule[];
  readonly parents: Parents;
  /** The opening hours of a brand; null: always open. */
  readonly hoursOf: (brandId: string) => OpenHours | null;
  /** From when the rules act, as if they had been set then; and until when. */
  readonly from: string;
  readonly now: string;
}

/** One concern: all its entries in the log's order, what was said by the messages' ids, and its customer as they are today. */
interface PastConcern {
  readonly events: readonly AnyEvent[];
  readonly words: ReadonlyMap<string, NonNullable<Facts["message"]>>;
  readonly customer: Facts["customer"];
}

/** One time a rule would have acted. */
export interface PastAct {
  readonly ruleId: AutomationRule["id"];
  readonly at: string;
  readonly cause: Cause;
  readonly conditions: readonly Condition[];
  /** By their places among the rule's actions; `same`: an agent did the same within a day; null: cannot be said (yet). */
  readonly deeds: readonly { readonly place: number; readonly same: boolean | null }[];
}

/** The concern at a moment of its past. */
interface Then {
  readonly row: ConcernRow;
  readonly fields: FieldValues;
  readonly resolvedAt: string | null;
  /** When it began to wait for the customer, or we said something last. */
  readonly waitsAt: string;
  /** What the customer's side said last, and what we did: messages' ids. */
  readonly lastIn: string | null;
  readonly lastOut: string | null;
  /** It is not there any more, or its messages are in another one. */
  readonly isGone: boolean;
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const later = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();

/** What an entry makes of a concern; null: the log does not know how it began. */
const thenAfter = (before: Then | null, event: AnyEvent): Then | null => {
  if (event.kind === "concern.created") {
    const { row } = event.data;
    const resolvedAt = row.status === "resolved" || row.status === "closed" ? event.at : null;
    return { row, fields: {}, resolvedAt, waitsAt: event.at, lastIn: null, lastOut: null, isGone: false };
  }
  if (before === null) return null;
  switch (event.kind) {
    case "concern.removed":
      return { ...before, isGone: true };
    case "concern.changed": {
      const { patch } = event.data;
      const row = { ...before.row, ...patch } as ConcernRow;
      return { ...before, row, waitsAt: patch.status === "waiting" ? event.at : before.waitsAt };
    }
    case "concern.fieldsChanged":
      return { ...before, fields: event.data.fields };
    case "concern.resolvedAt":
      return { ...before, resolvedAt: event.data.at };
    case "message.moved": {
      const { move, undone } = event.data;
      return move.what === "merge" && move.side === "from" ? { ...before, isGone: !undone } : before;
    }
    case "message.added": {
      const { id, direction, automatic, scheduled } = event.data.message;
      if (scheduled !== null) return before;
      if (direction === "in") return { ...before, lastIn: id };
      if (direction !== "out") return before;
      return { ...before, lastOut: id, waitsAt: automatic === null ? event.at : before.waitsAt };
    }
    case "message.scheduled":
      return event.data.scheduled === null ? { ...before, lastOut: event.data.messageId, waitsAt: event.at } : before;
    default:
      return before;
  }
};

/** The row as an action would leave it; the same object: it would change nothing; null: that it would do something does not show in the row. */
const rowAfter = (row: RuledRow, action: Action): RuledRow | null => {
  switch (action.do) {
    case "priority":
      return row.priority === action.priority ? row : { ...row, priority: action.priority };
    case "topic":
      return row.topicId === action.topicId ? row : { ...row, topicId: action.topicId };
    case "status":
      return row.status === action.status ? row : { ...row, status: action.status };
    case "snooze":
      return row.status === "resolved" || row.status === "closed" ? row : { ...row, status: "snoozed" };
    case "assignee":
      return row.assigneeId === action.agentId ? row : { ...row, assigneeId: action.agentId as RuledRow["assigneeId"] };
    case "team":
      return row.teamId === action.teamId ? row : { ...row, teamId: action.teamId };
    case "addTags": {
      const fresh = action.tags.map((tag) => tag.trim()).filter((tag) => !row.tags.includes(tag));
      return fresh.length === 0 ? row : { ...row, tags: [...row.tags, ...new Set(fresh)] };
    }
    case "removeTags": {
      const gone = action.tags.map((tag) => tag.trim());
      return row.tags.some((tag) => gone.includes(tag))
        ? { ...row, tags: row.tags.filter((tag) => !gone.includes(tag)) }
        : row;
    }
    case "stop":
      return row;
    default:
      return null;
  }
};

/** Does an agent's entry do what the action would have done? Undefined: that cannot be compared. An answer of their own words is the same. */
export const isSame = (action: Action, event: AnyEvent): boolean | undefined => {
  const patch: Partial<ConcernRow> = event.kind === "concern.changed" ? (event.data.patch as Partial<ConcernRow>) : {};
  switch (action.do) {
    case "priority":
      return patch.priority === action.priority;
    case "topic":
      return patch.topicId === action.topicId;
    case "status":
      return patch.status === action.status;
    case "snooze":
      return patch.status === "snoozed";
    case "assignee":
      return patch.assigneeId === action.agentId;
    case "team":
      return patch.teamId === action.teamId;
    case "addTags":
      return patch.tags !== undefined && action.tags.every((tag) => patch.tags?.includes(tag.trim()));
    case "removeTags":
      return patch.tags !== undefined && !action.tags.some((tag) => patch.tags?.includes(tag.trim()));
    case "reply":
      return happeningsOf(event).includes("messageOut");
    case "follow":
      return event.kind === "concern.followed" && event.data.agentId === action.agentId && event.data.following;
    default:
      return undefined;
  }
};

/** Can people's deeds be held against it? */
export const isComparable = (action: Action): boolean =>
  action.do !== "note" && action.do !== "notify" && action.do !== "stop";

/** What sets rules off. */
interface Trigger {
  readonly at: string;
  readonly happened: readonly Happening[];
  readonly only: AutomationRule["id"] | null;
  readonly by: Facts["by"];
  readonly messageId: string | null;
  readonly deed: string;
  readonly about: string;
  /** The place of the first entry after it. */
  readonly next: number;
}

type Timed = AutomationRule & { readonly when: Extract<AutomationRule["when"], { by: "time" }> };

interface Timer {
  readonly anchor: string;
  readonly dueAt: string;
  readonly state: "waits" | "passed" | "acted" | "old";
}

/** Goes through one concern's past. `turn`: lets others have theirs, now and then. */
export const replay = async (
  book: TrialBook,
  concern: PastConcern,
  turn: () => Promise<void>,
): Promise<readonly PastAct[]> => {
  const rules = book.rules.filter(({ on }) => on);
  const timed = rules.filter((one): one is Timed => one.when.by === "time");
  const acts: PastAct[] = [];
  const done: Done = { ran: new Set(), spent: new Set(), answered: new Map() };
  const timers = new Map<AutomationRule["id"], Timer>();
  let then: Then | null = null;
  let passes = 0;

  const pass = async (at: Then, trigger: Trigger): Promise<readonly AutomationRule["id"][]> => {
    passes += 1;
    if (passes % 5 === 0) await turn();
    const these = await passOf({ book, concern, rules, done }, at, trigger);
    acts.push(...these);
    return these.map(({ ruleId }) => ruleId);
  };
  /** Lets the timers act that are due before then. */
  const tick = async (until: string, next: number): Promise<void> => {
    for (;;) {
      const due = timed
        .flatMap((rule) => {
          const timer = timers.get(rule.id);
          return timer?.state === "waits" && timer.dueAt < until ? [{ rule, timer }] : [];
        })
        .toSorted((a, b) => (a.timer.dueAt < b.timer.dueAt ? -1 : a.timer.dueAt > b.timer.dueAt ? 1 : 0))[0];
      if (due === undefined || then === null || then.isGone) return;
      const { rule, timer } = due;
      const acted = await pass(then, {
        at: timer.dueAt,
        happened: [],
        only: rule.id,
        by: "program",
        messageId: null,
        deed: `${rule.when.since} ${timer.anchor}`,
        about: "",
        next,
      });
      timers.set(rule.id, { ...timer, state: acted.includes(rule.id) ? "acted" : "passed" });
    }
  };

  const { events } = concern;
  for (let place = 0; place < events.length;) {
    const first = events[place] as AnyEvent;
    let next = place;
    while (next < events.length && deedOf(events[next] as AnyEvent) === deedOf(first)) next += 1;
    await tick(first.at, place);
    // All that one deed did is done when rules look.
    const heard: { readonly event: AnyEvent; readonly happened: readonly Happening[] }[] = [];
    for (const event of events.slice(place, next)) {
      heard.push({ event, happened: happenedBy(then, event) });
      then = thenAfter(then, event);
    }
    const { kind } = first.actor;
    const by = kind === "agent" || kind === "customer" ? kind : "program";
    if (by !== "program") done.spent.clear();
    if (then !== null && !then.isGone && first.at >= book.from)
      for (const { event, happened } of heard)
        if (concerns(rules, happened))
          await pass(then, {
            at: event.at,
            happened,
            only: null,
            by,
            messageId: messageOf(event),
            deed: deedOf(event),
            about: aboutOf(event),
            next,
          });
    if (then !== null) wind(book, timed, timers, then, first.at);
    place = next;
  }
  await tick(later(book.now, 1), events.length);
  return acts;
};

const messageOf = (event: AnyEvent): string | null =>
  event.kind === "message.added"
    ? event.data.message.id
    : event.kind === "message.scheduled"
      ? event.data.messageId
      : null;

/** A tag that goes is none that is added. */
const happenedBy = (before: Then | null, event: AnyEvent): readonly Happening[] => {
  const happened = happeningsOf(event);
  if (event.kind !== "concern.changed" || !happened.includes("tags")) return happened;
  const had = before?.row.tags ?? [];
  return event.data.patch.tags?.some((tag) => !had.includes(tag)) === true
    ? happened
    : happened.filter((one) => one !== "tags");
};

/** Winds the timers by the concern as it is then, as actions-timers.ts does it; what was due before the rules are tried is left alone. */
const wind = (
  book: TrialBook,
  timed: readonly Timed[],
  timers: Map<AutomationRule["id"], Timer>,
  { row, resolvedAt, waitsAt, isGone }: Then,
  at: string,
): void => {
  const isDone = row.status === "resolved" || row.status === "closed";
  const anchors: Record<Stretch, string | null> = {
    customer: row.status === "waiting" ? waitsAt : null,
    us: isDone ? null : row.waitingSince,
    resolved: row.status === "resolved" ? resolvedAt : null,
  };
  for (const { id, when } of timed) {
    const anchor = isGone ? null : anchors[when.since];
    const hours = when.counted === "clock" ? null : book.hoursOf(row.brandId);
    const due = anchor === null ? null : afterOpen(hours, Date.parse(anchor), when.minutes * minuteMs);
    const before = timers.get(id);
    if (anchor === null || due === null) timers.delete(id);
    else if (before?.anchor !== anchor || before.state === "waits") {
      const dueAt = new Date(due).toISOString();
      if (before?.anchor !== anchor || before.dueAt > at)
        timers.set(id, { anchor, dueAt, state: dueAt < book.from ? "old" : "waits" });
    } else if (before.state === "passed") timers.set(id, { anchor, dueAt: at, state: "waits" });
  }
};

/** What was done before, so that nothing is done twice: see `hasRun`, `isSpent` and `mayAnswer` in actions-acting.ts. */
interface Done {
  readonly ran: Set<string>;
  readonly spent: Set<string>;
  /** When a rule answered last. */
  readonly answered: Map<string, string>;
}

interface Trying {
  readonly book: TrialBook;
  readonly concern: PastConcern;
  readonly rules: readonly AutomationRule[];
  readonly done: Done;
}

/** Takes what happened through the rules. Those below see what those above would have done; what comes later does not. */
const passOf = async (
  { book, concern, rules, done }: Trying,
  then: Then,
  trigger: Trigger,
): Promise<readonly PastAct[]> => {
  const { at, by, deed, about, next } = trigger;
  const hours = book.hoursOf(then.row.brandId);
  const wordsOf = (id: string | null): Facts["message"] => (id === null ? null : (concern.words.get(id) ?? null));
  const facts: Omit<Facts, "row"> = {
    fields: then.fields,
    customer: concern.customer,
    message: wordsOf(trigger.messageId ?? then.lastIn ?? then.lastOut),
    isOpen: hours === null || openAt(hours, new Date(at)),
    by,
  };
  const came = wordsOf(then.lastIn);
  const acts: PastAct[] = [];
  const begin = { happened: trigger.happened, only: trigger.only, state: then.row as RuledRow };
  await through(rules, begin, (rule, cause, row) => {
    const held = heldBy(rule, { ...facts, row }, book.parents);
    const [run, spent] = [`${rule.id} ${deed}`, `${rule.id} ${about}`];
    if (held === null || done.ran.has(run) || (by === "program" && done.spent.has(spent))) return Promise.resolve(null);
    const answeredAt = done.answered.get(rule.id);
    let mayAnswer =
      came !== null &&
      !came.isMachine &&
      came.assurance !== "failed" &&
      (answeredAt === undefined || answeredAt <= later(at, -dayMs));
    const spoke = { note: false, out: false };
    const deeds: PastAct["deeds"][number][] = [];
    let now = row;
    for (const [place, action] of rule.actions.entries()) {
      const changed = rowAfter(now, action);
      if (changed === now || (action.do === "reply" && !mayAnswer)) continue;
      now = changed ?? now;
      if (action.do === "reply") {
        spoke.out = true;
        mayAnswer = false;
        done.answered.set(rule.id, at);
      }
      spoke.note ||= action.do === "note";
      deeds.push({ place, same: sameAfter(concern.events, next, action, at, book.now) });
    }
    if (deeds.length > 0) {
      done.ran.add(run);
      done.spent.add(spent);
    }
    acts.push({ ruleId: rule.id, at, cause, conditions: held, deeds });
    return Promise.resolve({
      state: now,
      happened: happeningsBetween(row, now, spoke),
      stops: rule.actions.some((one) => one.do === "stop"),
    });
  });
  return acts;
};

/** Did an agent do the same within a day? Null: cannot be compared, or has not been done and the day is not over. */
const sameAfter = (
  events: readonly AnyEvent[],
  next: number,
  action: Action,
  at: string,
  now: string,
): boolean | null => {
  const until = later(at, dayMs);
  for (let place = next; place < events.length; place += 1) {
    const event = events[place] as AnyEvent;
    if (event.at > until) break;
    if (event.actor.kind === "agent" && isSame(action, event) === true) return true;
  }
  return isComparable(action) && until <= now ? false : null;
};
