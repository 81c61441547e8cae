// When it is open, and when that changes; and what hours cannot be. How much of a time is open. Called by hours/actions.ts, promises/model.ts and server/chat-now.ts; pure.
import { refuse, type Refusal } from "#contract/errors.ts";
import type { CalendarDays, CalendarTimes } from "#contract/calendars.ts";
import type { HolidayRule, HolidayTimes, Hours, Span } from "#contract/hours.ts";
import { holidayOn, partsOf, type GermanHoliday } from "#lib/germanHolidays.ts";
import { storable } from "#lib/text.ts";
import { dayAfter, instantOf, isCalendarDay, isTimeZone, wallAt, weekdayOf, type CalendarDay } from "#lib/timeZone.ts";

/** What a calendar says: whole days, and times at which it is closed. */
export interface Calendared {
  readonly days: readonly CalendarDays[];
  readonly times: readonly CalendarTimes[];
}

/** Hours with what their calendars say, in the order in which they name them; without, they have none. */
export type OpenHours = Hours & { readonly calendared?: readonly Calendared[] };

const wholeDay = 1440;

/** How far a change is looked for: over a year, so that whoever opens on one day of it is found. */
const daysAhead = 400;

const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

/** In minutes since the day's 00:00; the end may lie in the next day. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

const stretchOf = ({ from, to }: Span): Stretch => {
  const [begins, ends] = [minuteOf(from), minuteOf(to)];
  return { from: begins, to: ends > begins ? ends : ends + wholeDay };
};

const exceptionOn = (hours: Hours, day: CalendarDay): Hours["exceptions"][number] | undefined =>
  hours.exceptions.find(({ from, to }) => from <= day && day <= to);

interface Holiday {
  readonly reason: DayReason;
  readonly times: HolidayTimes;
}

/** The holiday that a day is by these hours, and when it is open on it. Exceptions go before it. */
const holidayAt = ({ holidays, calendared }: OpenHours, day: CalendarDay): Holiday | null => {
  if (!holidays) return null;
  const holiday = holidays.state && holidayOn({ state: holidays.state, part: holidays.part }, day);
  if (holiday) {
    const own = holidays.own.find((one) => one.holiday === holiday);
    return { reason: { kind: "holiday", holiday }, times: own?.times ?? holidays.times };
  }
  for (const calendar of calendared ?? []) {
    const found = daysIn(calendar, day.slice(0, 7)).find(({ from, to }) => from <= day && day <= to);
    if (found) return { reason: { kind: "calendar", name: found.name }, times: timesNamed(holidays, found.name) };
  }
  return null;
};

const timesNamed = ({ named, times }: HolidayRule, name: string): HolidayTimes =>
  named.find((one) => one.name === name)?.times ?? times;

/** A calendar's days by their month: among two thousand one is found at once. */
const byMonth = new WeakMap<Calendared, ReadonlyMap<string, readonly CalendarDays[]>>();
const daysIn = (calendar: Calendared, month: string): readonly CalendarDays[] => {
  const known = byMonth.get(calendar);
  if (known) return known.get(month) ?? [];
  const months = new Map<string, CalendarDays[]>();
  for (const one of calendar.days)
    for (let at = one.from.slice(0, 7); at <= one.to.slice(0, 7); at = dayAfter(`${at}-28`, 4).slice(0, 7))
      months
        .set(at, months.get(at) ?? [])
        .get(at)
        ?.push(one);
  byMonth.set(calendar, months);
  return months.get(month) ?? [];
};

const onHoliday = (times: HolidayTimes, { weekly }: Hours, weekday: number): readonly Span[] => {
  if (times.how === "spans") return times.spans;
  return times.how === "closed" ? [] : (weekly[times.how === "like" ? times.weekday : weekday] ?? []);
};

