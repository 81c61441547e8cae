// The same change to many concerns on a real PostgreSQL: rights of each, bounds, once under one key, taken back as a whole, two at once, killed halfway.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { concerns as endpoints } from "#contract/concern-endpoints.ts";
import { mostAtOnce, mostTags, type ChangeOfMany, type SeenOfMany } from "#contract/concerns.ts";
import { isRefusal } from "#contract/errors.ts";
import type { ConcernId, TopicId } from "#contract/ids.ts";
import { change, snooze } from "#modules/concerns/actions-change.ts";
import { changeMany, removeOldChanges, undoMany, type OutcomeOfMany } from "#modules/concerns/actions-many.ts";
import { lockConcern } from "#modules/concerns/store.ts";
import { sql } from "#platform/db/db.ts";
import { addCast, allConcerns, deliver, mail, openTestWorld, sure, type Cast, type TestWorld } from "#test/world.ts";

let world: TestWorld;
let cast: Cast;
before(async () => {
  world = await openTestWorld({ connections: 12 });
  cast = await addCast(world);
});
after(() => world.close());

let people = 0;
const some = async (count: number, channel = cast.channel): Promise<ConcernId[]> => {
  const ids: ConcernId[] = [];
  for (let i = 0; i < count; i += 1) {
    people += 1;
    await deliver(world, channel, mail(`viele${people}@kunde.example`));
    ids.push((await allConcerns(world.db)).at(-1)?.id ?? assert.fail());
  }
  return ids;
};

const many = (ids: readonly ConcernId[], wanted: ChangeOfMany, who = cast.anna, key: string = crypto.randomUUID()) =>
  changeMany(world, who, { key, ids, change: wanted });

/** Everything of these concerns that a change can move. */
const states = (ids: readonly ConcernId[]) =>
  world.db.rows<Record<string, unknown>>(sql`
    SELECT id, status, priority, topic_id, assignee_id, team_id, tags, snoozed_until, waiting_since, resolved_at, closed_at FROM concern WHERE id = ANY(${ids}::uuid[]) ORDER BY id`);

const reasons = (outcome: OutcomeOfMany) => outcome.refused.map(({ id, code }) => [id, code]);
const idsOf = (outcome: OutcomeOfMany) => outcome.changed.map((state) => state.id);
const changesSince = async (seq: number): Promise<string[]> =>
  (await world.events(seq)).filter((event) => event.kind === "concern.changed").map((event) => event.concernId ?? "");
const now = async () => (await world.events()).at(-1)?.seq ?? 0;

test("each concern for itself: foreign, absent, closed ones and those the assignee may not hold are refused with the reason, the rest is done", async () => {
  const ours = (await some(3)).toSorted();
  const [theirs = assert.fail()] = await some(1, cast.otherChannel);
  const nowhere = world.newId() as ConcernId;
  sure(await change(world, cast.anna, { id: ours[0] as ConcernId, change: { status: "closed" } }));
  const waiting = sure(await many([...ours, theirs, nowhere], { status: "waiting" }));
  assert.deepEqual(
    [idsOf(waiting), new Map(reasons(waiting) as [string, string][])],
    [
      ours.slice(1),
      new Map<string, string>([
        [ours[0] as string, "statusNotReachable"],
        [theirs, "notFound"],
        [nowhere, "notFound"],
      ]),
    ],
  );
  assert.deepEqual(waiting.refused.find((one) => one.id === ours[0])?.facts, { from: "closed", to: "waiting" });
  const held = sure(await many([...ours, theirs], { assigneeId: cast.anna.id }, cast.omar));
  assert.deepEqual([idsOf(held), reasons(held)], [ours, [[theirs, "unknownAgent"]]]);
  const gone = sure(await many(ours, { topicId: world.newId() as TopicId }));
  assert.deepEqual([gone.changed.length, gone.refused.map((one) => one.code)], [0, Array(3).fill("unknownTopic")]);
});

