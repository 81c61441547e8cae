// Both buses against one suite, the follower of a numbered log, and the sockets against rude clients.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { after, test } from "node:test";
import WebSocket from "ws";
import { openDb } from "#platform/db/db.ts";
import { memoryBus } from "#platform/live/bus.ts";
import { postgresBus } from "#platform/live/bus-postgres.ts";
import { follow, type Subscriber } from "#platform/live/follow.ts";
import { openHub, type Client, type Framed } from "#platform/live/hub.ts";
import { openWaves } from "#platform/live/waves.ts";
import { silentLog } from "#platform/log.ts";
import { freshDatabase } from "#test/database.ts";
import { gate } from "#test/faults.ts";
import { busSuite } from "#test/suites/bus.ts";

const database = await freshDatabase();
after(() => database.drop());

const alone = memoryBus();
busSuite("memory", async () => ({ here: alone, there: alone, line: null, close: async () => {} }));
busSuite("postgres", async () => {
  const way = await gate(new URL(database.url));
  const reached = [0, 1].map(() => openDb(way.url, { max: 1, onError: () => {} }));
  const [here, there] = await Promise.all(reached.map((db) => postgresBus(db, silentLog)));
  assert.ok(here && there);
  return {
    here,
    there,
    line: { cut: () => void (way.mode = "shut"), mend: () => void (way.mode = "open") },
    close: async () => {
      await Promise.all([here.close(), there.close()]);
      await Promise.all(reached.map((db) => db.close()));
      await way.stop();
    },
  };
});

interface Numbered {
  readonly seq: number;
  readonly text: string;
}

const collector = (): Subscriber<Numbered> & {
  readonly got: string[];
  upTo: number;
  resets: number;
  reached: (n: number) => Promise<void>;
} => {
  const waiting: { readonly n: number; readonly done: () => void }[] = [];
  const self = {
    got: [] as string[],
    upTo: 0,
    resets: 0,
    wants: (entry: Numbered) => entry.text !== "secret",
    give: (entries: readonly string[], upTo: number) => {
      self.got.push(...entries);
      self.upTo = upTo;
      for (const each of waiting) if (upTo >= each.n) each.done();
    },
    reset: (upTo: number) => {
      self.resets += 1;
      self.upTo = upTo;
      for (const each of waiting) if (upTo >= each.n) each.done();
    },
    reached: (n: number) =>
      self.upTo >= n ? Promise.resolve() : new Promise<void>((done) => waiting.push({ n, done })),
  };
  return self;
};

const logOf = (entries: Numbered[]) => ({
  read: async (afterSeq: number, limit: number) => {
    const events = entries.filter((entry) => entry.seq > afterSeq).slice(0, limit);
    return { events, upTo: events.length < limit ? (entries.at(-1)?.seq ?? 0) : (events.at(-1)?.seq ?? afterSeq) };
  },
  end: async () => entries.at(-1)?.seq ?? 0,
  log: silentLog,
});

test("subscribers get what they missed and what comes, once, in order, and only what they may see", async () => {
  const entries: Numbered[] = Array.from({ length: 1200 }, (_, i) => ({
    seq: i + 1,
    text: i % 10 === 0 ? "secret" : `e${i + 1}`,
  }));
  const follower = await follow(logOf(entries));
  const late = collector();
  follower.subscribe(100, late);
  for (let i = 1201; i <= 1300; i += 1) {
    entries.push({ seq: i, text: `e${i}` });
    follower.wake();
  }
  await late.reached(1300);
  const expected = entries
    .filter((entry) => entry.seq > 100 && entry.text !== "secret")
    .map((entry) => JSON.stringify(entry));
  assert.deepEqual(late.got, expected);
  assert.equal(late.resets, 0);
  follower.stop();
});

