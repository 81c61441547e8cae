// Promises as the centre keeps them: by time, once and never early, also for many at once and after a break; when rules and hours change; what they would have done.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isRefusal } from "#contract/errors.ts";
import type { CustomerChange, OrganisationChange } from "#contract/customers.ts";
import type { ConcernId, TeamId, TierId, TopicId } from "#contract/ids.ts";
import type { PromiseRule, Recount } from "#contract/promises.ts";
import type { Tier } from "#contract/tiers.ts";
import { change } from "#modules/concerns/actions-change.ts";
import { recountPromises } from "#modules/concerns/actions-recount.ts";
import { reply, undoSend } from "#modules/concerns/actions-reply.ts";
import { tendPromises } from "#modules/concerns/actions-tending.ts";
import { concernReactions } from "#modules/concerns/reactions.ts";
import { rowById } from "#modules/concerns/reads.ts";
import { forecastFor } from "#modules/concerns/reads-promises.ts";
import { changeCustomer } from "#modules/customers/actions-desk.ts";
import { mergeCustomers, takeApart } from "#modules/customers/actions-merging.ts";
import { changeOrganisation, setTiers } from "#modules/customers/actions-tiers.ts";
import { setHours } from "#modules/hours/actions.ts";
import { setRules } from "#modules/promises/actions.ts";
import { raw, sql } from "#platform/db/db.ts";
import { everyPromise, toldByTheLog } from "#test/promises.ts";
import { verifyAction } from "#test/verify-action.ts";
import { addCast, allConcerns, deliver, mail, openTestWorld, sure, type Cast, type TestWorld } from "#test/world.ts";

const minuteMs = 60_000;

let world: TestWorld;
let cast: Cast;
before(async () => {
  world = await openTestWorld();
  cast = await addCast(world);
});
after(() => world.close());

let customers = 0;
const fresh = async (): Promise<ConcernId> => {
  customers += 1;
  await deliver(world, cast.channel, mail(`p${customers}@kunde.example`));
  return (await allConcerns(world.db)).at(-1)?.id ?? assert.fail();
};

const answer = async (id: ConcernId) =>
  sure(
    await reply(world, cast.anna, {
      id,
      channelId: cast.channel.id,
      to: ["p1@kunde.example"],
      cc: [],
      text: "Antwort",
      html: null,
      uploads: [],
      sendAt: null,
      statusAfter: "waiting",
      key: crypto.randomUUID(),
      undoMs: 10_000,
    }),
  );

const ruleWith = (part: Partial<PromiseRule>): PromiseRule => ({ ...everyPromise, ...part });
const firstOnly = (firstReply: number, part: Partial<PromiseRule> = {}): PromiseRule =>
  ruleWith({ targets: { firstReply, nextReply: null, resolution: null }, ...part });

const verify = <T>(act: () => Promise<T>, ...must: string[]) => verifyAction(world, cast.anna, act, must);

/** Sets rules and counts anew; gives what was said of it. */
const under = async (...rules: PromiseRule[]): Promise<Recount> => {
  await verify(() => setRules(world, cast.omar, { rules }), "promise.rulesChanged");
  // Others' transactions in this database end by themselves: none is at work here.
  await verify(() => recountPromises(world), "promise.recounted");
  const event = (await world.events()).findLast(({ kind }) => kind === "promise.recounted");
  return event?.kind === "promise.recounted" ? event.data.recount : assert.fail();
};

const row = async (id: ConcernId) => (await rowById(world.db, id)) ?? assert.fail();
const inMinutes = (minutes: number): string => new Date(world.now().getTime() + minutes * minuteMs).toISOString();
const happened = async (id: ConcernId): Promise<string[]> =>
  (await world.events())
    .filter(({ concernId, kind }) => concernId === id && kind.startsWith("promise."))
    .map(({ kind }) => kind);

