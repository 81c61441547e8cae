// What a rendered mail says and what it never says.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Outbound } from "#contract/channel.ts";
import { compose } from "./compose.ts";
import { type MailPayload, can, render } from "./outbound.ts";
import { readMail } from "./simMail.ts";
import { mailbox } from "./testSettings.ts";

const answer: Outbound = {
  deliveryId: "0198a000-0000-7000-8000-000000000001",
  concernNumber: 4711,
  at: "2026-11-24T10:00:00.000Z",
  fromName: "Jana, Kabel Nord",
  to: [{ value: "kunde@example.de", name: "Größmann, Öznur" }],
  cc: [],
  recipients: ["kunde@example.de"],
  subject: "Re: Kein Bild [#4711]",
  text: "Guten Tag,\n\ndas Bild ist wieder da.\n",
  html: null,
  files: [],
  replyToken: "abcdefghijklmnopqrstuvwxyz",
  messageToken: "mmmmmmmmmmmmmmmmmmmmmmmmmm",
  deliveryToken: "zyxwvutsrqponmlkjihgfedcba",
  answers: ["mid:first@example.de", "mid:second@example.de"],
  automatic: false,
};

const payloadOf = (outbound: Outbound, settings = mailbox()): MailPayload => {
  const [call, ...more] = render(outbound, settings);
  assert.equal(more.length, 0);
  assert.equal(call?.kind, "mail");
  return call?.payload as MailPayload;
};
const bytesOf = (outbound: Outbound, settings = mailbox()): Promise<Buffer> =>
  compose(payloadOf(outbound, settings).mail, null);
const headersOf = (raw: Buffer): string => raw.subarray(0, raw.indexOf("\r\n\r\n")).toString("latin1");

test("an answer carries its token, its bounce address and the thread", async () => {
  const payload = payloadOf(answer);
  assert.deepEqual(payload.envelope, {
    from: "service+b-zyxwvutsrqponmlkjihgfedcba@kabel.test",
    to: ["kunde@example.de"],
  });
  assert.deepEqual(render(answer, mailbox())[0]?.keys, ["mid:dt-mmmmmmmmmmmmmmmmmmmmmmmmmm.4711@kabel.test"]);
  const mail = await readMail(await bytesOf(answer));
  assert.equal(mail.messageId, "dt-mmmmmmmmmmmmmmmmmmmmmmmmmm.4711@kabel.test");
  assert.deepEqual(mail.from, { name: "Jana, Kabel Nord", address: "service@kabel.test" });
  assert.deepEqual(mail.replyTo, [
    { name: "Jana, Kabel Nord", address: "service+abcdefghijklmnopqrstuvwxyz@kabel.test" },
  ]);
  assert.deepEqual(mail.to, [{ name: "Größmann, Öznur", address: "kunde@example.de" }]);
  assert.equal(mail.inReplyTo, "first@example.de");
  assert.deepEqual(mail.references, ["second@example.de", "first@example.de"]);
  assert.equal(mail.subject, "Re: Kein Bild [#4711]");
  assert.equal(mail.text.trim(), "Guten Tag,\n\ndas Bild ist wieder da.");
  const names = mail.headers.map((header) => header.name);
  for (const absent of [
    "auto-submitted",
    "precedence",
    "x-auto-response-suppress",
    "x-mailer",
    "list-id",
    "list-unsubscribe",
    "thread-index",
    "bcc",
  ])
    assert.ok(!names.includes(absent), absent);
  assert.ok(names.includes("x-draht-loop"));
});

test("a retry sends the very same bytes", async () => {
  const files = [
    { name: "bild.png", mediaType: "image/png", inlineId: "bild@draht", bytes: new Uint8Array([1, 2, 3]) },
  ];
  const rich = { ...answer, html: '<p>Hallo <img src="cid:bild@draht"></p>', files };
  assert.deepEqual(await bytesOf(rich), await bytesOf(rich));
});

