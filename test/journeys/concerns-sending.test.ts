// How answers leave: held, taken back, claimed once, tried again, uncertain, bounced; agents who answer from their own mail program.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { DeliveryResult, Outbound } from "#contract/channel.ts";
import { isRefusal } from "#contract/errors.ts";
import type { UploadId } from "#contract/files.ts";
import type { AgentId, MessageId } from "#contract/ids.ts";
import { claimDeliveries, outboundOf, recordDelivery, rememberKeys, type Claim } from "#modules/concerns/actions-outbox.ts";
import { receiveReceipt } from "#modules/concerns/actions-receipts.ts";
import { create, note, reply, seenFailure, sendNow, undoSend } from "#modules/concerns/actions-reply.ts";
import { concernReactions } from "#modules/concerns/reactions.ts";
import { sql } from "#platform/db/db.ts";
import { addCast, allConcerns, deliver, mail, messagesIn, openTestWorld, partiesIn, type Cast, type TestWorld } from "#test/world.ts";

let world: TestWorld;
let cast: Cast;
let people = 0;
before(async () => {
  world = await openTestWorld({ connections: 12 });
  cast = await addCast(world);
});
after(() => world.close());

const leaseMs = 45_000;
const accepted: DeliveryResult = { kind: "accepted", providerId: "p1", detail: "250 ok", refused: [] };

/** A new customer's concern. */
const concern = async (over: Parameters<typeof mail>[1] = {}) => {
  people += 1;
  const from = `person${people}@kunde.example`;
  await deliver(world, cast.channel, mail(from, { subject: `Sache ${people}`, ...over }));
  const found = (await allConcerns(world.db)).at(-1);
  assert.ok(found);
  return { id: found.id, number: found.number, from };
};

const input = (id: string, to: string, over: Partial<Parameters<typeof reply>[2]> = {}): Parameters<typeof reply>[2] => ({
  id: id as never,
  channelId: cast.channel.id,
  to: [to],
  cc: [],
  text: "Wir kümmern uns.",
  html: null,
  uploads: [],
  sendAt: null,
  then: "waiting",
  key: crypto.randomUUID(),
  undoMs: 10_000,
  ...over,
});

const answered = async (over: Partial<Parameters<typeof reply>[2]> = {}) => {
  const made = await concern();
  const said = await reply(world, cast.anna, input(made.id, made.from, over));
  assert.ok(!isRefusal(said), JSON.stringify(said));
  return { ...made, messageId: said.messageId };
};

/** The claims for one message, everything else that is due put aside as sent. */
const claimOf = async (messageId: MessageId): Promise<Claim | undefined> => {
  let mine: Claim | undefined;
  for (const claim of await claimDeliveries(world, { limit: 100, leaseMs })) {
    if (claim.messageId === messageId) mine = claim;
    else {
      await rememberKeys(world, claim, []);
      await recordDelivery(world, claim, accepted);
    }
  }
  return mine;
};

const sentBy = async (claim: Claim | undefined, result: DeliveryResult = accepted): Promise<Outbound> => {
  assert.ok(claim);
  const outbound = await outboundOf(world, claim);
  assert.ok(outbound);
  assert.ok(await rememberKeys(world, claim, [`mid:dt-${outbound.deliveryToken}`]));
  await recordDelivery(world, claim, result);
  return outbound;
};

const stateOf = (messageId: string) => world.db.one<{ state: string; attempts: number; nextTryAt: string | null; history: { state: string }[] }>(sql`SELECT state, attempts, next_try_at AS "nextTryAt", history FROM delivery WHERE message_id = ${messageId}`);
const rowOf = async (id: string) => (await allConcerns(world.db)).find((each) => each.id === id);

