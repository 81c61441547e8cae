// Browsers that are told by push, and the clock: when, of what, how often, as whom, and until when. What leaves and who is asked first is in chat-push.test.ts.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import type { ConcernId } from "#contract/ids.ts";
import type { ReceivingChannel } from "#modules/concerns/actions-arrival.ts";
import { claimDeliveries, recordDelivery } from "#modules/concerns/actions-outbox.ts";
import { markSeen } from "#modules/concerns/actions-visitor.ts";
import { chatsOf } from "#modules/concerns/reads-visitor.ts";
import { addKey } from "#modules/visitors/actions-keys.ts";
import {
  claimPushes,
  isTold,
  postpone,
  pushKeys,
  recordPush,
  removeOldPushes,
  targetOf,
  tellByPush,
  tellNoMore,
  untold,
  type PushClaim,
} from "#modules/visitors/actions-push.ts";
import { signIn } from "#modules/visitors/actions-signed.ts";
import { leave, meet, type Visitor } from "#modules/visitors/actions.ts";
import { visitorReactions } from "#modules/visitors/reactions.ts";
import { newSession } from "#platform/auth/session.ts";
import { sql } from "#platform/db/db.ts";
import { newPushKeys, type PushTarget } from "#platform/push.ts";
import { secretFrom } from "#platform/secret.ts";
import { addChatTo, addVisitor, answerVisitor } from "#test/visitor.ts";
import { addCast, openTestWorld, sure, type Cast, type TestWorld } from "#test/world.ts";

let world: TestWorld;
let cast: Cast;
let chat: ReceivingChannel;
before(async () => {
  world = await openTestWorld();
  cast = await addCast(world);
  chat = await addChatTo(world, cast.brandId);
});
after(() => world.close());

const visitor = () => addVisitor(world, chat);
const answer = (id: ConcernId, to: Visitor, text?: string, sendAt: string | null = null) =>
  answerVisitor(world, cast.anna, chat, id, to, text, sendAt);
const viewer = ({ address, readsEmail }: Visitor) => ({ kind: "chat", norm: address, email: readsEmail }) as const;

/** A site's word for its user. */
const wordOf = (secret: string, sub: string): string => {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const iat = Math.floor(world.now().getTime() / 1_000);
  const text = `${part({ alg: "HS256" })}.${part({ aud: chat.id, sub, jti: crypto.randomUUID(), iat, exp: iat + 60 })}`;
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
};

const graceMs = 5_000;
/** A browser's subscription at a push service that nobody asks here. */
const subscription = (name: string): PushTarget => ({
  endpoint: `https://push.example/${name}`,
  p256dh: newPushKeys().publicKey,
  auth: Buffer.alloc(16, 1).toString("base64url"),
});
const claim = (): Promise<PushClaim[]> => claimPushes(world, { limit: 10, leaseMs: 60_000 });
const only = async (): Promise<PushClaim> => {
  const [one, ...more] = await claim();
  assert.ok(one && more.length === 0);
  return one;
};
/** What follows from everything an action has said. */
const react = async <T>(act: () => Promise<T>): Promise<T> => {
  const from = (await world.events()).at(-1)?.seq ?? 0;
  const done = await act();
  const reaction = visitorReactions(world, graceMs).find(({ name }) => name === "visitors.push");
  assert.ok(reaction?.sift);
  const wanted = (await world.events(from)).filter((event) => reaction.wants(event));
  for (const event of await reaction.sift(world.db, wanted)) await reaction.handle(world.db, event);
  return done;
};

void test("a browser that wants it is told of answers that nobody has seen: after a moment, of all of them at once, and of none twice", async () => {
  const { who, id } = await visitor();
  assert.equal(await isTold(world, who), false);
  assert.equal(await tellByPush(world, who, subscription("a")), true);
  await react(() => answer(id, who, "Erstens"));
  assert.deepEqual(await claim(), [], "somebody may be about to see it");
  world.pass(graceMs - 1);
  await react(() => answer(id, who, "Zweitens"));
  world.pass(1);
  const first = await only();
  assert.deepEqual(
    (await untold(world, first)).map(({ text }) => text),
    ["Erstens", "Zweitens"],
  );
  assert.equal(targetOf(world, first)?.endpoint, "https://push.example/a");
  assert.deepEqual(await claim(), [], "it is one worker's");
  // What is said while it is being told is told afterwards, alone.
  await react(() => answer(id, who, "Drittens"));
  await recordPush(world, first, { kind: "taken" }, graceMs);
  assert.deepEqual(await claim(), []);
  world.pass(graceMs);
  const second = await only();
  assert.deepEqual(
    (await untold(world, second)).map(({ text }) => text),
    ["Drittens"],
  );
  const { messages } = await chatsOf(world, viewer(who), null);
  await markSeen(world, { kind: "customer", id: null, name: "" }, viewer(who), {
    concernId: id,
    seq: messages.at(-1)?.seq ?? 0,
  });
  assert.deepEqual(await untold(world, second), [], "it was seen meanwhile");
  await recordPush(world, second, null, graceMs);
  world.pass(3_600_000);
  assert.deepEqual(await claim(), []);
});

