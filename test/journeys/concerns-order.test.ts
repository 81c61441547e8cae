// Bursts and order: however many messages arrive at once, by however many processes, one sender makes one concern and a concern has one order.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { sql } from "#platform/db/db.ts";
import { answer, concernCalled, sendAll } from "#test/outbox.ts";
import { addCast, deliver, mail, messagesIn, openTestWorld, type Cast, type TestWorld } from "#test/world.ts";

let world: TestWorld;
let cast: Cast;
before(async () => {
  world = await openTestWorld({ connections: 16 });
  cast = await addCast(world);
});
after(() => world.close());

const concernOf = (subject: string) => concernCalled(world, subject);

void test("P3: fifty mails of a new customer at once make one concern, over several pools", async () => {
  const others = await Promise.all([1, 2, 3].map(() => openTestWorld({ url: world.db.url, connections: 8 })));
  try {
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        deliver(
          [world, ...others][index % 4] ?? world,
          cast.channel,
          mail("schwall@kunde.example", { subject: `Schwall ${index}` }),
        ),
      ),
    );
  } finally {
    for (const other of others) await other.close();
  }
  const made = await world.db.rows<{ id: string; n: number; last: number; count: number }>(sql`
    SELECT c.id, c.last_seq AS last, c.message_count AS count, (SELECT count(*)::int FROM message m WHERE m.concern_id = c.id) AS n FROM concern c
      JOIN party p ON p.concern_id = c.id WHERE p.norm = 'schwall@kunde.example'`);
  assert.equal(made.length, 1);
  assert.deepEqual([made[0]?.n, made[0]?.last, made[0]?.count], [50, 50, 50]);
  const seqs = (await messagesIn(world.db, made[0]?.id ?? "")).map((message) => message.seq);
  assert.deepEqual(
    seqs,
    Array.from({ length: 50 }, (_, index) => index + 1),
  );
});

void test("what a gateway, a form or a shop sends within two minutes for two people makes two concerns", async () => {
  const replyTo = (value: string) => ({ name: null, value });
  const form = "anfragen@formulare.example";
  await deliver(world, cast.channel, mail(form, { subject: "Formular A", replyTo: replyTo("karla@kunde.example") }));
  await deliver(world, cast.channel, mail(form, { subject: "Formular B", replyTo: replyTo("bernd@kunde.example") }));
  await deliver(world, cast.channel, mail("fax@gateway.example", { subject: "Fax A" }));
  await deliver(world, cast.channel, mail("fax@gateway.example", { subject: "Fax B" }));
  await deliver(world, cast.channel, mail("laden@haendler.example", { subject: "Neue Bestellung 4711" }));
  world.pass(30_000);
  await deliver(world, cast.channel, mail("laden@haendler.example", { subject: "Neue Bestellung 4712" }));
  for (const subject of ["Formular A", "Formular B", "Fax A", "Fax B", "Neue Bestellung 4711", "Neue Bestellung 4712"])
    assert.equal((await concernOf(subject)).messageCount, 1, subject);
  // A person who adds something is still one concern.
  await deliver(world, cast.channel, mail("nachtrag@kunde.example", { subject: "Router kaputt" }));
  world.pass(30_000);
  await deliver(world, cast.channel, mail("nachtrag@kunde.example", { subject: "Nachtrag zum Router" }));
  assert.equal((await concernOf("Router kaputt")).messageCount, 2);
});

void test("a burst ends with two minutes, with an answer, and never joins old mail, another brand or a doubtful sender", async () => {
  const from = "ablauf@kunde.example";
  await deliver(world, cast.channel, mail(from, { subject: "Ablauf 0" }));
  await deliver(world, cast.otherChannel, mail(from, { subject: "Ablauf andere Marke" }));
  await concernOf("Ablauf andere Marke");
  await deliver(world, cast.channel, mail(from, { subject: "Ablauf falsch", assurance: "failed" }));
  await concernOf("Ablauf falsch");
  await deliver(world, cast.channel, mail(from, { subject: "Ablauf unklar", assurance: "none" }));
  await concernOf("Ablauf unklar");
  await deliver(world, cast.channel, mail(from, { subject: "Ablauf alt", sentAt: "2026-03-01T00:00:00.000Z" }));
  await concernOf("Ablauf alt");
  world.pass(121_000);
  await deliver(world, cast.channel, mail(from, { subject: "Ablauf später" }));
  const later = await concernOf("Ablauf später");
  await answer(world, cast, later.id, from);
  await sendAll(world);
  await deliver(world, cast.channel, mail(from, { subject: "Ablauf nach Antwort" }));
  await concernOf("Ablauf nach Antwort");
});