void test("an answer is held for the undo time, leaves once, and carries signature, last message, keys and a token", async () => {
  const { messageId, from, number } = await answered();
  world.pass(9_999);
  assert.equal(await claimOf(messageId), undefined, "never early");
  world.pass(1);
  const claims = await Promise.all([claimOf(messageId), claimOf(messageId), claimOf(messageId)]);
  assert.equal(claims.filter(Boolean).length, 1, "one worker has it");
  const outbound = await sentBy(claims.find(Boolean));
  assert.deepEqual(outbound.to.map((person) => person.value), [from]);
  assert.match(outbound.subject, new RegExp(`^Re: Sache \\d+ \\[#${number}\\]$`));
  assert.ok(outbound.text.startsWith("Wir kümmern uns.\n\n-- \nAnna Berg\nElbkabel\n\nAm "));
  assert.ok(outbound.text.includes("> Guten Tag"));
  assert.equal(outbound.fromName, "Anna Berg (Elbkabel)");
  assert.equal(outbound.answers.length, 1);
  assert.match(outbound.replyToken ?? "", /^[a-z2-7]{42}$/);
  assert.equal(outbound.automatic, false);
  assert.deepEqual((await stateOf(messageId)).history.map((line) => line.state), ["held", "sending", "sent"]);
  assert.equal(await claimOf(messageId), undefined);
});

void test("the same key twice answers once, also at the same moment", async () => {
  const made = await concern();
  const twice = input(made.id, made.from);
  const results = await Promise.all([1, 2, 3].map(() => reply(world, cast.anna, twice)));
  assert.equal(new Set(results.map((result) => (isRefusal(result) ? "refused" : result.messageId))).size, 1);
  assert.equal((await messagesIn(world.db, made.id)).length, 2);
  const stolen = await reply(world, cast.omar, twice);
  assert.ok(isRefusal(stolen));
});

void test("undo: the answer becomes a draft again and the concern is as it was; what others changed stays; too late is refused", async () => {
  const made = await concern();
  const was = await rowOf(made.id);
  const upload = world.newId() as UploadId;
  await world.db.run(sql`INSERT INTO upload (id, agent_id, hash, name, media_type, size_bytes, image, at) VALUES (${upload}, ${cast.anna.id}, ${"1".repeat(64)}, 'bild.png', 'image/png', 10, true, ${world.now().toISOString()})`);
  const said = await reply(world, cast.anna, input(made.id, made.from, { then: "resolved", html: `<p>Hier <img data-upload="${upload}" src="https://fremd.example/x"></p>`, uploads: [upload] }));
  assert.ok(!isRefusal(said));
  const html = (await world.db.one<{ html: string }>(sql`SELECT html FROM message_body WHERE message_id = ${said.messageId}`)).html;
  assert.ok(html.includes(`data-inline="${upload}@inline"`) && !html.includes("fremd"));
  assert.ok(isRefusal(await undoSend(world, cast.omar, said.messageId)), "only by who wrote it");
  const draft = await undoSend(world, cast.anna, said.messageId);
  assert.ok(!isRefusal(draft));
  assert.equal(draft.html?.includes(`data-upload="${upload}"`), true);
  assert.deepEqual(draft.uploads.map((each) => each.uploadId), [upload]);
  const now = await rowOf(made.id);
  assert.deepEqual({ ...now, version: 0, lastSeq: 0 }, { ...was, version: 0, lastSeq: 0 });
  world.pass(20_000);
  assert.equal(await claimOf(said.messageId), undefined, "nothing leaves");
  const again = await undoSend(world, cast.anna, said.messageId);
  assert.ok(isRefusal(again) && again.refused === "nothingToUndo");

  const late = await answered();
  world.pass(10_000);
  const claim = await claimOf(late.messageId);
  const tooLate = await undoSend(world, cast.anna, late.messageId);
  assert.ok(isRefusal(tooLate) && tooLate.refused === "alreadySent");
  await sentBy(claim);
});

void test("undo and the worker at the same moment: either it left or it is a draft, never both, never neither", async () => {
  for (let round = 0; round < 12; round += 1) {
    const { messageId } = await answered({ undoMs: 0 });
    const [undone, claim] = await Promise.all([undoSend(world, cast.anna, messageId), claimOf(messageId)]);
    assert.equal(isRefusal(undone), claim !== undefined);
    if (claim) await sentBy(claim);
  }
});

