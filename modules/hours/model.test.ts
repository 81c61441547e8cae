// Opening hours against a slow reading of the same sentence: minute by minute along the clock on the wall, over the changes of daylight saving.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { HolidayRule, HolidayTimes, Hours, Span } from "#contract/hours.ts";
import { dayAfter, instantOf, isTimeZone, wallAt } from "#lib/timeZone.ts";
import { holidaysIn } from "#lib/germanHolidays.ts";
import {
  afterOpen,
  judgeHours,
  nextChange,
  openAt,
  openWithin,
  reasonAt,
  type Calendared,
  type OpenHours,
} from "#modules/hours/model.ts";
import { fc } from "#test/chance.ts";

const week = (spans: readonly Span[]): Hours["weekly"] => Array.from({ length: 7 }, () => [...spans]);
const hoursOf = (timeZone: string, spans: readonly Span[], exceptions: Hours["exceptions"] = []): Hours => ({
  timeZone,
  weekly: week(spans),
  exceptions,
});
const office = [{ from: "08:00", to: "18:00" }];

const minuteMs = 60_000;
const windowDays = 9;

/** Nine days around a change of the clocks, each minute with what the clock says: by another format than the model's. */
const wallIn = (timeZone: string, day: string) => {
  const format = new Intl.DateTimeFormat("sv-SE", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  });
  const begins = Date.parse(`${dayAfter(day, -4)}T00:00:00Z`);
  const readings = Array.from({ length: windowDays * 1440 }, (_, minute) => format.format(begins + minute * minuteMs));
  return { timeZone, begins, readings, first: dayAfter(day, -4) };
};
type Wall = ReturnType<typeof wallIn>;

// In each zone clocks are put forward, and put back: Lord Howe by half an hour.
const walls: readonly Wall[] = [
  wallIn("Europe/Berlin", "2026-03-29"),
  wallIn("Europe/Berlin", "2026-10-25"),
  wallIn("America/New_York", "2026-03-08"),
  wallIn("America/New_York", "2026-11-01"),
  wallIn("Australia/Lord_Howe", "2026-10-04"),
  wallIn("Australia/Lord_Howe", "2026-04-05"),
  // Good Friday to Easter Monday; and the end of a year with its two.
  wallIn("Europe/Berlin", "2026-04-04"),
  wallIn("Europe/Berlin", "2026-12-28"),
];

/** A calendar's times, in minutes of the window; floating ones are read from the wall, the first coming of each. */
const closedMinutes = (wall: Wall, { calendared = [], holidays }: OpenHours) =>
  calendared
    .flatMap(({ times }) => times)
    .filter(({ name }) => holidays?.named.find((one) => one.name === name)?.times.how !== "usual")
    .map(({ from, to }) => {
      const at = (text: string): number =>
        text.endsWith("Z")
          ? (Date.parse(text) - wall.begins) / minuteMs
          : wall.readings.findIndex((reading) => reading >= text.replace("T", " "));
      return { from: at(from), to: at(to) };
    });

/** "An exception goes before a holiday, a holiday before the weekday", and what a holiday's times say. */
const spansBySentence = (hours: OpenHours, day: string): readonly Span[] => {
  const exception = hours.exceptions.find((one) => one.from <= day && day <= one.to);
  if (exception) return exception.spans;
  const weekday = (new Date(`${day}T12:00:00Z`).getUTCDay() + 6) % 7;
  const usual = hours.weekly[weekday] ?? [];
  const { holidays } = hours;
  if (!holidays) return usual;
  const holiday =
    holidays.state && holidaysIn({ state: holidays.state, part: holidays.part }, Number(day.slice(0, 4))).get(day);
  const entry = hours.calendared?.flatMap(({ days }) => days).find(({ from, to }) => from <= day && day <= to);
  if (!holiday && !entry) return usual;
  const times =
    (holiday
      ? holidays.own.find((one) => one.holiday === holiday)
      : holidays.named.find(({ name }) => name === entry?.name)
    )?.times ?? holidays.times;
  switch (times.how) {
    case "closed":
      return [];
    case "usual":
      return usual;
    case "like":
      return hours.weekly[times.weekday] ?? [];
    case "spans":
      return times.spans;
  }
};