void test("what the push service puts off is tried again when it says, or more and more seldom, and not for ever; whose worker died is taken up", async () => {
  const { who, id } = await visitor();
  await tellByPush(world, who, subscription("b"));
  await react(() => answer(id, who));
  world.pass(graceMs);
  const died = await only();
  world.pass(60_000);
  const later = await only();
  await recordPush(world, died, { kind: "gone", why: "410" }, graceMs);
  assert.equal(await isTold(world, who), true, "whose lease is over says nothing any more");
  await recordPush(world, later, { kind: "later", afterMs: 120_000, why: "429" }, graceMs);
  world.pass(119_000);
  assert.deepEqual(await claim(), []);
  world.pass(1_000);
  let waitedMs = 0;
  let tries = 0;
  for (let next = await only(); ; next = await only()) {
    tries += 1;
    await recordPush(world, next, { kind: "later", afterMs: null, why: "500" }, graceMs);
    const [{ dueAt } = { dueAt: null }] = await world.db.rows<{ dueAt: string | null }>(
      sql`SELECT due_at AS "dueAt" FROM push_subscription WHERE token_hash = ${who.tokenHash}`,
    );
    if (dueAt === null) break;
    const waitMs = Date.parse(dueAt) - world.now().getTime();
    assert.ok(waitMs >= waitedMs, "more and more seldom");
    waitedMs = waitMs;
    world.pass(waitMs);
  }
  assert.ok(tries > 5 && tries < 20, String(tries));
  assert.equal(await isTold(world, who), true, "the browser is told of what comes next");
  // A page that is open is asked again; the browser is not told for as long as it is.
  await react(() => answer(id, who, "Und noch etwas"));
  world.pass(graceMs);
  await postpone(world, await only());
  assert.deepEqual(await claim(), []);
  world.pass(60_000);
  await recordPush(world, await only(), { kind: "gone", why: "410" }, graceMs);
  assert.equal(await isTold(world, who), false);
});

void test("an answer that was planned is told when it is said, and one that was taken back is not", async () => {
  const { who, id } = await visitor();
  await tellByPush(world, who, subscription("planned"));
  const { messageId } = await react(() => answer(id, who, "Taken back"));
  await world.db.run(sql`UPDATE message SET withdrawn_at = ${world.now()} WHERE id = ${messageId}`);
  world.pass(graceMs);
  const back = await only();
  assert.deepEqual(await untold(world, back), []);
  await recordPush(world, back, null, graceMs);
  const at = new Date(world.now().getTime() + 3_600_000).toISOString();
  await react(() => answer(id, who, "Morgen", at));
  world.pass(3_599_000);
  assert.deepEqual(await claim(), [], "nobody has said it yet");
  world.pass(1_000);
  await react(async () => {
    for (const due of await claimDeliveries(world, { limit: 10, leaseMs: 50_000 }))
      await recordDelivery(world, due, { kind: "accepted", providerId: null, detail: "", refused: [] });
  });
  world.pass(graceMs);
  const said = await only();
  assert.deepEqual(
    (await untold(world, said)).map(({ text }) => text),
    ["Morgen"],
  );
  await recordPush(world, said, { kind: "taken" }, graceMs);
});

