// What a relay's every answer, silence and hanging up becomes. The relay is sim.ts with faults.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:net";
import { after, test } from "node:test";
import { dkimVerify } from "mailauth/lib/dkim/verify.js";
import type { DeliveryResult, Outbound, DeliveringIo } from "#contract/channel.ts";
import { render } from "./outbound.ts";
import { type SimFault, startMailSim } from "./sim.ts";
import { demoZones, simResolver } from "./simDns.ts";
import { createSmtp } from "./smtp.ts";
import { mailbox } from "./testSettings.ts";

const sim = await startMailSim({ dir: null, smtpPort: 0 });
const smtp = createSmtp({ connectMs: 30_000, answerMs: 30_000, idleMs: 60_000 });
/** For relays that fall silent: nobody waits for them for long. */
const hasty = createSmtp({ connectMs: 30_000, answerMs: 1_500, idleMs: 60_000 });
after(async () => {
  await Promise.all([smtp.close(), hasty.close()]);
  await sim.stop();
});

const relay = {
  host: "127.0.0.1",
  port: sim.port,
  security: "none",
  user: null,
  password: null,
  maxConnections: 2,
} as const;
const io: DeliveringIo = { log: () => undefined, now: () => new Date(), begin: async () => true };
let count = 0;

function outbound(change: Partial<Outbound> = {}): Outbound {
  count += 1;
  return {
    deliveryId: `d${count}`,
    concernNumber: 1,
    at: "2026-11-24T10:00:00.000Z",
    fromName: "Kabel Nord",
    to: [{ value: "kunde@kunde.test", name: null }],
    cc: [],
    recipients: [...(change.to ?? [{ value: "kunde@kunde.test" }]), ...(change.cc ?? [])].map((person) => person.value),
    subject: `Nummer ${count}`,
    text: "Hallo",
    html: null,
    files: [],
    replyToken: null,
    messageToken: `delivery${count}`,
    deliveryToken: `delivery${count}`,
    answers: [],
    automatic: false,
    ...change,
  };
}

async function deliver(
  change: Partial<Outbound> = {},
  settings = mailbox({ smtp: relay }),
  by = smtp,
): Promise<DeliveryResult> {
  const [call] = render(outbound(change), settings);
  assert.ok(call);
  return by.deliver(call, settings, io);
}

test("an accepted mail arrives with its envelope", async () => {
  const arrived = sim.next((mail) => mail.subject === `Nummer ${count}`);
  const result = await deliver();
  assert.equal(result.kind, "accepted");
  const mail = await arrived;
  assert.deepEqual(mail.envelope, { from: `service+b-delivery${count}@kabel.test`, to: ["kunde@kunde.test"] });
});

test("an automatic mail leaves from the null sender", async () => {
  assert.equal((await deliver({ automatic: true })).kind, "accepted");
  assert.equal(sim.messages().at(-1)?.envelope.from, "");
});

test("who the relay refuses is named, the others get the mail", async () => {
  sim.fail({ step: "rcpt", recipient: "weg@kunde.test", does: "550 5.1.1 no such user" });
  const result = await deliver({
    to: [
      { value: "kunde@kunde.test", name: null },
      { value: "weg@kunde.test", name: null },
    ],
  });
  assert.equal(result.kind, "accepted");
  assert.deepEqual(result.kind === "accepted" && result.refused.map(({ recipient, code }) => ({ recipient, code })), [
    { recipient: "weg@kunde.test", code: "5.1.1" },
  ]);
  assert.deepEqual(sim.messages().at(-1)?.envelope.to, ["kunde@kunde.test"]);
});

