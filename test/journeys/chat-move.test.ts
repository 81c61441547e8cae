// A chat goes on at another browser by a link that opens it once: for whom, how long, and what ends it. What was read shows there, too.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import decodeQR from "qr/decode.js";
import { api } from "#contract/api.ts";
import type { Brand, Channel } from "#contract/brands.ts";
import { addAgent, agentPassword, setUpCentre } from "#test/centre.ts";
import { addChat, answerIn, openPage, signedBy, type VisitorPage } from "#test/chat.ts";
import { signIn, type Desk } from "#test/desk.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

let server: TestServer;
let ada: Desk;
let brand: Brand;
let chat: Channel;
let otherChat: Channel;
const pages: VisitorPage[] = [];

before(async () => {
  server = await startTestServer({ env: { LOG_LEVEL: "error" } });
  ({ desk: ada, brand } = await setUpCentre(server.url));
  chat = await addChat(ada, brand.id);
  otherChat = await addChat(ada, brand.id);
});

after(async () => {
  for (const page of pages) page.close();
  await server?.stop();
});

const page = async (channel = chat): Promise<VisitorPage> => {
  const fresh = await openPage(server.url, channel.id);
  pages.push(fresh);
  return fresh;
};
const begin = async (text: string) => {
  const visitor = await page();
  const { token } = await visitor.hello();
  const { concernId } = await visitor.tell(text);
  return { visitor, token, concernId };
};
const linkFrom = async (visitor: VisitorPage): Promise<string> => {
  const from = visitor.words.length;
  visitor.say({ type: "moveOn" });
  const { url } = await visitor.word("moved", (word) => visitor.words.indexOf(word) >= from);
  return url.split("#")[1] ?? "";
};
const seenBy = async (link: string, channel = chat): Promise<readonly string[]> =>
  (await (await page(channel)).hello({ link })).messages.map(({ text }) => text);

test("the phone becomes another browser of the same visitor, by the link that the picture says", async () => {
  const { visitor, token, concernId } = await begin("Vom Schreibtisch");
  visitor.say({ type: "moveOn" });
  const { url, size, path, untilMs } = await visitor.word("moved");
  assert.equal(new URL(url).pathname, `/chat/${chat.id}`, "behind # it is told to no server and to no log");
  // Painted as a browser paints it, three points a module, and read as a camera reads it.
  const scale = 3;
  const width = size * scale;
  const data = new Uint8Array(width * width * 4).fill(255);
  for (const [, x = "", y = "", run = ""] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g))
    for (let down = Number(y) * scale; down < (Number(y) + 1) * scale; down += 1)
      for (let across = Number(x) * scale; across < (Number(x) + Number(run)) * scale; across += 1)
        data.set([0, 0, 0, 255], (down * width + across) * 4);
  assert.equal(decodeQR({ width, height: width, data }), url);
  const phone = await page();
  const welcome = await phone.hello({ link: url.split("#")[1] ?? "" });
  assert.equal(welcome.concerns[0]?.id, concernId);
  assert.notEqual(welcome.token, token);
  // The browser that shows the picture hears that it has done what it is for; the phone has nothing to do with that.
  await visitor.word("movedThere", (word) => word.untilMs === untilMs);
  assert.equal(
    phone.words.some(({ type }) => type === "movedThere"),
    false,
  );
  await phone.tell("Vom Telefon", { concernId });
  await visitor.message("Vom Telefon");
  // Signing out there ends nothing here; asked for everywhere it does.
  phone.say({ type: "leave" });
  assert.equal(await phone.closed, 4000);
  await answerIn(ada, concernId, "Noch da?");
  await visitor.message("Noch da?");
  const again = await page();
  const there = await again.hello({ link: await linkFrom(visitor) });
  visitor.say({ type: "leave", everywhere: true });
  assert.equal(await visitor.closed, 4000);
  assert.equal(await again.closed, 1013);
  for (const gone of [token, there.token]) assert.deepEqual((await (await page()).hello({ token: gone })).concerns, []);
});

test("a link opens once, whoever comes at the same moment, in its channel, and not when it is forged", async () => {
  const { visitor } = await begin("Geheim");
  const link = await linkFrom(visitor);
  assert.deepEqual(await seenBy(link, otherChat), []);
  for (const forged of [
    `${link.slice(0, -1)}${link.endsWith("A") ? "B" : "A"}`,
    "m.",
    `m.${"a".repeat(43)}`,
    link.slice(2),
    "m.__proto__",
  ])
    assert.deepEqual(await seenBy(forged), [], forged);
  const all = await Promise.all(Array.from({ length: 10 }, () => seenBy(link)));
  assert.equal(all.filter((texts) => texts.includes("Geheim")).length, 1);
  assert.deepEqual(await seenBy(link), []);
  // A newer link voids the one before that nobody has opened, and signing out voids the last.
  const [older, newer] = [await linkFrom(visitor), await linkFrom(visitor)];
  assert.deepEqual(await seenBy(older), []);
  visitor.say({ type: "leave" });
  await visitor.closed;
  assert.deepEqual(await seenBy(newer), []);
});

