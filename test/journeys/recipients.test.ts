// Several recipients of one message: each has a delivery of their own, so that what becomes of one touches no other.
// The fault: one row held all of them; one refused for a while was never tried again, a bounce of one failed all, and sending again wrote to everybody.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { DeliveryResult, Outbound } from "#contract/channel.ts";
import { isRefusal } from "#contract/errors.ts";
import { claimDeliveries } from "#modules/concerns/actions-outbox.ts";
import { receiveReceipt } from "#modules/concerns/actions-receipts.ts";
import { sendNow, undoSend } from "#modules/concerns/actions-reply.ts";
import { sql } from "#platform/db/db.ts";
import { accepted, answer, leaseMs, newConcern, rowOf, send } from "#test/outbox.ts";
import {
  addCast,
  deliver,
  mail,
  messagesIn,
  openTestWorld,
  type Cast,
  type TestWorld,
  arrivalNow,
} from "#test/world.ts";

let world: TestWorld;
let cast: Cast;
before(async () => {
  world = await openTestWorld();
  cast = await addCast(world);
});
after(() => world.close());

/** An answer to a customer and two others. */
const answered = async () => {
  const made = await newConcern(world, cast);
  const everybody = [made.from, `zweite.${made.from}`, `dritter.${made.from}`];
  const [first = "", ...others] = everybody;
  const { messageId } = await answer(world, cast, made.id, first, { cc: others });
  return { id: made.id, messageId, everybody };
};

const states = async (messageId: string): Promise<Record<string, string>> =>
  Object.fromEntries(
    (
      await world.db.rows<{ recipient: string; state: string }>(
        sql`SELECT recipient, state FROM delivery WHERE message_id = ${messageId} ORDER BY id`,
      )
    ).map((row) => [row.recipient, row.state]),
  );

/** Sends what is due with an answer for each recipient. */
const sendWith = async (answerFor: (recipient: string) => DeliveryResult): Promise<Outbound[]> => {
  const left: Outbound[] = [];
  for (const claim of await claimDeliveries(world, { limit: 100, leaseMs }))
    left.push(await send(world, claim, answerFor(claim.recipients[0] ?? "")));
  return left;
};
const copyFor = (left: readonly Outbound[], recipient: string): Outbound => {
  const copy = left.find((each) => each.recipients[0] === recipient);
  assert.ok(copy, `a copy for ${recipient}`);
  return copy;
};

const bounce = (references: readonly string[], recipient: string | null, asksForToken = true): Promise<void> =>
  world.db.transaction((tx) =>
    receiveReceipt(
      world,
      tx,
      cast.channel,
      {
        kind: "receipt",
        providerId: crypto.randomUUID(),
        references,
        recipient,
        state: "failed",
        code: "5.1.1",
        diagnostic: "550 no such user",
        permanent: true,
        asksForToken,
        at: null,
      },
      arrivalNow(world),
    ),
  );

void test("every recipient gets one copy that names all of them, under one identity, with a way back of its own", async () => {
  const { everybody, id } = await answered();
  const left = await sendWith(() => accepted);
  assert.equal(left.length, 3);
  assert.deepEqual(
    everybody.map((each) => copyFor(left, each).recipients),
    everybody.map((each) => [each]),
  );
  assert.equal(new Set(left.map((each) => each.messageToken)).size, 1);
  assert.equal(new Set(left.map((each) => each.deliveryToken)).size, 3);
  assert.equal(new Set(left.map((each) => each.replyToken)).size, 3);
  for (const each of left)
    assert.deepEqual(
      [...each.to, ...each.cc].map((person) => person.value),
      everybody,
    );
  // Whoever answers by their own token is who they are, and no stranger in another's thread.
  const [, second = ""] = everybody;
  await deliver(world, cast.channel, mail(second, { thread: { tokens: [copyFor(left, second).replyToken ?? ""] } }));
  const back = (await messagesIn(world.db, id)).at(-1);
  assert.deepEqual([back?.sender?.value, back?.warnings], [second, []]);
});

