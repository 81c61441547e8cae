// Agents who answer or pass on from their own mail program, and what the centre itself writes.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Outbound } from "#contract/channel.ts";
import { isRefusal } from "#contract/errors.ts";
import { claimDeliveries } from "#modules/concerns/actions-outbox.ts";
import { receiveReceipt } from "#modules/concerns/actions-receipts.ts";
import { note } from "#modules/concerns/actions-reply.ts";
import { concernReactions } from "#modules/concerns/reactions.ts";
import { sql } from "#platform/db/db.ts";
import { leaseMs, newConcern, rowOf, send } from "#test/outbox.ts";
import {
  addCast,
  allConcerns,
  deliver,
  mail,
  messagesIn,
  openTestWorld,
  type Cast,
  type TestWorld,
  arrivalNow,
  hears,
} from "#test/world.ts";

let world: TestWorld;
let cast: Cast;
before(async () => {
  world = await openTestWorld({ connections: 12 });
  cast = await addCast(world);
});
after(() => world.close());

/** What an agent gets by mail after being mentioned: the mail with the agent's own token. */
const mentioned = async () => {
  const made = await newConcern(world, cast);
  const after = (await world.events()).at(-1)?.seq ?? 0;
  const said = await note(world, cast.omar, {
    id: made.id,
    text: "@anna schaust du? @eva darf nicht. Kanarienvogel",
    html: null,
    uploads: [],
    key: crypto.randomUUID(),
  });
  assert.ok(!isRefusal(said));
  for (const event of await world.events(after))
    for (const reaction of concernReactions(world)) await hears(world, reaction, event);
  let outbound: Outbound | null = null;
  for (const claim of await claimDeliveries(world, { limit: 50, leaseMs })) {
    const each = await send(world, claim);
    if (each.to[0]?.value === "anna@staff.example") outbound = each;
    else assert.ok(!each.text.includes("Kanarienvogel"), "a note goes to nobody else");
  }
  assert.ok(outbound?.replyToken);
  return { ...made, outbound, token: outbound.replyToken };
};

void test("A4: an agent answers from their own mail program: with their token, their address and an aligned sender it goes to the customer", async () => {
  const { id, token, outbound, from } = await mentioned();
  assert.equal(outbound.automatic, true);
  assert.ok(outbound.text.includes("Kanarienvogel"));
  await deliver(
    world,
    cast.channel,
    mail("anna@staff.example", { assurance: "aligned", text: "Ich rufe Sie an.", thread: { tokens: [token] } }),
  );
  const answer = (await messagesIn(world.db, id)).at(-1);
  assert.deepEqual(
    [answer?.direction, answer?.authorKind, answer?.authorId, answer?.recipients[0]?.value],
    ["out", "agent", cast.anna.id, from],
  );
  const sent = [];
  for (const claim of await claimDeliveries(world, { limit: 50, leaseMs })) sent.push(await send(world, claim));
  const leaving = sent.find((each) => each.to[0]?.value === from);
  assert.ok(leaving?.text.includes("Ich rufe Sie an.") && !leaving.text.includes("Kanarienvogel"));
});

