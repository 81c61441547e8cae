// Answers for a chosen time: said then and not before, with that time; what a customer writes meanwhile is not answered by them, and can hold them back.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isRefusal, type Refusal } from "#contract/errors.ts";
import type { ConcernId, MessageId } from "#contract/ids.ts";
import { change } from "#modules/concerns/actions-change.ts";
import { saveDraft } from "#modules/concerns/actions-drafts.ts";
import { create, reply, sendNow, undoSend } from "#modules/concerns/actions-reply.ts";
import { reschedule } from "#modules/concerns/actions-schedule.ts";
import { wakeSnoozed } from "#modules/concerns/actions-time.ts";
import { openConcern } from "#modules/concerns/reads-open.ts";
import { sql } from "#platform/db/db.ts";
import { answerOf, claimOf, newConcern, send, sendAll } from "#test/outbox.ts";
import { verifyAction } from "#test/verify-action.ts";
import { addCast, deliver, mail, openTestWorld, type Cast, type TestWorld } from "#test/world.ts";

const hourMs = 3_600_000;
let world: TestWorld;
let cast: Cast;
before(async () => {
  world = await openTestWorld();
  cast = await addCast(world);
});
after(() => world.close());

const sure = <T>(value: T): Exclude<T, Refusal> => {
  if (isRefusal(value)) return assert.fail(JSON.stringify(value));
  return value as Exclude<T, Refusal>;
};

const soon = (ms: number): string => new Date(world.now().getTime() + ms).toISOString();

/** A customer's concern with an answer for two days later; resolved when it has left. */
const scheduled = async (over: Partial<Parameters<typeof reply>[2]> = {}) => {
  const made = await newConcern(world, cast);
  const wroteAt = world.now().toISOString();
  const sendAt = soon(48 * hourMs);
  world.pass(1_000);
  const said = sure(
    await reply(
      world,
      cast.anna,
      answerOf(cast, made.id, made.from, {
        text: "Am Montag wissen wir mehr.",
        sendAt,
        statusAfter: "resolved",
        undoMs: 10_000,
        ...over,
      }),
    ),
  );
  return { ...made, wroteAt, sendAt, messageId: said.messageId };
};

const shown = async (id: ConcernId) => sure(await openConcern(world, cast.anna, id));
const shownMessage = async (id: ConcernId, messageId: MessageId) => {
  const found = (await shown(id)).messages.find((message) => message.id === messageId);
  assert.ok(found);
  return found;
};
const writesAgain = (from: string, id: ConcernId) => {
  world.pass(10 * 60_000);
  return deliver(world, cast.channel, mail(from, { thread: { references: [`mid:first-${id}`] } }));
};
/** The customer's own earlier mail is what a second one refers to. */
const rememberFirst = async (id: ConcernId): Promise<void> => {
  await world.db.run(sql`
    INSERT INTO reference (key, channel_kind, message_id, concern_id, ours)
    SELECT ${`mid:first-${id}`}, 'email', m.id, m.concern_id, false FROM message m WHERE m.concern_id = ${id} AND m.seq = 1`);
};

void test("until it leaves the customer waits and nothing counts as said; then it is said at that time, and the concern is what was chosen", async () => {
  const it = await scheduled();
  const until = await shown(it.id);
  assert.equal(until.concern.row.status, "snoozed");
  assert.equal(until.concern.row.snoozedUntil, it.sendAt);
  assert.equal(until.concern.row.waitingSince, it.wroteAt);
  assert.equal(until.concern.row.lastDirection, "in");
  assert.equal(until.concern.firstReplyAt, null);
  assert.deepEqual((await shownMessage(it.id, it.messageId)).scheduled, {
    at: it.sendAt,
    statusAfter: "resolved",
    holdIfAnswered: true,
    held: false,
  });

  world.setNow(new Date(Date.parse(it.sendAt) - 1).toISOString());
  assert.equal(await claimOf(world, it.messageId), undefined, "never early");
  world.pass(1);
  await wakeSnoozed(world);
  assert.equal((await shown(it.id)).concern.row.status, "snoozed", "nobody is woken for what leaves now");
  const outbound = await send(world, await claimOf(world, it.messageId));
  assert.equal(outbound.at, it.sendAt, "the mail carries the time of its sending");
  const then = await shown(it.id);
  assert.equal(then.concern.row.status, "resolved");
  assert.equal(then.concern.row.waitingSince, null);
  assert.equal(then.concern.row.lastDirection, "out");
  assert.equal(then.concern.row.lastMessageAt, it.sendAt);
  assert.equal(then.concern.firstReplyAt, it.sendAt);
  assert.equal(then.concern.resolvedAt, it.sendAt);
  const message = await shownMessage(it.id, it.messageId);
  assert.deepEqual([message.scheduled, message.at], [null, it.sendAt]);
  const found = await world.db.one<{ at: string }>(
    sql`SELECT at FROM message_search WHERE message_id = ${it.messageId}`,
  );
  assert.equal(found.at, it.sendAt);
});

