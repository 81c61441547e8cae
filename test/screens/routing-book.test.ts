// Setting up routing at the desk: a working set by keys alone, what is wrong at its field, what others saved meanwhile, who can do what, and a past day played.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page, Route } from "playwright-core";
import { api } from "#contract/api.ts";
import type { AgentWork, RoutingBook } from "#contract/routing-book.ts";
import { addAgent, agentPassword } from "#test/centre.ts";
import { addChat } from "#test/chat.ts";
import { axeFindings, openDesk, phone, wide } from "#test/screens/browser.ts";
import { closeSilent, startScreenCentre, type ScreenCentre } from "#test/screens/centre.ts";

let centre: ScreenCentre;
const sara = { email: "sara@kabel.test", password: agentPassword } as const;

before(async () => {
  centre = await startScreenCentre({ UNDO_SECONDS: "0" });
  const { desk } = centre;
  const [brand] = await desk.call(api.brands.list);
  await addChat(desk, brand?.id ?? assert.fail());
  await desk.call(api.agents.createTeam, { body: { name: "Technik" } });
  await addAgent(desk, { name: "Sara Lund", email: sara.email, role: "supervisor" });
  const row = await centre.writes({ from: "a@kunde.test", subject: "Router", text: "Seit heute ist der Router tot." });
  await desk.call(api.concerns.change, { params: { id: row.id }, body: { status: "resolved" } });
  await centre.writes({ from: "b@kunde.test", subject: "Bild", text: "Seit heute ist der Bildschirm schwarz." });
});

after(() => centre?.stop());

const book = (): Promise<{ book: RoutingBook; revision: number }> => centre.desk.call(api.routing.book);
const names = async (): Promise<string[]> => (await book()).book.queues.map(({ name }) => name);
/** The book has this revision or a later one. */
const saved = (revision: number) =>
  centre.feed.event((event) => event.kind === "routing.bookChanged" && event.data.revision >= revision);
const unsaved = (page: Page) => page.locator(".routing-unsaved");
const save = async (page: Page): Promise<void> => {
  const { revision } = await book();
  await unsaved(page).getByRole("button").last().press("Enter");
  await saved(revision + 1);
  await unsaved(page).waitFor({ state: "detached" });
};

test("a newcomer has a working set by keys alone; nothing counts until it is saved", async () => {
  const desk = await centre.open();
  const { page } = desk;
  await page.goto(`${centre.server.url}/admin/routing`);
  await page.getByRole("button", { name: "Übernehmen: Chats und E-Mails nach Sprache" }).focus();
  await page.keyboard.press("Enter");
  await unsaved(page).waitFor();
  assert.deepEqual(await names(), []);
  await save(page);
  assert.deepEqual(await names(), ["Chats", "Alles andere"]);
  assert.deepEqual(
    (await book()).book.skills.map(({ name }) => name),
    ["Deutsch", "Englisch"],
  );
  await page.getByRole("button", { name: "Alles andere nach oben" }).focus();
  await page.keyboard.press("Enter");
  // Thrown away, what stands is shown again; kept while another page is looked at.
  await unsaved(page).getByRole("button", { name: "Verwerfen" }).press("Enter");
  // Before that the queue is still the last one, and cannot go further down.
  await unsaved(page).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Chats nach unten", disabled: false }).press("Enter");
  await unsaved(page).waitFor();
  await page.getByRole("link", { name: "Zusagen" }).press("Enter");
  await page.waitForURL("**/admin/promises");
  await page.getByRole("link", { name: "Verteilung" }).press("Enter");
  await page.waitForURL("**/admin/routing");
  await save(page);
  assert.deepEqual(await names(), ["Alles andere", "Chats"]);
  await page.getByRole("button", { name: "Chats nach oben", disabled: false }).press("Enter");
  await unsaved(page).waitFor();
  await save(page);
  await closeSilent(desk);
});

