// Links between concerns on a real PostgreSQL: who may make and remove them, what each side's history and desk is told, follow-ups, races.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { AgentActor } from "#contract/actor.ts";
import { concerns as endpoints } from "#contract/concern-endpoints.ts";
import { isRefusal } from "#contract/errors.ts";
import type { ConcernId } from "#contract/ids.ts";
import { change } from "#modules/concerns/actions-change.ts";
import { link, unlink } from "#modules/concerns/actions-links.ts";
import { mayReadEntry } from "#modules/concerns/policy.ts";
import { historyOf, openConcern } from "#modules/concerns/reads-open.ts";
import { sql } from "#platform/db/db.ts";
import { deskMaySee } from "#server/live.ts";
import { addCast, allConcerns, deliver, mail, openTestWorld, sure, type Cast, type TestWorld } from "#test/world.ts";
import { apply, emptyState, mergeOpened } from "#web/state/apply.ts";

let world: TestWorld;
let cast: Cast;
before(async () => {
  world = await openTestWorld();
  cast = await addCast(world);
});
after(() => world.close());

let people = 0;
/** A new concern of somebody new. */
const fresh = async (channel = cast.channel): Promise<{ readonly id: ConcernId; readonly number: number }> => {
  people += 1;
  await deliver(world, channel, mail(`kunde${people}@kunde.example`));
  const made = (await allConcerns(world.db)).at(-1);
  assert.ok(made);
  return made;
};

const linksOf = async (who: AgentActor, id: ConcernId) =>
  sure(await openConcern(world, who, id)).concern.links.map((one) => [one.number, one.kind, one.earlier]);

const told = async (who: AgentActor, id: ConcernId) =>
  sure(await historyOf(world, who, id, null, 100)).entries.map((entry) => entry.kind);

test("a link stands on both sides, is told on both, may change its kind, and goes from either side", async () => {
  const [one, two] = [await fresh(), await fresh()];
  sure(await link(world, cast.anna, { id: two.id, number: one.number, kind: "duplicate" }));
  assert.deepEqual(await linksOf(cast.anna, two.id), [[one.number, "duplicate", true]]);
  assert.deepEqual(await linksOf(cast.anna, one.id), [[two.number, "duplicate", false]]);
  const again = (await world.events()).length;
  sure(await link(world, cast.anna, { id: one.id, number: two.number, kind: "duplicate" }));
  assert.equal((await world.events()).length, again, "said again, it changes and says nothing");
  sure(await link(world, cast.anna, { id: one.id, number: two.number, kind: "related" }));
  assert.deepEqual(await linksOf(cast.anna, two.id), [[one.number, "related", true]]);
  sure(await unlink(world, cast.anna, one.id, two.id));
  assert.deepEqual([await linksOf(cast.anna, one.id), await linksOf(cast.anna, two.id)], [[], []]);
  for (const id of [one.id, two.id])
    assert.deepEqual((await told(cast.anna, id)).slice(0, 3), ["concern.unlinked", "concern.linked", "concern.linked"]);
  const [entry] = sure(await historyOf(world, cast.anna, one.id, null, 1)).entries;
  assert.equal(entry?.data["number"], two.number, "the history says from what");
  sure(await unlink(world, cast.anna, one.id, two.id));
  assert.equal((await told(cast.anna, one.id)).filter((kind) => kind === "concern.unlinked").length, 1);
});

test("a follow-up stays: nobody removes it, calls it something else, or makes one by hand", async () => {
  const topic = world.newId();
  await world.db.run(sql`INSERT INTO topic (id, name, when_closed) VALUES (${topic}, 'Vertrag', 'follow-up')`);
  const first = await fresh();
  const from = `kunde${people}@kunde.example`;
  sure(await change(world, cast.anna, { id: first.id, change: { topicId: topic as never, status: "closed" } }));
  await deliver(
    world,
    cast.channel,
    mail(from, { subject: `Nochmal [#${first.number}]`, thread: { number: first.number } }),
  );
  const second = (await allConcerns(world.db)).at(-1);
  assert.ok(second && second.id !== first.id);
  assert.deepEqual(await linksOf(cast.anna, second.id), [[first.number, "follow-up", true]]);
  for (const act of [
    () => unlink(world, cast.anna, first.id, second.id),
    () => unlink(world, cast.omar, second.id, first.id),
    () => link(world, cast.anna, { id: first.id, number: second.number, kind: "related" }),
    () => link(world, cast.anna, { id: second.id, number: first.number, kind: "duplicate" }),
  ]) {
    const result = await act();
    assert.ok(isRefusal(result) && result.refused === "linkIsFollowUp");
  }
  assert.deepEqual(await linksOf(cast.anna, first.id), [[second.number, "follow-up", false]]);
  for (const kind of ["follow-up", "", "parent", null])
    assert.ok(!endpoints.link.body.safeParse({ number: 1, kind }).success, `${kind}`);
  for (const number of [0, -1, 1.5, "1001", 2 ** 60, Number.NaN])
    assert.ok(!endpoints.link.body.safeParse({ number, kind: "related" }).success, `${number}`);
});

