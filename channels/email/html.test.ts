// HTML of strangers: what is left can neither run, load, cover nor mislead.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { Parser } from "htmlparser2";
import { cleanStyle } from "./css.ts";
import { htmlLimits, readHtml } from "./html.ts";

const tags = new Set(
  "a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q rp rt ruby s samp section small span strike strong sub sup table tbody td tfoot th thead time tr tt u ul var wbr".split(
    " ",
  ),
);
const attributes =
  /^(?:style|title|alt|href|rel|target|width|height|align|valign|bgcolor|color|border|cellpadding|cellspacing|colspan|rowspan|dir|lang|size|face|start|type|data-folded|data-inline|data-remote-src|data-true-host)$/;

/** Every danger found when the clean HTML is read again. */
function dangers(html: string): string[] {
  const found: string[] = [];
  const parser = new Parser({
    onopentag(tag, given) {
      if (!tags.has(tag)) found.push(`<${tag}>`);
      for (const [name, value] of Object.entries(given)) {
        if (!attributes.test(name)) found.push(`${tag} ${name}`);
        if (name === "href" && !/^(?:https?:\/\/|mailto:|tel:)/.test(value)) found.push(`href ${value}`);
        if (name === "href" && given["rel"] !== "noopener noreferrer nofollow") found.push("a link without rel");
        if (name === "data-remote-src" && !/^https?:\/\//.test(value)) found.push(`image ${value}`);
        if (name === "style" && /url|expression|@|\\|position|z-index|behavior|binding|import|\/\*/i.test(value))
          found.push(`style ${value}`);
      }
    },
    oncomment: () => found.push("a comment"),
    onprocessinginstruction: () => found.push("an instruction"),
  });
  parser.end(html);
  if (
    /<(?:script|style|iframe|object|embed|svg|math|template|form|input|button|select|textarea|meta|base|link|noscript|frame|title|xmp|plaintext)\b/i.test(
      html,
    )
  )
    found.push("a tag in the source");
  return found;
}

const planted: readonly (readonly [name: string, html: string])[] = [
  ["a script", "<script>alert(1)</script>"],
  ["a handler", '<p onclick="alert(1)">x</p>'],
  ["a javascript link", '<a href="javascript:alert(1)">x</a>'],
  ["a link with a control character", '<a href="java\u0001script:alert(1)">x</a>'],
  ["a data link", '<a href="data:text/html,<script>alert(1)</script>">x</a>'],
  ["an own hint", '<div data-folded="quote" data-hint="quote" data-true-host="x">x</div>'],
];

for (const [name, html] of planted) {
  test(`the check itself sees ${name}`, () => {
    assert.ok(dangers(html).length > 0 || name === "an own hint");
    assert.deepEqual(dangers(readHtml(html, true).html ?? ""), []);
  });
}

const corpora = fileURLToPath(new URL("../../../shared/corpora", import.meta.url));
const skip = existsSync(corpora) ? false : "the collections are not here";

function vectors(): string[] {
  const found = new Set<string>();
  for (const each of JSON.parse(readFileSync(join(corpora, "xss-dompurify/expect.json"), "utf8")) as readonly {
    payload: string;
  }[])
    found.add(each.payload);
  const folder = join(corpora, "payloads-patt");
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".json"))) {
    for (const each of JSON.parse(readFileSync(join(folder, name), "utf8")) as readonly { payload?: unknown }[])
      if (typeof each.payload === "string") found.add(each.payload);
  }
  const lists = join(folder, "XSS Injection/Intruders");
  for (const name of readdirSync(lists))
    for (const line of readFileSync(join(lists, name), "utf8").split("\n")) if (line.trim() !== "") found.add(line);
  for (const name of readdirSync(join(folder, "XSS Injection/Files")))
    found.add(readFileSync(join(folder, "XSS Injection/Files", name), "utf8"));
  return [...found];
}

