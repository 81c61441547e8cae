// The two stores against one suite, and each one's own faults: crashes and a full disk here, refusals and storms there.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openDiskFiles } from "#platform/files/disk.ts";
import { filesFull, isFilesUnavailable } from "#platform/files/files.ts";
import { filesSuite } from "#platform/files/files.suite.ts";
import { startS3Sim } from "#platform/files/s3-sim.ts";
import { openS3Files } from "#platform/files/s3.ts";

const root = mkdtempSync(join(tmpdir(), "draht-files-"));
const keys = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
const sim = await startS3Sim({ ...keys, bucket: "centre" });
after(async () => {
  await sim.close();
  rmSync(root, { recursive: true, force: true });
});

const inFolder = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);

const disk = openDiskFiles(join(root, "a"));
filesSuite("disk", () =>
  Promise.resolve({ files: disk, stored: () => Promise.resolve(inFolder(join(root, "a")).length) }),
);

const s3 = openS3Files({ endpoint: sim.endpoint, region: "eu-central-1", bucket: "centre", ...keys });
filesSuite("s3", () => Promise.resolve({ files: s3, stored: () => Promise.resolve(sim.objects.size) }));

test("disk: a process killed at any step of a put leaves nothing or the whole file, and the next put works", async () => {
  for (const step of ["opened", "written", "synced", "renamed", "settled"]) {
    const folder = join(root, `crash-${step}`);
    const script = `import { openDiskFiles } from "#platform/files/disk.ts";
      const files = openDiskFiles(${JSON.stringify(folder)}, (step) => { if (step === ${JSON.stringify(step)}) process.kill(process.pid, "SIGKILL"); });
      await files.put(Buffer.alloc(200_000, 7));`;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
      cwd: join(import.meta.dirname, "..", ".."),
      stdio: "ignore",
    });
    const signal = await new Promise((resolve) => child.on("exit", (_code, by) => resolve(by)));
    assert.equal(signal, "SIGKILL");
    const files = openDiskFiles(folder);
    const bytes = Buffer.alloc(200_000, 7);
    const whole = inFolder(folder).filter((name) => !name.endsWith(".tmp"));
    assert.ok(whole.length <= 1);
    for (const hash of whole) assert.ok(Buffer.from(await files.read(hash)).equals(bytes), `half a file after ${step}`);
    const { hash } = await files.put(bytes);
    assert.ok(Buffer.from(await files.read(hash)).equals(bytes));
    const left = inFolder(folder).filter((name) => name.endsWith(".tmp")).length;
    assert.equal(left, ["opened", "written", "synced"].includes(step) ? 1 : 0);
    assert.equal(await files.sweep(new Date(0)), 0, "young ones may be a put in progress");
    assert.equal(await files.sweep(new Date(Date.now() + 60_000)), left);
    assert.deepEqual(inFolder(folder), [hash]);
  }
});

test("disk: a full disk is an error that says so, leaves nothing behind and passes", async () => {
  const folder = join(root, "full");
  let full = true;
  const files = openDiskFiles(folder, (step) => {
    if (step === "opened" && full) throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
  });
  await assert.rejects(
    files.put(randomBytes(10)),
    (error: Error) => isFilesUnavailable(error) && /full/.test(error.message),
  );
  assert.deepEqual(inFolder(folder), []);
  full = false;
  await files.put(randomBytes(10));
  assert.ok(isFilesUnavailable(filesFull("x", null)));
});

test("s3: a wrong key or bucket is refused with a sentence, nothing is stored", async () => {
  const before = sim.objects.size;
  const place = { endpoint: sim.endpoint, region: "eu-central-1", bucket: "centre", ...keys };
  await assert.rejects(
    openS3Files({ ...place, secretAccessKey: "wrong" }).put(randomBytes(9)),
    /SignatureDoesNotMatch/,
  );
  await assert.rejects(openS3Files({ ...place, accessKeyId: "nobody" }).put(randomBytes(9)), /InvalidAccessKeyId/);
  await assert.rejects(openS3Files({ ...place, bucket: "other" }).put(randomBytes(9)), /no bucket "other"/);
  await assert.rejects(
    openS3Files({ ...place, endpoint: "http://127.0.0.1:1" }).put(randomBytes(9)),
    isFilesUnavailable,
  );
  assert.equal(sim.objects.size, before);
});

test("s3: a store that says 503 is asked again, three times at most", async () => {
  sim.answerNext.push(503, 429);
  const { hash } = await s3.put(randomBytes(9));
  assert.equal(await s3.has(hash), true);
  sim.answerNext.push(503, 500, 503);
  await assert.rejects(
    s3.put(randomBytes(9)),
    (error: Error) => isFilesUnavailable(error) && /503/.test(error.message),
  );
  assert.equal(sim.answerNext.length, 0);
});
