// A reply token says who was given it, and nothing of anybody else. The fault: its holder could write in any other's name, even where that was shown to
// be false, woke and reopened the concern so, and made the other's address a verified one.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { change } from "#modules/concerns/actions-change.ts";
import { sql } from "#platform/db/db.ts";
import { answer, concernCalled, rowOf, sendAll } from "#test/outbox.ts";
import {
  addCast,
  deliver,
  mail,
  messagesIn,
  openTestWorld,
  partiesIn,
  sure,
  type Cast,
  type TestWorld,
} from "#test/world.ts";

let world: TestWorld;
let cast: Cast;
before(async () => {
  world = await openTestWorld();
  cast = await addCast(world);
});
after(() => world.close());

const zoe = "zoe@kunde.example";

/** A customer wrote with Zoe in copy and was answered: the concern, and the customer's own token. */
const begun = async (subject: string) => {
  const from = `${subject.toLowerCase()}@kunde.example`;
  world.pass(3_600_000);
  await deliver(world, cast.channel, mail(from, { subject, assurance: "aligned", cc: [{ name: null, value: zoe }] }));
  const { id } = await concernCalled(world, subject);
  await answer(world, cast, id, from);
  const token = (await sendAll(world)).find((each) => each.to[0]?.value === from)?.replyToken ?? assert.fail();
  sure(await change(world, cast.anna, { id, change: { status: "resolved" } }));
  return { id, from, token };
};
const verified = async (norm: string): Promise<boolean> =>
  (await world.db.rows(sql`SELECT 1 FROM address WHERE norm = ${norm} AND verified_at IS NOT NULL`)).length > 0;

void test("a false sender with somebody else's token stays outside, and the concern is not touched", async () => {
  const { id, token } = await begun("Falsch");
  const was = await rowOf(world, id);
  for (const [index, name] of [zoe, "fremd@anderswo.example"].entries()) {
    const subject = `Angeblich ${index}`;
    await deliver(world, cast.channel, mail(name, { subject, assurance: "failed", thread: { tokens: [token] } }));
    const made = await concernCalled(world, subject);
    assert.notEqual(made.id, id);
    assert.deepEqual(
      await world.db.rows(sql`SELECT kind FROM concern_link WHERE earlier_id = ${id} AND later_id = ${made.id}`),
      [{ kind: "related" }],
    );
  }
  assert.deepEqual(await rowOf(world, id), was);
  assert.ok(!("fremd@anderswo.example" in (await partiesIn(world.db, id))));
});

void test("who takes part and writes with another's token is marked and proves nothing, unless the address is sure", async () => {
  const { id, token } = await begun("Allen");
  await deliver(world, cast.channel, mail(zoe, { assurance: "none", text: "An alle.", thread: { tokens: [token] } }));
  const marked = (await messagesIn(world.db, id)).at(-1);
  assert.deepEqual([marked?.sender?.value, marked?.warnings], [zoe, ["otherSender"]]);
  assert.equal(await verified(zoe), false);
  await deliver(
    world,
    cast.channel,
    mail(zoe, { assurance: "proved", text: "Sicher ich.", thread: { tokens: [token] } }),
  );
  assert.deepEqual((await messagesIn(world.db, id)).at(-1)?.warnings, []);
  assert.equal((await partiesIn(world.db, id))[zoe]?.role, "participant", "whoever took part stays who they were");
});

void test("the holder is believed, even behind a forwarding that breaks the checks", async () => {
  const { id, from, token } = await begun("Selbst");
  await deliver(
    world,
    cast.channel,
    mail(from, { assurance: "failed", text: "Umgeleitet.", thread: { tokens: [token] } }),
  );
  assert.deepEqual((await messagesIn(world.db, id)).at(-1)?.text, "Umgeleitet.");
  assert.equal((await rowOf(world, id))?.status, "open");
  // A second address of the same customer in the concern is theirs as well.
  const second = "selbst2@kunde.example";
  await world.db.run(sql`
    INSERT INTO party (id, concern_id, customer_id, name, kind, norm, value, role, sees_from)
    SELECT ${world.newId()}, concern_id, customer_id, name, kind, ${second}, ${second}, 'participant', 1 FROM party WHERE concern_id = ${id} AND norm = ${from}`);
  await deliver(
    world,
    cast.channel,
    mail(second, { assurance: "none", text: "Von hier.", thread: { tokens: [token] } }),
  );
  assert.deepEqual((await messagesIn(world.db, id)).at(-1)?.warnings, []);
});
