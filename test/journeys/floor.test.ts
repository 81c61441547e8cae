// What supervisors and wallboards see, against a reckoning of its own over rows put in by hand; who sees what of it; links, guesses at them, and what teams are told.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isRefusal } from "#contract/errors.ts";
import { routingNow, wallboardNow } from "#contract/routing.ts";
import type { QueueId, SkillId, TeamId } from "#contract/ids.ts";
import { addWallboard, lookAtWallboard, removeWallboard } from "#modules/routing/actions-wallboards.ts";
import { forgetTeamWords, tell } from "#modules/routing/actions-words.ts";
import { myWork } from "#modules/routing/reads.ts";
import { allWallboards, floorSeenBy, sharedFloor, toldTo } from "#modules/routing/reads-floor.ts";
import { sql } from "#platform/db/db.ts";
import { deskMaySee } from "#server/live.ts";
import { bookQueue, bookWith, idOf } from "#test/routing-book.ts";
import { verifyAction } from "#test/verify-action.ts";
import { addCast, allConcerns, deliver, mail, openTestWorld, sure, type Cast, type TestWorld } from "#test/world.ts";

let world: TestWorld;
let cast: Cast;

/** Monday, 10:00 in Berlin: today began eleven hours before UTC's noon. */
const now = Date.parse("2026-03-02T09:00:00.000Z");
const midnight = Date.parse("2026-03-01T23:00:00.000Z");
const [minute, hour] = [60_000, 3_600_000];
const iso = (ms: number): string => new Date(ms).toISOString();

const queueId = (n: number): QueueId => idOf(n);
const french = idOf<SkillId>(902);

interface Wait {
  readonly queue: number;
  readonly arrived: number;
  readonly answered: number | null;
  readonly ended: number | null;
}
const waits: Wait[] = [];
/** The same in every run (Lehmer's generator). */
let drawn = 4711;
const draw = (): number => (drawn = (drawn * 48_271) % 2_147_483_647) / 2_147_483_647;
const team = "0195d1f0-0000-7000-8000-0000000000a0" as TeamId;

