// Foreign text and names as they are shown.
import assert from "node:assert/strict";
import { test } from "node:test";
import { linesOf, safeName } from "#web/state/text.ts";

const links = (text: string): readonly (string | null)[] =>
  linesOf(text).flatMap((part) => (part.href === null ? [] : [part.href]));

test("cutting a text into links never changes the text", () => {
  for (const text of [
    "a https://x.de/y. b",
    "(https://x.de/a_(b))",
    "mail info@x.de!",
    "",
    "javascript:alert(1)",
    "https://",
    "http://[bad",
  ])
    assert.equal(
      linesOf(text)
        .map((part) => part.text)
        .join(""),
      text,
    );
});

test("only http, https and mail addresses become links", () => {
  assert.deepEqual(links("see https://x.de/a?b=1, or mailto info@x.de."), ["https://x.de/a?b=1", "mailto:info@x.de"]);
  assert.deepEqual(links("javascript:alert(1) data:text/html,x vbscript:y file:///etc/passwd"), []);
});

test("brackets around a link stay outside, brackets in it inside", () => {
  assert.deepEqual(links("(https://x.de/a) https://x.de/b_(c)"), ["https://x.de/a", "https://x.de/b_(c)"]);
});

test("signs that turn the reading direction end a link and leave a name", () => {
  assert.deepEqual(links("https://x.de/a\u202Efdp"), ["https://x.de/a"]);
  assert.equal(safeName("Rechnung\u202Efdp.exe"), "Rechnungfdp.exe");
});

test("a long text of almost-addresses is cut in a moment", () => {
  const begun = performance.now();
  linesOf("a.".repeat(50_000) + "@");
  linesOf("x@".repeat(50_000));
  assert.ok(performance.now() - begun < 2_000);
});
