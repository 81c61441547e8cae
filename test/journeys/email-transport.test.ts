// The e-mail transport with mail servers that are not ours: Dovecot delivers to us by IMAP, Postfix carries what we send and hands over at our door.
// The server is not part of it; what would be its database is a list here.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { ImapFlow } from "imapflow";
import { dkimVerify } from "mailauth/lib/dkim/verify.js";
import { openDoor } from "#channels/email/door.ts";
import { type ImapTimes, imapTimes, listen, listenWith } from "#channels/email/imap.ts";
import { render } from "#channels/email/outbound.ts";
import type { EmailSettings } from "#channels/email/settings.ts";
import { converse } from "#channels/email/simClient.ts";
import { demoZones, simResolver } from "#channels/email/simDns.ts";
import { readMail } from "#channels/email/simMail.ts";
import { createSmtp } from "#channels/email/smtp.ts";
import { mailbox } from "#channels/email/testSettings.ts";
import type { ListeningIo, Outbound, Raw, DeliveringIo } from "#contract/channel.ts";
import { type MailPeers, peersAvailable, startMailPeers } from "#test/peers/mail.ts";

const available = peersAvailable();
const skip = available.ok ? false : available.why;
const times: ImapTimes = { ...imapTimes, retryMs: 50, longestRetryMs: 500, pollMs: 60_000 };
const io: DeliveringIo = { log: () => undefined, now: () => new Date(), begin: async () => true };
const smtp = createSmtp();

interface Kept {
  readonly raw: Raw;
  readonly providerId: string;
  readonly text: string;
}

/** Stands for the database: keeps mails and cursors, and can be made to reject. */
function memory(): {
  readonly kept: Kept[];
  readonly events: { event: string; facts: Readonly<Record<string, unknown>> }[];
  readonly io: ListeningIo;
  readonly next: (fits: (mail: Kept) => boolean) => Promise<Kept>;
  readonly event: (name: string) => Promise<Readonly<Record<string, unknown>>>;
  readonly state: (wanted: string) => Promise<void>;
  reject: ((raw: Raw) => boolean) | null;
  calls: number;
} {
  const kept: Kept[] = [];
  const events: { event: string; facts: Readonly<Record<string, unknown>> }[] = [];
  const cursors = new Map<string, string>();
  const listeners = new Set<() => void>();
  let state = "";
  const changed = (): void => listeners.forEach((listener) => listener());
  const when = <T>(look: () => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      const check = (): void => {
        const found = look();
        if (found === undefined) return;
        listeners.delete(check);
        resolve(found);
      };
      listeners.add(check);
      check();
    });
  const place = {
    kept,
    events,
    reject: null as ((raw: Raw) => boolean) | null,
    calls: 0,
    next: (fits: (mail: Kept) => boolean) => when(() => kept.find(fits)),
    event: (name: string) => when(() => events.find((each) => each.event === name)?.facts),
    state: (wanted: string) => when(() => (state === wanted ? true : undefined)).then(() => undefined),
    io: {
      ...io,
      log: (_level, event, facts) => {
        events.push({ event, facts: facts ?? {} });
        changed();
      },
      health: (now) => {
        state = now;
        changed();
      },
      cursor: async (name) => JSON.parse(cursors.get(name) ?? "null") as unknown,
      keepCursor: async ({ name, value }) => void cursors.set(name, JSON.stringify(value)),
      store: async (raw, providerId, cursor) => {
        place.calls += 1;
        if (place.reject?.(raw) === true) throw new Error("the database is away");
        const known = kept.some((mail) => mail.providerId === providerId);
        if (cursor !== undefined) cursors.set(cursor.name, JSON.stringify(cursor.value));
        if (!known) kept.push({ raw, providerId, text: Buffer.from(raw.bytes).toString("utf8") });
        changed();
        return known ? "known" : "stored";
      },
    } satisfies ListeningIo,
  };
  return place;
}

let peers: MailPeers;
const door = { kept: memory(), port: 0, close: async (): Promise<void> => undefined };

