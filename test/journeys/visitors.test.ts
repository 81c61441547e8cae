// Visitors of a chat and the clock: what they see, what they have read, when an answer goes by mail instead, how often, and what their words about
// themselves change. Every action that a desk hears of is compared as in verify-action.test.ts.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import type { ConcernId, TopicId } from "#contract/ids.ts";
import type { ReceivingChannel } from "#modules/concerns/actions-arrival.ts";
import { askForRating } from "#modules/concerns/actions-asking.ts";
import { move } from "#modules/concerns/actions-moving.ts";
import { reply } from "#modules/concerns/actions-reply.ts";
import { answerForm, markRead, markSeen } from "#modules/concerns/actions-visitor.ts";
import { chatsOf } from "#modules/concerns/reads-visitor.ts";
import { filesToSend, keepVisitorFile, removeOldVisitorFiles } from "#modules/visitors/actions-files.ts";
import { mailWhatIsUnread } from "#modules/visitors/actions-mail.ts";
import { askCode, tryCode } from "#modules/visitors/actions-codes.ts";
import { addKey, removeKey } from "#modules/visitors/actions-keys.ts";
import { attach, signIn } from "#modules/visitors/actions-signed.ts";
import {
  comeBy,
  introduce,
  leave,
  linkTo,
  linkUntil,
  meet,
  settle,
  wish,
  type Visitor,
} from "#modules/visitors/actions.ts";
import { claimDeliveries, outboundOf } from "#modules/concerns/actions-outbox.ts";
import { openConcern } from "#modules/concerns/reads-open.ts";
import { wishAt } from "#modules/customers/reads.ts";
import { leavingLinks } from "#server/leaving.ts";
import { sql, type Sql } from "#platform/db/db.ts";
import { verifyAction } from "#test/verify-action.ts";
import { addChatTo, addVisitor, answerVisitor } from "#test/visitor.ts";
import {
  addCast,
  allConcerns,
  deliver,
  mail,
  messagesIn,
  openTestWorld,
  sure,
  type Cast,
  type TestWorld,
} from "#test/world.ts";

let world: TestWorld;
let cast: Cast;
let chat: ReceivingChannel;
before(async () => {
  world = await openTestWorld();
  cast = await addCast(world);
  chat = await addChatTo(world, cast.brandId);
});
after(() => world.close());

const verify = <T>(act: () => Promise<T>, ...must: string[]) => verifyAction(world, cast.anna, act, must);
const quiet = async (act: () => Promise<unknown>): Promise<void> => {
  const before = (await world.events()).length;
  await act();
  assert.equal((await world.events()).length, before);
};
const afterMs = 60_000;
const pageOf = (channelId: string): string => `https://desk.example/chat/${channelId}`;
const mailOut = () => mailWhatIsUnread(world, { afterMs, pageOf });
const viewer = ({ address, readsEmail }: Visitor) => ({ kind: "chat", norm: address, email: readsEmail }) as const;

const visitor = (name = "", email = "") => addVisitor(world, chat, name, email);
const answer = (id: ConcernId, to: Visitor, text?: string) => answerVisitor(world, cast.anna, chat, id, to, text);
const mailsIn = async (id: ConcernId) =>
  (await messagesIn(world.db, id)).filter((message) => message.automatic === "auto-reply");

/** They say something in the concern that they name. */
const word = (who: Visitor, number: number, text: string): Promise<boolean> =>
  deliver(
    world,
    chat,
    mail(who.address, {
      from: { value: who.address, name: null },
      assurance: "proved",
      subject: null,
      text,
      thread: { references: [], own: [`chat:${who.address}:${text}`], number },
    }),
  );
const stateOf = async (id: ConcernId) => {
  const found = (await allConcerns(world.db)).find((each) => each.id === id);
  assert.ok(found);
  return found;
};
const textsIn = async (id: ConcernId): Promise<string[]> => (await messagesIn(world.db, id)).map(({ text }) => text);

