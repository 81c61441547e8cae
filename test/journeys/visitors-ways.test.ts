// By which chats a visitor can be answered, and whether what they do not see there is said to go by mail.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { ConcernId } from "#contract/ids.ts";
import type { ReceivingChannel } from "#modules/concerns/actions-arrival.ts";
import { reply } from "#modules/concerns/actions-reply.ts";
import { openConcern } from "#modules/concerns/reads-open.ts";
import { mailWhatIsUnread } from "#modules/visitors/actions-mail.ts";
import type { Visitor } from "#modules/visitors/actions.ts";
import { chattingAt } from "#modules/visitors/reads.ts";
import { sql } from "#platform/db/db.ts";
import { addChatTo, addVisitor, answerVisitor } from "#test/visitor.ts";
import { addCast, messagesIn, openTestWorld, sure, type Cast, type TestWorld } from "#test/world.ts";

let world: TestWorld;
let cast: Cast;
let chat: ReceivingChannel;
before(async () => {
  world = await openTestWorld();
  cast = await addCast(world);
  chat = await addChatTo(world, cast.brandId);
});
after(() => world.close());

const afterMs = 60_000;
const mailOut = () =>
  mailWhatIsUnread(world, { afterMs, pageOf: (channelId) => `https://desk.example/chat/${channelId}` });
const visitor = (name = "", email = "") => addVisitor(world, chat, name, email);
const answer = (id: ConcernId, to: Visitor) => answerVisitor(world, cast.anna, chat, id, to);
const mailsIn = async (id: ConcernId) =>
  (await messagesIn(world.db, id)).filter((message) => message.automatic === "auto-reply");
const replyIn = (id: ConcernId, to: Visitor) => ({
  id,
  to: [to.address],
  cc: [],
  text: "Guten Tag",
  html: null,
  uploads: [],
  sendAt: null,
  statusAfter: "waiting" as const,
  key: crypto.randomUUID(),
  undoMs: 10_000,
});

void test("a chat is a way only where the visitor came by it; what is not seen there is said to go by mail exactly when it does", async () => {
  const other = await addChatTo(world, cast.brandId);
  const knowing = { ...world, chats: { at: chattingAt, mailAfterMs: afterMs } };
  const chatsAt = async (id: ConcernId): Promise<unknown> =>
    sure(await openConcern(knowing, cast.anna, id))
      .ways.filter(({ kept }) => kept)
      .map(({ channelId, value, blocked, mailedAfterMs }) => [channelId, value, blocked, mailedAfterMs]);
  const { who, id } = await visitor("Frieda");
  const elsewhere = [other.id, "", "notFirst", null];
  assert.deepEqual(await chatsAt(id), [[chat.id, who.address, null, null], elsewhere]);
  const said = { ...replyIn(id, who), channelId: other.id };
  assert.deepEqual(await reply(knowing, cast.anna, said), {
    refused: "notFirst",
    facts: { address: who.address },
  });
  sure(await reply(knowing, cast.anna, { ...said, channelId: chat.id }));

  const goes = async (email: string, expected: number | null): Promise<void> => {
    const next = await visitor("Ida", email);
    assert.deepEqual(await chatsAt(next.id), [[chat.id, next.who.address, null, expected], elsewhere], email);
    await answer(next.id, next.who);
    world.pass(afterMs + 1);
    await mailOut();
    assert.equal((await mailsIn(next.id)).length, expected === null ? 0 : 1, email);
  };
  await goes("frieda@kunde.example", afterMs);
  await goes("anna@staff.example", null);
  await goes("service@elbkabel.example", null);
  const mailboxes = (on: boolean): Promise<unknown> =>
    world.db.run(sql`UPDATE channel SET can_send = ${on} WHERE kind = 'email' AND brand_id = ${cast.brandId}`);
  await mailboxes(false);
  await goes("ohne@kunde.example", null);
  await mailboxes(true);
});