before(async () => {
  if (skip !== false) return;
  const opened = await openDoor({
    port: 0,
    host: "127.0.0.1",
    name: "tuer.test",
    tls: null,
    accepts: async (address) => (/^service(\+.*)?@tuer\.test$/.test(address) ? { channel: "service" } : null),
    store: (raw, providerId) => door.kept.io.store(raw, providerId),
    log: () => undefined,
    now: () => new Date(),
  });
  door.port = opened.port;
  door.close = opened.close;
  peers = await startMailPeers({ door: opened.port });
});

after(async () => {
  if (skip !== false) return;
  await smtp.close();
  await peers.stop();
  await door.close();
});

function settings(user: keyof MailPeers["accounts"], folders = ["INBOX"]): EmailSettings {
  const account = peers.accounts[user];
  return mailbox({
    address: account.user,
    imap: {
      ...peers.imap,
      security: "none",
      user: account.user,
      password: account.password,
      folders,
      from: "everything",
      days: 30,
    },
    smtp: { ...peers.smtp, security: "none", user: null, password: null, maxConnections: 2 },
  });
}

/** Listens until the scope ends. */
function listening(
  place: ReturnType<typeof memory>,
  to: EmailSettings,
): { stop: () => Promise<void>; [Symbol.asyncDispose]: () => Promise<void> } {
  const ending = new AbortController();
  const ended = listenWith(to, place.io, ending.signal, times);
  const stop = async (): Promise<void> => {
    ending.abort();
    await ended;
  };
  return { stop, [Symbol.asyncDispose]: stop };
}

let count = 0;
/** Sends a mail by Postfix and returns the words by which it is found again. */
async function write(to: string, words = `Wort${(count += 1)}Ende`): Promise<string> {
  await converse(peers.smtp, {
    hello: "kunde.test",
    from: "customer@kunde.test",
    to: [to],
    raw: Buffer.from(
      `From: customer@kunde.test\r\nTo: ${to}\r\nSubject: ${words}\r\nMessage-ID: <${words}@kunde.test>\r\n\r\n${words}\r\n`,
    ),
  });
  return words;
}

function outbound(change: Partial<Outbound> = {}): Outbound {
  count += 1;
  return {
    deliveryId: `d${count}`,
    concernNumber: count,
    at: new Date().toISOString(),
    fromName: "Kabel Nord",
    to: [{ value: "customer@kunde.test", name: "Kundin" }],
    cc: [],
    recipients: [...(change.to ?? [{ value: "customer@kunde.test" }]), ...(change.cc ?? [])].map(({ value }) => value),
    subject: `Antwort${count}`,
    text: `Text${count}`,
    html: null,
    files: [],
    replyToken: `replytokenreplytoken${count}`,
    messageToken: `deliverytokendelivery${count}`,
    deliveryToken: `deliverytokendelivery${count}`,
    answers: [],
    automatic: false,
    ...change,
  };
}

async function deliver(message: Outbound, from: EmailSettings): Promise<string> {
  const [call] = render(message, from);
  assert.ok(call);
  const result = await smtp.deliver(call, from, io);
  assert.equal(result.kind, "accepted", JSON.stringify(result));
  return result.kind === "accepted" ? result.detail : "";
}

test("sent, carried by Postfix, told by IDLE and not found by the next look; nothing is marked", { skip }, async () => {
  const place = memory();
  await using _listening = listening(place, settings("customer"));
  await place.state("connected");
  const started = performance.now();
  await deliver(outbound({ subject: "Schnell" }), settings("service"));
  const mail = await place.next(({ text }) => text.includes("Subject: Schnell"));
  const took = performance.now() - started;
  assert.ok(took < times.pollMs / 2, `${took} ms`);
  assert.equal(mail.raw.transport.by, "imap");
  assert.equal(mail.raw.transport.folder, "INBOX");
  assert.match(mail.text, /^Return-Path: <service\+b-deliverytoken/m);
  const flags = await peers.flags(peers.accounts.customer.user);
  assert.equal(flags.length, 1);
  assert.ok(!flags.some((each) => each.includes("Seen")), flags.join());
});

