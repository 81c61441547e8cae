// A flow in the chat: begun by its button or by first words, answered by presses, forms, words and files, on two nodes and from several pages, to somebody of us at any time; until then it is no concern.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import { api } from "#contract/api.ts";
import type { ChatMessage } from "#contract/chat.ts";
import type { FlowId } from "#contract/ids.ts";
import type { Channel } from "#contract/brands.ts";
import { setUpCentre } from "#test/centre.ts";
import { addChat, answerIn, fetchFile, openPage, sendFile, signedBy, type Told, type VisitorPage } from "#test/chat.ts";
import type { Desk } from "#test/desk.ts";
import { cleaners, ownStore } from "#test/faults.ts";
import { addFlow, helpFlow } from "#test/flow-help.ts";
import { both } from "#test/flows.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

/** What is asked of the machine has no time of its own. */
const timeout = 120_000;
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGP4z8AARAwQCgAf7gP9i18U1AAAAABJRU5ErkJggg==",
  "base64",
);

let one: TestServer;
let two: TestServer;
let desk: Desk;
let chat: Channel;
let flowId: FlowId;

before(async () => {
  const store = await ownStore();
  const env = { SECRET: "ein-geheimnis-fuer-beide-knoten-1234567890", LOG_LEVEL: "error" };
  one = await startTestServer({ database: store.url, env });
  cleaners.push(() => one.stop());
  const centre = await setUpCentre(one.url);
  ({ desk } = centre);
  chat = await addChat(desk, centre.brand.id);
  flowId = await addFlow(desk);
  two = await startTestServer({ database: store.url, env });
  cleaners.push(() => two.stop());
});

const pages: VisitorPage[] = [];
after(() => pages.forEach((page) => page.close()));
const open = async (server: TestServer = one): Promise<VisitorPage> => {
  const page = await openPage(server.url, chat.id);
  pages.push(page);
  return page;
};

/** The last thing said by the flow that fits, told in any word. */
const saidBy = (page: VisitorPage, text: string): Promise<ChatMessage> =>
  page
    .word("news", ({ messages }) => messages.some((one) => one.by === "us" && one.text.includes(text)))
    .then(({ messages }) => messages.find((one) => one.text.includes(text)) as ChatMessage);
/** How a run stands, when it does so. */
const stands = (page: VisitorPage, fits: (concern: Told<"news">["concerns"][number]) => boolean) =>
  page.word("news", ({ concerns }) => concerns.some(fits)).then(({ concerns }) => concerns.find(fits));
/** Answers what has been asked by the words of an option, or the values of a form. */
const press = (page: VisitorPage, message: ChatMessage, ...values: string[]): Promise<ChatMessage> => {
  const part = message.parts.findIndex(({ kind }) => kind === "choices" || kind === "form");
  return page.tell("", { concernId: message.concernId, answer: { messageId: message.id, part, values } });
};
const begin = async (
  page: VisitorPage,
  thread = crypto.randomUUID(),
  id = crypto.randomUUID(),
): Promise<ChatMessage> => {
  const said = await page.tell("Mein Internet geht nicht", { press: flowId, thread, id });
  return said;
};
const opened = (id: ChatMessage["concernId"]) => desk.call(api.concerns.open, { params: { id } });

