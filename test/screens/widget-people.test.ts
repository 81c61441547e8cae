// Who the visitor is, in a real browser: signed in by the site, one after the other at one browser, and what is said and asked before the first words.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { api } from "#contract/api.ts";
import { plainRules } from "#test/calls.ts";
import { admin } from "#test/centre.ts";
import { addChat } from "#test/chat.ts";
import { exampleWith, examplesOf } from "#test/guide.ts";
import { axeFindings, openDesk, phone } from "#test/screens/browser.ts";
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
  strictPolicy,
  type Visitor,
} from "#test/screens/site.ts";

let at: ChatSite;
before(async () => {
  at = await startChatSite();
});
after(() => at?.stop());

test("whom the site signs in has their chat everywhere; the next at this browser has nothing of it, and a false word shows nothing", async () => {
  const { key, secret } = await at.desk.call(api.visitors.addKey, {
    params: { id: at.channel },
    body: { name: "Site", publicKey: null },
  });
  assert.equal(key.algorithm, "HS256");
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const token = (sub: string, name: string): string => {
    const now = Math.floor(Date.now() / 1_000);
    const claims = { aud: at.channel, sub, jti: crypto.randomUUID(), iat: now, exp: now + 200, name };
    const text = `${part({ alg: "HS256" })}.${part(claims)}`;
    return `${text}.${createHmac("sha256", secret ?? "")
      .update(text)
      .digest("base64url")}`;
  };
  const identify = (page: Page, word: string): Promise<void> =>
    page.evaluate((said) => {
      (window as unknown as { drahtChat: { identify: (word: string) => void } }).drahtChat.identify(said);
    }, word);
  const visitor = await at.visit();
  const { page } = visitor;
  const concernId = await at.begin(visitor, "Noch nicht angemeldet");
  await identify(page, token("jana", "Jana Krause"));
  await sent(page, "Noch nicht angemeldet").waitFor();
  await at.answer(concernId, "Guten Tag, Frau Krause.");
  await ours(page, "Guten Tag, Frau Krause.").waitFor();
  await page.getByRole("button", { name: "Ihre Angaben" }).click();
  await page.getByText("Angemeldet als Jana Krause").waitFor();
  assert.deepEqual(await findings(page), []);

  // On her phone the page itself says who she is: what waits is counted before anything is opened there a second time.
  at.site.show(
    "/signed",
    pageWith(at.server.url, at.channel).replace("data-channel", `data-token="${token("jana", "Jana")}" data-channel`),
    strictPolicy(at.server.url),
  );
  const mobile = await openVisitor(at.browser, `${at.site.origin}/signed`, phone);
  await launch(mobile.page).click();
  await ours(mobile.page, "Guten Tag, Frau Krause.").waitFor();
  // The same page again: its word has been used, and what the browser kept of her holds.
  await mobile.page.reload();
  await launch(mobile.page).click();
  await ours(mobile.page, "Guten Tag, Frau Krause.").waitFor();
  await leave(mobile);

  await identify(page, token("bert", "Bert Bauer"));
  await page.getByText("Guten Tag bei Kabel!").waitFor();
  assert.equal(await page.getByText("Krause").count(), 0);
  await say(page, "Bert hier");
  await sent(page, "Bert hier").waitFor();
  assert.equal(
    (await at.desk.call(api.concerns.open, { params: { id: concernId } })).messages.filter(
      ({ direction }) => direction === "in",
    ).length,
    1,
  );

  await identify(page, "e30.e30.e30");
  await page.getByRole("alert").getByText("Die Anmeldung dieser Website kam nicht an.", { exact: false }).waitFor();
  assert.equal(await page.getByText("Bert hier").count(), 0);
  assert.deepEqual(await findings(page), []);
  await page.getByRole("button", { name: "Ohne Anmeldung schreiben" }).click();
  await page.getByText("Guten Tag bei Kabel!").waitFor();
  await identify(page, token("bert", "Bert Bauer"));
  await page.getByText("Bert hier").waitFor();
  await page.evaluate(() => (window as unknown as { drahtChat: { leave: () => Promise<void> } }).drahtChat.leave());
  await page.getByText("Guten Tag bei Kabel!").waitFor();
  assert.equal(await page.getByText("Bert hier").count(), 0);
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage).filter((name) => name.includes("@"))), []);
  await leave(visitor);
});

