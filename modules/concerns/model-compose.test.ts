// What an answer looks like when it leaves.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "#test/chance.ts";
import {
  foldedPart,
  isProgram,
  leavingSubject,
  replySubject,
  senderName,
  signatureOf,
  wholeHtml,
  wholeText,
} from "#modules/concerns/model-compose.ts";
import { textAsHtml } from "#platform/html.ts";

const quoted = { authorName: "Petra Lang", at: "2026-03-02T09:00:00.000Z", text: "Kein Bild.\n\n> früher\nGruß" };

void test("the signature fills names in once", () => {
  assert.equal(
    signatureOf({ name: "Anna {brand}", signature: " Tel 1 " }, { name: "Elbkabel", signature: "{agent}\n{brand}" }),
    "Tel 1\nAnna {brand}\nElbkabel",
  );
  assert.equal(signatureOf({ name: "A", signature: "" }, { name: "B", signature: " " }), "");
});

void test("signature and last message stand below the answer, in the brand's language", () => {
  assert.equal(
    foldedPart("Anna", quoted, "de"),
    "-- \nAnna\n\nAm 2. März 2026 schrieb Petra Lang:\n> Kein Bild.\n> \n> > früher\n> Gruß",
  );
  assert.match(foldedPart("", quoted, "en"), /^On 2 March 2026 Petra Lang wrote:\n> Kein/);
  assert.equal(foldedPart("", null, "de"), "");
  assert.equal(wholeText("Hallo", ""), "Hallo");
});

void test("the HTML part holds the same as the text part: own words, signature, quote, and images by Content-ID", () => {
  const html = wholeHtml(
    '<p>Hier <img alt="" data-inline="u1@inline" /></p>',
    foldedPart("Anna", quoted, "de"),
    textAsHtml,
  );
  assert.ok(html.includes('<img alt="" src="cid:u1@inline" />'));
  assert.ok(html.includes('<div class="signature">-- <br>\nAnna</div>'));
  assert.ok(html.includes('<div>Am 2. März 2026 schrieb Petra Lang:</div>\n<blockquote type="cite"'));
  assert.ok(html.includes("Kein Bild.<br>\n<br>\n&gt; früher<br>\nGruß</blockquote>"));
  assert.ok(!wholeHtml("<p>x</p>", "", textAsHtml).includes("blockquote"));
});

void test("whatever a customer wrote, or is called, stays text in our HTML", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string(), fc.string(), (text, authorName, signature) => {
      const folded = foldedPart(
        signature,
        { ...quoted, text: `<script>${text}`, authorName: `<img src=x>${authorName.replaceAll("\n", " ")}` },
        "en",
      );
      const html = wholeHtml("<p></p>", folded, textAsHtml);
      assert.ok(!html.includes("<script>") && !html.includes("<img"));
    }),
  );
});

void test("programs are told from documents by what their bytes are", () => {
  assert.ok(isProgram("application/x-msdownload") && isProgram("application/x-elf"));
  assert.ok(!isProgram("application/pdf") && !isProgram("application/octet-stream") && !isProgram("image/png"));
});

void test("subjects carry the number once", () => {
  assert.equal(leavingSubject(replySubject("AW: Kein Bild"), 12), "Re: Kein Bild [#12]");
  assert.equal(leavingSubject("x [#12]", 12), "x [#12]");
  assert.equal(senderName("Anna", "Elbkabel"), "Anna (Elbkabel)");
  assert.equal(senderName(null, "Elbkabel"), "Elbkabel");
});
