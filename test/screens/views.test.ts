// Filtering and views, by keyboard alone: every change with its way back, shared ones live on a colleague's desk.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { api } from "#contract/api.ts";
import { axeFindings, openDesk, phone, type BrowserDesk } from "#test/screens/browser.ts";
import { close, openAt, press, startFilled, type Filled } from "#test/screens/filled.ts";

let filled: Filled;
before(async () => {
  filled = await startFilled();
  const [one, two] = await filled.write(["Eilig", "Getaggt", "Gewöhnlich"]);
  await filled.desk.call(api.concerns.change, { params: { id: one?.id ?? "" }, body: { priority: "urgent" } });
  await filled.desk.call(api.concerns.change, { params: { id: two?.id ?? "" }, body: { tags: ["vip"] } });
});
after(() => filled?.stop());

const open = (path = "/desk/open", who: "ada" | "omar" = "ada"): Promise<BrowserDesk> =>
  openAt(filled, path, ".row", who);
const subjects = async (page: Page, ...wanted: readonly string[]): Promise<void> => {
  for (const subject of wanted) await page.locator(".row-subject", { hasText: subject }).waitFor();
  await page.waitForFunction((count) => document.querySelectorAll(".row").length === count, wanted.length);
};
const toast = (page: Page, text: string): Promise<void> =>
  page.locator(".toast:not([data-underway])", { hasText: text }).first().waitFor();
const made = (page: Page): Promise<readonly string[]> => page.locator(".nav-made .nav-view-name").allTextContents();
const hasViews = async (page: Page, ...names: readonly string[]): Promise<void> => {
  await page.waitForFunction(
    (wanted) =>
      [...document.querySelectorAll(".nav-made .nav-view-name")].map((one) => one.textContent).join("|") === wanted,
    names.join("|"),
  );
};
/** Opens the filter, types, takes the first choice that fits, which is the one in hand, and closes. */
const filter = async (page: Page, text: string): Promise<void> => {
  await press(page, "f");
  await page.locator(".picker [role=option]").first().waitFor();
  await page.keyboard.type(text);
  await page.locator(".picker [role=option][data-focused]", { hasText: text }).waitFor();
  await press(page, "Enter", "Escape");
  await page.locator(".picker").waitFor({ state: "detached" });
};

test("a list is filtered by typing what is wanted; the filter is told, outlives a reload, and goes", async () => {
  const one = await open();
  const { page } = one;
  await press(page, "f");
  await page.locator(".picker [role=option]").first().waitFor();
  assert.deepEqual(await axeFindings(page), []);
  // By the name of the condition, too: Enter takes the first of its values and makes no tag of the word.
  await page.keyboard.type("priorität");
  await page.locator(".picker [role=option][data-focused]", { hasText: "Dringend" }).waitFor();
  await press(page, "Enter", "Escape");
  await subjects(page, "Eilig");
  await page.locator(".filter-chip", { hasText: "Priorität: Dringend" }).waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await page.reload();
  await subjects(page, "Eilig");
  // No concern with it is loaded: a tag can be named all the same.
  await press(page, "f");
  await page.locator(".picker").waitFor();
  await page.keyboard.type("vip");
  await page.getByRole("option", { name: "Nach Schlagwort „vip“" }).waitFor();
  await press(page, "Enter", "Escape");
  await page.getByText("Nichts passt zu diesem Filter.").waitFor();
  await page.getByRole("button", { name: "Priorität: Dringend zurücknehmen" }).press("Enter");
  await subjects(page, "Getaggt");
  await press(page, "Shift+F");
  await subjects(page, "Eilig", "Getaggt", "Gewöhnlich");
  await page.locator(".filter-bar").waitFor({ state: "detached" });
  await close(one);
});

test("what is filtered stays true while things change", async () => {
  const one = await open();
  const { page } = one;
  await filter(page, "Dringend");
  await subjects(page, "Eilig");
  const plain = (await filled.desk.call(api.search.everything, { query: { q: "Gewöhnlich" } })).concerns[0]?.row;
  assert.ok(plain);
  await filled.desk.call(api.concerns.change, { params: { id: plain.id }, body: { priority: "urgent" } });
  await subjects(page, "Eilig", "Gewöhnlich");
  await filled.desk.call(api.concerns.change, { params: { id: plain.id }, body: { priority: "normal" } });
  await subjects(page, "Eilig");
  await close(one);
});

