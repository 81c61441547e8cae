// Rules and macros as people set them: new ones, new conditions and actions, and whether what stands in the form is whole. Pure; called by the administration's screens.
import type { Action, AutomationRule, Condition } from "#contract/automation.ts";
import type { Field } from "#contract/fields.ts";
import type { DeskState } from "#web/state/apply.ts";

/** The kinds of conditions, in the order in which they are offered. */
export const conditionKinds = [
  "words",
  "topic",
  "priority",
  "status",
  "tag",
  "channel",
  "brand",
  "team",
  "assignee",
  "sure",
  "machine",
  "open",
  "by",
  "language",
  "organisation",
  "tier",
  "field",
  "rating",
] as const satisfies readonly Condition["what"][];

/** The kinds of actions, in the order in which they are offered. */
export const actionKinds = [
  "priority",
  "topic",
  "status",
  "snooze",
  "addTags",
  "removeTags",
  "team",
  "assignee",
  "note",
  "reply",
  "follow",
  "notify",
  "stop",
] as const satisfies readonly Action["do"][];

/** A rule that does nothing yet. */
export const newRule = (id: string): AutomationRule => ({
  id: id as AutomationRule["id"],
  name: "",
  on: true,
  when: { by: "event", events: ["begun"] },
  all: [],
  any: [],
  actions: [],
});

type Known = Pick<DeskState, "brands" | "agents" | "teams" | "topics" | "tiers" | "fields">;

/** A condition of a kind as it is offered first; null: there is nothing it could ask. */
export const newCondition = (what: Condition["what"], known: Known): Condition | null => {
  switch (what) {
    case "channel":
      return { what, not: false, kinds: ["email"] };
    case "brand":
      return known.brands[0] === undefined ? null : { what, not: false, brandId: known.brands[0].id };
    case "topic":
      return { what, not: false, topicId: null };
    case "priority":
      return { what, not: false, priorities: ["high", "urgent"] };
    case "status":
      return { what, not: false, statuses: ["new", "open"] };
    case "tag":
      return { what, not: false, tag: "" };
    case "team":
      return { what, not: false, teamId: null };
    case "assignee":
      return { what, not: false, agentId: null };
    case "language":
      return { what, not: false, language: "de" };
    case "organisation":
      return { what, not: false, name: "" };
    case "tier": {
      const highest = known.tiers.at(-1);
      return highest === undefined ? null : { what, not: false, tierIds: [highest.id] };
    }
    case "field":
      return known.fields[0] === undefined ? null : fieldCondition(known.fields[0], false);
    case "words":
      return { what, not: false, in: "both", words: [] };
    case "rating":
      return { what, not: false, scores: [1, 2] };
    case "by":
      return { what, not: false, who: "customer" };
    case "open":
    case "sure":
    case "machine":
      return { what, not: false };
  }
};

/** A condition about this custom field. */
export const fieldCondition = ({ owner, key, kind, choices }: Field, not: boolean): Condition => ({
  what: "field",
  not,
  owner,
  key,
  value: kind === "yesNo" ? true : kind === "choice" ? (choices[0] ?? "") : "",
});

/** An action of a kind as it is offered first. */
export const newAction = (kind: Action["do"], known: Known): Action => {
  switch (kind) {
    case "priority":
      return { do: kind, priority: "high" };
    case "topic":
      return { do: kind, topicId: known.topics[0]?.id ?? null };
    case "status":
      return { do: kind, status: "open" };
    case "snooze":
      return { do: kind, minutes: 1_440, counted: "clock" };
    case "addTags":
    case "removeTags":
      return { do: kind, tags: [] };
    case "assignee":
      return { do: kind, agentId: null };
    case "team":
      return { do: kind, teamId: known.teams[0]?.id ?? null };
    case "note":
    case "reply":
      return { do: kind, text: "" };
    case "follow":
      return { do: kind, agentId: known.agents.find(({ active }) => active)?.id ?? "me" };
    case "notify":
      return { do: kind, who: ["assignee"], agentIds: [] };
    case "stop":
      return { do: kind };
  }
};

/** Lines or parts as they were typed: trimmed, none empty, none twice. */
export const partsOf = (typed: string, between: "\n" | ","): string[] => [
  ...new Set(
    typed
      .split(between)
      .map((part) => part.trim())
      .filter((part) => part !== ""),
  ),
];

/** Does a condition ask anything? */
export const asksSomething = (condition: Condition): boolean => {
  switch (condition.what) {
    case "channel":
      return condition.kinds.length > 0;
    case "priority":
      return condition.priorities.length > 0;
    case "status":
      return condition.statuses.length > 0;
    case "tag":
      return condition.tag.trim() !== "";
    case "organisation":
      return condition.name.trim() !== "";
    case "field":
      return typeof condition.value !== "string" || condition.value.trim() !== "";
    case "words":
      return condition.words.length > 0 && condition.words.length <= 30;
    case "rating":
      return condition.scores.length > 0;
    default:
      return true;
  }
};

/** Does an action say what is to be done? */
export const saysSomething = (action: Action): boolean => {
  switch (action.do) {
    case "snooze":
      return Number.isInteger(action.minutes) && action.minutes >= 1 && action.minutes <= 525_600;
    case "addTags":
    case "removeTags":
      return action.tags.length > 0 && action.tags.length <= 50;
    case "note":
    case "reply":
      return action.text.trim() !== "";
    case "notify":
      return action.who.length + action.agentIds.length > 0;
    default:
      return true;
  }
};

/** May what stands in the form be kept? */
export const isWhole = ({ name, when, all, any, actions }: AutomationRule): boolean =>
  name.trim() !== "" &&
  (when.by === "event"
    ? when.events.length > 0
    : Number.isInteger(when.minutes) && when.minutes >= 1 && when.minutes <= 525_600) &&
  [...all, ...any].every(asksSomething) &&
  actions.length > 0 &&
  actions.every(saysSomething);

/** A list with one of it a place further up or down; at the end it stays as it is. */
export const moved = <T>(all: readonly T[], index: number, by: -1 | 1): readonly T[] => {
  const [one, other] = [all[index], all[index + by]];
  return one === undefined || other === undefined ? all : all.with(index, other).with(index + by, one);
};
