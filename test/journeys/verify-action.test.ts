// Every action of concerns: a desk's old state and the events of the action give the state a fresh desk sees.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { UploadId } from "#contract/files.ts";
import type { ConcernId, CustomerId, MessageId } from "#contract/ids.ts";
import { change, follow, snooze, unfollow } from "#modules/concerns/actions-change.ts";
import { releaseScheduled, reschedule } from "#modules/concerns/actions-schedule.ts";
import { link, unlink } from "#modules/concerns/actions-links.ts";
import { moveBack } from "#modules/concerns/actions-moving-back.ts";
import { move, split } from "#modules/concerns/actions-moving.ts";
import { keepHere } from "#modules/concerns/actions-proposing.ts";
import { changeMany, changeOne, undoMany } from "#modules/concerns/actions-many.ts";
import { saveDraft } from "#modules/concerns/actions-drafts.ts";
import { followName } from "#modules/concerns/actions-names.ts";
import {
  claimDeliveries,
  outboundOf,
  recordDelivery,
  rememberKeys,
  retryChannel,
  type Claim,
} from "#modules/concerns/actions-outbox.ts";
import { showSecret } from "#modules/concerns/actions-secrets.ts";
import { receiveReceipt } from "#modules/concerns/actions-receipts.ts";
import { create, note, reply, seenFailure, sendNow, undoSend } from "#modules/concerns/actions-reply.ts";
import { wakeSnoozed } from "#modules/concerns/actions-time.ts";
import { concernReactions } from "#modules/concerns/reactions.ts";
import { updateConcern } from "#modules/concerns/store-saving.ts";
import { lockConcern } from "#modules/concerns/store.ts";
import { rowById } from "#modules/concerns/reads.ts";
import { changeCustomer } from "#modules/customers/actions-desk.ts";
import { setRules } from "#modules/promises/actions.ts";
import { askWhatIsDue, followResolution, giveRating, setRatingRule } from "#modules/ratings/actions.ts";
import { noRule, tokenFor } from "#modules/ratings/model.ts";
import { sql } from "#platform/db/db.ts";
import { everyPromise, toldByTheLog } from "#test/promises.ts";
import { verifyAction } from "#test/verify-action.ts";
import { answerOf } from "#test/outbox.ts";
import {
  addCast,
  allConcerns,
  deliver,
  mail,
  openTestWorld,
  sure,
  type Cast,
  type TestWorld,
  arrivalNow,
} from "#test/world.ts";

let world: TestWorld;
let cast: Cast;
before(async () => {
  world = await openTestWorld();
  cast = await addCast(world);
  // Under promises, so that every action here keeps them as well.
  sure(await setRules(world, cast.omar, { rules: [everyPromise] }));
});
after(() => world.close());

const fresh = async (from: string, over: Parameters<typeof mail>[1] = {}): Promise<ConcernId> => {
  await deliver(world, cast.channel, mail(from, over));
  const made = (await allConcerns(world.db)).at(-1);
  assert.ok(made);
  return made.id;
};

const answer = (id: ConcernId, to: string, over: Partial<Parameters<typeof reply>[2]> = {}) =>
  reply(world, cast.anna, answerOf(cast, id, to, { text: "Antwort", html: "<p>Antwort</p>", undoMs: 10_000, ...over }));

const claimed = async (messageId: MessageId): Promise<Claim> => {
  world.pass(10_000);
  const claim = (await claimDeliveries(world, { limit: 50, leaseMs: 45_000 })).find(
    (each) => each.messageId === messageId,
  );
  assert.ok(claim);
  return claim;
};

const verify = <T>(act: () => Promise<T>, ...must: string[]) => verifyAction(world, cast.anna, act, must);

