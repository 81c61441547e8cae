// The reading processes: a message that kills its reader harms nobody else and is still decided. Real processes, real mail.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { after, test } from "node:test";
import type { Raw } from "#contract/channel.ts";
import type { Log } from "#platform/log.ts";
import { openReader, type Reader, type Reading } from "#server/reader.ts";

const settings = {
  address: "service@kabel.example",
  aliases: [],
  displayName: "",
  imap: null,
  smtp: null,
  dkim: null,
  door: true,
  plusAddressing: true,
  trustedAuthservIds: [],
  trustedRelays: [],
};
const silent: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silent,
};
const now = new Date("2026-11-24T09:00:00Z");
const megabyte = 1024 * 1024;

const opened: Reader[] = [];
const open = (given: Partial<Parameters<typeof openReader>[0]> = {}): Reader => {
  const reader = openReader({
    timeMs: 60_000,
    memoryBytes: 256 * megabyte,
    processes: 1,
    idleMs: 60_000,
    log: silent,
    dns: "off",
    ...given,
  });
  opened.push(reader);
  return reader;
};
after(async () => {
  for (const reader of opened) await reader.close();
});

const raw = (text: string): Raw => ({
  bytes: Buffer.from(text),
  receivedAt: now.toISOString(),
  transport: { by: "smtp", mailFrom: "anna@kunde.example", recipients: ["service@kabel.example"] },
});
const head = (n: number): string =>
  `From: Anna <anna@kunde.example>\r\nTo: service@kabel.example\r\nSubject: Frage ${n}\r\nMessage-ID: <${n}@kunde.example>\r\nMIME-Version: 1.0\r\n`;
const plain = (n: number): Raw => raw(`${head(n)}\r\nNummer ${n}`);
const read = (reader: Reader, mail: Raw): Promise<Reading> => reader.read("email", mail, settings, now);

const textOf = (reading: Reading): string => {
  assert.ok("inbound" in reading, `not read: ${"detail" in reading ? reading.detail : ""}`);
  const [first] = reading.inbound;
  assert.ok(first?.kind === "message");
  return first.text;
};

/** Mail that takes the reader long: its size is chosen, so that the limits of the test decide and not the machine's speed. */
const slow = (): Raw =>
  raw(
    `${head(0)}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHallo\r\n--b\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n${`${"QUJD".repeat(19)}\r\n`.repeat(300_000)}--b--`,
  );

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
    .trim()
    .split(" ")
    .filter((word) => word !== "")
    .map(Number);

test("ordinary mail is read, many at a time, each answer to its own question", async () => {
  const reader = open({ processes: 2 });
  const readings = await Promise.all(Array.from({ length: 60 }, (_, n) => read(reader, plain(n))));
  assert.deepEqual(
    readings.map(textOf),
    Array.from({ length: 60 }, (_, n) => `Nummer ${n}`),
  );
  assert.ok(reader.stats().processes <= 6 && reader.stats().killed === 0);
});

test("a message beyond the time is given up; the next one is read by a new process", async () => {
  const reader = open();
  // Warm: the time of one message must not hold the start of a process.
  assert.equal(textOf(await read(reader, plain(1))), "Nummer 1");
  const hurried = open({ timeMs: 1 });
  const begun = performance.now();
  const reading = await read(hurried, slow());
  assert.ok("unreadable" in reading && reading.unreadable === "tooLong");
  assert.match(reading.detail, /not read within 1 ms/);
  assert.ok(performance.now() - begun < 60_000);
  assert.equal(hurried.stats().killed, 1);
  assert.equal(textOf(await read(reader, plain(2))), "Nummer 2");
});

