// The widget in a real browser on a site of another origin with the strictest policy, against a real server: by keyboard, through breaks, in two tabs.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { BrowserContext, Page } from "playwright-core";
import { api } from "#contract/api.ts";
import { answerIn } from "#test/chat.ts";
import { phone } from "#test/screens/browser.ts";
import { leave, startChatSite, type ChatSite } from "#test/screens/chatSite.ts";
import {
  field,
  findings,
  launch,
  openVisitor,
  ours,
  pageWith,
  say,
  sent,
  stands,
  startSite,
  strictPolicy,
} from "#test/screens/site.ts";

let at: ChatSite;
before(async () => {
  at = await startChatSite();
});
after(() => at?.stop());
/** Messages on the screen that the server has, and those that it does not have yet. */
const waits = (page: Page, text: string) => page.locator(".is-waiting", { hasText: text });
/** Takes the network away; resolves when the pages have heard of it: what is said before still goes through. */
const goOffline = async (context: BrowserContext, ...pages: readonly Page[]): Promise<void> => {
  await context.setOffline(true);
  for (const page of pages) await page.getByText("Keine Verbindung.", { exact: false }).waitFor();
};
/** What visitors have said in a concern, as an agent reads it. */
const said = async (concernId: string): Promise<string[]> =>
  (await at.desk.call(api.concerns.open, { params: { id: concernId } })).messages
    .filter(({ direction }) => direction === "in")
    .map(({ text }) => text);

test("closed it is one small file that moves nothing", async () => {
  const visitor = await at.visit();
  const { page, requests } = visitor;
  await launch(page).waitFor();
  const shift = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        new PerformanceObserver((list) =>
          resolve(list.getEntries().reduce((sum, entry) => sum + (entry as unknown as { value: number }).value, 0)),
        ).observe({ type: "layout-shift", buffered: true });
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(0)));
      }),
  );
  assert.equal(shift, 0);
  assert.equal(await page.evaluate(() => document.documentElement.scrollHeight <= innerHeight), true);
  assert.deepEqual(
    requests.filter((url) => url.startsWith(at.server.url) && !url.endsWith("/icon.svg")),
    [`${at.server.url}/widget.js`, `${at.server.url}/chat/${at.channel}/site.json`],
  );
  assert.deepEqual(
    requests.filter((url) => ![at.site.origin, at.server.url].includes(new URL(url).origin)),
    [],
  );
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), []);
  await leave(visitor);
});

test("by keyboard: opened, something said and taken, typing seen, the answer read aloud once; a reload keeps all of it", async () => {
  const visitor = await at.visit();
  const { page } = visitor;
  await launch(page).focus();
  await page.keyboard.press("Enter");
  await page.locator("textarea:focus").waitFor();
  await page.getByText("Guten Tag bei Kabel!").waitFor();
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), [], "nothing is kept of whoever only looks");
  await page.keyboard.type("Erste Zeile");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("zweite Zeile");
  await page.keyboard.press("Enter");
  await sent(page, "Erste Zeile").getByText("Angekommen").waitFor();
  const concernId = await at.concernWith("Erste Zeile");
  assert.deepEqual(await said(concernId), ["Erste Zeile\nzweite Zeile"]);

  at.feed.say({ type: "look", concernId: concernId as never, state: "typing" });
  await page.getByText("Jemand schreibt …").waitFor();
  await sent(page, "Erste Zeile").getByText("Gelesen").waitFor();
  assert.equal(await page.getByText("Angekommen").count(), 0);
  assert.equal(await page.locator("output.spoken").textContent(), "", "it is not read aloud");
  await at.answer(concernId, "Wir sehen nach: https://kabel.test/hilfe");
  await ours(page, "Wir sehen nach").waitFor();
  await page.getByText("Jemand schreibt …").waitFor({ state: "detached" });
  await page.locator("output.spoken", { hasText: /^Ada Brandt: Wir sehen nach/ }).waitFor({ state: "attached" });
  const link = page.getByRole("link", { name: "https://kabel.test/hilfe" });
  assert.deepEqual(await link.evaluate((element: HTMLAnchorElement) => [element.href, element.target, element.rel]), [
    "https://kabel.test/hilfe",
    "_blank",
    "noopener noreferrer nofollow",
  ]);
  await at.feed.event(
    (event) =>
      event.kind === "delivery.changed" && event.concernId === concernId && event.data.delivery.state === "read",
  );
  assert.deepEqual(await findings(page), []);

  await page.keyboard.press("Escape");
  await page.locator(".launch:focus").waitFor();
  await page.reload();
  await launch(page).click();
  await sent(page, "zweite Zeile").getByText("Gelesen").waitFor();
  await ours(page, "Wir sehen nach").waitFor();
  assert.equal(await page.locator(".bubble").count(), 2);
  assert.equal(await page.locator("output.spoken").textContent(), "", "history is not read aloud");
  await leave(visitor);
});

