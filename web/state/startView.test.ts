// Where the desk opens: a newcomer has nothing of their own yet, and must see the work that waits.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { View } from "#contract/concerns.ts";
import { startOf } from "#web/state/startView.ts";

const view = (key: string, count: number | null, waiting: number | null = null): View =>
  ({ id: key, key, count, waiting }) as View;

test("the desk opens where something waits: mine, then unassigned, then all; with nothing anywhere at its first view", () => {
  const all = (mine: number, unassigned: number, open: number) => [
    view("mine", mine),
    view("unassigned", unassigned),
    view("open", open),
    view("all", null),
  ];
  assert.equal(startOf(all(2, 3, 5)), "mine");
  assert.equal(startOf(all(0, 3, 5)), "unassigned");
  assert.equal(startOf(all(0, 0, 5)), "open");
  assert.equal(startOf(all(0, 0, 0)), "mine");
  assert.equal(
    startOf([view("mine", 2, 2), view("unassigned", 3, 1)]),
    "unassigned",
    "what waits for the customer is no work",
  );
  assert.equal(startOf([view("all", null)]), "all");
  assert.equal(startOf(null), null);
});
