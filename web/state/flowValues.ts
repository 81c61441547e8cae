// Values of flows as they are typed. Pure; called by the forms of flows.
import type { FlowValue } from "#contract/flows.ts";

/** A value as it is typed. */
export const plainValue = (value: FlowValue | null): string =>
  value === null ? "" : Array.isArray(value) ? value.join(", ") : String(value);

/**
 * What was typed, as a value: a number where one is wanted (null: it is none); where nobody knows what is wanted, what looks like a number, or like
 * true or false, is one, and quotation marks make it a text all the same.
 */
export const valueFrom = (typed: string, kind: "text" | "number" | "unknown"): FlowValue | null => {
  if (kind === "text") return typed;
  const looksLikeNumber = /^-?\d{1,15}(?:[.,]\d{1,10})?$/u.test(typed);
  if (looksLikeNumber && !/^-?0\d/u.test(typed)) return Number(typed.replace(",", "."));
  if (kind === "number") return null;
  if (typed === "true" || typed === "false") return typed === "true";
  return /^".*"$/u.test(typed) ? typed.slice(1, -1) : typed;
};
