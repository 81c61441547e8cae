// What is written in one go leaves in one go, and ending waits for nothing.
import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { test } from "node:test";
import { gatherWrites } from "#lib/gatherWrites.ts";

/** A stream that notes how its bytes left: one text for each write. */
const noting = (): { readonly stream: Writable; readonly left: string[] } => {
  const left: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk: string, _encoding, done) => {
      left.push(chunk);
      done();
    },
    writev: (chunks, done) => {
      left.push(chunks.map(({ chunk }) => String(chunk)).join("|"));
      done();
    },
  });
  return { stream, left };
};
const aMoment = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("what follows closely leaves together, in its order; what comes later leaves later", async () => {
  const { stream, left } = noting();
  gatherWrites(stream, setImmediate);
  stream.write("a");
  await Promise.resolve();
  stream.write("b");
  stream.write("c");
  assert.deepEqual(left, []);
  await aMoment();
  assert.deepEqual(left, ["a|b|c"]);
  stream.write("d");
  await aMoment();
  assert.deepEqual(left, ["a|b|c", "d"]);
});

test("ending sends at once what still waits", () => {
  const { stream, left } = noting();
  gatherWrites(stream, setImmediate);
  stream.write("a");
  stream.end("b");
  assert.deepEqual(left.join("|"), "a|b");
});