test("what is said while the server is away is there, once and in its order, when it is back", async () => {
  const visitor = await at.visit();
  const { page } = visitor;
  const concernId = await at.begin(visitor, "Vor dem Neustart");
  at.feed.close();
  await at.server.end("SIGKILL");
  await say(page, "Während des Neustarts");
  await say(page, "Und noch etwas");
  await waits(page, "Und noch etwas").getByText("sobald die Verbindung steht").waitFor();
  await page.getByText("Keine Verbindung.", { exact: false }).waitFor();
  const found = await findings(page);
  await at.comeBack();
  assert.deepEqual(found, []);
  await sent(page, "Und noch etwas").waitFor();
  assert.deepEqual(await said(concernId), ["Vor dem Neustart", "Während des Neustarts", "Und noch etwas"]);
  assert.equal(await page.locator(".bubble").count(), 3);
  await leave(visitor);
});

test("without a network it waits, also through a reload; with it again it is sent once", async () => {
  const visitor = await at.visit();
  const { page, context } = visitor;
  const concernId = await at.begin(visitor, "Mit Netz");
  await goOffline(context, page);
  await say(page, "Ohne Netz");
  await waits(page, "Ohne Netz").waitFor();
  await field(page).fill("Ein Entwurf");
  await context.setOffline(false);
  await page.reload();
  await launch(page).click();
  await sent(page, "Ohne Netz").waitFor();
  assert.equal(await field(page).inputValue(), "Ein Entwurf");
  assert.deepEqual(await said(concernId), ["Mit Netz", "Ohne Netz"]);
  assert.equal(await page.locator(".bubble").count(), 2);
  await leave(visitor);
});

test("two tabs are one visitor: each shows what the other says, nothing twice, and what one left unsent the other sends", async () => {
  const visitor = await at.visit();
  const { page, context, tab } = visitor;
  const other = await tab();
  await launch(page).click();
  await launch(other).click();
  await other.getByText("Guten Tag bei Kabel!").waitFor();
  await page.bringToFront();
  await say(page, "Aus dem ersten");
  await sent(page, "Aus dem ersten").waitFor();
  const concernId = await at.concernWith("Aus dem ersten");
  await sent(other, "Aus dem ersten").waitFor();
  await other.bringToFront();
  await say(other, "Aus dem zweiten");
  for (const each of [page, other]) await sent(each, "Aus dem zweiten").waitFor();
  await at.answer(concernId, "An beide");
  for (const each of [page, other]) {
    await ours(each, "An beide").waitFor();
    assert.equal(await each.locator(".bubble").count(), 3);
  }
  await goOffline(context, page, other);
  await say(other, "Ohne Netz gesagt");
  await waits(page, "Ohne Netz gesagt").waitFor();
  await other.close();
  await context.setOffline(false);
  await sent(page, "Ohne Netz gesagt").waitFor();
  assert.deepEqual(await said(concernId), ["Aus dem ersten", "Aus dem zweiten", "Ohne Netz gesagt"]);
  await leave(visitor);
});

