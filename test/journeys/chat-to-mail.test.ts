// One concern over two channels, word by word: a visitor chats and leaves, gets the answer by mail, answers by mail, and comes back to the chat by the link in it.
// With real browsers and a real mailbox: test/screens/chat-to-mail.test.ts.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { api } from "#contract/api.ts";
import type { AnyEvent } from "#contract/events.ts";
import { answerIn, type Told } from "#test/chat.ts";
import { addFlow, helpFlow } from "#test/flow-help.ts";
import { startChatCentre, type ChatCentre } from "#test/chatCentre.ts";

let at: ChatCentre;
before(async () => {
  at = await startChatCentre();
});
after(() => at?.stop());

const open = (id: string) => at.desk.call(api.concerns.open, { params: { id: id } });
const answer = (id: string, text: string, kind: "webchat" | "email" = "webchat") => answerIn(at.desk, id, text, kind);
const texts = (words: readonly { readonly text: string }[]): string[] => words.map(({ text }) => text);

test("chat, mail and chat again are one concern, and who comes back by the link sees all of it", async () => {
  const visitor = await at.page();
  const { token } = await visitor.hello();
  visitor.say({ type: "introduce", name: "Jana Krause", email: "jana@kunde.test" });
  const { concernId } = await visitor.tell("Mein Internet ist langsam.");
  visitor.close();
  await visitor.closed;
  await answer(concernId, "Wir haben die Leitung gemessen.");
  await answer(concernId, "Bitte starten Sie den Router neu.");

  const mail = await at.sim.next((each) => each.envelope.to.includes("jana@kunde.test"));
  const text = mail.text;
  assert.match(text, /Wir haben die Leitung gemessen\.[^]*Bitte starten Sie den Router neu\./);
  const link = /#(\S+)/.exec(text)?.[1] ?? "";
  assert.ok(link.length > 20, text);

  const proof = link.split(".")[2] ?? assert.fail();
  const isShown = async (): Promise<boolean> => {
    const [opened, found] = [
      await open(concernId),
      await at.desk.call(api.search.everything, { query: { q: "Weiter im Chat", limit: 20 } }),
    ];
    assert.match(JSON.stringify(opened), /Weiter im Chat: \[Link zum Chat\]/);
    return JSON.stringify([opened, found]).includes(proof);
  };
  assert.equal(await isShown(), false, "no desk is shown the link");

  // The answer by mail stands in the same concern, as what the same customer says.
  await at.sim.send(
    {
      from: { name: "Jana Krause", address: "jana@kunde.test" },
      to: mail.replyTo,
      subject: mail.subject,
      text: `Das hat geholfen, aber nur kurz.\n\nAm 1.3.2026 schrieb Kabel:\n> ${text.replaceAll("\n", "\n> ")}`,
    },
    { host: "127.0.0.1", port: at.server.ports.smtp },
  );
  const feed = await at.desk.live();
  await feed.event(
    (event) =>
      event.kind === "message.added" &&
      event.data.message.channelKind === "email" &&
      event.data.message.direction === "in",
  );
  feed.close();
  assert.equal(await isShown(), false, "nor in what repeats the mail");
  const opened = await open(concernId);
  assert.equal(opened.concern.row.customerName, "Jana Krause");
  assert.deepEqual(
    opened.messages.map((message) => [message.direction, message.channelKind, message.automatic]),
    [
      ["in", "webchat", null],
      ["out", "webchat", null],
      ["out", "webchat", null],
      ["out", "email", "auto-reply"],
      ["in", "email", null],
    ],
  );
  await answer(concernId, "Dann kommt ein Techniker.", "email");
  await at.sim.next((each) => each.text.includes("Dann kommt ein Techniker."));

  // Back in the same browser without the link: the chat, but no mails. With it: both.
  const plain = await at.page();
  const without = await plain.hello({ token });
  assert.deepEqual(texts(without.messages), [
    "Mein Internet ist langsam.",
    "Wir haben die Leitung gemessen.",
    "Bitte starten Sie den Router neu.",
  ]);
  const back = await at.page();
  const welcome = await back.hello({ token, link });
  assert.equal(welcome.token, null, "the same browser keeps its token");
  assert.deepEqual(texts(welcome.messages), [
    "Mein Internet ist langsam.",
    "Wir haben die Leitung gemessen.",
    "Bitte starten Sie den Router neu.",
    "Das hat geholfen, aber nur kurz.",
    "Dann kommt ein Techniker.",
  ]);
  // On another device the link opens the same chat.
  const phone = await at.page();
  const there = await phone.hello({ link });
  assert.notEqual(there.token, null);
  assert.equal(there.concerns[0]?.id, concernId);
  const said = await phone.tell("Wann denn?", { concernId });
  assert.equal(said.concernId, concernId);
  assert.equal((await open(concernId)).concern.row.status, "open");
});

