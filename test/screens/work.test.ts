// An agent's side of routing in two browsers, by keys alone: being there, offers that ring without taking the caret, declining, accepting, answering, wrap-up;
// what runs out, what goes back, and what a reload keeps.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { api } from "#contract/api.ts";
import type { ConcernRow } from "#contract/concerns.ts";
import type { RoutingBook } from "#contract/routing-book.ts";
import { axeFindings, type BrowserDesk } from "#test/screens/browser.ts";
import { ada, closeSilent, omar, startScreenCentre, type ScreenCentre } from "#test/screens/centre.ts";
import { bookQueue, bookWith, idOf } from "#test/routing-book.ts";

let centre: ScreenCentre;
let adas: BrowserDesk;
let omars: BrowserDesk;

before(async () => {
  centre = await startScreenCentre({ UNDO_SECONDS: "0" });
  adas = await centre.open({ login: ada });
  omars = await centre.open({ login: omar });
});
after(async () => {
  await centre?.stop();
});

const setBook = async (queue: Parameters<typeof bookQueue>[1], part: Partial<RoutingBook> = {}): Promise<void> => {
  const { revision } = await centre.desk.call(api.routing.book);
  await centre.desk.call(api.routing.setBook, {
    body: {
      was: revision,
      book: bookWith([bookQueue(1, { name: "Störungen", offerSeconds: 600, mayPull: true, ...queue })], {
        kinds: { mail: { wrapUpSeconds: 600, restSeconds: 0 } },
        reasons: [{ id: idOf(71), name: "Pause", for: "away" }],
        dispositions: [
          { id: idOf(81), name: "Gelöst" },
          { id: idOf(82), name: "Weitergegeben" },
        ],
        graceSeconds: 30,
        stickySeconds: 0,
        missesUntilAway: 1,
        ...part,
      }),
    },
  });
};

const press = async (page: Page, ...keys: readonly string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key);
};
/** A sequence of keys, sent together: on a crowded machine the second would come too late for the first. */
const keys = async (page: Page, ...sequence: readonly string[]): Promise<void> => {
  await Promise.all(sequence.map((key) => page.keyboard.press(key)));
};
const state = (page: Page, words: string): Promise<void> =>
  page.locator(".nav .presence-words", { hasText: words }).waitFor();
const offer = (page: Page, subject: string) => page.locator(".offer[data-first]", { hasText: subject });
const resolve = ({ id }: ConcernRow): Promise<unknown> =>
  centre.desk.call(api.concerns.change, { params: { id }, body: { status: "resolved" } });
let customers = 0;
const writes = (subject: string) => {
  customers += 1;
  const from = `"Jana Krause" <jana${customers}@kunde.test>`;
  return centre.writes({ from, subject, text: `Es geht um: ${subject}.` });
};

test("nothing of it shows until there is a queue; then one is offline until one says otherwise", async () => {
  for (const { page } of [adas, omars]) {
    await page.goto(`${centre.server.url}/desk/open`);
    await page.locator(".list-head").waitFor();
    await page.keyboard.press("?");
    await page.locator(".help").waitFor();
    assert.equal(await page.locator(".help h3", { hasText: "Arbeit" }).count(), 0);
    await page.keyboard.press("Escape");
    await page.locator(".help").waitFor({ state: "detached" });
    assert.equal(await page.locator(".presence").count(), 0);
  }
  await setBook({});
  for (const { page } of [adas, omars]) await state(page, "Offline");
});

