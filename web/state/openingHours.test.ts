// What the form of opening hours makes of a press.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { HolidayCalendar } from "#contract/calendars.ts";
import type { CalendarId } from "#contract/ids.ts";
import type { HolidayTimes, Hours, Span } from "#contract/hours.ts";
import { germanStates, stateParts } from "#lib/germanHolidays.ts";
import { dayAfter } from "#lib/timeZone.ts";
import { judgeHours, spansOn } from "#modules/hours/model.ts";
import { fc } from "#test/chance.ts";
import {
  comingHolidays,
  comingTimes,
  missingIn,
  placeOf,
  startHours,
  timesChoice,
  timesOf,
  withAnother,
  withCalendar,
  withOne,
  withState,
  withTimes,
} from "#web/state/openingHours.ts";

test("another span begins behind the last one and ends on the same day", () => {
  assert.deepEqual(withAnother([]), [{ from: "09:00", to: "17:00" }]);
  assert.deepEqual(withAnother([{ from: "08:00", to: "12:30" }])[1], { from: "13:00", to: "14:00" });
  assert.deepEqual(withAnother([{ from: "20:00", to: "23:30" }])[1], { from: "22:00", to: "23:00" });
  assert.deepEqual(withAnother([{ from: "", to: "" }])[1], { from: "09:00", to: "10:00" });
});

test("what is not filled in is found before it is sent", () => {
  const hours = startHours("Europe/Berlin");
  assert.equal(missingIn(hours), null);
  assert.equal(missingIn({ ...hours, weekly: withOne(hours.weekly, 3, [{ from: "", to: "10:00" }]) }), "weekly.3");
  const day = { from: "2026-12-24", to: "", name: "", spans: [] };
  assert.equal(missingIn({ ...hours, exceptions: [{ ...day, to: "2026-12-24" }, day] }), "exceptions.1");
  const half = { how: "spans" as const, spans: [{ from: "10:00", to: "" }] };
  const holidays = { state: "HH" as const, part: "none" as const, times: half, own: [], calendars: [], named: [] };
  assert.equal(missingIn({ ...hours, holidays }), "holidays.times");
  const own = [{ holiday: "newYear" as const, times: half }];
  assert.equal(missingIn({ ...hours, holidays: { ...holidays, times: { how: "closed" }, own } }), "holidays.own.0");
  assert.deepEqual(withOne([1, 2, 3], 1, null), [1, 3]);
});

const someTimes: fc.Arbitrary<HolidayTimes> = fc.oneof(
  fc.constant({ how: "closed" as const }),
  fc.constant({ how: "usual" as const }),
  fc.record({ how: fc.constant("like" as const), weekday: fc.integer({ min: 0, max: 6 }) }),
  fc.record({ how: fc.constant("spans" as const), spans: fc.constant<Span[]>([{ from: "10:00", to: "14:00" }]) }),
);

const works: HolidayCalendar = {
  address: null,
  id: "0195d1f0-0000-7000-8000-00000000000c" as CalendarId,
  name: "Werk",
  // One day is a holiday of some states as well, one is under an exception.
  days: ["2026-10-31", "2026-12-24", "2027-03-17", "2028-02-29"].map((day) => ({
    from: day,
    to: day,
    name: "Inventur",
  })),
  times: [
    { from: "2026-07-01T11:00:00.000Z", to: "2026-07-01T13:00:00.000Z", name: "Versammlung" },
    { from: "2026-03-02T22:00", to: "2026-03-03T01:00", name: "" },
  ],
};

