// Rules and macros in words: what sets a rule off, its conditions, what is done, and what the history says of it. Pure; called by the history, the administration's screens
// and the palette.
import type { Action, AutomationRule, Cause, Condition, Deed } from "#contract/automation.ts";
import type { EventData } from "#contract/events.ts";
import type { DeskState } from "#web/state/apply.ts";
import { fieldName, fieldWords } from "#web/state/fieldValues.ts";
import { problemWords } from "#web/state/problems.ts";
import { topicPath } from "#web/state/topics.ts";
import { listed, serviceLength, t, words } from "#web/state/words.ts";

/** Names for the ids in rules. */
export type RuleNames = Pick<DeskState, "agents" | "teams" | "topics" | "tiers" | "brands" | "fields">;

const named = (
  all: readonly { readonly id: string; readonly name: string }[],
  id: string | null,
  none: string,
): string => (id === null ? none : (all.find((one) => one.id === id)?.name ?? t("automation.gone")));

const topicWords = (names: RuleNames, id: string | null): string => {
  const topic = names.topics.find((one) => one.id === id);
  return id === null ? t("automation.noTopic") : topic ? topicPath(names.topics, topic) : t("automation.gone");
};

/** An agent, or whoever uses the macro. */
const personWords = (names: RuleNames, id: string | null): string =>
  id === "me" ? t("automation.me") : named(names.agents, id, t("automation.nothing"));

const either = (parts: readonly string[]): string => parts.join(t("automation.or"));
const quoted = (text: string): string => t("automation.quoted", { text });
const most = 60;
const short = (text: string): string => {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > most ? `${line.slice(0, most).toWellFormed()}…` : line;
};

const valueOf = (condition: Condition, names: RuleNames): Readonly<Record<string, string>> => {
  switch (condition.what) {
    case "channel":
      return { value: either(condition.kinds.map((kind) => t(`channels.${kind}.name`))) };
    case "brand":
      return { value: named(names.brands, condition.brandId, "") };
    case "topic":
      return { value: topicWords(names, condition.topicId) };
    case "priority":
      return { value: either(condition.priorities.map((one) => t(`priority.${one}`))) };
    case "status":
      return { value: either(condition.statuses.map((one) => t(`status.${one}`))) };
    case "tag":
      return { value: condition.tag };
    case "team":
      return { value: named(names.teams, condition.teamId, t("automation.noTeam")) };
    case "assignee":
      return { value: personWords(names, condition.agentId) };
    case "language":
      return { value: t(`automation.language.${condition.language}`) };
    case "organisation":
      return { value: condition.name };
    case "tier":
      return { value: either(condition.tierIds.map((id) => named(names.tiers, id, ""))) };
    case "field": {
      const { owner, key, value } = condition;
      const kind = names.fields.find((field) => field.owner === owner && field.key === key)?.kind ?? "text";
      return { name: fieldName(names.fields, owner, key), value: fieldWords(value, kind) };
    }
    case "words":
      return { where: t(`automation.where.${condition.in}`), value: either(condition.words.map(quoted)) };
    case "rating":
      return { value: either(condition.scores.map(String)) };
    case "by":
      return { value: t(`automation.who.${condition.who}`) };
    case "open":
    case "sure":
    case "machine":
      return {};
  }
};

/** A condition: "priority High or Urgent", "not: it is open". */
export const conditionWords = (condition: Condition, names: RuleNames): string => {
  const so = t(`automation.so.${condition.what}`, valueOf(condition, names));
  return condition.not ? t("automation.not", { condition: so }) : so;
};

const minutesADay = 1_440;

/** So long: "3 days" by the clock, "72 hrs" in opening hours, of which no day has twenty-four. */
export const lengthWords = ({
  minutes,
  counted,
}: {
  readonly minutes: number;
  readonly counted: "clock" | "service";
}): string =>
  counted === "clock" && minutes % minutesADay === 0
    ? t("automation.days", { count: minutes / minutesADay })
    : serviceLength(minutes);

/** What sets a rule off: "When a message comes in or the status changes". */
export const whenWords = (when: AutomationRule["when"]): string =>
  when.by === "event"
    ? t("automation.eventWords", { events: either(when.events.map((one) => t(`automation.happening.${one}`))) })
    : t("automation.timeWords", {
        since: t(`automation.stretch.${when.since}`),
        length: lengthWords(when),
        counted: t(`automation.countedBy.${when.counted}`),
      });

/** Under which conditions it acts; empty: under all. */
export const ifWords = ({ all, any }: Pick<AutomationRule, "all" | "any">, names: RuleNames): string => {
  const every = all.map((condition) => conditionWords(condition, names));
  const some = any.map((condition) => conditionWords(condition, names));
  const parts = [...every, ...(some.length > 1 ? [`(${either(some)})`] : some)];
  return parts.length === 0 ? "" : t("automation.ifWords", { conditions: parts.join(t("automation.and")) });
};

const valueOfAction = (action: Action, names: RuleNames): Readonly<Record<string, string>> => {
  switch (action.do) {
    case "priority":
      return { value: t(`priority.${action.priority}`) };
    case "topic":
      return { value: topicWords(names, action.topicId) };
    case "status":
      return { value: t(`status.${action.status}`) };
    case "snooze":
      return { value: lengthWords(action), counted: t(`automation.countedBy.${action.counted}`) };
    case "addTags":
    case "removeTags":
      return { value: action.tags.join(", ") };
    case "assignee":
    case "follow":
      return { value: personWords(names, action.agentId) };
    case "team":
      return { value: named(names.teams, action.teamId, t("automation.noTeam")) };
    case "note":
    case "reply":
      return { value: short(action.text) };
    case "notify":
      return {
        value: listed([
          ...action.who.map((one) => t(`promises.notified.${one}`)),
          ...action.agentIds.map((id) => personWords(names, id)),
        ]),
      };
    case "stop":
      return {};
  }
};

/** What is done: "priority High". */
export const actionWords = (action: Action, names: RuleNames): string =>
  t(`automation.doing.${action.do}`, valueOfAction(action, names));

/** All that is done, in its order. */
export const actionsWords = (actions: readonly Action[], names: RuleNames): string =>
  actions.map((action) => actionWords(action, names)).join(" · ");

/** Why a rule acted: what happened, or how long it had lasted. */
export const causeWords = (cause: Cause): string =>
  words(`automation.happening.${cause}`) ?? t(`automation.causeTime.${cause as "us"}`);

/** What could not be done, with the reason; empty: everything was. */
export const undoneWords = (deeds: readonly Deed[], names: RuleNames): string =>
  deeds
    .flatMap(({ action, refused }) =>
      refused === null
        ? []
        : [
            t("history.undone", {
              what: `${actionWords(action, names)} – ${problemWords({ ...refused, field: null, requestId: "" })}`,
            }),
          ],
    )
    .join(" ");

/** What the history says of a rule that acted, or of a macro that was used. What was done of the concern's row stands in entries of its own. */
export const ranWords = ({ by, deeds }: EventData<"automation.ran">, who: string, names: RuleNames): string => {
  const undone = undoneWords(deeds, names);
  const said =
    by.kind === "macro"
      ? t("history.macro", { who, name: by.name })
      : t("history.ruled", {
          rule: by.name,
          why:
            by.conditions.length === 0
              ? causeWords(by.cause)
              : t("history.ruledWhy", {
                  cause: causeWords(by.cause),
                  conditions: by.conditions
                    .map((condition) => conditionWords(condition, names))
                    .join(t("automation.and")),
                }),
        });
  return undone === "" ? said : `${said}. ${undone}`;
};