test("whoever sees the answer in the chat gets no mail of it; a forged or a stranger's link opens nothing", async () => {
  const visitor = await at.page();
  await visitor.hello();
  visitor.say({ type: "introduce", name: "", email: "bleibt@kunde.test" });
  const { concernId } = await visitor.tell("Ich bleibe hier.");
  await answer(concernId, "Sofort.");
  const seen = await visitor.message("Sofort.");
  visitor.say({ type: "seen", concernId, seq: seen.seq });
  const other = await at.page();
  await other.hello();
  other.say({ type: "introduce", name: "", email: "geht@kunde.test" });
  const gone = await other.tell("Ich gehe gleich.");
  other.close();
  await answer(gone.concernId, "Schade.");
  const mail = await at.sim.next((each) => each.envelope.to.includes("geht@kunde.test"));
  assert.ok(!at.sim.messages().some((each) => each.envelope.to.includes("bleibt@kunde.test")));
  const link = /#(\S+)/.exec(mail.text)?.[1] ?? "";
  for (const forged of [
    link.slice(0, -1) + (link.endsWith("a") ? "b" : "a"),
    link.replace(/\.\w+\./, ".zzzzzzzzz."),
    "a.b.c",
    "",
  ]) {
    const thief = await at.page();
    assert.deepEqual((await thief.hello({ link: forged })).concerns, []);
  }
});

test("a file said in the chat goes with the mail; what nobody may have or is too much stays there and is named", async () => {
  const visitor = await at.page();
  await visitor.hello();
  visitor.say({ type: "introduce", name: "Mia", email: "mia@kunde.test" });
  const { concernId } = await visitor.tell("Haben Sie den Plan?");
  visitor.close();
  await visitor.closed;
  const plan = await at.desk.upload("Plan.txt", Buffer.from("Der Plan"), "text/plain");
  const large = await at.desk.upload("Film.bin", Buffer.alloc(16_000_000, 7), "application/octet-stream");
  const question = { kind: "choices" as const, question: "Passt das?", options: ["Ja", "Nein"] };
  await answerIn(at.desk, concernId, "Anbei.", "webchat", [plan, large], [question]);
  await assert.rejects(answerIn(at.desk, concernId, "", "email", [], [question]), /noPartsHere|no way/);
  const mail = await at.sim.next((each) => each.envelope.to.includes("mia@kunde.test"));
  assert.deepEqual(
    mail.files.map(({ name }) => name),
    ["Plan.txt"],
  );
  assert.match(
    mail.text,
    /Anbei\.\n\nPasst das\?\n• Ja\n• Nein\nDatei: Plan\.txt\nDatei: Film\.bin[^]*sondern im Chat: Film\.bin/,
  );
});

test("what is written when nobody is there is answered by mail, in the same concern, when the writer has left", async () => {
  const owner = { kind: "channel" as const, id: at.chat.id };
  const weekly = Array.from({ length: 7 }, () => []);
  await at.desk.call(api.openingHours.set, { body: { owner, hours: { timeZone: "UTC", weekly, exceptions: [] } } });
  const visitor = await at.page();
  const { now } = await visitor.hello();
  const closed = ({ isAway, line }: typeof now): boolean =>
    isAway && line.text.startsWith("Wir haben gerade geschlossen.");
  if (!closed(now)) await visitor.word("now", (word) => closed(word.now));
  visitor.say({ type: "introduce", name: "Nora", email: "nora@kunde.test" });
  const { concernId } = await visitor.tell("Nachts ist das Bild weg.");
  visitor.close();
  await visitor.closed;
  await at.desk.call(api.openingHours.set, { body: { owner, hours: null } });
  await answer(concernId, "Wir sind wieder da: Der Verstärker ist getauscht.");
  const mail = await at.sim.next((each) => each.envelope.to.includes("nora@kunde.test"));
  assert.match(mail.text, /Der Verstärker ist getauscht\./);
  assert.deepEqual(
    texts((await open(concernId)).messages.filter(({ direction }) => direction !== "system")).slice(0, 2),
    ["Nachts ist das Bild weg.", "Wir sind wieder da: Der Verstärker ist getauscht."],
  );
});

