// How answers leave: held, taken back, claimed once, tried again, uncertain, bounced.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isRefusal } from "#contract/errors.ts";
import type { UploadId } from "#contract/files.ts";
import { claimDeliveries, recordDelivery, rememberKeys } from "#modules/concerns/actions-outbox.ts";
import { receiveReceipt } from "#modules/concerns/actions-receipts.ts";
import { create, note, reply, seenFailure, sendNow, undoSend } from "#modules/concerns/actions-reply.ts";
import { sql } from "#platform/db/db.ts";
import { answerOf, accepted, claimOf, concernCalled, leaseMs, newConcern, rowOf, send, sendAll } from "#test/outbox.ts";
import {
  addCast,
  deliver,
  mail,
  messagesIn,
  openTestWorld,
  partiesIn,
  type Cast,
  type TestWorld,
  arrivalNow,
} from "#test/world.ts";

let world: TestWorld;
let cast: Cast;
before(async () => {
  world = await openTestWorld({ connections: 12 });
  cast = await addCast(world);
});
after(() => world.close());

const input = (id: string, to: string, over: Partial<Parameters<typeof reply>[2]> = {}) =>
  answerOf(cast, id as never, to, { undoMs: 10_000, ...over });

const answered = async (over: Partial<Parameters<typeof reply>[2]> = {}) => {
  const made = await newConcern(world, cast);
  const said = await reply(world, cast.anna, input(made.id, made.from, over));
  assert.ok(!isRefusal(said), JSON.stringify(said));
  return { ...made, messageId: said.messageId };
};

const stateOf = (messageId: string) =>
  world.db.one<{ state: string; attempts: number; nextTryAt: string | null; history: { state: string }[] }>(
    sql`SELECT state, attempts, next_try_at AS "nextTryAt", history FROM delivery WHERE message_id = ${messageId}`,
  );
void test("an answer is held for the undo time, leaves once, and carries signature, last message, keys and a token", async () => {
  const { messageId, from, number } = await answered();
  world.pass(9_999);
  assert.equal(await claimOf(world, messageId), undefined, "never early");
  world.pass(1);
  const claims = await Promise.all([claimOf(world, messageId), claimOf(world, messageId), claimOf(world, messageId)]);
  assert.equal(claims.filter(Boolean).length, 1, "one worker has it");
  const outbound = await send(world, claims.find(Boolean));
  assert.deepEqual(
    outbound.to.map((person) => person.value),
    [from],
  );
  assert.match(outbound.subject, new RegExp(`^Re: Sache \\d+ \\[#${number}\\]$`));
  assert.ok(outbound.text.startsWith("Wir kümmern uns.\n\n-- \nAnna Berg\nElbkabel\n\nAm "));
  assert.ok(outbound.text.includes("> Guten Tag"));
  assert.equal(outbound.fromName, "Anna Berg (Elbkabel)");
  assert.equal(outbound.answers.length, 1);
  assert.match(outbound.replyToken ?? "", /^[a-z2-7]{42}$/);
  assert.equal(outbound.automatic, false);
  assert.deepEqual(
    (await stateOf(messageId)).history.map((line) => line.state),
    ["held", "sending", "sent"],
  );
  assert.equal(await claimOf(world, messageId), undefined);
});

void test("the same key twice answers once, also at the same moment", async () => {
  const made = await newConcern(world, cast);
  const twice = input(made.id, made.from);
  const results = await Promise.all([1, 2, 3].map(() => reply(world, cast.anna, twice)));
  assert.equal(new Set(results.map((result) => (isRefusal(result) ? "refused" : result.messageId))).size, 1);
  assert.equal((await messagesIn(world.db, made.id)).length, 2);
  const stolen = await reply(world, cast.omar, twice);
  assert.ok(isRefusal(stolen));
});

