// Flows that run: in mails' concerns and by themselves, through two answers at once, changed versions, slow services, days of silence, and people who go on.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { ConcernId, QueueId, SkillId } from "#contract/ids.ts";
import { reply } from "#modules/concerns/actions-reply.ts";
import { change } from "#modules/concerns/actions-change.ts";
import { rowById } from "#modules/concerns/reads.ts";
import { sendFlow, stopFlow } from "#modules/flows/actions-concerns.ts";
import { forgetOldRuns, makeCode, tellOutcome } from "#modules/flows/actions-effects.ts";
import { beginRun, becomeConcern, moveRun, tellRun } from "#modules/flows/actions-running.ts";
import { entriesFor, flowFor, flowWishes, runsOfHolder } from "#modules/flows/reads-running.ts";
import { flowsOfConcern } from "#modules/flows/cards.ts";
import { takeTry } from "#modules/flows/store-running.ts";
import { sql } from "#platform/db/db.ts";
import { askWords, ending, flowOf, handing, isRefused, openFlowing, text } from "#test/flow-world.ts";
import { messagesIn, sure } from "#test/world.ts";

const { world, cast, publish, listen, claim, work, rest, write, thread, visitor, place, runIn, run, newRun, said } =
  await openFlowing();
after(() => world.close());

const hourMs = 3_600_000;
const withdraw = (id: string): Promise<number> => world.db.run(sql`UPDATE flow SET is_on = false WHERE id = ${id}`);
const answerOf = (words: string) => ({ kind: "answer", asked: null, answer: { by: "words", text: words } }) as const;
const tell = (runId: ReturnType<typeof newRun>, words: string, id = world.newId(), holder = "kim") =>
  tellRun(world, visitor, { runId, holder, id, input: answerOf(words), shown: words });
const status = async (id: ConcernId) => (await rowById(world.db, id))?.status;

test("a mail's words begin a flow in the moment in which it is taken in; answers go on, days later too; what is handed over carries what the flow asked for", async () => {
  const skillId = crypto.randomUUID() as SkillId;
  const queueId = crypto.randomUUID() as QueueId;
  const flowId = await publish(
    flowOf(
      [
        askWords("one", "zaehler", "two"),
        askWords("two", "stand", "over"),
        handing("over", {
          skills: [{ skillId, level: 3 }],
          queueId,
          priority: "high",
          subject: text("Zähler {zaehler}"),
        }),
      ],
      [{ entry: { by: "words", words: ["Zählerstand melden"] } }],
      200,
    ),
    "Zählerstand",
  );
  const { id, again } = await write({ subject: "AW: zählerstand-MELDEN, bitte" });
  const [began] = (await world.events()).filter(({ kind }) => kind === "flow.began");
  assert.deepEqual([began?.concernId, began?.actor.kind], [id, "helper"]);
  assert.deepEqual((await flowWishes(world.db, [id])).get(id)?.speaks, true);
  assert.match((await thread(id)).at(-1) ?? "", /^> Frage zaehler\?/);
  const [, sent] = await messagesIn(world.db, id);
  assert.equal(sent?.automatic, "auto-reply", "RFC 3834");
  await again("4711");
  assert.match((await thread(id)).at(-1) ?? "", /^> Frage stand\?/);
  // The flow is off and has another version by now: who is in it goes on as they began.
  await world.db.run(
    sql`INSERT INTO flow_version (flow_id, number, document, at, by_name, note) VALUES (${flowId}, 2, ${JSON.stringify(flowOf([ending("x", true)]))}, now(), '', '')`,
  );
  await world.db.run(sql`UPDATE flow SET published = 2, is_on = false, removed_at = now() WHERE id = ${flowId}`);
  world.pass(5 * 24 * hourMs);
  await again("12,5");
  const row = await rowById(world.db, id);
  assert.deepEqual([row?.priority, row?.subject, row?.status], ["high", "Zähler 4711", "new"]);
  const wish = (await flowWishes(world.db, [id])).get(id);
  assert.deepEqual(wish, { speaks: false, queueId, skills: { [skillId]: 3 } });
  const said = (await thread(id)).at(-1) ?? "";
  assert.match(said, /^> Ein Mensch übernimmt\./);
  const [card] = sure(await flowsOfConcern(world, cast.anna, id));
  assert.deepEqual(
    [card?.name, card?.over, card?.why, card?.values.map(({ name, value }) => [name, value])],
    [
      "Zählerstand",
      "handedOver",
      "step",
      [
        ["zaehler", "4711"],
        ["stand", "12,5"],
      ],
    ],
  );
  // It is over: what is said now is people's.
  await again("Noch etwas");
  assert.equal((await thread(id)).at(-1), "Noch etwas");
});