test("what somebody else changed since it was seen is not overwritten but named; what they changed besides does no harm", async () => {
  const [one = assert.fail(), two = assert.fail(), three = assert.fail(), four = assert.fail()] = await some(4);
  sure(await change(world, cast.omar, { id: two, change: { assigneeId: cast.omar.id } }));
  sure(await change(world, cast.omar, { id: three, change: { assigneeId: cast.anna.id } }));
  sure(await change(world, cast.omar, { id: four, change: { priority: "urgent", addTags: ["eilig"] } }));
  const decided = (wanted: ChangeOfMany, seen: SeenOfMany[ConcernId], key: string = crypto.randomUUID()) => {
    const ids = [one, two, three, four];
    return changeMany(world, cast.anna, {
      key,
      ids,
      change: wanted,
      was: Object.fromEntries(ids.map((id) => [id, seen])),
    });
  };
  const key = crypto.randomUUID();
  const taken = sure(await decided({ assigneeId: cast.anna.id }, { assigneeId: null }, key));
  assert.deepEqual(
    taken.refused,
    [{ id: two, code: "takenMeanwhile", facts: { name: cast.omar.name } }],
    "who has it is said; whom it was given to already is no trouble, nor is what else was changed",
  );
  assert.deepEqual(
    sure(await decided({ assigneeId: cast.anna.id }, { assigneeId: null }, key)),
    taken,
    "sent again it is the same",
  );
  const [row] = await states([two]);
  assert.equal(row?.["assignee_id"], cast.omar.id);
  const lower = sure(await decided({ priority: "low", addTags: ["ruhig"] }, { priority: "normal" }));
  assert.deepEqual(reasons(lower), [[four, "staleVersion"]]);
  assert.deepEqual((await states([four]))[0]?.["tags"], ["eilig"], "none of it is done to that one");
  await deliver(world, cast.channel, mail("dazwischen@kunde.example"));
  const waiting = (await allConcerns(world.db)).at(-1)?.id ?? assert.fail();
  sure(await change(world, cast.omar, { id: waiting, change: { status: "resolved" } }));
  const status = { [waiting]: { status: "new" as const } };
  const late = { key: crypto.randomUUID(), ids: [waiting], change: { status: "waiting" as const }, was: status };
  assert.deepEqual(reasons(sure(await changeMany(world, cast.anna, late))), [[waiting, "staleVersion"]]);
});

test("what is asked for is bounded and strict", () => {
  const id = world.newId();
  const body = (over: object) => ({ key: crypto.randomUUID(), ids: [id], change: { priority: "low" }, ...over });
  const takes = (given: unknown): boolean => endpoints.changeMany.body.safeParse(given).success;
  assert.ok(takes(body({})));
  assert.ok(takes(body({ ids: Array.from({ length: mostAtOnce }, () => world.newId()) })));
  for (const wrong of [
    { ids: [] },
    { ids: Array.from({ length: mostAtOnce + 1 }, () => id) },
    { ids: ["'; DROP TABLE concern; --"] },
    { key: "x" },
    { change: {} },
    { change: { priority: undefined } },
    { change: { subject: "alle gleich" } },
    { change: { fields: {} } },
    { change: { status: "snoozed" } },
    { change: { status: "new" } },
    { change: { addTags: ["x".repeat(61)] } },
    { change: { addTags: Array.from({ length: mostTags + 1 }, (_, i) => `${i}`) } },
    { change: { priority: "low", version: 0 } },
  ])
    assert.ok(!takes(body(wrong)), JSON.stringify(wrong).slice(0, 80));
});

