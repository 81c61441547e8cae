// Rules through time: no rounds without end, whatever they say; by time never early, once, and again only after people.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { happenings, type Action, type AutomationRule } from "#contract/automation.ts";
import type { ConcernId } from "#contract/ids.ts";
import { removeOldRuns } from "#modules/automation/actions.ts";
import { actByTime, sweepTimers } from "#modules/automation/actions-timers.ts";
import { runsFor } from "#modules/automation/reads.ts";
import { tryRules } from "#modules/automation/reads-past.ts";
import { reply } from "#modules/concerns/actions-reply.ts";
import { wakeSnoozed } from "#modules/concerns/actions-time.ts";
import { setHours } from "#modules/hours/actions.ts";
import { sql } from "#platform/db/db.ts";
import { openRuled, ruleOf } from "#test/automation.ts";
import { fc } from "#test/chance.ts";
import { sure } from "#test/world.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const { world, cast, listen, fresh, under, rans, ranNames, row, verify, byAnna } = await openRuled();
after(() => world.close());

const answerOf = async (id: ConcernId, to: string, statusAfter: "waiting" | "open" = "waiting") => {
  world.pass(1_000);
  const key = crypto.randomUUID();
  const words = { text: "Antwort", html: null, uploads: [], sendAt: null, cc: [] };
  return sure(
    await reply(world, cast.anna, { id, channelId: cast.channel.id, to: [to], ...words, statusAfter, key, undoMs: 0 }),
  );
};

test("what the program does by itself sets a rule off once, until somebody has a hand in it: no rounds through time", async () => {
  await under(
    ruleOf({
      name: "wieder schlafen",
      when: { by: "event", events: ["status"] },
      all: [{ what: "status", not: false, statuses: ["open"] }],
      actions: [{ do: "snooze", minutes: 60, counted: "clock" }],
    }),
  );
  const { id } = await fresh();
  await byAnna(id, { status: "open" });
  for (let hours = 0; hours < 6; hours += 1) {
    await listen();
    world.pass(hourMs + 1);
    await wakeSnoozed(world);
  }
  await listen();
  assert.deepEqual(await ranNames(id), ["wieder schlafen"], "by a person's deed, and not by the end of what it did");
  assert.equal((await row(id)).status, "open");
  await byAnna(id, { status: "waiting" });
  await byAnna(id, { status: "open" });
  await listen();
  assert.equal((await ranNames(id)).length, 2);
});

const drawn = (): fc.Arbitrary<AutomationRule> =>
  fc
    .record({
      events: fc.subarray([...happenings], { minLength: 1 }),
      waits: fc.integer({ min: 0, max: 2 }).map((n) => n === 0),
      since: fc.constantFrom("customer" as const, "us" as const, "resolved" as const),
      actions: fc.array(
        fc.constantFrom<Action>(
          { do: "priority", priority: "low" },
          { do: "priority", priority: "urgent" },
          { do: "status", status: "open" },
          { do: "status", status: "waiting" },
          { do: "status", status: "resolved" },
          { do: "snooze", minutes: 1, counted: "clock" },
          { do: "addTags", tags: ["x"] },
          { do: "removeTags", tags: ["x"] },
          { do: "note", text: "n" },
          { do: "reply", text: "r" },
        ),
        { minLength: 1, maxLength: 3 },
      ),
    })
    .map(({ events, waits, since, actions }) =>
      ruleOf({ when: waits ? { by: "time", since, minutes: 1, counted: "clock" } : { by: "event", events }, actions }),
    );

test("whatever the rules are, it becomes quiet: between two deeds of people each acts a bounded number of times", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(drawn(), { minLength: 2, maxLength: 6 }), async (rules) => {
      await under(...rules);
      const { id, again } = await fresh();
      const settle = async (): Promise<void> => {
        for (let turns = 0; turns < 8; turns += 1) {
          await listen();
          world.pass(2 * minuteMs);
          await wakeSnoozed(world);
          await actByTime(world);
        }
      };
      await settle();
      const quiet = (await rans(id)).length;
      // Once by the deed itself, once by what the program did, once by time.
      assert.ok(quiet <= rules.length * 2, `${quiet} runs of ${rules.length} rules`);
      await settle();
      assert.equal((await rans(id)).length, quiet, "nothing more comes of it");
      await again();
      await settle();
      assert.ok((await rans(id)).length <= rules.length * 4);
    }),
    { numRuns: 12 },
  );
});

