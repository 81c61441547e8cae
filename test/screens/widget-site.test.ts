// What leads to a chat, in a real browser on a strict site of another origin: its look and its greetings, set at the desk; and its place on screens that have edges and a soft keyboard.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { api } from "#contract/api.ts";
import { admin } from "#test/centre.ts";
import { axeFindings, openDesk, phone } from "#test/screens/browser.ts";
import { leave, startChatSite, type ChatSite } from "#test/screens/chatSite.ts";
import {
  findings,
  launch,
  openVisitor,
  ours,
  pageWith,
  say,
  sent,
  stands,
  startFullNode,
  strictPolicy,
} from "#test/screens/site.ts";

let at: ChatSite;
before(async () => {
  at = await startChatSite();
});
after(() => at?.stop());

/** Another page of the site without loading one, as sites of one page do it. */
const goOn = (page: Page, path: string): Promise<void> =>
  page.evaluate(
    (to) =>
      new Promise<void>((done) => {
        (window as unknown as { navigation: EventTarget }).navigation.addEventListener(
          "navigatesuccess",
          () => done(),
          { once: true },
        );
        history.pushState({}, "", to);
      }),
    path,
  );

/** Greetings are watched for from now on: it is remembered that a page was looked at. */
const watched = (page: Page): Promise<unknown> =>
  page.waitForFunction(() => Object.keys(localStorage).some((key) => key.endsWith("~.visits")));
/** What is fetched when a greeting shows itself, and only then. */
const cards = ({ requests }: { readonly requests: readonly string[] }): number =>
  requests.filter((url) => url.includes("/widget/greet-")).length;

