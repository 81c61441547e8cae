// What a chat carries beside words, in a real browser on a strict site of another origin: files both ways, pictures, emoji,
// choices, forms and articles, and what a browser tells when no page is open.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import type { Page, Worker } from "playwright-core";
import { api } from "#contract/api.ts";
import { answerIn } from "#test/chat.ts";
import { until } from "#test/faults.ts";
import { phone } from "#test/screens/browser.ts";
import { leave, startChatSite, type ChatSite } from "#test/screens/chatSite.ts";
import { field, findings, launch, openVisitor, say, sent } from "#test/screens/site.ts";
import {
  askedBy,
  offer,
  openWorker,
  placeWorker,
  playPushService,
  press,
  showTelling,
  wantsOpened,
} from "#test/screens/telling.ts";

const mostBytes = 200_000;
/** What is asked of a worker has none of its own. */
const timeout = 180_000;
/** 2 × 2 pixels, red. */
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGP4z8AARAwQCgAf7gP9i18U1AAAAABJRU5ErkJggg==",
  "base64",
);

let at: ChatSite;
before(async () => {
  at = await startChatSite({ MAX_FILE_BYTES: String(mostBytes) }, true);
});
after(() => at?.stop());
/** What an agent finds in a concern: the words and the names of files of each message. */
const found = async (concernId: string): Promise<(readonly [string, readonly string[]])[]> =>
  (await at.desk.call(api.concerns.open, { params: { id: concernId } })).messages.map(
    ({ text, files }) => [text, files.map(({ name }) => name)] as const,
  );
/** Lets files go over the chat, or pastes them into it, as the system does. */
const give = (page: Page, how: "drop" | "paste", names: readonly string[], bytes: Buffer): Promise<void> =>
  page.locator(how === "drop" ? ".panel" : "textarea").evaluate(
    (place, { kind, files, base64 }) => {
      const transfer = new DataTransfer();
      const data = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      for (const name of files)
        transfer.items.add(new File([data], name, { type: name.endsWith(".png") ? "image/png" : "text/plain" }));
      const common = { bubbles: true, cancelable: true, composed: true };
      if (kind === "paste") place.dispatchEvent(new ClipboardEvent("paste", { ...common, clipboardData: transfer }));
      else
        for (const type of ["dragover", "drop"])
          place.dispatchEvent(new DragEvent(type, { ...common, dataTransfer: transfer }));
    },
    { kind: how, files: [...names], base64: bytes.toString("base64") },
  );

test("files are chosen, pasted and let go over the chat, can be taken out again, and arrive; pictures are painted both ways", async () => {
  const visitor = await at.visit();
  const { page } = visitor;
  const concernId = await at.begin(visitor, "Mein Router blinkt");
  await page.getByRole("button", { name: "Dateien anhängen" }).click();
  await page.getByText("Bis zu 50 Dateien, jede höchstens 200 kB.", { exact: false }).waitFor();
  assert.deepEqual(await findings(page), []);
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Dateien wählen" }).click();
  await (
    await chooser
  ).setFiles([
    { name: "Messung.txt", mimeType: "text/plain", buffer: Buffer.from("50 Mbit") },
    { name: "Zuviel.txt", mimeType: "text/plain", buffer: Buffer.from("weg") },
  ]);
  await give(page, "paste", ["Router.png"], png);
  await page.getByRole("button", { name: "Zuviel.txt entfernen" }).click();
  await give(page, "drop", ["Riesig.txt"], Buffer.alloc(mostBytes + 1, 65));
  await page.getByRole("alert").getByText("„Riesig.txt“ ist größer als 200 kB.").waitFor();
  await give(page, "drop", ["leer.txt"], Buffer.alloc(0));
  await page.getByRole("alert").getByText("„leer.txt“ ist leer.").waitFor();
  await page.locator('.composer canvas[data-painted="true"]').waitFor();
  assert.deepEqual(await findings(page), []);
  await field(page).focus();
  await page.keyboard.press("Enter");
  await sent(page, "Messung").waitFor();
  assert.deepEqual((await found(concernId)).at(-1), ["", ["Messung.txt", "Router.png"]]);

  const upload = await at.desk.upload("So soll es sein.png", png, "image/png");
  await answerIn(at.desk, concernId, "Vergleichen Sie bitte.", "webchat", [upload]);
  const picture = page.getByRole("button", { name: "So soll es sein.png ansehen" });
  await picture.locator('canvas[data-painted="true"]').waitFor();
  assert.equal(await page.locator('.bubble canvas[data-painted="true"]').count(), 2);
  assert.equal(
    await picture
      .locator("canvas")
      .evaluate((canvas: HTMLCanvasElement) =>
        [...(canvas.getContext("2d")?.getImageData(0, 0, 1, 1).data ?? [])].join(),
      ),
    "255,0,0,255",
  );
  await picture.focus();
  await page.keyboard.press("Enter");
  await page.locator('.viewer canvas[data-painted="true"]').waitFor();
  const download = page.waitForEvent("download");
  await page.locator(".viewer").getByRole("button", { name: "herunterladen" }).click();
  assert.equal((await download).suggestedFilename(), "So soll es sein.png");
  await page.keyboard.press("Escape");
  await page.locator(".viewer").waitFor({ state: "detached" });
  await page.locator(".panel").waitFor();
  assert.deepEqual(await findings(page), []);

  await page.reload();
  await launch(page).click();
  await page.locator('.by-us canvas[data-painted="true"]').waitFor();
  const kept = page.waitForEvent("download");
  await page.getByRole("button", { name: /^Messung.*herunterladen/ }).click();
  assert.equal((await kept).suggestedFilename(), "Messung.txt");
  await leave(visitor);
});

