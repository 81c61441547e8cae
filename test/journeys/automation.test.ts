// Rules and macros as the centre keeps them: what they do and say of it, in their order and once, through breaks and faults of their own, and without storms.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { type Action, type Deed } from "#contract/automation.ts";
import type { AgentId, ConcernId, MacroId, MessageId, TeamId } from "#contract/ids.ts";
import { setRules } from "#modules/automation/actions.ts";
import { changeMacro, createMacro, removeMacro, runMacro } from "#modules/automation/actions-macros.ts";
import { runsFor } from "#modules/automation/reads.ts";
import { tryRules } from "#modules/automation/reads-past.ts";
import { macrosFor } from "#modules/automation/reads-macros.ts";
import { automationReactions } from "#modules/automation/reactions.ts";
import { undoMany } from "#modules/concerns/actions-many.ts";
import { undoSend } from "#modules/concerns/actions-reply.ts";
import { concernReactions } from "#modules/concerns/reactions.ts";
import { sql } from "#platform/db/db.ts";
import { openRuled, ruleOf } from "#test/automation.ts";
import { everything } from "#test/everything.ts";
import { allConcerns, deliver, hears, mail, messagesIn, sure } from "#test/world.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const { world, cast, teamId, topicId, listen, fresh, under, rans, ranNames, row, verify, byAnna } = await openRuled();
after(() => world.close());

const refusals = (deeds: readonly Deed[]) => deeds.map(({ refused }) => refused?.code ?? null);

test("rules are set as a whole, against what stood there; what cannot be is refused by name", async () => {
  const one = ruleOf({ name: "Eins" });
  await verify(() => setRules(world, cast.omar, { rules: [one], was: [] }), "automation.rulesChanged");
  assert.deepEqual(await setRules(world, cast.omar, { rules: [], was: [] }), { refused: "staleVersion" });
  sure(await setRules(world, cast.omar, { rules: [], was: [{ ...one }] }));
});

test("what fits is done, in one step and in the rule's name, and the history says why", async () => {
  const rule = ruleOf({
    name: "Störung",
    when: { by: "event", events: ["begun"] },
    all: [
      { what: "words", not: false, in: "both", words: ["ausfall"] },
      { what: "sure", not: false },
    ],
    any: [
      { what: "priority", not: false, priorities: ["urgent"] },
      { what: "brand", not: false, brandId: cast.brandId },
    ],
    actions: [
      { do: "priority", priority: "urgent" },
      { do: "topic", topicId },
      { do: "team", teamId },
      { do: "addTags", tags: ["Ausfall"] },
      { do: "note", text: "Zu {number} von {name}: {nie} @omar" },
      { do: "follow", agentId: cast.omar.id },
      { do: "notify", who: ["supervisors", "team"], agentIds: [cast.anna.id, cast.eva.id] },
    ],
  });
  await under(rule);
  const { id } = await fresh({ text: "Totaler AUSFALL seit gestern." });
  const other = await fresh({ text: "Alles gut." });
  await verify(listen, "automation.ran", "concern.changed", "message.added", "concern.followed", "agent.mentioned");
  const { priority, tags, number, customerName, ...now } = await row(id);
  assert.deepEqual([priority, now.topicId, now.teamId, tags], ["urgent", topicId, teamId, ["Ausfall"]]);
  assert.equal((await row(other.id)).priority, "normal");
  const [ran, ...more] = await rans(id);
  assert.equal(more.length, 0);
  assert.deepEqual(ran?.actor, { kind: "helper", id: rule.id, name: "Störung" });
  assert.deepEqual(ran?.by, {
    kind: "rule",
    ruleId: rule.id,
    name: "Störung",
    cause: "begun",
    conditions: [...rule.all, rule.any[1]],
  });
  assert.deepEqual(
    ran?.deeds,
    rule.actions.map((action) => ({ action, refused: null })),
  );
  assert.deepEqual(ran?.agentIds.toSorted(), [cast.anna.id, cast.omar.id].toSorted(), "who may see it");
  const changed = (await world.events()).filter((event) => event.concernId === id && event.kind === "concern.changed");
  assert.deepEqual(
    changed.map(({ actor }) => actor.kind),
    ["helper", "helper"],
    "the changes are one, and the note",
  );
  const said = (await messagesIn(world.db, id)).at(-1);
  assert.deepEqual(
    [said?.direction, said?.authorKind, said?.authorId, said?.text],
    ["note", "helper", rule.id, `Zu ${number} von ${customerName}: {nie} @omar`],
  );
  const { runs } = await runsFor(world, cast.omar, rule.id);
  assert.deepEqual(
    runs.map(({ concernId, cause }) => [concernId, cause]),
    [[id, "begun"]],
  );
  assert.deepEqual((await runsFor(world, cast.eva, rule.id)).runs, [], "of another brand");
  // Whoever is told hears of it by mail as well.
  const telling = concernReactions(world).find(({ name }) => name === "concerns.ruled") ?? assert.fail();
  const event = (await world.events()).find(telling.wants) ?? assert.fail();
  await verify(() => hears(world, telling, event).then(() => true), "message.added");
  const mails = (await messagesIn(world.db, id)).filter(({ direction }) => direction === "system");
  const told = new Set(mails.map(({ recipients }) => recipients[0]?.value));
  assert.deepEqual(told, new Set(["anna@staff.example", "omar@staff.example"]));
  assert.match(mails[0]?.text ?? "", /^„Störung“ weist Sie auf dieses Anliegen hin\./);
});

