// Working a list down by keyboard: after a concern is done the next one is there; the undo leads back; and the desk opens where work waits.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { api } from "#contract/api.ts";
import { everything } from "#contract/concerns.ts";
import { setUpCentre } from "#test/centre.ts";
import { axeFindings, openDesk } from "#test/screens/browser.ts";
import { ada, closeSilent, omar, startScreenCentre, type ScreenCentre } from "#test/screens/centre.ts";
import { startTestServer } from "#test/server.ts";

let centre: ScreenCentre;
before(async () => {
  centre = await startScreenCentre();
  const people = ["Eins", "Zwei", "Drei", "Vier", "Fünf", "Sechs"];
  for (const subject of people)
    await centre.writes({
      from: `${subject} <k${people.indexOf(subject)}@kunde.test>`,
      subject: `Nummer ${subject}`,
      text: "Hallo.",
    });
});
after(() => centre?.stop());

const opened = (page: Page, subject: string) => page.locator(".subject", { hasText: `Nummer ${subject}` }).waitFor();
const gone = (page: Page, subject: string) =>
  page.locator(".row", { hasText: `Nummer ${subject}` }).waitFor({ state: "detached" });

test("a newcomer's desk opens where work waits, and says honestly what is empty", async () => {
  const one = await centre.open({ login: omar });
  await one.page.goto(centre.server.url);
  await one.page.getByRole("heading", { name: "Nicht zugewiesen", level: 1 }).waitFor();
  await one.page.locator(".row", { hasText: "Nummer Eins" }).waitFor();
  await one.page.keyboard.press("g");
  await one.page.keyboard.press("m");
  await one.page.getByText("Ihnen ist nichts zugewiesen.").waitFor();
  assert.deepEqual(await axeFindings(one.page), []);
  await one.page.getByRole("link", { name: "6 nicht zugewiesene ansehen" }).click();
  await one.page.locator(".row", { hasText: "Nummer Eins" }).waitFor();
  await one.page.getByRole("link", { name: "Nicht zugestellt" }).click();
  await one.page.getByText("Jede Nachricht ist zugestellt.").waitFor();
  await closeSilent(one);
});

test("e opens the next one in the place of the one that is done; z leads back; at the end the one above; and j goes on from there", async () => {
  const one = await centre.open();
  const { page } = one;
  await page.goto(`${centre.server.url}/desk/open`);
  await page.locator(".row", { hasText: "Nummer Eins" }).waitFor();
  // Newest first: Sechs, Fünf, Vier, Drei, Zwei, Eins.
  for (const key of ["j", "j", "j", "Enter"]) await page.keyboard.press(key);
  await opened(page, "Vier");
  await page.keyboard.press("e");
  await opened(page, "Drei");
  await page.locator(".row:focus", { hasText: "Nummer Drei" }).waitFor();
  await gone(page, "Vier");
  await page.keyboard.press("z");
  await opened(page, "Vier");
  await page.locator(".row", { hasText: "Nummer Vier" }).waitFor();
  await page.keyboard.press("e");
  await opened(page, "Drei");
  await page.keyboard.press("e");
  await opened(page, "Zwei");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await opened(page, "Eins");
  await page.keyboard.press("e");
  await opened(page, "Zwei");
  await gone(page, "Eins");

  // A colleague takes the open one away: it stays open, and the keys go on from its place.
  await page.keyboard.press("k");
  await page.keyboard.press("Enter");
  await opened(page, "Fünf");
  const { rows } = await centre.desk.call(api.concerns.list, {
    query: { filter: JSON.stringify({ ...everything, statuses: ["new"] }) },
  });
  const row = rows.find(({ subject }) => subject === "Nummer Fünf") ?? assert.fail();
  await centre.desk.call(api.concerns.change, { params: { id: row.id }, body: { status: "resolved" } });
  await gone(page, "Fünf");
  await opened(page, "Fünf");
  await page.keyboard.press("j");
  await page.locator(".row:focus", { hasText: "Nummer Zwei" }).waitFor();
  await closeSilent(one);
});

test("an answer that resolves goes on as well, and taking it back leads back to it", async () => {
  for (const subject of ["Zehn", "Elf"])
    await centre.writes({ from: `${subject} <${subject}@kunde.test>`, subject: `Nummer ${subject}`, text: "Hallo." });
  const one = await centre.open();
  const { page } = one;
  await page.goto(`${centre.server.url}/desk/open`);
  await page.evaluate(() => localStorage.setItem("draht.then", "resolved"));
  await page.reload();
  await page.locator(".row", { hasText: "Nummer Elf" }).click();
  await opened(page, "Elf");
  await page.keyboard.press("r");
  await page.locator(".editor-text").waitFor();
  await page.keyboard.type("Erledigt.");
  await page.keyboard.press("Control+Enter");
  await opened(page, "Zehn");
  await gone(page, "Elf");
  await page.keyboard.press("z");
  await opened(page, "Elf");
  await page.locator(".row", { hasText: "Nummer Elf" }).waitFor();
  await closeSilent(one);
});

test("who wants to stay stays, and the keys go on from its place", async () => {
  const { preferences } = await centre.desk.call(api.agents.me);
  await centre.desk.call(api.agents.changePreferences, { body: { ...preferences, afterwards: "stay" } });
  for (const subject of ["Sieben", "Acht", "Neun"])
    await centre.writes({ from: `${subject} <${subject}@kunde.test>`, subject: `Nummer ${subject}`, text: "Hallo." });
  const one = await centre.open({ login: ada });
  const { page } = one;
  await page.goto(`${centre.server.url}/desk/open`);
  await page.locator(".row", { hasText: "Nummer Acht" }).click();
  await opened(page, "Acht");
  await page.keyboard.press("e");
  await gone(page, "Acht");
  await opened(page, "Acht");
  await page.keyboard.press("k");
  await page.locator(".row:focus", { hasText: "Nummer Neun" }).waitFor();
  await page.keyboard.press("j");
  await page.locator(".row:focus", { hasText: "Nummer Sieben" }).waitFor();
  await closeSilent(one);
});

test("a centre without a channel says so, with the way there for who may connect one", async (t) => {
  const server = await startTestServer();
  t.after(() => server.stop());
  await setUpCentre(server.url);
  const one = await openDesk(centre.browser, server.url, { login: ada });
  t.after(() => one.context.close());
  await one.page.goto(server.url);
  await one.page.getByText("Noch kein Kanal verbunden").waitFor();
  assert.deepEqual(await axeFindings(one.page), []);
  await one.page.getByRole("link", { name: "Kanal verbinden" }).click();
  await one.page.getByRole("heading", { name: "Kanäle" }).waitFor();
  await closeSilent(one);
});
