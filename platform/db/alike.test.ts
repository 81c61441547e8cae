// What many ask at one moment is one question, each with its own answer; no database is needed for that.
import assert from "node:assert/strict";
import { test } from "node:test";
import { alike } from "#platform/db/alike.ts";
import type { Tx } from "#platform/db/db.ts";

const transaction = (): Tx => ({}) as Tx;

const doubled = (): {
  readonly asked: (readonly number[])[];
  readonly double: (tx: Tx, n: number) => Promise<number>;
} => {
  const asked: (readonly number[])[] = [];
  const double = alike<number, number>(async (_tx, items) => {
    asked.push([...items]);
    if (items.includes(0)) throw new Error("nothing to double");
    return items.map((n) => n * 2);
  });
  return { asked, double };
};

test("who asks in one turn on one transaction is answered by one question, in its place, and goes on together", async () => {
  const { asked, double } = doubled();
  const tx = transaction();
  const twice = async (n: number): Promise<number> => double(tx, await double(tx, n));
  assert.deepEqual(await Promise.all([twice(1), twice(2), double(transaction(), 9), twice(3)]), [4, 8, 18, 12]);
  assert.deepEqual(asked, [[1, 2, 3], [9], [2, 4, 6]], "another transaction asks for itself");
  assert.equal(await double(tx, 5), 10);
  assert.deepEqual(asked.at(-1), [5]);
});

test("on the pool those go together who come while two questions are under way, whatever turn they come in", async () => {
  const pool = { transaction: () => Promise.resolve() } as unknown as Tx;
  const asked: number[] = [];
  const open: (() => void)[] = [];
  const double = alike<number, number>(async (_tx, items) => {
    asked.push(items.length);
    await new Promise<void>((resolve) => open.push(resolve));
    return items.map((n) => n * 2);
  });
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const answers: Promise<number>[] = [];
  for (let n = 1; n <= 6; n += 1) {
    answers.push(double(pool, n));
    await turn();
    await turn();
  }
  assert.deepEqual(asked, [1, 1]);
  while (open.length > 0) {
    open.shift()?.();
    await turn();
    await turn();
  }
  assert.deepEqual(await Promise.all(answers), [2, 4, 6, 8, 10, 12]);
  assert.deepEqual(asked, [1, 1, 4]);
});

test("a question that fails has failed for everybody in it, and for nobody after it", async () => {
  const { double } = doubled();
  const tx = transaction();
  const ended = await Promise.allSettled([double(tx, 1), double(tx, 0)]);
  assert.deepEqual(
    ended.map(({ status }) => status),
    ["rejected", "rejected"],
  );
  assert.equal(await double(tx, 1), 2);
});
