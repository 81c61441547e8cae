// Links out of text: what leads where it says, nothing that runs; and mail addresses never more generous than the contract.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { chatTextLength, fromWidget } from "#contract/chat.ts";
import { isMailAddress } from "#lib/mailAddress.ts";
import { hrefOf, piecesOf, withoutTurns } from "./text.ts";

const links = (text: string): (readonly [string, string])[] =>
  piecesOf(text).flatMap((piece) => (piece.href === null ? [] : [[piece.text, piece.href] as const]));

test("addresses are links, the marks of the sentence around them are not", () => {
  assert.deepEqual(
    links("Siehe https://kabel.test/a?b=c. Oder (www.kabel.test/x_(y))! Mail: anna@kunde.test, Tel tel:+49401234"),
    [
      ["https://kabel.test/a?b=c", "https://kabel.test/a?b=c"],
      ["www.kabel.test/x_(y)", "https://www.kabel.test/x_(y)"],
      ["anna@kunde.test", "mailto:anna@kunde.test"],
      ["tel:+49401234", "tel:+49401234"],
    ],
  );
});

test("nothing else is a link", () => {
  for (const text of [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:https://kabel.test/1",
    "java\u0000script:alert(1)",
    "http://",
    "https://user:password@kabel.test/",
    "https://kabel.test@evil.test/",
    "www.",
    "a@b",
    "3.14",
    "<img src=x onerror=alert(1)>",
  ])
    assert.deepEqual(links(text), [], text);
});

test("marks that turn the direction do not stay in a link", () => {
  assert.deepEqual(links("https://kabel.test/\u202Egpj.exe"), [
    ["https://kabel.test/gpj.exe", "https://kabel.test/gpj.exe"],
  ]);
  assert.equal(withoutTurns("Le\u2067na"), "Lena");
});

test("the pieces are the text, and every link is one of four schemes", () => {
  const word = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.webUrl(),
    fc.emailAddress(),
    fc.constantFrom("javascript:x", "www.a.test"),
  );
  fc.assert(
    fc.property(
      fc.array(word).map((words) => words.join(" ")),
      (text) => {
        const pieces = piecesOf(text);
        assert.equal(withoutTurns(pieces.map((piece) => piece.text).join("")), withoutTurns(text));
        for (const { href } of pieces) if (href !== null) assert.match(href, /^(?:https?:\/\/|mailto:|tel:)/);
      },
    ),
  );
});

// A hundred times what a message may have: what grew with the square of it would take many minutes.
test("the work grows with the text, whatever stands in it", { timeout: 120_000 }, () => {
  const long = 100 * chatTextLength;
  for (const sign of ["(", ".", "@", "a.", "https://", "www.", ")", "()", "(]", "a)", "\u202e"]) {
    const text = sign.repeat(long).slice(0, long);
    assert.ok(piecesOf(text).length > 0);
    assert.ok(piecesOf(`https://a.test/${text}`).length > 0);
  }
});

test("what the form lets pass, the contract takes", () => {
  const takes = (email: string): boolean => fromWidget.safeParse({ type: "introduce", name: "", email }).success;
  for (const good of ["anna@kunde.test", "a.b+c@x-y.example.org", "o'neil@kunde.test"])
    assert.ok(isMailAddress(good), good);
  for (const bad of [
    "",
    "anna",
    "anna@",
    "@kunde.test",
    "anna@kunde",
    "a..b@kunde.test",
    ".a@kunde.test",
    "a.@kunde.test",
    "änna@kunde.test",
    "a b@kunde.test",
  ])
    assert.equal(isMailAddress(bad), false, bad);
  const near = fc
    .array(fc.constantFrom("a", "B", "1", ".", "-", "_", "+", "'", "@", "ä", "de", "com"), { maxLength: 14 })
    .map((signs) => signs.join(""));
  fc.assert(
    fc.property(fc.oneof(near, fc.emailAddress()), (email) => {
      if (isMailAddress(email)) assert.ok(takes(email), email);
    }),
    { numRuns: 1_000 },
  );
  assert.equal(hrefOf("anna@kunde.test"), "mailto:anna@kunde.test");
});
