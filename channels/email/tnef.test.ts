// winmail.dat as Outlook wraps it, built here byte by byte after MS-OXTNEF.
import assert from "node:assert/strict";
import { test } from "node:test";
import { receive } from "./inbound.ts";
import type { EmailSettings } from "./settings.ts";
import { decompressRtf, readTnef } from "./tnef.ts";

function attribute(level: number, id: number, data: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUInt8(level, 0);
  head.writeUInt32LE(id, 1);
  head.writeUInt32LE(data.length, 5);
  const sum = Buffer.alloc(2);
  sum.writeUInt16LE(data.reduce((total, byte) => (total + byte) & 0xffff, 0));
  return Buffer.concat([head, data, sum]);
}

function property(type: number, id: number, value: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt16LE(type, 0);
  head.writeUInt16LE(id, 2);
  head.writeUInt32LE(1, 4);
  head.writeUInt32LE(value.length, 8);
  return Buffer.concat([head, value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
}

function properties(...list: readonly Buffer[]): Buffer {
  const count = Buffer.alloc(4);
  count.writeUInt32LE(list.length);
  return Buffer.concat([count, ...list]);
}

const wide = (text: string): Buffer => Buffer.from(`${text}\u0000`, "utf16le");
const long = (id: number): Buffer => {
  const value = Buffer.alloc(8);
  value.writeUInt16LE(3, 0);
  value.writeUInt16LE(id, 2);
  return value;
};

const codepage = Buffer.alloc(8);
codepage.writeUInt32LE(1252);
const start = Buffer.alloc(6);
start.writeUInt32LE(0x223e9f78);
const winmail = Buffer.concat([
  start,
  attribute(1, 0x00069007, codepage),
  attribute(
    1,
    0x00069003,
    properties(
      long(0x0e07),
      property(0x001f, 0x1000, wide("Anbei der Vertrag für Sie.")),
      property(0x0102, 0x1013, Buffer.from("<p>Anbei der <b>Vertrag</b> für Sie.</p><script>x</script>", "latin1")),
    ),
  ),
  attribute(2, 0x00069002, Buffer.alloc(14)),
  attribute(2, 0x00018010, Buffer.from("VERTRA~1.PDF\u0000", "latin1")),
  attribute(2, 0x0006800f, Buffer.from("%PDF-1.4")),
  attribute(
    2,
    0x00069005,
    properties(
      property(0x001f, 0x3707, wide("../Vertrag Größmann.pdf")),
      property(0x001e, 0x370e, Buffer.from("application/pdf\u0000")),
    ),
  ),
  attribute(2, 0x00069002, Buffer.alloc(14)),
  attribute(2, 0x00018010, Buffer.from("notiz.txt\u0000", "latin1")),
  attribute(2, 0x0006800f, Buffer.from("eins")),
]);

test("files come out with their long names, text and HTML in their character set", () => {
  const tnef = readTnef(winmail);
  assert.equal(tnef?.text, "Anbei der Vertrag für Sie.");
  assert.match(tnef.html ?? "", /Vertrag<\/b> für Sie/);
  assert.deepEqual(
    tnef.files.map((file) => [file.name, file.type, Buffer.from(file.bytes).toString()]),
    [
      ["../Vertrag Größmann.pdf", "application/pdf", "%PDF-1.4"],
      ["notiz.txt", null, "eins"],
    ],
  );
});

test("a mail that is only winmail.dat is read like any other", async () => {
  const settings: EmailSettings = {
    address: "s@k.example",
    aliases: [],
    displayName: "",
    imap: null,
    smtp: null,
    dkim: null,
    door: true,
    plusAddressing: true,
    trustedAuthservIds: [],
    trustedRelays: [],
  };
  const mail = `From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\n\r\n--x\r\nContent-Type: application/ms-tnef; name="winmail.dat"\r\nContent-Transfer-Encoding: base64\r\n\r\n${winmail.toString("base64")}\r\n--x--\r\n`;
  const [message] = await receive({ bytes: Buffer.from(mail), receivedAt: "", transport: { by: "imap" } }, settings, {
    now: new Date(0),
    resolver: null,
  });
  assert.equal(message?.kind, "message");
  assert.match(message.text, /Anbei der Vertrag für Sie/);
  assert.deepEqual(
    message.files.map((file) => file.name),
    ["Vertrag Größmann.pdf", "notiz.txt"],
  );
  assert.doesNotMatch(message.html ?? "", /script/);
});

test("every cut and every flipped byte of a winmail.dat is survived", () => {
  for (let length = 0; length < winmail.length; length += 1) readTnef(winmail.subarray(0, length));
  for (let index = 4; index < winmail.length; index += 1) {
    const bent = Buffer.from(winmail);
    bent[index] = 0xff;
    const tnef = readTnef(bent);
    assert.ok(tnef === null || tnef.files.every((file) => file.bytes.length <= winmail.length));
  }
  assert.equal(readTnef(Buffer.from("PK\u0003\u0004 no tnef")), null);
});

test("compressed RTF is opened: the example of MS-OXRTFCP section 4.1.1", () => {
  const example = Buffer.from(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0",
    "hex",
  );
  const opened = decompressRtf(example);
  assert.match(opened?.toString("latin1") ?? "", /^\{\\rtf1\\ansi\\ansicpg1252\\pard hello world\}/);
});
