// What is accepted is read once, however slow the reading, however large the mails, whatever becomes of the files. Real PostgreSQL, a reader of the test's own.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { channels } from "#channels/index.ts";
import type { MessageChannel, Raw } from "#contract/channel.ts";
import { sql } from "#platform/db/db.ts";
import { openDiskFiles } from "#platform/files/disk.ts";
import { withSmall } from "#platform/files/small.ts";
import { createMetrics } from "#platform/metrics.ts";
import type { World } from "#platform/world.ts";
import { startIntake, type ConnectedChannel, type Intake } from "#server/intake.ts";
import type { Reader } from "#server/reader.ts";
import { until } from "#test/faults.ts";
import { addCast, mail, openTestWorld, type TestWorld } from "#test/world.ts";

let world: TestWorld;
let channel: ConnectedChannel;
before(async () => {
  world = await openTestWorld();
  const cast = await addCast(world);
  channel = {
    ...cast.channel,
    settings: {},
    sendingTrouble: null,
    ownAddresses: ["service@elbkabel.example"],
    implementation: channels.email as unknown as MessageChannel<never>,
  };
});
after(() => world.close());

const leaseMs = 2_500;
const intakes: Intake[] = [];
afterEach(async () => {
  for (const intake of intakes.splice(0)) await intake.stop();
});

const start = (reader: Reader, over: Partial<Parameters<typeof startIntake>[0]> = {}): Intake => {
  const metrics = createMetrics({ withProcess: false });
  const intake = startIntake({
    world: { ...world, files: withSmall(world.db, world.files) },
    reader,
    channelById: (id) => (id === channel.id ? channel : undefined),
    metrics,
    concurrency: 4,
    leaseMs,
    mostUnknown: 0,
    ...over,
  });
  intakes.push(intake);
  return intake;
};

/** Reads by the mail's own words, each when the test lets it. */
const gatedReader = (): Reader & { readonly open: () => void; readonly reads: Map<string, number> } => {
  const reads = new Map<string, number>();
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  return {
    open: () => open(),
    reads,
    read: async (_kind, raw) => {
      const word = Buffer.from(raw.bytes).subarray(0, 40).toString().trim();
      reads.set(word, (reads.get(word) ?? 0) + 1);
      await gate;
      const from = `${word.toLowerCase().replaceAll(" ", "-")}@kunde.example`;
      return { inbound: [mail(from, { providerId: word, text: word })] };
    },
    stats: () => ({ processes: 0, busy: 0, waiting: 0, killed: 0 }),
    close: async () => {},
  };
};

const raw = (word: string, bytes = 40): Raw => ({
  bytes: Buffer.from(word.padEnd(bytes)),
  receivedAt: world.now().toISOString(),
  transport: { by: "smtp", mailFrom: "", recipients: [] },
});

interface Row {
  readonly state: string;
  readonly attempts: number;
  readonly claims: number;
}
const rowsOf = (prefix: string): Promise<Row[]> =>
  world.db.rows<Row>(sql`SELECT state, attempts, claims FROM intake WHERE provider_id LIKE ${`${prefix}%`}`);

const databaseClock = async (): Promise<number> =>
  (await world.db.one<{ at: number }>(sql`SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS at`)).at;

test("what arrives at one moment is stored by few commits, each told what became of it, and one that cannot be kept costs no other", async () => {
  const reader = gatedReader();
  reader.open();
  const intake = start(reader);
  const arriving = Array.from({ length: 30 }, (_, n) =>
    intake.store(channel, raw(`At once ${n % 24}`), `once-${n % 24}`),
  );
  // PostgreSQL keeps no U+0000 in JSON.
  const impossible = intake.store(
    channel,
    { ...raw("Impossible"), transport: { by: "smtp", mailFrom: "\u0000", recipients: [] } },
    "once-impossible",
  );
  await assert.rejects(impossible);
  const outcomes = await Promise.all(arriving);
  for (let n = 0; n < 24; n += 1)
    assert.deepEqual(
      outcomes.filter((_, at) => at % 24 === n).filter((each) => each === "stored").length,
      1,
      `mail ${n}`,
    );
  const { commits, mails } = await world.db.one<{ commits: number; mails: number }>(
    sql`SELECT count(DISTINCT xmin::text)::int AS commits, count(*)::int AS mails FROM small_file WHERE convert_from(bytes, 'UTF8') LIKE 'At once %'`,
  );
  assert.equal(mails, 24);
  assert.ok(commits < 12, `${commits} commits`);
  await intake.settled();
  assert.deepEqual(
    (await rowsOf("once-")).map(({ state }) => state),
    Array<string>(24).fill("done"),
  );
});

// Two hundred mails whose DNS was slow lay in the queue longer than their lease. The next look took them up again although they were in hand: what
// had been read was thrown away, and after twenty such rounds good mails were filed as unreadable without having been read.
test("what waits in the queue is kept: nobody takes it up a second time, this server or another, and each mail is read once", async () => {
  const reader = gatedReader();
  const intake = start(reader);
  for (let n = 0; n < 20; n += 1) await intake.store(channel, raw(`Slow ${n}`), `slow-${n}`);
  const stored = await databaseClock();
  await until(
    "the first leases would have ended twice",
    60_000,
    async () => (await databaseClock()) > stored + 2 * leaseMs,
  );
  const other = gatedReader();
  other.open();
  await start(other).settled();
  const settled = intake.settled();
  await until("everything is taken up or in hand", 60_000, async () => intake.backlog() >= 20);
  assert.deepEqual(await rowsOf("slow-"), Array<Row>(20).fill({ state: "stored", attempts: 0, claims: 0 }));
  reader.open();
  await settled;
  assert.deepEqual(
    (await rowsOf("slow-")).map(({ state }) => state),
    Array<string>(20).fill("done"),
  );
  assert.equal(other.reads.size, 0);
  assert.deepEqual([...reader.reads.values()], Array<number>(20).fill(1));
});

