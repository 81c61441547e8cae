// Calls as they are kept: who drives them, the concerns they join, what is dialled, recordings, on a real PostgreSQL and without an engine.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { isRefusal } from "#contract/errors.ts";
import type { ConcernId } from "#contract/ids.ts";
import {
  beginCall,
  boardLost,
  holdCall,
  keepCall,
  noteQuality,
  settleWish,
  takeBoard,
  wishOfCall,
} from "#modules/calls/actions.ts";
import { answeredBy, joinConcern } from "#modules/calls/actions-concerns.ts";
import {
  callById,
  callOf,
  callWants,
  callsFor,
  callsOfConcern,
  dueCalls,
  livingCalls,
  livingOfCaller,
  nextDueIn,
  openCallback,
  placeToKeep,
} from "#modules/calls/reads.ts";
import { callReactions } from "#modules/calls/reactions.ts";
import { change } from "#modules/concerns/actions-change.ts";
import { split } from "#modules/concerns/actions-moving.ts";
import { openConcern } from "#modules/concerns/reads-open.ts";
import { rowById } from "#modules/concerns/reads.ts";
import { customerByAddress, customerById } from "#modules/customers/reads.ts";
import { usualRules } from "#test/call-records.ts";
import { nothing, openCallWorld } from "#test/call-world.ts";
import { verifyAction } from "#test/verify-action.ts";
import { hears, messagesIn, partiesIn, sure } from "#test/world.ts";

const { world, cast, channelId, desk, at, begins, goesOn, queues, talks, ends, concernOf } = await openCallWorld();
after(() => world.close());

void test("a call that only helped itself makes neither concern nor customer; it is seen while it lives, and found by whoever takes over", async () => {
  const id = await begins({ number: "+493099999" });
  assert.deepEqual(
    (await livingCalls(world.db, channelId, world.now().toISOString())).map(({ call }) => call.id),
    [id],
  );
  assert.deepEqual(
    (await callsFor(world.db, cast.omar)).map((call) => [call.id, call.state]),
    [[id, "selfService"]],
  );
  // Whoever does not speak in it and supervises nobody, or serves another brand, has nothing to do with it.
  assert.deepEqual(await callsFor(world.db, cast.anna), []);
  assert.deepEqual(await callsFor(world.db, { ...cast.omar, brandIds: [cast.otherBrandId] }), []);
  await ends(id, "selfServed");
  assert.deepEqual(await livingCalls(world.db, channelId, world.now().toISOString()), []);
  const call = await callOf(world.db, id);
  assert.deepEqual([call?.end, call?.concernId, call?.version], ["selfServed", null, 2]);
  assert.equal(await customerByAddress(world.db, "phone", "+493099999"), null);
});

void test("who drives a channel no longer writes nothing; beginning twice is once; somebody who was slower changes nothing", async () => {
  const id = await begins();
  const old = desk.board;
  desk.board = await takeBoard(world, channelId);
  await assert.rejects(
    world.db.transaction((tx) => holdCall(tx, old, id)),
    { message: boardLost },
  );
  const begun = (await callById(world.db, id))?.call;
  assert.ok(begun);
  await assert.rejects(
    world.db.transaction((tx) => beginCall(world, tx, old, begun)),
    { message: boardLost },
  );
  const again = await world.db.transaction((tx) => beginCall(world, tx, desk.board, { ...begun, name: "anders" }));
  assert.deepEqual([again.version, again.call.name], [1, ""]);
  const row = await callById(world.db, id);
  assert.ok(row);
  await goesOn(id, (call) => ({ ...call, name: "Frau Blum" }));
  const late = await world.db.transaction((tx) =>
    keepCall(world, tx, desk.board, row, { ...row.call, name: "zu spät" }),
  );
  assert.equal(isRefusal(late) ? late.refused : "kept", "staleVersion");
  // What no store can carry comes from outside.
  const named = await goesOn(id, (call) => ({ ...call, name: "Nu\u0000ll\ud800" }));
  assert.equal(named.name, "Null\ufffd");
  // What is the machine's own is no news, and nothing new is nothing.
  const events = (await world.events()).length;
  await goesOn(id, (call) => ({ ...call, made: 7 }));
  await goesOn(id, (call) => call);
  assert.equal((await world.events()).length, events);
  await ends(id, "abandoned");
});

