// What a change to many says and shows before the server has answered.
import assert from "node:assert/strict";
import { test } from "node:test";
import german from "#locales/de.json" with { type: "json" };
import type { ConcernRow } from "#contract/concerns.ts";
import { visiblePart } from "#web/state/actions.ts";
import { refusalWords } from "#web/state/many.ts";
import { moved } from "#web/state/views.ts";
import { chosenView } from "#web/state/viewNames.ts";
import { speak } from "#web/state/words.ts";

speak("de", german);

const id = (n: number) => `c${n}` as unknown as ConcernRow["id"];

test("refusals are gathered by their reason, with the numbers they are about, and no endless list", () => {
  const rows = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`c${i}`, { number: 1000 + i }]));
  const refused = [
    { id: id(1), code: "statusNotReachable" as const, facts: { from: "closed", to: "waiting" } },
    ...Array.from({ length: 7 }, (_, i) => ({ id: id(i + 2), code: "notFound" as const, facts: {} })),
    { id: "unknown" as unknown as ConcernRow["id"], code: "tooManyTags" as const, facts: { most: 50 } },
  ];
  const [first, second, third, ...more] = refusalWords(refused, rows);
  assert.equal(first, "#1001 nicht geändert: Dieser Status kann nicht auf den jetzigen folgen.");
  assert.match(second ?? "", /^7 nicht geändert \(#1002, #1003, #1004, #1005, #1006, …\): /);
  assert.match(third ?? "", /höchstens 50 Schlagwörter/);
  assert.deepEqual(more, []);
});

test("what is painted ahead are the parts of the row, with tags as they will be, and never the fields", () => {
  const row = { tags: ["a", "b"] } as unknown as ConcernRow;
  assert.deepEqual(visiblePart(row, { priority: "high", fields: { x: 1 } }), { priority: "high" });
  assert.deepEqual(visiblePart(row, { addTags: ["b", "c"], removeTags: ["a"] }), { tags: ["b", "c"] });
  assert.deepEqual(visiblePart(row, { tags: ["x"] }), { tags: ["x"] });
});

test("views move by a step and not over the end", () => {
  assert.deepEqual(moved(["a", "b", "c"], "b", -1), ["b", "a", "c"]);
  assert.deepEqual(moved(["a", "b", "c"], "b", 1), ["a", "c", "b"]);
  assert.equal(moved(["a", "b"], "b", 1), null);
  assert.equal(moved(["a", "b"], "a", -1), null);
  assert.equal(moved(["a", "b"], "x", 1), null);
});

test("an address means a view by key or id; one that is gone shows everything; none means the first", () => {
  const all = [
    { id: "mine", key: "mine" },
    { id: "v1", key: null },
  ] as unknown as Parameters<typeof chosenView>[0];
  assert.equal(chosenView(all, undefined)?.id, "mine");
  assert.equal(chosenView(all, "v1")?.id, "v1");
  assert.deepEqual([chosenView(all, "gone")?.key, chosenView(all, "gone")?.filter.statuses], ["all", []]);
  assert.equal(chosenView(null, "mine"), null);
});
