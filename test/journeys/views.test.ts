// Views that people make, on a real PostgreSQL: whose they are, sharing, order, removing and bringing back, hostile input, two at once.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { AgentActor } from "#contract/actor.ts";
import { concerns as endpoints } from "#contract/concern-endpoints.ts";
import { everything, view as viewShape, type ViewInput } from "#contract/concerns.ts";
import { isRefusal } from "#contract/errors.ts";
import type { AgentId, TeamId, ViewId } from "#contract/ids.ts";
import {
  changeView,
  forgetRemovedViews,
  mostOwnViews,
  mostSharedViews,
  orderViews,
  removeView,
  restoreView,
  saveView,
} from "#modules/concerns/actions-views.ts";
import { viewsFor } from "#modules/concerns/reads-lists.ts";
import { sql } from "#platform/db/db.ts";
import { deskMaySee } from "#server/live.ts";
import { addCast, deliver, mail, openTestWorld, sure, type Cast, type TestWorld } from "#test/world.ts";

let world: TestWorld;
let cast: Cast;
/** An agent of the first brand, in the team. */
let ben: AgentActor;
let team: TeamId;
let otherTeam: TeamId;
before(async () => {
  world = await openTestWorld();
  cast = await addCast(world);
  ben = { ...cast.anna, id: world.newId() as AgentId, name: "Ben" };
  await world.db.run(sql`
    INSERT INTO agent (id, name, handle, email, role, password, brand_ids, preferences, created_at)
    SELECT ${ben.id}, 'Ben', 'ben', 'ben@staff.example', role, '', brand_ids, preferences, created_at FROM agent WHERE id = ${cast.anna.id}`);
  team = world.newId() as TeamId;
  otherTeam = world.newId() as TeamId;
  await world.db.run(sql`INSERT INTO team (id, name) VALUES (${team}, 'Technik'), (${otherTeam}, 'Rechnung')`);
  await world.db.run(sql`INSERT INTO team_member (team_id, agent_id) VALUES (${team}, ${ben.id})`);
  await deliver(world, cast.channel, mail("a@kunde.example"));
  await deliver(world, cast.otherChannel, mail("b@kunde.example"));
});
after(() => world.close());

const refusedWith = (result: unknown, code: string): void =>
  assert.ok(isRefusal(result) && result.refused === code, JSON.stringify(result));

const input = (name: string, over: Partial<ViewInput> = {}): ViewInput => ({
  name,
  filter: everything,
  share: { with: "me" },
  ...over,
});
const save = async (who: AgentActor, given: ViewInput) => {
  const view = viewShape.parse(sure(await saveView(world, who, given)));
  return { ...view, id: view.id as ViewId };
};

/** Names of the views that people made, as this agent sees them. */
const seen = async (who: AgentActor): Promise<string[]> =>
  (await viewsFor(world, who)).views.filter((view) => view.share !== null).map((view) => view.name);
const clear = async (): Promise<void> => {
  await world.db.run(sql`DELETE FROM view`);
};

test("made, renamed, filtered otherwise, removed and brought back to its place by its owner; nobody else sees or touches it", async () => {
  await clear();
  const one = await save(cast.anna, input("Eins"));
  const two = await save(cast.anna, input("Zwei", { filter: { ...everything, tag: "vip" } }));
  assert.deepEqual(one.share, { with: "me" });
  const changed = sure(
    await changeView(world, cast.anna, one.id, input("Anders", { filter: { ...everything, priorities: ["urgent"] } })),
  );
  assert.deepEqual([changed.name, changed.filter.priorities], ["Anders", ["urgent"]]);
  for (const who of [ben, cast.omar, cast.eva]) {
    assert.deepEqual(await seen(who), []);
    refusedWith(await changeView(world, who, one.id, input("Meins")), "notFound");
    refusedWith(await removeView(world, who, one.id), "notFound");
  }
  sure(await removeView(world, cast.anna, one.id));
  assert.deepEqual(await seen(cast.anna), ["Zwei"]);
  refusedWith(await removeView(world, cast.anna, one.id), "notFound");
  refusedWith(await changeView(world, cast.anna, one.id, input("Zombie")), "notFound");
  refusedWith(await restoreView(world, ben, one.id), "notFound");
  refusedWith(await restoreView(world, cast.anna, two.id), "notFound");
  sure(await restoreView(world, cast.anna, one.id));
  assert.deepEqual(await seen(cast.anna), ["Anders", "Zwei"]);
  sure(await removeView(world, cast.anna, two.id));
  world.pass(24 * 3_600_000 + 1);
  assert.equal(await forgetRemovedViews(world), 1);
  refusedWith(await restoreView(world, cast.anna, two.id), "notFound");
});