test("what is chosen, and what is said without a network, is there after a reload and sent once; it can be taken back", async () => {
  const visitor = await at.visit();
  const { page, context } = visitor;
  const concernId = await at.begin(visitor, "Gleich bin ich weg");
  await give(page, "drop", ["bleibt.txt"], Buffer.from("bleibt"));
  await page.getByRole("button", { name: "bleibt.txt entfernen" }).waitFor();
  await page.reload();
  await launch(page).click();
  await page.getByRole("button", { name: "bleibt.txt entfernen" }).waitFor();
  await sent(page, "Gleich bin ich weg").waitFor();
  await context.setOffline(true);
  // What is said before the page has heard of it still goes through.
  await page.getByText("Keine Verbindung.", { exact: false }).waitFor();
  await say(page, "Ohne Netz");
  await page.locator(".is-waiting", { hasText: "bleibt" }).waitFor();
  await give(page, "drop", ["doch-nicht.txt"], Buffer.from("nein"));
  await page.getByRole("button", { name: "Senden" }).click();
  await page.locator(".is-waiting", { hasText: "doch-nicht" }).getByRole("button", { name: "Abbrechen" }).click();
  await page.locator(".is-waiting", { hasText: "doch-nicht" }).waitFor({ state: "detached" });
  await context.setOffline(false);
  await page.reload();
  await launch(page).click();
  await sent(page, "Ohne Netz").waitFor();
  await page.getByRole("button", { name: /^bleibt.*herunterladen/ }).waitFor();
  assert.deepEqual(await found(concernId), [
    ["Gleich bin ich weg", []],
    ["Ohne Netz", ["bleibt.txt"]],
  ]);
  await leave(visitor);
});

test("emoji are fetched when they are wanted, found by a word or with the arrows, and shown large when they are all", async () => {
  const visitor = await at.visit();
  const { page, requests } = visitor;
  await at.begin(visitor, "Ein Gruß");
  assert.equal(
    requests.some((url) => url.includes("/widget/emoji-")),
    false,
  );
  await page.getByRole("button", { name: "Emoji", exact: true }).press("Enter");
  await page.locator("input[type=search]:focus").waitFor();
  assert.ok(requests.some((url) => /\/widget\/emoji-[\w-]+\.js$/.test(url)));
  assert.deepEqual(await findings(page), []);
  await page.keyboard.type("daumen hoch");
  await page.getByRole("button", { name: "Daumen hoch" }).waitFor();
  await page.keyboard.press("Enter");
  await page.waitForFunction(
    () => document.querySelector("draht-chat")?.shadowRoot?.querySelector("textarea")?.value === "👍",
  );
  await page.locator("input[type=search]").fill("");
  await page.keyboard.press("ArrowDown");
  for (const key of ["ArrowDown", "ArrowRight", "ArrowRight", "ArrowLeft", "ArrowUp"]) await page.keyboard.press(key);
  await page.locator(".emoji-grid button:focus").waitFor();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowRight");
  await page.getByRole("button", { name: "Lachen", exact: true }).and(page.locator(":focus")).waitFor();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await page.locator("textarea:focus").waitFor();
  await page.keyboard.press("Enter");
  await sent(page, "👍😃").waitFor();
  assert.equal(
    await sent(page, "👍😃")
      .locator(".text")
      .evaluate((text) => getComputedStyle(text).fontSize),
    "34px",
  );
  await page.getByRole("button", { name: "Emoji", exact: true }).click();
  await page.getByRole("region", { name: "Zuletzt benutzt" }).getByRole("button", { name: "Daumen hoch" }).waitFor();
  await leave(visitor);
});