void test("who was put off is tried again, and nobody else gets a second copy", async () => {
  const { messageId, everybody } = await answered();
  const [first = "", second = "", third = ""] = everybody;
  await sendWith((to) =>
    to === second ? { kind: "tryLater", afterMs: null, code: "4.2.1", detail: "greylisted" } : accepted,
  );
  assert.deepEqual(await states(messageId), { [first]: "sent", [second]: "waiting", [third]: "sent" });
  world.pass(5 * 60_000);
  const again = await sendWith(() => accepted);
  assert.deepEqual(
    again.map((each) => each.recipients),
    [[second]],
  );
  assert.deepEqual(await states(messageId), { [first]: "sent", [second]: "sent", [third]: "sent" });
});

void test("sending again after a failure writes only to whom it failed", async () => {
  const { id, messageId, everybody } = await answered();
  const [, , third = ""] = everybody;
  await sendWith((to) => (to === third ? { kind: "refused", code: "5.2.2", detail: "mailbox full" } : accepted));
  assert.equal((await rowOf(world, id))?.deliveryFailed, true);
  assert.ok(!isRefusal(await sendNow(world, cast.anna, messageId)));
  const again = await sendWith(() => accepted);
  assert.deepEqual(
    again.map((each) => each.recipients),
    [[third]],
  );
});

void test("a bounce marks the one it speaks of: by the envelope, or by the message and the name in it", async () => {
  const { id, messageId, everybody } = await answered();
  const [first = "", second = "", third = ""] = everybody;
  const left = await sendWith(() => accepted);
  // The second's address leads elsewhere: the report names whom nobody here knows, but its envelope is the second's.
  await bounce([`dt:${copyFor(left, second).deliveryToken}`], "umgeleitet@anderswo.example");
  assert.deepEqual(await states(messageId), { [first]: "sent", [second]: "failed", [third]: "sent" });
  // A mailbox whose system keeps no details can ask for no token: there the message and the name have to do.
  await bounce([`mid:dt-${copyFor(left, first).messageToken}@elbkabel.example`], third.toUpperCase(), false);
  assert.deepEqual(await states(messageId), { [first]: "sent", [second]: "failed", [third]: "failed" });
  await bounce([`mid:dt-${copyFor(left, first).messageToken}@elbkabel.example`], "niemand@anderswo.example", false);
  assert.deepEqual(await states(messageId), { [first]: "sent", [second]: "failed", [third]: "failed" });
  assert.equal((await rowOf(world, id))?.deliveryFailed, true);
  const closed = await world.db.rows<{ norm: string }>(
    sql`SELECT norm FROM address WHERE norm = ${first} AND suppressed_reason IS NOT NULL`,
  );
  assert.deepEqual(closed, [], "the first's address stays open");
});

// The Message-ID held the first recipient's own token: whoever was copied could send a bounce to that address, and the customer was never written to again.
void test("who was copied can close nobody's address: what all copies share is no delivery's token, and a report without one closes nothing", async () => {
  const { messageId, everybody } = await answered();
  const [first = "", second = "", third = ""] = everybody;
  const left = await sendWith(() => accepted);
  const shared = copyFor(left, third).messageToken;
  assert.ok(left.every((each) => each.deliveryToken !== shared));
  await bounce([`dt:${shared}`], first);
  assert.deepEqual(await states(messageId), { [first]: "sent", [second]: "sent", [third]: "sent" });
  await bounce([`dt:${"a".repeat(26)}`, `mid:dt-${shared}@elbkabel.example`], first);
  assert.deepEqual(await states(messageId), { [first]: "sent", [second]: "sent", [third]: "sent" });
  const closed = async (among: readonly string[]): Promise<string[]> =>
    (
      await world.db.rows<{ norm: string }>(
        sql`SELECT norm FROM address WHERE norm = ANY(${among}) AND suppressed_reason IS NOT NULL`,
      )
    ).map(({ norm }) => norm);
  assert.deepEqual(await closed(everybody), []);
  // A mailbox whose system keeps no details can ask for no token: there the name has to do.
  const other = await answered();
  const [named = ""] = other.everybody;
  const without = copyFor(await sendWith(() => accepted), named);
  await bounce([`mid:dt-${without.messageToken}@elbkabel.example`], named, false);
  assert.deepEqual(await closed(other.everybody), [named]);
  const last = await answered();
  const [owner = ""] = last.everybody;
  await bounce([`dt:${copyFor(await sendWith(() => accepted), owner).deliveryToken}`], owner);
  assert.deepEqual(await closed(last.everybody), [owner]);
});

