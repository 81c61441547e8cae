// Forged senders, after the ideas of "Composition Kills" (USENIX Security 2020): none of them is ever proved to be the victim.
// Honest mails beside them are, so the test fails both ways.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { dkimSign } from "mailauth/lib/dkim/sign.js";
import type { InboundMessage, Raw } from "#contract/channel.ts";
import { receive } from "./inbound.ts";
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
  trustedAuthservIds: ["mx.kabel.example"],
  trustedRelays: ["198.51.100.0/24", "2001:db8:1::/48"],
};

const victimKey = generateKeyPairSync("rsa", { modulusLength: 2048 });
const attackerKey = generateKeyPairSync("rsa", { modulusLength: 2048 });
const record = (key: typeof victimKey): string =>
  `v=DKIM1; k=rsa; p=${key.publicKey.export({ type: "spki", format: "der" }).toString("base64")}`;
const zone: Readonly<Record<string, string>> = {
  "victim.example": "v=spf1 ip4:192.0.2.1 -all",
  "_dmarc.victim.example": "v=DMARC1; p=reject",
  "s._domainkey.victim.example": record(victimKey),
  "plain.example": "v=spf1 ip4:192.0.2.1 -all",
  "s._domainkey.plain.example": record(victimKey),
  "attacker.example": "v=spf1 ip4:203.0.113.66 -all",
  "_dmarc.attacker.example": "v=DMARC1; p=none",
  "s._domainkey.attacker.example": record(attackerKey),
};

let asked = 0;
const resolver = (name: string, type: string): Promise<unknown[]> => {
  asked += 1;
  const text = type === "TXT" ? zone[name.toLowerCase()] : undefined;
  return text === undefined
    ? Promise.reject(Object.assign(new Error(`no ${type} for ${name}`), { code: "ENOTFOUND" }))
    : Promise.resolve([[text]]);
};

type Transport = Partial<Raw["transport"]>;
const honest: Transport = {
  by: "smtp",
  remoteIp: "192.0.2.1",
  heloName: "mail.victim.example",
  mailFrom: "b@victim.example",
};
const attacker: Transport = {
  by: "smtp",
  remoteIp: "203.0.113.66",
  heloName: "mail.attacker.example",
  mailFrom: "a@attacker.example",
};

async function read(
  mail: string | Buffer,
  transport: Transport,
  dns: typeof resolver | null = resolver,
): Promise<InboundMessage> {
  const bytes = typeof mail === "string" ? Buffer.from(mail) : mail;
  const [message] = await receive(
    { bytes, receivedAt: "2026-11-24T00:00:00Z", transport: { by: "smtp", ...transport } },
    settings,
    { now: new Date(), resolver: dns },
  );
  assert.equal(message?.kind, "message");
  return message;
}

const rest =
  "To: service@kabel.example\r\nSubject: Konto\r\nDate: Mon, 23 Nov 2026 10:00:00 +0100\r\nMessage-ID: <1@x.example>\r\n\r\nBitte Adresse ändern.\r\n";
const mail = (head: string): string => `${head}\r\n${rest}`;

async function signed(
  text: string,
  domain: string,
  key: typeof victimKey,
  options: { readonly maxBodyLength?: number } = {},
): Promise<string> {
  const privateKey = key.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const signing = { signatureData: [{ signingDomain: domain, selector: "s", privateKey, ...options }] };
  // The types of the package do not know the form its documentation shows.
  const result = await dkimSign(Buffer.from(text), signing as unknown as Parameters<typeof dkimSign>[1]);
  return `${result.signatures}${text}`;
}

test("honest mail: SPF and DMARC prove the sender", async () => {
  const message = await read(mail("From: Bea <b@victim.example>"), honest);
  assert.equal(message.assurance, "proved");
  assert.ok(message.verdicts.some((verdict) => verdict.check === "dmarc" && verdict.result === "pass"));
});

test("honest mail: a DKIM signature proves the sender from any host", async () => {
  assert.equal(
    (
      await read(await signed(mail("From: Bea <b@victim.example>"), "victim.example", victimKey), {
        ...attacker,
        mailFrom: "list@attacker.example",
      })
    ).assurance,
    "proved",
  );
});

test("honest mail without a policy is aligned, not proved", async () => {
  assert.equal(
    (await read(mail("From: p@plain.example"), { ...honest, mailFrom: "p@plain.example" })).assurance,
    "aligned",
  );
  assert.equal(
    (await read(await signed(mail("From: p@plain.example"), "plain.example", victimKey), { by: "imap" })).assurance,
    "aligned",
  );
});

