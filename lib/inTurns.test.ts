// What is asked for at the same time is carried out together, each with its own outcome.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inTurns } from "#lib/inTurns.ts";

test("the first goes at once, what comes meanwhile goes together in its order and in turns that are not too large", async () => {
  const turns: number[][] = [];
  const double = inTurns(
    async (inputs: readonly number[]) => {
      turns.push([...inputs]);
      return inputs.map((input) => input * 2);
    },
    3,
    () => true,
  );
  assert.deepEqual(await Promise.all([1, 2, 3, 4, 5, 6].map(double)), [2, 4, 6, 8, 10, 12]);
  assert.deepEqual(turns, [[1], [2, 3, 4], [5, 6]]);
  assert.equal(await double(7), 14);
  assert.deepEqual(turns.at(-1), [7]);
});

test("one that cannot be carried out fails alone; what is true of all of them is not tried again", async () => {
  const tried: number[][] = [];
  const carry = inTurns(
    async (inputs: readonly number[]) => {
      tried.push([...inputs]);
      if (inputs.includes(0)) throw new Error("away");
      if (inputs.includes(13)) throw new Error("unlucky");
      return inputs;
    },
    10,
    (error) => error instanceof Error && error.message === "unlucky",
  );
  const outcomes = async (inputs: readonly number[]): Promise<string[]> =>
    (await Promise.allSettled(inputs.map(carry))).map((each) =>
      each.status === "fulfilled" ? String(each.value) : (each.reason as Error).message,
    );
  assert.deepEqual(await outcomes([1, 2, 13, 3]), ["1", "2", "unlucky", "3"]);
  assert.deepEqual(tried, [[1], [2, 13, 3], [2], [13], [3]]);
  // The turn before has ended by then, and the first goes alone again.
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(await outcomes([1, 0, 2]), ["1", "away", "away"]);
  assert.equal(tried.length, 7);
  assert.deepEqual(await outcomes([4]), ["4"]);
});
