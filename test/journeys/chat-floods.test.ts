// Sockets that do harm: they read nothing, come by the thousand from one place, or say more than can be taken in. Each is dropped or turned away at its bound and can resume; the others
// do not notice.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import WebSocket from "ws";
import { api } from "#contract/api.ts";
import type { AnyEvent } from "#contract/events.ts";
import type { ToWidget } from "#contract/chat.ts";
import type { ToDesk } from "#contract/live.ts";
import { quantile } from "#bench/measure.ts";
import { openDb, sql } from "#platform/db/db.ts";
import { setUpCentre } from "#test/centre.ts";
import { addChat, answerIn, openPage } from "#test/chat.ts";
import type { Desk } from "#test/desk.ts";
import { cleaners } from "#test/faults.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

let server: TestServer;
let desk: Desk;
let channelId: string;

before(async () => {
  server = await startTestServer({ env: { LOG_LEVEL: "error", CHECK_ANSWERS: "no" } });
  cleaners.push(server.stop);
  const centre = await setUpCentre(server.url);
  desk = centre.desk;
  channelId = (await addChat(desk, centre.brand.id)).id;
});

/** What the server says of itself. */
const gauge = async (name: string): Promise<number> => {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(new RegExp(`^draht_${name} (\\d+)`, "m").exec(text)?.[1]);
};

/** Resolves when the server has let go of sockets until there are so many. */
const until = async (name: string, most: number): Promise<void> => {
  while ((await gauge(name)) > most) await new Promise((resolve) => setTimeout(resolve, 50));
};

const opened = (
  path: string,
  headers: Readonly<Record<string, string>>,
  localAddress = "127.0.0.1",
): Promise<WebSocket> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`${server.url.replace("http", "ws")}${path}`, { headers, localAddress });
    socket.on("error", reject);
    socket.once("open", () => resolve(socket));
  });

void test("a page that asks and asks and never reads is dropped at its bound; it comes again and knows everything", async () => {
  const page = await openPage(server.url, channelId);
  const { token } = await page.hello();
  const { concernId } = await page.tell("Was steht in meinem Vertrag?");
  const long = "Vertragsbedingungen ".repeat(190);
  const answers = Array.from({ length: 50 }, (_, n) => `${n} ${long}`.trim());
  for (let n = 0; n < 50; n += 10)
    await Promise.all(answers.slice(n, n + 10).map((text) => answerIn(desk, concernId, text)));
  page.close();
  await page.closed;
  await until("chat_clients", 0);

  const rude = await opened(`/chat?channel=${channelId}`, { origin: server.url });
  const hello = { type: "hello", version: 1, token, link: null, after: null, language: "de", page: null };
  rude.send(JSON.stringify(hello));
  await new Promise((resolve) => rude.once("message", resolve));
  const code = new Promise<number>((resolve) => rude.once("close", resolve));
  rude.pause();
  // Each answer is 200 kB: what the two systems keep between the ends is soon full, and then the server's own bound is reached.
  const asking = setInterval(() => {
    if (rude.readyState === WebSocket.OPEN) rude.send(JSON.stringify({ type: "earlier", concernId, before: 1_000 }));
  }, 60);
  const others = await openPage(server.url, channelId);
  await others.hello();
  for (let n = 0; n < 5; n += 1) await others.tell(`Nebenan ${n}`);
  // Also when it never reads that it shall come again.
  await until("chat_clients", 1);
  clearInterval(asking);
  others.close();
  if (rude.readyState === WebSocket.OPEN) rude.resume();
  assert.ok([1013, 1006].includes(await code));

  const again = await openPage(server.url, channelId);
  const welcome = await again.hello({ token });
  assert.equal(welcome.messages.length, 50);
  assert.deepEqual(welcome.messages.map(({ text }) => text).toSorted(), answers.toSorted());
  again.close();
});