test("the address a mail was delivered to keeps its token", { skip }, async () => {
  const place = memory();
  await using _listening = listening(place, settings("service"));
  const words = await write("service+abcdefghijklmnopqrst@kabel.test");
  const mail = await place.next(({ text }) => text.includes(words));
  assert.match(mail.text, /^Delivered-To: service\+abcdefghijklmnopqrst@kabel\.test/m);
});

test("a later run goes on where the last one stopped, with QRESYNC", { skip }, async () => {
  const place = memory();
  const first = listening(place, settings("service"));
  const early = await write("service@kabel.test");
  await place.next(({ text }) => text.includes(early));
  await first.stop();
  const before = place.kept.length;
  const callsBefore = place.calls;
  const late = [await write("service@kabel.test"), await write("service@kabel.test")];
  await using _second = listening(place, settings("service"));
  for (const words of late) await place.next(({ text }) => text.includes(words));
  assert.equal(place.kept.length, before + late.length);
  assert.equal(place.calls, callsBefore + late.length, "mails that were stored were fetched again");
  assert.equal(place.events.findLast(({ event }) => event === "imap.opened")?.facts["qresync"], true);
});

test("a cut connection is made again and nothing is missed or doubled", { skip }, async () => {
  const place = memory();
  await using _listening = listening(place, settings("service"));
  await place.state("connected");
  await peers.kick(peers.accounts.service.user);
  await place.event("imap.connectionLost");
  const words = await write("service@kabel.test");
  await place.next(({ text }) => text.includes(words));
  await place.state("connected");
  assert.equal(place.kept.filter(({ text }) => text.includes(`Subject: ${words}`)).length, 1);
});

test("after a changed UIDVALIDITY everything is read again and known again", { skip }, async () => {
  const place = memory();
  const first = listening(place, settings("service"));
  const words = await write("service@kabel.test");
  await place.next(({ text }) => text.includes(words));
  await first.stop();
  const before = place.kept.length;
  const calls = place.calls;
  await peers.changeUidValidity(peers.accounts.service.user);
  await using _second = listening(place, settings("service"));
  await place.event("imap.uidValidityChanged");
  const later = await write("service@kabel.test");
  await place.next(({ text }) => text.includes(later));
  assert.equal(place.kept.length, before + 1);
  assert.ok(place.calls >= calls + before, "the mailbox was not read from its beginning");
});

test("a mail the store rejects is brought again, and the ones behind it do not wait", { skip }, async () => {
  const place = memory();
  await using _listening = listening(place, settings("service"));
  await place.state("connected");
  let rejected = 0;
  let mostRejected = Number.POSITIVE_INFINITY;
  place.reject = (raw) => Buffer.from(raw.bytes).includes("Subject: Stolperstein") && (rejected += 1) <= mostRejected;
  await write("service@kabel.test", "Stolperstein");
  const behind = await write("service@kabel.test");
  await place.next(({ text }) => text.includes(behind));
  assert.ok(!place.kept.some(({ text }) => text.includes("Subject: Stolperstein")));
  mostRejected = rejected + 2;
  await place.next(({ text }) => text.includes("Subject: Stolperstein"));
  assert.equal(rejected, mostRejected + 1);
});

test("a mail left behind by one run is brought by the next", { skip }, async () => {
  const place = memory();
  const first = listening(place, settings("service"));
  await place.state("connected");
  place.reject = (raw) => Buffer.from(raw.bytes).includes("Subject: Liegengeblieben");
  await write("service@kabel.test", "Liegengeblieben");
  const behind = await write("service@kabel.test");
  await place.next(({ text }) => text.includes(behind));
  await first.stop();
  place.reject = null;
  await using _second = listening(place, settings("service"));
  await place.next(({ text }) => text.includes("Subject: Liegengeblieben"));
});

test("while the store is away nothing is lost, and the health says so", { skip }, async () => {
  const place = memory();
  await using _listening = listening(place, settings("service"));
  await place.state("connected");
  place.reject = () => true;
  const words: string[] = [];
  for (let index = 0; index < 5; index += 1) words.push(await write("service@kabel.test"));
  await place.state("failing");
  place.reject = null;
  for (const each of words) await place.next(({ text }) => text.includes(each));
  await place.state("connected");
});

