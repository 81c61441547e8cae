// How mails become concerns: threads, spoofed senders, guessed tokens, strangers in copy, bursts, order. On a real PostgreSQL.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { AgentActor } from "#contract/actor.ts";
import { isRefusal } from "#contract/errors.ts";
import type { ConcernId } from "#contract/ids.ts";
import { change } from "#modules/concerns/actions-change.ts";
import { reply } from "#modules/concerns/actions-reply.ts";
import { sql } from "#platform/db/db.ts";
import { answer, concernCalled, sendAll } from "#test/outbox.ts";
import {
  addCast,
  deliver,
  mail,
  messagesIn,
  openTestWorld,
  partiesIn,
  type Cast,
  type TestWorld,
  allConcerns,
} from "#test/world.ts";

let world: TestWorld;
let cast: Cast;
before(async () => {
  world = await openTestWorld({ connections: 16 });
  cast = await addCast(world);
});
after(() => world.close());

const concernOf = (subject: string) => concernCalled(world, subject);

const say = (who: AgentActor, id: ConcernId, to: string, statusAfter: "waiting" | "open" | "resolved" = "waiting") =>
  answer(world, cast, id, to, { statusAfter }, who);

/** A customer writes, Anna answers, the answer left: the token and the key with which a thread may be answered. */
const conversation = async (from: string, subject: string) => {
  await deliver(world, cast.channel, mail(from, { subject, text: `Vertraulich: ${subject}` }));
  const concern = await concernOf(subject);
  await say(cast.anna, concern.id, from);
  const [sent] = (await sendAll(world)).filter((each) => each.to[0]?.value === from);
  assert.ok(sent?.replyToken);
  return {
    id: concern.id,
    number: concern.number,
    token: sent.replyToken,
    key: `mid:dt-${sent.messageToken}@elbkabel.example`,
  };
};

const kinds = async (concernId: string): Promise<string[]> =>
  (await world.events()).filter((event) => event.concernId === concernId).map((event) => event.kind);

void test("a first mail becomes a concern of a new customer, with its party, message and entries", async () => {
  await deliver(
    world,
    cast.channel,
    mail("petra@kunde.example", {
      subject: "AW: Re: Rechnung falsch [#99]",
      from: { name: "Petra Lang", value: "Petra@Kunde.example" },
    }),
  );
  const concern = await concernOf("Rechnung falsch");
  assert.equal(concern.status, "new");
  assert.equal(concern.waitingSince, world.now().toISOString());
  assert.deepEqual(await partiesIn(world.db, concern.id), {
    "petra@kunde.example": { role: "requester", seesFrom: 1 },
  });
  assert.deepEqual(await kinds(concern.id), ["concern.created", "concern.partyJoined", "message.added"]);
});

void test("the same mail delivered again, at once and later, is one message", async () => {
  const message = mail("doppelt@kunde.example", { subject: "Zweimal" });
  const results = await Promise.all([1, 2, 3, 4, 5].map(() => deliver(world, cast.channel, message)));
  assert.equal(results.filter(Boolean).length, 1);
  assert.equal(await deliver(world, cast.channel, message), false);
  assert.equal((await concernOf("Zweimal")).lastSeq, 1);
});

void test("an answer finds its thread by the token, proves the address and wakes the concern", async () => {
  const { id, token } = await conversation("token@kunde.example", "Per Token");
  await deliver(
    world,
    cast.channel,
    mail("token@kunde.example", { subject: "ganz anders", assurance: "none", thread: { tokens: [token] } }),
  );
  const [, , answer] = await messagesIn(world.db, id);
  assert.equal(answer?.direction, "in");
  assert.deepEqual(answer?.warnings, []);
  assert.equal((await concernOf("Per Token")).status, "open");
});

