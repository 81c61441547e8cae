// Lists and counters on a real PostgreSQL: every page of every filter against the desk's own decision of what belongs where, counters
// against counting, and plans that sort nothing.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { AgentActor } from "#contract/actor.ts";
import {
  concernRow,
  everything,
  priorities,
  statuses,
  view as viewShape,
  type ConcernRow,
  type ListFilter,
} from "#contract/concerns.ts";
import { isRefusal, type Refusal } from "#contract/errors.ts";
import type { FieldValues } from "#contract/fields.ts";
import type { BrandId, CustomerId, TeamId, TopicId, ViewId } from "#contract/ids.ts";
import { fold } from "#lib/fold.ts";
import { foldTally, removeView, saveView } from "#modules/concerns/actions-views.ts";
import { concernsOf, listConcerns, viewsFor } from "#modules/concerns/reads-lists.ts";
import { pageQuery } from "#modules/concerns/store-lists.ts";
import { scores } from "#contract/score.ts";
import { sql } from "#platform/db/db.ts";
import { addCast, openTestWorld, type Cast, type TestWorld } from "#test/world.ts";
import { compareRows, matches } from "#web/state/lists.ts";

let world: TestWorld;
let cast: Cast;
let all: ConcernRow[];
let teams: TeamId[];
let topics: TopicId[];
let customers: CustomerId[];
/** Whose the views are that are kept here. */
const share = { with: "me" } as const;
const fieldValuesHad: readonly FieldValues[] = [
  {},
  {},
  { Gerät: "Größe XL" },
  { Gerät: "fritz", Betrag: 1012.5 },
  { "Vor Ort": true },
];
/** What stands in each concern's fields. */
const fieldsHad = new Map<string, FieldValues>();
const tags = ["vip", "umzug", "a'b\\c{d}", "Größe"];

/** A small generator with a fixed start, so that a failure can be had again. */
let state = 20261124;
const chance = (): number => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
};
const one = <T>(from: readonly T[]): T => from[Math.floor(chance() * from.length)] as T;
const maybe = <T>(share: number, value: () => T): T | null => (chance() < share ? value() : null);

before(async () => {
  world = await openTestWorld();
  cast = await addCast(world);
  const insert = async <T>(table: "team" | "topic" | "customer", names: readonly string[]): Promise<T[]> => {
    const ids: string[] = [];
    for (const name of names) {
      const id = world.newId();
      ids.push(id);
      if (table === "team") await world.db.run(sql`INSERT INTO team (id, name) VALUES (${id}, ${name})`);
      if (table === "topic") await world.db.run(sql`INSERT INTO topic (id, name) VALUES (${id}, ${name})`);
      if (table === "customer")
        await world.db.run(
          sql`INSERT INTO customer (id, name, brand_ids, created_at) VALUES (${id}, ${name}, ${[cast.brandId, cast.otherBrandId]}::uuid[], ${world.now().toISOString()})`,
        );
    }
    return ids as T[];
  };
  teams = await insert("team", ["Technik", "Rechnung"]);
  topics = await insert("topic", ["Fernsehen", "Internet"]);
  customers = await insert("customer", ["A", "B", "C"]);
  await world.db.run(sql`INSERT INTO team_member (team_id, agent_id) VALUES (${teams[0]}, ${cast.anna.id})`);
  const people = [cast.anna.id, cast.omar.id, cast.eva.id];
  for (let i = 0; i < 600; i += 1) {
    const status = one(statuses);
    // Many concerns share a millisecond: the id has to break the tie.
    const at = new Date(Date.parse("2026-01-01T00:00:00Z") + Math.floor(chance() * 40) * 1000).toISOString();
    const id = world.newId();
    const due = maybe(0.4, () => new Date(Date.parse(at) + Math.floor(chance() * 20) * 1000).toISOString());
    const had = one(fieldValuesHad);
    fieldsHad.set(id, had);
    await world.db.run(sql`
      INSERT INTO concern (id, field_marks, brand_id, subject, status, priority, topic_id, tags, assignee_id, team_id, customer_id, customer_name, channels, last_message_at, waiting_since, delivery_failed, created_at, rating, due_at, promise_state, missed)
      VALUES (${id}, field_marks(${JSON.stringify(had)}::jsonb), ${chance() < 0.7 ? cast.brandId : cast.otherBrandId}, ${`Anliegen ${i}`}, ${status}, ${one(priorities)}, ${maybe(0.5, () => one(topics))}, ${chance() < 0.4 ? [one(tags)] : []},
              ${maybe(0.6, () => one(people))}, ${maybe(0.6, () => one(teams))}, ${one(customers)}, 'X', ${one([["email"], []])}, ${at}, ${maybe(0.4, () => at)}, ${chance() < 0.05}, ${at}, ${maybe(0.3, () => one(scores))},
              ${due}, ${due === null ? maybe(0.2, () => "paused") : one(["running", "near", "over"])}, ${chance() < 0.2 ? ["firstReply"] : []})`);
    if (chance() < 0.2)
      await world.db.run(sql`INSERT INTO concern_follower (concern_id, agent_id) VALUES (${id}, ${one(people)})`);
    if (chance() < 0.2)
      await world.db.run(sql`
        INSERT INTO message (id, concern_id, seq, direction, author_kind, author_name, mentions, at) VALUES (${world.newId()}, ${id}, 1, 'note', 'agent', 'X', ${[one(people)]}::uuid[], ${at})`);
  }
  await world.db.run(sql`ANALYZE`);
  all = await everyRow(cast.omar, everything, 200);
  assert.equal(all.length, 600);
  for (const row of all) concernRow.parse(row);
});
after(() => world.close());