const said: readonly {
  readonly name: string;
  readonly fault: SimFault;
  readonly kind: DeliveryResult["kind"];
  readonly code?: string;
}[] = [
  {
    name: "no such recipient",
    fault: { step: "rcpt", does: "550 5.1.1 no such user" },
    kind: "refused",
    code: "5.1.1",
  },
  { name: "a bare 550", fault: { step: "rcpt", does: "550 no" }, kind: "refused", code: "550" },
  { name: "greylisting", fault: { step: "rcpt", does: "450 4.2.0 greylisted" }, kind: "tryLater", code: "4.2.0" },
  { name: "sender refused", fault: { step: "mail", does: "553 5.7.1 not you" }, kind: "refused", code: "5.7.1" },
  { name: "sender put off", fault: { step: "mail", does: "451 4.3.0 later" }, kind: "tryLater", code: "4.3.0" },
  {
    name: "authentication wanted",
    fault: { step: "mail", does: "530 5.7.0 sign in" },
    kind: "tryLater",
    code: "5.7.0",
  },
  { name: "DATA refused", fault: { step: "data", does: "554 5.5.1 no" }, kind: "refused", code: "5.5.1" },
  { name: "DATA put off", fault: { step: "data", does: "451 4.3.0 no" }, kind: "tryLater", code: "4.3.0" },
  { name: "content refused", fault: { step: "end", does: "554 5.7.1 spam" }, kind: "refused", code: "5.7.1" },
  { name: "too large", fault: { step: "end", does: "552 5.3.4 too large" }, kind: "refused", code: "5.3.4" },
  { name: "content put off", fault: { step: "end", does: "452 4.3.1 disk full" }, kind: "tryLater", code: "4.3.1" },
  {
    name: "closing down after the data",
    fault: { step: "end", does: "421 4.3.2 shutting down" },
    kind: "tryLater",
    code: "4.3.2",
  },
  { name: "greeting with 554", fault: { step: "connect", does: "554 no service" }, kind: "tryLater", code: "554" },
  { name: "greeting with 421", fault: { step: "connect", does: "421 busy" }, kind: "tryLater", code: "421" },
  { name: "hanging up at the greeting", fault: { step: "connect", does: "drop" }, kind: "tryLater" },
  { name: "hanging up at RCPT", fault: { step: "rcpt", does: "drop", times: 9 }, kind: "tryLater" },
  { name: "hanging up at DATA", fault: { step: "data", does: "drop", times: 9 }, kind: "tryLater" },
  { name: "hanging up after the data", fault: { step: "end", does: "drop" }, kind: "unknown" },
  { name: "silence after the data", fault: { step: "end", does: 60_000 }, kind: "unknown" },
  { name: "silence at RCPT", fault: { step: "rcpt", does: 60_000, times: 9 }, kind: "tryLater" },
];
for (const { name, fault, kind, code } of said) {
  test(`${name}: ${kind}`, async () => {
    const own = await startMailSim({ dir: null, smtpPort: 0 });
    try {
      own.fail(fault);
      const before = own.messages().length;
      const by = name.startsWith("silence") ? hasty : smtp;
      const result = await deliver({}, mailbox({ smtp: { ...relay, port: own.port } }), by);
      assert.equal(result.kind, kind, JSON.stringify(result));
      if (code !== undefined) assert.equal("code" in result ? result.code : null, code);
      const notLetIn = fault.step === "connect" || name === "authentication wanted";
      if (result.kind === "tryLater") assert.equal(result.ofChannel ?? false, notLetIn);
      if (result.kind === "refused") assert.equal(result.ofRecipient, fault.step === "rcpt");
      assert.equal(own.messages().length, before, "the relay kept a mail that it had not taken");
    } finally {
      await own.stop();
    }
  });
}

test("a connection that the relay closed meanwhile costs no attempt", async () => {
  const own = await startMailSim({ dir: null, smtpPort: 0 });
  const settings = mailbox({ smtp: { ...relay, port: own.port } });
  try {
    assert.equal((await deliver({}, settings)).kind, "accepted");
    own.fail({ step: "mail", does: "drop" });
    assert.equal((await deliver({}, settings)).kind, "accepted");
    assert.equal(own.messages().length, 2);
  } finally {
    await own.stop();
  }
});

test("nobody listens, or the name is unknown: try later", async () => {
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
  const address = closed.address();
  assert.ok(address !== null && typeof address === "object");
  await new Promise((resolve) => closed.close(resolve));
  assert.equal((await deliver({}, mailbox({ smtp: { ...relay, port: address.port } }))).kind, "tryLater");
  assert.equal((await deliver({}, mailbox({ smtp: { ...relay, host: "nobody.invalid" } }))).kind, "tryLater");
});

test("a relay without STARTTLS gets nothing when STARTTLS is demanded", async () => {
  const before = sim.messages().length;
  assert.equal((await deliver({}, mailbox({ smtp: { ...relay, security: "starttls" } }))).kind, "tryLater");
  assert.equal(sim.messages().length, before);
});

test("a channel without a relay, and what render refused, is refused with its reason", async () => {
  assert.equal((await deliver({}, mailbox())).kind, "refused");
  const result = await deliver({ to: [{ value: "nobody", name: null }] });
  assert.deepEqual(result.kind === "refused" && result.code, "5.1.3");
});

test("a hundred mails at once use no more connections than allowed and all arrive once", async () => {
  const own = await startMailSim({ dir: null, smtpPort: 0 });
  try {
    const settings = mailbox({ smtp: { ...relay, port: own.port, maxConnections: 3 } });
    const results = await Promise.all(Array.from({ length: 100 }, () => deliver({}, settings)));
    assert.ok(results.every((result) => result.kind === "accepted"));
    assert.equal(new Set(own.messages().map((mail) => mail.messageId)).size, 100);
    assert.equal(own.messages().length, 100);
    assert.ok(own.connections() <= 3, `${own.connections()} connections`);
  } finally {
    await own.stop();
  }
});

test("the DKIM signature holds, and breaks when a byte changes", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const settings = mailbox({ smtp: relay, dkim: { domain: "kabel.test", selector: "s1", privateKey } });
  assert.equal((await deliver({ text: "Grüße\n.\nvon der Leitung\n" }, settings)).kind, "accepted");
  const raw = sim.messages().at(-1)?.raw;
  assert.ok(raw);
  const resolver = simResolver(demoZones(["kabel.test"], "127.0.0.1", { selector: "s1", publicKey }));
  const verdict = async (bytes: Buffer): Promise<string | undefined> =>
    (await dkimVerify(bytes, { resolver: resolver as (name: string, type: string) => Promise<string[][]> })).results[0]
      ?.status.result;
  assert.equal(await verdict(raw), "pass");
  assert.equal(await verdict(Buffer.from(raw.toString("latin1").replace("Leitung", "Lesung!"), "latin1")), "neutral");
});

test("a key that cannot sign stops the mail", async () => {
  const before = sim.messages().length;
  const result = await deliver(
    {},
    mailbox({ smtp: relay, dkim: { domain: "kabel.test", selector: "s1", privateKey: "no key" } }),
  );
  assert.equal(result.kind, "tryLater");
  assert.equal(sim.messages().length, before);
});
