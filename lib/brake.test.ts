// How much passes a brake. Run by node --test.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createBrake, keysBrake } from "#lib/brake.ts";

test("so many pass at once, then so many a second, and never more than at once after a rest; a clock set back gives nothing", () => {
  const brake = createBrake({ atOnce: 3, aSecond: 2 });
  const passed = (nowMs: number, tries = 10): number =>
    Array.from({ length: tries }, () => brake.passes(nowMs)).filter(Boolean).length;
  assert.deepEqual([passed(0), passed(0), passed(500), passed(1_500), passed(60_000)], [3, 0, 1, 2, 3]);
  assert.equal(passed(1_000), 0);
});

test("a number that a telephone dials from its memory passes whole", () => {
  const brake = keysBrake();
  assert.ok(Array.from({ length: 200 }, (_, at) => brake.passes(at * 80)).every(Boolean));
});