test("an offer rings while somebody writes and takes nothing from them; declined with a reason it rings at the next, who accepts it by key and answers", async () => {
  const { page } = adas;
  const other = await writes("Kein Ton");
  await page.goto(`${centre.server.url}/desk/open/${other.number}`);
  await page.locator(".concern-work", { hasText: "Wartet in Störungen, Platz 1 von 1" }).waitFor();
  await keys(page, "q", "a");
  await state(page, "Verfügbar");
  await offer(page, "Kein Ton").waitFor();
  await press(page, "Shift+A");
  await page.locator(".held-line", { hasText: "Jana Krause" }).waitFor();
  await page.locator(".editor-text:focus, textarea:focus").first().waitFor();
  await press(page, "Escape", "n");
  await page.locator(".composer-open[data-kind=note], .composer[data-kind=note]").first().waitFor();
  await page.locator(".editor-text:focus, textarea:focus").first().waitFor();
  await page.keyboard.type("Ich frage die Te");
  const concern = await writes("Fernseher schwarz");
  await offer(page, "Fernseher schwarz").waitFor();
  await page.keyboard.type("chnik");
  assert.match((await page.locator(".composer").textContent()) ?? "", /Ich frage die Technik/, "the caret stayed");
  assert.match(await page.title(), /E-Mail: Jana Krause/);
  await page
    .locator("[role=alert]", { hasText: "Angebot: E-Mail von Jana Krause, „Fernseher schwarz“" })
    .waitFor({ state: "attached" });
  assert.deepEqual(await axeFindings(page), []);
  await offer(page, "Fernseher schwarz").locator("summary").click();
  await offer(page, "Fernseher schwarz").locator("li", { hasText: "Sonst war niemand frei, der das kann." }).waitFor();

  await keys(omars.page, "q", "a");
  await state(omars.page, "Verfügbar");
  await press(page, "Control+.");
  await page.locator(".offer-decline button:focus", { hasText: "mitten in etwas" }).waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await press(page, "2");
  await page.locator(".offer").waitFor({ state: "detached" });
  await offer(omars.page, "Fernseher schwarz").waitFor();
  await offer(omars.page, "Fernseher schwarz").locator("summary").click();
  await offer(omars.page, "Fernseher schwarz")
    .locator("li", { hasText: "Ada Brandt hat es nicht genommen." })
    .waitFor();

  // His other window shows it as well, and no longer when it is taken in this one.
  const second = await centre.open({ login: omar });
  await second.page.goto(`${centre.server.url}/work`);
  await offer(second.page, "Fernseher schwarz").waitFor();
  await press(omars.page, "Control+j");
  await omars.page.locator(".concern .subject", { hasText: "Fernseher schwarz" }).waitFor();
  await omars.page.locator(".editor-text:focus, textarea:focus").first().waitFor();
  await second.page.locator(".offer").waitFor({ state: "detached" });
  await second.page.locator(".work-row", { hasText: "Fernseher schwarz" }).waitFor();
  assert.deepEqual(await axeFindings(second.page), []);
  await closeSilent(second);

  await omars.page.keyboard.type("Ich messe Ihre Leitung.");
  await press(omars.page, "Control+Enter");
  await state(omars.page, "Nachbearbeitung");
  await omars.page.locator(".wrap-up legend", { hasText: "Was wurde daraus?" }).waitFor();
  assert.deepEqual(await axeFindings(omars.page), []);
  await press(omars.page, "1");
  await omars.page.locator(".wrap-up legend").waitFor({ state: "detached" });
  await keys(omars.page, "q", "a");
  await state(omars.page, "Verfügbar");

  await press(omars.page, "h");
  const line = omars.page.locator(".history-line", { hasText: "Verteilung:" });
  await line.filter({ hasText: "Ada Brandt hat abgelehnt: Nicht mein Fachgebiet" }).first().waitFor();
  await line.filter({ hasText: "Omar Celik hat es angenommen" }).first().waitFor();
  await line.filter({ hasText: "Omar Celik: Gelöst" }).first().waitFor();
  const { work } = await centre.desk.call(api.routing.ofConcern, { params: { id: concern.id } });
  assert.equal(work, null);
  await resolve(other);
});

test("what is not answered says so and makes one away; who goes offline gives back what they hold; a reload keeps it", async () => {
  const { page } = omars;
  await press(adas.page, "Escape");
  await keys(adas.page, "q", "o");
  await state(adas.page, "Offline");
  await setBook({ offerSeconds: 5 });
  const missed = await writes("Rechnung doppelt");
  await offer(page, "Rechnung doppelt").waitFor();
  await page.locator(".offer[data-over]", { hasText: "Sie sind jetzt abwesend" }).waitFor();
  await state(page, "Abwesend: nicht geantwortet");
  assert.deepEqual(await axeFindings(page), []);
  await resolve(missed);
  await setBook({});
  const { number } = await writes("Vertrag");
  await keys(page, "q", "a");
  await page.locator(".offer[data-over]").waitFor({ state: "detached" });
  await offer(page, "Vertrag").waitFor();
  await press(page, "Control+j");
  const held = page.locator(".held-line", { hasText: "Jana Krause" });
  await held.waitFor();
  await page.reload();
  await held.waitFor();
  await state(page, "Verfügbar");

  await page.goto(`${centre.server.url}/desk/open/${number}`);
  await page.locator(".concern-work", { hasText: "Bei Ihnen in Arbeit" }).waitFor();
  // The key asks one's own work, which is fetched by itself.
  await state(page, "Verfügbar");
  await keys(page, "q", "p");
  await page.locator(".finder-list [role=option]").first().waitFor();
  await page.keyboard.type("viertel");
  await page.locator(".finder-list [role=option][data-focused]", { hasText: "Viertelstunde" }).waitFor();
  await press(page, "Enter");
  await page.locator(".concern-work", { hasText: "Von Ihnen geparkt bis" }).waitFor();
  await keys(page, "q", "r");
  await page.locator(".concern-work", { hasText: "Bei Ihnen in Arbeit" }).waitFor();
  await keys(page, "q", "o");
  await page.locator(".concern-work", { hasText: "Wartet in Störungen" }).waitFor();
  await held.waitFor({ state: "detached" });

  // Handed on to a person with a note, it waits for them.
  await setBook({ offers: false });
  await keys(page, "q", "a");
  await page.locator(".concern-work button", { hasText: "Nehmen" }).waitFor();
  await keys(page, "q", "z");
  await page.locator(".concern-work", { hasText: "Bei Ihnen in Arbeit" }).waitFor();
  await page.locator(".editor-text:focus, textarea:focus").first().waitFor();
  await press(page, "Escape");
  await page.locator(".composer-start").first().waitFor();
  await keys(page, "q", "h");
  await page.locator(".finder-list [role=option]", { hasText: "Ada Brandt" }).waitFor();
  await page.keyboard.type("ada");
  await page.locator(".finder-list [role=option][data-focused]", { hasText: "Ada Brandt" }).waitFor();
  await press(page, "Enter");
  await page.locator(".sheet textarea:focus").waitFor();
  await page.keyboard.type("Bitte zurückrufen");
  await press(page, "Tab", "Tab", "Enter");
  await page.locator(".message", { hasText: "Bitte zurückrufen" }).waitFor();
  for (const one of [adas, omars]) await closeSilent(one);
});
