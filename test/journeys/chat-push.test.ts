// An answer comes and no page of its reader is open: their browser is told, through a push service that nobody here has chosen (threats E6, I). The clock's
// part is in visitors-push.test.ts, the browser's in test/screens/widget-carries.test.ts.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { TakenPush } from "#channels/webchat/sim.ts";
import { api } from "#contract/api.ts";
import type { Brand, Channel } from "#contract/brands.ts";
import { setUpCentre } from "#test/centre.ts";
import { fc } from "#test/chance.ts";
import { addChat, answerIn, type VisitorPage } from "#test/chat.ts";
import type { Desk } from "#test/desk.ts";
import { gone, startPushes, type Pushes, type Reader } from "#test/pushes.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

let pushes: Pushes;
let server: TestServer;
let ada: Desk;
let brand: Brand;
let chat: Channel;

before(async () => {
  pushes = await startPushes();
  server = await startTestServer({ env: { ...pushes.env, LOG_LEVEL: "debug" } });
  ({ desk: ada, brand } = await setUpCentre(server.url));
  chat = await addChat(ada, brand.id);
});

after(async () => {
  await server?.stop();
  await pushes?.stop();
});

const come = (channel: Channel, token: string | null = null): Promise<VisitorPage> =>
  pushes.come(server.url, channel.id, token);
const reader = (channel = chat): Promise<Reader> => pushes.reader(server.url, channel.id);
const noticeOf = (push: TakenPush | undefined) =>
  JSON.parse(push?.text ?? "{}") as { readonly title: string; readonly body: string };
const bodyOf = (push: TakenPush | undefined): string => noticeOf(push).body;
const titleOf = (push: TakenPush | undefined): string => noticeOf(push).title;

// At once: each waits for seconds of its own, and is about other visitors.
describe("while server and service do their work", { concurrency: true }, () => {
  test("who has left is told, once for all answers and without a word of them, unless the channel shows the first; whose page is open is not, until it is closed", async () => {
    const [left, here] = [await reader(), await reader()];
    const shown = await reader(await addChat(ada, brand.id, { push: "with" }));
    const { id: netz } = await ada.call(api.brands.create, { body: { name: "Netz", language: "de", signature: "" } });
    const others = await reader(await addChat(ada, netz));
    await answerIn(ada, here.concernId, "Geheim, für die offene Seite");
    await gone(left);
    await gone(shown);
    await gone(others);
    await answerIn(ada, left.concernId, "Geheim Nummer eins");
    await answerIn(ada, left.concernId, "Geheim Nummer zwei");
    const [push, ...more] = await pushes.pushesTo(left, 1);
    assert.deepEqual(more, []);
    assert.deepEqual(JSON.parse(push?.text ?? ""), {
      title: "Antwort von Kabel",
      body: "2 neue Nachrichten sind für Sie da.",
      lang: "de",
    });
    assert.deepEqual([push?.ttlSeconds, push?.urgency, push?.contact], [14_400, "normal", "mailto:ops@kabel.test"]);
    await answerIn(ada, shown.concernId, `Ihr Anschluss\n steht. <b>${"x".repeat(200)}`);
    assert.match(bodyOf((await pushes.pushesTo(shown, 1))[0]), /^Ihr Anschluss steht\. <b>x{116}…$/);
    // Of another brand of the centre, in its name, and to whoever spoke to it alone.
    await answerIn(ada, others.concernId, "Von der anderen Marke");
    assert.equal(titleOf((await pushes.pushesTo(others, 1))[0]), "Antwort von Netz");
    assert.deepEqual(
      [left, shown, others].map((one) => pushes.told(one).length),
      [1, 1, 1],
    );
    // By now it was looked at more than once: nobody was told of it, because the page is open.
    assert.deepEqual(pushes.told(here), []);
    await gone(here);
    assert.equal(bodyOf((await pushes.pushesTo(here, 1))[0]), "Eine neue Nachricht ist für Sie da.");
    assert.deepEqual(pushes.service.faults, []);
  });

  const turns = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  const seeAndGo = async (page: VisitorPage, text: string): Promise<void> => {
    const { concernId, seq } = await page.message(text);
    page.say({ type: "seen", concernId, seq });
    await gone({ page });
  };
  /** How a page ends that is answered: closed before, so many turns after the answer began, when it has heard it, when it was seen there, or opened again and seen there. */
  const endings: readonly {
    readonly isSeen: boolean;
    readonly end: (one: Reader, text: string, wait: number) => Promise<void>;
  }[] = [
    { isSeen: false, end: async () => undefined },
    { isSeen: false, end: (one, _text, wait) => turns(wait).then(() => gone(one)) },
    { isSeen: false, end: (one, text) => one.page.message(text).then(() => gone(one)) },
    { isSeen: true, end: (one, text) => seeAndGo(one.page, text) },
    {
      isSeen: true,
      end: async (one, text, wait) => {
        await turns(wait);
        await gone(one);
        await seeAndGo(await come(chat, one.token), text);
      },
    },
  ];
  const draws = 50;
  const drawsAtOnce = 10;

  test(
    "a page closes at the very moment of the answer, a little before or after: whatever their order, it is seen there or told, and never both",
    { timeout: 120_000 },
    async (t) => {
      const waits = fc.sample(fc.integer({ min: 0, max: 60 }), draws);
      const draw = async (n: number) => {
        const which = n % endings.length;
        const { isSeen, end } = endings[which] ?? assert.fail();
        const one = await reader();
        if (which === 0) await gone(one);
        const begun = performance.now();
        await Promise.all([answerIn(ada, one.concernId, `Antwort ${n}`), end(one, `Antwort ${n}`, waits[n] ?? 0)]);
        return { n, one, isSeen, tookMs: performance.now() - begun };
      };
      const all: Awaited<ReturnType<typeof draw>>[] = [];
      for (let n = 0; n < draws; n += drawsAtOnce)
        all.push(...(await Promise.all(Array.from({ length: drawsAtOnce }, (_, i) => draw(n + i)))));
      for (const { one, isSeen } of all) if (!isSeen) await pushes.pushesTo(one, 1);
      // Who is answered after them all is told after it was looked whether they are to be.
      const last = await reader();
      await gone(last);
      await answerIn(ada, last.concernId, "Zuletzt");
      await pushes.pushesTo(last, 1);
      // A machine that took more than half of the second may have told somebody before they saw it.
      const inTime = all.filter(({ isSeen, tookMs }) => !isSeen || tookMs < 500);
      t.diagnostic(`${inTime.length} of ${draws} in time`);
      const wrong = inTime.filter(({ one, isSeen }) => pushes.told(one).length !== (isSeen ? 0 : 1));
      assert.deepEqual(
        wrong.map(({ n, one, isSeen }) => ({ n, isSeen, pushes: pushes.told(one).length })),
        [],
      );
    },
  );

  test("a channel may offer nothing, and nothing is offered to whoever has said nothing", async () => {
    const silent = await come(await addChat(ada, brand.id, { push: "no" }));
    await silent.tell("Hallo?");
    assert.deepEqual(await silent.push(), { type: "push", key: null, on: false });
    assert.equal((await silent.push(pushes.service.subscribe("x"))).on, false);
    const nobody = await come(chat);
    assert.deepEqual(await nobody.push(), { type: "push", key: null, on: false });
  });
});

