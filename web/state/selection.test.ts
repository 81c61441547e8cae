// Selecting rows: toggling, ranges that grow and shrink, and that nothing stays selected which left the list.
import assert from "node:assert/strict";
import { test } from "node:test";
import { exactly, extended, nothingSelected, toggled, within } from "#web/state/selection.ts";

const order = ["a", "b", "c", "d", "e"];
const ids = (now: { readonly ids: ReadonlySet<string> }): readonly string[] => [...now.ids].toSorted();

test("a row is selected and no longer", () => {
  const one = toggled(nothingSelected, "b");
  assert.deepEqual(ids(one), ["b"]);
  assert.deepEqual(ids(toggled(one, "b")), []);
  assert.deepEqual(ids(toggled(one, "d")), ["b", "d"]);
});

test("a range grows step by step from where it began, shrinks when drawn back, and turns over its beginning", () => {
  let now = extended(nothingSelected, order, "b", "c");
  assert.deepEqual(ids(now), ["b", "c"]);
  now = extended(now, order, "c", "d");
  assert.deepEqual(ids(now), ["b", "c", "d"]);
  now = extended(now, order, "d", "c");
  assert.deepEqual(ids(now), ["b", "c"]);
  now = extended(extended(now, order, "c", "b"), order, "b", "a");
  assert.deepEqual(ids(now), ["a", "b"]);
});

test("a range leaves what was selected before it, also when it is drawn over it and back", () => {
  const before = toggled(toggled(nothingSelected, "e"), "b");
  let now = extended(before, order, "b", "e");
  assert.deepEqual(ids(now), ["b", "c", "d", "e"]);
  now = extended(now, order, "e", "c");
  assert.deepEqual(ids(now), ["b", "c", "e"]);
});

test("a range from elsewhere is a new one beside the old", () => {
  const old = extended(nothingSelected, order, "a", "b");
  assert.deepEqual(ids(extended(old, order, "d", "e")), ["a", "b", "d", "e"]);
});

test("a range to or from what is not in the list changes nothing; its beginning gone, it begins anew", () => {
  const old = extended(nothingSelected, order, "a", "b");
  assert.equal(extended(old, order, "b", "x"), old);
  assert.deepEqual(ids(extended(old, order.slice(1), "b", "c")), ["a", "b", "c"]);
});

test("what left the list is not selected any more; nothing gone, it is the very same", () => {
  const all = exactly(order);
  assert.equal(within(all, order), all);
  assert.deepEqual(ids(within(all, ["b", "d"])), ["b", "d"]);
  assert.deepEqual(ids(toggled(within(all, ["b", "d"]), "b")), ["d"]);
});