test("who is a little behind is answered out of memory, who is further behind from the log: both get the same", async () => {
  const entries: Numbered[] = Array.from({ length: 100 }, (_, i) => ({ seq: i + 1, text: "before" }));
  let reads = 0;
  const log = logOf(entries);
  const follower = await follow({ ...log, read: (...asked) => ((reads += 1), log.read(...asked)) });
  const whole = collector();
  follower.subscribe(100, whole);
  for (let i = 101; i <= 3_100; i += 1) {
    entries.push({ seq: i, text: i % 3 === 0 ? "secret" : `e${i}` });
    if (i % 100 !== 0) continue;
    follower.wake();
    await whole.reached(i);
  }
  const readsBefore = reads;
  const near = collector();
  follower.subscribe(2_900, near);
  await near.reached(3_100);
  assert.equal(reads, readsBefore, "nothing was read for who is near");
  assert.deepEqual(near.got, whole.got.slice(-near.got.length));
  assert.equal(near.got.length, entries.filter(({ seq, text }) => seq > 2_900 && text !== "secret").length);
  const far = collector();
  follower.subscribe(200, far);
  await far.reached(3_100);
  assert.ok(reads > readsBefore);
  assert.deepEqual(far.got, whole.got.slice(-far.got.length));
  assert.equal(follower.recent(200, 10), null);
  assert.deepEqual(
    follower.recent(2_900, 2, ({ text }) => text !== "secret"),
    {
      events: [entries[2_901], entries[2_902]],
      upTo: 2_903,
    },
  );
  assert.deepEqual(
    follower.recent(3_099, 2, ({ text }) => text === "secret"),
    { events: [], upTo: 3_100 },
  );
  assert.deepEqual(follower.recent(3_200, 2), { events: [], upTo: 3_200 }, "somebody is ahead of this process");
  follower.stop();
});

test("what this process wrote itself is given without a look at the log, in order, once, and never past a number that is still on its way", async () => {
  const entries: Numbered[] = [
    { seq: 1, text: "e1" },
    { seq: 2, text: "e2" },
  ];
  let reads = 0;
  let answer: () => void = () => {};
  const isHeld = (): boolean => entries.some(({ text }) => text === "held up");
  const follower = await follow<Numbered>({
    ...logOf(entries),
    // As the log does: nothing behind the lowest number that has not committed.
    read: async (afterSeq) => {
      reads += 1;
      const gap = entries.findIndex(({ seq }, i) => seq !== i + 1);
      const events = entries.slice(0, gap === -1 ? entries.length : gap).filter(({ seq }) => seq > afterSeq);
      if (isHeld()) await new Promise<void>((resolve) => (answer = resolve));
      return { events, upTo: events.at(-1)?.seq ?? afterSeq };
    },
  });
  const desk = collector();
  follower.subscribe(2, desk);
  const write = (...written: Numbered[]): void => {
    entries.push(...written);
    entries.sort((a, b) => a.seq - b.seq);
    follower.tell(written);
  };
  write({ seq: 3, text: "e3" }, { seq: 4, text: "secret" });
  write({ seq: 5, text: "e5" });
  await desk.reached(5);
  assert.equal(reads, 0, "nothing can stand between");

  // Number 6 is somebody else's and has not committed.
  write({ seq: 7, text: "e7" });
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(reads, 1, "it is looked for at once");
  assert.equal(desk.upTo, 5);
  entries.push({ seq: 6, text: "e6" });
  entries.sort((a, b) => a.seq - b.seq);
  follower.wake();
  await desk.reached(7);

  // A look is under way that has found the next two, while this process tells of one of them.
  entries.push({ seq: 8, text: "held up" }, { seq: 9, text: "e9" });
  follower.wake();
  const before = reads;
  while (reads === before) await new Promise((resolve) => setTimeout(resolve, 1));
  follower.tell([entries[7] as Numbered]);
  await desk.reached(8);
  answer();
  entries[7] = { seq: 8, text: "over" };
  await desk.reached(9);
  write({ seq: 10, text: "e10" });
  await desk.reached(10);
  assert.deepEqual(
    desk.got.map((text) => (JSON.parse(text) as Numbered).seq),
    [3, 5, 6, 7, 8, 9, 10],
  );
  assert.equal(follower.recent(2, 100)?.events.length, 8);
  follower.stop();
});

