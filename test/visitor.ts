// A chat in a world of a test's own, somebody who has said something there, and an answer to them. Used by test/journeys/visitors*.test.ts.
import assert from "node:assert/strict";
import type { AgentActor } from "#contract/actor.ts";
import type { BrandId, ChannelId, ConcernId } from "#contract/ids.ts";
import type { ReceivingChannel } from "#modules/concerns/actions-arrival.ts";
import { reply } from "#modules/concerns/actions-reply.ts";
import { introduce, meet, settle, type Visitor } from "#modules/visitors/actions.ts";
import { sql } from "#platform/db/db.ts";
import { allConcerns, deliver, mail, sure, type TestWorld } from "#test/world.ts";

/** A chat of the brand's. */
export const addChatTo = async (world: TestWorld, brandId: BrandId): Promise<ReceivingChannel> => {
  const id = world.newId() as ChannelId;
  await world.db.run(
    sql`INSERT INTO channel (id, brand_id, kind, name, enabled, settings, address, can_send) VALUES (${id}, ${brandId}, 'webchat', 'Chat', true, '{}', '', true)`,
  );
  return { id, kind: "webchat", brandId };
};

/** Somebody new who has said one thing. */
export const addVisitor = async (
  world: TestWorld,
  chat: ReceivingChannel,
  name = "",
  email = "",
): Promise<{ readonly who: Visitor; readonly id: ConcernId }> => {
  let who = await meet(world, { channelId: chat.id, token: null, language: "de" });
  await settle(world, world.db, who);
  who = { ...who, isNew: false };
  if (name !== "" || email !== "") who = await introduce(world, who, { name, email }, chat.brandId as BrandId);
  const thread = { references: [`chat:${who.address}:1`], own: [`chat:${who.address}:1`] };
  await deliver(
    world,
    chat,
    mail(who.address, {
      from: { value: who.address, name: name || null },
      assurance: "proved",
      subject: null,
      text: "Hallo?",
      thread,
    }),
  );
  const made = (await allConcerns(world.db)).at(-1);
  assert.ok(made);
  return { who, id: made.id };
};

/** An agent answers them in the chat. */
export const answerVisitor = async (
  world: TestWorld,
  agent: AgentActor,
  chat: ReceivingChannel,
  id: ConcernId,
  to: Visitor,
  text = "Guten Tag",
  sendAt: string | null = null,
) =>
  sure(
    await reply(world, agent, {
      id,
      channelId: chat.id,
      to: [to.address],
      cc: [],
      text,
      html: null,
      uploads: [],
      sendAt,
      statusAfter: "waiting",
      key: crypto.randomUUID(),
      undoMs: 10_000,
    }),
  );