test("an answer to somebody who reads on shows on the button, and the chat is fetched only then; it sounds for whoever wants it", async () => {
  const visitor = await at.visit();
  const { page, requests } = visitor;
  // How often it sounded stands in each page.
  await visitor.context.addInitScript(() => {
    window.AudioContext = class extends AudioContext {
      constructor() {
        super();
        const { dataset } = document.documentElement;
        dataset["tones"] = String(Number(dataset["tones"] ?? 0) + 1);
      }
    };
  });
  const concernId = await at.begin(visitor, "Ich lese weiter");
  await page.getByRole("button", { name: "Chat schließen" }).first().click();
  await page.goto(`${at.site.origin}/two`);
  await launch(page).waitFor();
  const before = requests.length;
  await at.answer(concernId, "Gefunden!");
  await page.getByRole("button", { name: "Chat öffnen, 1 neue Nachricht" }).waitFor();
  assert.ok(requests.slice(before).some((url) => /\/widget\/chat-[\w-]+\.js$/.test(url)));
  assert.equal(await page.locator(".badge").textContent(), "1");
  await page.locator(".launch").click();
  await ours(page, "Gefunden!").waitFor();
  await page.keyboard.press("Escape");
  await launch(page).waitFor();
  assert.equal(await page.locator(".badge").isHidden(), true);
  // What has been read waits on no other page.
  await page.goto(`${at.site.origin}/three`);
  await launch(page).waitFor();
  // Silent, until it is wanted; then also on the next page.
  await launch(page).click();
  await at.answer(concernId, "Leise");
  await ours(page, "Leise").waitFor();
  await page.getByRole("button", { name: "Ihre Angaben" }).click();
  const wanted = page.getByRole("checkbox", { name: "Ton bei neuen Nachrichten" });
  assert.equal(await wanted.isChecked(), false);
  assert.equal(await page.locator("html").getAttribute("data-tones"), null);
  await wanted.press("Space");
  await page.reload();
  await launch(page).click();
  await ours(page, "Leise").waitFor();
  await at.answer(concernId, "Hörbar");
  await page.locator('html[data-tones="1"]').waitFor();
  await leave(visitor);
});

test("several concerns are listed and reachable; what comes for another one is marked", async () => {
  const visitor = await at.visit();
  const { page } = visitor;
  const first = await at.begin(visitor, "Rechnung zu hoch");
  await at.answer(first, "Wir prüfen das.");
  await ours(page, "Wir prüfen das.").waitFor();
  await page.getByRole("button", { name: "Zu Ihren Anliegen" }).click();
  await page.getByRole("button", { name: "Neues Anliegen" }).click();
  await page.locator("textarea:focus").waitFor();
  await say(page, "Umzug im Mai");
  await sent(page, "Umzug im Mai").waitFor();
  assert.notEqual(await at.concernWith("Umzug im Mai"), first);
  await at.answer(first, "Zur Rechnung: stimmt.");
  await page.locator(".head .dot").waitFor();
  await page.getByRole("button", { name: "Zu Ihren Anliegen" }).click();
  await page.getByRole("button", { name: /^Rechnung zu hoch.*1 neue Nachricht$/ }).waitFor();
  assert.deepEqual(await findings(page), []);
  await page.getByRole("button", { name: /^Rechnung zu hoch/ }).click();
  await ours(page, "Zur Rechnung: stimmt.").waitFor();
  assert.equal(await page.getByText("Umzug im Mai").count(), 0);
  await page.reload();
  await launch(page).click();
  await ours(page, "Zur Rechnung: stimmt.").waitFor();
  await leave(visitor);
});

test("the visitor says how to be reached without being held up, and can leave a shared device with nothing behind", async () => {
  const visitor = await at.visit();
  const { page } = visitor;
  const concernId = await at.begin(visitor, "Bitte melden");
  const card = page.getByRole("region", { name: "Wie wir Sie erreichen" });
  await card.getByLabel("Ihr Name").fill("Anna Ohlsen");
  await card.getByLabel("Ihre E-Mail-Adresse").fill("anna@");
  await card.getByRole("button", { name: "Speichern" }).click();
  await card.getByText("Diese Adresse ist nicht vollständig.", { exact: false }).waitFor();
  await card.getByLabel("Ihre E-Mail-Adresse").fill("anna@kunde.test");
  await card.getByRole("button", { name: "Speichern" }).click();
  await card.waitFor({ state: "detached" });
  await page.reload();
  await launch(page).click();
  await sent(page, "Bitte melden").waitFor();
  await page.getByRole("button", { name: "Ihre Angaben" }).click();
  await page.waitForFunction(() =>
    [...(document.querySelector("draht-chat")?.shadowRoot?.querySelectorAll("input") ?? [])].some(
      ({ value }) => value === "anna@kunde.test",
    ),
  );
  const wish = page.getByLabel("Wie möchten Sie unsere Antworten?");
  await wish.selectOption({ label: "Per E-Mail" });
  const { customerId } = (await at.desk.call(api.concerns.open, { params: { id: concernId } })).concern.row;
  await at.feed.event((event) => event.kind === "customer.changed" && event.data.what.includes("wish"));
  assert.deepEqual((await at.desk.call(api.customers.get, { params: { id: customerId } })).wish, {
    kind: "email",
    by: "customer",
  });
  assert.deepEqual(await findings(page), []);
  await page.getByRole("button", { name: "Auf diesem Gerät beenden" }).click();
  await page.getByRole("button", { name: "Ja, beenden" }).click();
  await page.getByText("Guten Tag bei Kabel!").waitFor();
  await page.waitForFunction(() => Object.keys(localStorage).every((key) => key.endsWith(".talk")));
  await say(page, "Jemand anders");
  await sent(page, "Jemand anders").waitFor();
  assert.equal(await page.getByText("Bitte melden").count(), 0);
  assert.deepEqual(await said(concernId), ["Bitte melden"]);
  await leave(visitor);
});