test("it comes near, is missed and escalated at its time, once, however many look at once; who is meant is told", async () => {
  const [team] = await world.db.rows<{ id: TeamId }>(
    sql`INSERT INTO team (id, name) VALUES (${world.newId()}, 'Eskalation') RETURNING id`,
  );
  const teamId = team?.id ?? assert.fail();
  await under(
    firstOnly(60, {
      warns: ["assignee"],
      escalation: { afterMinutes: 30, notify: ["supervisors"], raise: true, teamId },
    }),
  );
  const id = await fresh();
  sure(await change(world, cast.anna, { id, change: { assigneeId: cast.anna.id } }));
  const due = inMinutes(60);
  assert.deepEqual([(await row(id)).dueAt, (await row(id)).promiseState], [due, "running"]);
  const often = () => Promise.all([tendPromises(world), tendPromises(world), tendPromises(world)]);
  world.pass(45 * minuteMs - 1);
  assert.deepEqual(await often(), [0, 0, 0], "never early");
  world.pass(1);
  await verify(often, "promise.warned", "concern.changed");
  assert.equal((await row(id)).promiseState, "near");
  world.pass(15 * minuteMs);
  assert.deepEqual(await often(), [0, 0, 0], "in its very moment it can still be kept");
  world.pass(1);
  await verify(often, "promise.missed", "concern.changed");
  assert.deepEqual([(await row(id)).missed, (await row(id)).promiseState], [["firstReply"], "over"]);
  world.pass(30 * minuteMs - 1);
  assert.deepEqual(await often(), [0, 0, 0]);
  world.pass(1);
  await verify(often, "promise.escalated", "concern.changed");
  const { priority, assigneeId, teamId: now } = await row(id);
  assert.deepEqual([priority, assigneeId, now], ["high", null, teamId]);
  world.pass(100 * 24 * 60 * minuteMs);
  await often();
  assert.deepEqual(await happened(id), ["promise.warned", "promise.missed", "promise.escalated"], "each once");
  const told = (await world.events()).flatMap((event) =>
    event.kind === "promise.warned" || event.kind === "promise.escalated" ? event.data.agentIds : [],
  );
  assert.deepEqual(told, [cast.anna.id, cast.omar.id]);
  // By mail as well, as far as they want it.
  const events = await world.events();
  for (const reaction of concernReactions(world).filter(({ name }) => name.startsWith("concerns.promise")))
    for (const event of events.filter(reaction.wants))
      await verify(() => world.db.transaction((tx) => reaction.handle(tx, event)).then(() => true), "message.added");
  const mails = await world.db.rows<{ text: string }>(
    sql`SELECT b.text FROM message m JOIN message_body b ON b.message_id = m.id WHERE m.concern_id = ${id} AND m.direction = 'system' ORDER BY m.seq`,
  );
  assert.deepEqual(
    mails.map(({ text }) => text.split("\n")[0]),
    ["Eine Zusage (Alles) ist bald fällig.", "Eine Zusage (Alles) wurde nicht eingehalten."],
  );
  await verify(() => answer(id), "promise.late");
  assert.deepEqual(
    [(await row(id)).missed, (await row(id)).dueAt],
    [["firstReply"], null],
    "a late answer stays a miss",
  );
});

test("a break in the middle loses nothing and does nothing twice", async () => {
  await under(firstOnly(60));
  const ids = [await fresh(), await fresh(), await fresh()];
  world.pass(60 * minuteMs + 1);
  // The connection breaks after some of it was written: as when the process is killed.
  let spoken = 0;
  const breaking: TestWorld = {
    ...world,
    db: {
      ...world.db,
      transaction: (work) =>
        world.db.transaction(async (tx) => {
          const result = await work(tx);
          spoken += 1;
          await tx.run(sql`SELECT pg_terminate_backend(pg_backend_pid())`);
          return result;
        }),
    },
  };
  await assert.rejects(tendPromises(breaking));
  assert.ok(spoken > 0);
  for (const id of ids) assert.deepEqual(await happened(id), []);
  assert.equal(await tendPromises(world), 3);
  for (const id of ids) assert.deepEqual(await happened(id), ["promise.missed"]);
});

test("an answer in time keeps it, one that is taken back was none", async () => {
  const id = await fresh();
  const due = (await row(id)).dueAt;
  world.pass(10 * minuteMs);
  const { messageId } = await verify(() => answer(id), "promise.kept", "concern.changed");
  assert.equal((await row(id)).dueAt, null);
  await verify(() => undoSend(world, cast.anna, messageId), "concern.changed");
  assert.deepEqual([(await row(id)).dueAt, (await row(id)).missed], [due, []]);
});

