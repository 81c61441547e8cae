// What the composer shows below an answer is what is sent: signature, quote, and why there is none.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Brand } from "#contract/brands.ts";
import type { DraftQuote } from "#contract/concerns.ts";
import type { Opened } from "#web/state/apply.ts";
import { belowOf, shownBelow } from "#web/state/below.ts";

const message = (seq: number, over: object = {}): object => ({
  id: `m${seq}`,
  seq,
  direction: "in",
  author: { kind: "customer", id: null, name: "Hanna" },
  automatic: null,
  text: `Text ${seq}`,
  at: "2026-03-02T22:30:00.000Z",
  ...over,
});
const opened = (messages: readonly object[], language: "de" | "en" | null = null) =>
  ({
    concern: { row: { language }, parties: [{ value: "Hanna@kunde.test", seesFrom: 1 }] },
    messages,
  }) as unknown as Opened;
const facts = (choice: DraftQuote = null, addressed: readonly string[] = ["hanna@kunde.test"]) => ({
  agent: { name: "Ada", signature: "Tel 1" },
  brand: { name: "Kabel", signature: "{agent}, {brand}", language: "de" } as Brand,
  addressed,
  choice,
  timeZone: "Europe/Berlin",
});

void test("usually: both signatures, and the customer's last message with day and time in the reader's zone", () => {
  const shown = shownBelow(opened([message(1), message(2), message(3, { direction: "out" })]), facts());
  assert.equal(shown.signature, "Tel 1\nAda, Kabel");
  assert.equal(shown.quote?.head, "Am 2. März 2026 um 23:30 schrieb Hanna:");
  assert.deepEqual(belowOf(shown).quote, { messageId: "m2", head: shown.quote?.head, text: null });
});

void test("an absence note that came last is not repeated; a form's mail is where nobody else wrote", () => {
  const form = message(1, { automatic: "auto-generated" });
  const note = message(3, { automatic: "auto-reply" });
  assert.equal(shownBelow(opened([form, message(2), note]), facts()).quote?.messageId, "m2");
  assert.equal(shownBelow(opened([form, note]), facts()).quote?.messageId, "m1");
  assert.equal(shownBelow(opened([note]), facts()).missing, "nothing");
});

void test("the head speaks the concern's language", () => {
  const shown = shownBelow(opened([message(1)], "en"), facts());
  assert.equal(shown.quote?.head, "On 2 March 2026 at 23:30 Hanna wrote:");
});

void test("left out, edited, nothing there, and for a newcomer nothing", () => {
  const thread = opened([message(1), message(2)]);
  assert.equal(shownBelow(thread, facts("none")).missing, "leftOut");
  const edited = shownBelow(thread, facts({ messageId: "m1" as never, text: "nur das" }));
  assert.deepEqual([edited.quote?.messageId, belowOf(edited).quote?.text], ["m1", "nur das"]);
  assert.equal(shownBelow(opened([]), facts()).missing, "nothing");
  const newcomer = shownBelow(thread, facts(null, ["hanna@kunde.test", "neu@kunde.test"]));
  assert.deepEqual([newcomer.missing, belowOf(newcomer).quote], ["newcomer", null]);
});