void test("undo: the answer becomes a draft again and the concern is as it was; what others changed stays; too late is refused", async () => {
  const made = await newConcern(world, cast);
  const was = await rowOf(world, made.id);
  const upload = world.newId() as UploadId;
  await world.db.run(
    sql`INSERT INTO upload (id, agent_id, hash, name, media_type, size_bytes, image, at) VALUES (${upload}, ${cast.anna.id}, ${"1".repeat(64)}, 'bild.png', 'image/png', 10, true, ${world.now().toISOString()})`,
  );
  const said = await reply(
    world,
    cast.anna,
    input(made.id, made.from, {
      statusAfter: "resolved",
      html: `<p>Hier <img data-upload="${upload}" src="https://fremd.example/x"></p>`,
      uploads: [upload],
    }),
  );
  assert.ok(!isRefusal(said));
  const html = (
    await world.db.one<{ html: string }>(sql`SELECT html FROM message_body WHERE message_id = ${said.messageId}`)
  ).html;
  assert.ok(html.includes(`data-inline="${upload}@inline"`) && !html.includes("fremd"));
  assert.ok(isRefusal(await undoSend(world, cast.omar, said.messageId)), "only by who wrote it");
  const draft = await undoSend(world, cast.anna, said.messageId);
  assert.ok(!isRefusal(draft));
  assert.equal(draft.html?.includes(`data-upload="${upload}"`), true);
  assert.deepEqual(
    draft.uploads.map((each) => each.uploadId),
    [upload],
  );
  const now = await rowOf(world, made.id);
  assert.deepEqual({ ...now, version: 0, lastSeq: 0 }, { ...was, version: 0, lastSeq: 0 });
  world.pass(20_000);
  assert.equal(await claimOf(world, said.messageId), undefined, "nothing leaves");
  const again = await undoSend(world, cast.anna, said.messageId);
  assert.ok(isRefusal(again) && again.refused === "nothingToUndo");

  const late = await answered();
  world.pass(10_000);
  const claim = await claimOf(world, late.messageId);
  const tooLate = await undoSend(world, cast.anna, late.messageId);
  assert.ok(isRefusal(tooLate) && tooLate.refused === "alreadySent");
  await send(world, claim);
});

void test("undo and the worker at the same moment: either it left or it is a draft, never both, never neither", async () => {
  for (let round = 0; round < 12; round += 1) {
    const { messageId } = await answered({ undoMs: 0 });
    const [undone, claim] = await Promise.all([undoSend(world, cast.anna, messageId), claimOf(world, messageId)]);
    assert.equal(isRefusal(undone), claim !== undefined);
    if (claim) await send(world, claim);
  }
});

void test("scheduled answers leave then and not before; the past is refused; sendNow hurries", async () => {
  const { messageId } = await answered({ sendAt: new Date(world.now().getTime() + 3_600_000).toISOString() });
  world.pass(3_599_999);
  assert.equal(await claimOf(world, messageId), undefined);
  assert.ok(!isRefusal(await sendNow(world, cast.anna, messageId)));
  await send(world, await claimOf(world, messageId));
  const made = await newConcern(world, cast);
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
    const outbound = await send(world, await claimOf(world, messageId), {
      kind: "tryLater",
      afterMs: null,
      code: "4.2.0",
      detail: "later",
    });
    seen.add(JSON.stringify({ ...outbound, deliveryId: null }));
  }
  const { state, attempts } = await stateOf(messageId);
  assert.equal(state, "failed");
  assert.equal(seen.size, 1);
  assert.ok(attempts > 20 && attempts < 60);
  assert.ok(world.now().getTime() - start > 4 * 86_400_000);
  const row = await rowOf(world, id);
  assert.deepEqual([row?.status, row?.deliveryFailed], ["open", true]);
  const seen2 = await seenFailure(world, cast.anna, id);
  assert.ok(!isRefusal(seen2) && !seen2.deliveryFailed);
});