test("one deed goes through the rules once, downwards: what one does sets off those below it, never those above; one may end it", async () => {
  const above = ruleOf({
    name: "oben",
    when: { by: "event", events: ["priority"] },
    actions: [{ do: "addTags", tags: ["oben"] }],
  });
  const begin = ruleOf({
    name: "Anfang",
    when: { by: "event", events: ["begun"] },
    actions: [{ do: "priority", priority: "high" }],
  });
  const below = ruleOf({
    name: "unten",
    when: { by: "event", events: ["priority", "begun"] },
    actions: [{ do: "priority", priority: "low" }],
  });
  const end = ruleOf({ name: "Ende", when: { by: "event", events: ["begun"] }, actions: [{ do: "stop" }] });
  const never = ruleOf({
    name: "nie",
    when: { by: "event", events: ["begun", "priority"] },
    actions: [{ do: "addTags", tags: ["nie"] }],
  });
  await under(above, begin, below, end, never);
  const { id } = await fresh();
  await listen();
  assert.deepEqual(await ranNames(id), ["Anfang", "unten"]);
  assert.deepEqual([(await row(id)).priority, (await row(id)).tags], ["low", []]);
  await byAnna(id, { priority: "urgent" });
  await listen();
  assert.deepEqual(await ranNames(id), ["Anfang", "unten", "oben", "unten", "nie"], "a person's deed begins anew");
});

test("a tag that goes is none that is added; what changes nothing is not spoken of", async () => {
  await under(
    ruleOf({ name: "Tag", when: { by: "event", events: ["tags"] }, actions: [{ do: "note", text: "neu" }] }),
    ruleOf({
      name: "leer",
      when: { by: "event", events: ["tags"] },
      actions: [{ do: "priority", priority: "normal" }],
    }),
  );
  const { id } = await fresh();
  await byAnna(id, { addTags: ["a", "b"] });
  await byAnna(id, { removeTags: ["a"] });
  await listen();
  assert.deepEqual(await ranNames(id), ["Tag"]);
});

test("a rule that cannot do what it says says why and holds up nothing; one that breaks is passed over after three times", async () => {
  const gone = { teamId: world.newId() as TeamId, agentId: world.newId() as AgentId };
  const rule = ruleOf({
    name: "kaputt",
    actions: [
      { do: "team", teamId: gone.teamId },
      { do: "priority", priority: "high" },
      { do: "assignee", agentId: gone.agentId },
      { do: "snooze", minutes: 60, counted: "clock" },
    ],
  });
  const breaks = ruleOf({ name: "bricht", actions: [{ do: "addTags", tags: ["bricht"] }] });
  const fine = ruleOf({ name: "heil", actions: [{ do: "addTags", tags: ["heil"] }] });
  await under(rule, breaks, fine);
  const { id } = await fresh();
  await world.db.run(sql`
    CREATE FUNCTION breaks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF 'bricht' = ANY (NEW.tags) THEN RAISE 'broken'; END IF; RETURN NEW; END $$`);
  await world.db.run(sql`CREATE TRIGGER breaks BEFORE UPDATE ON concern FOR EACH ROW EXECUTE FUNCTION breaks()`);
  for (let times = 0; times < 3; times += 1) await assert.rejects(listen(), /broken/);
  assert.deepEqual(await ranNames(id), [], "nothing of it stays");
  await listen();
  await world.db.run(sql`DROP FUNCTION breaks CASCADE`);
  assert.deepEqual(await ranNames(id), ["kaputt", "bricht", "heil"]);
  const [first, second] = await rans(id);
  assert.deepEqual(refusals(first?.deeds ?? []), ["unknownTeam", null, "unknownAgent", null]);
  assert.deepEqual(refusals(second?.deeds ?? []), ["internal"]);
  const now = await row(id);
  assert.deepEqual([now.priority, now.status, now.tags], ["high", "snoozed", ["heil"]]);
});

