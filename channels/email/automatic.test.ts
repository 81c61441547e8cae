// Machines are told from people, threads from their tokens and ids, and what cannot be read is still named.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Automatic, InboundMessage, Raw } from "#contract/channel.ts";
import { receive, unreadable } from "./inbound.ts";
import type { EmailSettings } from "./settings.ts";

const settings: EmailSettings = {
  address: "service@kabel.example",
  aliases: ["Hilfe@kabel.example"],
  displayName: "",
  imap: null,
  smtp: null,
  dkim: null,
  door: true,
  plusAddressing: true,
  trustedAuthservIds: [],
  trustedRelays: [],
};

async function read(
  head: string,
  transport: Partial<Raw["transport"]> = {},
  from = "a@kunde.example",
): Promise<InboundMessage> {
  const bytes = Buffer.from(
    `From: ${from}\r\n${head}${head === "" ? "" : "\r\n"}Date: Mon, 23 Nov 2026 10:00:00 +0100\r\n\r\nGuten Tag\r\n`,
  );
  const [message] = await receive({ bytes, receivedAt: "", transport: { by: "imap", ...transport } }, settings, {
    now: new Date(0),
    resolver: null,
  });
  assert.equal(message?.kind, "message");
  return message;
}

const received = "Received: from a by b; Mon, 23 Nov 2026 10:00:00 +0100\r\n";
const cases: readonly (readonly [head: string, kind: Automatic, from?: string])[] = [
  ["Subject: Frage", null],
  ["Auto-Submitted: no", null],
  ["Auto-Submitted: auto-replied (vacation)", "auto-reply"],
  ["Auto-Submitted: auto-generated", "auto-generated"],
  ["Auto-Submitted: auto-notified; owner-email=x", "auto-generated"],
  ["X-Autoreply: yes", "auto-reply"],
  ["Precedence: bulk", "bulk"],
  ["Precedence: junk", "bulk"],
  ["Precedence: list", "list"],
  ["List-Id: <news.shop.example>", "list"],
  ["List-Unsubscribe: <mailto:x@shop.example>", "bulk"],
  ["X-Auto-Response-Suppress: All", "auto-generated"],
  ["X-Auto-Response-Suppress: DR, RN", null],
  ["Return-Path: <>", "auto-generated"],
  // What a subject says makes nobody a machine: these were resolved concerns that nobody ever saw.
  ["Subject: Abwesenheit am Freitag: bitte Techniker-Termin verschieben", null],
  ["Subject: Auto: Kabel beim Einparken abgerissen", null],
  ["Subject: Ich bin im Urlaub, bitte Rechnung später", null],
  ["Subject: Urlaubsvertretung für unseren Vertrag", null],
  ["Subject: AW: Abwesend am Montag", null],
  ["Subject: Out of office line is dead", null],
  ["Subject: OOO: phone line", null],
  ["Subject: Automatische Antwort stoppen!", null],
  ["Subject: Automatische Antwort: Frage", null],
  ["Subject: AW: Automatische Antwort: Frage [#12]", null],
  ["Subject: Abwesend am Montag [#12]", null],
  ["Subject: Frage zur automatischen Antwort", null],
  // With a second sign it does.
  ["Subject: Automatische Antwort: Frage [#12]", "auto-reply"],
  ["Subject: =?utf-8?Q?Abwesenheitsnotiz:_Gr=C3=BC=C3=9Fe?=\r\nPrecedence: bulk", "auto-reply"],
  [
    "Subject: Out of Office: question\r\nIn-Reply-To: <x@y.example> <dt-abcdefghijklmnopqrst234567.12@kabel.example>",
    "auto-reply",
  ],
  ["Subject: Out of Office: question\r\nIn-Reply-To: <dt-abcdefghijklmnopqrst234567.12@kunde.example>", null],
  ["Subject: Abwesend\r\nX-Auto-Response-Suppress: DR", "auto-reply"],
  ["Subject: Abwesend", "auto-reply", "noreply@kunde.example"],
  ["Return-Path: <>\r\nSubject: Out of office", "auto-reply"],
  // Forms on a website write with our own address: that alone is no loop.
  ["Subject: x", null, "service@kabel.example"],
  ["Subject: x", null, "Service+abc@Kabel.example"],
  ["Auto-Submitted: auto-replied", "auto-reply", "hilfe@kabel.example"],
  ["X-Draht-Loop: service@kabel.example", "loop"],
  ["X-Draht-Loop: other@elsewhere.example", null],
  ["Message-ID: <dt-abcdefghijklmnopqrst234567.12@kabel.example>", "loop"],
  ["Message-ID: <dt-abcdefghijklmnopqrst234567.12@kunde.example>", null],
  [received.repeat(31).trimEnd(), "loop"],
  [received.repeat(12).trimEnd(), null],
];

for (const [head, kind, from] of cases) {
  test(`${head.slice(0, 70).replaceAll("\r\n", " | ")}${from === undefined ? "" : ` from ${from}`} is ${kind ?? "a person"}`, async () => {
    assert.equal((await read(head, {}, from)).automatic, kind);
  });
}

