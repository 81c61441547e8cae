// iCalendar texts as programs write them, and as nobody should: what days they are, and in which line they are wrong. Nothing of it takes longer than it may.
import assert from "node:assert/strict";
import { test } from "node:test";
import { dayAfter, weekdayOf } from "#lib/timeZone.ts";
import { readCalendar } from "#platform/icalendar/icalendar.ts";
import { readEvents } from "#platform/icalendar/read.ts";
import { fc } from "#test/chance.ts";

const window = { from: "2026-01-01", until: "2030-12-31", most: 2_000 };
const calendar = (...lines: readonly string[]): string =>
  ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//x//DE", ...lines, "END:VCALENDAR", ""].join("\r\n");
const event = (...lines: readonly string[]): readonly string[] => ["BEGIN:VEVENT", "UID:1@x", ...lines, "END:VEVENT"];
const read = (text: string) => {
  const found = readEvents(text, window);
  assert.ok(!("fault" in found), JSON.stringify(found));
  return found;
};
const daysOf = (...lines: readonly string[]) =>
  read(calendar(...event(...lines))).days.map(({ from, to }) => (from === to ? from : `${from}/${to}`));
const timesOf = (...lines: readonly string[]) => read(calendar(...lines)).times.map(({ from, to }) => `${from}/${to}`);
const faultOf = (text: string) => {
  const found = readEvents(text, window);
  return "fault" in found ? [found.fault, found.line] : found;
};