test("under one key a concern is changed once, however often and in however many parts it is sent; the key stands for this change of this agent", async () => {
  const ids = (await some(4)).toSorted();
  const key = crypto.randomUUID();
  const seq = await now();
  const wanted: ChangeOfMany = { priority: "urgent", addTags: ["welle", "  welle ", "\u0000"] };
  sure(await many(ids.slice(0, 2), wanted, cast.anna, key));
  // Somebody sets one right again; the same change sent once more leaves it to them.
  sure(await change(world, cast.omar, { id: ids[0] as ConcernId, change: { priority: "low" } }));
  const again = sure(await many([...ids, ...ids], wanted, cast.anna, key));
  assert.deepEqual([idsOf(again), again.refused], [ids, []]);
  assert.deepEqual(
    (await states(ids)).map((row) => [row["priority"], row["tags"]]),
    [
      ["low", ["welle"]],
      ["urgent", ["welle"]],
      ["urgent", ["welle"]],
      ["urgent", ["welle"]],
    ],
  );
  assert.deepEqual((await changesSince(seq)).length, 5, "one entry a concern, and the one between");
  const at = await now();
  for (const [who, other] of [
    [cast.omar, wanted],
    [cast.anna, { priority: "low" }],
  ] as const) {
    const result = await many(ids, other, who, key);
    assert.ok(isRefusal(result) && result.refused === "invalidInput");
  }
  for (const who of [cast.omar, cast.eva]) {
    const result = await undoMany(world, who, key);
    assert.ok(isRefusal(result) && result.refused === "notFound", "only who made it takes it back");
  }
  assert.equal(await now(), at);
});

test("a key stands for two hundred concerns at the most, in one call or in parts", async () => {
  const key = crypto.randomUUID();
  const ids = await some(2);
  const absent = Array.from({ length: mostAtOnce - 1 }, () => world.newId() as ConcernId);
  sure(await many(ids, { priority: "high" }, cast.anna, key));
  const tooMany = await many(absent, { priority: "high" }, cast.anna, key);
  assert.ok(isRefusal(tooMany) && tooMany.refused === "tooManyAtOnce");
  assert.equal(sure(await many(absent.slice(1), { priority: "high" }, cast.anna, key)).refused.length, mostAtOnce - 2);
  assert.equal(sure(await many([...ids, ...absent.slice(1)], { priority: "high" }, cast.anna, key)).changed.length, 2);
});

test("the same key at once from two connections: one change each", async () => {
  const ids = await some(12);
  const key = crypto.randomUUID();
  const seq = await now();
  const outcomes = await Promise.all(
    Array.from({ length: 5 }, () => many(ids, { addTags: ["einmal"] }, cast.anna, key)),
  );
  for (const outcome of outcomes) assert.equal(sure(outcome).changed.length, 12);
  assert.deepEqual((await changesSince(seq)).toSorted(), ids.toSorted());
});

test("taken back as a whole: every status with its times, people, team, topic, priority, tags; a second time changes nothing", async () => {
  const ids = (await some(5)).toSorted();
  const [fresh, open, waiting, resolved, snoozed] = ids as [ConcernId, ConcernId, ConcernId, ConcernId, ConcernId];
  const team = world.newId();
  const topic = world.newId();
  await world.db.run(sql`INSERT INTO team (id, name) VALUES (${team}, ${`Team ${team}`})`);
  await world.db.run(sql`INSERT INTO topic (id, name, team_id) VALUES (${topic}, 'Router', ${team})`);
  sure(
    await change(world, cast.anna, {
      id: open,
      change: { status: "open", tags: ["a", "b"], assigneeId: cast.omar.id },
    }),
  );
  sure(await change(world, cast.anna, { id: waiting, change: { status: "waiting", priority: "high" } }));
  sure(await change(world, cast.anna, { id: resolved, change: { status: "resolved" } }));
  sure(
    await snooze(world, cast.anna, { id: snoozed, until: new Date(world.now().getTime() + 3_600_000).toISOString() }),
  );
  const before = await states(ids);
  assert.equal(before[0]?.["status"], "new");
  world.pass(60_000);
  const key = crypto.randomUUID();
  const wanted: ChangeOfMany = {
    status: "closed",
    priority: "low",
    assigneeId: cast.anna.id,
    topicId: topic as TopicId,
    addTags: ["c"],
    removeTags: ["a"],
  };
  assert.equal(sure(await many(ids, wanted, cast.anna, key)).changed.length, 5);
  assert.ok((await states(ids)).every((row) => row["status"] === "closed" && row["team_id"] === team));
  const outcome = sure(await undoMany(world, cast.anna, key));
  assert.deepEqual([idsOf(outcome), outcome.refused], [ids, []]);
  assert.deepEqual(await states(ids), before);
  const at = await now();
  assert.deepEqual(idsOf(sure(await undoMany(world, cast.anna, key))), ids);
  assert.equal(await now(), at);
  const late = sure(await many([fresh], wanted, cast.anna, key));
  assert.deepEqual(reasons(late), [[fresh, "takenBack"]], "what was taken back is not done by a late repetition");
});