void test("who needs somebody is found by their number, unverified, and goes on in their newest concern that is not settled; the call's card stands there and they wait", async () => {
  const number = "+493011111";
  const one = await begins({ number, name: "Blum" });
  const call = await queues(one, {
    lines: "Worum geht es? Rechnung\nKundennummer: 4711",
    subject: "Rechnung",
    priority: "high",
  });
  const first = await concernOf(one);
  const row = await rowById(world.db, first);
  assert.deepEqual(
    [row?.subject, row?.status, row?.priority, row?.waitingSince, row?.channels, row?.customerName],
    ["Rechnung", "new", "high", at(), ["phone"], "Blum"],
  );
  const customer = await customerById(world.db, row?.customerId ?? assert.fail("nobody"));
  assert.deepEqual(
    customer?.addresses.map(({ kind, value, verifiedAt }) => [kind, value, verifiedAt]),
    [["phone", number, null]],
  );
  const opened = sure(await openConcern(world, cast.anna, first));
  assert.deepEqual(
    opened.messages.map(({ direction, channelKind, text, parts }) => [direction, channelKind, text, parts]),
    [
      [
        "in",
        "phone",
        "Worum geht es? Rechnung\nKundennummer: 4711",
        [{ kind: "call", callId: one, text: `Anruf von Blum (${number})` }],
      ],
    ],
  );
  // Told again (the answer of the commit was lost), it is the same.
  assert.deepEqual(await world.db.transaction((tx) => joinConcern(world, tx, { ...call, concernId: null }, nothing)), {
    concernId: first,
    customerId: row?.customerId,
  });
  await talks(one);
  await ends(one, "talked");
  world.pass(60_000);
  const two = await begins({ number });
  await queues(two);
  assert.equal(await concernOf(two), first, "the same concern goes on");
  await ends(two, "abandoned");
  sure(await change(world, cast.anna, { id: first, change: { status: "resolved" } }));
  const three = await begins({ number });
  await queues(three);
  const next = await concernOf(three);
  assert.notEqual(next, first, "a settled one is left alone");
  assert.equal((await rowById(world.db, next))?.customerId, row?.customerId);
  assert.deepEqual(
    sure(await callsOfConcern(world.db, cast.anna, first)).map(({ id }) => id),
    [two, one],
  );
  const hidden = await callsOfConcern(world.db, cast.eva, first);
  assert.equal(isRefusal(hidden) ? hidden.refused : "shown", "notFound");
  await ends(three, "abandoned");
});

void test("a withheld number is a customer of its own each time, with nothing to write to; a page's visitor is who they are in the chat", async () => {
  const ids = await Promise.all([begins({ number: null }), begins({ number: null })]);
  for (const id of ids) await queues(id);
  const [a, b] = await Promise.all(ids.map(concernOf));
  assert.notEqual(a, b);
  assert.deepEqual(await partiesIn(world.db, a ?? ""), {});
  const opened = sure(await openConcern(world, cast.anna, a as ConcernId));
  assert.deepEqual(
    [opened.concern.row.customerName, opened.messages[0]?.text],
    ["Anruf mit unterdrückter Rufnummer", "Anruf mit unterdrückter Rufnummer"],
  );
  const web = await begins({ number: null, by: "web", visitor: "visitor-1", name: "Ida", language: "en" });
  assert.equal((await livingOfCaller(world.db, "visitor-1"))?.id, web);
  await queues(web);
  const known = await customerByAddress(world.db, "chat", "visitor-1");
  assert.equal((await rowById(world.db, await concernOf(web)))?.customerId, known?.customerId);
  for (const id of [...ids, web]) await ends(id, "abandoned");
  assert.equal(await livingOfCaller(world.db, "visitor-1"), null);
});

void test("of many calls of a new number at once one makes the customer, and the concern", async () => {
  const number = "+493022222";
  const ids = await Promise.all(Array.from({ length: 6 }, () => begins({ number })));
  await Promise.all(ids.map((id) => queues(id)));
  const concerns = new Set(await Promise.all(ids.map(concernOf)));
  assert.equal(concerns.size, 1);
  assert.equal((await messagesIn(world.db, [...concerns][0] ?? "")).length, 6);
  for (const id of ids) await ends(id, "abandoned");
});