test("never on a machine's mail, an unsure sender's, a colleague's or our own, nor more than five times in a day for one address", async () => {
  const flowId = await publish(
    flowOf([askWords("one", "was", "end"), ending("end", true)], [{ entry: { by: "first" } }]),
  );
  // What is set aside begins no concern at all.
  const began = async (over: Parameters<typeof write>[0], from?: string): Promise<boolean> => {
    const before = (await world.events()).filter(({ kind }) => kind === "flow.began").length;
    await write(over, from);
    return (await world.events()).filter(({ kind }) => kind === "flow.began").length > before;
  };
  assert.equal(await began({}), true);
  for (const automatic of ["auto-reply", "auto-generated", "bulk", "list", "bounce"] as const)
    assert.equal(await began({ automatic }), false, automatic);
  assert.equal(await began({ assurance: "failed" }), false);
  assert.equal(await began({ assurance: "none" }), false);
  assert.equal(await began({}, "hilfe@nordstrom.example"), false, "ours");
  assert.equal(await began({}, "eva@staff.example"), false, "a colleague's");
  const counted: boolean[] = [];
  for (let i = 0; i < 7; i += 1) {
    world.pass(20 * 60_000);
    counted.push(await began({ subject: `Frage ${i}` }, "viel@kunde.example"));
  }
  assert.deepEqual(counted, [true, true, true, true, true, false, false]);
  await withdraw(flowId);
  assert.equal(await began({}), false, "it is off");
});

test("an agent's answer, their taking it, and their word stop a flow; what comes back afterwards is not said", async () => {
  const flowId = await publish(
    flowOf(
      [
        {
          id: "look",
          do: "lookUp",
          service: "Netz",
          method: "GET",
          path: "/x",
          timeoutMs: 1_000,
          takes: [],
          missing: null,
          failed: null,
          next: "end",
        },
        ending("end", true),
      ],
      [{ entry: { by: "first" } }, { entry: { by: "desk" } }],
    ),
  );
  const answered = await write();
  const taken = await write();
  const stopped = await write();
  const held = await claim();
  assert.equal(held.length, 3, "three services are being asked");
  const { id: wrote } = await (async () => {
    world.pass(1_000);
    sure(
      await reply(world, cast.anna, {
        id: answered.id,
        channelId: cast.channel.id,
        to: [answered.address],
        cc: [],
        text: "Ich kümmere mich.",
        html: null,
        uploads: [],
        statusAfter: "waiting",
        sendAt: null,
        key: crypto.randomUUID(),
        undoMs: 0,
      }),
    );
    return answered;
  })();
  sure(await change(world, cast.anna, { id: taken.id, change: { assigneeId: cast.anna.id } }));
  sure(await stopFlow(world, cast.anna, stopped.id));
  // The log has not been heard of yet: the locks alone keep the flow silent.
  for (const one of held) await tellOutcome(world, one, { of: "lookUp", became: "found", body: {} });
  for (const id of [wrote, taken.id, stopped.id]) {
    assert.ok(!(await thread(id)).some((words) => words.startsWith("> ")), "nothing was said");
    assert.equal((await runIn(id)).state.over, "stopped");
    assert.notEqual(await status(id), "resolved");
  }
  await listen();
  const over = (await world.events()).filter((event) => event.kind === "flow.ended" && event.data.over === "stopped");
  assert.deepEqual(over.length, 3, "said once each");
  // A flow that waits for an answer is told by the log.
  await withdraw(flowId);
  const asking = await publish(
    flowOf([askWords("one", "was", "end"), ending("end", true)], [{ entry: { by: "first" } }]),
  );
  const later = await write();
  sure(await change(world, cast.anna, { id: later.id, change: { status: "waiting" } }));
  await listen();
  assert.equal((await runIn(later.id)).state.over, "stopped");
  await withdraw(asking);
});