test("choices are answered with one press, a form says what is missing and is sent whole, an article leads on; each once", async () => {
  const visitor = await at.visit();
  const { page } = visitor;
  const concernId = await at.begin(visitor, "Es geht nicht");
  const choices = { kind: "choices" as const, question: "Welches Gerät haben Sie?", options: ["Router", "Fernseher"] };
  const form = {
    kind: "form" as const,
    title: "Wann passt es?",
    fields: [
      { label: "Tag", type: "date" as const, required: true, options: [] },
      { label: "Uhrzeit", type: "choice" as const, required: true, options: ["früh", "spät"] },
      { label: "Anzahl Geräte", type: "number" as const, required: false, options: [] },
      { label: "Bemerkung", type: "long" as const, required: false, options: [] },
    ],
  };
  const article = {
    kind: "article" as const,
    title: "So starten Sie neu",
    summary: "In drei Schritten.",
    url: "https://hilfe.kabel.test/neustart",
  };
  await answerIn(at.desk, concernId, "Dazu Fragen:", "webchat", [], [choices, form, article]);
  const group = page.getByRole("group", { name: "Welches Gerät haben Sie?" });
  await group.waitFor();
  assert.deepEqual(await findings(page), []);
  await group.getByRole("button", { name: "Router" }).focus();
  await page.keyboard.press("Enter");
  await sent(page, "Router").waitFor();
  await group.getByRole("button", { name: "Router", pressed: true, disabled: true }).waitFor();
  const fields = page.getByRole("form", { name: "Wann passt es?" });
  await fields.getByRole("button", { name: "Senden" }).click();
  await fields.getByText("Bitte ausfüllen.").first().waitFor();
  await fields.getByLabel("Tag").and(page.locator(":focus")).waitFor();
  assert.equal(await fields.getByLabel("Tag").getAttribute("aria-invalid"), "true");
  assert.deepEqual(await findings(page), []);
  await fields.getByLabel("Tag").fill("2026-12-01");
  await fields.getByLabel("Uhrzeit").selectOption("spät");
  await fields.getByLabel("Anzahl Geräte").fill("zwei");
  await fields.getByLabel("Anzahl Geräte").press("Enter");
  await fields.getByText("Bitte eine Zahl eingeben.").waitFor();
  await fields.getByLabel("Anzahl Geräte").fill("2,5");
  await fields.getByRole("button", { name: "Senden" }).click();
  await sent(page, "Anzahl Geräte: 2,5").waitFor();
  await page.getByText("Beantwortet").waitFor();
  const link = page.getByRole("link", { name: /So starten Sie neu/ });
  assert.deepEqual(await link.evaluate((one: HTMLAnchorElement) => [one.href, one.rel]), [
    "https://hilfe.kabel.test/neustart",
    "noopener noreferrer nofollow",
  ]);
  await page.reload();
  await launch(page).click();
  await group.getByRole("button", { name: "Router", pressed: true, disabled: true }).waitFor();
  assert.equal(await fields.count(), 0);
  assert.deepEqual(
    (await found(concernId)).slice(2).map(([text]) => text),
    [
      "> Welches Gerät haben Sie?\nRouter",
      "Wann passt es?\nTag: 01.12.2026\nUhrzeit: spät\nAnzahl Geräte: 2,5\nBemerkung: –",
    ],
  );
  assert.deepEqual(await findings(page), []);
  await leave(visitor);
});

test("on a phone the camera is offered, and nothing is wider than the screen", async () => {
  const visitor = await at.visit({ ...phone, colorScheme: "dark" });
  const { page } = visitor;
  const concernId = await at.begin(visitor, "Vom Telefon");
  await page.getByRole("button", { name: "Dateien anhängen" }).click();
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Foto aufnehmen" }).click();
  assert.equal(await (await chooser).element().getAttribute("capture"), "environment");
  await (await chooser).setFiles([{ name: `${"n".repeat(150)}.png`, mimeType: "image/png", buffer: png }]);
  await page.locator('.composer canvas[data-painted="true"]').waitFor();
  assert.deepEqual(await findings(page), []);
  await page.getByRole("button", { name: "Senden" }).click();
  await page.locator('.by-you canvas[data-painted="true"]').waitFor();
  const upload = await at.desk.upload(`${"m".repeat(100)}.pdf`, Buffer.from("%PDF-1.4"), "application/pdf");
  await answerIn(at.desk, concernId, "Anbei", "webchat", [upload]);
  const file = page.locator(".by-us .file");
  await file.waitFor();
  assert.equal(await file.locator("b").innerText(), ".pdf");
  const box = await file.boundingBox();
  assert.ok(box && box.x >= 0 && box.x + box.width <= 390, JSON.stringify(box));
  assert.deepEqual(await findings(page), []);
  await leave(visitor);
});

