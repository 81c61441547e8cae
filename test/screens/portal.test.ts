// The portal in a browser that runs no program: a dialogue on a phone and by keys alone, with choices, numbers, days, files, wrong answers, somebody of us and its end; in both languages,
// light and dark, wide and on a phone axe is silent and nothing is cut.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { api } from "#contract/api.ts";
import { addChat } from "#test/chat.ts";
import { portalFlow, publishFlow } from "#test/portal.ts";
import { axeFindings, openDesk, phone, wide, type BrowserDesk } from "#test/screens/browser.ts";
import { closeSilent, startScreenCentre, type ScreenCentre } from "#test/screens/centre.ts";

let centre: ScreenCentre;

before(async () => {
  centre = await startScreenCentre({ UNDO_SECONDS: "0" });
  const [brand] = await centre.desk.call(api.brands.list);
  assert.ok(brand);
  await addChat(centre.desk, brand.id);
  await publishFlow(centre.desk, "line", portalFlow());
  await centre.desk.call(api.notices.create, {
    body: {
      brandId: brand.id,
      text: { de: "In Altona ist das Bild weg.", en: "No picture in Altona." },
      from: "2026-01-05T08:00:00.000Z",
      until: null,
    },
  });
});

after(() => centre?.stop());

const fits = async (page: Page): Promise<void> =>
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, "nothing is cut");

const looksWell = async (page: Page, what: string): Promise<void> => {
  assert.deepEqual(await axeFindings(page), [], what);
  assert.deepEqual(await axeFindings(page, ["color-contrast-enhanced", "target-size", "meta-refresh"]), [], what);
  await fits(page);
  const small = await page.evaluate(() =>
    [...document.querySelectorAll("button, summary, input:not([type=hidden]), textarea, header a, .alone")]
      .filter((one) => one.getBoundingClientRect().height < 44 && one.getBoundingClientRect().height > 0)
      .map((one) => one.outerHTML.slice(0, 120)),
  );
  assert.deepEqual(small, [], `${what}: for thumbs`);
};

const open = (options: Parameters<typeof openDesk>[2], path = "/help/kabel/"): Promise<BrowserDesk> =>
  openDesk(centre.browser, centre.server.url, options).then(async (one) => {
    await one.page.goto(`${centre.server.url}${path}`);
    return one;
  });

/** What axe needs to run is let in; the pages themselves carry no script. */
test("every kind of page: in both languages, light and dark, wide and on a phone axe is silent, nothing is cut, everything is large enough for a thumb", async () => {
  for (const [locale, colorScheme, size] of [
    ["de-DE", "light", phone],
    ["en-GB", "dark", wide],
  ] as const) {
    const one = await open({ ...size, locale, colorScheme, bypassCSP: true });
    const { page } = one;
    const [begin, fault, next, skip] =
      locale === "de-DE"
        ? ["Anschluss prüfen", "Störung", "Weiter", "Überspringen"]
        : ["Check the line", "Outage", "Next", "Skip"];
    await looksWell(page, "first page");
    await page.getByRole("button", { name: begin }).click();
    await looksWell(page, "choice");
    await page.getByRole("button", { name: fault }).click();
    await page.locator("#answer").fill("47");
    await page.getByRole("button", { name: next, exact: true }).click();
    await page.getByRole("alert").waitFor();
    await looksWell(page, "wrong");
    await page.locator("#answer").fill("4711");
    await page.getByRole("button", { name: next, exact: true }).click();
    await page.locator("#answer").fill("20");
    await page.getByRole("button", { name: next, exact: true }).click();
    await looksWell(page, "day");
    await page.locator("#answer").fill(new Date().toISOString().slice(0, 10));
    await page.getByRole("button", { name: next, exact: true }).click();
    await looksWell(page, "file");
    await page.getByRole("button", { name: skip }).click();
    await page.locator("details.earlier summary").click();
    await page.locator("details.human summary").click();
    await looksWell(page, "words, with everything open");
    await page.getByLabel(locale === "de-DE" ? "E-Mail-Adresse" : "E-mail address").fill("eva@kunde.test");
    await page.getByRole("button", { name: locale === "de-DE" ? "An uns senden" : "Send to us" }).click();
    await page
      .getByRole("heading", {
        name: locale === "de-DE" ? /Ihr Anliegen hat die Nummer/ : /Your concern has the number/,
      })
      .waitFor();
    await looksWell(page, "concern");
    await page.goto(`${centre.server.url}/help/kabel/nothing`);
    await looksWell(page, "not there");
    await one.context.close();
    assert.deepEqual(
      one.complaints.filter((complaint) => !complaint.includes("404")),
      [],
    );
  }
});

