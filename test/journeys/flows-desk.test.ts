// Whatever flows do in concerns a desk knows from the log: each action's events bring an old picture to what a fresh desk sees.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { system } from "#contract/actor.ts";
import type { Part } from "#contract/parts.ts";
import type { ConcernId, FlowRunId, PromiseRuleId, TopicId } from "#contract/ids.ts";
import { say } from "#modules/audit/actions.ts";
import { changeLocked } from "#modules/concerns/actions-change.ts";
import { lockForRule } from "#modules/concerns/actions-ruled.ts";
import { rowById } from "#modules/concerns/reads.ts";
import { sendFlow, stopFlow } from "#modules/flows/actions-concerns.ts";
import { makeCode, tellOutcome, tellSlow } from "#modules/flows/actions-effects.ts";
import { becomeConcern, beginRun, moveRun, tellRun } from "#modules/flows/actions-running.ts";
import { sql } from "#platform/db/db.ts";
import { askWords, ending, flowOf, handing, openFlowing, text } from "#test/flow-world.ts";
import { allConcerns, deliver, mail, messagesIn, sure } from "#test/world.ts";

const {
  world,
  cast,
  chat,
  visitor,
  place,
  newRun,
  publish,
  listen,
  claim,
  work,
  rest,
  write,
  runIn,
  verify,
  setThere,
} = await openFlowing();
after(() => world.close());

const hourMs = 3_600_000;
const status = async (id: ConcernId) => (await rowById(world.db, id))?.status;

test("whatever flows do in concerns a desk knows from the log; a topic begins one, a promise that comes near hands it over", async () => {
  const topicId = world.newId() as TopicId;
  await world.db.run(sql`INSERT INTO topic (id, name, when_closed) VALUES (${topicId}, 'Zähler', 'reopen')`);
  const flowId = await publish(
    flowOf(
      [
        askWords("one", "mail", "look"),
        {
          id: "look",
          do: "lookUp",
          service: "Netz",
          method: "GET",
          path: "/x",
          timeoutMs: 1_000,
          takes: [],
          patience: text("Einen Moment."),
          missing: null,
          failed: null,
          next: "prove",
        },
        { id: "prove", do: "verify", email: "mail", failed: "over", next: "over" },
        handing("over"),
      ],
      [
        { entry: { by: "words", words: ["Vergleich"] } },
        { entry: { by: "topic", topicId } },
        { entry: { by: "desk" } },
      ],
    ),
    "Vergleich",
  );
  setThere(false);
  const { again } = await verify(() => write({ subject: "Vergleich" }), "flow.began", "concern.created");
  await verify(() => again("kim@anderswo.example"), "message.added");
  const [asked] = await claim();
  assert.ok(asked);
  // Nobody waits in front of a mail.
  await verify(() => tellSlow(world, asked), "flow.stepped");
  await verify(() => tellOutcome(world, asked, { of: "lookUp", became: "found", body: {} }), "flow.stepped");
  const [coded] = await claim();
  assert.ok(coded?.what.do === "sendCode");
  await makeCode(world, coded, coded.what.email);
  await tellOutcome(world, coded, { of: "sendCode", became: "sent" });
  await again("000000");
  await verify(() => work(() => assert.fail("only a code is tried")), "message.added");
  await verify(() => again("Ich will einen Menschen"), "flow.ended", "concern.changed");

  const sent = await write({ subject: "Etwas" });
  const input = { id: sent.id, key: crypto.randomUUID(), flowId, language: null };
  await verify(() => sendFlow(world, cast.anna, input), "flow.began", "message.added");
  await verify(() => stopFlow(world, cast.anna, sent.id), "flow.ended");

  // A rule gives it its topic.
  const topical = await write({ subject: "Anderes" });
  await listen();
  await world.db.transaction(async (tx) => {
    const state = (await lockForRule(tx, topical.id)) ?? assert.fail();
    sure(await changeLocked(world, tx, { kind: "helper", id: world.newId(), name: "Regel" }, state, { topicId }, null));
  });
  await verify(listen, "flow.began", "message.added");
  const about = { brandId: cast.brandId, concernId: topical.id };
  const near = {
    promise: "firstReply" as const,
    ruleId: world.newId() as PromiseRuleId,
    rule: "Alles",
    dueAt: null,
    agentIds: [],
  };
  await world.db.transaction((tx) => say(world, tx, system, [{ kind: "promise.warned", ...about, data: near }]));
  await verify(listen, "flow.ended", "message.added");
  assert.equal((await runIn(topical.id)).ending?.as, "handedOver");

  const rests = await write({ subject: "Vergleich" });
  world.pass(49 * hourMs);
  await verify(rest, "flow.ended");
  assert.equal((await runIn(rests.id)).state.over, "left");
  assert.equal(await status(rests.id), "new", "people see to it");
});

