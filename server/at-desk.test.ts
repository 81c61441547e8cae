// Whether somebody is at the desk, over two processes on one bus, with a clock that is given.
import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryBus } from "#platform/live/bus.ts";
import { awayAfterMs, openAtDesk } from "#server/at-desk.ts";

const heard = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("an agent is there for the brands they see, on every node, and for a moment after they have gone", async () => {
  const bus = memoryBus();
  let now = 0;
  const [one, two] = ["one", "two"].map((node) => openAtDesk({ bus, node, nowMs: () => now }));
  assert.ok(one && two);
  let told = 0;
  two.watch(() => (told += 1));
  assert.equal(two.serves("a"), false);
  one.came(1, "x", ["a"]);
  await heard();
  assert.deepEqual([two.serves("a"), two.serves("b"), told], [true, false, 1]);
  one.came(2, "y", []);
  await heard();
  assert.deepEqual([two.serves("a"), two.serves("b")], [true, true], "no brands are all of them");
  one.left(2);
  await heard();
  now += awayAfterMs - 1;
  assert.equal(two.serves("b"), true, "whoever loads the page anew has not left");
  now += 1;
  assert.deepEqual([two.serves("a"), two.serves("b"), one.serves("b")], [true, false, false]);
  one.left(1);
  now += awayAfterMs - 1;
  one.came(3, "x", ["a"]);
  await heard();
  now += awayAfterMs;
  assert.equal(two.serves("a"), true, "they came back in time");
  for (const each of [one, two]) each.stop();
});

test("whose process is gone is gone", async () => {
  const bus = memoryBus();
  let now = 0;
  const [one, two] = ["one", "two"].map((node) => openAtDesk({ bus, node, nowMs: () => now }));
  assert.ok(one && two);
  one.came(1, "x", []);
  await heard();
  one.stop();
  for (let sweeps = 0; sweeps < 6; sweeps += 1) two.sweep();
  now += awayAfterMs;
  assert.equal(two.serves("a"), false);
  two.stop();
});
