// Being asked how a concern was settled: the page behind the mail's links, without scripts and by keys alone, and what an open desk shows of the answer.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { api } from "#contract/api.ts";
import type { ConcernRow } from "#contract/concerns.ts";
import { addChat, answerIn } from "#test/chat.ts";
import { axeFindings, openDesk, phone, wide } from "#test/screens/browser.ts";
import { closeSilent, sendTo, startScreenCentre, type ScreenCentre } from "#test/screens/centre.ts";
import {
  findings,
  launch,
  openVisitor,
  ours,
  pageWith,
  say,
  sent,
  startSite,
  strictPolicy,
} from "#test/screens/site.ts";

let centre: ScreenCentre;
let row: ConcernRow;
/** The way to the question's page, without a score. */
let path = "";

const plain = (source: string): string => source.replaceAll(/=\r?\n/g, "").replaceAll("=3D", "=");

before(async () => {
  centre = await startScreenCentre({ UNDO_SECONDS: "0" });
  const { desk, sink } = centre;
  const from = "Hella <hella@kunde.test>";
  row = await centre.writes({ from, subject: "Router tot", text: "Er leuchtet nicht." });
  const rule = { enabled: true, delayMinutes: 0, windowDays: 14, pauseDays: 30, reopens: false };
  await desk.call(api.ratings.setRule, { params: { id: row.brandId }, body: rule });
  const params = { id: row.id };
  const opened = await desk.call(api.concerns.open, { params });
  const body = {
    channelId: opened.messages[0]?.channelId ?? "",
    to: ["hella@kunde.test"],
    cc: [],
    text: "Bitte einmal den Stecker ziehen.",
    html: null,
    uploads: [],
    sendAt: null,
    statusAfter: "waiting" as const,
    key: crypto.randomUUID(),
  };
  await desk.call(api.concerns.reply, { params, body });
  const to =
    /^Reply-To:[^@]{0,300}?([\w.+-]+@kabel\.test)/im.exec(await sink.mailWith("Stecker"))?.[1] ?? assert.fail();
  await sendTo(centre.server, { from, to, subject: "Re: Router tot", text: "Er leuchtet wieder, danke." });
  await centre.feed.event((event) => event.kind === "customer.changed" && event.data.what.includes("addresses"));
  await desk.call(api.concerns.change, { params, body: { status: "resolved" } });
  const mail = plain(await sink.mailWith("/rating/"));
  path = /\/rating\/[\w.-]+/.exec(mail)?.[0] ?? assert.fail(mail);
});

after(() => centre?.stop());

const fits = async (page: Page): Promise<void> =>
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, "nothing is cut");

test("the page: nothing counts until its button, by keys alone and without scripts; in both languages, light and dark, wide and on a phone axe is silent", async () => {
  for (const [locale, colorScheme, size] of [
    ["de-DE", "light", wide],
    ["en-GB", "dark", phone],
    ["de-DE", "dark", wide],
    ["en-GB", "light", phone],
  ] as const) {
    // The page's own policy lets no script in, and axe is one.
    const looked = await openDesk(centre.browser, centre.server.url, { ...size, locale, colorScheme, bypassCSP: true });
    await looked.page.goto(`${centre.server.url}${path}?score=4`);
    await looked.page
      .getByRole("radio", { name: locale === "de-DE" ? "4 – gut" : "4 – good", checked: true })
      .waitFor();
    assert.deepEqual(await axeFindings(looked.page), [], `${locale} ${colorScheme}`);
    assert.deepEqual(await axeFindings(looked.page, ["color-contrast-enhanced", "target-size"]), []);
    await fits(looked.page);
    await closeSilent(looked);
  }
  const ofConcern = () => centre.desk.call(api.ratings.ofConcern, { params: { id: row.id } });
  assert.equal((await ofConcern())?.score, null, "looking is no answer");

  const desk = await centre.open();
  await desk.page.goto(`${centre.server.url}/desk/resolved/${row.number}`);
  await desk.page.locator(".concern-rating").waitFor();
  const one = await openDesk(centre.browser, centre.server.url, { ...phone, javaScriptEnabled: false });
  const { page } = one;
  await page.goto(`${centre.server.url}${path}?score=4`);
  await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Hat <b>lange</b> gedauert.");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Danke für Ihre Antwort." }).waitFor();
  await page.getByText("Ihre Bewertung: 2 – mäßig.").waitFor();
  await fits(page);

  // The open desk shows it without being asked again: at the head, in the thread, in the list.
  await desk.page.locator(".concern-rating[data-bad]", { hasText: "Bewertung: 2 von 5" }).waitFor();
  await desk.page.locator(".rating-said", { hasText: "Hat <b>lange</b> gedauert." }).waitFor();
  await desk.page.locator(".row-rating", { hasText: "2" }).first().waitFor();
  assert.deepEqual(await axeFindings(desk.page), []);
  await closeSilent(desk);

  await page.getByRole("link", { name: "Antwort ändern" }).click();
  await page.getByText("Sie haben schon geantwortet").waitFor();
  assert.equal(await page.locator("textarea").inputValue(), "Hat <b>lange</b> gedauert.");
  await page.getByRole("radio", { name: "5 – sehr gut" }).check();
  await page.getByRole("button", { name: "Bewertung absenden" }).click();
  await page.getByText("Ihre Bewertung: 5 – sehr gut.").waitFor();
  assert.deepEqual([(await ofConcern())?.score, (await ofConcern())?.changed], [5, true]);
  await page.goto(`${centre.server.url}${path}x`);
  await page.getByRole("heading", { name: "Dieser Link gilt nicht oder nicht mehr." }).waitFor();
  await one.context.close();
  // What the page itself says; that a link is none is said with 404, which the browser tells of.
  assert.deepEqual(
    one.complaints.filter((complaint) => !complaint.includes("404")),
    [],
  );
});