void test("receive: new, answered, waking, by a third party, automatic, refused from an agent", async () => {
  await verify(
    () =>
      deliver(
        world,
        cast.channel,
        mail("a@kunde.example", { assurance: "aligned", cc: [{ value: "b@kunde.example", name: null }] }),
      ),
    "concern.created",
    "concern.partyJoined",
    "message.added",
  );
  const id = (await allConcerns(world.db))[0]?.id as ConcernId;
  const said = sure(await answer(id, "a@kunde.example", { statusAfter: "resolved" }));
  const outbound = await outboundOf(world, await claimed(said.messageId));
  const thread = { tokens: [outbound?.replyToken ?? ""] };
  await verify(
    () => deliver(world, cast.channel, mail("a@kunde.example", { thread })),
    "concern.changed",
    "concern.resolvedAt",
  );
  await verify(() => deliver(world, cast.channel, mail("c@kunde.example", { thread })), "concern.partyJoined");
  await verify(
    () => deliver(world, cast.channel, mail("a@kunde.example", { thread, automatic: "auto-reply" })),
    "message.added",
  );
  await verify(() =>
    deliver(
      world,
      cast.channel,
      mail("anna@staff.example", { thread: { references: mail("x@y.example").thread.own } }),
    ),
  );
  sure(await change(world, cast.anna, { id, change: { status: "closed" } }));
  await verify(() => deliver(world, cast.channel, mail("a@kunde.example", { thread })), "concern.changed");
});

void test("receive: a forged answer is linked on both sides", async () => {
  const id = await fresh("forge@kunde.example");
  const said = sure(await answer(id, "forge@kunde.example", { undoMs: 0 }));
  const claim = await claimed(said.messageId);
  await rememberKeys(world, claim, ["mid:ours-1"]);
  await verify(
    () =>
      deliver(
        world,
        cast.channel,
        mail("forge@kunde.example", { assurance: "failed", thread: { references: ["mid:ours-1"] } }),
      ),
    "concern.linked",
  );
});

void test("reply, undoSend, sendNow, note, create, drafts", async () => {
  const id = await fresh("r@kunde.example");
  await verify(
    () =>
      saveDraft(world, cast.anna, id, "reply", {
        channelId: cast.channel.id,
        to: ["r@kunde.example"],
        cc: [],
        text: "Ent",
        html: null,
        uploads: [],
      }),
    "draft.changed",
  );
  const upload = world.newId() as UploadId;
  await world.db.run(
    sql`INSERT INTO upload (id, agent_id, hash, name, media_type, size_bytes, image, at) VALUES (${upload}, ${cast.anna.id}, ${"2".repeat(64)}, 'plan.pdf', 'application/pdf', 10, false, ${world.now().toISOString()})`,
  );
  world.pass(1);
  await verify(
    () =>
      saveDraft(world, cast.anna, id, "reply", {
        channelId: cast.channel.id,
        to: ["r@kunde.example"],
        cc: [],
        text: "Entwurf mit Anlage",
        html: null,
        uploads: [upload],
      }),
    "draft.changed",
  );
  const said = sure(
    await verify(
      () => answer(id, "r@kunde.example", { cc: ["neu@kunde.example"], statusAfter: "resolved" }),
      "concern.changed",
      "concern.firstReply",
      "concern.resolvedAt",
      "message.added",
      "draft.changed",
    ),
  );
  await verify(
    () => undoSend(world, cast.anna, said.messageId),
    "message.withdrawn",
    "draft.changed",
    "concern.firstReply",
    "concern.resolvedAt",
  );
  const again = sure(await answer(id, "r@kunde.example"));
  await verify(() => sendNow(world, cast.anna, again.messageId), "delivery.changed");
  await verify(
    () => note(world, cast.anna, { id, text: "Hallo @omar", html: null, uploads: [], key: crypto.randomUUID() }),
    "agent.mentioned",
  );
  await verify(
    () =>
      create(world, cast.anna, {
        brandId: cast.brandId,
        channelId: cast.channel.id,
        customerId: null,
        kind: "email",
        to: ["erst@kunde.example"],
        cc: [],
        subject: "Neu",
        text: "Guten Tag",
        html: null,
        uploads: [],
        key: crypto.randomUUID(),
        undoMs: 0,
      }),
    "concern.created",
  );
});

