// What is said of waiting: nothing that was not measured, and nothing shorter than what somebody at the head of the line has waited already.
import assert from "node:assert/strict";
import { test } from "node:test";
import { expectedWait, placesIn, type Measured } from "#modules/concerns/model-waiting.ts";
import { fc } from "#test/chance.ts";

const minute = 60_000;
const now = 20_000 * 86_400_000;
/** Came so many days ago at this hour, and waited so many minutes (null: nobody answered). */
const came = (days: number, waited: number | null): Measured => ({
  cameAt: now - days * 86_400_000,
  answeredAt: waited === null ? null : now - days * 86_400_000 + waited * minute,
});
const waits = (id: string, minutes: number, isFirst = true) => ({ id, sinceAt: now - minutes * minute, isFirst });
const days = (...waited: (number | null)[]) => waited.map((each, index) => came(1 + index, each));

test("too few, and nobody says how long it takes", () => {
  assert.equal(expectedWait([], [], now), null);
  assert.equal(expectedWait(days(3, 3, 3, 3, 3, 3, 3), [], now), null);
  assert.deepEqual(expectedWait(days(3, 3, 3, 3, 3, 3, 3, 3), [], now), { from: 2, to: 3 });
});

test("the middle half of that hour, rounded outward to what may be claimed", () => {
  assert.deepEqual(expectedWait(days(1, 3.2, 3.4, 4, 4, 5.5, 5.8, 90), [], now), { from: 3, to: 6 });
  assert.deepEqual(expectedWait(days(0.1, 0.2, 0.2, 0.3, 0.3, 0.5, 0.5, 0.6), [], now), { from: 0, to: 1 });
  assert.deepEqual(expectedWait(days(30, 30, 30, 30, 40, 40, 40, 50), [], now), { from: 20, to: null });
  assert.equal(expectedWait(days(0.5, 0.5, 0.5, 5, 30, 40, 50, 60), [], now), null, "anything is no answer");
});

test("who was never answered has waited longer than all others", () => {
  assert.deepEqual(expectedWait(days(2, 2, 2, 2, 2, null, null, null), [], now), { from: 2, to: null });
  // Whoever came a moment ago says nothing yet.
  const fresh: Measured = { cameAt: now - minute, answeredAt: null };
  assert.deepEqual(expectedWait([...days(3, 3, 3, 3, 3, 3, 3, 3), fresh, fresh, fresh], [], now), { from: 2, to: 3 });
});

test("answers of the last half hour speak of now", () => {
  const today = [12, 14, 15, 15].map((waited) => ({
    cameAt: now - 16 * minute,
    answeredAt: now - 16 * minute + waited * minute,
  }));
  assert.deepEqual(expectedWait([...days(1, 1, 1, 1, 1, 1, 1, 1), ...today], [], now), { from: 10, to: 15 });
});

test("the head of the line has waited at least that long; who was overtaken is not its head", () => {
  const quick = days(1, 2, 2, 2, 3, 3, 3, 4);
  assert.deepEqual(expectedWait(quick, [waits("a", 12)], now), { from: 10, to: null });
  assert.deepEqual(expectedWait(quick, [waits("a", 2)], now), { from: 2, to: 3 });
  const overtook: Measured = { cameAt: now - 11 * minute, answeredAt: now - 10 * minute };
  assert.deepEqual(expectedWait([...quick, overtook], [waits("a", 12)], now), { from: 2, to: 3 });
  assert.deepEqual(
    expectedWait(quick, [waits("a", 12, false)], now),
    { from: 2, to: 3 },
    "the next answer is another queue",
  );
});

test("whatever was measured: a range is one, and holds the middle of what was", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 40, noNaN: true }), { minLength: 8, maxLength: 40 }), (waited) => {
      const told = expectedWait(days(...waited), [], now);
      if (told === null) return;
      const middle = waited.toSorted((a, b) => a - b)[Math.ceil(waited.length / 2) - 1] ?? 0;
      assert.ok(told.from <= middle, `${told.from} ${middle}`);
      assert.ok(told.to === null || (told.from < told.to && middle <= told.to), `${told.from} ${told.to} ${middle}`);
    }),
  );
});

test("a place is how many wait longer, of those too who wait for their next answer", () => {
  assert.deepEqual(
    [...placesIn([waits("a", 9), waits("b", 7, false), waits("c", 5)])],
    [
      ["a", 0],
      ["c", 2],
    ],
  );
});