test("whoever has said nothing has nothing to go on with", async () => {
  const visitor = await page();
  await visitor.hello();
  visitor.say({ type: "moveOn" });
  assert.equal((await visitor.word("refused")).code, "notFound");
});

test("of whom the site has signed in the phone is signed in no longer than the browser was", async () => {
  const { secret } = await ada.call(api.visitors.addKey, {
    params: { id: chat.id },
    body: { name: "k", publicKey: null },
  });
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const iat = Math.floor(Date.now() / 1_000);
  const text = `${part({ alg: "HS256" })}.${part({ aud: chat.id, sub: "4711", jti: "j", iat, exp: iat + 60 })}`;
  const word = `${text}.${createHmac("sha256", secret ?? "")
    .update(text)
    .digest("base64url")}`;
  const visitor = await page();
  await visitor.hello({ identity: signedBy(word) });
  await visitor.tell("Angemeldet");
  const phone = await page();
  const welcome = await phone.hello({ link: await linkFrom(visitor) });
  assert.deepEqual([welcome.signed, welcome.messages.map((message) => message.text)], [true, ["Angemeldet"]]);
});

test("what an agent had before their eyes is read, also later, elsewhere and in another thread; a colleague of another brand reads nothing", async () => {
  const visitor = await page();
  const { token } = await visitor.hello();
  const thread = crypto.randomUUID();
  const first = await visitor.tell("Liest das jemand?", { thread });
  const { concernId } = first;
  assert.equal(first.read, false);
  const other = await ada.call(api.brands.create, { body: { name: "Elb", signature: "", language: "de" } });
  await addAgent(ada, { name: "Olaf Fremd", email: "olaf@kabel.test", role: "agent", brandIds: [other.id] });
  const foreign = await (await signIn(server.url, "olaf@kabel.test", agentPassword)).live();
  foreign.say({ type: "look", concernId, state: "viewing" });
  foreign.say({ type: "ping" });
  await foreign.word((word) => word.type === "pong");
  const unread = await (await page()).hello({ token });
  assert.deepEqual(
    unread.messages.map(({ read }) => read),
    [false],
  );

  const feed = await ada.live();
  feed.say({ type: "look", concernId, state: "viewing" });
  const isRead = (text: string) => (word: { readonly messages: readonly { text: string; read: boolean }[] }) =>
    word.messages.some((one) => one.text === text && one.read);
  const told = await visitor.word("news", isRead("Liest das jemand?"));
  assert.ok(!JSON.stringify(told).includes("Ada"), "who read it is nobody's business");
  // What comes while somebody looks is read as it comes, and nothing once they have gone.
  await visitor.tell("Und das?", { concernId, thread });
  await visitor.word("news", isRead("Und das?"));
  feed.say({ type: "look", concernId, state: "away" });
  feed.say({ type: "ping" });
  await feed.word((word) => word.type === "pong");
  const bill = await visitor.tell("Meine Rechnung ist auch falsch.", { concernId, thread });
  visitor.say({ type: "ping" });
  const { upTo } = await visitor.word("pong");
  visitor.close();
  await visitor.closed;

  // Split off, what was read and what was not stay what they are; whoever was away hears what was read meanwhile.
  const { to } = await ada.call(api.moving.split, {
    params: { id: concernId },
    body: {
      key: crypto.randomUUID(),
      messages: { from: bill.id },
      subject: "Rechnung",
    },
  });
  const back = await page();
  const marks = (words: readonly { readonly text: string; readonly read: boolean }[]) =>
    Object.fromEntries(words.map(({ text, read }) => [text, read]));
  const before = await back.hello({ token, after: upTo });
  assert.deepEqual(marks(before.messages), {
    "Liest das jemand?": true,
    "Und das?": true,
    "Meine Rechnung ist auch falsch.": false,
  });
  back.close();
  await back.closed;
  const watching = await page();
  await watching.hello({ token });
  feed.say({ type: "look", concernId: to.id, state: "viewing" });
  await watching.word("news", isRead("Meine Rechnung ist auch falsch."));
  const again = await (await page()).hello({ token, after: before.upTo });
  assert.equal(marks(again.messages)["Meine Rechnung ist auch falsch."], true);
  feed.close();
  foreign.close();
});