void test("scheduled answers leave then and not before; the past is refused; sendNow hurries", async () => {
  const { messageId } = await answered({ sendAt: new Date(world.now().getTime() + 3_600_000).toISOString() });
  world.pass(3_599_999);
  assert.equal(await claimOf(messageId), undefined);
  assert.ok(!isRefusal(await sendNow(world, cast.anna, messageId)));
  await sentBy(await claimOf(messageId));
  const made = await concern();
  const past = await reply(world, cast.anna, input(made.id, made.from, { sendAt: world.now().toISOString() }));
  assert.ok(isRefusal(past) && past.refused === "timeInPast");
  const sentAgain = await sendNow(world, cast.anna, messageId);
  assert.ok(isRefusal(sentAgain) && sentAgain.refused === "alreadySent");
});

void test("try later: with growing pauses, the same bytes each time, and given up after five days with the concern woken", async () => {
  const { messageId, id } = await answered({ undoMs: 0 });
  const start = world.now().getTime();
  const seen = new Set<string>();
  for (let tries = 0; tries < 100; tries += 1) {
    const { state, nextTryAt } = await stateOf(messageId);
    if (state === "failed") break;
    world.setNow(nextTryAt ?? "");
    const outbound = await sentBy(await claimOf(messageId), { kind: "tryLater", afterMs: null, code: "4.2.0", detail: "later" });
    seen.add(JSON.stringify({ ...outbound, deliveryId: null }));
  }
  const { state, attempts } = await stateOf(messageId);
  assert.equal(state, "failed");
  assert.equal(seen.size, 1);
  assert.ok(attempts > 20 && attempts < 60);
  assert.ok(world.now().getTime() - start > 4 * 86_400_000);
  const row = await rowOf(id);
  assert.deepEqual([row?.status, row?.deliveryFailed], ["open", true]);
  const seen2 = await seenFailure(world, cast.anna, id);
  assert.ok(!isRefusal(seen2) && !seen2.deliveryFailed);
});

void test("P5: a worker that dies before the call gives its delivery back; one that dies after it leaves an uncertain one, shown, sent by nobody else", async () => {
  const early = await answered({ undoMs: 0 });
  const lost = await claimOf(early.messageId);
  assert.ok(lost);
  world.pass(leaseMs + 1);
  const next = await claimOf(early.messageId);
  assert.ok(next && next.leaseToken !== lost.leaseToken);
  assert.equal(await rememberKeys(world, lost, ["mid:zombie"]), false, "the first worker may send no more");
  await recordDelivery(world, lost, { kind: "refused", code: "5.0.0", detail: "zombie" });
  assert.equal((await stateOf(early.messageId)).state, "sending");
  await sentBy(next);

  const late = await answered({ undoMs: 0 });
  const begun = await claimOf(late.messageId);
  assert.ok(begun && (await rememberKeys(world, begun, ["mid:begun"])));
  assert.equal(await rememberKeys(world, begun, ["mid:begun"]), false, "one call for one claim");
  world.pass(leaseMs + 1);
  assert.equal(await claimOf(late.messageId), undefined);
  assert.equal((await stateOf(late.messageId)).state, "unknown");
  assert.equal((await rowOf(late.id))?.deliveryFailed, true);
  await recordDelivery(world, begun, accepted);
  assert.equal((await stateOf(late.messageId)).state, "sent", "the late answer settles it");
});

void test("many workers over a full outbox: each delivery leaves once", async () => {
  const ids = new Set<string>();
  for (let index = 0; index < 30; index += 1) ids.add((await answered({ undoMs: 0 })).messageId);
  const sent: string[] = [];
  await Promise.all(
    Array.from({ length: 6 }, async () => {
      for (;;) {
        const claims = await claimDeliveries(world, { limit: 3, leaseMs });
        if (claims.length === 0) return;
        for (const claim of claims) if (await rememberKeys(world, claim, [])) {
          sent.push(claim.messageId);
          await recordDelivery(world, claim, accepted);
        }
      }
    }),
  );
  assert.deepEqual(sent.filter((id) => ids.has(id)).toSorted(), [...ids].toSorted());
});