test("a flow that was sent from the desk speaks where the customer wrote last; twice is once, and two do not speak at a time", async () => {
  const flowId = await publish(
    flowOf([askWords("one", "was", "end"), ending("end", true)], [{ entry: { by: "desk" } }]),
  );
  const silent = await publish(flowOf([ending("end", true)], [{ entry: { by: "first" }, hours: "closed" }]));
  const { id, again } = await write();
  sure(await change(world, cast.anna, { id, change: { assigneeId: cast.anna.id } }));
  await listen();
  const key = crypto.randomUUID();
  const input = { id, key, flowId, language: "en" } as const;
  const sent = sure(await sendFlow(world, cast.anna, input));
  assert.equal(sure(await sendFlow(world, cast.anna, input)).id, sent.id);
  isRefused(await sendFlow(world, cast.anna, { ...input, key: crypto.randomUUID() }), "takenMeanwhile");
  isRefused(await sendFlow(world, cast.anna, { ...input, flowId: silent, key: crypto.randomUUID() }), "notFound");
  isRefused(await sendFlow(world, cast.eva, { ...input, key: crypto.randomUUID() }), "notFound");
  await listen();
  assert.equal((await runIn(id)).state.over, null, "its own agent does not stop it");
  await again("So");
  assert.equal((await runIn(id)).state.over, "solved");
  assert.equal(await status(id), "resolved");
  assert.deepEqual((await thread(id)).filter((words) => words.startsWith("> ")).length, 2);
});

test("by itself nobody hears of it: answers count once, two at once one; a word for people makes it a concern with its whole dialogue", async () => {
  const flowId = await publish(
    flowOf(
      [askWords("one", "was", "two"), askWords("two", "wann", "end"), ending("end", true)],
      [{ entry: { by: "button", label: text("Los"), order: 1 } }],
    ),
    "Hilfe",
  );
  const before = (await world.events()).length;
  const runId = newRun();
  const beginning = { runId, flowId, place: place("kim"), first: { id: world.newId(), shown: "Los" } };
  const begun = sure(await beginRun(world, visitor, beginning));
  assert.deepEqual(sure(await beginRun(world, visitor, beginning)).said, [], "the same again is the same run");
  isRefused(await beginRun(world, visitor, { ...beginning, place: place("nobody") }), "notFound");
  isRefused(await tell(runId, "x", world.newId(), "nobody"), "notFound");
  assert.deepEqual(
    begun.said.map(({ direction, text: words }) => [direction, words]),
    [
      ["in", "Los"],
      ["out", ""],
    ],
  );
  const first = world.newId();
  const asked = begun.run.state.awaiting?.for === "answer" ? begun.run.state.awaiting.asked : 0;
  const both = await Promise.all(
    ["A", "B"].map((words, at) =>
      tellRun(world, visitor, {
        runId,
        holder: "kim",
        id: at === 0 ? first : world.newId(),
        input: { kind: "answer", asked, answer: { by: "value", value: words } },
        shown: words,
      }),
    ),
  );
  both.map(sure);
  const between = await run(runId);
  assert.ok(["A", "B"].includes(String(between.state.values["was"])));
  assert.equal(between.state.values["wann"], undefined, "one of both counts");
  const saidTwice = await tell(runId, "A", first);
  assert.deepEqual(sure(saidTwice).said, []);
  const kinds = (await world.events()).slice(before).map(({ kind }) => kind);
  assert.deepEqual(new Set(kinds), new Set(["flow.stepped"]), "no list, counter or queue knows it");
  const told = sure(await tell(runId, "Mensch bitte"));
  assert.equal(told.run.state.over, "handedOver");
  const concernId = told.run.place.concernId ?? assert.fail("it is no concern");
  assert.equal(concernId, runId as string);
  const all = await said(runId);
  const messages = await messagesIn(world.db, concernId);
  assert.deepEqual(
    messages.map(({ id, direction }) => [id, direction]),
    all.map(({ id, direction }) => [id, direction]),
  );
  assert.deepEqual([messages[0]?.text, messages.at(-2)?.text], ["Los", "Mensch bitte"]);
  assert.equal(await status(concernId), "new");
  assert.equal((await rowById(world.db, concernId))?.waitingSince, world.now().toISOString());
});