test("what is wrong is said at its field, and what others saved meanwhile is not overwritten unseen", async () => {
  const desk = await centre.open();
  const { page } = desk;
  await page.goto(`${centre.server.url}/admin/routing`);
  const chats = page.getByRole("button", { name: /^Chats Web-Chat/ });
  await chats.press("Enter");
  const sheet = page.getByRole("dialog");
  await sheet.locator("summary", { hasText: "Wenn es zu viel wird" }).press("Enter");
  await sheet.getByRole("button", { name: "Überlauf hinzufügen" }).press("Enter");
  const back = sheet.getByRole("spinbutton", { name: "Bis herunter auf" });
  await back.fill("-1");
  assert.equal(await sheet.getByRole("button", { name: "Übernehmen" }).isDisabled(), true);
  await back.fill("30");
  await sheet.getByRole("button", { name: "Übernehmen" }).press("Enter");
  await sheet.waitFor({ state: "detached" });
  const refused = page.waitForResponse(
    (answer) => answer.url().endsWith("/api/routing-book") && answer.status() === 400,
  );
  await unsaved(page).getByRole("button", { name: "Speichern" }).press("Enter");
  await refused;
  await unsaved(page).getByText("Chats: Das Ende liegt auf der falschen Seite").waitFor();
  await page.getByRole("button", { name: /^Chats Web-Chat/ }).press("Enter");
  await sheet.getByText("Das Ende liegt auf der falschen Seite").waitFor();
  assert.equal(await back.getAttribute("aria-invalid"), "true");
  await back.fill("10");
  await sheet.getByRole("button", { name: "Übernehmen" }).press("Enter");
  await sheet.waitFor({ state: "detached" });

  const stands = await book();
  const theirs = { ...stands.book, graceSeconds: 45 };
  await centre.desk.call(api.routing.setBook, { body: { book: theirs, was: stands.revision } });
  await unsaved(page).getByRole("button", { name: "Speichern" }).press("Enter");
  await unsaved(page).getByText("Jemand anderes hat inzwischen gespeichert").waitFor();
  assert.equal((await book()).book.graceSeconds, 45);
  await unsaved(page).getByRole("button", { name: "Deren Fassung nehmen" }).press("Enter");
  await page
    .getByRole("spinbutton", { name: "Ohne Verbindung offline nach" })
    .and(page.locator('[value="45"]'))
    .waitFor();
  assert.equal((await book()).book.queues[0]?.overflow.length, 0);
  // A queue with hours of its own: without one of its times it is not taken over, and its part of the form is opened again.
  await chats.press("Enter");
  await sheet.getByRole("button", { name: "Geöffnet" }).press("Enter");
  await page.getByRole("option", { name: "Eigene Servicezeiten" }).press("Enter");
  await sheet.getByRole("button", { name: "Samstag: Zeit hinzufügen" }).press("Enter");
  const begins = sheet.getByLabel("Samstag, Beginn 1");
  await begins.fill("");
  await sheet.locator("summary").first().press("Enter");
  await sheet.getByRole("button", { name: "Übernehmen" }).press("Enter");
  await sheet.getByText("Hier fehlt ein Tag oder eine Uhrzeit").waitFor();
  await begins.fill("10:30");
  await sheet.getByRole("button", { name: "Übernehmen" }).press("Enter");
  await sheet.waitFor({ state: "detached" });
  await save(page);
  const { hours } = (await book()).book.queues[0] ?? assert.fail();
  assert.deepEqual(hours.kind === "own" && hours.hours.weekly[5], [{ from: "10:30", to: "17:00" }]);
  await page.reload();
  await chats.press("Enter");
  assert.equal(await begins.inputValue(), "10:30");
  await sheet.getByRole("button", { name: "Abbrechen" }).press("Enter");
  await sheet.waitFor({ state: "detached" });
  // The browser reports refusals as loads that failed.
  const others = desk.complaints.filter((words) => !/\b(400|409)\b/.test(words));
  assert.deepEqual(others, []);
  await desk.context.close();
});

