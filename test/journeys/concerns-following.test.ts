// Who follows a concern is told by mail when the customer answers: like whose it is, but more quietly, and only who wants it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { AgentId, ConcernId } from "#contract/ids.ts";
import { changePreferences } from "#modules/agents/actions.ts";
import { agentById } from "#modules/agents/reads.ts";
import { change, follow, unfollow } from "#modules/concerns/actions-change.ts";
import { concernReactions } from "#modules/concerns/reactions.ts";
import {
  addCast,
  allConcerns,
  deliver,
  mail,
  messagesIn,
  openTestWorld,
  type Cast,
  type TestWorld,
  hears,
} from "#test/world.ts";

let world: TestWorld;
let cast: Cast;
let id: ConcernId;
let seen = 0;
let mails = 0;

/** Lets the reactions hear what has happened since; gives whom news went to, with the first line of each. */
const news = async (): Promise<Record<string, string>> => {
  const known = new Set((await messagesIn(world.db, id)).map((message) => message.id));
  for (const event of await world.events(seen)) {
    for (const reaction of concernReactions(world)) await hears(world, reaction, event);
    seen = event.seq;
  }
  return Object.fromEntries(
    (await messagesIn(world.db, id))
      .filter((message) => message.direction === "system" && !known.has(message.id))
      .map((message) => [message.recipients[0]?.value ?? "", message.text.split("\n")[0] ?? ""]),
  );
};

const answers = async (): Promise<void> => {
  mails += 1;
  const number = (await allConcerns(world.db)).find((concern) => concern.id === id)?.number ?? null;
  await deliver(
    world,
    cast.channel,
    mail("kunde@post.example", { subject: `Re: [#${number}]`, text: `Antwort ${mails}`, thread: { number } }),
  );
};

const wants = async (agentId: AgentId, part: { notifyByMail?: boolean; followedByMail?: boolean }): Promise<void> => {
  const agent = await agentById(world.db, agentId);
  assert.ok(agent);
  await changePreferences(
    world,
    { kind: "agent", id: agentId, name: agent.name, role: agent.role, brandIds: agent.brandIds },
    { ...agent.preferences, ...part },
  );
};

before(async () => {
  world = await openTestWorld();
  cast = await addCast(world);
  await deliver(world, cast.channel, mail("kunde@post.example"));
  id = (await allConcerns(world.db))[0]?.id as ConcernId;
  await change(world, cast.omar, { id, change: { assigneeId: cast.anna.id } });
  await follow(world, cast.omar, id, cast.omar.id);
  // Whose it is follows, too: one mail, not two.
  await follow(world, cast.anna, id, cast.anna.id);
  await news();
});
after(() => world.close());

const both = {
  "anna@staff.example": "kunde@post.example hat geantwortet.",
  "omar@staff.example": "kunde@post.example hat in einem Anliegen geantwortet, das Sie beobachten.",
};

test("whose it is and who follows are told, each in their own words, once", async () => {
  await answers();
  assert.deepEqual(await news(), both);
  assert.deepEqual(await news(), {}, "and not again");
});

test("followers rest for an hour for each concern, whose it is for five minutes", async () => {
  world.pass(6 * 60_000);
  await answers();
  assert.deepEqual(Object.keys(await news()), ["anna@staff.example"]);
  world.pass(55 * 60_000);
  await answers();
  assert.deepEqual(await news(), both);
});

test("only who wants it; who follows no longer, or may not see the brand, hears nothing", async () => {
  world.pass(2 * 3_600_000);
  await wants(cast.omar.id, { followedByMail: false });
  await answers();
  assert.deepEqual(Object.keys(await news()), ["anna@staff.example"]);
  world.pass(2 * 3_600_000);
  await wants(cast.omar.id, { followedByMail: true, notifyByMail: false });
  await wants(cast.anna.id, { notifyByMail: false, followedByMail: true });
  await answers();
  assert.deepEqual(Object.keys(await news()), ["omar@staff.example"], "each wish for itself");
  world.pass(2 * 3_600_000);
  await unfollow(world, cast.omar, id, cast.omar.id);
  await answers();
  assert.deepEqual(await news(), {});
});
