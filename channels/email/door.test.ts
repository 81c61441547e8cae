// The door: what it takes, what it refuses, and that it never says 250 too early.
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { type Socket, connect } from "node:net";
import { test } from "node:test";
import { type TLSSocket, connect as secureConnect } from "node:tls";
import type { OpenDoor, Raw } from "#contract/channel.ts";
import { selfSigned } from "#platform/certificate.ts";
import { type DoorOptions, openDoor } from "./door.ts";
import { converse } from "./simClient.ts";

interface Kept {
  readonly raw: Raw;
  readonly providerId: string;
  readonly channel: string;
}

const boxes: Readonly<Record<string, string>> = { "service@tuer.test": "service", "hilfe@tuer.test": "hilfe" };

/** A door that keeps mails in a list; `change` replaces what a test is about. */
async function opened(
  change: Partial<DoorOptions> = {},
): Promise<{ door: OpenDoor; kept: Kept[]; events: string[]; [Symbol.asyncDispose]: () => Promise<void> }> {
  const kept: Kept[] = [];
  const events: string[] = [];
  const door = await openDoor({
    port: 0,
    host: "127.0.0.1",
    name: "tuer.test",
    tls: null,
    accepts: async (address) => {
      const channel = boxes[address.toLowerCase().replace(/\+[^@]*@/, "@")];
      return channel === undefined ? null : { channel };
    },
    store: async (raw, providerId, channel) => {
      const known = kept.some((each) => each.providerId === providerId && each.channel === channel);
      if (!known) kept.push({ raw, providerId, channel });
      return known ? "known" : "stored";
    },
    log: (_level, event) => void events.push(event),
    now: () => new Date("2026-11-24T10:00:00Z"),
    ...change,
  });
  return { door, kept, events, [Symbol.asyncDispose]: () => door.close() };
}

/** A client that speaks by hand: `say` writes and resolves with the reply's last line. */
function client(port: number): {
  socket: Socket;
  say: (text: string) => Promise<string>;
  reply: () => Promise<string>;
  ended: Promise<unknown>;
} {
  const socket = connect(port, "127.0.0.1");
  return { socket, ...talk(socket) };
}

function talk(socket: Socket | TLSSocket): {
  say: (text: string) => Promise<string>;
  reply: () => Promise<string>;
  ended: Promise<unknown>;
} {
  const lines: string[] = [];
  const waiting: ((line: string) => void)[] = [];
  let rest = "";
  socket.on("error", () => undefined);
  const ended = once(socket, "close");
  const give = (line: string): void => {
    const next = waiting.shift();
    if (next === undefined) lines.push(line);
    else next(line);
  };
  socket.on("data", (chunk) => {
    const parts = (rest + chunk.toString("latin1")).split("\r\n");
    rest = parts.pop() ?? "";
    for (const line of parts) if (/^\d{3} /.test(line)) give(line);
  });
  void ended.then(() => give("closed"));
  const reply = (): Promise<string> =>
    new Promise((resolve) => {
      const line = lines.shift();
      if (line === undefined) waiting.push(resolve);
      else resolve(line);
    });
  return { reply, ended, say: (text) => (socket.write(text, "latin1"), reply()) };
}

/** Up to 354. */
async function toData(port: number, to = "service@tuer.test"): Promise<ReturnType<typeof client>> {
  const each = client(port);
  assert.match(await each.reply(), /^220/);
  assert.match(await each.say("EHLO kunde.test\r\n"), /^250/);
  assert.match(await each.say("MAIL FROM:<kunde@kunde.test>\r\n"), /^250/);
  assert.match(await each.say(`RCPT TO:<${to}>\r\n`), /^250/);
  assert.match(await each.say("DATA\r\n"), /^354/);
  return each;
}

const mail = (text: string, to = ["service@tuer.test"]): Parameters<typeof converse>[1] => ({
  hello: "kunde.test",
  from: "kunde@kunde.test",
  to,
  raw: Buffer.from(`Subject: x\r\n\r\n${text}\r\n`),
});
const at = (door: OpenDoor): { host: string; port: number } => ({ host: "127.0.0.1", port: door.port });