/** Open or not, for every minute of the window. */
const slowly = (wall: Wall, hours: OpenHours): readonly boolean[] => {
  const open = Array.from({ length: wall.readings.length }, () => false);
  const closed = closedMinutes(wall, hours);
  /** The first minute whose reading is that or a later one; none is further from its day than a day. */
  const firstAt = (wanted: string, days: number): number => {
    let minute = Math.max(0, (days - 1) * 1440);
    while (minute < wall.readings.length && (wall.readings[minute] ?? "") < wanted) minute += 1;
    return minute;
  };
  for (let days = 0; days < windowDays; days += 1) {
    const day = dayAfter(wall.first, days);
    for (const { from, to } of spansBySentence(hours, day)) {
      const end = to > from ? `${day} ${to}` : `${dayAfter(day, 1)} ${to}`;
      const isException = hours.exceptions.some((one) => one.from <= day && day <= one.to);
      const until = firstAt(end, days);
      for (let minute = firstAt(`${day} ${from}`, days); minute < until; minute += 1)
        if (isException || !closed.some((one) => one.from <= minute && minute < one.to)) open[minute] = true;
    }
  }
  return open;
};

const clock = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 15, 30, 45, 59))
  .map(([hour, minute]) => `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`);
const someSpans = fc.array(fc.record({ from: clock, to: clock }), { maxLength: 3 });
const someTimes: fc.Arbitrary<HolidayTimes> = fc.oneof(
  fc.constant({ how: "closed" as const }),
  fc.constant({ how: "usual" as const }),
  fc.record({ how: fc.constant("like" as const), weekday: fc.integer({ min: 0, max: 6 }) }),
  fc.record({ how: fc.constant("spans" as const), spans: someSpans }),
);
const someHolidays: fc.Arbitrary<HolidayRule | null> = fc.option(
  fc.record({
    state: fc.constantFrom(null, "DE", "BB", "HH", "BY"),
    part: fc.constantFrom("none", "catholic"),
    times: someTimes,
    own: fc.uniqueArray(
      fc.record({
        holiday: fc.constantFrom("easterSunday", "easterMonday", "newYear", "boxingDay", "goodFriday"),
        times: someTimes,
      }),
      { maxLength: 3, selector: ({ holiday }) => holiday },
    ),
    calendars: fc.constant([]),
    named: fc.array(fc.record({ name: fc.constantFrom("a"), times: someTimes }), { maxLength: 1 }),
  }),
);
/** Up to two calendars with days and times near the change: their offsets from the window's first day, lengths, names. */
const someEntries = fc.array(
  fc.record({
    days: fc.integer({ min: 1, max: 7 }),
    minutes: fc.integer({ min: 0, max: 1439 }),
    long: fc.integer({ min: 0, max: 2 }),
    name: fc.constantFrom("a", "b"),
    kind: fc.constantFrom("day" as const, "floating" as const, "instant" as const),
  }),
  { maxLength: 2 },
);
const calendarOf = (
  wall: Wall,
  entries: readonly (typeof someEntries extends fc.Arbitrary<infer T> ? T : never)[number][],
): Calendared => ({
  days: entries
    .filter(({ kind }) => kind === "day")
    .map(({ days, long, name }) => ({ from: dayAfter(wall.first, days), to: dayAfter(wall.first, days + long), name })),
  times: entries
    .filter(({ kind }) => kind !== "day")
    .map(({ days, minutes, long, name, kind }) => {
      const begins = wall.begins + (days * 1440 + minutes) * minuteMs;
      const text = (at: number): string => new Date(at).toISOString().slice(0, kind === "floating" ? 16 : 24);
      return { from: text(begins), to: text(begins + (long + 1) * 45 * minuteMs), name };
    }),
});
const drawn = fc
  .record({
    calendars: fc.array(someEntries, { maxLength: 2 }),
    holidays: someHolidays,
    wall: fc.constantFrom(...walls),
    weekly: fc.array(someSpans, { minLength: 7, maxLength: 7 }),
    exceptions: fc.array(
      fc.record({ days: fc.integer({ min: 0, max: 8 }), long: fc.integer({ min: 0, max: 2 }), spans: someSpans }),
      { maxLength: 2 },
    ),
    // Days two to seven: what is open there begins and ends within the window. Half of them near the change.
    minute: fc.oneof(
      fc.integer({ min: 2 * 1440, max: 7 * 1440 }),
      fc.integer({ min: 4 * 1440 - 900, max: 5 * 1440 + 300 }),
    ),
    second: fc.integer({ min: 0, max: 59 }),
  })
  .map(({ wall, weekly, exceptions, holidays, calendars, minute, second }) => ({
    wall,
    hours: {
      timeZone: wall.timeZone,
      weekly,
      exceptions: exceptions.map(({ days, long, spans }) => ({
        from: dayAfter(wall.first, days),
        to: dayAfter(wall.first, days + long),
        name: "",
        spans,
      })),
      ...(holidays ? { holidays, calendared: calendars.map((entries) => calendarOf(wall, entries)) } : {}),
    } satisfies OpenHours,
    minute,
    at: new Date(wall.begins + minute * minuteMs + second * 1000),
  }));

