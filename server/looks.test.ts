// Who looks at a concern, over two processes on one bus, with a clock that is given.
// The fault: a look was said once and forgotten after seventy seconds, so that whoever read for longer was seen by nobody.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AgentId } from "#contract/ids.ts";
import type { Look } from "#contract/live.ts";
import { memoryBus } from "#platform/live/bus.ts";
import { lookLastsMs, lookOf, openLooks, sweepMs, type Looks as LooksOf } from "#server/looks.ts";

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

test("a thousand pages show that they live, each at its own moment, and the others are told of it with the sweeps only", async () => {
  const bus = memoryBus();
  let now = 0;
  let hints = 0;
  const counting = { ...bus, hint: (topic: string, note?: unknown) => void (bus.hint(topic, note), (hints += 1)) };
  const open = (node: string): Looks =>
    openLooks({ bus: counting, topic: "looks", node, nowMs: () => now, changed: () => undefined });
  const [one, two] = [open("one"), open("two")];
  for (let socket = 0; socket < 1_000; socket += 1) one.look(socket, lookOf(anna, concern, "viewing"));
  await heard();
  let [between, most] = [0, 0];
  for (let second = 1; second <= 300; second += 1) {
    now += 1_000;
    hints = 0;
    for (let socket = second % 25; socket < 1_000; socket += 25) one.alive(socket);
    between += hints;
    if (second % (sweepMs / 1_000) > 0) continue;
    hints = 0;
    for (const each of [one, two]) each.sweep();
    most = Math.max(most, hints);
    await heard();
    assert.equal(two.at(concern).length, 1_000);
  }
  assert.equal(between, 0);
  // Those whose time has come since the sweep before: forty pages show that they live in a second.
  assert.ok(most > 40 && most <= 82, `${most} in a sweep`);
});
