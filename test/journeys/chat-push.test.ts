// An answer comes and no page of its reader is open: their browser is told, through a push service that nobody here has chosen (threats E6, I). The clock's
// part is in visitors-push.test.ts, the browser's in test/screens/widget-carries.test.ts.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startPushService, type PushService, type Subscription, type TakenPush } from "#channels/webchat/sim.ts";
import type { Brand, Channel } from "#contract/brands.ts";
import { setUpCentre } from "#test/centre.ts";
import { addChat, answerIn, openPage, type VisitorPage } from "#test/chat.ts";
import type { Desk } from "#test/desk.ts";
import { makeCertificates } from "#test/peers/certificates.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

let folder: string;
let service: PushService;
let server: TestServer;
let ada: Desk;
let brand: Brand;
let chat: Channel;
const pages: VisitorPage[] = [];
const subscriptions: Subscription[] = [];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "draht-push-"));
  const { authority, good } = await makeCertificates(folder);
  const [cert, key] = await Promise.all([good.certificate, good.key].map((file) => readFile(file, "utf8")));
  service = await startPushService({ cert: cert ?? "", key: key ?? "" });
  server = await startTestServer({
    env: {
      CHAT_PUSH_SECONDS: "1",
      LOG_LEVEL: "debug",
      NODE_EXTRA_CA_CERTS: join(folder, "authority.pem"),
      PUSH_CONTACT: "mailto:ops@kabel.test",
      PUSH_INSIDE: new URL(service.origin).host,
    },
  });
  assert.ok(authority);
  ({ desk: ada, brand } = await setUpCentre(server.url));
  chat = await addChat(ada, brand.id);
});

after(async () => {
  for (const page of pages) page.close();
  await server?.stop();
  await service?.close();
  await rm(folder, { recursive: true, force: true });
});

interface Reader {
  readonly page: VisitorPage;
  readonly token: string;
  readonly concernId: string;
  readonly subscription: Subscription;
}

const come = async (channel: Channel, token: string | null = null): Promise<VisitorPage> => {
  const page = await openPage(server.url, channel.id);
  pages.push(page);
  await page.hello({ token });
  return page;
};
/** Somebody whose browser is to be told. */
const reader = async (channel = chat): Promise<Reader> => {
  const page = await openPage(server.url, channel.id);
  pages.push(page);
  const { token } = await page.hello();
  const { concernId } = await page.tell("Eine Frage");
  const { key } = await page.push();
  const subscription = service.subscribe(key ?? "");
  subscriptions.push(subscription);
  assert.equal((await page.push(subscription)).on, true);
  return { page, token: token ?? "", concernId, subscription };
};
const gone = async ({ page }: Reader): Promise<void> => {
  page.close();
  await page.closed;
};
/** Pushes to a browser, in their order, when there are so many. */
const pushesTo = async ({ subscription }: Reader, count: number): Promise<readonly TakenPush[]> => {
  for (;;) {
    const theirs = service.taken.filter(({ endpoint }) => endpoint === subscription.endpoint);
    if (theirs.length >= count) return theirs;
    await service.answers(service.answered.length + 1);
  }
};
const bodyOf = (push: TakenPush | undefined): string => (JSON.parse(push?.text ?? "{}") as { body: string }).body;

test("who has left is told, once for all answers and without a word of them, unless the channel shows the first; whose page is open is not, until it is closed", async () => {
  const [left, here] = [await reader(), await reader()];
  const shown = await reader(await addChat(ada, brand.id, { push: "with" }));
  await answerIn(ada, here.concernId, "Geheim, für die offene Seite");
  await gone(left);
  await gone(shown);
  await answerIn(ada, left.concernId, "Geheim Nummer eins");
  await answerIn(ada, left.concernId, "Geheim Nummer zwei");
  const [push, ...more] = await pushesTo(left, 1);
  assert.deepEqual(more, []);
  assert.deepEqual(JSON.parse(push?.text ?? ""), {
    title: "Antwort von Kabel",
    body: "2 neue Nachrichten sind für Sie da.",
    lang: "de",
  });
  assert.deepEqual([push?.ttlSeconds, push?.urgency, push?.contact], [14_400, "normal", "mailto:ops@kabel.test"]);
  await answerIn(ada, shown.concernId, `Ihr Anschluss\n steht. ${"x".repeat(200)}`);
  assert.match(bodyOf((await pushesTo(shown, 1))[0]), /^Ihr Anschluss steht\. x{119}…$/);
  // By now it was looked at more than once: nobody was told of it, because the page is open.
  const early = service.taken.filter(({ endpoint }) => endpoint === here.subscription.endpoint);
  assert.deepEqual(early, []);
  await gone(here);
  assert.equal(bodyOf((await pushesTo(here, 1))[0]), "Eine neue Nachricht ist für Sie da.");
  assert.deepEqual(service.faults, []);
});