test("by a code for the phone's camera the chat goes on there, once", async () => {
  const visitor = await at.visit();
  const { page } = visitor;
  const sheets = (): number => visitor.requests.filter((url) => /\/widget\/sheets-[\w-]+\.js$/.test(url)).length;
  await launch(page).click();
  const yours = page.getByRole("button", { name: "Ihre Angaben" });
  const node = await yours.elementHandle();
  assert.equal(sheets(), 0, "who has said nothing has fetched nothing of it");
  await say(page, "Unterwegs weiter");
  await page.getByRole("button", { name: "Zu Ihren Anliegen" }).waitFor();
  // The way back came before it and took its place in the page: the focus on it, or a press under way, led to the list.
  assert.equal(await node?.getAttribute("aria-label"), "Ihre Angaben");
  await yours.click();
  await page.getByRole("button", { name: "Auf dem Telefon weiterschreiben" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("img", { name: "QR-Code mit dem Link" }).waitFor();
  assert.equal(sheets(), 1);
  assert.deepEqual(await findings(page), []);
  const url = new URL((await page.getByRole("link", { name: "Den Link öffnen" }).getAttribute("href")) ?? "");
  const mobile = await openVisitor(at.browser, `${at.server.url}${url.pathname}${url.hash}`, phone);
  await sent(mobile.page, "Unterwegs weiter").waitFor();
  await mobile.page.waitForFunction(() => location.hash === "");
  await say(mobile.page, "Jetzt vom Telefon");
  await sent(mobile.page, "Jetzt vom Telefon").waitFor();
  await leave(mobile);
  await page.getByRole("status").getByText("Der Chat ist jetzt auf dem anderen Gerät.").waitFor();
  assert.equal(await page.getByRole("img", { name: "QR-Code mit dem Link" }).count(), 0);
  assert.deepEqual(await findings(page), []);
  await page.getByRole("button", { name: "Schließen", exact: true }).click();
  await page.getByRole("button", { name: "Auf dem Telefon weiterschreiben" }).waitFor();
  const late = await openVisitor(at.browser, `${at.server.url}${url.pathname}${url.hash}`, phone);
  await late.page.getByText("Guten Tag bei Kabel!").waitFor();
  assert.equal(await late.page.getByText("Unterwegs weiter").count(), 0);
  await leave(late);
  await leave(visitor);
});

test("what is asked before the first words is answered by keyboard, and what is missing is said", async () => {
  const [brand] = await at.desk.call(api.brands.list);
  assert.ok(brand);
  const form = {
    name: "required",
    email: "asked",
    phone: "no",
    topic: "no",
    topics: [],
    question: "asked",
    questionWords: "Anschluss = Connection",
    choices: ["Kabel = Cable", "Glasfaser = Fibre"],
    questionField: "",
  };
  const asking = await addChat(at.desk, brand.id, { origins: [at.site.origin], greeting: "Guten Tag!", form });
  at.site.show("/asks", pageWith(at.server.url, asking.id), strictPolicy(at.server.url));
  // When the questions cannot be had the chat begins without them: what somebody wants to write comes first.
  const cut = await openVisitor(at.browser, `${at.site.origin}/asks`);
  await cut.context.route(/\/widget\/sheets-/, (route) => route.abort());
  const lost = cut.page.waitForEvent("requestfailed", (request) => request.url().includes("/widget/sheets-"));
  await launch(cut.page).click();
  await lost;
  await cut.page.locator(".sheet").waitFor({ state: "detached" });
  await say(cut.page, "Ohne Fragen geht es auch.");
  await sent(cut.page, "Ohne Fragen geht es auch.").waitFor();
  await cut.context.close();

  const visitor = await openVisitor(at.browser, `${at.site.origin}/asks`, phone);
  const { page } = visitor;
  await launch(page).click();
  await page.getByRole("form", { name: "Bevor Sie schreiben" }).waitFor();
  assert.equal(await field(page).count(), 0);
  assert.deepEqual(await findings(page), []);
  await page.getByRole("button", { name: "Weiter zum Chat" }).click();
  await page.getByRole("alert").getByText("Bitte füllen Sie das aus.").waitFor();
  assert.deepEqual(await findings(page), []);
  await page.locator("input[name=name]:focus").waitFor();
  await page.keyboard.type("Mia Kern");
  await page.getByLabel("Anschluss").selectOption({ label: "Glasfaser" });
  await page.locator("input[name=name]").press("Enter");
  await field(page).waitFor();
  await say(page, "Es flackert.");
  await sent(page, "Es flackert.").waitFor();
  const { row, fields } = (
    await at.desk.call(api.concerns.open, { params: { id: await at.concernWith("Es flackert.") } })
  ).concern;
  assert.deepEqual([row.customerName, fields], ["Mia Kern", { Anschluss: "Glasfaser" }]);
  await leave(visitor);
});

test("what the guide gives to copy works as it stands: the tag under its policy, the module, the variables, the token in the page and the calls", async () => {
  const { secret } = await at.desk.call(api.visitors.addKey, {
    params: { id: at.channel },
    body: { name: "Guide", publicKey: null },
  });
  const examples = await examplesOf("widget.md");
  const run = new Set<string>();
  /** An example with this desk, this channel and this token in place of the guide's. */
  const filled = (text: string, token = ""): string => {
    const { code } = exampleWith(examples, text);
    run.add(code);
    return code
      .replaceAll("https://desk.example", at.server.url)
      .replaceAll("wss://desk.example", at.server.url.replace("http", "ws"))
      .replaceAll("CHANNEL", at.channel)
      .replaceAll("TOKEN", token);
  };
  const tokens = exampleWith(examples, "// chat-token.mjs").code;
  run.add(tokens);
  const { chatToken } = (await import(`data:text/javascript,${encodeURIComponent(tokens)}`)) as {
    readonly chatToken: (user: object, site: object) => string;
  };
  const token = (id: string, name: string): string =>
    chatToken({ id, name, email: "", emailVerified: false }, { channel: at.channel, secret });
  const show = (path: string, head: string, policy?: string): void =>
    at.site.show(
      path,
      `<!doctype html><html lang="de"><head><meta charset="utf-8"><title>Kabel</title>${head}</head><body><p>Kabel</p></body></html>`,
      policy,
    );
  const css = filled("draht-chat {");
  const policy = filled("Content-Security-Policy:").replace("Content-Security-Policy:", "").trim();
  show("/tag", filled('data-channel="CHANNEL"></script>'), policy);
  show("/module", `<style>${css}</style>${filled("import { mount } from")}`);
  // As a file of the site's own, under the same policy.
  const moduleCode = /<script type="module">([^]*)<\/script>/.exec(filled("import { mount } from"))?.[1];
  at.site.show("/chat.js", moduleCode ?? assert.fail());
  show("/strict", '<script type="module" src="/chat.js"></script>', policy.replace("script-src", "script-src 'self'"));
  show("/token", filled("data-token=", token("paul", "Paul Ott")));
  at.site.show("/chat-token", token("rita", "Rita Uhl"));
  const open = (path: string): Promise<Visitor> => openVisitor(at.browser, `${at.site.origin}${path}`);

  const tag = await open("/tag");
  await launch(tag.page).click();
  await say(tag.page, "Aus dem Handbuch");
  await sent(tag.page, "Aus dem Handbuch").waitFor();
  await leave(tag);

  for (const path of ["/tag", "/strict"]) {
    const strict = await open(path);
    await strict.page.evaluate(() => {
      const told = window as unknown as { moved: number; watch: PerformanceObserver };
      const count = (entries: readonly PerformanceEntry[]): void => {
        for (const entry of entries) told.moved += (entry as unknown as { value: number }).value;
      };
      told.moved = 0;
      told.watch = new PerformanceObserver((list) => count(list.getEntries()));
      told.watch.observe({ type: "layout-shift", buffered: true });
    });
    await launch(strict.page).click();
    await field(strict.page).waitFor();
    await stands(strict.page);
    await strict.page.getByRole("banner").getByRole("button", { name: "Chat schließen" }).click();
    await launch(strict.page).waitFor();
    const moved = await strict.page.evaluate(async () => {
      const { watch } = window as unknown as { watch: PerformanceObserver };
      // What was painted in two frames has been told of in a third.
      for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
      const late = watch.takeRecords() as unknown as readonly { readonly value: number }[];
      return (window as unknown as { moved: number }).moved + late.reduce((sum, { value }) => sum + value, 0);
    });
    assert.equal(moved, 0, `${path}: cumulative layout shift, with what the visitor's own presses do`);
    const origins = new Set(strict.requests.map((url) => new URL(url).origin));
    assert.deepEqual([...origins].toSorted(), [at.site.origin, at.server.url].toSorted(), path);
    await leave(strict);
  }

  const made = await open("/module");
  await launch(made.page).waitFor();
  const chat = (call: string): Promise<unknown> => made.page.evaluate(`window.chat.${call}`);
  await chat("open()");
  await field(made.page).waitFor();
  await stands(made.page);
  const looks = await made.page.locator("draht-chat").evaluate((element) => {
    const panel = element.shadowRoot?.querySelector(".panel");
    const head = element.shadowRoot?.querySelector(".head");
    const button = element.shadowRoot?.querySelector(".launch");
    if (!panel || !head || !button) throw new Error("nothing is open");
    const { borderTopLeftRadius, fontFamily, colorScheme } = getComputedStyle(panel);
    const { backgroundColor, color } = getComputedStyle(head);
    const { right, bottom } = button.getBoundingClientRect();
    return {
      borderTopLeftRadius,
      fontFamily,
      colorScheme,
      backgroundColor,
      color,
      right: innerWidth - right,
      bottom: innerHeight - bottom,
      layer: getComputedStyle(element).zIndex,
    };
  });
  assert.deepEqual(looks, {
    borderTopLeftRadius: "8px",
    fontFamily: '"Source Sans 3", sans-serif',
    colorScheme: "light",
    backgroundColor: "rgb(122, 31, 92)",
    color: "rgb(255, 255, 255)",
    right: 24,
    bottom: 24,
    layer: "1000",
  });
  await chat("close()");
  await launch(made.page).waitFor();
  await chat("end()");
  await made.page.locator("draht-chat").waitFor({ state: "detached" });
  await leave(made);

  const signed = await open("/token");
  const { page } = signed;
  const as = (name: string) => page.getByText(`Angemeldet als ${name}`).waitFor();
  await launch(page).click();
  await field(page).waitFor();
  await page.getByRole("button", { name: "Ihre Angaben" }).click();
  await as("Paul Ott");
  const calls = filled("drahtChat.identify(token)")
    .split("\n")
    .filter((line) => !line.startsWith("//") && line !== "");
  const call = (line: string | undefined, given = ""): Promise<unknown> =>
    page.evaluate(`(async (token) => { ${line ?? "throw new Error()"} })(${JSON.stringify(given)})`);
  assert.equal(calls.length, 3);
  await call(calls[0], token("olaf", "Olaf Ende"));
  await page.getByRole("button", { name: "Ihre Angaben" }).click();
  await as("Olaf Ende");
  await call(calls[1]);
  await page.getByRole("button", { name: "Ihre Angaben" }).click();
  await as("Rita Uhl");
  await call(calls[2]);
  await page.waitForFunction(() => Object.keys(localStorage).every((key) => key.endsWith(".talk")));
  await leave(signed);

  const [brand] = await at.desk.call(api.brands.list);
  const hotline = await at.desk.call(api.brands.addChannel, {
    body: {
      brandId: brand?.id ?? assert.fail(),
      kind: "phone",
      name: "Hotline",
      enabled: true,
      settings: { numbers: [], asterisk: null, web: null, rules: plainRules },
    },
  });
  show("/call", filled("data-draht-call").replace(`PHONE_${at.channel}`, hotline.id));
  const calling = await open("/call");
  await calling.page.getByRole("button", { name: "Call us" }).click();
  await calling.page.getByText("Sie sprechen über diese Seite.").waitFor();
  await leave(calling);

  // Python and PHP: test/journeys/chat-identity.test.ts; what tells of answers: widget-carries.test.ts.
  const elsewhere = ({ code, language }: (typeof examples)[number]): boolean =>
    ["python", "php"].includes(language) || code.includes("/draht/push.js");
  assert.deepEqual(
    examples.filter((example) => !run.has(example.code) && !elsewhere(example)),
    [],
    "no example of the guide is left out",
  );
});

test("closed is said before anything is written, a notice at once and aloud; what is written is taken, and the way back asked for", async () => {
  const one = await openDesk(at.browser, at.server.url, { login: { email: admin.email, password: admin.password } });
  const form = one.page;
  const keep = form.getByRole("button", { name: "Speichern" });
  await form.goto(`${at.server.url}/admin/brands`);
  await form.locator(".entry").first().focus();
  await form.keyboard.press("Enter");
  await form.getByRole("switch", { name: /^Servicezeiten angeben/ }).focus();
  await form.keyboard.press("Space");
  await form.getByLabel("Montag, Ende 1").fill("09:00");
  await keep.focus();
  await form.keyboard.press("Enter");
  const monday = form.getByRole("group", { name: "Montag" });
  await monday.getByText("Beginn und Ende sind beide 09:00.", { exact: false }).waitFor();
  await form.getByLabel("Montag, Ende 1").fill("12:00");
  await form.getByRole("button", { name: "Montag: Zeit hinzufügen" }).focus();
  await form.keyboard.press("Enter");
  await form.getByLabel("Montag, Ende 2").fill("18:00");
  await form.getByRole("button", { name: "Besonderen Tag hinzufügen" }).focus();
  await form.keyboard.press("Enter");
  await form.getByLabel("Anlass: Deutsch = Englisch").fill("Umzug = Moving house");
  await keep.click();
  await form.getByText("Hier fehlt ein Tag oder eine Uhrzeit.", { exact: false }).waitFor();
  const day = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  await form.getByLabel("Umzug = Moving house: erster Tag").fill(day(-2));
  await form.getByLabel("Umzug = Moving house: letzter Tag").fill(day(30));
  assert.deepEqual(await axeFindings(form), []);
  await keep.click();
  await form.locator(".sheet").waitFor({ state: "detached" });
  const [set] = await at.desk.call(api.openingHours.list);
  assert.deepEqual(set?.hours.weekly[0], [
    { from: "09:00", to: "12:00" },
    { from: "13:00", to: "18:00" },
  ]);
  assert.deepEqual(set?.hours.weekly[6], []);

  const visitor = await at.visit();
  const { page } = visitor;
  await launch(page).click();
  const now = page.locator(".now");
  await now
    .filter({ hasText: /^Umzug: Wir haben geschlossen\. Wieder da: \d+\. \S+, \d\d:\d\d\. Schreiben Sie/ })
    .waitFor();
  await form.goto(`${at.server.url}/admin/notices`);
  await form.getByRole("button", { name: "Hinweis zeigen" }).focus();
  await form.keyboard.press("Enter");
  await form.getByLabel("Auf Deutsch").fill("Störung in <b>Altona</b>. Stand: https://kabel.test/stand");
  await form.getByLabel("Auf Englisch").fill("Outage in Altona.");
  assert.deepEqual(await axeFindings(form), []);
  await form.getByRole("button", { name: "Jetzt zeigen" }).click();
  await form.locator(".entry", { hasText: "Läuft" }).waitFor();
  const told = page.getByRole("status").filter({ hasText: "Störung in <b>Altona</b>." });
  await told.waitFor();
  const link = told.getByRole("link");
  assert.equal(await link.getAttribute("href"), "https://kabel.test/stand");
  assert.match((await link.getAttribute("rel")) ?? "", /noopener/);
  assert.deepEqual(await findings(page), []);

  await say(page, "Ich ziehe um");
  await sent(page, "Ich ziehe um").waitFor();
  const card = page.getByRole("region", { name: "Wie wir Sie erreichen" });
  await card.getByText("Gerade antwortet niemand.", { exact: false }).waitFor();
  await card.getByLabel("Ihre Telefonnummer").fill("+49 40 123456");
  assert.deepEqual(await findings(page), []);
  await card.getByLabel("Ihre Telefonnummer").press("Enter");
  await card.waitFor({ state: "detached" });
  await now.filter({ hasText: /^Umzug/ }).waitFor();

  at.site.show("/rtl", pageWith(at.server.url, at.channel, 'lang="en" dir="rtl"'), strictPolicy(at.server.url));
  const english = await openVisitor(at.browser, `${at.site.origin}/rtl`, phone);
  await english.page.getByRole("button", { name: "Open chat" }).click();
  await english.page
    .locator(".now", { hasText: /^Moving house: we are closed\. Back at: \d+ \S+, \d\d:\d\d\. Write/ })
    .waitFor();
  await english.page.getByRole("status").filter({ hasText: "Outage in Altona." }).waitFor();
  assert.deepEqual(await findings(english.page), []);
  await at.desk.call(api.openingHours.set, { body: { owner: set?.owner ?? assert.fail(), hours: null } });
  await english.page.locator(".now", { hasText: "We do not know yet how long an answer takes" }).waitFor();
  await form.locator(".entry").first().click();
  await form.getByRole("button", { name: "Jetzt beenden" }).click();
  await told.waitFor({ state: "detached" });
  await leave(visitor);
  await leave(english);
  await one.context.close();
  // The browser tells of the hours that were refused.
  assert.deepEqual(
    one.complaints.filter((complaint) => !complaint.includes("400")),
    [],
  );
});
