// The private databases of the tests: migrated, empty, apart from each other, gone after drop.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { Client } from "pg";
import { emptyDatabase, freshDatabase } from "#test/database.ts";

async function rows(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

const tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'";

test("two fresh databases are migrated and know nothing of each other", async () => {
  const [one, two] = await Promise.all([freshDatabase(), freshDatabase()]);
  assert.ok((await rows(one.url, tables)).some((row) => row["tablename"] === "migration"));
  await rows(one.url, "CREATE TABLE only_here ()");
  const inTwo = await rows(two.url, tables);
  assert.ok(!inTwo.some((row) => row["tablename"] === "only_here"));
  await Promise.all([one.drop(), two.drop()]);
  await assert.rejects(rows(one.url, "SELECT 1"), /does not exist/);
});

test("an empty database has no table", async () => {
  const empty = await emptyDatabase();
  assert.deepEqual(await rows(empty.url, tables), []);
  await empty.drop();
});

test("every migration has a number of its own: two of one number would have no order", () => {
  const numbers = readdirSync(new URL("../db/migrations/", import.meta.url)).map((name) => name.slice(0, 4));
  assert.deepEqual(
    numbers.filter((number, i) => numbers.indexOf(number) !== i),
    [],
  );
});
