// One text that would be markup, in everything that people write or name: as a customer, an agent and an administrator. Every screen shows it as the
// text it is, and so does the mail that leaves (C1, C8 and C13 of the threats: "stored in any field, the administrator's included").
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { api } from "#contract/api.ts";
import { everything, type ConcernRow } from "#contract/concerns.ts";
import { mailboxSettings } from "#test/centre.ts";
import { addChat, answerIn, openPage } from "#test/chat.ts";
import { until } from "#test/faults.ts";
import { everyRule } from "#test/automation.ts";
import { everyPromise } from "#test/promises.ts";
import { bookQueue, bookWith, idOf } from "#test/routing-book.ts";
import { closeSilent, sendTo, service, startScreenCentre, type ScreenCentre } from "#test/screens/centre.ts";

/** As short as the shortest field; the second half is for programs that fill in templates. */
const canary = `"'><img src=x onerror=hit=1>{{7*7}}\${7*7}`;
/** What of it every screen shows that has it. */
const mark = "onerror=hit=1>{{7*7}}${7*7}";

let centre: ScreenCentre;
let row: ConcernRow;
/** What a visitor said and was sent in the chat. */
let chat: ConcernRow;

before(async () => {
  // Two strangers' mails are taken to the desk; the third is set aside.
  centre = await startScreenCentre({ UNKNOWN_SENDERS: "2" });
  const { desk } = centre;
  row = await centre.writes({
    from: `"${canary.replaceAll('"', "'")}" <kanari@kunde.test>`,
    subject: `Betreff ${canary}`,
    text: `Text ${canary}\n\n-- \n${canary}`,
    html: `<p>Text ${canary.replaceAll("<", "&lt;")}</p>`,
    attachments: [{ filename: `Datei ${canary}.txt`, content: canary }],
  });
  await fill(row);
  for (const n of [1, 2, 3])
    await sendTo(centre.server, {
      from: `"${canary.replaceAll('"', "'")}" <fremd${n}@fremd${n}.test>`,
      to: service,
      subject: `Fremd ${n} ${canary}`,
      text: canary,
    });
  await centre.feed.event((event) => event.kind === "intake.refused");
  chat = await talk(row);
  await desk.call(api.concerns.note, {
    params: { id: row.id },
    body: { text: `Notiz ${canary}`, html: null, uploads: [], key: crypto.randomUUID() },
  });
});

after(() => centre?.stop());

