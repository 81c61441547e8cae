// The leader against a real store, through drawn days of a small centre: what is kept is what the engine knows, whoever takes over knows the same, an earlier leader
// writes nothing any more, and concerns and their pieces of work agree.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { AgentActor } from "#contract/actor.ts";
import type { Hours } from "#contract/hours.ts";
import type { ConcernId, CustomerId, QueueId, TierId, WorkId } from "#contract/ids.ts";
import type { RoutingBook } from "#contract/routing-book.ts";
import type { Wish } from "#contract/routing.ts";
import { changeAgent } from "#modules/agents/actions.ts";
import { asAgentActor, allAgents } from "#modules/agents/reads.ts";
import { change, snooze } from "#modules/concerns/actions-change.ts";
import { reply } from "#modules/concerns/actions-reply.ts";
import { changeCustomer } from "#modules/customers/actions-desk.ts";
import { changeOrganisation, setTiers } from "#modules/customers/actions-tiers.ts";
import { addCalendar, removeCalendar } from "#modules/hours/actions-calendars.ts";
import { setHours } from "#modules/hours/actions.ts";
import { setAgentWork, setBook } from "#modules/routing/actions-book.ts";
import { wish } from "#modules/routing/actions.ts";
import { leadingKinds, leadLost, openLead, type Lead } from "#modules/routing/leading.ts";
import type { ItemRow, Rows } from "#modules/routing/model-shapes.ts";
import { sql } from "#platform/db/db.ts";
import { bookQueue, bookWith, idOf } from "#test/routing-book.ts";
import { pick, randomFrom } from "#test/routing.ts";
import { addCast, allConcerns, deliver, mail, openTestWorld, sure, type Cast, type TestWorld } from "#test/world.ts";

let world: TestWorld;
let cast: Cast;
let people: readonly AgentActor[];
before(async () => {
  world = await openTestWorld();
  cast = await addCast(world);
  people = (await allAgents(world.db)).map(asAgentActor);
});
after(() => world.close());

const minuteMs = 60_000;
const conditions = bookQueue(0).when;
const books: readonly RoutingBook[] = [
  bookWith([bookQueue(1, { keepSeconds: 1_800, offerSeconds: 60, mayPull: true })], { graceSeconds: 30 }),
  bookWith(
    [
      bookQueue(2, { when: { ...conditions, priorities: ["high", "urgent"] }, autoAccept: ["mail"], keepSeconds: 600 }),
      bookQueue(1, {
        mayPull: true,
        steps: [{ afterSeconds: 600, lower: {}, drop: [], teamIds: [], queueId: idOf<QueueId>(2) }],
        overflow: [{ when: "length", over: 4, back: 2, queueId: idOf<QueueId>(2) }],
      }),
    ],
    { missesUntilAway: 1, stickySeconds: 60 },
  ),
];

/** What is compared: without the instant, and without what is measured, which is kept about once a second only. */
const comparable = ({ agents, items, queues }: Rows): unknown => ({ agents, items, queues });

/** A centre that is played: acts, the leader, and who is connected. */
const play = () => {
  let lead: Lead;
  let seq = 0;
  let connected = new Set<string>(people.map(({ id }) => id));
  const catchUp = async (): Promise<void> => {
    // What the leader does is an entry, too: until nothing follows any more.
    for (let quiet = false; !quiet;) {
      const all = await world.events(seq);
      const events = all.filter(({ kind }) => leadingKinds.includes(kind));
      const upTo = all.at(-1)?.seq ?? seq;
      await lead.step({ events, upTo, connected });
      seq = upTo;
      quiet = events.length === 0 && lead.nextDueMs() !== 0;
    }
  };
  const takeOver = async (): Promise<void> => {
    const earlier = lead;
    lead = await openLead(world);
    if (earlier === undefined) return;
    assert.deepEqual(comparable(lead.rows()), comparable(earlier.rows()));
    await assert.rejects(
      // Something to write: all of them are gone, and a while has passed.
      async () => {
        world.pass(5_000);
        await earlier.step({ events: [], upTo: seq, connected: new Set() });
      },
      new Error(leadLost),
    );
  };
  return {
    open: async () => {
      await takeOver();
      await catchUp();
    },
    catchUp,
    takeOver,
    rows: () => lead.rows(),
    wait: () => (lead.nextDueMs() ?? 0) - world.now().getTime(),
    connect: (who: AgentActor, there: boolean) => {
      connected = new Set(connected);
      if (there) connected.add(who.id);
      else connected.delete(who.id);
    },
  };
};