// On a crowded machine its look for open mails came to PostgreSQL only when it had stopped already: it took up what it had just given back, and kept it.
test("a server that stops gives back what it has not begun, also when it is just taking something up, and another reads it at once", async () => {
  const never = gatedReader();
  let isFirst = true;
  let takesUp = (): void => {};
  const late = new Promise<void>((resolve) => (takesUp = resolve));
  let hasTaken = (): void => {};
  const taken = new Promise<void>((resolve) => (hasTaken = resolve));
  const rows: typeof world.db.rows = async (query) => {
    if (!isFirst) return world.db.rows(query);
    isFirst = false;
    await late;
    return world.db.rows<never>(query).finally(hasTaken);
  };
  const slow = { ...world, db: { ...world.db, rows }, files: withSmall(world.db, world.files) };
  const first = start(never, { world: slow, leaseMs: 3_600_000, concurrency: 1 });
  for (let n = 0; n < 5; n += 1) await first.store(channel, raw(`Left ${n}`), `left-${n}`);
  const stopped = first.stop();
  const free = sql`SELECT 1 FROM intake WHERE provider_id LIKE 'left-%' AND lease_token IS NULL`;
  await until("four of five are given back", 60_000, async () => (await world.db.rows(free)).length === 4);
  takesUp();
  await taken;
  const reader = gatedReader();
  reader.open();
  const second = start(reader);
  await until("four of five are read", 60_000, async () => {
    await second.settled();
    return (await rowsOf("left-")).filter(({ state }) => state === "done").length === 4;
  });
  never.open();
  await stopped;
});

// A server that stood still (a frozen machine, a long pause of its process) wakes with a lease that is another's by now.
test("who wakes with an old lease finishes nothing: the mail is whose lease it is, and is there once", async () => {
  // Either may take up what another test has left as well.
  const [late, holder] = [gatedReader(), gatedReader()];
  // It does not prolong what it holds, as if it stood still.
  const sleeper = start(late, { leaseMs: 3_600_000 });
  // Its first look, begun when it had nothing in hand, could find its own mail below.
  await sleeper.settled();
  await sleeper.store(channel, raw("Zombie"), "zombie-1");
  await until("it is being read", 60_000, async () => late.reads.has("Zombie"));
  await world.db.run(sql`UPDATE intake SET lease_until = now() - interval '1 second' WHERE provider_id = 'zombie-1'`);
  const other = start(holder, { leaseMs: 3_600_000 });
  await until("another has taken it up", 60_000, async () => holder.reads.has("Zombie"));
  const made = () => world.db.rows(sql`SELECT 1 FROM message WHERE sender ->> 'value' = 'zombie@kunde.example'`);
  late.open();
  await until("the sleeper has come to its end", 60_000, async () => sleeper.backlog() === 0);
  assert.deepEqual([(await rowsOf("zombie-"))[0]?.state, (await made()).length], ["stored", 0]);
  holder.open();
  await until("the holder has come to its end", 60_000, async () => other.backlog() === 0);
  assert.deepEqual([(await rowsOf("zombie-"))[0]?.state, (await made()).length], ["done", 1]);
});

test("mails beyond the memory's bounds wait without their bytes, and are read whole", async () => {
  const reader = gatedReader();
  const most = 500_000;
  const intake = start(reader, { inMemoryBytes: most });
  const each = 150_000;
  for (let n = 0; n < 20; n += 1) await intake.store(channel, raw(`Large ${n}`, each), `large-${n}`);
  // Of what reads at once one had to be loaded when there was still room.
  assert.ok(intake.heldBytes() <= most + each, String(intake.heldBytes()));
  assert.equal(intake.backlog(), 20);
  reader.open();
  await intake.settled();
  assert.deepEqual(
    (await rowsOf("large-")).map(({ state }) => state),
    Array<string>(20).fill("done"),
  );
  assert.equal([...reader.reads.values()].length, 20);
  assert.equal(intake.heldBytes(), 0);
});

// A disk that failed for seven seconds made stubs of every mail with a file, for good: three failures were counted against the mail.
test("a file store that fails is not the mail's fault: it waits, is counted against nobody, and comes with its file", async () => {
  const dir = await mkdtemp(join(tmpdir(), "draht-intake-"));
  let failing = true;
  let failed = 0;
  const files = openDiskFiles(dir, () => {
    if (!failing) return;
    failed += 1;
    throw Object.assign(new Error("EIO: i/o error, write"), { code: "EIO", syscall: "write" });
  });
  const broken: World = { ...world, files: withSmall(world.db, files) };
  const reader: Reader = {
    ...gatedReader(),
    read: async () => ({
      inbound: [
        mail("datei@kunde.example", {
          providerId: "with-file",
          files: [{ name: "rechnung.pdf", inlineId: null, bytes: Buffer.from("%PDF-1.4") } as never],
        }),
      ],
    }),
  };
  const intake = start(reader, { world: broken });
  await intake.store(channel, raw("File"), "file-1");
  await until("storing failed twice", 90_000, async () => failed >= 2);
  const [row] = await rowsOf("file-");
  assert.deepEqual([row?.state, row?.attempts], ["stored", 0]);
  failing = false;
  await until("it is read", 90_000, async () => (await rowsOf("file-"))[0]?.state !== "stored");
  assert.equal((await rowsOf("file-"))[0]?.state, "done");
  const attached = await world.db.rows<{ name: string }>(sql`SELECT name FROM attachment WHERE name = 'rechnung.pdf'`);
  assert.equal(attached.length, 1);
  await rm(dir, { recursive: true, force: true });
});
