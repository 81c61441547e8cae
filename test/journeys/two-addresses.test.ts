// One mail to two addresses of ours: one message of one concern where both are of one brand, one of its own at each brand where they are of two.
// The fault: what was known was known to one channel, so a mail to service@ and info@ stood twice; and an answer copied to another brand stood twice in
// the first brand's concern, where the other brand could not see it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { ChannelId } from "#contract/ids.ts";
import type { ReceivingChannel } from "#modules/concerns/actions.ts";
import { sql } from "#platform/db/db.ts";
import { answer, concernCalled, newConcern, sendAll } from "#test/outbox.ts";
import {
  addCast,
  allConcerns,
  deliver,
  mail,
  messagesIn,
  openTestWorld,
  type Cast,
  type TestWorld,
} from "#test/world.ts";

let world: TestWorld;
let cast: Cast;
/** A second mailbox of the first brand. */
let second: ReceivingChannel;
before(async () => {
  world = await openTestWorld();
  cast = await addCast(world);
  const id = world.newId() as ChannelId;
  await world.db.run(
    sql`INSERT INTO channel (id, brand_id, kind, name, enabled, settings, address, can_send) VALUES (${id}, ${cast.brandId}, 'email', 'Info', true, '{}', 'info@elbkabel.example', true)`,
  );
  second = { id, kind: "email", brandId: cast.brandId };
});
after(() => world.close());

const people = (...addresses: readonly string[]) => addresses.map((value) => ({ value, name: null }));
const linksOf = (id: string) =>
  world.db.rows<{ other: string; kind: string }>(
    sql`SELECT earlier_id AS other, kind FROM concern_link WHERE later_id = ${id}`,
  );

void test("to two mailboxes of one brand: one message, whichever copy is read first, also at the same moment", async () => {
  for (let round = 0; round < 8; round += 1) {
    const both = mail(`doppelt${round}@kunde.example`, {
      subject: `Doppelt ${round}`,
      to: people("service@elbkabel.example", "info@elbkabel.example"),
    });
    const taken = await Promise.all([cast.channel, second].map((channel) => deliver(world, channel, both)));
    assert.equal(taken.filter(Boolean).length, 1);
    const { id, messageCount } = await concernCalled(world, `Doppelt ${round}`);
    assert.equal(messageCount, 1);
    const [message] = await messagesIn(world.db, id);
    assert.deepEqual(
      message?.recipients.map((each) => each.value),
      ["service@elbkabel.example", "info@elbkabel.example"],
    );
  }
});

void test("to two brands: a concern at each, and they are related", async () => {
  const both = mail("zwei@kunde.example", {
    subject: "An beide",
    to: people("service@elbkabel.example", "hilfe@nordstrom.example"),
  });
  assert.ok(await deliver(world, cast.channel, both));
  assert.ok(await deliver(world, cast.otherChannel, both));
  const [first, other, ...more] = (await allConcerns(world.db)).filter((concern) => concern.subject === "An beide");
  assert.ok(first && other && more.length === 0);
  assert.deepEqual([first.messageCount, other.messageCount], [1, 1]);
  assert.deepEqual(await linksOf(other.id), [{ other: first.id, kind: "related" }]);
});

void test("an answer copied to another brand stands once in the thread, and as a related concern where it was copied to", async () => {
  const { id, from } = await newConcern(world, cast);
  await answer(world, cast, id, from);
  const [sent] = await sendAll(world);
  const back = mail(from, {
    subject: "Antwort mit Kopie",
    to: people("service@elbkabel.example"),
    cc: people("hilfe@nordstrom.example"),
    thread: { references: [`mid:dt-${sent?.messageToken}@elbkabel.example`] },
  });
  for (const channel of [cast.otherChannel, cast.channel]) assert.ok(await deliver(world, channel, back));
  assert.equal((await messagesIn(world.db, id)).filter((message) => message.direction === "in").length, 2);
  const copied = await concernCalled(world, "Antwort mit Kopie");
  const { brandId } = await world.db.one<{ brandId: string }>(
    sql`SELECT brand_id AS "brandId" FROM concern WHERE id = ${copied.id}`,
  );
  assert.equal(brandId, cast.otherBrandId);
  assert.deepEqual(await linksOf(copied.id), [{ other: id, kind: "related" }]);
});

void test("nobody unproved ties another brand's concern to one of their own", async () => {
  const { id, from } = await newConcern(world, cast);
  await answer(world, cast, id, from);
  const [sent] = await sendAll(world);
  for (const assurance of ["none", "failed"] as const) {
    const thread = { references: [`mid:dt-${sent?.messageToken}@elbkabel.example`] };
    await deliver(world, cast.otherChannel, mail(from, { subject: `Fremd ${assurance}`, assurance, thread }));
    assert.deepEqual(await linksOf((await concernCalled(world, `Fremd ${assurance}`)).id), []);
  }
});