test("what agents and names hold is text, whatever it looks like", async () => {
  const visitor = await at.visit();
  const { page } = visitor;
  const hostile = `<img src=x onerror="document.title='hit'"> <script>document.title='hit'</script> javascript:alert(1) {name}`;
  const concernId = await at.begin(visitor, "Zeichen");
  await at.answer(concernId, hostile);
  await page.locator(".by-us .text").waitFor();
  assert.equal(await page.locator(".by-us .text").last().innerText(), hostile);
  assert.equal(await page.locator(".by-us .text a").count(), 0);
  await say(page, hostile);
  await sent(page, "onerror").waitFor();
  // The same in everything that a part consists of, and in the words of the answers that it becomes.
  const given = {
    question: `Frage ${hostile}`,
    option: "<b onclick=hit()>Ja</b>",
    label: "<i>{name}</i> javascript:1",
  };
  await answerIn(
    at.desk,
    concernId,
    "",
    "webchat",
    [],
    [
      { kind: "choices", question: given.question, options: [given.option, "Nein"] },
      {
        kind: "form",
        title: `Formular ${hostile}`,
        fields: [{ label: given.label, type: "choice", required: true, options: [given.option, "Nein"] }],
      },
      {
        kind: "article",
        title: `Artikel ${hostile}`,
        summary: hostile,
        url: "https://hilfe.kabel.test/a?b=%22%3E%3Cimg",
      },
    ],
  );
  const parts = page.locator(".by-us .part");
  await parts.nth(2).waitFor();
  assert.equal(await parts.nth(0).locator("legend").innerText(), given.question);
  assert.match(await parts.nth(1).innerText(), /Formular <img src=x[^]*<i>\{name\}<\/i> javascript:1/);
  assert.equal(await parts.nth(1).locator("select option").nth(1).textContent(), given.option);
  assert.ok((await parts.nth(2).innerText()).includes(hostile));
  assert.equal(await parts.nth(2).getAttribute("href"), "https://hilfe.kabel.test/a?b=%22%3E%3Cimg");
  await parts.nth(0).getByRole("button", { name: given.option }).click();
  await page.locator(".by-you .quote", { hasText: hostile }).waitFor();
  await page.locator(".by-you .text", { hasText: given.option }).waitFor();
  assert.equal(
    await page.locator('img, [onerror], [onclick], a[href^="javascript"], .panel :is(b, i):has(> *)').count(),
    0,
  );
  assert.equal(await page.title(), "Kabel");
  await leave(visitor);
});

test("a long talk is loaded as one scrolls up, without a jump, and there is a way back to the end", async () => {
  const visitor = await at.visit();
  const { page } = visitor;
  const concernId = await at.begin(visitor, "Langes Gespräch");
  for (let number = 1; number <= 60; number += 1) await at.answer(concernId, `Antwort ${number}`);
  await ours(page, "Antwort 60").waitFor();
  await page.reload();
  await launch(page).click();
  await ours(page, "Antwort 60").waitFor();
  assert.equal(await page.getByText("Langes Gespräch").count(), 0);
  await page.locator(".talk").evaluate((talk) => (talk.scrollTop = 0));
  await page.getByText("Langes Gespräch").waitFor({ state: "attached" });
  const top = await ours(page, "Antwort 12").evaluate((element) => element.getBoundingClientRect().top);
  assert.ok(top > -400 && top < 1_200, `what was read stays where it was: ${top}`);
  await at.answer(concernId, "Antwort 61");
  const toEnd = page.getByRole("button", { name: "1 neue Nachricht" });
  const [talk, way] = [await page.locator(".talk").boundingBox(), await toEnd.boundingBox()];
  assert.ok(talk && way && talk.y + talk.height <= way.y, "it lies over none of the words");
  await toEnd.press("Enter");
  await ours(page, "Antwort 61").waitFor();
  await page.locator(".jump").waitFor({ state: "detached" });
  await page.locator(".talk:focus").waitFor();
  await leave(visitor);
});