test("shared by who supervises: a team's members or everybody see it, each with their own eyes; who does not supervise shares and changes nothing", async () => {
  await clear();
  refusedWith(await saveView(world, cast.anna, input("Alle", { share: { with: "everybody" } })), "notAllowed");
  refusedWith(await saveView(world, ben, input("Team", { share: { with: "team", teamId: team } })), "notAllowed");
  refusedWith(
    await saveView(world, cast.omar, input("Team", { share: { with: "team", teamId: world.newId() as TeamId } })),
    "unknownTeam",
  );
  const forTeam = await save(cast.omar, input("Technik dringend", { share: { with: "team", teamId: team } }));
  const forAll = await save(cast.omar, input("Alles", { share: { with: "everybody" } }));
  assert.deepEqual(await seen(ben), ["Alles", "Technik dringend"]);
  assert.deepEqual(await seen(cast.anna), ["Alles"]);
  assert.deepEqual(await seen(cast.eva), ["Alles"]);
  const counts = async (who: AgentActor) =>
    (await viewsFor(world, who)).views.find((view) => view.id === forAll.id)?.count;
  assert.deepEqual(
    [await counts(cast.omar), await counts(cast.anna), await counts(cast.eva)],
    [2, 1, 1],
    "within their brands",
  );
  for (const [who, id] of [
    [ben, forTeam.id],
    [ben, forAll.id],
    [cast.eva, forAll.id],
  ] as const) {
    refusedWith(await changeView(world, who, id, input("Meins")), "notAllowed");
    refusedWith(await changeView(world, who, id, input("Meins", { share: { with: "me" } })), "notAllowed");
    refusedWith(await removeView(world, who, id), "notAllowed");
  }
  refusedWith(await changeView(world, cast.anna, forTeam.id, input("Meins")), "notFound");
  assert.deepEqual(
    (await viewsFor(world, ben)).views.filter((view) => view.mayChange),
    [],
  );
  const own = await save(cast.anna, input("Eigene"));
  refusedWith(
    await changeView(world, cast.anna, own.id, input("Eigene", { share: { with: "everybody" } })),
    "notAllowed",
  );
  const second: AgentActor = { ...cast.omar, id: ben.id, name: "Vertretung" };
  sure(await changeView(world, second, forTeam.id, input("Rechnung", { share: { with: "team", teamId: otherTeam } })));
  assert.deepEqual(await seen(ben), ["Alles"]);
  sure(await changeView(world, second, forTeam.id, input("Nur für mich")));
  assert.deepEqual([await seen(cast.omar), await seen(second)], [["Alles"], ["Alles", "Nur für mich"]]);
});

test("each sees them in an order of their own; ids that are not theirs to see count for nothing", async () => {
  await clear();
  const [a, b, c] = [await save(ben, input("A")), await save(ben, input("B")), await save(ben, input("C"))];
  const all = await save(cast.omar, input("Alle", { share: { with: "everybody" } }));
  const foreign = await save(cast.anna, input("Annas"));
  assert.deepEqual(await seen(ben), ["Alle", "A", "B", "C"]);
  sure(await orderViews(world, ben, [c.id, all.id, foreign.id, world.newId() as ViewId, a.id, c.id]));
  assert.deepEqual(await seen(ben), ["C", "Alle", "A", "B"]);
  assert.deepEqual(await seen(cast.anna), ["Alle", "Annas"], "an order is one's own");
  sure(await removeView(world, ben, a.id));
  sure(await restoreView(world, ben, a.id));
  assert.deepEqual(await seen(ben), ["C", "Alle", "A", "B"], "and outlives removing");
  await save(ben, input("D"));
  assert.deepEqual(await seen(ben), ["C", "Alle", "A", "B", "D"]);
  assert.ok(b);
});

test("who is told: oneself alone of one's own, everybody of shared ones, also of those that no longer are", async () => {
  await clear();
  const told = async (act: () => Promise<unknown>) => {
    const seq = (await world.events()).at(-1)?.seq ?? 0;
    await act();
    const events = await world.events(seq);
    assert.deepEqual(
      events.map((event) => event.kind),
      ["view.changed"],
    );
    return [cast.omar, ben, cast.eva].map((who) => events.every((event) => deskMaySee(who, event)));
  };
  let id: ViewId | null = null;
  assert.deepEqual(await told(async () => (id = (await save(cast.omar, input("X"))).id)), [true, false, false]);
  const view = id ?? assert.fail();
  const shared = input("X", { share: { with: "everybody" } });
  assert.deepEqual(await told(() => changeView(world, cast.omar, view, shared).then(sure)), [true, true, true]);
  assert.deepEqual(await told(() => changeView(world, cast.omar, view, input("X")).then(sure)), [true, true, true]);
  assert.deepEqual(await told(() => orderViews(world, cast.omar, [view]).then(sure)), [true, false, false]);
  assert.deepEqual(await told(() => removeView(world, cast.omar, view).then(sure)), [true, false, false]);
});

