// A start is patient with a database that goes away for a moment, and with nothing else.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openDb, sql } from "#platform/db/db.ts";
import { silentLog } from "#platform/log.ts";
import { whenThere } from "#server/starting.ts";
import { freshDatabase } from "#test/database.ts";

const database = await freshDatabase();
after(() => database.drop());

// The fault: one connection that was late behind a flood of mails at the door ended the start with a stack.
test("what is read at the start is read again when the database was away for a moment; what it says against a statement stands", async () => {
  const db = openDb(database.url, { max: 1, onError: () => {} });
  after(() => db.close());
  db.setAway(true);
  const said: string[] = [];
  const warn = (event: string): void => {
    said.push(event);
    if (said.length === 2) db.setAway(false);
  };
  assert.equal(await whenThere({ ...silentLog, warn }, () => db.run(sql`SELECT 1`)), 1);
  assert.deepEqual(said, ["start.databaseAway", "start.databaseAway"]);
  await assert.rejects(
    whenThere({ ...silentLog, warn }, () => db.run(sql`SELECT missing`)),
    /"missing"/,
  );
  assert.equal(said.length, 2);
});
