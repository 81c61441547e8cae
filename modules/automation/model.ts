// Decides about rules: what an entry of the log means to them, which of them it sets off and in which order, and whether their conditions hold. Called by
// automation/actions*.ts; pure.
import type { Action, AutomationRule, Cause, Condition, Happening } from "#contract/automation.ts";
import type { Assurance } from "#contract/channel.ts";
import type { ConcernRow } from "#contract/concerns.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import type { AnyEvent } from "#contract/events.ts";
import type { FieldValue, FieldValues } from "#contract/fields.ts";
import type { TierId } from "#contract/ids.ts";
import { fold } from "#lib/fold.ts";
import { storable } from "#lib/text.ts";

/** What conditions ask of a concern's row. */
export type RuledRow = Pick<
  ConcernRow,
  | "brandId"
  | "subject"
  | "status"
  | "priority"
  | "topicId"
  | "tags"
  | "assigneeId"
  | "teamId"
  | "channels"
  | "language"
  | "rating"
  | "missed"
>;

/** Everything that conditions ask. */
export interface Facts {
  readonly row: RuledRow;
  readonly fields: FieldValues;
  readonly customer: {
    readonly language: "de" | "en" | null;
    readonly organisation: string | null;
    readonly tierId: TierId | null;
    readonly fields: FieldValues;
  };
  /** What was said last, or what it is about; null: nothing was. */
  readonly message: {
    readonly subject: string;
    readonly text: string;
    readonly assurance: Assurance | null;
    readonly isMachine: boolean;
  } | null;
  readonly isOpen: boolean;
  readonly by: "agent" | "customer" | "program";
}

/** Which topic lies below which. */
export type Parents = ReadonlyMap<string, string | null>;

const isWithin = (parents: Parents, topicId: string | null, wanted: string): boolean => {
  const seen = new Set<string>();
  for (let id = topicId; id !== null && !seen.has(id); id = parents.get(id) ?? null) {
    if (id === wanted) return true;
    seen.add(id);
  }
  return false;
};

const sameValue = (kept: FieldValue | undefined, wanted: FieldValue): boolean =>
  kept !== undefined &&
  (typeof kept === "string" && typeof wanted === "string"
    ? fold(kept.trim()) === fold(wanted.trim())
    : kept === wanted);

const said = (facts: Facts, part: "subject" | "text" | "both"): string => {
  const subject = part === "text" ? "" : `${facts.row.subject}\n${facts.message?.subject ?? ""}`;
  return fold(`${subject}\n${part === "subject" ? "" : (facts.message?.text ?? "")}`);
};

const isSo = (condition: Condition, facts: Facts, parents: Parents): boolean => {
  const { row } = facts;
  switch (condition.what) {
    case "channel":
      return row.channels[0] !== undefined && condition.kinds.includes(row.channels[0]);
    case "brand":
      return row.brandId === condition.brandId;
    case "topic":
      return condition.topicId === null ? row.topicId === null : isWithin(parents, row.topicId, condition.topicId);
    case "priority":
      return condition.priorities.includes(row.priority);
    case "status":
      return condition.statuses.includes(row.status);
    case "tag":
      return row.tags.some((tag) => fold(tag) === fold(condition.tag));
    case "team":
      return row.teamId === condition.teamId;
    case "assignee":
      return row.assigneeId === condition.agentId;
    case "language":
      return (row.language ?? facts.customer.language) === condition.language;
    case "organisation":
      return facts.customer.organisation !== null && fold(facts.customer.organisation) === fold(condition.name);
    case "tier":
      return facts.customer.tierId !== null && condition.tierIds.includes(facts.customer.tierId);
    case "field": {
      const values = condition.owner === "concern" ? facts.fields : facts.customer.fields;
      return sameValue(values[condition.key], condition.value);
    }
    case "words": {
      const text = said(facts, condition.in);
      return condition.words.some((word) => text.includes(fold(word)));
    }
    case "open":
      return facts.isOpen;
    case "sure":
      return facts.message?.assurance === "proved" || facts.message?.assurance === "aligned";
    case "machine":
      return facts.message?.isMachine === true;
    case "rating":
      return row.rating !== null && condition.scores.includes(row.rating);
    case "by":
      return facts.by === condition.who;
  }
};

/** Does one condition hold? */
export const holds = (condition: Condition, facts: Facts, parents: Parents): boolean =>
  isSo(condition, facts, parents) !== condition.not;

/** The conditions of a rule that held: all of `all` and those of `any`; null: the rule does not fit. */
export const heldBy = (rule: AutomationRule, facts: Facts, parents: Parents): readonly Condition[] | null => {
  if (!rule.all.every((condition) => holds(condition, facts, parents))) return null;
  const some = rule.any.filter((condition) => holds(condition, facts, parents));
  return rule.any.length > 0 && some.length === 0 ? null : [...rule.all, ...some];
};

/** What an entry of the log means to rules; empty: nothing. What rules did themselves means nothing: see `through`. */
export const happeningsOf = (event: AnyEvent): readonly Happening[] => {
  if (event.concernId === null || event.actor.kind === "helper") return [];
  switch (event.kind) {
    case "concern.created": {
      const { lastDirection } = event.data.row;
      return lastDirection === "in"
        ? ["begun", "messageIn"]
        : lastDirection === "out"
          ? ["begun", "messageOut"]
          : ["begun"];
    }
    case "message.added": {
      const { direction, seq, automatic, scheduled } = event.data.message;
      // The first one is what its concern begins with.
      if (seq === 1 || scheduled !== null) return [];
      if (direction === "in") return ["messageIn"];
      if (direction === "note") return ["noteAdded"];
      return direction === "out" && automatic === null ? ["messageOut"] : [];
    }
    case "message.scheduled":
      return event.data.scheduled === null && event.data.at !== null ? ["messageOut"] : [];
    case "concern.changed": {
      const { status, priority, topicId, assigneeId, teamId, tags } = event.data.patch;
      const changed: [Happening, unknown][] = [
        ["status", status],
        ["priority", priority],
        ["topic", topicId],
        // Nobody having it any more is no assignment.
        ["assignee", assigneeId ?? undefined],
        ["team", teamId ?? undefined],
        ["tags", tags],
      ];
      return changed.filter(([, value]) => value !== undefined).map(([happening]) => happening);
    }
    case "promise.warned":
      return ["promiseNear"];
    case "promise.missed":
      return ["promiseMissed"];
    case "rating.given":
      return ["rated"];
    default:
      return [];
  }
};

