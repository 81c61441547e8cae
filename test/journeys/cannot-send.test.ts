// A relay that nobody can reach or that refuses our password: the channel says so, and what does not get out is marked.
// The fault: only fetching said how a channel is. With a wrong password of sending it stayed "ready", and answers waited for five days unseen.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { email } from "#channels/email/index.ts";
import { startMailSim } from "#channels/email/sim.ts";
import { createSmtp } from "#channels/email/smtp.ts";
import { mailbox } from "#channels/email/testSettings.ts";
import type { Trouble } from "#contract/reasons.ts";
import { allChannels, channelHealths } from "#modules/brands/reads.ts";
import { sql } from "#platform/db/db.ts";
import { createMetrics } from "#platform/metrics.ts";
import { startDispatch } from "#server/dispatch.ts";
import type { ConnectedChannel } from "#server/intake.ts";
import { until } from "#test/faults.ts";
import { answer, claimOf, newConcern, rowOf, send } from "#test/outbox.ts";
import { addCast, openTestWorld, type Cast, type TestWorld } from "#test/world.ts";

let world: TestWorld;
let cast: Cast;
before(async () => {
  world = await openTestWorld();
  cast = await addCast(world);
});
after(() => world.close());

const trouble = async (): Promise<Trouble | null | undefined> =>
  (await allChannels(world.db)).find(({ id }) => id === cast.channel.id)?.sendingTrouble;

void test("a channel says that nothing can leave, once, and that it can again", async () => {
  const sim = await startMailSim({ dir: null, smtpPort: 0 });
  const smtp = createSmtp();
  const relay = { host: "127.0.0.1", port: sim.port, security: "none", user: null, password: null } as const;
  const channel = (known: Trouble | null): ConnectedChannel => ({
    ...cast.channel,
    settings: mailbox({ smtp: { ...relay, maxConnections: 1 } }),
    ownAddresses: [],
    sendingTrouble: known,
    implementation: { ...email, deliver: smtp.deliver } as never,
  });
  let shown: Trouble | null = null;
  const start = () =>
    startDispatch({
      world,
      channelById: () => channel(shown),
      metrics: createMetrics({ withProcess: false }),
      concurrency: 1,
    });
  const write = async (): Promise<void> => {
    const { id, from } = await newConcern(world, cast);
    await answer(world, cast, id, from);
  };
  const tried = async (): Promise<number> =>
    (await world.db.rows(sql`SELECT 1 AS there FROM delivery WHERE state = 'waiting' AND attempts = 1`)).length;
  let dispatch = start();
  sim.fail({ step: "mail", does: "535 5.7.8 wrong password", times: 2 });
  await write();
  await write();
  dispatch.wake();
  await until("both were refused", 60_000, async () => (await trouble()) !== null && (await tried()) === 2);
  const told = await trouble();
  assert.deepEqual([told?.reason, told?.code], [null, "5.7.8"]);
  assert.match(told?.detail ?? "", /wrong password/);
  assert.equal((await channelHealths(world.db))["failing"], 1);
  const said = async (): Promise<number> =>
    (await world.events()).filter(({ kind }) => kind === "channel.changed").length;
  assert.equal(await said(), 1);
  await dispatch.stop();
  // Another process, which knows it from the channel's row alone.
  shown = await trouble().then((now) => now ?? null);
  dispatch = start();
  await write();
  dispatch.wake();
  await until("it left", 60_000, async () => (await trouble()) === null);
  assert.equal(await said(), 2);
  assert.equal((await channelHealths(world.db))["failing"], 0);
  await dispatch.stop();
  await smtp.close();
  await sim.stop();
});

void test("what a person wrote and has not left after an hour is marked and wakes its concern, until it leaves", async () => {
  const { id, from } = await newConcern(world, cast);
  const { messageId } = await answer(world, cast, id, from);
  const later = { kind: "tryLater", afterMs: null, code: "4.4.1", detail: "nobody answers", ofChannel: true } as const;
  const shown = async () => {
    const row = await rowOf(world, id);
    return [row?.deliveryFailed, row?.status];
  };
  for (const minutes of [0, 10, 30]) {
    world.pass(minutes * 60_000);
    await send(world, await claimOf(world, messageId), later);
    assert.deepEqual(await shown(), [false, "waiting"]);
  }
  world.pass(30 * 60_000);
  await send(world, await claimOf(world, messageId), later);
  assert.deepEqual(await shown(), [true, "open"]);
  // Something else that gets out does not hide it.
  const { messageId: second } = await answer(world, cast, id, from);
  await send(world, await claimOf(world, second));
  assert.deepEqual((await shown())[0], true);
  world.pass(3_600_000);
  await send(world, await claimOf(world, messageId));
  assert.deepEqual((await shown())[0], false);
});
