// What the virus scanner says of a file, in the store: the desk hears it by events, the tries stand in the table with their times, one look serves all.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { MessageId } from "#contract/ids.ts";
import { change } from "#modules/concerns/actions-change.ts";
import { fileChecked } from "#modules/concerns/actions-files.ts";
import { heldByFile, recordDelivery, type Claim } from "#modules/concerns/actions-outbox.ts";
import { replyToken } from "#modules/concerns/model-threading.ts";
import { insertToken } from "#modules/concerns/store.ts";
import { openChecks, withChecks, type FileChecks } from "#platform/files/checks.ts";
import { clamdScanner, type Scanner } from "#platform/files/clamd.ts";
import { eicar, startClamdSim, type ClamdSim } from "#platform/files/clamd-sim.ts";
import { sql } from "#platform/db/db.ts";
import { claimOf, concernCalled } from "#test/outbox.ts";
import { verifyAction } from "#test/verify-action.ts";
import { addCast, deliver, mail, messagesIn, openTestWorld, sure, type Cast, type TestWorld } from "#test/world.ts";

let plain: TestWorld;
let world: TestWorld & { readonly checks: FileChecks };
let cast: Cast;
let sim: ClamdSim;
let away = false;

before(async () => {
  plain = await openTestWorld();
  cast = await addCast(plain);
  sim = await startClamdSim();
  const real = clamdScanner({ host: "127.0.0.1", port: sim.port });
  const nobody = clamdScanner({ path: "/nowhere/clamd.ctl" });
  const scanner: Scanner = { scan: (bytes) => (away ? nobody : real).scan(bytes) };
  world = {
    ...plain,
    files: withChecks(plain.db, plain.files, plain.now),
    checks: openChecks({
      db: plain.db,
      files: plain.files,
      scanner,
      now: plain.now,
      log: plain.log,
      settled: (tx, hash, held) => fileChecked(plain, tx, hash, held),
    }),
  };
});
after(async () => {
  await plain.close();
  await sim.close();
});

const arrives = async (name: string, bytes: Uint8Array): Promise<string> => {
  const stored = await world.files.put(bytes);
  await deliver(world, cast.channel, mail(`${name}@kunde.example`), [{ name, inlineId: null, stored }]);
  return stored.hash;
};

const rowOf = (hash: string): Promise<{ state: string; tries: number; next: string | null }> =>
  world.db.one(sql`SELECT state, tries, next_try_at AS next FROM file_check WHERE hash = ${hash}`);

void test("every desk hears by events what was found, and what was not", async () => {
  await arrives("fund.exe", eicar);
  await verifyAction(world, cast.anna, () => world.checks.checkDue(), ["message.fileChecked"]);
  await arrives("plan.pdf", Buffer.from("%PDF-1.4 plan"));
  await verifyAction(world, cast.anna, () => world.checks.checkDue(), ["message.fileChecked"]);
  assert.equal(await world.checks.waiting(), 0);
});

void test("the same bytes are looked at once, whoever asks and wherever they stand", async () => {
  const bytes = Buffer.from("einmal");
  const before = sim.scanned.length;
  const hash = await arrives("a.txt", bytes);
  await arrives("b.txt", bytes);
  assert.deepEqual(await Promise.all(Array.from({ length: 20 }, () => world.checks.look(hash))), Array(20).fill(null));
  await world.checks.checkDue();
  assert.equal(sim.scanned.length, before + 1);
});