/** The spans of a day, in no order. */
export const spansOn = (hours: OpenHours, day: CalendarDay): readonly Span[] => {
  const exception = exceptionOn(hours, day);
  if (exception) return exception.spans;
  const weekday = weekdayOf(day);
  const holiday = holidayAt(hours, day);
  return holiday === null ? (hours.weekly[weekday] ?? []) : onHoliday(holiday.times, hours, weekday);
};

/** A day as the number of days since 1970 in the calendar: to count on costs nothing. */
type DayNumber = number;

const dayMs = 86_400_000;
const numberOf = (day: CalendarDay): DayNumber => Date.parse(`${day}T00:00:00Z`) / dayMs;

/** Days that were asked for, of hours that are at hand: what the zone says of a day costs more than all else here, and never changes. */
const known = new WeakMap<OpenHours, Map<DayNumber, readonly Stretch[]>>();
const mostKnown = 1_000;

/** The stretches that begin on a day, as instants (milliseconds since 1970), in their order. The end is the first moment that is closed. */
const stretchesOf = (hours: OpenHours): ((day: DayNumber) => readonly Stretch[]) => {
  const days = known.get(hours) ?? new Map<DayNumber, readonly Stretch[]>();
  known.set(hours, days);
  return (number) => {
    const before = days.get(number);
    if (before !== undefined) return before;
    const day = new Date(number * dayMs).toISOString().slice(0, 10);
    const stretches = spansOn(hours, day)
      .map(stretchOf)
      .toSorted((a, b) => a.from - b.from)
      .map(({ from, to }) => ({
        from: instantOf({ day, minute: from }, hours.timeZone),
        to: instantOf({ day, minute: to }, hours.timeZone),
      }))
      .flatMap((stretch) => (exceptionOn(hours, day) ? [stretch] : without(stretch, closedTimesOf(hours))));
    if (days.size >= mostKnown) days.clear();
    days.set(number, stretches);
    return stretches;
  };
};

interface ClosedTime extends Stretch {
  readonly name: string;
}

/** The times at which calendars close these hours, as instants, by their beginning. */
const closedTimes = new WeakMap<OpenHours, readonly ClosedTime[]>();
const closedTimesOf = (hours: OpenHours): readonly ClosedTime[] => {
  const before = closedTimes.get(hours);
  if (before) return before;
  const { holidays, calendared = [], timeZone } = hours;
  const at = (text: string): number =>
    text.endsWith("Z")
      ? Date.parse(text)
      : instantOf({ day: text.slice(0, 10), minute: minuteOf(text.slice(11)) }, timeZone);
  const found = calendared
    .flatMap(({ times }) => times)
    .filter(({ name }) => holidays && timesNamed({ ...holidays, times: { how: "closed" } }, name).how !== "usual")
    .map(({ from, to, name }) => ({ from: at(from), to: at(to), name }))
    .toSorted((a, b) => a.from - b.from);
  closedTimes.set(hours, found);
  return found;
};

/** What is left of a stretch when others (by their beginning) are taken out of it. */
const without = (stretch: Stretch, closed: readonly Stretch[]): readonly Stretch[] => {
  const left: Stretch[] = [];
  let { from } = stretch;
  for (const one of closed) {
    if (one.from >= stretch.to) break;
    if (one.to <= from) continue;
    if (one.from > from) left.push({ from, to: one.from });
    from = one.to;
  }
  return from < stretch.to ? [...left, { from, to: stretch.to }] : left;
};

/** Is it open at that instant? A span that runs over midnight belongs to the day it begins on, also when the next one is an exception. */
export const openAt = (hours: OpenHours, at: Date): boolean => {
  const now = at.getTime();
  const on = stretchesOf(hours);
  const day = numberOf(wallAt(now, hours.timeZone).day);
  // A day whose clocks are put back may end after the next has begun to be told by its spans; two days back is always enough.
  return [-2, -1, 0, 1].some((days) => on(day + days).some(({ from, to }) => from <= now && now < to));
};

