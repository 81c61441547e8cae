// Which promise a concern is under, until when it is to be kept, and whether it was. Called by concerns/actions-promises.ts and the screen's forecast; pure.
import type { ChannelKind } from "#contract/channel.ts";
import type { Direction, Priority, Status } from "#contract/concerns.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import type { Hours, OwnedHours } from "#contract/hours.ts";
import type { PromiseRuleId } from "#contract/ids.ts";
import { promiseKinds, type PromiseKind, type PromiseState } from "#contract/promise-state.ts";
import type { PromiseRule } from "#contract/promises.ts";
import { storable } from "#lib/text.ts";
import { afterOpen, openWithin } from "#modules/hours/model.ts";

/** Everything promises are judged by, as of one revision: it rises with every change of rules, opening hours and topics. */
export interface Book {
  readonly revision: number;
  readonly rules: readonly PromiseRule[];
  readonly hours: readonly OwnedHours[];
  /** Topics with the one above each. */
  readonly parents: ReadonlyMap<string, string | null>;
}

/** What of a concern's row promises hang on. */
export interface Facts {
  readonly brandId: string;
  readonly status: Status;
  readonly priority: Priority;
  readonly topicId: string | null;
  /** The tier of the customer that counts. */
  readonly tierId: string | null;
  readonly channels: readonly ChannelKind[];
  readonly createdAt: string;
  readonly waitingSince: string | null;
  readonly firstReplyAt: string | null;
  readonly lastDirection: Direction;
}

type Phase = "active" | "waiting" | "snoozed" | "done";

/** One promise of a concern: since when it runs, until when it ran. Due times are not kept: they follow from the book. */
export interface Clock {
  readonly kind: PromiseKind;
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** It ended because nobody waited for it any more, though it was not done. */
  readonly dropped: boolean;
  /** It was missed, and that is said; it stays so whatever becomes of rules. */
  readonly missed: boolean;
  /** The time to warn has come and was seen to; the same of the escalation. */
  readonly warned: boolean;
  readonly escalated: boolean;
}

/** What a concern keeps of its promises: enough to judge them by any rule and any hours. */
export interface Kept {
  readonly revision: number;
  /** The rule that fits. */
  readonly ruleId: PromiseRuleId | null;
  /** Since when it was in which state, the oldest first. */
  readonly phases: readonly (readonly [at: string, phase: Phase])[];
  readonly clocks: readonly Clock[];
}

/** What happened to a promise at this step, for the log. */
export interface Happened {
  readonly what: "kept" | "missed" | "late";
  readonly promise: PromiseKind;
  readonly ruleId: PromiseRuleId;
  readonly rule: string;
  readonly dueAt: string | null;
  /** Service time beyond what was promised; 0 unless "late". */
  readonly lateMs: number;
}

/** What the row shows. */
export interface Shown {
  readonly promiseKind: PromiseKind | null;
  readonly promiseState: PromiseState | null;
  readonly promiseRuleId: PromiseRuleId | null;
  readonly dueAt: string | null;
}

export interface Stepped extends Shown {
  readonly kept: Kept | null;
  readonly missed: readonly PromiseKind[];
  /** When somebody has to look at it again though nothing happens to it; null: never. */
  readonly promiseAt: string | null;
  readonly happened: readonly Happened[];
}

const nothingShown: Shown = { promiseKind: null, promiseState: null, promiseRuleId: null, dueAt: null };

/** A concern that changed its state more often than this is judged as if the oldest changes had not been. */
const mostPhases = 200;

const minuteMs = 60_000;

const phaseOf = (status: Status): Phase =>
  status === "resolved" || status === "closed"
    ? "done"
    : status === "waiting" || status === "snoozed"
      ? status
      : "active";

/** Does the rule fit? No tiers named: it does not matter. A topic's rule fits every topic below it. The channel is the first that the concern came by. */
const fits = ({ when }: PromiseRule, facts: Facts, parents: Book["parents"]): boolean =>
  (when.brandId === null || when.brandId === facts.brandId) &&
  (when.priorities.length === 0 || when.priorities.includes(facts.priority)) &&
  (when.channelKind === null || when.channelKind === facts.channels[0]) &&
  (!when.tierIds?.length || when.tierIds.some((id) => id === facts.tierId)) &&
  (when.topicId === null || isBelow(facts.topicId, when.topicId, parents));

const isBelow = (topicId: string | null, wanted: string, parents: Book["parents"]): boolean => {
  let at = topicId;
  for (let steps = 0; at !== null && steps <= parents.size; steps += 1) {
    if (at === wanted) return true;
    at = parents.get(at) ?? null;
  }
  return false;
};