test("a mail is kept as it came, with what the connection says about it", async () => {
  await using place = await opened();
  await converse(at(place.door), mail(".Grüße\r\n..\r\n.", ["service+token@TUER.test"]));
  assert.equal(place.kept.length, 1);
  const kept = place.kept[0];
  assert.ok(kept);
  assert.equal(Buffer.from(kept.raw.bytes).toString(), "Subject: x\r\n\r\n.Grüße\r\n..\r\n.\r\n");
  assert.deepEqual(kept.raw.transport, {
    by: "smtp",
    remoteIp: "127.0.0.1",
    heloName: "kunde.test",
    mailFrom: "kunde@kunde.test",
    recipients: ["service+token@tuer.test"],
  });
  assert.match(kept.providerId, /^door:[0-9a-f]{64}$/);
});

test("250 comes only after the store has resolved", async () => {
  const gate = Promise.withResolvers<void>();
  let storing = false;
  await using place = await opened({
    store: async () => {
      storing = true;
      await gate.promise;
      return "stored";
    },
  });
  const each = await toData(place.door.port);
  each.socket.write("Subject: x\r\n\r\nx\r\n.\r\n");
  const answer = each.reply();
  while (!storing) await new Promise(setImmediate);
  assert.equal(
    await Promise.race([answer, new Promise((resolve) => setImmediate(() => resolve("not yet")))]),
    "not yet",
  );
  gate.resolve();
  assert.match(await answer, /^250/);
  each.socket.destroy();
});

test("when the store rejects the client is asked to come again, and then it is stored once", async () => {
  let fails = 1;
  const kept: string[] = [];
  await using place = await opened({
    store: async (_raw, providerId, channel) => {
      if (channel === "hilfe" && fails-- > 0) throw new Error("the database is away");
      if (kept.includes(channel + providerId)) return "known";
      kept.push(channel + providerId);
      return "stored";
    },
  });
  const both = mail("an beide", ["service@tuer.test", "hilfe@tuer.test"]);
  await assert.rejects(converse(at(place.door), both), /451/);
  await converse(at(place.door), both);
  assert.equal(kept.length, 2);
  assert.equal(
    new Set(kept.map((each) => each.replace(/^(service|hilfe)/, ""))).size,
    1,
    "the retry has the same provider id",
  );
});

test("each channel gets the mail once, with its own recipients", async () => {
  await using place = await opened();
  await converse(at(place.door), mail("x", ["service+a@tuer.test", "service+b@tuer.test", "hilfe@tuer.test"]));
  assert.deepEqual(
    place.kept.map((each) => [each.channel, each.raw.transport.recipients]),
    [
      ["service", ["service+a@tuer.test", "service+b@tuer.test"]],
      ["hilfe", ["hilfe@tuer.test"]],
    ],
  );
});

test("unknown recipients are refused for good, unsure ones for now", async () => {
  await using place = await opened({
    accepts: async (address) => {
      if (address.startsWith("later")) return "later";
      if (address.startsWith("broken")) throw new Error("the database is away");
      return null;
    },
  });
  const each = client(place.door.port);
  await each.reply();
  await each.say("EHLO x\r\n");
  await each.say("MAIL FROM:<>\r\n");
  assert.match(await each.say("RCPT TO:<nobody@tuer.test>\r\n"), /^550 5\.1\.1/);
  assert.match(await each.say("RCPT TO:<relay@elsewhere.example>\r\n"), /^550 5\.1\.1/);
  assert.match(await each.say("RCPT TO:<later@tuer.test>\r\n"), /^451 4\.3\.0/);
  assert.match(await each.say("RCPT TO:<broken@tuer.test>\r\n"), /^451 4\.3\.0/);
  assert.match(await each.say("DATA\r\n"), /^503/);
  each.socket.destroy();
});