/** Everything that has a name or a text of its own, by the calls of the desk. */
const fill = async ({ id, customerId, brandId }: ConcernRow): Promise<void> => {
  const { desk } = centre;
  const { preferences } = await desk.call(api.agents.me);
  await desk.call(api.agents.changePreferences, { body: { ...preferences, signature: canary } });
  await desk.call(api.brands.change, {
    params: { id: brandId },
    body: { name: canary, signature: `{agent} ${canary}`, language: "de" },
  });
  const team = await desk.call(api.agents.createTeam, { body: { name: canary } });
  await desk.call(api.agents.create, {
    body: {
      name: canary,
      handle: "kanari",
      email: "kanari@kabel.test",
      role: "agent",
      active: true,
      teamIds: [team.id],
      brandIds: [],
      password: "ein-anderes-geheimes-wort",
    },
  });
  await desk.call(api.tiers.set, { body: { tiers: [{ id: crypto.randomUUID(), name: canary }] } });
  const topic = await desk.call(api.brands.createTopic, {
    body: { parentId: null, name: canary, teamId: null, whenClosed: "reopen" },
  });
  for (const [owner, name] of [
    ["concern", `a ${canary}`],
    ["customer", `k ${canary}`],
  ] as const)
    await desk.call(api.fields.create, { body: { owner, kind: "choice", name, choices: [canary], topicId: null } });
  await desk.call(api.brands.addChannel, {
    body: {
      brandId,
      kind: "email",
      name: canary,
      enabled: false,
      settings: { ...mailboxSettings({ address: "zweit@kabel.test", smtp: null }), displayName: canary },
    },
  });
  await desk.call(api.customers.change, {
    params: { id: customerId },
    body: { name: canary, organisation: canary, fields: { [`k ${canary}`]: canary, Frei: canary } },
  });
  await desk.call(api.concerns.change, {
    params: { id },
    body: {
      tags: [canary],
      topicId: topic.id,
      teamId: team.id,
      subject: `Neu ${canary}`,
      fields: { [`a ${canary}`]: canary, Frei: canary },
    },
  });
  await desk.call(api.promises.setRules, {
    body: { rules: [{ ...everyPromise, name: canary, when: { ...everyPromise.when, topicId: topic.id } }] },
  });
  await desk.call(api.automation.setRules, { body: { rules: [everyRule(canary)] } });
  await desk.call(api.macros.create, {
    body: {
      name: canary.slice(0, 60),
      key: "1",
      share: { with: "everybody" },
      actions: [{ do: "addTags", tags: [canary.slice(0, 60)] }],
    },
  });
  const names = [{ id: crypto.randomUUID(), name: canary }];
  const routed = bookWith([bookQueue(1, { name: canary })], {
    skills: [{ id: idOf(903), name: canary, about: "other" }],
    reasons: names.map((one) => ({ ...one, for: "away" as const })),
    dispositions: names,
  });
  await desk.call(api.routing.setBook, { body: { book: routed, was: 1 } });
  await desk.call(api.notices.create, {
    body: { brandId, text: { de: canary, en: canary }, from: "2026-01-05T08:00:00.000Z", until: null },
  });
  const calendar = await desk.call(api.calendars.create, {
    body: {
      name: canary.slice(0, 100),
      text: `BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20200601\nRRULE:FREQ=YEARLY\nSUMMARY:${canary}\nEND:VEVENT\nEND:VCALENDAR`,
    },
  });
  await desk.call(api.openingHours.set, {
    body: {
      owner: { kind: "brand", id: brandId },
      hours: {
        timeZone: "Europe/Berlin",
        weekly: [[], [], [], [], [], [], []],
        exceptions: [{ from: "2026-12-24", to: "2026-12-26", name: canary, spans: [] }],
        holidays: {
          state: null,
          part: "none",
          times: { how: "closed" },
          own: [],
          calendars: [calendar.id],
          named: [],
        },
      },
    },
  });
  await desk.call(api.concerns.saveView, {
    body: { name: canary, filter: { ...everything, tag: canary }, share: { with: "everybody" } },
  });
};

/** A visitor is sent each sort of part and answers; their name, their page and what stands before the talk are of the same sort. */
const talk = async ({ brandId }: ConcernRow): Promise<ConcernRow> => {
  const { desk } = centre;
  const channel = await addChat(desk, brandId, { greeting: canary });
  const visitor = await openPage(centre.server.url, channel.id);
  await visitor.hello();
  visitor.say({ type: "introduce", name: canary, email: "besuch@kunde.test" });
  visitor.say({
    type: "page",
    page: { url: `https://www.kabel.test/${encodeURI(canary)}`, title: canary, referrer: "https://suche.test/" },
  });
  const { concernId } = await visitor.tell(`Chat ${canary}`);
  await answerIn(
    desk,
    concernId,
    `Teile ${canary}`,
    "webchat",
    [],
    [
      { kind: "choices", question: `Frage ${canary}`, options: [canary, `Oder ${canary}`] },
      {
        kind: "form",
        title: `Formular ${canary}`,
        fields: [
          { label: `Feld ${canary}`, type: "text", required: true, options: [] },
          { label: `Wahl ${canary}`, type: "choice", required: false, options: [canary, "b"] },
        ],
      },
      { kind: "article", title: `Artikel ${canary}`, summary: canary, url: "https://hilfe.kabel.test/" },
    ],
  );
  const { messages } = await visitor.word("news", (word) => word.messages.some(({ parts }) => parts.length > 1));
  const messageId = messages.at(-1)?.id ?? assert.fail("it has parts");
  await visitor.tell("", { concernId, answer: { messageId, part: 1, values: [canary] } });
  await visitor.tell("", { concernId, answer: { messageId, part: 2, values: [canary, canary] } });
  // Who sits there is shown as long as they do.
  visitor.say({ type: "here", here: true });
  return (await desk.call(api.concerns.open, { params: { id: concernId } })).concern.row;
};