test("of a dialogue that nobody but a customer holds a desk knows nothing until it is a concern, and then all of it", async () => {
  const flowId = await publish(
    flowOf([askWords("one", "was", "two"), askWords("two", "wann", "end"), ending("end", true)], []),
    "Allein",
  );
  const begin = (runId = newRun()) => {
    const first = { id: world.newId(), shown: "Los" };
    return beginRun(world, visitor, { runId, flowId, place: place("kim"), first });
  };
  const tell = (runId: FlowRunId, words: string) =>
    tellRun(world, visitor, {
      runId,
      holder: "kim",
      id: world.newId(),
      input: { kind: "answer", asked: null, answer: { by: "words", text: words } },
      shown: words,
    });
  const handed = sure(await verify(() => begin(), "flow.stepped")).run.id;
  await verify(() => tell(handed, "Bild"), "flow.stepped");
  // On a page and back.
  const page = { ...place("kim"), medium: "page" as const, holder: "page" };
  await verify(() => moveRun(world, visitor, { runId: handed, from: "kim", place: page }), "flow.stepped");
  await verify(() => moveRun(world, visitor, { runId: handed, from: "page", place: place("kim") }), "flow.stepped");
  await verify(() => tell(handed, "Ich will einen Menschen"), "concern.created", "flow.ended");
  const solved = sure(await begin()).run.id;
  sure(await tell(solved, "Bild"));
  sure(await tell(solved, "heute"));
  const said = { id: world.newId(), shown: "Doch nicht" };
  await verify(() => becomeConcern(world, visitor, { runId: solved, holder: "kim", said }), "concern.created");
});

test("in a chat a flow from the desk asks by choices and forms; what is pressed there is its answer, what is typed too", async () => {
  const flowId = await publish(
    flowOf(
      [
        {
          id: "art",
          do: "ask",
          text: text("Welcher Anschluss?"),
          into: "art",
          answer: {
            kind: "choice",
            options: [
              { id: "strom", label: text("Strom") },
              { id: "gas", label: text("Erdgas") },
            ],
          },
          tries: 3,
          failed: null,
          optional: false,
          next: "tag",
        },
        {
          id: "tag",
          do: "ask",
          text: text("Wann abgelesen?"),
          into: "tag",
          answer: { kind: "date", fromDays: null, toDays: 0 },
          tries: 3,
          failed: null,
          optional: false,
          next: "over",
        },
        handing("over"),
      ],
      [{ entry: { by: "desk" } }],
    ),
    "Zähler",
  );
  const address = "v-0123456789abcdef";
  const says = (words: string, parts: readonly Part[] = [], number: number | null = null): Promise<boolean> => {
    world.pass(1_000);
    return deliver(world, chat, mail(address, { subject: null, text: words, parts, thread: { number } }));
  };
  await says("Hallo");
  const { id, number } = (await allConcerns(world.db)).at(-1) ?? assert.fail();
  await verify(
    () => sendFlow(world, cast.anna, { id, key: crypto.randomUUID(), flowId, language: "de" }),
    "flow.began",
    "message.added",
  );
  const shown = async (): Promise<{ readonly messageId: string; readonly parts: readonly Part[] }> => {
    const last = (await messagesIn(world.db, id)).at(-1) ?? assert.fail();
    const { parts } = await world.db.one<{ parts: Part[] }>(
      sql`SELECT parts FROM message_body WHERE message_id = ${last.id}`,
    );
    return { messageId: last.id, parts };
  };
  const first = await shown();
  const choices = first.parts.findIndex(({ kind }) => kind === "choices");
  const [chosen] = first.parts.filter((part) => part.kind === "choices");
  assert.deepEqual([chosen?.question, chosen?.options], ["Welcher Anschluss?", ["Strom", "Erdgas"]]);
  const answered = (at: { readonly messageId: string }, part: number, value: string): Part => ({
    kind: "answer",
    to: { messageId: at.messageId, part },
    question: "?",
    values: [{ label: "", value }],
    text: value,
  });
  await says("> Welcher Anschluss?\nErdgas", [answered(first, choices, "Erdgas")], number);
  await listen();
  const second = await shown();
  const form = second.parts.findIndex(({ kind }) => kind === "form");
  const [fields] = second.parts.filter((part) => part.kind === "form");
  assert.deepEqual([fields?.title, fields?.fields[0]?.type], ["Wann abgelesen?", "date"]);
  await says("Zähler", [answered(second, form, "1. März 2026")], number);
  await listen();
  const { state, ending } = await runIn(id);
  assert.deepEqual([state.values["art"], state.values["tag"], ending?.as], ["gas", "2026-03-01", "handedOver"]);
});