void test("a browser is told as one person: the next one there takes it over, and whoever signs out, is signed in or has ended is told no more", async () => {
  const jana = await visitor();
  const next = await visitor();
  const shared = subscription("shared");
  await tellByPush(world, jana.who, shared);
  await react(() => answer(jana.id, jana.who, "Für Jana"));
  world.pass(graceMs);
  const under = await only();
  await tellByPush(world, next.who, shared);
  assert.deepEqual([await isTold(world, jana.who), await isTold(world, next.who)], [false, true]);
  assert.deepEqual(await untold(world, under), [], "what was on its way stays there");
  await react(() => answer(jana.id, jana.who, "Noch etwas für Jana"));
  world.pass(graceMs);
  assert.deepEqual(await claim(), []);
  await leave(world, next.who);
  assert.equal(await isTold(world, next.who), false);
  assert.equal(await tellByPush(world, next.who, shared), false, "whoever has signed out is nobody");
  const stranger = await meet(world, { channelId: chat.id, token: null, language: "de" });
  assert.equal(await tellByPush(world, stranger, shared), false, "of whoever has said nothing nothing is kept");
  // Whoever chatted unsigned and is signed in is another browser from then on.
  const unsigned = await visitor();
  await tellByPush(world, unsigned.who, shared);
  await leave(world, unsigned.who, true);
  assert.equal(await isTold(world, unsigned.who), false);
  await tellByPush(world, jana.who, shared);
  await tellNoMore(world, jana.who);
  assert.equal(await isTold(world, jana.who), false);
  // Whoever chatted unsigned and is signed in by the site is somebody else from then on, and so is every browser that was them.
  const unknown = await visitor();
  const { token, hash } = newSession();
  await world.db.run(sql`UPDATE visitor_browser SET token_hash = ${hash} WHERE token_hash = ${unknown.who.tokenHash}`);
  const before = { ...unknown.who, tokenHash: hash };
  await tellByPush(world, before, shared);
  const { secret } = sure(await addKey(world, cast.omar, chat.id, { name: "Site", publicKey: null }));
  const signed = await signIn(world, {
    channelId: chat.id,
    brandId: cast.brandId,
    language: "de",
    word: wordOf(secret ?? "", "jana"),
    token: null,
    session: null,
    joins: token,
  });
  assert.ok("visitor" in signed && signed.was !== null);
  assert.deepEqual([await isTold(world, before), await isTold(world, signed.visitor)], [false, false]);
  // What is said to whom they were is told where they are signed in.
  await tellByPush(world, signed.visitor, shared);
  await react(() => answer(unknown.id, unknown.who, "An die Unbekannte"));
  world.pass(graceMs);
  const known = await only();
  assert.deepEqual(
    (await untold(world, known)).map(({ text }) => text),
    ["An die Unbekannte"],
  );
  await recordPush(world, known, { kind: "taken" }, graceMs);
});

void test("a visitor has ten browsers that are told, signed in for as long as they are; nothing of one can be read in the tables", async () => {
  const { who } = await visitor();
  const browsers = Array.from({ length: 12 }, (_, n) => ({ ...who, tokenHash: `${n}`.padStart(64, "0") }));
  for (const [n, { tokenHash }] of browsers.entries()) {
    await world.db.run(
      sql`INSERT INTO visitor_browser (token_hash, visitor_id, created_at, signed_until) VALUES (${tokenHash}, ${who.id}, ${world.now()}, ${new Date(world.now().getTime() + 12 * 3_600_000)})`,
    );
    await tellByPush(world, { ...who, tokenHash }, subscription(`many-${n}`));
    world.pass(1);
  }
  const told = await Promise.all(browsers.map((browser) => isTold(world, browser)));
  assert.deepEqual(told, [false, false, ...Array.from({ length: 10 }, () => true)]);
  const rows = JSON.stringify(await world.db.rows(sql`SELECT * FROM push_subscription`));
  assert.ok(!rows.includes("push.example") && !rows.includes(subscription("x").auth));
  world.pass(12 * 3_600_000);
  await world.db.run(sql`UPDATE push_subscription SET due_at = ${world.now()}, since = ${world.now()}`);
  const theirs = (await claim()).filter(({ visitorId }) => visitorId === who.id);
  assert.deepEqual(theirs, [], "who is signed in no more is told no more");
  assert.equal(await removeOldPushes(world), 0);
  world.pass(24 * 3_600_000);
  assert.equal(await removeOldPushes(world), 11, "and the one that Jana was signed in at");
});

void test("the centre has one pair of keys for ever, also when two nodes make it at once; another secret opens it to nobody", async () => {
  const [one, two] = await Promise.all([pushKeys(world), pushKeys({ ...world })]);
  assert.deepEqual(one, two);
  assert.ok(one);
  assert.deepEqual(await pushKeys(world), one);
  const stored = JSON.stringify(await world.db.rows(sql`SELECT * FROM push_key`));
  assert.ok(stored.includes(one.publicKey) && !stored.includes(one.privateKey));
  const errors: string[] = [];
  const log = { ...world.log, error: (event: string) => void errors.push(event) };
  const other = secretFrom(Buffer.alloc(32, 8));
  assert.equal(await pushKeys({ ...world, ...other, log }), null);
  assert.deepEqual(errors, ["push.keySealedElsewhere"]);
  assert.deepEqual(await pushKeys(world), one, "and nothing was made in its place");
});
