// The demo world: made whole by the domain's own actions, made anew after a kill, and nothing of its past is sent.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { sql } from "#platform/db/db.ts";
import { hasDemo } from "#server/demo/marker.ts";
import { seedDemo } from "#server/demo/seed.ts";
import { openReader, type Reader } from "#server/reader.ts";
import { openTestWorld, type TestWorld } from "#test/world.ts";

let world: TestWorld;
let reader: Reader;
const now = new Date("2026-11-24T15:30:00.000Z");

before(async () => {
  world = await openTestWorld();
  reader = openReader({
    timeMs: 60_000,
    memoryBytes: 256 * 1024 * 1024,
    processes: 2,
    idleMs: 60_000,
    log: world.log,
    dns: "demo",
  });
});
after(async () => {
  await reader.close();
  await world.close();
});

const seed = (): Promise<void> =>
  seedDemo(world, { now, progress: () => {}, smtp: { host: "127.0.0.1", port: 1 }, reader, concerns: 40 });
const count = async (query: ReturnType<typeof sql>): Promise<number> => (await world.db.one<{ n: number }>(query)).n;

test("a run that was killed in the middle is made anew, and the whole is marked", async () => {
  const full = { ...world, db: { ...world.db } };
  let left = 4;
  // The fourth transaction of the walk does not commit, as after a kill.
  const killed: TestWorld["db"]["transaction"] = (work) => {
    left -= 1;
    return left < 0 ? Promise.reject(new Error("killed")) : world.db.transaction(work);
  };
  await assert.rejects(
    seedDemo(
      { ...full, db: { ...world.db, transaction: killed } },
      { now, progress: () => {}, smtp: { host: "127.0.0.1", port: 1 }, reader, concerns: 40 },
    ),
    /killed/,
  );
  assert.ok((await count(sql`SELECT count(*)::int AS n FROM agent`)) > 0, "something was left behind");
  assert.equal(await hasDemo(world), false);
  await seed();
  assert.equal(await hasDemo(world), true);
  assert.equal(await count(sql`SELECT count(*)::int AS n FROM agent WHERE handle = 'lena'`), 1);
  assert.equal(await count(sql`SELECT min(number)::int AS n FROM concern`), 1001);
});

test("today is lively", async () => {
  const rows = await world.db.rows<{ status: string; n: number }>(
    sql`SELECT status, count(*)::int AS n FROM concern GROUP BY status`,
  );
  for (const status of ["new", "open", "waiting", "snoozed", "resolved", "closed"])
    assert.ok(
      rows.some((row) => row.status === status),
      `no concern is ${status}`,
    );
  assert.equal(await count(sql`SELECT count(*)::int AS n FROM concern WHERE delivery_failed`), 1);
  assert.equal(await count(sql`SELECT count(*)::int AS n FROM message WHERE assurance = 'failed'`), 1);
  assert.ok((await count(sql`SELECT count(*)::int AS n FROM message WHERE mentions <> '{}'`)) >= 6);
  assert.equal(await count(sql`SELECT count(*)::int AS n FROM draft`), 1);
  assert.equal(await count(sql`SELECT count(*)::int AS n FROM concern_link`), 2);
  assert.equal(await count(sql`SELECT count(*)::int AS n FROM message WHERE remote_images AND automatic = 'list'`), 1);
  assert.ok(
    (await count(
      sql`SELECT count(*)::int AS n FROM attachment WHERE media_type LIKE 'text/calendar%' OR name LIKE '%.ics'`,
    )) >= 1,
  );
  assert.equal(
    await count(
      sql`SELECT count(*)::int AS n FROM concern WHERE message_count >= 12 AND subject LIKE 'Größere Störung%'`,
    ),
    1,
  );
  assert.equal(
    await count(
      sql`SELECT count(DISTINCT c.id)::int AS n FROM concern c JOIN address a ON a.customer_id = c.customer_id WHERE a.norm = 'h.pfeiffer@t-net.example'`,
    ),
    3,
  );
});

test("answers of customers came back by their tokens, and each stands where it belongs", async () => {
  assert.equal(
    await count(
      sql`SELECT count(*)::int AS n FROM message m WHERE m.direction = 'in' AND 'otherSender' = ANY (m.warnings)`,
    ),
    0,
  );
  assert.ok((await count(sql`SELECT count(*)::int AS n FROM address WHERE verified_at IS NOT NULL`)) > 10);
  assert.equal(
    await count(
      sql`SELECT count(*)::int AS n FROM concern c WHERE message_count <> (SELECT count(*) FROM message m WHERE m.concern_id = c.id AND m.direction <> 'system')`,
    ),
    0,
  );
});

test("nothing of the past is waiting to be sent, and time never ran backwards in the log", async () => {
  assert.equal(
    await count(sql`SELECT count(*)::int AS n FROM delivery WHERE state IN ('held', 'waiting', 'sending', 'unknown')`),
    0,
  );
  assert.equal(
    await count(
      sql`SELECT count(*)::int AS n FROM (SELECT at < lag(at) OVER (ORDER BY seq) AS earlier FROM event) AS e WHERE earlier`,
    ),
    0,
  );
  assert.equal(await count(sql`SELECT count(*)::int AS n FROM message WHERE at > ${now.toISOString()}`), 0);
});

test("who has left cannot sign in, and what they wrote stays", async () => {
  assert.equal(await count(sql`SELECT count(*)::int AS n FROM agent WHERE NOT active AND handle = 'bernd'`), 1);
});
