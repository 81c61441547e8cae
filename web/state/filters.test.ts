// Filters by hand: every condition can be set and taken away, several values where there may be several, and the difference to the view is told.
import assert from "node:assert/strict";
import { test } from "node:test";
import english from "#locales/en.json" with { type: "json" };
import type { ListFilter } from "#contract/concerns.ts";
import {
  chosenIn,
  conditions,
  conditionWords,
  differences,
  fieldOption,
  fieldWish,
  filterOptions,
  isSameFilter,
  restoredTo,
  tagOption,
  withChosen,
} from "#web/state/filters.ts";
import type { FilterNames } from "#web/state/filters.ts";
import { unfiltered } from "#web/state/lists.ts";
import { speak } from "#web/state/words.ts";

speak("en", english);

const names = {
  me: "ada",
  agents: [
    { id: "zoe", name: "Zoe", active: true },
    { id: "ada", name: "Ada", active: true },
    { id: "ben", name: "Ben", active: true },
    { id: "old", name: "Gone", active: false },
  ],
  teams: [{ id: "tech", name: "Tech" }],
  topics: [
    { id: "net", name: "Internet", parentId: null },
    { id: "out", name: "Outage", parentId: "net" },
  ],
  brands: [
    { id: "b1", name: "One" },
    { id: "b2", name: "Two" },
  ],
  channels: [{ kind: "email" }, { kind: "email" }],
  tags: ["vip", "a:b"],
  fields: [
    { owner: "concern", key: "Gerät", name: "Gerät", kind: "text", choices: [] },
    { owner: "concern", key: "a", name: "Amount", kind: "number", choices: [] },
    { owner: "concern", key: "since", name: "Since", kind: "date", choices: [] },
    { owner: "concern", key: "line", name: "Line", kind: "choice", choices: ["Cable", "DSL"] },
    { owner: "concern", key: "paid", name: "Paid", kind: "yesNo", choices: [] },
    { owner: "customer", key: "k", name: "Contract", kind: "text", choices: [] },
  ],
} as unknown as FilterNames;

const live: ListFilter = { ...unfiltered, statuses: ["new", "open", "waiting", "snoozed"] };
const choose = (filter: ListFilter, ...ids: readonly string[]): ListFilter =>
  withChosen(filter, [...chosenIn(filter), ...ids]);
const drop = (filter: ListFilter, id: string): ListFilter =>
  withChosen(
    filter,
    chosenIn(filter).filter((one) => one !== id),
  );

test("every choice that is offered can be made and unmade, and is the only difference", () => {
  const options = filterOptions(names);
  assert.ok(options.length > 20);
  for (const { id, condition } of options) {
    const made = choose(unfiltered, id);
    assert.ok(chosenIn(made).includes(id), id);
    if (id === "sort:newest") continue;
    assert.deepEqual(differences(made, unfiltered), [condition], id);
    assert.deepEqual(restoredTo(made, unfiltered, condition), unfiltered, id);
    if (condition !== "sort") assert.deepEqual(drop(made, id), unfiltered, id);
  }
  assert.deepEqual(
    [...new Set(options.map((option) => option.condition))],
    conditions.filter((condition) => condition !== "customerId"),
  );
});

test("statuses and priorities add up in the contract's order; of everything else one value replaces the other", () => {
  const urgent = choose(choose(live, "priorities:urgent"), "priorities:high");
  assert.deepEqual(urgent.priorities, ["high", "urgent"]);
  assert.deepEqual(drop(urgent, "priorities:high").priorities, ["urgent"]);
  const rated = choose(choose(live, "ratings:2"), "ratings:1");
  assert.deepEqual(rated.ratings, [1, 2]);
  assert.deepEqual(drop(rated, "ratings:2").ratings, [1]);
  assert.deepEqual(drop(live, "statuses:snoozed").statuses, ["new", "open", "waiting"]);
  assert.equal(choose(choose(live, "assignee:me"), "assignee:ben").assignee, "ben");
  assert.equal(choose(live, "sort:waiting").sort, "waiting");
  assert.equal(drop(live, "sort:newest").sort, "newest", "there is always an order");
});

test("a tag may have a colon in it", () => {
  assert.equal(choose(live, tagOption("a:b")).tag, "a:b");
  assert.deepEqual(drop(choose(live, "tag:a:b"), "tag:a:b"), live);
});

test("colleagues by name, oneself first, and nobody who is gone; one brand is no choice", () => {
  const people = filterOptions(names).filter((option) => option.condition === "assignee");
  assert.deepEqual(
    people.map((option) => option.label),
    ["Me", "Nobody", "Ben", "Zoe"],
  );
  const one = { ...names, brands: names.brands.slice(0, 1) };
  assert.ok(!filterOptions(one).some((option) => option.condition === "brandId"));
});

test("the order in which statuses were chosen is no difference; a condition taken away is one", () => {
  assert.ok(isSameFilter({ ...live, statuses: live.statuses.toReversed() }, live));
  assert.deepEqual(differences({ ...live, statuses: [] }, live), ["statuses"]);
});

test("conditions read as sentences, also of what is gone", () => {
  assert.equal(conditionWords({ ...live, statuses: ["new", "open"] }, "statuses", names), "Status: New and Open");
  assert.equal(conditionWords({ ...live, statuses: [] }, "statuses", names), "Status: any");
  assert.equal(conditionWords(choose(live, "topicId:out"), "topicId", names), "Topic: Internet › Outage");
  assert.equal(conditionWords(choose(live, "teamId:nix"), "teamId", names), "Team: no longer there");
  assert.equal(conditionWords(choose(live, "followed:yes"), "followed", names), "Followed: yes");
});

test("a field is chosen from its choices or typed as its kind is written; what it never takes has no value", () => {
  const labels = filterOptions(names).filter(({ condition }) => condition === "field");
  assert.deepEqual(
    labels.map(({ group, label }) => `${group}: ${label}`),
    ["Line: Cable", "Line: DSL", "Paid: Yes", "Paid: No"],
  );
  const wished = (typed: string) => {
    const wish = fieldWish(typed, names);
    return wish && [wish.field.key, wish.value];
  };
  assert.deepEqual(wished("gerat: Fritz: 7590"), ["Gerät", "Fritz: 7590"]);
  assert.deepEqual(wished("amount: 1,012.5"), ["a", 1012.5]);
  assert.deepEqual(wished("amount: twelve"), ["a", null]);
  assert.deepEqual(wished("si: 2.3.2026"), ["since", "2026-03-02"]);
  assert.deepEqual(wished("since: soon"), ["since", null]);
  assert.deepEqual(wished("paid: Yes"), ["paid", true]);
  assert.deepEqual([wished("contract: 1"), wished("vip"), wished("amount:"), wished(": x")], [null, null, null, null]);
  const made = choose(live, fieldOption("a", 1012.5));
  assert.deepEqual(made.field, { key: "a", value: 1012.5 });
  assert.equal(conditionWords(made, "field", names), "Amount: 1012.5");
  assert.deepEqual(differences(made, live), ["field"]);
  assert.equal(drop(made, fieldOption("a", 1012.5)).field, null);
});
