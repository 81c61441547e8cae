// The counters against counting: random changes from many hands at once, taken back ones among them, folding and mending meanwhile; a spoiled
// tally is mended; and what is walked for a counter ends.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { AgentActor } from "#contract/actor.ts";
import { everything, priorities, statuses, type ListFilter, type View } from "#contract/concerns.ts";
import { isRefusal } from "#contract/errors.ts";
import type { AgentId, TeamId, TopicId } from "#contract/ids.ts";
import { foldTally, mendTally, saveView } from "#modules/concerns/actions-views.ts";
import { viewsFor } from "#modules/concerns/reads-lists.ts";
import { join, raw, sql, type Sql, type Tx } from "#platform/db/db.ts";
import { addCast, openTestWorld, type Cast, type TestWorld } from "#test/world.ts";

let world: TestWorld;
let cast: Cast;
let people: AgentId[];
let teams: TeamId[];
let topics: TopicId[];
let customerId: string;
const tags = ["vip", "umzug", "a'b\\c{d}", "Größe"];

/** A small generator with a fixed start, so that a failure can be had again. */
let state = 20261125;
const chance = (): number => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
};
const one = <T>(from: readonly T[]): T => from[Math.floor(chance() * from.length)] as T;
const maybe = <T>(share: number, value: () => T): T | null => (chance() < share ? value() : null);
const some = <T>(from: readonly T[]): T[] => from.filter(() => chance() < 0.3);

before(async () => {
  world = await openTestWorld();
  cast = await addCast(world);
  people = [cast.anna.id, cast.omar.id, cast.eva.id];
  teams = [world.newId(), world.newId()] as TeamId[];
  topics = [world.newId(), world.newId()] as TopicId[];
  customerId = world.newId();
  for (const id of teams) await world.db.run(sql`INSERT INTO team (id, name) VALUES (${id}, ${id})`);
  for (const id of topics) await world.db.run(sql`INSERT INTO topic (id, name) VALUES (${id}, ${id})`);
  await world.db.run(
    sql`INSERT INTO customer (id, name, brand_ids, created_at) VALUES (${customerId}, 'A', ${[cast.brandId, cast.otherBrandId]}::uuid[], ${world.now().toISOString()})`,
  );
});
after(() => world.close());

/** What a concern may become, as columns with values. */
const anything = (): (readonly [string, Sql])[] => [
  ["status", sql`${one(statuses)}`],
  ["priority", sql`${one(priorities)}`],
  ["topic_id", sql`${maybe(0.6, () => one(topics))}::uuid`],
  ["tags", sql`${some(tags)}::text[]`],
  ["channels", sql`${some(["email", "chat"])}::text[]`],
  ["assignee_id", sql`${maybe(0.6, () => one(people))}::uuid`],
  ["team_id", sql`${maybe(0.6, () => one(teams))}::uuid`],
  ["brand_id", sql`${one([cast.brandId, cast.otherBrandId])}::uuid`],
  ["delivery_failed", sql`${chance() < 0.2}`],
  ["promise_state", sql`${one([null, "running", "near", "over", "paused"])}`],
  ["missed", sql`${some(["firstReply", "resolution"])}::text[]`],
  ["rating", sql`${one([null, 1, 2, 3, 4, 5])}::smallint`],
];

const addConcern = async (tx: Tx): Promise<void> => {
  const given = anything();
  const at = world.now().toISOString();
  await tx.run(sql`
    INSERT INTO concern (id, subject, customer_id, customer_name, last_message_at, created_at, ${join(
      given.map(([name]) => raw(name)),
      ", ",
    )})
    VALUES (${world.newId()}, 'x', ${customerId}, 'A', ${at}, ${at}, ${join(
      given.map(([, value]) => value),
      ", ",
    )})`);
};

const anyConcern = async (tx: Tx): Promise<string | null> =>
  (await tx.maybe<{ id: string }>(sql`SELECT id FROM concern ORDER BY md5(id::text || ${chance()}::text) LIMIT 1`))
    ?.id ?? null;

/** A note that mentions, written in the statement that changes the concern, as `saveMessage` does it. */
const changeAndMention = async (tx: Tx, id: string): Promise<void> => {
  const at = world.now().toISOString();
  await tx.run(sql`
    WITH c AS (UPDATE concern SET status = ${one(statuses)}, last_seq = last_seq + 1 WHERE id = ${id} RETURNING last_seq)
    INSERT INTO message (id, concern_id, seq, direction, author_kind, author_name, mentions, at)
    SELECT ${world.newId()}, ${id}, last_seq, 'note', 'agent', 'X', ${[one(people), one(people)]}::uuid[], ${at} FROM c`);
};

