// Reads the text of a calendar for as many years as are kept. Called by hours/actions-calendars.ts and hours/actions-fetching.ts.
import { calendarLength, mostCalendarDays } from "#contract/calendars.ts";
import { refuse, type ErrorCode, type Refusal } from "#contract/errors.ts";
import { storable } from "#lib/text.ts";
import { dayAfter } from "#lib/timeZone.ts";
import type { KeptCalendar } from "#modules/hours/store.ts";
import { readCalendar } from "#platform/icalendar/icalendar.ts";
import type { CalendarFault } from "#platform/icalendar/lines.ts";

/** What is read of a text: last year, for what is counted of the past, and ten years ahead. */
const [pastDays, aheadDays] = [400, 3_660];

/** What a text says, with the text. */
export type ReadText = Pick<KeptCalendar, "days" | "times" | "readUntil"> & { readonly source: string };

export const today = (now: Date): string => now.toISOString().slice(0, 10);

const codes: Readonly<Record<CalendarFault["fault"], ErrorCode>> = {
  none: "calendarNone",
  line: "calendarLine",
  ends: "calendarEnds",
  value: "calendarValue",
  start: "calendarStart",
  order: "calendarOrder",
  rule: "calendarRule",
  zone: "calendarZone",
  many: "calendarMany",
  slow: "calendarSlow",
};

/**
 * Reads a text. Refuses with calendarLarge, calendarEmpty (nothing of it lies in the years that are read), or what is wrong in which line:
 * calendarNone, calendarLine, calendarEnds, calendarValue, calendarStart, calendarOrder, calendarRule, calendarZone, calendarMany, calendarSlow.
 */
export const readText = async (text: string, now: Date): Promise<ReadText | Refusal> => {
  const source = storable(text);
  if (source.length > calendarLength) return refuse("calendarLarge", { most: calendarLength }, "text");
  const readUntil = dayAfter(today(now), aheadDays);
  const read = await readCalendar(source, {
    from: dayAfter(today(now), -pastDays),
    until: readUntil,
    most: mostCalendarDays,
  });
  if ("fault" in read)
    return refuse(codes[read.fault], { line: read.line, text: storable(read.text), most: mostCalendarDays }, "text");
  if (read.days.length + read.times.length === 0) return refuse("calendarEmpty", {}, "text");
  const named = <T extends { readonly name: string }>(list: readonly T[]): T[] =>
    list.map((one) => ({ ...one, name: storable(one.name) }));
  return { source, days: named(read.days), times: named(read.times), readUntil };
};

/** Does another reading say the same as what is kept, for the days that both know? The years that are read move on with every day. */
export const saysTheSame = (kept: KeptCalendar, read: ReadText, now: Date): boolean => {
  const from = dayAfter(today(now), -pastDays);
  const both = <T extends { readonly from: string; readonly to: string }>(list: readonly T[]): T[] =>
    list.filter((one) => one.to.slice(0, 10) >= from && one.from.slice(0, 10) <= kept.readUntil);
  const said = ({ days, times }: Pick<KeptCalendar, "days" | "times">): string =>
    JSON.stringify([both(days), both(times)].map((list) => list.map(({ from: at, to, name }) => [at, to, name])));
  return said(kept) === said(read);
};