test("text, HTML, an image inside it and a file form the nested parts mail programs expect", async () => {
  const raw = await bytesOf({
    ...answer,
    html: '<p>Grüße <img src="cid:bild@draht"></p>',
    files: [
      { name: "bild.png", mediaType: "image/png", inlineId: "bild@draht", bytes: new Uint8Array([137, 80, 78, 71]) },
      {
        name: "Rechnung März.pdf",
        mediaType: "application/pdf",
        inlineId: null,
        bytes: new Uint8Array([37, 80, 68, 70]),
      },
      { name: "lose.png", mediaType: "image/png", inlineId: "nobody@shows.it", bytes: new Uint8Array([7]) },
    ],
  });
  const kinds = [...raw.toString("latin1").matchAll(/^Content-Type: ([a-z/]+)/gm)].map((match) => match[1]);
  assert.deepEqual(kinds, [
    "multipart/mixed",
    "multipart/alternative",
    "text/plain",
    "multipart/related",
    "text/html",
    "image/png",
    "application/pdf",
    "image/png",
  ]);
  assert.ok(
    raw.every((byte) => byte < 128),
    "the mail is not 7-bit",
  );
  const mail = await readMail(raw);
  assert.deepEqual(
    mail.files.map((file) => [file.name, file.inlineId, file.bytes.length]),
    [
      ["bild.png", "bild@draht", 4],
      ["Rechnung März.pdf", null, 4],
      ["lose.png", null, 1],
    ],
  );
});

test("an automatic mail says so and leaves from the null sender", async () => {
  const payload = payloadOf({ ...answer, automatic: true });
  assert.equal(payload.envelope.from, "");
  const mail = await readMail(await bytesOf({ ...answer, automatic: true }));
  const value = (name: string): string | undefined => mail.headers.find((header) => header.name === name)?.value;
  assert.equal(value("auto-submitted"), "auto-replied");
  assert.equal(value("x-auto-response-suppress"), "All");
  assert.equal(value("precedence"), "bulk");
  assert.equal(payloadOf({ ...answer, automatic: true, answers: [] }).mail.headers["Auto-Submitted"], "auto-generated");
});

test("without plus addressing the plain address stands everywhere", () => {
  const payload = payloadOf(answer, mailbox({ plusAddressing: false }));
  assert.equal(payload.envelope.from, "service@kabel.test");
  assert.equal(payload.mail.replyTo.address, "service@kabel.test");
});

test("an Outlook thread goes on with five more bytes", () => {
  const parent = Buffer.concat([
    Buffer.from([1]),
    Buffer.from("db0123456789", "hex").subarray(0, 5),
    Buffer.alloc(16, 7),
  ]);
  const index = payloadOf({ ...answer, answers: [`ti:${parent.toString("base64")}`, "mid:a@b.de"] }).mail.headers[
    "Thread-Index"
  ];
  const bytes = Buffer.from(index ?? "", "base64");
  assert.equal(bytes.length, 27);
  assert.deepEqual(bytes.subarray(0, 22), parent);
});

const payloads = join(import.meta.dirname, "../../../shared/corpora/payloads-patt");

/** As a program would have it that decodes addresses. */
const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** What others collected: line ends in every writing, and what programs that fill in templates would carry out. */
const collected = (): readonly string[] =>
  existsSync(payloads)
    ? ["crlf", "ssti"].flatMap((name) =>
        (
          JSON.parse(readFileSync(join(payloads, `${name}.json`), "utf8")) as readonly { readonly payload: string }[]
        ).map(({ payload }) => payload),
      )
    : [];