test("no vector of the collections survives, plain or inside other markup", { skip }, () => {
  const all = vectors();
  assert.ok(all.length > 1_900, `${all.length} vectors`);
  for (const vector of all) {
    for (const html of [
      vector,
      `<table><tr><td>${vector}</td></tr></table>`,
      `<p title="${vector}">x</p>`,
      `<a href="${vector}">x</a>`,
      `<img src="${vector}">`,
      `<div style="${vector}">x</div>`,
      `<noscript>${vector}</noscript>`,
    ]) {
      const clean = readHtml(html, true).html ?? "";
      assert.deepEqual(dangers(clean), [], html);
      // Cleaning again finds nothing more to remove: what a parser made of it once it makes again.
      assert.deepEqual(dangers(readHtml(clean, true).html ?? ""), [], html);
    }
  }
});

test("styles keep looks and lose whatever loads, covers or hides in syntax", () => {
  assert.equal(
    cleanStyle("color:#333; FONT-SIZE: 12pt;background-color:rgb(1,2,3)"),
    "color:#333;font-size:12pt;background-color:rgb(1,2,3)",
  );
  for (const bad of [
    "background:url(x)",
    "background-image:url(x)",
    "position:fixed",
    "color:expression(alert(1))",
    "color:red\\;x:y",
    "width:calc(100% - 1px)",
    "margin-left:-999px",
    "behavior:url(x)",
    "color:re/**/d",
    "content:'x'",
    "z-index:9",
    "font-family:'x",
    "transform:scale(9)",
    "opacity:0",
  ]) {
    assert.equal(cleanStyle(bad), "", bad);
  }
});

test("links show where they lead when their text says something else", () => {
  const disguised = readHtml(
    '<a href="https://evil.example/x">https://www.bank.example/login</a> <a href="https://evil.example">bank.example</a>',
    true,
  );
  assert.equal(disguised.html?.match(/data-true-host="evil\.example"/g)?.length, 2);
  assert.ok(disguised.disguisedLinks);
  const honest = readHtml(
    '<a href="https://www.bank.example/login">bank.example</a> <a href="https://x.bank.example/">www.bank.example</a> <a href="https://a.example">hier</a> <a href="mailto:a@b.example">a@b.example</a>',
    true,
  );
  assert.ok(!honest.disguisedLinks && !honest.html?.includes("data-true-host"));
});

test("hidden text is not read aloud to the agent as the customer's", () => {
  assert.equal(readHtml('<p>Hallo</p><div style="display:none">unsichtbar</div>', true).text, "Hallo");
});

test("text from HTML keeps lines, lists, cells and links", () => {
  const { text } = readHtml(
    "<p>Eins<br>Zwei &amp; drei</p><ul><li>a</li><li>b</li></ul><table><tr><td>x</td><td>y</td></tr></table><a href='https://k.example/p'>mehr</a><pre>  zwei\n   drei</pre>",
    true,
  );
  assert.equal(text, "Eins\nZwei & drei\n\n- a\n- b\n\nx y\n\nmehr <https://k.example/p>\n\n  zwei\n   drei");
});

test("a fold inside a table stays inside its cells", () => {
  const { html, text, foldedText } = readHtml(
    '<table><tr><td><div>Antwort</div><div class="gmail_quote">Frage</div></td></tr><tr><td>Fußzeile</td></tr></table>',
    true,
  );
  assert.match(html ?? "", /<td><div>Antwort<\/div><div data-folded="quote"><div>Frage<\/div><\/div><\/td>/);
  assert.match(html ?? "", /<td><div data-folded="quote">Fußzeile<\/div><\/td>/);
  assert.deepEqual([text, foldedText], ["Antwort", "Frage\nFußzeile"]);
});

test("a quote with answers in it stays open", () => {
  const { html, text } = readHtml(
    '<div class="gmail_quote"><blockquote class="gmail_quote">Frage 1</blockquote><div>Antwort 1</div><blockquote class="gmail_quote">Frage 2</blockquote><div>Antwort 2</div></div>',
    true,
  );
  assert.ok(!html?.includes("data-folded"));
  assert.match(text, /Frage 1[^]*Antwort 1[^]*Frage 2[^]*Antwort 2/);
});

test("a mail that is nothing but a quote stays open", () => {
  assert.ok(!readHtml('<blockquote type="cite">nur das</blockquote>', true).html?.includes("data-folded"));
});

test("what is too entangled is shown as text only", () => {
  const { html, text } = readHtml(`${"<i>".repeat(htmlLimits.tags + 1)}Hallo`, true);
  assert.equal(html, null);
  assert.equal(text, "Hallo");
});
