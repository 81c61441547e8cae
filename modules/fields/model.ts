// Decides what a custom field takes. Called by fields/actions.ts and by the actions of concerns and customers that set values; pure.
import { refuse, type Refusal } from "#contract/errors.ts";
import type { Field, FieldChange, FieldChanges, FieldValue, FieldValues } from "#contract/fields.ts";
import { storable } from "#lib/text.ts";

/** Most values one concern or customer has. */
const mostValues = 200;

/** The values as they are afterwards, and what of them is new; refuses a value its field does not take. */
export const judgeFields = (
  definitions: readonly Field[],
  before: FieldValues,
  wanted: FieldChanges,
): { readonly values: FieldValues; readonly changed: readonly FieldChange[] } | Refusal => {
  const values = new Map(Object.entries(before));
  const changed: FieldChange[] = [];
  for (const [typed, given] of Object.entries(wanted)) {
    const key = storable(typed).trim();
    if (key === "") continue;
    const definition = definitions.find((each) => each.key === key);
    const value = typeof given === "string" ? cleaned(given) : given;
    const wrong = definition === undefined || value === null ? null : misfit(definition, value);
    if (wrong !== null) return wrong;
    const old = values.get(key) ?? null;
    if (old === value) continue;
    if (value === null) values.delete(key);
    else values.set(key, value);
    changed.push({ key, before: old, after: value });
  }
  if (values.size > mostValues) return refuse("tooManyFields", { most: mostValues }, "fields");
  return { values: Object.fromEntries(values), changed };
};

/** Is one of the named values not as it was seen? */
export const differ = (now: FieldValues, seen: FieldChanges): boolean => {
  const judged = judgeFields([], now, seen);
  return "refused" in judged || judged.changed.length > 0;
};

/** Why a value can stand in no concern's or customer's field; null where it can. A choice that is offered no more may stand there still. */
export const misfitOf = (
  definitions: readonly Field[],
  { key, value }: { readonly key: string; readonly value: FieldValue },
): Refusal | null => {
  const definition = definitions.find((each) => each.key === key);
  const wrong = definition === undefined ? null : misfit(definition, value);
  return wrong?.refused === "fieldNotChoice" ? null : wrong;
};

/** The choices of a field as they are kept: each once. */
export const cleanChoices = (choices: readonly string[]): string[] => [
  ...new Set(choices.map((choice) => storable(choice).trim())),
];

const cleaned = (text: string): string | null => {
  const kept = storable(text).trim();
  return kept === "" ? null : kept;
};

const misfit = (field: Field, value: FieldValue): Refusal | null => {
  const no = (code: "fieldNotText" | "fieldNotNumber" | "fieldNotDate" | "fieldNotYesNo"): Refusal =>
    refuse(code, { name: field.name, value: String(value).slice(0, 100) }, `fields.${field.key}`);
  switch (field.kind) {
    case "text":
      return typeof value === "string" ? null : no("fieldNotText");
    case "number":
      return typeof value === "number" && Number.isFinite(value) ? null : no("fieldNotNumber");
    case "date":
      return typeof value === "string" && isDate(value) ? null : no("fieldNotDate");
    case "yesNo":
      return typeof value === "boolean" ? null : no("fieldNotYesNo");
    case "choice":
      return typeof value === "string" && field.choices.includes(value)
        ? null
        : refuse(
            "fieldNotChoice",
            { name: field.name, value: String(value).slice(0, 100), choices: field.choices.join(", ").slice(0, 300) },
            `fields.${field.key}`,
          );
  }
};

/** A day that there was or will be: "2026-02-30" is none. */
const isDate = (text: string): boolean => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = new Date(`${text}T00:00:00.000Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
};
