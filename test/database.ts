// A private database for a test file: copied from one migrated template, on one PostgreSQL for the whole test run.
// Called by every test that needs SQL. `npm test` starts the PostgreSQL; a file run alone starts or adopts its own.
import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import { Client } from "pg";
import { migrate } from "#platform/db/migrate.ts";
import { createDatabase, dropDatabase, startPostgres } from "#platform/postgres/postgres.ts";
import { hashOfMigrations, migrationsFolder } from "#test/cluster.ts";

/** A database of one test file's own. */
export type TestDatabase = {
  /** Connection address of the empty, migrated database. */
  readonly url: string;
  /** Drops it, ending every connection that is still open. */
  readonly drop: () => Promise<void>;
};

/** Name of the environment variable in which the test runner hands over its PostgreSQL. */
export const testPostgresVariable = "DRAHT_TEST_POSTGRES";

const root = dirname(import.meta.dirname);
/** Key of the advisory lock under which one process builds the template and the others wait. */
const templateLock = 7_284_002;

/**
 * A fresh database with every migration applied and no rows, in about 0.2 s. The template is rebuilt when a
 * migration changes, because its name holds their hash.
 */
export async function freshDatabase(): Promise<TestDatabase> {
  const admin = await testPostgres();
  const template = await migratedTemplate(admin);
  return databaseFrom(admin, template);
}

/** A database without any table, for tests of the migrations themselves. */
export async function emptyDatabase(): Promise<TestDatabase> {
  return databaseFrom(await testPostgres(), undefined);
}

async function databaseFrom(admin: string, template: string | undefined): Promise<TestDatabase> {
  const name = `test_${process.pid}_${randomBytes(5).toString("hex")}`;
  const url = await createDatabase(admin, name, template);
  return { url, drop: () => dropDatabase(admin, name) };
}

/** Address of the superuser on the run's PostgreSQL; starts or adopts one in .cache when there is no run. */
async function testPostgres(): Promise<string> {
  const given = process.env[testPostgresVariable];
  if (given !== undefined) return given;
  const running = await startPostgres({
    dataDir: join(root, ".cache", "test-postgres"),
    log: () => undefined,
    settings: testPostgresSettings,
  });
  return running.url;
}

/** Tests kill processes, never the machine: without fsync a kill loses nothing, and a database is made faster. */
export const testPostgresSettings: Readonly<Record<string, string>> = { fsync: "off", full_page_writes: "off" };

async function migratedTemplate(admin: string): Promise<string> {
  const name = `template_${hashOfMigrations()}`;
  const client = new Client({ connectionString: admin });
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock($1)", [templateLock]);
    const found = await client.query("SELECT FROM pg_database WHERE datname = $1", [name]);
    if (found.rowCount === 0) {
      // Built under another name first: a run that is killed here must not leave a half-made template.
      const unfinished = `${name}_unfinished`;
      await dropDatabase(admin, unfinished);
      await migrate(await createDatabase(admin, unfinished), migrationsFolder);
      await client.query(`ALTER DATABASE ${unfinished} RENAME TO ${name}`);
    }
  } finally {
    // Ending the session gives the lock back.
    await client.end();
  }
  return name;
}