test("between brands: only who serves both makes, sees, hears of and removes the link", async () => {
  const [ours, theirs] = [await fresh(), await fresh(cast.otherChannel)];
  for (const [who, id, number] of [
    [cast.anna, ours.id, theirs.number],
    [cast.eva, theirs.id, ours.number],
  ] as const) {
    const result = await link(world, who, { id, number, kind: "related" });
    assert.deepEqual(
      result,
      await link(world, who, { id, number: 999_999_999, kind: "related" }),
      "as if there were none",
    );
    assert.ok(isRefusal(result) && result.refused === "notFound");
  }
  const before = (await world.events()).at(-1)?.seq ?? 0;
  const desks = new Map<AgentActor, ReturnType<typeof emptyState>>();
  for (const who of [cast.anna, cast.omar])
    desks.set(who, mergeOpened(emptyState(who.id), sure(await openConcern(world, who, ours.id))));
  sure(await link(world, cast.omar, { id: ours.id, number: theirs.number, kind: "related" }));
  assert.deepEqual(await linksOf(cast.anna, ours.id), []);
  assert.deepEqual(await linksOf(cast.omar, ours.id), [[theirs.number, "related", false]]);
  for (const who of [cast.anna, cast.eva]) {
    const result = await unlink(world, who, ours.id, theirs.id);
    assert.ok(isRefusal(result) && result.refused === "notFound");
  }
  const events = await world.events(before);
  assert.deepEqual(
    events.map((event) => event.kind),
    ["concern.linked", "concern.linked"],
  );
  assert.ok(events.every((event) => !deskMaySee(cast.anna, event) && !deskMaySee(cast.eva, event)));
  assert.ok(events.every((event) => deskMaySee(cast.omar, event) && mayReadEntry(cast.omar, event)));
  for (const [who, desk] of desks) {
    const live = events.filter((event) => deskMaySee(who, event)).reduce(apply, desk);
    assert.deepEqual(
      live.opened[ours.id]?.concern.links,
      sure(await openConcern(world, who, ours.id)).concern.links,
      `what ${who.name}'s open desk shows is what a fresh one shows`,
    );
  }
  assert.ok(!(await told(cast.anna, ours.id)).includes("concern.linked"));
  assert.ok(!(await told(cast.eva, theirs.id)).includes("concern.linked"));
  assert.ok((await told(cast.omar, ours.id)).includes("concern.linked"));
  sure(await unlink(world, cast.omar, theirs.id, ours.id));
  assert.ok(!(await told(cast.anna, ours.id)).includes("concern.unlinked"));
});

test("two agents link and unlink the same concerns from both sides at once: nobody waits for ever, and log and table agree", async () => {
  const [one, two] = [await fresh(), await fresh()];
  const before = (await world.events()).at(-1)?.seq ?? 0;
  await Promise.all(
    Array.from({ length: 40 }, async (_, i) => {
      const [who, mine, other] = i % 2 === 0 ? [cast.anna, one, two] : [cast.omar, two, one];
      if (i % 3 === 0) sure(await unlink(world, who, mine.id, other.id));
      else
        sure(
          await link(world, who, { id: mine.id, number: other.number, kind: i % 4 === 1 ? "related" : "duplicate" }),
        );
    }),
  );
  let said: string | null = null;
  for (const event of await world.events(before)) {
    if (event.concernId !== one.id) continue;
    if (event.kind === "concern.linked") said = event.data.link.kind;
    if (event.kind === "concern.unlinked") {
      assert.notEqual(said, null, "only what was linked is unlinked");
      said = null;
    }
  }
  assert.deepEqual(
    (await linksOf(cast.anna, one.id)).map(([, kind]) => kind),
    said === null ? [] : [said],
  );
});
