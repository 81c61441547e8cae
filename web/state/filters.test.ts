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
