// Bytes that nobody refers to go; what an arrival, an upload or a message needs stays, also when it is stored at the very moment of the sweep.
// Nothing ever took away expired uploads' bytes and what crashes left.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { removeOldUploads } from "#modules/concerns/actions-time.ts";
import { keepUpload } from "#modules/concerns/actions-uploads.ts";
import { isRefusal } from "#contract/errors.ts";
import type { IntakeId } from "#contract/ids.ts";
import { sql, type Tx } from "#platform/db/db.ts";
import { hashOf, keepEachSmall, withSmall } from "#platform/files/small.ts";
import { sweepFiles } from "#server/file-sweep.ts";
import { insertIntake } from "#server/intake-store.ts";
import { addCast, openTestWorld, type Cast, type TestWorld } from "#test/world.ts";

const dayMs = 24 * 3_600_000;
let world: TestWorld;
let cast: Cast;
before(async () => {
  const opened = await openTestWorld();
  world = { ...opened, files: withSmall(opened.db, opened.files) };
  cast = await addCast(world);
});
after(() => world.close());

/** A sweep as it will be after so many days of the machine's clock, by which files are dated. */
const sweep = (days: number) => sweepFiles({ ...world, now: () => new Date(Date.now() + days * dayMs + 60_000) });
const nothing = { halfWritten: 0, setAside: 0, putBack: 0, forgotten: 0 };

let seq = 0;
const letter = (): Buffer => Buffer.from(`Subject: Brief ${(seq += 1)}\r\n\r\nText\r\n`);
const upload = async (bytes: Buffer) => {
  const made = await keepUpload(world, cast.anna, { name: "anlage.bin", bytes });
  assert.ok(!isRefusal(made));
  return made.uploadId;
};
/** Records an arrival as server/intake does; small bytes come with it. */
const arrive = (tx: Tx, rawHash: string, bytes: Buffer | null): Promise<boolean> =>
  insertIntake(
    { ...world.db, rows: tx.rows },
    {
      id: world.newId() as IntakeId,
      channelId: cast.channel.id,
      providerId: `p${(seq += 1)}`,
      rawHash,
      bytes,
      transport: { by: "smtp" },
      receivedAt: new Date().toISOString(),
      lease: null,
      leaseMs: 1_000,
    },
  );

test("an upload's bytes stay while it may be attached, and go in two steps when it has expired", async () => {
  const bytes = letter();
  await upload(bytes);
  const hash = hashOf(bytes);
  assert.deepEqual(await sweep(30), nothing, "a row names them");
  world.setNow(new Date(world.now().getTime() + 8 * dayMs).toISOString());
  assert.equal(await removeOldUploads(world), 1);
  assert.deepEqual(await sweep(0), nothing, "they are young");
  assert.deepEqual(await sweep(1), { ...nothing, setAside: 1 });
  assert.ok(Buffer.from(await world.files.read(hash)).equals(bytes), "whoever reads them still finds them");
  assert.deepEqual(await sweep(1), { ...nothing, setAside: 1 }, "and by that they were back");
  assert.deepEqual(await sweep(6), nothing);
  assert.deepEqual(await sweep(8), { ...nothing, forgotten: 1 });
  assert.equal(await world.files.has(hash), false);
});

test("what was stored just before a sweep and recorded just after it is not lost", async () => {
  const [large, other] = [letter(), letter()];
  // The file is old: the same bytes came once before and nobody refers to them any more.
  const first = (await world.files.put(large)).hash;
  const second = (await world.files.put(other)).hash;
  await world.files.put(large);
  assert.equal((await sweep(1)).setAside, 2);
  // Only now the arrival that put them again is recorded.
  assert.ok(await arrive(world.db, first, null));
  assert.deepEqual(await sweep(8), { ...nothing, putBack: 1, forgotten: 1 });
  assert.ok(Buffer.from(await world.files.read(first)).equals(large));
  assert.equal(await world.files.has(second), false);
  assert.deepEqual(await sweep(30), nothing, "an arrival's bytes stay for ever");
});

test("puts, reads and sweeps at once: nobody misses anything", { timeout: 240_000 }, async () => {
  const letters = Array.from({ length: 12 }, letter);
  let over = false;
  const sweeping = (async () => {
    // The machine's clock stands: what is written this moment looks a day old here, and is not half written for that.
    const files = { ...world.files, sweep: async () => 0 };
    while (!over) await sweepFiles({ ...world, files, now: () => new Date(Date.now() + dayMs + 60_000) });
  })();
  for (let round = 0; round < 10; round += 1)
    await Promise.all(
      letters.map(async (bytes) => {
        const { hash } = await world.files.put(bytes);
        assert.ok(Buffer.from(await world.files.read(hash)).equals(bytes));
      }),
    );
  over = true;
  await sweeping;
  for (const bytes of letters) assert.ok(await arrive(world.db, hashOf(bytes), null));
  await sweep(8);
  for (const bytes of letters) assert.ok(Buffer.from(await world.files.read(hashOf(bytes))).equals(bytes));
});

test(
  "small bytes: an arrival that is not committed yet keeps what an earlier one left behind",
  { timeout: 240_000 },
  async () => {
    const [again, left] = [letter(), letter()];
    for (const bytes of [again, left]) await world.db.run(keepEachSmall([{ hash: hashOf(bytes), bytes }]));
    let commit: () => void = () => {};
    const committing = new Promise<void>((resolve) => (commit = resolve));
    let stored: () => void = () => {};
    const isStored = new Promise<void>((resolve) => (stored = resolve));
    const arriving = world.db.transaction(async (tx) => {
      assert.ok(await arrive(tx, hashOf(again), again));
      stored();
      await committing;
    });
    await isStored;
    const sweeping = sweep(0);
    // It waits for the arrival.
    for (let waiting = 0; waiting === 0;)
      waiting = (await world.db.one<{ n: number }>(sql`SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted`)).n;
    commit();
    await arriving;
    assert.equal((await sweeping).forgotten, 1);
    assert.ok(Buffer.from(await world.files.read(hashOf(again))).equals(again));
    assert.equal(await world.files.has(hashOf(left)), false);
  },
);

test("a file that was given to a flow stays as long as what was said in it", async () => {
  const bytes = letter();
  const { hash } = await world.files.put(bytes);
  const [flowId, runId] = [crypto.randomUUID(), crypto.randomUUID()];
  const file = JSON.stringify([{ id: crypto.randomUUID(), name: "router.jpg", hash }]);
  await world.db.run(
    sql`INSERT INTO flow (id, key, name, is_on, draft) VALUES (${flowId}, 'sweep', 'Sweep', true, '{}')`,
  );
  await world.db.run(sql`
    INSERT INTO flow_run (id, flow_id, version, name, medium, brand_id, holder, language, state, begun_at, moved_at)
    VALUES (${runId}, ${flowId}, 1, 'Sweep', 'page', ${cast.brandId}, 'x', 'de', '{}', now(), now())`);
  await world.db.run(sql`
    INSERT INTO flow_said (run_id, seq, id, direction, at, words, outputs, files)
    VALUES (${runId}, 1, ${crypto.randomUUID()}, 'in', now(), '', '[]', ${file})`);
  assert.deepEqual(await sweep(30), nothing);
  await world.db.run(sql`DELETE FROM flow_run WHERE id = ${runId}`);
  assert.equal((await sweep(30)).setAside, 1);
});