void test("an agent who speaks with them has answered, once; what the desk knew follows by the events alone", async () => {
  const id = await begins({ number: "+493033333" });
  await verifyAction(world, cast.anna, () => queues(id), ["call.changed", "concern.created", "message.added"]);
  const concernId = await concernOf(id);
  world.pass(20_000);
  await verifyAction(world, cast.anna, () => talks(id), ["call.changed", "message.added", "concern.firstReply"]);
  const row = await rowById(world.db, concernId);
  assert.deepEqual([row?.waitingSince, row?.status, row?.lastDirection], [null, "open", "out"]);
  await world.db.transaction(async (tx) =>
    answeredBy(world, tx, (await callById(tx, id))?.call ?? assert.fail(), cast.anna.id),
  );
  assert.deepEqual(
    (await messagesIn(world.db, concernId)).map(({ direction, authorKind }) => [direction, authorKind]),
    [
      ["in", "customer"],
      ["out", "agent"],
    ],
  );
  await verifyAction(
    world,
    cast.anna,
    () => noteQuality(world, cast.anna, id, { mos: 3.1, lossPercent: 4, jitterMs: 12, silent: false }),
    ["call.changed"],
  );
  await verifyAction(world, cast.anna, () => ends(id, "talked"), ["call.changed"]);
  const foreign = await noteQuality(world, cast.eva, id, { mos: 3, lossPercent: 0, jitterMs: 0, silent: true });
  assert.equal(isRefusal(foreign) ? foreign.refused : "noted", "notFound");
});

void test("a call nobody took is work, or only noted: then nobody waits, unless they said more", async () => {
  const noted = { ...usualRules, missed: "note" as const };
  const one = await begins({ number: "+493044441" });
  await queues(one);
  await ends(one, "abandoned");
  assert.ok((await rowById(world.db, await concernOf(one)))?.waitingSince);
  const two = await begins({ number: "+493044442" });
  await queues(two);
  await verifyAction(world, cast.anna, () => ends(two, "abandoned", noted), ["concern.changed"]);
  assert.deepEqual((await rowById(world.db, await concernOf(two)))?.status, "resolved");
  // They wrote before in it: that still waits.
  const number = "+493044443";
  const earlier = await begins({ number });
  await queues(earlier);
  world.pass(1_000);
  const three = await begins({ number });
  await queues(three);
  const waiting = (await rowById(world.db, await concernOf(three)))?.waitingSince;
  await ends(three, "abandonedAtOnce", noted);
  assert.equal((await rowById(world.db, await concernOf(three)))?.waitingSince, waiting);
  // A callback is none that gave up, and neither is who helped themselves.
  const four = await begins({ number: "+493044444" });
  await queues(four);
  await ends(four, "callback", noted);
  assert.ok((await rowById(world.db, await concernOf(four)))?.waitingSince);
  await ends(earlier, "abandoned");
});