/** The first rule that fits. */
export const ruleFor = (book: Book, facts: Facts): PromiseRule | null =>
  book.rules.find((rule) => fits(rule, facts, book.parents)) ?? null;

/** The hours a rule is counted by; null: always open. */
const hoursOf = (book: Book, rule: PromiseRule, facts: Facts): Hours | null => {
  const of = (kind: "brand" | "channel", id: string): Hours | undefined =>
    book.hours.find(({ owner }) => owner.kind === kind && owner.id === id)?.hours;
  if (rule.hours.kind === "always") return null;
  return (
    (rule.hours.kind === "channel" ? of("channel", rule.hours.id) : undefined) ?? of("brand", facts.brandId) ?? null
  );
};

/** The stretches in which a clock runs, each until the next pause; the last one has no end while it runs. In milliseconds since 1970. */
const runs = (phases: Kept["phases"], clock: Clock, pauses: PromiseRule["pauses"]): { from: number; to: number }[] => {
  const begins = Date.parse(clock.startedAt);
  const still = new Set<Phase>([...pauses, "done"]);
  return phases.flatMap(([at, phase], index) => {
    const next = phases[index + 1];
    // What came before the first state that is known counts as that.
    const from = index === 0 ? begins : Math.max(begins, Date.parse(at));
    const to = next === undefined ? Number.POSITIVE_INFINITY : Date.parse(next[0]);
    return still.has(phase) || to <= from ? [] : [{ from, to }];
  });
};

/** When a clock has run for so long; null: it stands still before that, or the hours never come to it. */
const reachedAt = (
  hours: Hours | null,
  running: readonly { from: number; to: number }[],
  ms: number,
): number | null => {
  let left = ms;
  for (const { from, to } of running) {
    const at = afterOpen(hours, from, left);
    if (at !== null && at <= to) return at;
    if (to === Number.POSITIVE_INFINITY) return null;
    left -= openWithin(hours, from, to);
  }
  return null;
};

const nearAfterMs = ({ warn }: PromiseRule, targetMs: number): number =>
  warn.by === "share" ? (targetMs * warn.percent) / 100 : Math.max(0, targetMs - warn.minutes * minuteMs);

const iso = (at: number): string => new Date(at).toISOString();
const later = (a: string, b: string): string => (a > b ? a : b);

interface Times {
  readonly due: number | null;
  readonly near: number | null;
  readonly escalate: number | null;
}

/** What a clock comes to by its rule: when it is due, near and to be escalated; null: it stands still before that. */
const timesOf = (book: Book, rule: PromiseRule, facts: Facts, phases: Kept["phases"], clock: Clock): Times | null => {
  const target = rule.targets[clock.kind];
  if (target === null) return null;
  const hours = hoursOf(book, rule, facts);
  const running = runs(phases, clock, rule.pauses);
  const after = (ms: number): number | null => reachedAt(hours, running, ms);
  const { escalation } = rule;
  return {
    due: after(target * minuteMs),
    near: after(nearAfterMs(rule, target * minuteMs)),
    escalate: escalation === null ? null : after((target + escalation.afterMinutes) * minuteMs),
  };
};

const started = (kind: PromiseKind, startedAt: string): Clock => ({
  kind,
  startedAt,
  endedAt: null,
  dropped: false,
  missed: false,
  warned: false,
  escalated: false,
});

const dropped = (clock: Clock, at: string): Clock => ({ ...clock, endedAt: at, dropped: true });
const goesOn = (clock: Clock): Clock => ({ ...clock, endedAt: null, dropped: false });

/** The clock of the first reply after a step of the concern; null: there is none. */
const firstReply = (clock: Clock | null, facts: Facts, wasActive: boolean, at: string): Clock | null => {
  const phase = phaseOf(facts.status);
  const { waitingSince, firstReplyAt } = facts;
  if (clock?.endedAt === null) {
    if (firstReplyAt !== null) return { ...clock, endedAt: later(clock.startedAt, firstReplyAt) };
    // Settled without a word, or what was asked has gone to another concern. Who only sets it to waiting has not answered.
    if (phase === "done" || (waitingSince === null && phase === "active" && wasActive)) return dropped(clock, at);
    return waitingSince !== null && waitingSince < clock.startedAt ? { ...clock, startedAt: waitingSince } : clock;
  }
  if (firstReplyAt !== null || waitingSince === null || phase === "done") return clock;
  // An answer was taken back, or what was settled was not: the customer waits as before.
  return clock !== null && (!clock.dropped || clock.startedAt === waitingSince)
    ? goesOn(clock)
    : started("firstReply", waitingSince);
};