void test("a thousand sockets from one place: two hundred are let in, the rest is told 429 and when to come again, and everybody else goes on talking", async () => {
  const page = await openPage(server.url, channelId);
  await page.hello();
  const { concernId } = await page.tell("Ich rede weiter.");
  const answers = new Map<number, number>();
  const kept: WebSocket[] = [];
  const flood = Promise.all(
    Array.from(
      { length: 1_000 },
      () =>
        new Promise<void>((resolve) => {
          const socket = new WebSocket(`${server.url.replace("http", "ws")}/chat?channel=${channelId}`, {
            headers: { origin: server.url },
            localAddress: "127.0.0.66",
          });
          const count = (code: number): void => {
            answers.set(code, (answers.get(code) ?? 0) + 1);
            resolve();
          };
          socket.once("open", () => {
            kept.push(socket);
            count(101);
          });
          socket.once("unexpected-response", (_request, response) => {
            assert.ok(Number(response.headers["retry-after"]) >= 1);
            count(response.statusCode ?? 0);
            socket.terminate();
          });
          socket.on("error", () => undefined);
        }),
    ),
  );
  let during = 0;
  let over = false;
  void flood.then(() => (over = true));
  do {
    await page.tell(`Wort ${during}`, { concernId });
    during += 1;
    // Twenty words in half a minute are one visitor's own bound.
  } while (!over && during < 15);
  await flood;
  assert.deepEqual(Object.fromEntries(answers), { 101: 200, 429: 800 });
  // Those who are in and send without waiting are closed as well, each for itself.
  const rude = kept[0];
  assert.ok(rude);
  const closed = new Promise<number>((resolve) => rude.once("close", resolve));
  rude.send(
    JSON.stringify({ type: "hello", version: 1, token: null, link: null, after: null, language: "de", page: null }),
  );
  for (let n = 0; n < 150; n += 1)
    rude.send(
      JSON.stringify({
        type: "say",
        id: crypto.randomUUID(),
        concernId: null,
        thread: crypto.randomUUID(),
        text: `${n}`,
      }),
    );
  assert.equal(await closed, 1013);
  for (const socket of kept) socket.terminate();
  await page.tell("Und immer noch.", { concernId });
  page.close();
});

void test("desks that do not read are dropped at 256 kB while the others hear all; who was dropped resumes whole", async (t) => {
  const page = await openPage(server.url, channelId);
  const headers = { cookie: desk.cookie, origin: server.url };
  await page.hello();
  const { concernId } = await page.tell("Hört mich jemand?");
  const good = await desk.live();
  const took = async (): Promise<number> => {
    const begun = performance.now();
    const mark = crypto.randomUUID();
    const heard = good.event(
      (event) => event.kind === "concern.changed" && event.data.patch.tags?.includes(mark) === true,
    );
    await desk.call(api.concerns.change, { params: { id: concernId }, body: { tags: [mark] } });
    await heard;
    return performance.now() - begun;
  };
  const before = await gauge("live_clients");
  const alone: number[] = [];
  const beside: number[] = [];
  let upTo = 0;
  for (let round = 0; round < 2; round += 1) {
    for (let n = 0; n < 20; n += 1) alone.push(await took());
    const slow = await Promise.all(Array.from({ length: 5 }, () => opened("/live", headers)));
    await Promise.all(
      slow.map((socket) => {
        socket.on("error", () => undefined);
        socket.send(JSON.stringify({ type: "hello", after: 0 }));
        return new Promise<void>((resolve) => {
          socket.on("message", (data: Buffer) => {
            const word = JSON.parse(data.toString("utf8")) as ToDesk;
            if (word.type === "events") upTo = word.upTo;
            resolve();
          });
        });
      }),
    );
    // Every hello has the whole log said again; nobody reads it.
    const asking = setInterval(() => {
      for (const socket of slow) {
        socket.pause();
        if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ type: "hello", after: 0 }));
      }
    }, 150);
    for (let n = 0; n < 20; n += 1) beside.push(await took());
    await until("live_clients", before);
    clearInterval(asking);
    for (const socket of slow) socket.terminate();
  }
  const [p50, p50Beside] = [quantile(alone, 0.5), quantile(beside, 0.5)];
  t.diagnostic(
    `p50 ${p50.toFixed(1)} ms alone, ${p50Beside.toFixed(1)} ms beside slow desks; p95 ${quantile(alone, 0.95).toFixed(1)} and ${quantile(beside, 0.95).toFixed(1)}`,
  );
  // How much slower it may be is measured in bench/chat-overload.ts.
  // A socket that was cut off may still bring what it had read: the number that is asked with is this one.
  const from = upTo;
  const again = await desk.live(from);
  const end = await desk.call(api.concerns.change, { params: { id: concernId }, body: { tags: ["ende"] } });
  assert.ok(end);
  const isEnd = (event: AnyEvent): boolean =>
    event.kind === "concern.changed" && event.data.patch.tags?.includes("ende") === true;
  const [{ seq: last }] = await Promise.all([again.event(isEnd), good.event(isEnd)]);
  // What comes behind it may have reached the one and not yet the other.
  const upToTheEnd = ({ events }: typeof good): number[] => events.map(({ seq }) => seq).filter((seq) => seq <= last);
  assert.deepEqual(
    upToTheEnd(again),
    upToTheEnd(good).filter((seq) => seq > from),
  );
  again.close();
  good.close();
  page.close();
});

