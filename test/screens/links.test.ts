// Links between concerns, by keyboard alone: found by number, subject and customer, on both sides and both desks, and taken back.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { api } from "#contract/api.ts";
import type { ConcernRow } from "#contract/concerns.ts";
import { axeFindings, type BrowserDesk } from "#test/screens/browser.ts";
import { close, openAt, press, startFilled, type Filled } from "#test/screens/filled.ts";

let filled: Filled;
let first: ConcernRow;
let second: ConcernRow;
let third: ConcernRow;
before(async () => {
  filled = await startFilled();
  const made = await filled.write(["Kein Bild im Wohnzimmer", "Bild ist wieder weg", "Rechnung doppelt"]);
  [first, second, third] = made as [ConcernRow, ConcernRow, ConcernRow];
});
after(() => filled?.stop());

const open = (row: ConcernRow, who: "ada" | "omar" = "ada"): Promise<BrowserDesk> =>
  openAt(filled, `/desk/open/${row.number}`, ".message", who);
const line = (page: Page, row: ConcernRow, words: string) =>
  page.locator(".link-line", { hasText: row.subject }).filter({ hasText: words });
const find = async (page: Page, key: string, typed: string, row: ConcernRow): Promise<void> => {
  await press(page, key);
  await page.locator(".finder-list").waitFor();
  await page.keyboard.type(typed);
  // The first of the list is the one that Enter takes.
  await page.locator(".finder-list [role=option][data-focused]", { hasText: row.subject }).waitFor();
  await press(page, "Enter");
};

test("linked by number: on both concerns, live on the colleague's desk, in both histories; undone and done by z", async () => {
  const ada = await open(first);
  const omar = await open(second, "omar");
  const { page } = ada;
  await press(page, "l");
  await page.locator(".finder-list").waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await press(page, "Escape");
  await page.locator(".finder-list").waitFor({ state: "detached" });
  await find(page, "l", `#${second.number}`, second);
  await line(page, second, "verwandt").waitFor();
  await line(omar.page, first, "verwandt").waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await press(omar.page, "h");
  await omar.page.locator(".history-line", { hasText: `Ada Brandt hat #${first.number} verknüpft` }).waitFor();
  await press(page, "z");
  await page.locator(".link-line").waitFor({ state: "detached" });
  await omar.page.locator(".link-line").waitFor({ state: "detached" });
  await omar.page.locator(".history-line", { hasText: `Verknüpfung mit #${first.number} gelöst` }).waitFor();
  await close(ada);
  await close(omar);
});

test("a duplicate is found by its subject or its customer; the other's new status and subject show at once", async () => {
  const one = await open(second);
  const { page } = one;
  await find(page, "Shift+D", "wohnzimmer", first);
  await line(page, first, "Original").waitFor();
  await find(page, "l", "Kundin 3", third);
  await line(page, third, "verwandt").waitFor();
  await filled.omar.call(api.concerns.change, {
    params: { id: third.id },
    body: { status: "resolved", subject: "Rechnung stimmt" },
  });
  await page.locator(".link-line", { hasText: "Rechnung stimmt" }).locator("[data-status=resolved]").waitFor();
  await close(one);
});

test("one of several links is removed by choosing it, the last one at once; z brings it back as it was", async () => {
  const one = await open(second);
  const { page } = one;
  await page.locator(".link-line").nth(1).waitFor();
  await press(page, "Shift+L");
  await page.locator(".finder-list [role=option]").nth(1).waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await page.keyboard.type("stimmt");
  await page.locator(".finder-list [role=option]", { hasText: first.subject }).waitFor({ state: "detached" });
  await page.locator(".finder-list [role=option][data-focused]", { hasText: "Rechnung stimmt" }).waitFor();
  await press(page, "Enter");
  await page.locator(".link-line", { hasText: "Rechnung stimmt" }).waitFor({ state: "detached" });
  await press(page, "Shift+L");
  await page.locator(".link-line").waitFor({ state: "detached" });
  await page.getByText("Keine.").waitFor();
  await press(page, "z");
  await line(page, first, "Original").waitFor();
  await close(one);
});

