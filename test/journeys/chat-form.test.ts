// What a chat says and asks before the first words: opening hours, who is there, how long it takes, notices; and its form as the administrator has set it, in both
// languages, with what becomes of answers that are ones and that are none.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Client } from "pg";
import { api } from "#contract/api.ts";
import type { ChatSite } from "#contract/chat.ts";
import type { Brand, Topic } from "#contract/brands.ts";
import { closeByCalendar, inDays as day } from "#test/days-off.ts";
import { setUpCentre } from "#test/centre.ts";
import { addChat, answerIn, openPage, type Told, type VisitorPage } from "#test/chat.ts";
import type { Desk } from "#test/desk.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

let server: TestServer;
let ada: Desk;
let brand: Brand;
let billing: Topic;
let secret: Topic;
let channelId: string;
const pages: VisitorPage[] = [];
const form = {
  name: "asked",
  email: "no",
  phone: "asked",
  topic: "required",
  topics: ["Rechnung = Billing", "Gibt es nicht"],
  question: "required",
  questionWords: "Anschluss = Connection",
  choices: ["Kabel = Cable", "Glasfaser"],
  questionField: "Anschlussart",
};

before(async () => {
  server = await startTestServer({ env: { LOG_LEVEL: "error", CHAT_PLACE_SECONDS: "1" } });
  ({ desk: ada, brand } = await setUpCentre(server.url));
  const topic = (name: string) =>
    ada.call(api.brands.createTopic, { body: { parentId: null, name, teamId: null, whenClosed: "reopen" } });
  billing = await topic("Rechnung");
  secret = await topic("Intern");
  channelId = (await addChat(ada, brand.id, { form })).id;
});

after(async () => {
  for (const page of pages) page.close();
  await server?.stop();
});

const page = async (channel = channelId): Promise<VisitorPage> => {
  const fresh = await openPage(server.url, channel);
  pages.push(fresh);
  return fresh;
};
/** What the page was told last of what is so now, when it fits. */
const toldNow = (visitor: VisitorPage, fits: (now: Told<"now">["now"]) => boolean) =>
  visitor.word("now", ({ now }) => fits(now)).then(({ now }) => now);
const detail = async (id: string) => (await ada.call(api.concerns.open, { params: { id } })).concern;

test("it asks what is set, and offers only topics that are there", async () => {
  const visitor = await page();
  const { asks } = await visitor.hello();
  assert.deepEqual(
    asks.map(({ id, isRequired, label, choices }) => [id, isRequired, label, choices?.map((one) => one.label) ?? null]),
    [
      ["name", false, null, null],
      ["phone", false, null, null],
      ["topic", true, null, ["Rechnung"]],
      ["question", true, "Anschluss", ["Kabel", "Glasfaser"]],
    ],
  );
  const english = await page();
  english.say({ type: "hello", version: 1, token: null, link: null, after: null, language: "en", page: null });
  const told = await english.word("welcome");
  assert.deepEqual(
    told.asks.slice(2).map(({ label, choices }) => [label, choices?.map((one) => one.label)]),
    [
      [null, ["Billing"]],
      ["Connection", ["Cable", "Glasfaser"]],
    ],
  );
  const plain = await page((await addChat(ada, brand.id)).id);
  assert.deepEqual((await plain.hello()).asks, []);
});

