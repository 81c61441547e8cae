// What the keys reach, and do not lose: the focus in a mail's frame, the hits of the search, a new tag, following, the subject, preferences.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { api } from "#contract/api.ts";
import type { ConcernRow } from "#contract/concerns.ts";
import { axeFindings } from "#test/screens/browser.ts";
import { closeSilent, startScreenCentre, type ScreenCentre } from "#test/screens/centre.ts";

let centre: ScreenCentre;
let row: ConcernRow;
before(async () => {
  centre = await startScreenCentre();
  row = await centre.writes({
    from: "Ute Ohlsen <ute@kunde.test>",
    subject: "Router blinkt rot",
    text: "Der Router blinkt.",
    html: "<h1>Der Router blinkt.</h1><p>Seit gestern.</p><p>Und zwar <b>rot</b>.</p><table><tr><td>Modell</td><td>7</td></tr></table>",
  });
  await centre.writes({ from: "Routerladen <laden@kunde.test>", subject: "Router geliefert", text: "Er ist da." });
});
after(() => centre?.stop());

/** Opens the mail as its sender drew it. */
const read = async (page: Page): Promise<void> => {
  await page.goto(`${centre.server.url}/desk/open/${row.number}`);
  await page.evaluate(() => localStorage.setItem("draht.messageMode", "html"));
  await page.reload();
  await page.frameLocator(".mail-frame").getByText("Seit gestern.").waitFor();
};
const toast = (page: Page, text: string) => page.locator(".toast", { hasText: text }).waitFor();
const current = async (): Promise<ConcernRow> =>
  (await centre.desk.call(api.concerns.open, { params: { id: row.id } })).concern.row;

test("a mail that was clicked has the keys: it is said, and Tab, the button or a press beside it gives them back", async () => {
  const one = await centre.open();
  const { page } = one;
  const words = page.getByText("Die Tasten gelten jetzt der Mail.");
  const answers = async (): Promise<void> => {
    await words.waitFor({ state: "detached" });
    await page.keyboard.press("r");
    await page.locator(".editor-text:focus").waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".editor-text").waitFor({ state: "detached" });
  };
  await read(page);
  const height = await page.locator(".thread").evaluate((thread) => thread.scrollHeight);
  await page.frameLocator(".mail-frame").getByText("Seit gestern.").click();
  await words.waitFor();
  assert.equal(await page.locator(".thread").evaluate((thread) => thread.scrollHeight), height, "nothing jumps");
  assert.deepEqual(await axeFindings(page), []);
  await page.getByRole("button", { name: "Zurück zum Anliegen" }).click();
  await page.locator(".thread:focus").waitFor();
  await answers();

  await page.frameLocator(".mail-frame").getByText("Seit gestern.").click();
  await words.waitFor();
  await page.keyboard.press("Tab");
  await page.locator(".mail-keys button:focus").waitFor();
  await page.keyboard.press("Enter");
  await answers();

  await page.frameLocator(".mail-frame").getByText("Seit gestern.").click();
  await words.waitFor();
  await page.locator(".message-head").first().click();
  await answers();
  await closeSilent(one);
});

test("the search is gone through by arrows, customers and concerns, and a hit leads back to the hits", async () => {
  const one = await centre.open();
  const { page } = one;
  await page.goto(`${centre.server.url}/search?q=router`);
  await page.locator(".search-hit", { hasText: "Router blinkt rot" }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.locator(".search-hit:focus", { hasText: "laden@kunde.test" }).waitFor();
  const hits = await page.locator(".search-hit").count();
  assert.equal(hits, 3);
  for (let step = 1; step < hits; step += 1) await page.keyboard.press("ArrowDown");
  await page.locator("li:last-child > .search-hit:focus").waitFor();
  for (let step = 0; step < hits; step += 1) await page.keyboard.press("ArrowUp");
  await page.locator("input:focus").waitFor();

  const blinks = page.locator(".search-hit:focus", { hasText: "Router blinkt rot" });
  for (let step = 0; step < hits && (await blinks.count()) === 0; step += 1) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.locator(".find-bar").waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".find-bar").waitFor({ state: "detached" });
  await page.keyboard.press("Escape");
  await page.locator(".search-hit", { hasText: "Router geliefert" }).waitFor();

  await page.keyboard.press("Enter");
  await page.locator(".search-hit:focus", { hasText: "laden@kunde.test" }).waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".row", { hasText: "Router geliefert" }).waitFor();
  assert.equal(await page.locator(".row").count(), 1, "a customer leads to their concerns");
  await closeSilent(one);
});