void test("change in every part, changeMany, snooze and waking", async () => {
  const id = await fresh("c1@kunde.example");
  const other = await fresh("c2@kunde.example");
  const team = world.newId();
  const topic = world.newId();
  await world.db.run(sql`INSERT INTO team (id, name) VALUES (${team}, 'Technik')`);
  await world.db.run(sql`INSERT INTO topic (id, name, team_id) VALUES (${topic}, 'Router', ${team})`);
  await verify(() => change(world, cast.anna, { id, change: { topicId: topic as never } }), "concern.changed");
  assert.equal(
    (await world.db.one<{ t: string }>(sql`SELECT team_id AS t FROM concern WHERE id = ${id}`)).t,
    team,
    "the topic's team",
  );
  await verify(
    () =>
      change(world, cast.anna, {
        id,
        change: {
          priority: "urgent",
          subject: "Anders",
          assigneeId: cast.anna.id,
          tags: ["a", "a", "b"],
          fields: { Gerät: "X1", Anzahl: 2 },
        },
      }),
    "concern.fieldsChanged",
  );
  for (const status of ["waiting", "resolved", "closed", "open"] as const)
    await verify(() => change(world, cast.anna, { id, change: { status } }), "concern.changed");
  const key = crypto.randomUUID();
  await verify(() =>
    changeMany(world, cast.anna, { key, ids: [id, other], change: { priority: "low", addTags: ["c"] } }),
  );
  await verify(() => undoMany(world, cast.anna, key), "concern.changed");
  const once = crypto.randomUUID();
  const wanted = { key: once, was: { subject: "Anders" }, status: "resolved" as const };
  await verify(() => changeOne(world, cast.anna, { id, wanted }), "concern.changed", "concern.resolvedAt");
  await verify(() => undoMany(world, cast.anna, once), "concern.changed", "concern.resolvedAt");
  await verify(
    () => snooze(world, cast.anna, { id, until: new Date(world.now().getTime() + 60_000).toISOString() }),
    "concern.changed",
  );
  world.pass(59_999);
  assert.equal(await wakeSnoozed(world), 0, "never early");
  world.pass(1);
  const counts = await verify(
    () => Promise.all([wakeSnoozed(world), wakeSnoozed(world), wakeSnoozed(world)]),
    "concern.changed",
  );
  assert.equal(
    counts.reduce((a, b) => a + b, 0),
    1,
    "once",
  );
});

void test("follow and unfollow, link and unlink", async () => {
  const id = await fresh("f1@kunde.example");
  await fresh("f2@kunde.example");
  const other = (await allConcerns(world.db)).at(-1);
  assert.ok(other);
  await verify(() => follow(world, cast.anna, id, cast.anna.id), "concern.followed");
  await verify(() => unfollow(world, cast.anna, id, cast.anna.id), "concern.followed");
  await verify(() => link(world, cast.anna, { id, number: other.number, kind: "related" }), "concern.linked");
  await verify(() => link(world, cast.anna, { id, number: other.number, kind: "duplicate" }), "concern.linked");
  await verify(() => change(world, cast.anna, { id: other.id, change: { status: "resolved", subject: "Anders" } }));
  await verify(() => unlink(world, cast.anna, other.id, id), "concern.unlinked");
});

