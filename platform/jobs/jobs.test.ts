// Jobs on a real PostgreSQL: with the transaction or not at all, never early, again after a failure, once per key.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openDb, sql } from "#platform/db/db.ts";
import { createJobs } from "#platform/jobs/jobs.ts";
import { silentLog } from "#platform/log.ts";
import { freshDatabase } from "#test/database.ts";

const database = await freshDatabase();
const db = openDb(database.url, { max: 3, onError: () => {} });

const seen: { readonly name: string; readonly data: { readonly n: number }; readonly at: number }[] = [];
let look: () => void = () => {};
/** Resolves when that many jobs of a name were done. */
const done = (name: string, count: number): Promise<void> =>
  new Promise((resolve) => {
    look = () => {
      if (seen.filter((each) => each.name === name).length >= count) resolve();
    };
    look();
  });
const note =
  (name: string) =>
  async (data: unknown): Promise<void> => {
    seen.push({ name, data: data as { n: number }, at: Date.now() });
    setImmediate(() => look());
  };

const jobs = createJobs({ url: database.url, log: silentLog, pollMs: 500 });
jobs.handle("plain", note("plain"), { atOnce: 20 });
jobs.handle("timer", note("timer"), { keyed: true });
let failures = 0;
jobs.handle(
  "shaky",
  async (data) => {
    failures += 1;
    if (failures < 3) throw new Error("not yet");
    await note("shaky")(data);
  },
  { firstPauseSeconds: 1, tries: 5 },
);
await jobs.start();
after(async () => {
  await jobs.stop(1_000);
  await db.close();
  await database.drop();
});

test("a job comes with its transaction or not at all, and a canceled one does not run", async () => {
  await assert.rejects(
    db.transaction(async (tx) => {
      await jobs.enqueue(tx, "plain", { n: -1 });
      throw new Error("undone");
    }),
  );
  const canceled = await jobs.enqueue(null, "plain", { n: -2 }, { startAfter: new Date(Date.now() + 400) });
  await db.transaction((tx) => jobs.cancel(tx, "plain", canceled));
  for (let n = 0; n < 100; n += 1) await db.transaction((tx) => jobs.enqueue(tx, "plain", { n }));
  await done("plain", 100);
  assert.deepEqual(
    seen
      .filter((each) => each.name === "plain")
      .map((each) => each.data.n)
      .toSorted((a, b) => a - b),
    Array.from({ length: 100 }, (_, n) => n),
  );
});

test("a timer is never early, and setting it anew moves it", async () => {
  const due = Date.now() + 1_200;
  const first = await jobs.enqueue(null, "timer", { n: 1 }, { key: "a", startAfter: new Date(due + 60_000) });
  const second = await db.transaction((tx) =>
    jobs.enqueue(tx, "timer", { n: 2 }, { key: "a", startAfter: new Date(due) }),
  );
  assert.equal(second, first);
  await jobs.enqueue(null, "timer", { n: 3 }, { key: "b", startAfter: new Date(due) });
  await done("timer", 2);
  const timers = seen.filter((each) => each.name === "timer");
  assert.deepEqual(
    timers.map((each) => each.data.n).toSorted((a, b) => a - b),
    [2, 3],
  );
  for (const timer of timers) assert.ok(timer.at >= due, `${due - timer.at} ms early`);
  await assert.rejects(jobs.enqueue(null, "timer", { n: 4 }), /need a key/);
  await jobs.enqueue(null, "timer", { n: 5 }, { key: "c", startAfter: new Date(due + 60_000) });
  await jobs.enqueue(null, "timer", { n: 6 }, { key: "c" });
  await done("timer", 3);
  assert.equal(seen.findLast((each) => each.name === "timer")?.data.n, 6);
});

test("what failed is tried again until it succeeds", async () => {
  await jobs.enqueue(null, "shaky", { n: 1 });
  await done("shaky", 1);
  assert.equal(failures, 3);
});

test("jobs live in a schema of their own", async () => {
  const schemas = await db.rows<{ name: string }>(
    sql`SELECT DISTINCT table_schema AS name FROM information_schema.tables WHERE table_name IN ('job', 'queue', 'schedule')`,
  );
  assert.deepEqual(
    schemas.map((each) => each.name),
    ["job"],
  );
});
