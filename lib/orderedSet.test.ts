// The ordered set against a plain sorted array, over drawn stories of adding, removing and asking.
import assert from "node:assert/strict";
import { test } from "node:test";
import { orderedSet } from "#lib/orderedSet.ts";
import { fc } from "#test/chance.ts";

const step = fc.record({
  does: fc.constantFrom("add", "add", "remove", "count"),
  value: fc.integer({ min: 0, max: 3000 }),
});

test("it holds, orders and counts what a sorted array does", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 1500, size: "max" }), (steps) => {
      const set = orderedSet<number>((a, b) => a - b);
      let plain: number[] = [];
      for (const { does, value } of steps) {
        const there = plain.includes(value);
        assert.equal(set.has(value), there);
        if (does === "add") {
          set.add(value);
          if (!there) plain = [...plain, value].toSorted((a, b) => a - b);
        }
        if (does === "remove") {
          assert.equal(set.remove(value), there);
          plain = plain.filter((each) => each !== value);
        }
        assert.equal(set.countBefore(value), plain.filter((each) => each < value).length);
        assert.deepEqual([set.size(), set.first(), set.last()], [plain.length, plain[0], plain.at(-1)]);
      }
      assert.deepEqual(set.toArray(), plain);
      assert.equal(
        set.firstWhere((each) => each % 7 === 3),
        plain.find((each) => each % 7 === 3),
      );
    }),
    { numRuns: 25 },
  );
});

test("runs are halved and vanish: ten thousand come in three orders and go in another", () => {
  for (const order of [(n: number) => n, (n: number) => 10_000 - n, (n: number) => (n * 7919) % 10_007]) {
    const set = orderedSet<number>((a, b) => a - b);
    for (let n = 1; n <= 10_000; n += 1) set.add(order(n));
    const sorted = set.toArray();
    assert.equal(sorted.length, 10_000);
    assert.ok(sorted.every((each, place) => place === 0 || (sorted[place - 1] as number) < each));
    for (const place of [0, 127, 128, 5000, 9999]) assert.equal(set.countBefore(sorted[place] as number), place);
    for (let n = 0; n < 10_007; n += 1) {
      const value = sorted[(n * 7919) % 10_007];
      if (value !== undefined) assert.ok(set.remove(value));
    }
    assert.equal(set.size(), 0);
    assert.equal(set.first(), undefined);
  }
});
