// The demo world at its full size, as `npm start` makes it at the first start: how long that takes, that it is all there, and that its post box
// works: a customer writes through the real door, an agent answers, the answer lies in the box.
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { Locator, Page } from "playwright-core";
import { api } from "#contract/api.ts";
import { demoLogins, foreground } from "#server/demo/cast.ts";
import { demoFlows } from "#server/demo/flows.ts";
import { signIn, type Desk } from "#test/desk.ts";
import { axeFindings, openDesk, phone, startBrowser } from "#test/screens/browser.ts";
import { query, until } from "#test/faults.ts";
import { startTestServer } from "#test/server.ts";

/** Eight times what docs/bench.md records for a quiet machine: tests share theirs. */
const longestMs = 120_000;

test("the whole demo world is made within its time, and its post box works", { timeout: 400_000 }, async (t) => {
  const server = await startTestServer({ args: ["--demo"], makesStore: true, env: { UNDO_SECONDS: "0" } });
  try {
    t.diagnostic(`first start with the whole demo world ${Math.round(server.startMs)} ms`);
    assert.ok(server.startMs < longestMs, `${Math.round(server.startMs)} ms`);
    const [made] = await query<{ concerns: number; days: number; people: number }>(
      await server.databaseUrl(),
      `SELECT count(*)::int AS concerns, extract(day FROM max(created_at) - min(created_at))::int AS days, count(DISTINCT customer_id)::int AS people FROM concern`,
    );
    assert.ok(made && made.concerns >= 345 && made.days > 300 && made.people > 50, JSON.stringify(made));

    const desk = await signIn(server.url, login.email, login.password);
    await isRouted(server.url, t);
    await hasFlows(server.url);
    const box = await desk.call(api.postbox.list, { query: { limit: 50 } });
    const [person] = box.people;
    const [door = ""] = box.doors;
    assert.ok(person && door !== "");
    const live = await desk.live();
    await desk.call(api.postbox.write, {
      body: {
        from: person.address,
        name: person.name,
        to: door,
        subject: "Kein Bild seit heute früh",
        text: "Guten Tag, der Fernseher bleibt schwarz.",
        answers: null,
      },
    });
    const event = await live.event(
      (each) => each.kind === "message.added" && each.data.message.subject === "Kein Bild seit heute früh",
    );
    live.close();
    const { messages } = await desk.call(api.concerns.open, { params: { id: event.concernId ?? "" } });
    const channelId = messages.at(-1)?.channelId;
    assert.ok(channelId);
    await desk.call(api.concerns.reply, {
      params: { id: event.concernId ?? "" },
      body: {
        channelId,
        to: [person.address],
        cc: [],
        text: "Wir haben Ihren Anschluss neu gestartet.",
        html: null,
        uploads: [],
        sendAt: null,
        statusAfter: "waiting",
        key: crypto.randomUUID(),
      },
    });
    await until("the answer lies in the post box", 120_000, async () => {
      const { mails } = await desk.call(api.postbox.list, { query: { to: person.address, limit: 50 } });
      return mails.some((mail) => mail.text.includes("Anschluss neu gestartet"));
    });
    await answerByKeyboard(server.url, desk, "Anschluss neu gestartet");
    await lookOnAPhone(server.url);
  } finally {
    await server.stop();
  }
});

const { email, password } = demoLogins[0] ?? assert.fail("the demo world has nobody who signs in");
const login = { email, password };

/** Everything in it has a queue, nobody is there by themselves, and a past day can be played by its own rules. */
const isRouted = async (url: string, t: TestContext): Promise<void> => {
  const ada = demoLogins.find(({ role }) => role === "admin") ?? assert.fail();
  const desk = await signIn(url, ada.email, ada.password);
  const { book } = await desk.call(api.routing.book);
  assert.deepEqual([book.queues.length, book.skills.length], [8, 7]);
  const works = await desk.call(api.routing.agentWork);
  assert.equal(works.filter(({ skills }) => Object.keys(skills).length > 0).length, 11);
  const began = performance.now();
  let [came, answered] = [0, 0];
  for (const days of [1, 2, 3, 4, 5, 6, 7]) {
    const day = new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
    const body = { book, day, zone: "Europe/Berlin" };
    const played = await desk.call(api.routing.preview, { body });
    assert.equal(played.nowhere, 0);
    if (days === 1) assert.deepEqual(await desk.call(api.routing.preview, { body }), played);
    came += played.played;
    answered += played.queues.reduce((sum, { would }) => sum + would.answered, 0);
  }
  t.diagnostic(`eight days played in ${Math.round(performance.now() - began)} ms: ${came} came, ${answered} answered`);
  assert.ok(came > 0 && answered > 0, `${came} came, ${answered} answered`);
};