test("a change of rules, of hours and of topics counts anew what is open, says what changed, and makes no miss good", async () => {
  await under();
  const [missed, open, first] = [await fresh(), await fresh(), await fresh()];
  assert.equal((await row(open)).dueAt, null, "no rule, no promise");
  await answer(first);
  const begun = await under(firstOnly(120));
  assert.deepEqual([begun.earlier, begun.later, begun.ended], [0, 0, 0]);
  assert.ok(begun.begun >= 2, "what was there before the first rule is under it from its beginning");
  assert.equal((await row(open)).dueAt, inMinutes(120));
  assert.deepEqual(await happened(first), [], "what was done before is not judged");
  const counted = await under(firstOnly(60));
  assert.deepEqual([counted.earlier, counted.later], [begun.begun, 0]);
  world.pass(60 * minuteMs + 1);
  await tendPromises(world);
  const later = await under(firstOnly(600));
  assert.equal(later.later, begun.begun);
  assert.deepEqual((await row(missed)).missed, ["firstReply"]);
  await verify(() => answer(missed), "promise.late");
  assert.deepEqual((await row(missed)).missed, ["firstReply"]);
  // By hours now: closed until tomorrow at nine.
  await under(firstOnly(60, { hours: { kind: "brand" } }));
  const weekly = Array.from({ length: 7 }, () => [{ from: "09:00", to: "10:00" }]);
  await verify(
    () =>
      setHours(world, cast.omar, {
        owner: { kind: "brand", id: cast.brandId },
        hours: { timeZone: "UTC", weekly, exceptions: [] },
      }),
    "hours.changed",
  );
  await verify(() => recountPromises(world), "promise.recounted");
  assert.equal(await recountPromises(world), null, "once");
  const dueAt = (await row(open)).dueAt ?? assert.fail();
  assert.equal(dueAt.slice(11, 16), "10:00");
  // A topic that moves below another falls under that one's rule.
  const [outage, tv] = [world.newId(), world.newId()] as [TopicId, TopicId];
  await world.db.run(sql`INSERT INTO topic (id, name) VALUES (${outage}, 'Störung'), (${tv}, 'Fernsehen')`);
  sure(await change(world, cast.anna, { id: open, change: { topicId: tv } }));
  const any = everyPromise.when;
  await under(
    firstOnly(5000, { when: { ...any, topicId: outage } }),
    firstOnly(60, { id: "0190e000-0000-7000-8000-000000000002" as PromiseRule["id"], name: "Sonst" }),
  );
  const before = (await row(open)).promiseRuleId;
  await world.db.run(sql`UPDATE topic SET parent_id = ${outage} WHERE id = ${tv}`);
  await verify(() => recountPromises(world), "promise.recounted");
  assert.notEqual((await row(open)).promiseRuleId, before);
  assert.equal((await row(open)).promiseRuleId, everyPromise.id);
  await under();
  assert.deepEqual([(await row(open)).dueAt, (await row(open)).promiseState], [null, null]);
});

