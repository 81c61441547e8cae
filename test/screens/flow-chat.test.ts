// A flow in the widget, in a real browser: begun by its button, answered by keyboard, presses, a form and words; it survives a reload, hands over at any time, and is silent after an agent.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { api } from "#contract/api.ts";
import { addFlow } from "#test/flow-help.ts";
import { axeFindings, openDesk, phone } from "#test/screens/browser.ts";
import { ada, closeSilent } from "#test/screens/centre.ts";
import { leave, startChatSite, type ChatSite } from "#test/screens/chatSite.ts";
import { findings, launch, ours, pageWith, say, sent, strictPolicy } from "#test/screens/site.ts";

let at: ChatSite;
before(async () => {
  at = await startChatSite();
  await addFlow(at.desk);
});
after(() => at?.stop());

test("by keyboard from the button to somebody of us: choices, words, a day in a form, a reload in the middle; the agent answers and the flow is silent", async () => {
  const visitor = await at.visit();
  const { page } = visitor;
  await launch(page).focus();
  await page.keyboard.press("Enter");
  const offered = page.getByRole("group", { name: "Worum geht es?" }).getByRole("button");
  await offered.waitFor();
  assert.deepEqual(await findings(page), []);
  await page.locator("textarea:focus").waitFor();
  for (let n = 0; n < 6 && !(await offered.evaluate((one) => one.matches(":focus"))); n += 1)
    await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  await sent(page, "Mein Internet geht nicht").waitFor();
  await page
    .getByRole("group", { name: "Was ist los?" })
    .getByRole("button", { name: "Gar kein Internet" })
    .press("Enter");
  await ours(page, "Kundennummer").waitFor();
  assert.equal(await page.getByRole("group", { name: "Was ist los?" }).getByRole("button").first().isDisabled(), true);
  await page.getByRole("button", { name: "Mit jemandem sprechen" }).waitFor();
  assert.deepEqual(await findings(page), []);
  await say(page, "123456");
  const day = page.locator('input[type="date"]');
  await day.waitFor();

  await page.reload();
  await launch(page).click();
  await day.waitFor();
  assert.deepEqual(await findings(page), []);
  await day.fill(new Date().toISOString().slice(0, 10));
  await day.press("Enter");
  await page.getByRole("button", { name: "Überspringen" }).click();
  await page.getByRole("link", { name: "Router neu starten" }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Überspringen" }).count(), 0);
  await page.getByRole("button", { name: "Mit jemandem sprechen" }).press("Enter");
  const created = await at.feed.event((event) => event.kind === "concern.created");
  assert.ok(created.kind === "concern.created");
  const concernId = created.data.row.id;
  await page.getByRole("button", { name: "Mit jemandem sprechen" }).waitFor({ state: "detached" });
  const { messages } = await at.desk.call(api.concerns.open, { params: { id: concernId } });
  assert.equal(
    await page.locator(".by-you, .by-us:not(.greeting)").count(),
    messages.length,
    "every message stands there once",
  );
  // What it came to stands on top of the thread, for whoever takes it over.
  const desk = await openDesk(at.browser, at.server.url, { login: ada });
  for (const colorScheme of ["light", "dark"] as const) {
    await desk.page.emulateMedia({ colorScheme });
    await desk.page.goto(`${at.server.url}/desk/open/${created.data.row.number}`);
    const came = desk.page.locator(".flow-card .flow-values");
    await came.waitFor();
    // At the end of a long dialogue, too.
    await desk.page.locator(".messages > li").last().scrollIntoViewIfNeeded();
    await came.evaluate(
      (card) =>
        new Promise<void>((seen) => {
          new IntersectionObserver((all) => all.some((one) => one.isIntersecting) && seen()).observe(card);
        }),
    );
    assert.deepEqual(await axeFindings(desk.page), []);
  }
  await closeSilent(desk);
  await at.answer(concernId, "Hier ist Ada.");
  await ours(page, "Hier ist Ada.").waitFor();
  await say(page, "Es ist wieder da!");
  await sent(page, "Es ist wieder da!").waitFor();
  assert.equal(
    (await at.desk.call(api.concerns.open, { params: { id: concernId } })).messages.length,
    messages.length + 2,
  );
  await leave(visitor);
});

test("in English on a phone at night: begun by first words and solved by itself", async () => {
  at.site.show("/english", pageWith(at.server.url, at.channel, 'lang="en"'), strictPolicy(at.server.url));
  const visitor = await at.visit({ ...phone, colorScheme: "dark" });
  const { page } = visitor;
  await page.goto(`${at.site.origin}/english`);
  await page.getByRole("button", { name: "Open chat" }).click();
  await page
    .getByRole("group", { name: "What is it about?" })
    .getByRole("button", { name: "My internet is down" })
    .waitFor();
  assert.deepEqual(await findings(page), []);
  const field = page.getByRole("textbox", { name: "Your message" });
  await field.fill("internet geht nicht");
  await field.press("Enter");
  await page.getByRole("button", { name: "It is slow" }).click();
  await page.getByRole("group", { name: "Does it work now?" }).getByRole("button", { name: "Yes" }).click();
  await ours(page, "Goodbye").waitFor();
  assert.equal(await page.getByRole("button", { name: "Speak to somebody" }).count(), 0);
  assert.deepEqual(await findings(page), []);
  await leave(visitor);
});
