// Takes the pictures of the docs: starts the demo world in a folder of its own, walks through its screens in a headless
// Chromium and writes docs/pictures/*.png. `npm run pictures`; with names behind it, only those.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { BrowserContextOptions, Page } from "playwright-core";
import { api } from "#contract/api.ts";
import { everything, type ConcernRow } from "#contract/concerns.ts";
import { signIn, type Desk } from "#test/desk.ts";
import { openDesk, phone, startBrowser, wide } from "#test/screens/browser.ts";
import { startTestServer } from "#test/server.ts";

interface Picture {
  readonly name: string;
  readonly path: string;
  readonly options: BrowserContextOptions;
  readonly language?: "de" | "en";
  readonly signedOut?: boolean;
  readonly act: (page: Page) => Promise<unknown>;
}

/** Waits for the pictures inside the window; those further down are loaded only when somebody scrolls to them. */
const picturesShown = `Promise.all([...document.images]
  .filter((image) => { const { top, bottom } = image.getBoundingClientRect(); return bottom > 0 && top < innerHeight; })
  .map((image) => image.complete || new Promise((done) => { image.onload = image.onerror = () => done(null); })))`;

const seen = (selector: string) => (page: Page) => page.locator(selector).first().waitFor();

const light: BrowserContextOptions = { ...wide, colorScheme: "light" };
const dark: BrowserContextOptions = { ...wide, colorScheme: "dark" };
const pocket: BrowserContextOptions = { ...phone, colorScheme: "light" };
const pocketDark: BrowserContextOptions = { ...phone, colorScheme: "dark" };

const reply = async (page: Page): Promise<void> => {
  await seen(".message")(page);
  await page.keyboard.press("r");
  await seen(".editor-text")(page);
  // A draft of the picture before may stand there.
  await page.keyboard.press("Control+a");
  await page.keyboard.type("Guten Tag, ich habe Ihren Anschluss gemessen. ");
  await page.keyboard.press("Control+b");
  await page.keyboard.type("Morgen zwischen 8 und 12 Uhr");
  await page.keyboard.press("Control+b");
  await page.keyboard.type(" kommt ein Techniker.");
  await page.locator(".composer-saving", { hasText: /gespeichert|saved/ }).waitFor();
};

const note = async (page: Page): Promise<void> => {
  await seen(".message")(page);
  await page.keyboard.press("n");
  await page.locator(".note-field textarea").fill("@");
  await seen(".mentions [role=option]")(page);
};

const palette = async (page: Page): Promise<void> => {
  await seen(".row")(page);
  await page.keyboard.press("Control+k");
  await page.keyboard.type("internet");
  await seen(".finder-list mark")(page);
};

const afterListKey =
  (keys: string, selector: string) =>
  async (page: Page): Promise<void> => {
    await seen(".row")(page);
    for (const key of keys.split(" ")) await page.keyboard.press(key);
    await seen(selector)(page);
  };

/** Three rows, and the choice of who is to have them. */
const selection = async (page: Page): Promise<void> => {
  await afterListKey("j x Shift+J Shift+J", ".selection-bar")(page);
  await page.keyboard.press("a");
  await seen(".picker [role=option]")(page);
  // On a phone it waits unseen for the keyboard on the screen.
  await page.waitForFunction(() => {
    const popover = document.querySelector(".popover");
    return popover !== null && getComputedStyle(popover).opacity === "1";
  });
};

/** Filtered by priority; the first choice that fits is taken. */
const filtered = async (page: Page): Promise<void> => {
  await afterListKey("f", ".picker [role=option]")(page);
  await page.keyboard.type("priorität");
  await page.locator(".picker [role=option]", { hasText: "Dringend" }).waitFor();
  for (const key of ["Enter", "Escape"]) await page.keyboard.press(key);
  await seen(".filter-chip")(page);
  await page.locator(".picker").waitFor({ state: "detached" });
};

const linking = async (page: Page): Promise<void> => {
  await seen(".message")(page);
  await page.keyboard.press("Shift+D");
  await page.keyboard.type("internet");
  await seen(".finder-list mark")(page);
};

const afterKey =
  (key: string, selector: string) =>
  async (page: Page): Promise<void> => {
    await seen(".message")(page);
    await page.keyboard.press(key);
    await seen(selector)(page);
  };

const opened =
  (list: string, form: string) =>
  async (page: Page): Promise<void> => {
    await page.locator(list).first().click();
    await seen(form)(page);
  };