test("by time: never early, once, by the clock or by opening hours; of before only what is still to come", async () => {
  await under();
  const early = await fresh();
  world.pass(3 * hourMs);
  const late = await fresh();
  world.pass(hourMs);
  const silent = ruleOf({
    name: "keine Antwort",
    when: { by: "time", since: "us", minutes: 120, counted: "clock" },
    actions: [{ do: "addTags", tags: ["wartet"] }],
  });
  await under(silent);
  const often = () => Promise.all([actByTime(world), actByTime(world), actByTime(world)]);
  await often();
  assert.deepEqual(
    [(await row(early.id)).tags, (await row(late.id)).tags],
    [[], []],
    "what was due before is left alone",
  );
  const since = Date.parse((await row(late.id)).waitingSince ?? "");
  world.setNow(new Date(since + 120 * minuteMs - 1).toISOString());
  await often();
  assert.deepEqual((await row(late.id)).tags, []);
  world.pass(1);
  await verify(often, "automation.ran", "concern.changed");
  await listen();
  await often();
  assert.deepEqual(await ranNames(late.id), ["keine Antwort"]);
  assert.deepEqual(await ranNames(early.id), []);
  // Answered in time: nothing. Asked again: from then on.
  const { id, from, again } = await fresh();
  await listen();
  world.pass(hourMs);
  await answerOf(id, from);
  await listen();
  world.pass(2 * hourMs);
  await often();
  assert.deepEqual(await ranNames(id), []);
  await again();
  await listen();
  world.pass(2 * hourMs);
  await often();
  assert.deepEqual(await ranNames(id), ["keine Antwort"]);
  // By opening hours: Monday to Friday, eight to ten.
  const day = [{ from: "08:00", to: "10:00" }];
  const weekly = [day, day, day, day, day, [], []];
  const hours = (spans: typeof weekly) => ({ timeZone: "Europe/Berlin", weekly: spans, exceptions: [] });
  const owner = { kind: "brand" as const, id: cast.brandId };
  sure(await setHours(world, cast.omar, { owner, hours: hours(weekly) }));
  world.setNow("2026-06-05T07:00:00.000Z");
  await under({ ...silent, when: { by: "time", since: "us", minutes: 120, counted: "service" } });
  const friday = await fresh();
  await listen();
  world.setNow("2026-06-08T07:00:00.000Z");
  await often();
  assert.deepEqual(await ranNames(friday.id), [], "an hour on Friday, an hour on Monday");
  world.pass(2_000);
  await often();
  assert.deepEqual(await ranNames(friday.id), ["keine Antwort"]);
  // Hours that become others move what waits.
  const monday = await fresh();
  await listen();
  sure(await setHours(world, cast.omar, { owner, hours: hours(weekly.map(() => [{ from: "00:00", to: "00:00" }])) }));
  await listen();
  await sweepTimers(world);
  world.pass(120 * minuteMs);
  await often();
  assert.deepEqual(await ranNames(monday.id), ["keine Antwort"]);
  sure(await setHours(world, cast.omar, { owner, hours: null }));
});