before(async () => {
  world = await openTestWorld();
  world.setNow(iso(now));
  cast = await addCast(world);
  const ofOther = { ...bookQueue(2).when, brandId: cast.otherBrandId };
  const book = bookWith([
    bookQueue(1, { name: "Q1" }),
    bookQueue(2, { name: "Q2", when: ofOther }),
    bookQueue(3, { name: "Q3", requires: { [french]: 2 }, teamIds: [team] }),
  ]);
  const { db } = world;
  await db.run(sql`UPDATE routing_book SET book = ${JSON.stringify(book)}::jsonb`);
  await db.run(sql`UPDATE routing_leader SET at = ${iso(now - 2_000)}`);
  const hours = { timeZone: "Europe/Berlin", weekly: [[], [], [], [], [], [], []], exceptions: [] };
  await db.run(
    sql`INSERT INTO opening_hours (owner_kind, owner_id, hours) VALUES ('brand', ${cast.brandId}, ${JSON.stringify(hours)}::jsonb)`,
  );
  await db.run(sql`INSERT INTO team (id, name) VALUES (${team}, 'Technik')`);
  await db.run(sql`INSERT INTO team_member (team_id, agent_id) VALUES (${team}, ${cast.anna.id})`);
  for (const subject of ["Eins", "Zwei", "Drei"])
    await deliver(world, cast.channel, mail(`${subject}@kunde.example`, { subject }));
  await deliver(world, cast.otherChannel, mail("b@kunde.example", { subject: "Nordstrom" }));
  const [one, two, three, other] = await allConcerns(db);
  assert.ok(one && two && three && other);
  // Waits of the last day and a half: answered, left, and still going on.
  for (let n = 0; n < 400; n += 1) {
    const arrived = now - Math.floor(draw() * 36 * hour);
    const answered = draw() < 0.8 ? arrived + Math.floor(draw() * 2 * minute) : null;
    const over = (answered ?? arrived) + Math.floor(draw() * 10 * minute);
    const ended = draw() < 0.9 ? over : null;
    const wait = { queue: 1 + Math.floor(draw() * 2), arrived, answered, ended };
    if (Math.max(answered ?? 0, ended ?? 0) > now) continue;
    waits.push(wait);
    await db.run(sql`
      INSERT INTO routing_wait (item_id, concern_id, queue_id, kind, arrived_at, answered_at, within, agent_id, held_ms, ended_at, end_why)
      VALUES (${world.newId()}, ${one.id}, ${queueId(wait.queue)}, 'chat', ${iso(arrived)}, ${answered === null ? null : iso(answered)},
              ${answered === null ? null : answered - arrived <= 20_000}, NULL, 0, ${ended === null ? null : iso(ended)},
              ${ended === null ? null : answered === null ? "left" : "finished"})`);
  }
  await item({
    concern: one.id,
    queue: 1,
    state: "waiting",
    kind: "chat",
    arrivedMs: now - 90_000,
    heldMs: null,
    rest: "none",
    agent: null,
  });
  await item({
    concern: two.id,
    queue: 1,
    state: "offered",
    kind: "mail",
    arrivedMs: now - 600_000,
    heldMs: null,
    rest: "none",
    agent: cast.anna.id,
  });
  await item({
    concern: three.id,
    queue: 1,
    state: "held",
    kind: "chat",
    arrivedMs: now - hour,
    heldMs: now - 20 * minute,
    rest: "none",
    agent: cast.anna.id,
  });
  await item({
    concern: other.id,
    queue: 2,
    state: "held",
    kind: "mail",
    arrivedMs: now - hour,
    heldMs: midnight - hour,
    rest: "none",
    agent: cast.eva.id,
  });
  for (const { id } of [cast.anna, cast.eva])
    await db.run(sql`
      INSERT INTO routing_presence (agent_id, state, since, kept)
      VALUES (${id}, 'available', ${iso(now - 30 * minute)}, ${JSON.stringify({ presence: { state: "available", reason: "", sinceMs: now - 30 * minute, untilMs: null }, vanishedAtMs: null, keptForItemId: null })}::jsonb)`);
  // Anna: here from 23:00 to 01:00 across midnight, ten minutes of it wrapping up, away until half an hour ago, and here since.
  for (const [from, to, state] of [
    [midnight - hour, midnight + hour - 10 * minute, "available"],
    [midnight + hour - 10 * minute, midnight + hour, "wrapUp"],
    [midnight + hour, now - 30 * minute, "away"],
    [now - 30 * minute, null, "available"],
  ] as const)
    await db.run(sql`
      INSERT INTO routing_stretch (agent_id, began_at, ended_at, state, reason) VALUES (${cast.anna.id}, ${iso(from)}, ${to === null ? null : iso(to)}, ${state}, '')`);
  // What she ended today: a chat of fifteen minutes, of which it rested for five; one that she had for two hours, of which one was yesterday's; and a mail that
  // she had put by for twenty of its forty minutes and took up again while she was away.
  const past = [
    ["chat", midnight + 25 * minute, midnight + 30 * minute, midnight + 35 * minute, midnight + 40 * minute],
    ["chat", midnight - hour, midnight - hour, midnight - hour, midnight + hour],
    ["mail", midnight + 30 * minute, midnight + 40 * minute, midnight + hour, midnight + 70 * minute],
  ] as const;
  for (const [kind, began, rested, woke, ended] of past) {
    const id = world.newId();
    await db.run(sql`
      INSERT INTO routing_wait (item_id, concern_id, queue_id, kind, arrived_at, agent_id, held_ms, ended_at, end_why)
      VALUES (${id}, ${one.id}, ${queueId(3)}, ${kind}, ${iso(midnight - 3 * hour)}, ${cast.anna.id}, ${ended - began}, ${iso(ended)}, 'finished')`);
    for (const [rest, from, to] of [
      ["none", began, rested],
      [kind === "chat" ? "dormant" : "parked", rested, woke],
      ["none", woke, ended],
    ] as const)
      if (to > from)
        await db.run(sql`
          INSERT INTO routing_hold (item_id, agent_id, kind, rest, began_at, ended_at) VALUES (${id}, ${cast.anna.id}, ${kind}, ${rest}, ${iso(from)}, ${iso(to)})`);
  }
  await db.run(sql`
    INSERT INTO routing_agent (agent_id, work) VALUES (${cast.anna.id}, ${JSON.stringify({ skills: { [french]: 2 }, capacity: "blended", queueIds: null })}::jsonb)`);
  await db.run(sql`
    INSERT INTO routing_queue (queue_id, paused, open, kept) VALUES (${queueId(1)}, true, true, '{"overflowing": [false, true]}'), (${queueId(2)}, false, false, '{"overflowing": [false]}')`);
  const line = {
    waiting: 1,
    longestMs: 0,
    serviceLevel: null,
    next: { ms: 61_000, lowMs: 20_900, highMs: 120_100, by: "queueLength" },
    judged: 40,
    inside: 31,
  };
  await db.run(
    sql`INSERT INTO routing_line (queue_id, kind, kept, now) VALUES (${queueId(1)}, 'chat', '{}', ${JSON.stringify(line)}::jsonb)`,
  );
});
after(() => world.close());

