// What is covered and, as important, what is not: most long numbers are no cards, and whoever covers them hides what agents work with.
import assert from "node:assert/strict";
import { test } from "node:test";
import { coverFile, coverHtml, coverText } from "#lib/secrets.ts";
import { fc } from "#test/chance.ts";

const cardNumbers: readonly (readonly [text: string, covered: string])[] = [
  ["Meine Karte 4111 1111 1111 1111 geht nicht.", "Meine Karte •••• •••• •••• 1111 geht nicht."],
  ["4111111111111111", "••••••••••••1111"],
  ["5555-5555-5555-4444, gültig 12/27", "••••-••••-••••-4444, gültig 12/27"],
  ["Amex 3782 822463 10005.", "Amex •••• •••••• •0005."],
  ["378282246310005", "•••••••••••0005"],
  ["6011\u00a01111\u00a01111\u00a01117", "••••\u00a0••••\u00a0••••\u00a01117"],
  ["4111 1111\u00a01111 1111", "•••• ••••\u00a0•••• 1111"],
  ["2223003122003222", "••••••••••••3222"],
  ["30569309025904", "••••••••••5904"],
  ["3530111333300000", "••••••••••••0000"],
  ["Karte: 4111 1111 1111 1111 12 27", "Karte: •••• •••• •••• 1111 12 27"],
  ["pan=4111111111111111&x=1", "pan=••••••••••••1111&x=1"],
  ["Kreditkartennummer: 5105 1051 0510 5100", "Kreditkartennummer: •••• •••• •••• 5100"],
  ["Visa 4222222222222", "Visa •••••••••2222"],
  ["> 4111 1111 1111 1111\n> Danke", "> •••• •••• •••• 1111\n> Danke"],
  ["1. 4111 1111 1111 1111\n2. 5555 5555 5555 4444", "1. •••• •••• •••• 1111\n2. •••• •••• •••• 4444"],
];

const noCards: readonly string[] = [
  "4111 1111 1111 1112",
  "DE12 4306 0967 4111 1111 11",
  "DE89370400440532013000",
  "IBAN: DE 89 3704 0044 0532 0130 00",
  "GB82 WEST 1234 5698 7654 32",
  "+49 4111 1111 1111 111",
  "0049 40 4111111111111",
  "Tel. 4111111111111111",
  "Kundennummer 4111111111111111",
  "Ihre Bestellnummer: 5555555555554444",
  "Vertrags-Nr.: 4111 1111 1111 1111",
  "Order no. 4111111111111111",
  "Sendungsnummer: 6011111111111117",
  "<4111111111111111.abc@mail.example>",
  "Message-ID: <CAF4111111111111111@mail.example>",
  "dt-4111111111111111",
  "https://shop.example/4111111111111111/x",
  "4111111111111111@fremd.example",
  "EAN 4006381333931",
  "4222222222222",
  "1772442000000",
  "2026-03-02 09:00:00.000 12345678901234",
  "0000000000000000 4444444444444444",
  "Rechnung 2026-0001-4111-1111-1111-1111",
  "41111111111111111111111111",
  "SIM 89490200001234567890",
];

test("card numbers are covered but for their last four digits, as they are written", () => {
  for (const [text, covered] of cardNumbers) {
    const result = coverText(text);
    assert.equal(result.text, covered);
    assert.ok(result.found.every((each) => each.kind === "card") && result.found.length > 0);
  }
});

test("numbers of customers, orders, telephones, accounts, parcels and messages are left alone", () => {
  for (const text of noCards) assert.deepEqual(coverText(text), { text, found: [] }, text);
});

test("of digits by chance hardly any are taken for a card", () => {
  const drawn = fc.sample(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 10, maxLength: 23 }), 20_000);
  const taken = drawn.filter((digits) => coverText(`Nummer ${digits.join("")} bitte`).found.length > 0).length;
  // One in ten has the right check digit by chance, and one in thirty a known beginning and length.
  assert.ok(taken < drawn.length * 0.005, String(taken));
});