void test("more words at once than can be taken in: some are asked to come again and when, are taken when they do, and none is lost", async () => {
  const pages = await Promise.all(
    Array.from({ length: 300 }, async (_, n) => {
      const socket = await opened(`/chat?channel=${channelId}`, { origin: server.url }, `127.0.0.${n < 150 ? 67 : 68}`);
      const heard = new Promise<void>((resolve) => socket.once("message", () => resolve()));
      const language = "de";
      socket.send(
        JSON.stringify({ type: "hello", version: 1, token: null, link: null, after: null, language, page: null }),
      );
      await heard;
      const [id, thread] = [crypto.randomUUID(), crypto.randomUUID()];
      const text = `Im Gedränge ${n}`;
      /** What became of the word: null when it was taken, the milliseconds to wait when it was not. */
      const tell = (): Promise<number | null> =>
        new Promise((resolve) => {
          const hear = (data: Buffer): void => {
            const word = JSON.parse(data.toString("utf8")) as ToWidget;
            if ((word.type !== "taken" && word.type !== "refused") || word.id !== id) return;
            socket.off("message", hear);
            if (word.type === "refused") assert.equal(word.code, "unavailable");
            resolve(word.type === "taken" ? null : word.afterMs);
          };
          socket.on("message", hear);
          socket.send(JSON.stringify({ type: "say", id, concernId: null, thread, text }));
        });
      return { socket, text, tell };
    }),
  );
  const before = await gauge("chat_words_turned_away_total");
  const first = await Promise.all(pages.map(({ tell }) => tell()));
  let left = pages.filter((_, n) => first[n] !== null);
  assert.ok(left.length > 0 && left.length < 200, `${left.length} of 300 were turned away`);
  for (const waitMs of first) assert.ok(waitMs === null || (waitMs >= 2_000 && waitMs <= 30_000), `${waitMs}`);
  assert.equal(await gauge("chat_words_turned_away_total"), before + left.length);
  // A few at a time there is room for them, whether they have waited or not: as soon as what those who were taken have begun is at its end.
  while (left.length > 0) {
    const now = left.slice(0, 40);
    const told = await Promise.all(now.map(({ tell }) => tell()));
    left = [...now.filter((_, n) => told[n] !== null), ...left.slice(40)];
  }
  const database = openDb(await server.databaseUrl(), { max: 1, onError: () => undefined });
  const kept = await database.rows<{ text: string }>(
    sql`SELECT text FROM message_body WHERE text LIKE 'Im Gedränge %'`,
  );
  await database.close();
  assert.deepEqual(kept.map(({ text }) => text).toSorted(), pages.map(({ text }) => text).toSorted());
  for (const { socket } of pages) socket.terminate();
  await until("chat_clients", 0);
});
