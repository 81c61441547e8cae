// What the form of opening hours does to them, and what is still missing. Pure; called by web/screens/brands/OpeningHours.tsx.
import type { Hours, Span } from "#contract/hours.ts";

/** What a form begins with: an office's week in a time zone. */
export const startHours = (timeZone: string): Hours => ({
  timeZone,
  weekly: [0, 1, 2, 3, 4, 5, 6].map((day) => (day < 5 ? [{ from: "09:00", to: "17:00" }] : [])),
  exceptions: [],
});

/** Most spans that a day takes. */
export const mostSpans = 6;

const two = (value: number): string => String(value).padStart(2, "0");

/** The spans with one more: an hour behind the last one, for as long as the day lasts. */
export const withAnother = (spans: readonly Span[]): Span[] => {
  const last = spans.at(-1);
  if (!last) return [{ from: "09:00", to: "17:00" }];
  const hour = Math.min(22, Number(last.to.slice(0, 2) || "8") + 1);
  return [...spans, { from: `${two(hour)}:00`, to: `${two(hour + 1)}:00` }];
};

/** Replaces one entry of a list; null takes it away. */
export const withOne = <T>(list: readonly T[], index: number, one: T | null): T[] =>
  list.flatMap((each, at) => (at === index ? (one === null ? [] : [one]) : [each]));

/** Where a time or a day is not filled in ("weekly.0", "exceptions.2"); null: nowhere. */
export const missingIn = ({ weekly, exceptions }: Hours): string | null => {
  const isHalf = (spans: readonly Span[]): boolean => spans.some(({ from, to }) => from === "" || to === "");
  const day = weekly.findIndex(isHalf);
  if (day >= 0) return `weekly.${day}`;
  const special = exceptions.findIndex((one) => one.from === "" || one.to === "" || isHalf(one.spans));
  return special < 0 ? null : `exceptions.${special}`;
};