/** The same of the reply to what the customer said last. */
const nextReply = (clock: Clock | null, facts: Facts, at: string): Clock | null => {
  const { waitingSince, firstReplyAt, lastDirection } = facts;
  const waits = waitingSince !== null && firstReplyAt !== null && phaseOf(facts.status) !== "done";
  if (clock?.endedAt === null) {
    if (!waits) return lastDirection === "out" ? { ...clock, endedAt: at } : dropped(clock, at);
    return waitingSince === clock.startedAt ? clock : { ...clock, startedAt: waitingSince };
  }
  if (!waits) return clock;
  return clock?.startedAt === waitingSince ? goesOn(clock) : started("nextReply", waitingSince);
};

/** The same of the resolution: it runs from the beginning, and goes on when the concern is opened again. */
const resolution = (clock: Clock | null, facts: Facts, at: string): Clock | null => {
  const done = phaseOf(facts.status) === "done";
  if (clock === null) return done ? null : started("resolution", facts.createdAt);
  if (done) return clock.endedAt === null ? { ...clock, endedAt: at } : clock;
  return clock.endedAt === null ? clock : goesOn(clock);
};

/** The states with the one that holds now. */
const phasesWith = (kept: Kept | null, facts: Facts, at: string): Kept["phases"] => {
  const phase = phaseOf(facts.status);
  const last = kept?.phases.at(-1);
  if (kept === null || last === undefined) return [[facts.createdAt, phase]];
  if (last[1] === phase) return kept.phases;
  // Clocks of several servers may differ by a little: the order of what happened is the rows'.
  return [...kept.phases, [later(last[0], at), phase] as const].slice(-mostPhases);
};

interface Step {
  readonly book: Book;
  readonly kept: Kept | null;
  readonly facts: Facts;
  /** What was missed before. */
  readonly missed: readonly PromiseKind[];
  readonly at: string;
}

/**
 * What a concern's promises are after it changed, or (nothing changed) after time has passed. `kept` null: nothing is known of it yet, it is taken as its
 * row has it. Without any rule nothing is kept. What has ended is never judged again; what was missed stays missed.
 */
export const step = ({ book, kept, facts, missed, at }: Step): Stepped => {
  if (book.rules.length === 0) return { ...nothingShown, kept: null, missed, promiseAt: null, happened: [] };
  const rule = ruleFor(book, facts);
  const phases = phasesWith(kept, facts, at);
  const wasActive = (kept?.phases.at(-1)?.[1] ?? "active") === "active";
  const before = (kind: PromiseKind): Clock | null => kept?.clocks.find((clock) => clock.kind === kind) ?? null;
  const turned = [
    firstReply(before("firstReply"), facts, wasActive, at),
    nextReply(before("nextReply"), facts, at),
    resolution(before("resolution"), facts, at),
  ].filter((one) => one !== null);
  const happened: Happened[] = [];
  const running = new Map<PromiseKind, Times>();
  const clocks = turned.map((clock): Clock => {
    const was = before(clock.kind);
    const justEnded = clock.endedAt !== null && (was === null || was.endedAt === null);
    if (rule === null || (clock.endedAt !== null && !justEnded)) return clock;
    const times = timesOf(book, rule, facts, justEnded ? endless(phases, at) : phases, clock);
    if (times === null) return clock;
    if (clock.endedAt === null) running.set(clock.kind, times);
    const end = clock.endedAt === null ? at : clock.endedAt;
    const over = times.due !== null && Date.parse(end) > times.due;
    const said = {
      promise: clock.kind,
      ruleId: rule.id,
      rule: rule.name,
      dueAt: times.due === null ? null : iso(times.due),
      lateMs: 0,
    };
    if (over && !clock.missed) happened.push({ ...said, what: "missed" });
    const isMissed = over || clock.missed;
    if (justEnded && isMissed && !clock.dropped) {
      const lateMs = times.due === null ? 0 : openWithin(hoursOf(book, rule, facts), times.due, Date.parse(end));
      happened.push({ ...said, what: "late", lateMs });
    }
    if (justEnded && !isMissed && !clock.dropped) happened.push({ ...said, what: "kept" });
    return { ...clock, missed: isMissed };
  });
  const all = promiseKinds.filter(
    (kind) => missed.includes(kind) || happened.some((one) => one.what === "missed" && one.promise === kind),
  );
  const next: Kept = { revision: book.revision, ruleId: rule?.id ?? null, phases, clocks };
  return {
    kept: kept !== null && JSON.stringify(kept) === JSON.stringify(next) ? kept : next,
    missed: all.length === missed.length ? missed : all,
    ...(rule === null ? { ...nothingShown, promiseAt: null } : shownOf(rule, clocks, running, at)),
    happened,
  };
};