// Regression of the whole class: Laravel and Symfony GHSA-5vg9-5847-vvmq, osTicket's "recipient injection via user's name".
test("nothing that people write adds a header or a recipient", async () => {
  const hostile = [
    "x\r\nBcc: evil@example.org",
    "x\nBcc: evil@example.org",
    "x\rBcc: evil@example.org",
    "x\u0000y",
    "x\u0085Bcc: evil@example.org",
    "x\u2028Bcc: evil@example.org",
    '"a" <evil@example.org>, b',
    "evil@example.org,",
    "<evil@example.org>",
    'a" <evil@example.org>',
    "a; evil@example.org",
    "a\\",
    '"',
    "=?utf-8?q?evil=40example.org?=",
    "=?utf-8?q?=0d=0aBcc:_evil=40example.org?=",
    "a:evil@example.org;",
    "\u202eevil",
    "x\r\n\r\n<h1>body</h1>",
    "x\r\n.\r\nMAIL FROM:<evil@example.org>",
    "%0d%0aBcc: evil@example.org",
    "(comment",
    "x".repeat(5_000),
    "ü\r\nBcc: evil@example.org",
    "{{7*7}}",
    "${7*7}",
    ...collected().flatMap((payload) => [payload, decoded(payload)]),
  ];
  const expected = headersOf(
    await bytesOf({
      ...answer,
      files: [{ name: "a", mediaType: "text/plain", inlineId: null, bytes: new Uint8Array([1]) }],
    }),
  )
    .split("\r\n")
    .filter((line) => !/^[ \t]/.test(line))
    .map((line) => line.split(":")[0]);
  for (const text of hostile) {
    const outbound: Outbound = {
      ...answer,
      fromName: text,
      subject: text,
      to: [{ value: "kunde@example.de", name: text }],
      answers: [`mid:${text}`, "mid:first@example.de"],
      replyToken: answer.replyToken,
      files: [{ name: text, mediaType: text, inlineId: text, bytes: new Uint8Array([1]) }],
    };
    const payload = payloadOf(outbound);
    assert.deepEqual(payload.envelope.to, ["kunde@example.de"], text);
    const raw = await compose(payload.mail, null);
    if (/^\$?\{\{?7\*7\}\}?$/.test(text)) assert.equal((await readMail(raw)).subject, text, "nothing is worked out");
    const fields = headersOf(raw)
      .split("\r\n")
      .filter((line) => !/^[ \t]/.test(line))
      .map((line) => line.split(":")[0]);
    assert.deepEqual(fields, expected, JSON.stringify(text));
    const mail = await readMail(raw);
    assert.deepEqual(
      mail.to.map((each) => each.address),
      ["kunde@example.de"],
      text,
    );
    assert.equal(mail.from?.address, "service@kabel.test", text);
    assert.deepEqual(
      mail.replyTo.map((each) => each.address),
      ["service+abcdefghijklmnopqrstuvwxyz@kabel.test"],
      text,
    );
  }
});

test("an address that is none makes a refusal, and no recipient is left out silently", () => {
  for (const value of [
    "",
    "nobody",
    "a@b@c.de",
    "a b@c.de",
    "a@b.de\r\nRCPT TO:<evil@example.org>",
    "a@b.de>",
    "<a@b.de",
    "a@b.de,evil@example.org",
    `${"a".repeat(300)}@b.de`,
    "a@b\u0000.de",
  ]) {
    const [call] = render(
      {
        ...answer,
        to: [
          { value: "good@example.de", name: null },
          { value, name: null },
        ],
      },
      mailbox(),
    );
    assert.equal(call?.kind, "refusal", JSON.stringify(value));
    assert.deepEqual(call?.keys, []);
  }
  assert.equal(render({ ...answer, recipients: [] }, mailbox())[0]?.kind, "refusal");
});

test("more files than a mail carries make a refusal", () => {
  const one = { name: "a", mediaType: "text/plain", inlineId: null, bytes: new Uint8Array(1) };
  const limit = can.attachments;
  assert.ok(limit !== null);
  assert.equal(
    render({ ...answer, files: Array.from({ length: limit.maxCount + 1 }, () => one) }, mailbox())[0]?.kind,
    "refusal",
  );
  assert.equal(
    render({ ...answer, files: [{ ...one, bytes: new Uint8Array(limit.maxTotalBytes + 1) }] }, mailbox())[0]?.kind,
    "refusal",
  );
  assert.equal(
    render({ ...answer, files: [{ ...one, bytes: new Uint8Array(limit.maxTotalBytes) }] }, mailbox())[0]?.kind,
    "mail",
  );
});