void test("a word goes into the concern that it names, which wakes; of a merged one into what it became; of another visitor's into one of its own", async () => {
  const { who, id } = await visitor();
  const { number } = await stateOf(id);
  await answer(id, who);
  await verify(() => word(who, number, "Nein, noch nicht."), "message.added", "concern.changed");
  assert.deepEqual(await textsIn(id), ["Hallo?", "Guten Tag", "Nein, noch nicht."]);
  assert.equal((await stateOf(id)).status, "open");

  const before = (await allConcerns(world.db)).length;
  const stranger = await visitor();
  await verify(() => word(stranger.who, number, "Ich bin auch hier."), "concern.created");
  assert.equal((await allConcerns(world.db)).length, before + 2);
  assert.equal((await textsIn(id)).length, 3, "who takes no part there says nothing there");

  const other = mail(who.address, {
    from: { value: who.address, name: null },
    assurance: "proved",
    subject: null,
    text: "Und noch etwas.",
    thread: { references: [`chat:${who.address}:2`], own: [`chat:${who.address}:2`] },
  });
  await deliver(world, chat, other);
  const into = (await allConcerns(world.db)).at(-1);
  assert.ok(into);
  sure(await move(world, cast.anna, { id, key: crypto.randomUUID(), messages: null, number: into.number }));
  const both = await textsIn(into.id);
  await verify(() => word(who, number, "Gilt das noch?"), "message.added");
  assert.deepEqual(await textsIn(into.id), [...both, "Gilt das noch?"]);
});

void test("an answer in the chat has arrived by being said, and is read when it was seen: a desk hears both", async () => {
  const { who, id } = await visitor();
  await verify(() => answer(id, who), "message.added", "concern.changed");
  const { messages } = await chatsOf(world, viewer(who), null);
  const last = messages.at(-1);
  assert.equal(last?.text, "Guten Tag");
  const seen = { concernId: id, seq: last.seq };
  const as = { kind: "customer", id: null, name: "" } as const;
  await verify(() => markSeen(world, as, viewer(who), seen), "delivery.changed");
  await quiet(() => markSeen(world, as, viewer(who), seen));
  const stranger = await visitor();
  await quiet(() => markSeen(world, as, viewer(stranger.who), seen));
  world.pass(afterMs);
  await mailOut();
  assert.deepEqual(await mailsIn(id), []);
});

void test("what an agent looks at is read, once, and by nobody who may not see it; no desk hears of it", async () => {
  const { who, id } = await visitor();
  await word(who, (await stateOf(id)).number, "Liest das jemand?");
  const read = async () => (await chatsOf(world, viewer(who), null)).messages.map((message) => message.read);
  assert.deepEqual(await markRead(world, cast.eva, id), []);
  assert.deepEqual(await read(), [false, false]);
  const last = (await messagesIn(world.db, id)).at(-1)?.id;
  await quiet(async () => assert.deepEqual(await markRead(world, cast.anna, id), [last]));
  assert.deepEqual(await read(), [true, true]);
  assert.deepEqual(await markRead(world, cast.anna, id), []);
});

void test("after a minute of silence it goes by mail, once, all of it together, and not while somebody still talks", async () => {
  const { who, id } = await visitor("Jana", "jana@kunde.example");
  await answer(id, who, "Erstens");
  world.pass(50_000);
  await mailOut();
  await answer(id, who, "Zweitens");
  world.pass(50_000);
  await mailOut();
  assert.deepEqual(await mailsIn(id), [], "the last words are fifty seconds old");
  world.pass(10_000);
  await verify(mailOut, "message.added", "concern.partyJoined");
  world.pass(afterMs);
  await mailOut();
  const sent = await mailsIn(id);
  assert.equal(sent.length, 1);
  assert.match(sent[0]?.text ?? "", /Anna Berg:\nErstens\n\nZweitens\n\nWeiter im Chat: \[Link zum Chat\]\n/);
});