test("it is open when the clock on the wall says so, also where clocks are changed", () => {
  let opens = 0;
  fc.assert(
    fc.property(drawn, ({ wall, hours, minute, at }) => {
      const expected = slowly(wall, hours)[minute] ?? false;
      if (expected) opens += 1;
      assert.equal(openAt(hours, at), expected);
    }),
    { numRuns: 500 },
  );
  assert.ok(opens > 100 && opens < 400, `both happen: ${opens}`);
});

test("the next change is the first minute that is otherwise", () => {
  let found = 0;
  fc.assert(
    fc.property(drawn, ({ wall, hours, minute, at }) => {
      const open = slowly(wall, hours);
      const change = open.findIndex((now, index) => index > minute && now !== open[minute]);
      const told = nextChange(hours, at);
      // Beyond the seventh day the window does not know what is open.
      if (change < 0 || change > 8 * 1440)
        return assert.ok(told === null || told.getTime() > wall.begins + 7 * 1440 * minuteMs);
      found += 1;
      assert.equal(told?.toISOString(), new Date(wall.begins + change * minuteMs).toISOString());
    }),
    { numRuns: 250 },
  );
  assert.ok(found > 120, `there are changes: ${found}`);
});

test("a time that the clocks jump over is the jump, and one that comes twice its first coming", () => {
  const at = (day: string, minute: number, zone: string) => new Date(instantOf({ day, minute }, zone)).toISOString();
  assert.equal(at("2026-03-29", 150, "Europe/Berlin"), "2026-03-29T01:00:00.000Z", "02:30 is not there");
  assert.equal(at("2026-10-25", 150, "Europe/Berlin"), "2026-10-25T00:30:00.000Z", "02:30 comes twice");
  assert.equal(at("2026-10-04", 135, "Australia/Lord_Howe"), "2026-10-03T15:30:00.000Z", "02:15 is not there");
  // A whole day is skipped west of the date line, and in Beirut midnight is.
  assert.equal(at("2011-12-30", 720, "Pacific/Apia"), "2011-12-30T10:00:00.000Z");
  assert.equal(at("2026-03-29", 0, "Asia/Beirut"), "2026-03-28T22:00:00.000Z");
  fc.assert(
    fc.property(
      fc.constantFrom("Europe/Berlin", "America/New_York", "Asia/Kolkata", "America/St_Johns", "UTC"),
      fc.integer({ min: 0, max: 900_000 }),
      (zone, hour) => {
        const instant = hour * 3_600_000;
        const again = instantOf(wallAt(instant, zone), zone);
        assert.ok(
          again === instant || again === instant - 3_600_000,
          "the clock's reading leads back, or to its first coming",
        );
      },
    ),
  );
});

