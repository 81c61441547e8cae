// Mail not written by us: every file is read without a throw, and what the collections say about it holds.
// The collections are used when they lie beside the repository; fixtures.test.ts carries cases of our own.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Inbound, Raw } from "#contract/channel.ts";
import { readAddresses } from "./addresses.ts";
import { decodeBody, readMime, type Part } from "./mime.ts";
import { receive } from "./inbound.ts";
import { foldText } from "./quote.ts";
import type { EmailSettings } from "./settings.ts";

const corpora = fileURLToPath(new URL("../../../shared/corpora", import.meta.url));
const skip = existsSync(corpora) ? false : "the collections are not here";
const settings: EmailSettings = {
  address: "service@kabel.example",
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

function raw(bytes: Uint8Array): Raw {
  return { bytes, receivedAt: "2026-11-24T00:00:00.000Z", transport: { by: "imap" } };
}

function read(bytes: Uint8Array): Promise<readonly Inbound[]> {
  return receive(raw(bytes), settings, { now: new Date(0), resolver: null });
}

function filesBelow(folder: string, wanted: RegExp): string[] {
  return readdirSync(join(corpora, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && wanted.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

test(
  "every torture message becomes exactly one readable message or a receipt, the same each time",
  { skip },
  async () => {
    const files = [...filesBelow("mime-mime4j", /\.msg$/), ...filesBelow("mime-mailparser", /\.eml$/)];
    assert.ok(files.length >= 90, `${files.length} files`);
    for (const file of files) {
      const bytes = readFileSync(file);
      const inbound = await read(bytes);
      assert.ok(inbound.length >= 1, file);
      for (const each of inbound) {
        if (each.kind !== "message") continue;
        assert.ok(!each.warnings.includes("unreadable"), file);
        assert.ok(each.text.isWellFormed() && !each.text.includes("\u0000"), file);
        for (const attached of each.files)
          assert.doesNotMatch(attached.name, /[/\\\u0000-\u001f\u202a-\u202e\u2066-\u2069]/, file);
      }
      assert.deepEqual(await read(bytes), inbound, file);
    }
  },
);

function leaves(part: Part): Part[] {
  return part.children.length === 0 ? [part] : part.children.flatMap(leaves);
}

test("the bodies that Apache mime4j decodes are the bodies we decode", { skip }, () => {
  const folder = join(corpora, "mime-mime4j/core/src/test/resources/testmsgs");
  const plain = (bytes: Buffer): string => bytes.toString("latin1").replace(/\r/g, "").trimEnd();
  let expected = 0;
  let found = 0;
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".msg"))) {
    const bodies = new Set(
      leaves(readMime(readFileSync(join(folder, file))).root).map((part) => plain(decodeBody(part))),
    );
    const stem = file.slice(0, -4);
    // Deeper numbers are parts of attached messages, which we keep whole.
    for (const decoded of readdirSync(folder).filter(
      (name) =>
        name.startsWith(`${stem}_decoded_1`) && /^_decoded_1(?:_\d+)?\.(?:txt|bin)$/.test(name.slice(stem.length)),
    )) {
      const content = plain(readFileSync(join(folder, decoded)));
      if (content === "") continue;
      expected += 1;
      if (bodies.has(content)) found += 1;
    }
  }
  assert.ok(expected >= 25, `${expected} bodies to compare`);
  assert.ok(found / expected >= 0.89, `${found} of ${expected}`);
});

// Vacation replies and one bounce that a person forwarded: no bounces, although they lie among them.
const noBounce = /^(?:rfc3834-0\d|lhost-sendmail-14|make-test-36)\.eml$/;

test("real bounces of 54 mail systems are recognised, in three kinds of line ends", { skip }, async () => {
  const files = filesBelow("bounces-sisimai/maildir", /\.eml$/).filter(
    (file) => !file.includes("/not/") && !noBounce.test(file.slice(file.lastIndexOf("/") + 1)),
  );
  let recognised = 0;
  let linked = 0;
  let recipients = 0;
  for (const file of files) {
    const inbound = await read(readFileSync(file));
    const [first] = inbound;
    if (first === undefined) continue;
    if (first.kind === "receipt") {
      linked += 1;
      assert.ok(first.references.length > 0 && first.diagnostic.length <= 1_000, file);
      if (inbound.every((each) => each.kind === "receipt" && each.recipient !== null)) recipients += 1;
    }
    if (first.kind === "receipt" || first.automatic === "bounce") recognised += 1;
    else assert.ok(first.automatic !== null || !/mailer-daemon/i.test(first.from.value), `${file} would be answered`);
  }
  assert.ok(files.length >= 800, `${files.length} files`);
  assert.ok(recognised / files.length >= 0.98, `${recognised} of ${files.length} recognised`);
  assert.ok(linked / files.length >= 0.85, `${linked} linked`);
  assert.ok(recipients / linked >= 0.98, `${recipients} of ${linked} with recipients`);
});

test("the three controls that are no bounces stay messages", { skip }, async () => {
  const files = filesBelow("bounces-sisimai/maildir/not", /\.eml$/);
  assert.equal(files.length, 3);
  for (const file of files) {
    const [first] = await read(readFileSync(file));
    assert.equal(first?.kind, "message", file);
    assert.notEqual(first.automatic, "bounce", file);
  }
});

test("the same bounce with LF, CRLF and CR says the same", { skip }, async () => {
  const folder = join(corpora, "bounces-sisimai/maildir");
  let compared = 0;
  for (const name of readdirSync(join(folder, "mac"))) {
    const kinds = ["bsd", "dos", "mac"].map((kind) => join(folder, kind, name));
    if (!kinds.every((file) => existsSync(file))) continue;
    const said = await Promise.all(
      kinds.map(async (file) => {
        const [first] = await read(readFileSync(file));
        return first?.kind === "receipt"
          ? JSON.stringify([first.recipient, first.state, first.code, first.references])
          : (first?.automatic ?? "message");
      }),
    );
    assert.equal(new Set(said).size, 1, `${name}: ${said.join(" | ")}`);
    compared += 1;
  }
  assert.ok(compared >= 60, `${compared} compared`);
});

test("91 replies divide as crisp's parser divides them, or on purpose show more", { skip }, () => {
  const folder = join(corpora, "reply-crisp/test/fixtures");
  const reference = JSON.parse(
    readFileSync(new URL("./fixtures/crisp-visible.json", import.meta.url), "utf8"),
  ) as Record<string, string>;
  let equal = 0;
  const names = readdirSync(folder);
  for (const name of names) {
    const text = readFileSync(join(folder, name), "utf8").replaceAll("\r\n", "\n");
    const folded = foldText(text);
    const digest = createHash("sha256").update(folded.text.replace(/\s+/g, " ").trim()).digest("hex").slice(0, 16);
    if (digest === reference[name]) equal += 1;
    const all = `${folded.text}\n${folded.foldedText}`.split("\n").filter((line) => line.trim() !== "");
    assert.deepEqual(
      all,
      text.split("\n").filter((line) => line.trim() !== ""),
      `${name}: nothing is dropped`,
    );
  }
  assert.ok(names.length >= 90);
  assert.ok(equal >= 74, `${equal} of ${names.length} equal`);
});

test("naughty strings come out of subject, name and body as they went in", { skip }, async () => {
  const strings = (JSON.parse(readFileSync(join(corpora, "blns/blns.json"), "utf8")) as string[]).filter(
    (each) => each !== "",
  );
  assert.ok(strings.length >= 500);
  const word = (text: string): string => `=?utf-8?B?${Buffer.from(text).toString("base64")}?=`;
  for (const text of strings) {
    const mail = `From: ${word(text)} <a@kunde.example>\r\nSubject: ${word(text)}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(text).toString("base64")}\r\n`;
    const [message] = await read(Buffer.from(mail));
    assert.equal(message?.kind, "message");
    assert.equal(message.from.value, "a@kunde.example", "a name never becomes an address");
    const body = text
      .replace(/\r\n?/g, "\n")
      .replaceAll("\u0000", "")
      .replace(/^\ufeff/, "")
      .replace(/\n+$/, "");
    assert.equal(
      [message.text, message.foldedText]
        .filter((each) => each !== "")
        .join("\n")
        .replace(/\n+$/, "")
        .replace(/\n+/g, "\n"),
      body.replace(/\n+/g, "\n"),
    );
    const line = text
      .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, " ")
      .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "")
      .replace(/[ \t]{2,}/g, " ")
      .trim();
    assert.equal(message.subject ?? "", line.length > 998 ? `${line.slice(0, 997)}…` : line);
  }
});