// A reader that was killed read a sender's second mail first; it was answered before the first was read, which then became a concern of its own.
void test("a mail whose answer overtook it finds the thread that the answer began, even when that has been answered", async () => {
  const from = "ueberholt@kunde.example";
  const first = { tokens: [], references: [], own: ["mid:ueberholt-1@kunde.example"], number: null, stream: null };
  const second = { ...first, own: ["mid:ueberholt-2@kunde.example"], references: first.own };
  const third = { ...first, own: ["mid:ueberholt-3@kunde.example"], references: [...second.own, ...first.own] };
  await deliver(world, cast.channel, mail(from, { subject: "Überholt 3", thread: third, assurance: "aligned" }));
  const { id } = await concernOf("Überholt 3");
  await answer(world, cast, id, from);
  await sendAll(world);
  world.pass(600_000);
  await deliver(world, cast.channel, mail(from, { subject: "Überholt 1", thread: first, assurance: "aligned" }));
  await deliver(world, cast.channel, mail(from, { subject: "Überholt 2", thread: second, assurance: "aligned" }));
  const subjects = await world.db.rows<{ subject: string }>(
    sql`SELECT subject FROM message WHERE concern_id = ${id} ORDER BY seq`,
  );
  assert.deepEqual(
    subjects.map(({ subject }) => subject),
    ["Überholt 3", "Re: Überholt 3", "Überholt 1", "Überholt 2"],
  );
});

void test("the key that an answer waits for lets in nobody else: no stranger, no forger, no other brand", async () => {
  const from = "erwartet@kunde.example";
  const first = { tokens: [], references: [], own: ["mid:erwartet-1@kunde.example"], number: null, stream: null };
  const second = { ...first, own: ["mid:erwartet-2@kunde.example"], references: first.own };
  await deliver(world, cast.channel, mail(from, { subject: "Erwartet 2", thread: second, assurance: "aligned" }));
  world.pass(600_000);
  await deliver(world, cast.channel, mail(from, { subject: "Erwartet falsch", thread: first, assurance: "none" }));
  await concernOf("Erwartet falsch");
  await deliver(world, cast.channel, mail("wer@anders.example", { subject: "Erwartet anderer", thread: first }));
  await concernOf("Erwartet anderer");
  await deliver(
    world,
    cast.otherChannel,
    mail(from, { subject: "Erwartet Marke", thread: first, assurance: "aligned" }),
  );
  await concernOf("Erwartet Marke");
});

void test("P4: answers that arrive at once stand one after another without gaps, for the table and for the log", async () => {
  await deliver(world, cast.channel, mail("folge@kunde.example", { subject: "Reihenfolge" }));
  const { id } = await concernOf("Reihenfolge");
  await answer(world, cast, id, "folge@kunde.example");
  const token = (await sendAll(world))[0]?.replyToken ?? "";
  await Promise.all(
    Array.from({ length: 16 }, () =>
      deliver(world, cast.channel, mail("folge@kunde.example", { thread: { tokens: [token] } })),
    ),
  );
  const seqs = (await messagesIn(world.db, id)).map((message) => message.seq);
  assert.deepEqual(
    seqs,
    Array.from({ length: 18 }, (_, index) => index + 1),
  );
  const logged = (await world.events()).flatMap((event) =>
    event.kind === "message.added" && event.concernId === id ? [event.data.message.seq] : [],
  );
  assert.deepEqual(logged, seqs);
  const versions = (await world.events()).flatMap((event) =>
    event.kind === "concern.changed" && event.concernId === id ? [event.data.patch.version] : [],
  );
  assert.deepEqual(
    versions,
    versions.toSorted((a, b) => a - b),
  );
});