test("what can be pressed is offered by brand, medium, hours and notices; first words find the flow that knows them best", async () => {
  const button = (order: number) => ({ by: "button", label: text(`Knopf ${order}`), order }) as const;
  const end = [ending("end", true)];
  const late = await publish(flowOf(end, [{ entry: button(9) }, { entry: { by: "words", words: ["Rechnung"] } }]));
  const early = await publish(flowOf(end, [{ entry: button(2), media: ["chat"] }]));
  const closed = await publish(flowOf(end, [{ entry: button(1), hours: "closed" }]));
  const other = await publish(flowOf(end, [{ entry: button(1), brandIds: [cast.otherBrandId] }]));
  const broken = await publish(
    flowOf(end, [{ entry: { by: "incident", label: text("Störung"), words: ["Ausfall"] } }]),
  );
  const any = await publish(
    flowOf(end, [{ entry: { by: "first" } }, { entry: { by: "words", words: ["rechnung falsch"] } }]),
  );
  const calm = { open: true, notices: [] };
  const offered = async (...at: Parameters<typeof entriesFor> extends [unknown, ...infer R] ? R : never) =>
    (await entriesFor(world.db, ...at))
      .map(({ flowId }) => flowId)
      .filter((id) => [late, early, closed, other, broken].includes(id));
  assert.deepEqual(await offered(cast.brandId, "chat", calm), [early, late]);
  assert.deepEqual(await offered(cast.brandId, "page", { ...calm, open: false }), [closed, late]);
  assert.deepEqual(await offered(cast.otherBrandId, "page", calm), [other, late]);
  const incident = { open: true, notices: [{ de: "Ein Ausfall in Altona.", en: "" }] };
  assert.deepEqual(await offered(cast.brandId, "chat", incident), [broken, early, late]);
  const first = (words: string) => flowFor(world.db, cast.brandId, "chat", calm, words);
  assert.equal(await first("Meine RECHNUNG, bitte"), late);
  assert.equal(await first("Die Rechnung: falsch!"), any, "more words of it before fewer");
  assert.equal(await first("Abrechnungen"), any, "whole words only");
  for (const id of [late, early, closed, other, broken, any]) await withdraw(id);
  assert.equal(await first("Rechnung"), null);
  assert.deepEqual(
    (await runsOfHolder(world.db, ["kim"])).map(({ place: { concernId } }) => concernId),
    [],
    "what became a concern is one",
  );
});

test("who says nothing has left: it is forgotten, unless something is left to answer", async () => {
  const flowId = await publish(
    flowOf([askWords("one", "was", "two"), askWords("two", "wann", "end"), ending("end", true)], [], 24),
  );
  const silent = newRun();
  const talked = newRun();
  for (const runId of [silent, talked])
    sure(await beginRun(world, visitor, { runId, flowId, place: place(`rest-${runId}`) }));
  sure(await tell(talked, "Mein Vertrag ist falsch", world.newId(), `rest-${talked}`));
  world.pass(23 * hourMs);
  assert.equal(await rest(), 0);
  world.pass(2 * hourMs);
  assert.ok((await rest()) >= 2);
  assert.equal(await rest(), 0);
  assert.deepEqual([(await run(silent)).state.over, (await run(silent)).place.concernId], ["left", null]);
  const left = await run(talked);
  assert.deepEqual([left.state.over, left.place.concernId], ["left", talked as string]);
  isRefused(await becomeConcern(world, visitor, { runId: silent, holder: "nobody", said: null }), "notFound");
  const late = { runId: silent, holder: `rest-${silent}`, said: { id: world.newId(), shown: "Doch noch" } };
  assert.deepEqual(sure(await becomeConcern(world, visitor, late)), { concernId: silent });
  assert.deepEqual(sure(await becomeConcern(world, visitor, late)), { concernId: silent });
  assert.deepEqual((await messagesIn(world.db, silent)).map(({ text: words }) => words).at(-1), "Doch noch");
});