test("honest mail through the operator's own relay: the client counts, not the relay", async () => {
  const through = (ip: string): string =>
    `Received: from mail.victim.example (mail.victim.example [${ip}]) by relay.kabel.example with ESMTPS; Mon, 23 Nov 2026 10:00:01 +0100\r\n${mail("From: b@victim.example")}`;
  const relay: Transport = { ...honest, remoteIp: "198.51.100.7", heloName: "relay.kabel.example" };
  assert.equal((await read(through("192.0.2.1"), relay)).assurance, "proved");
  assert.equal((await read(through("203.0.113.66"), relay)).assurance, "failed");
  assert.equal(
    (await read(through("192.0.2.1"), { ...relay, remoteIp: "203.0.113.66" })).assurance,
    "failed",
    "a relay nobody trusts",
  );
});

test("honest fetched mail: the operator's own server is believed", async () => {
  const results =
    "Authentication-Results: mx.kabel.example; spf=pass smtp.mailfrom=victim.example; dmarc=pass (p=reject) header.from=victim.example\r\n";
  assert.equal((await read(results + mail("From: b@victim.example"), { by: "imap" })).assurance, "proved");
  assert.equal(
    (await read(results + mail("From: b@victim.example"), { by: "imap" }, null)).assurance,
    "proved",
    "without DNS, too",
  );
  assert.equal(
    (await read(results.replace("dmarc=pass", "dmarc=fail") + mail("From: b@victim.example"), { by: "imap" }))
      .assurance,
    "failed",
  );
});

const forged: readonly (readonly [story: string, head: string | (() => Promise<string>), transport: Transport])[] = [
  ["another envelope", mail("From: b@victim.example"), attacker],
  [
    "no envelope sender, HELO of the victim",
    mail("From: b@victim.example"),
    { ...attacker, mailFrom: "", heloName: "victim.example" },
  ],
  [
    "the victim's envelope from another host",
    mail("From: b@victim.example"),
    { ...attacker, mailFrom: "b@victim.example" },
  ],
  ["two From fields, victim first", mail("From: b@victim.example\r\nFrom: a@attacker.example"), attacker],
  ["two From fields, victim last", mail("From: a@attacker.example\r\nFrom: b@victim.example"), attacker],
  ["a From with a blank before the colon", mail("From : b@victim.example\r\nFrom: a@attacker.example"), attacker],
  ["From in capitals twice", mail("FROM: b@victim.example\r\nfrom: a@attacker.example"), attacker],
  ["a folded first line that is From", `\tFrom: b@victim.example\r\n${mail("From: a@attacker.example")}`, attacker],
  ["two addresses in From", mail("From: <b@victim.example>, <a@attacker.example>"), attacker],
  ["two addresses split by a semicolon", mail("From: b@victim.example; a@attacker.example"), attacker],
  ["two angles without a comma", mail("From: <b@victim.example> <a@attacker.example>"), attacker],
  ["two angles, victim last", mail("From: <a@attacker.example> <b@victim.example>"), attacker],
  ["a route before the victim", mail("From: <@attacker.example,@any.example:b@victim.example>"), attacker],
  ["NUL inside the address", mail("From: b@victim.example\u0000@attacker.example"), attacker],
  ["a comment behind the victim", mail("From: b@victim.example(a@attacker.example)"), attacker],
  ["a comment inside the domain", mail("From: b@victim.example(.attacker.example)"), attacker],
  ["an open comment", mail("From: b@victim.example(<a@attacker.example>"), attacker],
  ["an open quote", mail('From: "b@victim.example" <a@attacker.example> "<b@victim.example>'), attacker],
  ["an address with a backslash", mail("From: <b@victim.example\\>a@attacker.example>"), attacker],
  ["an encoded address", mail("From: =?utf-8?B?YkB2aWN0aW0uZXhhbXBsZQ==?="), attacker],
  ["an encoded address inside the angle", mail("From: <=?utf-8?Q?b=40victim.example?=>"), attacker],
  ["a folded address", mail("From:\r\n <b@victim.example>\r\n <a@attacker.example>"), attacker],
  ["a group of victims", mail("From: Friends: b@victim.example, a@attacker.example;"), attacker],
  ["a subdomain of the victim", mail("From: b@mail.victim.example"), attacker],
  ["a trailing dot", mail("From: b@victim.example."), attacker],
  ["the attacker's signature", () => signed(mail("From: b@victim.example"), "attacker.example", attackerKey), attacker],
  [
    "the victim's domain signed by another key",
    () => signed(mail("From: b@victim.example"), "victim.example", attackerKey),
    attacker,
  ],
  [
    "a changed body under the victim's signature",
    async () => (await signed(mail("From: b@victim.example"), "victim.example", victimKey)).replace("Adresse", "IBAN"),
    attacker,
  ],
  [
    "text added below a signature that covers only a part",
    async () =>
      `${await signed(mail("From: b@victim.example"), "victim.example", victimKey, { maxBodyLength: 8 })}IBAN: DE00\r\n`,
    attacker,
  ],
  [
    "a second From above the victim's signed one",
    async () =>
      `From: a@attacker.example\r\n${await signed(mail("From: b@victim.example"), "victim.example", victimKey)}`,
    attacker,
  ],
  [
    "forged results of an unknown server",
    `Authentication-Results: mx.attacker.example; dmarc=pass header.from=victim.example\r\n${mail("From: b@victim.example")}`,
    { by: "imap" },
  ],
  [
    "forged results of our server below another's",
    `Authentication-Results: other.example; dmarc=fail header.from=victim.example\r\nAuthentication-Results: mx.kabel.example; dmarc=pass header.from=victim.example\r\n${mail("From: b@victim.example")}`,
    { by: "imap" },
  ],
  [
    "results of our server about another domain",
    `Authentication-Results: mx.kabel.example; spf=pass smtp.mailfrom=attacker.example; dmarc=pass header.from=attacker.example\r\n${mail("From: b@victim.example")}`,
    { by: "imap" },
  ],
  [
    "results inside a comment and a quote",
    `Authentication-Results: mx.kabel.example; spf=fail (x; dmarc=pass header.from=victim.example) smtp.mailfrom="a;dmarc=pass"\r\n${mail("From: b@victim.example")}`,
    { by: "imap" },
  ],
  [
    "results of our server at our door",
    `Authentication-Results: mx.kabel.example; dmarc=pass header.from=victim.example\r\n${mail("From: b@victim.example")}`,
    attacker,
  ],
  [
    "a forged ARC chain",
    mail(
      "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=attacker.example; s=s; b=AAAA\r\nARC-Message-Signature: i=1; a=rsa-sha256; d=attacker.example; s=s; h=from; bh=AAAA; b=AAAA\r\nARC-Authentication-Results: i=1; mx.kabel.example; dmarc=pass header.from=victim.example\r\nFrom: b@victim.example",
    ),
    attacker,
  ],
  [
    "a Received line that claims the victim's host",
    `Received: from mail.victim.example (mail.victim.example [192.0.2.1]) by relay.kabel.example; Mon, 23 Nov 2026 10:00:01 +0100\r\n${mail("From: b@victim.example")}`,
    attacker,
  ],
];

