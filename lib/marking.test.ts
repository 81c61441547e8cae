// Marking: as data, over umlauts, never losing a character.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "#test/chance.ts";
import { excerpt, highlight, markerOf } from "#lib/marking.ts";

const hits = (text: string, words: readonly string[], parts: readonly string[] = []): string[] =>
  highlight(text, markerOf(words, parts))
    .filter((part) => part.hit)
    .map((part) => part.text);

test("marks what was meant, as it was written", () => {
  assert.deepEqual(hits("Frau Größmann und Herr Groessmann, nicht Grossmut", ["grossmann"]), [
    "Größmann",
    "Groessmann",
  ]);
  assert.deepEqual(hits("Ihre Rechnungen, der Rechnung, eine Zeichnung", ["rechnung"]), ["Rechnungen", "Rechnung"]);
  assert.deepEqual(hits("Im Zielpaketzentrum liegt es", ["paketzentrum"], ["paketzentrum"]), ["Zielpaketzentrum"]);
  assert.deepEqual(hits("<b>Kabel</b> &amp; <script>kabel</script>", ["kabel"]), ["Kabel", "kabel"], "text is text");
  assert.deepEqual(hits("nichts davon", ["kabel"]), []);
});

test("codes are marked as they were written, however they were typed", () => {
  const marks = markerOf(["rechnung"], [], ["2024001788"]);
  assert.deepEqual(
    highlight("Rechnung 2024-0017-88, nicht 2024-0017-89", marks)
      .filter((part) => part.hit)
      .map((part) => part.text),
    ["Rechnung", "2024-0017-88"],
  );
  const far = `${"Füllwort ".repeat(100)}Vertrag KD-4711-0815 ${"Nachwort ".repeat(50)}`;
  assert.ok(excerpt(far, markerOf([], [], ["0815"])).some((part) => part.hit && part.text === "KD-4711-0815"));
});

test("the parts together are the text, and neighbours differ", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary" }),
      fc.array(fc.string({ minLength: 1 }), { maxLength: 4 }),
      (text, words) => {
        const parts = highlight(text, markerOf(words, []));
        assert.equal(parts.map((part) => part.text).join(""), text);
        for (const [index, part] of parts.entries()) assert.notEqual(part.hit, parts[index + 1]?.hit);
      },
    ),
  );
});

test("an excerpt shows the first hit and cuts between words", () => {
  const text = `${"Füllwort ".repeat(100)}die Rechnung ist falsch ${"Nachwort ".repeat(100)}`;
  const shown = excerpt(text, markerOf(["rechnung"], []));
  const whole = shown.map((part) => part.text).join("");
  assert.ok(
    shown.some((part) => part.hit && part.text === "Rechnung"),
    whole,
  );
  assert.match(whole, /^… Füllwort .* Nachwort …$/);
  assert.ok(whole.length < 240);
  assert.deepEqual(excerpt("kurz", markerOf([], [])), [{ text: "kurz", hit: false }]);
  assert.deepEqual(excerpt("", markerOf([], [])), []);
});

test("one endless word is cut, not lost", () => {
  const whole = excerpt("x".repeat(10_000), markerOf(["kabel"], []))
    .map((part) => part.text)
    .join("");
  assert.ok(whole.length > 30 && whole.length < 240);
});