const done = <T>(value: T | Refusal): T => {
  if (isRefusal(value)) assert.fail(`refused: ${value.refused}`);
  return value;
};

const everyRow = async (who: AgentActor, filter: ListFilter, limit: number): Promise<ConcernRow[]> => {
  const rows: ConcernRow[] = [];
  for (let next: string | null = null; ;) {
    const page: { rows: ConcernRow[]; next: string | null } = done(
      await listConcerns(world, who, { filter, after: next, limit }),
    );
    assert.ok(page.rows.length === limit || page.next === null, "only the last page is short");
    rows.push(...page.rows);
    next = page.next;
    if (next === null) return rows;
  }
};

const randomFilter = (): ListFilter => ({
  ...everything,
  statuses: chance() < 0.6 ? statuses.filter(() => chance() < 0.5) : [],
  assignee: maybe(0.4, () => one(["me", "none", cast.eva.id] as const)),
  teamId: maybe(0.3, () => one(teams)),
  brandId: maybe(0.3, () => one([cast.brandId, cast.otherBrandId])),
  priorities: chance() < 0.3 ? priorities.filter(() => chance() < 0.5) : [],
  ratings: chance() < 0.2 ? scores.filter(() => chance() < 0.5) : [],
  promise: maybe(0.2, () => one(["near", "missed"] as const)),
  topicId: maybe(0.2, () => one(topics)),
  tag: maybe(0.2, () => one([...tags, "nobody has it"])),
  field: maybe(0.2, () =>
    one([
      { key: "Gerät", value: "grosse xl" },
      { key: "Gerät", value: "Fritz" },
      { key: "Betrag", value: 1012.5 },
      { key: "Vor Ort", value: true },
      { key: "Vor Ort", value: false },
    ]),
  ),
  customerId: maybe(0.1, () => one(customers)),
  channelKind: maybe(0.1, () => "email"),
  followed: chance() < 0.1,
  mentioned: chance() < 0.1,
  deliveryFailed: chance() < 0.1,
  sort: one(["newest", "waiting", "due"]),
});

const hasField = (id: string, { key, value }: NonNullable<ListFilter["field"]>): boolean => {
  const had = fieldsHad.get(id)?.[key];
  return had !== undefined && fold(String(had)) === fold(String(value));
};

