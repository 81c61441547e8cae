// An agent's telephone when its page goes away in a call: loaded again it is in the same call, closed for good the customer is the first in the queue. And what the telephone does beside a
// call: keys that cannot be done, a notice of the system while nobody sees the desk, the devices. In a real browser, with a real engine.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { axeFindings } from "#test/screens/browser.ts";
import { hears } from "#test/screens/microphone.ts";
import { bar, byAda, byOmar, comes, keys, leavesNote, ready, startPhones, type Phones } from "#test/screens/phones.ts";

let phones: Phones;

before(async () => {
  phones = await startPhones({ rejoinSeconds: 60 }, true);
});
after(() => phones?.stop());

const toast = (page: Page, words: string) => page.locator(".toast", { hasText: words });

test("keys one after the other that cannot be done say why, and the last of them does nothing of its own", async () => {
  const { page } = phones.omars;
  await keys(page, ",", "l");
  await toast(page, "Das darf nur, wer ein Team leitet").waitFor();
  assert.equal(await page.getByRole("dialog").count(), 0);
  await keys(page, ",", "h");
  await toast(page, "Ihr Telefon ist aus").waitFor();
  await comes(phones.omars);
  await keys(page, ",", "t");
  await toast(page, "Sie sind in keinem Anruf").first().waitFor();
  assert.equal(await page.getByRole("dialog").count(), 0);
});

test("devices are chosen and tried, the microphone is seen to hear; notices of the system are allowed by a press", async () => {
  const { page, context } = phones.omars;
  await context.clearPermissions();
  await page.reload();
  await ready(phones.omars);
  await keys(page, ",", "d");
  const sheet = page.getByRole("dialog", { name: "Mein Telefon" });
  await sheet.getByRole("button", { name: /Mikrofon (erlauben|probieren)/ }).click();
  await sheet.locator(".level output", { hasText: "Gut" }).waitFor();
  for (const use of ["Mikrofon", "Lautsprecher", "Wo es klingelt"]) {
    const choice = sheet.getByRole("button", { name: `Wie im System ${use}` });
    await choice.click();
    const other = page.getByRole("option").nth(1);
    const name = (await other.textContent()) ?? assert.fail();
    await other.click();
    await sheet.getByRole("button", { name: `${name} ${use}` }).waitFor();
  }
  await sheet.getByRole("button", { name: "Ton abspielen" }).click();
  await sheet.getByRole("button", { name: "Einmal klingeln" }).click();
  assert.deepEqual(await axeFindings(page), []);
  await context.grantPermissions(["notifications", "microphone"]);
  await sheet.getByRole("button", { name: "Hinweise erlauben" }).click();
  await sheet.getByText("Anrufe werden auch gezeigt, wenn der Desk verdeckt ist.").waitFor();
  await page.keyboard.press("Escape");
  await sheet.waitFor({ state: "detached" });
});

/** What the desk shows by the system, kept; and whether anybody sees the desk. */
const watchNotices = (): void => {
  const shown: string[] = [];
  const Real = globalThis.Notification;
  globalThis.Notification = class extends Real {
    constructor(title: string, options?: NotificationOptions) {
      super(title, options);
      this.addEventListener("show", () => shown.push(title));
      this.addEventListener("close", () => shown.splice(shown.indexOf(title), 1));
    }
  };
  Object.assign(globalThis, { noticesNow: () => shown.join() });
};
const notices = (page: Page, words: RegExp | ""): Promise<unknown> =>
  page.waitForFunction(
    ([wanted, none]) => {
      const now = (globalThis as unknown as { noticesNow: () => string }).noticesNow();
      return none ? now === "" : new RegExp(wanted ?? "").test(now);
    },
    [words === "" ? "" : words.source, words === ""] as const,
    { polling: 50 },
  );

test("while nobody sees the desk a call is shown by the system; taken, it is shown no longer. Loaded again in the talk, the page is in the same call", async () => {
  const { omars, calls, callIs } = phones;
  const { page } = omars;
  await page.addInitScript(watchNotices);
  await page.reload();
  await ready(omars);
  await page.evaluate(() => {
    Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
  });
  const { callId, caller: customer, hangUp } = await calls("Karin Moor");
  customer.say(400);
  await notices(page, /Karin Moor/);
  await page.keyboard.press("Control+j");
  await bar(page).getByText("Im Gespräch").waitFor();
  await notices(page, "");
  await customer.hears(byOmar);
  await leavesNote(page);
  page.on("dialog", (dialog) => void dialog.accept());
  await page.reload();
  await callIs(callId, ({ state, parties }) => state === "talking" && parties.some((one) => one.state === "ended"));
  await bar(page).getByText("Im Gespräch").waitFor();
  await customer.hears(byOmar);
  await hears(page, 400);
  const again = await callIs(callId, ({ parties }) => parties.filter(({ as }) => as === "agent").length > 1);
  assert.equal(again.state, "talking");
  await hangUp();
  await bar(page).waitFor({ state: "detached" });
  const ended = await callIs(callId, ({ end }) => end !== null);
  assert.equal(ended.end, "talked");
});

test("an agent whose browser is gone for good: the customer is told, is the first in the queue, and talks with whoever takes it then", async () => {
  const { omars, adas, calls, callIs } = phones;
  await comes(adas);
  await keys(omars.page, "q", "o");
  const { callId, caller: customer } = await calls("Jo Berg");
  customer.say(400);
  const { page } = adas;
  await page.locator(".offer[data-first]", { hasText: "Jo Berg" }).waitFor();
  await page.keyboard.press("Control+j");
  await customer.hears(byAda);
  const talk = await callIs(callId, ({ state }) => state === "talking");
  await comes(omars);
  await phones.setRules({ rejoinSeconds: 1 });
  // She goes elsewhere with the only window: nothing comes back.
  page.on("dialog", (dialog) => void dialog.accept());
  await page.goto("about:blank");
  const back = await callIs(callId, ({ state, talkedFrom }) => state === "waiting" && talkedFrom !== null);
  assert.equal(back.waitingSince, talk.waitingSince, "nobody is before them");
  await omars.page.locator(".offer[data-first]", { hasText: "Jo Berg" }).waitFor();
  await omars.page.keyboard.press("Control+j");
  await customer.hears(byOmar);
});