test(
  "a process above its memory is killed, whatever it was reading, and its neighbours are not",
  { skip: existsSync("/proc/self/statm") ? false : "memory is measured on Linux only" },
  async () => {
    // Every reading process is above 30 MB; only one that works longer than 100 ms is looked at.
    const reader = open({ memoryBytes: 30 * megabyte });
    const reading = await read(reader, slow());
    assert.ok("unreadable" in reading && reading.unreadable === "tooMuch", JSON.stringify(reading).slice(0, 200));
    const roomy = open();
    const [big, small] = await Promise.all([read(roomy, slow()), read(roomy, plain(7))]);
    assert.equal(textOf(big), "Hallo");
    assert.equal(textOf(small), "Nummer 7");
  },
);

/** The reading process that this reader started last. */
const lastReader = (): number => {
  const [pid] = childrenOf(process.pid).slice(-1);
  assert.ok(pid !== undefined);
  return pid;
};

test("neighbours of a stuck message are read by other processes while it is stuck", async () => {
  const reader = open({ processes: 1, timeMs: 60_000 });
  assert.equal(textOf(await read(reader, plain(0))), "Nummer 0");
  // A process that is stopped hangs like one that reads a bomb, on every machine alike.
  const stuckPid = lastReader();
  process.kill(stuckPid, "SIGSTOP");
  let decided = false;
  const stuck = read(reader, plain(1)).finally(() => (decided = true));
  while (reader.stats().waiting > 0) await new Promise((resolve) => setImmediate(resolve));
  const neighbours = await Promise.all(Array.from({ length: 20 }, (_, n) => read(reader, plain(n + 2))));
  assert.deepEqual(neighbours.map(textOf)[19], "Nummer 21");
  assert.equal(decided, false);
  process.kill(stuckPid, "SIGKILL");
  const reading = await stuck;
  assert.ok("unreadable" in reading && reading.unreadable === "died");
});

test("messages that travelled together with a bad one are read after all, each by itself", async () => {
  const reader = open({ processes: 1, timeMs: 60_000 });
  assert.equal(textOf(await read(reader, plain(0))), "Nummer 0");
  const pid = lastReader();
  process.kill(pid, "SIGSTOP");
  const together = Array.from({ length: 8 }, (_, n) => read(reader, plain(n + 20)));
  while (reader.stats().waiting > 0) await new Promise((resolve) => setImmediate(resolve));
  process.kill(pid, "SIGKILL");
  assert.deepEqual(
    (await Promise.all(together)).map(textOf),
    Array.from({ length: 8 }, (_, n) => `Nummer ${n + 20}`),
  );
});

test("a reader killed from outside is a message that could not be read, not a lost one", async () => {
  const reader = open();
  assert.equal(textOf(await read(reader, plain(2))), "Nummer 2");
  const reading = read(reader, slow());
  while (reader.stats().waiting > 0) await new Promise((resolve) => setImmediate(resolve));
  process.kill(lastReader(), "SIGKILL");
  const answer = await reading;
  assert.ok("unreadable" in answer && answer.unreadable === "died");
  assert.equal(textOf(await read(reader, plain(3))), "Nummer 3");
});

test("settings that do not fit are said, and the process stays", async () => {
  const reader = open();
  const reading = await reader.read("email", plain(1), { address: 7 }, now);
  assert.ok("unreadable" in reading && reading.unreadable === "failed" && reading.detail.length > 10);
  assert.equal(textOf(await read(reader, plain(4))), "Nummer 4");
  assert.equal(reader.stats().killed, 0);
});

test("a process that has nothing to do ends, and a new one starts when needed", async () => {
  const reader = open({ idleMs: 20 });
  assert.equal(textOf(await read(reader, plain(1))), "Nummer 1");
  while (reader.stats().processes > 0) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(textOf(await read(reader, plain(2))), "Nummer 2");
});

test("closing ends the processes and answers what waits", async () => {
  const reader = open();
  const readings = Array.from({ length: 5 }, (_, n) => read(reader, plain(n)));
  await reader.close();
  for (const reading of await Promise.all(readings))
    assert.ok("unreadable" in reading && reading.unreadable === "died");
  assert.equal(reader.stats().processes, 0);
  assert.ok("unreadable" in (await read(reader, plain(9))));
});
