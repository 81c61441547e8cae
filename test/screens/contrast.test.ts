// For eyes that need more: contrast by wish of the machine or by preference (7 to 1), and a machine that paints with its own few colours.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { api } from "#contract/api.ts";
import type { ConcernRow } from "#contract/concerns.ts";
import { atRest, axeFindings } from "#test/screens/browser.ts";
import { everyRule } from "#test/automation.ts";
import { addFlow } from "#test/flow-help.ts";
import { everyPromise } from "#test/promises.ts";
import { bookQueue, bookWith } from "#test/routing-book.ts";
import { closeSilent, startScreenCentre, type ScreenCentre } from "#test/screens/centre.ts";
import { someMicrophone } from "#test/screens/microphone.ts";
import { addTelephone, telephoneScreens, telephoning } from "#tools/pictures/telephone.ts";

let centre: ScreenCentre;
let row: ConcernRow;
let flowId: string;

before(async () => {
  centre = await startScreenCentre({}, someMicrophone);
  row = await centre.writes({ from: "Edda <edda@kunde.test>", subject: "Schrift zu blass", text: "Bitte dunkler." });
  const waiting = await centre.writes({ from: "Finn <finn@kunde.test>", subject: "Warte", text: "Ich warte." });
  const urgent = await centre.writes({ from: "Gesa <gesa@kunde.test>", subject: "Eilt", text: "Eilt sehr." });
  await centre.desk.call(api.concerns.change, { params: { id: waiting.id }, body: { status: "waiting" } });
  await centre.desk.call(api.concerns.change, { params: { id: urgent.id }, body: { priority: "urgent" } });
  await centre.desk.call(api.promises.setRules, { body: { rules: [everyPromise] } });
  await centre.desk.call(api.automation.setRules, { body: { rules: [everyRule("Ausfall")] } });
  await centre.desk.call(api.macros.create, {
    body: { name: "Rückruf", key: "1", share: { with: "everybody" }, actions: [{ do: "addTags", tags: ["Rückruf"] }] },
  });
  await addTelephone(centre.desk, row.brandId);
  flowId = await addFlow(centre.desk);
  await centre.desk.call(api.flows.addService, {
    body: { name: "Leitungen", url: "https://lines.example.org/api", headers: [], on: true },
  });
  const { revision } = await centre.desk.call(api.routing.book);
  await centre.desk.call(api.routing.setBook, { body: { was: revision, book: bookWith([bookQueue(1)]) } });
  for (const from of ["2026-01-05T08:00:00.000Z", "2099-01-05T08:00:00.000Z"])
    await centre.desk.call(api.notices.create, {
      body: { brandId: row.brandId, text: { de: "Kein Bild.", en: "" }, from, until: null },
    });
});

after(() => centre?.stop());

const places: readonly {
  readonly path: () => string;
  /** Before the page is opened. */
  readonly before?: (page: Page) => Promise<unknown>;
  readonly ready: (page: Page) => Promise<void>;
}[] = [
  {
    path: () => `/desk/open/${row.number}`,
    ready: async (page) => {
      await page.locator(".message").waitFor();
      await page.keyboard.press("r");
      await page.locator(".editor-text").waitFor();
    },
  },
  { path: () => "/preferences", ready: (page) => page.locator(".card").first().waitFor() },
  { path: () => "/admin/agents", ready: (page) => page.locator(".entry").first().waitFor() },
  { path: () => "/admin/promises", ready: (page) => page.locator(".promise-forecast .button").waitFor() },
  {
    path: () => "/admin/automation",
    ready: async (page) => {
      await page.locator(".rule-entry .entry").first().click();
      await page.locator(".sheet .rule-line").first().waitFor();
    },
  },
  { path: () => "/floor", ready: (page) => page.locator(".floor-queue .floor-number").waitFor() },
  { path: () => "/admin/routing", ready: (page) => page.locator(".routing-entry").first().waitFor() },
  { path: () => "/admin/skills", ready: (page) => page.locator(".routing-level").first().waitFor() },
  { path: () => "/admin/flows", ready: (page) => page.locator(".flow-row").waitFor() },
  { path: () => `/admin/flows/${flowId}`, ready: (page) => page.locator(".flow-node").first().waitFor() },
  { path: () => "/admin/flow-services", ready: (page) => page.locator(".entry").first().waitFor() },
  { path: () => "/admin/notices", ready: (page) => page.locator(".entry .badge").first().waitFor() },
  // Last: from then on the page hears of a call.
  ...telephoneScreens.map(({ scene, act }) => ({
    path: () => `/desk/open/${row.number}`,
    before: (page: Page) => telephoning(row, scene)(page),
    ready: act,
  })),
];

/** The stricter rule leaves what has less than 4.5 to 1 to the other: each alone would miss something. */
const sevenToOne = ["color-contrast", "color-contrast-enhanced"];

const contrastOf = (page: Page): Promise<string | null> => page.locator("html").getAttribute("data-contrast");

