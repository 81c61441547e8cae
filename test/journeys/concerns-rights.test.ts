// Every action on a concern of another brand answers as if there were none, and changes nothing; ids inside the input are judged, too (G1, G2, G5, G8).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isRefusal } from "#contract/errors.ts";
import type { AgentActor } from "#contract/actor.ts";
import type { ConcernId, MessageId, TeamId, TopicId } from "#contract/ids.ts";
import { change, follow, snooze, unfollow } from "#modules/concerns/actions-change.ts";
import { link, unlink } from "#modules/concerns/actions-links.ts";
import { changeMany } from "#modules/concerns/actions-many.ts";
import { claimDeliveries, outboundOf } from "#modules/concerns/actions-outbox.ts";
import { create, note, reply, seenFailure, sendNow, undoSend } from "#modules/concerns/actions-reply.ts";
import { sql } from "#platform/db/db.ts";
import { addCast, allConcerns, deliver, mail, openTestWorld, type Cast, type TestWorld } from "#test/world.ts";

let world: TestWorld;
let cast: Cast;
let id: ConcernId;
let number: number;
let mine: ConcernId;
let messageId: MessageId;
before(async () => {
  world = await openTestWorld();
  cast = await addCast(world);
  await deliver(world, cast.channel, mail("a@kunde.example"));
  await deliver(world, cast.otherChannel, mail("b@kunde.example"));
  const [first, second] = await allConcerns(world.db);
  assert.ok(first && second);
  ({ id, number } = first);
  mine = second.id;
  const said = await reply(world, cast.anna, written(id, cast));
  assert.ok(!isRefusal(said));
  messageId = said.messageId;
});
after(() => world.close());

const content = { text: "x", html: null, uploads: [] };
const written = (concernId: ConcernId, { channel }: Cast) => ({
  ...content,
  id: concernId,
  channelId: channel.id,
  to: ["a@kunde.example"],
  cc: [],
  sendAt: null,
  statusAfter: "open" as const,
  key: crypto.randomUUID(),
  undoMs: 10_000,
});

/** Every action with an id in it. */
const actions = (
  who: AgentActor,
  concernId: ConcernId,
  message: MessageId,
): Record<string, () => Promise<unknown>> => ({
  reply: () => reply(world, who, written(concernId, cast)),
  note: () => note(world, who, { ...content, id: concernId, key: crypto.randomUUID() }),
  change: () => change(world, who, { id: concernId, change: { priority: "urgent" } }),
  snooze: () => snooze(world, who, { id: concernId, until: "2027-01-01T00:00:00.000Z" }),
  follow: () => follow(world, who, concernId, who.id),
  unfollow: () => unfollow(world, who, concernId, who.id),
  link: () => link(world, who, { id: concernId, number: number + 1, kind: "related" }),
  unlink: () => unlink(world, who, concernId, mine),
  seenFailure: () => seenFailure(world, who, concernId),
  sendNow: () => sendNow(world, who, message),
  undoSend: () => undoSend(world, who, message),
});

void test("another brand's concern, a concern that never was, and one without a right answer alike, and nothing is written", async () => {
  const events = (await world.events()).length;
  const nowhere = world.newId();
  const foreign = actions(cast.eva, id, messageId);
  const absent = actions(cast.eva, nowhere as ConcernId, nowhere as MessageId);
  for (const [name, act] of Object.entries(foreign)) {
    const [answer, reference] = [await act(), await absent[name]?.()];
    assert.deepEqual(answer, { refused: "notFound" }, name);
    assert.deepEqual(reference, answer, name);
  }
  const many = await changeMany(world, cast.eva, {
    key: crypto.randomUUID(),
    ids: [id, mine],
    change: { priority: "low" },
  });
  assert.ok(!isRefusal(many));
  assert.deepEqual(
    [many.changed.map((state) => state.id), many.refused],
    [[mine], [{ id, code: "notFound", facts: {} }]],
  );
  assert.equal((await world.events()).length, events + 1);
});

