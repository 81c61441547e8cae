// What is left of HTML that an editor, or whoever speaks its protocol, sends.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { sanitiseEditorHtml, textAsHtml } from "#platform/html.ts";

const upload = "019cadc6-9a80-7935-b4ac-199725b2553b";
const active =
  /<(?:script|style|iframe|object|embed|form|input|svg|math|link|meta|base|video|audio)\b|\son\w+\s*=|javascript:|data:|vbscript:|\ssrc\s*=|\sstyle\s*=/i;
/** Attribute values and text may say anything; only markup counts. */
const markup = (html: string): string =>
  [...html.matchAll(/<[^>]*>/g)].map((tag) => tag[0].replace(/(alt|title)="[^"]*"/g, "")).join("\n");

void test("writing survives, images of uploads survive, nothing else does", () => {
  const kept = sanitiseEditorHtml(
    `<h2>A</h2><p>b <strong>c</strong> <a href="https://x.example/?a=1&amp;b=2" onclick="x()">d</a></p><ul><li>e</li></ul><img data-upload="${upload}" src="https://evil.example/x.png" alt="f" width="10">`,
  );
  assert.deepEqual(kept, {
    html: `<h2>A</h2><p>b <strong>c</strong> <a href="https://x.example/?a=1&amp;b=2" rel="noopener noreferrer nofollow" target="_blank">d</a></p><ul><li>e</li></ul><img alt="f" data-upload="${upload}" width="10" />`,
    inlineUploads: [upload],
  });
  assert.equal(sanitiseEditorHtml('<img src="https://evil.example/x"><img data-upload="../../etc">')?.html, "");
});

void test("bombs are refused or read quickly", () => {
  for (const bomb of [
    "<b>".repeat(200_000),
    "<".repeat(600_000),
    "<p>".repeat(19_000),
    `<a href="${"x".repeat(900_000)}">`,
    "a".repeat(1_000_001),
  ]) {
    const begun = performance.now();
    sanitiseEditorHtml(bomb);
    assert.ok(performance.now() - begun < 1_000);
  }
  assert.equal(sanitiseEditorHtml("<b>".repeat(200_000)), null);
});

const own = [
  "<img src=x onerror=alert(1)>",
  "<svg onload=alert(1)>",
  '<a href="java\nscript:alert(1)">x</a>',
  '<a href="&#106;avascript:alert(1)">x</a>',
  '<math><mi xlink:href="javascript:1">',
  '<p style="background:url(javascript:1)">',
  '<iframe srcdoc="<script>1</script>">',
  '<noscript><p title="</noscript><img src=x onerror=1>">',
  "<form action=x><button formaction=javascript:1>",
  "<base href=//evil>",
  '<table background="javascript:1">',
  `<img data-upload="${upload}" onload=1 src=data:text/html,x>`,
];

void test("nothing that runs or loads is left of any vector", () => {
  const folder = join(import.meta.dirname, "..", "..", "shared", "corpora");
  const files = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => /xss/i.test(name))
        .flatMap((name) =>
          readdirSync(join(folder, name), { recursive: true, encoding: "utf8" }).map((file) =>
            join(folder, name, file),
          ),
        )
    : [];
  const lines = files
    .filter((file) => statSync(file).isFile())
    .flatMap((file) => readFileSync(file, "utf8").split("\n"));
  for (const vector of [...own, ...lines.filter((line) => line.includes("<")).slice(0, 20_000)]) {
    const html = sanitiseEditorHtml(vector)?.html ?? "";
    assert.ok(!active.test(markup(html)), `${vector} → ${html}`);
  }
});

void test("text becomes HTML that shows the text", () => {
  assert.equal(textAsHtml('a < b & "c"\nd'), "a &lt; b &amp; &quot;c&quot;<br>\nd");
});
