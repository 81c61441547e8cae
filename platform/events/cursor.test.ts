// One leader at a time, and reactions that miss nothing and do nothing twice, through failures and deaths.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { after, test } from "node:test";
import { openDb, sql } from "#platform/db/db.ts";
import { lead } from "#platform/db/leader.ts";
import { runReaction } from "#platform/events/cursor.ts";
import { createLog, silentLog } from "#platform/log.ts";
import { freshDatabase } from "#test/database.ts";
import { ownTime } from "#test/ownTime.ts";

const database = await freshDatabase();
const db = openDb(database.url, { max: 6, onError: () => {} });
await db.run(sql`CREATE TABLE happened (seq bigint PRIMARY KEY)`);
await db.run(sql`CREATE TABLE done (name text, seq bigint)`);
after(async () => {
  await db.close();
  await database.drop();
});

interface Signal {
  readonly promise: Promise<void>;
  readonly give: () => void;
}
const signal = (): Signal => {
  let give: () => void = () => {};
  const promise = new Promise<void>((resolve) => (give = resolve));
  return { promise, give };
};

const untilAborted = (stop: AbortSignal): Promise<void> =>
  new Promise((resolve) => stop.addEventListener("abort", () => resolve(), { once: true }));

test("of two only one leads, and when it stops the other takes over within 5 s", async () => {
  const [first, second] = [signal(), signal()];
  let leaders = 0;
  const run = (began: Signal) => async (stop: AbortSignal) => {
    leaders += 1;
    assert.equal(leaders, 1);
    began.give();
    await untilAborted(stop);
    leaders -= 1;
  };
  const a = lead(db, 1001, "a", silentLog, run(first));
  await first.promise;
  const b = lead(db, 1001, "b", silentLog, run(second));
  assert.ok(a.leads() && !b.leads());
  await a.stop();
  const clock = ownTime();
  await second.promise;
  assert.ok(clock.ms() < 5_000);
  clock.stop();
  await b.stop();
  assert.equal(leaders, 0);
});

test("a holder that is killed loses the lead to another within 5 s", async () => {
  const script = `import { openDb } from "#platform/db/db.ts"; import { lead } from "#platform/db/leader.ts"; import { silentLog } from "#platform/log.ts";
    lead(openDb(${JSON.stringify(database.url)}, { max: 1, onError: () => {} }), 1002, "child", silentLog, () => new Promise(() => { console.log("leads"); setInterval(() => {}, 1000); }));`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: join(import.meta.dirname, "..", ".."),
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  const took = signal();
  const mine = lead(db, 1002, "mine", silentLog, async (stop) => {
    took.give();
    await untilAborted(stop);
  });
  child.kill("SIGKILL");
  const clock = ownTime();
  await took.promise;
  assert.ok(clock.ms() < 5_000);
  clock.stop();
  await mine.stop();
});

test("a leader whose connection is cut is told, and leads again", async () => {
  let [began, ended] = [signal(), signal()];
  const mine = lead(db, 1003, "cut", silentLog, async (stop) => {
    began.give();
    await untilAborted(stop);
    ended.give();
  });
  await began.promise;
  const first = ended.promise;
  began = signal();
  await db.rows(
    sql`SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = 729 AND objid = 1003`,
  );
  await first;
  ended = signal();
  await began.promise;
  await mine.stop();
});

test("stopping while the first attempt is under way leaves no lock behind", async () => {
  const mine = lead(db, 1004, "short", silentLog, () => Promise.reject(new Error("must not run for long")));
  await mine.stop();
  assert.deepEqual(
    await db.rows(sql`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = 729 AND objid = 1004`),
    [],
  );
});

const read = async (
  _tx: unknown,
  after: number,
  limit: number,
): Promise<{ events: { seq: number }[]; upTo: number }> => {
  const events = await db.rows<{ seq: number }>(
    sql`SELECT seq FROM happened WHERE seq > ${after} ORDER BY seq LIMIT ${limit}`,
  );
  return { events, upTo: events.at(-1)?.seq ?? after };
};
const end = async (): Promise<number> =>
  (await db.one<{ last: number }>(sql`SELECT coalesce(max(seq), 0) AS last FROM happened`)).last;
const write = (from: number, to: number): Promise<number> =>
  db.run(sql`INSERT INTO happened SELECT generate_series(${from}::bigint, ${to}::bigint)`);
const doneBy = async (name: string): Promise<number[]> =>
  (await db.rows<{ seq: number }>(sql`SELECT seq FROM done WHERE name = ${name} ORDER BY seq`)).map((row) => row.seq);
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

test("a reaction begins at the end, gets every later entry once and in order, also when entries fail at times", async () => {
  await write(1, 5);
  const reached = signal();
  const began = signal();
  let calls = 0;
  const reaction = runReaction({
    name: "steady",
    key: 2001,
    db,
    log: silentLog,
    read,
    end: async () => {
      const last = await end();
      setImmediate(began.give);
      return last;
    },
    wants: (event) => event.seq % 2 === 0,
    handle: async (tx, event) => {
      calls += 1;
      await tx.run(sql`INSERT INTO done VALUES ('steady', ${event.seq})`);
      if (calls === 3) throw new Error("a bad moment");
      if (event.seq === 600) tx.afterCommit(reached.give);
    },
  });
  await began.promise;
  await write(6, 600);
  reaction.wake();
  await reached.promise;
  await reaction.stop();
  assert.deepEqual(
    await doneBy("steady"),
    range(6, 600).filter((seq) => seq % 2 === 0),
  );
  assert.equal((await db.one<{ seq: number }>(sql`SELECT seq FROM reaction_cursor WHERE name = 'steady'`)).seq, 600);
});