const removeConcern = async (tx: Tx, id: string): Promise<void> => {
  await tx.run(sql`SELECT FROM concern WHERE id = ${id} FOR UPDATE`);
  await tx.run(sql`DELETE FROM message WHERE concern_id = ${id}`);
  await tx.run(sql`DELETE FROM concern_follower WHERE concern_id = ${id}`);
  await tx.run(sql`DELETE FROM concern WHERE id = ${id}`);
};

const changeSomething = async (tx: Tx): Promise<void> => {
  const what = chance();
  const id = await anyConcern(tx);
  if (id === null || what < 0.2) return addConcern(tx);
  if (what < 0.6) {
    const given = anything().filter(() => chance() < 0.4);
    const changes = [sql`version = version + 1`, ...given.map(([name, value]) => sql`${raw(name)} = ${value}`)];
    return void (await tx.run(sql`UPDATE concern SET ${join(changes, ", ")} WHERE id = ${id}`));
  }
  if (what < 0.75)
    return void (await tx.run(
      sql`INSERT INTO concern_follower (concern_id, agent_id) SELECT id, ${one(people)} FROM concern WHERE id = ${id} ON CONFLICT DO NOTHING`,
    ));
  if (what < 0.8)
    return void (await tx.run(
      sql`DELETE FROM concern_follower WHERE concern_id = ${id} AND agent_id = ${one(people)}`,
    ));
  if (what < 0.95) return changeAndMention(tx, id);
  return removeConcern(tx, id);
};

class TakenBack extends Error {}

/** One transaction of a few changes; every fifth is taken back. What loses a race for a concern that is gone begins nothing. */
const work = async (): Promise<void> => {
  const takenBack = chance() < 0.2;
  try {
    await world.db.transaction(async (tx) => {
      for (let n = Math.ceil(chance() * 3); n > 0; n -= 1) await changeSomething(tx);
      if (takenBack) throw new TakenBack();
    });
  } catch (error) {
    const code = (error as { readonly code?: string }).code;
    // 23503: the concern was removed by another hand in that moment. 40P01: two hands held one concern each and wanted the other's.
    if (!(error instanceof TakenBack) && code !== "23503" && code !== "40P01") throw error;
  }
};

/** The filters that are kept, by topic, by tag, by channel, of an agent, and two of them at once. */
const filters = (): ListFilter[] => {
  const inStatus = (): ListFilter => ({ ...everything, statuses: some(statuses) });
  return [
    ...topics.flatMap((topicId) => [
      { ...inStatus(), topicId },
      { ...inStatus(), topicId, assignee: "none" as const, priorities: some(priorities) },
    ]),
    ...tags.flatMap((tag) => [
      { ...inStatus(), tag },
      { ...inStatus(), tag, teamId: one(teams) },
    ]),
    { ...inStatus(), channelKind: "email" },
    { ...inStatus(), channelKind: "chat" as never, brandId: cast.brandId },
    { ...inStatus(), followed: true },
    { ...inStatus(), mentioned: true },
    { ...inStatus(), mentioned: true, followed: true },
    { ...inStatus(), topicId: one(topics), tag: one(tags) },
    { ...inStatus(), topicId: one(topics), assignee: "me" },
    { ...inStatus(), tag: one(tags), channelKind: "email" },
    { ...inStatus(), tag: one(tags), deliveryFailed: true },
    { ...inStatus(), assignee: "me", priorities: ["high"] },
    { ...inStatus(), ratings: [1, 2] },
    { ...inStatus(), promise: "near" },
    { ...inStatus(), promise: "missed", teamId: one(teams) },
    { ...inStatus(), ratings: [4], assignee: "me", tag: one(tags) },
  ];
};

/** How many there are, counted from the rows themselves, the mentions from the messages. */
const countOf = async (who: AgentActor, filter: ListFilter): Promise<number> => {
  const conditions = [
    sql`true`,
    ...(who.brandIds.length === 0 ? [] : [sql`brand_id = ANY(${who.brandIds}::uuid[])`]),
    ...(filter.statuses.length === 0 ? [] : [sql`status = ANY(${filter.statuses}::text[])`]),
    ...(filter.assignee === "me" ? [sql`assignee_id = ${who.id}`] : []),
    ...(filter.assignee === "none" ? [sql`assignee_id IS NULL`] : []),
    ...(filter.teamId === null ? [] : [sql`team_id = ${filter.teamId}`]),
    ...(filter.brandId === null ? [] : [sql`brand_id = ${filter.brandId}`]),
    ...(filter.priorities.length === 0 ? [] : [sql`priority = ANY(${filter.priorities}::text[])`]),
    ...(filter.ratings.length === 0 ? [] : [sql`rating = ANY(${filter.ratings}::int[])`]),
    ...(filter.promise === "near" ? [sql`promise_state = ANY (ARRAY['near', 'over'])`] : []),
    ...(filter.promise === "missed" ? [sql`cardinality(missed) > 0`] : []),
    ...(filter.topicId === null ? [] : [sql`topic_id = ${filter.topicId}`]),
    ...(filter.tag === null ? [] : [sql`${filter.tag} = ANY(tags)`]),
    ...(filter.channelKind === null ? [] : [sql`${filter.channelKind} = ANY(channels)`]),
    ...(filter.deliveryFailed ? [sql`delivery_failed`] : []),
    ...(filter.followed
      ? [sql`EXISTS (SELECT FROM concern_follower f WHERE f.concern_id = c.id AND f.agent_id = ${who.id})`]
      : []),
    ...(filter.mentioned
      ? [sql`EXISTS (SELECT FROM message m WHERE m.concern_id = c.id AND ${who.id}::uuid = ANY(m.mentions))`]
      : []),
  ];
  return (
    await world.db.one<{ n: number }>(sql`SELECT count(*)::int AS n FROM concern c WHERE ${join(conditions, " AND ")}`)
  ).n;
};