void test("what is more than words goes with its delivery, for channels that can show it so", async () => {
  const { who, id } = await visitor();
  const form = {
    kind: "form" as const,
    title: "Wo?",
    fields: [{ label: "Ort", type: "text" as const, required: true, options: [] }],
  };
  const planned = sure(
    await reply(world, cast.anna, {
      id,
      channelId: chat.id,
      to: [who.address],
      cc: [],
      text: "Eine Frage:",
      parts: [form],
      html: null,
      uploads: [],
      sendAt: new Date(world.now().getTime() + 3_600_000).toISOString(),
      statusAfter: "waiting",
      key: crypto.randomUUID(),
      undoMs: 0,
    }),
  );
  world.pass(3_600_001);
  const due = await claimDeliveries(world, { limit: 100, leaseMs: 1_000 });
  const claim = due.find(({ messageId }) => messageId === planned.messageId) ?? assert.fail();
  const { parts, text } = (await outboundOf(world, claim)) ?? assert.fail();
  const words = { kind: "words", text: "Eine Frage:" };
  assert.deepEqual([parts, text], [[words, { ...form, text: "Wo?\n• Ort" }], "Eine Frage:\n\nWo?\n• Ort"]);
  const opened = sure(await openConcern(world, cast.anna, id)).messages.at(-1);
  assert.deepEqual(opened?.parts, parts);
});

// The link opens the chat as the visitor, so whoever found it at the desk, in an answer of the API or in a search could read and speak there as them.
void test("the link back stands in the mail alone, the same in each try, in the place that the program gave it; repeated in an answer it is covered", async () => {
  const from = "lea@kunde.example";
  const { who, id } = await visitor("Lea", from);
  await answer(id, who, "🙂 Gedruckt steht da: [Link zum Chat] und [Link 4].");
  world.pass(2 * afterMs);
  await mailOut();
  const stored = (await mailsIn(id))[0] ?? assert.fail();
  assert.match(stored.text, /da: \[Link zum Chat\] und [^]*Weiter im Chat: \[Link zum Chat\]\n/);
  const links = leavingLinks(world, "https://desk.example");
  const leaves = async () => {
    const due = await claimDeliveries(world, { limit: 100, leaseMs: 1_000 });
    const outbound = await outboundOf(world, due.find((each) => each.messageId === stored.id) ?? assert.fail(), links);
    return outbound ?? assert.fail();
  };
  const first = await leaves();
  // The worker does not return, and hours later another one tries.
  world.pass(5 * 3_600_000);
  assert.deepEqual(await leaves(), first);
  const [found = "", ...others] = first.text.match(/https:\/\/desk\.example\/chat\/\S+/g) ?? [];
  assert.deepEqual([others, first.text.replace(found, "[Link zum Chat]")], [[], stored.text]);
  assert.ok(first.text.includes(`Weiter im Chat: ${found}\nOder`));
  const [page = "", link = ""] = found.split("#");
  assert.equal(page, pageOf(chat.id));
  const browser = await meet(world, { channelId: chat.id, token: null, language: "de" });
  assert.equal((await comeBy(world, { channelId: chat.id, link, browser }))?.address, who.address);

  const proof = link.split(".")[2] ?? assert.fail();
  const nowhere = async (): Promise<void> => {
    const kept = await world.db.rows(
      sql`SELECT to_jsonb(m) AS m, to_jsonb(b) AS b, to_jsonb(s) AS s
            FROM message m JOIN message_body b ON b.message_id = m.id LEFT JOIN message_search s ON s.message_id = m.id`,
    );
    const seen = JSON.stringify([kept, await world.events(), await openConcern(world, cast.anna, id)]);
    assert.ok(seen.includes(who.address) && !seen.includes(proof));
  };
  await nowhere();
  const foldedText = `> ${first.text.replaceAll("\n", "\n> ")}`;
  const html = `<p>Danke</p><a href="https://safe.example/?u=${encodeURIComponent(found)}">${found}</a>`;
  const thread = { tokens: [first.replyToken ?? ""] };
  await deliver(world, cast.channel, mail(from, { thread, foldedText, html, text: `Ich kam über ${found} her.` }));
  const repeated = sure(await openConcern(world, cast.anna, id)).messages.at(-1) ?? assert.fail();
  assert.ok(repeated.text.includes(".[•••] her."), repeated.text);
  // Nobody is warned of credentials where only our own mail was repeated; the original, where the link stands, is given by a deliberate press all the same.
  assert.deepEqual(
    [repeated.warnings.filter((each) => each.endsWith("Hidden")), repeated.rawUrl],
    [["ownLinkHidden"], null],
  );
  await nowhere();

  // As mails of before were stored: covered by the migration as soon as nothing of them can leave any more.
  const migration = await readFile(new URL("../../db/migrations/0290_chat_link.sql", import.meta.url), "utf8");
  const cover = { text: migration.slice(migration.indexOf("UPDATE ")), values: [] } as unknown as Sql;
  const textNow = async () => (await mailsIn(id))[0]?.text;
  await world.db.run(sql`UPDATE message_body SET text = ${first.text} WHERE message_id = ${stored.id}`);
  await world.db.run(cover);
  assert.equal(await textNow(), first.text);
  await world.db.run(sql`UPDATE delivery SET state = 'sent' WHERE message_id = ${stored.id}`);
  await world.db.run(cover);
  assert.equal(await textNow(), first.text.replace(proof, "[•••]"));
  await nowhere();
});