const item = async (it: {
  readonly concern: string;
  readonly queue: number;
  readonly state: "waiting" | "offered" | "held";
  readonly kind: string;
  readonly arrivedMs: number;
  readonly heldMs: number | null;
  readonly rest: string;
  readonly agent: string | null;
}): Promise<void> => {
  const kept = {
    step: 0,
    teamIds: null,
    arrivedAtMs: it.arrivedMs,
    dueAtMs: null,
    importance: 1,
    offer: null,
    holding: it.heldMs === null ? null : { agentId: it.agent, sinceMs: it.heldMs, rest: it.rest },
  };
  const id = world.newId();
  if (it.heldMs !== null) {
    await world.db.run(sql`
      INSERT INTO routing_wait (item_id, concern_id, queue_id, kind, arrived_at, agent_id) VALUES (${id}, ${it.concern}, ${queueId(9)}, ${it.kind}, ${iso(it.arrivedMs)}, ${it.agent})`);
    await world.db.run(sql`
      INSERT INTO routing_hold (item_id, agent_id, kind, rest, began_at) VALUES (${id}, ${it.agent}, ${it.kind}, ${it.rest}, ${iso(it.heldMs)})`);
  }
  await world.db.run(sql`
    INSERT INTO routing_item (id, concern_id, number, kind, queue_id, state, agent_id, token, arrived_at, urgency_at, kept, seen)
    VALUES (${id}, ${it.concern}, 1, ${it.kind}, ${queueId(it.queue)}, ${it.state}, ${it.agent}, 1, ${iso(it.arrivedMs)}, ${iso(now)},
            ${JSON.stringify(kept)}::jsonb, '{}')`);
};

/** Read afresh: what was read before is shared by who asks of the same database. */
const readFloor = (at: Pick<TestWorld, "db" | "now">) => sharedFloor({ now: at.now, db: { ...at.db } });

/** What became of a queue's waits since then, counted from what was put in. */
const reckoned = (n: number, sinceMs: number) => {
  const mine = waits.filter((wait) => wait.queue === n);
  const times = mine.flatMap(({ arrived, answered }) =>
    answered !== null && answered >= sinceMs ? [answered - arrived] : [],
  );
  const within = times.filter((ms) => ms <= 20_000).length;
  return {
    answered: times.length,
    serviceLevel: times.length === 0 ? null : (100 * within) / times.length,
    abandoned: mine.filter(({ answered, ended }) => answered === null && ended !== null && ended >= sinceMs).length,
    averageWaitSeconds:
      times.length === 0 ? null : Math.round(times.reduce((sum, ms) => sum + ms, 0) / times.length / 1_000),
    longestWaitSeconds: times.length === 0 ? null : Math.round(Math.max(...times) / 1_000),
  };
};

test("the numbers of queues are what a reckoning of its own comes to: now, in the last half hour, and since midnight of the centre's clock", async () => {
  const floor = (await readFloor(world)).now;
  routingNow.parse(floor);
  assert.equal(floor.dayBeganAt, iso(midnight), "midnight in Berlin, not in London");
  assert.deepEqual([floor.routed, floor.routedAt], [true, iso(now - 2_000)]);
  const [first, second, third] = floor.queues;
  assert.ok(first && second && third);
  for (const [n, one] of [first, second].entries()) {
    assert.deepEqual(one.lastHalfHour, reckoned(n + 1, now - 30 * minute));
    assert.deepEqual(one.today, reckoned(n + 1, midnight));
    assert.ok(
      one.today.answered > one.lastHalfHour.answered && one.lastHalfHour.answered > 0,
      "the example says something",
    );
    assert.ok(one.today.abandoned > 0);
  }
  assert.deepEqual(
    [first.waiting, first.offered, first.held, first.longestWaitSeconds],
    [1, 1, 1, 600],
    "who is asked is still waited for; who is held waits no more",
  );
  assert.deepEqual([first.paused, first.open, first.overflows], [true, true, true]);
  assert.deepEqual([second.paused, second.open, second.overflows], [false, false, false]);
  assert.deepEqual(first.byKind, [
    {
      kind: "chat",
      waiting: 1,
      predicted: { seconds: 61, low: 20, high: 121, by: "queueLength" },
      judged: 40,
      inside: 31,
    },
    { kind: "mail", waiting: 0, predicted: null, judged: 0, inside: 0 },
  ]);
  assert.deepEqual([third.waiting, third.longestWaitSeconds], [0, null]);
  // Anna serves the first brand, Eva the other one; for the third queue one must be in the team and know French.
  assert.deepEqual(
    floor.queues.map(({ available, present }) => [available, present]),
    [
      [2, 2],
      [1, 1],
      [1, 1],
    ],
  );
});