/** Rows, tables and concerns must say the same. */
const agree = async (rows: Rows): Promise<void> => {
  const kept = await world.db.rows<{ kept: ItemRow; agentId: string | null; state: string; concernId: ConcernId }>(
    sql`SELECT kept, agent_id AS "agentId", state, concern_id AS "concernId" FROM routing_item ORDER BY id`,
  );
  for (const [n, row] of rows.items.toSorted((a, b) => (a.id < b.id ? -1 : 1)).entries())
    assert.deepEqual(kept[n]?.kept, row);
  assert.equal(kept.length, rows.items.length);
  const of = new Map(kept.map((each) => [each.concernId, each]));
  const concerns = await world.db.rows<{
    id: ConcernId;
    status: string;
    assigneeId: string | null;
    waits: boolean;
    merged: boolean;
  }>(
    sql`SELECT id, status, assignee_id AS "assigneeId", waiting_since IS NOT NULL AS waits, merged_into IS NOT NULL AS merged FROM concern`,
  );
  for (const { id, status, assigneeId, waits } of concerns) {
    const work = of.get(id);
    if (waits && (status === "new" || status === "open")) assert.ok(work, `${id} waits and is no work`);
    if (status === "resolved" || status === "closed" || status === "snoozed")
      assert.equal(work, undefined, `${id} ${status}`);
    if (work?.state === "held") assert.equal(work.agentId, assigneeId, `${id} is held by one and somebody else's`);
  }
  const holds = await world.db.rows<{ itemId: string; agentId: string; rest: string }>(
    sql`SELECT item_id AS "itemId", agent_id AS "agentId", rest FROM routing_hold WHERE ended_at IS NULL ORDER BY item_id`,
  );
  assert.deepEqual(
    holds.map(({ itemId, agentId, rest }) => [itemId, agentId, rest]),
    rows.items
      .flatMap(({ id, holding }) => (holding === null ? [] : [[id, holding.agentId, holding.rest]]))
      .toSorted(([a = ""], [b = ""]) => (a < b ? -1 : 1)),
    "whose day it counts in is who has it",
  );
  const agents = await world.db.rows<{ agentId: string; state: string }>(
    sql`SELECT agent_id AS "agentId", state FROM routing_presence`,
  );
  for (const { agentId, state } of agents)
    assert.equal(rows.agents.find(({ id }) => id === agentId)?.presence.state, state);
};