const seen = (selector: string) => (page: Page) => page.locator(selector).first().waitFor();
const byKey =
  (key: string, selector: string, typed = "") =>
  async (page: Page): Promise<void> => {
    await seen(".message")(page);
    await page.keyboard.press(key);
    if (typed !== "") await page.keyboard.type(typed);
    await seen(selector)(page);
  };
const form = async (page: Page): Promise<void> => {
  await page.locator(".entries .entry", { hasText: "onerror" }).first().click();
  await seen(".sheet .form, .fieldset")(page);
};
const concern = (): string => `/desk/all/${row.number}`;
const inChat = (): string => `/desk/all/${chat.number}`;

/** Every screen that shows something that somebody wrote, and the parts of it that do. */
const places: readonly (readonly [
  path: () => string,
  act: (page: Page) => Promise<unknown>,
  ...parts: readonly string[],
])[] = [
  [concern, seen(".customer"), ".nav-view", ".row", ".concern", ".message", ".customer"],
  [concern, byKey("h", ".history-line"), ".history-line"],
  [
    inChat,
    seen(".visitor-here"),
    ".visitor-here",
    ".part:has(.part-options) h3",
    ".part-options",
    ".part:has(.part-fields) h3",
    ".part-fields",
    ".part:has(a) h3",
    ".part:has(a) .plain-text",
    '.part[data-kind="answer"] h3',
    ".part-values dt",
    ".part-values dd",
  ],
  [concern, byKey("r", ".editor-text", "Guten Tag"), ".composer"],
  [concern, byKey("n", ".mentions [role=option]", "@kanari"), ".mentions"],
  [concern, byKey("a", ".picker [role=option]"), ".picker"],
  [concern, byKey("#", ".picker"), ".picker"],
  [concern, byKey("d", ".fields-dialog .field-row"), ".fields-dialog"],
  [concern, byKey("l", ".finder-list mark", "Fremd"), ".finder-list"],
  [
    () => "/desk/all",
    async (page) => {
      await seen(".row")(page);
      await page.keyboard.press("Control+k");
      await page.keyboard.type("fremd");
      await seen(".finder-list mark")(page);
    },
    ".finder-list",
  ],
  [
    () => "/desk/all",
    async (page) => {
      await seen(".row")(page);
      await page.keyboard.press("f");
      await page.keyboard.type("onerror");
      await seen(".picker [role=option]")(page);
    },
    ".picker",
  ],
  [() => "/search?q=Text", seen(".search-hit"), ".search-hit"],
  [() => "/set-aside", seen(".asides > li"), ".asides"],
  [() => "/new", seen(".editor-text")],
  [() => "/preferences", seen(".card"), "textarea"],
  [() => "/admin/agents", form, ".entries", ".sheet"],
  [
    () => "/admin/brands",
    async (page) => {
      // The calendars have an entry with the same words, and may be there first.
      await page.locator(".entries .entry:not(.calendars *)", { hasText: "onerror" }).first().click();
      await seen(".hours-special")(page);
    },
    ".entries",
    ".sheet",
    ".hours-special",
  ],
  [() => "/admin/channels", form, ".entries", "form, .form"],
  [() => "/admin/topics", form, ".entries", ".sheet"],
  [() => "/admin/tiers", form, ".entries", ".sheet"],
  [() => "/admin/fields", form, ".entries", ".sheet"],
  [() => "/admin/promises", form, ".entries", ".sheet"],
  [() => "/admin/automation", form, ".entries", ".sheet"],
  [() => "/admin/routing", form, ".entries", ".sheet"],
  [() => "/admin/skills", seen(".routing-level"), ".routing-matrix"],
  [() => "/admin/notices", form, ".entries", ".sheet"],
];

