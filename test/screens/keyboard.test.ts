// The desk without a mouse: every screen is walked with Tab, the focus can be seen at each step and is caught nowhere; what opens gives it back.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { api } from "#contract/api.ts";
import type { ConcernRow } from "#contract/concerns.ts";
import { everyRule } from "#test/automation.ts";
import { addFlow } from "#test/flow-help.ts";
import { everyPromise } from "#test/promises.ts";
import { bookQueue, bookWith } from "#test/routing-book.ts";
import { closeSilent, startScreenCentre, type ScreenCentre } from "#test/screens/centre.ts";
import { someMicrophone } from "#test/screens/microphone.ts";
import { addTelephone, telephoneScreens, telephoning } from "#tools/pictures/telephone.ts";

declare global {
  var editorHasFocus: Promise<boolean>;
  var focusedNow: () => string;
}

let centre: ScreenCentre;
let row: ConcernRow;
let flowId: string;

before(async () => {
  centre = await startScreenCentre({}, someMicrophone);
  await centre.writes({ from: "Vera <vera@kunde.test>", subject: "Eine andere", text: "Hallo." });
  row = await centre.writes({
    from: "Ute <ute@kunde.test>",
    subject: "Ohne Maus",
    text: "Alles mit Tasten: https://kunde.test/",
    html: '<p>Alles mit Tasten: <a href="https://kunde.test/">hier</a></p>',
    attachments: [{ filename: "Tasten.txt", content: "Tab" }],
  });
  await centre.desk.call(api.agents.createTeam, { body: { name: "Technik" } });
  await centre.desk.call(api.tiers.set, { body: { tiers: [{ id: crypto.randomUUID(), name: "Plus" }] } });
  await centre.desk.call(api.brands.createTopic, {
    body: { name: "Internet", parentId: null, teamId: null, whenClosed: "reopen" },
  });
  await centre.desk.call(api.promises.setRules, { body: { rules: [everyPromise] } });
  await centre.desk.call(api.automation.setRules, { body: { rules: [everyRule("Ausfall")] } });
  await centre.desk.call(api.macros.create, {
    body: { name: "Rückruf", key: "1", share: { with: "everybody" }, actions: [{ do: "addTags", tags: ["Rückruf"] }] },
  });
  await addTelephone(centre.desk, row.brandId);
  flowId = await addFlow(centre.desk);
  const { revision } = await centre.desk.call(api.routing.book);
  await centre.desk.call(api.routing.setBook, { body: { was: revision, book: bookWith([bookQueue(1)]) } });
  await centre.desk.call(api.notices.create, {
    body: {
      brandId: row.brandId,
      text: { de: "Kein Bild in Hamm.", en: "" },
      from: "2026-01-05T08:00:00.000Z",
      until: null,
    },
  });
});

after(() => centre?.stop());

interface Stop {
  readonly what: string;
  readonly seen: boolean;
}

/** What has the focus, and whether one can see that: an outline or a line in the focus's colour on it, around it, or on the mark it stands for. */
const stop = (page: Page): Promise<Stop | null> =>
  page.evaluate(() => {
    const focused = document.activeElement;
    if (!focused || focused === document.body) return null;
    const probe = document.createElement("i");
    probe.style.color = "var(--focus)";
    document.body.append(probe);
    const colour = getComputedStyle(probe).color;
    probe.style.color = "var(--warn)";
    const noteColour = getComputedStyle(probe).color;
    probe.remove();
    const marked = (element: Element): boolean => {
      const style = getComputedStyle(element);
      if (style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) > 0) return true;
      return [style.borderTopColor, style.borderBottomColor].some(
        (line) => (line === colour || line === noteColour) && Number.parseFloat(style.borderBottomWidth) > 0,
      );
    };
    const around = [focused, focused.parentElement, focused.parentElement?.parentElement, focused.closest("form")];
    const label = focused.closest("label");
    // A node of a canvas is a place; what is drawn in it shows the focus.
    const near = [...around, focused.firstElementChild, ...(label ? label.querySelectorAll("*") : [])];
    const box = (label ?? focused).getBoundingClientRect();
    return {
      what: `${focused.tagName.toLowerCase()}.${String(focused.className).slice(0, 40)} ${(focused.getAttribute("aria-label") ?? focused.textContent).slice(0, 40)}`,
      seen:
        box.width > 0 &&
        box.height > 0 &&
        near.some((element) => element !== null && element !== undefined && marked(element)),
    };
  });

