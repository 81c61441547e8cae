// Everything that opens beside its button or over the page is really seen, by mouse on a wide window and by finger on a phone: opaque, not
// clipped, inside the window, and what lies under the finger is the popover itself.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createTransport } from "nodemailer";
import type { Browser, Locator, Page } from "playwright-core";
import { api } from "#contract/api.ts";
import { addMailbox, admin, setUpCentre } from "#test/centre.ts";
import { openDesk, phone, startBrowser, wide } from "#test/screens/browser.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

let server: TestServer;
let browser: Browser;
let number = 0;
const login = { email: admin.email, password: admin.password };

before(async () => {
  server = await startTestServer();
  browser = await startBrowser();
  const { desk, brand } = await setUpCentre(server.url);
  await addMailbox(desk, brand.id, { address: "service@kabel.test", smtp: { host: "127.0.0.1", port: 9 } });
  await desk.call(api.brands.createTopic, {
    body: { name: "Internet", parentId: null, teamId: null, whenClosed: "reopen" },
  });
  await desk.call(api.fields.create, {
    body: { owner: "concern", kind: "text", name: "Gerät", choices: [], topicId: null },
  });
  const feed = await desk.live();
  const transport = createTransport({ host: "127.0.0.1", port: server.ports.smtp, secure: false, ignoreTLS: true });
  await transport.sendMail({
    from: "Hanna <hanna@kunde.test>",
    to: "service@kabel.test",
    subject: "Internet fällt aus",
    text: "Jeden Abend.",
  });
  transport.close();
  const created = await feed.event((event) => event.kind === "concern.created");
  if (created.kind === "concern.created") number = created.data.row.number;
  feed.close();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

declare global {
  var nextLook: Promise<string>;
}

/**
 * Looks at the next popover in the moment it has its place, before that is painted, and again when it has faded in. Armed before the press,
 * for a key overtakes what is asked of the page.
 */
const watch = (page: Page, selector: string): Promise<void> =>
  page.evaluate((wanted) => {
    const looksOf = (popover: Element): string => {
      const { opacity, clipPath, maskImage } = getComputedStyle(popover);
      const own = `opacity ${opacity}, clip ${clipPath}, mask ${maskImage}`;
      const veil = popover.parentElement?.closest(".veil");
      const around = veil ? looksOf(veil) : own;
      return around === own ? own : `${own} under ${around}`;
    };
    const restOf = (popover: Element): string => {
      const box = popover.getBoundingClientRect();
      const isInside = box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight;
      const goal = popover.querySelector("[role=option], [role^=menuitem], input, h3") ?? popover;
      const { left, top, width, height } = goal.getBoundingClientRect();
      const hit = document.elementFromPoint(left + width / 2, top + height / 2);
      return `${isInside ? "inside" : `outside ${JSON.stringify(box)}`}, ${popover.contains(hit) ? "hit" : `missed for ${hit?.outerHTML.slice(0, 120)}`}`;
    };
    globalThis.nextLook = new Promise((resolve) => {
      const watcher = new MutationObserver(() => {
        const popover = document.querySelector(wanted);
        if (popover === null) return;
        watcher.disconnect();
        const first = looksOf(popover);
        void Promise.allSettled(popover.getAnimations().map((one) => one.finished)).then(() =>
          resolve([first, looksOf(popover), restOf(popover)].join("; ")),
        );
      });
      watcher.observe(document.body, {
        subtree: true,
        childList: true,
        attributes: true,
        attributeFilter: ["data-placement"],
      });
    });
  }, selector);

const seen = "opacity 1, clip none, mask none; opacity 1, clip none, mask none; inside, hit";

for (const look of [
  { name: "wide, by mouse and key", options: wide, press: (button: Locator) => button.click(), keys: ["a", "p", "d"] },
  { name: "on a phone, by finger", options: phone, press: (button: Locator) => button.tap(), keys: [] },
])
  test(`whatever opens beside its button is seen at once: ${look.name}`, async () => {
    const one = await openDesk(browser, server.url, { ...look.options, login });
    const { page } = one;
    const opens = async (what: string, name: string, press: () => Promise<unknown>): Promise<void> => {
      await watch(page, what);
      await press();
      assert.equal(await page.evaluate(() => globalThis.nextLook), seen, name);
      await page.keyboard.press("Escape");
      await page.locator(what).waitFor({ state: "detached" });
    };
    const open = (name: string, press: () => Promise<unknown>): Promise<void> =>
      opens(".popover[data-placement]:not([data-exiting])", name, press);
    await page.goto(`${server.url}/desk/open/${number}`);
    await page.locator(".message").first().waitFor();
    await page.locator(".concern-chips > .concern-fields").waitFor();
    const chips = await page.locator(".concern-chips > button").all();
    assert.equal(chips.length, 8);
    for (const [at, chip] of chips.entries()) await open(`chip ${at}`, () => look.press(chip));
    for (const key of look.keys) await open(`key ${key}`, () => page.keyboard.press(key));
    await open("assurance", () => look.press(page.locator(".message .assurance").first()));
    await open("menu of the message", () => look.press(page.locator(".message [aria-haspopup]").last()));
    await opens(".sheet", "palette", () => page.keyboard.press("Control+k"));
    // The keys beside a button are for whoever has keys. The fault: "Ctrl ⏎" on the send button of a phone, where there is no such key.
    await look.press(page.locator(".composer-start").first());
    await page.locator(".split > .button[data-look=primary]").first().waitFor();
    const shown = await page.locator("kbd:visible").allTextContents();
    assert.equal(shown.includes("Ctrl ⏎"), look.keys.length > 0, shown.join(", "));
    if (look.keys.length === 0) assert.deepEqual(shown, []);
    await page.goto(`${server.url}/admin/agents`);
    await opens(".sheet", "sheet of a person", () => look.press(page.locator(".entry").first()));
    await page.goto(`${server.url}/preferences`);
    await open("choice of the preferences", () => look.press(page.locator(".field-select").first()));
    await one.context.close();
    assert.deepEqual(one.complaints, []);
  });

test("a button that is a picture only says its word to the keys at once and to a resting pointer; the first Escape takes the word and nothing else", async () => {
  const one = await openDesk(browser, server.url, { ...wide, login });
  const { page } = one;
  await page.goto(`${server.url}/desk/open/${number}`);
  await page.locator(".message").first().waitFor();
  const [star, history] = [
    page.locator(".concern-tools .icon-button").first(),
    page.locator(".concern-tools .icon-button").nth(1),
  ];
  const tip = page.locator(".tip");
  await star.focus();
  await page.keyboard.press("Tab");
  await tip.waitFor();
  assert.equal(await history.evaluate((button) => button === document.activeElement), true);
  const word = (await history.getAttribute("aria-label")) ?? "";
  const described = await history.evaluate(
    (button) => document.getElementById(button.getAttribute("aria-describedby") ?? "")?.textContent,
  );
  assert.equal(described, `${word}H`, "the word with its key");
  await page.keyboard.press("Escape");
  await tip.waitFor({ state: "detached" });
  assert.match(page.url(), new RegExp(`/${number}$`), "the concern is still open");
  assert.equal(await history.evaluate((button) => button === document.activeElement), true);
  await page.keyboard.press("Escape");
  await page.locator(".concern-none").waitFor();

  await page.goto(`${server.url}/desk/open/${number}`);
  await page.locator(".message").first().waitFor();
  await history.hover();
  await tip.waitFor();
  await history.click();
  await tip.waitFor({ state: "detached" });
  assert.equal(await history.getAttribute("aria-pressed"), "true");
  await one.context.close();

  const finger = await openDesk(browser, server.url, { ...phone, login });
  await finger.page.goto(`${server.url}/desk/open/${number}`);
  await finger.page.locator(".message").first().waitFor();
  await finger.page.locator(".concern-tools .icon-button").nth(1).tap();
  await finger.page.locator(".concern-tools [aria-pressed=true]").first().waitFor();
  assert.equal(await finger.page.locator(".tip").count(), 0);
  await finger.context.close();
  assert.deepEqual([...one.complaints, ...finger.complaints], []);
});