void test("ids inside the input are judged as well", async () => {
  const refusedWith = async (act: Promise<unknown>, code: string) => {
    const result = await act;
    assert.ok(isRefusal(result) && result.refused === code, JSON.stringify(result));
  };
  await refusedWith(link(world, cast.eva, { id: mine, number, kind: "related" }), "notFound");
  await refusedWith(link(world, cast.eva, { id: mine, number: 999_999, kind: "related" }), "notFound");
  await refusedWith(link(world, cast.eva, { id: mine, number: number + 1, kind: "related" }), "linkToItself");
  await refusedWith(change(world, cast.anna, { id, change: { assigneeId: cast.eva.id } }), "unknownAgent");
  await refusedWith(change(world, cast.anna, { id, change: { assigneeId: world.newId() as never } }), "unknownAgent");
  await refusedWith(change(world, cast.anna, { id, change: { teamId: world.newId() as TeamId } }), "unknownTeam");
  await refusedWith(change(world, cast.anna, { id, change: { topicId: world.newId() as TopicId } }), "unknownTopic");
  await refusedWith(
    reply(world, cast.anna, { ...written(id, cast), channelId: cast.otherChannel.id }),
    "unknownChannel",
  );
  await refusedWith(reply(world, cast.anna, { ...written(id, cast), uploads: [world.newId()] }), "notFound");
  await refusedWith(
    reply(world, cast.anna, { ...written(id, cast), to: ["a@kunde.example", "kein@"] }),
    "invalidAddress",
  );
  await refusedWith(
    reply(world, cast.anna, { ...written(id, cast), to: ["a@kunde.example\r\nBcc: c@d.example"] }),
    "invalidAddress",
  );
  await refusedWith(reply(world, cast.anna, { ...written(id, cast), to: [] }), "noRecipient");
  await refusedWith(reply(world, cast.anna, { ...written(id, cast), text: "  \n" }), "emptyMessage");
  await refusedWith(follow(world, cast.anna, id, cast.omar.id), "notAllowed");
  await refusedWith(snooze(world, cast.anna, { id, until: world.now().toISOString() }), "timeInPast");
  await refusedWith(
    create(world, cast.eva, {
      ...content,
      brandId: cast.brandId,
      channelId: cast.channel.id,
      customerId: null,
      kind: "email",
      to: ["x@y.example"],
      cc: [],
      subject: "s",
      key: crypto.randomUUID(),
      undoMs: 0,
    }),
    "notFound",
  );
  await world.db.run(sql`UPDATE agent SET active = false WHERE id = ${cast.omar.id}`);
  await refusedWith(change(world, cast.anna, { id, change: { assigneeId: cast.omar.id } }), "agentDisabled");
  await world.db.run(sql`UPDATE agent SET active = true WHERE id = ${cast.omar.id}`);
  assert.ok(!isRefusal(await change(world, cast.anna, { id, change: { status: "closed" } })));
  await refusedWith(change(world, cast.anna, { id, change: { status: "waiting" } }), "statusNotReachable");
  await refusedWith(snooze(world, cast.anna, { id, until: "2027-01-01T00:00:00.000Z" }), "concernClosed");
  await world.db.run(sql`UPDATE channel SET can_send = false WHERE id = ${cast.channel.id}`);
  await refusedWith(reply(world, cast.anna, written(id, cast)), "channelCannotSend");
  await world.db.run(sql`UPDATE channel SET can_send = true WHERE id = ${cast.channel.id}`);
});

void test("a note never leaves, whatever is said around it", async () => {
  const said = await note(world, cast.anna, { ...content, text: "KANARIENVOGEL @anna", id, key: crypto.randomUUID() });
  assert.ok(!isRefusal(said));
  assert.equal((await world.db.rows(sql`SELECT 1 FROM delivery WHERE message_id = ${said.messageId}`)).length, 0);
  assert.ok(!isRefusal(await reply(world, cast.anna, { ...written(id, cast), undoMs: 0 })));
  world.pass(60_000);
  for (const claim of await claimDeliveries(world, { limit: 50, leaseMs: 1_000 }))
    assert.ok(!JSON.stringify(await outboundOf(world, claim)).includes("KANARIENVOGEL"));
});
