// A caller's second screen: by the link of the page that called and by the code that the voice says, without programs; and the swap into the chat, twice, which is once. With a real engine and a
// caller that speaks.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import datachannel from "node-datachannel";
import { api } from "#contract/api.ts";
import type { CallerView } from "#contract/caller.ts";
import type { Call } from "#contract/calls.ts";
import type { AnyEvent } from "#contract/events.ts";
import { screenOf } from "#modules/calls/actions-screen.ts";
import { callByLink, linkByCode } from "#modules/calls/reads-screen.ts";
import { sql } from "#platform/db/db.ts";
import { openGuesses } from "#server/guesses.ts";
import { openCallWorld } from "#test/call-world.ts";
import { addAgent, agentPassword, setUpCentre } from "#test/centre.ts";
import { addChat } from "#test/chat.ts";
import { signIn, type Desk, type LiveFeed } from "#test/desk.ts";
import { addHotline, askHotline, callHotline } from "#test/hotline.ts";
import type { Caller } from "#test/peers/caller.ts";
import { plainBrowser } from "#test/portal.ts";
import { bookQueue } from "#test/routing-book.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

let server: TestServer;
let anna: Desk;
let live: LiveFeed;
let phone: string;
let customer: Caller | undefined;

before(async () => {
  server = await startTestServer({ env: { SPEAKER: "off" } });
  const { desk, brand } = await setUpCentre(server.url);
  await addChat(desk, brand.id, { origins: [], greeting: "" });
  phone = await addHotline(desk, brand.id);
  await addAgent(desk, { name: "Anna", email: "anna@kabel.test", role: "agent" });
  const { book, revision } = await desk.call(api.routing.book);
  await desk.call(api.routing.setBook, { body: { book: { ...book, queues: [bookQueue(1)] }, was: revision } });
  anna = await signIn(server.url, "anna@kabel.test", agentPassword);
  live = await anna.live();
});
after(async () => {
  customer?.close();
  live.close();
  await server.stop();
  // Its threads would keep this process.
  datachannel.cleanup();
});

const callIs = async (callId: string, fits: (call: Call) => boolean): Promise<Call> => {
  const event = await live.event(
    (one: AnyEvent) => one.kind === "call.changed" && one.data.call.id === callId && fits(one.data.call),
  );
  return event.kind === "call.changed" ? event.data.call : assert.fail();
};

test("a page calls, its second screen shows the waiting and takes it into the chat, once however often it is pressed", async () => {
  const ask = (path: string, body: object | null, secret = "", origin = server.url): Promise<Response> =>
    askHotline(server.url, phone, path, body, { secret, origin });
  const elsewhere = await ask("/calls", {}, "", "https://elsewhere.example");
  assert.equal(elsewhere.status, 403, "not from any page");
  const { callId, answer, caller } = await callHotline(server.url, phone);
  customer = caller;
  await callIs(callId, ({ state }) => state === "waiting");

  assert.equal((await ask(`/calls/${callId}`, null, "a".repeat(26))).status, 404, "another secret opens nothing");
  const view = (await (await ask(`/calls/${callId}`, null, answer.secret)).json()) as CallerView;
  assert.ok(view.may.chat && !view.may.number, JSON.stringify(view));
  const second = {
    callId: crypto.randomUUID(),
    sdp: customer.offer,
    language: "de",
    token: answer.token,
    chat: null,
    name: "Karin",
  };
  assert.equal((await ask("/calls", second)).status, 409, "one call at a time");

  const { pathname } = new URL(answer.screen.url);
  const [tab, otherTab] = [plainBrowser(server.url), plainBrowser(server.url)];
  const seen = await tab.get(pathname);
  assert.equal(seen.status, 200, seen.words);
  assert.equal(seen.headers.get("cache-control"), "no-store");
  assert.equal(seen.headers.get("x-robots-tag"), "noindex");
  assert.equal(seen.headers.get("referrer-policy"), "same-origin");
  assert.match(seen.headers.get("content-security-policy") ?? "", /default-src 'none'.*script-src 'self'/);
  assert.match(seen.html, /<noscript><meta http-equiv="refresh"/);
  await otherTab.get(pathname);
  const foreign = await tab.post(`${pathname}/chat`, new URLSearchParams(), {
    origin: "https://elsewhere.example",
    "sec-fetch-site": "cross-site",
  });
  assert.equal(foreign.status, 403, "what another site sends is nobody's wish");
  await tab.get(pathname);

  const there = await tab.press("Im Chat weiter");
  assert.match(there.path, /\/chat\/[^/]+#m\./);
  const moved = await callIs(callId, ({ end }) => end !== null);
  assert.equal(moved.end, "movedToChat");
  const again = await otherTab.press("Im Chat weiter");
  assert.match(again.path, /\/chat\/[^/]+#m\./);
  const { messages } = await anna.call(api.concerns.open, { params: { id: moved.concernId ?? assert.fail() } });
  const said = messages.filter(({ text }) => text.includes("mache hier schriftlich weiter"));
  assert.equal(said.length, 1, "two presses in two tabs are one message");
  assert.match((await tab.get(pathname)).words, /Es geht im Chat weiter/);
});

test("a wrong code shows nothing, and whoever guesses is braked", async () => {
  const browser = plainBrowser(server.url);
  await browser.get("/w");
  const wrong = await browser.press("Meinen Anruf zeigen", { code: "000000" });
  assert.equal(wrong.status, 404);
  assert.match(wrong.words, /Diesen Code hat kein Anruf/);
  let status = 0;
  for (let tries = 0; tries < 12 && status !== 429; tries += 1) {
    await browser.get("/w");
    ({ status } = await browser.press("Meinen Anruf zeigen", { code: String(tries).padStart(6, "0") }));
  }
  assert.equal(status, 429);
});

test("a code leads to its call while it waits, and to nothing when it is over; the link says what became of it", async () => {
  const calls = await openCallWorld();
  try {
    const id = await calls.begins();
    await calls.queues(id);
    const { word, code } = await screenOf(calls.world, id);
    assert.deepEqual(await screenOf(calls.world, id), { word, code }, "asked again it is the same");
    assert.match(code ?? "", /^\d{6}$/);
    assert.equal(await linkByCode(calls.world, `${code?.slice(0, 3)} ${code?.slice(3)}`), word);
    const kept = JSON.stringify(await calls.world.db.rows(sql`SELECT * FROM call_screen`));
    assert.ok(!kept.includes(word) && !kept.includes(`"${code}"`), "only hashes are kept");
    await calls.ends(id, "abandoned");
    assert.equal(await linkByCode(calls.world, code ?? ""), null);
    assert.equal((await callByLink(calls.world, word))?.call.id, id);
    assert.equal(await callByLink(calls.world, "a".repeat(26)), null);
  } finally {
    await calls.world.close();
  }
});

test("guesses are counted before they are looked at, and right ones are given back", () => {
  let now = 0;
  const guesses = openGuesses({ fromPlace: 2, inAll: 3 }, () => now);
  assert.deepEqual([guesses.begin("a"), guesses.begin("a")], [null, null]);
  assert.equal(guesses.begin("a"), 600_000);
  guesses.right("a");
  assert.equal(guesses.begin("a"), null);
  assert.equal(guesses.begin("b"), null);
  assert.equal(guesses.begin("c"), 600_000, "from all of them");
  now = 600_000;
  assert.equal(guesses.begin("c"), null);
});