/**
 * The first instant after `at` at which it opens, or closes: spans that touch are one. Null: nothing changes within 400 days. A span's time that the clocks
 * jump over is the moment of the jump, one that comes twice its first coming (lib/timeZone.ts).
 */
export const nextChange = (hours: OpenHours, at: Date): Date | null => {
  const now = at.getTime();
  const { day } = wallAt(now, hours.timeZone);
  const on = stretchesOf(hours);
  const today = numberOf(day);
  let end = openAt(hours, at) ? now : null;
  for (let days = -2; days <= daysAhead; days += 1)
    for (const { from, to } of on(today + days)) {
      if (to <= now || to <= from) continue;
      if (end === null) return new Date(from);
      if (from > end) return new Date(end);
      end = Math.max(end, to);
    }
  // What ended within the days that were looked at would have been told: a last span that touches nothing ends here.
  return end === null || end === now || end >= instantOf({ day: dayAfter(day, daysAhead), minute: 0 }, hours.timeZone)
    ? null
    : new Date(end);
};

/**
 * From `from` on (milliseconds since 1970) goes through the open time in its order, each moment once, until `take` says true or 400 days have passed.
 * Spans that overlap, because clocks were put back or a night runs into an exception, are one.
 */
const throughOpen = (hours: OpenHours, from: number, take: (stretch: Stretch) => boolean): void => {
  const on = stretchesOf(hours);
  // No zone's day is more than one away from that of UTC: to ask the zone would cost ten times as much as all the rest.
  const day = Math.floor(from / dayMs);
  const last = from + daysAhead * dayMs;
  let reached = from;
  for (let days = -3; days <= daysAhead + 1; days += 1)
    for (const stretch of on(day + days)) {
      const begins = Math.max(stretch.from, reached);
      if (stretch.to <= begins) continue;
      if (begins > last) return;
      reached = stretch.to;
      if (take({ from: begins, to: stretch.to })) return;
    }
};

/** How much of the time from `from` until `to` (milliseconds since 1970) is open, in milliseconds, up to 400 days. Null hours: all of it. */
export const openWithin = (hours: OpenHours | null, from: number, to: number): number => {
  if (to <= from) return 0;
  if (hours === null) return to - from;
  let open = 0;
  throughOpen(hours, from, (stretch) => {
    open += Math.max(0, Math.min(stretch.to, to) - stretch.from);
    return stretch.to >= to;
  });
  return open;
};

/** The first instant by which it was open for `ms` since `from`; a closing time is met in time. Null: not within 400 days. Null hours: always open. */
export const afterOpen = (hours: OpenHours | null, from: number, ms: number): number | null => {
  if (hours === null || ms <= 0) return from + Math.max(0, ms);
  let left = ms;
  let found: number | null = null;
  throughOpen(hours, from, (stretch) => {
    const length = stretch.to - stretch.from;
    if (length < left) {
      left -= length;
      return false;
    }
    found = stretch.from + left;
    return true;
  });
  return found;
};

/** Why a day is not as others are: the words of an exception or a calendar ("Deutsch = English"), or a holiday by its name in the locales (`holidays.<name>`). */
export type DayReason =
  | { readonly kind: "exception" | "calendar"; readonly name: string }
  | { readonly kind: "holiday"; readonly holiday: GermanHoliday };

/** Why the day of an instant is not as others are, or why it is closed at that very time; null: it is, or nobody said why. */
export const reasonAt = (hours: OpenHours, at: Date): DayReason | null => {
  const now = at.getTime();
  const { day } = wallAt(now, hours.timeZone);
  const exception = exceptionOn(hours, day);
  if (exception) return exception.name === "" ? null : { kind: "exception", name: exception.name };
  const found = holidayAt(hours, day);
  if (found !== null && found.times.how !== "usual")
    return found.reason.kind !== "holiday" && found.reason.name === "" ? null : found.reason;
  const closed = closedTimesOf(hours).find(({ from, to, name }) => name !== "" && from <= now && now < to);
  return closed ? { kind: "calendar", name: closed.name } : null;
};

