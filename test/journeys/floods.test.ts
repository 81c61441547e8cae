// One sender who begins more concerns than anybody works on: the rest is gathered in one, nothing is lost, and others are not touched.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Assurance } from "#contract/channel.ts";
import { change } from "#modules/concerns/actions-change.ts";
import { concernCalled } from "#test/outbox.ts";
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
before(async () => {
  world = await openTestWorld({ connections: 12 });
  cast = await addCast(world);
});
after(() => world.close());

/** Mails that are no burst: they say that they were long under way. */
const flood = async (from: string, assurance: Assurance, count: number): Promise<void> => {
  for (let n = 0; n < count; n += 10)
    await Promise.all(
      Array.from({ length: Math.min(10, count - n) }, (_, k) =>
        deliver(
          world,
          cast.channel,
          mail(from, { assurance, subject: `${from} ${n + k}`, sentAt: "2026-03-01T00:00:00.000Z" }),
        ),
      ),
    );
};
const of = async (from: string) => (await allConcerns(world.db)).filter((concern) => concern.subject.startsWith(from));

void test("beyond twenty in an hour a sender nobody vouches for fills one concern, which wakes nobody again", async () => {
  const from = "forum@attacker.example";
  await flood(from, "none", 100);
  const concerns = await of(from);
  assert.equal(concerns.length, 21);
  assert.equal(
    concerns.reduce((sum, concern) => sum + concern.messageCount, 0),
    100,
    "nothing is lost",
  );
  const [gathered, ...more] = concerns.filter((concern) => concern.tags.includes("flood"));
  assert.ok(gathered && more.length === 0);
  assert.equal(gathered.messageCount, 80);
  assert.ok((await messagesIn(world.db, gathered.id)).every((message) => message.warnings.includes("flood")));
  await change(world, cast.anna, { id: gathered.id, change: { status: "resolved" } });
  await flood(from, "none", 10);
  const now = (await of(from)).find((concern) => concern.id === gathered.id);
  assert.deepEqual([now?.status, now?.messageCount], ["resolved", 90]);
});

void test("a sure sender may begin sixty, and is heard also in the concern that gathers the rest", async () => {
  const from = "shop@handel.example";
  await flood(from, "proved", 70);
  const concerns = await of(from);
  assert.equal(concerns.length, 61);
  const gathered = concerns.find((concern) => concern.tags.includes("flood"));
  assert.ok(gathered);
  await change(world, cast.anna, { id: gathered.id, change: { status: "resolved" } });
  await flood(from, "proved", 1);
  assert.equal((await of(from)).find((concern) => concern.id === gathered.id)?.status, "open");
});

void test("an hour later, and for everybody else, a mail is a concern as always", async () => {
  await flood("laut@attacker.example", "none", 30);
  await deliver(world, cast.channel, mail("leise@kunde.example", { subject: "Ganz leise" }));
  assert.deepEqual((await concernCalled(world, "Ganz leise")).tags, []);
  world.pass(3_600_001);
  await deliver(
    world,
    cast.channel,
    mail("laut@attacker.example", { assurance: "none", subject: "Eine Stunde später" }),
  );
  assert.deepEqual((await concernCalled(world, "Eine Stunde später")).tags, []);
});

// A mail that waited in a mailbox for days was counted among what its lively sender had begun since, and nobody was woken by it.
void test("an old mail that is fetched late is no part of what its sender has begun since", async () => {
  const from = "lebhaft@kunde.example";
  const old = world.now().toISOString();
  world.pass(3 * 24 * 3_600_000);
  await flood(from, "none", 30);
  await deliver(world, cast.channel, mail(from, { assurance: "none", subject: "Aus der letzten Woche" }), [], old);
  assert.deepEqual((await concernCalled(world, "Aus der letzten Woche")).tags, []);
});
