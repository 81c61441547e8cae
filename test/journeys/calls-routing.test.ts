// Calls and who takes them: the very leader of the routing on a real PostgreSQL, with calls as their machine would leave them.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { ConcernId, WorkId } from "#contract/ids.ts";
import { change } from "#modules/concerns/actions-change.ts";
import { setBook } from "#modules/routing/actions-book.ts";
import { wish } from "#modules/routing/actions.ts";
import { leadingKinds, openLead } from "#modules/routing/leading.ts";
import type { ItemRow } from "#modules/routing/model-shapes.ts";
import { sql } from "#platform/db/db.ts";
import { openCallWorld } from "#test/call-world.ts";
import { bookQueue, bookWith } from "#test/routing-book.ts";
import { sure } from "#test/world.ts";

const { world, cast, begins, queues, talks, goesOn, ends, concernOf, at } = await openCallWorld();
after(() => world.close());

/** The leader, told of everything until nothing follows any more; Anna's desk alone is connected. */
const lead = async () => {
  let now = await openLead(world);
  let seq = 0;
  const connected = new Set<string>([cast.anna.id]);
  return {
    takeOver: async (): Promise<void> => {
      now = await openLead(world);
    },
    catchUp: async (): Promise<void> => {
      for (let quiet = false; !quiet;) {
        const all = await world.events(seq);
        const events = all.filter(({ kind }) => leadingKinds.includes(kind));
        const upTo = all.at(-1)?.seq ?? seq;
        await now.step({ events, upTo, connected });
        seq = upTo;
        quiet = events.length === 0 && now.nextDueMs() !== 0;
      }
    },
    wait: () => (now.nextDueMs() ?? 0) - world.now().getTime(),
  };
};

test("a call is offered, held while they talk, back at the head when its agent is lost, called back when it is time, and counted as what it was", async () => {
  const book = bookWith([bookQueue(6, { when: { ...bookQueue(0).when, channelKinds: ["phone"] } })], {
    stickySeconds: 0,
  });
  const { revision } = await world.db.one<{ revision: number }>(sql`SELECT revision FROM routing_book`);
  sure(await setBook(world, cast.omar, { was: revision, book }));
  const centre = await lead();
  const presence = (state: "available" | "offline", who = cast.anna) =>
    wish(world, who, {
      id: crypto.randomUUID(),
      wish: { what: "presence", agentId: who.id, state, reason: "" },
    });
  sure(await presence("available"));
  await centre.catchUp();
  const itemOf = async (id: ConcernId): Promise<ItemRow | null> =>
    (await world.db.maybe<{ kept: ItemRow }>(sql`SELECT kept FROM routing_item WHERE concern_id = ${id}`))?.kept ??
    null;
  const one = await begins({ number: "+493010001" });
  await centre.catchUp();
  await queues(one);
  const first = await concernOf(one);
  const since = Date.parse(at());
  await centre.catchUp();
  const offered = await itemOf(first);
  assert.deepEqual([offered?.kind, offered?.offer?.agentId, offered?.arrivedAtMs], ["voice", cast.anna.id, since]);
  world.pass(8_000);
  sure(
    await wish(world, cast.anna, {
      id: crypto.randomUUID(),
      wish: { what: "accept", workId: offered?.id as WorkId, token: offered?.token ?? 0 },
    }),
  );
  await centre.catchUp();
  await talks(one);
  await centre.catchUp();
  // Answered, settled, whoever leads: they talk on, and nothing else is offered to her.
  sure(await change(world, cast.anna, { id: first, change: { status: "resolved" } }));
  await centre.catchUp();
  await centre.takeOver();
  const two = await begins({ number: "+493010002" });
  await queues(two);
  const second = await concernOf(two);
  await centre.catchUp();
  assert.deepEqual([(await itemOf(first))?.holding?.agentId, (await itemOf(second))?.state], [cast.anna.id, "waiting"]);
  // Her browser is gone: the call is back, before the other one.
  await goesOn(one, (call) => ({ ...call, phase: "queue", hand: { from: cast.anna.id, to: null } }));
  await centre.catchUp();
  const back = await itemOf(first);
  assert.deepEqual([back?.holding, (back?.dueAtMs ?? Infinity) <= since], [null, true]);
  await goesOn(one, (call) => ({ ...call, hand: null }));
  await centre.catchUp();
  await ends(one, "abandoned");
  await centre.catchUp();
  assert.equal(await itemOf(first), null);
  // The other one wants to be called back in an hour: no abandonment, and with the old place.
  const waitedSince = (await itemOf(second))?.arrivedAtMs;
  const nextAt = new Date(world.now().getTime() + 3_600_000).toISOString();
  const callback = { number: "+493010002", at: nextAt, tries: 0, lastTryAt: null, lastCause: null, expiresAt: nextAt };
  await goesOn(two, (call) => ({
    ...call,
    callback: { ...callback, state: "waiting", legId: null, nextAt },
    dueAt: nextAt,
  }));
  await centre.catchUp();
  assert.equal(await itemOf(second), null);
  // Whoever leads next knows when.
  await centre.takeOver();
  await centre.catchUp();
  assert.equal(centre.wait(), 3_600_000);
  world.pass(3_600_000);
  await centre.catchUp();
  const again = await itemOf(second);
  assert.deepEqual([again?.kind, again?.arrivedAtMs], ["callback", waitedSince]);
  await ends(two, "notReached");
  await centre.catchUp();
  assert.deepEqual((await itemOf(second))?.kind, "callback", "somebody has to see to it");
  world.pass(1_000);
  const three = await begins({ number: "+493010003" });
  await queues(three);
  await centre.catchUp();
  const third = await concernOf(three);
  await ends(three, "abandoned");
  await centre.catchUp();
  const waits = await world.db.rows<{ concernId: string; kind: string; why: string | null; answered: boolean }>(
    sql`SELECT concern_id AS "concernId", kind, end_why AS why, answered_at IS NOT NULL AS answered FROM routing_wait WHERE concern_id = ANY (${[first, second, third]}::uuid[]) ORDER BY ended_at, item_id`,
  );
  assert.deepEqual(
    waits.map(({ concernId, kind, why, answered }) => [
      [first, second, third].indexOf(concernId as ConcernId),
      kind,
      why,
      answered,
    ]),
    [
      [0, "voice", "moved", true],
      [1, "voice", "moved", false],
      [1, "callback", "moved", false],
      [2, "voice", "left", false],
      [1, "callback", null, false],
      [2, "callback", null, false],
    ],
  );
});