void test("A4, A5: forged, doubtful, foreign or dismissed agents reach no customer; colleagues see what was tried", async () => {
  const { id, token, outbound } = await mentioned();
  const toOthers = sql`SELECT count(*)::int AS n FROM delivery WHERE recipient <> 'anna@staff.example'`;
  const before = await world.db.one<{ n: number }>(toOthers);
  const row = await rowOf(world, id);
  const tries: Parameters<typeof mail>[1][] = [
    { assurance: "none", thread: { tokens: [token] } },
    { assurance: "failed", thread: { tokens: [token] } },
    { assurance: "proved", automatic: "auto-reply", thread: { tokens: [token] } },
    { assurance: "proved", thread: { references: [`mid:dt-${outbound.messageToken}@elbkabel.example`] } },
    {
      assurance: "proved",
      thread: {
        tokens: [token.slice(0, 26) + "b".repeat(16)],
        references: [`mid:dt-${outbound.messageToken}@elbkabel.example`],
      },
    },
  ];
  for (const over of tries)
    await deliver(world, cast.channel, mail("anna@staff.example", { text: "Überweisen Sie hierhin", ...over }));
  await deliver(
    world,
    cast.channel,
    mail("boese@kunde.example", { text: "Überweisen Sie hierhin", thread: { tokens: [token] } }),
  );
  await world.db.run(sql`UPDATE agent SET active = false WHERE id = ${cast.anna.id}`);
  await deliver(
    world,
    cast.channel,
    mail("anna@staff.example", { text: "Überweisen Sie hierhin", thread: { tokens: [token] } }),
  );
  await world.db.run(
    sql`UPDATE agent SET active = true, brand_ids = ${[cast.otherBrandId]} WHERE id = ${cast.anna.id}`,
  );
  await deliver(
    world,
    cast.channel,
    mail("anna@staff.example", { text: "Überweisen Sie hierhin", thread: { tokens: [token] } }),
  );
  await world.db.run(sql`UPDATE agent SET brand_ids = ${[cast.brandId]} WHERE id = ${cast.anna.id}`);
  const tried = (await messagesIn(world.db, id)).filter((message) => message.text.includes("Überweisen"));
  assert.ok(tried.length >= 6);
  assert.ok(tried.every((message) => message.direction === "system"));
  assert.deepEqual(
    tried.filter((message) => !message.warnings.includes("agentMailRefused")).map((message) => message.automatic),
    ["auto-reply"],
  );
  assert.deepEqual(await world.db.one(toOthers), before);
  const now = await rowOf(world, id);
  assert.deepEqual({ ...now, lastSeq: 0 }, { ...row, lastSeq: 0 }, "nothing in the concern moved");
  assert.ok(
    (await world.events()).filter((event) => event.kind === "intake.refused" && event.concernId === id).length >= 7,
  );
});

void test("an agent passes a customer's mail on: the concern is the customer's, unproved, and the agent's words are a note", async () => {
  await deliver(
    world,
    cast.channel,
    mail("anna@staff.example", {
      assurance: "aligned",
      subject: "Fwd: Defekt",
      text: "Bitte übernehmen",
      forwarded: {
        from: { value: "ursprung@kunde.example", name: "Ursula Sprung" },
        subject: "Defekt",
        sentAt: null,
        text: "Mein Router ist defekt.",
        html: '<p>Mein <b>Router</b> ist defekt. <img data-inline="bild@kunde" alt=""></p>',
        inlineIds: ["bild@kunde"],
        files: [],
      },
    }),
    await Promise.all(
      [
        { name: "logo.png", inlineId: "logo@staff" },
        { name: "lampe.png", inlineId: "bild@kunde", ofOriginal: true },
      ].map(async (file) => ({ ...file, stored: await world.files.put(Buffer.from(file.name)) })),
    ),
  );
  const made = (await allConcerns(world.db)).find((each) => each.subject === "Defekt");
  assert.ok(made);
  const [first, second] = await messagesIn(world.db, made.id);
  assert.deepEqual(
    [first?.sender?.value, first?.text, first?.warnings],
    ["ursprung@kunde.example", "Mein Router ist defekt.", ["forwarded"]],
  );
  assert.deepEqual([second?.direction, second?.authorId, second?.text], ["note", cast.anna.id, "Bitte übernehmen"]);
  const { html } = await world.db.one<{ html: string }>(
    sql`SELECT html FROM message_body WHERE message_id = ${first?.id ?? ""}`,
  );
  assert.match(html, /<b>Router<\/b>/, "as it was written");
  const files = await world.db.rows(
    sql`SELECT name, inline_id AS "inlineId" FROM attachment WHERE message_id = ${first?.id ?? ""} ORDER BY name`,
  );
  assert.deepEqual(files, [
    { name: "lampe.png", inlineId: "bild@kunde" },
    { name: "logo.png", inlineId: null },
  ]);
  const address = await world.db.one<{ at: string | null }>(
    sql`SELECT verified_at AS at FROM address WHERE norm = 'ursprung@kunde.example'`,
  );
  assert.equal(address.at, null);
  await deliver(
    world,
    cast.channel,
    mail("anna@staff.example", {
      assurance: "none",
      subject: "Fwd: Trick",
      forwarded: {
        from: { value: "opfer@kunde.example", name: null },
        subject: "Trick",
        sentAt: null,
        text: "x",
        html: null,
        inlineIds: [],
        files: [],
      },
    }),
  );
  assert.equal(
    (await world.db.rows(sql`SELECT 1 FROM party WHERE norm = 'opfer@kunde.example'`)).length,
    0,
    "nobody passes on in an agent's name",
  );
});