test("a rule for a tier fits whom it counts for, and what counts may change: the customer's, the organisation's, their order, a merge", async () => {
  const [plus, business] = ["Plus", "Business"].map((name) => ({ id: world.newId() as TierId, name })) as [Tier, Tier];
  await verify(() => setTiers(world, cast.omar, { tiers: [plus, business] }), "tier.changed");
  const when = { ...everyPromise.when, tierIds: [business.id] };
  const others = { id: "0190e000-0000-7000-8000-000000000002" as PromiseRule["id"], name: "Sonst" };
  await under(firstOnly(10, { when }), firstOnly(600, others));
  const id = await fresh();
  const { customerId } = await row(id);
  const due = async (): Promise<number> =>
    (Date.parse((await row(id)).dueAt ?? "") - Date.parse((await row(id)).createdAt)) / minuteMs;
  assert.equal(await due(), 600);
  let seen = (await world.events()).length;
  const follow = async (): Promise<void> => {
    const events = await world.events();
    const [standing] = concernReactions(world).filter(({ name }) => name === "concerns.standing");
    const wanted = events.slice(seen).filter((event) => standing?.wants(event));
    await verify(async () => {
      for (const event of wanted) await world.db.transaction((tx) => standing?.handle(tx, event) ?? assert.fail());
    }, "concern.changed");
    seen = events.length;
  };
  const people = (part: CustomerChange) =>
    verify(async () => sure(await changeCustomer(world, cast.anna, customerId, part)), "customer.changed");
  await people({ tierId: business.id });
  await follow();
  assert.equal(await due(), 10);
  await people({ tierId: plus.id });
  await follow();
  assert.equal(await due(), 600);
  // The organisation's counts where it is higher.
  const { organisation } = await people({ organisation: "Reederei Rang" });
  const firm = organisation?.id ?? assert.fail();
  const set = (part: OrganisationChange) =>
    verify(async () => sure(await changeOrganisation(world, cast.anna, firm, part)), "organisation.changed");
  await set({ tierId: business.id });
  await follow();
  assert.equal(await due(), 10);
  const late = await forecastFor(world, [firstOnly(10, { when }), firstOnly(600, others)]);
  assert.ok(!isRefusal(late) && late.fits[0] === 1, "what rules would have done goes by the tier of today");
  // The other way round the customer's own is the higher one.
  await verify(() => setTiers(world, cast.omar, { tiers: [business, plus] }), "tier.changed");
  await verify(() => recountPromises(world), "promise.recounted");
  assert.equal(await due(), 600);
  await people({ tierId: null });
  await follow();
  assert.equal(await due(), 10);
  // Merged into somebody, their tier counts; taken apart, the own one again.
  const other = await fresh();
  const { customerId: otherId } = await row(other);
  const merged = sure(await mergeCustomers(world, cast.anna, otherId, { otherId: customerId, take: [] }));
  await follow();
  assert.deepEqual(
    [merged.customer.organisation?.id, await due()],
    [firm, 10],
    "what the kept one lacks is taken over",
  );
  assert.equal(
    (await row(other)).dueAt,
    new Date(Date.parse((await row(other)).createdAt) + 10 * minuteMs).toISOString(),
  );
  sure(
    await world.db.transaction((tx) => takeApart(world, tx, cast.anna, merged.mergeId, { parts: {}, addresses: {} })),
  );
  await follow();
  assert.equal(
    (await row(other)).dueAt,
    new Date(Date.parse((await row(other)).createdAt) + 600 * minuteMs).toISOString(),
  );
  assert.equal(await due(), 10);
  await under();
  const used = await setTiers(world, cast.omar, { tiers: [plus] });
  assert.ok(isRefusal(used) && used.refused === "tierInUse" && used.facts?.["count"] === 1, "the firm has it");
  await set({ tierId: null });
  sure(await setTiers(world, cast.omar, { tiers: [] }));
});

test("a process that has not heard of a change judges by it all the same", async () => {
  await under(firstOnly(60));
  const id = await fresh();
  const waiting = await fresh();
  // Another server changes the rules; this one has the old ones in memory.
  const other = await openTestWorld({ url: world.db.url });
  other.setNow(world.now().toISOString());
  sure(await setRules(other, cast.omar, { rules: [firstOnly(20)] }));
  sure(await change(world, cast.anna, { id, change: { priority: "high" } }));
  assert.equal((await row(id)).dueAt, inMinutes(20), "one that is changed");
  sure(await setRules(other, cast.omar, { rules: [firstOnly(30)] }));
  await other.db.close();
  const late = await fresh();
  assert.equal((await row(late)).dueAt, inMinutes(30), "a new concern");
  assert.equal((await row(waiting)).dueAt, inMinutes(60), "nobody has touched it");
  // Whoever began before that may still write by the old rules: they are waited for.
  await world.db.transaction(async (tx) => {
    await tx.run(sql`SELECT 1`);
    assert.equal(await recountPromises(world), null);
  });
  await verify(() => recountPromises(world), "promise.recounted");
  assert.equal((await row(waiting)).dueAt, inMinutes(30));
});

