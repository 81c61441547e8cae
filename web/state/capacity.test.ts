// The sets of capacity at the desk are the engine's own, as many fit as the engine lets in, and what seems wrong is said.
import assert from "node:assert/strict";
import { test } from "node:test";
import { capacityNames, workKinds, type Capacity } from "#contract/routing-book.ts";
import { capacityOf } from "#modules/routing/model-book.ts";
import { capacityPresets, fitOf, roomOf } from "#modules/routing/model-capacity.ts";
import { fc } from "#test/chance.ts";
import { fitting, freeCapacity, warningsOf } from "#web/state/capacity.ts";

test("a set by its name is the engine's set of that name", () => {
  for (const name of capacityNames) assert.deepEqual(capacityOf(freeCapacity(name)), capacityPresets[name]);
});

test("as many are shown to fit as the engine gives", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 0, max: 50 }), (weight, max) => {
      const capacity: Capacity = { chat: { weight, max, interrupts: [], restingWeight: 0 } };
      const room = roomOf(capacityOf(capacity), workKinds);
      const chat = workKinds.indexOf("chat");
      const taken = (count: number, each: number): number[] =>
        workKinds.map((_kind, n) => (n === chat ? count * each : 0));
      let count = 0;
      while (fitOf(room, taken(count, weight), taken(count, 1), chat) === "fits") count += 1;
      assert.equal(fitting({ weight, max, interrupts: [], restingWeight: 0 }), count);
    }),
  );
});

test("a call that leaves room, a kind of which none fits, and nothing at all are warned of", () => {
  const one = { weight: 100, max: 1, interrupts: [], restingWeight: 0 };
  assert.deepEqual(warningsOf({ voice: one }), []);
  assert.deepEqual(warningsOf({ voice: { ...one, weight: 50 } }), ["voiceShares"]);
  assert.deepEqual(warningsOf({ mail: { ...one, max: 0 } }), ["nothingFits"]);
  assert.deepEqual(warningsOf({}), ["nothing"]);
});