/** Tab from the beginning of the page until it is left; says where the focus stopped. */
const walk = async (page: Page, most = 200): Promise<Stop[]> => {
  const stops: Stop[] = [];
  for (let step = 0; step < most; step += 1) {
    await page.keyboard.press("Tab");
    const at = await stop(page);
    if (at === null) return stops;
    stops.push(at);
  }
  throw new Error(`after ${most} steps the focus is still in the page: ${stops.at(-1)?.what ?? ""}`);
};

const ready = async (page: Page, path: string, selector: string): Promise<void> => {
  await page.goto(centre.server.url + path);
  await page.locator(selector).first().waitFor();
};

const screens: readonly {
  readonly name: string;
  readonly open: (page: Page) => Promise<void>;
  /** Words of what must be reached. */
  readonly reaches: readonly RegExp[];
}[] = [
  {
    name: "list and concern",
    open: (page) => ready(page, `/desk/open/${row.number}`, ".message"),
    reaches: [
      /Neue Nachricht/,
      /Suche und Befehle/,
      /Alle offenen/,
      /Ohne Maus/,
      /Lösen/,
      /Status/,
      /Zurückstellen/,
      /Tasten\.txt/,
      /antworten/,
      /Notiz/,
      /Ute/,
    ],
  },
  {
    name: "reply",
    open: async (page) => {
      await ready(page, `/desk/open/${row.number}`, ".message");
      await page.keyboard.press("r");
      await page.locator(".editor-text").waitFor();
      await page.keyboard.type("Text");
      await page.locator(".composer-saving", { hasText: "Entwurf gespeichert" }).waitFor();
    },
    reaches: [/Antwort/, /Entwurf verwerfen/, /hinzufügen/, /Fett/, /Text der Antwort/, /Dateien anhängen/, /Senden/],
  },
  {
    name: "new message",
    open: (page) => ready(page, "/new", ".editor-text"),
    reaches: [/Zurück/, /Betreff|field-input/, /Text der Antwort/, /Dateien anhängen/],
  },
  { name: "search", open: (page) => ready(page, "/search?q=maus", ".search-hit"), reaches: [/Ohne Maus/] },
  {
    name: "preferences",
    open: (page) => ready(page, "/preferences", ".card"),
    reaches: [/Deutsch/, /Wie im System/, /Speichern|field-input/],
  },
  {
    name: "people",
    open: (page) => ready(page, "/admin/agents", ".entry"),
    reaches: [/Marken/, /Person hinzufügen/, /Omar/],
  },
  { name: "brands", open: (page) => ready(page, "/admin/brands", ".entry"), reaches: [/Marke hinzufügen/] },
  {
    name: "channels",
    open: (page) => ready(page, "/admin/channels", ".entry"),
    reaches: [/Kanal verbinden/, /service@kabel/],
  },
  { name: "topics", open: (page) => ready(page, "/admin/topics", ".entry"), reaches: [/Thema hinzufügen/, /Internet/] },
  { name: "tiers", open: (page) => ready(page, "/admin/tiers", ".entry"), reaches: [/Stufe hinzufügen/, /Plus/] },
  {
    name: "promises",
    open: (page) => ready(page, "/admin/promises", ".entry"),
    reaches: [/Regel hinzufügen/, /Alles/, /Ausrechnen/],
  },
  {
    name: "rules",
    open: (page) => ready(page, "/admin/automation", ".entry"),
    reaches: [/Regel hinzufügen/, /Ausfall/],
  },
  { name: "macros", open: (page) => ready(page, "/admin/macros", ".entry"), reaches: [/Makro hinzufügen/, /Rückruf/] },
  {
    name: "floor",
    open: (page) => ready(page, "/floor", ".floor-person"),
    reaches: [/Mitteilen|mitteilen/, /Wandtafeln/, /Schlange 1/, /anhalten/, /Omar/],
  },
  {
    name: "routing",
    open: (page) => ready(page, "/admin/routing", ".entry"),
    reaches: [/Warteschlange hinzufügen/, /Schlange 1/, /Durchspielen/, /Deutsch entfernen/],
  },
  {
    name: "skills",
    open: (page) => ready(page, "/admin/skills", ".routing-level"),
    reaches: [/Ada Brandt, Deutsch: keine/],
  },
  {
    name: "flows",
    open: (page) => ready(page, "/admin/flows", ".flow-row"),
    reaches: [/Internet-Hilfe/],
  },
  {
    name: "a flow",
    open: (page) => ready(page, `/admin/flows/${flowId}`, ".flow-node"),
    reaches: [/Veröffentlichen/, /Was ist los/],
  },
  {
    name: "notices",
    open: (page) => ready(page, "/admin/notices", ".entry"),
    reaches: [/Hinweis zeigen/, /Kein Bild in Hamm/],
  },
  // Last: from then on the page hears of a call.
  ...telephoneScreens.flatMap(({ name, scene, act, reaches }) =>
    reaches === undefined
      ? []
      : [
          {
            name,
            open: async (page: Page): Promise<void> => {
              await telephoning(row, scene)(page);
              await ready(page, `/desk/open/${row.number}`, ".message");
              await act(page);
            },
            reaches,
          },
        ],
  ),
];

