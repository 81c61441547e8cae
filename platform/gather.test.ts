// Many small things done together: none is lost or mixed up, what shares a key goes one after the other, a failure is its own.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gather } from "#platform/gather.ts";

const done = <T>(value: T): PromiseSettledResult<T> => ({ status: "fulfilled", value });

test("what comes while enough is under way goes together, in order, at most so many", async () => {
  const groups: (readonly number[])[] = [];
  let under = 0;
  let most = 0;
  const double = gather<number, number>({
    atOnce: 2,
    most: 8,
    work: async (items) => {
      groups.push(items);
      most = Math.max(most, ++under);
      await new Promise((resolve) => setImmediate(resolve));
      under -= 1;
      return items.map((item) => done(item * 2));
    },
  });
  const given = Array.from({ length: 50 }, (_, n) => n);
  assert.deepEqual(
    await Promise.all(given.map(double)),
    given.map((n) => n * 2),
  );
  assert.deepEqual(groups.flat(), given);
  assert.ok(most === 2 && groups.every((group) => group.length <= 8) && groups.length <= 8);
});

test("items that share a key are never under way together and keep their order; others pass", async () => {
  const under = new Set<string>();
  const order: string[] = [];
  const say = gather<string, string>({
    atOnce: 3,
    most: 4,
    keysOf: (item) => [item[0] ?? ""],
    work: async (items) => {
      for (const item of items) {
        assert.ok(!under.has(item[0] ?? ""), `two of ${item[0]} at once`);
        under.add(item[0] ?? "");
        order.push(item);
      }
      await new Promise((resolve) => setImmediate(resolve));
      for (const item of items) under.delete(item[0] ?? "");
      return items.map(done);
    },
  });
  const items = ["a1", "a2", "b1", "a3", "c1", "b2", "a4"];
  assert.deepEqual(await Promise.all(items.map(say)), items);
  for (const key of "abc")
    assert.deepEqual(
      order.filter((item) => item.startsWith(key)),
      items.filter((item) => item.startsWith(key)),
    );
  assert.ok(order.indexOf("c1") < order.indexOf("a3"));
});

test("beside another call one is begun with enough items, or for whoever has waited long enough", async () => {
  const begun: (readonly number[])[] = [];
  const ends: (() => void)[] = [];
  const open = (waitMsEach: number): ((item: number) => Promise<number>) =>
    gather<number, number>({
      atOnce: 2,
      most: 8,
      beside: { items: 3, waitMsEach },
      work: async (items) => {
        begun.push(items);
        await new Promise<void>((resolve) => ends.push(resolve));
        return items.map(done);
      },
    });
  const turns = async (): Promise<void> => {
    for (let n = 0; n < 5; n += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  const patient = open(3_600_000);
  const first = patient(1);
  await turns();
  const others = [2, 3].map(patient);
  await turns();
  assert.deepEqual(begun, [[1]], "two wait for the end of the first");
  others.push(patient(4));
  await turns();
  assert.deepEqual(begun, [[1], [2, 3, 4]]);
  const last = patient(5);
  for (const end of ends.splice(0)) end();
  await Promise.all([first, ...others]);
  await turns();
  assert.deepEqual(begun.at(-1), [5], "nothing is under way: it is begun alone");
  for (const end of ends.splice(0)) end();
  await last;

  begun.length = 0;
  const hasty = open(1);
  const stuck = hasty(1);
  await turns();
  const waiting = hasty(2);
  while (begun.length < 2) await turns();
  assert.deepEqual(begun, [[1], [2]], "who is stuck keeps nobody else for long");
  for (const end of ends.splice(0)) end();
  await Promise.all([stuck, waiting]);
});

test("one item's failure is its own; when all fails, all are told, and the next goes on", async () => {
  let broken = false;
  const half = gather<number, number>({
    atOnce: 1,
    most: 10,
    work: async (items) => {
      if (broken) throw new Error("away");
      return items.map((item) => (item % 2 === 0 ? done(item / 2) : { status: "rejected", reason: new Error("odd") }));
    },
  });
  const [four, odd] = await Promise.allSettled([half(4), half(3)]);
  assert.ok(four?.status === "fulfilled" && four.value === 2 && odd?.status === "rejected");
  broken = true;
  await assert.rejects(Promise.all([half(2), half(6)]), /away/);
  broken = false;
  assert.equal(await half(8), 4);
});