void test("a first message for a chosen time: its concern sleeps until then, waits afterwards, and goes with the message that is taken back", async () => {
  const sendAt = soon(24 * hourMs);
  const first = {
    brandId: cast.brandId,
    channelId: cast.channel.id,
    customerId: null,
    kind: "email" as const,
    to: ["neu@kunde.example"],
    cc: [],
    subject: "Ihr Termin",
    text: "Morgen kommt der Techniker.",
    html: null,
    uploads: [],
    sendAt,
    undoMs: 10_000,
  };
  assert.deepEqual(
    await create(world, cast.anna, { ...first, sendAt: world.now().toISOString(), key: crypto.randomUUID() }),
    { refused: "timeInPast", field: "sendAt" },
  );
  const gone = sure(await create(world, cast.anna, { ...first, key: crypto.randomUUID() }));
  assert.equal(gone.state.status, "snoozed");
  sure(await undoSend(world, cast.anna, gone.messageId));
  assert.ok(isRefusal(await openConcern(world, cast.anna, gone.state.id)), "nothing is left of it");

  const result = sure(await create(world, cast.anna, { ...first, key: crypto.randomUUID() }));
  const { id } = result.state;
  const { row, ...until } = (await shown(id)).concern;
  assert.deepEqual(
    [row.status, row.snoozedUntil, row.snippet, row.waitingSince, until.firstReplyAt],
    ["snoozed", sendAt, "Morgen kommt der Techniker.", null, null],
  );
  world.setNow(new Date(Date.parse(sendAt) - 1).toISOString());
  await wakeSnoozed(world);
  assert.equal(await claimOf(world, result.messageId), undefined, "never early");
  world.pass(1);
  await wakeSnoozed(world);
  const outbound = await send(world, await claimOf(world, result.messageId));
  assert.equal(outbound.at, sendAt);
  assert.match(outbound.subject, /^Ihr Termin/);
  const then = (await shown(id)).concern.row;
  assert.deepEqual([then.status, then.lastDirection, then.lastMessageAt], ["waiting", "out", sendAt]);
});

void test("a try that fails and one days later carry the same date", async () => {
  const it = await scheduled();
  world.setNow(it.sendAt);
  const first = await send(world, await claimOf(world, it.messageId), {
    kind: "tryLater",
    afterMs: null,
    code: "4.2.0",
    detail: "later",
  });
  world.pass(5 * hourMs);
  const second = await send(world, await claimOf(world, it.messageId));
  assert.deepEqual([second.at, second.deliveryToken], [first.at, first.deliveryToken]);
});

void test("the customer writes meanwhile: the concern wakes, the answer is held back, and leaves when somebody says so, answering only what came before it", async () => {
  const it = await scheduled();
  await rememberFirst(it.id);
  assert.ok(await writesAgain(it.from, it.id));
  const wroteAgainAt = world.now().toISOString();
  assert.equal((await shown(it.id)).concern.row.status, "open");
  world.setNow(it.sendAt);
  await verifyAction(world, cast.anna, () => claimOf(world, it.messageId), ["message.scheduled"]);
  assert.equal((await shownMessage(it.id, it.messageId)).scheduled?.held, true);
  assert.equal(await claimOf(world, it.messageId), undefined, "not looked at again");
  const before = world.now().toISOString();
  await verifyAction(world, cast.anna, () => sendNow(world, cast.anna, it.messageId), [
    "message.scheduled",
    "delivery.changed",
    "concern.firstReply",
  ]);
  const outbound = await send(world, await claimOf(world, it.messageId));
  assert.equal(outbound.at, before);
  const row = (await shown(it.id)).concern.row;
  assert.equal(row.status, "open", "the new mail still waits");
  assert.equal(row.waitingSince, wroteAgainAt);
});

void test("without holding back it leaves all the same, and what the customer wrote meanwhile still waits", async () => {
  const it = await scheduled({ holdIfAnswered: false });
  await rememberFirst(it.id);
  await writesAgain(it.from, it.id);
  const wroteAgainAt = world.now().toISOString();
  world.setNow(it.sendAt);
  await verifyAction(world, cast.anna, () => sendAll(world), ["message.scheduled", "concern.changed"]);
  const { row } = (await shown(it.id)).concern;
  assert.deepEqual([row.status, row.waitingSince, row.lastDirection], ["open", wroteAgainAt, "out"]);
});

