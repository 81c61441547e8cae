// Small bytes in the database against the same promises as files, and beside files.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openDb, sql } from "#platform/db/db.ts";
import { openDiskFiles } from "#platform/files/disk.ts";
import { isFileMissing } from "#platform/files/files.ts";
import { hashOf, keepEachSmall, withSmall } from "#platform/files/small.ts";
import { freshDatabase } from "#test/database.ts";

const database = await freshDatabase();
const db = openDb(database.url, { max: 2, onError: () => {} });
const dir = await mkdtemp(join(tmpdir(), "draht-small-"));
const files = withSmall(db, openDiskFiles(dir));
after(async () => {
  await db.close();
  await database.drop();
  await rm(dir, { recursive: true, force: true });
});

/** A view into a larger buffer, as sockets give them, with every byte value in it. */
const bytes = Uint8Array.from({ length: 1_000 }, (_, i) => i % 256).subarray(100, 900);
const whole = async (hash: string): Promise<Buffer> => {
  const parts: Buffer[] = [];
  for await (const part of await files.stream(hash)) parts.push(Buffer.from(part as Uint8Array));
  return Buffer.concat(parts);
};

test("bytes kept with a commit come back as they were, by reading and by streaming, and are kept once", async () => {
  const hash = hashOf(bytes);
  await db.run(keepEachSmall([{ hash, bytes }]));
  await db.run(keepEachSmall([{ hash, bytes }]));
  assert.equal((await db.one<{ n: number }>(sql`SELECT count(*)::int AS n FROM small_file`)).n, 1);
  assert.deepEqual(Buffer.from(await files.read(hash)), Buffer.from(bytes));
  assert.deepEqual(await whole(hash), Buffer.from(bytes));
  assert.equal(await files.has(hash), true);
  await files.remove(hash);
  assert.equal(await files.has(hash), false);
  await assert.rejects(files.read(hash), isFileMissing);
});

test("what a transaction kept is gone when it is rolled back", async () => {
  const hash = hashOf(bytes);
  await assert.rejects(
    db.transaction(async (tx) => {
      await tx.run(keepEachSmall([{ hash, bytes }]));
      throw new Error("undone");
    }),
    /undone/,
  );
  assert.equal(await files.has(hash), false);
});

test("files are found as before", async () => {
  const stored = await files.put(Buffer.from("im Ordner"));
  assert.equal(Buffer.from(await files.read(stored.hash)).toString(), "im Ordner");
  assert.equal((await whole(stored.hash)).toString(), "im Ordner");
  assert.equal(await files.has(stored.hash), true);
  await files.remove(stored.hash);
  assert.equal(await files.has(stored.hash), false);
});