test("the answers are the concern's topic and field, and the number a claim of the customer", async () => {
  const visitor = await page();
  const { asks } = await visitor.hello();
  const topic = asks.find(({ id }) => id === "topic")?.choices?.[0]?.id ?? "";
  const answers = { phone: "+49 40 123456", topic, question: "Kabel" };
  const { concernId } = await visitor.tell("Zu hoch.", { answers });
  const { row, fields } = await detail(concernId);
  assert.equal(row.topicId, billing.id);
  assert.deepEqual(fields, { Anschlussart: "Kabel" });
  const chatters = await ada.call(api.visitors.ofCustomer, { params: { id: row.customerId } });
  assert.deepEqual(
    chatters.map(({ phone, emailProvedBy }) => [phone, emailProvedBy]),
    [["+4940123456", null]],
  );
  // Said once more in the same concern it changes nothing, whatever is answered.
  await ada.call(api.concerns.change, { params: { id: concernId }, body: { topicId: secret.id } });
  await visitor.tell("Noch etwas.", { concernId, answers: { ...answers, question: "Glasfaser" } });
  const later = await detail(concernId);
  assert.deepEqual([later.row.topicId, later.fields], [secret.id, { Anschlussart: "Kabel" }]);
});

test("answers that were not offered are not taken, and cost nobody their words", async () => {
  for (const answers of [
    { phone: "ruf an", topic: secret.id, question: "Kupfer" },
    { phone: "'; DROP TABLE visitor; --", topic: "../..", question: "Cable" },
    { phone: "", topic: "Rechnung", question: "__proto__" },
  ]) {
    const visitor = await page();
    await visitor.hello();
    const { concernId } = await visitor.tell(`Frech ${answers.question}`, { answers });
    const { row, fields } = await detail(concernId);
    assert.deepEqual([row.topicId, fields], [null, {}], answers.question);
    const [chatter] = await ada.call(api.visitors.ofCustomer, { params: { id: row.customerId } });
    assert.equal(chatter?.phone, "");
  }
  // Nothing of the form is asked by a channel that has none, also when it is answered.
  const plain = await page((await addChat(ada, brand.id)).id);
  await plain.hello();
  const { concernId } = await plain.tell("Ohne Frage", {
    answers: { phone: "+4940123456", topic: billing.id, question: "Kabel" },
  });
  const { row, fields } = await detail(concernId);
  const [chatter] = await ada.call(api.visitors.ofCustomer, { params: { id: row.customerId } });
  assert.deepEqual([row.topicId, fields, chatter?.phone], [null, {}, ""]);
});

test("a form that cannot be one is not kept", async () => {
  for (const wrong of [
    { ...form, name: "vielleicht" },
    { ...form, choices: ["x".repeat(201)] },
    { ...form, extra: 1 },
  ])
    await assert.rejects(addChat(ada, brand.id, { form: wrong }), /invalidInput/);
});

const rule = {
  path: "/tarife/*",
  afterSeconds: 5,
  visitors: "all",
  de: "Fragen\nzu den Tarifen?",
  en: "Any questions about our plans?",
  onlyWhenThere: false,
};
const look = { accent: "#7a1f5c", accentNight: "", corners: "soft", side: "start" };
const siteOf = async (id: string): Promise<{ readonly site: ChatSite; readonly headers: Headers }> => {
  const answer = await fetch(`${server.url}/chat/${id}/site.json`, { headers: { origin: "https://anybody.example" } });
  assert.match(
    `${answer.status} ${String([...answer.headers])}`,
    /^200 .*content-security-policy,default-src.*,nosniff/,
  );
  return { site: (await answer.json()) as ChatSite, headers: answer.headers };
};
const greetingAt = (id: string, greeting: string, language = "de"): Promise<Response> =>
  fetch(`${server.url}/chat/${id}/greetings/${greeting}?language=${language}`);

