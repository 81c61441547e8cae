// The demo world: made whole by the domain's own actions, made anew after a kill, and nothing of its past is sent.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { sql } from "#platform/db/db.ts";
import { backgroundScripts } from "#server/demo/background.ts";
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
  seedDemo(world, {
    now,
    progress: () => {},
    smtp: { host: "127.0.0.1", port: 1 },
    lineUrl: "http://127.0.0.1:1/",
    reader,
    concerns: 40,
  });
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
      {
        now,
        progress: () => {},
        smtp: { host: "127.0.0.1", port: 1 },
        lineUrl: "http://127.0.0.1:1/",
        reader,
        concerns: 40,
      },
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
  assert.equal(
    await count(sql`SELECT count(*)::int AS n FROM concern_link`),
    4,
    "two of agents, a split and a merged one",
  );
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

test("most promises are kept, a believable few are missed", async () => {
  const since = new Date(now.getTime() - 30 * 86_400_000).toISOString();
  const of = (kind: string) =>
    count(sql`SELECT count(DISTINCT e.concern_id)::int AS n FROM event e JOIN concern c ON c.id = e.concern_id
      WHERE e.kind = ${kind} AND e.data ->> 'promise' = 'firstReply' AND c.created_at >= ${since}::timestamptz`);
  const [kept, missed] = [await of("promise.kept"), await of("promise.missed")];
  assert.ok(missed > 0 && missed / (kept + missed) < 0.2, `${missed} of ${kept + missed} first replies missed`);
});

test("the same seed plays the same, and a quarter of the year begins in a chat", () => {
  const [one, again] = [1, 2].map(() => backgroundScripts(now, 345));
  assert.deepEqual(one, again);
  const chats = (one ?? []).filter(({ chat }) => chat !== undefined);
  assert.ok(chats.length > 345 / 5 && chats.length < 345 / 3, `${chats.length} of 345`);
  const kinds = new Set(
    chats
      .flatMap(({ steps }) => steps)
      .flatMap((step) => ("parts" in step ? (step.parts ?? []) : []))
      .map(({ kind }) => kind),
  );
  assert.deepEqual([...kinds].toSorted(), ["article", "choices", "form"]);
  const scores = (one ?? []).flatMap(({ rates }) => rates ?? []);
  const share = (fits: (score: number) => boolean): number =>
    scores.filter(({ score }) => fits(score)).length / scores.length;
  assert.ok(share((score) => score >= 4) > 0.6 && share((score) => score <= 2) > 0.08, JSON.stringify(scores));
});

test("chats and ratings stand in it: over two channels, with a code, answered parts, nobody yet, an absence, and what customers said", async () => {
  const story = async (text: string) =>
    world.db.one<{ id: string; status: string; channels: string[]; unread: number }>(sql`
      SELECT c.id, c.status, c.channels, (SELECT count(*)::int FROM unread u WHERE u.concern_id = c.id) AS unread
        FROM message m JOIN message_body b ON b.message_id = m.id JOIN concern c ON c.id = m.concern_id WHERE b.text LIKE ${`${text}%`} AND m.direction = 'in'`);
  const moved = await story("Moin! Wir ziehen Mitte des Monats");
  const thread = await world.db.rows<{ way: string; parts: string[] | null }>(sql`
    SELECT concat_ws(' ', m.direction, m.channel_kind, m.automatic) AS way,
           (SELECT array_agg(p ->> 'kind') FROM jsonb_array_elements(b.parts) AS p) AS parts
      FROM message m JOIN message_body b ON b.message_id = m.id WHERE m.concern_id = ${moved.id} ORDER BY m.seq`);
  assert.deepEqual(
    thread.map(({ way, parts }) => [way, ...(parts ?? [])]),
    [
      ["in webchat"],
      ["out webchat", "words", "form"],
      ["in webchat", "answer"],
      ["out webchat", "words", "choices"],
      ["in webchat", "answer"],
      ["in webchat"],
      ["out webchat", "words", "article"],
      ["out email auto-reply"],
      ["in email"],
    ],
  );
  assert.equal(moved.status, "open");
  assert.equal(
    await count(
      sql`SELECT count(*)::int AS n FROM address WHERE norm = 'mareike.thomsen@posteo.example' AND verified_at IS NOT NULL`,
    ),
    1,
  );
  assert.equal((await story("Hallo, ist da jemand?")).status, "new");
  assert.equal(
    await count(sql`SELECT count(*)::int AS n FROM concern WHERE customer_name LIKE 'visitor-%'`),
    0,
    "whoever has said a name is called so",
  );
  assert.ok(
    (await count(sql`SELECT count(*)::int AS n FROM concern WHERE subject LIKE 'Receiver auf der Rechnung%'`)) === 1,
  );
  assert.equal(await count(sql`SELECT count(*)::int AS n FROM concern WHERE merged_into IS NOT NULL`), 1);
  const away = await story("Vielen Dank für Ihre Nachricht. Ich bin bis");
  assert.equal(away.status, "waiting", "an absence opens nothing");
  const tills = await story("Hi, our card tills");
  const said = await world.db.rows<{ score: number; words: string }>(
    sql`SELECT score, words FROM rating WHERE score IS NOT NULL ORDER BY concern_id = ${tills.id} DESC`,
  );
  assert.deepEqual([said[0]?.score, said[0]?.words], [5, "Fixed before the lunch rush. Thank you, Emma!"]);
  assert.equal(await count(sql`SELECT count(*)::int AS n FROM concern WHERE rating IS NOT NULL`), said.length);
  assert.equal(
    await count(sql`SELECT count(*)::int AS n FROM unread WHERE NOT parked`),
    0,
    "nothing is mailed as soon as it starts",
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