test("a filter becomes a view, is renamed, filters otherwise, is moved, removed and brought back, each with undo", async () => {
  const one = await open();
  const { page } = one;
  await filter(page, "Dringend");
  await press(page, "Shift+V", "s");
  await page.locator(".sheet .form").waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await page.keyboard.type("Feuer");
  await press(page, "Enter");
  await page.getByRole("heading", { name: "Feuer" }).waitFor();
  await subjects(page, "Eilig");
  await hasViews(page, "Feuer");
  await page.locator(".nav-made .nav-count", { hasText: "1" }).waitFor();
  assert.deepEqual(await axeFindings(page), []);

  await press(page, "Shift+V", "e");
  await page.locator(".sheet .form").waitFor();
  await press(page, "Control+a");
  await page.keyboard.type("Brennt");
  await press(page, "Enter");
  await hasViews(page, "Brennt");
  await toast(page, "Ansicht „Brennt“ geändert");
  await press(page, "z");
  await hasViews(page, "Feuer");

  await filter(page, "vip");
  await page.getByText("Nichts passt zu diesem Filter.").waitFor();
  await press(page, "Shift+V", "u");
  await toast(page, "filtert jetzt so");
  await page.locator(".filter-bar").waitFor({ state: "detached" });
  await page.locator(".nav-made .nav-count", { hasText: "0" }).waitFor();
  await press(page, "z");
  await subjects(page, "Eilig");

  await press(page, "g", "i");
  await page.getByRole("heading", { name: "Alle offenen" }).waitFor();
  await subjects(page, "Eilig", "Getaggt", "Gewöhnlich");
  await filter(page, "vip");
  await press(page, "Shift+V", "s");
  await page.locator(".sheet .form").waitFor();
  await page.keyboard.type("Wichtig");
  await press(page, "Enter");
  await hasViews(page, "Feuer", "Wichtig");
  await page.getByRole("heading", { name: "Wichtig" }).waitFor();
  await press(page, "Shift+V", "k");
  await hasViews(page, "Wichtig", "Feuer");
  await page.reload();
  await page.locator(".row").first().waitFor();
  await hasViews(page, "Wichtig", "Feuer");

  await press(page, "Shift+V", "x");
  await hasViews(page, "Feuer");
  await page.getByRole("heading", { name: "Alle offenen" }).waitFor();
  await toast(page, "Ansicht „Wichtig“ gelöscht");
  await press(page, "z");
  await hasViews(page, "Wichtig", "Feuer");
  await close(one);
});

test("a supervisor shares a view with everybody: it appears on the colleague's desk, who cannot change it; the palette finds it", async () => {
  const ada = await open();
  const omar = await open("/desk/open", "omar");
  const before = await made(omar.page);
  assert.deepEqual(before, [], "private views are nobody else's");
  await filter(ada.page, "Dringend");
  await press(ada.page, "Shift+V", "s");
  await ada.page.locator(".sheet .form").waitFor();
  await ada.page.keyboard.type("Für alle");
  await press(ada.page, "Tab", "ArrowDown");
  await ada.page.getByRole("option", { name: "Alle" }).waitFor();
  await press(ada.page, "End", "Enter");
  await ada.page.getByRole("button", { name: "Speichern", exact: true }).press("Enter");
  await ada.page.getByRole("heading", { name: "Für alle" }).waitFor();
  await hasViews(omar.page, "Für alle");

  const { page } = omar;
  await press(page, "Control+k");
  await page.keyboard.type("für alle");
  await page.locator(".finder-list [role=option][data-focused]", { hasText: "Für alle" }).waitFor();
  await press(page, "Enter");
  await page.getByRole("heading", { name: "Für alle" }).waitFor();
  await subjects(page, "Eilig");
  await press(page, "Shift+V", "e");
  await press(page, "Shift+V", "x");
  await press(page, "f");
  await page.locator(".picker").waitFor();
  assert.equal(await page.locator(".sheet").count(), 0);
  await hasViews(page, "Für alle");
  await close(ada);
  await close(omar);
});

test("on a phone the filter and the views' menus are in reach and fit", async () => {
  const one = await openDesk(filled.browser, filled.server.url, { ...phone, login: filled.logins.ada });
  const { page } = one;
  await page.goto(`${filled.server.url}/desk`);
  await page.getByRole("button", { name: /Ansicht „Für alle“/ }).tap();
  await page.getByRole("menuitem", { name: "Ansicht ändern" }).waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".nav-made .nav-view", { hasText: "Für alle" }).tap();
  await page.getByRole("button", { name: "Filtern" }).tap();
  await page.locator(".picker [role=option]").first().waitFor();
  assert.deepEqual(await axeFindings(page), []);
  assert.equal(
    await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"),
    0,
    "no wider than the window",
  );
  await close(one);
});