test("taking back leaves what others did since: a customer who wrote, an agent who went on, a topic that is gone, an assignee who left", async () => {
  const ids = (await some(5)).toSorted();
  const [wrote, went, plain, tagged, left] = ids as [ConcernId, ConcernId, ConcernId, ConcernId, ConcernId];
  const topic = world.newId();
  await world.db.run(sql`INSERT INTO topic (id, name) VALUES (${topic}, 'Weg')`);
  sure(await change(world, cast.anna, { id: plain, change: { topicId: topic as TopicId } }));
  sure(await change(world, cast.anna, { id: left, change: { assigneeId: cast.omar.id } }));
  const key = crypto.randomUUID();
  sure(
    await many(
      ids,
      { status: "resolved", topicId: null, assigneeId: cast.anna.id, addTags: ["x"], removeTags: ["y"] },
      cast.anna,
      key,
    ),
  );
  const { number } = (await allConcerns(world.db)).find((one) => one.id === wrote) ?? assert.fail();
  const from = (
    await world.db.one<{ norm: string }>(sql`SELECT norm FROM party WHERE concern_id = ${wrote} AND role = 'requester'`)
  ).norm;
  await deliver(world, cast.channel, mail(from, { text: "Doch nicht.", thread: { number } }));
  sure(await change(world, cast.omar, { id: went, change: { status: "closed", assigneeId: cast.omar.id } }));
  sure(await change(world, cast.omar, { id: tagged, change: { addTags: ["z"], removeTags: ["x"] } }));
  await world.db.run(sql`DELETE FROM topic WHERE id = ${topic}`);
  await world.db.run(sql`UPDATE agent SET active = false WHERE id = ${cast.omar.id}`);
  const outcome = sure(await undoMany(world, cast.anna, key));
  await world.db.run(sql`UPDATE agent SET active = true WHERE id = ${cast.omar.id}`);
  assert.deepEqual(outcome.refused, []);
  const after = new Map((await states(ids)).map((row) => [row["id"], row]));
  const part = (id: ConcernId, ...keys: string[]) => keys.map((one) => after.get(id)?.[one]);
  assert.deepEqual(
    part(wrote, "status", "assignee_id"),
    ["open", null],
    "who wrote meanwhile is not resolved again, and not new again",
  );
  assert.ok(after.get(wrote)?.["waiting_since"] !== null);
  assert.deepEqual(part(went, "status", "assignee_id"), ["closed", cast.omar.id]);
  assert.deepEqual(part(plain, "status", "topic_id"), ["new", null]);
  assert.deepEqual(part(tagged, "tags"), [["z"]]);
  assert.deepEqual(part(left, "status", "assignee_id"), ["new", null]);
});

test("taking back asks for the right of each concern again", async () => {
  const ids = await some(2);
  const [foreign = assert.fail()] = await some(1, cast.otherChannel);
  const key = crypto.randomUUID();
  const both = { ...cast.anna, brandIds: [cast.brandId, cast.otherBrandId] };
  sure(await many([...ids, foreign], { priority: "high" }, both, key));
  const outcome = sure(await undoMany(world, cast.anna, key));
  assert.deepEqual([outcome.changed.length, reasons(outcome)], [2, [[foreign, "notFound"]]]);
  assert.deepEqual(
    (await states([foreign])).map((row) => row["priority"]),
    ["high"],
  );
});

test("tags have an end, and adding is not overwriting: two agents add at once, and both are there", async () => {
  const ids = await some(6);
  await Promise.all([
    many(ids, { addTags: ["von-anna"] }).then(sure),
    many(ids.toReversed(), { addTags: ["von-omar"] }, cast.omar).then(sure),
  ]);
  for (const row of await states(ids)) assert.deepEqual((row["tags"] as string[]).toSorted(), ["von-anna", "von-omar"]);
  const full = Array.from({ length: mostTags }, (_, i) => `t${i}`);
  const outcome = sure(await many(ids.slice(0, 1), { addTags: full }));
  assert.deepEqual(
    outcome.refused.map(({ code, facts }) => [code, facts]),
    [["tooManyTags", { most: mostTags }]],
  );
});