test("an agent's day: what was ended, how long they were there, and how much of them was in use, across midnight", async () => {
  const floor = (await readFloor(world)).now;
  const anna = floor.agents.find(({ agentId }) => agentId === cast.anna.id);
  assert.ok(anna);
  assert.deepEqual(
    anna.work.map(({ subject, state, kind }) => [subject, state, kind]),
    [
      ["Drei", "held", "chat"],
      ["Zwei", "offered", "mail"],
    ],
  );
  assert.equal(anna.load, 33 + 20, "what is offered takes its place, too");
  assert.equal(anna.today.handled, 3);
  assert.equal(anna.today.thereSeconds, 3_600 + 30 * 60, "an hour of today's beginning and the last half hour");
  const held = 0.33 * (10 * 60 + 60 * 60 + 20 * 60) + 0.2 * 10 * 60;
  assert.equal(
    anna.today.busySeconds,
    Math.round(held + 10 * 60),
    "chats for a third each and less while they rest, nothing of what was put by, held while away or yesterday's; wrapping up for the whole",
  );
  const { handled, busySeconds, thereSeconds } = (await myWork(world, cast.anna)).today;
  assert.deepEqual({ handled, busySeconds, thereSeconds }, anna.today, "and what they read of themselves is the same");
  const eva = floor.agents.find(({ agentId }) => agentId === cast.eva.id);
  assert.equal(eva?.today.busySeconds, 0, "a mail that lies with somebody who is not there keeps nobody busy");
  assert.ok(!floor.agents.some(({ agentId }) => agentId === cast.omar.id), "who was never there is not said to be");
});

test("who supervises some brands sees their queues and subjects, and of others' work only how much it is", async () => {
  const floor = await readFloor(world);
  const all = floorSeenBy(cast.omar, floor);
  assert.deepEqual(all, floor.now);
  const some = floorSeenBy({ ...cast.omar, brandIds: [cast.brandId] }, floor);
  assert.deepEqual(
    some.queues.map((one) => one.queueId),
    [queueId(1), queueId(3)],
  );
  const eva = some.agents.find(({ agentId }) => agentId === cast.eva.id);
  assert.deepEqual([eva?.work, eva?.elsewhere, eva?.load], [[], 1, 20]);
  assert.ok(!JSON.stringify(some).includes("Nordstrom"));
  assert.equal(some.agents.find(({ agentId }) => agentId === cast.anna.id)?.work.length, 2);
});

test("the floor is read once for all who look within a second, and nobody is given one that failed", async () => {
  const [one, two] = await Promise.all([sharedFloor(world), sharedFloor(world)]);
  assert.equal(one, two);
  world.setNow(iso(now + 999));
  assert.equal(await sharedFloor(world), one);
  world.setNow(iso(now + 1_000));
  assert.notEqual(await sharedFloor(world), one);
  const broken = { now: world.now, db: { ...world.db, rows: () => Promise.reject(new Error("away")) } };
  await assert.rejects(sharedFloor(broken));
  await assert.rejects(sharedFloor({ ...broken, db: broken.db }), /away/);
  world.setNow(iso(now + 9_000));
  assert.equal((await readFloor(world)).now.routed, false, "a leader who is silent for so long does not lead");
  world.setNow(iso(now));
});

