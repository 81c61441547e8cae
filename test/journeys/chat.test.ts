// A chat on a website: visitors say things over the real socket, agents answer at the desk, and who is who stays apart.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { api } from "#contract/api.ts";
import type { Brand, Channel } from "#contract/brands.ts";
import { setUpCentre } from "#test/centre.ts";
import type { GivenPart } from "#contract/parts.ts";
import { addChat, answerIn, openPage, type VisitorPage } from "#test/chat.ts";
import type { Desk } from "#test/desk.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

let server: TestServer;
let ada: Desk;
let brand: Brand;
let chat: Channel;
const pages: VisitorPage[] = [];

before(async () => {
  server = await startTestServer({ env: { LOG_LEVEL: "error" } });
  ({ desk: ada, brand } = await setUpCentre(server.url));
  chat = await addChat(ada, brand.id, { origins: ["https://www.kabel.test"], greeting: "Guten Tag!" });
});

after(async () => {
  for (const page of pages) page.close();
  await server?.stop();
});

const page = async (origin: string | null = null): Promise<VisitorPage> => {
  const fresh = await openPage(server.url, chat.id, origin);
  pages.push(fresh);
  return fresh;
};
const open = (id: string) => ada.call(api.concerns.open, { params: { id: id } });
const answer = (id: string, text: string) => answerIn(ada, id, text);

test("a visitor's words become one concern, the answer is there at once, and both are there again after a reload", async () => {
  const first = await page("https://www.kabel.test");
  const welcome = await first.hello();
  assert.deepEqual([welcome.greeting, welcome.brand, welcome.concerns], ["Guten Tag!", "Kabel", []]);
  const thread = crypto.randomUUID();
  const said = await first.tell("Mein Fernseher ist schwarz.", { thread });
  const again = await first.tell("Seit heute früh.", { thread });
  assert.equal(again.concernId, said.concernId);
  const opened = await open(said.concernId);
  assert.equal(opened.concern.row.status, "new");
  assert.deepEqual(
    opened.messages.map((message) => [message.direction, message.channelKind, message.text]),
    [
      ["in", "webchat", "Mein Fernseher ist schwarz."],
      ["in", "webchat", "Seit heute früh."],
    ],
  );
  await answer(said.concernId, "Ich sehe nach.");
  const heard = await first.message("Ich sehe nach.");
  assert.deepEqual([heard.by, heard.name, heard.way], ["us", "Ada Brandt", "chat"]);
  const [out] = (await open(said.concernId)).messages.slice(-1);
  assert.deepEqual(
    out?.deliveries.map((delivery) => delivery.state),
    ["sent"],
  );
  // Seen is read.
  first.say({ type: "seen", concernId: said.concernId, seq: heard.seq });
  const feed = await ada.live();
  await feed.event((event) => event.kind === "delivery.changed" && event.concernId === said.concernId);
  feed.close();
  assert.equal((await open(said.concernId)).messages.at(-1)?.deliveries[0]?.state, "read");
  const second = await page();
  const back = await second.hello({ token: welcome.token });
  assert.equal(back.token, null);
  assert.deepEqual(
    back.messages.map((message) => message.text),
    ["Mein Fernseher ist schwarz.", "Seit heute früh.", "Ich sehe nach."],
  );
  assert.equal(back.concerns[0]?.seenSeq, heard.seq);
  // Both pages hear what is said in either.
  await first.tell("Danke!", { concernId: said.concernId, thread });
  await second.message("Danke!");
});

test("two things begun at once are two concerns: the page says what belongs together", async () => {
  const visitor = await page();
  await visitor.hello();
  const [one, other] = [crypto.randomUUID(), crypto.randomUUID()];
  const bill = await visitor.tell("Meine Rechnung ist zu hoch.", { thread: one });
  const outage = await visitor.tell("Außerdem ist das Bild schwarz.", { thread: other });
  const more = await visitor.tell("Um zehn Euro.", { thread: one });
  assert.notEqual(bill.concernId, outage.concernId);
  assert.equal(more.concernId, bill.concernId);
});

test("the same words said twice are one message, from whichever page of the browser they come", async () => {
  const first = await page();
  const { token } = await first.hello();
  const id = crypto.randomUUID();
  const thread = crypto.randomUUID();
  const said = await first.tell("Nur einmal", { id, thread });
  const second = await page();
  await second.hello({ token });
  const repeated = await Promise.all([
    second.tell("Nur einmal", { id, thread }),
    first.tell("Nur einmal", { id, thread }),
  ]);
  assert.deepEqual(
    repeated.map((one) => one.id),
    [said.id, said.id],
  );
  assert.equal((await open(said.concernId)).messages.length, 1);
});

