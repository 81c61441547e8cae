// What holds for any bytes: receive never throws, says the same twice, and loses no line of a plain text.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "#test/chance.ts";
import type { Inbound, Raw } from "#contract/channel.ts";
import { receive } from "./inbound.ts";
import { foldText } from "./quote.ts";
import type { EmailSettings } from "./settings.ts";

const settings: EmailSettings = {
  address: "service@kabel.example",
  aliases: [],
  displayName: "",
  imap: null,
  smtp: null,
  dkim: null,
  door: true,
  plusAddressing: true,
  trustedAuthservIds: ["mx"],
  trustedRelays: ["10.0.0.0/8"],
};

function read(bytes: Uint8Array, transport: Raw["transport"]): Promise<readonly Inbound[]> {
  return receive({ bytes, receivedAt: "2026-11-24T00:00:00Z", transport }, settings, {
    now: new Date(0),
    resolver: null,
  });
}

/** Pieces of mail in any order: what a mutated message is made of. */
const piece = fc.oneof(
  fc.constantFrom(
    "From: Anna <a@k.example>",
    "From: =?utf-8?Q?x=40y?= <a@k.example>",
    "To: service+abcdefghijklmnopqrst2345@kabel.example",
    "Subject: =?utf-8?B?R3LDvMOfZQ==?= [#12]",
    "Content-Type: multipart/mixed; boundary=b",
    'Content-Type: multipart/alternative; boundary="b"',
    "Content-Type: text/html; charset=utf-7",
    "Content-Type: text/plain; format=flowed; charset=iso-2022-jp",
    "Content-Type: message/rfc822",
    "Content-Type: message/delivery-status",
    "Content-Type: text/calendar; method=REQUEST",
    "Content-Type: application/ms-tnef",
    "Content-Transfer-Encoding: base64",
    "Content-Transfer-Encoding: quoted-printable",
    "Content-Disposition: attachment; filename*0*=utf-8''%FF; filename*1=..",
    "--b",
    "--b--",
    "",
    "BEGIN:VEVENT",
    "DTSTART:2026",
    "Am 1.1.2026 um 10:00 schrieb X <a@b.example>:",
    "> zitiert",
    "-- ",
    "Von: a@b.example",
    "Gesendet: heute",
    "Betreff: x",
    "Action: failed",
    "Final-Recipient: rfc822; x@y.example",
    "Message-ID: <x@y.example>",
    "<div class=gmail_quote><table><tr><td>",
    "<blockquote type=cite>",
    "</div>",
    "<img src=cid:x>",
    "=E4=",
    "R3LDvMOfZQ==",
  ),
  fc.string({ maxLength: 40, unit: "binary" }),
);
const mail = fc
  .tuple(fc.array(piece, { maxLength: 40 }), fc.constantFrom("\r\n", "\n", "\r"))
  .map(([lines, end]) => Buffer.from(lines.join(end)));
const transport = fc.constantFrom<Raw["transport"]>(
  { by: "imap" },
  { by: "smtp", remoteIp: "10.0.0.1", heloName: "x", mailFrom: "" },
  { by: "smtp", remoteIp: "nonsense", recipients: ["service+b-abcdefghijklmnopqrst2345@kabel.example"] },
);

function check(inbound: readonly Inbound[]): void {
  assert.ok(inbound.length >= 1);
  assert.equal(new Set(inbound.map((each) => each.providerId)).size, inbound.length);
  for (const each of inbound) {
    if (each.kind === "receipt") {
      assert.ok(each.diagnostic.length <= 1_000 && each.references.length > 0);
      continue;
    }
    assert.ok(!each.warnings.includes("unreadable"), "content must be read, not given up");
    for (const text of [each.text, each.foldedText, each.html ?? "", each.subject ?? "", each.from.name ?? ""])
      assert.ok(text.isWellFormed() && !text.includes("\u0000"));
    assert.doesNotMatch(each.html ?? "", /<script|<iframe|\son\w+=/i);
  }
}

test("any bytes are read, and read the same twice", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        mail,
        fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
      ),
      transport,
      async (bytes, by) => {
        const first = await read(bytes, by);
        check(first);
        assert.deepEqual(await read(Buffer.from(bytes), by), first);
      },
    ),
    { numRuns: 1_500 },
  );
});

test("no line of a text is lost or changed by folding", () => {
  const line = fc.oneof(
    fc.constantFrom(
      "> zitiert",
      "-- ",
      "Von: A <a@b.example>",
      "Gesendet: 1.1.2026",
      "An: x",
      "Betreff: y",
      "On 1/1/2026 A <a@b.example> wrote:",
      "________________________________",
      "Sent from my iPhone",
      "",
    ),
    fc.string({ maxLength: 30 }),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
      const text = lines.join("\n").replaceAll("\r", "");
      const folded = foldText(text);
      const full = (value: string): string[] => value.split("\n").filter((each) => each.trim() !== "");
      assert.deepEqual([...full(folded.text), ...full(folded.foldedText)], full(text));
      if (full(text).length > 0) assert.ok(folded.text.trim() !== "", "something stays visible");
    }),
    { numRuns: 3_000 },
  );
});

test("a mail fetched by two ways is one: trace fields, folding and line ends do not count", async () => {
  const body = "Hallo,\r\n\r\nder Router.\r\n";
  const head =
    "From: Anna <a@k.example>\r\nTo: service@kabel.example\r\nSubject: Ein langer\r\n Betreff\r\nDate: Mon, 23 Nov 2026 10:00:00 +0100\r\nMessage-ID: <1@K.example>\r\n\r\n";
  const ids = await Promise.all(
    [
      head + body,
      `Received: from x by y\r\nReturn-Path: <a@k.example>\r\nX-Spam: no\r\n${head}${body}`,
      `${head}${body}\r\n`.replaceAll("\r\n", "\n"),
      head.replace("langer\r\n Betreff", "langer Betreff") + body,
    ].map(async (text) => (await read(Buffer.from(text), { by: "imap" }))[0]?.providerId),
  );
  assert.equal(new Set(ids).size, 1);
  assert.match(ids[0] ?? "", /^mid:1@k\.example#[0-9a-f]{64}$/);
  const other = await read(Buffer.from(head + body.replace("Router", "Rooter")), { by: "imap" });
  assert.notEqual(other[0]?.providerId, ids[0]);
});