void test("a delivery on its way: sending, later, sent, uncertain, bounced, seen; news for agents and acknowledgements", async () => {
  const id = await fresh("d@kunde.example");
  const said = sure(await answer(id, "d@kunde.example"));
  const first = await verify(() => claimed(said.messageId), "delivery.changed");
  await verify(
    () =>
      recordDelivery(world, first, { kind: "tryLater", afterMs: null, code: "4.2.0", detail: "später" }).then(
        () => true,
      ),
    "delivery.changed",
  );
  await verify(
    () => world.db.transaction((tx) => retryChannel(world, tx, first.channelId)).then(() => true),
    "delivery.changed",
  );
  world.pass(600_000);
  const second = await claimed(said.messageId);
  await rememberKeys(world, second, ["mid:d-1"]);
  world.pass(46_000);
  await verify(() => claimDeliveries(world, { limit: 10, leaseMs: 45_000 }), "delivery.changed", "concern.changed");
  await verify(
    () =>
      recordDelivery(world, second, { kind: "accepted", providerId: null, detail: "", refused: [] }).then(() => true),
    "delivery.changed",
    "concern.changed",
  );
  await verify(
    () =>
      world.db
        .transaction((tx) =>
          receiveReceipt(
            world,
            tx,
            cast.channel,
            {
              kind: "receipt",
              providerId: "1",
              references: ["mid:d-1"],
              recipient: null,
              state: "failed",
              code: "5.1.1",
              diagnostic: "weg",
              permanent: true,
              asksForToken: true,
              at: null,
            },
            arrivalNow(world),
          ),
        )
        .then(() => true),
    "delivery.changed",
    "concern.changed",
  );
  await verify(() => seenFailure(world, cast.anna, id), "concern.changed");
  const secret = await fresh("geheim@kunde.example", { text: "Karte 4111 1111 1111 1111" });
  const { id: hidden } = await world.db.one<{ id: MessageId }>(
    sql`SELECT id FROM message WHERE concern_id = ${secret}`,
  );
  await verify(async () => showSecret(world, cast.omar, { id: hidden, what: "text" }), "message.secretShown");
  // These follow from something else; the rating is further below.
  // The first of these are further below, the others in promises.test.ts and automation.test.ts.
  const unasked = new Set([
    "concerns.answered",
    // As concerns.acknowledge, of what a dialogue became; portal.test.ts has it.
    "concerns.acknowledgeDialogue",
    "concerns.customerName",
    "concerns.channelSet",
    "concerns.rated",
    "concerns.promiseNear",
    "concerns.promiseOver",
    "concerns.ruled",
    "concerns.standing",
  ]);
  for (const reaction of concernReactions(world, { acknowledge: true })) {
    if (unasked.has(reaction.name)) continue;
    const who = `neu-${reaction.name}@kunde.example`;
    await deliver(world, cast.channel, mail(who));
    const concern = (await allConcerns(world.db)).at(-1);
    sure(
      await note(world, cast.anna, {
        id: concern?.id as ConcernId,
        text: "@omar",
        html: null,
        uploads: [],
        key: crypto.randomUUID(),
      }),
    );
    const event = (await world.events()).findLast(
      (each) => reaction.wants(each) && (each.kind !== "message.added" || each.data.message.direction === "in"),
    );
    assert.ok(event);
    await verify(() => world.db.transaction((tx) => reaction.handle(tx, event)).then(() => true), "message.added");
  }
});

void test("an answer for a chosen time is written, put off, and leaves", async () => {
  const from = "geplant@kunde.example";
  const id = await fresh(from);
  const inMs = (ms: number): string => new Date(world.now().getTime() + ms).toISOString();
  const said = sure(await verify(() => answer(id, from, { sendAt: inMs(3_600_000) }), "message.added"));
  const later = { sendAt: inMs(7_200_000), holdIfAnswered: false };
  await verify(() => reschedule(world, cast.anna, said.messageId, later), "message.scheduled");
  world.pass(7_200_001);
  await verify(() => releaseScheduled(world, 10), "message.scheduled", "concern.changed");
});

void test("a customer's new name on their concerns", async () => {
  const id = await fresh("umbenannt@kunde.example");
  const { customerId } = (await allConcerns(world.db)).find((each) => each.id === id) ?? assert.fail();
  sure(await changeCustomer(world, cast.anna, customerId as CustomerId, { name: "Neuer Name" }));
  await verify(
    () =>
      world.db.transaction(async (tx) => {
        await followName(world, tx, customerId as CustomerId, cast.brandId);
        return true;
      }),
    "concern.changed",
  );
});

void test("an action that says nothing of what it does is noticed", async () => {
  const id = await fresh("breach@kunde.example");
  const silently = () =>
    world.db.transaction(async (tx) => {
      const state = await lockConcern(tx, id);
      assert.ok(state);
      await updateConcern(tx, state, { ...state, priority: "high", assigneeId: cast.anna.id });
    });
  await assert.rejects(verify(silently), /an action that changes something says so/);
  const half = async () => {
    await silently();
    await follow(world, cast.anna, id, cast.anna.id);
  };
  await world.db.run(sql`UPDATE concern SET priority = 'low' WHERE id = ${id}`);
  await assert.rejects(verify(half), { code: "ERR_ASSERTION" });
});

