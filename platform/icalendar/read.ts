// Reads an iCalendar text (RFC 5545): which days its events are, and which times. Run in a thread by platform/icalendar/icalendar.ts, which ends it when it takes too long.
import ical from "ical.js";
import { instantOf, isTimeZone } from "#lib/timeZone.ts";
import { structured, type CalendarFault, type Line } from "#platform/icalendar/lines.ts";

const { Component, Duration, Recur, Time, Timezone } = ical;
type Time = InstanceType<typeof Time>;
type Timezone = InstanceType<typeof Timezone>;
type Recur = InstanceType<typeof Recur>;

/** From one to another, both included: "2026-12-24". */
export interface CalendarDays {
  readonly from: string;
  readonly to: string;
  readonly name: string;
}

/** From one to another, the end excluded: an instant ("…Z"), or what the clock says wherever one is ("2026-12-24T13:00"). */
export interface CalendarTimes {
  readonly from: string;
  readonly to: string;
  readonly name: string;
}

export interface CalendarEvents {
  readonly days: readonly CalendarDays[];
  readonly times: readonly CalendarTimes[];
}

export interface CalendarWindow {
  /** The first and the last day that matter: "2026-12-24". */
  readonly from: string;
  readonly until: string;
  /** More days and times than this are a fault. */
  readonly most: number;
}

/** Steps that all rules of a text may take together: a daily rule of a century takes 37,000, and a second. */
const mostSteps = 40_000;
const mostNameLength = 200;
const dayMs = 86_400_000;

class Fault extends Error {
  readonly what: CalendarFault;
  constructor(fault: CalendarFault["fault"], line: Pick<Line, "number" | "text">) {
    super(fault);
    this.what = { fault, line: line.number, text: line.text.slice(0, 80) };
  }
}

/** The days and times of a calendar's events within a window, in their order; or the first fault. Cancelled events are none. */
export const readEvents = (text: string, window: CalendarWindow): CalendarEvents | CalendarFault => {
  const read = structured(text);
  if ("fault" in read) return read;
  const state: Reading = { window, zones: zonesIn(read.zones), steps: 0, days: [], times: [] };
  try {
    // An event with a RECURRENCE-ID is one of another's, in its own words or cancelled: that one leaves it out.
    const moved = new Map<string, Set<string>>();
    for (const event of read.events) {
      const [uid, recurrence] = [one(event.lines, "UID")?.value, one(event.lines, "RECURRENCE-ID")];
      if (uid === undefined || recurrence === undefined) continue;
      const found = moved.get(uid) ?? new Set();
      moved.set(uid, found.add(keyOf(moment(recurrence, recurrence.value, state))));
    }
    for (const event of read.events) readEvent(event, moved, state);
  } catch (error) {
    if (error instanceof Fault) return error.what;
    throw error;
  }
  const inOrder = (a: CalendarDays, b: CalendarDays): number => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0);
  return { days: state.days.toSorted(inOrder), times: state.times.toSorted(inOrder) };
};

interface Reading {
  readonly window: CalendarWindow;
  readonly zones: ReadonlyMap<string, Timezone>;
  steps: number;
  readonly days: CalendarDays[];
  readonly times: CalendarTimes[];
}

/** A date, or a time with where it is told. */
interface Moment {
  /** As written: no zone is in it. */
  readonly time: Time;
  readonly zone: "date" | "floating" | "utc" | { readonly iana: string } | Timezone;
}

const one = (lines: readonly Line[], name: string): Line | undefined => lines.find((line) => line.name === name);

