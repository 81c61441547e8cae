// Codes: one, however they are written.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "#test/chance.ts";
import { codeKey, codesIn, codeSpans, codesOf } from "#lib/codes.ts";

test("with or without dashes, strokes and spaces a number is one", () => {
  for (const text of [
    "2024-0017-88",
    "2024/0017/88",
    "2024 0017 88",
    "2024001788",
    "2024.0017-88",
    "Nr.: 2024-0017-88.",
  ])
    assert.ok(codesOf(text).includes("2024001788"), text);
  assert.ok(codesOf("Vertrag KD-4711-0815, bitte").includes("kd47110815"));
  assert.ok(codesOf("KD4711 0815").includes("kd47110815"));
  assert.ok(codesOf("IBAN DE89 3704 0044 0532 0130 00").includes("de89370400440532013000"));
  assert.ok(codesOf("Seriennummer EK7Q2291.").includes("ek7q2291"));
  assert.ok(codesOf("VN-77A-1234").includes("vn77a1234"));
});

test("numbers beside each other are found alone, too; words and dates are none", () => {
  const keys = codesOf("Kundennummer 30412877 Rechnung 2024-0017 vom 12.03.2026");
  assert.ok(keys.includes("30412877") && keys.includes("20240017"));
  assert.deepEqual(codesOf("am 12.03.2026 um 20:03 Uhr, 2026-03-12, Kanal 12, 84,89 EUR"), []);
  assert.deepEqual(codesOf("Nummer4711"), [], "four digits are found as they are");
  assert.deepEqual(codesOf("Größmann"), []);
  assert.ok(codesOf("30412877 40412878").includes("30412877"));
});

test("what is marked is the shortest that ends with what was typed", () => {
  const text = "Konto 30412877, Rechnung 2024-0017-88 und 99.";
  const shown = (typed: string): string[] =>
    codesIn(text, [codeKey(typed)]).map(({ from, to }) => text.slice(from, to));
  assert.deepEqual(shown("2024 0017 88"), ["2024-0017-88"]);
  assert.deepEqual(shown("1788"), ["2024-0017-88"]);
  assert.deepEqual(shown("2877"), ["30412877"]);
  assert.deepEqual(shown("5555"), []);
});

test("whatever the text, every span is in it and its key is what stands there; endless numbers end", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...Array.from("0123456789 -./aKß\n\u00a0😀")), maxLength: 200 }),
      (text) => {
        for (const { from, to, key } of codeSpans(text)) {
          assert.equal(codeKey(text.slice(from, to)), key);
          assert.ok(key.length >= 5 && key.length <= 34);
        }
      },
    ),
  );
  assert.equal(codeSpans("4711081 ".repeat(20_000)).length, 200);
  assert.deepEqual(codeSpans("1".repeat(100_000)), []);
});