void test("a token proves an address that nothing had proved", async () => {
  await deliver(world, cast.channel, mail("neu@kunde.example", { subject: "Unbewiesen", assurance: "none" }));
  const concern = await concernOf("Unbewiesen");
  const verified = () =>
    world.db.one<{ by: string | null }>(sql`SELECT verified_by AS by FROM address WHERE norm = 'neu@kunde.example'`);
  assert.equal((await verified()).by, null);
  await say(cast.anna, concern.id, "neu@kunde.example");
  const [sent] = await sendAll(world);
  await deliver(
    world,
    cast.channel,
    mail("neu@kunde.example", { assurance: "failed", thread: { tokens: [sent?.replyToken ?? ""] } }),
  );
  assert.equal((await verified()).by, null, "a mail that is shown to be false proves nothing");
  await deliver(
    world,
    cast.channel,
    mail("neu@kunde.example", { assurance: "none", thread: { tokens: [sent?.replyToken ?? ""] } }),
  );
  assert.equal((await verified()).by, "token");
});

void test("an answer finds its thread by a key of ours, a second mail by the sender's own", async () => {
  const { id, key } = await conversation("referenz@kunde.example", "Per Referenz");
  const second = mail("referenz@kunde.example", { subject: "x", thread: { references: ["mid:fremd@x", key] } });
  await deliver(world, cast.channel, second);
  const more = { thread: { references: second.thread.own } };
  await deliver(world, cast.channel, mail("referenz@kunde.example", { ...more, subject: "y", assurance: "aligned" }));
  assert.deepEqual(
    (await messagesIn(world.db, id)).map((message) => message.direction),
    ["in", "out", "in", "in"],
  );
  // Whoever was copied knows that key: nobody writes here in a name that could be proved until now.
  await deliver(
    world,
    cast.channel,
    mail("referenz@kunde.example", { ...more, subject: "Ungewiss", assurance: "none" }),
  );
  assert.notEqual((await concernOf("Ungewiss")).id, id);
});

void test("somebody else's keys let in only who takes part already", async () => {
  const first = mail("eigene@kunde.example", { subject: "Eigene Kennung" });
  await deliver(world, cast.channel, first);
  await deliver(
    world,
    cast.channel,
    mail("fremd1@boese.example", { subject: "Eingeschlichen", thread: { references: first.thread.own } }),
  );
  assert.equal((await concernOf("Eigene Kennung")).lastSeq, 1);
  assert.equal((await concernOf("Eingeschlichen")).lastSeq, 1);
});

void test("A1: a forged requester with a stranger in copy brings in nobody and discloses nothing", async () => {
  const { id, key } = await conversation("opfer@kunde.example", "A1");
  for (const assurance of ["failed", "none"] as const) {
    await deliver(
      world,
      cast.channel,
      mail("opfer@kunde.example", {
        subject: `A1 ${assurance}`,
        assurance,
        cc: [{ value: "spion@boese.example", name: null }],
        thread: { references: [key] },
      }),
    );
  }
  const parties = await world.db.rows(sql`SELECT 1 FROM party WHERE norm = 'spion@boese.example'`);
  assert.equal(parties.length, 0);
  await say(cast.anna, id, "opfer@kunde.example");
  for (const sent of await sendAll(world))
    assert.ok(![...sent.to, ...sent.cc].some((person) => person.value === "spion@boese.example"));
});

void test("a forged answer to a key of ours gets a concern of its own, linked, and changes nothing in the other", async () => {
  const { id, key } = await conversation("echt@kunde.example", "Fälschung");
  const was = await concernOf("Fälschung");
  await deliver(
    world,
    cast.channel,
    mail("echt@kunde.example", { subject: "Ich bin es wirklich", assurance: "failed", thread: { references: [key] } }),
  );
  const other = await concernOf("Ich bin es wirklich");
  assert.deepEqual(await concernOf("Fälschung"), was);
  const links = await world.db.rows<{ kind: string }>(
    sql`SELECT kind FROM concern_link WHERE earlier_id = ${id} AND later_id = ${other.id}`,
  );
  assert.deepEqual(links, [{ kind: "related" }]);
  assert.equal((await partiesIn(world.db, other.id))["echt@kunde.example"]?.role, "requester");
});

