// What rules would have done in a past that is written down here entry by entry.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AutomationRule } from "#contract/automation.ts";
import type { AnyEvent } from "#contract/events.ts";
import { isSame, replay, type TrialBook } from "#modules/automation/model-past.ts";
import { ruleOf } from "#test/automation.ts";

const at = (hour: number): string => new Date(Date.UTC(2026, 2, 2, hour)).toISOString();
type Kind = "agent" | "customer" | "system" | "helper";
const entry = (hour: number, who: Kind, kind: AnyEvent["kind"], data: unknown): AnyEvent =>
  ({ seq: hour, at: at(hour), kind, actor: { kind: who, id: null, name: who }, concernId: "c", data }) as AnyEvent;
const begun = (hour: number, over: object = {}): AnyEvent =>
  entry(hour, "customer", "concern.created", {
    row: {
      brandId: "b",
      subject: "s",
      status: "new",
      priority: "normal",
      topicId: null,
      tags: [],
      assigneeId: null,
      teamId: null,
      channels: ["email"],
      language: null,
      rating: null,
      missed: [],
      waitingSince: at(hour),
      lastDirection: "in",
      lastMessageAt: at(hour),
      ...over,
    },
  });
const patched = (hour: number, who: Kind, patch: object): AnyEvent =>
  entry(hour, who, "concern.changed", { patch: { version: hour, ...patch }, because: null });

const tried = async (rules: readonly AutomationRule[], events: readonly AnyEvent[], over: Partial<TrialBook> = {}) => {
  const book = { rules, parents: new Map(), hoursOf: () => null, from: at(0), now: at(100), ...over };
  const customer = { language: null, organisation: null, tierId: null, fields: {} };
  const acts = await replay(book, { events, words: new Map(), customer }, () => Promise.resolve());
  return acts.map((act) => [rules.findIndex(({ id }) => id === act.ruleId), act.at, act.cause, act.deeds.length]);
};

test("each entry is judged by the concern as it was, rules' own entries set nothing off, what was before the month does nothing", async () => {
  const rule = ruleOf({
    when: { by: "event", events: ["status", "begun"] },
    all: [{ what: "priority", not: false, priorities: ["low"] }],
  });
  const events = [
    begun(1),
    patched(2, "agent", { priority: "low" }),
    patched(3, "agent", { status: "waiting" }),
    patched(4, "helper", { status: "open" }),
    patched(5, "agent", { priority: "high" }),
    patched(6, "agent", { status: "resolved" }),
  ];
  assert.deepEqual(await tried([rule], events), [[0, at(3), "status", 1]]);
  assert.deepEqual(await tried([rule], events, { from: at(4) }), []);
  assert.deepEqual(await tried([rule], events.slice(1)), [], "the log does not know how it began");
});

test("what the program does sets a rule off once, until a person has done something", async () => {
  const rule = ruleOf({ when: { by: "event", events: ["status"] }, actions: [{ do: "note", text: "x" }] });
  const wakes = (hour: number): AnyEvent => patched(hour, "system", { status: "open" });
  const spent = await tried([rule], [begun(1), wakes(2), wakes(3), patched(4, "agent", { tags: ["a"] }), wakes(5)]);
  assert.deepEqual(spent, [
    [0, at(2), "status", 1],
    [0, at(5), "status", 1],
  ]);
});

test("time: due when the stretch has lasted, not when it ended before, not again, and not what was due before the month", async () => {
  const rule = ruleOf({ when: { by: "time", since: "customer", minutes: 300, counted: "clock" } });
  const waiting = patched(2, "agent", { status: "waiting", waitingSince: null });
  assert.deepEqual(await tried([rule], [begun(1), waiting, patched(20, "agent", { tags: ["a"] })]), [
    [0, at(7), "customer", 1],
  ]);
  assert.deepEqual(await tried([rule], [begun(1), waiting, patched(6, "customer", { status: "open" })]), []);
  assert.deepEqual(await tried([rule], [begun(1), waiting], { from: at(8) }), []);
  assert.deepEqual(await tried([rule], [begun(1), waiting], { now: at(6) }), [], "not yet");
  const answer = entry(5, "agent", "message.added", {
    message: { id: "m", seq: 2, direction: "out", automatic: null, scheduled: null },
  });
  assert.deepEqual(await tried([rule], [begun(1), waiting, answer]), [[0, at(10), "customer", 1]], "begins anew");
});

test("the same is done by the same change, and by any answer", () => {
  const tagged = patched(1, "agent", { tags: ["a", "b"] });
  assert.equal(isSame({ do: "addTags", tags: ["a"] }, tagged), true);
  assert.equal(isSame({ do: "addTags", tags: ["a", "c"] }, tagged), false);
  assert.equal(isSame({ do: "removeTags", tags: ["c"] }, tagged), true);
  assert.equal(isSame({ do: "removeTags", tags: ["b"] }, tagged), false);
  assert.equal(isSame({ do: "team", teamId: null }, tagged), false);
  assert.equal(isSame({ do: "note", text: "x" }, tagged), undefined);
});