/** What has ended ran until its end, whatever state it is in since that moment. */
const endless = (phases: Kept["phases"], at: string): Kept["phases"] => {
  const last = phases.at(-1);
  return phases.length > 1 && last !== undefined && last[0] >= at ? phases.slice(0, -1) : phases;
};

/** The nearest of what runs, and when to look again. `running`: what each clock comes to that has not ended. */
const shownOf = (
  rule: PromiseRule,
  clocks: readonly Clock[],
  running: ReadonlyMap<PromiseKind, Times>,
  at: string,
): Shown & Pick<Stepped, "promiseAt"> => {
  const now = Date.parse(at);
  const open = clocks.flatMap((clock) => {
    const times = running.get(clock.kind);
    return times === undefined ? [] : [{ clock, times }];
  });
  const looks = open.flatMap(({ clock, times: { due, near, escalate } }) => [
    ...(near !== null && !clock.warned && !clock.missed ? [near] : []),
    // Who answers in the very moment keeps it.
    ...(due !== null && !clock.missed ? [due + 1] : []),
    ...(escalate !== null && !clock.escalated ? [escalate + 1] : []),
  ]);
  const promiseAt = looks.length === 0 ? null : iso(Math.min(...looks));
  const due = open.filter(({ times }) => times.due !== null);
  const nearest = due.toSorted((a, b) => (a.times.due ?? 0) - (b.times.due ?? 0))[0] ?? open[0];
  if (nearest === undefined) return { ...nothingShown, promiseAt };
  const { due: dueAt, near } = nearest.times;
  const state = dueAt === null ? "paused" : now > dueAt ? "over" : near !== null && now >= near ? "near" : "running";
  return {
    promiseKind: nearest.clock.kind,
    promiseState: state,
    promiseRuleId: rule.id,
    dueAt: dueAt === null ? null : iso(dueAt),
    promiseAt,
  };
};

/** What is to be done for a promise because time has passed. */
export interface Due {
  readonly what: "warn" | "escalate";
  readonly rule: PromiseRule;
  readonly promise: PromiseKind;
  readonly dueAt: string | null;
}

/** What has come due of a concern's promises by now, and what is kept once it is done: each comes once. Misses are `step`'s. */
export const comeDue = (
  book: Book,
  kept: Kept,
  facts: Facts,
  at: string,
): { readonly kept: Kept; readonly due: readonly Due[] } => {
  const rule = ruleFor(book, facts);
  if (rule === null) return { kept, due: [] };
  const now = Date.parse(at);
  const due: Due[] = [];
  const clocks = kept.clocks.map((clock): Clock => {
    const times = clock.endedAt === null ? timesOf(book, rule, facts, kept.phases, clock) : null;
    if (times === null) return clock;
    const dueAt = times.due === null ? null : iso(times.due);
    const near = times.near !== null && now >= times.near && !clock.warned;
    const far = times.escalate !== null && now > times.escalate && !clock.escalated;
    // What is over needs no warning any more.
    if (near && !clock.missed) due.push({ what: "warn", rule, promise: clock.kind, dueAt });
    if (far) due.push({ what: "escalate", rule, promise: clock.kind, dueAt });
    return near || far ? { ...clock, warned: clock.warned || near, escalated: clock.escalated || far } : clock;
  });
  return {
    kept: due.length === 0 && clocks.every((one, i) => one === kept.clocks[i]) ? kept : { ...kept, clocks },
    due,
  };
};

/** What of rules cannot be: the first fault with its place, or the rules as they are kept. */
export const judgeRules = (given: readonly PromiseRule[]): PromiseRule[] | Refusal => {
  for (const [index, { targets, name, id }] of given.entries()) {
    if (Object.values(targets).every((target) => target === null))
      return refuse("promiseNothing", { name }, `rules.${index}.targets`);
    if (given.findIndex((one) => one.id === id) !== index) return refuse("promiseTwice", { name }, `rules.${index}.id`);
  }
  return given.map((rule) => ({ ...rule, name: storable(rule.name).trim() || "–" }));
};