void test("P5: a worker that dies before the call gives its delivery back; one that dies after it leaves an uncertain one, shown, sent by nobody else", async () => {
  const early = await answered({ undoMs: 0 });
  const lost = await claimOf(world, early.messageId);
  assert.ok(lost);
  world.pass(leaseMs + 1);
  const next = await claimOf(world, early.messageId);
  assert.ok(next && next.leaseToken !== lost.leaseToken);
  assert.equal(await rememberKeys(world, lost, ["mid:zombie"]), false, "the first worker may send no more");
  await recordDelivery(world, lost, { kind: "refused", code: "5.0.0", detail: "zombie" });
  assert.equal((await stateOf(early.messageId)).state, "sending");
  await send(world, next);

  const late = await answered({ undoMs: 0 });
  const begun = await claimOf(world, late.messageId);
  assert.ok(begun && (await rememberKeys(world, begun, ["mid:begun"])));
  assert.equal(await rememberKeys(world, begun, ["mid:begun"]), false, "one call for one claim");
  world.pass(leaseMs + 1);
  assert.equal(await claimOf(world, late.messageId), undefined);
  assert.equal((await stateOf(late.messageId)).state, "unknown");
  assert.equal((await rowOf(world, late.id))?.deliveryFailed, true);
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
        for (const claim of claims)
          if (await rememberKeys(world, claim, [])) {
            sent.push(claim.messageId);
            await recordDelivery(world, claim, accepted);
          }
      }
    }),
  );
  assert.deepEqual(sent.filter((id) => ids.has(id)).toSorted(), [...ids].toSorted());
});

void test("a bounce finds its delivery, closes a bad address, wakes the concern; a late or unknown one changes nothing", async () => {
  const { messageId, id, from } = await answered({ undoMs: 0, statusAfter: "resolved" });
  const outbound = await send(world, await claimOf(world, messageId));
  const receipt = (state: "failed" | "delayed" | "delivered", over = {}) =>
    world.db.transaction((tx) =>
      receiveReceipt(
        world,
        tx,
        cast.channel,
        {
          kind: "receipt",
          providerId: crypto.randomUUID(),
          references: [`dt:${outbound.deliveryToken}`],
          recipient: from,
          state,
          code: "5.1.1",
          diagnostic: "550 no such user",
          permanent: true,
          asksForToken: true,
          at: null,
          ...over,
        },
        arrivalNow(world),
      ),
    );
  await receipt("delayed", { code: "4.4.1", permanent: false });
  assert.equal((await stateOf(messageId)).state, "sent");
  await receipt("failed");
  assert.equal((await stateOf(messageId)).state, "failed");
  const row = await rowOf(world, id);
  assert.deepEqual([row?.status, row?.deliveryFailed], ["open", true]);
  const before = (await world.events()).length;
  await receipt("failed");
  await receipt("delivered");
  assert.equal((await world.events()).length, before, "said once");
  const blocked = await reply(world, cast.anna, input(id, from));
  assert.ok(isRefusal(blocked) && blocked.refused === "addressSuppressed");
  // A machine's mail or a forged one opens nothing; the customer's own does.
  await deliver(world, cast.channel, mail(from, { automatic: "auto-reply" }));
  await deliver(world, cast.channel, mail(from, { assurance: "failed" }));
  assert.ok(isRefusal(await reply(world, cast.anna, input(id, from))));
  await deliver(world, cast.channel, mail(from, { assurance: "none" }));
  assert.ok(!isRefusal(await reply(world, cast.anna, input(id, from))), "written from, and so written to again");
  await world.db.transaction((tx) =>
    receiveReceipt(
      world,
      tx,
      cast.channel,
      {
        kind: "receipt",
        providerId: "x",
        references: ["dt:aaaaaaaaaaaaaaaaaaaaaaaaaa", "mid:fremd"],
        recipient: null,
        state: "failed",
        code: null,
        diagnostic: "",
        permanent: true,
        asksForToken: true,
        at: null,
      },
      arrivalNow(world),
    ),
  );
  assert.equal((await world.events()).at(-1)?.kind, "intake.refused");
});