/** So many clients who hear in waves, and what each was sent: entries, and the number that was said with them. */
const hearers = (count: number) => {
  let made = 0;
  const waves = openWaves((entries, upTo) => {
    made += 1;
    return JSON.stringify({ entries, upTo }) as unknown as Framed;
  });
  const sent: { readonly who: number; readonly entries: readonly string[]; readonly upTo: number }[] = [];
  const told: (() => void)[] = [];
  const ears = Array.from({ length: count }, (_, who) =>
    waves.join((frame, upTo) => {
      sent.push({ who, upTo, entries: (JSON.parse(frame as unknown as string) as { entries: string[] }).entries });
      for (const each of told) each();
    }),
  );
  const until = (done: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => void (done() && resolve());
      told.push(look);
      look();
    });
  return { ears, sent, until, made: () => made, stop: waves.stop };
};

test("who waits for it is sent it at once, with all that came before it; everybody else in their turn: all of it, in order, once", async () => {
  const { ears, sent, until, made, stop } = hearers(500);
  const say = (seq: number, atOnce: (who: number) => boolean = () => false): void => {
    const [all, odd] = [[`e${seq}`], seq % 2 === 1 ? [`e${seq}`] : []];
    // Every tenth sees odd numbers only.
    for (const [who, ear] of ears.entries()) ear.hear(who % 10 === 9 ? odd : all, seq, atOnce(who));
  };
  const heardBy = (who: number): string[] => sent.flatMap((each) => (each.who === who ? each.entries : []));
  say(1);
  say(2);
  assert.equal(sent.length, 0, "nobody waits for it: their turn comes");
  say(3, (who) => who === 77);
  assert.deepEqual(sent, [{ who: 77, entries: ["e1", "e2", "e3"], upTo: 3 }]);
  await until(() => sent.length >= 120);
  say(4);
  say(5, (who) => who === 499);
  assert.deepEqual(heardBy(499), ["e1", "e3", "e5"]);
  await until(() => ears.every((_, who) => heardBy(who).includes("e5")));
  for (const [who] of ears.entries())
    assert.deepEqual(heardBy(who), who % 10 === 9 ? ["e1", "e3", "e5"] : ["e1", "e2", "e3", "e4", "e5"]);
  for (const { entries, upTo } of sent)
    assert.ok(Number(entries.at(-1)?.slice(1)) <= upTo && upTo - Number(entries.at(-1)?.slice(1)) <= 1);
  assert.ok(made() <= 20, `${made()} frames were made for ${sent.length} sent`);
  stop();
});

test("who left is sent nothing that waited; who sees nothing of what happens is told now and then how far it is", async () => {
  const { ears, sent, until, stop } = hearers(3);
  const entries = ["e1"];
  for (const ear of ears) ear.hear(entries, 1, false);
  ears[1]?.leave();
  await until(() => sent.length === 2);
  assert.deepEqual(
    sent.map(({ who }) => who),
    [0, 2],
  );
  for (let upTo = 2; upTo < 50; upTo += 1) ears[0]?.hear([], upTo, false);
  ears[2]?.hear(["e50"], 50, false);
  await until(() => sent.length === 3);
  assert.deepEqual(sent[2], { who: 2, entries: ["e50"], upTo: 50 }, "a number alone is not worth a frame");
  stop();
});

test("who is too far behind, or ahead of a log that was cut, fetches afresh", async () => {
  const entries: Numbered[] = Array.from({ length: 9_000 }, (_, i) => ({ seq: i + 1, text: "x" }));
  const follower = await follow(logOf(entries));
  const behind = collector();
  follower.subscribe(0, behind);
  await behind.reached(9_000);
  assert.equal(behind.resets, 1);
  const ahead = collector();
  follower.subscribe(20_000, ahead);
  await ahead.reached(9_000);
  assert.equal(ahead.resets, 1);
  entries.push({ seq: 9_001, text: "new" });
  follower.wake();
  await Promise.all([behind.reached(9_001), ahead.reached(9_001)]);
  assert.deepEqual(
    [behind.got.at(-1), ahead.got.at(-1)],
    [JSON.stringify(entries.at(-1)), JSON.stringify(entries.at(-1))],
  );
  follower.stop();
});

