// What values forms take: the same on both sides.
import assert from "node:assert/strict";
import { test } from "node:test";
import { faultOf, shownValue, type JudgedField } from "./form.ts";

const field = (type: JudgedField["type"], more: Partial<JudgedField> = {}): JudgedField => ({
  type,
  required: false,
  options: [],
  ...more,
});

test("each kind of field says what is wrong with a value", () => {
  const cases: readonly [JudgedField, string, ReturnType<typeof faultOf>][] = [
    [field("text"), "", null],
    [field("text", { required: true }), "  ", "missing"],
    [field("text"), "x".repeat(201), "tooLong"],
    [field("long"), "x".repeat(1_000), null],
    [field("email"), "anna@kunde.test", null],
    [field("email"), "anna@", "email"],
    [field("number"), "-12.5", null],
    [field("number"), "12,5", "number"],
    [field("number"), "1e9", "number"],
    [field("date"), "2026-02-28", null],
    [field("date"), "2026-02-30", "date"],
    [field("date"), "0000-00-00", "date"],
    [field("date"), "morgen", "date"],
    [field("choice", { options: ["DSL", "Kabel"] }), "Kabel", null],
    [field("choice", { options: ["DSL"] }), "dsl", "choice"],
  ];
  for (const [one, value, fault] of cases)
    assert.equal(faultOf(one, value), fault, `${one.type} ${value.slice(0, 20)}`);
});

test("numbers and days are read as the language writes them", () => {
  assert.equal(shownValue("date", "2026-11-30", "de"), "30.11.2026");
  assert.equal(shownValue("number", "1.5", "de"), "1,5");
  assert.equal(shownValue("date", "2026-11-30", "en"), "2026-11-30");
  assert.equal(shownValue("text", "a.b", "de"), "a.b");
});