test("more contrast, asked for by the machine: seven to one for every word, light and dark", async () => {
  const one = await centre.open({ contrast: "more", colorScheme: "light" });
  const { page } = one;
  for (const place of places) {
    await page.emulateMedia({ colorScheme: "light" });
    await place.before?.(page);
    await page.goto(centre.server.url + place.path());
    await place.ready(page);
    const inks: string[] = [];
    // The same page both ways: what a machine changes at dusk is the scheme, and nothing is loaded again.
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await atRest(page);
      assert.equal(await contrastOf(page), "more");
      assert.deepEqual(await axeFindings(page, sevenToOne), [], `${colorScheme} ${place.path()}`);
      inks.push(await page.evaluate<string>("getComputedStyle(document.body).color"));
    }
    assert.notEqual(inks[0], inks[1], "the second look was a dark one");
  }
  await closeSilent(one);
});

test("more contrast, chosen in the preferences, holds at once and after a reload; it can be given back", async () => {
  const one = await centre.open();
  const { page } = one;
  await page.goto(`${centre.server.url}/preferences`);
  await page.locator(".card").first().waitFor();
  assert.notDeepEqual(await axeFindings(page, ["color-contrast-enhanced"]), [], "usually it is less than seven to one");
  await page.getByRole("button", { name: /Kontrast/ }).click();
  assert.equal(await contrastOf(page), "normal");
  await page.getByRole("option", { name: "Mehr" }).click();
  await page.locator("html[data-contrast=more]").waitFor();
  await page.reload();
  await page.locator(".card").first().waitFor();
  assert.equal(await contrastOf(page), "more");
  await page.getByRole("button", { name: /Kontrast/ }).click();
  await page.getByRole("option", { name: "Wie im System" }).click();
  await page.locator("html[data-contrast=normal]").waitFor();
  await page.emulateMedia({ contrast: "more" });
  await page.locator("html[data-contrast=more]").waitFor();
  await closeSilent(one);
});

/** How many colours a part of the page shows; 1: nothing can be seen there. */
const coloursIn = async (part: Locator): Promise<number> => {
  const png = (await part.screenshot()).toString("base64");
  return part.page().evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.codePointAt(0) ?? 0);
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const pen = new OffscreenCanvas(image.width, image.height).getContext("2d");
    pen?.drawImage(image, 0, 0);
    const pixels = pen?.getImageData(0, 0, image.width, image.height).data ?? new Uint8ClampedArray();
    const seen = new Set<number>();
    for (let at = 0; at < pixels.length; at += 4)
      seen.add(((pixels[at] ?? 0) << 16) | ((pixels[at + 1] ?? 0) << 8) | (pixels[at + 2] ?? 0));
    return seen.size;
  }, png);
};

const outlineOf = (part: Locator): Promise<string> =>
  part.evaluate((element) => getComputedStyle(element).outlineStyle);

for (const colorScheme of ["light", "dark"] as const)
  test(`a machine with its own few colours (${colorScheme}): marks, choices, switches and the focus can be seen`, async () => {
    const one = await centre.open({ forcedColors: "active", colorScheme });
    const { page } = one;
    await page.goto(`${centre.server.url}/desk/open/${row.number}`);
    await page.locator(".message").waitFor();
    const inList = (subject: string): Locator => page.locator(".row", { hasText: subject });
    for (const part of [
      inList("Schrift zu blass").locator(".status-dot"),
      inList("Warte").locator(".status-dot"),
      inList("Eilt").locator(".priority-bars"),
      page.locator(".nav .wire"),
      page.locator(".message .face"),
    ])
      assert.ok((await coloursIn(part)) > 1, `${String(part)} can be seen`);
    const dot = (subject: string): Promise<Buffer> => inList(subject).locator(".status-dot").screenshot();
    assert.notDeepEqual(await dot("Schrift zu blass"), await dot("Warte"), "a new concern looks unlike one that waits");
    assert.equal(await outlineOf(inList("Schrift zu blass")), "solid", "the open concern is marked in the list");
    assert.equal(await outlineOf(inList("Warte")), "none");
    assert.equal(await outlineOf(page.locator(".nav-view[data-active]")), "solid");
    assert.equal(await outlineOf(page.getByRole("button", { name: "Kunden zeigen" })), "solid", "pressed");
    assert.equal(await outlineOf(page.getByRole("button", { name: "Verlauf zeigen" })), "none");

    await page.keyboard.press("j");
    await page.locator(".row:focus").waitFor();
    const focused = page.locator(".row:focus");
    assert.ok((await coloursIn(focused)) > 1 && (await outlineOf(focused)) === "solid");
    await page.keyboard.press("?");
    await page.locator(".help").waitFor();
    assert.notEqual(
      await page.locator(".sheet").evaluate((sheet) => getComputedStyle(sheet).borderStyle),
      "none",
      "what lies over the rest has an edge",
    );
    assert.deepEqual(await axeFindings(page), []);

    await page.goto(`${centre.server.url}/preferences`);
    const track = page.locator(".toggle-track").first();
    await track.waitFor();
    const on = await track.screenshot();
    assert.ok((await coloursIn(track)) > 1);
    await page.locator(".toggle").first().click();
    await page.locator(".toggle:not([data-selected])").first().waitFor();
    await page.locator(".toast").first().waitFor();
    assert.notDeepEqual(await track.screenshot({ animations: "disabled" }), on, "on looks unlike off");
    await page.locator(".toggle").first().click();
    await page.locator(".toggle[data-selected]").first().waitFor();
    await closeSilent(one);
  });