test("the card in the chat: pressed once it counts, by keys alone, with a few words; the other tab sees it, light and dark, wide and on a phone axe is silent", async () => {
  const { desk, feed, server, browser } = centre;
  const site = await startSite();
  try {
    const chat = await addChat(desk, row.brandId, { origins: [site.origin] });
    site.show("*", pageWith(server.url, chat.id), strictPolicy(server.url));
    const visitor = await openVisitor(browser, `${site.origin}/`);
    const { page } = visitor;
    await launch(page).click();
    await say(page, "Kein Ton.");
    await sent(page, "Kein Ton.").waitFor();
    const created = await feed.event(
      (event) => event.kind === "concern.created" && event.data.row.subject === "Kein Ton.",
    );
    const id = created.concernId ?? "";
    await answerIn(desk, id, "Ist behoben.");
    await desk.call(api.concerns.change, { params: { id }, body: { status: "resolved" } });
    await ours(page, "Wie zufrieden waren Sie mit uns?").waitFor();
    const good = page.getByRole("button", { name: "4 gut" });
    await good.waitFor();
    const ratingNow = () => desk.call(api.ratings.ofConcern, { params: { id } });
    // Somebody who reads further up sees what became of it all the same: the way to the end lay over the thanks.
    await page.locator(".talk").evaluate((talk) => talk.style.setProperty("max-block-size", "260px"));
    await page.getByRole("button", { name: "5 sehr gut" }).focus();
    await page.locator(".jump").waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    const thanks = page.getByRole("status").filter({ hasText: "Danke für Ihre Antwort." });
    await thanks.waitFor();
    const isInSight = thanks.evaluate((said) => {
      const { left, top, bottom } = said.getBoundingClientRect();
      const root = said.getRootNode() as ShadowRoot;
      return [top + 2, bottom - 2].every((y) => root.elementFromPoint(left + 5, y) === said);
    });
    assert.equal(await isInSight, true);
    await page.locator(".talk").evaluate((talk) => talk.style.removeProperty("max-block-size"));
    assert.equal((await ratingNow())?.score, 4);
    await page.getByLabel("Möchten Sie etwas dazu sagen?").fill("Der <i>Techniker</i> war nett.");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await feed.event((event) => event.kind === "rating.given" && event.concernId === id && event.data.text !== "");
    assert.deepEqual([(await ratingNow())?.score, (await ratingNow())?.text], [4, "Der <i>Techniker</i> war nett."]);
    for (const [size, colorScheme] of [
      [wide, "light"],
      [phone, "dark"],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(size.viewport ?? { width: 390, height: 844 });
      await good.scrollIntoViewIfNeeded();
      assert.deepEqual(await findings(page), []);
    }
    const other = await visitor.tab();
    await launch(other).click();
    await other.getByRole("button", { name: "4 gut", pressed: true }).waitFor();
    await visitor.context.close();
    assert.deepEqual(visitor.complaints, []);
  } finally {
    await site.stop();
  }
});