let customers = 0;
/** Something happens. */
const act = async (random: () => number, rows: Rows, connect: (who: AgentActor, there: boolean) => void) => {
  const who = pick(random, people);
  const concerns = await allConcerns(world.db);
  const chance = random();
  if (chance < 0.25 || concerns.length === 0) {
    customers += random() < 0.7 ? 1 : 0;
    await deliver(world, cast.channel, mail(`k${customers}@kunde.example`));
    return;
  }
  const { id, number } = pick(random, concerns.slice(-12));
  if (chance < 0.35) {
    await reply(world, who, {
      id,
      channelId: cast.channel.id,
      to: [`k${number}@kunde.example`],
      cc: [],
      text: "Antwort",
      html: null,
      uploads: [],
      sendAt: null,
      statusAfter: pick(random, ["waiting", "open", "resolved"] as const),
      key: crypto.randomUUID(),
      undoMs: 0,
    });
    return;
  }
  if (chance < 0.5) {
    await change(world, who, {
      id,
      change: pick(random, [
        { assigneeId: pick(random, people).id },
        { assigneeId: null },
        { priority: pick(random, ["low", "normal", "high", "urgent"] as const) },
        { status: pick(random, ["open", "waiting", "resolved"] as const) },
      ]),
    });
    return;
  }
  if (chance < 0.52) {
    await snooze(world, who, { id, until: new Date(world.now().getTime() + 30 * minuteMs).toISOString() });
    return;
  }
  if (chance < 0.6) {
    world.pass(pick(random, [1_000, 61_000, 20 * minuteMs]));
    return;
  }
  if (chance < 0.65) {
    connect(who, random() < 0.85);
    return;
  }
  if (chance < 0.67) {
    const { revision } = await world.db.one<{ revision: number }>(sql`SELECT revision FROM routing_book`);
    sure(await setBook(world, cast.omar, { book: pick(random, books), was: revision }));
    return;
  }
  if (chance < 0.69) {
    const capacity = pick(random, ["mailUpTo5", "blended", "voiceOnly"] as const);
    sure(await setAgentWork(world, cast.omar, who.id, { skills: {}, capacity, queueIds: null }));
    return;
  }
  const item = rows.items.length === 0 ? null : pick(random, rows.items);
  const workId = (item?.id ?? crypto.randomUUID()) as WorkId;
  const agentId = item?.offer?.agentId ?? item?.holding?.agentId ?? who.id;
  const actor = random() < 0.8 ? (people.find(({ id: each }) => each === agentId) ?? who) : who;
  const wanted = pick<Wish>(random, [
    ...Array.from({ length: 5 }, () => ({ what: "accept", workId, token: item?.token ?? 1 }) as const),
    { what: "decline", workId, token: item?.token ?? 1, reason: "keine Zeit" },
    { what: "pull", workId },
    { what: "park", workId, until: random() < 0.5 ? null : new Date(world.now().getTime() + minuteMs).toISOString() },
    { what: "takeBack", workId },
    { what: "transfer", workId, to: { agentId: pick(random, people).id }, note: "" },
    { what: "pause", queueId: idOf<QueueId>(1), paused: random() < 0.3 },
    ...Array.from(
      { length: 4 },
      () => ({ what: "presence", agentId: actor.id, state: "available", reason: "" }) as const,
    ),
    { what: "presence", agentId: actor.id, state: pick(random, ["busy", "away", "offline"] as const), reason: "" },
  ]);
  await wish(world, actor, { id: crypto.randomUUID(), wish: wanted });
};

test("through drawn days what is kept is what the engine knows, also for whoever takes over, and concerns agree with it", async () => {
  const random = randomFrom(Number(process.env["SEED"] ?? "4711"));
  const centre = play();
  sure(await setBook(world, cast.omar, { book: books[0] as RoutingBook, was: 1 }));
  await centre.open();
  for (let n = 0; n < 220; n += 1) {
    for (let acts = 1 + Math.floor(random() * 3); acts > 0; acts -= 1) await act(random, centre.rows(), centre.connect);
    await centre.catchUp();
    await agree(centre.rows());
    if (n % 20 === 19) await centre.takeOver();
  }
  const counts = await world.db.one<{ waits: number; answered: number; ended: number; odd: number }>(sql`
    SELECT count(*)::int AS waits, count(answered_at)::int AS answered, count(ended_at)::int AS ended,
           count(*) FILTER (WHERE ended_at IS NULL AND NOT EXISTS (SELECT 1 FROM routing_item i WHERE i.id = item_id))::int AS odd FROM routing_wait`);
  assert.ok(counts.answered >= 8 && counts.ended > 20, JSON.stringify(counts));
  assert.equal(counts.odd, 0, "counted as waiting, and not there");
});