test("several days of a calendar are one line, and times are told by the clock of the hours", () => {
  const days = [{ from: "2026-12-27", to: "2026-12-31", name: "Ferien = Break" }];
  const hours = withCalendar(startHours("Europe/Berlin"), works.id, true);
  assert.deepEqual(hours.holidays?.calendars, [works.id]);
  const coming = comingHolidays(hours, "2026-12-29", [{ ...works, days }]);
  assert.deepEqual(
    coming.map(({ day, to, which, spans }) => [day, to, which, spans]),
    [["2026-12-29", "2026-12-31", { name: "Ferien = Break" }, []]],
  );
  assert.deepEqual(comingTimes(hours, "2026-03-03", [works]), [
    { day: "2026-03-02", from: "22:00", to: "01:00", name: "" },
    { day: "2026-07-01", from: "13:00", to: "15:00", name: "Versammlung" },
  ]);
  const rule = withTimes(hours.holidays ?? assert.fail(), { name: "Inventur" }, { how: "usual" });
  assert.equal(placeOf(rule, { name: "Inventur" }), "holidays.named.0");
  assert.equal(placeOf(rule, { holiday: "newYear" }), null);
  const half = { how: "spans" as const, spans: [{ from: "", to: "10:00" }] };
  const begun = { ...hours, holidays: withTimes(rule, { name: "Anderes" }, half) };
  assert.equal(missingIn(begun), "holidays.named.1");
  assert.equal("holidays" in withCalendar(begun, works.id, false), false);
  const inState = withCalendar(withState(begun, "HH"), works.id, false).holidays;
  assert.deepEqual(inState?.named, [{ name: "Inventur", times: { how: "usual" } }]);
});

test("what the form shows of the coming holidays is what the hours will do", () => {
  let seen = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...germanStates),
      fc.constantFrom(...stateParts),
      someTimes,
      someTimes,
      fc.array(fc.record({ holiday: fc.constantFrom("easterMonday", "christmasDay", "unityDay"), times: someTimes }), {
        maxLength: 2,
      }),
      fc.integer({ min: 0, max: 700 }),
      (state, part, times, named, own, days) => {
        const given: Hours = {
          ...startHours("Europe/Berlin"),
          exceptions: [{ from: "2026-12-24", to: "2026-12-25", name: "Weihnachten = Christmas", spans: [] }],
          holidays: { state, part, times, own, calendars: [works.id], named: [{ name: "Inventur", times: named }] },
        };
        const hours = judgeHours(given);
        assert.ok(!("refused" in hours));
        const today = dayAfter("2026-01-01", days);
        const coming = comingHolidays(hours, today, [works]);
        assert.ok(coming.length >= 8 && coming.every(({ day }) => day >= today && day < dayAfter(today, 365)));
        for (const { day, spans, exception } of coming) {
          assert.deepEqual(spans, spansOn({ ...hours, calendared: [works] }, day), day);
          assert.equal(exception, day === "2026-12-24" || day === "2026-12-25" ? "Weihnachten = Christmas" : null);
          seen += spans.length;
        }
      },
    ),
    { numRuns: 100 },
  );
  assert.ok(seen > 100, `some are open: ${seen}`);
});

test("a choice is the times it names, and a state that is taken away takes its rule with it", () => {
  for (const choice of ["closed", "usual", "like.0", "like.6", "spans"])
    assert.equal(timesChoice(timesOf(choice, [])), choice);
  assert.deepEqual(timesOf("spans", [{ from: "10:00", to: "12:00" }]), {
    how: "spans",
    spans: [{ from: "10:00", to: "12:00" }],
  });
  const hours = withState(startHours("Europe/Berlin"), "BY");
  const rule = hours.holidays ?? assert.fail();
  assert.deepEqual(rule, { state: "BY", part: "none", times: { how: "closed" }, own: [], calendars: [], named: [] });
  const open = withTimes(rule, { holiday: "newYear" }, { how: "usual" });
  assert.deepEqual(open.own, [{ holiday: "newYear", times: { how: "usual" } }]);
  assert.deepEqual(withTimes(open, { holiday: "newYear" }, { how: "closed" }).own, [
    { holiday: "newYear", times: { how: "closed" } },
  ]);
  assert.deepEqual(withTimes(open, { holiday: "newYear" }, null).own, []);
  // What was chosen for a holiday stays where it is one, too.
  const catholic = withState({ ...hours, holidays: open }, "BY", "catholic");
  const august = withTimes(catholic.holidays ?? assert.fail(), { holiday: "assumption" }, { how: "usual" });
  assert.equal(august.own.length, 2);
  const moved = withState({ ...hours, holidays: august }, "HH").holidays;
  assert.deepEqual([moved?.state, moved?.part, moved?.own.map(({ holiday }) => holiday)], ["HH", "none", ["newYear"]]);
  assert.equal("holidays" in withState(hours, null), false);
});