test("30 days after its end a dialogue that is no concern is forgotten, with its values, its holders and the address a code went to; its numbers stay", async () => {
  const flowId = await publish(
    flowOf([
      askWords("one", "was", "prove"),
      { id: "prove", do: "verify", failed: "end", next: "end" },
      ending("end", true),
    ]),
  );
  const runId = newRun();
  sure(await beginRun(world, visitor, { runId, flowId, place: place("lost-1", { medium: "page" }) }));
  sure(await tell(runId, "Mein Zähler heißt Rosinante", world.newId(), "lost-1"));
  sure(await tell(runId, "rosinante@kunde.example", world.newId(), "lost-1"));
  const [claimed] = await claim();
  assert.ok(claimed?.what.do === "sendCode");
  assert.ok(await makeCode(world, claimed, claimed.what.email));
  await tellOutcome(world, claimed, { of: "sendCode", became: "sent" });
  await world.db.run(sql`INSERT INTO flow_holder (run_id, holder) VALUES (${runId}, 'lost-0')`);
  await world.db.run(
    sql`UPDATE flow_run SET ended_at = ${world.now().toISOString()}, over = 'left', rests_at = NULL WHERE id = ${runId}`,
  );
  /** Everything that is kept of the dialogue, as one text. */
  const kept = async (): Promise<string> =>
    (
      await world.db.one<{ all: string }>(sql`
        SELECT concat((SELECT r::text FROM flow_run r WHERE id = ${runId}), (SELECT string_agg(s::text, '') FROM flow_said s WHERE run_id = ${runId}),
               (SELECT string_agg(c::text, '') FROM flow_code c WHERE run_id = ${runId}), (SELECT string_agg(h::text, '') FROM flow_holder h WHERE run_id = ${runId})) AS all`)
    ).all;
  world.pass(29 * 24 * hourMs);
  await forgetOldRuns(world);
  assert.match(await kept(), /Rosinante/);
  world.pass(25 * hourMs);
  assert.ok((await forgetOldRuns(world)) >= 1);
  assert.doesNotMatch(await kept(), /rosinante|lost-/i);
  assert.ok((await world.db.rows(sql`SELECT 1 FROM flow_passed WHERE run_id = ${runId}`)).length > 0);
  assert.equal(await forgetOldRuns(world), 0);
});

test("an effect is claimed by one, told once, and after a lost lease told by nobody but the next", async () => {
  const flowId = await publish(
    flowOf([
      {
        id: "look",
        do: "lookUp",
        service: "Netz",
        method: "GET",
        path: "/x",
        timeoutMs: 1_000,
        takes: [{ pointer: "/a", into: "found" }],
        missing: "end",
        failed: "end",
        next: "two",
      },
      askWords("two", "wann", "end"),
      ending("end", true),
    ]),
  );
  const runId = newRun();
  sure(await beginRun(world, visitor, { runId, flowId, place: place("kim") }));
  const [first] = await claim(1_000);
  assert.deepEqual(await claim(), [], "it is in one worker's hands");
  world.pass(1_001);
  const [second] = await claim();
  assert.ok(first && second);
  assert.deepEqual([second.number, second.tries], [first.number, 2]);
  assert.equal(await tellOutcome(world, first, { of: "lookUp", became: "failed" }), null, "its lease is lost");
  assert.notEqual(await tellOutcome(world, second, { of: "lookUp", became: "found", body: { a: 5 } }), null);
  assert.equal(await tellOutcome(world, second, { of: "lookUp", became: "found", body: { a: 6 } }), null, "told once");
  assert.equal((await run(runId)).state.values["found"], 5);
});

