// What the form of opening hours makes of a press.
import assert from "node:assert/strict";
import { test } from "node:test";
import { missingIn, startHours, withAnother, withOne } from "#web/state/openingHours.ts";

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
  assert.deepEqual(withOne([1, 2, 3], 1, null), [1, 3]);
});