void test("split, move, merge, each taken back, and a proposal that is refused", async () => {
  const from = "umzug@kunde.example";
  const id = await fresh(from);
  world.pass(300_000);
  const other = await fresh(from);
  const answered = sure(await answer(id, from));
  const outbound = await outboundOf(world, await claimed(answered.messageId));
  const thread = { tokens: [outbound?.replyToken ?? ""] };
  const text = "Danke. Anderes Thema: Wie kündige ich meinen Mobilfunktarif zum Monatsende?";
  await verify(() => deliver(world, cast.channel, mail(from, { text, thread })), "message.added");
  const { id: messageId } = await world.db.one<{ id: MessageId }>(
    sql`SELECT id FROM message WHERE concern_id = ${id} AND proposal IS NOT NULL`,
  );
  await verify(() => keepHere(world, cast.anna, messageId), "message.kept");
  const number = (await allConcerns(world.db)).find((concern) => concern.id === other)?.number ?? 0;
  const key = () => crypto.randomUUID();
  const [one, two, three] = [key(), key(), key()];
  const messages = { only: [messageId] };
  await verify(
    () => split(world, cast.anna, { id, key: one, messages, subject: "Kündigung" }),
    "concern.created",
    "message.moved",
  );
  await verify(() => moveBack(world, cast.anna, one), "concern.removed", "message.moved");
  await verify(() => move(world, cast.anna, { id, key: two, messages, number }), "message.moved", "concern.linked");
  await verify(() => moveBack(world, cast.anna, two), "message.moved", "concern.unlinked");
  await verify(
    () => move(world, cast.anna, { id, key: three, messages: null, number }),
    "message.moved",
    "concern.changed",
  );
  await verify(() => change(world, cast.anna, { id: other, change: { subject: "Beides" } }));
  await verify(() => moveBack(world, cast.anna, three), "message.moved");
});

void test("asked for a rating, given, changed, given for a concern that was merged meanwhile", async () => {
  const from = "gefragt@kunde.example";
  sure(
    await setRatingRule(world, cast.omar, cast.brandId, { ...noRule, enabled: true, delayMinutes: 0, reopens: true }),
  );
  const id = await fresh(from);
  sure(await answer(id, from, { statusAfter: "resolved", undoMs: 0 }));
  const { brandId, customerId } = (await rowById(world.db, id)) ?? assert.fail();
  const about = { concernId: id, brandId, customerId };
  await world.db.transaction((tx) => followResolution(world, tx, about, world.now().toISOString()));
  world.pass(60_000);
  await verify(() => askWhatIsDue(world), "message.added", "rating.asked");
  const rating = await world.db.one<{ id: string }>(sql`SELECT id FROM rating WHERE concern_id = ${id}`);
  const token = tokenFor(world.mac, rating.id);
  await verify(() => giveRating(world, token, { score: 1, text: "Nein." }), "rating.given", "concern.changed");
  sure(await change(world, cast.anna, { id, change: { assigneeId: cast.anna.id } }));
  const told = concernReactions(world).find(({ name }) => name === "concerns.rated") ?? assert.fail();
  const event = (await world.events()).findLast(told.wants) ?? assert.fail();
  await verify(() => world.db.transaction((tx) => told.handle(tx, event)).then(() => true), "message.added");
  await verify(() => giveRating(world, token, { score: 5, text: "Doch." }), "rating.given", "concern.changed");
  world.pass(300_000);
  const other = await fresh(from, { subject: "Tarif", text: "Was kostet der neue Tarif?" });
  const { number } = (await rowById(world.db, other)) ?? assert.fail();
  sure(await move(world, cast.anna, { id, key: crypto.randomUUID(), messages: null, number }));
  sure(await change(world, cast.anna, { id: other, change: { status: "resolved" } }));
  await verify(() => giveRating(world, token, { score: 2, text: "" }), "rating.given", "concern.changed");
});

void test("what every concern's row says of its promises is what the log tells of it", async () => {
  const [rows, told] = await toldByTheLog(world);
  assert.deepEqual(rows, told);
  assert.ok(rows.filter((row) => row.dueAt !== null).length > 10, "promises run");
});