/** What a page makes of it: elements that only it could have brought (the page's own policy would keep them from running), and which parts do not show it. */
const look = (
  page: Page,
  parts: readonly string[] = [],
): Promise<{ readonly made: number; readonly without: readonly string[] }> =>
  page.evaluate(
    ([wanted, selectors]) => ({
      made: document.querySelectorAll('img[src="x"], [onerror]').length,
      without: selectors.filter(
        (selector) =>
          ![...document.querySelectorAll<HTMLElement>(selector)].some((part) =>
            [part, ...part.querySelectorAll<HTMLElement>("input, textarea")].some((each) =>
              `${each.innerText}\n${(each as HTMLInputElement).value ?? ""}`.includes(wanted),
            ),
          ),
      ),
    }),
    [mark, parts] as const,
  );

test("on every screen, whoever wrote it, it is text", async () => {
  const one = await centre.open();
  const { page } = one;
  const findings: string[] = [];
  for (const [path, act, ...parts] of places) {
    await page.goto(centre.server.url + path());
    await act(page).catch((error: Error) => findings.push(`${path()} did not come: ${error.message.slice(0, 200)}`));
    // A part may be there before what it shows has come.
    await until("everything is shown", 15_000, async () => (await look(page, parts)).without.length === 0).catch(
      () => undefined,
    );
    const { made, without } = await look(page, parts);
    if (made > 0) findings.push(`${path()}: it became ${made} elements`);
    for (const part of without) findings.push(`${path()}: ${part} does not show it as it was written`);
  }
  assert.deepEqual(findings, []);
  assert.equal(await page.evaluate("typeof hit"), "undefined");
  await closeSilent(one);
});

test("the look is able to fail: put in as markup it is found", async () => {
  const one = await centre.open();
  await one.page.goto(`${centre.server.url}/preferences`);
  await one.page.locator(".card").first().waitFor();
  await one.page.evaluate((text) => document.body.insertAdjacentHTML("beforeend", `<p title="${text}"></p>`), canary);
  assert.equal((await look(one.page)).made, 1);
  await one.context.close();
});

test("in the mail that leaves it is text as well, and names neither a header nor a recipient", async () => {
  const { desk } = centre;
  const channel = (await desk.call(api.brands.channels)).find(({ address }) => address === service);
  assert.ok(channel);
  const { message } = await desk.call(api.concerns.reply, {
    params: { id: row.id },
    body: {
      channelId: channel.id,
      to: ["kanari@kunde.test"],
      cc: [],
      text: `Antwort ${canary}`,
      html: `<p>Antwort</p>${canary}`,
      uploads: [await desk.upload(`Anlage ${canary}.txt`, Buffer.from("x"), "text/plain")],
      sendAt: null,
      statusAfter: "waiting",
      key: crypto.randomUUID(),
    },
  });
  await desk.call(api.concerns.sendNow, { params: { id: message.id } });
  const mail = await centre.sink.mailWith("kanari@kunde.test");
  const plain = mail
    .replaceAll("=\r\n", "")
    .replaceAll(/=([0-9A-F]{2})/g, (_all, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  const html = plain.slice(plain.indexOf("text/html"), plain.indexOf("</html>"));
  assert.ok(html.includes("onerror=hit=1&gt;{{7*7}}${7*7}"), "signature and repeated message hold it");
  assert.doesNotMatch(html, /<img|onerror=["']?hit[^&]*>/i);
  const to = /^To: (.*(?:\r\n[ \t].*)*)/im.exec(mail)?.[1] ?? "";
  assert.deepEqual(to.match(/[^\s<>"]+@[^\s<>"]+/g), ["kanari@kunde.test"]);
});
