// What the form of opening hours does to them, and what is still missing. Pure; called by web/kit/hours and the forms that hold hours.
import type { CalendarDays, HolidayCalendar } from "#contract/calendars.ts";
import type { HolidayRule, HolidayTimes, Hours, Span } from "#contract/hours.ts";
import { holidayOn, holidaysEver, type GermanHoliday, type GermanState, type StatePart } from "#lib/germanHolidays.ts";
import { dayAfter, isTimeZone, wallAt, weekdayOf, type CalendarDay } from "#lib/timeZone.ts";

/** What a form begins with: an office's week in the time zone of whoever looks. */
export const startHours = (timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone): Hours => ({
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
  const rule = hours.holidays ?? noHolidays;
  const there = state === null ? null : holidaysEver({ state, part });
  return withRule(hours, { ...rule, state, part, own: rule.own.filter(({ holiday }) => there?.has(holiday)) });
};

const noHolidays: HolidayRule = {
  state: null,
  part: "none",
  times: { how: "closed" },
  own: [],
  calendars: [],
  named: [],
};

const withRule = (hours: Hours, rule: HolidayRule): Hours => {
  if (rule.state !== null || rule.calendars.length > 0) return { ...hours, holidays: rule };
  const { holidays: _none, ...rest } = hours;
  return rest;
};

/** The hours with a calendar more, or without it. What was begun and not filled in for one of its days goes with it. */
export const withCalendar = (hours: Hours, id: HolidayCalendar["id"], isOn: boolean): Hours => {
  const rule = hours.holidays ?? noHolidays;
  const others = rule.calendars.filter((one) => one !== id);
  return withRule(hours, {
    ...rule,
    calendars: isOn ? [...others, id] : others,
    named: isOn ? rule.named : rule.named.filter(({ times }) => times.how !== "spans" || !isHalf(times.spans)),
  });
};

/** One holiday: of the state, by its name that never changes, or of a calendar, as it is called there. */
export type WhichHoliday = { readonly holiday: GermanHoliday } | { readonly name: string };

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
export const withTimes = (rule: HolidayRule, which: WhichHoliday, times: HolidayTimes | null): HolidayRule =>
  "holiday" in which
    ? { ...rule, own: replaced(rule.own, ({ holiday }) => holiday === which.holiday, times && { ...which, times }) }
    : { ...rule, named: replaced(rule.named, ({ name }) => name === which.name, times && { ...which, times }) };

const replaced = <T>(list: readonly T[], isIt: (one: T) => boolean, next: T | null): T[] => {
  const index = list.findIndex(isIt);
  if (index >= 0) return withOne(list, index, next);
  return next === null ? [...list] : [...list, next];
};

/** Where the times of one holiday stand in the hours: "holidays.own.1"; null: it has none of its own. */
export const placeOf = (rule: HolidayRule, which: WhichHoliday): string | null => {
  const list = "holiday" in which ? "own" : "named";
  const index =
    "holiday" in which
      ? rule.own.findIndex(({ holiday }) => holiday === which.holiday)
      : rule.named.findIndex(({ name }) => name === which.name);
  return index < 0 ? null : `holidays.${list}.${index}`;
};

/** A holiday that comes, and what becomes of it. */
export interface ComingHoliday {
  readonly day: CalendarDay;
  /** Its last day. */
  readonly to: CalendarDay;
  readonly which: WhichHoliday;
  /** What was chosen for it alone. */
  readonly own: HolidayTimes | null;
  /** When it is open, whatever decides it. */
  readonly spans: readonly Span[];
  /** The words of the exception that goes before it; null: none does. */
  readonly exception: string | null;
}

/** The calendars that hours name, in their order. */
const namedBy = (hours: Hours, calendars: readonly HolidayCalendar[]): readonly HolidayCalendar[] =>
  hours.holidays?.calendars.flatMap((id) => calendars.find((one) => one.id === id) ?? []) ?? [];

/** The holidays from `today` on, for twelve months, in their order; several days of a calendar in a row are one. */
export const comingHolidays = (
  hours: Hours,
  today: CalendarDay,
  calendars: readonly HolidayCalendar[] = [],
): readonly ComingHoliday[] => {
  const { holidays: rule } = hours;
  if (!rule) return [];
  const days = namedBy(hours, calendars).flatMap((calendar) => calendar.days);
  const told = new Set<CalendarDays>();
  return Array.from({ length: 365 }, (_, after) => dayAfter(today, after)).flatMap((day): ComingHoliday[] => {
    const holiday = rule.state === null ? undefined : holidayOn({ state: rule.state, part: rule.part }, day);
    const entry = holiday ? undefined : days.find(({ from, to }) => from <= day && day <= to);
    if (!holiday && (!entry || told.has(entry))) return [];
    if (entry) told.add(entry);
    const which = holiday ? { holiday } : { name: entry?.name ?? "" };
    const exception = hours.exceptions.find(({ from, to }) => from <= day && day <= to);
    const own =
      ("holiday" in which
        ? rule.own.find((one) => one.holiday === which.holiday)
        : rule.named.find((one) => one.name === which.name)
      )?.times ?? null;
    const spans = exception?.spans ?? spansBy(own ?? rule.times, hours, day);
    return [{ day, to: entry?.to ?? day, which, own, spans, exception: exception?.name ?? null }];
  });
};

const spansBy = (times: HolidayTimes, { weekly }: Hours, day: CalendarDay): readonly Span[] => {
  if (times.how === "spans") return times.spans;
  return times.how === "closed" ? [] : (weekly[times.how === "like" ? times.weekday : weekdayOf(day)] ?? []);
};

/** A time at which a calendar closes: "13:00" of a day to "15:00" of the same or another one. */
export interface ComingTime {
  readonly day: CalendarDay;
  readonly from: string;
  readonly to: string;
  readonly name: string;
}

/** The times at which calendars close from `today` on, for twelve months, as the clock says them in the hours' zone. */
export const comingTimes = (
  hours: Hours,
  today: CalendarDay,
  calendars: readonly HolidayCalendar[],
): readonly ComingTime[] => {
  const zone = isTimeZone(hours.timeZone) ? hours.timeZone : "UTC";
  const until = dayAfter(today, 365);
  const read = (text: string): { readonly day: CalendarDay; readonly clock: string } => {
    if (!text.endsWith("Z")) return { day: text.slice(0, 10), clock: text.slice(11) };
    const { day, minute } = wallAt(Date.parse(text), zone);
    return { day, clock: `${two(Math.floor(minute / 60))}:${two(minute % 60)}` };
  };
  return namedBy(hours, calendars)
    .flatMap(({ times }) => times)
    .map(({ from, to, name }) => ({ name, begins: read(from), ends: read(to) }))
    .filter(({ begins, ends }) => ends.day >= today && begins.day < until)
    .map(({ name, begins, ends }) => ({ day: begins.day, from: begins.clock, to: ends.clock, name }))
    .toSorted((a, b) => (`${a.day}${a.from}` < `${b.day}${b.from}` ? -1 : 1));
};

/** Does a fault lie at that place of the hours, or within it? */
export const isAtPlace = (fault: string, place: string): boolean => fault === place || fault.startsWith(`${place}.`);

/** Where a time or a day is not filled in ("weekly.0", "exceptions.2", "holidays.own.1"); null: nowhere. */
export const missingIn = ({ weekly, exceptions, holidays }: Hours): string | null => {
  const day = weekly.findIndex(isHalf);
  if (day >= 0) return `weekly.${day}`;
  const inTimes = (times: HolidayTimes): boolean => times.how === "spans" && isHalf(times.spans);
  if (holidays && inTimes(holidays.times)) return "holidays.times";
  for (const list of ["own", "named"] as const) {
    const index = holidays?.[list].findIndex(({ times }) => inTimes(times)) ?? -1;
    if (index >= 0) return `holidays.${list}.${index}`;
  }
  const special = exceptions.findIndex((one) => one.from === "" || one.to === "" || isHalf(one.spans));
  return special < 0 ? null : `exceptions.${special}`;
};

const isHalf = (spans: readonly Span[]): boolean => spans.some(({ from, to }) => from === "" || to === "");
