// Hundreds of mails, each from another forged sender: the desk stays usable, nothing is lost, and people decide about what was set aside.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Assurance, InboundMessage } from "#contract/channel.ts";
import { isRefusal } from "#contract/errors.ts";
import { receive, type ReceivingChannel } from "#modules/concerns/actions.ts";
import { forgetBegins, settleAsides } from "#modules/concerns/actions-aside.ts";
import { receiveReceipt } from "#modules/concerns/actions-receipts.ts";
import { asideOriginal, countAsides, listAsides } from "#modules/concerns/reads-aside.ts";
import { sql } from "#platform/db/db.ts";
import {
  addCast,
  allConcerns,
  arrivalNow,
  deliver,
  mail,
  openTestWorld,
  sure,
  type Cast,
  type TestWorld,
} from "#test/world.ts";

let world: TestWorld;
let cast: Cast;
let channel: ReceivingChannel;
before(async () => {
  world = await openTestWorld({ connections: 12 });
  cast = await addCast(world);
  channel = { ...cast.channel, mostUnknown: 40 };
});
after(() => world.close());

let strangers = 0;
const stranger = (assurance: Assurance, over: Partial<InboundMessage> = {}): InboundMessage => {
  strangers += 1;
  return mail(`stranger${strangers}@forged${strangers}.example`, {
    assurance,
    subject: `Fremd ${strangers}`,
    ...over,
  });
};
/** As many strangers, ten at a time. */
const flood = async (assurance: Assurance, count: number): Promise<void> => {
  for (let n = 0; n < count; n += 10)
    await Promise.all(Array.from({ length: 10 }, () => deliver(world, channel, stranger(assurance))));
};
const count = async (reason: string): Promise<number> =>
  (await countAsides(world, cast.omar)).find((each) => each.reason === reason)?.count ?? -1;

void test("of hundreds of strangers in a minute a few begin concerns, the rest is set aside, and not one is lost", async () => {
  await deliver(world, channel, mail("stammkunde@kunde.example", { assurance: "none", subject: "Früher" }));
  world.pass(3_600_000);
  await flood("none", 200);
  await flood("failed", 100);
  const begun = (await allConcerns(world.db)).filter((concern) => concern.subject.startsWith("Fremd"));
  assert.ok(begun.length >= 40 && begun.length < 50, `${begun.length} concerns`);
  assert.equal(begun.length + (await count("unknownSenders")), 300, "nothing is lost");
  const { n } = await world.db.one<{ n: number }>(
    sql`SELECT count(*)::int AS n FROM customer WHERE name LIKE 'stranger%' OR name LIKE '%forged%'`,
  );
  assert.equal(n, begun.length, "nobody becomes a customer by being set aside");
});

void test("meanwhile proved senders, known customers and answers in a thread are heard", async () => {
  const [before] = (await allConcerns(world.db)).filter((concern) => concern.subject === "Früher");
  await deliver(world, channel, mail("neu@kunde.example", { assurance: "proved", subject: "Neu und echt" }));
  await deliver(
    world,
    channel,
    mail("ausgerichtet@kunde.example", { assurance: "aligned", subject: "Neu und ausgerichtet" }),
  );
  await deliver(world, channel, mail("stammkunde@kunde.example", { assurance: "none", subject: "Wieder da" }));
  const subjects = (await allConcerns(world.db)).map((concern) => concern.subject);
  for (const subject of ["Neu und echt", "Neu und ausgerichtet", "Wieder da"])
    assert.ok(subjects.includes(subject), `${subject} is a concern`);
  // In the name of a known customer, but shown to be false: no better than a stranger.
  const held = await count("unknownSenders");
  await deliver(world, channel, mail("stammkunde@kunde.example", { assurance: "failed", subject: "Gefälscht" }));
  assert.equal(await count("unknownSenders"), held + 1);
  assert.ok(before);
});

void test("another channel is not touched, and ten minutes later strangers are heard again", async () => {
  const other = { ...cast.otherChannel, mostUnknown: 40 };
  await deliver(world, other, stranger("none", { subject: "Anderswo" }));
  assert.ok((await allConcerns(world.db)).some((concern) => concern.subject === "Anderswo"));
  world.pass(600_001);
  await deliver(world, channel, stranger("none", { subject: "Danach" }));
  assert.ok((await allConcerns(world.db)).some((concern) => concern.subject === "Danach"));
  world.pass(25 * 3_600_000);
  assert.ok((await forgetBegins(world)) >= 40);
});