test("what a reaction does not want is passed without a write, but now and then the cursor is moved past it", async () => {
  const looks = [signal(), signal()];
  const passing = (keepEveryMs: number, turn: number): ReturnType<typeof runReaction> =>
    runReaction({
      name: "passing",
      key: 2010 + turn,
      db,
      log: silentLog,
      keepEveryMs,
      read: async (tx, after, limit) => {
        const found = await read(tx, after, limit);
        // A look behind the last entry begins only after everything of the look before it was done.
        if (found.events.length === 0) looks[turn]?.give();
        return found;
      },
      end,
      wants: () => false,
      handle: () => Promise.reject(new Error("nothing is wanted")),
    });
  const at = async (): Promise<number> =>
    (await db.one<{ seq: number }>(sql`SELECT seq FROM reaction_cursor WHERE name = 'passing'`)).seq;
  await db.run(sql`INSERT INTO reaction_cursor VALUES ('passing', 5)`);
  for (const [turn, keepEveryMs] of [60_000, 0].entries()) {
    const reaction = passing(keepEveryMs, turn);
    await looks[turn]?.promise;
    await reaction.stop();
    assert.equal(await at(), turn === 0 ? 5 : 600);
  }
});

test("what is sifted out of a look is passed, the rest is handled once and in order", async () => {
  await db.run(sql`INSERT INTO reaction_cursor VALUES ('sifting', 5)`);
  const reached = signal();
  const asked: number[] = [];
  const reaction = runReaction({
    name: "sifting",
    key: 2020,
    db,
    log: silentLog,
    read,
    end,
    wants: (event) => event.seq % 2 === 0,
    sift: async (_tx, events) => {
      asked.push(...events.map(({ seq }) => seq));
      return events.filter(({ seq }) => seq % 100 === 0);
    },
    handle: async (tx, event) => {
      await tx.run(sql`INSERT INTO done VALUES ('sifting', ${event.seq})`);
      if (event.seq === 600) tx.afterCommit(reached.give);
    },
  });
  await reached.promise;
  await reaction.stop();
  assert.deepEqual(await doneBy("sifting"), [100, 200, 300, 400, 500, 600]);
  assert.deepEqual(
    asked,
    range(6, 600).filter((seq) => seq % 2 === 0),
  );
});

test("what is much for one transaction is done in several, each kept by itself, and after a failure from the first", async () => {
  await db.run(sql`INSERT INTO reaction_cursor VALUES ('parted', 598)`);
  const reached = signal();
  const calls: string[] = [];
  const at = async (): Promise<number> =>
    (await db.one<{ seq: number }>(sql`SELECT seq FROM reaction_cursor WHERE name = 'parted'`)).seq;
  const reaction = runReaction({
    name: "parted",
    key: 2030,
    db,
    log: silentLog,
    read,
    end,
    wants: () => true,
    handle: async (tx, { seq }, from = "first") => {
      calls.push(`${seq} ${from}, kept ${await at()}, done ${(await doneBy("parted")).length}`);
      await tx.run(sql`INSERT INTO done VALUES ('parted', ${seq})`);
      if (seq === 600) tx.afterCommit(reached.give);
      if (seq === 600 || from === "third") return undefined;
      if (from === "second" && calls.length === 2) throw new Error("a bad moment");
      return from === "first" ? "second" : "third";
    },
  });
  await reached.promise;
  await reaction.stop();
  assert.deepEqual(calls, [
    "599 first, kept 598, done 0",
    "599 second, kept 598, done 1",
    "599 first, kept 598, done 1",
    "599 second, kept 598, done 2",
    "599 third, kept 598, done 3",
    "600 first, kept 599, done 4",
  ]);
});

test("two that both believe they lead do nothing twice", async () => {
  await db.run(sql`INSERT INTO reaction_cursor VALUES ('twice', 0)`);
  const both = [signal(), signal()];
  const reactions = [0, 1].map((i) =>
    runReaction({
      name: "twice",
      // Different locks: as if one had been frozen and missed that it was succeeded.
      key: 2002 + i,
      db,
      log: silentLog,
      read: async (tx, after, limit) => {
        const found = await read(tx, after, Math.min(limit, 20));
        if (found.events.length === 0) both[i]?.give();
        return found;
      },
      end,
      wants: () => true,
      handle: async (tx, event) => void (await tx.run(sql`INSERT INTO done VALUES ('twice', ${event.seq})`)),
    }),
  );
  await Promise.all(both.map((each) => each.promise));
  await Promise.all(reactions.map((each) => each.stop()));
  assert.deepEqual(await doneBy("twice"), range(1, 600));
});

test("an entry that cannot be handled is tried again, named in the log, and not skipped", async () => {
  await db.run(sql`INSERT INTO reaction_cursor VALUES ('stuck', 598)`);
  const tried = signal();
  const lines: string[] = [];
  let tries = 0;
  const reaction = runReaction({
    name: "stuck",
    key: 2004,
    db,
    log: createLog({ level: "error", pretty: false, write: (line) => void lines.push(line) }),
    read,
    end,
    wants: () => true,
    handle: async (_tx, event) => {
      assert.equal(event.seq, 599);
      tries += 1;
      if (tries === 2) tried.give();
      throw new Error("never");
    },
  });
  await tried.promise;
  await reaction.stop();
  assert.equal((await db.one<{ seq: number }>(sql`SELECT seq FROM reaction_cursor WHERE name = 'stuck'`)).seq, 598);
  assert.match(lines[0] ?? "", /"reaction":"stuck".*"after":598/);
});
