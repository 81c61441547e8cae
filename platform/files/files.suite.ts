// What every store of files must do, run by the test of each adapter.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";
import { isFileMissing } from "#platform/files/files.ts";
import type { Files } from "#platform/files/files.ts";

const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Declares the tests; `open` gives the store, `stored` counts what it keeps. */
export const filesSuite = (
  name: string,
  open: () => Promise<{ readonly files: Files; readonly stored: () => Promise<number> }>,
): void => {
  test(`${name}: what was put comes back, byte for byte, read or streamed`, async () => {
    const { files } = await open();
    for (const bytes of [new Uint8Array(0), Buffer.from("Grüße\r\n"), randomBytes(3_000_000)]) {
      const put = await files.put(bytes);
      assert.equal(put.hash, hashOf(bytes));
      assert.equal(put.sizeBytes, bytes.length);
      assert.ok(Buffer.from(await files.read(put.hash)).equals(bytes));
      const parts: Buffer[] = [];
      for await (const part of await files.stream(put.hash)) parts.push(part as Buffer);
      assert.ok(Buffer.concat(parts).equals(bytes));
      assert.equal(await files.has(put.hash), true);
    }
  });

  test(`${name}: the same bytes are stored once, also when put ten times at once`, async () => {
    const { files, stored } = await open();
    const before = await stored();
    const bytes = randomBytes(100_000);
    const puts = await Promise.all(Array.from({ length: 10 }, () => files.put(bytes)));
    await files.put(Buffer.from(bytes));
    assert.equal(new Set(puts.map((put) => put.hash)).size, 1);
    assert.equal((await stored()) - before, 1);
  });

  test(`${name}: what was removed is missing, and removing it again is no error`, async () => {
    const { files } = await open();
    const { hash } = await files.put(randomBytes(50));
    await files.remove(hash);
    await files.remove(hash);
    assert.equal(await files.has(hash), false);
    await assert.rejects(files.read(hash), isFileMissing);
    await assert.rejects(files.stream(hash), isFileMissing);
    assert.equal((await files.put(randomBytes(50))).sizeBytes, 50);
  });

  test(`${name}: nothing but a hash names a file`, async () => {
    const { files } = await open();
    for (const bad of ["", "../../etc/passwd", "A".repeat(64), `${"a".repeat(63)}/`, `${"a".repeat(64)}\n`]) {
      await assert.rejects(files.read(bad));
      await assert.rejects(files.remove(bad));
      await assert.rejects(files.stream(bad));
    }
  });

  test(`${name}: what is set aside is not listed, is found by whoever reads it, comes back whole and is forgotten on its own`, async () => {
    const { files } = await open();
    const contents = Array.from({ length: 9 }, () => randomBytes(300));
    const hashes = (await Promise.all(contents.map((bytes) => files.put(bytes)))).map((put) => put.hash);
    const [soon, past] = [new Date(Date.now() + 60_000), new Date(0)];
    const all = async (portions: AsyncIterable<readonly string[]>): Promise<string[]> =>
      (await Array.fromAsync(portions))
        .flat()
        .filter((hash) => hashes.includes(hash))
        .toSorted();
    assert.deepEqual(await all(files.stored(soon)), hashes.toSorted());
    assert.deepEqual(await all(files.stored(past)), [], "all of them are younger");
    for (const hash of hashes) await files.setAside(hash);
    assert.deepEqual(await all(files.stored(soon)), []);
    assert.deepEqual(await all(files.aside(soon)), hashes.toSorted());
    assert.deepEqual(await all(files.aside(past)), []);
    const [read = "", streamed = "", back = "", again = "", gone = ""] = hashes;
    assert.ok(Buffer.from(await files.read(read)).equals(contents[0] ?? Buffer.alloc(0)));
    assert.equal((await Array.fromAsync(await files.stream(streamed))).length, 1);
    await files.putBack(back);
    assert.equal(await files.has(back), true);
    // Stored anew while a copy lies aside: forgetting that copy leaves the new one.
    await files.put(contents[3] ?? Buffer.alloc(0));
    for (const hash of [again, gone]) await files.forgetAside(hash);
    assert.ok(Buffer.from(await files.read(again)).equals(contents[3] ?? Buffer.alloc(0)));
    assert.equal(await files.has(gone), false);
    await assert.rejects(files.read(gone), isFileMissing);
    const listed = await all(files.stored(soon));
    assert.ok([back, again].every((hash) => listed.includes(hash)));
    for (const hash of hashes) await files.remove(hash);
    assert.deepEqual([await all(files.stored(soon)), await all(files.aside(soon))], [[], []]);
  });
};