const everybody = (): readonly AgentActor[] => [cast.anna, cast.omar, cast.eva];

const shown = async (who: AgentActor): Promise<readonly View[]> => (await viewsFor(world, who)).views;

const compare = async (): Promise<number> => {
  let sum = 0;
  for (const who of everybody())
    for (const view of await shown(who)) {
      if (view.count === null) continue;
      assert.equal(
        view.count,
        await countOf(who, view.filter),
        `${who.name}: ${view.name} ${JSON.stringify(view.filter)}`,
      );
      assert.equal(view.atLeast, false, "so few are all counted");
      sum += view.count;
    }
  return sum;
};

const keep = async (who: AgentActor, list: readonly ListFilter[]): Promise<void> => {
  for (const [n, filter] of list.entries())
    assert.ok(!isRefusal(await saveView(world, who, { name: `Sicht ${n}`, filter, share: { with: "me" } })));
};

test("counters are what counting gives, whatever many hands change at once, and nothing needs mending", async () => {
  for (let n = 0; n < 150; n += 1) await addConcern(world.db);
  for (const who of everybody()) await keep(who, filters());
  let counted = await compare();
  for (let round = 0; round < 4; round += 1) {
    await Promise.all(
      Array.from({ length: 80 }, async (_, n) => {
        await work();
        if (n % 25 === 0) await foldTally(world);
        if (n % 40 === 7) assert.equal(await mendTally(world), 0, "while others write, nothing is wrong");
      }),
    );
    counted += await compare();
    assert.equal(await mendTally(world), 0);
    await foldTally(world);
    counted += await compare();
  }
  assert.ok(counted > 3_000, `the views did show something (${counted})`);
});

test("a tally or a copied status that somebody spoiled is mended, once", async () => {
  await foldTally(world);
  await world.db.run(sql`UPDATE concern_tally SET n = n + 3 WHERE ctid = (SELECT min(ctid) FROM concern_tally)`);
  await world.db.run(sql`DELETE FROM concern_label_tally WHERE label = ${`topic:${topics[0]}`}`);
  await world.db.run(sql`UPDATE concern_mention SET status = 'closed' WHERE status <> 'closed'`);
  await world.db.run(sql`UPDATE concern_follower SET status = 'closed' WHERE status <> 'closed'`);
  await assert.rejects(compare(), "the comparison sees what was spoiled");
  assert.ok((await mendTally(world)) > 4);
  await compare();
  assert.equal(await mendTally(world), 0);
  await foldTally(world);
  await compare();
});

test("what a walk would count without end is the least there are, and says so", async () => {
  const [topicId] = topics as [TopicId];
  await world.db.run(sql`
    INSERT INTO concern (id, brand_id, subject, status, topic_id, tags, customer_id, customer_name, last_message_at, created_at)
    SELECT gen_random_uuid(), ${cast.brandId}, 'x', 'open', ${topicId}, ARRAY['vip'], ${customerId}, 'A', ${world.now().toISOString()}, ${world.now().toISOString()}
      FROM generate_series(1, 1500)`);
  await keep(cast.anna, [
    { ...everything, statuses: ["open"], topicId, tag: "vip" },
    { ...everything, statuses: ["open"], topicId },
  ]);
  const [both, topic] = (await shown(cast.anna)).slice(-2);
  assert.deepEqual([both?.atLeast, topic?.atLeast], [true, false]);
  const all = await countOf(cast.anna, topic?.filter ?? everything);
  assert.equal(topic?.count, all);
  assert.ok(all >= 1_500 && (both?.count ?? 0) <= 1_000 && (both?.count ?? 0) > 0, JSON.stringify([all, both]));
});