const two = (value: number): string => String(value).padStart(2, "0");
const dayOf = ({ year, month, day }: Time): string => `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;
/** Two moments of one event are the same when they are written the same, and tell the same time. */
const keyOf = (moment: Moment): string =>
  moment.zone === "date" || moment.zone === "floating" ? moment.time.toString() : String(instant(moment));

/** A value of a line as a date or a time: "20261224", "20261224T130000", "20261224T130000Z", with the line's zone. */
const moment = (line: Line, value: string, state: Reading): Moment => {
  const parts = /^([1-9]\d{3})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/.exec(value.trim());
  const [, year, month, day, hour, minute, second, utc] = parts ?? [];
  if (year === undefined || !isDay(Number(year), Number(month), Number(day))) throw new Fault("value", line);
  const [at, on, past] = [Number(hour ?? 0), Number(minute ?? 0), Math.min(59, Number(second ?? 0))];
  if (at > 23 || on > 59 || Number(second ?? 0) > 60) throw new Fault("value", line);
  const isDate = hour === undefined;
  const time = new Time(
    { year: Number(year), month: Number(month), day: Number(day), hour: at, minute: on, second: past, isDate },
    Timezone.localTimezone,
  );
  if (isDate) return { time, zone: "date" };
  if (utc === "Z") return { time, zone: "utc" };
  const tzid = line.parameters.get("TZID");
  if (tzid === undefined) return { time, zone: "floating" };
  // Some prefix the name of the zone with where its rules come from: "/example.org/2005/Europe/Berlin".
  const names = [tzid, tzid.split("/").slice(-2).join("/")];
  const iana = names.find((name) => isTimeZone(name));
  const zone = iana === undefined ? state.zones.get(tzid) : { iana };
  if (zone === undefined) throw new Fault("zone", line);
  return { time, zone };
};

const isDay = (year: number, month: number, day: number): boolean =>
  month >= 1 && month <= 12 && day >= 1 && day <= Time.daysInMonth(month, year);

/** A moment that is told in a zone, in milliseconds since 1970. */
const instant = ({ time, zone }: Moment): number => {
  const written = Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second);
  if (zone instanceof Timezone) return written - zone.utcOffset(time) * 1000;
  return zone === "utc" || zone === "date" || zone === "floating"
    ? written
    : instantOf({ day: dayOf(time), minute: time.hour * 60 + time.minute }, zone.iana);
};

/** The zones that the text brings with it. */
const zonesIn = (zones: readonly { readonly tzid: string; readonly text: string }[]): ReadonlyMap<string, Timezone> =>
  new Map(
    zones.flatMap(({ tzid, text }) => {
      try {
        return [[tzid, new Timezone({ component: Component.fromString(text), tzid })] as const];
      } catch {
        // Whoever names it is told that there is none.
        return [];
      }
    }),
  );

const readEvent = (
  { begin, lines }: { readonly begin: Line; readonly lines: readonly Line[] },
  moved: ReadonlyMap<string, ReadonlySet<string>>,
  state: Reading,
): void => {
  const beginning = one(lines, "DTSTART");
  const isOneOf = one(lines, "RECURRENCE-ID") !== undefined;
  if (one(lines, "STATUS")?.value.trim().toUpperCase() === "CANCELLED") return;
  if (beginning === undefined) throw new Fault("start", begin);
  const start = moment(beginning, beginning.value, state);
  const lengthMs = lengthOf(lines, start, state);
  const name = nameOf(one(lines, "SUMMARY")?.value ?? "");
  const left = new Set(isOneOf ? [] : moved.get(one(lines, "UID")?.value ?? ""));
  for (const line of lines.filter((each) => each.name === "EXDATE"))
    for (const value of line.value.split(",")) left.add(keyOf(moment(line, value, state)));
  for (const line of lines.filter((each) => each.name === "EXRULE"))
    eachOf(line, start, state, (at) => void left.add(keyOf(at)));
  const told = new Set<string>();
  const tell = (at: Moment): void => {
    const key = keyOf(at);
    if (left.has(key) || told.has(key)) return;
    told.add(key);
    put(at, lengthMs, name, beginning, state);
  };
  const rules = isOneOf ? [] : lines.filter((each) => each.name === "RRULE");
  tell(start);
  for (const line of rules) eachOf(line, start, state, tell);
  for (const line of lines.filter((each) => each.name === "RDATE"))
    for (const value of line.value.split(",")) tell(moment(line, value.split("/")[0] ?? "", state));
};

const startMs = ({ time }: Moment): number =>
  Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second);

/** How long an event takes, from its end or its duration. A date without either is that day; a time without is no time at all. */
const lengthOf = (lines: readonly Line[], start: Moment, state: Reading): number => {
  const [end, duration] = [one(lines, "DTEND"), one(lines, "DURATION")];
  if (end !== undefined) {
    const until = moment(end, end.value, state);
    if ((until.zone === "date") !== (start.zone === "date")) throw new Fault("value", end);
    const isWritten = until.zone === "floating" || start.zone === "floating";
    const length = isWritten ? startMs(until) - startMs(start) : instant(until) - instant(start);
    if (length < 0) throw new Fault("order", end);
    // Some say of a single day that it ends when it begins.
    return start.zone === "date" ? Math.max(dayMs, length) : length;
  }
  if (duration === undefined) return start.zone === "date" ? dayMs : 0;
  const length = durationMs(duration);
  return start.zone === "date" ? Math.max(dayMs, Math.ceil(length / dayMs) * dayMs) : length;
};

const durationMs = (line: Line): number => {
  if (!/^\+?P[\dWDTHMS]{2,30}$/.test(line.value.trim())) throw new Fault("value", line);
  try {
    const length = Duration.fromString(line.value.trim()).toSeconds() * 1000;
    if (Number.isFinite(length)) return length;
  } catch {
    // Told below, with its line.
  }
  throw new Fault("value", line);
};

/** Goes through what a rule makes of a start, until the window ends. Rules that repeat more often than daily are refused before anything is reckoned. */
const eachOf = (line: Line, start: Moment, state: Reading, take: (at: Moment) => void): void => {
  let rule: Recur;
  try {
    rule = Recur.fromString(line.value.trim());
  } catch {
    throw new Fault("value", line);
  }
  if (["SECONDLY", "MINUTELY", "HOURLY"].includes(rule.freq)) throw new Fault("rule", line);
  if (!["DAILY", "WEEKLY", "MONTHLY", "YEARLY"].includes(rule.freq)) throw new Fault("value", line);
  if (["BYHOUR", "BYMINUTE", "BYSECOND"].some((part) => rule.getComponent(part).length > 0))
    throw new Fault("rule", line);
  if (!(rule.interval >= 1)) throw new Fault("value", line);
  // "Until" may be told in UTC where the start is not: a day more is looked at, and what is behind it is left out here.
  const until = rule.until === null ? null : untilMs(rule.until, start);
  rule.until = null;
  const last = Date.parse(`${state.window.until}T00:00:00Z`) + 2 * dayMs;
  const next = iterated(rule, start, line);
  for (let time = next(); time; time = next()) {
    state.steps += 1;
    if (state.steps > mostSteps) throw new Fault("many", line);
    const at: Moment = { time: time.clone(), zone: start.zone };
    if (startMs(at) > last) return;
    if (!isMeant(rule, start.time, time)) continue;
    if (until !== null && (start.zone === "floating" || start.zone === "date" ? startMs(at) : instant(at)) > until)
      return;
    take(at);
  }
};

/** The library makes 1 March of a 29 February that is not there, of 30 February likewise; by RFC 5545 (3.3.10) such a day is left out. */
const isMeant = ({ freq, parts }: Recur, start: Time, { year, month, day }: Time): boolean => {
  const { BYMONTH: months = [], BYMONTHDAY: days = [] } = parts;
  if (months.length > 0 && !months.includes(month)) return false;
  if (days.length > 0) return days.includes(day) || days.includes(day - Time.daysInMonth(month, year) - 1);
  const isPlain = (freq === "YEARLY" || freq === "MONTHLY") && Object.keys(parts).length === 0;
  return !isPlain || (day === start.day && (freq === "MONTHLY" || month === start.month));
};

/** A rule's end in the same count as what it is compared with; a date is the end of that day. */
const untilMs = (until: Time, start: Moment): number => {
  const written = Date.UTC(until.year, until.month - 1, until.day, until.hour, until.minute, until.second);
  if (until.isDate) return written + (start.zone === "date" ? 0 : dayMs - 1000);
  if (start.zone === "date" || start.zone === "floating") return written;
  return until.zone === Timezone.utcTimezone ? written : instant({ time: until, zone: start.zone });
};

const iterated = (rule: Recur, start: Moment, line: Line): (() => Time | null) => {
  const wrong = (error: unknown): never => {
    throw error instanceof Error ? new Fault("value", line) : error;
  };
  try {
    const iterator = rule.iterator(start.time);
    return () => {
      try {
        return iterator.next() ?? null;
      } catch (error) {
        return wrong(error);
      }
    };
  } catch (error) {
    return wrong(error);
  }
};

/** Puts down what of one occurrence lies within the window. */
const put = (at: Moment, lengthMs: number, name: string, line: Line, { window, days, times }: Reading): void => {
  if (days.length + times.length >= window.most) throw new Fault("many", line);
  const [first, last] = [Date.parse(`${window.from}T00:00:00Z`), Date.parse(`${window.until}T00:00:00Z`)];
  const isTold = at.zone === "date" || at.zone === "floating";
  const begins = isTold ? startMs(at) : instant(at);
  // Some events never end.
  const ends = Math.min(begins + lengthMs, last + dayMs);
  const from = Math.max(begins, first);
  if (from >= ends) return;
  const text = (ms: number, letters: number): string => new Date(ms).toISOString().slice(0, letters);
  if (at.zone === "date") days.push({ from: text(from, 10), to: text(ends - dayMs, 10), name });
  else times.push({ from: text(from, isTold ? 16 : 24), to: text(ends, isTold ? 16 : 24), name });
};

/** A text value (RFC 5545, 3.3.11) on one line. */
const nameOf = (value: string): string =>
  value
    .replaceAll(/\\([\\;,nN])/g, (_, escaped: string) => (escaped === "n" || escaped === "N" ? " " : escaped))
    .replaceAll(/\s+/g, " ")
    .trim()
    .slice(0, mostNameLength);