test(
  "by its button, presses, a form, words and a file to somebody of us: no concern until then, one thread all the time, and silent from then on",
  { timeout },
  async () => {
    const page = await open();
    const { now, token, concerns: before } = await page.hello();
    assert.deepEqual([now.entries, before], [[{ id: flowId, label: "Mein Internet geht nicht" }], []]);
    const begun = await begin(page);
    const { concernId } = begun;
    assert.deepEqual([begun.by, begun.text, begun.seq], ["you", "Mein Internet geht nicht", 1]);
    const what = await saidBy(page, "Was ist los?");
    assert.deepEqual([what.concernId, what.automatic, what.name], [concernId, true, ""]);
    const run = await stands(page, ({ id }) => id === concernId);
    assert.deepEqual(
      [run?.number, run?.status, run?.subject, run?.flow],
      [0, "open", begun.text, { skips: false, works: false }],
    );
    await assert.rejects(opened(concernId), /notFound/, "the desk knows nothing of it");

    await press(page, what, "Gar kein Internet");
    await saidBy(page, "Kundennummer");
    await page.tell("meine Nummer ist 12", { concernId });
    assert.equal((await stands(page, ({ id, lastSeq }) => id === concernId && lastSeq >= 6))?.flow?.skips, false);
    await page.tell("123456", { concernId });
    const since = await saidBy(page, "Seit wann");
    const [form] = since.parts;
    assert.ok(form?.kind === "form");
    assert.deepEqual([form.title, form.fields[0]?.label], ["Seit wann ist das so?", "Ihre Antwort"], "no name of ours");
    await press(page, since, new Date(Date.now() - 86_400_000).toISOString().slice(0, 10));
    const photo = await saidBy(page, "Ein Foto");
    assert.equal((await stands(page, ({ lastSeq }) => lastSeq === photo.seq))?.flow?.skips, true);
    const call = { url: one.url, channelId: chat.id, token };
    const file = crypto.randomUUID();
    assert.equal((await sendFile(call, { name: "Lampen.png", bytes: png, id: file })).status, 201);
    const sent = await page.tell("", { concernId, files: [file] });
    assert.equal((await fetchFile(call, sent.files[0]?.id ?? "")).status, 200);
    const stranger = await open();
    const other = await stranger.hello();
    assert.equal((await fetchFile({ ...call, token: other.token }, sent.files[0]?.id ?? "")).status, 404);
    const helped = await saidBy(page, "Geht es jetzt?");
    const feed = await desk.live();
    await press(page, helped, "Nein");

    const concern = await stands(page, ({ id, number }) => id === concernId && number > 0);
    assert.equal(concern?.flow, undefined);
    const last = await page.message("Nein");
    const created = await feed.event((event) => event.kind === "concern.created" && event.concernId === concernId);
    feed.close();
    assert.ok(created.kind === "concern.created" && created.data.row.subject === "Internet geht nicht");
    const { messages } = await opened(concernId);
    const told = new Map(
      page.words.flatMap((word) => ("messages" in word ? word.messages : [])).map((each) => [each.id, each.text]),
    );
    for (const { id, text } of messages.filter(({ direction }) => direction === "out"))
      assert.equal(told.get(id), text);
    assert.ok(
      messages.some(({ id }) => id === last.id) && messages.some(({ files }) => files[0]?.name === "Lampen.png"),
    );
    const ids = messages.map(({ id }) => id);
    assert.deepEqual([ids.length, new Set(ids).size], [messages.length, messages.length]);

    await answerIn(desk, concernId, "Ich sehe nach.");
    const agent = await page.message("Ich sehe nach.");
    assert.equal(agent.automatic, false);
    await page.tell("Und jetzt?", { concernId });
    const back = await (await open(two)).hello({ token });
    const thread = back.messages.filter((each) => each.concernId === concernId);
    assert.deepEqual(
      [thread.length, thread.at(-1)?.text, back.concerns.length],
      [messages.length + 2, "Und jetzt?", 1],
    );
    assert.deepEqual(thread.map(({ id }) => id).slice(0, messages.length), ids);
  },
);

test(
  "the same words from two nodes are one dialogue; of two answers at once one counts, and both pages say the same",
  { timeout },
  async () => {
    const first = await open(one);
    const { token } = await first.hello();
    const [thread, id] = [crypto.randomUUID(), crypto.randomUUID()];
    const begun = await begin(first, thread, id);
    const second = await open(two);
    const seen = await second.hello({ token });
    assert.deepEqual(
      seen.concerns.map((each) => each.id),
      [begun.concernId],
    );
    const again = await Promise.all([begin(second, thread, id), begin(first, thread, id)]);
    assert.deepEqual(
      again.map((each) => [each.id, each.concernId, each.seq]),
      [1, 2].map(() => [begun.id, begun.concernId, 1]),
    );
    const what = await saidBy(first, "Was ist los?");
    const answers = await Promise.allSettled([
      press(first, what, "Gar kein Internet"),
      press(second, what, "Es ist langsam"),
    ]);
    assert.ok(answers.some(({ status }) => status === "fulfilled"));
    const fresh = async (server: TestServer) => (await (await open(server)).hello({ token })).messages;
    const [here, there] = [await fresh(one), await fresh(two)];
    assert.deepEqual(here, there);
    const ways = ["Kundennummer", "Geht es jetzt"].filter((text) =>
      here.some((each) => each.by === "us" && each.text.includes(text)),
    );
    assert.equal(ways.length, 1, JSON.stringify(here.map(({ text }) => text)));
  },
);

