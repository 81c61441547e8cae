// Mailbox servers of two kinds: one that tells with QRESYNC what went while nobody looked (RFC 7162), one that knows neither QRESYNC nor IDLE.
import assert from "node:assert/strict";
import { connect, createServer, type AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { imapTimes, listenWith } from "#channels/email/imap.ts";
import { converse } from "#channels/email/simClient.ts";
import { mailbox } from "#channels/email/testSettings.ts";
import type { ListeningIo } from "#contract/channel.ts";
import { type MailPeers, peersAvailable, startMailPeers } from "#test/peers/mail.ts";

const available = peersAvailable();
const skip = available.ok ? false : available.why;
let peers: MailPeers;
let plain: MailPeers;

before(async () => {
  if (skip !== false) return;
  [peers, plain] = await Promise.all([
    startMailPeers(),
    startMailPeers({ imapCapability: "IMAP4rev1 SASL-IR LITERAL+ AUTH=PLAIN AUTH=LOGIN" }),
  ]);
});

/** What a test that failed has left open; it would keep this process. */
const open: (() => void)[] = [];
after(async () => {
  if (skip !== false) return;
  for (const close of open) close();
  await Promise.all([peers.stop(), plain.stop()]);
});

/** A wire between us and a server that keeps what both said. */
const startWire = async (port: number) => {
  let said = "";
  const server = createServer((socket) => {
    open.push(() => socket.destroy());
    const far = connect(port, "127.0.0.1");
    socket.on("data", (bytes) => (said += bytes.toString("latin1")));
    far.on("data", (bytes) => (said += bytes.toString("latin1")));
    for (const [one, other] of [
      [socket, far],
      [far, socket],
    ] as const) {
      one.pipe(other);
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push(() => server.close());
  return {
    port: (server.address() as AddressInfo).port,
    said: () => said,
    forget: () => {
      said = "";
    },
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
};

/** Stands for the database; `refuses` are words of mails it does not take. */
const store = () => {
  const kept: string[] = [];
  const turnedAway: string[] = [];
  const refuses = new Set<string>();
  const cursors = new Map<string, unknown>();
  const looks = new Set<() => void>();
  let calls = 0;
  const io: ListeningIo = {
    log: () => undefined,
    now: () => new Date(),
    health: () => undefined,
    cursor: async (name) => cursors.get(name) ?? null,
    keepCursor: async ({ name, value }) => void cursors.set(name, value),
    store: async (raw, _id, cursor) => {
      calls += 1;
      const text = Buffer.from(raw.bytes).toString("utf8");
      if ([...refuses].some((words) => text.includes(words))) {
        turnedAway.push(text);
        for (const look of looks) look();
        throw new Error("not now");
      }
      if (cursor !== undefined) cursors.set(cursor.name, cursor.value);
      kept.push(text);
      for (const look of looks) look();
      return "stored";
    },
  };
  const comes = (into: readonly string[], words: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!into.some((text) => text.includes(`Subject: ${words}`))) return;
        looks.delete(look);
        resolve();
      };
      looks.add(look);
      look();
    });
  return {
    io,
    kept,
    refuses,
    has: (words: string) => comes(kept, words),
    /** Resolves when it has refused this one. */
    refused: (words: string) => comes(turnedAway, words),
    calls: () => calls,
    cursor: () => [...cursors.values()][0] as { missing: number[] },
  };
};

let count = 0;
const nextWords = (): string => `Brief${(count += 1)}Ende`;
const write = async (at: MailPeers, words = nextWords()): Promise<string> => {
  const to = at.accounts.service.user;
  await converse(at.smtp, {
    hello: "kunde.test",
    from: "customer@kunde.test",
    to: [to],
    raw: Buffer.from(`From: customer@kunde.test\r\nTo: ${to}\r\nSubject: ${words}\r\n\r\n${words}\r\n`),
  });
  return words;
};

const follow = (at: MailPeers, port: number, io: ListeningIo, pollMs: number) => {
  const { user, password } = at.accounts.service;
  const ending = new AbortController();
  open.push(() => ending.abort());
  const settings = mailbox({
    imap: {
      host: "127.0.0.1",
      port,
      security: "none",
      user,
      password,
      folders: ["INBOX"],
      from: "everything",
      days: 30,
    },
  });
  const ended = listenWith(settings, io, ending.signal, {
    ...imapTimes,
    retryMs: 600_000,
    longestRetryMs: 600_000,
    pollMs,
  });
  return async (): Promise<void> => {
    ending.abort();
    await ended;
  };
};

test("what went while nobody looked is told by VANISHED (EARLIER) and asked for no more", { skip }, async () => {
  const wire = await startWire(peers.imap.port);
  const place = store();
  const first = await write(peers);
  const stop = follow(peers, wire.port, place.io, 600_000);
  await place.has(first);
  // This one cannot be stored; the one behind it can, and its cursor names the missing one.
  const missing = nextWords();
  place.refuses.add(missing);
  await write(peers, missing);
  // The provider delivers by itself: written right after each other they may come the other way round.
  await place.refused(missing);
  const next = await write(peers);
  await place.has(next);
  const [uid, ...others] = place.cursor().missing;
  assert.ok(uid !== undefined && others.length === 0);
  await stop();
  await peers.expunge(peers.accounts.service.user, "subject", missing);

  wire.forget();
  const calls = place.calls();
  const again = follow(peers, wire.port, place.io, 600_000);
  const last = await write(peers);
  await place.has(last);
  assert.match(wire.said(), new RegExp(`VANISHED \\(EARLIER\\) ${uid}\\b`));
  assert.doesNotMatch(wire.said(), new RegExp(`UID FETCH (?:\\d+,)*${uid}\\b`), "it is not asked for");
  assert.deepEqual(place.cursor().missing, []);
  assert.equal(place.calls(), calls + 1, "nothing is fetched twice");
  await again();
  await wire.stop();
});

test(
  "a server without QRESYNC and IDLE is looked at now and then, and gone on with where it was left",
  { skip },
  async () => {
    const wire = await startWire(plain.imap.port);
    const place = store();
    const stop = follow(plain, wire.port, place.io, 100);
    const first = await write(plain);
    await place.has(first);
    const second = await write(plain);
    await place.has(second);
    await stop();
    const calls = place.calls();
    const third = await write(plain);
    const again = follow(plain, wire.port, place.io, 100);
    await place.has(third);
    assert.equal(place.calls(), calls + 1, "what is stored is not fetched again");
    assert.doesNotMatch(wire.said(), /\bIDLE\r\n|QRESYNC|CONDSTORE/);
    await again();
    await wire.stop();
  },
);
