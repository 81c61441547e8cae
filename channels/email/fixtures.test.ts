// Mails as the common programs write them, read into what stands in the .json beside each; UPDATE_GOLDEN=1 rewrites those.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import type { Inbound, InboundFile, InboundMessage } from "#contract/channel.ts";
import { receive } from "./inbound.ts";
import type { EmailSettings } from "./settings.ts";

const folder = new URL("./fixtures/", import.meta.url);
const settings: EmailSettings = {
  address: "service@kabel.example",
  aliases: ["hilfe@kabel.example"],
  displayName: "Kabel Service",
  imap: null,
  smtp: null,
  dkim: null,
  door: true,
  plusAddressing: true,
  trustedAuthservIds: [],
  trustedRelays: [],
};

function readFixture(name: string): Promise<readonly Inbound[]> {
  const bytes = Buffer.from(readFileSync(new URL(`${name}.eml`, folder), "utf8").replaceAll("\n", "\r\n"));
  return receive({ bytes, receivedAt: "2026-11-24T00:00:00.000Z", transport: { by: "imap" } }, settings, {
    now: new Date("2026-11-24T00:00:00Z"),
    resolver: null,
  });
}

async function readMessage(name: string): Promise<InboundMessage> {
  const [first] = await readFixture(name);
  assert.equal(first?.kind, "message");
  return first;
}

function shown(inbound: readonly Inbound[]): string {
  const plain = (_key: string, value: unknown): unknown =>
    value instanceof Uint8Array
      ? { bytes: value.length, sha256: createHash("sha256").update(value).digest("hex").slice(0, 16) }
      : value;
  const told = (of: readonly InboundFile[]): unknown => of.map((file) => ({ ...file, bytes: plain("", file.bytes) }));
  const files = inbound.map((each) =>
    each.kind === "message"
      ? {
          ...each,
          files: told(each.files),
          forwarded: each.forwarded && { ...each.forwarded, files: told(each.forwarded.files) },
        }
      : each,
  );
  return `${JSON.stringify(files, plain, 2)}\n`;
}

const names = readdirSync(folder)
  .filter((file) => file.endsWith(".eml"))
  .map((file) => file.slice(0, -4))
  .sort();

for (const name of names) {
  test(`reads ${name}`, async () => {
    const actual = shown(await readFixture(name));
    const golden = new URL(`${name}.json`, folder);
    if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(golden, actual);
    assert.equal(actual, readFileSync(golden, "utf8"));
  });
}

test("there are fixtures of all the programs we promise to understand", () => {
  for (const program of [
    "gmx",
    "webde",
    "t-online",
    "outlook-desktop-de",
    "outlook-desktop-en",
    "outlook-web-de",
    "outlook-web-en",
    "gmail-de",
    "gmail-en",
    "apple-mail-de",
    "apple-mail-en",
    "thunderbird-de",
    "thunderbird-en",
  ]) {
    assert.ok(
      names.some((name) => name.startsWith(program)),
      program,
    );
  }
});

// What was newly written, and where the quote must have gone.
const folds: readonly (readonly [name: string, text: string, folded: string])[] = [
  ["gmx-web-de", "Techniker schicken", "starten Sie den Router neu"],
  ["webde-text-de", "Es fehlt die Gutschrift", "wir haben die Rechnung geprüft"],
  ["t-online-de", "bitte um Rückruf", "der Techniker kommt morgen"],
  ["outlook-desktop-de", "passt mir gut", "Wann passt es Ihnen"],
  ["outlook-desktop-en", "Wednesday works", "When would it suit"],
  ["outlook-web-en", "did not get my refund", "We sent it"],
  ["outlook-web-de", "wir ziehen am 1. Dezember um", "Wohin ziehen Sie"],
  ["gmail-de", "jetzt läuft es wieder", "prüfen Sie die Leitung"],
  ["gmail-en", "It works now", "check the cable"],
  ["apple-mail-de", "Vertrag kündigen", "wie können wir helfen"],
  ["apple-mail-en", "cancel the contract", "How can we help"],
  ["thunderbird-en-top", "customer number is 4711", "What is your customer number"],
  ["x-wrote-on-de", "nehme ich an", "das Angebot annehmen"],
  ["android-gmx-footer", "geht das Fernsehen nicht", "Android Mobiltelefon"],
  ["samsung-footer", "Ihr Laden offen", "Was möchten Sie wissen"],
];