test("a greeting and a colour are set at the desk by keyboard; the greeting shows itself once, is put away by a key, and leads into the chat as what it is", async () => {
  const [brand] = await at.desk.call(api.brands.list);
  assert.ok(brand);
  const one = await openDesk(at.browser, at.server.url, { login: { email: admin.email, password: admin.password } });
  const form = one.page;
  await form.goto(`${at.server.url}/admin/channels`);
  await form.locator(".entry").first().focus();
  await form.keyboard.press("Enter");
  const add = form.getByRole("button", { name: "Begrüßung hinzufügen" });
  await add.focus();
  await form.keyboard.press("Enter");
  const rule = form.getByRole("group", { name: "Begrüßung 1" });
  await rule.locator("input:focus").waitFor();
  await rule.getByLabel("Seiten").fill("tarife");
  await rule.getByLabel("Nach Sekunden").fill("600");
  const german = rule.getByLabel("Auf Deutsch");
  await german.focus();
  await form.keyboard.type("Fragen");
  await form.keyboard.press("Enter");
  await form.keyboard.type("zu den Tarifen?");
  await rule.getByRole("switch").focus();
  await form.keyboard.press("Space");
  const keep = form.locator(".sheet").getByRole("button", { name: "Speichern" });
  await keep.focus();
  await form.keyboard.press("Enter");
  await rule.getByText("Das ist kein Weg einer Seite", { exact: false }).waitFor();
  assert.deepEqual(await axeFindings(form), []);
  await rule.getByLabel("Seiten").fill("/tarife/*");
  const look = form.getByRole("group", { name: "Aussehen" });
  await look.getByRole("switch").focus();
  await form.keyboard.press("Space");
  const accent = look.getByLabel("Farbe am Tag", { exact: true });
  await accent.fill("#ffcc00");
  await look.getByText("Am Tag nicht zu lesen: 1,2 zu 1", { exact: false }).waitFor();
  await keep.click();
  await look.locator(".field-fault", { hasText: "Diese Farbe geht nicht" }).waitFor();
  await look.getByRole("button", { name: /^#\w{6} nehmen$/ }).press("Enter");
  await look.getByText("Am Tag gut lesbar: 4,5 zu 1.").waitFor();
  // What cannot be read is shown as such, and what has been mended can be.
  assert.deepEqual(await axeFindings(form), []);
  await accent.fill("#7a1f5c");
  await look.getByText("Bei Nacht gut lesbar", { exact: false }).waitFor();
  await keep.click();
  await form.locator(".sheet").waitFor({ state: "detached" });
  await one.context.close();

  const visitor = await openVisitor(at.browser, `${at.site.origin}/`, { reducedMotion: "reduce" });
  await visitor.context.clock.install();
  const page = await visitor.tab();
  await launch(page).waitFor();
  const colour = (): Promise<string> => launch(page).evaluate((button) => getComputedStyle(button).backgroundColor);
  assert.equal(await colour(), "rgb(122, 31, 92)");
  await page.evaluate(() =>
    document.querySelector<HTMLElement>("draht-chat")?.style.setProperty("--draht-accent", "rgb(0, 0, 90)"),
  );
  assert.equal(await colour(), "rgb(0, 0, 90)", "the site's own goes before");
  await page.evaluate(() => document.querySelector("draht-chat")?.removeAttribute("style"));
  const card = page.getByRole("complementary", { name: `Begrüßung von ${brand.name}` });
  await watched(page);
  await page.clock.fastForward(600_000);
  assert.equal(await card.count(), 0, "this page is not meant");
  await goOn(page, "/tarife/glasfaser");
  await page.clock.fastForward(300_000);
  assert.equal(await card.count(), 0, "its moment has not come");
  assert.equal(cards(visitor), 0);
  await page.clock.fastForward(300_000);
  await card.waitFor();
  assert.equal(cards(visitor), 1);
  await page
    .getByRole("status")
    .filter({ hasText: `${brand.name} · automatisch: Fragen zu den Tarifen?` })
    .waitFor();
  assert.equal(await card.locator(".text").innerText(), "Fragen\nzu den Tarifen?", "a line break is one");
  assert.equal(
    await page.evaluate(() => document.activeElement === document.body),
    true,
    "the keys stay with the page",
  );
  assert.equal(await card.evaluate((box) => box.getAnimations().length), 0, "without motion for whoever wants none");
  assert.deepEqual(await axeFindings(page), []);
  await card.getByRole("button", { name: "Begrüßung schließen" }).focus();
  await page.keyboard.press("Escape");
  await card.waitFor({ state: "detached" });
  assert.equal(
    await launch(page).evaluate((button) => (button.getRootNode() as ShadowRoot).activeElement === button),
    true,
  );
  // Neither on another page, nor in another visit while it rests.
  await goOn(page, "/tarife/kabel");
  await page.clock.fastForward(600_000);
  await page.clock.fastForward(86_400_000);
  await page.evaluate(() => {
    for (const key of Object.keys(localStorage))
      localStorage.setItem(key, (localStorage.getItem(key) ?? "").replace(/"last":\d+/, `"last":1`));
  });
  await page.reload();
  await page.waitForFunction(() =>
    Object.entries(localStorage).some(([key, value]) => key.endsWith("~.visits") && !value.includes(`"last":1,`)),
  );
  await page.clock.fastForward(600_000);
  assert.equal(await card.count(), 0);
  assert.equal(visitor.requests.filter((url) => url.includes("/greetings/")).length, 1);
  await leave(visitor);

  // On a phone, by press: it is a small card, and the chat begins with it.
  const caller = await openVisitor(at.browser, `${at.site.origin}/`, { ...phone, colorScheme: "dark" });
  await caller.context.clock.install();
  const small = await caller.tab();
  await watched(small);
  await goOn(small, "/tarife/");
  await small.clock.fastForward(600_000);
  const bubble = small.getByRole("complementary");
  await bubble.waitFor();
  const box = (await bubble.boundingBox()) ?? assert.fail();
  assert.ok(box.x >= 0 && box.x + box.width <= 390 && box.height < 844 * 0.4 && box.width <= 300, JSON.stringify(box));
  assert.deepEqual(await axeFindings(small), []);
  await bubble.getByRole("button", { name: /Fragen zu den Tarifen/ }).click();
  await bubble.waitFor({ state: "detached" });
  const greeting = small.locator(".by-us", { hasText: "Fragen zu den Tarifen?" });
  await greeting.getByText(`${brand.name} · automatisch`).waitFor();
  assert.deepEqual(await findings(small), []);
  await say(small, "Ja, zum Glasfaser.");
  await sent(small, "Ja, zum Glasfaser.").waitFor();
  const created = await at.feed.event(
    (event) => event.kind === "concern.created" && event.data.row.subject === "Ja, zum Glasfaser.",
  );
  const concernId = created.concernId ?? assert.fail();
  const { messages } = await at.desk.call(api.concerns.open, { params: { id: concernId } });
  assert.deepEqual(
    messages.map(({ author, text }) => [author.kind, text]),
    [
      ["system", "Fragen\nzu den Tarifen?"],
      ["customer", "Ja, zum Glasfaser."],
    ],
  );
  await at.answer(concernId, "Gerne!");
  await ours(small, "Gerne!").waitFor();
  assert.equal(await greeting.count(), 1, "it stands there once");
  await leave(caller);
});

/** What can be seen of the page, as browsers say it whose soft keyboard covers the page's lower end; null: they show no keyboard. */
const coverWithKeyboard = (page: Page, seen: { readonly height: number; readonly offsetTop: number } | null) =>
  page.evaluate((now) => {
    const { visualViewport } = window;
    for (const name of ["height", "offsetTop"] as const)
      if (now === null) Reflect.deleteProperty(visualViewport ?? {}, name);
      else Object.defineProperty(visualViewport, name, { configurable: true, get: () => now[name] });
    visualViewport?.dispatchEvent(new Event("resize"));
  }, seen);

test("nothing lies under a phone's notch, its lower edge or the soft keyboard; on a tablet the chat rises above it", async () => {
  const html = pageWith(at.server.url, at.channel).replace("initial-scale=1", "initial-scale=1, viewport-fit=cover");
  at.site.show("/edges", html, strictPolicy(at.server.url));
  const visitor = await at.visit({ ...phone });
  const { page, context } = visitor;
  const browser = await context.newCDPSession(page);
  const keep = (top: number, right: number, bottom: number, left: number): Promise<unknown> =>
    browser.send("Emulation.setSafeAreaInsetsOverride", { insets: { top, right, bottom, left } });
  const edges = async (name: string): Promise<readonly [number, number, number, number]> => {
    const { x, y, width, height } = (await page.locator(name).first().boundingBox()) ?? assert.fail(name);
    return [y, x + width, y + height, x];
  };
  await page.goto(`${at.site.origin}/edges`);
  await keep(47, 0, 34, 0);
  await launch(page).waitFor();
  assert.deepEqual(await edges(".launch"), [844 - 20 - 34 - 58, 370, 844 - 20 - 34, 370 - 58]);
  await launch(page).click();
  await stands(page);
  assert.deepEqual(await edges(".panel"), [0, 390, 844, 0]);
  assert.ok((await edges(".title"))[0] >= 47, "the head's words are below the notch");
  assert.equal((await edges(".field"))[2], 844 - 34 - 10, "the field is above the lower edge");

  // By a browser that says itself what can be seen: enlarged so little that the chat takes it for no enlargement.
  await browser.send("Emulation.setPageScaleFactor", { pageScaleFactor: 1.005 });
  await page.waitForFunction(() => {
    const panel = document.querySelector("draht-chat")?.shadowRoot?.querySelector(".panel");
    return Math.abs((panel?.getBoundingClientRect().height ?? 0) - 844 / 1.005) < 0.1;
  });
  await browser.send("Emulation.setPageScaleFactor", { pageScaleFactor: 1 });
  await coverWithKeyboard(page, { height: 500, offsetTop: 20 });
  assert.deepEqual(await edges(".panel"), [20, 390, 520, 0]);
  assert.equal((await edges(".field"))[2], 510, "above the keyboard there is no edge to keep clear of");
  await coverWithKeyboard(page, null);

  // Held across; and the page that is the chat alone, where nobody else's sheet has a say.
  await keep(0, 47, 21, 59);
  await page.setViewportSize({ width: 844, height: 390 });
  for (const path of ["", `${at.server.url}/chat/${at.channel}`]) {
    if (path !== "") await page.goto(path);
    await page.locator(".field").waitFor();
    await stands(page);
    for (const [name, from, to] of [
      [".head button", 59, 844 - 47],
      [".field", 59, 844 - 47],
    ] as const) {
      const [, right, bottom, left] = await edges(name);
      assert.ok(left >= from && right <= to && bottom <= 390 - 21, `${path} ${name}: ${left} to ${right}, ${bottom}`);
    }
  }

  await keep(0, 0, 0, 0);
  await page.goto(`${at.site.origin}/edges`);
  await page.setViewportSize({ width: 820, height: 1_000 });
  await launch(page).click();
  await stands(page);
  assert.deepEqual(await edges(".panel"), [1_000 - 92 - 660, 800, 1_000 - 92, 410]);
  await coverWithKeyboard(page, { height: 560, offsetTop: 40 });
  assert.deepEqual(
    await edges(".panel"),
    [60, 800, 600 - 14, 410],
    "between what covers it and the upper end of what is seen",
  );
  await leave(visitor);
});

test("a server without a place for another chat is not taken for a broken line: it is said why, and when it is tried again, and what was written goes out then", async () => {
  const node = await startFullNode(at.server.url, 2);
  for (const language of ["de", "en"])
    at.site.show(`/${language}`, pageWith(node.origin, at.channel, `lang="${language}"`), strictPolicy(node.origin));
  const visitor = await openVisitor(at.browser, `${at.site.origin}/en`);
  const { page } = visitor;
  await page.getByRole("button", { name: "Open chat" }).click();
  await page
    .getByRole("status")
    .getByText("Very many people are writing to us right now. We try again in 2 seconds")
    .waitFor();
  await page.goto(`${at.site.origin}/de`);
  await launch(page).click();
  await page
    .getByRole("status")
    .getByText("Gerade schreiben uns sehr viele. Wir versuchen es in 2 Sekunden wieder")
    .waitFor();
  assert.equal(await page.getByText("Keine Verbindung", { exact: false }).count(), 0);
  assert.deepEqual(await findings(page), []);
  await say(page, "Ich habe Zeit.");
  node.letIn();
  await sent(page, "Ich habe Zeit.").waitFor();
  assert.equal(await page.getByText("Gerade schreiben uns sehr viele", { exact: false }).count(), 0);
  await leave(visitor);
  await node.stop();
});
