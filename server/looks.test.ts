// Who looks at a concern, over two processes on one bus, with a clock that is given.
// The fault: a look was said once and forgotten after seventy seconds, so that whoever read for longer was seen by nobody.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AgentId } from "#contract/ids.ts";
import type { Look } from "#contract/live.ts";
import { memoryBus } from "#platform/live/bus.ts";
import { lookLastsMs, lookOf, openLooks, type Looks as LooksOf } from "#server/looks.ts";

type Looks = LooksOf<Look>;
const concern = "00000000-0000-7000-8000-000000000001";
const other = "00000000-0000-7000-8000-000000000002";
const [anna, ben] = ["a", "b"] as unknown as [AgentId, AgentId];
const heard = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const places = (): { one: Looks; two: Looks; pass: (ms: number) => void; told: string[] } => {
  const bus = memoryBus();
  let now = 0;
  const told: string[] = [];
  const open = (node: string): Looks =>
    openLooks({
      bus,
      topic: "looks",
      node,
      nowMs: () => now,
      changed: (id) => void told.push(`${node} ${id.slice(-1)}`),
    });
  return { one: open("one"), two: open("two"), pass: (ms) => (now += ms), told };
};
const at = (looks: Looks, id = concern): string[] => looks.at(id).map(({ agentId, state }) => `${agentId} ${state}`);

test("whoever reads for an hour is seen all the time, as long as the desk shows that it lives", async () => {
  const { one, two, pass, told } = places();
  one.look(1, lookOf(anna, concern, "viewing"));
  await heard();
  for (let passed = 0; passed < 3_600_000; passed += 20_000) {
    pass(20_000);
    one.alive(1);
    await heard();
    for (const each of [one, two]) each.sweep();
    assert.deepEqual(at(two), ["a viewing"]);
  }
  assert.deepEqual(told, ["one 1", "two 1"], "what is only said again changes nothing");
});

test("whoever is silent is forgotten, whoever goes is gone at once, and one socket looks at one concern", async () => {
  const { one, two, pass } = places();
  one.look(1, lookOf(anna, concern, "viewing"));
  two.look(1, lookOf(ben, concern, "typing"));
  await heard();
  assert.deepEqual(at(one), ["a viewing", "b typing"]);
  two.look(1, lookOf(ben, other, "viewing"));
  await heard();
  assert.deepEqual([at(one), at(one, other)], [["a viewing"], ["b viewing"]]);
  two.away(1);
  await heard();
  assert.deepEqual(at(one, other), []);
  pass(lookLastsMs + 1);
  two.sweep();
  assert.deepEqual(at(two), []);
});