for (const [name, text, folded] of folds) {
  test(`folds the quote of ${name} and keeps it`, async () => {
    const message = await readMessage(name);
    assert.ok(message.text.includes(text), message.text);
    assert.ok(!message.text.includes(folded), message.text);
    assert.ok(message.foldedText.includes(folded), message.foldedText);
    if (message.html !== null) {
      const fold = message.html.indexOf("<div data-folded=");
      assert.ok(fold > 0, "the HTML has a fold");
      assert.ok(message.html.indexOf(folded) > fold, "the quote stands inside it");
      assert.ok(message.html.indexOf(text.slice(0, 12)) < fold, "the answer stands before it");
    }
  });
}

for (const footer of [
  "Von meinem iPhone gesendet",
  "Von meinem Samsung Galaxy Smartphone gesendet.",
  "Tel. 0351 4711",
]) {
  test(`folds the footer "${footer}"`, async () => {
    const name = footer.includes("iPhone")
      ? "apple-mail-de"
      : footer.includes("Samsung")
        ? "samsung-footer"
        : "outlook-web-de";
    const message = await readMessage(name);
    assert.ok(!message.text.includes(footer) && message.foldedText.includes(footer));
  });
}

test("answers between quotes stay visible together with their questions", async () => {
  const message = await readMessage("thunderbird-de-inline");
  for (const line of ["> Wie lautet Ihre Kundennummer?", "4711", "im ganzen Haus, also auch oben."])
    assert.ok(message.text.includes(line), line);
  assert.match(message.foldedText, /^-- \nUwe Sommer/);
});

for (const name of [
  "forward-gmail-en",
  "forward-outlook-de",
  "forward-apple-de",
  "forward-thunderbird-de",
  "forward-gmx-de",
  "forward-attached",
  "forward-gmail-html",
  "forward-outlook-html",
  "forward-attached-html",
]) {
  test(`finds the original sender of ${name}`, async () => {
    const { forwarded } = await readMessage(name);
    assert.equal(forwarded?.from.value, "carla@kunde.example");
    assert.match(forwarded.from.name ?? "", /^Carla/);
    assert.match(forwarded.subject ?? "", /^(?:My modem|Mein Modem)$/);
    assert.match(forwarded.text, /^(?:My modem is broken|Mein Modem ist seit Dienstag kaputt)/);
  });
}

test("a forwarded original keeps its HTML and its pictures, made safe, without what stands above it", async () => {
  const original = async (name: string) => {
    const { forwarded, files } = await readMessage(name);
    assert.ok(forwarded?.html, name);
    assert.doesNotMatch(forwarded.html, /übernehmen|Anbei|Carla|Betreff|Subject|script|onerror|onload/, name);
    return { ...forwarded, html: forwarded.html, ofMessage: files };
  };
  const gmail = await original("forward-gmail-html");
  assert.match(
    gmail.html,
    /<img[^>]* data-inline="lampe@kunde"[^>]*><p>Mein Modem ist seit <i>Dienstag<\/i> kaputt\.<\/p>/,
  );
  assert.match(gmail.html, /data-remote-src="http:\/\/weit\.example\/p\.png"/);
  assert.deepEqual(gmail.inlineIds, ["lampe@kunde"]);
  assert.equal(gmail.ofMessage.length, 2);
  const outlook = await original("forward-outlook-html");
  assert.match(
    outlook.html,
    /<span style="color:red">Mein Modem<\/span> ist seit Dienstag kaputt\..*<td>Dienstag<\/td>/s,
  );
  const attached = await original("forward-attached-html");
  assert.match(attached.html, /<b>Dienstag<\/b> kaputt: <img/);
  assert.deepEqual(attached.inlineIds, ["lampe@kunde"]);
  assert.deepEqual(
    attached.files.map((file) => [file.inlineId, file.bytes.length > 60]),
    [["lampe@kunde", true]],
  );
  assert.deepEqual(
    attached.ofMessage.map((file) => file.name),
    ["Mein Modem.eml"],
  );
});

test("an answer is no forward, though it quotes a sender", async () => {
  for (const name of ["gmx-web-de", "webde-text-de", "outlook-desktop-de", "gmail-de"])
    assert.equal((await readMessage(name)).forwarded, null, name);
});

test("an appointment is readable and its file is kept", async () => {
  const message = await readMessage("calendar-invite");
  assert.match(
    message.text,
    /\[REQUEST\] Techniker im Haus, 2\. Stock\n2026-12-01 10:00 – 11:30 \(W\. Europe Standard Time\)\nLange Straße 1, Dresden/,
  );
  assert.deepEqual(
    message.files.map((file) => file.name),
    ["file-1.ics"],
  );
});