test("nights, whole days, days that are not as others, and a closed week", () => {
  const night = hoursOf("Europe/Berlin", [{ from: "22:00", to: "02:00" }]);
  assert.equal(openAt(night, new Date("2026-11-30T00:30:00Z")), true);
  assert.equal(nextChange(night, new Date("2026-11-30T00:30:00Z"))?.toISOString(), "2026-11-30T01:00:00.000Z");
  const always = hoursOf("Europe/Berlin", [{ from: "00:00", to: "00:00" }]);
  assert.equal(openAt(always, new Date("2026-03-29T00:59:59Z")), true);
  assert.equal(nextChange(always, new Date("2026-03-28T12:00:00Z")), null, "whole days touch");
  assert.equal(nextChange(hoursOf("UTC", []), new Date("2026-03-28T12:00:00Z")), null, "it never opens");
  const newYear = { from: "2026-12-31", to: "2027-01-01", name: "Jahreswechsel", spans: [] };
  const closed = hoursOf("Europe/Berlin", office, [newYear]);
  const eve = new Date("2026-12-31T11:00:00Z");
  assert.equal(openAt(closed, eve), false);
  assert.deepEqual(reasonAt(closed, eve), { kind: "exception", name: "Jahreswechsel" });
  assert.equal(nextChange(closed, eve)?.toISOString(), "2027-01-02T07:00:00.000Z");
  assert.equal(reasonAt(closed, new Date("2027-01-02T07:00:00Z")), null);
  // What began the evening before goes on into a day that is closed.
  const late = hoursOf("Europe/Berlin", [{ from: "18:00", to: "03:00" }], [newYear]);
  assert.equal(openAt(late, new Date("2026-12-31T01:30:00Z")), true);
  assert.equal(openAt(late, new Date("2026-12-31T19:00:00Z")), false);
  const once = hoursOf("UTC", [], [{ from: "2027-06-01", to: "2027-06-01", name: "Messe", spans: office }]);
  assert.equal(nextChange(once, new Date("2026-12-01T00:00:00Z"))?.toISOString(), "2027-06-01T08:00:00.000Z");
  assert.equal(nextChange(once, new Date("2027-06-01T09:00:00Z"))?.toISOString(), "2027-06-01T18:00:00.000Z");
});

test("what cannot be hours is named, with its place; what can be is put in order", () => {
  const fault = (hours: Hours) => {
    const judged = judgeHours(hours);
    return "refused" in judged ? [judged.refused, judged.field] : null;
  };
  const on = (spans: readonly Span[]) => hoursOf("Europe/Berlin", spans);
  assert.deepEqual(fault(hoursOf("Europe/Bielefeld", office)), ["hoursZone", "timeZone"]);
  assert.deepEqual(fault(hoursOf("+02:00", office)), ["hoursZone", "timeZone"]);
  assert.deepEqual(fault(on([{ from: "09:00", to: "09:00" }])), ["hoursEmpty", "weekly.0"]);
  assert.deepEqual(fault(on([...office, { from: "17:59", to: "19:00" }])), ["hoursOverlap", "weekly.0"]);
  assert.deepEqual(
    fault(
      on([
        { from: "22:00", to: "09:00" },
        { from: "08:00", to: "10:00" },
      ]),
    ),
    ["hoursIntoNext", "weekly.0"],
  );
  assert.equal(fault(on([...office, { from: "18:00", to: "19:00" }])), null, "spans may touch");
  assert.equal(fault(on([{ from: "00:00", to: "00:00" }])), null);
  const days = (from: string, to: string) => ({ from, to, name: "x", spans: [] });
  const with_ = (...exceptions: Hours["exceptions"]) => hoursOf("Europe/Berlin", office, exceptions);
  assert.deepEqual(fault(with_(days("2026-12-26", "2026-12-24"))), ["hoursDays", "exceptions.0"]);
  assert.deepEqual(fault(with_(days("2026-02-30", "2026-02-30"))), ["hoursDays", "exceptions.0"]);
  const twice = with_(
    days("2026-12-24", "2026-12-26"),
    days("2026-01-01", "2026-01-01"),
    days("2026-12-26", "2026-12-27"),
  );
  assert.deepEqual(fault(twice), ["hoursTwice", "exceptions.2"]);
  const kept = judgeHours(
    hoursOf("Europe/Berlin", [
      { from: "14:00", to: "18:00" },
      { from: "08:00", to: "12:00" },
    ]),
  );
  assert.ok(!("refused" in kept));
  assert.deepEqual(
    kept.weekly[0]?.map(({ from }) => from),
    ["08:00", "14:00"],
  );
  assert.equal(isTimeZone("../../etc/passwd"), false);
});