test(
  "kill -9 in the middle: what was said counts once, and the dialogue goes on at the other node, and days later",
  { timeout },
  async () => {
    const page = await open(one);
    const { token } = await page.hello();
    const { concernId } = await begin(page);
    const what = await saidBy(page, "Was ist los?");
    const id = crypto.randomUUID();
    const answer = {
      messageId: what.id,
      part: what.parts.findIndex(({ kind }) => kind === "choices"),
      values: ["Es ist langsam"],
    };
    page.say({ type: "say", id, concernId, thread: id, text: "", answer });
    await one.end("SIGKILL");
    const next = await open(two);
    await next.hello({ token });
    const said = await next.tell("", { concernId, id, answer });
    assert.equal(said.id, id);
    one = await one.again();
    const later = await open(one);
    const {
      concerns: [run],
      messages,
    } = await later.hello({ token });
    assert.deepEqual([run?.id, run?.flow], [concernId, { skips: false, works: false }]);
    assert.deepEqual(
      messages.map(({ text, by }) => (by === "you" ? text : by)),
      ["Mein Internet geht nicht", "us", "Es ist langsam", "us"],
    );
    const helped = messages.at(-1);
    assert.ok(helped);
    await press(later, helped, "Ja");
    await saidBy(later, "Auf Wiederhören");
    assert.equal((await stands(later, ({ status }) => status === "resolved"))?.flow, undefined);
    // What is said then is for somebody of us: with all that was said before.
    const more = await later.tell("Doch nicht. Es ist wieder weg.", { concernId });
    assert.equal(more.concernId, concernId);
    const { messages: thread } = await opened(concernId);
    assert.deepEqual([thread.length, thread.at(-1)?.text], [messages.length + 3, "Doch nicht. Es ist wieder weg."]);
  },
);

test(
  "first words begin a flow, somebody of us is one press away, what may be left open is skipped, and what fits nothing is told so",
  { timeout },
  async () => {
    const page = await open();
    const { token } = await page.hello();
    const { concernId } = await page.tell("internet geht nicht");
    const what = await saidBy(page, "Was ist los?");
    await assert.rejects(press(page, what, "Ganz etwas anderes"), /noAnswer/);
    await press(page, what, "Gar kein Internet");
    await assert.rejects(press(page, what, "Es ist langsam"), /answered/, "it is too late");
    await page.tell("123456", { concernId });
    await press(page, await saidBy(page, "Seit wann"), new Date().toISOString().slice(0, 10));
    await saidBy(page, "Ein Foto");
    await page.tell("Überspringen", { concernId, press: "skip" });
    await saidBy(page, "Geht es jetzt?");
    const stranger = await open(two);
    await stranger.hello();
    await assert.rejects(stranger.tell("Ist da jemand?", { concernId }), /notFound/);
    await assert.rejects(
      stranger.tell("", { concernId, answer: { messageId: what.id, part: 1, values: ["Es ist langsam"] } }),
      /notFound|noAnswer/,
    );
    const id = crypto.randomUUID();
    const asked = await page.tell("Mit jemandem sprechen", { concernId, press: "human", id });
    assert.equal((await opened(concernId)).concern.row.status, "new");
    // The answer to it was lost: the same again, on another node, when it has become a concern.
    const other = await open(two);
    await other.hello({ token });
    assert.equal((await other.tell("Mit jemandem sprechen", { concernId, press: "human", id })).id, asked.id);
    assert.equal((await opened(concernId)).messages.filter(({ text }) => text === "Mit jemandem sprechen").length, 1);

    const naughty = await open();
    await naughty.hello();
    const ordinary = await naughty.tell("Diesen Ablauf gibt es nicht", { press: crypto.randomUUID() });
    assert.equal((await opened(ordinary.concernId)).messages.length, 1);
    const chose = await naughty.tell("internet geht nicht", {
      answers: { phone: "", topic: "", question: "Störung" },
    });
    assert.equal((await opened(chose.concernId)).messages.length, 1, "what was chosen is for people");
    for (let n = 0; n < 9; n += 1) await begin(naughty);
    await assert.rejects(begin(naughty), /tooFast/, "nobody begins any number of them");
    const heard = await naughty.tell("internet geht nicht");
    assert.equal((await opened(heard.concernId)).messages.length, 1, "whoever writes is heard by somebody of us");
    naughty.say({ type: "say", id, concernId: null, thread: id, text: "x".repeat(1_000_000) });
    assert.ok([1008, 1009].includes(await naughty.closed));
  },
);

