// What the form of opening hours does to them, and what is still missing. Pure; called by web/screens/brands/OpeningHours.tsx.
import type { HolidayRule, HolidayTimes, Hours, Span } from "#contract/hours.ts";
import { holidayOn, holidaysEver, type GermanHoliday, type GermanState, type StatePart } from "#lib/germanHolidays.ts";
import { dayAfter, weekdayOf, type CalendarDay } from "#lib/timeZone.ts";

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

/**
 * The hours with the holidays of a state, closed on all of them as long as nothing else is said; null: with none. What was chosen for a day that is no
 * holiday there goes: nobody could see it any more.
 */
export const withState = (hours: Hours, state: GermanState | null, part: StatePart = "none"): Hours => {
  if (state !== null) {
    const there = holidaysEver({ state, part });
    const { times = { how: "closed" }, own = [] } = hours.holidays ?? {};
    return {
      ...hours,
      holidays: { state, part, times, own: own.filter(({ holiday }) => there.has(holiday)) },
    };
  }
  const { holidays: _none, ...rest } = hours;
  return rest;
};

/** What is chosen for a holiday, as the name of a choice: "closed", "usual", "like.6", "spans". */
export const timesChoice = (times: HolidayTimes): string =>
  times.how === "like" ? `like.${times.weekday}` : times.how;

/** The times that a choice means; own times begin with those that held until now. */
export const timesOf = (choice: string, spans: readonly Span[]): HolidayTimes => {
  if (choice === "closed" || choice === "usual") return { how: choice };
  return choice === "spans"
    ? { how: "spans", spans: spans.length === 0 ? withAnother([]) : [...spans] }
    : { how: "like", weekday: Number(choice.slice("like.".length)) };
};

/** The rule with other times on one holiday; null: as on all of them. */
export const withTimes = (rule: HolidayRule, holiday: GermanHoliday, times: HolidayTimes | null): HolidayRule => {
  const index = rule.own.findIndex((one) => one.holiday === holiday);
  if (index >= 0) return { ...rule, own: withOne(rule.own, index, times && { holiday, times }) };
  return times === null ? rule : { ...rule, own: [...rule.own, { holiday, times }] };
};

/** A holiday that comes, and what becomes of it. */
export interface ComingHoliday {
  readonly day: CalendarDay;
  readonly holiday: GermanHoliday;
  /** What was chosen for it alone. */
  readonly own: HolidayTimes | null;
  /** When it is open, whatever decides it. */
  readonly spans: readonly Span[];
  /** The words of the exception that goes before it; null: none does. */
  readonly exception: string | null;
}

/** The holidays from `today` on, for twelve months, in their order. */
export const comingHolidays = (hours: Hours, today: CalendarDay): readonly ComingHoliday[] => {
  const { holidays: rule } = hours;
  if (!rule || rule.state === null) return [];
  const place = { state: rule.state, part: rule.part };
  return Array.from({ length: 365 }, (_, days) => dayAfter(today, days)).flatMap((day) => {
    const holiday = holidayOn(place, day);
    if (holiday === undefined) return [];
    const exception = hours.exceptions.find(({ from, to }) => from <= day && day <= to);
    const own = rule.own.find((one) => one.holiday === holiday)?.times ?? null;
    const times = own ?? rule.times;
    const spans =
      times.how === "closed"
        ? []
        : times.how === "spans"
          ? times.spans
          : (hours.weekly[times.how === "like" ? times.weekday : weekdayOf(day)] ?? []);
    return [{ day, holiday, own, spans: exception?.spans ?? spans, exception: exception?.name ?? null }];
  });
};

/** Where a time or a day is not filled in ("weekly.0", "exceptions.2", "holidays.own.1"); null: nowhere. */
export const missingIn = ({ weekly, exceptions, holidays }: Hours): string | null => {
  const isHalf = (spans: readonly Span[]): boolean => spans.some(({ from, to }) => from === "" || to === "");
  const day = weekly.findIndex(isHalf);
  if (day >= 0) return `weekly.${day}`;
  const inTimes = (times: HolidayTimes): boolean => times.how === "spans" && isHalf(times.spans);
  if (holidays && inTimes(holidays.times)) return "holidays.times";
  const own = holidays?.own.findIndex(({ times }) => inTimes(times)) ?? -1;
  if (own >= 0) return `holidays.own.${own}`;
  const special = exceptions.findIndex((one) => one.from === "" || one.to === "" || isHalf(one.spans));
  return special < 0 ? null : `exceptions.${special}`;
};