void test("tries that fail are put off for longer and longer; a scanner that is away is not asked for every file", async () => {
  away = true;
  const first = await arrives("erst.txt", Buffer.from("erst"));
  world.pass(1);
  const second = await arrives("dann.txt", Buffer.from("dann"));
  const pauses: number[] = [];
  for (let times = 0; times < 8; times += 1) {
    const now = world.now().getTime();
    await world.checks.checkDue();
    const { tries, next } = await rowOf(first);
    assert.equal(tries, times + 1);
    pauses.push(Date.parse(next ?? "") - now);
    world.setNow(next ?? "");
    // The second one is due at another time, and is nobody's business here.
    await world.db.run(sql`UPDATE file_check SET next_try_at = ${next} WHERE hash = ${second}`);
    await world.db.run(
      sql`UPDATE file_check SET next_try_at = ${next}::timestamptz - interval '1 ms' WHERE hash = ${first}`,
    );
  }
  assert.deepEqual(
    pauses.map((pause) => pause / 1_000),
    [1, 2, 5, 10, 20, 40, 60, 60],
  );
  assert.deepEqual(await rowOf(second).then(({ state, tries }) => ({ state, tries })), { state: "waiting", tries: 0 });
  const held = await world.checks.look(second);
  assert.equal(held?.why, "waiting");
  assert.equal((await rowOf(second)).tries, 0, "it has just failed: nobody asks it again at once");
  away = false;
  world.pass(60_000);
  assert.equal(await world.checks.checkDue(), 2);
  assert.equal(await world.checks.look(first), null);
});

void test("a file in an agent's mailed answer is looked at as a customer's is: the answer waits for it, and does not leave with something in it", async () => {
  const from = "mitdatei@kunde.example";
  await deliver(world, cast.channel, mail(from, { subject: "Mit Datei" }));
  const { id } = await concernCalled(plain, "Mit Datei");
  sure(await change(world, cast.anna, { id, change: { assigneeId: cast.anna.id } }));
  const claimed = async (): Promise<Claim> => (await claimOf(plain, await lastId())) ?? assert.fail("nothing is due");
  const lastId = async (): Promise<MessageId> => (await messagesIn(world.db, id)).at(-1)?.id as MessageId;
  const token = replyToken(world.mac, "a".repeat(26), id, cast.anna.id);
  await insertToken(world.db, {
    token: "a".repeat(26),
    concernId: id,
    partyId: null,
    agentId: cast.anna.id,
    at: world.now().toISOString(),
  });
  const answers = async (name: string, bytes: Buffer): Promise<void> => {
    const stored = await world.files.put(bytes);
    await deliver(
      world,
      cast.channel,
      mail("anna@staff.example", { assurance: "aligned", text: `Anbei ${name}`, thread: { tokens: [token] } }),
      [{ name, inlineId: null, stored }],
    );
    assert.equal((await messagesIn(world.db, id)).at(-1)?.direction, "out");
  };
  away = true;
  world.pass(60_000);
  await answers("fund.bin", Buffer.concat([Buffer.from("cd"), eicar]));
  const claim = await claimed();
  const waits = await heldByFile(world, claim);
  assert.ok(waits?.kind === "tryLater" && waits.reason?.code === "fileWaiting");
  await recordDelivery(world, claim, waits);
  away = false;
  world.pass(10_000);
  // The look makes it due: its own pause of a minute is not over.
  await verifyAction(world, cast.anna, () => world.checks.checkDue(), ["message.fileChecked", "delivery.changed"]);
  const again = await claimed();
  const ends = await heldByFile(world, again);
  assert.ok(ends?.kind === "refused" && ends.reason?.code === "fileInfected");
  await recordDelivery(world, again, ends);
  assert.equal((await concernCalled(plain, "Mit Datei")).status, "open", "somebody has to act");
  await answers("plan.txt", Buffer.from("ein Plan"));
  assert.equal(await heldByFile(world, await claimed()), null, "what is clean leaves at once");
});

void test("who was killed while looking holds nothing up for long", async () => {
  const hash = await arrives("abbruch.txt", Buffer.from("abbruch"));
  // As a process leaves it that has claimed the file and is gone.
  await world.db.run(
    sql`UPDATE file_check SET next_try_at = ${new Date(world.now().getTime() + 120_000).toISOString()} WHERE hash = ${hash}`,
  );
  assert.equal(await world.checks.checkDue(), 0);
  world.pass(120_000);
  assert.equal(await world.checks.checkDue(), 1);
});
