// Values given in small forms: what is wrong with one, and how it is read. Called on both sides, so that neither takes what the other refuses.
import { isMailAddress } from "#lib/mailAddress.ts";

/** A field as far as its values are judged by it. */
export interface JudgedField {
  readonly type: "text" | "email" | "number" | "date" | "choice" | "long";
  readonly required: boolean;
  readonly options: readonly string[];
}

export type Fault = "missing" | "email" | "number" | "date" | "choice" | "tooLong";

/** Longest value, in characters. */
export const longestValue = { text: 200, email: 320, number: 40, date: 10, choice: 200, long: 1_000 } as const;

const isDay = (value: string): boolean => {
  const [, year = "", month = "", day = ""] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value) ?? [];
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return year !== "" && date.toISOString().slice(0, 10) === value;
};

/** What is wrong with a value, trimmed; null: nothing. Numbers with a point, days as 2026-11-30. */
export const faultOf = (field: JudgedField, value: string): Fault | null => {
  const text = value.trim();
  if (text === "") return field.required ? "missing" : null;
  if (text.length > longestValue[field.type]) return "tooLong";
  switch (field.type) {
    case "email":
      return isMailAddress(text) ? null : "email";
    case "number":
      return /^-?\d{1,15}(?:\.\d{1,10})?$/.test(text) ? null : "number";
    case "date":
      return isDay(text) ? null : "date";
    case "choice":
      return field.options.includes(text) ? null : "choice";
    case "text":
    case "long":
      return null;
  }
};

/** A value as people of that language write it: numbers and days; anything else is itself. */
export const shownValue = (type: JudgedField["type"], value: string, language: "de" | "en"): string => {
  const text = value.trim();
  if (text === "" || language !== "de") return text;
  if (type === "number") return text.replace(".", ",");
  return type === "date" ? text.split("-").toReversed().join(".") : text;
};