void test("a bounce finds its delivery, closes a bad address, wakes the concern; a late or unknown one changes nothing", async () => {
  const { messageId, id, from } = await answered({ undoMs: 0, then: "resolved" });
  const outbound = await sentBy(await claimOf(messageId));
  const receipt = (state: "failed" | "delayed" | "delivered", over = {}) =>
    world.db.transaction((tx) => receiveReceipt(world, tx, cast.channel, { kind: "receipt", providerId: crypto.randomUUID(), references: [`dt:${outbound.deliveryToken}`], recipient: from, state, code: "5.1.1", diagnostic: "550 no such user", permanent: true, at: null, ...over }));
  await receipt("delayed", { code: "4.4.1", permanent: false });
  assert.equal((await stateOf(messageId)).state, "sent");
  await receipt("failed");
  assert.equal((await stateOf(messageId)).state, "failed");
  const row = await rowOf(id);
  assert.deepEqual([row?.status, row?.deliveryFailed], ["open", true]);
  const before = (await world.events()).length;
  await receipt("failed");
  await receipt("delivered");
  assert.equal((await world.events()).length, before, "said once");
  const blocked = await reply(world, cast.anna, input(id, from));
  assert.ok(isRefusal(blocked) && blocked.refused === "addressSuppressed");
  await world.db.transaction((tx) => receiveReceipt(world, tx, cast.channel, { kind: "receipt", providerId: "x", references: ["dt:aaaaaaaaaaaaaaaaaaaaaaaaaa", "mid:fremd"], recipient: null, state: "failed", code: null, diagnostic: "", permanent: true, at: null }));
  assert.equal((await world.events()).at(-1)?.kind, "intake.refused");
});

void test("a full mailbox or a refused attachment closes no address", async () => {
  const { messageId, from } = await answered({ undoMs: 0 });
  await sentBy(await claimOf(messageId), { kind: "refused", code: "5.2.2", detail: "mailbox full" });
  const address = await world.db.one<{ reason: string | null }>(sql`SELECT suppressed_reason AS reason FROM address WHERE norm = ${from}`);
  assert.equal(address.reason, null);
});

void test("writing first makes concern, customer and requester; the first mail names nothing it answers", async () => {
  const made = await create(world, cast.anna, { brandId: cast.brandId, channelId: cast.channel.id, customerId: null, kind: "email", to: ["Neu.Kunde@Firma.example"], cc: [], subject: "Ihr Termin", text: "Morgen um zehn.", html: null, uploads: [], undoMs: 0 });
  assert.ok(!isRefusal(made));
  assert.deepEqual(await partiesIn(world.db, made.state.id), { "neu.kunde@firma.example": { role: "requester", seesFrom: 1 } });
  const outbound = await sentBy(await claimOf(made.messageId));
  assert.deepEqual(outbound.answers, []);
  assert.equal(outbound.subject, `Ihr Termin [#${made.state.number}]`);
  const foreign = await create(world, cast.anna, { brandId: cast.otherBrandId, channelId: cast.otherChannel.id, customerId: null, kind: "email", to: ["a@b.example"], cc: [], subject: "x", text: "y", html: null, uploads: [], undoMs: 0 });
  assert.ok(isRefusal(foreign) && foreign.refused === "notFound");
});

/** What an agent gets by mail after being mentioned: the mail with the agent's own token. */
const mentioned = async () => {
  const made = await concern();
  const after = (await world.events()).at(-1)?.seq ?? 0;
  const said = await note(world, cast.omar, { id: made.id, text: "@anna schaust du? @eva darf nicht. Kanarienvogel", html: null, uploads: [], key: crypto.randomUUID() });
  assert.ok(!isRefusal(said));
  for (const event of await world.events(after)) for (const reaction of concernReactions(world)) if (reaction.wants(event)) await world.db.transaction((tx) => reaction.handle(tx, event));
  let outbound: Outbound | null = null;
  for (const claim of await claimDeliveries(world, { limit: 50, leaseMs })) {
    const each = await outboundOf(world, claim);
    await rememberKeys(world, claim, [`mid:dt-${claim.deliveryToken}`]);
    await recordDelivery(world, claim, accepted);
    if (each?.to[0]?.value === "anna@staff.example") outbound = each;
    else assert.ok(!each?.text.includes("Kanarienvogel"), "a note goes to nobody else");
  }
  assert.ok(outbound?.replyToken);
  return { ...made, outbound, token: outbound.replyToken };
};