test(
  "whoever waits is offered to be told, by a press; the site's worker shows that there is an answer when nobody looks at the chat, and leads to it",
  { timeout },
  async () => {
    await showTelling(at.site, at.server.url, at.channel);
    const visitor = await openVisitor(at.browser, `${at.site.origin}/telling`, { serviceWorkers: "allow" });
    const { page, context } = visitor;
    await context.grantPermissions(["notifications"], { origin: at.site.origin });
    await launch(page).click();
    await field(page).waitFor();
    assert.equal(await offer(page).count(), 0, "nothing is offered to whoever has said nothing");
    await say(page, "Wann kommt jemand?");
    await offer(page).waitFor();
    assert.deepEqual(await findings(page), []);
    await offer(page).focus();
    await page.keyboard.press("Enter");
    // The worker is there; this browser has no push service behind it, and the page says what it is told.
    await page.getByText("Der Browser erreicht seinen Push-Dienst nicht.", { exact: false }).waitFor();
    const { worker, shown, notices, deliver } = await openWorker(visitor, at.site.origin);
    const asked = await askedBy(page, at.channel);
    await page.getByRole("button", { name: "Chat schließen" }).first().click();
    // Until it is closed the page says that it is looked at.
    await page.locator(".frame:not(.is-open)").waitFor({ state: "attached" });
    await deliver("Niemand sieht hin.");
    await shown(1);
    await asked(1);
    assert.deepEqual(await notices(), [["Antwort von Kabel", "Niemand sieht hin."]]);

    // A press leads to the page that is there.
    await press(worker);
    await field(page).waitFor();
    assert.deepEqual(await notices(), []);

    // Whatever a push says is words, and leads nowhere; what says nothing is shown all the same, or browsers take the permission away.
    await page.getByRole("button", { name: "Chat schließen" }).first().click();
    await page.locator(".frame:not(.is-open)").waitFor({ state: "attached" });
    const evil = "https://evil.example/";
    const wanted = {
      url: evil,
      icon: evil,
      image: evil,
      data: { url: evil },
      tag: "other",
      actions: [{ action: evil }],
    };
    await deliver("", JSON.stringify({ title: "<b>Kabel</b>", body: { html: evil }, lang: ["de"], ...wanted }));
    await shown(2);
    assert.deepEqual(
      await worker.evaluate(async () => {
        const { registration } = globalThis as unknown as { registration: ServiceWorkerRegistration };
        const [one, ...more] = (await registration.getNotifications()) as (Notification & { image?: string })[];
        return [one?.title, one?.body, one?.lang, one?.icon, one?.image ?? "", one?.data as unknown, more.length];
      }),
      ["<b>Kabel</b>", "", "", "", "", null, 0],
    );
    for (const [n, broken] of ["", "null", "[]", "{", '"x"'].entries()) {
      await deliver("", broken);
      await shown(3 + n);
      assert.deepEqual(await notices(), [["Chat", ""]]);
    }

    // With no page there it opens the one where the chat was, of this site and of no other, wherever its worker was told to be.
    const astray = ["//evil.example/", "/\\evil.example/", evil, "javascript:alert(1)"];
    const others: Worker[] = [];
    for (const [n, open] of astray.entries()) others.push(await placeWorker(visitor, `x${n}`, open));
    await page.close();
    assert.equal(await wantsOpened(worker), `${at.site.origin}/telling#draht-chat`);
    for (const other of others) assert.equal(await wantsOpened(other), `${at.site.origin}/`);
    // Chromium says this of windows without a profile, which all of these are.
    visitor.complaints.splice(
      0,
      Infinity,
      ...visitor.complaints.filter((one) => !one.includes("support the Push API")),
    );
    await leave(visitor);

    const come = await openVisitor(at.browser, `${at.site.origin}/telling#draht-chat`);
    await field(come.page).waitFor();
    await leave(come);
  },
);

