// What an operator watches: /healthz, /readyz with what is missing, /metrics with the numbers that deserve an alarm, and who may read them.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rename, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { openDoor } from "#channels/email/door.ts";
import { api } from "#contract/api.ts";
import type { Brand } from "#contract/brands.ts";
import { openDiskFiles } from "#platform/files/disk.ts";
import { missingParts } from "#server/starting.ts";
import { addMailbox, setUpCentre } from "#test/centre.ts";
import type { Desk } from "#test/desk.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

let server: TestServer;
let desk: Desk;
let brand: Brand;
before(async () => {
  server = await startTestServer({ env: { UNDO_SECONDS: "60" } });
  ({ desk, brand } = await setUpCentre(server.url));
});
after(() => server.stop());

const ask = async (path: string, headers: Record<string, string> = {}): Promise<{ status: number; text: string }> => {
  const response = await fetch(server.url + path, { headers });
  return { status: response.status, text: await response.text() };
};

/** Asks /readyz until it says so: a store tells nobody that it went away. */
const readiness = async (wanted: string): Promise<void> => {
  for (;;) {
    const { status, text } = await ask("/readyz");
    assert.equal(status, text === "ready\n" ? 200 : 503);
    if (text === wanted) return;
    await pause(50);
  }
};

const values = async (): Promise<Map<string, number>> => {
  const { status, text } = await ask("/metrics");
  assert.equal(status, 200);
  return new Map(
    text
      .split("\n")
      .filter((line) => line.startsWith("draht_"))
      .map((line) => {
        const space = line.lastIndexOf(" ");
        return [line.slice(0, space), Number(line.slice(space + 1))];
      }),
  );
};

test("metrics tell the outbox's depth and lateness, the channels' health and the pool", async () => {
  const channel = await addMailbox(desk, brand.id, {
    address: "service@kabel.test",
    smtp: { host: "127.0.0.1", port: 1 },
  });
  const write = (to: string) =>
    desk.call(api.concerns.create, {
      body: {
        brandId: brand.id,
        channelId: channel.id,
        customerId: null,
        kind: "email",
        to: [to],
        cc: [],
        subject: "Wartung",
        text: "Guten Tag",
        html: null,
        uploads: [],
        key: crypto.randomUUID(),
      },
    });
  await write("karla@kunde.test");
  await write("zoe@kunde.test");
  const now = await values();
  assert.equal(now.get('draht_outbox_deliveries{state="held"}'), 2);
  assert.equal(now.get('draht_outbox_deliveries{state="waiting"}'), 0);
  assert.equal(now.get('draht_outbox_late_seconds{of="oldest"}'), 0);
  assert.equal(now.get('draht_channels{health="off"}'), 1);
  assert.equal(now.get('draht_channels{health="failing"}'), 0);
  const inUse = (use: string): number => now.get(`draht_database_connections{use="${use}"}`) ?? -1;
  assert.ok(inUse("busy") >= 0 && inUse("busy") + inUse("idle") >= 1);
  assert.ok(inUse("waited_for") >= 0);
});

test("readyz names the file store while it is away, and healthz does not mind", { timeout: 240_000 }, async () => {
  await readiness("ready\n");
  const files = join(server.dataDir, "files");
  await rename(files, `${files}.away`);
  await readiness("the file store cannot be used\n");
  assert.equal((await ask("/healthz")).status, 200);
  await rename(`${files}.away`, files);
  await readiness("ready\n");
});

test("only this machine reads the metrics, and nobody through its proxy; with a token, whoever shows it", async () => {
  assert.equal((await ask("/metrics")).status, 200);
  assert.equal((await ask("/metrics", { "x-forwarded-for": "127.0.0.1" })).status, 404);
  const other = request(`${server.url}/metrics`, { localAddress: "127.0.0.9" });
  other.end();
  const [answer] = (await once(other, "response")) as [{ statusCode?: number; resume: () => void }];
  answer.resume();
  assert.equal(answer.statusCode, 404);

  await server.end("SIGTERM");
  server = await server.again({ env: { METRICS_TOKEN: "ein-langes-wort" } });
  const tries = {
    "": 404,
    "ein-langes-wort": 404,
    "Bearer ein-langes-wor": 404,
    "Bearer ein-langes-worT": 404,
    "Bearer ein-langes-wort": 200,
  };
  for (const [authorization, status] of Object.entries(tries))
    assert.equal((await ask("/metrics", { authorization })).status, status, authorization);
});

test("a closed door and a database that refuses or falls silent are named", async () => {
  const door = await openDoor({
    port: 0,
    host: "127.0.0.1",
    name: null,
    tls: null,
    accepts: async () => null,
    store: async () => "known",
    log: () => undefined,
    now: () => new Date(),
  });
  const folder = await mkdtemp(join(tmpdir(), "draht-watching-"));
  const node = {
    db: { rows: async () => [] },
    away: () => false,
    files: openDiskFiles(folder),
    doors: [{ name: "SMTP", isOpen: door.isOpen }],
  };
  assert.deepEqual(await missingParts(node), []);
  await door.close();
  assert.deepEqual(await missingParts(node), ["the SMTP door is closed"]);
  assert.deepEqual(await missingParts({ ...node, away: () => true }), [
    "the database does not answer",
    "the SMTP door is closed",
  ]);
  const silent = new Promise<never>(() => undefined);
  for (const rows of [() => Promise.reject(new Error("gone")), () => silent])
    assert.deepEqual(await missingParts({ ...node, db: { rows }, doors: [] }), ["the database does not answer"]);
  await rm(folder, { recursive: true });
});