test("what of greetings and looks cannot be is refused by its field, and nothing of it is kept", async () => {
  const wrong = [
    [{ greetings: [{ ...rule, path: "tarife" }] }, "greetings.0.path"],
    [{ greetings: [rule, { ...rule, path: "/a?b" }] }, "greetings.1.path"],
    [{ greetings: [{ ...rule, path: "/*a*b*c*d*e*" }] }, "greetings.0.path"],
    [{ greetings: [{ ...rule, afterSeconds: 1.5 }] }, "greetings.0.afterSeconds"],
    [{ greetings: [{ ...rule, afterSeconds: 4_000 }] }, "greetings.0.afterSeconds"],
    [{ greetings: [{ ...rule, de: " ", en: "" }] }, "greetings.0.de"],
    [{ greetings: [{ ...rule, visitors: "nobody" }] }, "greetings.0.visitors"],
    [{ greetings: Array.from({ length: 9 }, () => rule) }, "greetings"],
    [{ look: { ...look, accent: "#ffcc00" } }, "look.accent"],
    [{ look: { ...look, accentNight: "#00305e" } }, "look.accentNight"],
    [{ look: { ...look, accent: "red;}*{display:none" } }, "look.accent"],
    [{ look: { ...look, accent: "url(//evil.example)" } }, "look.accent"],
    [{ look: { ...look, corners: "}" } }, "look.corners"],
    [{ look: { ...look, css: "*{}" } }, "look"],
  ] as const;
  for (const [settings, field] of wrong)
    await assert.rejects(
      addChat(ada, brand.id, settings),
      new RegExp(`invalidInput.*settings\\.${field.replaceAll(".", "\\.")}`),
      field,
    );
});

const openAlways = Array.from({ length: 7 }, () => [{ from: "00:00", to: "00:00" }]);
const never = Array.from({ length: 7 }, () => []);

test("nobody there is said, closed is said with when it opens, and a channel may have other hours than its brand", async () => {
  const own = await ada.call(api.brands.create, { body: { name: "Uhr", signature: "", language: "de" } });
  const chat = (await addChat(ada, own.id)).id;
  const visitor = await page(chat);
  const { now } = await visitor.hello();
  assert.deepEqual([now.isAway, now.line.at, now.notices, now.waits], [true, null, [], {}]);
  assert.match(now.line.text, /^Gerade ist niemand von uns am Platz\. Schreiben Sie uns trotzdem/);
  const live = await ada.live();
  const here = await toldNow(visitor, ({ isAway }) => !isAway);
  assert.deepEqual(here.line, { text: "Wie lange eine Antwort gerade dauert, wissen wir noch nicht.", at: null });
  const outing = await closeByCalendar(ada, own.id, day(-1), day(2));
  const isOut = (until: string) => toldNow(visitor, ({ line }) => `${line.at}`.startsWith(until));
  assert.match((await isOut(day(2))).line.text, /^Heute ist Betriebsausflug: Wir haben geschlossen/);
  await outing(day(5)).then(() => isOut(day(5)));
  const closed = { from: day(-1), to: day(2), name: "Umzug = Moving house", spans: [] };
  const hours = { timeZone: "UTC", weekly: openAlways, exceptions: [closed] };
  await ada.call(api.openingHours.set, { body: { owner: { kind: "brand", id: own.id }, hours } });
  const shut = await toldNow(visitor, ({ line }) => line.text.startsWith("Umzug"));
  assert.equal(shut.line.at, `${day(3)}T00:00:00.000Z`);
  assert.match(shut.line.text, /^Umzug: Wir haben geschlossen\. Wieder da: \{at\}\. Schreiben/);
  const english = await page(chat);
  english.say({ type: "hello", version: 1, token: null, link: null, after: null, language: "en", page: null });
  assert.match((await english.word("welcome")).now.line.text, /^Moving house: we are closed\. Back at: \{at\}\./);
  const owner = { kind: "channel" as const, id: chat as never };
  const until = [{ from: day(1), to: day(1), name: "", spans: [] }];
  await ada.call(api.openingHours.set, { body: { owner, hours: { ...hours, exceptions: until } } });
  const open = await toldNow(visitor, ({ isAway, line }) => !isAway && line.at !== null);
  assert.deepEqual([open.line.at, open.line.text.startsWith("Geöffnet bis {at}.")], [`${day(1)}T00:00:00.000Z`, true]);
  await ada.call(api.openingHours.set, { body: { owner, hours: { ...hours, weekly: never, exceptions: [] } } });
  const shutForEver = await toldNow(visitor, ({ line }) => line.text.startsWith("Wir haben gerade geschlossen."));
  assert.equal(shutForEver.line.at, null);
  await assert.rejects(
    ada.call(api.openingHours.set, { body: { owner, hours: { ...hours, timeZone: "Mond/Krater" } } }),
    /hoursZone/,
  );
  // What is written is taken all the same, and a number is a claim of the customer.
  const { concernId } = await visitor.tell("Ich ziehe um.");
  visitor.say({ type: "introduce", name: "Ines", email: "", phone: "+49 40 654321" });
  const again = await page(chat);
  const { token } = visitor.words.find((word): word is Told<"welcome"> => word.type === "welcome") ?? assert.fail();
  // Words are heard in their order.
  visitor.say({ type: "earlier", concernId: concernId, before: 1 });
  await visitor.word("earlier");
  assert.equal((await again.hello({ token })).phone, "+4940654321");
  const [chatter] = await ada.call(api.visitors.ofCustomer, {
    params: { id: (await detail(concernId)).row.customerId },
  });
  assert.equal(chatter?.phone, "+4940654321");
  live.close();
});