const expected = async (who: AgentActor, filter: ListFilter): Promise<string[]> => {
  const followed = new Set(
    (
      await world.db.rows<{ id: string }>(sql`SELECT concern_id AS id FROM concern_follower WHERE agent_id = ${who.id}`)
    ).map((row) => row.id),
  );
  const mentioned = new Set(
    (
      await world.db.rows<{ id: string }>(
        sql`SELECT concern_id AS id FROM message WHERE ${who.id}::uuid = ANY(mentions)`,
      )
    ).map((row) => row.id),
  );
  return all
    .filter(
      (row) =>
        matches(row, filter, who.id) &&
        (who.brandIds.length === 0 || who.brandIds.includes(row.brandId)) &&
        (filter.field === null || hasField(row.id, filter.field)) &&
        (!filter.followed || followed.has(row.id)) &&
        (!filter.mentioned || mentioned.has(row.id)),
    )
    .toSorted(compareRows(filter.sort))
    .map((row) => row.id);
};

test("two hundred filters: page after page, what the desk itself would show, in its order", async () => {
  let shownRows = 0;
  for (let round = 0; round < 200; round += 1) {
    const filter = randomFilter();
    const who = one([cast.omar, cast.anna, cast.eva]);
    const rows = (await everyRow(who, filter, one([13, 50, 200]))).map((row) => row.id as string);
    assert.deepEqual(rows, await expected(who, filter), JSON.stringify({ filter, who: who.name }));
    shownRows += rows.length;
  }
  assert.ok(shownRows > 2_000, "the filters did find something");
});

test("a page goes on where the last one ended, whatever has come in on top", async () => {
  const first = done(await listConcerns(world, cast.omar, { filter: everything, after: null, limit: 50 }));
  await world.db.run(sql`UPDATE concern SET last_message_at = '2026-06-01T00:00:00Z' WHERE id = ${all[300]?.id}`);
  const second = done(await listConcerns(world, cast.omar, { filter: everything, after: first.next, limit: 50 }));
  assert.deepEqual(
    second.rows.map((row) => row.id),
    all.slice(50, 100).map((row) => row.id),
  );
  await world.db.run(sql`UPDATE concern SET last_message_at = ${all[300]?.lastMessageAt} WHERE id = ${all[300]?.id}`);
});

test("a cursor that is none, or of another order, is refused", async () => {
  for (const after of [
    "",
    "x",
    "n_2026-01-01T00:00:00.000Z_not-an-id",
    "n_2026-99-01T00:00:00.000Z_00000000-0000-0000-0000-000000000000",
    `w_2026-01-01T00:00:00.000Z_${cast.anna.id}`,
    "n_'; DROP TABLE concern; --",
  ]) {
    const result = await listConcerns(world, cast.omar, { filter: everything, after, limit: 50 });
    assert.ok(isRefusal(result) && result.refused === "invalidInput", after);
  }
});

const countedBy = async (who: AgentActor, filter: ListFilter): Promise<number> => (await expected(who, filter)).length;

test("counters are what counting gives, for every built-in view and own ones, also while concerns change and rows are folded", async () => {
  const ids: ViewId[] = [];
  for (let i = 0; i < 12; i += 1) {
    const kept = done(await saveView(world, cast.anna, { name: `Sicht ${i}`, filter: randomFilter(), share }));
    viewShape.parse(kept);
    ids.push(kept.id as ViewId);
  }
  const check = async (): Promise<void> => {
    for (const who of [cast.anna, cast.omar, cast.eva]) {
      const { views } = await viewsFor(world, who);
      for (const view of views) {
        viewShape.parse(view);
        if (view.count !== null)
          assert.equal(
            view.count,
            await countedBy(who, view.filter),
            `${who.name}: ${view.name} ${JSON.stringify(view.filter)}`,
          );
        const apart = ["mine", "unassigned", "open"].includes(view.key ?? "") || view.id.startsWith("team-");
        assert.equal(
          view.waiting,
          apart ? await countedBy(who, { ...view.filter, statuses: ["waiting"] }) : null,
          `${who.name}: ${view.name} waits`,
        );
      }
    }
  };
  await check();
  const before = await world.db.one<{ n: number }>(sql`SELECT count(*)::int AS n FROM concern_tally`);
  for (let round = 0; round < 3; round += 1) {
    await Promise.all(
      Array.from({ length: 60 }, async (_, i) => {
        const row = one(all);
        await world.db.run(
          sql`UPDATE concern SET status = ${one(statuses)}, assignee_id = ${maybe(0.5, () => one([cast.anna.id, cast.eva.id]))}, delivery_failed = ${chance() < 0.2} WHERE id = ${row.id}`,
        );
        if (i % 20 === 0) await foldTally(world);
      }),
    );
    all = await everyRow(cast.omar, everything, 200);
    await check();
  }
  await foldTally(world);
  await check();
  const after = await world.db.one<{ n: number; doubles: number }>(sql`
    SELECT count(*)::int AS n, (count(*) - count(DISTINCT (brand_id, status, priority, assignee_id, team_id, delivery_failed)))::int AS doubles FROM concern_tally`);
  assert.ok(after.n < before.n && after.doubles === 0, `${before.n} rows became ${after.n}`);
  for (const id of ids) done(await removeView(world, cast.anna, id));
});