/** Its flows are published without a finding, and the operator's own system answers what they ask. */
const hasFlows = async (url: string): Promise<void> => {
  const ada = demoLogins.find(({ role }) => role === "admin") ?? assert.fail();
  const desk = await signIn(url, ada.email, ada.password);
  const rows = await desk.call(api.flows.list);
  assert.deepEqual(
    rows.map(({ key, published, changed }) => [key, published, changed]),
    demoFlows.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(({ key }) => [key, 1, false]),
  );
  for (const { id } of rows) assert.deepEqual((await desk.call(api.flows.one, { params: { id } })).findings, []);
  const [service] = await desk.call(api.flows.services);
  assert.deepEqual(service?.headers, [{ name: "Authorization", secret: true, value: null }]);
  const path = `/lines/${foreground.aylin.fields.Kundennummer}`;
  const tried = await desk.call(api.flows.tryService, { params: { id: service?.id ?? "" }, body: { path } });
  assert.equal(tried.became, "found");
  assert.match(tried.body, /"state": "down"/);
};

/** Whoever tries it reads as the customer what came, and answers, without a mouse; axe is silent at each step. */
const answerByKeyboard = async (url: string, desk: Desk, text: string): Promise<void> => {
  const browser = await startBrowser();
  try {
    const { page, complaints } = await openDesk(browser, url, { login });
    await page.goto(`${url}/postbox`);
    const mail = page.locator(".postbox-list .entry", { hasText: text });
    await mail.waitFor();
    assert.deepEqual(await axeFindings(page), []);
    await reach(page, mail);
    await page.keyboard.press("Enter");
    await page.locator(".postbox-open").waitFor();
    assert.deepEqual(await axeFindings(page), []);
    await reach(page, page.locator(".postbox-open button"));
    await page.keyboard.press("Enter");
    await page.locator(".sheet textarea:focus").waitFor();
    assert.deepEqual(await axeFindings(page), []);
    const live = await desk.live();
    await page.keyboard.press("Control+Home");
    await page.keyboard.type("Danke, jetzt ist das Bild wieder da.");
    await reach(page, page.locator(".sheet").getByRole("button", { name: "Einwerfen" }));
    await page.keyboard.press("Enter");
    const event = await live.event((each) => each.kind === "message.added" && each.data.message.direction === "in");
    live.close();
    const { messages } = await desk.call(api.concerns.open, { params: { id: event.concernId ?? "" } });
    // What is answered stands below once and folded: the sheet and the server had both repeated it, and neither was hidden.
    assert.equal(messages.at(-1)?.text, "Danke, jetzt ist das Bild wieder da.");
    assert.match(messages.at(-1)?.foldedText ?? "", /schrieb am/);
    await page.locator(".sheet").waitFor({ state: "detached" });
    assert.deepEqual(complaints, []);
  } finally {
    await browser.close();
  }
};

/** In the dark and as narrow as a telephone: nothing sticks out, and a mail that is open can be left again. */
const lookOnAPhone = async (url: string): Promise<void> => {
  const browser = await startBrowser();
  try {
    const look = { ...phone, colorScheme: "dark", login } as const;
    const { page, complaints } = await openDesk(browser, url, look);
    await page.goto(`${url}/postbox`);
    const mails = page.locator(".postbox-list .entry");
    await mails.first().click();
    await page.locator(".postbox-open").waitFor();
    assert.deepEqual(await axeFindings(page), []);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing sticks out");
    await page.locator(".page-head button").first().click();
    await mails.first().waitFor();
    assert.deepEqual(complaints, []);
  } finally {
    await browser.close();
  }
};

/** Goes on by the Tab key until that has the focus. */
const reach = async (page: Page, what: Locator): Promise<void> => {
  const one = await what.elementHandle();
  for (let steps = 0; steps < 200; steps += 1) {
    if (await page.evaluate((element) => element === document.activeElement, one)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail("the Tab key does not lead there");
};