test("a tag typed exactly is taken by Enter though an older one has it in it; one that begins so comes first", async () => {
  await centre.desk.call(api.concerns.change, { params: { id: row.id }, body: { addTags: ["kein-bild"] } });
  const one = await centre.open();
  const { page } = one;
  await read(page);
  await page.keyboard.press("#");
  await page.locator(".picker").waitFor();
  await page.keyboard.type("bild");
  await page.getByRole("option", { name: /Neues Schlagwort „bild“/ }).waitFor();
  await page.keyboard.press("Enter");
  await toast(page, "Schlagwort „bild“ hinzugefügt");
  await page.keyboard.type("kei");
  await page.getByRole("option", { name: /Neues Schlagwort „kei“/ }).waitFor();
  await page.locator("[role=option][data-focused]", { hasText: "kein-bild" }).waitFor();
  await page.keyboard.press("Enter");
  await toast(page, "Schlagwort „kein-bild“ entfernt");
  await page.keyboard.type("bil");
  const fresh = page.getByRole("option", { name: /Neues Schlagwort „bil“/ });
  await fresh.waitFor();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await toast(page, "Schlagwort „bil“ hinzugefügt");
  // The toast stands there before the server's answer is here.
  await centre.feed.event(
    (event) => event.kind === "concern.changed" && event.data.patch.tags?.includes("bil") === true,
  );
  assert.deepEqual((await current()).tags.toSorted(), ["bil", "bild"]);
  await closeSilent(one);
});

test("following, its undo and the subject by key; help says when n means what", async () => {
  const one = await centre.open();
  const { page } = one;
  await read(page);
  const star = page.getByRole("button", { name: "Nicht mehr beobachten" });
  await page.keyboard.press("Shift+W");
  await star.waitFor();
  await toast(page, "Sie beobachten dieses Anliegen");
  await page.keyboard.press("z");
  await star.waitFor({ state: "detached" });
  await page.keyboard.press("Shift+T");
  await page.locator(".subject-field:focus").waitFor();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("Router blinkt gelb");
  await page.keyboard.press("Enter");
  await page.locator(".subject", { hasText: "Router blinkt gelb" }).waitFor();
  await page.keyboard.press("z");
  await page.locator(".subject", { hasText: "Router blinkt rot" }).waitFor();
  await page.keyboard.press("?");
  await page.getByText("(solange Treffer gezeigt werden)").first().waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("g");
  await page.keyboard.press("f");
  await page.getByText("Sie beobachten nichts.").waitFor();
  await closeSilent(one);
});

test("two preferences changed within one round trip both hold; a typed signature outlives another language", async () => {
  const one = await centre.open();
  const { page } = one;
  await page.goto(`${centre.server.url}/preferences`);
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/api/me/preferences", async (route) => {
    await held;
    await route.continue();
  });
  const answered = new Promise<void>((resolve) => {
    let count = 0;
    page.on("response", (response) => {
      if (response.url().endsWith("/api/me/preferences") && (count += 1) === 2) resolve();
    });
  });
  await page.getByText("Per Mail benachrichtigen").click();
  await page.getByText("Auch bei Antworten in Anliegen").click();
  release();
  await answered;
  const { preferences } = await centre.desk.call(api.agents.me);
  assert.deepEqual([preferences.notifyByMail, preferences.followedByMail], [false, false]);

  await page.getByLabel(/ignatur/).fill("Ada, noch nicht fertig");
  await page.getByRole("button", { name: /Sprache/ }).click();
  await page.getByRole("option", { name: "English" }).click();
  await page.getByRole("heading", { name: "Preferences" }).waitFor();
  assert.equal(await page.getByLabel(/ignatur/).inputValue(), "Ada, noch nicht fertig");
  await closeSilent(one);
  await centre.speak("de");
});