// A copied person's false bounce showed the customer's copy as failed and reopened the concern.
void test("a report is believed as far as its proof goes: who was copied can fail their own copy and nobody else's", async () => {
  const { id, messageId, everybody } = await answered();
  const [first = "", second = "", third = ""] = everybody;
  const left = await sendWith(() => accepted);
  const sent = { [first]: "sent", [second]: "sent", [third]: "sent" };
  const shared = `mid:dt-${copyFor(left, third).messageToken}@elbkabel.example`;
  const doubts = async (): Promise<unknown[]> =>
    world.db.rows(sql`
      SELECT d.recipient, h ->> 'state' AS state, h ->> 'detail' AS detail FROM delivery d, jsonb_array_elements(d.history) h
       WHERE d.message_id = ${messageId} AND h ->> 'doubted' = 'true' ORDER BY d.id`);
  const before = await rowOf(world, id);
  const events = (await world.events()).length;
  await bounce([shared], first);
  assert.deepEqual(await states(messageId), sent);
  assert.deepEqual(await rowOf(world, id), before, "neither marked nor reopened");
  const doubt = { recipient: first, state: "failed", detail: `5.1.1 ${first}: 550 no such user` };
  assert.deepEqual(await doubts(), [doubt], "but it stands there for whoever looks");
  assert.deepEqual(
    (await world.events()).slice(events).map((event) => event.kind),
    ["delivery.changed"],
  );
  // However often it is said: the true history is not pushed out by it.
  for (let times = 0; times < 3; times += 1) await bounce([shared], first.toUpperCase());
  assert.deepEqual(await doubts(), [doubt]);
  assert.equal((await world.events()).length, events + 1);
  // Nobody named, or somebody who got no copy.
  await bounce([shared], null);
  await bounce([shared], "fremd@anderswo.example");
  assert.deepEqual(await states(messageId), sent);
  // With their own token they speak of their own copy only, whomever they name.
  await bounce([`dt:${copyFor(left, third).deliveryToken}`, shared], first);
  assert.deepEqual(await states(messageId), { ...sent, [third]: "failed" });
  const closed = await world.db.rows(
    sql`SELECT norm FROM address WHERE norm = ${first} AND suppressed_reason IS NOT NULL`,
  );
  assert.deepEqual(closed, []);
});

void test("a report without a token is believed while only the recipient can know the message's identity", async () => {
  const made = await newConcern(world, cast);
  const first = await answer(world, cast, made.id, made.from);
  const key = async (): Promise<string> => {
    const [only] = await sendWith(() => accepted);
    return `mid:dt-${only?.messageToken}@elbkabel.example`;
  };
  const keyOfFirst = await key();
  const second = await answer(world, cast, made.id, made.from);
  await key();
  await bounce([keyOfFirst], made.from);
  assert.deepEqual(await states(first.messageId), { [made.from]: "failed" });
  assert.equal((await rowOf(world, made.id))?.deliveryFailed, true);
  // Then somebody is written to in that concern: the answers to them name what came before.
  const third = await answer(world, cast, made.id, made.from);
  const keyOfThird = await key();
  await answer(world, cast, made.id, "kollege@anderswo.example");
  await sendWith(() => accepted);
  await bounce([keyOfThird], made.from);
  assert.deepEqual(await states(third.messageId), { [made.from]: "sent" });
  assert.deepEqual(await states(second.messageId), { [made.from]: "sent" });
});

void test("what was held for several can be taken back as one", async () => {
  const { messageId, everybody } = await answered();
  assert.ok(!isRefusal(await undoSend(world, cast.anna, messageId)));
  assert.deepEqual(
    Object.values(await states(messageId)),
    everybody.map(() => "withdrawn"),
  );
  assert.deepEqual(await sendWith(() => accepted), []);
});