test("every screen is walked with Tab from end to end: all is reached, the focus is always seen, and caught nowhere", async () => {
  const one = await centre.open();
  const findings: string[] = [];
  for (const screen of screens) {
    await screen.open(one.page);
    // What comes late would be painted behind the walk, or take its place away.
    await one.page.waitForLoadState("networkidle");
    // From the beginning, wherever the page has put the caret.
    await one.page.locator(".skip").evaluate((skip: HTMLElement) => skip.focus());
    const stops = await walk(one.page);
    for (const at of stops) if (!at.seen) findings.push(`${screen.name}: the focus cannot be seen on ${at.what}`);
    for (const wanted of screen.reaches)
      if (!stops.some((at) => wanted.test(at.what))) findings.push(`${screen.name}: ${String(wanted)} is not reached`);
    // And backwards, out at the beginning.
    await one.page.keyboard.press("Shift+Tab");
  }
  await closeSilent(one);
  assert.deepEqual(findings, []);
});

test("the walk is able to fail: a planted control without a visible focus is found", async () => {
  const one = await centre.open();
  await ready(one.page, "/preferences", ".card");
  await one.page
    .locator(".card")
    .first()
    .evaluate((card) => {
      const button = document.createElement("button");
      button.textContent = "heimlich";
      button.style.outline = "none";
      card.prepend(button);
    });
  const stops = await walk(one.page);
  assert.ok(stops.some((at) => at.what.includes("heimlich") && !at.seen));
  await one.context.close();
});

test("the first Tab offers to skip to the content, and does", async () => {
  const one = await centre.open();
  const { page } = one;
  await ready(page, `/desk/open/${row.number}`, ".message");
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Zum Inhalt springen" });
  await skip.waitFor();
  assert.ok(await skip.evaluate((link) => link === document.activeElement && link.getBoundingClientRect().top >= 0));
  await page.keyboard.press("Enter");
  await page.locator("main:focus").waitFor();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.querySelector("main")?.contains(document.activeElement)), true);
  await closeSilent(one);
});

test("what opens takes the focus and gives it back to where it was", async () => {
  const one = await centre.open();
  const { page } = one;
  await page.addInitScript(() => {
    globalThis.focusedNow = () => {
      const at = document.activeElement;
      return `${at?.tagName}.${at?.className} ${at?.getAttribute("aria-label") ?? ""}`;
    };
  });
  await ready(page, `/desk/open/${row.number}`, ".message");
  const focused = (): Promise<string> => page.evaluate(() => globalThis.focusedNow());
  const opensAndGivesBack = async (keys: readonly string[], opened: string): Promise<void> => {
    const before = await focused();
    // Together: on a crowded machine the second of two would come too late.
    await Promise.all(keys.map((key) => page.keyboard.press(key)));
    await page.locator(opened).first().waitFor();
    // It goes there, and is given back, in the next frame.
    await page
      .waitForFunction((selector) => document.querySelector(selector)?.contains(document.activeElement), opened)
      .catch(async () => assert.fail(`${keys.join(" ")}: the focus is not inside but on ${await focused()}`));
    await page.keyboard.press("Escape");
    await page.locator(opened).waitFor({ state: "detached" });
    await page
      .waitForFunction((wanted) => globalThis.focusedNow() === wanted, before)
      .catch(async () => assert.equal(await focused(), before, `${keys.join(" ")} gives the focus back`));
  };
  await page.locator(".thread").focus();
  await opensAndGivesBack(["?"], ".sheet");
  await opensAndGivesBack(["Control+k"], ".sheet");
  await opensAndGivesBack(["a"], ".picker");
  await opensAndGivesBack(["s"], ".picker");
  await page.getByRole("button", { name: /^Priorität/ }).focus();
  await opensAndGivesBack(["Enter"], ".picker");
  await page.locator(".nav-me").focus();
  await opensAndGivesBack(["Enter"], ".menu");
  await page.locator(".message").getByRole("button", { name: "Mehr" }).focus();
  await opensAndGivesBack(["Enter"], ".menu");

  await page.locator(".thread").focus();
  await page.keyboard.press("r");
  await page.locator(".editor-text:focus").waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".thread:focus").waitFor();

  for (const path of [
    "/admin/agents",
    "/admin/brands",
    "/admin/topics",
    "/admin/tiers",
    "/admin/promises",
    "/admin/automation",
    "/admin/routing",
    "/admin/notices",
  ]) {
    await ready(page, path, ".entry");
    await page.locator(".entry").first().focus();
    await opensAndGivesBack(["Enter"], ".sheet");
  }

  await telephoning(row, "talks")(page);
  await ready(page, `/desk/open/${row.number}`, ".call-acts");
  await page.locator(".thread").focus();
  await opensAndGivesBack([",", "t"], "[role=dialog]");
  await opensAndGivesBack([",", "c"], "[role=dialog]");
  await opensAndGivesBack([",", "d"], ".sheet");
  await opensAndGivesBack([",", "k"], ".call-pad");
  await closeSilent(one);
});

