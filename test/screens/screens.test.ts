// Every screen, wide and on a phone, light and dark, in both languages: axe finds nothing serious, the console is silent,
// nothing is wider than the window.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { createTransport } from "nodemailer";
import type { Browser, Page } from "playwright-core";
import { api } from "#contract/api.ts";
import { addMailbox, admin, setUpCentre } from "#test/centre.ts";
import type { Desk } from "#test/desk.ts";
import { atRest, axeFindings, openDesk, phone, startBrowser, wide } from "#test/screens/browser.ts";
import { everyRule } from "#test/automation.ts";
import { everyPromise } from "#test/promises.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

let server: TestServer;
let browser: Browser;
let desk: Desk;
let number = 0;
const login = { email: admin.email, password: admin.password };

const holiday = [
  "BEGIN:VCALENDAR",
  "BEGIN:VEVENT",
  "DTSTART:20200601",
  "RRULE:FREQ=YEARLY",
  "SUMMARY:Betriebsausflug = Company outing",
  "END:VEVENT",
  "END:VCALENDAR",
].join("\n");

before(async () => {
  // Where a calendar is fetched from.
  const away = createServer((_, response) => void response.end(holiday));
  await new Promise<void>((resolve) => away.listen(0, "127.0.0.1", resolve));
  const calendarHost = `127.0.0.1:${(away.address() as AddressInfo).port}`;
  server = await startTestServer({ env: { CALENDAR_INSIDE: calendarHost } });
  browser = await startBrowser();
  const centre = await setUpCentre(server.url);
  desk = centre.desk;
  await addMailbox(desk, centre.brand.id, { address: "service@kabel.test", smtp: { host: "127.0.0.1", port: 9 } });
  await desk.call(api.tiers.set, { body: { tiers: [{ id: crypto.randomUUID(), name: "Plus" }] } });
  await desk.call(api.brands.createTopic, {
    body: { name: "Internet", parentId: null, teamId: null, whenClosed: "reopen" },
  });
  for (const [owner, kind] of [
    ["concern", "text"],
    ["concern", "date"],
    ["concern", "yesNo"],
    ["customer", "number"],
  ] as const)
    await desk.call(api.fields.create, {
      body: { owner, kind, name: `${owner} ${kind}`, choices: [], topicId: null },
    });
  const week = { from: "08:00", to: "18:00" };
  const calendar = await desk.call(api.calendars.create, {
    body: {
      name: "Werk",
      text: holiday,
    },
  });
  // One that was fetched, and cannot be fetched any more.
  const fetched = await desk.call(api.calendars.create, {
    body: { name: "Netz", url: `http://${calendarHost}/a.ics` },
  });
  away.closeAllConnections();
  await new Promise((resolve) => away.close(resolve));
  await desk.call(api.calendars.fetch, { params: { id: fetched.id } });
  await desk.call(api.openingHours.set, {
    body: {
      owner: { kind: "brand", id: centre.brand.id },
      hours: {
        timeZone: "Europe/Berlin",
        weekly: [[week], [week, { from: "19:00", to: "20:00" }], [week], [week], [week], [], []],
        exceptions: [{ from: "2026-12-24", to: "2026-12-26", name: "Weihnachten = Christmas", spans: [] }],
        holidays: {
          state: "BY",
          part: "catholic",
          times: { how: "closed" },
          own: [{ holiday: "assumption", times: { how: "spans", spans: [week] } }],
          calendars: [calendar.id],
          named: [],
        },
      },
    },
  });
  await desk.call(api.ratings.setRule, {
    params: { id: centre.brand.id },
    body: { enabled: true, delayMinutes: 60, windowDays: 14, pauseDays: 30, reopens: true },
  });
  for (const [from, until] of [
    ["2026-01-05T08:00:00.000Z", null],
    ["2099-01-05T08:00:00.000Z", "2099-01-05T18:00:00.000Z"],
  ] as const)
    await desk.call(api.notices.create, {
      body: { brandId: centre.brand.id, text: { de: "Kein Bild in Rothenburgsort.", en: "" }, from, until },
    });
  await desk.call(api.promises.setRules, { body: { rules: [everyPromise] } });
  await desk.call(api.automation.setRules, { body: { rules: [everyRule("Ausfall")] } });
  await desk.call(api.macros.create, {
    body: { name: "Rückruf", key: "1", share: { with: "everybody" }, actions: [{ do: "addTags", tags: ["Rückruf"] }] },
  });
  const feed = await desk.live();
  const transport = createTransport({ host: "127.0.0.1", port: server.ports.smtp, secure: false, ignoreTLS: true });
  await transport.sendMail({
    from: "Hanna <hanna@kunde.test>",
    to: "service@kabel.test",
    subject: "Internet fällt aus",
    text: "Jeden Abend.\n\n-- \nHanna",
    attachments: [{ filename: "Protokoll.txt", content: "20:03 getrennt" }],
  });
  transport.close();
  const created = await feed.event((event) => event.kind === "concern.created");
  if (created.kind === "concern.created") number = created.data.row.number;
  feed.close();
  await desk.call(api.concerns.note, {
    params: { id: created.concernId ?? "" },
    body: { text: "Bitte prüfen", html: null, uploads: [], key: crypto.randomUUID() },
  });
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

interface Screen {
  readonly name: string;
  /** Absent: goes on from where the screen before it stands, as it stands. */
  readonly path?: () => string;
  readonly ready: (page: Page) => Promise<unknown>;
}

const seen = (selector: string) => (page: Page) => page.locator(selector).first().waitFor();

const screens: readonly Screen[] = [
  { name: "views", path: () => "/desk", ready: seen(".nav-view, .row") },
  { name: "empty list", path: () => "/desk/mine", ready: seen(".list .nothing") },
  { name: "no such concern", path: () => "/desk/open/999999", ready: seen(".concern .nothing[role=alert]") },
  { name: "concern", path: () => `/desk/open/${number}`, ready: seen(".message") },
  {
    name: "reply",
    ready: async (page) => {
      await page.keyboard.press("r");
      await seen(".editor-text")(page);
    },
  },
  {
    name: "schedule",
    ready: async (page) => {
      await page.keyboard.type("Morgen.");
      await page.keyboard.press("Control+Shift+Enter");
      await seen(".schedule")(page);
    },
  },
  {
    name: "note with mention",
    path: () => `/desk/open/${number}`,
    ready: async (page) => {
      await seen(".message")(page);
      await page.keyboard.press("n");
      // The draft of the look before may have been saved: the same text again would change nothing.
      await page.locator(".note-field textarea").fill("");
      await page.locator(".note-field textarea").fill("@ad");
      await seen(".mentions [role=option]")(page);
    },
  },
  {
    name: "assign",
    path: () => `/desk/open/${number}`,
    ready: async (page) => {
      await seen(".message")(page);
      await page.keyboard.press("a");
      await seen(".picker [role=option]")(page);
    },
  },
  {
    name: "palette",
    path: () => "/desk/open",
    ready: async (page) => {
      await page.locator(".row, .nav-view").first().waitFor({ state: "attached" });
      await page.keyboard.press("Control+k");
      await page.keyboard.type("internet");
      await seen(".finder-list mark")(page);
    },
  },
  {
    name: "help",
    path: () => "/desk/open",
    ready: async (page) => {
      await seen(".row")(page);
      await page.keyboard.press("?");
      await seen(".help")(page);
    },
  },
  { name: "list", path: () => "/desk/open", ready: seen(".row") },
  {
    name: "selection",
    ready: async (page) => {
      await page.keyboard.press("x");
      await seen(".selection-bar")(page);
      await page.keyboard.press("#");
      await seen(".picker")(page);
    },
  },
  {
    name: "filter",
    path: () => "/desk/open",
    ready: async (page) => {
      await seen(".row")(page);
      await page.keyboard.press("f");
      await seen(".picker [role=option]")(page);
    },
  },
  {
    name: "filtered list",
    path: () => "/desk/all",
    ready: async (page) => {
      await seen(".row")(page);
      await page.keyboard.press("f");
      await seen(".picker [role=option]")(page);
      for (const key of ["ArrowDown", "Enter", "Escape"]) await page.keyboard.press(key);
      await seen(".filter-chip")(page);
    },
  },
  {
    name: "view",
    path: () => "/desk/open",
    ready: async (page) => {
      await seen(".row")(page);
      await page.keyboard.press("Shift+V");
      await page.keyboard.press("s");
      await seen(".sheet .form")(page);
    },
  },
  {
    name: "linking",
    path: () => `/desk/open/${number}`,
    ready: async (page) => {
      await seen(".message")(page);
      await page.keyboard.press("Shift+D");
      await page.locator(".finder-list").waitFor();
    },
  },
  { name: "new", path: () => "/new", ready: seen(".editor-text") },
  { name: "search", path: () => "/search?q=internet", ready: seen(".search-hit") },
  { name: "preferences", path: () => "/preferences", ready: seen(".card") },
  { name: "agents", path: () => "/admin/agents", ready: seen(".entry") },
  {
    name: "fields of a concern",
    path: () => `/desk/open/${number}`,
    ready: async (page) => {
      await seen(".message")(page);
      await page.keyboard.press("d");
      await seen(".fields-dialog .field-row")(page);
    },
  },
  { name: "fields", path: () => "/admin/fields", ready: seen(".entry") },
  { name: "topics", path: () => "/admin/topics", ready: seen(".entry") },
  { name: "tiers", path: () => "/admin/tiers", ready: seen(".entry") },
  { name: "promises", path: () => "/admin/promises", ready: seen(".entry") },
  {
    name: "a promise rule with its forecast",
    ready: async (page) => {
      await page.locator(".entry").first().click();
      await page.locator(".sheet .promise-forecast .button").click();
      await seen(".sheet .promise-table")(page);
    },
  },
  {
    name: "rules, tried on the last month",
    path: () => "/admin/automation",
    ready: async (page) => {
      await page.locator(".rule-trial-ask .button").click();
      await seen(".rule-trial .field-hint")(page);
    },
  },
  {
    name: "a rule with what it did",
    ready: async (page) => {
      await page.locator(".rule-entry .entry").first().click();
      await page.locator(".sheet .form-group .button").last().click();
      await seen(".sheet .form-group p")(page);
    },
  },
  {
    name: "a macro",
    path: () => "/admin/macros",
    ready: async (page) => {
      await page.locator(".entries .entry").first().click();
      await seen(".sheet .rule-line")(page);
    },
  },
  { name: "notices", path: () => "/admin/notices", ready: seen(".entry") },
  {
    name: "a notice with its times",
    ready: async (page) => {
      await page.locator(".entry").first().click();
      await seen(".sheet input[type=time]")(page);
    },
  },
  { name: "brands", path: () => "/admin/brands", ready: seen(".entry") },
  {
    name: "a brand with hours and ratings",
    ready: async (page) => {
      await page.locator(".entry:not(.calendars *)").first().click();
      for (const part of [".hours-special", ".holiday .hours-day", "input[type=number]"])
        await seen(`.sheet ${part}`)(page);
    },
  },
  {
    name: "a calendar of holidays",
    path: () => "/admin/brands",
    ready: async (page) => {
      await page.locator(".calendars .entry").first().click();
      for (const part of [".calendar-fetched .field-fault", ".holiday"]) await seen(`.sheet ${part}`)(page);
    },
  },
  {
    name: "a calendar of holidays from a file",
    path: () => "/admin/brands",
    ready: async (page) => {
      await page.locator(".calendars .entry").nth(1).click();
      for (const part of ["textarea", ".holiday"]) await seen(`.sheet ${part}`)(page);
    },
  },
  {
    name: "splitting",
    path: () => `/desk/open/${number}`,
    ready: async (page) => {
      await seen(".message")(page);
      await page.keyboard.press("y");
      await seen(".move-messages")(page);
    },
  },
  {
    name: "channel",
    path: () => "/admin/channels",
    ready: async (page) => {
      await page.locator(".entry").first().click();
      await seen(".fieldset")(page);
    },
  },
];

const looks = [
  { name: "wide, light, German", options: { ...wide, colorScheme: "light" as const }, language: "de" as const },
  { name: "wide, dark, English", options: { ...wide, colorScheme: "dark" as const }, language: "en" as const },
  { name: "phone, light, German", options: { ...phone, colorScheme: "light" as const }, language: "de" as const },
  { name: "phone, dark, English", options: { ...phone, colorScheme: "dark" as const }, language: "en" as const },
];

for (const look of looks) {
  test(`every screen is sound: ${look.name}`, async () => {
    const me = await desk.call(api.agents.me);
    await desk.call(api.agents.changePreferences, { body: { ...me.preferences, language: look.language } });
    const one = await openDesk(browser, server.url, { ...look.options, login });
    const findings: string[] = [];
    for (const screen of screens) {
      if (screen.path) await one.page.goto(server.url + screen.path());
      await screen
        .ready(one.page)
        .catch((error: Error) => findings.push(`${screen.name} did not appear: ${error.message}`));
      await atRest(one.page);
      findings.push(...(await axeFindings(one.page)).map((finding) => `${screen.name}: ${finding}`));
      const excess = await one.page.evaluate<number>(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth",
      );
      if (excess > 0) findings.push(`${screen.name} is ${excess} px wider than the window`);
    }
    const complaints = one.complaints.filter((complaint) => !complaint.includes("999999"));
    await one.context.close();
    assert.deepEqual(findings, []);
    assert.deepEqual(complaints, []);
  });
}

test("sign-in is sound in every look", async () => {
  for (const look of looks) {
    const one = await openDesk(browser, server.url, look.options);
    await one.page.goto(server.url);
    await one.page.locator(".doorstep form").waitFor();
    assert.deepEqual(await axeFindings(one.page), []);
    await one.context.close();
    assert.deepEqual(one.complaints, []);
  }
});

test("axe is able to fail: a planted picture without words is found", async () => {
  const one = await openDesk(browser, server.url, wide);
  await one.page.goto(server.url);
  await one.page.locator(".doorstep form").waitFor();
  await one.page.evaluate(
    `document.querySelector("form").insertAdjacentHTML("beforeend", '<button type="button"></button>')`,
  );
  assert.ok((await axeFindings(one.page)).some((finding) => finding.includes("button-name")));
  await one.context.close();
});