test("a code shows who somebody is: five tries, ten minutes, and the address goes with the concern", async () => {
  const flowId = await publish(
    flowOf([{ id: "prove", do: "verify", failed: "end", next: "over" }, handing("over"), ending("end", false)]),
  );
  const codeOf = async (): Promise<string> => {
    const [claimed] = await claim();
    assert.ok(claimed?.what.do === "sendCode");
    const made = (await makeCode(world, claimed, claimed.what.email)) ?? assert.fail("no mail goes there");
    await tellOutcome(world, claimed, { of: "sendCode", became: "sent" });
    return made.code;
  };
  const none = () => assert.fail("nothing else is wanted");
  const runId = newRun();
  sure(await beginRun(world, visitor, { runId, flowId, place: place("page-1", { medium: "page" }) }));
  sure(await tell(runId, "kim@kunde.example", world.newId(), "page-1"));
  const code = await codeOf();
  assert.match(code, /^\d{6}$/);
  const wrong = code === "000000" ? "111111" : "000000";
  sure(await tell(runId, wrong, world.newId(), "page-1"));
  assert.equal(await work(none), 1);
  assert.equal((await run(runId)).state.over, null);
  sure(await tell(runId, code, world.newId(), "page-1"));
  assert.equal(await work(none), 1);
  const proved = await run(runId);
  assert.deepEqual(
    [proved.state.over, proved.verified, proved.place.concernId],
    ["handedOver", "kim@kunde.example", runId as string],
  );
  const address = await world.db.one<{ by: string | null }>(
    sql`SELECT verified_by AS by FROM address WHERE norm = 'kim@kunde.example'`,
  );
  assert.equal(address.by, "code");
  // Whatever the flow would allow: of any number of tries at once no more than five are compared, and none after ten minutes.
  const other = newRun();
  sure(await beginRun(world, visitor, { runId: other, flowId, place: place("page-4", { medium: "page" }) }));
  sure(await tell(other, "lee@kunde.example", world.newId(), "page-4"));
  await codeOf();
  const tries = (count: number, now: string) =>
    Promise.all(Array.from({ length: count }, () => takeTry(world.db, other, "lee@kunde.example", now)));
  const late = new Date(world.now().getTime() + 10 * 60_000 + 1).toISOString();
  assert.deepEqual(await tries(1, late), [null]);
  assert.equal((await tries(8, world.now().toISOString())).filter((one) => one !== null).length, 5);
});

test("whoever goes on elsewhere holds it there, is asked again what is open, and the one before no more; a callback carries its number", async () => {
  const flowId = await publish(
    flowOf([
      {
        id: "call",
        do: "callback",
        text: text("Wir rufen an."),
        phone: "telefon",
        when: "next",
        queueId: null,
        topicId: null,
        subject: text("Rückruf"),
      },
    ]),
  );
  const runId = newRun();
  sure(await beginRun(world, visitor, { runId, flowId, place: place("kim") }));
  const moved = sure(
    await moveRun(world, visitor, { runId, from: "kim", place: place("page-2", { medium: "page", language: "en" }) }),
  );
  assert.equal(moved.said.length, 1);
  assert.equal(moved.run.state.language, "en");
  isRefused(await tell(runId, "x"), "notFound");
  const told = sure(await tell(runId, "+49 40 1234567", world.newId(), "page-2"));
  assert.equal(told.run.state.over, "callback");
  const id = told.run.place.concernId ?? assert.fail("it is no concern");
  const [card] = sure(await flowsOfConcern(world, cast.anna, id));
  assert.equal(card?.callback?.phone, "+49401234567");
  const row = await rowById(world.db, id);
  assert.deepEqual([row?.subject, row?.status], ["Rückruf", "new"]);
});

test("a mail's dialogue that goes on at a page stands in its concern, without a mail for what the page shows; back in the mail it goes on there", async () => {
  const flowId = await publish(
    flowOf(
      [askWords("one", "was", "two"), askWords("two", "wann", "end"), ending("end", true)],
      [{ entry: { by: "words", words: ["Seite bitte"] } }],
    ),
  );
  const { id, again } = await write({ subject: "Seite bitte" });
  const { id: runId } = await runIn(id);
  const there = place("page-3", { medium: "page", concernId: id });
  const moved = sure(await moveRun(world, visitor, { runId, from: null, place: there }));
  assert.equal(moved.run.place.concernId, id);
  sure(await tell(runId, "Gas", world.newId(), "page-3"));
  await listen();
  const mailed = await world.db.rows(
    sql`SELECT 1 FROM delivery d JOIN message m ON m.id = d.message_id WHERE m.concern_id = ${id}`,
  );
  assert.equal(mailed.length, 1, "the first question alone went by mail");
  const words = await thread(id);
  assert.ok(words.includes("Gas") && words.some((each) => each.startsWith("> Frage wann?")), words.join(" | "));
  assert.equal((await runIn(id)).state.values["was"], "Gas");
  assert.equal((await runIn(id)).state.values["wann"], undefined, "its own words in the concern are not heard twice");
  sure(await moveRun(world, visitor, { runId, from: "page-3", place: { ...there, medium: "text", holder: null } }));
  await again("morgen");
  assert.deepEqual([(await runIn(id)).state.over, await status(id)], ["solved", "resolved"]);
  await withdraw(flowId);
});