const withHub = async (
  handlers: {
    heard?: (client: Client<string>, frame: string) => void;
    admit?: () => Promise<string | number>;
    maxClients?: number;
  },
  run: (url: string, clients: Client<string>[]) => Promise<void>,
): Promise<void> => {
  const clients: Client<string>[] = [];
  const hub = openHub<string>({
    maxClients: handlers.maxClients ?? 10,
    handlers: {
      admit: handlers.admit ?? (async () => "anna"),
      opened: (client) => clients.push(client),
      heard: handlers.heard ?? (() => {}),
      closed: () => {},
    },
  });
  const server = createServer();
  server.on("upgrade", hub.upgrade);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await run(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, clients);
  } finally {
    await hub.close();
    await new Promise((resolve) => server.close(resolve));
  }
};

const opened = (socket: WebSocket): Promise<void> =>
  new Promise((resolve, reject) => socket.once("open", () => resolve()).once("error", reject));
const closedWith = (socket: WebSocket): Promise<number> => new Promise((resolve) => socket.once("close", resolve));
const refusedWith = (url: string): Promise<number> =>
  new Promise((resolve) => {
    const socket = new WebSocket(url);
    socket.once("unexpected-response", (_, response) => resolve(response.statusCode ?? 0));
    socket.once("error", () => {});
  });

test("a stranger is refused with the status that was given, and a full house says come again", async () => {
  await withHub({ admit: async () => 401 }, async (url) => assert.equal(await refusedWith(url), 401));
  await withHub({ admit: async () => Promise.reject(new Error("database away")) }, async (url) =>
    assert.equal(await refusedWith(url), 503),
  );
  await withHub({ maxClients: 1 }, async (url) => {
    const first = new WebSocket(url);
    await opened(first);
    const hearsWhen = async (): Promise<[number, string]> =>
      new Promise((resolve) =>
        new WebSocket(url).once("close", (code: number, why: Buffer) => resolve([code, why.toString()])),
      );
    const [code, seconds] = await hearsWhen();
    assert.equal(code, 1013);
    assert.match(seconds, /^(?:1\d|20)$/);
    // Who does not go when told to keeps nobody else's place: beyond a few of them the upgrade itself is refused.
    const staying = await Promise.all(
      Array.from({ length: 64 }, async () => {
        const line = connect(Number(new URL(url).port), "127.0.0.1");
        line.write(
          "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
        );
        await new Promise((resolve) => line.once("data", resolve));
        return line;
      }),
    );
    assert.equal(await refusedWith(url), 503);
    first.terminate();
    for (const line of staying) line.destroy();
  });
});

test("huge, binary and too many frames end the client, not the hub", async () => {
  await withHub({}, async (url) => {
    const huge = new WebSocket(url);
    await opened(huge);
    huge.send("x".repeat(70_000));
    assert.equal(await closedWith(huge), 1009);
    const binary = new WebSocket(url);
    await opened(binary);
    binary.send(Buffer.from([1]));
    assert.equal(await closedWith(binary), 1008);
    const chatty = new WebSocket(url);
    await opened(chatty);
    for (let i = 0; i < 300; i += 1) chatty.send("a");
    assert.equal(await closedWith(chatty), 1008);
    const good = new WebSocket(url);
    await opened(good);
  });
});

test("a reader that does not read is dropped with 1013 before it holds half a megabyte", async () => {
  await withHub({}, async (url, clients) => {
    const slow = new WebSocket(url);
    await opened(slow);
    slow.pause();
    const client = clients.at(-1);
    assert.ok(client);
    const frame = "y".repeat(32_000);
    let dropped = false;
    const closing = closedWith(slow);
    for (let i = 0; i < 2_000 && !dropped; i += 1) {
      client.send(frame);
      if (i % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
      dropped = i > 1_900;
    }
    slow.resume();
    assert.equal(await closing, 1013);
  });
});
