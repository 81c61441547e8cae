// Sending by a slow relay with few connections: a delivery that only waits for one is never doubted, and each leaves once.
// The fault: the lease ran and the call counted as begun while a mail still waited for its connection; behind a slow relay mails that had never been
// handed over became "unknown", and a success that came later left the concern marked as failed.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { DeliveringIo } from "#contract/channel.ts";
import { email } from "#channels/email/index.ts";
import { startMailSim, type MailSim } from "#channels/email/sim.ts";
import { createSmtp } from "#channels/email/smtp.ts";
import { mailbox } from "#channels/email/testSettings.ts";
import { claimDeliveries, endDeliveryLeases, recordDelivery, rememberKeys } from "#modules/concerns/actions-outbox.ts";
import { sql } from "#platform/db/db.ts";
import { createMetrics } from "#platform/metrics.ts";
import { startDispatch } from "#server/dispatch.ts";
import { until } from "#test/faults.ts";
import { accepted, answer, claimOf, leaseMs, newConcern, rowOf } from "#test/outbox.ts";
import { addCast, openTestWorld } from "#test/world.ts";

const cleaners: (() => Promise<void>)[] = [];
after(async () => {
  for (const clean of cleaners.toReversed()) await clean();
});

/** A relay, and what speaks with it. */
const relay = async () => {
  const sim = await startMailSim({ dir: null, smtpPort: 0 });
  const smtp = createSmtp();
  cleaners.push(
    () => sim.stop(),
    () => smtp.close(),
  );
  return { sim, smtp };
};
/** A mailbox that sends by it over one connection. */
const by = ({ port }: MailSim) =>
  mailbox({ smtp: { host: "127.0.0.1", port, security: "none", user: null, password: null, maxConnections: 1 } });

test("a slow relay with one connection: waiting is no attempt, nothing becomes unknown, each mail arrives once", async () => {
  const still = await openTestWorld();
  cleaners.push(still.close);
  const world = { ...still, now: () => new Date() };
  const cast = await addCast(world);
  const { sim, smtp } = await relay();
  const mails = 9;
  for (let n = 0; n < mails; n += 1) {
    const { id, from } = await newConcern(world, cast);
    await answer(world, cast, id, from);
  }
  // Each mail takes nearly half of a lease; the last one waits for more than three.
  const lease = 2_500;
  sim.fail({ step: "end", does: 1_000, times: mails });
  let left = 0;
  const all = new Promise<void>((resolve) => {
    sim.on("message", () => {
      left += 1;
      if (left === mails) resolve();
    });
  });
  const dispatch = startDispatch({
    world,
    channelById: () => ({
      id: cast.channel.id,
      kind: "email",
      brandId: cast.brandId,
      settings: by(sim),
      ownAddresses: [],
      sendingTrouble: null,
      implementation: { ...email, deliver: smtp.deliver } as never,
    }),
    metrics: createMetrics({ withProcess: false }),
    concurrency: mails,
    leaseMs: lease,
  });
  await all;
  await dispatch.stop();
  const rows = await world.db.rows<{ state: string; attempts: number; history: { state: string }[] }>(
    sql`SELECT state, attempts, history FROM delivery`,
  );
  assert.deepEqual(
    rows.map((row) => [row.attempts, ...row.history.map((line) => line.state)]),
    rows.map(() => [1, "held", "sending", "sent"]),
  );
  assert.equal(sim.messages().length, mails, "each once");
});