test("a holiday of the state is closed or as was said, exceptions go before it, and it says its name", () => {
  const rule: HolidayRule = { state: "HH", part: "none", times: { how: "closed" }, own: [], calendars: [], named: [] };
  const at = (more: Partial<HolidayRule>, exceptions: Hours["exceptions"] = []): Hours => ({
    ...hoursOf("Europe/Berlin", office, exceptions),
    holidays: { ...rule, ...more },
  });
  // 31 October 2025 is a Friday, and Reformation Day in Hamburg alone of these.
  const noon = new Date("2025-10-31T11:00:00Z");
  assert.equal(openAt(at({}), noon), false);
  assert.deepEqual(reasonAt(at({}), noon), { kind: "holiday", holiday: "reformationDay" });
  assert.equal(nextChange(at({}), noon)?.toISOString(), "2025-11-01T07:00:00.000Z");
  assert.equal(openAt(at({ state: "NW" }), noon), true);
  assert.equal(openAt(at({ state: null }), noon), true);
  const like: HolidayRule["own"] = [
    { holiday: "reformationDay", times: { how: "spans", spans: [{ from: "10:00", to: "13:00" }] } },
  ];
  assert.equal(openAt(at({ own: like }), noon), true);
  assert.equal(nextChange(at({ own: like }), noon)?.toISOString(), "2025-10-31T12:00:00.000Z");
  assert.equal(openAt(at({ times: { how: "usual" } }), noon), true);
  assert.equal(reasonAt(at({ times: { how: "usual" } }), noon), null, "it is a day like any other");
  const fair = { from: "2025-10-31", to: "2025-10-31", name: "Messe = Fair", spans: office };
  assert.equal(openAt(at({}, [fair]), noon), true);
  assert.deepEqual(reasonAt(at({}, [fair]), noon), { kind: "exception", name: "Messe = Fair" });
  // Promises: what runs over Easter stands still from Thursday evening to Tuesday morning; 4 and 5 April 2026 are open days of this week.
  const easter = at({ state: "BB" });
  const thursday = Date.parse("2026-04-02T15:00:00Z");
  assert.equal(new Date(afterOpen(easter, thursday, 2 * 60 * minuteMs) ?? 0).toISOString(), "2026-04-04T07:00:00.000Z");
  assert.equal(openWithin(easter, thursday, Date.parse("2026-04-07T07:00:00Z")), (1 + 10 + 1) * 60 * minuteMs);
});

test("times of holidays that cannot be are named; a part that the state does not have is none, and what stands twice counts once", () => {
  const closed = { how: "closed" } as const;
  const wrong = { how: "spans" as const, spans: [{ from: "09:00", to: "09:00" }] };
  const judged = (holidays: HolidayRule) => judgeHours({ ...hoursOf("Europe/Berlin", office), holidays });
  const fault = (holidays: HolidayRule) => {
    const result = judged(holidays);
    return "refused" in result ? [result.refused, result.field] : result.holidays;
  };
  const rule: HolidayRule = { state: "BY", part: "catholic", times: closed, own: [], calendars: [], named: [] };
  assert.deepEqual(fault({ ...rule, times: wrong }), ["hoursEmpty", "holidays.times"]);
  const own = [
    { holiday: "newYear" as const, times: closed },
    { holiday: "assumption" as const, times: wrong },
  ];
  assert.deepEqual(fault({ ...rule, own }), ["hoursEmpty", "holidays.own.1"]);
  assert.deepEqual(fault(rule), rule);
  assert.deepEqual(fault({ ...rule, state: "HH" }), { ...rule, state: "HH", part: "none" });
  const usual = { how: "usual" } as const;
  assert.deepEqual(fault({ ...rule, own: [own[0] ?? assert.fail(), { holiday: "newYear", times: usual }] }), {
    ...rule,
    own: [{ holiday: "newYear", times: closed }],
  });
});