test(
  "who is told sees it and ends it; the browser's next person is told nothing, and who looks at the chat is shown nothing",
  { timeout },
  async () => {
    await showTelling(at.site, at.server.url, at.channel);
    const visitor = await openVisitor(at.browser, "about:blank", { serviceWorkers: "allow" });
    const { page, context } = visitor;
    await context.grantPermissions(["notifications"], { origin: at.site.origin });
    await playPushService(context);
    await page.goto(`${at.site.origin}/telling`);
    await launch(page).click();
    await say(page, "Sagen Sie mir Bescheid");
    await offer(page).click();
    const stands = page.getByText("Dieser Browser gibt Bescheid, wenn eine Antwort da ist und diese Seite zu.");
    await stands.waitFor();
    assert.deepEqual(await findings(page), []);

    // Who looks at the chat is shown nothing.
    const { worker, shown, notices, deliver } = await openWorker(visitor, at.site.origin);
    const asked = await askedBy(page, at.channel);
    await page.bringToFront();
    await deliver("Eins");
    await deliver("Zwei");
    await asked(2);
    const seen = await worker.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const { registration } = globalThis as unknown as { registration: ServiceWorkerRegistration };
          // Longer than the worker waits for an answer: what it was going to show would be there.
          setTimeout(() => void registration.getNotifications().then(({ length }) => resolve(length)), 600);
        }),
    );
    assert.equal(seen, 0);
    // A page without a line shows nothing of what comes, however it is looked at.
    await context.setOffline(true);
    await page.getByText("Keine Verbindung.", { exact: false }).waitFor();
    await deliver("Drei");
    await shown(1);
    assert.deepEqual(await notices(), [["Antwort von Kabel", "Drei"]]);
    await context.setOffline(false);

    // After another visit it stands among their details, and ends there.
    await page.reload();
    await launch(page).click();
    await sent(page, "Sagen Sie mir Bescheid").waitFor();
    assert.equal(await stands.isVisible(), false, "in the talk nothing more is said of it");
    await page.getByRole("button", { name: "Ihre Angaben" }).click();
    await stands.waitFor();
    assert.deepEqual(await findings(page), []);
    const isPlayed = (): Promise<boolean> => page.evaluate(() => localStorage.getItem("played") !== null);
    await page.getByRole("button", { name: "Keinen Bescheid mehr geben" }).click();
    await offer(page).waitFor();
    await page.waitForFunction(() => localStorage.getItem("played") === null);
    await until("what stood is gone", 20_000, async () => (await notices()).length === 0);
    await offer(page).click();
    await stands.waitFor();
    assert.equal(await isPlayed(), true);

    // Somebody else is signed in by the site, which has not said that she has gone: her subscription ends.
    const { secret } = await at.desk.call(api.visitors.addKey, {
      params: { id: at.channel },
      body: { name: "Site", publicKey: null },
    });
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const iat = Math.floor(Date.now() / 1_000);
    const word = (sub: string): string => {
      const text = `${part({ alg: "HS256" })}.${part({ aud: at.channel, sub, jti: crypto.randomUUID(), iat, exp: iat + 200, name: sub })}`;
      return `${text}.${createHmac("sha256", secret ?? "")
        .update(text)
        .digest("base64url")}`;
    };
    const identify = (sub: string): Promise<void> =>
      page.evaluate((said) => {
        (window as unknown as { drahtChat: { identify: (word: string) => void } }).drahtChat.identify(said);
      }, word(sub));
    await identify("Jana");
    await page.waitForFunction(() => localStorage.getItem("played") === null);
    await page.getByRole("button", { name: "Ihre Angaben" }).click();
    await offer(page).click();
    await stands.waitFor();
    await identify("Bert");
    await page.waitForFunction(() => localStorage.getItem("played") === null);
    // Whoever ends it on this device is told nothing, either, also where the page has just come and nobody has opened the chat.
    await identify("Jana");
    await page.getByRole("button", { name: "Ihre Angaben" }).click();
    await offer(page).click();
    await stands.waitFor();
    await page.reload();
    await launch(page).waitFor();
    await page.evaluate(() => (window as unknown as { drahtChat: { leave: () => Promise<void> } }).drahtChat.leave());
    await page.waitForFunction(() => localStorage.getItem("played") === null);
    await launch(page).click();
    await page.waitForFunction(() =>
      document.querySelector("draht-chat")?.shadowRoot?.textContent?.includes("Guten Tag bei Kabel!"),
    );
    assert.equal(await stands.count(), 0);
    await leave(visitor);
  },
);