// imapflow keeps the count of a folder and tells of a change only. With QRESYNC it did not count expunged mails down, so the
// next mail brought the old count back and nobody heard of it until the next poll.
test("a mail that comes after another was removed is told of at once", { skip }, async () => {
  const place = memory();
  await using _listening = listening(place, settings("service"));
  const first = await write("service@kabel.test");
  await place.next(({ text }) => text.includes(first));
  await peers.expunge(peers.accounts.service.user, "subject", first);
  const second = await write("service@kabel.test");
  await place.next(({ text }) => text.includes(second));
});

test("several folders are followed at once", { skip }, async () => {
  const place = memory();
  const account = settings("customer", ["INBOX", "Archiv"]);
  await using _listening = listening(place, account);
  await place.state("connected");
  const words = await write("customer@kunde.test");
  await place.next(({ text }) => text.includes(words));
  await peers.move(account.address, "INBOX", "Archiv", "subject", words);
  const second = await write("customer@kunde.test");
  await place.next(({ text }) => text.includes(second));
  assert.equal(
    place.kept.filter(({ text }) => text.includes(`Subject: ${words}`)).length,
    1,
    "the same bytes in another folder are the same mail",
  );
});

test("P26: naughty strings that lie in a mailbox come in byte for byte", { skip }, async () => {
  const list = new URL("../../../shared/corpora/blns/blns.json", import.meta.url);
  const own = [
    "Größe \u202Etest\u202C",
    "<script>alert(1)</script>",
    "'; DROP TABLE concern; --",
    ".",
    "..",
    "From me",
  ];
  const strings = [...own, ...(existsSync(list) ? (JSON.parse(readFileSync(list, "utf8")) as string[]) : [])];
  const mails = strings.map((text, n) =>
    Buffer.from(
      `From: blns${n}@kunde.test\r\nTo: customer@kunde.test\r\nSubject: blns ${n}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${text.replaceAll("\0", "").replace(/\r\n?|\n/g, "\r\n")}\r\n`,
    ),
  );
  const { user, password: pass } = peers.accounts.customer;
  const client = new ImapFlow({ ...peers.imap, secure: false, doSTARTTLS: false, auth: { user, pass }, logger: false });
  await client.connect();
  await client.mailboxCreate("Import");
  for (const mail of mails) await client.append("Import", mail);
  await client.logout();
  const place = memory();
  await using _listening = listening(place, settings("customer", ["Import"]));
  await place.next(() => place.kept.length === mails.length);
  const came = new Set(place.kept.map(({ raw }) => Buffer.from(raw.bytes).toString("latin1")));
  assert.deepEqual(
    mails.map((mail) => mail.toString("latin1")).filter((mail) => !came.has(mail)),
    [],
  );
});

test("a mail that is too large is told of, not left out", { skip }, async () => {
  const place = memory();
  const ending = new AbortController();
  const listened = listen(settings("service"), { ...place.io, mostBytes: 20_000 }, ending.signal);
  await write("service@kabel.test", "Riesig");
  await converse(peers.smtp, {
    hello: "kunde.test",
    from: "customer@kunde.test",
    to: ["service@kabel.test"],
    raw: Buffer.from(
      `From: customer@kunde.test\r\nSubject: Zu gross\r\nContent-Type: text/plain\r\n\r\n${"x".repeat(70)}\r\n`.padEnd(
        60_000,
        "y\r\n",
      ),
    ),
  });
  const mail = await place.next(({ text }) => text.includes("Subject: Zu gross"));
  assert.match(mail.text, /X-Draht-Oversize: \d+/);
  assert.ok(mail.raw.bytes.length < 5_000);
  assert.match((await readMail(mail.raw.bytes)).text, /larger than the 0 MB|liegt unverändert im Ordner/);
  ending.abort();
  await listened;
});