// SMTP smuggling (CVE-2023-51764): servers that disagree on the end of a mail can be made to take a second, forged one.
const ends = ["\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r.\r\n", "\r\n.\r", "\n.\r", "\r.\n"];
test("only CRLF.CRLF ends a mail; bare CR and LF refuse it, whole or cut anywhere", async () => {
  await using place = await opened({ limits: { clients: 2_000, clientsPerIp: 2_000 } });
  const attack = async (end: string, cut: number, bytes: string): Promise<void> => {
    const each = await toData(place.door.port);
    if (cut > 0) {
      each.socket.write(bytes.slice(0, cut), "latin1");
      await new Promise(setImmediate);
    }
    assert.match(await each.say(bytes.slice(cut)), /^554/, JSON.stringify([end, cut]));
    assert.match(await each.say("QUIT\r\n"), /^221/, "the rest of the mail was taken for commands");
    await each.ended;
  };
  await Promise.all(
    ends.flatMap((end) => {
      const forged = `MAIL FROM:<chef@kabel.test>\r\nRCPT TO:<service@tuer.test>\r\nDATA\r\nSubject: forged\r\n\r\nforged`;
      const bytes = `Subject: outer\r\n\r\nhello${end}${forged}\r\n.\r\n`;
      const from = bytes.indexOf(end);
      return [0, from, from + 1, from + 2, from + end.length, bytes.length - 2].map((cut) => attack(end, cut, bytes));
    }),
  );
  assert.equal(place.kept.length, 0);
});

test("a mail in the smallest pieces is kept whole", async () => {
  await using place = await opened();
  const each = await toData(place.door.port);
  each.socket.setNoDelay(true);
  for (const byte of "Subject: x\r\n\r\n..a\r\n...\r\n\r\n") {
    each.socket.write(byte);
    await new Promise(setImmediate);
  }
  assert.match(await each.say(".\r\n"), /^250/);
  assert.equal(Buffer.from(place.kept[0]?.raw.bytes ?? []).toString(), "Subject: x\r\n\r\n.a\r\n..\r\n\r\n");
  each.socket.destroy();
});

test("the size limit is announced, and enforced when it is said and when it is not", async () => {
  await using place = await opened({ limits: { mailBytes: 10_000 } });
  const each = client(place.door.port);
  await each.reply();
  assert.match(await each.say("EHLO x\r\n"), /SIZE 10000/);
  assert.match(await each.say("MAIL FROM:<a@kunde.test> SIZE=10001\r\n"), /^552 5\.3\.4/);
  await each.say("MAIL FROM:<a@kunde.test>\r\n");
  await each.say("RCPT TO:<service@tuer.test>\r\n");
  await each.say("DATA\r\n");
  assert.match(await each.say(`${"x".repeat(70)}\r\n`.repeat(200) + ".\r\n"), /^552/);
  await each.say("MAIL FROM:<a@kunde.test>\r\n");
  await each.say("RCPT TO:<service@tuer.test>\r\n");
  await each.say("DATA\r\n");
  assert.match(await each.say("Subject: small\r\n\r\nx\r\n.\r\n"), /^250/);
  assert.equal(place.kept.length, 1);
  each.socket.destroy();
});

test("who goes on sending long after the limit is cut off", async () => {
  await using place = await opened({ limits: { mailBytes: 10_000 } });
  const each = await toData(place.door.port);
  const flood = setInterval(() => each.socket.write("x".repeat(65_536)), 1);
  try {
    assert.match(await each.reply(), /^552|closed/);
    await each.ended;
  } finally {
    clearInterval(flood);
  }
  assert.equal(place.kept.length, 0);
});

test("a busy door asks to come later, takes mail again afterwards and holds no more than it may", async () => {
  const gate = Promise.withResolvers<void>();
  await using place = await opened({ limits: { mailsAtOnce: 2 }, store: async () => (await gate.promise, "stored") });
  const busy = [await toData(place.door.port), await toData(place.door.port)];
  const answers = busy.map((each) => each.say("Subject: x\r\n\r\nx\r\n.\r\n"));
  const third = client(place.door.port);
  await third.reply();
  await third.say("EHLO x\r\n");
  assert.match(await third.say("MAIL FROM:<a@kunde.test>\r\n"), /^451 4/);
  gate.resolve();
  for (const answer of answers) assert.match(await answer, /^250/);
  assert.match(await third.say("MAIL FROM:<a@kunde.test>\r\n"), /^250/);
  for (const each of [...busy, third]) each.socket.destroy();
});

test("mails that would fill the memory are put off and give it back", async () => {
  await using place = await opened({ limits: { heldBytes: 20_000 } });
  const large = `Subject: x\r\n\r\n${`${"x".repeat(70)}\r\n`.repeat(300)}`;
  const first = await toData(place.door.port);
  assert.match(await first.say(`${large}.\r\n`), /^452/);
  await converse(at(place.door), mail("klein"));
  assert.equal(place.kept.length, 1);
  first.socket.destroy();
});