test("too much is said before it is sent", async () => {
  const visitor = await at.visit();
  const { page } = visitor;
  await launch(page).click();
  await field(page).fill("x".repeat(3_900));
  await page.getByText("Noch 100 Zeichen").waitFor();
  await field(page).fill("x".repeat(4_001));
  await page.getByText("1 Zeichen zu viel").waitFor();
  const send = page.getByRole("button", { name: "Senden", disabled: true });
  await send.waitFor();
  await leave(visitor);
});

test("on a phone it is the whole screen, and its field does not make the page zoom", async () => {
  const visitor = await at.visit({ ...phone });
  const { page } = visitor;
  await at.begin(visitor, "Vom Telefon");
  await stands(page);
  const box = await page.locator(".panel").boundingBox();
  assert.deepEqual(box, { x: 0, y: 0, width: 390, height: 844 });
  await page.locator(".launch").waitFor({ state: "hidden" });
  assert.equal(await field(page).evaluate((element) => getComputedStyle(element).fontSize), "16px");
  assert.deepEqual(await findings(page), []);
  await page.getByRole("button", { name: "Chat schließen" }).click();
  await launch(page).waitFor();
  await leave(visitor);
});

test("from right to left it is mirrored; in the dark and with strong contrast axe is silent", async () => {
  at.site.show("/rtl", pageWith(at.server.url, at.channel, 'lang="ar" dir="rtl"'), strictPolicy(at.server.url));
  const visitor = await at.visit({ locale: "en-GB", colorScheme: "dark", reducedMotion: "reduce" });
  const { page } = visitor;
  await page.goto(`${at.site.origin}/rtl`);
  await page.getByRole("button", { name: "Open chat" }).click();
  await stands(page);
  const box = await page.locator(".panel").boundingBox();
  assert.ok(box && box.x < 40, `the panel is at the left: ${box?.x}`);
  await page.locator("textarea").fill("مرحبا");
  await page.keyboard.press("Enter");
  await page.locator(".by-you:not(.is-waiting)").waitFor();
  const bubble = await page.locator(".by-you .bubble").boundingBox();
  assert.ok(bubble && bubble.x < box.x + 40, "one's own words are at the left");
  assert.deepEqual(await findings(page), []);
  await leave(visitor);
});

test("a page that may not carry the chat shows no more than the button and what it could not do", async () => {
  const foreign = await startSite();
  foreign.show("*", pageWith(at.server.url, at.channel), strictPolicy(at.server.url));
  const visitor = await openVisitor(at.browser, `${foreign.origin}/`);
  await launch(visitor.page).click();
  await visitor.page.getByText("Keine Verbindung.", { exact: false }).waitFor();
  await leave(visitor);
  await foreign.stop();
});

test("the page of a chat alone is filled by it, and allows nothing else", async () => {
  const visitor = await openVisitor(at.browser, `${at.server.url}/chat/${at.channel}#nobody`);
  const { page } = visitor;
  await page.getByText("Guten Tag bei Kabel!").waitFor();
  assert.equal(await page.title(), "Chat mit Kabel");
  await page.waitForFunction(() => location.hash === "");
  await page.locator(".launch").waitFor({ state: "hidden" });
  await say(page, "Aus der Mail");
  await sent(page, "Aus der Mail").waitFor();
  assert.deepEqual(await findings(page), []);
  await leave(visitor);
  const answered = await fetch(`${at.server.url}/chat/${at.channel}`);
  assert.match(
    answered.headers.get("content-security-policy") ?? "",
    /^default-src 'none'; script-src 'self'; connect-src 'self'/,
  );
  assert.deepEqual(
    [answered.headers.get("referrer-policy"), answered.headers.get("x-robots-tag")],
    ["no-referrer", "noindex"],
  );
  assert.equal((await fetch(`${at.server.url}/chat/01a21222-214f-7cf8-b077-ea027b6dd0ef`)).status, 404);
});
