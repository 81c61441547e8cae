// Flows written at the desk: from nothing to a published one that was tried as a chat and as a call, versions and back, files, two writers, keys alone, a phone.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { api } from "#contract/api.ts";
import type { FlowDocument } from "#contract/flows.ts";
import { axeFindings, phone, wide } from "#test/screens/browser.ts";
import { ada, closeSilent, startScreenCentre, type ScreenCentre } from "#test/screens/centre.ts";

let centre: ScreenCentre;

before(async () => {
  centre = await startScreenCentre();
  await centre.desk.call(api.flows.addService, {
    body: {
      name: "Leitungen",
      url: "https://lines.example.org/api",
      headers: [{ name: "Authorization", secret: true, value: "Bearer 1234" }],
      on: true,
    },
  });
});

after(() => centre?.stop());

const text = (de: string, en: string) => ({ de, en });
/** A flow that can be published. */
const small: FlowDocument = {
  form: 1,
  languages: ["de", "en"],
  start: "ask",
  steps: [
    {
      id: "ask",
      do: "ask",
      text: text("Geht das Internet?", "Does the internet work?"),
      into: "works",
      answer: {
        kind: "choice",
        options: [
          { id: "yes", label: text("Ja, alles gut", "Yes, all fine"), next: "end" },
          { id: "no", label: text("Nein", "No"), next: "over" },
        ],
      },
      tries: 3,
      failed: null,
      optional: false,
      next: null,
    },
    { id: "end", do: "end", text: text("Wie schön!", "How nice!"), solved: true },
    {
      id: "over",
      do: "handOver",
      text: text("Ich hole jemanden.", "I will get somebody."),
      topicId: null,
      queueId: null,
      skills: [],
      priority: null,
      subject: text("Internet geht nicht", "Internet is down"),
    },
  ],
  entries: [
    {
      entry: { by: "button", label: text("Internet", "Internet"), order: 0 },
      brandIds: [],
      media: [],
      hours: "always",
    },
  ],
  restHours: 24,
};

const kept = (page: Page) => page.locator('.flow-keeping[data-keeping="kept"]').waitFor();
const node = (page: Page, words: string) => page.locator(".react-flow__node", { hasText: words });
const panel = (page: Page) => page.getByRole("tabpanel");
const tab = (page: Page, name: string | RegExp) => page.getByRole("tab", { name }).click();
/** Adds a step after what is chosen, by keys. */
const add = async (page: Page, kind: string): Promise<void> => {
  await page.locator(".flow-head h1").click();
  await page.keyboard.press("a");
  await page.getByRole("menuitem", { name: kind, exact: true }).press("Enter");
  await panel(page).getByRole("heading", { name: kind, exact: true }).waitFor();
};
const write = async (page: Page, label: string, de: string, en: string): Promise<void> => {
  await panel(page).getByLabel(`${label} (Deutsch)`, { exact: true }).fill(de);
  await panel(page).getByLabel(`${label} (English)`, { exact: true }).fill(en);
};
const choose = async (page: Page, label: string, option: string | RegExp): Promise<void> => {
  await panel(page)
    .getByRole("button", { name: new RegExp(`${label}$`) })
    .click();
  await page.getByRole("option", { name: option, exact: true }).click();
};