test("a queue that keeps its brand's hours offers nothing while they are closed, and begins when they open", async () => {
  const centre = play();
  const { revision } = await world.db.one<{ revision: number }>(sql`SELECT revision FROM routing_book`);
  await world.db.run(sql`UPDATE concern SET status = 'closed', waiting_since = NULL`);
  const queue = bookQueue(9, { hours: { kind: "brand", id: cast.brandId } });
  sure(await setBook(world, cast.omar, { book: bookWith([queue]), was: revision }));
  world.setNow("2026-06-05T18:30:00.000Z");
  const weekday = [{ from: "08:00", to: "18:00" }];
  sure(
    await setHours(world, cast.omar, {
      owner: { kind: "brand", id: cast.brandId },
      hours: {
        timeZone: "Europe/Berlin",
        weekly: [weekday, weekday, weekday, weekday, weekday, [], []],
        exceptions: [],
      },
    }),
  );
  sure(await setAgentWork(world, cast.omar, cast.anna.id, { skills: {}, capacity: "mailUpTo5", queueIds: null }));
  await centre.open();
  await wish(world, cast.anna, {
    id: crypto.randomUUID(),
    wish: { what: "presence", agentId: cast.anna.id, state: "available", reason: "" },
  });
  await deliver(world, cast.channel, mail("abends@kunde.example"));
  await centre.catchUp();
  assert.deepEqual(
    centre.rows().items.map(({ state }) => state),
    ["waiting"],
  );
  // Friday evening: the next opening is Monday at eight in Berlin.
  assert.equal(new Date(world.now().getTime() + centre.wait()).toISOString(), "2026-06-08T06:00:00.000Z");
  world.setNow("2026-06-08T06:00:00.000Z");
  await centre.catchUp();
  assert.deepEqual(
    centre.rows().items.map(({ state }) => state),
    ["offered"],
  );
});

