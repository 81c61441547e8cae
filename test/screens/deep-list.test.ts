// A list that was scrolled far down stays there, whatever happens elsewhere. The fault: a change to a concern that the desk had not loaded fetched the
// first page anew and threw away the rest: whoever was at row ninety stood at the top, and what was selected there was selected no longer.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { api } from "#contract/api.ts";
import type { ConcernRow } from "#contract/concerns.ts";
import { close, openAt, startFilled, type Filled } from "#test/screens/filled.ts";

const count = 170;
let filled: Filled;
let rows: readonly ConcernRow[];
before(async () => {
  filled = await startFilled();
  rows = await filled.write(Array.from({ length: count }, (_, n) => `Anliegen ${n}`));
});
after(() => filled?.stop());

/** Scrolls until that place is painted; what is not loaded is loaded on the way. */
const scrollTo = async (page: Page, place: number): Promise<void> => {
  for (;;) {
    const found = await page.locator(`.row-place[aria-posinset="${place}"]`).count();
    if (found > 0) return;
    await page.locator(".list-scroll").evaluate((list) => list.scrollBy(0, list.clientHeight));
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
  }
};

test("a concern that is not loaded changes: the list stays where it is, with what is selected in it", async () => {
  const one = await openAt(filled, "/desk/open", ".row", "ada");
  const { page } = one;
  await scrollTo(page, 90);
  const place = page.locator('.row-place[aria-posinset="90"]');
  const subject = await place.locator(".row-subject").textContent();
  await place.locator("[role=checkbox], input[type=checkbox]").first().check({ force: true });
  await page.locator(".selection-count", { hasText: /^1$/ }).waitFor();
  const oldest = rows.toSorted((a, b) => (a.lastMessageAt < b.lastMessageAt ? -1 : 1))[0];
  assert.ok(oldest);
  const asked = page.waitForResponse((response) => response.url().includes("/api/concerns/rows?"));
  await filled.desk.call(api.concerns.change, { params: { id: oldest.id }, body: { priority: "urgent" } });
  assert.equal((await asked).status(), 200);
  await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
  assert.equal(await place.locator(".row-subject").textContent(), subject);
  assert.equal(await page.locator(".selection-count").textContent(), "1");
  assert.ok((await page.locator(".list-scroll").evaluate((list) => list.scrollTop)) > 0);
  await close(one);
});
