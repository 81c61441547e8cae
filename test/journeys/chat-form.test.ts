// What a chat asks before the first words: as the administrator has set it, in both languages, and what becomes of answers that are ones and that are none.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { api } from "#contract/api.ts";
import type { Brand, Topic } from "#contract/brands.ts";
import { setUpCentre } from "#test/centre.ts";
import { addChat, openPage, type VisitorPage } from "#test/chat.ts";
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
  server = await startTestServer({ env: { LOG_LEVEL: "error" } });
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
  assert.deepEqual([(await detail(concernId)).row.topicId, (await detail(concernId)).fields], [null, {}]);
});

test("a form that cannot be one is not kept", async () => {
  for (const wrong of [
    { ...form, name: "vielleicht" },
    { ...form, choices: ["x".repeat(201)] },
    { ...form, extra: 1 },
  ])
    await assert.rejects(addChat(ada, brand.id, { form: wrong }), /invalidInput/);
});