void test("who supervises sees everything with its reason, agents the strangers of their brands, and originals only with it", async () => {
  const intake = arrivalNow(world);
  await world.db.transaction((tx) =>
    receiveReceipt(
      world,
      tx,
      cast.channel,
      {
        kind: "receipt",
        providerId: "bounce-1",
        references: ["mid:nie-gesendet@elbkabel.example"],
        recipient: "opfer@weit.example",
        state: "failed",
        code: "5.1.1",
        diagnostic: "no such user",
        permanent: true,
        asksForToken: true,
        at: null,
      },
      intake,
    ),
  );
  await deliver(
    world,
    cast.channel,
    mail("weg@kunde.example", { assurance: "failed", automatic: "auto-reply", subject: "Bin weg" }),
  );
  const seen = async (who: typeof cast.omar) => sure(await listAsides(world, who, { limit: 200 }));
  const all = await seen(cast.omar);
  assert.deepEqual(
    all.entries
      .slice(0, 2)
      .map((entry) => [entry.reason, entry.sender, entry.snippet.slice(0, 18)])
      .toSorted(([a], [b]) => ((a ?? "") < (b ?? "") ? -1 : 1)),
    [
      ["falseAutoReply", "weg@kunde.example", "Guten Tag, seit he"],
      ["unknownReceipt", "opfer@weit.example", "5.1.1 no such user"],
    ],
  );
  assert.ok((await seen(cast.anna)).entries.every((entry) => entry.reason === "unknownSenders"));
  assert.equal((await seen(cast.anna)).entries.length, 200);
  assert.deepEqual((await seen(cast.eva)).entries, [], "another brand's are nobody's here");
  assert.equal((await asideOriginal(world.db, cast.omar, intake.intakeId))?.hash, intake.rawHash);
  assert.equal(await asideOriginal(world.db, cast.anna, intake.intakeId), null);
  assert.equal(all.entries[0]?.rawUrl, `/originals/${all.entries[0]?.id}`);
  // Page by page nothing is left out and nothing comes twice.
  const ids = new Set<string>();
  for (let next: string | undefined; ;) {
    const page = sure(
      await listAsides(world, cast.omar, { limit: 70, ...(next === undefined ? {} : { after: next }) }),
    );
    for (const entry of page.entries) ids.add(entry.id);
    if (page.next === null) break;
    next = page.next;
  }
  const counted = (await countAsides(world, cast.omar)).reduce((sum, each) => sum + each.count, 0);
  assert.equal(ids.size, counted);
  assert.ok(isRefusal(await listAsides(world, cast.omar, { limit: 10, after: "unsinn" })));
});

void test("what people decide is done once, by those whose it is to decide, and what was wanted is read again", async () => {
  const again: string[] = [];
  const deciding = {
    ...world,
    readAgain: async (_tx: unknown, id: string): Promise<void> => {
      again.push(id);
    },
  };
  const { entries } = sure(await listAsides(world, cast.omar, { limit: 200 }));
  const bounce = entries.find((entry) => entry.reason === "unknownReceipt");
  const mails = entries.filter((entry) => entry.reason === "unknownSenders").map((entry) => entry.id);
  assert.ok(bounce);
  for (const [who, ids] of [
    [cast.anna, [bounce.id]],
    [cast.eva, mails.slice(0, 1)],
  ] as const)
    assert.ok(isRefusal(await settleAsides(deciding, who, { ids, as: "away" })));
  const held = await count("unknownSenders");
  sure(await settleAsides(deciding, cast.anna, { ids: mails.slice(0, 3), as: "concern" }));
  sure(await settleAsides(deciding, cast.anna, { ids: mails.slice(0, 3), as: "away" }));
  sure(await settleAsides(deciding, cast.omar, { ids: [bounce.id], as: "away" }));
  assert.deepEqual(again.toSorted(), mails.slice(0, 3).toSorted());
  assert.equal(await count("unknownSenders"), held - 3);
  assert.equal(await count("unknownReceipt"), 0);
});

void test("let in, a mail becomes a concern somebody has to work on, through every brake", async () => {
  await flood("none", 60);
  const held = await count("unknownSenders");
  const wanted: readonly InboundMessage[] = [
    stranger("none", { subject: "Doch wichtig" }),
    mail("weg2@kunde.example", { assurance: "failed", automatic: "auto-reply", subject: "Abwesend" }),
    mail("mailer-daemon@kunde.example", { assurance: "none", automatic: "bounce", subject: "Unzustellbar" }),
  ];
  for (const message of wanted)
    await world.db.transaction((tx) => receive(world, tx, channel, { ...arrivalNow(world), letIn: true }, message, []));
  assert.equal(await count("unknownSenders"), held);
  const concerns = await allConcerns(world.db);
  assert.deepEqual(
    wanted.map((message) => concerns.find((concern) => concern.subject === message.subject)?.status),
    ["new", "new", "new"],
  );
});