test("a notice is in every open chat of its brand at once, in the page's language, as text, and gone when it is ended", async () => {
  const visitor = await page();
  await visitor.hello();
  const english = await page();
  english.say({ type: "hello", version: 1, token: null, link: null, after: null, language: "en", page: null });
  await english.word("welcome");
  const elsewhere = await ada.call(api.brands.create, { body: { name: "Anders", signature: "", language: "de" } });
  const other = await page((await addChat(ada, elsewhere.id)).id);
  await other.hello();
  const hour = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();
  const body = {
    brandId: brand.id,
    text: { de: "Störung in <b>Altona</b>.\nhttps://kabel.test/stand", en: "Outage in Altona." },
    from: hour(-1),
    until: null,
  };
  const later = await ada.call(api.notices.create, { body: { ...body, from: hour(1) } });
  const { id } = await ada.call(api.notices.create, { body });
  assert.deepEqual((await toldNow(visitor, ({ notices }) => notices.length > 0)).notices, [body.text.de]);
  assert.deepEqual((await toldNow(english, ({ notices }) => notices.length > 0)).notices, ["Outage in Altona."]);
  const only = { ...body, text: { de: "Nur deutsch", en: "" } };
  await ada.call(api.notices.change, { params: { id }, body: { ...only, brandId: elsewhere.id } });
  assert.deepEqual((await toldNow(english, ({ notices }) => notices[0] === "Nur deutsch")).notices.length, 1);
  const late = await page();
  assert.deepEqual((await late.hello()).now.notices, ["Nur deutsch"]);
  await ada.call(api.notices.remove, { params: { id } });
  await ada.call(api.notices.remove, { params: { id: later.id } });
  await toldNow(late, ({ notices }) => notices.length === 0);
  assert.equal(
    other.words.some((word) => word.type === "now" && word.now.notices.length > 0),
    false,
    "another brand's chat hears nothing of it",
  );
  assert.deepEqual(await ada.call(api.notices.list), []);
  for (const wrong of [
    { ...body, text: { de: " ", en: "" } },
    { ...body, until: hour(-2) },
  ])
    await assert.rejects(ada.call(api.notices.create, { body: wrong }), /noticeE/);
});