void test("who calls again within the time has the old place; later, or after a talk, it is a new one; a callback that waits is found", async () => {
  const number = "+493055555";
  const first = await begins({ number });
  const waited = await queues(first);
  world.pass(120_000);
  await ends(first, "abandoned");
  world.pass(300_000);
  const again = await begins({ number });
  const caller = (await callById(world.db, again))?.call ?? assert.fail();
  const kept = await placeToKeep(world.db, caller, world.now(), 600);
  assert.deepEqual([kept?.id, kept?.waitingSince], [first, waited.waitingSince]);
  assert.equal(await placeToKeep(world.db, caller, world.now(), 299), null);
  assert.equal(await placeToKeep(world.db, { ...caller, number: null }, world.now(), 600), null);
  await queues(again);
  await talks(again);
  await ends(again, "talked");
  const third = await begins({ number });
  assert.equal(await placeToKeep(world.db, { ...caller, id: third }, world.now(), 600), null);
  const nextAt = new Date(world.now().getTime() + 3_600_000).toISOString();
  const callback = {
    number,
    at: nextAt,
    tries: 0,
    lastTryAt: null,
    lastCause: null,
    expiresAt: nextAt,
    state: "waiting" as const,
    legId: null,
    nextAt,
  };
  const back = await begins({
    number,
    direction: "out",
    phase: "queue",
    waitingSince: at(),
    callback,
    dueAt: nextAt,
    legs: [],
    concernId: await concernOf(again),
  });
  assert.equal((await openCallback(world.db, { ...caller, id: third }, world.now()))?.id, back);
  // The database says when it is due, for whoever drives the channel then.
  assert.equal(await nextDueIn(world.db, channelId), nextAt);
  assert.deepEqual(await dueCalls(world.db, channelId, at(), 10), []);
  assert.deepEqual(
    (await dueCalls(world.db, channelId, nextAt, 10)).map(({ call }) => call.id),
    [back],
  );
  const want = (await callWants(world.db, [await concernOf(again)])).get(await concernOf(again));
  assert.deepEqual([want?.kind, want?.notBefore, want?.talking], ["callback", nextAt, false]);
  await ends(back, "notReached");
  assert.equal(await nextDueIn(world.db, channelId), null);
  await ends(third, "abandoned");
});

void test("wishes are said in the log for whoever drives the channel; what cannot be is refused at once", async () => {
  const id = await begins({ number: "+493066666" });
  await queues(id);
  const hold = { what: "hold", on: true } as const;
  const asks = async (who: typeof cast.anna, wish: Parameters<typeof wishOfCall>[2]["wish"]) => {
    const said = await wishOfCall(world, who, { callId: id, id: crypto.randomUUID(), wish });
    return isRefusal(said) ? said.refused : "said";
  };
  assert.equal(await asks(cast.anna, hold), "notAllowed");
  assert.equal(await asks(cast.eva, hold), "notFound");
  assert.equal(await asks(cast.omar, { what: "join", mode: "listens" }), "said");
  await talks(id);
  assert.equal(await asks(cast.anna, hold), "said");
  assert.equal(await asks(cast.anna, { what: "join", mode: "talks" }), "notAllowed");
  assert.equal(await asks(cast.omar, hold), "notAllowed");
  assert.equal(await asks(cast.omar, { what: "hangUp" }), "said");
  const wished = (await world.events()).filter((event) => event.kind === "call.wished");
  assert.deepEqual(
    wished.map(({ data }) => [data.callId, data.wish.what, data.supervises]),
    [
      [id, "join", true],
      [id, "hold", false],
      [id, "hangUp", true],
    ],
  );
  const settled = { wishId: wished[1]?.data.wishId ?? "", callId: id, agentId: cast.anna.id, refused: null };
  await verifyAction(world, cast.anna, () => world.db.transaction((tx) => settleWish(world, tx, desk.board, settled)), [
    "call.settled",
  ]);
  await ends(id, "talked");
  assert.equal(await asks(cast.anna, hold), "callOver");
});

void test("a call's card that goes to another concern takes the call with it", async () => {
  const number = "+493014141";
  const one = await begins({ number });
  await queues(one);
  await ends(one, "abandoned");
  world.pass(1_000);
  const two = await begins({ number });
  await queues(two);
  await ends(two, "abandoned");
  const from = await concernOf(one);
  const card = sure(await openConcern(world, cast.anna, from)).messages.at(-1)?.id ?? assert.fail();
  const before = (await world.events()).at(-1)?.seq ?? 0;
  const moved = sure(
    await split(world, cast.anna, {
      id: from,
      key: crypto.randomUUID(),
      messages: { only: [card] },
      subject: "Etwas anderes",
    }),
  );
  await verifyAction(
    world,
    cast.anna,
    async () => {
      for (const reaction of callReactions(world))
        for (const event of await world.events(before)) await hears(world, reaction, event);
    },
    ["call.changed"],
  );
  assert.equal(await concernOf(one), from);
  const to = await concernOf(two);
  assert.notEqual(to, from);
  assert.ok(moved);
  assert.deepEqual(
    sure(await callsOfConcern(world.db, cast.anna, to)).map(({ id }) => id),
    [two],
  );
});