for (const [story, head, transport] of forged) {
  test(`forged: ${story}`, async () => {
    const message = await read(typeof head === "string" ? head : await head(), transport);
    if (story.startsWith("text added")) {
      assert.ok(
        message.verdicts.some((verdict) => verdict.check === "dkim" && verdict.detail.includes("does not cover")),
      );
    }
    const claimsVictim = message.from.value.toLowerCase().endsWith("victim.example");
    assert.ok(
      !(claimsVictim && (message.assurance === "proved" || message.assurance === "aligned")),
      JSON.stringify([message.from, message.assurance, message.verdicts]),
    );
    // Whoever it is taken for, several readings of the sender are never proved.
    if (message.warnings.some((warning) => warning === "severalSenders" || warning === "oddSender"))
      assert.equal(message.assurance, "failed");
  });
}

test("a look-alike letter is another address", async () => {
  const { from } = await read(mail("From: b@v\u0456ctim.example"), attacker);
  assert.match(from.value, /^b@xn--/);
});

test("a name that shows the victim's address is named to the agent", async () => {
  const message = await read(mail('From: "b@victim.example" <a@attacker.example>'), attacker);
  assert.equal(message.from.value, "a@attacker.example");
  assert.ok(message.warnings.includes("nameLooksLikeAddress"));
});

test("without a resolver nothing is asked and nothing is proved", async () => {
  asked = 0;
  const message = await read(await signed(mail("From: b@victim.example"), "victim.example", victimKey), honest, null);
  assert.equal(message.assurance, "none");
  assert.equal(asked, 0);
});

test("a resolver that never answers ends after two seconds with nothing proved", async () => {
  const start = performance.now();
  const message = await read(
    await signed(mail("From: b@victim.example"), "victim.example", victimKey),
    honest,
    () => new Promise<never>(() => undefined),
  );
  assert.ok(performance.now() - start < 4_000);
  assert.equal(message.assurance, "none");
  assert.ok(message.verdicts.some((verdict) => verdict.result === "temperror"));
});