test("an inline picture keeps its id, a remote one is parked, a disguised link is named, handlers and forms are gone", async () => {
  const message = await readMessage("inline-image");
  assert.equal(message.files[0]?.inlineId, "bild1@gmx");
  assert.match(message.html ?? "", /data-inline="bild1@gmx"/);
  assert.match(message.html ?? "", /data-remote-src="https:\/\/tracker\.example\/x\.gif\?u=1"/);
  assert.match(message.html ?? "", /data-true-host="evil\.example"/);
  assert.doesNotMatch(message.html ?? "", /onclick|<form|<input|\ssrc=|\sid=|\sname=/);
  assert.deepEqual(message.warnings, ["disguisedLinks", "remoteImages"]);
});

test("names of files lose paths and direction marks and keep their extension", async () => {
  const message = await readMessage("file-names");
  assert.deepEqual(
    message.files.map((file) => file.name),
    ["Rechnungfdp.exe", "passwd", "Übersicht 2026 €.txt", "_con.txt"],
  );
});

test("a bounce becomes a receipt that knows the delivery by envelope, by our message id, and why", async () => {
  const inbound = await readFixture("bounce-postfix");
  assert.equal(inbound.length, 1);
  const [receipt] = inbound;
  assert.equal(receipt?.kind, "receipt");
  assert.deepEqual(receipt.references, [
    "dt:abcdefghijklmnopqrst234567",
    "mid:dt-abcdefghijklmnopqrst234567.1234@kabel.example",
  ]);
  assert.deepEqual(
    [receipt.recipient, receipt.state, receipt.code, receipt.permanent],
    ["weg@kunde.example", "failed", "5.1.1", true],
  );
  assert.match(receipt.diagnostic, /User unknown/);
  const [delayed] = await readFixture("bounce-delayed");
  assert.equal(delayed?.kind, "receipt");
  assert.deepEqual([delayed.state, delayed.code, delayed.permanent], ["delayed", "4.2.2", false]);
  const [read] = await readFixture("read-receipt");
  assert.equal(read?.kind === "receipt" ? read.state : "", "read");
});

test("a bounce of nothing we know of becomes a message that no machine answers", async () => {
  assert.equal((await readMessage("bounce-unlinked")).automatic, "bounce");
});

test("machines are told from people", async () => {
  assert.equal((await readMessage("vacation-de")).automatic, "auto-reply");
  assert.equal((await readMessage("newsletter-list")).automatic, "bulk");
  assert.equal((await readMessage("gmx-web-de")).automatic, null);
});

test("tokens are read from Delivered-To and copies, in lower case, of our own addresses only", async () => {
  assert.deepEqual((await readMessage("reply-token")).thread.tokens, [
    "abcdefghijklmnopqrstuvwx2345",
    "zzzzzzzzzzzzzzzzzzzz7777",
  ]);
});

test("an answer refers to the nearest message first and knows Outlook's conversation", async () => {
  const { thread } = await readMessage("outlook-desktop-de");
  assert.equal(thread.references[0], "mid:dt-abcdefghijklmnopqrst234567.1234@kabel.example");
  assert.equal(thread.references[1], "mid:first@kabel.example");
  assert.match(thread.references[2] ?? "", /^ti:/);
  assert.equal(thread.own.length, 2);
  assert.equal((await readMessage("gmx-web-de")).thread.number, 1234);
});

test("two senders are never one: nothing is proved and the agent is told", async () => {
  const message = await readMessage("two-senders");
  assert.equal(message.assurance, "failed");
  assert.ok(message.warnings.includes("severalSenders"));
});

test("style sheets, backgrounds and fixed positions cannot load or cover anything", async () => {
  const { html } = await readMessage("newsletter-list");
  assert.doesNotMatch(html ?? "", /@import|url\(|position|background|<style|<base/i);
  assert.match(html ?? "", /width:600px/);
});

test("what is broken is still read", async () => {
  const broken = await readMessage("broken-boundary");
  assert.equal(broken.text, "Der Text ist da.");
  assert.equal(broken.files.length, 1);
  const nothing = await readMessage("nothing");
  assert.equal(nothing.from.value, "");
  assert.equal(nothing.subject, "leer");
  const digest = await readMessage("digest-nested");
  assert.equal(digest.files.length, 2);
  assert.ok(
    digest.text.includes("Text eins") && digest.text.includes("Text zwei"),
    "the text of attached messages is there",
  );
});
