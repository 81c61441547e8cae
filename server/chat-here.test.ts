// Whether a visitor has a page open, over two nodes on one bus.
import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryBus } from "#platform/live/bus.ts";
import { openHere } from "#server/chat-here.ts";
import type { Page } from "#server/chat-seats.ts";

void test("a page at another node is found, one that has gone is not, and a node that does not answer is not waited for", async () => {
  const bus = memoryBus();
  const pages = [new Set<string>(), new Set<string>()];
  let asked = 0;
  const [one, two] = pages.map((open) =>
    openHere({
      bus,
      seats: { ofAddress: (address) => (open.has(address) ? [{} as Page] : []) },
      newId: () => `${(asked += 1)}`,
      answerMs: 50,
    }),
  );
  assert.ok(one && two);
  pages[1]?.add("visitor-a");
  assert.deepEqual(await Promise.all([one.isHere("visitor-a"), two.isHere("visitor-a"), one.isHere("visitor-b")]), [
    true,
    true,
    false,
  ]);
  pages[1]?.delete("visitor-a");
  assert.equal(await one.isHere("visitor-a"), false);
  pages[1]?.add("visitor-a");
  two.stop();
  assert.equal(await one.isHere("visitor-a"), false, "rather told twice than not at all");
  one.stop();
});
