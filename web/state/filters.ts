// Filters as people set them: every choice there is, which are made, what differs from the view, in words. Pure; called by the list pane and views.
import type { ChannelKind } from "#contract/channel.ts";
import { priorities, statuses } from "#contract/concerns.ts";
import type { ListFilter } from "#contract/concerns.ts";
import type { Field, FieldValue } from "#contract/fields.ts";
import type { AgentId } from "#contract/ids.ts";
import { scores } from "#contract/score.ts";
import type { Score } from "#contract/score.ts";
import type { DeskState } from "#web/state/apply.ts";
import { fold } from "#lib/fold.ts";
import { fieldName, fieldWords, typedValue } from "#web/state/fieldValues.ts";
import { topicPath } from "#web/state/topics.ts";
import { listed, t } from "#web/state/words.ts";

/** The parts of a filter that can be set by hand, in the order in which they are offered. */
export const conditions = [
  "statuses",
  "assignee",
  "priorities",
  "ratings",
  "promise",
  "topicId",
  "tag",
  "field",
  "teamId",
  "channelKind",
  "brandId",
  "deliveryFailed",
  "followed",
  "mentioned",
  "customerId",
  "sort",
] as const satisfies readonly (keyof ListFilter)[];
export type Condition = (typeof conditions)[number];

/** One value of one condition. */
export interface FilterOption {
  /** "<condition>:<value>" */
  readonly id: string;
  readonly condition: Condition;
  /** Below which words it stands. */
  readonly group: string;
  readonly label: string;
}

/** Names for the ids in a filter. `tags` are those on any concern this desk has loaded. */
export type FilterNames = Pick<DeskState, "agents" | "teams" | "topics" | "brands" | "channels" | "fields"> & {
  readonly tags: readonly string[];
  readonly me: AgentId | null;
};

/** Everything a list can be filtered by. */
export const filterOptions = (names: FilterNames): readonly FilterOption[] =>
  conditions.flatMap((condition) =>
    valuesOf(condition, names).map((value) => ({
      id: `${condition}:${value}`,
      condition,
      group: groupWords(condition, value, names),
      label: valueWords(condition, value, names),
    })),
  );

/** The ids of the choices that a filter makes. */
export const chosenIn = (filter: ListFilter): readonly string[] =>
  conditions.flatMap((condition) => valuesIn(filter, condition).map((value) => `${condition}:${value}`));

/** The filter after choices were made and unmade: one value of its kind replaces another, but for statuses, priorities and ratings, of which there may be several. */
export const withChosen = (filter: ListFilter, ids: readonly string[]): ListFilter => {
  const before = chosenIn(filter);
  const unmade = before.filter((id) => !ids.includes(id)).reduce(without, filter);
  return ids.filter((id) => !before.includes(id)).reduce(withOption, unmade);
};

/** Which conditions are not as the view has them. */
export const differences = (filter: ListFilter, base: ListFilter): readonly Condition[] =>
  conditions.filter((condition) => !sameValues(valuesIn(filter, condition), valuesIn(base, condition)));

/** Do two filters show the same? */
export const isSameFilter = (a: ListFilter, b: ListFilter): boolean => differences(a, b).length === 0;

/** The filter with one condition as the view has it. */
export const restoredTo = (filter: ListFilter, base: ListFilter, condition: Condition): ListFilter => ({
  ...filter,
  [condition]: base[condition],
});

/** One condition of a filter in words: "Status: New and Open", "Assigned to: anybody". */
export const conditionWords = (filter: ListFilter, condition: Condition, names: FilterNames): string => {
  const values = valuesIn(filter, condition);
  const said =
    values.length === 0 ? t("filters.any") : listed(values.map((value) => valueWords(condition, value, names)));
  return t("filters.is", { condition: groupWords(condition, values[0] ?? null, names), value: said });
};

/** A tag that is not among those known, as a choice. */
export const tagOption = (tag: string): string => `tag:${tag}`;

/** A value of a field, as a choice. */
export const fieldOption = (key: string, value: FieldValue): string => `field:${fieldChoice({ key, value })}`;

/** What "Device: Fritz" asks for: a field of concerns by the beginning of its name, and a value of its kind or why it is none. Null: no field. */
export const fieldWish = (
  typed: string,
  names: Pick<FilterNames, "fields">,
): { readonly field: Field; readonly value: FieldValue | null; readonly said: string } | null => {
  const [name = "", ...rest] = typed.split(":");
  const said = rest.join(":").trim();
  const wanted = fold(name.trim());
  const own = names.fields.filter((field) => field.owner === "concern");
  const field =
    own.find((one) => fold(one.name) === wanted) ??
    own.find((one) => wanted !== "" && fold(one.name).startsWith(wanted));
  if (field === undefined || said === "") return null;
  return { field, value: valueTyped(said, field), said };
};

const valueTyped = (said: string, field: Field): FieldValue | null => {
  switch (field.kind) {
    case "number": {
      const value = typedValue(said, "number");
      return typeof value === "number" ? value : null;
    }
    case "date":
      return dayIn(said);
    case "yesNo":
      return [true, false].find((value) => fold(fieldWords(value, "yesNo")) === fold(said)) ?? null;
    default:
      return said;
  }
};

/** "2026-03-02" as it is kept, from itself or as a German writes it. */
const dayIn = (said: string): string | null => {
  const german = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(said);
  const day = german
    ? `${german[3]}-${(german[2] ?? "").padStart(2, "0")}-${(german[1] ?? "").padStart(2, "0")}`
    : said;
  return /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(day)) ? day : null;
};