test("an absence note's words behind our own token are a program's; without one they are only said to seem so", async () => {
  const seen = async (subject: string, to: string): Promise<unknown> => {
    const message = await read(`Subject: ${subject}\r\nTo: ${to}`);
    return message.automatic ?? (message.seemsAway === true ? "seems" : null);
  };
  const reply = `service+${token}@kabel.example`;
  assert.equal(await seen("Abwesenheitsnotiz: Kein Bild", reply), "auto-reply");
  assert.equal(await seen("Automatische Antwort: Kein Bild", "service@kabel.example"), "seems");
  for (const subject of ["Abwesend", "Abwesend am Montag", "Out of Office", "Ich bin im Urlaub", "OOO: Kein Bild"])
    assert.equal(await seen(subject, reply), "seems", subject);
  for (const subject of ["AW: Abwesend am Montag", "Re: Abwesenheitsnotiz: Kein Bild", "Kein Bild", ""])
    assert.equal(await seen(subject, reply), null, subject);
});

test("of several answer addresses the first counts that is not our own", async () => {
  const answered = async (head: string): Promise<string | undefined> =>
    (await read(head, {}, "Kontaktformular <service@kabel.example>")).replyTo?.value;
  assert.equal(
    await answered("Reply-To: hilfe@kabel.example, Karla <karla@kunde.example>, b@c.example"),
    "karla@kunde.example",
  );
  assert.equal(await answered("Reply-To: Service+x@kabel.example"), "Service+x@kabel.example");
  assert.equal(await answered("Subject: x"), undefined);
});

test("the envelope tells of a null sender as well as the field does", async () => {
  assert.equal((await read("Subject: x", { by: "smtp", mailFrom: "" })).automatic, "auto-generated");
});

const token = "abcdefghijklmnopqrst234567";

test("tokens: from the envelope, of any own address, never of a stranger's, never malformed", async () => {
  const tokens = async (head: string, recipients: readonly string[] = []): Promise<readonly string[]> =>
    (await read(head, { recipients })).thread.tokens;
  assert.deepEqual(await tokens("To: x@y.example", [`service+${token}@kabel.example`]), [token]);
  assert.deepEqual(await tokens(`To: "Hilfe" <HILFE+${token.toUpperCase()}@KABEL.example>`), [token]);
  assert.deepEqual(await tokens(`X-Original-To: service+${token}@kabel.example`), [token]);
  assert.deepEqual(await tokens(`Envelope-To: service+${token}@kabel.example`), [token]);
  for (const bad of [
    `service+${token}@evil.example`,
    `other+${token}@kabel.example`,
    "service+short@kabel.example",
    `service+${token}1@kabel.example`,
    `service+b-${token}@kabel.example`,
    `service+${"a".repeat(61)}@kabel.example`,
  ]) {
    assert.deepEqual(await tokens(`To: ${bad}`), [], bad);
  }
});

test("references are nearest first, without doubles, with the domain in lower case", async () => {
  const { thread } = await read(
    "Message-ID: <me@K.Example>\r\nIn-Reply-To: <c@X.example>\r\nReferences: <a@x.example>\r\n <b@x.example> <c@x.example> <me@k.example>",
  );
  assert.deepEqual(thread.references, ["mid:c@x.example", "mid:b@x.example", "mid:a@x.example"]);
  assert.deepEqual(thread.own, ["mid:me@k.example"]);
});

test("Outlook's conversation is its first 22 bytes; the first message of one refers to nothing", async () => {
  const head = Buffer.alloc(22, 7);
  head[0] = 1;
  const first = await read(`Thread-Index: ${head.toString("base64")}`);
  const reply = await read(`Thread-Index: ${Buffer.concat([head, Buffer.alloc(5, 9)]).toString("base64")}`);
  assert.deepEqual(first.thread.references, []);
  assert.deepEqual(reply.thread.references, first.thread.own);
  assert.deepEqual((await read("Thread-Index: AAAA")).thread.own, []);
});

test("a number counts only in our own form", async () => {
  assert.equal((await read("Subject: Re: [#1234] Router")).thread.number, 1234);
  assert.equal((await read("Subject: Ticket #1234")).thread.number, null);
  assert.equal((await read("Subject: [#12345678901234567890]")).thread.number, null);
});

test("an auto-reply to the bounce address is no bounce", async () => {
  const message = await read(
    `Auto-Submitted: auto-replied\r\nSubject: Re: mailbox full of joy\r\nDelivered-To: service+b-${token}@kabel.example`,
    { mailFrom: "" },
  );
  assert.equal(message.automatic, "auto-reply");
});

test("a person who attaches a delivery report is heard", async () => {
  const mail = `From: a@kunde.example\r\nSubject: Was ist das?\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nWas bedeutet das?\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; b@c.example\r\nAction: failed\r\nStatus: 5.1.1\r\nOriginal-Message-ID: <dt-${token}.1@kabel.example>\r\n--x--\r\n`;
  const [message] = await receive({ bytes: Buffer.from(mail), receivedAt: "", transport: { by: "imap" } }, settings, {
    now: new Date(0),
    resolver: null,
  });
  assert.equal(message?.kind === "message" ? message.text : "", "Was bedeutet das?");
});

test("what cannot be read still says who sent it, from a bounded look at its head", () => {
  const message = unreadable({
    bytes: Buffer.from(
      `From: =?utf-8?Q?B=C3=A4r?= <b@kunde.example>\r\nSubject: Hilfe\r\nMessage-ID: <1@kunde.example>\r\n\r\n${"x".repeat(3_000_000)}`,
    ),
    receivedAt: "",
    transport: { by: "smtp" },
  });
  assert.deepEqual(
    [message.from, message.subject, message.warnings],
    [{ value: "b@kunde.example", name: "Bär" }, "Hilfe", ["unreadable"]],
  );
  assert.equal(unreadable({ bytes: new Uint8Array(0), receivedAt: "", transport: { by: "smtp" } }).from.value, "");
});