void test("a machine's mail holds nothing back", async () => {
  const it = await scheduled();
  await rememberFirst(it.id);
  await deliver(
    world,
    cast.channel,
    mail(it.from, { thread: { references: [`mid:first-${it.id}`] }, automatic: "auto-reply" }),
  );
  world.setNow(it.sendAt);
  await send(world, await claimOf(world, it.messageId));
});

void test("a status that somebody chose meanwhile stays", async () => {
  const it = await scheduled({ statusAfter: "waiting" });
  sure(await change(world, cast.omar, { id: it.id, change: { status: "closed" } }));
  world.setNow(it.sendAt);
  await sendAll(world);
  assert.equal((await shown(it.id)).concern.row.status, "closed");
});

void test("taken back it is a draft, and the concern as it was; another time; the past, and what has left, are refused", async () => {
  const it = await scheduled();
  const later = soon(100 * hourMs);
  await verifyAction(
    world,
    cast.anna,
    () => reschedule(world, cast.anna, it.messageId, { sendAt: later, holdIfAnswered: false }),
    ["message.scheduled", "concern.changed"],
  );
  assert.equal((await shown(it.id)).concern.row.snoozedUntil, later);
  world.setNow(it.sendAt);
  assert.equal(await claimOf(world, it.messageId), undefined);
  const past = await reschedule(world, cast.anna, it.messageId, { sendAt: soon(0), holdIfAnswered: true });
  assert.ok(isRefusal(past) && past.refused === "timeInPast");
  const draft = sure(await verifyAction(world, cast.anna, () => undoSend(world, cast.anna, it.messageId)));
  assert.equal(draft.text, "Am Montag wissen wir mehr.");
  world.setNow(later);
  assert.equal(await claimOf(world, it.messageId), undefined, "nothing leaves");
  const gone = await reschedule(world, cast.anna, it.messageId, { sendAt: soon(hourMs), holdIfAnswered: true });
  assert.ok(isRefusal(gone) && gone.refused === "alreadySent");

  const other = await scheduled();
  assert.ok(isRefusal(await reschedule(world, cast.eva, other.messageId, { sendAt: soon(1), holdIfAnswered: true })));
});

/** Once the answer that was taken back was written over whatever its author had begun since. */
void test("taken back while another is being written, an answer becomes a second draft; with two drafts there it stays, and leaves when it was to", async () => {
  const one = await scheduled();
  const write = (kind: "reply" | "second", text: string) =>
    saveDraft(world, cast.anna, one.id, kind, { channelId: null, to: [], cc: [], text, html: null, uploads: [] });
  sure(await write("reply", "Noch etwas:"));
  const back = sure(await verifyAction(world, cast.anna, () => undoSend(world, cast.anna, one.messageId)));
  assert.deepEqual([back.kind, back.text], ["second", "Am Montag wissen wir mehr."]);
  const texts = async () => (await shown(one.id)).drafts.map((draft) => [draft.kind, draft.text]);
  const both = [
    ["reply", "Noch etwas:"],
    ["second", "Am Montag wissen wir mehr."],
  ];
  assert.deepEqual(await texts(), both);

  const sendAt = soon(hourMs);
  const { messageId } = sure(
    await reply(world, cast.anna, {
      id: one.id,
      channelId: cast.channel.id,
      to: ["dritte@kunde.example"],
      cc: [],
      text: "Die dritte.",
      html: null,
      uploads: [],
      sendAt,
      holdIfAnswered: false,
      statusAfter: "open",
      key: crypto.randomUUID(),
      undoMs: 0,
    }),
  );
  // Sending forgets the draft it was, and only that.
  assert.deepEqual(await texts(), both.slice(1));
  sure(await write("reply", "Eine vierte"));
  const full = await undoSend(world, cast.anna, messageId);
  assert.ok(isRefusal(full) && full.refused === "twoDrafts");
  world.setNow(sendAt);
  assert.notEqual(await claimOf(world, messageId), undefined, "it was not taken back");
});

void test("several workers at the same moment let it go once", async () => {
  const it = await scheduled();
  world.setNow(it.sendAt);
  const claims = (await Promise.all([1, 2, 3, 4].map(() => claimOf(world, it.messageId)))).filter(Boolean);
  const late = claims.length === 0 ? await claimOf(world, it.messageId) : claims[0];
  assert.ok(claims.length <= 1);
  await send(world, late);
  const said = (await world.events()).filter(
    (event) => event.kind === "message.scheduled" && event.data.messageId === it.messageId,
  );
  assert.equal(said.length, 1);
});