void test("A4: an agent answers from their own mail program: with their token, their address and an aligned sender it goes to the customer", async () => {
  const { id, token, outbound, from } = await mentioned();
  assert.equal(outbound.automatic, true);
  assert.ok(outbound.text.includes("Kanarienvogel"));
  await deliver(world, cast.channel, mail("anna@staff.example", { assurance: "aligned", text: "Ich rufe Sie an.", thread: { tokens: [token] } }));
  const answer = (await messagesIn(world.db, id)).at(-1);
  assert.deepEqual([answer?.direction, answer?.authorKind, answer?.authorId, answer?.recipients[0]?.value], ["out", "agent", cast.anna.id, from]);
  const sent = [];
  for (const claim of await claimDeliveries(world, { limit: 50, leaseMs })) sent.push(await sentBy(claim));
  const leaving = sent.find((each) => each.to[0]?.value === from);
  assert.ok(leaving?.text.includes("Ich rufe Sie an.") && !leaving.text.includes("Kanarienvogel"));
});

void test("A4, A5: forged, doubtful, foreign or dismissed agents reach no customer; colleagues see what was tried", async () => {
  const { id, token, outbound } = await mentioned();
  const before = await world.db.one<{ n: number }>(sql`SELECT count(*)::int AS n FROM delivery`);
  const row = await rowOf(id);
  const tries: Parameters<typeof mail>[1][] = [
    { assurance: "none", thread: { tokens: [token] } },
    { assurance: "failed", thread: { tokens: [token] } },
    { assurance: "proved", automatic: "auto-reply", thread: { tokens: [token] } },
    { assurance: "proved", thread: { references: [`mid:dt-${outbound.deliveryToken}`] } },
    { assurance: "proved", thread: { tokens: [token.slice(0, 26) + "b".repeat(16)], references: [`mid:dt-${outbound.deliveryToken}`] } },
  ];
  for (const over of tries) await deliver(world, cast.channel, mail("anna@staff.example", { text: "Überweisen Sie hierhin", ...over }));
  await deliver(world, cast.channel, mail("boese@kunde.example", { text: "Überweisen Sie hierhin", thread: { tokens: [token] } }));
  await world.db.run(sql`UPDATE agent SET active = false WHERE id = ${cast.anna.id as AgentId}`);
  await deliver(world, cast.channel, mail("anna@staff.example", { text: "Überweisen Sie hierhin", thread: { tokens: [token] } }));
  await world.db.run(sql`UPDATE agent SET active = true, brand_ids = ${[cast.otherBrandId]} WHERE id = ${cast.anna.id as AgentId}`);
  await deliver(world, cast.channel, mail("anna@staff.example", { text: "Überweisen Sie hierhin", thread: { tokens: [token] } }));
  await world.db.run(sql`UPDATE agent SET brand_ids = ${[cast.brandId]} WHERE id = ${cast.anna.id as AgentId}`);
  const tried = (await messagesIn(world.db, id)).filter((message) => message.text.includes("Überweisen"));
  assert.ok(tried.length >= 6);
  assert.ok(tried.every((message) => message.direction === "system" && message.warnings.includes("agentMailRefused")));
  assert.deepEqual(await world.db.one(sql`SELECT count(*)::int AS n FROM delivery`), before);
  const now = await rowOf(id);
  assert.deepEqual({ ...now, lastSeq: 0 }, { ...row, lastSeq: 0 }, "nothing in the concern moved");
  assert.ok((await world.events()).filter((event) => event.kind === "intake.refused" && event.concernId === id).length >= 7);
});

