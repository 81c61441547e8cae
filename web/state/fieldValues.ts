// Custom fields as people read and type them. Pure but for the words; called by the concern's header, the customer's panel and the history.
import type { Topic } from "#contract/brands.ts";
import type { Field, FieldOwner, FieldValue, FieldValues } from "#contract/fields.ts";
import { language, plainDay, plainNumber, t } from "#web/state/words.ts";
import type { Language } from "#web/state/words.ts";

/** One field with its value; a value without a definition is shown as what it is. */
export interface FieldLine {
  readonly key: string;
  readonly name: string;
  readonly kind: Field["kind"];
  readonly choices: readonly string[];
  readonly value: FieldValue | null;
}

/** The lines to show: what is asked for (of this topic), and whatever else stands there. */
export const fieldLines = (
  definitions: readonly Field[],
  owner: FieldOwner,
  values: FieldValues,
  topics: readonly Topic[] = [],
  topicId: string | null = null,
): readonly FieldLine[] => {
  const own = definitions
    .filter((field) => field.owner === owner)
    .toSorted((a, b) => a.position - b.position || (a.id < b.id ? -1 : 1));
  const asked = own.filter((field) => isAsked(field, topics, topicId) || Object.hasOwn(values, field.key));
  return [
    ...asked.map((field) => ({
      key: field.key,
      name: field.name,
      kind: field.kind,
      choices: field.choices,
      value: valueOf(values, field.key),
    })),
    ...Object.keys(values)
      .filter((key) => !own.some((field) => field.key === key))
      .map((key) => ({
        key,
        name: key,
        kind: kindOf(values[key]),
        choices: [],
        value: valueOf(values, key),
      })),
  ];
};

/** A value as a sentence has it. */
export const fieldWords = (value: FieldValue, kind: Field["kind"]): string => {
  if (typeof value === "boolean") return t(value ? "fields.yes" : "fields.no");
  if (typeof value === "number") return plainNumber(value);
  return kind === "date" && /^\d{4}-\d{2}-\d{2}$/.test(value) ? plainDay(value) : value;
};

/** What a field is called now that was called `key` when it was made. */
export const fieldName = (definitions: readonly Field[], owner: FieldOwner, key: string): string =>
  definitions.find((field) => field.owner === owner && field.key === key)?.name ?? key;

/** The value somebody typed. What is no number stays text, so that the server can say what is wrong with it. */
export const typedValue = (typed: string, kind: Field["kind"]): FieldValue | null => {
  const text = typed.trim();
  if (text === "") return null;
  return kind === "number" ? (numberIn(text, language()) ?? text) : text;
};

/** A number as it is written in a language: "1.234,5" in German, "1,234.5" in English; null when it is none. */
export const numberIn = (text: string, tongue: Language): number | null => {
  const [group, point] = tongue === "de" ? [".", ","] : [",", "."];
  const [whole = "", part, more] = text.replace(/^\+/, "").split(point);
  if (more !== undefined || (part !== undefined && !/^\d{1,15}$/.test(part))) return null;
  const groups = whole.replace(/^-/, "").split(group);
  const grouped = groups.length > 1 && groups.slice(1).every((each) => /^\d{3}$/.test(each));
  if (!/^\d{1,15}$/.test(groups[0] ?? "") || (groups.length > 1 && !grouped)) return null;
  const value = Number(`${groups.join("")}.${part ?? "0"}`);
  return whole.startsWith("-") ? -value : value;
};

const isAsked = (field: Field, topics: readonly Topic[], topicId: string | null): boolean => {
  if (field.topicId === null) return true;
  const seen = new Set<string>();
  for (let at = topicId; at !== null && !seen.has(at);) {
    if (at === field.topicId) return true;
    seen.add(at);
    const here: string = at;
    at = topics.find((topic) => topic.id === here)?.parentId ?? null;
  }
  return false;
};

const valueOf = (values: FieldValues, key: string): FieldValue | null =>
  Object.hasOwn(values, key) ? (values[key] ?? null) : null;

const kindOf = (value: FieldValue | undefined): Field["kind"] =>
  typeof value === "number" ? "number" : typeof value === "boolean" ? "yesNo" : "text";
