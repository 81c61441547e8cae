// What comes in our own name: forms on websites, scanners, and our own mail that came back. Nothing of it may vanish, and none of it is answered.
// The fault: every mail with our own address as its sender counted as a loop and left nothing but a line in the log, after it had been accepted.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { mailbox } from "#channels/email/testSettings.ts";
import type { ReceivingChannel } from "#modules/concerns/actions.ts";
import { sql } from "#platform/db/db.ts";
import { connectChannels } from "#server/connected.ts";
import { answer, concernCalled, newConcern, rowOf, sendAll } from "#test/outbox.ts";
import {
  addCast,
  allConcerns,
  deliver,
  mail,
  messagesIn,
  openTestWorld,
  partiesIn,
  type Cast,
  type TestWorld,
} from "#test/world.ts";

let world: TestWorld;
let cast: Cast;
/** As a running server has it: with all addresses of ours that the mailbox takes mail for. */
let channel: ReceivingChannel;
before(async () => {
  world = await openTestWorld();
  cast = await addCast(world);
  channel = { ...cast.channel, ownAddresses: ["service@elbkabel.example", "hilfe@elbkabel.example"] };
});
after(() => world.close());

const own = "service@elbkabel.example";

void test("a form's mail in our own name is the concern of whom it wants answered, unproved and marked", async () => {
  await deliver(
    world,
    channel,
    mail(own, {
      subject: "Kontaktformular",
      from: { value: own, name: "Kontaktformular" },
      replyTo: { value: "Karla@Kunde.example", name: "Karla Kunde" },
      warnings: ["replyToDiffers"],
      verdicts: [{ check: "dmarc", result: "pass", detail: "elbkabel.example" }],
    }),
  );
  const { id, status, tags } = await concernCalled(world, "Kontaktformular");
  const [message] = await messagesIn(world.db, id);
  assert.deepEqual([status, tags], ["new", []]);
  assert.deepEqual(message?.sender, { value: "Karla@Kunde.example", name: "Karla Kunde" });
  assert.deepEqual(message.warnings, ["ownSender"]);
  assert.deepEqual(
    await world.db.one(sql`SELECT assurance, verdicts FROM message WHERE id = ${message.id}`),
    { assurance: "none", verdicts: [] },
    "that our own domain is proved proves nothing of the customer",
  );
  assert.deepEqual(await partiesIn(world.db, id), { "karla@kunde.example": { role: "requester", seesFrom: 1 } });
  const { verified } = await world.db.one<{ verified: string | null }>(
    sql`SELECT verified_at AS verified FROM address WHERE norm = 'karla@kunde.example'`,
  );
  assert.equal(verified, null);
});

void test("an address of another channel of ours, or with a detail behind it, is our own as well", async () => {
  for (const [index, from] of ["hilfe@nordstrom.example", "Service+web@elbkabel.example"].entries()) {
    const replyTo = { value: `person@formular${index}.example`, name: null };
    await deliver(world, channel, mail(from, { subject: `Formular ${index}`, replyTo, assurance: "failed" }));
    const { id } = await concernCalled(world, `Formular ${index}`);
    const { sender, assurance } = await world.db.one<{ sender: { value: string }; assurance: string }>(
      sql`SELECT sender, assurance FROM message WHERE concern_id = ${id}`,
    );
    assert.deepEqual([sender.value, assurance], [replyTo.value, "failed"], "a misused domain is still told");
  }
});

void test("an alias of any mailbox of ours, as a running server knows them, never takes part in a concern", async () => {
  const settings = (address: string, aliases: readonly string[]) => mailbox({ address, aliases: [...aliases] });
  for (const [id, address, aliases] of [
    [cast.channel.id, own, ["hilfe@elbkabel.example"]],
    [cast.otherChannel.id, "hilfe@nordstrom.example", ["rechnung@nordstrom.example"]],
  ] as const)
    await world.db.run(
      sql`UPDATE channel SET settings = ${JSON.stringify(settings(address, aliases))} WHERE id = ${id}`,
    );
  const connected = (await connectChannels(world)).byId(cast.channel.id) ?? assert.fail();
  assert.deepEqual(connected.ownAddresses.toSorted(), [
    "hilfe@elbkabel.example",
    "hilfe@nordstrom.example",
    "rechnung@nordstrom.example",
    own,
  ]);
  const cc = ["Rechnung@nordstrom.example", "hilfe+x@elbkabel.example", "zoe@kunde.example"].map((value) => ({
    name: null,
    value,
  }));
  await deliver(world, connected, mail("kopie@kunde.example", { subject: "An alle", cc }));
  const { id } = await concernCalled(world, "An alle");
  assert.deepEqual(Object.keys(await partiesIn(world.db, id)).toSorted(), ["kopie@kunde.example", "zoe@kunde.example"]);
});

void test("a customer's own answer address changes nobody", async () => {
  const replyTo = { value: "privat@kunde.example", name: null };
  await deliver(world, channel, mail("buero@kunde.example", { subject: "Zwei Adressen", replyTo }));
  const { id } = await concernCalled(world, "Zwei Adressen");
  assert.equal((await messagesIn(world.db, id))[0]?.sender?.value, "buero@kunde.example");
});

void test("a scanner's mail from us to us is a concern of nobody known", async () => {
  for (const name of ["Scan 1", "Scan 2"])
    await deliver(world, channel, mail(own, { subject: name, from: { value: own, name: "Kopierer" } }));
  const { id, status } = await concernCalled(world, "Scan 1");
  await concernCalled(world, "Scan 2");
  const [message] = await messagesIn(world.db, id);
  assert.equal(status, "new");
  assert.equal(message?.sender?.value, own, "the mail is shown as it was written");
  assert.deepEqual(message.warnings, ["ownSenderOnly"]);
  assert.deepEqual(Object.keys(await partiesIn(world.db, id)), ["unknown@sender.invalid"]);
  assert.deepEqual(
    await world.db.rows(sql`SELECT 1 FROM address WHERE norm = ${own}`),
    [],
    "our own address is no customer's",
  );
});

void test("our own mail that came back stands in the concern it left from, where it moves nothing", async () => {
  const { id, from } = await newConcern(world, cast);
  await answer(world, cast, id, from);
  const [sent] = await sendAll(world);
  assert.ok(sent);
  const was = await rowOf(world, id);
  const concerns = (await allConcerns(world.db)).length;
  await deliver(
    world,
    channel,
    mail(own, {
      automatic: "loop",
      text: "Wir kümmern uns.",
      thread: { own: [`mid:dt-${sent.messageToken}@elbkabel.example`] },
    }),
  );
  const back = (await messagesIn(world.db, id)).at(-1);
  assert.deepEqual([back?.direction, back?.automatic, back?.text], ["system", "loop", "Wir kümmern uns."]);
  const now = await rowOf(world, id);
  assert.deepEqual({ ...now, lastSeq: 0 }, { ...was, lastSeq: 0 });
  assert.equal((await allConcerns(world.db)).length, concerns);
});

void test("a loop nobody here began is kept as a resolved concern", async () => {
  for (const [subject, from] of [
    ["Kreislauf", "robot@fremd.example"],
    ["Eigener Kreislauf", own],
  ] as const) {
    await deliver(world, channel, mail(from, { subject, automatic: "loop" }));
    const { id, status, tags, waitingSince } = await concernCalled(world, subject);
    assert.deepEqual([status, tags, waitingSince], ["resolved", ["automatic"], null]);
    assert.equal((await messagesIn(world.db, id))[0]?.sender?.value, from);
  }
});
