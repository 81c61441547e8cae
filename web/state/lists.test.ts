// Lists: which rows, in which order, and that a list being read does not move.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConcernRow } from "#contract/concerns.ts";
import { everything } from "#contract/concerns.ts";
import {
  belowSubject,
  compareRows,
  gapOf,
  matches,
  neighbour,
  shown,
  steady,
  stepFrom,
  unfiltered,
} from "#web/state/lists.ts";

const row = (id: string, part: Partial<ConcernRow> = {}): ConcernRow =>
  ({
    id,
    status: "open",
    priority: "normal",
    assigneeId: null,
    teamId: null,
    brandId: "b",
    topicId: null,
    customerId: "k",
    tags: [],
    deliveryFailed: false,
    lastMessageAt: `2026-01-0${id}T00:00:00.000Z`,
    waitingSince: null,
    ...part,
  }) as unknown as ConcernRow;
const ids = (rows: readonly ConcernRow[]): readonly string[] => rows.map((one) => one.id);
const me = "me-id" as unknown as ConcernRow["assigneeId"];

test("below a subject stands what is not in it: a chat's first words are not said twice, and go on where the subject ends", () => {
  const below = (subject: string, snippet: string, lastDirection: ConcernRow["lastDirection"] = "in"): string =>
    belowSubject({ subject, snippet, lastDirection });
  assert.equal(below("Mein Router rauscht.", "Mein Router rauscht."), "");
  assert.equal(
    below("Mein Router rauscht. Seit…", "Mein Router rauscht. Seit gestern, und laut."),
    "… gestern, und laut.",
  );
  assert.equal(below("Mein Router rauscht.", "Noch etwas"), "Noch etwas");
  // A mail's own subject may begin as its text does; and what we have answered is no repetition.
  assert.equal(below("Router", "Router rauscht"), "Router rauscht");
  assert.equal(below("Danke", "Danke", "out"), "Danke");
});

test("the desk's own copy of the filter that hides nothing is the contract's", () => {
  assert.deepEqual(unfiltered, everything);
});

test("every condition of a filter hides rows that do not meet it", () => {
  const fits = row("1", { assigneeId: me, tags: ["vip"], priority: "high" });
  assert.ok(matches(fits, { ...unfiltered, assignee: "me", tag: "vip", priorities: ["high"], statuses: ["open"] }, me));
  assert.ok(!matches(fits, { ...unfiltered, assignee: "none" }, me));
  assert.ok(!matches(fits, { ...unfiltered, tag: "other" }, me));
  assert.ok(!matches(fits, { ...unfiltered, priorities: ["low"] }, me));
  assert.ok(!matches(fits, { ...unfiltered, statuses: ["closed"] }, me));
  assert.ok(!matches(fits, { ...unfiltered, deliveryFailed: true }, me));
  assert.ok(matches(row("1"), { ...unfiltered, assignee: "none" }, me));
});

test("newest first by the last message; longest wait first with those who do not wait last", () => {
  const rows = [
    row("1", { waitingSince: "2026-01-03T00:00:00.000Z" }),
    row("2", { waitingSince: "2026-01-01T00:00:00.000Z" }),
    row("3"),
  ];
  assert.deepEqual(ids(rows.toSorted(compareRows("newest"))), ["3", "2", "1"]);
  assert.deepEqual(ids(rows.toSorted(compareRows("waiting"))), ["2", "1", "3"]);
});

test("a list shows no row beyond what it has loaded, and everything once it has loaded all", () => {
  const rows = { "1": row("1"), "2": row("2"), "3": row("3") };
  const partly = { filter: unfiltered, ids: new Set(["3", "2"]), last: row("2"), next: "more" };
  assert.deepEqual(ids(shown(rows, partly, null)), ["3", "2"]);
  assert.deepEqual(ids(shown(rows, { ...partly, next: null }, null)), ["3", "2", "1"]);
});

test("what cannot be read off a row is shown only when the server said so", () => {
  const rows = { "1": row("1"), "2": row("2") };
  assert.deepEqual(
    ids(shown(rows, { filter: { ...unfiltered, mentioned: true }, ids: new Set(["1"]), last: null, next: null }, null)),
    ["1"],
  );
});

test("a scrolled list keeps its order, counts what came in above, drops what left, and grows at its end", () => {
  const now = [row("9"), row("5"), row("3"), row("1")];
  assert.deepEqual(steady(["3", "5", "4"], now), { ids: ["3", "5", "1"], above: 1 });
});

test("when rows leave, the keys stand on the next one that stayed, at the end on the last", () => {
  const before = ["a", "b", "c", "d"];
  assert.equal(neighbour(before, "b", ["a", "c", "d"]), "c");
  assert.equal(neighbour(before, "b", ["a", "d"]), "d", "also when more than one left");
  assert.equal(neighbour(before, "d", ["a", "b"]), "b");
  assert.equal(neighbour(before, "b", ["x"]), null);
});

test("when the open row leaves, the keys go on from its place, not from the top", () => {
  const before = ["a", "b", "c", "d"];
  const order = ["a", "c", "d"];
  const gap = gapOf(before, "b", order);
  assert.deepEqual(gap, { above: "a", below: "c" });
  assert.equal(stepFrom(order, null, gap, 1), "c");
  assert.equal(stepFrom(order, null, gap, -1), "a");
  assert.equal(stepFrom(["a", "d"], null, gap, 1), "a", "what followed has left as well: the one above is nearest");
  assert.equal(stepFrom(["a", "b", "c"], null, gapOf(before, "d", ["a", "b", "c"]), 1), "c", "at the end on the last");
  assert.equal(stepFrom(["x", "y"], null, gap, 1), "x", "nothing of it is left: from the top");
  assert.equal(stepFrom(order, "c", gap, 1), "d", "who stands on a row goes on from there");
  assert.equal(stepFrom(order, "d", null, 1), "d");
  assert.equal(stepFrom(order, null, null, -1), "d");
  assert.equal(stepFrom([], null, gap, 1), null);
});
