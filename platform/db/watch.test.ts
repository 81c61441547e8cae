// Who watches the database tells a database that is away from a connection that was lost alone.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { isUnavailable, openDb, sql, type Tx } from "#platform/db/db.ts";
import { watchDatabase } from "#platform/db/watch.ts";
import { silentLog } from "#platform/log.ts";
import { freshDatabase } from "#test/database.ts";
import { ownTime } from "#test/ownTime.ts";

const database = await freshDatabase();
after(() => database.drop());

test("a watching connection that is ended by itself is replaced, and nobody's call is cut", async () => {
  const db = openDb(database.url, { max: 2, onError: () => {}, applicationName: "watched" });
  const heard: boolean[] = [];
  const watch = watchDatabase({ connect: db.connect, setAway: (away) => void heard.push(away) }, silentLog);
  const looks = async (n: number): Promise<void> => {
    for (const upTo = heard.length + n; heard.length < upTo;) await db.run(sql`SELECT pg_sleep(0.05)`);
  };
  const slow = db.run(sql`SELECT pg_sleep(1)`);
  await looks(1);
  const ended = await db.rows<{ ended: boolean }>(sql`
    SELECT pg_terminate_backend(pid) AS ended FROM pg_stat_activity
     WHERE application_name = 'watched' AND query = 'SELECT 1' AND datname = current_database()`);
  assert.equal(ended.length, 1);
  await looks(3);
  // A program that was held up itself does not say that the database was late.
  for (const end = performance.now() + 2_000; performance.now() < end;);
  await looks(2);
  assert.deepEqual(new Set(heard), new Set([false]));
  assert.equal(watch.away(), false);
  assert.equal(await slow, 1);
  await watch.stop();
  await db.close();
});

test("away: what is under way and what comes is refused as unavailable; back: everything works again", async () => {
  const db = openDb(database.url, { max: 2, onError: () => {} });
  await db.run(sql`SELECT 1`);
  const clock = ownTime();
  let wasAfter = false;
  const under = [
    db.run(sql`SELECT pg_sleep(30)`),
    db.transaction(async (tx) => {
      await tx.run(sql`SELECT pg_sleep(30)`);
    }),
    // More than there are connections: this one still waits for its turn.
    db.transaction(async (tx) => {
      wasAfter = true;
      await tx.run(sql`SELECT 1`);
    }),
  ];
  const ends = under.map((each) =>
    each.then(
      () => "done",
      (error: unknown) => (isUnavailable(error) ? "unavailable" : String(error)),
    ),
  );
  await new Promise((resolve) => setImmediate(resolve));
  db.setAway(true);
  const late = await db.run(sql`SELECT 1`).catch((error: unknown) => isUnavailable(error));
  assert.equal(late, true);
  assert.deepEqual(await Promise.all(ends), ["unavailable", "unavailable", "unavailable"]);
  assert.ok(clock.ms() < 2_000);
  clock.stop();
  db.setAway(false);
  assert.equal(await db.run(sql`SELECT 1`), 1);
  assert.equal(wasAfter, false, "what was refused is not done later");
  await db.close();
});

test("a connection that ends in somebody's hands between two statements is unavailable to them alone, and the process goes on", async () => {
  const db = openDb(database.url, { max: 4, onError: () => {} });
  const endItself = async (tx: Tx): Promise<unknown> => {
    const { pid } = await tx.one<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`);
    await db.run(sql`SELECT pg_terminate_backend(${pid}, 10000)`);
    // The server has gone; its last words are on their way to us, and nobody asks anything meanwhile.
    await db.run(sql`SELECT pg_sleep(0.1)`);
    return tx.run(sql`SELECT 1`);
  };
  for (const way of [db.together, db.transaction])
    await assert.rejects(way(endItself), (error: unknown) => isUnavailable(error));
  assert.equal(await db.together((tx) => tx.run(sql`SELECT 1`)), 1);
  await db.close();
});