test("one's own word is told once, and where the page stands after it; the visitor's other pages hear it as news", async () => {
  const first = await page();
  const { token, upTo } = await first.hello();
  const { concernId } = await first.tell("Ich sage etwas");
  await first.word("news", ({ concerns }) => concerns.some(({ id }) => id === concernId));
  const alone = await first.tell("Und noch etwas", { concernId });
  // It need not be told of it again when it comes again.
  await first.word("pong", (word) => word.upTo > upTo);
  const times = (who: typeof first, id: string): number =>
    who.words.filter(
      (word) =>
        (word.type === "taken" && word.message.id === id) ||
        (word.type === "news" && word.messages.some((message) => message.id === id)),
    ).length;
  const second = await page();
  await second.hello({ token });
  const shared = await first.tell("Für beide", { concernId });
  await second.message("Für beide");
  assert.deepEqual([times(first, alone.id), times(second, shared.id)], [1, 1]);
  await answer(concernId, "Eine Antwort");
  await first.message("Eine Antwort");
  const reopened = await first.tell("Das hat geholfen", { concernId });
  const { concerns } = await first.word("news", ({ messages }) => messages.some(({ id }) => id === reopened.id));
  assert.notEqual(concerns[0]?.status, "waiting", "what else it changed is told");
});

test("what several say at one moment is taken in together, and each concern has its own: order, status, words to be found", async () => {
  const visitors = await Promise.all(Array.from({ length: 12 }, () => page()));
  const greeted = await Promise.all(visitors.map((each) => each.hello()));
  const begun = await Promise.all(visitors.map((each, n) => each.tell(`Anliegen ${n}`)));
  // Half of them wait for their customer: what they say next changes the concern's status, too.
  await Promise.all(begun.flatMap(({ concernId }, n) => (n % 2 === 0 ? [] : [answer(concernId, `Antwort ${n}`)])));
  const word = (n: number): string => `Nachfrage-${n} \u{1F4E1} "quer" {a,b} \\ 'einfach' \ud800`;
  await Promise.all(
    visitors.map(async (each, n) => {
      const { concernId } = begun[n] ?? {};
      if (concernId === undefined) return;
      await Promise.all([word(n), `${n} danach`].map((text) => each.tell(text, { concernId })));
    }),
  );
  for (const [n, { concernId }] of begun.entries()) {
    const { concern, messages } = await open(concernId);
    assert.deepEqual(
      messages.map(({ text }) => text.toWellFormed()),
      [`Anliegen ${n}`, ...(n % 2 === 0 ? [] : [`Antwort ${n}`]), word(n).toWellFormed(), `${n} danach`],
    );
    assert.deepEqual(
      [concern.row.status, concern.row.messageCount, concern.row.snippet],
      [n % 2 === 0 ? "new" : "open", messages.length, `${n} danach`],
    );
  }
  const found = await ada.call(api.search.everything, { query: { q: '"7 danach"' } });
  assert.deepEqual(
    found.concerns.map(({ row }) => row.id),
    [begun[7]?.concernId],
  );
  // They all come again at one moment, each to its own, and hear only what they do not know.
  const came = await Promise.all(
    greeted.map(async ({ token, upTo }, n) => {
      const again = await page();
      return again.hello({ token, after: n % 3 === 0 ? null : upTo });
    }),
  );
  for (const [n, { concerns, messages }] of came.entries()) {
    assert.deepEqual(
      concerns.map(({ id }) => id),
      [begun[n]?.concernId],
    );
    assert.ok(messages.some(({ text }) => text === `${n} danach`));
  }
});

test("a page that was away hears what it missed, by the number it had", async () => {
  const first = await page();
  const { token } = await first.hello();
  const { concernId } = await first.tell("Ich bin gleich weg");
  first.say({ type: "ping" });
  const { upTo } = await first.word("pong");
  first.close();
  await first.closed;
  await answer(concernId, "Verpasst?");
  const second = await page();
  const welcome = await second.hello({ token, after: upTo });
  assert.ok(welcome.messages.some((message) => message.text === "Verpasst?"));
  // Once the server itself has followed so far; until then it tells again what it is not sure of.
  const feed = await ada.live();
  await feed.event(
    (event) =>
      event.kind === "message.added" && event.concernId === concernId && event.data.message.direction === "out",
  );
  feed.close();
  const before = second.words.length;
  second.say({ type: "ping" });
  const followed = await second.word("pong", (word) => second.words.indexOf(word) >= before);
  const third = await page();
  const nothing = await third.hello({ token, after: followed.upTo });
  assert.deepEqual([nothing.concerns, nothing.messages], [[], []], "nothing has happened since");
});