const secrets: readonly (readonly [text: string, covered: string])[] = [
  ["Cookie: sid=s3cr3tvalue; theme=dark", "Cookie: [•••]"],
  ["set-cookie: JSESSIONID=ABCDEF012345; Path=/; HttpOnly\nx", "set-cookie: [•••]\nx"],
  [
    "curl -H 'Authorization: Bearer abcdefghijklmnopqrstuvwx' https://x.example",
    "curl -H 'Authorization: [•••]' https://x.example",
  ],
  ["Authorization: Basic dXNlcjpwYXNz", "Authorization: [•••]"],
  ["X-Api-Key: 0123456789abcdef", "X-Api-Key: [•••]"],
  ["mit bearer abcdefghijklmnopqrstuvwx geht es", "mit bearer [•••] geht es"],
  ["t=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcDEF123-_x", "t=[•••]"],
  ["key AKIAIOSFODNN7EXAMPLE.", "key [•••]."],
  ["ghp_0123456789abcdefghijklmnopqrstuvwxyz", "[•••]"],
  [
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\nabc\n-----END RSA PRIVATE KEY-----\nrest",
    "-----BEGIN RSA PRIVATE KEY-----[•••]-----END RSA PRIVATE KEY-----\nrest",
  ],
];
const noSecrets: readonly string[] = [
  "Cookie: was ist das eigentlich?",
  "Authorization: Herr Müller darf das.",
  "Authorization: Token bezahlen",
  "Ich akzeptiere jeden Cookie, auch set-cookie.",
  "Der Bearer dieses Schreibens ist berechtigt",
  "Mein Passwort habe ich vergessen",
  "-----BEGIN PUBLIC KEY-----\nMIIEowIBAAKCAQEA\n-----END PUBLIC KEY-----",
  "API-Key: bitte zusenden",
];

test("cookies, authorisations, tokens, keys of known form and private keys are covered; prose about them is not", () => {
  for (const [text, covered] of secrets) assert.equal(coverText(text).text, covered);
  for (const text of noSecrets) assert.deepEqual(coverText(text), { text, found: [] }, text);
});

test("in HTML what people see is covered, whatever tags stand in it; tags and attributes stay", () => {
  for (const [html, covered] of [
    ["<p>Karte 4111 1111 <b>1111</b> 1111</p>", "<p>Karte •••• •••• <b>••••</b> 1111</p>"],
    ["4111&nbsp;1111&nbsp;1111&#160;1111", "••••&nbsp;••••&nbsp;••••&#160;1111"],
    ["<td>4111</td><td>1111 1111 1111</td>", null],
    ['<a href="https://x.example/?a=4111111111111111">hier</a>', null],
    ["<pre>Cookie: sid=<b>s3cr3t</b>value</pre>Ende", "<pre>Cookie: [•••]<b></b></pre>Ende"],
    ["1 < 2 4111 1111 1111 1111", null],
  ] as const)
    assert.equal(coverHtml(html).text, covered ?? html);
});

test("a HAR keeps none of its session, wherever it stands, and stays valid JSON", () => {
  const canary = "CANARY-7f3a9c51d2";
  const har = {
    log: {
      entries: [
        {
          request: {
            url: `https://shop.example/a/${canary}?x=${canary}&page=2`,
            headers: [
              { name: "Host", value: "shop.example" },
              { value: `sid=${canary}; lang=de`, name: "cookie" },
              { name: "Authorization", value: "Bearer tok.CANARY2xyz.end" },
            ],
            cookies: [{ name: "sid", value: canary, path: "/" }],
            postData: {
              text: JSON.stringify({
                refresh_token: "CANARY3abc",
                again: "https://shop.example/?access_token=CANARY5def&a=b",
                note: `\n${canary}`,
              }),
            },
          },
          response: {
            headers: [{ name: "Set-Cookie", value: "next=CANARY4%2Bq; Path=/; Domain=.shop.example" }],
            content: { text: `{"a":1}\n${canary}\n CANARY4+q` },
            status: 200,
          },
        },
      ],
    },
  };
  for (const text of [JSON.stringify(har), JSON.stringify(har, null, 2)]) {
    const covered = coverFile(text);
    assert.doesNotMatch(covered.text, /CANARY/);
    const read = JSON.parse(covered.text) as typeof har;
    assert.equal(read.log.entries[0]?.response.status, 200);
    assert.match(covered.text, /shop\.example/);
    assert.ok(covered.found.length >= 8);
    // Also when it is cut off.
    assert.doesNotMatch(coverFile(text.slice(0, -5)).text, /CANARY-/);
  }
  assert.deepEqual(coverFile('{"card":4111111111111111}').text, '{"card":0000000000001111}');
  const plain = JSON.stringify({ log: { entries: [{ request: { url: "https://shop.example/", headers: [] } }] } });
  assert.deepEqual(coverFile(plain), { text: plain, found: [] });
});

test("time grows with the text and no faster, whatever it is made of", () => {
  for (const piece of [
    "4111 ",
    "4",
    "4111-1111.",
    "cookie: a=",
    "authorization: bearer ",
    "eyJaaaaaaaaa.",
    "-----BEGIN PRIVATE KEY-----",
    '{"name":"cookie","value":"',
    "<b>4",
    "&",
    "[",
    "sk-",
    "%",
  ]) {
    const text = piece.repeat(Math.ceil(1_000_000 / piece.length));
    for (const cover of [coverText, coverHtml, coverFile])
      for (let tries = 1; ; tries += 1) {
        const before = process.cpuUsage();
        cover(text);
        const { user } = process.cpuUsage(before);
        if (user < 3_000_000) break;
        assert.ok(tries < 3, `${cover.name} of ${JSON.stringify(piece)} took ${user / 1000} ms`);
      }
  }
});