test("whole days: the end is excluded, several in a row are one, a year's day comes every year", () => {
  assert.deepEqual(daysOf("DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261225"), ["2026-12-24"]);
  assert.deepEqual(daysOf("DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20270102"), ["2026-12-24/2027-01-01"]);
  assert.deepEqual(daysOf("DTSTART;VALUE=DATE:20261224"), ["2026-12-24"], "without an end: the day");
  assert.deepEqual(daysOf("DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261224"), ["2026-12-24"]);
  assert.deepEqual(daysOf("DTSTART:20261224", "DURATION:P3D"), ["2026-12-24/2026-12-26"]);
  assert.deepEqual(daysOf("DTSTART;VALUE=DATE:20200501", "RRULE:FREQ=YEARLY"), [
    "2026-05-01",
    "2027-05-01",
    "2028-05-01",
    "2029-05-01",
    "2030-05-01",
  ]);
  // Thanksgiving; a rule that ends; one with a number; days left out, one added.
  const thanksgiving = daysOf("DTSTART;VALUE=DATE:20261126", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;UNTIL=20281231");
  assert.deepEqual(thanksgiving, ["2026-11-26", "2027-11-25", "2028-11-23"]);
  const weeks = ["DTSTART;VALUE=DATE:20260105", "RRULE:FREQ=WEEKLY;COUNT=4"];
  const left = ["EXDATE;VALUE=DATE:20260112,20260119", "RDATE;VALUE=DATE:20260601"];
  assert.deepEqual(daysOf(...weeks, ...left), ["2026-01-05", "2026-01-26", "2026-06-01"]);
  assert.deepEqual(daysOf("DTSTART;VALUE=DATE:20260105", "STATUS:CANCELLED"), []);
  assert.deepEqual(daysOf("DTSTART;VALUE=DATE:20240229", "RRULE:FREQ=YEARLY"), ["2028-02-29"]);
  assert.deepEqual(daysOf("DTSTART;VALUE=DATE:20260131", "RRULE:FREQ=MONTHLY;UNTIL=20260601"), [
    "2026-01-31",
    "2026-03-31",
    "2026-05-31",
  ]);
});

test("times: instants in UTC and in zones, over changes of the clocks; floating ones as written; a zone that the text brings", () => {
  const nine = (zone: string) => event(`DTSTART${zone}:20260328T090000`, "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2");
  assert.deepEqual(timesOf(...nine(";TZID=Europe/Berlin")), [
    "2026-03-28T08:00:00.000Z/2026-03-28T09:00:00.000Z",
    "2026-03-29T07:00:00.000Z/2026-03-29T08:00:00.000Z",
  ]);
  assert.deepEqual(
    timesOf(...nine(";TZID=/example.org/2005_1/Europe/Berlin")),
    timesOf(...nine(";TZID=Europe/Berlin")),
  );
  assert.deepEqual(timesOf(...nine("")), ["2026-03-28T09:00/2026-03-28T10:00", "2026-03-29T09:00/2026-03-29T10:00"]);
  assert.deepEqual(timesOf(...event("DTSTART:20261224T230000Z", "DTEND:20261225T230000Z")), [
    "2026-12-24T23:00:00.000Z/2026-12-25T23:00:00.000Z",
  ]);
  // As Outlook does: a zone by a name of its own, with its rules.
  const zone = [
    "BEGIN:VTIMEZONE",
    "TZID:W. Europe Standard Time",
    "BEGIN:STANDARD",
    "DTSTART:16010101T030000",
    "TZOFFSETFROM:+0200",
    "TZOFFSETTO:+0100",
    "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10",
    "END:STANDARD",
    "BEGIN:DAYLIGHT",
    "DTSTART:16010101T020000",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0200",
    "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3",
    "END:DAYLIGHT",
    "END:VTIMEZONE",
  ];
  assert.deepEqual(
    timesOf(...zone, ...nine(';TZID="W. Europe Standard Time"')),
    timesOf(...nine(";TZID=Europe/Berlin")),
  );
  // An end by the day on which it lies in UTC, before a rule's start of the day in the zone.
  const until = [
    "DTSTART;TZID=Europe/Berlin:20260701T003000",
    "DURATION:PT1H",
    "RRULE:FREQ=DAILY;UNTIL=20260702T223000Z",
  ];
  assert.equal(timesOf(...event(...until)).length, 3);
  assert.deepEqual(timesOf(...event("DTSTART:20260701T100000Z")), [], "a moment closes nothing");
});

test("one of a series that was moved or cancelled is where it was moved to, or nowhere", () => {
  const series = event("DTSTART;VALUE=DATE:20260105", "RRULE:FREQ=WEEKLY;COUNT=3", "SUMMARY:Putzen");
  const moved = event("RECURRENCE-ID;VALUE=DATE:20260112", "DTSTART;VALUE=DATE:20260113", "SUMMARY:Putzen\\, später");
  const gone = event("RECURRENCE-ID;VALUE=DATE:20260119", "DTSTART;VALUE=DATE:20260119", "STATUS:CANCELLED");
  assert.deepEqual(
    read(calendar(...series, ...moved, ...gone)).days.map(({ from, name }) => `${from} ${name}`),
    ["2026-01-05 Putzen", "2026-01-13 Putzen, später"],
  );
});

test("lines are unfolded, alarms and unknown things left out, names cut", () => {
  const folded =
    'BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DA\n TE:20260105\nSUMMARY:Zwei\n\t Wörter\\nund mehr\nX-A;B="c:d;e":f\nBEGIN:VALARM\nDTSTART:quatsch\nEND:VALARM\nEND:VEVENT\nBEGIN:VTODO\nDUE:quatsch\nEND:VTODO\nEND:VCALENDAR';
  assert.deepEqual(read(`\uFEFF${folded}`).days, [
    { from: "2026-01-05", to: "2026-01-05", name: "Zwei Wörter und mehr" },
  ]);
  const long = read(calendar(...event("DTSTART;VALUE=DATE:20260105", `SUMMARY:${"x".repeat(5000)}`))).days[0]?.name;
  assert.equal(long?.length, 200);
});

test("what begins before the window or never ends is what of it lies within", () => {
  assert.deepEqual(daysOf("DTSTART:18000101", "DTEND:99991231"), ["2026-01-01/2030-12-31"]);
  assert.deepEqual(daysOf("DTSTART:20251230", "DURATION:P99999999W"), ["2026-01-01/2030-12-31"]);
  assert.deepEqual(daysOf("DTSTART:20251230", "DTEND:20260101"), []);
  assert.deepEqual(daysOf("DTSTART:20310101"), []);
  assert.deepEqual(timesOf(...event("DTSTART:20301231T220000Z", "DURATION:P2D")), [
    "2030-12-31T22:00:00.000Z/2031-01-01T00:00:00.000Z",
  ]);
});

test("what is wrong is named with its line", () => {
  const in_ = (...lines: readonly string[]) => faultOf(calendar(...event(...lines)));
  assert.deepEqual(faultOf(""), ["none", 1]);
  assert.deepEqual(faultOf("\r\n<html>"), ["none", 2]);
  assert.deepEqual(faultOf(calendar("Freitag frei")), ["line", 4]);
  assert.deepEqual(faultOf(calendar(...event("DTSTART;VALUE=DATE:20260105")).replace("END:VEVENT\r\n", "")), [
    "ends",
    7,
  ]);
  assert.deepEqual(faultOf("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260105"), ["ends", 2]);
  assert.deepEqual(faultOf(`${calendar()}SUMMARY:x`), ["line", 5]);
  assert.deepEqual(in_("SUMMARY:x"), ["start", 4]);
  for (const value of ["20260230", "gestern", "20260105T250000", "2026-01-05", "20260105T1000", ""])
    assert.deepEqual(in_("SUMMARY:x", `DTSTART:${value}`), ["value", 7], value);
  assert.deepEqual(in_("DTSTART:20260105", "DTEND:20260104"), ["order", 7]);
  assert.deepEqual(in_("DTSTART:20260105", "DTEND:20260105T100000Z"), ["value", 7]);
  assert.deepEqual(in_("DTSTART:20260105", "DURATION:-P1D"), ["value", 7]);
  assert.deepEqual(in_("DTSTART;TZID=Mond/Krater:20260105T100000"), ["zone", 6]);
  for (const rule of ["FREQ=SECONDLY", "FREQ=MINUTELY;COUNT=3", "FREQ=HOURLY", "FREQ=DAILY;BYHOUR=1,2,3"])
    assert.deepEqual(in_("DTSTART:20260105T000000Z", `RRULE:${rule}`), ["rule", 7], rule);
  for (const rule of [
    "",
    "FREQ=OFTEN",
    "COUNT=3",
    "FREQ=DAILY;INTERVAL=x",
    "FREQ=DAILY;UNTIL=never",
    "FREQ=YEARLY;BYMONTH=13",
  ])
    assert.deepEqual(in_("DTSTART:20260105", `RRULE:${rule}`), ["value", 7], rule);
  assert.deepEqual(in_("DTSTART:20260105", "RRULE:FREQ=DAILY", "EXDATE:x"), ["value", 8]);
});

test("bombs end at once or with their line: many days, old rules, rules that never come, a thousand rules", async () => {
  const until = { ...window, until: "2036-12-31" };
  const bomb = (...lines: readonly string[]) => readCalendar(calendar(...event(...lines)), until);
  const slow = (...lines: readonly string[]) => readCalendar(calendar(...lines), until, 1_000);
  const begun = performance.now();
  assert.partialDeepStrictEqual(await bomb("DTSTART:20260105", "RRULE:FREQ=DAILY"), { fault: "many", line: 6 });
  assert.partialDeepStrictEqual(await bomb("DTSTART:10000101", "RRULE:FREQ=DAILY"), { fault: "many", line: 7 });
  // 30 February never comes: the library looks for it for 28 years, or gives up at once.
  const never = await bomb("DTSTART:20260105", "RRULE:FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30");
  assert.ok("days" in never && never.days.length === 1);
  await slow(...event("DTSTART:20260105", "RRULE:FREQ=MONTHLY;BYDAY=1TH;BYSETPOS=2"));
  const many = Array.from({ length: 1_000 }, () => "RRULE:FREQ=DAILY;COUNT=100000000");
  assert.ok("fault" in (await bomb("DTSTART:19000105", ...many)));
  const zone = [
    "BEGIN:VTIMEZONE",
    "TZID:X",
    "BEGIN:STANDARD",
    "DTSTART:16010101T000000",
    "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0100",
    "RRULE:FREQ=SECONDLY",
    "END:STANDARD",
    "END:VTIMEZONE",
  ];
  const found = await slow(...zone, ...event("DTSTART;TZID=X:20260105T100000", "DURATION:PT1H"));
  assert.ok("fault" in found, "a zone that changes every second is not read to its end");
  assert.ok(performance.now() - begun < 30_000, "nothing is waited for but the one that has to be ended");
});

test("whatever a text says, reading it ends with days within the window or with a line of it", () => {
  const piece = fc.constantFrom(
    "BEGIN:VEVENT",
    "END:VEVENT",
    "BEGIN:VTIMEZONE",
    "END:VTIMEZONE",
    "DTSTART:20260105",
    "DTSTART;TZID=Europe/Berlin:20260105T100000",
    "DTSTART;TZID=X:20260105T100000",
    "DTEND:20260107",
    "DURATION:P1W",
    "RRULE:FREQ=WEEKLY;BYDAY=MO,WE;COUNT=5",
    "RRULE:FREQ=YEARLY;BYYEARDAY=366",
    "RRULE:FREQ=MONTHLY;BYDAY=-1SU;BYSETPOS=-1",
    "EXDATE:20260112",
    "RECURRENCE-ID:20260112",
    "UID:a",
    "SUMMARY:\\\\\\n\\,",
    "STATUS:CANCELLED",
    ";=:\u0000",
    " folded",
    "",
  );
  const line = fc.oneof(
    { weight: 5, arbitrary: piece },
    { weight: 1, arbitrary: fc.string({ maxLength: 40, unit: "binary" }) },
  );
  const ordered = fc
    .array(fc.array(piece, { maxLength: 6 }), { maxLength: 5 })
    .map((events) =>
      calendar(
        ...events.flatMap((lines) => event("DTSTART:20260601", ...lines.filter((one) => !/^(BEGIN|END)/.test(one)))),
      ),
    );
  let read_ = 0;
  fc.assert(
    fc.property(
      fc.oneof(
        ordered,
        fc.array(line, { maxLength: 30 }).map((lines) => calendar(...lines)),
      ),
      (text) => {
        const found = readEvents(text, window);
        if ("fault" in found) {
          assert.ok(found.line >= 1 && found.line <= text.split(/\r\n|\n|\r/).length, `line ${found.line}`);
          return;
        }
        read_ += found.days.length;
        for (const { from, to } of found.days) assert.ok(from <= to && from <= window.until && to >= window.from);
        for (const { from, to } of found.times) assert.ok(from < to);
      },
    ),
    { numRuns: 400 },
  );
  assert.ok(read_ > 50, `some were read: ${read_}`);
});

test("a weekly rule gives what counting the days gives", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 700 }),
      fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 7 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 300 }),
      (begins, weekdays, interval, length) => {
        const start = dayAfter("2026-01-01", begins);
        const end = dayAfter(start, length);
        const names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
        const by = weekdays.map((day) => names[day]).join(",");
        const compact = (day: string): string => day.replaceAll("-", "");
        const rule = `RRULE:FREQ=WEEKLY;INTERVAL=${interval};BYDAY=${by};UNTIL=${compact(end)}`;
        const monday = dayAfter(start, -weekdayOf(start));
        const expected = Array.from({ length: length + 1 }, (_, days) => dayAfter(start, days)).filter((day) => {
          const week = Math.floor((Date.parse(day) - Date.parse(monday)) / (7 * 86_400_000));
          return day === start || (weekdays.includes(weekdayOf(day)) && week % interval === 0);
        });
        assert.deepEqual(daysOf(`DTSTART;VALUE=DATE:${compact(start)}`, rule), expected);
      },
    ),
    { numRuns: 60 },
  );
});
