// The built-in PostgreSQL through its life: first start, restart, orphan, stale lock, odd folder. Real processes.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { setTimeout as nextLook } from "node:timers/promises";
import { Client } from "pg";
import { asSystemAccount, readPasswd } from "./account.ts";
import { createDatabase, dropDatabase, startPostgres } from "./postgres.ts";
import type { RunningPostgres } from "./postgres.ts";
import { isAlive, readPostmaster } from "./postmaster.ts";
import { renderSettings } from "./settings.ts";

const quiet = { fsync: "off" };

async function ask(url: string, sql: string): Promise<unknown> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const result = await client.query<{ answer: unknown }>(sql);
    return result.rows[0]?.answer;
  } finally {
    await client.end();
  }
}

suite("the built-in PostgreSQL", () => {
  let home: string;
  let dataDir: string;
  let running: RunningPostgres | undefined;
  const steps: string[] = [];
  const start = async (): Promise<RunningPostgres> => {
    steps.length = 0;
    running = await startPostgres({ dataDir, log: (step) => steps.push(step), settings: quiet });
    return running;
  };
  const password = (): string => readFileSync(join(dataDir, "password"), "utf8");

  before(() => {
    home = mkdtempSync(join(tmpdir(), "pg-"));
    dataDir = join(home, "a folder with spaces, ümlauts & 'quotes'");
  });
  after(async () => {
    await running?.stop();
    rmSync(home, { recursive: true, force: true });
  });

  test("first start creates the cluster, tells the step and keeps the password to its owner", async () => {
    const server = await start();
    assert.equal(server.adopted, false);
    assert.ok(steps.some((step) => step.includes("creating")));
    assert.equal(statSync(join(dataDir, "password")).mode & 0o777, 0o600);
    assert.equal(await ask(server.url, "SELECT current_database() AS answer"), "draht");
    assert.equal(await ask(server.url, "SELECT current_setting('synchronous_commit') AS answer"), "on");
    assert.equal(await ask(server.url, "SELECT lower('GRÖẞMANN') AS answer"), "größmann");
    assert.equal(
      await ask(server.url, "SELECT datlocale AS answer FROM pg_database WHERE datname = current_database()"),
      "C.UTF-8",
    );
  });

  test("a wrong password is refused", async () => {
    const server = await start();
    const url = server.url.replace(encodeURIComponent(password()), "wrong");
    assert.notEqual(url, server.url);
    await assert.rejects(ask(url, "SELECT 1 AS answer"), /password authentication failed/);
  });

  test("a restart keeps the rows and does not create the cluster again", async () => {
    await ask((await start()).url, "CREATE TABLE kept AS SELECT 42 AS answer");
    await running?.stop();
    assert.equal(readPostmaster(join(dataDir, "cluster")), undefined);
    const server = await start();
    assert.equal(server.adopted, false);
    assert.deepEqual(steps, []);
    assert.equal(await ask(server.url, "SELECT answer FROM kept"), 42);
  });

  test("the server outlives kill -9 of the process that started it, and is adopted", async () => {
    await running?.stop();
    const program = `
      import { startPostgres } from ${JSON.stringify(join(import.meta.dirname, "postgres.ts"))};
      const server = await startPostgres({ dataDir: process.argv[1], log: () => {}, settings: { fsync: "off" } });
      process.stdout.write(String(server.pid));
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ["--input-type=module", "--eval", program, dataDir], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [chunk] = (await once(parent.stdout, "data")) as [Buffer];
    parent.kill("SIGKILL");
    await once(parent, "exit");
    const server = await start();
    assert.equal(server.adopted, true);
    assert.equal(server.pid, Number(chunk.toString()));
    assert.equal(await ask(server.url, "SELECT answer FROM kept"), 42);
  });

  // A stop that lasted longer than its patience ended the process before PostgreSQL was told; it was found running long after.
  test("a process that ends without stopping it asks it to end", async () => {
    await running?.stop();
    const program = `
      import { keepPostgres } from ${JSON.stringify(join(import.meta.dirname, "keep.ts"))};
      const server = await keepPostgres({ dataDir: process.argv[1], log: () => {}, settings: { fsync: "off" } });
      process.stdout.write(String(server.pid), () => process.exit(0));`;
    const parent = spawn(process.execPath, ["--input-type=module", "--eval", program, dataDir], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [chunk] = (await once(parent.stdout, "data")) as [Buffer];
    const pid = Number(chunk.toString());
    await once(parent, "exit");
    for (const deadline = Date.now() + 60_000; isAlive(pid) && Date.now() < deadline;) await nextLook(20);
    assert.equal(isAlive(pid), false);
    assert.equal(readPostmaster(join(dataDir, "cluster")), undefined, "it ended in order");
    assert.equal(await ask((await start()).url, "SELECT answer FROM kept"), 42);
  });

  test("two starts at once on one folder end with one server", async () => {
    await running?.stop();
    const [one, two] = await Promise.all([start(), start()]);
    assert.equal(one.pid, two.pid);
    assert.notEqual(one.adopted, two.adopted);
  });

  test("kill -9 of PostgreSQL loses nothing committed and leaves no lock that stops the next start", async () => {
    const first = await start();
    await ask(first.url, "CREATE TABLE committed AS SELECT 7 AS answer");
    process.kill(first.pid, "SIGKILL");
    const server = await start();
    assert.notEqual(server.pid, first.pid);
    assert.equal(await ask(server.url, "SELECT answer FROM committed"), 7);
  });

  test("a lock file whose process id now belongs to a stranger is cleared", async () => {
    const first = await start();
    const lock = readFileSync(join(dataDir, "cluster", "postmaster.pid"), "utf8").split("\n");
    await first.stop();
    // Shared memory of id 0 has no process attached; our own process is alive and is no PostgreSQL.
    writeFileSync(
      join(dataDir, "cluster", "postmaster.pid"),
      [process.pid, ...lock.slice(1, 6), "1 0", "ready", ""].join("\n"),
    );
    writeFileSync(join(dataDir, "start.pid"), "999999999");
    const server = await start();
    assert.equal(server.adopted, false);
    assert.equal(await ask(server.url, "SELECT answer FROM committed"), 7);
  });

  test("a first start that was interrupted is done again; a damaged cluster is never overwritten", async () => {
    const other = join(home, "interrupted");
    mkdirSync(join(other, "cluster.new"), { recursive: true });
    writeFileSync(join(other, "cluster.new", "PG_VERSION"), "18\n");
    const options = { dataDir: other, log: () => undefined, settings: quiet };
    const server = await startPostgres(options);
    assert.equal(await ask(server.url, "SELECT 1 AS answer"), 1);
    await server.stop();
    rmSync(join(other, "cluster", "PG_VERSION"));
    await assert.rejects(startPostgres(options), /no complete PostgreSQL folder/);
    assert.ok(existsSync(join(other, "cluster", "global")));
  });

  test("a plain folder is reached by its local socket, a folder with an odd or deep path by TCP", async () => {
    assert.equal(new URL((await start()).url).searchParams.get("host"), null);
    const plain = mkdtempSync(join(tmpdir(), "pg-plain-"));
    const server = await startPostgres({ dataDir: plain, log: () => undefined, settings: quiet });
    try {
      assert.equal(new URL(server.url).searchParams.get("host"), plain);
      assert.equal(await ask(server.url, "SELECT inet_client_addr() IS NULL AS answer"), true);
      const adopted = await startPostgres({ dataDir: plain, log: () => undefined, settings: quiet });
      assert.deepEqual([adopted.adopted, adopted.url], [true, server.url]);
    } finally {
      await server.stop();
      rmSync(plain, { recursive: true, force: true });
    }
    const deep = mkdtempSync(join(tmpdir(), `pg-${"d".repeat(90)}-`));
    const other = await startPostgres({ dataDir: deep, log: () => undefined, settings: quiet });
    try {
      assert.equal(await ask(other.url, "SELECT inet_client_addr() IS NULL AS answer"), false);
    } finally {
      await other.stop();
      rmSync(deep, { recursive: true, force: true });
    }
  });

  test("a port that is taken is named", async () => {
    const first = await start();
    const taken = Number(new URL(first.url).port);
    const other = startPostgres({ dataDir: join(home, "second"), log: () => undefined, port: taken, settings: quiet });
    await assert.rejects(other, new RegExp(`127\\.0\\.0\\.1:${taken}: the port is taken`));
  });

  test("a database is copied from a template and dropped with its connections", async () => {
    const server = await start();
    const template = await createDatabase(server.url, "pattern");
    await ask(template, "CREATE TABLE filled AS SELECT 3 AS answer");
    const copy = await createDatabase(server.url, 'odd "name"', "pattern");
    assert.equal(await ask(copy, "SELECT answer FROM filled"), 3);
    const client = new Client({ connectionString: copy });
    client.on("error", () => undefined);
    await client.connect();
    const ended = new Promise((resolve) => client.once("end", resolve));
    await dropDatabase(server.url, 'odd "name"');
    await ended;
    await dropDatabase(server.url, 'odd "name"');
    await assert.rejects(ask(copy, "SELECT 1 AS answer"), /does not exist/);
  });

  test("the operator's own settings win", async () => {
    await running?.stop();
    writeFileSync(join(dataDir, "postgres.conf"), "work_mem = '9MB'\n");
    assert.equal(await ask((await start()).url, "SELECT current_setting('work_mem') AS answer"), "9MB");
  });

  test("stop ends the server, and stopping twice is harmless", async () => {
    const server = await start();
    await server.stop();
    await server.stop();
    assert.equal(isAlive(server.pid), false);
    assert.equal(existsSync(join(dataDir, "cluster", "postmaster.pid")), false);
  });
});

test("settings quote what they are given", () => {
  const text = renderSettings({ cluster_name: "it's" }, "/o'k/postgres.conf");
  assert.match(text, /^cluster_name = 'it''s'$/m);
  assert.match(text, /^include = '\/o''k\/postgres.conf'$/m);
});

test(
  "without a user namespace root becomes a system account that can reach the program",
  { skip: process.geteuid?.() === 0 ? false : "only root changes accounts" },
  () => {
    const account = asSystemAccount("/bin/true", readPasswd());
    assert.ok((account.ids?.uid ?? 0) > 0);
    assert.throws(() => asSystemAccount("/does/not/exist", readPasswd()), /DATABASE_URL/);
  },
);
