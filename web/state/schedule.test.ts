// The moment an agent types is the moment on their own clock.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "#contract/concerns.ts";
import { fieldsOf, momentOf, writtenSince } from "#web/state/schedule.ts";

void test("two fields and a moment are the same thing, in the zone of this machine", () => {
  const at = new Date(2026, 10, 30, 8, 5);
  assert.deepEqual(fieldsOf(at), { day: "2026-11-30", time: "08:05" });
  assert.equal(momentOf("2026-11-30", "08:05")?.getTime(), at.getTime());
});

void test("what is no moment is none", () => {
  for (const [day, time] of [
    ["", "08:00"],
    ["2026-11-30", ""],
    ["2026-02-30", "08:00"],
    ["30.11.2026", "08:00"],
  ] as const)
    assert.equal(momentOf(day, time), null);
});

void test("only a person's later message counts as written since", () => {
  const message = (seq: number, over: Partial<Message>): Message =>
    ({ seq, direction: "in", automatic: null, ...over }) as Message;
  const answer = message(2, { direction: "out" });
  assert.equal(writtenSince([message(1, {}), answer], answer), false);
  assert.equal(writtenSince([answer, message(3, { automatic: "auto-reply" })], answer), false);
  assert.equal(writtenSince([answer, message(3, { direction: "note" })], answer), false);
  assert.equal(writtenSince([answer, message(3, {})], answer), true);
});
