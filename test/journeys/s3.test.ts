// Two server processes whose files lie in a bucket: what comes in through one is read at the other, byte for byte, answered from there with a
// file, and is still there when one of them is killed with a mail in its hands. The bucket is the small S3 that checks every signature.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";
import type { SimFile } from "#channels/email/simMail.ts";
import { api } from "#contract/api.ts";
import type { AnyEvent } from "#contract/events.ts";
import type { Message } from "#contract/concerns.ts";
import { startS3Sim, type S3Sim } from "#platform/files/s3-sim.ts";
import { admin } from "#test/centre.ts";
import { signIn, type Desk } from "#test/desk.ts";
import { cleaners, service } from "#test/faults.ts";
import { startNodes, type Nodes } from "#test/nodes.ts";
import type { TestServer } from "#test/server.ts";

const keys = { accessKeyId: "AKIDRAHT", secretAccessKey: "nicht-weitersagen", bucket: "draht" };
const customer = "karla@kunde.test";

let bucket: S3Sim;
let nodes: Nodes;
let one: TestServer;
let other: TestServer;
let desk: Desk;

before(async () => {
  bucket = await startS3Sim(keys);
  cleaners.push(bucket.close);
  nodes = await startNodes(2, {
    S3_ENDPOINT: bucket.endpoint,
    S3_BUCKET: keys.bucket,
    S3_ACCESS_KEY_ID: keys.accessKeyId,
    S3_SECRET_ACCESS_KEY: keys.secretAccessKey,
  });
  [one, other] = nodes.servers as [TestServer, TestServer];
  desk = await signIn(other.url, admin.email, admin.password);
});

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** So large that the mail as it came does not fit into the database either. */
const file = (name: string): SimFile => ({
  name,
  mediaType: "application/octet-stream",
  inlineId: null,
  bytes: randomBytes(400_000),
});

const write = async (server: TestServer, subject: string, files: readonly SimFile[]): Promise<Buffer> =>
  (
    await nodes.sim.send(
      {
        from: { name: "Karla", address: customer },
        to: [{ name: "", address: service }],
        subject,
        text: `Guten Tag, ${subject}`,
        files,
      },
      { host: "127.0.0.1", port: server.ports.smtp },
    )
  ).raw;

/** The message with this subject as the other node's desk opens it. */
const arrived = async (subject: string): Promise<Message> => {
  const live = await desk.live(0);
  const event = await live.event(
    (each: AnyEvent) => each.kind === "message.added" && each.data.message.subject === subject,
  );
  live.close();
  const { messages } = await desk.call(api.concerns.open, { params: { id: event.concernId ?? "" } });
  const found = messages.find((message) => message.subject === subject);
  assert.ok(found);
  return found;
};

const fetched = async (url: string | null | undefined): Promise<Buffer> => {
  assert.ok(url);
  const answer = await fetch(new URL(url, other.url), { headers: { cookie: desk.cookie } });
  assert.equal(answer.status, 200, url);
  return Buffer.from(await answer.arrayBuffer());
};

test("in through one node, read at the other, answered from there with a file", async () => {
  const files = [file("Vertrag.bin"), file("Messung.bin")];
  const raw = await write(one, "Zwei Anlagen", files);
  const message = await arrived("Zwei Anlagen");
  assert.deepEqual(
    message.files.map(({ name, sizeBytes }) => [name, sizeBytes]),
    files.map(({ name, bytes }) => [name, bytes.length]),
  );
  for (const [n, { bytes }] of files.entries())
    assert.equal(sha256(await fetched(message.files[n]?.url)), sha256(bytes), "byte for byte");
  assert.ok((await fetched(message.rawUrl)).includes(raw.subarray(-200)), "the original as well");

  const answer = randomBytes(300_000);
  await desk.call(api.concerns.reply, {
    params: { id: message.concernId },
    body: {
      channelId: nodes.channelId,
      to: [customer],
      cc: [],
      text: "Anbei die Rechnung.",
      html: null,
      uploads: [await desk.upload("Rechnung.bin", answer, "application/octet-stream")],
      sendAt: null,
      statusAfter: "waiting",
      key: crypto.randomUUID(),
    },
  });
  const sent = await nodes.sim.next((mail) => mail.envelope.to.includes(customer), 0);
  assert.deepEqual(
    sent.files.map(({ name, bytes }) => [name, sha256(bytes)]),
    [["Rechnung.bin", sha256(answer)]],
  );
});

test(
  "a node is killed with a mail in its hands: the other reads it, and every file is there",
  { timeout: 400_000 },
  async () => {
    const files = [file("Foto.bin")];
    await write(one, "Kurz vor dem Ende", files);
    await one.end("SIGKILL");
    const message = await arrived("Kurz vor dem Ende");
    assert.equal(sha256(await fetched(message.files[0]?.url)), sha256(files[0]?.bytes ?? Buffer.alloc(0)));
    const earlier = await arrived("Zwei Anlagen");
    for (const { url, sizeBytes } of earlier.files) assert.equal((await fetched(url)).length, sizeBytes);
    await write(other, "Danach", [file("Noch eins.bin")]);
    assert.equal((await fetched((await arrived("Danach")).files[0]?.url)).length, 400_000);
  },
);

test("nothing lies on the disk of a node, everything in the bucket, and every request bore a right signature", async () => {
  const folder = join(other.dataDir, "files");
  assert.deepEqual(existsSync(folder) ? await readdir(folder) : [], []);
  // Three originals, four attachments that came and one that left.
  assert.ok(bucket.objects.size >= 8, `${bucket.objects.size} objects`);
  assert.deepEqual(
    bucket.requests.filter((each) => each.endsWith(" 403")),
    [],
  );
});