void test("A2: a guessed number opens a new concern, for strangers and for a party nothing vouches for", async () => {
  const { number } = await conversation("nummer@kunde.example", "Nummer");
  await deliver(world, cast.channel, mail("stranger@boese.example", { subject: "Rate 1", thread: { number } }));
  await deliver(
    world,
    cast.channel,
    mail("nummer@kunde.example", { subject: "Rate 2", assurance: "none", thread: { number } }),
  );
  await concernOf("Rate 1");
  await concernOf("Rate 2");
  await deliver(
    world,
    cast.channel,
    mail("nummer@kunde.example", { subject: "Rate 3", assurance: "aligned", thread: { number } }),
  );
  assert.equal((await concernOf("Nummer")).lastSeq, 3, "a sure party comes in by the number");
});

void test("A2: a stored token with a wrong proof, or bound to another concern, opens a new concern", async () => {
  const { token } = await conversation("beweis@kunde.example", "Beweis");
  const other = await conversation("beweis2@kunde.example", "Beweis 2");
  const forged = [
    token.slice(0, 26) + "a".repeat(16),
    token.slice(0, 26) + other.token.slice(26),
    token.slice(0, 41),
    "a".repeat(42),
  ];
  for (const [index, each] of forged.entries()) {
    await deliver(
      world,
      cast.channel,
      mail("einbrecher@boese.example", {
        subject: `Gefälscht ${index}`,
        assurance: "none",
        sentAt: "2026-01-01T00:00:00.000Z",
        thread: { tokens: [each] },
      }),
    );
    assert.equal((await concernOf(`Gefälscht ${index}`)).lastSeq, 1);
  }
  assert.equal((await concernOf("Beweis")).lastSeq, 2);
});

void test("A7: an answer from a new address is its own author, sees from there on, and changes no contact", async () => {
  const { id, token } = await conversation("maria@kunde.example", "A7");
  const customerBefore = (await concernOf("A7")).customerId;
  await deliver(
    world,
    cast.channel,
    mail("sohn@kunde.example", {
      subject: "x",
      assurance: "aligned",
      cc: [{ value: "tante@kunde.example", name: null }],
      thread: { tokens: [token] },
    }),
  );
  const third = (await messagesIn(world.db, id))[2];
  assert.deepEqual(third?.warnings, ["otherSender"]);
  const author = await world.db.one<{ name: string }>(
    sql`SELECT a.norm AS name FROM address a WHERE a.customer_id = ${third?.authorId}`,
  );
  assert.equal(author.name, "sohn@kunde.example");
  assert.equal((await concernOf("A7")).customerId, customerBefore);
  const parties = await partiesIn(world.db, id);
  assert.deepEqual(parties["sohn@kunde.example"], { role: "third-party", seesFrom: 3 });
  assert.equal(parties["tante@kunde.example"], undefined, "a third party brings in nobody else");
  // What is sent to the newcomer repeats nothing from before.
  await say(cast.anna, id, "sohn@kunde.example");
  const sent = (await sendAll(world))[0];
  assert.ok(sent?.text.includes("> Guten Tag") && !sent.text.includes("Vertraulich"));
  assert.deepEqual(
    sent?.answers.filter((key) => key.includes("dt-")),
    [],
    "nor names messages it never got",
  );
});

void test("somebody an agent puts in copy sees from that answer on: nothing said before is repeated", async () => {
  const { id } = await conversation("kopie@kunde.example", "Neu dabei");
  const said = await reply(world, cast.anna, {
    id,
    channelId: cast.channel.id,
    to: ["kopie@kunde.example"],
    cc: ["neu.dabei@kunde.example"],
    text: "Zu dritt.",
    html: null,
    uploads: [],
    sendAt: null,
    statusAfter: "waiting",
    key: crypto.randomUUID(),
    undoMs: 0,
  });
  assert.ok(!isRefusal(said));
  const [together] = await sendAll(world);
  assert.ok(together && !together.text.includes("Vertraulich"));
  assert.deepEqual(together.answers, []);
  await say(cast.anna, id, "kopie@kunde.example");
  assert.ok((await sendAll(world))[0]?.text.includes("> Vertraulich"), "to the customer alone it is");
});