/** What of the hours cannot be: the first fault with its place, or the hours with every day in its order. */
export const judgeHours = (given: Hours): Hours | Refusal => {
  if (!isTimeZone(given.timeZone)) return refuse("hoursZone", { zone: given.timeZone.slice(0, 64) }, "timeZone");
  for (const [index, spans] of given.weekly.entries()) {
    const fault = faultIn(spans, `weekly.${index}`);
    if (fault !== null) return fault;
    const next = given.weekly[(index + 1) % 7] ?? [];
    const late = spans.find((one) => next.some((other) => stretchOf(one).to > stretchOf(other).from + wholeDay));
    if (late) return refuse("hoursIntoNext", { ...late }, `weekly.${index}`);
  }
  const days = given.exceptions.toSorted((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
  for (const [index, { from, to, spans }] of given.exceptions.entries()) {
    const place = `exceptions.${index}`;
    if (!isCalendarDay(from) || !isCalendarDay(to) || to < from) return refuse("hoursDays", { from, to }, place);
    const fault = faultIn(spans, place);
    if (fault !== null) return fault;
  }
  for (const [index, { from }] of days.entries()) {
    const before = days[index - 1];
    if (before !== undefined && before.to >= from)
      return refuse(
        "hoursTwice",
        { day: from },
        `exceptions.${given.exceptions.findIndex((one) => one === days[index])}`,
      );
  }
  const holidays = given.holidays && judgeHolidays(given.holidays);
  if (holidays && "refused" in holidays) return holidays;
  return {
    timeZone: given.timeZone,
    weekly: given.weekly.map(inOrder),
    exceptions: days.map((one) => ({ ...one, name: storable(one.name).trim(), spans: inOrder(one.spans) })),
    ...(holidays ? { holidays } : {}),
  };
};

/** The same of the rule for holidays: "holidays.times", "holidays.own.2". What stands twice counts as it stands first. */
const judgeHolidays = (given: HolidayRule): HolidayRule | Refusal => {
  const inTimes = (times: HolidayTimes, place: string): Refusal | null =>
    times.how === "spans" ? faultIn(times.spans, place) : null;
  const sorted = (times: HolidayTimes): HolidayTimes =>
    times.how === "spans" ? { ...times, spans: inOrder(times.spans) } : times;
  const fault = inTimes(given.times, "holidays.times");
  if (fault !== null) return fault;
  for (const list of ["own", "named"] as const)
    for (const [index, { times }] of given[list].entries()) {
      const one = inTimes(times, `holidays.${list}.${index}`);
      if (one !== null) return one;
    }
  return {
    state: given.state,
    part: given.state !== null && partsOf(given.state).includes(given.part) ? given.part : "none",
    times: sorted(given.times),
    own: given.own
      .filter(({ holiday }, index) => given.own.findIndex((one) => one.holiday === holiday) === index)
      .map(({ holiday, times }) => ({ holiday, times: sorted(times) })),
    calendars: [...new Set(given.calendars)],
    named: given.named
      .filter(({ name }, index) => given.named.findIndex((one) => one.name === name) === index)
      .map(({ name, times }) => ({ name: storable(name), times: sorted(times) })),
  };
};

const inOrder = (spans: readonly Span[]): Span[] => spans.toSorted((a, b) => minuteOf(a.from) - minuteOf(b.from));

const faultIn = (spans: readonly Span[], place: string): Refusal | null => {
  const empty = spans.find(({ from, to }) => from === to && from !== "00:00");
  if (empty) return refuse("hoursEmpty", { time: empty.from }, place);
  const sorted = inOrder(spans);
  for (const [index, one] of sorted.entries()) {
    const next = sorted[index + 1];
    if (next && stretchOf(one).to > stretchOf(next).from)
      return refuse("hoursOverlap", { first: `${one.from}–${one.to}`, second: `${next.from}–${next.to}` }, place);
  }
  return null;
};