test("there is an end to them, also by sharing and bringing back", async () => {
  await clear();
  const ids: ViewId[] = [];
  for (let i = 0; i < mostOwnViews; i += 1) ids.push((await save(cast.omar, input(`S${i}`))).id);
  const full = await saveView(world, cast.omar, input("eine zu viel"));
  assert.ok(isRefusal(full) && full.facts?.["most"] === mostOwnViews);
  const everybody = { share: { with: "everybody" } } as const;
  for (const id of ids.slice(0, mostSharedViews))
    sure(await changeView(world, cast.omar, id, input("geteilt", everybody)));
  const next = ids[mostSharedViews] ?? assert.fail();
  refusedWith(await changeView(world, cast.omar, next, input("geteilt", everybody)), "tooManyViews");
  refusedWith(await saveView(world, cast.omar, input("geteilt", everybody)), "tooManyViews");
  const first = ids[0] ?? assert.fail();
  sure(await removeView(world, cast.omar, first));
  sure(await changeView(world, cast.omar, next, input("geteilt", everybody)));
  refusedWith(await restoreView(world, cast.omar, first), "tooManyViews");
});

test("names and filters are judged at the door; what gets in is kept as it is and shown as text", async () => {
  await clear();
  const takes = (given: unknown): boolean => endpoints.saveView.body.safeParse(given).success;
  assert.ok(takes(input("x")));
  for (const wrong of [
    { name: "   " },
    { name: "x".repeat(61) },
    { filter: { ...everything, statuses: ["gone"] } },
    { filter: { ...everything, tag: "x".repeat(61) } },
    { filter: { ...everything, tag: "a\u0000" } },
    { filter: { ...everything, tag: "a\ud800" } },
    { filter: { ...everything, assignee: "everybody" } },
    { filter: { ...everything, channelKind: "fax" } },
    { filter: { ...everything, sql: "1=1" } },
    { share: { with: "team" } },
    { share: { with: "team", teamId: "x" } },
    { share: { with: "me", teamId: world.newId() } },
    { share: { with: "world" } },
    { position: 1 },
  ])
    assert.ok(!takes({ ...input("x"), ...wrong }), JSON.stringify(wrong));
  const odd = `<img src=x onerror=alert(1)>'; DROP TABLE view; --`;
  await save(cast.anna, input(`${odd}\u0000\u202e`, { filter: { ...everything, tag: "a'b\\c{d}" } }));
  const [kept] = (await viewsFor(world, cast.anna)).views.filter((view) => view.share !== null);
  assert.deepEqual([kept?.name, kept?.filter.tag, kept?.count], [odd, "a'b\\c{d}", 0]);
});

test("a filter that was kept before a condition existed hides nothing by it", async () => {
  await clear();
  const { channelKind: _later, ...older } = everything;
  await world.db.run(
    sql`INSERT INTO view (id, agent_id, name, filter, position) VALUES (${world.newId()}, ${cast.anna.id}, 'Alt', ${JSON.stringify(older)}, 1)`,
  );
  const [kept] = (await viewsFor(world, cast.anna)).views.filter((view) => view.share !== null);
  assert.deepEqual(viewShape.parse(kept).filter, everything);
});

test("two at once on one view: the last word counts, whole, and removed is removed", async () => {
  await clear();
  const view = await save(cast.omar, input("0", { share: { with: "everybody" } }));
  await Promise.all(
    Array.from({ length: 20 }, async (_, i) =>
      sure(
        await changeView(
          world,
          cast.omar,
          view.id,
          input(`N${i}`, { filter: { ...everything, tag: `N${i}` }, share: view.share ?? assert.fail() }),
        ),
      ),
    ),
  );
  const [kept] = (await viewsFor(world, ben)).views.filter((one) => one.id === view.id);
  assert.equal(kept?.name, kept?.filter.tag);
  const ends = await Promise.all(Array.from({ length: 5 }, () => removeView(world, cast.omar, view.id)));
  assert.equal(ends.filter((end) => !isRefusal(end)).length, 1);
  assert.deepEqual(await seen(ben), []);
});