void test("A16: look-alike, dotted and tagged addresses are different people", async () => {
  for (const [index, from] of [
    "vic.tim@kunde.example",
    "victim@kunde.example",
    "victim+x@kunde.example",
    "ѵictim@kunde.example",
  ].entries())
    await deliver(world, cast.channel, mail(from, { subject: `A16 ${index}` }));
  const customers = await world.db.rows<{ id: string }>(
    sql`SELECT DISTINCT customer_id AS id FROM concern WHERE subject LIKE 'A16 %'`,
  );
  assert.equal(customers.length, 4);
});

void test("a sure sender's further recipients take part from that message on; our own addresses and machines' lists do not", async () => {
  await deliver(
    world,
    cast.channel,
    mail("chef@kunde.example", {
      subject: "Mit Kopie",
      assurance: "aligned",
      to: [
        { value: "service+abc@elbkabel.example", name: null },
        { value: "Buchhaltung@kunde.example", name: "Buchhaltung" },
      ],
      cc: [{ value: "hilfe@nordstrom.example", name: null }],
    }),
  );
  const { id } = await concernOf("Mit Kopie");
  assert.deepEqual(Object.keys(await partiesIn(world.db, id)).toSorted(), [
    "buchhaltung@kunde.example",
    "chef@kunde.example",
  ]);
  await deliver(
    world,
    cast.channel,
    mail("buchhaltung@kunde.example", {
      subject: "x",
      thread: {
        references: (await world.db.rows<{ key: string }>(sql`SELECT key FROM reference WHERE concern_id = ${id}`)).map(
          (row) => row.key,
        ),
      },
    }),
  );
  assert.equal((await messagesIn(world.db, id)).length, 2, "the one in copy answers to all");
});

void test("closed concerns: the topic decides between reopening and a linked follow-up; resolved ones always open", async () => {
  const topic = world.newId();
  await world.db.run(sql`INSERT INTO topic (id, name, when_closed) VALUES (${topic}, 'Störung', 'follow-up')`);
  const one = await conversation("zu1@kunde.example", "Geschlossen 1");
  const two = await conversation("zu2@kunde.example", "Geschlossen 2");
  const three = await conversation("zu3@kunde.example", "Gelöst");
  for (const [id, status, topicId] of [
    [one.id, "closed", null],
    [two.id, "closed", topic],
    [three.id, "resolved", topic],
  ] as const)
    assert.ok(!isRefusal(await change(world, cast.anna, { id, change: { status, topicId: topicId as never } })));
  for (const [token, from] of [
    [one.token, "zu1@kunde.example"],
    [two.token, "zu2@kunde.example"],
    [three.token, "zu3@kunde.example"],
  ] as const)
    await deliver(world, cast.channel, mail(from, { subject: "Noch etwas", thread: { tokens: [token] } }));
  assert.equal((await concernOf("Geschlossen 1")).status, "open");
  assert.equal((await concernOf("Gelöst")).status, "open");
  assert.equal((await concernOf("Geschlossen 2")).status, "closed");
  const follow = await concernOf("Noch etwas");
  const links = await world.db.rows<{ kind: string }>(
    sql`SELECT kind FROM concern_link WHERE earlier_id = ${two.id} AND later_id = ${follow.id}`,
  );
  assert.deepEqual(links, [{ kind: "follow-up" }]);
  assert.equal(
    (await world.db.one<{ t: string }>(sql`SELECT topic_id AS t FROM concern WHERE id = ${follow.id}`)).t,
    topic,
  );
});

void test("machines: stored where they answer, wake nothing, prove nothing; new ones are tagged", async () => {
  const { id, token } = await conversation("urlaub@kunde.example", "Urlaub");
  const was = await concernOf("Urlaub");
  await deliver(
    world,
    cast.channel,
    mail("urlaub@kunde.example", { automatic: "auto-reply", assurance: "none", thread: { tokens: [token] } }),
  );
  const now = await concernOf("Urlaub");
  assert.equal(now.status, was.status);
  assert.equal(now.waitingSince, null);
  assert.equal((await messagesIn(world.db, id)).at(-1)?.automatic, "auto-reply");
  await deliver(world, cast.channel, mail("news@laden.example", { subject: "Angebote", automatic: "bulk" }));
  assert.deepEqual((await concernOf("Angebote")).tags, ["automatic"]);
  await deliver(world, cast.channel, mail("weg@laden.example", { subject: "Abwesend", automatic: "auto-reply" }));
  assert.ok(
    (await allConcerns(world.db)).every((each) => each.subject !== "Abwesend"),
    "nobody waits for it",
  );
});