const fieldChoice = ({ key, value }: NonNullable<ListFilter["field"]>): string => JSON.stringify([key, value]);
const fieldOf = (choice: string): NonNullable<ListFilter["field"]> => {
  const [key, value] = JSON.parse(choice) as [string, FieldValue];
  return { key, value };
};

/** A field stands under its own name. */
const groupWords = (condition: Condition, value: string | null, names: FilterNames): string =>
  condition === "field" && value !== null
    ? fieldName(names.fields, "concern", fieldOf(value).key)
    : t(`filters.conditions.${condition}`);

const yes = "yes";

const valuesOf = (condition: Condition, names: FilterNames): readonly string[] => {
  switch (condition) {
    case "statuses":
      return statuses;
    case "priorities":
      return priorities.toReversed();
    case "ratings":
      return scores.toReversed().map(String);
    case "assignee":
      return [
        "me",
        "none",
        ...names.agents
          .filter((agent) => agent.active && agent.id !== names.me)
          .toSorted((a, b) => a.name.localeCompare(b.name))
          .map((agent) => agent.id),
      ];
    case "teamId":
      return names.teams.map((team) => team.id);
    case "topicId":
      return names.topics
        .toSorted((a, b) => topicPath(names.topics, a).localeCompare(topicPath(names.topics, b)))
        .map((topic) => topic.id);
    case "tag":
      return names.tags;
    case "field":
      return names.fields.filter((field) => field.owner === "concern").flatMap(choicesOf);
    case "channelKind":
      return [...new Set(names.channels.map((channel) => channel.kind))];
    case "brandId":
      // Of one brand there is nothing to choose.
      return names.brands.length > 1 ? names.brands.map((brand) => brand.id) : [];
    case "sort":
      return ["newest", "waiting", "due"];
    case "promise":
      return ["near", "missed"];
    // A customer's concerns are found by search and in their panel; the condition can only be taken away.
    case "customerId":
      return [];
    default:
      return [yes];
  }
};

const valuesIn = (filter: ListFilter, condition: Condition): readonly string[] => {
  if (condition === "field") return filter.field === null ? [] : [fieldChoice(filter.field)];
  const value = filter[condition];
  if (Array.isArray(value)) return value.map(String);
  if (value === null || value === false) return [];
  return [value === true ? yes : String(value)];
};

/** What can be chosen of a field; texts, numbers and days are typed: see `fieldWish`. */
const choicesOf = ({ key, kind, choices }: Field): readonly string[] =>
  (kind === "choice" ? choices : kind === "yesNo" ? [true, false] : []).map((value) => fieldChoice({ key, value }));

/** In any order; an empty list of statuses is all of them. */
const sameValues = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((value) => b.includes(value));

const split = (id: string): { readonly condition: Condition; readonly value: string } => {
  const at = id.indexOf(":");
  return { condition: id.slice(0, at) as Condition, value: id.slice(at + 1) };
};

const without = (filter: ListFilter, id: string): ListFilter => {
  const { condition, value } = split(id);
  switch (condition) {
    case "statuses":
      return { ...filter, statuses: filter.statuses.filter((status) => status !== value) };
    case "priorities":
      return { ...filter, priorities: filter.priorities.filter((priority) => priority !== value) };
    case "ratings":
      return { ...filter, ratings: filter.ratings.filter((rating) => String(rating) !== value) };
    case "deliveryFailed":
    case "followed":
    case "mentioned":
      return { ...filter, [condition]: false };
    // There is always an order.
    case "sort":
      return filter;
    default:
      return { ...filter, [condition]: null };
  }
};

const withOption = (filter: ListFilter, id: string): ListFilter => {
  const { condition, value } = split(id);
  switch (condition) {
    case "statuses":
      return { ...filter, statuses: statuses.filter((one) => one === value || filter.statuses.includes(one)) };
    case "priorities":
      return { ...filter, priorities: priorities.filter((one) => one === value || filter.priorities.includes(one)) };
    case "ratings":
      return {
        ...filter,
        ratings: scores.filter((one) => String(one) === value || filter.ratings.includes(one)),
      };
    case "deliveryFailed":
    case "followed":
    case "mentioned":
      return { ...filter, [condition]: true };
    case "field":
      return { ...filter, field: fieldOf(value) };
    default:
      return { ...filter, [condition]: value };
  }
};

const valueWords = (condition: Condition, value: string, names: FilterNames): string => {
  const named = (all: readonly { readonly id: string; readonly name: string }[]): string =>
    all.find((one) => one.id === value)?.name ?? t("filters.gone");
  switch (condition) {
    case "statuses":
      return t(`status.${value as ListFilter["statuses"][number]}`);
    case "priorities":
      return t(`priority.${value as ListFilter["priorities"][number]}`);
    case "ratings":
      return `${value} – ${t(`ratingPage.score.${value as `${Score}`}`)}`;
    case "assignee":
      return value === "me" ? t("filters.me") : value === "none" ? t("concerns.nobody") : named(names.agents);
    case "teamId":
      return named(names.teams);
    case "topicId": {
      const topic = names.topics.find((one) => one.id === value);
      return topic ? topicPath(names.topics, topic) : t("filters.gone");
    }
    case "brandId":
      return named(names.brands);
    case "channelKind":
      return t(`channels.${value as ChannelKind}.name`);
    case "sort":
      return t(`filters.sorts.${value as ListFilter["sort"]}`);
    case "promise":
      return t(`filters.promise.${value as NonNullable<ListFilter["promise"]>}`);
    case "customerId":
      return t("filters.oneCustomer");
    case "tag":
      return value;
    case "field": {
      const one = fieldOf(value);
      const kind = names.fields.find((field) => field.owner === "concern" && field.key === one.key)?.kind ?? "text";
      return fieldWords(one.value, kind);
    }
    default:
      return t("filters.yes");
  }
};