void test("an agent passes a customer's mail on: the concern is the customer's, unproved, and the agent's words are a note", async () => {
  await deliver(world, cast.channel, mail("anna@staff.example", { assurance: "aligned", subject: "Fwd: Defekt", text: "Bitte übernehmen", forwarded: { from: { value: "ursprung@kunde.example", name: "Ursula Sprung" }, subject: "Defekt", sentAt: null, text: "Mein Router ist defekt." } }));
  const made = (await allConcerns(world.db)).find((each) => each.subject === "Defekt");
  assert.ok(made);
  const [first, second] = await messagesIn(world.db, made.id);
  assert.deepEqual([first?.sender?.value, first?.text, first?.warnings], ["ursprung@kunde.example", "Mein Router ist defekt.", ["forwarded"]]);
  assert.deepEqual([second?.direction, second?.authorId, second?.text], ["note", cast.anna.id, "Bitte übernehmen"]);
  const address = await world.db.one<{ at: string | null }>(sql`SELECT verified_at AS at FROM address WHERE norm = 'ursprung@kunde.example'`);
  assert.equal(address.at, null);
  await deliver(world, cast.channel, mail("anna@staff.example", { assurance: "none", subject: "Fwd: Trick", forwarded: { from: { value: "opfer@kunde.example", name: null }, subject: "Trick", sentAt: null, text: "x" } }));
  assert.equal((await world.db.rows(sql`SELECT 1 FROM party WHERE norm = 'opfer@kunde.example'`)).length, 0, "nobody passes on in an agent's name");
});

void test("B1, B3: a new concern is acknowledged at most once a day and address, never to machines, false senders or ourselves, and repeats nothing a doubtful sender wrote", async () => {
  const acknowledge = concernReactions(world, { acknowledge: true }).find((reaction) => reaction.name === "concerns.acknowledge");
  assert.ok(acknowledge);
  const react = async (from: string, over: Parameters<typeof mail>[1] = {}): Promise<Outbound[]> => {
    const after = (await world.events()).at(-1)?.seq ?? 0;
    world.pass(200_000);
    await deliver(world, cast.channel, mail(from, { ...over, subject: over.subject ?? "BUY PILLS" }));
    for (const event of await world.events(after)) if (acknowledge.wants(event)) for (const _twice of [1, 2]) await world.db.transaction((tx) => acknowledge.handle(tx, event));
    const sent = [];
    for (const claim of await claimDeliveries(world, { limit: 50, leaseMs })) sent.push(await sentBy(claim));
    return sent.filter((each) => each.to.some((person) => person.value === from));
  };
  const [first] = await react("ack@kunde.example", { assurance: "proved", subject: "Mein Anschluss" });
  assert.ok(first?.subject.startsWith("Re: Mein Anschluss [#") && first.automatic && first.answers.length === 1);
  assert.deepEqual(await react("ack@kunde.example"), [], "once a day");
  world.pass(86_400_000);
  assert.equal((await react("ack@kunde.example")).length, 1);
  const [neutral] = await react("opfer2@kunde.example", { assurance: "none", text: "ATTACKER", from: { name: "ATTACKER", value: "opfer2@kunde.example" }, thread: { own: ["mid:ATTACKER@x"] } });
  assert.ok(neutral);
  assert.ok(!/ATTACKER|PILLS/.test(JSON.stringify(neutral)));
  assert.deepEqual(await react("falsch@kunde.example", { assurance: "failed" }), []);
  assert.deepEqual(await react("maschine@kunde.example", { automatic: "auto-generated" }), []);
  assert.deepEqual(await react("hilfe+x@nordstrom.example"), []);
  assert.deepEqual(await react("anna@staff.example"), []);
  // Its bounce wakes nobody and is answered by nothing (B2).
  const bounced = (await react("tot@kunde.example"))[0];
  const concernId = (await allConcerns(world.db)).at(-1)?.id ?? "";
  const was = await rowOf(concernId);
  await world.db.transaction((tx) => receiveReceipt(world, tx, cast.channel, { kind: "receipt", providerId: "b", references: [`dt:${bounced?.deliveryToken}`], recipient: "tot@kunde.example", state: "failed", code: "5.1.1", diagnostic: "no", permanent: true, at: null }));
  assert.deepEqual(await rowOf(concernId), was);
});