test("who waits for the first answer is told how many wait longer, and it is told again when that changes", async () => {
  const own = await ada.call(api.brands.create, { body: { name: "Schlange", signature: "", language: "de" } });
  const chat = (await addChat(ada, own.id)).id;
  const live = await ada.live();
  const [first, second] = [await page(chat), await page(chat)];
  for (const visitor of [first, second]) await visitor.hello();
  const one = await first.tell("Zuerst");
  const two = await second.tell("Danach");
  const nextWords = /^Sie sind als Nächstes an der Reihe\. Wie lange/;
  assert.match((await toldNow(first, ({ waits }) => one.concernId in waits)).waits[one.concernId] ?? "", nextWords);
  await toldNow(second, ({ waits }) => (waits[two.concernId] ?? "").startsWith("Vor Ihnen wartet noch ein Anliegen."));
  assert.deepEqual(
    second.words
      .flatMap((word) => (word.type === "now" ? Object.keys(word.now.waits) : []))
      .filter((id) => id !== two.concernId),
    [],
    "of others nothing is told",
  );
  await answerIn(ada, one.concernId, "Guten Tag!");
  await toldNow(second, ({ waits }) => nextWords.test(waits[two.concernId] ?? ""));
  await first.word("now", (word) => {
    const told = first.words.filter((each) => each.type === "now");
    const had = told.findIndex(({ now }) => one.concernId in now.waits);
    return told.indexOf(word) > had && !(one.concernId in word.now.waits);
  });
  // Whoever waits for the next answer has no place, and counts in that of others.
  await first.tell("Noch etwas", { concernId: one.concernId });
  const from = first.words.length;
  const third = await page(chat);
  await third.hello();
  const three = await third.tell("Als Dritte");
  await toldNow(third, ({ waits }) => (waits[three.concernId] ?? "").startsWith("Vor Ihnen warten noch 2 Anliegen."));
  first.say({ type: "ping" });
  await first.word("pong", (word) => first.words.indexOf(word) >= from);
  assert.ok(first.words.slice(from).every((word) => word.type !== "now" || !(one.concernId in word.now.waits)));
  live.close();
});

test("a site is told how its chat looks and when it greets, not with which words; those come when somebody can answer", async () => {
  const own = await ada.call(api.brands.create, { body: { name: "Farbe", signature: "", language: "de" } });
  const plain = await siteOf((await addChat(ada, own.id)).id);
  assert.deepEqual(plain.site, {});
  assert.deepEqual(
    ["access-control-allow-origin", "cache-control", "set-cookie"].map((name) => plain.headers.get(name)),
    ["*", "public, max-age=300", null],
  );
  const there = { ...rule, onlyWhenThere: true, de: "", visitors: "returning" };
  const lines = { ...rule, de: rule.de.replace("\n", "\r\n") };
  const { id } = await addChat(ada, own.id, { greetings: [lines, there], look });
  const { site } = await siteOf(id);
  assert.equal(
    site.css,
    ":host{--set-accent:light-dark(#7a1f5c,#d674b0);--set-radius:8px;--set-start:var(--inset-side);--set-end:auto}",
  );
  assert.deepEqual(Object.keys(site), ["css", "greetings"], "nothing else of the settings is for everybody");
  const { rules = [], restDays } = site.greetings ?? {};
  assert.deepEqual(
    [restDays, rules.map(({ id: _id, ...rest }) => rest)],
    [30, ["all", "returning"].map((visitors) => ({ path: "^/tarife(/|$)", afterSeconds: 5, visitors }))],
  );
  const [first = "", second = ""] = rules.map((one) => one.id);
  assert.deepEqual(await (await greetingAt(id, first)).json(), { id: first, brand: "Farbe", text: rule.de });
  assert.deepEqual(await (await greetingAt(id, first, "en")).json(), { id: first, brand: "Farbe", text: rule.en });
  const owner = { kind: "channel" as const, id: id as never };
  const hours = { timeZone: "UTC", weekly: never, exceptions: [] };
  await ada.call(api.openingHours.set, { body: { owner, hours } });
  await toldNow(await helloAt(id), ({ isAway }) => isAway);
  assert.equal((await greetingAt(id, second)).status, 204, "it is closed");
  const live = await ada.live();
  await ada.call(api.openingHours.set, { body: { owner, hours: { ...hours, weekly: openAlways } } });
  await toldNow(await helloAt(id), ({ isAway }) => !isAway);
  assert.deepEqual(await (await greetingAt(id, second)).json(), { id: second, brand: "Farbe", text: rule.en });
  live.close();
  for (const [channel, greeting] of [
    [id, "nothing"],
    [channelId, first],
  ] as const)
    assert.equal((await greetingAt(channel, greeting)).status, 404, greeting);
  for (const name of ["site.json", `greetings/${first}`])
    assert.equal((await fetch(`${server.url}/chat/${brand.id}/${name}`)).status, 404);
  const measured = await (await fetch(`${server.url}/metrics`)).text();
  assert.match(measured, /chat_greetings_total\{what="shown"\} 3/);
  assert.match(measured, /chat_greetings_total\{what="nobodyThere"\} 1/);
});