test("a rule is written, moved and switched off by keys alone", async () => {
  const one = await centre.open();
  const { page } = one;
  await ready(page, "/admin/automation", ".entry");
  await page.getByRole("button", { name: "Regel hinzufügen" }).focus();
  await page.keyboard.press("Enter");
  await page.locator(".sheet input:focus").waitFor();
  await page.keyboard.type("Eilige");
  await page.keyboard.press("Enter");
  await page.getByText("Regel „Eilige“ gespeichert").waitFor();
  await page.getByRole("button", { name: "Eilige nach oben" }).focus();
  await page.keyboard.press("Enter");
  await page.locator(".rule-entry", { hasText: "1. Eilige" }).waitFor();
  await page.getByRole("button", { name: /^1\. Eilige/ }).focus();
  await page.keyboard.press("Enter");
  await page.locator(".sheet input:focus").waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await page.getByLabel("Name").focus();
  await page.keyboard.press("Enter");
  await page.locator(".rule-entry", { hasText: "1. Eilige (ausgeschaltet)" }).waitFor();
  const { rules } = await centre.desk.call(api.automation.rules);
  assert.deepEqual(
    rules.map(({ name, on }) => [name, on]),
    [
      ["Eilige", false],
      ["Ausfall", true],
    ],
  );
  await closeSilent(one);
});

// The editor took the focus a frame after it stood there, and what was typed in between were keys of the desk: u left the concern.
test("what is typed the moment the editor stands there is the answer's", async () => {
  const one = await centre.open();
  const { page } = one;
  await ready(page, `/desk/open/${row.number}`, ".message");
  await page.evaluate(() => {
    globalThis.editorHasFocus = new Promise((resolve) => {
      const watcher = new MutationObserver(() => {
        const editor = document.querySelector(".editor-text");
        if (editor === null) return;
        watcher.disconnect();
        resolve(editor.contains(document.activeElement));
      });
      watcher.observe(document.body, { subtree: true, childList: true });
    });
  });
  await page.keyboard.press("r");
  assert.equal(await page.evaluate(() => globalThis.editorHasFocus), true);
  await closeSilent(one);
});

test("a list is gone through, a concern opened, read and left by keys alone; the cursor is where one left it", async () => {
  const one = await centre.open();
  const { page } = one;
  await ready(page, "/desk/open", ".row");
  await page.keyboard.press("j");
  await page.locator(".row:focus", { hasText: "Ohne Maus" }).waitFor();
  await page.keyboard.press("j");
  await page.locator(".row:focus", { hasText: "Eine andere" }).waitFor();
  await page.keyboard.press("k");
  await page.keyboard.press("Enter");
  await page.locator(".message").waitFor();
  await page.keyboard.press("j");
  await page.locator(".row:focus", { hasText: "Eine andere" }).waitFor();
  await page.keyboard.press("u");
  await page.locator(".concern-none").waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("u");
  await page.getByRole("heading", { name: "Nicht zugewiesen" }).waitFor();
  await closeSilent(one);
});
