// Files that old programs write into the text itself: taken out whole, or left where they stand as somebody's words.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { InboundMessage } from "#contract/channel.ts";
import { receive } from "./inbound.ts";
import { mailbox } from "./testSettings.ts";
import { takeUuencoded } from "./uuencode.ts";

const line = (bytes: Uint8Array, zero: string): string => {
  const digit = (value: number): string => (value === 0 ? zero : String.fromCodePoint(value + 32));
  let text = digit(bytes.length);
  for (let at = 0; at < bytes.length; at += 3) {
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text += [18, 12, 6, 0].map((shift) => digit((group >> shift) & 63)).join("");
  }
  return text;
};

/** As uuencode(1) writes it; `zero` is a backtick today and was a blank. */
const encoded = (bytes: Uint8Array, name: string, zero = "`", feed = "\n"): string => {
  const lines = [`begin 644 ${name}`];
  for (let at = 0; at < bytes.length; at += 45) lines.push(line(bytes.subarray(at, at + 45), zero));
  return [...lines, zero, "end", ""].join(feed);
};

const taken = (text: string, most = 200) => {
  const { rest, files } = takeUuencoded(Buffer.from(text, "latin1"), most);
  return {
    rest: rest.toString("latin1"),
    files: files.map((file) => [file.name.toString("latin1"), file.bytes.toString("latin1")]),
  };
};

const read = async (body: string, head = ""): Promise<InboundMessage> => {
  const bytes = Buffer.from(`From: a@kunde.example\r\nSubject: Plan\r\n${head}\r\n${body}`, "utf8");
  const [message] = await receive({ bytes, receivedAt: "", transport: { by: "imap" } }, mailbox(), {
    now: new Date(0),
    resolver: null,
  });
  assert.equal(message?.kind, "message");
  return message;
};

test("what any bytes were encoded to gives them back, with either zero, either line end, and blanks cut off", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 400 }), fc.boolean(), fc.boolean(), (bytes, blank, crlf) => {
      const text = `Hallo\n${encoded(bytes, "plan.bin", blank ? " " : "`", crlf ? "\r\n" : "\n")}Gruß`;
      assert.deepEqual(taken(text), {
        rest: "Hallo\nGruß",
        files: [["plan.bin", Buffer.from(bytes).toString("latin1")]],
      });
    }),
  );
  const ending = Uint8Array.of(65, 66, 67, 68, 0);
  assert.deepEqual(taken(encoded(ending, "x", " ").replace(/ +\n/g, "\n")).files, [["x", "ABCD\0"]]);
});

test("a line with a check digit and several files in one text are read", () => {
  const text = `${encoded(Buffer.from("eins"), "a b.txt")}und\n${encoded(Buffer.from("zwei"), "b.txt")}`;
  const checked = text.replace(/^(\$.{8})$/gm, "$1M");
  assert.notEqual(checked, text);
  for (const each of [text, checked])
    assert.deepEqual(taken(each), {
      rest: "und\n",
      files: [
        ["a b.txt", "eins"],
        ["b.txt", "zwei"],
      ],
    });
  assert.deepEqual(taken(text, 1).files.length, 1);
});

test("what is no whole block stays where it stands", () => {
  const good = encoded(Buffer.from("Guten Tag, hier ist der Plan."), "plan.txt");
  for (const text of [
    "begin 644 notes\nWir fangen an.\nend\n",
    "begin 644 NOTES\nHELLO WORLD\nend\n",
    "begin 644 leer\n`\nend\n",
    "begin 644 leer\nend\n",
    "begin 999 x\n#0V%T\n`\nend\n",
    "begin  x\n#0V%T\n`\nend\n",
    " begin 644 x\n#0V%T\n`\nend\n",
    good.replace("\nend\n", "\n"),
    good.replace("\nend\n", "\nendlich\n"),
    good.replace("\n`\n", "\n5TOOSHORT\n`\n"),
    good.replace("\n`\n", "\n#TOOLONGALINE\n`\n"),
    good.replace("\n`\n", "\n\u00e4\u00f6\n`\n"),
    good.replaceAll(/^/gm, "> "),
  ])
    assert.deepEqual(taken(text), { rest: text, files: [] }, text);
});

test("a beginning within a beginning is the one that counts, when it is whole", () => {
  const inner = encoded(Buffer.from("Katze"), "inner.txt");
  const text = `begin 644 outer.txt\n${line(Buffer.from("Hund"), "`")}\n${inner}`;
  assert.deepEqual(taken(text), {
    rest: `begin 644 outer.txt\n${line(Buffer.from("Hund"), "`")}\n`,
    files: [["inner.txt", "Katze"]],
  });
});

test("no text takes long: beginnings without an end, one endless line, a block without an end", () => {
  const size = 4_000_000;
  // What takes the square of the length takes minutes; the processor's own time, because others may hold it up.
  const began = process.cpuUsage();
  for (const text of [
    "begin 644 x\n".repeat(size / 12),
    `begin 644 x\n${"M".repeat(size)}`,
    `begin 644 ${"x".repeat(size)}`,
    `begin 644 x\n${`${line(new Uint8Array(45), "`")}\n`.repeat(size / 62)}`,
    "begin 644 x\n#0V%T\n".repeat(size / 18),
    "begin ".repeat(size / 6),
  ])
    assert.deepEqual(taken(text).files, []);
  const ms = process.cpuUsage(began).user / 1000;
  assert.ok(ms < 5_000, `${Math.round(ms)} ms`);
});

test("in a mail it is a file with a clean name, and the text is what was written", async () => {
  const pdf = Buffer.from("%PDF-1.4 Plan");
  const body = `Anbei der Plan.\r\n\r\n${encoded(pdf, "../../etc/C:\\Plan für\u202efdp.exe", "`", "\r\n")}\r\nGruß\r\n`;
  const message = await read(body, "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n");
  assert.equal(message.text.replaceAll(/\n+/g, "|"), "Anbei der Plan.|Gruß");
  assert.deepEqual(
    message.files.map((file) => [file.name, file.claimedType, Buffer.from(file.bytes).toString()]),
    [["Plan fürfdp.exe", "application/octet-stream", pdf.toString()]],
  );
});

test("a large file in the text leaves the text whole; more files than a message may have stay in it", async () => {
  const large = await read(
    `Vorher\r\n${encoded(new Uint8Array(3_000_000).fill(7), "gross.bin", "`", "\r\n")}Nachher\r\n`,
  );
  assert.deepEqual([large.text, large.files[0]?.bytes.length, large.warnings], ["Vorher\nNachher", 3_000_000, []]);
  const many = await read(encoded(Buffer.from("x"), "x").repeat(201));
  assert.equal(many.files.length, 200);
  assert.match(many.text, /^begin 644 x\n/);
});

test("what uuencode(1) wrote is read", () => {
  assert.deepEqual(taken("begin 644 cat.txt\n#0V%T\n`\nend\n").files, [["cat.txt", "Cat"]]);
});