/** A page that is told what is so now, later than in its welcome. */
const helloAt = async (id: string): Promise<VisitorPage> => {
  const visitor = await page(id);
  const { now } = await visitor.hello();
  // The welcome counts as well.
  (visitor.words as unknown[]).push({ type: "now", now });
  return visitor;
};

test("a greeting alone leaves nothing; before the first words it stands as the brand's, by the server's own words, and ends nobody's waiting", async () => {
  const own = await ada.call(api.brands.create, { body: { name: "Gruß", signature: "", language: "de" } });
  const { id } = await addChat(ada, own.id, { greetings: [rule] });
  const [greeting = ""] = ((await siteOf(id)).site.greetings?.rules ?? []).map((one) => one.id);
  const feed = await ada.live();
  await greetingAt(id, greeting);
  const visitor = await page(id);
  const { token } = await visitor.hello();

  const said = await visitor.tell("Ja: Was kostet Glasfaser?", { greeting });
  assert.equal(said.seq, 2);
  const shown = await visitor.message(rule.de);
  assert.deepEqual([shown.seq, shown.by, shown.automatic, shown.name, shown.way], [1, "us", true, own.name, "chat"]);
  const open = await ada.call(api.concerns.open, { params: { id: said.concernId } });
  assert.deepEqual(
    open.messages.map(({ seq, direction, author, automatic, text }) => [
      seq,
      direction,
      author.kind,
      author.name,
      automatic,
      text,
    ]),
    [
      [1, "out", "system", own.name, "auto-generated", rule.de],
      [2, "in", "customer", open.messages[1]?.author.name, null, "Ja: Was kostet Glasfaser?"],
    ],
  );
  const { row, firstReplyAt } = open.concern;
  assert.deepEqual(
    [row.subject, row.status, row.lastDirection, row.messageCount, firstReplyAt, row.waitingSince !== null],
    ["Ja: Was kostet Glasfaser?", "new", "in", 2, null, true],
  );
  const created = await feed.event((event) => event.kind === "concern.created" && event.concernId === said.concernId);
  assert.ok(created.kind === "concern.created");
  assert.deepEqual(created.data.row, row, "from its first moment it is a customer's");
  assert.equal(
    feed.events.filter((event) => event.kind === "concern.created" && event.brandId === own.id).length,
    1,
    "of the greeting alone there is none",
  );
  // It waits for an answer, and the greeting is nothing that is still to be read.
  const again = await page(id);
  const welcome = await again.hello({ token });
  assert.deepEqual(
    welcome.messages.map(({ text }) => text),
    [rule.de, "Ja: Was kostet Glasfaser?"],
  );
  assert.deepEqual(
    welcome.concerns.map(({ seenSeq, lastSeq }) => [seenSeq >= 1, lastSeq]),
    [[true, 2]],
  );
  await toldNow(again, ({ waits }) => said.concernId in waits);
  feed.close();
});