// The fault: whoever was killed or lost the database before the call counted as a try. After three of them the next pause is five minutes long, though
// the relay was well and had not been asked.
test("workers that end and a database that goes away before the relay is called use up no try, and no pause of minutes follows", async () => {
  const still = await openTestWorld();
  cleaners.push(still.close);
  let ahead = 0;
  // Away when the worker asks for its channel, and once more when it writes down that it begins.
  const gone = { asking: false, beginning: false };
  const unlessGone = (what: keyof typeof gone): void => {
    if (!gone[what]) return;
    gone[what] = false;
    throw Object.assign(new Error("the database does not answer"), { code: "08006" });
  };
  const transaction: typeof still.db.transaction = async (work) => {
    unlessGone("beginning");
    return still.db.transaction(work);
  };
  const world = { ...still, now: () => new Date(Date.now() + ahead), db: { ...still.db, transaction } };
  const cast = await addCast(world);
  const { sim, smtp } = await relay();
  const { id, from } = await newConcern(world, cast);
  await answer(world, cast, id, from);
  const delivery = () =>
    world.db.one<{ state: string; attempts: number; waitsMs: number; claims: number }>(sql`
      SELECT state, attempts, coalesce(extract(epoch FROM next_try_at) * 1000 - ${world.now().getTime()}, 0)::float8 AS "waitsMs",
             (SELECT count(*)::int FROM jsonb_array_elements(history) h WHERE h ->> 'state' = 'sending') AS claims
        FROM delivery`);
  for (let ended = 1; ended <= 3; ended += 1) {
    const [claim] = await claimDeliveries(world, { limit: 1, leaseMs });
    assert.ok(claim, `it can be taken after ${ended - 1} workers have ended`);
    await endDeliveryLeases(world);
  }
  gone.asking = true;
  let calls = 0;
  const left = new Promise<unknown>((resolve) => sim.on("message", resolve));
  const dispatch = startDispatch({
    world,
    channelById: () => ({
      id: cast.channel.id,
      kind: "email",
      brandId: cast.brandId,
      settings: by(sim),
      ownAddresses: [],
      sendingTrouble: null,
      implementation: {
        ...email,
        deliver: (call: never, settings: never, io: DeliveringIo) =>
          smtp.deliver(call, settings, {
            ...io,
            begin: () => {
              gone.beginning = ++calls === 1;
              return io.begin();
            },
          }),
      } as never,
    }),
    freshen: async () => unlessGone("asking"),
    metrics: createMetrics({ withProcess: false }),
    concurrency: 1,
  });
  cleaners.push(dispatch.stop);
  for (const claims of [4, 5]) {
    await until("it was given back", 60_000, async () => {
      const now = await delivery();
      return now.claims === claims && now.state === "waiting";
    });
    const { attempts, waitsMs } = await delivery();
    assert.deepEqual([attempts, waitsMs > 0 && waitsMs <= 5_000], [0, true], `${waitsMs} ms`);
    ahead += 5_000;
    dispatch.wake();
  }
  await left;
  await dispatch.stop();
  const { state, attempts } = await delivery();
  assert.deepEqual([state, attempts, sim.messages().length], ["sent", 1, 1]);
});

test("a late success takes the mark from the concern, unless something else of it failed", async () => {
  const world = await openTestWorld();
  cleaners.push(world.close);
  const cast = await addCast(world);
  const uncertain = async () => {
    const { id, from } = await newConcern(world, cast);
    const { messageId } = await answer(world, cast, id, from);
    const claim = await claimOf(world, messageId);
    assert.ok(claim && (await rememberKeys(world, claim, [])));
    world.pass(leaseMs + 1);
    await claimOf(world, messageId);
    assert.equal((await rowOf(world, id))?.deliveryFailed, true);
    return { id, from, claim };
  };
  const settled = await uncertain();
  await recordDelivery(world, settled.claim, accepted);
  assert.equal((await rowOf(world, settled.id))?.deliveryFailed, false);

  const worse = await uncertain();
  const { messageId } = await answer(world, cast, worse.id, worse.from);
  const second = await claimOf(world, messageId);
  assert.ok(second && (await rememberKeys(world, second, [])));
  await recordDelivery(world, second, { kind: "refused", code: "5.2.2", detail: "full" });
  await recordDelivery(world, worse.claim, accepted);
  assert.equal((await rowOf(world, worse.id))?.deliveryFailed, true, "the other one is still to be looked at");
});

test("a database that goes away just after the relay took a mail: the answer is kept, the mail is sent and not unknown", async () => {
  const still = await openTestWorld();
  cleaners.push(still.close);
  const cast = await addCast(still);
  const { id, from } = await newConcern(still, cast);
  const { messageId } = await answer(still, cast, id, from);
  // The relay has the mail; from then on the first three transactions fail as they do without a connection.
  let left = false;
  let failing = 3;
  const transaction: typeof still.db.transaction = (work) => {
    if (left && failing > 0) {
      failing -= 1;
      return Promise.reject(new Error("Connection terminated unexpectedly"));
    }
    return still.db.transaction(work);
  };
  const world = { ...still, now: () => new Date(), db: { ...still.db, transaction } };
  const dispatch = startDispatch({
    world,
    channelById: () => ({
      id: cast.channel.id,
      kind: "email",
      brandId: cast.brandId,
      settings: mailbox(),
      ownAddresses: [],
      sendingTrouble: null,
      implementation: {
        ...email,
        deliver: async (_call: unknown, _settings: unknown, io: { begin: () => Promise<boolean> }) => {
          await io.begin();
          left = true;
          return accepted;
        },
      } as never,
    }),
    metrics: createMetrics({ withProcess: false }),
    concurrency: 1,
  });
  const stateOf = async () =>
    await still.db.rows<{ state: string; attempts: number }>(
      sql`SELECT state, attempts FROM delivery WHERE message_id = ${messageId}`,
    );
  while ((await stateOf())[0]?.state !== "sent") await new Promise((resolve) => setTimeout(resolve, 50));
  await dispatch.stop();
  assert.equal(failing, 0, "it was refused three times");
  assert.deepEqual(await stateOf(), [{ state: "sent", attempts: 1 }]);
});