test("rules that cannot be, and a change of what somebody else has changed, are refused", async () => {
  const nothing = ruleWith({ targets: { firstReply: null, nextReply: null, resolution: null } });
  const wrong = await setRules(world, cast.omar, { rules: [nothing] });
  assert.ok(isRefusal(wrong) && wrong.refused === "promiseNothing");
  const stale = await setRules(world, cast.omar, { rules: [], was: [firstOnly(61)] });
  assert.ok(isRefusal(stale) && stale.refused === "staleVersion");
  assert.ok(!isRefusal(await setRules(world, cast.omar, { rules: [firstOnly(31)], was: [firstOnly(30)] })));
});

test("what rules would have done is what they did", async () => {
  await under(everyPromise);
  world.pass(31 * 24 * 60 * minuteMs);
  const [kept, late, running] = [await fresh(), await fresh(), await fresh()];
  world.pass(59 * minuteMs);
  await answer(kept);
  world.pass(2 * minuteMs);
  await answer(late);
  await tendPromises(world);
  const forecast = await forecastFor(world, [everyPromise]);
  if (isRefusal(forecast)) assert.fail(forecast.refused);
  assert.equal(forecast.looked, 3, "of thirty days");
  assert.deepEqual(forecast.firstReply, { kept: 1, missed: 2, running: 0 });
  assert.deepEqual(forecast.resolution, { kept: 0, missed: 0, running: 3 });
  assert.deepEqual(forecast.fits, [3]);
  assert.deepEqual((await happened(kept)).concat(await happened(late), await happened(running)), [
    "promise.kept",
    "promise.missed",
    "promise.late",
    "promise.missed",
  ]);
  const milder = await forecastFor(world, [firstOnly(240)]);
  assert.deepEqual(!isRefusal(milder) && milder.firstReply, { kept: 2, missed: 0, running: 1 });
  const [rows, told] = await toldByTheLog(world);
  assert.deepEqual(rows.slice(-3), told.slice(-3));
});

test("the concerns of a large organisation are judged a hundred at a time, each in a transaction of its own, and once", async () => {
  const gold = { id: world.newId() as TierId, name: "Gold" };
  sure(await setTiers(world, cast.omar, { tiers: [gold] }));
  const others = { id: "0190e000-0000-7000-8000-000000000003" as PromiseRule["id"], name: "Sonst" };
  await under(firstOnly(10, { when: { ...everyPromise.when, tierIds: [gold.id] } }), firstOnly(600, others));
  const { customerId } = await row(await fresh());
  const { organisation } = sure(await changeCustomer(world, cast.anna, customerId, { organisation: "Reederei Groß" }));
  const firm = organisation?.id ?? assert.fail();
  // As if they had written so often: copies of the one concern.
  const { columns } = await world.db.one<{ columns: string }>(sql`
    SELECT string_agg(quote_ident(column_name), ', ') AS columns FROM information_schema.columns
     WHERE table_name = 'concern' AND column_name NOT IN ('id', 'number') AND is_generated = 'NEVER'`);
  await world.db.run(sql`
    INSERT INTO concern (${raw(columns)}, id)
    SELECT ${raw(columns)}, gen_random_uuid() FROM concern, generate_series(1, 349) WHERE customer_id = ${customerId}`);
  const [standing] = concernReactions(world).filter(({ name }) => name === "concerns.standing");
  const judge = async (): Promise<number[]> => {
    const event = (await world.events()).findLast((one) => standing?.wants(one)) ?? assert.fail();
    const changed: number[] = [];
    let from: string | void = undefined;
    do {
      const seen = (await world.events()).length;
      from = await world.db.transaction((tx) => standing?.handle(tx, event, from ?? undefined) ?? assert.fail());
      changed.push((await world.events()).length - seen);
    } while (from !== undefined);
    return changed;
  };
  sure(await changeOrganisation(world, cast.anna, firm, { tierId: gold.id }));
  const due = await judge();
  assert.deepEqual(due, [100, 100, 100, 50]);
  assert.deepEqual(await judge(), [0, 0, 0, 0], "after a kill it begins again, and nothing is left to do");
  const { near } = await world.db.one<{ near: number }>(
    sql`SELECT count(*)::int AS near FROM concern WHERE customer_id = ${customerId} AND due_at - created_at = interval '10 minutes'`,
  );
  assert.equal(near, 350);
});