test("a flow from nothing: drawn, mended until nothing is wrong, tried as a chat and as a call, published, changed, set back", async () => {
  const desk = await centre.open();
  const { page } = desk;
  await page.goto(`${centre.server.url}/admin/flows`);
  await page.getByRole("button", { name: "Neuer Ablauf" }).click();
  await page.getByLabel("Name").fill("Fernseher schwarz");
  assert.equal(await page.getByLabel("Kurzwort").inputValue(), "fernseher-schwarz");
  await page.getByRole("button", { name: "Anlegen" }).click();
  await page.getByText("Ein leerer Ablauf").waitFor();

  await add(page, "Sagen");
  await write(page, "Text", "Schauen wir nach.", "Let us look.");
  await add(page, "Fragen");
  await write(page, "Frage", "Was ist schwarz?", "What is black?");
  await write(page, "Möglichkeit 1", "Alles", "Everything");
  await write(page, "Möglichkeit 2", "Nur das Bild", "Only the picture");
  await page.getByRole("button", { name: /Fehler$/ }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Veröffentlichen" }).isDisabled(), true);
  // After the first option, whose way is the first that leads nowhere: a look-up, a branch, a hand-over.
  await add(page, "Nachschlagen");
  await panel(page).getByLabel("Pfad", { exact: true }).fill("/lines/4711");
  await panel(page).getByRole("button", { name: "Etwas behalten" }).click();
  await panel(page).getByLabel("Wo es steht").fill("/state");
  await panel(page).getByLabel("Antwort merken als").fill("state");
  await panel(page).getByLabel("Antwort merken als").press("Enter");
  await add(page, "Verzweigen");
  await choose(page, "Bedingung", "Ein Wert");
  await choose(page, "Wert", "state");
  await choose(page, "Verglichen", "ist");
  await panel(page).getByLabel("Womit").fill("down");
  await add(page, "Übergeben");
  await write(page, "Beim Übergeben gesagt", "Das sieht sich jemand an.", "Somebody will look into it.");
  await write(page, "Betreff des Anliegens", "Leitung tot", "Line is dead");

  // What is left open is found, and a press leads there.
  await tab(page, /^Befunde/);
  const finding = panel(page).getByRole("button", { name: /sonst/ });
  await finding.click();
  await panel(page).getByRole("heading", { name: "Verzweigen" }).waitFor();
  await panel(page)
    .getByRole("button", { name: /sonst$/ })
    .click();
  await page.getByRole("option", { name: "Neu: Ende" }).click();
  await write(page, "Letzte Worte", "Alles in Ordnung, danke {state}!", "All is well, thanks {state}!");
  await panel(page).getByText("Zum Beispiel: Alles in Ordnung, danke ‹state›!").waitFor();
  // Ways are drawn with the mouse: the second option leads to the hand-over; and so do the look-up's.
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Alles zeigen" }).click();
  const draw = async (from: string, exit: string, to: string): Promise<void> => {
    await node(page, from).locator(".flow-exit", { hasText: exit }).locator(".react-flow__handle").hover();
    await page.mouse.down();
    await node(page, to).locator(".flow-in").hover();
    await page.mouse.up();
    await page.locator(".react-flow__edge").first().waitFor();
    await kept(page);
  };
  await draw("Was ist schwarz?", "Nur das Bild", "Das sieht sich jemand an.");
  await draw("Leitungen /lines/4711", "gibt es nicht", "Das sieht sich jemand an.");
  await draw("Leitungen /lines/4711", "misslungen", "Das sieht sich jemand an.");
  await tab(page, "Einstieg");
  await panel(page).getByRole("button", { name: "Einstieg hinzufügen" }).click();
  await write(page, "Auf dem Knopf", "Kein Bild", "No picture");
  await tab(page, /^Befunde/);
  await panel(page).getByText("Alles in Ordnung.").waitFor();
  assert.equal(await page.locator(".flow-node[data-level]").count(), 0);

  // As a chat: pressed, looked up, branched, over. Where it stands is lit.
  await tab(page, "Testen");
  await panel(page).getByRole("button", { name: "Beginnen" }).click();
  await panel(page).getByText("Was ist schwarz?").waitFor();
  await page.locator(".react-flow__node.is-lit", { hasText: "Was ist schwarz?" }).waitFor();
  await panel(page).getByRole("button", { name: "Alles", exact: true }).click();
  await panel(page).getByText("Fragt Leitungen: GET /lines/4711").waitFor();
  const answer = panel(page).getByLabel("Was der Dienst antwortet (JSON)");
  await answer.fill('{"state": ');
  assert.equal(await panel(page).getByRole("button", { name: "Gefunden" }).isDisabled(), true);
  await answer.fill('{"state": "up"}');
  await panel(page).getByRole("button", { name: "Gefunden" }).click();
  await panel(page).getByText("Alles in Ordnung, danke up!").waitFor();
  await panel(page).getByText("Der Kunde hat sich selbst geholfen.").waitFor();
  await panel(page).getByRole("button", { name: "Einen Schritt zurück" }).click();
  await answer.fill('{"state": "down"}');
  await panel(page).getByRole("button", { name: "Gefunden" }).click();
  await panel(page).getByText("An jemanden von uns übergeben, wie es der Ablauf sagt.").waitFor();
  // As a call, in English: words and keys.
  await panel(page)
    .getByRole("button", { name: /Geführt als/ })
    .click();
  await page.getByRole("option", { name: "Als Anruf" }).click();
  await panel(page)
    .getByRole("button", { name: /Sprache des Kunden/ })
    .click();
  await page.getByRole("option", { name: "English" }).click();
  await panel(page).getByRole("button", { name: "Von vorn" }).click();
  await panel(page)
    .getByText(/Only the picture: press 2/)
    .waitFor();
  await panel(page).getByRole("group", { name: "Tasten des Telefons" }).getByRole("button", { name: "2" }).click();
  await panel(page).getByText("Somebody will look into it.").waitFor();

  // Published, changed, published, set back.
  const publish = async (note: string, number: number): Promise<void> => {
    await page.getByRole("button", { name: "Veröffentlichen" }).click();
    await page.getByRole("dialog").getByLabel("Was ist neu").fill(note);
    await page.getByRole("dialog").getByRole("button", { name: "Veröffentlichen" }).click();
    await page.getByText(`Fassung ${number} ist veröffentlicht`).waitFor();
  };
  await publish("Der Anfang", 1);
  await page.getByRole("button", { name: "Alles zeigen" }).click();
  await node(page, "Schauen wir nach.").getByText("Schauen wir nach.").click();
  await write(page, "Text", "Schauen wir gleich nach.", "Let us look at once.");
  await kept(page);
  await publish("Schneller", 2);
  await tab(page, "Fassungen");
  await panel(page).getByRole("button", { name: "Ansehen: Fassung 1" }).click();
  await node(page, "Schauen wir nach.").waitFor();
  await page.getByRole("button", { name: "Zurück zum Entwurf" }).click();
  await node(page, "Schauen wir gleich nach.").waitFor();
  await panel(page).getByRole("button", { name: "Wieder laufen lassen: Fassung 1" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Wieder laufen lassen" }).click();
  await page.getByText("Fassung 1 läuft wieder").waitFor();
  const [row] = await centre.desk.call(api.flows.list);
  assert.deepEqual([row?.published, row?.changed], [1, true]);
  await page.getByRole("button", { name: "Abläufe" }).click();
  await page.locator(".flow-row", { hasText: "Fassung 1 läuft" }).getByText("Entwurf geändert").waitFor();
  await closeSilent(desk);
});

test("a file that breaks off, one that is wrong in a step, one that holds; what is saved is the same file; copies and removing", async () => {
  const desk = await centre.open();
  const { page } = desk;
  await page.goto(`${centre.server.url}/admin/flows`);
  const file = (content: string) => ({
    name: "Internet.json",
    mimeType: "application/json",
    buffer: Buffer.from(content),
  });
  const written = `${JSON.stringify(small, null, 2)}\n`;
  await page.getByRole("button", { name: "Aus einer Datei" }).click();
  const sheet = page.getByRole("dialog");
  const input = sheet.getByLabel("Datei eines Ablaufs (JSON)");
  await input.setInputFiles(file(written.slice(0, 36)));
  await sheet.getByText("Das ist kein JSON: Es bricht in Zeile 4 bei Zeichen 5 ab.").waitFor();
  await input.setInputFiles(file(written.replace('"tries": 3', '"tries": 99')));
  await sheet.getByText("Gelesen: 3 Schritte.").waitFor();
  await sheet.getByRole("button", { name: "Anlegen" }).click();
  await sheet.getByText(/Im Schritt „ask“ stimmt etwas nicht: tries/).waitFor();
  await input.setInputFiles(file(written));
  await sheet.getByRole("button", { name: "Anlegen" }).click();
  await page.getByRole("heading", { name: "Internet" }).waitFor();
  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: "Als Datei speichern" }).click();
  const saved = await saving;
  assert.equal(saved.suggestedFilename(), "internet.json");
  assert.equal(await readFile(await saved.path(), "utf8"), written);

  await page.getByRole("button", { name: "Abläufe" }).click();
  await page.getByRole("button", { name: "Was mit Internet geht" }).click();
  await page.getByRole("menuitem", { name: "Kopieren" }).click();
  await sheet.getByRole("button", { name: "Anlegen" }).click();
  await page.getByRole("heading", { name: "Kopie von Internet" }).waitFor();
  await page.getByRole("button", { name: "Abläufe" }).click();
  // What a colleague does is seen at once.
  const copy = (await centre.desk.call(api.flows.list)).find(({ name }) => name === "Kopie von Internet");
  assert.ok(copy);
  const { draft, key, version } = await centre.desk.call(api.flows.one, { params: { id: copy.id } });
  await centre.desk.call(api.flows.change, {
    params: { id: copy.id },
    body: { draft, key, version, name: "Kopie von gestern", on: false },
  });
  await page.getByRole("button", { name: "Was mit Kopie von gestern geht" }).click();
  await page.getByRole("menuitem", { name: "Ablauf entfernen" }).click();
  await sheet.getByRole("button", { name: "Ablauf entfernen" }).click();
  await page.getByText("Kopie von gestern entfernt").waitFor();
  assert.equal(
    (await centre.desk.call(api.flows.list)).some(({ id }) => id === copy.id),
    false,
  );
  assert.deepEqual(
    desk.complaints.filter((words) => !/\b400\b/.test(words)),
    [],
  );
  await desk.context.close();
});

test("keys alone, in the outline; two writers lose nothing; copied into another flow", async () => {
  const flow = await centre.desk.call(api.flows.create, {
    body: { key: "outline", name: "Gliederung", document: small },
  });
  const desk = await centre.open();
  const { page } = desk;
  await page.goto(`${centre.server.url}/admin/flows/${flow.id}`);
  await page.locator(".react-flow__node").first().waitFor();
  await page.keyboard.press("v");
  const tree = page.getByRole("tree", { name: "Gliederung" });
  const line = (words: string) => tree.getByRole("treeitem", { name: words });
  await tree.locator('[tabindex="0"]').focus();
  // Down to the second option, a step after it: it stands between it and the hand-over.
  for (const key of ["ArrowDown", "ArrowDown", "ArrowDown"]) await page.keyboard.press(key);
  assert.match((await page.locator(":focus").textContent()) ?? "", /Nein/);
  await page.keyboard.press("a");
  await page.getByRole("menuitem", { name: "Sagen", exact: true }).waitFor();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Control+s");
  await panel(page).getByLabel("Text (Deutsch)").focus();
  await page.keyboard.type("Oje.");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Oh dear.");
  await kept(page);
  const said = (await centre.desk.call(api.flows.one, { params: { id: flow.id } })).draft.steps.find(
    ({ id }) => id === "say",
  );
  assert.deepEqual(said, { id: "say", do: "say", text: text("Oje.", "Oh dear."), next: "over" });
  await line("Oje.").focus();
  await page.keyboard.press("Delete");
  await line("Oje.").waitFor({ state: "detached" });
  await page.keyboard.press("Control+z");
  await line("Oje.").waitFor();
  await kept(page);

  // Somebody else keeps another draft while this one is being changed.
  let isChanged = false;
  await page.route("**/api/flows/*", async (route) => {
    if (route.request().method() === "PUT" && !isChanged) {
      isChanged = true;
      const stands = await centre.desk.call(api.flows.one, { params: { id: flow.id } });
      await centre.desk.call(api.flows.change, {
        params: { id: flow.id },
        body: {
          key: stands.key,
          name: stands.name,
          on: stands.on,
          version: stands.version,
          draft: { ...stands.draft, restHours: 48 },
        },
      });
    }
    await route.continue();
  });
  await line("Oje.").focus();
  await page.keyboard.press("Enter");
  await panel(page).getByLabel("Text (Deutsch)").fill("Oje, oje.");
  await page.getByText("Jemand anderes hat diesen Ablauf inzwischen geändert.").waitFor();
  await page.unroute("**/api/flows/*");
  await page.getByRole("button", { name: "Deren Fassung nehmen" }).press("Enter");
  await line("Oje.").waitFor();
  await page.locator(".flow-head h1").click();
  await page.keyboard.press("Control+z");
  await line("Oje, oje.").waitFor();
  await kept(page);

  // Copied as text, pasted into another flow.
  await line("Oje, oje.").click();
  await line("Oje, oje.").focus();
  await page.keyboard.press("Control+c");
  await page.getByText("1 Schritt kopiert").waitFor();
  const other = await centre.desk.call(api.flows.create, { body: { key: "other", name: "Anderer", document: null } });
  await page.goto(`${centre.server.url}/admin/flows/${other.id}`);
  await page.getByText("Ein leerer Ablauf").waitFor();
  await page.keyboard.press("Control+v");
  await node(page, "Oje, oje.").waitFor();
  await kept(page);
  assert.deepEqual(
    desk.complaints.filter((words) => !/\b409\b/.test(words)),
    [],
  );
  await desk.context.close();
});

test("a service is tried and its secret never shown; both languages, light and dark, wide and on a phone: axe is silent and nothing is cut", async () => {
  const flow = await centre.desk.call(api.flows.create, {
    body: { key: "looked", name: "Angesehen", document: small },
  });
  for (const [language, colorScheme, size] of [
    ["de", "light", wide],
    ["en", "dark", phone],
  ] as const) {
    await centre.speak(language);
    const desk = await centre.open({ ...size, colorScheme, login: ada });
    const { page } = desk;
    const look = async (what: string): Promise<void> => {
      // A button that changes its look does so in steps.
      await page.evaluate(() =>
        Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => null))),
      );
      assert.deepEqual(await axeFindings(page), [], `${what} ${language}`);
      assert.deepEqual(await axeFindings(page, ["target-size"]), [], `${what} ${language}`);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, what);
    };
    const isPhone = size === phone;
    await page.goto(`${centre.server.url}/admin/flows`);
    await page.locator(".flow-row").first().waitFor();
    await look("the list");
    await page.goto(`${centre.server.url}/admin/flows/${flow.id}`);
    if (isPhone) {
      assert.equal(await page.locator(".flow-canvas").count(), 0);
      await page.locator(".flow-line", { hasText: "Does the internet work?" }).tap();
    } else await node(page, "Geht das Internet?").click({ position: { x: 40, y: 50 } });
    await page.locator(".flow-form-head").waitFor();
    await look("a question");
    await tab(page, isPhone ? "Entries" : "Einstieg");
    await look("how it begins");
    await tab(page, isPhone ? "Try it" : "Testen");
    await page.getByRole("button", { name: isPhone ? "Begin" : "Beginnen", exact: true }).click();
    await page.locator(".flow-try-choices").waitFor();
    await look("a try");
    await page.goto(`${centre.server.url}/admin/flow-services`);
    await page.locator(".entry").first().click();
    const value = page.getByLabel(isPhone ? "Value" : "Wert", { exact: true });
    assert.deepEqual([await value.inputValue(), await value.getAttribute("type")], ["", "password"]);
    await page.getByRole("button", { name: isPhone ? "Ask" : "Fragen", exact: true }).click();
    await page.locator(".flow-tried[data-became=failed]").waitFor();
    await look("a service");
    await closeSilent(desk);
  }
});