test("a wallboard: its link opens it without signing in, shows no name, notes when it was seen, and no longer opens it once revoked", async () => {
  const input = { name: " Foyer\u0000 ", queueIds: [queueId(1)] };
  const made = sure(
    await verifyAction(world, cast.omar, () => addWallboard(world, cast.omar, input), ["wallboard.changed"]),
  );
  const token = made.path.replace("/wallboard#", "");
  assert.match(token, /^[\w-]{43}$/, "256 random bits, behind the sign that browsers send to nobody");
  const row = await world.db.one<{ row: string }>(sql`SELECT row_to_json(w)::text AS row FROM wallboard w`);
  assert.ok(
    !row.row.includes(token) && !JSON.stringify(await world.events()).includes(token),
    "the token stands nowhere",
  );
  const look = (given: string, remoteIp = "192.0.2.1") => lookAtWallboard(world, { token: given, remoteIp });
  const shown = sure(await look(token));
  wallboardNow.parse(shown);
  assert.deepEqual([shown.name, shown.queues.map(({ name }) => name), shown.more], ["Foyer", ["Q1"], 0]);
  assert.deepEqual(shown.agents, { available: 2, busy: 0, wrapUp: 0, away: 0 });
  assert.ok(!/Anna|Eva|Drei|kunde/.test(JSON.stringify(shown)));
  assert.deepEqual(
    (await allWallboards(world.db)).map(({ name, lastSeenAt }) => [name, lastSeenAt]),
    [["Foyer", iso(now)]],
  );
  for (const wrong of ["", "x".repeat(43), `${token}x`, "' OR 1"])
    assert.equal(code(await look(wrong)), "notFound", wrong);
  for (let n = 0; n < 40; n += 1) await look("y".repeat(43), "198.51.100.7");
  assert.equal(code(await look("z".repeat(43), "198.51.100.7")), "tooManyAttempts");
  assert.equal(code(await look("z".repeat(43), "192.0.2.9")), "notFound", "others are not slowed");
  assert.equal(code(await look(token, "198.51.100.7")), null, "a board beside somebody who guesses goes on");
  await verifyAction(world, cast.omar, () => removeWallboard(world, cast.omar, made.id), ["wallboard.changed"]);
  assert.equal(code(await look(token)), "notFound");
  assert.equal(code(await removeWallboard(world, cast.omar, made.id)), "notFound");
  assert.equal(code(await addWallboard(world, cast.anna, input)), "notAllowed");
  assert.equal(code(await addWallboard(world, cast.omar, { ...input, name: " \u0000" })), "invalidInput");
  assert.equal(code(await addWallboard(world, cast.omar, { ...input, queueIds: [queueId(9)] })), "notFound");
  const events = (await world.events()).filter(({ kind }) => kind === "wallboard.changed");
  assert.deepEqual(
    events.map((event) => [deskMaySee(cast.omar, event), deskMaySee(cast.anna, event)]),
    [
      [true, false],
      [true, false],
    ],
  );
});

test("what a team is told is for who is in it and who said it; what everybody is told for all", async () => {
  const since = iso(midnight);
  const say = (teamId: TeamId | null, text: string) => () => tell(world, cast.omar, { teamId, text });
  await verifyAction(world, cast.omar, say(team, "Leitung 3 ist gestört. "), ["team.told"]);
  world.pass(1);
  await verifyAction(world, cast.omar, say(null, "Kuchen in der Küche"), ["team.told"]);
  const told = async (agentId: string, teams: readonly string[]) =>
    (await toldTo(world.db, agentId, teams, since)).map(({ text }) => text);
  assert.deepEqual(await told(cast.anna.id, [team]), ["Kuchen in der Küche", "Leitung 3 ist gestört."]);
  assert.deepEqual(await told(cast.eva.id, []), ["Kuchen in der Küche"]);
  assert.deepEqual(await told(cast.omar.id, []), ["Kuchen in der Küche", "Leitung 3 ist gestört."]);
  assert.deepEqual(await toldTo(world.db, cast.anna.id, [team], iso(now + 2)), []);
  const events = (await world.events()).filter(({ kind }) => kind === "team.told");
  const sees = (who: typeof cast.anna, teams: readonly string[]) =>
    events.map((event) => deskMaySee(who, event, teams));
  assert.deepEqual(sees(cast.anna, [team]), [true, true]);
  assert.deepEqual(sees(cast.eva, []), [false, true]);
  assert.deepEqual(sees(cast.omar, []), [true, true]);
  assert.equal(code(await tell(world, cast.anna, { teamId: null, text: "Hallo" })), "notAllowed");
  assert.equal(code(await tell(world, cast.omar, { teamId: world.newId() as TeamId, text: "Hallo" })), "notFound");
  assert.equal(code(await tell(world, cast.omar, { teamId: null, text: "\u0000 " })), "invalidInput");
  // After seven days they go: the one that was told a moment before.
  const days = (ms: number) => ({ ...world, now: () => new Date(now + 7 * 24 * 3_600_000 + ms) });
  assert.equal(await forgetTeamWords(days(1)), 1);
  assert.deepEqual(await told(cast.omar.id, []), ["Kuchen in der Küche"]);
  assert.deepEqual([await forgetTeamWords(days(1)), await forgetTeamWords(days(2))], [0, 1]);
});

const code = (answer: unknown): string | null => (isRefusal(answer) ? answer.refused : null);
