// What the telephone does beside a call: keys that cannot be done, the devices. In a real browser, with a real engine.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { axeFindings } from "#test/screens/browser.ts";
import { comes, keys, ready, startPhones, type Phones } from "#test/screens/phones.ts";

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
    // Only what the system has says what the tests' microphones say: others only beep.
    await sheet.getByRole("button", { name: `${name} ${use}` }).click();
    await page.getByRole("option", { name: "Wie im System" }).click();
    await choice.waitFor();
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