test("an address said later is enough: what waited for it goes there", async () => {
  const visitor = await at.page();
  await visitor.hello();
  const { concernId } = await visitor.tell("Noch ohne Adresse.");
  await answer(concernId, "Wohin damit?");
  await answer(concernId, "Und noch etwas.");
  visitor.say({ type: "introduce", name: "Timo", email: "timo@kunde.test" });
  const mail = await at.sim.next((each) => each.envelope.to.includes("timo@kunde.test"));
  assert.match(mail.text, /Wohin damit\?[^]*Und noch etwas\./);
});

test("asked for a rating in the chat by who is there, by mail who has left; never by both, and answered only by whom it was asked", async () => {
  const rule = { enabled: true, delayMinutes: 0, windowDays: 14, pauseDays: 30, reopens: false };
  await at.desk.call(api.ratings.setRule, { params: { id: at.chat.brandId }, body: rule });
  const [here, gone, stranger] = [await at.page(), await at.page(), await at.page()];
  const { token } = await here.hello();
  const left = await gone.hello();
  await stranger.hello();
  await stranger.tell("Ich frage nach etwas anderem.");
  here.say({ type: "introduce", name: "Wolf", email: "wolf@kunde.test" });
  gone.say({ type: "introduce", name: "Vera", email: "vera@kunde.test" });
  const one = await here.tell("Kein Ton.");
  const two = await gone.tell("Kein Bild.");
  const closing = { status: "resolved" as const };
  for (const [visitor, { concernId }] of [
    [here, one],
    [gone, two],
  ] as const) {
    await answer(concernId, "Ist behoben.");
    const { seq } = await visitor.message("Ist behoben.");
    visitor.say({ type: "seen", concernId, seq });
    // What was seen before goes by no mail.
    await visitor.word("news", ({ concerns }) =>
      concerns.some(({ id, seenSeq }) => id === concernId && seenSeq >= seq),
    );
    if (visitor === gone) {
      gone.close();
      await gone.closed;
    }
    await at.desk.call(api.concerns.change, { params: { id: concernId }, body: closing });
  }

  const isAsked = ({ messages }: Told<"news">): boolean => messages.some(({ parts }) => parts[0]?.kind === "rating");
  const question = (await here.word("news", isAsked)).messages.find(({ parts }) => parts.length > 0);
  const [part] = question?.parts ?? [];
  assert.ok(question && part?.kind === "rating");
  assert.deepEqual([question.by, question.text, question.text.includes("Link")], ["us", part.text, false]);
  here.say({ type: "seen", concernId: one.concernId, seq: question.seq });
  const { id } = part;
  stranger.say({ type: "rate", id, score: 1, text: "gefälscht" });
  stranger.say({ type: "rate", id: crypto.randomUUID(), score: 1, text: "" });
  stranger.say({ type: "ping" });
  await stranger.word("pong");
  assert.ok(!stranger.words.some(({ type }) => type === "rating"), "nobody else hears of it");
  const tab = await at.page();
  await tab.hello({ token });
  assert.deepEqual((await tab.word("rating")).score, null);
  // Pressed twice, and then something is said to it, in another tab.
  for (const text of ["", "", " Sehr <b>schnell</b>. "]) here.say({ type: "rate", id, score: 5, text });
  const told = await tab.word("rating", (word) => word.text !== "");
  assert.deepEqual([told.score, told.text, told.untilMs > Date.now()], [5, "Sehr <b>schnell</b>.", true]);
  for (const text of ["x".repeat(2_001), "x".repeat(1_000_000)]) {
    const rude = await at.page();
    await rude.hello({ token });
    rude.say({ type: "rate", id, score: 1, text });
    assert.ok([1008, 1009].includes(await rude.closed));
  }
  const ratingOf = (concernId: string) => at.desk.call(api.ratings.ofConcern, { params: { id: concernId } });
  const stands = await ratingOf(one.concernId);
  assert.deepEqual([stands?.score, stands?.text, stands?.changed], [5, "Sehr <b>schnell</b>.", true]);

  const mail = await at.sim.next((each) => each.envelope.to.includes("vera@kunde.test"));
  const link = /(\/rating\/[\w.-]+)\?score=2/.exec(mail.text)?.[1] ?? assert.fail(mail.text);
  assert.equal((await ratingOf(two.concernId))?.score, null);
  const posted = await fetch(at.server.url + link, { method: "POST", body: new URLSearchParams({ score: "2" }) });
  assert.equal(posted.status, 200);
  assert.equal((await ratingOf(two.concernId))?.score, 2);
  const thread = await open(two.concernId);
  assert.ok(!JSON.stringify(thread).includes(link.split(".")[1] ?? "!"), "no desk is shown the link");
  // Back in the chat they find the question answered, and were written to by one way only.
  const back = await at.page();
  await back.hello({ token: left.token });
  assert.equal((await back.word("rating")).score, 2);
  assert.equal(thread.messages.filter(({ automatic }) => automatic !== null).length, 2, "the question, and its mail");
  const wolf = (await open(one.concernId)).messages.filter(({ automatic }) => automatic !== null);
  assert.deepEqual(
    wolf.map(({ channelKind }) => channelKind),
    ["webchat"],
  );
});