void test("a full mailbox, a refused attachment and what the relay has against us close no address", async () => {
  const closedBy = async (code: string, detail: string, ofRecipient: boolean): Promise<boolean> => {
    const { messageId, from } = await answered({ undoMs: 0 });
    await send(world, await claimOf(world, messageId), { kind: "refused", code, detail, ofRecipient });
    assert.equal((await stateOf(messageId)).state, "failed");
    const address = await world.db.one<{ reason: string | null }>(
      sql`SELECT suppressed_reason AS reason FROM address WHERE norm = ${from}`,
    );
    return address.reason !== null;
  };
  assert.equal(await closedBy("5.2.2", "552 5.2.2 mailbox full", true), false);
  assert.equal(await closedBy("5.1.8", "550 5.1.8 bad sender", true), false);
  assert.equal(await closedBy("550", "550 relaying denied", true), false);
  assert.equal(await closedBy("550", "550 go away", false), false, "said at MAIL FROM");
  assert.equal(await closedBy("550", "550 no such user", true), true);
});

void test("writing first makes concern, customer and requester; the first mail names nothing it answers", async () => {
  const made = await create(world, cast.anna, {
    brandId: cast.brandId,
    channelId: cast.channel.id,
    customerId: null,
    kind: "email",
    to: ["Neu.Kunde@Firma.example"],
    cc: [],
    subject: "Ihr Termin",
    text: "Morgen um zehn.",
    html: null,
    uploads: [],
    key: crypto.randomUUID(),
    undoMs: 0,
  });
  assert.ok(!isRefusal(made));
  assert.deepEqual(await partiesIn(world.db, made.state.id), {
    "neu.kunde@firma.example": { role: "requester", seesFrom: 1 },
  });
  const outbound = await send(world, await claimOf(world, made.messageId));
  assert.deepEqual(outbound.answers, []);
  assert.equal(outbound.subject, `Ihr Termin [#${made.state.number}]`);
  const foreign = await create(world, cast.anna, {
    brandId: cast.otherBrandId,
    channelId: cast.otherChannel.id,
    customerId: null,
    kind: "email",
    to: ["a@b.example"],
    cc: [],
    subject: "x",
    text: "y",
    html: null,
    uploads: [],
    key: crypto.randomUUID(),
    undoMs: 0,
  });
  assert.ok(isRefusal(foreign) && foreign.refused === "notFound");
});

void test("a double click or a second try begins one concern: the same key, however many calls at once, over several pools", async () => {
  const others = await Promise.all([1, 2, 3].map(() => openTestWorld({ url: world.db.url, connections: 4 })));
  const first = {
    brandId: cast.brandId,
    channelId: cast.channel.id,
    customerId: null,
    kind: "email" as const,
    to: ["doppelt@kunde.example"],
    cc: [],
    subject: "Doppelt geklickt",
    text: "Ihr Vertrag endet im März.",
    html: null,
    uploads: [],
    key: crypto.randomUUID(),
    undoMs: 0,
  };
  try {
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, index) => create([world, ...others][index % 4] ?? world, cast.anna, first)),
    );
    const made = all.map((one) => (isRefusal(one) ? one.refused : `${one.state.id} ${one.messageId}`));
    assert.equal(new Set(made).size, 1, made.join("\n"));
    const concern = await concernCalled(world, "Doppelt geklickt");
    assert.equal(concern.messageCount, 1);
    assert.equal((await sendAll(world)).filter((mail) => mail.to[0]?.value === "doppelt@kunde.example").length, 1);
  } finally {
    for (const other of others) await other.close();
  }
  const refusal = async (work: ReturnType<typeof create>): Promise<string> => {
    const result = await work;
    return isRefusal(result) ? result.refused : "done";
  };
  assert.equal(
    await refusal(create(world, cast.anna, { ...first, text: "Ihr Vertrag endet im Mai." })),
    "sentBefore",
    "what was changed meanwhile is not lost silently",
  );
  assert.equal(await refusal(create(world, cast.omar, first)), "invalidInput", "somebody else's key");
  const { id } = await concernCalled(world, "Doppelt geklickt");
  const said = note(world, cast.anna, { id, text: first.text, html: null, uploads: [], key: first.key });
  assert.equal(await refusal(said), "invalidInput", "a key of something else");
});
