// Addresses, headers and character sets as they really come.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readAddress, readAddresses } from "./addresses.ts";
import { decodeText } from "./charset.ts";
import { unflow } from "./flowed.ts";
import { decodeWords, readParameters } from "./headers.ts";
import { languageOf } from "./language.ts";
import { fileName, personName } from "./names.ts";

const lists: readonly (readonly [header: string, persons: readonly (readonly [string, string | null])[]])[] = [
  ["Anna <anna@Kunde.EXAMPLE>", [["anna@kunde.example", "Anna"]]],
  [
    '"Berg, Anna" <anna@kunde.example>, <b@x.example>',
    [
      ["anna@kunde.example", "Berg, Anna"],
      ["b@x.example", null],
    ],
  ],
  ["anna@kunde.example (Anna Berg)", [["anna@kunde.example", "Anna Berg"]]],
  ["=?utf-8?Q?victim=40corp.example?= <a@b.example>", [["a@b.example", "victim@corp.example"]]],
  ["=?utf-8?B?Ij4gPGV2aWxAYi5leGFtcGxlPg==?= <a@b.example>", [["a@b.example", '"> <evil@b.example>']]],
  [
    '"x" <a@b.example>, evil@e.example',
    [
      ["a@b.example", "x"],
      ["evil@e.example", null],
    ],
  ],
  [
    "Team: a@b.example, Carla <c@d.example>;, e@f.example",
    [
      ["a@b.example", null],
      ["c@d.example", "Carla"],
      ["e@f.example", null],
    ],
  ],
  ["undisclosed-recipients:;", []],
  [
    "a@b.example; c@d.example",
    [
      ["a@b.example", null],
      ["c@d.example", null],
    ],
  ],
  ['"quoted local"@b.example', [['"quoted local"@b.example', null]]],
  ["'Anna' <anna@kunde.example>", [["anna@kunde.example", "Anna"]]],
  ["anna@kunde.example <anna@kunde.example>", [["anna@kunde.example", null]]],
  ["a@münchen.example", [["a@xn--mnchen-3ya.example", null]]],
  ["a@[192.0.2.1]", [["a@[192.0.2.1]", null]]],
  ["niemand", []],
  ["a@b@c.example", []],
];

for (const [header, persons] of lists) {
  test(`splits ${header}`, () => {
    assert.deepEqual(
      readAddresses(header).persons,
      persons.map(([value, name]) => ({ value, name })),
    );
  });
}

test("an address on its own is read strictly", () => {
  for (const bad of [
    "",
    "@",
    "a@",
    "@b.example",
    "a b@c.example",
    "a@b c.example",
    "a\r\nRCPT TO:<x>@b.example",
    "a@b.example>",
    "a\u202eb@c.example",
    `${"a".repeat(400)}@b.example`,
  ])
    assert.equal(readAddress(bad), null, JSON.stringify(bad));
  assert.equal(readAddress("a+b@B.Example."), "a+b@b.example");
});

const words: readonly (readonly [string, string])[] = [
  ["=?ISO-8859-1?Q?Gr=FC=DFe?=", "Grüße"],
  ["=?UTF-8?Q?Gr=C3?= =?UTF-8?Q?=BC=C3=9Fe?=", "Grüße"],
  ["=?iso-2022-jp?B?GyRCJEskYyRzJDMbKEI=?=", "にゃんこ"],
  ["=?koi8-r?B?8NLJ18XU?=", "Привет"],
  ["=?gb18030?B?xOO6ww==?=", "你好"],
  ["=?utf-8*de?Q?a_b?= c =?utf-8?Q?d?=", "a b c d"],
  ["=?utf-8?Q?offen", "=?utf-8?Q?offen"],
  ["=?nonsense?Q?=E4?=", "ä"],
];
for (const [raw, decoded] of words) test(`decodes ${raw}`, () => assert.equal(decodeWords(raw), decoded));

test("labels that lie are corrected where the bytes prove it", () => {
  const grüße = Buffer.from("Grüße", "latin1");
  assert.equal(decodeText(grüße, "utf-8", "plain"), "Grüße");
  assert.equal(decodeText(grüße, "us-ascii", "plain"), "Grüße");
  assert.equal(decodeText(Buffer.from("Grüße"), "iso-8859-1", "plain"), "Grüße");
  assert.equal(decodeText(Buffer.from([0x80, 0x20, 0x93]), "iso-8859-1", "plain"), "€ “");
  assert.equal(decodeText(Buffer.from("Grüße"), null, "plain"), "Grüße");
  assert.equal(decodeText(Buffer.from("\ufeffGrüße"), "utf-8", "plain"), "Grüße");
  assert.equal(decodeText(Buffer.from("Grüße", "utf16le"), "utf-16le", "plain"), "Grüße");
});

test("HTML in UTF-7 is refused, text is read", () => {
  const script = Buffer.from("+ADw-script+AD4-alert(1)+ADw-/script+AD4-");
  assert.equal(decodeText(script, "utf-7", "html"), "+ADw-script+AD4-alert(1)+ADw-/script+AD4-");
  assert.equal(decodeText(Buffer.from("Gr+APwA3w-e"), "utf-7", "plain"), "Grüße");
});

test("parameters: continuations, the first of two, comments, quotes", () => {
  assert.equal(
    readParameters("a/b; filename*0*=utf-8''%E2%82%AC%20; filename*1=x.txt").parameters["filename"],
    "€ x.txt",
  );
  assert.equal(readParameters('multipart/mixed; boundary="one"; boundary="two"').parameters["boundary"], "one");
  assert.equal(readParameters("text/plain (comment; x=y); charset=utf-8").parameters["charset"], "utf-8");
  assert.equal(readParameters('a/b; name="a;b\\"c"').parameters["name"], 'a;b"c');
  assert.equal(readParameters("a/b; __proto__=x").parameters["toString"], undefined);
});

test("names are one line without direction marks; files keep their real extension", () => {
  assert.equal(personName("Anna\r\nBcc: x\u202e"), "Anna Bcc: x");
  assert.equal(personName(" \u200b "), null);
  assert.equal(fileName("C:\\temp\\x\u202efdp.exe", "file"), "xfdp.exe");
  assert.equal(fileName("../..", "file"), "file");
  assert.equal(fileName("a.p\u200bdf", "file"), "a.pdf");
  assert.equal(fileName("nul", "file"), "_nul");
  assert.ok(fileName(`${"x".repeat(500)}.pdf`, "file").endsWith(".pdf"));
});

test("flowed text is joined per quote depth, signatures and stuffed lines are kept", () => {
  assert.equal(unflow("eins \nzwei\n> a \n> b\n-- \nSig\n From", false), "eins zwei\n> a b\n-- \nSig\nFrom");
  assert.equal(unflow("Donau \ndampf", true), "Donaudampf");
});

test("German and English are told apart, short texts are not guessed", () => {
  assert.equal(languageOf("Seit gestern geht das Internet nicht mehr, bitte schicken Sie einen Techniker."), "de");
  assert.equal(languageOf("My internet has been down since yesterday, please send an engineer to the house."), "en");
  assert.equal(languageOf("Danke"), null);
});
