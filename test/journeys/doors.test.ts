// Whom our SMTP door sends away for good, and whom it asks to come again. Real PostgreSQL, a real door, a real client.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { converse, SmtpRefusal } from "#channels/email/simClient.ts";
import { sql } from "#platform/db/db.ts";
import { connectChannels, type Connected } from "#server/connected.ts";
import { openDoors, type Door } from "#server/doors.ts";
import { mailboxSettings } from "#test/centre.ts";
import { addCast, openTestWorld, type TestWorld } from "#test/world.ts";

let world: TestWorld;
let connected: Connected;
let door: Door;
let dataDir = "";
let channelId = "";
before(async () => {
  world = await openTestWorld();
  const cast = await addCast(world);
  await world.db.run(sql`DELETE FROM channel`);
  channelId = world.newId();
  const settings = mailboxSettings({ address: "service@kabel.test", aliases: ["rechnung@kabel.test"], smtp: null });
  await world.db.run(
    sql`INSERT INTO channel (id, brand_id, kind, name, enabled, settings, address, can_send) VALUES (${channelId}, ${cast.brandId}, 'email', 'Service', true, ${JSON.stringify(settings)}, 'service@kabel.test', false)`,
  );
  connected = await connectChannels(world);
  dataDir = await mkdtemp(join(tmpdir(), "draht-doors-"));
  const [opened] = await openDoors({
    world,
    config: { doors: { email: { host: "127.0.0.1", port: 0, tls: null } }, dataDir, maxMailBytes: 1_000_000 },
    machine: "kabel.test",
    connected,
    away: () => false,
    store: async () => "stored",
  });
  assert.ok(opened);
  door = opened;
});
after(async () => {
  await door.close();
  await world.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** What the door answers to a mail for this address: three digits. */
const answerTo = (address: string): Promise<string> =>
  converse(
    { host: "127.0.0.1", port: door.port },
    { hello: "kunde.test", from: "a@kunde.test", to: [address], raw: Buffer.from("Subject: x\r\n\r\nx\r\n") },
  ).then(
    () => "250",
    (error: unknown) => (error instanceof SmtpRefusal ? (error.reply ?? "").slice(0, 3) : String(error)),
  );

// Switching a channel off for a moment, or an update that could not read its settings, sent mail back to its senders for good.
void test("nobody is sent away for good while a mailbox is switched off or its settings cannot be read", async () => {
  assert.deepEqual(
    await Promise.all(["service@kabel.test", "rechnung@kabel.test", "nobody@kabel.test"].map(answerTo)),
    ["250", "250", "550"],
  );
  await world.db.run(sql`UPDATE channel SET enabled = false WHERE id = ${channelId}`);
  await connected.reload();
  assert.deepEqual(
    await Promise.all(["service@kabel.test", "rechnung@kabel.test", "nobody@kabel.test"].map(answerTo)),
    ["451", "451", "550"],
  );
  await world.db.run(sql`UPDATE channel SET enabled = true, settings = settings - 'address' WHERE id = ${channelId}`);
  await connected.reload();
  assert.equal(await answerTo("service@kabel.test"), "451");
  await world.db.run(
    sql`UPDATE channel SET settings = settings || '{"address": "service@kabel.test"}' WHERE id = ${channelId}`,
  );
  await connected.reload();
  assert.deepEqual(await Promise.all(["service@kabel.test", "nobody@kabel.test"].map(answerTo)), ["250", "550"]);
});