const pictures = (row: ConcernRow): readonly Picture[] => {
  const concern = `/desk/open/${row.number}`;
  return [
    { name: "sign-in", path: "/", options: light, signedOut: true, act: seen(".doorstep form") },
    { name: "desk", path: concern, options: light, act: seen(".message") },
    { name: "desk-dark", path: concern, options: dark, act: seen(".message") },
    { name: "desk-english", path: concern, options: light, language: "en", act: seen(".message") },
    { name: "list", path: "/desk/open", options: light, act: seen(".row") },
    { name: "reply", path: concern, options: light, act: reply },
    { name: "note", path: concern, options: light, act: note },
    { name: "assign", path: concern, options: dark, act: afterKey("a", ".picker [role=option]") },
    { name: "history", path: concern, options: light, act: afterKey("h", ".history-line") },
    { name: "keys", path: concern, options: dark, act: afterKey("?", ".help") },
    { name: "palette", path: "/desk/open", options: light, act: palette },
    { name: "selection", path: "/desk/open", options: light, act: selection },
    {
      name: "filter",
      path: "/desk/open",
      options: dark,
      language: "en",
      act: afterListKey("f", ".picker [role=option]"),
    },
    { name: "filtered", path: "/desk/open", options: light, act: filtered },
    { name: "view", path: "/desk/open", options: light, act: afterListKey("Shift+V s", ".sheet .form") },
    { name: "links", path: concern, options: light, act: linking },
    { name: "search", path: "/search?q=internet", options: light, act: seen(".search-hit") },
    { name: "new", path: "/new", options: light, act: seen(".editor-text") },
    { name: "preferences", path: "/preferences", options: light, act: seen(".card") },
    { name: "admin-agents", path: "/admin/agents", options: light, act: opened(".entries .entry", ".sheet .form") },
    { name: "admin-channels", path: "/admin/channels", options: dark, act: opened(".entries .entry", ".fieldset") },
    { name: "admin-topics", path: "/admin/topics", options: light, act: seen(".page-body > *") },
    { name: "fields", path: concern, options: light, act: afterKey("d", ".fields-dialog") },
    { name: "admin-fields", path: "/admin/fields", options: dark, act: seen(".entries .entry") },
    { name: "post-box", path: "/postbox", options: light, act: opened(".postbox-list .entry", ".postbox-open") },
    { name: "phone-views", path: "/desk", options: pocket, act: seen(".nav-view") },
    { name: "phone-list", path: "/desk/open", options: pocketDark, act: seen(".row") },
    { name: "phone-selection", path: "/desk/open", options: pocketDark, act: selection },
    { name: "phone-concern", path: concern, options: pocket, act: seen(".message") },
    { name: "phone-reply", path: concern, options: pocketDark, act: reply },
  ];
};

/** The concern with the most to see: files or pictures first, then the longest thread among those still open. */
const showpiece = async (desk: Desk): Promise<ConcernRow> => {
  const { rows } = await desk.call(api.concerns.list, {
    query: { filter: JSON.stringify({ ...everything, statuses: ["new", "open", "waiting"] }), limit: 50 },
  });
  const [best] = rows.toSorted(
    (a, b) => Number(b.language === "de") - Number(a.language === "de") || b.messageCount - a.messageCount,
  );
  if (!best) throw new Error("The demo world has no open concern to show.");
  return best;
};

/** Answers one customer, so that there is something in the post box; resolves when the mail has left. */
const answerSomebody = async (desk: Desk, except: ConcernRow): Promise<void> => {
  const { rows } = await desk.call(api.concerns.list, {
    query: { filter: JSON.stringify({ ...everything, statuses: ["new", "open"] }), limit: 50 },
  });
  for (const row of rows.filter((one) => one.id !== except.id && one.language === "de")) {
    const { ways } = await desk.call(api.concerns.open, { params: { id: row.id } });
    const way = ways.find((one) => one.blocked === null);
    if (!way) continue;
    const feed = await desk.live();
    const body = {
      channelId: way.channelId,
      to: [way.value],
      cc: [],
      text: `Guten Tag ${row.customerName},\n\nvielen Dank für Ihre Nachricht. Die Störung ist bekannt, unsere Technik ist vor Ort. Wir melden uns, sobald alles wieder läuft.`,
      html: null,
      uploads: [],
      sendAt: null,
      statusAfter: "waiting" as const,
      key: crypto.randomUUID(),
    };
    await desk.call(api.concerns.reply, { params: { id: row.id }, body });
    await feed.event(
      (event) =>
        event.kind === "delivery.changed" && event.concernId === row.id && event.data.delivery.state === "sent",
    );
    feed.close();
    return;
  }
};

const wanted = new Set(process.argv.slice(2));
const folder = join(import.meta.dirname, "..", "docs", "pictures");
await mkdir(folder, { recursive: true });
const server = await startTestServer({ args: ["--demo"], env: { CHECK_ANSWERS: "no", UNDO_SECONDS: "0" } });
const browser = await startBrowser();
const login = { email: "ada@elbkabel.example", password: "draht-demo" };
let failed = 0;
try {
  const desk = await signIn(server.url, login.email, login.password);
  const row = await showpiece(desk);
  const { preferences } = await desk.call(api.agents.me);
  await answerSomebody(desk, row);
  for (const picture of pictures(row)) {
    if (wanted.size > 0 && !wanted.has(picture.name)) continue;
    await desk.call(api.agents.changePreferences, { body: { ...preferences, language: picture.language ?? "de" } });
    const one = await openDesk(browser, server.url, { ...picture.options, ...(picture.signedOut ? {} : { login }) });
    try {
      await one.page.goto(server.url + picture.path);
      await picture.act(one.page);
      await one.page.evaluate(picturesShown);
      await one.page.screenshot({ path: join(folder, `${picture.name}.png`), animations: "disabled", caret: "hide" });
      console.log(`docs/pictures/${picture.name}.png`);
    } catch (error) {
      failed += 1;
      console.error(`${picture.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
    for (const complaint of one.complaints) console.error(`${picture.name}: ${complaint}`);
    await one.context.close();
  }
} finally {
  await browser.close();
  await server.stop();
}
if (failed > 0) process.exitCode = 1;