test("by time, waiting for the customer and settled: from when it was so, as soon as the conditions hold; again only after people", async () => {
  const remind = ruleOf({
    name: "erinnern",
    when: { by: "time", since: "customer", minutes: 3 * 24 * 60, counted: "clock" },
    all: [{ what: "tag", not: false, tag: "offen" }],
    actions: [
      { do: "reply", text: "Brauchen Sie noch etwas?" },
      { do: "status", status: "open" },
      { do: "status", status: "waiting" },
    ],
  });
  const close = ruleOf({
    name: "schließen",
    when: { by: "time", since: "resolved", minutes: 5 * 24 * 60, counted: "clock" },
    actions: [{ do: "status", status: "closed" }],
  });
  await under(remind, close);
  const { id, from } = await fresh();
  await answerOf(id, from);
  await listen();
  world.pass(dayMs);
  await byAnna(id, { status: "open" });
  await byAnna(id, { status: "waiting" });
  await listen();
  world.pass(2 * dayMs + hourMs);
  await actByTime(world);
  assert.deepEqual(await ranNames(id), [], "it waits for two days only");
  world.pass(dayMs);
  await actByTime(world);
  assert.deepEqual(await ranNames(id), [], "due, and not fitting");
  await byAnna(id, { addTags: ["offen"] });
  await listen();
  await verify(() => actByTime(world), "automation.ran", "message.added");
  assert.deepEqual(await ranNames(id), ["erinnern"], "at once when it fits");
  for (let days = 0; days < 10; days += 1) {
    await listen();
    world.pass(dayMs);
    await actByTime(world);
  }
  assert.deepEqual(await ranNames(id), ["erinnern"], "what it did itself begins nothing anew");
  await byAnna(id, { status: "resolved" });
  await listen();
  world.pass(5 * dayMs);
  await actByTime(world);
  assert.equal((await row(id)).status, "closed");
  const timers = await world.db.rows(
    sql`SELECT 1 FROM automation_timer WHERE concern_id = ${id} AND due_at IS NOT NULL`,
  );
  assert.deepEqual(timers, [], "nothing is to come");
  // One that breaks puts off itself, and nothing else.
  const [bad, good] = [await fresh(), await fresh()];
  for (const one of [bad, good]) await byAnna(one.id, { status: "resolved" });
  await listen();
  await world.db.run(sql`
    CREATE FUNCTION breaks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken'; END $$`);
  const { number } = await row(bad.id);
  await world.db.run(sql`ALTER TABLE concern ADD COLUMN broken boolean NOT NULL DEFAULT false`);
  await world.db.run(sql`UPDATE concern SET broken = true WHERE number = ${number}`);
  await world.db.run(
    sql`CREATE TRIGGER breaks BEFORE UPDATE ON concern FOR EACH ROW WHEN (OLD.broken) EXECUTE FUNCTION breaks()`,
  );
  world.pass(5 * dayMs);
  await actByTime(world);
  assert.deepEqual([(await row(bad.id)).status, (await row(good.id)).status], ["resolved", "closed"]);
  await world.db.run(sql`DROP FUNCTION breaks CASCADE`);
  world.pass(5 * minuteMs);
  await actByTime(world);
  assert.equal((await row(bad.id)).status, "closed");
});

test("what a rule did is forgotten after more than a year, when no rule can wait that long", async () => {
  world.pass(400 * dayMs);
  assert.ok((await removeOldRuns(world)) > 0);
  assert.equal(await removeOldRuns(world), 0);
});

test("what is tried on the past is what the rules did in it", async () => {
  world.pass(40 * dayMs);
  const all = [{ what: "words" as const, not: false, in: "subject" as const, words: ["gegenprobe"] }];
  const note = [{ do: "note" as const, text: "getan" }];
  const rules = [
    ruleOf({ name: "a", when: { by: "event", events: ["begun", "messageIn", "tags", "status"] }, all, actions: note }),
    ruleOf({ name: "b", when: { by: "event", events: ["noteAdded"] }, all, actions: note }),
    ruleOf({
      name: "c",
      when: { by: "time", since: "us", minutes: 60, counted: "clock" },
      all: [...all, { what: "tag", not: true, tag: "x" }],
      actions: note,
    }),
  ];
  await under(...rules);
  const { id, again } = await fresh({ subject: "Gegenprobe" });
  await listen();
  world.pass(2 * hourMs);
  await actByTime(world);
  await byAnna(id, { addTags: ["x", "y"] });
  await byAnna(id, { removeTags: ["y"] });
  await listen();
  await again({ subject: "Gegenprobe" });
  await byAnna(id, { status: "resolved" });
  await listen();
  const other = await fresh({ subject: "Gegenprobe 2" });
  await byAnna(other.id, { addTags: ["x"] });
  await listen();
  world.pass(2 * hourMs);
  await actByTime(world);
  await byAnna(other.id, { removeTags: ["x"] });
  await listen();
  world.pass(1_000);
  await actByTime(world);
  await listen();
  const told = sure(await tryRules(world, cast.omar, rules));
  const did = async (place: number) =>
    (await runsFor(world, cast.omar, rules[place]?.id ?? assert.fail())).runs.map(
      ({ concernId, cause }) => `${concernId} ${cause}`,
    );
  for (const [place, { examples }] of told.rules.entries())
    assert.deepEqual(
      examples.map(({ concernId, cause }) => `${concernId} ${cause}`).toSorted(),
      (await did(place)).toSorted(),
      rules[place]?.name ?? "",
    );
  assert.deepEqual(
    told.rules.map(({ fitted }) => fitted > 1),
    [true, true, true],
  );
});
