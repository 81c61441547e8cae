// What the desk says of a concern's promise: how much is left, which it is, how it is counted, what was missed.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { PromiseRule } from "#contract/promises.ts";
import { leftWords, missedWords, promiseWords } from "#web/state/promises.ts";
import { minutesIn, moved, newRule, whatWords } from "#web/state/promiseRules.ts";
import de from "#locales/de.json" with { type: "json" };
import en from "#locales/en.json" with { type: "json" };
import { serviceLength, speak } from "#web/state/words.ts";

const now = new Date("2026-11-30T10:00:00.000Z");
const rule: PromiseRule = {
  ...newRule("r"),
  name: "Störungen",
  targets: { firstReply: 90, nextReply: null, resolution: null },
};
const row = {
  promiseKind: "firstReply",
  promiseState: "running",
  promiseRuleId: rule.id,
  dueAt: "2026-11-30T10:25:00.000Z",
  missed: [],
} as const;

test("what is left, what is over, and nothing while it stands still", () => {
  speak("de", de);
  assert.equal(leftWords({ ...row, missed: [] }, now), "noch 25 Min.");
  const over = { ...row, promiseState: "over" as const, dueAt: "2026-11-30T08:00:00.000Z", missed: [] };
  assert.equal(leftWords(over, now), "2 Std. überfällig");
  const paused = { ...row, promiseState: "paused" as const, dueAt: null, missed: [] };
  assert.equal(leftWords(paused, now), null);
  assert.match(
    promiseWords(paused, [rule]) ?? "",
    /^Erste Antwort: steht still · Regel „Störungen“: 1 Std\. 30 Min\. · gezählt/,
  );
  assert.match(promiseWords(over, []) ?? "", /^Erste Antwort war fällig/, "a rule that is gone says nothing");
  assert.equal(promiseWords({ ...paused, promiseKind: null, promiseState: null }, [rule]), null);
});

test("what was missed is said once: not what is over anyway", () => {
  speak("en", en);
  const over = { ...row, promiseState: "over" as const, missed: ["firstReply" as const, "resolution" as const] };
  assert.equal(missedWords(over), "Missed: Resolution");
  assert.equal(missedWords({ ...over, promiseState: "running" }), "Missed: First reply and Resolution");
  assert.equal(missedWords({ ...over, missed: [] }), null);
});

test("rules in the form: minutes that are none, an order with ends, lengths never in days", () => {
  speak("en", en);
  assert.deepEqual(["", "0", "-1", "1.5", "x", "525601"].map(minutesIn), [null, null, null, null, null, null]);
  assert.equal(minutesIn(" 90 "), 90);
  const rules = ["a", "b", "c"].map(newRule);
  const order = (index: number, by: -1 | 1) => moved(rules, index, by).map(({ id }) => id as string);
  assert.deepEqual(order(0, 1), ["b", "a", "c"]);
  assert.deepEqual(order(2, 1), ["a", "b", "c"]);
  assert.deepEqual(order(0, -1), ["a", "b", "c"]);
  assert.equal(serviceLength(2_400), "40 hrs");
  assert.match(whatWords(rule), /^First reply 1\u00a0hr\u00a030\u00a0mins?/);
});