test("who supervises says who can do what, cell by cell with number keys, and how much at once", async () => {
  const desk = await openDesk(centre.browser, centre.server.url, { login: sara });
  const { page } = desk;
  await page.goto(`${centre.server.url}/admin/skills`);
  const cell = (name: string) => page.getByRole("button", { name, exact: true });
  const told = (fits: (work: AgentWork) => boolean) =>
    centre.feed.event((event) => event.kind === "routing.agentChanged" && fits(event.data.work));
  const numbers = (work: AgentWork): string => Object.values(work.skills).join();
  await cell("Ada Brandt, Deutsch: keine").focus();
  await page.keyboard.press("5");
  await cell("Ada Brandt, Deutsch: Stufe 5").waitFor();
  for (const key of ["ArrowRight", "3", "ArrowDown", "2", "ArrowLeft", "1"]) await page.keyboard.press(key);
  await told((work) => numbers(work) === "5,3");
  const both = await told((work) => ["1,2", "2,1"].includes(numbers(work)));
  await page.keyboard.press("0");
  // Changes of different agents are saved side by side.
  const [whose] = [both].flatMap((event) => (event.kind === "routing.agentChanged" ? [event.data.agentId] : []));
  await centre.feed.event(
    (event) => event.kind === "routing.agentChanged" && event.data.agentId === whose && event.seq > both.seq,
  );
  const works = await centre.desk.call(api.routing.agentWork);
  const agents = await centre.desk.call(api.agents.list);
  const skills = new Map((await book()).book.skills.map(({ id, name }) => [id, name]));
  const shown = works.flatMap(({ agentId, skills: levels }) =>
    Object.entries(levels).map(
      ([id, level]) => `${agents.find((one) => one.id === agentId)?.name} ${skills.get(id as never)} ${level}`,
    ),
  );
  assert.deepEqual(shown.toSorted(), ["Ada Brandt Deutsch 5", "Ada Brandt Englisch 3", "Omar Celik Englisch 2"]);

  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  const sheet = page.getByRole("dialog");
  await sheet.getByText("passt 3-mal").waitFor();
  await sheet.getByRole("button", { name: /Zugleich/ }).press("Enter");
  await page.getByRole("option", { name: "Eigene" }).press("Enter");
  const weights = sheet.getByRole("group", { name: "Anruf" }).getByRole("spinbutton", { name: "Teile von 100" });
  await weights.fill("50");
  await sheet.getByText("Ein Anruf lässt hier Platz für anderes").waitFor();
  await sheet.getByRole("button", { name: "Speichern" }).press("Enter");
  await told(({ capacity }) => typeof capacity !== "string" && capacity.voice?.weight === 50);
  await page.goto(`${centre.server.url}/admin/routing`);
  await page.locator(".desk, .nav").first().waitFor();
  assert.equal(await page.locator(".routing-queues").count(), 0, "the book is the administrator's");
  await closeSilent(desk);
});

test("a past day is played with what stands in the form; in both languages, light and dark, wide and on a phone axe is silent and nothing is cut", async () => {
  for (const [language, colorScheme, size] of [
    ["de", "light", wide],
    ["en", "dark", phone],
  ] as const) {
    await centre.speak(language);
    const desk = await centre.open({ ...size, colorScheme, timezoneId: "UTC" });
    const { page } = desk;
    const look = async (what: string): Promise<void> => {
      assert.deepEqual(await axeFindings(page), [], `${what} ${language}`);
      assert.deepEqual(await axeFindings(page, ["target-size"]), [], `${what} ${language}`);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, what);
    };
    await page.goto(`${centre.server.url}/admin/routing`);
    await page.locator(".routing-preview input").fill(new Date().toISOString().slice(0, 10));
    // Stopped while it is under way: the server is no longer waited for, nothing is said, and it can be asked again.
    const held = new Promise<Route>((resolve) => void page.route("**/api/routing-previews", resolve, { times: 1 }));
    await page.locator(".routing-preview .button").press("Enter");
    const stopped = page.waitForEvent("requestfailed", (request) => request.url().endsWith("/api/routing-previews"));
    await held;
    await page.locator(".routing-preview progress").waitFor();
    await look("a day that is being played");
    await page.locator(".routing-preview .button").nth(1).press("Enter");
    assert.equal((await stopped).failure()?.errorText, "net::ERR_ABORTED");
    await page.locator(".routing-preview progress").waitFor({ state: "detached" });
    assert.equal(await page.locator(".routing-preview [role=alert], .routing-outcome").count(), 0);
    await page.locator(".routing-preview .button").press("Enter");
    await page
      .getByText(language === "de" ? "Mit diesen Regeln: 2 Vorgänge" : "With these rules: 2 pieces of work")
      .waitFor();
    await look("the page with a day that was played");
    await page.locator(".routing-entry .entry").first().press("Enter");
    const groups = page.locator(".sheet details");
    for (let n = 1; n < (await groups.count()); n += 1) await groups.nth(n).locator("summary").first().press("Enter");
    await look("a queue");
    await page.goto(`${centre.server.url}/admin/skills`);
    await page.locator(".routing-level").first().waitFor();
    await look("who can do what");
    await page.locator(".routing-capacity-button").first().press("Enter");
    await page.locator(".routing-fits").waitFor();
    await look("how much at once");
    await closeSilent(desk);
  }
});
