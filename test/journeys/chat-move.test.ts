// A chat goes on at another browser by a link that opens it once: for whom, how long, and what ends it.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import decodeQR from "qr/decode.js";
import { api } from "#contract/api.ts";
import type { Brand, Channel } from "#contract/brands.ts";
import { setUpCentre } from "#test/centre.ts";
import { addChat, answerIn, openPage, signedBy, type VisitorPage } from "#test/chat.ts";
import type { Desk } from "#test/desk.ts";
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
  const { url, size, path } = await visitor.word("moved");
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
