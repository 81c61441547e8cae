// Days and lines of a talk in the reader's own calendar, which has days of 23 and 25 hours.
import assert from "node:assert/strict";
import { test } from "node:test";
import { message } from "./testWorld.ts";
import { clockIn, linesOf } from "./times.ts";

const now = Date.parse("2026-11-25T09:00:00Z");

test("days are said as one says them", () => {
  const clock = clockIn("de", "Europe/Berlin");
  assert.equal(clock.day("2026-11-25T00:30:00Z", now), "Heute");
  assert.equal(clock.day("2026-11-24T22:30:00Z", now), "Gestern");
  assert.equal(clock.day("2026-11-21T12:00:00Z", now), "Samstag");
  assert.equal(clock.day("2026-11-03T12:00:00Z", now), "3. November");
  assert.equal(clock.day("2025-11-03T12:00:00Z", now), "3. November 2025");
  assert.equal(clock.time("2026-11-25T08:05:00Z"), "09:05");
  assert.equal(clockIn("en", "Europe/Berlin").day("2026-11-25T00:30:00Z", now), "Today");
  assert.equal(clock.short("2026-11-25T08:05:00Z", now), "09:05");
  assert.equal(clock.short("2026-11-03T08:05:00Z", now), "3. Nov.");
});

test("midnight is the reader's, also on the day the clocks change", () => {
  const clock = clockIn("de", "Europe/Berlin");
  const sunday = Date.parse("2026-10-25T22:59:00Z");
  assert.equal(clock.day("2026-10-24T22:01:00Z", sunday), "Heute");
  assert.equal(clock.day("2026-10-24T21:59:00Z", sunday), "Gestern");
});

test("what one person says in a row stands together; a pause, another speaker, another way or a new day ends it", () => {
  const at = (minute: number): string => new Date(now + minute * 60_000).toISOString();
  const lines = linesOf(
    [
      message("a", 1, { at: at(-24 * 60) }),
      message("a", 2, { at: at(0) }),
      message("a", 3, { at: at(1) }),
      message("a", 4, { at: at(10) }),
      message("a", 5, { at: at(11), way: "email" }),
      message("a", 6, { at: at(12), by: "you" }),
    ],
    clockIn("de", "Europe/Berlin"),
    now,
  );
  assert.deepEqual(
    lines.map(({ day, first, last }) => [day, first, last]),
    [
      ["Gestern", true, true],
      ["Heute", true, false],
      [null, false, true],
      [null, true, true],
      [null, true, true],
      [null, true, true],
    ],
  );
});