test("a kill loses nothing; a busy service is asked again when it says; one that knows the browser no more is asked no more", async () => {
  const waiting = await reader();
  await gone(waiting);
  await answerIn(ada, waiting.concernId, "Vor dem Stromausfall");
  await server.end("SIGKILL");
  pushes.service.behave({ status: 429, headers: { "retry-after": "1" } });
  const asked = pushes.service.answered.length + 1;
  server = await server.again();
  await pushes.service.answers(asked);
  pushes.service.behave(null);
  await pushes.pushesTo(waiting, 1);

  pushes.service.behave({ status: 410 });
  await answerIn(ada, waiting.concernId, "Niemand mehr da");
  await pushes.service.answers(pushes.service.answered.length + 1);
  pushes.service.behave(null);
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
    endpoint: `https://127.0.0.1:${new URL(pushes.service.origin).port}/push/where-nobody-knocks`,
  };
  pushes.subscriptions.push(inside);
  assert.equal((await hostile.page.push(inside)).on, true, "the page learns nothing of where it leads");
  await gone(hostile);
  await answerIn(ada, hostile.concernId, "Klopf, klopf");
  await pushes.pushesTo({ ...second, subscription: first.subscription }, 1);
  // Who is told after it is told when it was tried.
  const next = await reader();
  await gone(next);
  await answerIn(ada, next.concernId, "Danach");
  await pushes.pushesTo(next, 1);
  const page = await come(chat, hostile.token);
  while ((await page.push()).on);
  assert.equal(pushes.service.answered.filter((status) => status === 404).length, 0, "nobody knocked");
  assert.deepEqual(
    [first, second, off, out].map((one) => pushes.told(one).length),
    [1, 0, 0, 0],
  );
  for (const wrong of [{ endpoint: "http://push.example/x" }, { p256dh: hostile.subscription.auth }, { auth: "" }])
    assert.equal((await page.push({ ...hostile.subscription, ...wrong })).on, false);
  const log = server.output();
  assert.match(log, /chat\.notPushed/);
  for (const secret of pushes.subscriptions.flatMap(({ endpoint, p256dh, auth }) => [
    endpoint.split("/push/")[1] ?? endpoint,
    p256dh,
    auth,
  ]))
    assert.ok(!log.includes(secret));
});