test("the kind is changed in the line's menu; before anything is typed the customer's own others are offered", async () => {
  const [again] = await filled.write(["Noch ein Anliegen"]);
  assert.ok(again);
  const one = await open(second);
  const { page } = one;
  await line(page, first, "Original").waitFor();
  // The event brings the link to the screen before the server's answer is here; once z did nothing in between.
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/api/concerns/*/links", async (route) => {
    const answer = await route.fetch();
    await held;
    await route.fulfill({ response: answer });
  });
  await page.getByRole("button", { name: `Was mit der Verknüpfung zu #${first.number}` }).press("Enter");
  await page.getByRole("menuitem", { name: "Nur verwandt" }).press("Enter");
  await line(page, first, "verwandt").waitFor();
  await press(page, "z");
  release();
  await line(page, first, "Original").waitFor();
  await page.unrouteAll({ behavior: "wait" });
  await close(one);
  // The customer's own others: one more of the same person, made at the desk.
  const { customerId } = await filled.row(second.number);
  const opened = await filled.desk.call(api.concerns.open, { params: { id: second.id } });
  const way = opened.ways.find((each) => each.blocked === null);
  assert.ok(way);
  await filled.desk.call(api.concerns.create, {
    body: {
      brandId: second.brandId,
      channelId: way.channelId,
      customerId,
      kind: "email",
      to: [way.value],
      cc: [],
      subject: "Rückfrage von uns",
      text: "Guten Tag",
      html: null,
      uploads: [],
      key: crypto.randomUUID(),
    },
  });
  const two = await open(second);
  await press(two.page, "Shift+D");
  await two.page.getByText("Weitere von Kundin 2").waitFor();
  await press(two.page, "ArrowDown", "Enter");
  await two.page.locator(".link-line", { hasText: "Rückfrage von uns" }).waitFor();
  await close(two);
});

const writeFirst = async (subject: string): Promise<ConcernRow> => {
  const [channel] = await filled.desk.call(api.brands.channels, {});
  assert.ok(channel);
  const made = await filled.desk.call(api.concerns.create, {
    body: {
      brandId: channel.brandId,
      channelId: channel.id,
      customerId: null,
      kind: "email",
      to: ["umzug@kunde.test"],
      cc: [],
      subject,
      text: `Guten Tag, es geht um: ${subject}.`,
      html: null,
      uploads: [],
      key: crypto.randomUUID(),
    },
  });
  return made.concern;
};

test("messages are taken into a concern of their own and merged into another, by keyboard, live on both desks; each is taken back from the thread", async () => {
  const one = await writeFirst("Umzug nach Pirna");
  const two = await writeFirst("Neuer Router");
  await filled.desk.call(api.concerns.note, {
    params: { id: one.id },
    body: { text: "Das ist etwas anderes: die Rechnung.", html: null, uploads: [], key: crypto.randomUUID() },
  });
  const ada = await open(one);
  const omar = await open(one, "omar");
  const { page } = ada;
  await press(page, "y");
  await page.locator(".move-message [data-selected], .move-message[data-selected]").first().waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await page.getByRole("textbox", { name: "Betreff" }).fill("Rechnung zum Umzug");
  await press(page, "Enter");
  const gone = (each: Page) => each.locator(".move-line", { hasText: "Rechnung zum Umzug" });
  await gone(page).waitFor();
  await gone(omar.page).waitFor();
  await omar.page.locator(".message").nth(1).waitFor({ state: "detached" });
  assert.deepEqual(await axeFindings(page), []);
  await omar.page.locator(".move-other").click();
  await omar.page.locator(".message", { hasText: "die Rechnung" }).waitFor();
  await omar.page.locator(".move-line", { hasText: `#${one.number}` }).waitFor();
  // Taken back from its line: first it is said what that does.
  await omar.page.locator(".move-line button").click();
  await omar.page.locator(".move-plan li", { hasText: "geht aus" }).waitFor();
  assert.deepEqual(await axeFindings(omar.page), []);
  await press(omar.page, "Enter");
  await page.locator(".message", { hasText: "die Rechnung" }).waitFor();
  await page.locator(".move-line").waitFor({ state: "detached" });
  // Merged, and taken back by z.
  await press(page, "Shift+M");
  await page.locator(".move-other-line", { hasText: "Neuer Router" }).waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await page.keyboard.type("router");
  await press(page, "Tab", "Space");
  await page.getByRole("button", { name: "Zusammenführen" }).click();
  await page.locator(".move-line", { hasText: "Neuer Router" }).waitFor();
  await page.locator(".message").waitFor({ state: "detached" });
  assert.equal((await filled.row(one.number)).status, "closed");
  assert.equal((await filled.row(two.number)).messageCount, 3);
  await press(page, "z");
  await page.locator(".message", { hasText: "die Rechnung" }).waitFor();
  await close(ada);
  await close(omar);
});