test("whoever is killed in the middle, and however many act at once, each rule acts once", async () => {
  const rule = ruleOf({ name: "einmal", actions: [{ do: "note", text: "einmal" }] });
  await under(rule);
  const ids = [(await fresh()).id, (await fresh()).id];
  const events = (await world.events()).filter(
    ({ concernId, kind }) => kind === "concern.created" && ids.includes(concernId as ConcernId),
  );
  // The connection breaks after everything was written: as when the process is killed before the commit.
  const [reaction] = automationReactions(world);
  for (const event of events)
    await assert.rejects(
      world.db.transaction(async (tx) => {
        await reaction?.handle(tx, event);
        await tx.run(sql`SELECT pg_terminate_backend(pg_backend_pid())`);
      }),
    );
  for (const id of ids) assert.deepEqual(await ranNames(id), []);
  await Promise.all(events.flatMap((event) => [1, 2, 3].map(() => hears(world, reaction ?? assert.fail(), event))));
  await listen();
  for (const id of ids) {
    assert.deepEqual(await ranNames(id), ["einmal"]);
    assert.equal((await messagesIn(world.db, id)).filter(({ direction }) => direction === "note").length, 1);
  }
});

test("an answer is held to be taken back by anybody, is a machine's, goes once a day, and never to machines, to forged senders or for ever", async () => {
  const rule = ruleOf({
    name: "Antwort",
    actions: [{ do: "reply", text: "Guten Tag {name}, wir kümmern uns um #{number}. {brand}" }],
  });
  await under(rule);
  const { id, from, again } = await fresh();
  await verify(listen, "message.added", "automation.ran");
  const answers = async (of: ConcernId) =>
    (await messagesIn(world.db, of)).filter(({ direction }) => direction === "out");
  const [said] = await answers(id);
  assert.deepEqual([said?.authorKind, said?.automatic, said?.recipients[0]?.value], ["helper", "auto-reply", from]);
  assert.match(said?.text ?? "", /wir kümmern uns um #\d+\. Elbkabel$/);
  const { waitingSince, status } = await row(id);
  assert.ok(waitingSince !== null && status === "new", "it ends nobody's waiting");
  const delivery = await world.db.one<{ state: string; at: string }>(
    sql`SELECT state, next_try_at AS at FROM delivery WHERE message_id = ${said?.id}`,
  );
  assert.deepEqual(delivery, { state: "held", at: new Date(world.now().getTime() + world.undoMs).toISOString() });
  await verify(() => undoSend(world, cast.omar, said?.id as MessageId), "message.withdrawn");
  // Once a day for a concern, whatever comes.
  await again();
  await listen();
  assert.deepEqual(refusals((await rans(id)).at(-1)?.deeds ?? []), ["answeredToday"]);
  world.pass(dayMs);
  await again();
  await listen();
  assert.deepEqual(refusals((await rans(id)).at(-1)?.deeds ?? []), [null]);
  const machine = await fresh({ automatic: "list" });
  const forged = await fresh({ assurance: "failed" });
  const unknown = await fresh({ assurance: "none" });
  await listen();
  assert.deepEqual(refusals((await rans(machine.id))[0]?.deeds ?? []), ["answersMachine"]);
  for (const one of [forged, unknown])
    assert.deepEqual(refusals((await rans(one.id))[0]?.deeds ?? []), ["answersUnsure"]);
  // A program that answers everything and does not say that it is one.
  world.pass(dayMs);
  let sent = 0;
  for (let concern = 0; concern < 8; concern += 1) {
    world.pass(10 * minuteMs);
    await deliver(
      world,
      cast.channel,
      mail("automat@kunde.example", { subject: `Antwort ${concern}`, text: `Danke ${concern}` }),
    );
    const created = (await allConcerns(world.db)).at(-1) ?? assert.fail();
    await listen();
    sent += (await answers(created.id)).length;
  }
  assert.equal(sent, 5, "a storm ends");
});

test("macros: one's own, a team's, everybody's; done to many, once under a key, and taken back", async () => {
  await under();
  const omar = cast.omar;
  const actions: Action[] = [
    { do: "assignee", agentId: "me" },
    { do: "addTags", tags: ["Makro"] },
    { do: "note", text: "Rückruf für {name}" },
    { do: "reply", text: "Wir rufen Sie an, {name}." },
    { do: "follow", agentId: "me" },
  ];
  const input = { name: "Rückruf", key: "1" as const, share: { with: "me" as const }, actions };
  const mine = await verify(() => createMacro(world, cast.anna, input), "macro.changed");
  const own = sure(mine);
  const shared = { ...input, share: { with: "everybody" as const } };
  assert.deepEqual(await createMacro(world, cast.anna, shared), { refused: "notAllowed" });
  const everybodys = sure(await createMacro(world, omar, shared));
  const teams = sure(await createMacro(world, omar, { ...input, share: { with: "team", teamId } }));
  assert.equal(
    "refused" in
      (await createMacro(world, omar, { ...input, share: { with: "team", teamId: world.newId() as TeamId } })),
    true,
  );
  const seen = async (who: typeof omar) => (await macrosFor(world, who)).map(({ id }) => id);
  assert.deepEqual(await seen(cast.anna), [own.id, everybodys.id]);
  assert.deepEqual(
    await seen(omar),
    [everybodys.id, teams.id].toSorted((a, b) => (a < b ? -1 : 1)),
  );
  assert.deepEqual(await changeMacro(world, cast.anna, everybodys.id, { ...input, version: 1 }), {
    refused: "notAllowed",
  });
  assert.deepEqual(await changeMacro(world, omar, own.id, { ...input, version: 1 }), { refused: "notFound" });
  const renamed = await verify(
    () => changeMacro(world, cast.anna, own.id, { ...input, name: "Anruf", version: 1 }),
    "macro.changed",
  );
  assert.deepEqual([sure(renamed).name, sure(renamed).version], ["Anruf", 2]);
  assert.deepEqual(await changeMacro(world, cast.anna, own.id, { ...input, version: 1 }), { refused: "staleVersion" });

  const [one, two] = [await fresh(), await fresh()];
  await byAnna(two.id, { status: "closed" });
  const key = crypto.randomUUID();
  const ids = [one.id, two.id];
  const run = () => runMacro(world, cast.anna, { id: own.id, key, ids });
  const outcome = sure(await verify(run, "automation.ran", "concern.changed", "message.added", "concern.followed"));
  assert.deepEqual([outcome.changed.length, outcome.refused, outcome.sent.length], [2, [], 2]);
  const again = sure(await run());
  assert.deepEqual([again.changed.length, again.sent], [2, []], "once under its key");
  const before = await row(one.id);
  assert.deepEqual([before.assigneeId, before.tags, before.status], [cast.anna.id, ["Makro"], "waiting"]);
  assert.deepEqual(
    (await rans(one.id)).map(({ actor, by }) => [actor.name, by.kind, by.name]),
    [["Anna Berg", "macro", "Anruf"]],
  );
  const words = (await messagesIn(world.db, one.id)).map(({ direction, authorId }) => [
    direction,
    authorId === cast.anna.id,
  ]);
  assert.deepEqual(words, [
    ["in", false],
    ["note", true],
    ["out", true],
  ]);
  sure(await verify(() => undoMany(world, cast.anna, key), "concern.changed"));
  for (const id of outcome.sent) sure(await undoSend(world, cast.anna, id));
  const back = await row(one.id);
  assert.deepEqual([back.assigneeId, back.tags, back.status, back.waitingSince !== null], [null, [], "new", true]);
  assert.deepEqual(await runMacro(world, omar, { id: own.id, key: crypto.randomUUID(), ids }), { refused: "notFound" });
  const foreign = sure(await runMacro(world, cast.eva, { id: everybodys.id, key: crypto.randomUUID(), ids: [one.id] }));
  assert.deepEqual(
    foreign.refused.map(({ code }) => code),
    ["notFound"],
    "a concern of another brand",
  );
  await verify(() => removeMacro(world, cast.anna, own.id), "macro.changed");
  assert.deepEqual(await seen(cast.anna), [everybodys.id]);
  assert.deepEqual(await removeMacro(world, cast.anna, everybodys.id), { refused: "notAllowed" });
  assert.deepEqual(await removeMacro(world, cast.anna, world.newId() as MacroId), { refused: "notFound" });
});

test("tried on the last month: each entry by the concern as it was, what would have been done, what people did themselves; writes nothing", async () => {
  await under();
  world.pass(40 * dayMs);
  const all = [{ what: "words" as const, not: false, in: "subject" as const, words: ["probelauf"] }];
  const urgent = { what: "priority" as const, not: false, priorities: ["urgent" as const] };
  const outage = ruleOf({
    name: "Ausfall",
    when: { by: "event", events: ["begun"] },
    all: [...all, { ...urgent, priorities: ["normal"] }],
    any: [
      { what: "words", not: false, in: "text", words: ["ausfall"] },
      { what: "tag", not: false, tag: "nie" },
    ],
    actions: [
      { do: "priority", priority: "urgent" },
      { do: "note", text: "Bitte rasch." },
    ],
  });
  const tags = ruleOf({
    name: "eilig",
    when: { by: "event", events: ["priority"] },
    all: [...all, urgent],
    actions: [{ do: "addTags", tags: ["eilig"] }],
  });
  const waits = ruleOf({
    name: "wartet",
    when: { by: "time", since: "us", minutes: 2 * 24 * 60, counted: "clock" },
    all: [...all, urgent],
    actions: [{ do: "team", teamId }],
  });
  const off = ruleOf({ name: "aus", on: false });
  const subject = "Probelauf";
  const one = await fresh({ subject, text: "Totaler AUSFALL." });
  const oneAt = (await row(one.id)).createdAt;
  const two = await fresh({ subject, text: "Ausfall seit gestern" });
  const fine = await fresh({ subject, text: "Alles gut." });
  world.pass(hourMs);
  await byAnna(one.id, { priority: "urgent" });
  world.pass(2 * dayMs);
  await byAnna(two.id, { priority: "urgent" });
  const twoAt = world.now().toISOString();
  world.pass(1.5 * dayMs);
  const late = await fresh({ subject, text: "Schon wieder Ausfall" });
  world.pass(hourMs);

  const before = await everything(world.db);
  const rules = [outage, tags, waits, off];
  const told = sure(await tryRules(world, cast.omar, rules));
  assert.equal(await everything(world.db), before, "nothing was written");
  assert.deepEqual(
    told.rules.map(({ ruleId, fitted, concerns, deeds }) => [ruleId, fitted, concerns, deeds]),
    [
      // Anna did it with the first within the day, with the second two days later; the third is too young to say.
      [
        outage.id,
        3,
        3,
        [
          { count: 3, same: 1, of: 2 },
          { count: 3, same: 0, of: 0 },
        ],
      ],
      // By the rule above it at the beginning of three, and by Anna twice.
      [tags.id, 5, 3, [{ count: 5, same: 0, of: 4 }]],
      [waits.id, 2, 2, [{ count: 2, same: 0, of: 2 }]],
      [off.id, 0, 0, [{ count: 0, same: 0, of: 0 }]],
    ],
  );
  assert.deepEqual(
    told.rules[0]?.examples.map(({ concernId, subject: its, cause, conditions, actions, same }) => [
      concernId,
      its,
      cause,
      conditions,
      actions,
      same,
    ]),
    [
      { id: late.id, same: null },
      { id: two.id, same: false },
      { id: one.id, same: true },
    ].map(({ id, same }) => [id, subject, "begun", [...outage.all, outage.any[0]], outage.actions, same]),
  );
  assert.deepEqual(
    told.rules[2]?.examples.map(({ concernId, at, cause }) => [concernId, at, cause]),
    [
      // It was not urgent when its time came; then somebody made it so.
      [two.id, twoAt, "us"],
      [one.id, new Date(Date.parse(oneAt) + 2 * dayMs).toISOString(), "us"],
    ],
  );
  const alone = sure(await tryRules(world, cast.omar, [outage]));
  const ids = [one, two, fine, late].map(({ id }) => id);
  const entries = (await world.events()).filter(({ concernId }) => ids.includes(concernId as ConcernId));
  assert.deepEqual(
    [alone.looked, alone.entries, alone.more],
    [4, entries.length, false],
    "of the last month, not before",
  );
  assert.deepEqual(alone.rules, told.rules.slice(0, 1));
  const evas = sure(await tryRules(world, cast.eva, rules));
  assert.deepEqual([evas.looked, evas.rules.map(({ fitted }) => fitted)], [0, [0, 0, 0, 0]], "of another brand");
  assert.deepEqual(await tryRules(world, cast.omar, [off, off]), {
    refused: "automationTwice",
    facts: { name: "aus" },
    field: "rules.1.id",
  });
});