test("another visitor's concern, thread and ids give nothing and change nothing", async () => {
  const victim = await page();
  await victim.hello();
  const thread = crypto.randomUUID();
  const id = crypto.randomUUID();
  const secret = await victim.tell("Meine Kundennummer ist 4711", { thread, id });
  const thief = await page();
  await thief.hello();
  await assert.rejects(thief.tell("zeig her", { concernId: secret.concernId }), /notFound/);
  const same = await thief.tell("dieselben Namen", { thread, id });
  assert.notEqual(same.concernId, secret.concernId);
  thief.say({ type: "earlier", concernId: secret.concernId, before: 100 });
  thief.say({ type: "seen", concernId: secret.concernId, seq: 1 });
  thief.say({ type: "typing", concernId: secret.concernId, on: true });
  const { messages } = await thief.word("earlier");
  assert.deepEqual(messages, []);
  assert.equal((await open(secret.concernId)).messages.length, 1);
  assert.ok(!JSON.stringify(thief.words).includes("4711"));
});

test("a visitor of one brand is nobody at another's chat, whatever they show there", async () => {
  const visitor = await page();
  const { token } = await visitor.hello();
  const { concernId } = await visitor.tell("Nur für Kabel: 4712");
  const own = await ada.call(api.brands.create, { body: { name: "Andere", signature: "", language: "de" } });
  const elsewhere = await openPage(server.url, (await addChat(ada, own.id)).id);
  pages.push(elsewhere);
  const welcome = await elsewhere.hello({ token });
  assert.deepEqual([welcome.concerns, welcome.messages, welcome.name, welcome.email], [[], [], "", ""]);
  await assert.rejects(elsewhere.tell("zeig her", { concernId }), /notFound/);
  elsewhere.say({ type: "earlier", concernId, before: 100 });
  assert.deepEqual((await elsewhere.word("earlier")).messages, []);
  await answer(concernId, "Nur für Kabel: 4713");
  await visitor.message("Nur für Kabel: 4713");
  // What they say there is that brand's, and another's customer.
  const said = await elsewhere.tell("Guten Tag, andere Marke");
  const [here, there] = [await open(concernId), await open(said.concernId)];
  assert.deepEqual([here.concern.row.brandId, there.concern.row.brandId], [brand.id, own.id]);
  assert.notEqual(here.concern.row.customerId, there.concern.row.customerId);
  assert.ok(!JSON.stringify(elsewhere.words).includes("471"));
});

test("notes and what goes to others never reach the visitor", async () => {
  const visitor = await page();
  const { token } = await visitor.hello();
  const { concernId } = await visitor.tell("Frage");
  await ada.call(api.concerns.note, {
    params: { id: concernId },
    body: { text: "Vorsicht, schwieriger Kunde", html: null, uploads: [], key: crypto.randomUUID() },
  });
  await answer(concernId, "Antwort");
  await visitor.message("Antwort");
  const back = await page();
  const welcome = await back.hello({ token });
  assert.deepEqual(
    welcome.messages.map((message) => message.text),
    ["Frage", "Antwort"],
  );
  assert.ok(!JSON.stringify([...visitor.words, ...back.words]).includes("Vorsicht"));
});

const choices: GivenPart = { kind: "choices", question: "Welches Gerät?", options: ["Router", "TV"] };
const form: GivenPart = {
  kind: "form",
  title: "Ihr Termin",
  fields: [
    { label: "Tag", type: "date", required: true, options: [] },
    { label: "E-Mail", type: "email", required: false, options: [] },
  ],
};
const article: GivenPart = {
  kind: "article",
  title: "Neustart",
  summary: "",
  url: "https://hilfe.kabel.test/neustart",
};

