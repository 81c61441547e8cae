// What comes to a closed concern that is to be followed up: one follow-up for each sender. The fault: every further answer to the closed concern's mail
// began another one.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { change } from "#modules/concerns/actions-change.ts";
import { sql } from "#platform/db/db.ts";
import { answer, concernCalled, sendAll } from "#test/outbox.ts";
import { addCast, deliver, mail, openTestWorld, sure, type Cast, type TestWorld } from "#test/world.ts";

let world: TestWorld;
let cast: Cast;
before(async () => {
  world = await openTestWorld();
  cast = await addCast(world);
});
after(() => world.close());

void test("who answers a closed concern again goes on in its follow-up; somebody else begins their own", async () => {
  const topicId = world.newId() as never;
  await world.db.run(sql`INSERT INTO topic (id, name, when_closed) VALUES (${topicId}, 'Störung', 'follow-up')`);
  const from = "karla@kunde.example";
  await deliver(world, cast.channel, mail(from, { subject: "Geschlossen" }));
  const closed = await concernCalled(world, "Geschlossen");
  await answer(world, cast, closed.id, from);
  const token = (await sendAll(world))[0]?.replyToken ?? assert.fail();
  const close = async (id: typeof closed.id) =>
    sure(await change(world, cast.anna, { id, change: { status: "closed", topicId } }));
  await close(closed.id);
  const again = async (subject: string, sender = from, automatic: "auto-reply" | null = null): Promise<void> => {
    world.pass(200_000);
    await deliver(world, cast.channel, mail(sender, { subject, automatic, thread: { tokens: [token] } }));
  };
  await again("Folge");
  const first = await concernCalled(world, "Folge");
  await again("Nachtrag");
  // At the same time, too: they wait for each other.
  await Promise.all([1, 2, 3].map(() => deliver(world, cast.channel, mail(from, { thread: { tokens: [token] } }))));
  assert.deepEqual(
    [(await concernCalled(world, "Folge")).messageCount, (await concernCalled(world, "Geschlossen")).status],
    [5, "closed"],
  );
  // A follow-up that was closed as well is followed itself.
  await close(first.id);
  await again("Zweite Folge");
  await again("Noch ein Nachtrag");
  const second = await concernCalled(world, "Zweite Folge");
  assert.equal(second.messageCount, 2);
  assert.deepEqual(
    await world.db.rows(sql`SELECT earlier_id AS id, kind FROM concern_link WHERE later_id = ${second.id}`),
    [{ id: first.id, kind: "follow-up" }],
  );
  await again("Folge einer anderen", "bernd@kunde.example");
  assert.equal((await concernCalled(world, "Folge einer anderen")).messageCount, 1);
});