test("views: teams by membership, own ones only for their owner, and not without end", async () => {
  const own = done(await saveView(world, cast.anna, { name: "Meine", filter: { ...everything, tag: "vip" }, share }));
  const names = async (who: AgentActor): Promise<string[]> =>
    (await viewsFor(world, who)).views.filter((view) => view.key === null).map((view) => view.name);
  assert.deepEqual(await names(cast.anna), ["Technik", "Meine"]);
  assert.deepEqual(await names(cast.omar), ["Rechnung", "Technik"], "a supervisor sees every team");
  const stolen = await removeView(world, cast.eva, own.id as ViewId);
  assert.ok(isRefusal(stolen) && stolen.refused === "notFound");
  for (let i = 1; i < 40; i += 1)
    done(await saveView(world, cast.anna, { name: `Sicht ${i}`, filter: everything, share }));
  assert.ok(isRefusal(await saveView(world, cast.anna, { name: "eine zu viel", filter: everything, share })));
});

test("a customer's concerns, newest first, of the brands the agent serves", async () => {
  const customerId = customers[0] as CustomerId;
  const pages: string[] = [];
  for (let after: string | null = null; ;) {
    const page: { concerns: readonly { id: string }[]; next: string | null } = done(
      await concernsOf(world, cast.anna, { customerId, after, limit: 9 }),
    );
    pages.push(...page.concerns.map((concern) => concern.id));
    after = page.next;
    if (after === null) break;
  }
  const wanted = all
    .filter((row) => row.customerId === customerId && row.brandId === cast.brandId)
    .toSorted((a, b) => (a.createdAt < b.createdAt || (a.createdAt === b.createdAt && a.id < b.id) ? 1 : -1));
  assert.deepEqual(
    pages,
    wanted.map((row) => row.id),
  );
});

test("no built-in view's page is sorted: the plan merges index scans", async () => {
  const { views } = await viewsFor(world, cast.omar);
  const brandIds: readonly (readonly BrandId[] | null)[] = [null, [cast.brandId, cast.otherBrandId]];
  for (const view of views.filter((each) => each.key !== null && !["mentioned", "followed"].includes(each.key)))
    for (const scope of brandIds) {
      const query = pageQuery({ filter: view.filter, me: cast.omar.id, brandIds: scope }, null, 51, "newest");
      const plan = await world.db.transaction(async (tx) => {
        // So few rows fit into one page of memory that a scan of all is the right plan; asked without it, the planner shows whether the indexes carry.
        await tx.run(
          sql`SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true), set_config('enable_sort', 'off', true)`,
        );
        return tx.rows<{ "QUERY PLAN": string }>(sql`EXPLAIN ${query}`);
      });
      const lines = plan.map((line) => line["QUERY PLAN"]).join("\n");
      assert.ok(
        !/(?:->|^)\s*(?:Incremental )?Sort\s+\(/m.test(lines) && /Index Scan/.test(lines),
        `${view.key}\n${lines}`,
      );
    }
});