test("a wrong password is said in words and never in the log", { skip }, async () => {
  const place = memory();
  const right = settings("service");
  const wrong = mailbox({
    ...right,
    imap: right.imap === null ? null : { ...right.imap, password: "geheimes-wort-42" },
  });
  await using _listening = listening(place, wrong);
  const facts = await place.event("imap.connectionLost");
  assert.match(String(facts["error"]), /authentication failed/i);
  assert.ok(!JSON.stringify(place.events).includes("geheimes-wort-42"));
});

/** Waits for a mail that Postfix carries. What it puts off on a busy machine it would try again in minutes only, so it is reminded. */
const carried = async <T>(arrival: Promise<T>): Promise<T> => {
  await peers.flushQueue();
  const reminding = setInterval(() => void peers.flushQueue().catch(() => {}), 2_000);
  try {
    return await arrival;
  } finally {
    clearInterval(reminding);
  }
};

test("Postfix hands over at our door, and keeps the mail while the store is away", { skip }, async () => {
  const words = await write("service+einzeltoken@tuer.test");
  const mail = await carried(door.kept.next(({ text }) => text.includes(words)));
  assert.deepEqual(mail.raw.transport.recipients, ["service+einzeltoken@tuer.test"]);
  assert.equal(mail.raw.transport.mailFrom, "customer@kunde.test");
  door.kept.reject = () => true;
  const later = await write("service@tuer.test");
  for (;;) {
    // Not the first of the queue: a mail of an earlier test may wait there for a reason of its own.
    if ((await peers.queue()).some(({ reason }) => reason.includes("451"))) break;
    // Postfix tells nobody when it has put a mail off.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.ok(!door.kept.kept.some(({ text }) => text.includes(later)));
  door.kept.reject = null;
  await carried(door.kept.next(({ text }) => text.includes(later)));
  assert.equal(door.kept.kept.filter(({ text }) => text.includes(`Subject: ${later}`)).length, 1);
});

test("a recipient unknown at our door comes back to the sender as a real bounce", { skip }, async () => {
  const place = memory();
  await using _listening = listening(place, settings("customer"));
  await write("nobody@tuer.test");
  const bounce = await place.next(({ text }) => text.includes("nobody@tuer.test") && text.includes("multipart/report"));
  assert.match(bounce.text, /^Status: 5\.1\.1/m);
});

test("the signature of what arrives verifies", { skip }, async () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const place = memory();
  await using _listening = listening(place, settings("customer"));
  await deliver(outbound({ subject: "Unterschrieben", text: "Grüße\n.\naus Kiel" }), {
    ...settings("service"),
    dkim: { domain: "kabel.test", selector: "s1", privateKey },
  });
  const mail = await place.next(({ text }) => text.includes("Subject: Unterschrieben"));
  const resolver = simResolver(demoZones(["kabel.test"], "127.0.0.1", { selector: "s1", publicKey }));
  const { results } = await dkimVerify(Buffer.from(mail.raw.bytes), {
    resolver: resolver as (name: string, type: string) => Promise<string[][]>,
  });
  assert.equal(results[0]?.status.result, "pass");
});

test("the bounce of our own mail comes to the address that names its delivery", { skip }, async () => {
  const place = memory();
  await using _listening = listening(place, settings("service"));
  const message = outbound({ to: [{ value: peers.refused, name: null }] });
  await deliver(message, settings("service"));
  const bounce = await place.next(({ text }) => text.includes(`service+b-${message.deliveryToken}@kabel.test`));
  assert.match(bounce.text, /^Delivered-To: service\+b-/m);
  assert.match(bounce.text, /^Action: failed/m);
});

test("a vacation responder answers a person's mail and stays silent on an automatic one", { skip }, async () => {
  const place = memory();
  await using _listening = listening(place, settings("service"));
  const to = [{ value: peers.accounts.autoreply.user, name: null }];
  const robot = outbound({ to, automatic: true });
  const person = outbound({ to });
  await deliver(robot, settings("service"));
  await deliver(person, settings("service"));
  const away = await place.next(({ text }) => text.includes("Ich bin im Urlaub"));
  assert.match(away.text, new RegExp(`^In-Reply-To: <dt-${person.deliveryToken}\\.`, "m"));
  assert.equal(place.kept.filter(({ text }) => text.includes(robot.deliveryToken)).length, 0);
});