test("many changes of many, in every order, with taking back between: nobody deadlocks, and each concern's log gives its row", async () => {
  const ids = await some(24);
  const seq = await now();
  const lost = await world.db.one<{ n: number }>(
    sql`SELECT deadlocks::int AS n FROM pg_stat_database WHERE datname = current_database()`,
  );
  await Promise.all(
    Array.from({ length: 8 }, async (_, i) => {
      const who = i % 2 === 0 ? cast.anna : cast.omar;
      const order = i % 2 === 0 ? ids : ids.toReversed();
      const key = crypto.randomUUID();
      const wanted: ChangeOfMany =
        i % 4 < 2 ? { assigneeId: who.id, addTags: [`r${i}`] } : { status: "resolved", priority: "low" };
      const first = changeMany(world, who, { key, ids: order, change: wanted });
      if (i % 3 === 0) {
        const taken = await undoMany(world, who, key);
        // Before the change is kept there is nothing to take back.
        if (isRefusal(taken)) assert.equal(taken.refused, "notFound");
      }
      sure(await first);
    }),
  );
  const stats = await world.db.one<{ n: number }>(
    sql`SELECT deadlocks::int AS n FROM pg_stat_database WHERE datname = current_database()`,
  );
  assert.equal(stats.n, lost.n);
  const rows = new Map<string, Record<string, unknown>>();
  for (const event of await world.events(seq))
    if (event.kind === "concern.changed" && event.concernId !== null) {
      const before = rows.get(event.concernId) ?? {};
      assert.ok(Number(before["version"] ?? 0) < event.data.patch.version, "in the order of their versions");
      rows.set(event.concernId, { ...before, ...event.data.patch });
    }
  for (const id of ids) {
    const state = await world.db.transaction((tx) => lockConcern(tx, id));
    assert.ok(state);
    for (const [key, value] of Object.entries(rows.get(id) ?? {}))
      assert.deepEqual(state[key as keyof typeof state], value, key);
  }
});

test("interrupted halfway, sent again with its key, it ends as if it had never been interrupted, and is taken back whole", async () => {
  const ids = (await some(10)).toSorted();
  const before = await states(ids);
  const key = crypto.randomUUID();
  // The database goes away after some of the concerns: the call fails, and nobody knows how far it got.
  let left = 4;
  const dying: TestWorld = {
    ...world,
    db: {
      ...world.db,
      transaction: (work) => {
        left -= 1;
        return left < 0 ? Promise.reject(new Error("gone")) : world.db.transaction(work);
      },
    },
  };
  await assert.rejects(changeMany(dying, cast.anna, { key, ids, change: { status: "resolved" } }), /gone/);
  const halfway = (await states(ids)).filter((row) => row["status"] === "resolved").length;
  assert.equal(halfway, 4);
  const seq = await now();
  assert.equal(sure(await many(ids, { status: "resolved" }, cast.anna, key)).changed.length, 10);
  assert.equal((await changesSince(seq)).length, 6);
  sure(await undoMany(world, cast.anna, key));
  assert.deepEqual(await states(ids), before);
});

test("after a day a change can no longer be taken back, and nothing of it is kept", async () => {
  const ids = await some(2);
  const key = crypto.randomUUID();
  sure(await many(ids, { priority: "high" }, cast.anna, key));
  world.pass(24 * 3_600_000 - 1_000);
  await removeOldChanges(world);
  assert.ok(!isRefusal(await undoMany(world, cast.anna, key)));
  world.pass(2_000);
  assert.ok((await removeOldChanges(world)) > 0);
  const result = await undoMany(world, cast.anna, key);
  assert.ok(isRefusal(result) && result.refused === "notFound");
  assert.deepEqual(await world.db.rows(sql`SELECT 1 FROM change_step WHERE change_set_id = ${key}`), []);
});