test("what a flow asks in the chat is answered by mail when the visitor has left, goes on by mail as a mail is written, and in the chat again", async () => {
  const flowId = await addFlow(at.desk, helpFlow, "hilfe");
  const visitor = await at.page();
  const { token } = await visitor.hello();
  visitor.say({ type: "introduce", name: "Ole Brandt", email: "ole@kunde.test" });
  const { concernId } = await visitor.tell("Guten Tag");
  await at.desk.call(api.flows.send, {
    params: { id: concernId },
    body: { key: crypto.randomUUID(), flowId, language: null },
  });
  visitor.close();
  await visitor.closed;
  const hears = (words: string) =>
    at.sim.next((each) => each.envelope.to.includes("ole@kunde.test") && each.text.includes(words));
  const first = await hears("Was ist los?");
  assert.match(first.text, /• Gar kein Internet\n• Es ist langsam/, "what can be pressed there can be read here");
  const writes = (text: string) =>
    at.sim.send(
      {
        from: { name: "Ole Brandt", address: "ole@kunde.test" },
        to: first.replyTo,
        subject: first.subject,
        text,
      },
      { host: "127.0.0.1", port: at.server.ports.smtp },
    );
  await writes("Gar kein Internet\n\nAm 1.3.2026 schrieb Kabel:\n> Was ist los?");
  assert.match((await hears("Wie ist Ihre Kundennummer?")).text, /Antworten Sie „Mensch“/);
  await writes("Das ist die 123456.");
  await hears("Seit wann ist das so?");

  const back = await at.page();
  await back.hello({ token, link: /#(\S+)/.exec(first.text)?.[1] ?? "" });
  await back.tell("gestern", { concernId });
  const asked = await back.message("Ein Foto der Lampen hilft uns.");
  assert.doesNotMatch(asked.text, /Mensch/, "in the chat that is a button");
  const { messages } = await open(concernId);
  assert.deepEqual(
    messages.filter(({ author }) => author.kind === "helper").map(({ channelKind }) => channelKind),
    ["webchat", "email", "email", "webchat"],
  );
});

test("a chat shows what its visitor wrote and was answered, never what a machine or anybody else wrote into the concern by mail", async () => {
  const visitor = await at.page();
  const { token } = await visitor.hello();
  visitor.say({ type: "introduce", name: "Ines Falk", email: "ines@kunde.test" });
  const { concernId } = await visitor.tell("Bitte um Rückruf.");
  visitor.close();
  await visitor.closed;
  await answer(concernId, "Wann passt es?");
  const mail = await at.sim.next((each) => each.envelope.to.includes("ines@kunde.test"));
  const feed = await at.desk.live();
  const written: string[] = [];
  const isMail = (event: AnyEvent): boolean =>
    event.kind === "message.added" &&
    event.concernId === concernId &&
    event.data.message.direction === "in" &&
    event.data.message.channelKind === "email";
  const writes = async (from: string, text: string, headers: Readonly<Record<string, string>> = {}): Promise<void> => {
    await at.sim.send(
      { from: { name: "", address: from }, to: mail.replyTo, subject: mail.subject, text, headers },
      { host: "127.0.0.1", port: at.server.ports.smtp },
    );
    written.push(from);
    await feed.event((event) => isMail(event) && feed.events.filter(isMail).length >= written.length);
  };
  await writes("no-reply@slack.test", "Ihr Bestätigungscode lautet 918273", { "auto-submitted": "auto-generated" });
  await writes("fremd@anderswo.test", "Ich bin der Nachbar 5566");
  await writes("ines@kunde.test", "Morgen um zehn bitte.");
  feed.close();
  const back = await at.page();
  const welcome = await back.hello({ token, link: /#(\S+)/.exec(mail.text)?.[1] ?? "" });
  assert.deepEqual(texts(welcome.messages), ["Bitte um Rückruf.", "Wann passt es?", "Morgen um zehn bitte."]);
  back.say({ type: "earlier", concernId, before: 1_000 });
  await back.word("earlier");
  assert.doesNotMatch(JSON.stringify(back.words), /918273|5566/);
});