void test("a forged absence note changes nothing and clutters nothing; a person's forged mail still is a concern for people to see", async () => {
  const from = "abwesend@kunde.example";
  const { id, number, token, key } = await conversation(from, "Abwesenheit");
  const customers = () =>
    world.db.rows(sql`SELECT c.*, a.last_in_at FROM customer c JOIN address a ON a.customer_id = c.id ORDER BY a.id`);
  const [was, wasCustomers, wasMessages] = [
    await allConcerns(world.db),
    await customers(),
    await messagesIn(world.db, id),
  ];
  const forged = { automatic: "auto-reply", assurance: "failed" } as const;
  await deliver(
    world,
    cast.channel,
    mail(from, { ...forged, subject: "Abwesend: Abwesenheit", thread: { references: [key] } }),
  );
  await deliver(world, cast.channel, mail(from, { ...forged, subject: "Abwesend", thread: { number } }));
  await deliver(
    world,
    cast.channel,
    mail(from, {
      ...forged,
      subject: "Abwesend",
      thread: { tokens: [`${token.slice(0, -1)}${token.endsWith("a") ? "b" : "a"}`] },
    }),
  );
  await deliver(world, cast.channel, mail("niemand@kunde.example", { ...forged, subject: "Abwesend" }));
  assert.deepEqual(await allConcerns(world.db), was);
  assert.deepEqual(await customers(), wasCustomers);
  assert.deepEqual(await messagesIn(world.db, id), wasMessages);
  const last = (await world.events()).slice(-4);
  assert.deepEqual(
    last.map((event) => [event.kind, event.concernId, event.data]),
    [from, from, from, "niemand@kunde.example"].map((detail) => [
      "intake.refused",
      null,
      { reason: "falseAutoReply", detail },
    ]),
  );
  // Whoever holds the token was given it: a responder behind a forwarding fails DMARC and is still the customer's.
  await deliver(world, cast.channel, mail(from, { ...forged, thread: { tokens: [token] } }));
  assert.equal((await messagesIn(world.db, id)).length, wasMessages.length + 1);
  assert.equal((await concernOf("Abwesenheit")).status, "waiting");
  await deliver(
    world,
    cast.channel,
    mail(from, { assurance: "failed", subject: "Angeblich ich", thread: { references: [key] } }),
  );
  assert.notEqual((await concernOf("Angeblich ich")).id, id);
});

void test("a mail without a readable sender is a concern all the same, and never part of a burst", async () => {
  for (const index of [1, 2])
    await deliver(world, cast.channel, mail("", { subject: `Unlesbar ${index}`, assurance: "none" }));
  await concernOf("Unlesbar 1");
  const { id } = await concernOf("Unlesbar 2");
  const refused = await reply(world, cast.anna, {
    id,
    channelId: cast.channel.id,
    to: ["unknown@sender.invalid"],
    cc: [],
    text: "?",
    html: null,
    uploads: [],
    sendAt: null,
    statusAfter: "open",
    key: crypto.randomUUID(),
    undoMs: 0,
  });
  assert.ok(isRefusal(refused) && refused.refused === "invalidAddress");
});

void test("bytes that PostgreSQL and JSON cannot carry lose nothing but themselves", async () => {
  await deliver(
    world,
    cast.channel,
    mail("nul@kunde.example", {
      subject: "Nul\u0000zeichen",
      text: "halb \ud800 und \u0000 ganz",
      foldedText: "\u0000",
      from: { value: "nul@kunde.example", name: "N\u0000" },
      thread: { own: ["mid:\u0000a"] },
    }),
  );
  const { id } = await concernOf("Nulzeichen");
  assert.equal((await messagesIn(world.db, id))[0]?.text, "halb \ufffd und  ganz");
});
