// What was written before there were reasons: sentences stay and are shown as they stand, as words of nobody in particular.
import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { channel } from "#contract/brands.ts";
import { delivery, message } from "#contract/concerns.ts";
import { allChannels } from "#modules/brands/reads.ts";
import { openDb, sql } from "#platform/db/db.ts";
import { migrate } from "#platform/db/migrate.ts";
import { emptyDatabase } from "#test/database.ts";

const migrations = new URL("../../db/migrations/", import.meta.url).pathname;

void test("a channel's sentences become words that are quoted, its status a status", async () => {
  const before = mkdtempSync(join(tmpdir(), "migrations-"));
  for (const name of readdirSync(migrations).filter((each) => each < "0130"))
    copyFileSync(join(migrations, name), join(before, name));
  const { url, drop } = await emptyDatabase();
  await migrate(url, before);
  const db = openDb(url, { max: 2, onError: () => {} });
  const brandId = "01890000-0000-7000-8000-000000000001";
  await db.run(sql`INSERT INTO brand (id, name, language) VALUES (${brandId}, 'Kabel', 'de')`);
  const add = (n: number, health: string, detail: string, trouble: string | null): Promise<number> =>
    db.run(sql`
      INSERT INTO channel (id, brand_id, kind, name, enabled, settings, address, can_send, health, health_detail, sending_trouble)
      VALUES (${`01890000-0000-7000-8000-00000000001${n}`}, ${brandId}, 'email', ${`K${n}`}, true, '{}', 'a@b.test', true, ${health}, ${detail}, ${trouble})`);
  await add(1, "failing", "INBOX: 4.7.8 sign-in refused: wrong", "5.7.8 535 wrong password");
  await add(2, "connected", "imap.test:993", null);
  await add(3, "failing", "mails cannot be stored now", "internal");
  await migrate(url, migrations);
  const channels = await allChannels(db);
  assert.deepEqual(
    channels.map((each) => [each.receivingTrouble, each.sendingTrouble]),
    [
      [
        { reason: null, code: "4.7.8", detail: "INBOX: 4.7.8 sign-in refused: wrong" },
        { reason: null, code: "5.7.8", detail: "535 wrong password" },
      ],
      [null, null],
      [
        { reason: null, code: null, detail: "mails cannot be stored now" },
        { reason: null, code: "internal", detail: "" },
      ],
    ],
  );
  for (const each of channels) assert.ok(channel.safeParse({ ...each, healthAt: null }).success);
  await db.close();
  await drop();
  rmSync(before, { recursive: true });
});

void test("verdicts and histories of before are whole for the desk", () => {
  assert.ok(
    message.shape.verdicts.safeParse([{ check: "form", result: "pass", detail: "exactly one sender" }]).success,
  );
  const step = { at: "2026-03-01T00:00:00.000Z", state: "unknown", detail: "The sending process ended." };
  assert.ok(delivery.shape.history.safeParse([step]).success);
});