test(
  "whom the site has signed in is known to the flow, and their concern is their customer's; a flow that an agent sends holds the talk until the agent speaks",
  { timeout },
  async () => {
    const verified = { what: "verified", not: false } as const;
    const hands = helpFlow.steps.filter(({ id }) => id === "us");
    await addFlow(
      desk,
      {
        ...helpFlow,
        start: "who",
        steps: [
          { id: "who", do: "branch", cases: [{ all: [verified], next: "known" }], otherwise: "us" },
          { id: "known", do: "say", text: both("Ich kenne Sie.", "I know you."), next: "us" },
          ...hands,
        ],
        entries: [{ entry: { by: "words", words: ["wer bin ich"] }, brandIds: [], media: ["chat"], hours: "always" }],
      },
      "wer-bin-ich",
    );
    const { secret } = await desk.call(api.visitors.addKey, {
      params: { id: chat.id },
      body: { name: "2026", publicKey: null },
    });
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const seconds = Math.floor(Date.now() / 1_000);
    const claims = {
      aud: chat.id,
      sub: "kd-7",
      jti: crypto.randomUUID(),
      iat: seconds,
      exp: seconds + 120,
      name: "Anna Muster",
      email: "anna@kunde.test",
      email_verified: true,
    };
    const text = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
    const page = await open();
    await page.hello({
      identity: signedBy(
        `${text}.${createHmac("sha256", secret ?? "")
          .update(text)
          .digest("base64url")}`,
      ),
    });
    const feed = await desk.live();
    const { concernId } = await page.tell("Wer bin ich?");
    await saidBy(page, "Ich kenne Sie.");
    const changed = await feed.event((event) => event.kind === "customer.changed");
    assert.ok(changed.kind === "customer.changed");
    feed.close();
    const customer = await desk.call(api.customers.get, { params: { id: changed.data.customerId } });
    assert.equal(customer.name, "Anna Muster");
    assert.ok(customer.addresses.some(({ value }) => value === "anna@kunde.test"));

    await desk.call(api.flows.send, {
      params: { id: concernId },
      body: { key: crypto.randomUUID(), flowId, language: null },
    });
    const what = await saidBy(page, "Was ist los?");
    assert.deepEqual((await stands(page, ({ flow }) => flow !== undefined))?.flow, { skips: false, works: false });
    await press(page, what, "Gar kein Internet");
    await saidBy(page, "Kundennummer");
    await answerIn(desk, concernId, "Ich bin jetzt da.");
    await page.message("Ich bin jetzt da.");
    const from = page.words.length;
    await page.tell("123456", { concernId });
    const later = page.words.slice(from).flatMap((word) => ("messages" in word ? word.messages : []));
    assert.equal(
      later.some(({ by }) => by === "us"),
      false,
    );
  },
);

test(
  "a link by which a dialogue goes on: at another browser's chat with all that was said, and no longer where it was",
  { timeout },
  async () => {
    const here = {
      by: { way: "here" },
      link: { to: "here" },
      text: both("Hier geht es weiter:", "It goes on here:"),
    } as const;
    await addFlow(
      desk,
      {
        ...helpFlow,
        start: "on",
        steps: [{ id: "on", do: "sendLink", ...here, next: "what" }, ...helpFlow.steps],
        entries: [{ entry: { by: "words", words: ["unterwegs"] }, brandIds: [], media: ["chat"], hours: "always" }],
      },
      "unterwegs",
    );
    const page = await open();
    await page.hello();
    const { concernId } = await page.tell("Ich bin unterwegs");
    const { text } = await saidBy(page, "Hier geht es weiter");
    const word = /\/go\/([\w-]+)/.exec(text)?.[1] ?? "";
    const other = await open(two);
    const nowhere = await other.hello({ link: `f.${word.toUpperCase()}` });
    assert.deepEqual(nowhere.concerns, []);
    const phone = await open(two);
    const { token, concerns } = await phone.hello({ link: `f.${word}` });
    assert.deepEqual([concerns[0]?.id, concerns[0]?.flow], [concernId, { skips: false, works: false }]);
    assert.equal((await stands(page, ({ id, status }) => id === concernId && status === "resolved"))?.flow, undefined);
    const what = await (await open(one)).hello({ token });
    const asked = what.messages.findLast(({ parts }) => parts.some(({ kind }) => kind === "choices"));
    assert.ok(asked);
    await press(phone, asked, "Gar kein Internet");
    await saidBy(phone, "Kundennummer");
    const heard = page.words.flatMap((each) => ("messages" in each ? each.messages : []));
    assert.equal(
      heard.some(({ text: words }) => words.includes("Kundennummer")),
      false,
    );
    await assert.rejects(page.tell("123456", { concernId }), /notFound/);
  },
);