test("without programs, on a phone: from the first page to the end, with a file, wrong answers, the page before, and a switch of language", async () => {
  const one = await open({ ...phone, javaScriptEnabled: false });
  const { page } = one;
  await page.getByText("In Altona ist das Bild weg.").waitFor();
  await page.getByRole("button", { name: "Anschluss prüfen" }).click();
  await page.getByRole("button", { name: "Störung" }).click();
  await page.getByLabel("Wie lautet Ihre Kundennummer?").fill("abc");
  await page.getByRole("button", { name: "Weiter", exact: true }).click();
  assert.match(await page.title(), /^Fehler: Wie lautet Ihre Kundennummer\?/);
  await page.getByRole("alert").getByRole("link").click();
  await page.locator("#answer:focus").fill("4711");
  await page.getByRole("button", { name: "Weiter", exact: true }).click();
  await page.getByLabel("Wie viel zahlen Sie im Monat?").fill("39,90");
  await page.getByRole("button", { name: "Weiter", exact: true }).click();
  await page.getByLabel("Seit wann ist das so?").waitFor();
  // Back: the browser asks for the page anew, and is shown where the dialogue stands.
  await page.goBack();
  await page.getByLabel("Seit wann ist das so?").fill(new Date().toISOString().slice(0, 10));
  await page.getByRole("button", { name: "Weiter", exact: true }).click();
  await page.getByRole("button", { name: "English" }).click();
  await page.getByLabel("Have you a picture?").setInputFiles({
    name: "router.png",
    mimeType: "image/png",
    buffer: Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
      "base64",
    ),
  });
  await page.getByRole("button", { name: "Upload" }).click();
  await page.getByLabel("What happened?").fill("Dark since <b>yesterday</b>.");
  await page.getByRole("button", { name: "Next", exact: true }).click();
  await page.locator("details.earlier summary").click();
  await page.getByText("router.png").waitFor();
  await page.getByRole("button", { name: "Yes" }).click();
  await page.getByRole("heading", { name: "That is settled" }).waitFor();
  await page.getByText("Dark since <b>yesterday</b>.").first().waitFor({ state: "attached" });
  await fits(page);
  await page.getByRole("link", { name: "To the first page" }).click();
  await page.getByRole("heading", { name: /How can we help|Womit können wir helfen/ }).waitFor();
  await closeSilent(one);
});

test("by keys alone: begins, chooses, answers, and gets to somebody of us; focus begins where something is new or wrong", async () => {
  const one = await open({ ...wide, javaScriptEnabled: false });
  const { page } = one;
  await page.getByRole("button", { name: "Anschluss prüfen" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Störung" }).waitFor();
  // What was said has the focus; behind it comes the question.
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByLabel("Wie lautet Ihre Kundennummer?").waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.type("1");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.locator("#answer:focus").waitFor();
  await page.keyboard.press("End");
  await page.keyboard.type("234");
  await page.keyboard.press("Enter");
  await page.getByLabel("Wie viel zahlen Sie im Monat?").waitFor();
  await page.locator("details.human summary").focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Ich weiß es nicht.");
  await page.keyboard.press("Tab");
  await page.keyboard.type("otto@kunde.test");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: /Ihr Anliegen hat die Nummer/ }).waitFor();
  await page.getByText("Die Antwort kommt an otto@kunde.test.").waitFor();
  await closeSilent(one);
});