test("nothing a page says becomes a greeting: not another name, not words, not in a concern that is there, not one that was changed", async () => {
  const channel = await addChat(ada, brand.id, { greetings: [rule] });
  const [greeting = ""] = ((await siteOf(channel.id)).site.greetings?.rules ?? []).map((one) => one.id);
  const textsOf = async (concernId: string): Promise<string[]> =>
    (await ada.call(api.concerns.open, { params: { id: concernId } })).messages.map(({ text }) => text);
  const visitor = await page(channel.id);
  await visitor.hello();
  const begun = await visitor.tell("Erstens", { greeting: "Ich schenke Ihnen 100 Euro" });
  await visitor.tell("Dazu noch", { concernId: begun.concernId, greeting });
  assert.deepEqual(await textsOf(begun.concernId), ["Erstens", "Dazu noch"]);
  const { settings } = await ada.call(api.brands.channelSettings, { params: { id: channel.id } });
  const body = { brandId: brand.id, kind: "webchat" as const, name: "Chat", enabled: true };
  const changed = { ...settings, greetings: [{ ...rule, de: "Andere Worte" }] };
  await ada.call(api.brands.changeChannel, { params: { id: channel.id }, body: { ...body, settings: changed } });
  while ((await siteOf(channel.id)).site.greetings?.rules[0]?.id === greeting);
  // A page keeps the channel it came by: who comes now is told the new words.
  const late = await page(channel.id);
  await late.hello();
  const second = await late.tell("Zweitens", { greeting });
  assert.deepEqual(await textsOf(second.concernId), ["Zweitens"]);
  visitor.say({
    type: "say",
    id: crypto.randomUUID(),
    concernId: null,
    thread: crypto.randomUUID(),
    text: "Drittens",
    greeting: "x".repeat(41),
  });
  assert.equal(await visitor.closed, 1008);
});

test("how long it takes is said as it was measured, to who has asked nothing and to who waits; longer when the head of the line waits longer", async () => {
  const own = await ada.call(api.brands.create, { body: { name: "Gemessen", signature: "", language: "de" } });
  const chat = (await addChat(ada, own.id)).id;
  const live = await ada.live();
  const first = await page(chat);
  await first.hello();
  const unknown = "Wie lange eine Antwort gerade dauert, wissen wir noch nicht.";
  if (first.words.every((word) => word.type !== "welcome" || word.now.line.text !== unknown))
    await toldNow(first, ({ line }) => line.text === unknown);
  const database = new Client({ connectionString: await server.databaseUrl() });
  await database.connect();
  const second = "interval '1 second'";
  for (const seconds of [200, 240, 330, 340]) {
    const visitor = await page(chat);
    await visitor.hello();
    const { concernId } = await visitor.tell(`Nach ${seconds} Sekunden`);
    await answerIn(ada, concernId, "Guten Tag!");
    await database.query(
      `UPDATE concern SET created_at = now() - 1200 * ${second}, first_reply_at = now() - (1200 - $2::int) * ${second} WHERE id = $1`,
      [concernId, seconds],
    );
  }
  await database.end();
  live.close();
  // What was measured is kept for minutes: a server that begins measures anew.
  await server.end("SIGTERM");
  server = await server.again();
  const again = await ada.live();
  const takes = "Eine Antwort dauert gerade etwa 3 bis 6 Minuten.";
  const visitor = await page(chat);
  if ((await visitor.hello()).now.line.text !== takes) await toldNow(visitor, ({ line }) => line.text === takes);
  const { concernId } = await visitor.tell("Und ich?");
  await toldNow(visitor, ({ waits }) => waits[concernId] === `Sie sind als Nächstes an der Reihe. ${takes}`);
  const afterwards = new Client({ connectionString: await server.databaseUrl() });
  await afterwards.connect();
  await afterwards.query(`UPDATE concern SET waiting_since = now() - 690 * ${second} WHERE id = $1`, [concernId]);
  await afterwards.end();
  await toldNow(visitor, ({ line }) => line.text === "Eine Antwort dauert gerade länger als 10 Minuten.");
  again.close();
});