test("a queue's own hours close it at night, over a weekend, on a holiday and on a day of a calendar, until that is removed", async () => {
  const centre = play();
  await world.db.run(sql`UPDATE concern SET status = 'closed', waiting_since = NULL`);
  // Christmas Eve, a Thursday, at half past four in Berlin.
  world.setNow("2026-12-24T15:30:00.000Z");
  const weekday = [{ from: "10:00", to: "16:00" }];
  const weekly = [weekday, weekday, weekday, weekday, weekday, [], []];
  const keep = async (holidays: Hours["holidays"]): Promise<void> => {
    const { revision } = await world.db.one<{ revision: number }>(sql`SELECT revision FROM routing_book`);
    const hours = { timeZone: "Europe/Berlin", weekly, exceptions: [], ...(holidays ? { holidays } : {}) };
    const book = bookWith([bookQueue(9, { hours: { kind: "own", hours } })]);
    sure(await setBook(world, cast.omar, { book, was: revision }));
    await centre.catchUp();
  };
  const opens = (): string => new Date(world.now().getTime() + centre.wait()).toISOString();
  const states = (): string[] => centre.rows().items.map(({ state }) => state);
  await centre.open();
  await keep(undefined);
  await wish(world, cast.anna, {
    id: crypto.randomUUID(),
    wish: { what: "presence", agentId: cast.anna.id, state: "available", reason: "" },
  });
  await deliver(world, cast.channel, mail("heiligabend@kunde.example"));
  await centre.catchUp();
  assert.deepEqual([opens(), states()], ["2026-12-25T09:00:00.000Z", ["waiting"]]);
  const holidays = { state: "DE", part: "none", times: { how: "closed" } } as const;
  await keep({ ...holidays, own: [], calendars: [], named: [] });
  assert.equal(opens(), "2026-12-28T09:00:00.000Z");
  const text = `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Kabel//DE\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;VALUE=DATE:20261228\r\nSUMMARY:Inventur\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;
  const calendar = sure(await addCalendar(world, cast.omar, { name: "Lager", text }));
  await keep({ ...holidays, own: [], calendars: [calendar.id], named: [] });
  assert.equal(opens(), "2026-12-29T09:00:00.000Z");
  // No brand or channel names it: it may go, and no longer counts.
  sure(await removeCalendar(world, cast.omar, calendar.id));
  await centre.catchUp();
  assert.equal(opens(), "2026-12-28T09:00:00.000Z");
  // The brand is open from eight on.
  world.setNow("2026-12-28T08:59:59.000Z");
  await centre.catchUp();
  assert.deepEqual(states(), ["waiting"]);
  world.setNow("2026-12-28T09:00:00.000Z");
  await centre.catchUp();
  assert.deepEqual(states(), ["offered"]);
});

test("the tier that counts puts a concern into its queue, also while it waits; who looks after the customer is asked first, and nobody who has gone", async () => {
  const centre = play();
  await world.db.run(sql`UPDATE concern SET status = 'closed', waiting_since = NULL`);
  const tiers = [{ id: idOf<TierId>(701), name: "Business" }];
  sure(await setTiers(world, cast.omar, { tiers }));
  const { revision } = await world.db.one<{ revision: number }>(sql`SELECT revision FROM routing_book`);
  const high = bookQueue(3, { when: { ...conditions, tierIds: [idOf<TierId>(701)] } });
  sure(await setBook(world, cast.omar, { book: bookWith([high, bookQueue(4)]), was: revision }));
  await centre.open();
  const deliverFrom = async (value: string): Promise<ConcernId> => {
    await deliver(world, cast.channel, mail(value));
    return (await allConcerns(world.db)).at(-1)?.id ?? assert.fail();
  };
  const of = async (id: ConcernId) => {
    await centre.catchUp();
    return world.db.one<{ queueId: string; agentId: string | null; because: { account?: boolean } | null }>(
      sql`SELECT queue_id AS "queueId", agent_id AS "agentId", because FROM routing_item WHERE concern_id = ${id}`,
    );
  };
  const waits = await deliverFrom("rang@kunde.example");
  assert.equal((await of(waits)).queueId, idOf(4));
  const customerId = (await allConcerns(world.db)).at(-1)?.customerId as CustomerId;
  const { organisation } = sure(await changeCustomer(world, cast.anna, customerId, { organisation: "Rang & Co" }));
  sure(await changeOrganisation(world, cast.anna, organisation?.id ?? assert.fail(), { tierId: idOf<TierId>(701) }));
  assert.equal((await of(waits)).queueId, idOf(3), "what waits goes over");
  sure(await setTiers(world, cast.omar, { tiers: [...tiers, { id: idOf<TierId>(702), name: "Gold" }] }));
  sure(await changeCustomer(world, cast.anna, customerId, { tierId: idOf<TierId>(702) }));
  assert.equal((await of(waits)).queueId, idOf(4), "their own is higher");

  // Two are there; whoever looks after the customer is asked, though the other is idle for longer.
  for (const { id } of people)
    sure(await setAgentWork(world, cast.omar, id, { skills: {}, capacity: "mailUpTo5", queueIds: null }));
  sure(await change(world, cast.anna, { id: waits, change: { status: "resolved" } }));
  const present = async (who: AgentActor, state: "available" | "offline" = "available"): Promise<void> => {
    centre.connect(who, true);
    world.pass(1_000);
    const presence = { what: "presence", agentId: who.id, state, reason: "" } as const;
    await wish(world, who, { id: crypto.randomUUID(), wish: presence });
    await centre.catchUp();
  };
  await present(cast.anna, "offline");
  await present(cast.omar);
  await present(cast.anna);
  const stranger = await deliverFrom("niemandes@kunde.example");
  assert.deepEqual([(await of(stranger)).agentId, (await of(stranger)).because?.account], [cast.omar.id, undefined]);
  sure(await changeCustomer(world, cast.anna, customerId, { agentId: cast.anna.id }));
  const theirs = await deliverFrom("rang@kunde.example");
  const asked = await of(theirs);
  assert.deepEqual([asked.agentId, asked.because?.account], [cast.anna.id, true]);
  const anna = (await allAgents(world.db)).find(({ id }) => id === cast.anna.id) ?? assert.fail();
  const active = async (is: boolean): Promise<void> => {
    const { name, handle, email, role, teamIds, brandIds } = anna;
    const input = { name, handle, email, role, teamIds, brandIds, active: is, password: null };
    sure(await changeAgent(world, cast.omar, anna.id, input));
    await centre.catchUp();
  };
  await active(false);
  const gone = await deliverFrom("rang@kunde.example");
  assert.deepEqual([(await of(gone)).agentId, (await of(gone)).because?.account], [cast.omar.id, undefined]);
  await active(true);
});