/** What happened to a concern by what a rule did to it, for the rules below. */
export const happeningsBetween = (
  before: RuledRow,
  after: RuledRow,
  spoke: { readonly note: boolean; readonly out: boolean },
): readonly Happening[] => {
  const changed: [Happening, boolean][] = [
    ["status", before.status !== after.status],
    ["priority", before.priority !== after.priority],
    ["topic", before.topicId !== after.topicId],
    ["assignee", before.assigneeId !== after.assigneeId && after.assigneeId !== null],
    ["team", before.teamId !== after.teamId && after.teamId !== null],
    ["tags", after.tags.some((tag) => !before.tags.includes(tag))],
    ["promiseMissed", after.missed.some((kind) => !before.missed.includes(kind))],
    ["noteAdded", spoke.note],
    ["messageOut", spoke.out],
  ];
  return changed.filter(([, is]) => is).map(([happening]) => happening);
};

/** What a rule brought about. */
export interface Acted<S> {
  readonly state: S;
  readonly happened: readonly Happening[];
  /** No rule below it is to act. */
  readonly stops: boolean;
}

/**
 * Takes what happened through the rules: once, from the first to the last. Each rule is asked at most once, by what happened at first or by what rules above it
 * did, so that there is no way back up and no loop, whatever the rules say. `only`: time has set this rule off; it is asked first, then those below it.
 * `act`: asks and does; null: it does not fit, or has acted already. Gives the last state.
 */
export const through = async <S>(
  rules: readonly AutomationRule[],
  begin: { readonly happened: readonly Happening[]; readonly only: AutomationRule["id"] | null; readonly state: S },
  act: (rule: AutomationRule, cause: Cause, state: S) => Promise<Acted<S> | null>,
): Promise<S> => {
  const happened = new Set(begin.happened);
  let { state } = begin;
  let hasBegun = begin.only === null;
  for (const rule of rules) {
    const isFirst = !hasBegun && rule.id === begin.only;
    hasBegun ||= isFirst;
    const cause = hasBegun && rule.on ? causeOf(rule, happened, isFirst) : null;
    const acted = cause === null ? null : await act(rule, cause, state);
    if (acted === null) continue;
    ({ state } = acted);
    for (const one of acted.happened) happened.add(one);
    if (acted.stops) break;
  }
  return state;
};

const causeOf = ({ when }: AutomationRule, happened: ReadonlySet<Happening>, isFirst: boolean): Cause | null => {
  if (when.by === "time") return isFirst ? when.since : null;
  return when.events.find((one) => happened.has(one)) ?? null;
};

/** Could one of these set a rule off? */
export const concerns = (rules: readonly AutomationRule[], happened: readonly Happening[]): boolean =>
  happened.length > 0 &&
  rules.some(({ on, when }) => on && when.by === "event" && when.events.some((one) => happened.includes(one)));

/** Whose deed an entry is, so that the several entries of one deed set a rule off once. */
export const deedOf = ({ at, actor }: Pick<AnyEvent, "at" | "actor">): string =>
  `${at} ${actor.kind} ${actor.id ?? ""}`;

/** What of one deed tells it from others of the program that nobody has a hand in: which promise it is about. */
export const aboutOf = (event: AnyEvent): string =>
  event.kind === "promise.warned" || event.kind === "promise.missed" ? event.data.promise : "";

/** A text with what it is about filled in; what is not known stays as it stands. */
export const filledIn = (text: string, facts: Readonly<Record<string, string>>): string =>
  text.replace(/\{([a-z]{1,20})\}/g, (whole, name: string) => facts[name] ?? whole);

/** What of rules cannot be: the first fault with its place, or the rules as they are kept. */
export const judgeRules = (given: readonly AutomationRule[]): AutomationRule[] | Refusal => {
  for (const [index, { id, name, actions }] of given.entries()) {
    if (given.findIndex((one) => one.id === id) !== index)
      return refuse("automationTwice", { name }, `rules.${index}.id`);
    const me = actions.findIndex((one) => "agentId" in one && one.agentId === "me");
    if (me !== -1) return refuse("automationMe", { name }, `rules.${index}.actions.${me}`);
  }
  return given.map((rule) => ({ ...rule, name: storable(rule.name).trim() || "–" }));
};

/** Does it send an answer? */
export const answers = ({ actions }: Pick<AutomationRule, "actions">): boolean =>
  actions.some((one) => one.do === "reply");

/** The change of a concern that an action asks for; null: it is none of these. `me`: who does it. */
export const changeFor = (action: Action, me: string | null): Readonly<Record<string, unknown>> | null => {
  switch (action.do) {
    case "priority":
      return { priority: action.priority };
    case "topic":
      return { topicId: action.topicId };
    case "status":
      return { status: action.status };
    case "addTags":
      return { addTags: action.tags };
    case "removeTags":
      return { removeTags: action.tags };
    case "assignee":
      return { assigneeId: action.agentId === "me" ? me : action.agentId };
    case "team":
      return { teamId: action.teamId };
    default:
      return null;
  }
};
