// What the clock on the wall says in a time zone, and when it says it. The zones' rules are the runtime's own (Intl, IANA's data). Used by modules/hours.

/** A date as people write it in a calendar: "2026-03-29". */
export type CalendarDay = string;

/** `minute`: whole minutes since the clock said 00:00. */
export interface WallTime {
  readonly day: CalendarDay;
  readonly minute: number;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making one costs a thousand times as much as asking it. */
const formatOf = (zone: string): Intl.DateTimeFormat => {
  const known = formats.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  // Names come from administrators: what is kept of them is bounded.
  if (formats.size >= 200) formats.clear();
  formats.set(zone, format);
  return format;
};

/** Is it a time zone that the runtime knows by a name of IANA's ("Europe/Berlin", "UTC")? Offsets such as "+02:00" know no daylight saving, and are none. */
export const isTimeZone = (zone: string): boolean => {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,60}$/.test(zone)) return false;
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
};

/** What the clock says at an instant (milliseconds since 1970), as if it were UTC: only the difference of two of them in one zone means something. */
const readingAt = (at: number, zone: string): number => {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(at)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
};

/** The clock's reading at an instant. */
export const wallAt = (at: number, zone: string): WallTime => {
  const reading = readingAt(at, zone);
  return {
    day: new Date(reading).toISOString().slice(0, 10),
    minute: Math.floor((((reading % dayMs) + dayMs) % dayMs) / minuteMs),
  };
};

/** That many days later (earlier when negative) in the calendar. */
export const dayAfter = (day: CalendarDay, days: number): CalendarDay =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);

/** 0 is Monday. */
export const weekdayOf = (day: CalendarDay): number => (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;

/** Is there such a day in the calendar? "2026-02-30" is none. */
export const isCalendarDay = (day: string): boolean => {
  if (!/^[12]\d{3}-\d{2}-\d{2}$/.test(day)) return false;
  const at = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
};

/**
 * The first instant at which the clock says that time or a later one. A time that comes twice, because clocks are put back, is its first coming; one that
 * never comes, because they are put forward, is the moment when they are. `minute` may lie beyond 1440: then it is the next day's.
 */
export const instantOf = ({ day, minute }: WallTime, zone: string): number => {
  const wanted = Date.parse(`${day}T00:00:00Z`) + minute * minuteMs;
  const offsetAt = (at: number): number => readingAt(at, zone) - Math.floor(at / 1000) * 1000;
  // No place changes its clocks twice within two days.
  const [before, after] = [offsetAt(wanted - dayMs), offsetAt(wanted + dayMs)];
  const early = wanted - before;
  if (before === after || offsetAt(early) === before) return early;
  const late = wanted - after;
  if (offsetAt(late) === after) return late;
  // The clock jumps over it: between the two lies the jump, which is at a whole second.
  let [low, high] = [late, early];
  while (high - low > 1000) {
    const middle = low + Math.floor((high - low) / 2000) * 1000;
    if (offsetAt(middle) === after) high = middle;
    else low = middle;
  }
  return high;
};
