// Forged senders, after the ideas of "Composition Kills" (USENIX Security 2020): none of them is ever proved to be the victim.
// Honest mails beside them are, so the test fails both ways.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { InboundMessage } from "#contract/channel.ts";
import { receive } from "./inbound.ts";
import type { EmailSettings } from "./settings.ts";
import { ownTime } from "#test/ownTime.ts";
import {
  attacker,
  attackerKey,
  forgeries,
  honest,
  signed,
  victimKey,
  zoneResolver,
  type Transport,
} from "./testForgeries.ts";

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

let asked = 0;
const resolver = (name: string, type: string): Promise<unknown[]> => {
  asked += 1;
  return zoneResolver(name, type);
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

for (const [story, head, transport] of forgeries(rest)) {
  test(`forged: ${story}`, async () => {
    const message = await read(typeof head === "string" ? head : await head(), transport);
    if (story.startsWith("text added")) {
      assert.ok(
        message.verdicts.some((verdict) => verdict.check === "dkim" && verdict.reason?.code === "signaturePartial"),
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

// Names that the forger chose ate the two seconds, and "the policy was not heard" was taken for "there is none": a false sender was treated as an unknown one.
test("a forger whose own names are slow, or many, is shown to be false all the same", async () => {
  const slow =
    (name: RegExp): typeof resolver =>
    (asks, type) =>
      name.test(asks) ? new Promise<never>(() => undefined) : zoneResolver(asks, type);
  const forged = await signed(mail("From: b@victim.example"), "attacker.example", attackerKey);
  const slowly = (name: RegExp) => read(forged, attacker, slow(name));
  const text = await signed(mail("From: b@victim.example"), "victim.example", victimKey);
  // Of the sender's own names nobody knows what they would have said.
  const own = [/^victim\.example$/, /^s\._domainkey\.victim/];
  const [spf, policy, key, ...unknown] = await Promise.all([
    slowly(/attacker\.example$/),
    slowly(/^_dmarc\.attacker\.example$/),
    slowly(/^s\._domainkey/),
    ...own.flatMap((name) => [honest, attacker].map((transport) => read(text, transport, slow(name)))),
  ]);
  assert.deepEqual(
    [spf, policy, key].map(({ assurance }) => assurance),
    ["failed", "failed", "failed"],
  );
  assert.ok(unknown.length === 4 && unknown.every(({ assurance }) => assurance !== "failed"));
});

test("a resolver that never answers ends after two seconds with nothing proved", async () => {
  const clock = ownTime();
  const message = await read(
    await signed(mail("From: b@victim.example"), "victim.example", victimKey),
    honest,
    () => new Promise<never>(() => undefined),
  );
  assert.ok(clock.ms() < 4_000);
  clock.stop();
  assert.equal(message.assurance, "none");
  assert.ok(message.verdicts.some((verdict) => verdict.result === "temperror"));
});
