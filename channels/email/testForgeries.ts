// Forged senders, after the ideas of "Composition Kills" (USENIX Security 2020), all in the name of b@victim.example. Used by tests.
import { generateKeyPairSync } from "node:crypto";
import { dkimSign } from "mailauth/lib/dkim/sign.js";
import type { Raw } from "#contract/channel.ts";

export const victimKey = generateKeyPairSync("rsa", { modulusLength: 2048 });
export const attackerKey = generateKeyPairSync("rsa", { modulusLength: 2048 });
const record = (key: typeof victimKey): string =>
  `v=DKIM1; k=rsa; p=${key.publicKey.export({ type: "spki", format: "der" }).toString("base64")}`;
/** What DNS says of the domains in play; all of it is TXT. */
export const zone: Readonly<Record<string, string>> = {
  "victim.example": "v=spf1 ip4:192.0.2.1 -all",
  "_dmarc.victim.example": "v=DMARC1; p=reject",
  "s._domainkey.victim.example": record(victimKey),
  "plain.example": "v=spf1 ip4:192.0.2.1 -all",
  "s._domainkey.plain.example": record(victimKey),
  "attacker.example": "v=spf1 ip4:203.0.113.66 -all",
  "_dmarc.attacker.example": "v=DMARC1; p=none",
  "s._domainkey.attacker.example": record(attackerKey),
};

/** Answers from the zone. */
export const zoneResolver = (name: string, type: string): Promise<unknown[]> => {
  const text = type === "TXT" ? zone[name.toLowerCase()] : undefined;
  return text === undefined
    ? Promise.reject(Object.assign(new Error(`no ${type} for ${name}`), { code: "ENOTFOUND" }))
    : Promise.resolve([[text]]);
};

export type Transport = Partial<Raw["transport"]>;
/** The victim's own server. */
export const honest: Transport = {
  by: "smtp",
  remoteIp: "192.0.2.1",
  heloName: "mail.victim.example",
  mailFrom: "b@victim.example",
};
/** The attacker's server, good for the attacker's own domain. */
export const attacker: Transport = {
  by: "smtp",
  remoteIp: "203.0.113.66",
  heloName: "mail.attacker.example",
  mailFrom: "a@attacker.example",
};

/** The text with a DKIM signature of that domain. */
export async function signed(
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

/** One forged mail: what it tries, its text, and from where it comes. */
export type Forgery = readonly [story: string, text: string | (() => Promise<string>), transport: Transport];

/** Every forgery around the given end of a mail: the header lines behind From, and the body, which holds the word "Adresse". */
export const forgeries = (rest: string): readonly Forgery[] => {
  const mail = (head: string): string => `${head}\r\n${rest}`;
  return [
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
    [
      "the attacker's signature",
      () => signed(mail("From: b@victim.example"), "attacker.example", attackerKey),
      attacker,
    ],
    [
      "the victim's domain signed by another key",
      () => signed(mail("From: b@victim.example"), "victim.example", attackerKey),
      attacker,
    ],
    [
      "a changed body under the victim's signature",
      async () =>
        (await signed(mail("From: b@victim.example"), "victim.example", victimKey)).replace("Adresse", "IBAN"),
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
};