test("no address of the isemail collection throws or becomes two", { skip }, () => {
  const source = readFileSync(join(corpora, "email-addresses-isemail/test/tests.xml"), "utf8");
  const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };
  const cases = [...source.matchAll(/<address>([^<]*)<\/address>\s*(?:<category>([^<]*)<\/category>)?/g)].map(
    (match) => ({
      address: (match[1] ?? "")
        .replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (_all, hex: string, decimal: string, named: string) =>
          named === undefined
            ? String.fromCodePoint(Number.parseInt(hex ?? decimal, hex === undefined ? 10 : 16))
            : (entities[named] ?? ""),
        )
        .replace(/[\u2400-\u241f]/g, (symbol) => String.fromCharCode(symbol.charCodeAt(0) - 0x2400)),
      category: match[2] ?? "",
    }),
  );
  assert.ok(cases.length >= 160, `${cases.length} cases`);
  let valid = 0;
  let read = 0;
  for (const { address, category } of cases) {
    const list = readAddresses(`"Name" <${address}>`);
    assert.ok(list.persons.length <= 1, address);
    assert.ok(readAddresses(address).persons.length <= 1 || /[,;]/.test(address), address);
    if (category === "ISEMAIL_VALID_CATEGORY" || category === "ISEMAIL_DNSWARN") {
      valid += 1;
      if (list.persons.length === 1) read += 1;
    }
  }
  assert.ok(valid >= 15, `${valid} valid`);
  assert.equal(read, valid, "every plainly valid address is read");
});
