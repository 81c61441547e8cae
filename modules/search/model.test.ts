// Words, near spellings, and what somebody typed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "#test/chance.ts";
import {
  chosenWords,
  createKnown,
  fold,
  isNear,
  shareOf,
  skeleton,
  understandWish,
  wordOf,
  wordsOf,
} from "#modules/search/model.ts";

test("folding takes case and accents away", () => {
  assert.equal(fold("Größmann STRASSE Straße Łódź Søren Ærø naïve"), "grossmann strasse strasse lodz soren aero naive");
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => assert.equal(fold(fold(text)), fold(text))));
});

test("the words of a text: once each, letters only, neither short nor endless", () => {
  assert.deepEqual(wordsOf("Die Rechnung, die RECHNUNG und Größe! KD-12345 abc 4711").toSorted(), [
    "grosse",
    "rechnung",
  ]);
  assert.deepEqual(wordsOf(`${"x".repeat(41)} ${"y".repeat(40)}`), ["y".repeat(40)]);
  assert.equal(
    wordsOf(
      Array.from(
        { length: 5_000 },
        (_, i) => `wort${String.fromCharCode(97 + (i % 26), 97 + (Math.floor(i / 26) % 26), 97 + Math.floor(i / 676))}`,
      ).join(" "),
    ).length,
    2_000,
  );
});

test("one slip is near, another word is not", () => {
  for (const [a, b] of [
    ["rechnung", "rechung"],
    ["rechnung", "rechnugn"],
    ["kabel", "kabl"],
    ["grossmann", "groessmann"],
    ["paketzentrum", "pakettzentrun"],
    ["router", "ruoter"],
  ] as const)
    assert.ok(isNear(a, b), `${a} ${b}`);
  for (const [a, b] of [
    ["haus", "maus"],
    ["kabel", "fabe"],
    ["rechnung", "zeichnung"],
    ["vertrag", "verlag"],
    ["internet", "interview"],
  ] as const)
    assert.ok(!isNear(a, b), `${a} ${b}`);
});

test("near spelling is symmetric between words of one length", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-d]{6}$/), fc.stringMatching(/^[a-d]{6}$/), (a, b) => {
      assert.equal(isNear(a, b), isNear(b, a));
    }),
  );
});

test("what somebody typed: numbers, tags, terms", () => {
  assert.deepEqual(understandWish("[#1234] #vip Rechnung 99"), {
    numbers: [1234, 99],
    tags: ["vip"],
    terms: ["Rechnung", "99"],
  });
  assert.deepEqual(understandWish(" #4711 "), { numbers: [4711], tags: [], terms: [] });
  assert.deepEqual(understandWish("!!! &|() ''"), { numbers: [], tags: [], terms: [] });
  assert.equal(understandWish("a ".repeat(100)).terms.length, 10);
  assert.equal(wordOf("(Rechnung?)"), "rechnung");
  assert.equal(wordOf("KD-1"), null);
  assert.equal(skeleton("groessmann"), "grossmann");
});

test("of the words found, those that hold the term come first and near ones are judged", () => {
  const found = [
    { word: "rechnung", part: true },
    { word: "stromrechnung", part: true },
    { word: "rechung", part: false },
    { word: "zeichnung", part: false },
  ];
  assert.deepEqual(chosenWords("rechnung", found), ["rechnung", "stromrechnung", "rechung"]);
});

test("how common a term is: its stems together, at most always", () => {
  const common = new Map([
    ["rechnung", 0.3],
    ["rechn", 0.9],
  ]);
  assert.equal(shareOf(["rechnung", "rechnung"], common), 0.3);
  assert.equal(shareOf(["rechnung", "rechn"], common), 1);
  assert.equal(shareOf(["selten"], common), 0);
});

test("known words are forgotten before they fill the memory", () => {
  const known = createKnown(10);
  known.add(["a", "b"]);
  assert.ok(known.has("a"));
  known.add(["c", "d", "e", "f"]);
  assert.ok(known.has("a") && known.has("f"), "the older half is still there");
  known.add(["g", "h", "i", "j", "k", "l"]);
  assert.ok(!known.has("a") && known.has("l"));
});