test("a channel may offer nothing, and nothing is offered to whoever has said nothing", async () => {
  const silent = await come(await addChat(ada, brand.id, { push: "no" }));
  await silent.tell("Hallo?");
  assert.deepEqual(await silent.push(), { type: "push", key: null, on: false });
  assert.equal((await silent.push(service.subscribe("x"))).on, false);
  const nobody = await come(chat);
  assert.deepEqual(await nobody.push(), { type: "push", key: null, on: false });
});

test("a kill loses nothing; a busy service is asked again when it says; one that knows the browser no more is asked no more", async () => {
  const waiting = await reader();
  await gone(waiting);
  await answerIn(ada, waiting.concernId, "Vor dem Stromausfall");
  await server.end("SIGKILL");
  service.behave({ status: 429, headers: { "retry-after": "1" } });
  const asked = service.answered.length + 1;
  server = await server.again();
  await service.answers(asked);
  service.behave(null);
  await pushesTo(waiting, 1);

  service.behave({ status: 410 });
  await answerIn(ada, waiting.concernId, "Niemand mehr da");
  await service.answers(service.answered.length + 1);
  service.behave(null);
  const back = await come(chat, waiting.token);
  while ((await back.push()).on);
});

test("the next person at a browser is never told what is the last one's; who ends it is told nothing, nobody knocks inside, and nothing of any is in the log", async () => {
  const first = await reader();
  const second = await reader();
  // The same browser: its subscription is the same.
  assert.equal((await second.page.push(first.subscription)).on, true);
  assert.equal((await first.page.push()).on, false);
  const off = await reader();
  assert.equal((await off.page.push(null)).on, false);
  const out = await reader();
  out.page.say({ type: "leave" });
  assert.equal(await out.page.closed, 4000);
  for (const each of [first, second, off]) await gone(each);
  for (const each of [first, off, out]) await answerIn(ada, each.concernId, "Für niemanden");
  await answerIn(ada, second.concernId, "Für die Zweite");
  // A subscription that leads inside is forgotten.
  const hostile = await reader();
  const inside = {
    ...hostile.subscription,
    endpoint: `https://127.0.0.1:${new URL(service.origin).port}/push/where-nobody-knocks`,
  };
  subscriptions.push(inside);
  assert.equal((await hostile.page.push(inside)).on, true, "the page learns nothing of where it leads");
  await gone(hostile);
  await answerIn(ada, hostile.concernId, "Klopf, klopf");
  await pushesTo({ ...second, subscription: first.subscription }, 1);
  // Who is told after it is told when it was tried.
  const next = await reader();
  await gone(next);
  await answerIn(ada, next.concernId, "Danach");
  await pushesTo(next, 1);
  const page = await come(chat, hostile.token);
  while ((await page.push()).on);
  assert.equal(service.answered.filter((status) => status === 404).length, 0, "nobody knocked");
  const told = (one: Reader): number =>
    service.taken.filter(({ endpoint }) => endpoint === one.subscription.endpoint).length;
  assert.deepEqual([first, second, off, out].map(told), [1, 0, 0, 0]);
  for (const wrong of [{ endpoint: "http://push.example/x" }, { p256dh: hostile.subscription.auth }, { auth: "" }])
    assert.equal((await page.push({ ...hostile.subscription, ...wrong })).on, false);
  const log = server.output();
  assert.match(log, /chat\.notPushed/);
  for (const secret of subscriptions.flatMap(({ endpoint, p256dh, auth }) => [
    endpoint.split("/push/")[1] ?? endpoint,
    p256dh,
    auth,
  ]))
    assert.ok(!log.includes(secret));
});