void test("B1, B3: a new concern is acknowledged at most once a day and address, never to machines, false senders or ourselves, and repeats nothing a doubtful sender wrote", async () => {
  const acknowledge = concernReactions(world, { acknowledge: true }).find(
    (reaction) => reaction.name === "concerns.acknowledge",
  );
  assert.ok(acknowledge);
  const react = async (from: string, over: Parameters<typeof mail>[1] = {}): Promise<Outbound[]> => {
    const after = (await world.events()).at(-1)?.seq ?? 0;
    world.pass(200_000);
    await deliver(world, cast.channel, mail(from, { ...over, subject: over.subject ?? "BUY PILLS" }));
    for (const event of await world.events(after))
      if (acknowledge.wants(event))
        for (const _twice of [1, 2]) await world.db.transaction((tx) => acknowledge.handle(tx, event));
    const sent = [];
    for (const claim of await claimDeliveries(world, { limit: 50, leaseMs })) sent.push(await send(world, claim));
    return sent.filter((each) => each.to.some((person) => person.value === from));
  };
  const [first] = await react("ack@kunde.example", { assurance: "proved", subject: "Mein Anschluss" });
  assert.ok(first?.subject.startsWith("Re: Mein Anschluss [#") && first.automatic && first.answers.length === 1);
  assert.deepEqual(await react("ack@kunde.example"), [], "once a day");
  world.pass(86_400_000);
  assert.equal((await react("ack@kunde.example")).length, 1);
  const [neutral] = await react("opfer2@kunde.example", {
    assurance: "none",
    text: "ATTACKER",
    from: { name: "ATTACKER", value: "opfer2@kunde.example" },
    thread: { own: ["mid:ATTACKER@x"] },
  });
  assert.ok(neutral);
  assert.ok(!/ATTACKER|PILLS/.test(JSON.stringify(neutral)));
  assert.deepEqual(await react("falsch@kunde.example", { assurance: "failed" }), []);
  assert.deepEqual(await react("maschine@kunde.example", { automatic: "auto-generated" }), []);
  assert.deepEqual(await react("hilfe+x@nordstrom.example"), []);
  assert.deepEqual(await react("anna@staff.example"), []);
  // Its bounce wakes nobody and is answered by nothing (B2).
  const bounced = (await react("tot@kunde.example"))[0];
  const concernId = (await allConcerns(world.db)).at(-1)?.id ?? "";
  const was = await rowOf(world, concernId);
  await world.db.transaction((tx) =>
    receiveReceipt(
      world,
      tx,
      cast.channel,
      {
        kind: "receipt",
        providerId: "b",
        references: [`dt:${bounced?.deliveryToken}`],
        recipient: "tot@kunde.example",
        state: "failed",
        code: "5.1.1",
        diagnostic: "no",
        permanent: true,
        asksForToken: true,
        at: null,
      },
      arrivalNow(world),
    ),
  );
  assert.deepEqual(await rowOf(world, concernId), was);
});