// "[Link 4]" in an agent's or a visitor's own words became a link of the question when a question was collected in the same mail.
void test("the links of a question stand where the program put them, also in a mail that repeats their marks as somebody's words; mails of before get theirs", async () => {
  const { who, id } = await visitor("Mia", "mia@kunde.example");
  const question = world.newId();
  const ask = () => world.db.transaction((tx) => askForRating(world, tx, id, () => Promise.resolve(question)));
  const marks = [1, 2, 3, 4, 5].map((score) => `[Link ${score}]`).join(" ");
  await answer(id, who, `🙂🙂 Auf dem Zettel steht „5 – sehr gut: [Link 5]“, auch ${marks} und [Link zum Chat].`);
  assert.ok(await ask());
  await answer(id, who, `Danach nochmals ${marks}`);
  world.pass(2 * afterMs);
  await mailOut();
  const stored = (await mailsIn(id)).at(-1) ?? assert.fail();
  const links = leavingLinks(world, "https://desk.example");
  const leaves = async () => {
    const due = await claimDeliveries(world, { limit: 100, leaseMs: 1_000 });
    const outbound = await outboundOf(world, due.find((each) => each.messageId === stored.id) ?? assert.fail(), links);
    world.pass(5_000);
    return outbound?.text ?? assert.fail();
  };
  const text = await leaves();
  const made = [5, 4, 3, 2, 1].map((score) => links.rating(question, score));
  assert.deepEqual(text.match(/https:\/\/desk\.example\/rating\/\S+/g), made);
  for (const [index, word] of ["sehr gut", "gut", "in Ordnung", "mäßig", "schlecht"].entries())
    assert.ok(text.includes(`\n${5 - index} – ${word}: ${made[index] ?? ""}\n`), text);
  assert.equal(text.split(marks).length, 3, "both agents' words are as they were said");
  assert.equal(text.match(/#visitor-/g)?.length, 1);
  assert.ok(!JSON.stringify(await openConcern(world, cast.anna, id)).includes("/rating/"));

  // As mails of before were stored: where their links stand is found by the whole block of answers.
  const kept = await world.db.rows(sql`SELECT rating_links FROM message_body WHERE message_id = ${stored.id}`);
  await world.db.run(sql`UPDATE message_body SET rating_links = NULL WHERE message_id = ${stored.id}`);
  assert.doesNotMatch(await leaves(), /\/rating\//);
  const migration = await readFile(new URL("../../db/migrations/0305_rating_links.sql", import.meta.url), "utf8");
  await world.db.run({ text: migration.slice(migration.indexOf("WITH ")), values: [] } as unknown as Sql);
  assert.deepEqual(
    await world.db.rows(sql`SELECT rating_links FROM message_body WHERE message_id = ${stored.id}`),
    kept,
  );
  assert.equal(await leaves(), text);
});

void test("who talks for ever is not waited for for ever", async () => {
  const { who, id } = await visitor("Ole", "ole@kunde.example");
  for (let minute = 0; minute < 7; minute += 1) {
    await answer(id, who, `Wort ${minute}`);
    world.pass(55_000);
    await mailOut();
  }
  assert.equal((await mailsIn(id)).length, 1);
});

void test("without an address it waits, and goes a minute after they say one", async () => {
  const { who, id } = await visitor();
  await answer(id, who);
  world.pass(2 * afterMs);
  await mailOut();
  await mailOut();
  assert.deepEqual(await mailsIn(id), []);
  await verify(
    () => introduce(world, who, { name: "Timo Kern", email: "timo@kunde.example" }, cast.brandId),
    "customer.changed",
  );
  await mailOut();
  assert.deepEqual(await mailsIn(id), [], "they may be about to read it");
  world.pass(afterMs);
  await mailOut();
  assert.equal((await mailsIn(id)).length, 1);
});

void test("nobody is flooded: not an address somebody else typed, not an agent, not ourselves", async () => {
  const { who, id } = await visitor("Frech", "opfer@kunde.example");
  for (let round = 0; round < 8; round += 1) {
    await answer(id, who, `Runde ${round}`);
    world.pass(2 * afterMs);
    await mailOut();
  }
  assert.equal((await mailsIn(id)).length, 5);
  for (const email of ["anna@staff.example", "service@elbkabel.example", "service+abc@elbkabel.example"]) {
    const next = await visitor("Ich", email);
    await answer(next.id, next.who);
    world.pass(2 * afterMs);
    await mailOut();
    assert.deepEqual(await mailsIn(next.id), [], email);
  }
});

void test("a link leads its reader back for two weeks, in this channel only, and as long as the address is the one they gave", async () => {
  const { who } = await visitor("Mia", "mia@kunde.example");
  const to = (): Parameters<typeof linkTo>[1] => ({
    address: who.address,
    email: "mia@kunde.example",
    until: linkUntil(world),
  });
  const link = linkTo(world, to());
  const nobody = await meet(world, { channelId: chat.id, token: null, language: "de" });
  const at = { channelId: chat.id, link, browser: nobody };
  assert.equal((await comeBy(world, at))?.address, who.address);
  assert.equal(await comeBy(world, { ...at, channelId: cast.channel.id }), null);
  const other = await introduce(world, who, { name: "Mia", email: "andere@kunde.example" }, cast.brandId);
  assert.equal(await comeBy(world, at), null);
  await introduce(world, other, { name: "Mia", email: "mia@kunde.example" }, cast.brandId);
  world.pass(14 * 24 * 3_600_000 + 1);
  assert.equal(await comeBy(world, at), null);
  assert.ok(await comeBy(world, { ...at, link: linkTo(world, to()) }));
});

void test("a browser that has left is nobody's, and a new one with its token is somebody else", async () => {
  const fresh = await meet(world, { channelId: chat.id, token: null, language: "de" });
  const token = fresh.token ?? "";
  await settle(world, world.db, fresh);
  const known = await meet(world, { channelId: chat.id, token, language: "de" });
  assert.deepEqual([known.address, known.isNew, known.token], [fresh.address, false, null]);
  await leave(world, known);
  const next = await meet(world, { channelId: chat.id, token, language: "de" });
  assert.ok(next.isNew && next.token !== null && next.address !== fresh.address);
});

void test("a file that no message has named within an hour is forgotten; until then it is its visitor's alone", async () => {
  const { who } = await visitor();
  const other = await visitor();
  const limits = { fileBytes: 10, filesPerMessage: 1, messageBytes: 3 };
  const id = crypto.randomUUID();
  const bytes = Buffer.from("abc");
  await quiet(() => keepVisitorFile(world, who.address, { id, name: "a.txt", bytes }));
  const named = (address: string) => filesToSend(world, address, [id], limits);
  const code = (result: Awaited<ReturnType<typeof named>>) => ("refused" in result ? result.refused : result[0]?.name);
  assert.equal(code(await named(who.address)), "a.txt");
  assert.equal(code(await named(other.who.address)), "notFound");
  assert.equal(code(await filesToSend(world, who.address, [id], { ...limits, messageBytes: 2 })), "tooLarge");
  world.pass(3_599_000);
  await removeOldVisitorFiles(world);
  assert.equal(code(await named(who.address)), "a.txt");
  world.pass(2_000);
  assert.equal(await removeOldVisitorFiles(world), 1);
  assert.equal(code(await named(who.address)), "notFound");
});

void test("what a code proves is the customer's, and holds for ten minutes", async () => {
  const { who } = await visitor("Pia", "pia@kunde.example");
  const ask = async (): Promise<string> => {
    const asked = await askCode(world, who);
    assert.ok("code" in asked && asked.code !== null);
    return asked.code;
  };
  const first = await ask();
  assert.ok("waitMs" in (await askCode(world, who)), "the next comes a minute later");
  world.pass(10 * 60_000);
  assert.deepEqual(await tryCode(world, who, cast.brandId, first), { left: null });
  const second = await ask();
  await quiet(() => tryCode(world, who, cast.brandId, second === "000000" ? "000001" : "000000"));
  await verify(() => tryCode(world, who, cast.brandId, second), "customer.changed");
  assert.deepEqual(await tryCode(world, who, cast.brandId, second), { left: null });
});

void test("a key is told to desks, and what its signature proves is the customer's; twelve hours later it proves nothing", async () => {
  const { key, secret } = sure(
    await verify(() => addKey(world, cast.omar, chat.id, { name: "2026", publicKey: null }), "signingKey.changed"),
  );
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const word = (sub: string, more: object = {}): string => {
    const iat = Math.floor(world.now().getTime() / 1_000);
    const text = `${part({ alg: "HS256", kid: key.id })}.${part({ aud: chat.id, sub, jti: world.newId(), iat, exp: iat + 60, ...more })}`;
    return `${text}.${createHmac("sha256", secret ?? "")
      .update(text)
      .digest("base64url")}`;
  };
  const input = {
    channelId: chat.id,
    brandId: cast.brandId,
    language: "de",
    token: null,
    session: null,
    joins: null,
  } as const;
  const before = await visitor();
  const browser = await meet(world, { channelId: chat.id, token: null, language: "de" });
  await settle(world, world.db, browser);
  const signed = await signIn(world, {
    ...input,
    word: word("4711", { name: "Ida", email: "ida@kunde.example", email_verified: true }),
  });
  assert.ok("visitor" in signed);
  await verify(
    () => world.db.transaction((tx) => attach(world, tx, signed.visitor, cast.brandId, true)),
    "customer.created",
    "customer.changed",
  );
  await quiet(() => world.db.transaction((tx) => attach(world, tx, signed.visitor, cast.brandId, true)));
  assert.notEqual(before.who.address, signed.visitor.address);
  const token = signed.visitor.token ?? "";
  const met = () => meet(world, { channelId: chat.id, token, language: "de" });
  assert.equal((await met()).address, signed.visitor.address);
  world.pass(12 * 3_600_000);
  assert.notEqual((await met()).address, signed.visitor.address);
  await verify(() => removeKey(world, cast.omar, chat.id, key.id), "signingKey.changed");
  assert.deepEqual(await signIn(world, { ...input, word: word("4711") }), { disbelieved: "noKey" });
});

void test("what was answered before the first words reaches desks, once, and only of one's own concern", async () => {
  const { who, id } = await visitor("Udo");
  const topicId = world.newId() as TopicId;
  await world.db.run(sql`INSERT INTO topic (id, name, when_closed) VALUES (${topicId}, 'Rechnung', 'reopen')`);
  const as = { kind: "customer", id: null, name: "Udo" } as const;
  const answers = { topicId, fields: { Anschlussart: "Kabel" } };
  const answered = () => answerForm(world, as, viewer(who), id, answers);
  const stranger = (await visitor()).who;
  await quiet(() => answerForm(world, as, viewer(stranger), id, answers));
  await verify(answered, "concern.changed", "concern.fieldsChanged");
  await quiet(answered);
});

void test("how a visitor wants to be answered is their customer's wish, said to every desk; of whoever has said nothing there is none", async () => {
  const { who, id } = await visitor("Wanda", "wanda@kunde.example");
  await verify(() => wish(world, who, "email"), "customer.changed");
  const [event] = (await world.events()).slice(-1);
  assert.ok(event?.kind === "customer.changed" && event.data.what.join() === "wish" && event.actor.kind === "customer");
  assert.equal(await wishAt(world.db, "chat", who.address), "email");
  const { ways } = sure(await openConcern(world, cast.anna, id));
  assert.deepEqual(
    Object.fromEntries(ways.map(({ channelKind, wished, blocked }) => [channelKind, [wished, blocked]])),
    { email: [true, "noAddress"], webchat: [false, null] },
    "what was typed in a chat is no address to write to",
  );
  await quiet(() => wish(world, who, "email"));
  await verify(() => wish(world, who, null), "customer.changed");
  assert.equal(await wishAt(world.db, "chat", who.address), null);
  const silent = await meet(world, { channelId: chat.id, token: null, language: "de" });
  await quiet(() => wish(world, silent, "webchat"));
});