test("a client that vanishes inside a mail leaves nothing behind", async () => {
  await using place = await opened({ limits: { mailsAtOnce: 1 } });
  const each = await toData(place.door.port);
  each.socket.write("Subject: half\r\n\r\n");
  each.socket.destroy();
  await each.ended;
  for (;;) {
    const error: unknown = await converse(at(place.door), mail("whole")).then(
      () => null,
      (reason: unknown) => reason,
    );
    if (error === null) break;
    assert.match(error instanceof Error ? error.message : "", /451/);
  }
  assert.deepEqual(
    place.kept.map((kept) => Buffer.from(kept.raw.bytes).toString()),
    ["Subject: x\r\n\r\nwhole\r\n"],
  );
});

test("slow and silent clients are dismissed", async () => {
  await using silent = await opened({ limits: { idleMs: 500 } });
  const idle = client(silent.door.port);
  await idle.reply();
  assert.match(await idle.reply(), /^421|closed/);
  await idle.ended;
  await using slow = await opened({ limits: { dataMs: 500 } });
  const drip = await toData(slow.door.port);
  const drops = setInterval(() => drip.socket.write("x\r\n"), 10);
  try {
    assert.match(await drip.reply(), /^421|closed/);
    await drip.ended;
  } finally {
    clearInterval(drops);
  }
  assert.equal(slow.kept.length, 0);
});

test("one address cannot take all places", async () => {
  await using place = await opened({ limits: { clientsPerIp: 2 } });
  const one = client(place.door.port);
  const two = client(place.door.port);
  assert.match(await one.reply(), /^220/);
  assert.match(await two.reply(), /^220/);
  const three = client(place.door.port);
  assert.match(await three.reply(), /^421/);
  for (const each of [one, two, three]) each.socket.destroy();
});

test("a closing door lets a mail in hand be finished and sends the others away", async () => {
  const place = await opened({ limits: { closeMs: 60_000 } });
  const busy = await toData(place.door.port);
  const idle = client(place.door.port);
  await idle.reply();
  await idle.say("EHLO x\r\n");
  const closed = place.door.close();
  assert.match(await idle.reply(), /^421/);
  assert.match(await busy.say("Subject: last\r\n\r\nx\r\n.\r\n"), /^250/);
  assert.match(await busy.say("MAIL FROM:<a@kunde.test>\r\n"), /^421/);
  await closed;
  assert.equal(place.kept.length, 1);
});

test("no sign-in, no relaying commands", async () => {
  await using place = await opened();
  const each = client(place.door.port);
  await each.reply();
  await each.say("EHLO x\r\n");
  assert.match(await each.say("AUTH PLAIN AGEAYg==\r\n"), /^50\d/);
  assert.match(await each.say("STARTTLS\r\n"), /^50\d/);
  assert.match(await each.say("XCLIENT ADDR=10.0.0.1\r\n"), /^5\d\d/);
  each.socket.destroy();
});

test("STARTTLS with a certificate of our own making; nothing said before it counts after it", async () => {
  const made = selfSigned("tuer.test", new Date());
  const certificate = new X509Certificate(made.cert);
  assert.equal(certificate.checkHost("tuer.test"), "tuer.test");
  assert.ok(certificate.verify(certificate.publicKey));
  assert.equal(certificate.ca, false);
  await using place = await opened({ tls: made });
  const plain = client(place.door.port);
  await plain.reply();
  await plain.say("EHLO x\r\n");
  // The command after STARTTLS in the same packet must not be carried into the secured part.
  assert.match(await plain.say("STARTTLS\r\nMAIL FROM:<injected@kunde.test>\r\n"), /^220/);
  plain.socket.removeAllListeners("data");
  const socket = secureConnect({ socket: plain.socket, servername: "tuer.test", ca: made.cert });
  await once(socket, "secureConnect");
  const { say } = talk(socket);
  assert.match(await say("EHLO kunde.test\r\n"), /^250/);
  assert.match(await say("MAIL FROM:<kunde@kunde.test>\r\n"), /^250/);
  assert.match(await say("RCPT TO:<service@tuer.test>\r\n"), /^250/);
  assert.match(await say("DATA\r\n"), /^354/);
  assert.match(await say("Subject: x\r\n\r\nx\r\n.\r\n"), /^250/);
  assert.equal(place.kept[0]?.raw.transport.mailFrom, "kunde@kunde.test");
  socket.destroy();
});