test("choices, a form and an article reach the visitor as they are and as text; each is answered once, in one readable message", async () => {
  const visitor = await page();
  await visitor.hello();
  const { concernId } = await visitor.tell("Es geht nicht.");
  await answerIn(ada, concernId, "Bitte:", "webchat", [], [choices, form, article]);
  const text =
    "Bitte:\n\nWelches Gerät?\n• Router\n• TV\n\nIhr Termin\n• Tag\n• E-Mail\n\nNeustart\nhttps://hilfe.kabel.test/neustart";
  const asked = await visitor.message(text);
  assert.deepEqual(
    asked.parts.map(({ kind }) => kind),
    ["words", "choices", "form", "article"],
  );
  const to = (part: number, values: readonly string[]) => ({ messageId: asked.id, part, values: [...values] });
  const say = (part: number, ...values: string[]) => visitor.tell("", { concernId, answer: to(part, values) });
  for (const wrong of [say(1, "Toaster"), say(1, "Router", "TV"), say(2, "morgen", ""), say(3, "x"), say(4, "x")])
    await assert.rejects(wrong, /noAnswer/);
  const id = crypto.randomUUID();
  const chosen = await visitor.tell("", { id, concernId, answer: to(1, ["Router"]) });
  assert.equal(chosen.text, "> Welches Gerät?\nRouter");
  const again = await visitor.tell("", { id, concernId, answer: to(1, ["Router"]) });
  assert.equal(again.id, chosen.id, "the same answer said again is the same");
  await assert.rejects(say(1, "TV"), /answered/);
  // Two at once: one of them counts.
  const both = await Promise.allSettled([say(2, "2026-11-30", ""), say(2, "2026-12-01", "")]);
  assert.deepEqual(both.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
  const { messages } = await open(concernId);
  assert.deepEqual(
    messages.slice(0, 3).map((message) => message.text),
    ["Es geht nicht.", text, "> Welches Gerät?\nRouter"],
  );
  assert.match(messages[3]?.text ?? "", /^Ihr Termin\nTag: \d{2}\.\d{2}\.2026\nE-Mail: –$/);
  assert.equal(messages.length, 4);
  const thief = await page();
  await thief.hello();
  const own = await thief.tell("Ich bin nicht gemeint.");
  const stolen = { concernId: own.concernId, answer: to(2, ["2026-11-30", ""]) };
  await assert.rejects(thief.tell("", stolen), /noAnswer/);
  await assert.rejects(thief.tell("", { concernId, answer: stolen.answer }), /notFound/);
});

test("signing out ends the token for ever, also for who kept it", async () => {
  const visitor = await page();
  const { token } = await visitor.hello();
  await visitor.tell("Geheim");
  visitor.say({ type: "leave" });
  assert.equal(await visitor.closed, 4000);
  const next = await page();
  const welcome = await next.hello({ token });
  assert.notEqual(welcome.token, null);
  assert.notEqual(welcome.token, token);
  assert.deepEqual(welcome.concerns, []);
  const forged = await page();
  assert.deepEqual((await forged.hello({ token: "a".repeat(43) })).concerns, []);
});

test("only listed pages may carry it, only channels that are chats have it, and a page that talks nonsense is closed", async () => {
  await assert.rejects(openPage(server.url, chat.id, "https://www.kabel.test.evil.test"), /403/);
  await assert.rejects(openPage(server.url, "not-there", server.url), /404/);
  for (const nonsense of [
    { type: "hello", version: 2 },
    { type: "say", id: "1", concernId: null, thread: "x", text: "" },
    { type: "unknown" },
  ]) {
    const visitor = await page();
    visitor.say(nonsense as never);
    assert.equal(await visitor.closed, 1008);
  }
  const unknown = await page();
  unknown.say({ type: "ping" });
  assert.equal(await unknown.closed, 1008, "hello comes first");
  // A frame that is too large is not read: who sends it is closed, and has said nothing.
  const huge = await page();
  const { token } = await huge.hello();
  huge.say({
    type: "say",
    id: crypto.randomUUID(),
    concernId: null,
    thread: crypto.randomUUID(),
    text: "x".repeat(70_000),
  });
  assert.equal(await huge.closed, 1009);
  const back = await page();
  assert.deepEqual((await back.hello({ token })).concerns, []);
});

test("who says too much at once is asked to wait, and nothing of it is lost for good", async () => {
  const visitor = await page();
  await visitor.hello();
  const thread = crypto.randomUUID();
  const said = await Promise.allSettled(
    Array.from({ length: 45 }, (_, index) => visitor.tell(`Flut ${index}`, { thread })),
  );
  const taken = said.filter((one) => one.status === "fulfilled").length;
  // Half a minute may end in between: then another twenty are let in, or fewer.
  assert.ok(taken >= 20 && taken <= 40, String(taken));
  const refused = await visitor.word("refused");
  assert.equal(refused.code, "tooFast");
  assert.ok((refused.afterMs ?? 0) > 0);
});

test("the desk sees who is in the chat and where, and that they write; the visitor sees that an agent writes", async () => {
  const visitor = await page();
  await visitor.hello();
  const { concernId } = await visitor.tell("Sind Sie da?");
  visitor.say({
    type: "page",
    page: { url: "https://www.kabel.test/tarife", title: "Tarife", referrer: "" },
  });
  visitor.say({ type: "here", here: true });
  const feed = await ada.live();
  feed.say({ type: "look", concernId, state: "typing" });
  const seen = await feed.word((word) => word.type === "visitors" && word.visitors[0]?.page !== null);
  assert.ok(seen.type === "visitors" && seen.visitors[0]?.page?.title === "Tarife");
  await visitor.word("typing", (word) => word.on && word.concernId === concernId);
  visitor.say({ type: "typing", concernId, on: true });
  await feed.word((word) => word.type === "visitors" && word.visitors[0]?.state === "typing");
  visitor.close();
  await feed.word((word) => word.type === "visitors" && word.visitors.length === 0);
  feed.close();
});

test("what an agent takes into a concern of its own is a thread of its own to the visitor, said in place, and comes back", async () => {
  const mine = await page();
  const { upTo } = await mine.hello();
  const thread = crypto.randomUUID();
  const first = await mine.tell("Der Router blinkt rot.", { thread });
  await answer(first.concernId, "Bitte einmal neu starten.");
  const heard = await mine.message("Bitte einmal neu starten.");
  const second = await mine.tell("Und meine Rechnung ist zu hoch.", { concernId: first.concernId, thread });
  const third = await mine.tell("12 Euro zu viel.", { concernId: first.concernId, thread });
  mine.say({ type: "seen", concernId: first.concernId, seq: heard.seq });
  const key = crypto.randomUUID();
  const split = await ada.call(api.moving.split, {
    params: { id: first.concernId },
    body: { key, messages: { from: second.id }, subject: "Rechnung" },
  });
  const anew = await mine.word("welcome", ({ afresh }) => afresh);
  const shown = (id: string) =>
    anew.messages.filter(({ concernId }) => concernId === id).map(({ text, seq }) => [seq, text]);
  assert.deepEqual(shown(first.concernId), [
    [1, "Der Router blinkt rot."],
    [2, "Bitte einmal neu starten."],
  ]);
  assert.deepEqual(shown(split.to.id), [
    [1, "Und meine Rechnung ist zu hoch."],
    [2, "12 Euro zu viel."],
  ]);
  const continued = (id: string) =>
    anew.concerns
      .find((one) => one.id === id)
      ?.continued.map(({ side, concernId, subject, at }) => [side, concernId, subject, at]);
  assert.deepEqual(continued(first.concernId), [["from", split.to.id, "Rechnung", second.at]]);
  assert.deepEqual(
    continued(split.to.id)?.map(([side, id]) => [side, id]),
    [["to", first.concernId]],
  );
  // What is said in a thread stays in it, though messages of the same page and thread are in the other one.
  assert.equal(
    (await mine.tell("Neustart hat geholfen.", { concernId: first.concernId, thread })).concernId,
    first.concernId,
  );
  assert.equal((await mine.tell("Danke.", { concernId: split.to.id, thread })).concernId, split.to.id);
  await answer(split.to.id, "Ist gutgeschrieben.");
  assert.equal((await mine.message("Ist gutgeschrieben.")).concernId, split.to.id);
  // Who was away meanwhile begins afresh, too.
  const token = (await mine.word("welcome")).token;
  const back = await page();
  const later = await back.hello({ token, after: upTo });
  assert.ok(later.afresh && later.concerns.length === 2);
  const seen = mine.words.length;
  await ada.call(api.moving.undo, { params: { key } });
  const whole = await mine.word("welcome", (word) => word.afresh && mine.words.indexOf(word) >= seen);
  assert.deepEqual(
    whole.messages
      .filter(({ concernId }) => concernId === first.concernId)
      .map(({ text }) => text)
      .slice(0, 4),
    ["Der Router blinkt rot.", "Bitte einmal neu starten.", "Und meine Rechnung ist zu hoch.", "12 Euro zu viel."],
  );
  assert.ok(third);
});
