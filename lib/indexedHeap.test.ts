// The heap against a plain list that is sorted anew for every question.
import assert from "node:assert/strict";
import { test } from "node:test";
import { indexedHeap } from "#lib/indexedHeap.ts";
import { fc } from "#test/chance.ts";

const step = fc.record({
  does: fc.constantFrom("set", "set", "set", "remove", "clear"),
  key: fc.integer({ min: 0, max: 60 }),
  value: fc.integer({ min: 0, max: 1000 }),
});

test("whatever is set, moved and taken out, the first is the first", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400, size: "max" }), (steps) => {
      const heap = indexedHeap<number, readonly [number, number]>(
        (a, b) => a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]),
      );
      const plain = new Map<number, number>();
      for (const { does, key, value } of steps) {
        if (does === "set") {
          heap.set(key, [value, key]);
          plain.set(key, value);
        } else if (does === "remove") assert.equal(heap.remove(key), plain.delete(key));
        else if (value < 50) {
          heap.clear();
          plain.clear();
        }
        const sorted = [...plain].toSorted((a, b) => a[1] - b[1] || a[0] - b[0]).map(([each]) => each);
        assert.equal(heap.first(), sorted[0]);
        assert.equal(heap.get(key)?.[0], plain.get(key));
        assert.equal(heap.size(), sorted.length);
      }
    }),
    { numRuns: 60 },
  );
});
