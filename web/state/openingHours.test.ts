// What the form of opening hours makes of a press.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { HolidayTimes, Hours, Span } from "#contract/hours.ts";
import { germanStates, stateParts } from "#lib/germanHolidays.ts";
import { dayAfter } from "#lib/timeZone.ts";
import { judgeHours, spansOn } from "#modules/hours/model.ts";
import { fc } from "#test/chance.ts";
import {
  comingHolidays,
  missingIn,
  startHours,
  timesChoice,
  timesOf,
  withAnother,
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
  const holidays = { state: "HH" as const, part: "none" as const, times: half, own: [] };
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

test("what the form shows of the coming holidays is what the hours will do", () => {
  let seen = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...germanStates),
      fc.constantFrom(...stateParts),
      someTimes,
      fc.array(fc.record({ holiday: fc.constantFrom("easterMonday", "christmasDay", "unityDay"), times: someTimes }), {
        maxLength: 2,
      }),
      fc.integer({ min: 0, max: 700 }),
      (state, part, times, own, days) => {
        const given: Hours = {
          ...startHours("Europe/Berlin"),
          exceptions: [{ from: "2026-12-24", to: "2026-12-25", name: "Weihnachten = Christmas", spans: [] }],
          holidays: { state, part, times, own },
        };
        const hours = judgeHours(given);
        assert.ok(!("refused" in hours));
        const today = dayAfter("2026-01-01", days);
        const coming = comingHolidays(hours, today);
        assert.ok(coming.length >= 8 && coming.every(({ day }) => day >= today && day < dayAfter(today, 365)));
        for (const { day, spans, exception } of coming) {
          assert.deepEqual(spans, spansOn(hours, day), day);
          assert.equal(exception, day === "2026-12-25" ? "Weihnachten = Christmas" : null);
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
  assert.deepEqual(rule, { state: "BY", part: "none", times: { how: "closed" }, own: [] });
  const open = withTimes(rule, "newYear", { how: "usual" });
  assert.deepEqual(open.own, [{ holiday: "newYear", times: { how: "usual" } }]);
  assert.deepEqual(withTimes(open, "newYear", { how: "closed" }).own, [
    { holiday: "newYear", times: { how: "closed" } },
  ]);
  assert.deepEqual(withTimes(open, "newYear", null).own, []);
  // What was chosen for a holiday stays where it is one, too.
  const catholic = withState({ ...hours, holidays: open }, "BY", "catholic");
  const august = withTimes(catholic.holidays ?? assert.fail(), "assumption", { how: "usual" });
  assert.equal(august.own.length, 2);
  const moved = withState({ ...hours, holidays: august }, "HH").holidays;
  assert.deepEqual([moved?.state, moved?.part, moved?.own.map(({ holiday }) => holiday)], ["HH", "none", ["newYear"]]);
  assert.equal("holidays" in withState(hours, null), false);
});
