// The telephone of an agent in a real browser, by keys alone: a customer calls from a page, they hear each other; held, muted, a colleague asked, handed on; a supervisor listens. With a real engine and a
// microphone that plays a tone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { api } from "#contract/api.ts";
import type { PageCall } from "#test/hotline.ts";
import { axeFindings } from "#test/screens/browser.ts";
import { hears } from "#test/screens/microphone.ts";
import { bar, byAda, byOmar, comes, keys, leavesNote, ready, startPhones, type Phones } from "#test/screens/phones.ts";

let phones: Phones;

before(async () => {
  phones = await startPhones({ recording: "announced" });
});
after(() => phones?.stop());

let last: PageCall | null = null;
const lastCall = (): PageCall => last ?? assert.fail("nobody has called");

test("a call rings, is taken by key, and both are heard; muted and held and back, with what it is said in words", async () => {
  const { omars, calls, callIs } = phones;
  const { page } = omars;
  await comes(omars);
  last = await calls("Karin Moor");
  const { callId, caller: customer } = last;
  customer.say(400);
  await page.locator(".offer[data-first]", { hasText: "Karin Moor" }).waitFor();
  assert.match(await page.title(), /Karin Moor/);
  await page.keyboard.press("Shift+A");
  await bar(page).waitFor();
  await hears(page, 400);
  await customer.hears(byOmar);
  await bar(page).getByText("Im Gespräch").waitFor();
  await bar(page).locator(".call-sound[data-bars='4'], .call-sound[data-bars='3']").waitFor();
  assert.deepEqual(await axeFindings(page), []);

  await page.keyboard.press("Control+m");
  await bar(page).getByText("Sie sind stumm").waitFor();
  await customer.hears();
  await page.keyboard.press("Control+m");
  await customer.hears(byOmar);
  await leavesNote(page);
  await keys(page, ",", "h");
  await bar(page).getByText("Der Kunde hört Musik").waitFor();
  await callIs(callId, ({ held }) => held);
  await keys(page, ",", "h");
  await customer.hears(byOmar);
  await hears(page, 400);
});

test("a colleague is asked while the customer hears music, all talk together, and it is handed over; whoever has it wraps up when they hang up", async () => {
  const { omars, adas, callIs } = phones;
  const { page } = omars;
  await comes(adas);
  const { caller: customer } = lastCall();
  await keys(page, ",", "c");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.type("Ada");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await adas.page.locator(".call-bar[data-rings]", { hasText: "Omar Celik fragt Sie zu Karin Moor" }).waitFor();
  await adas.page.keyboard.press("Control+j");
  await leavesNote(adas.page);
  await bar(page).getByText("Sie sprechen mit Ada Brandt. Der Kunde hört Musik.").waitFor();
  await hears(page, byAda);
  await hears(adas.page, byOmar);
  await keys(page, ",", "z");
  await bar(page).getByText("Auch im Anruf: Ada Brandt").waitFor();
  await customer.hears(byOmar, byAda);
  assert.deepEqual(await axeFindings(page), []);
  // The others go on without him.
  await bar(page).getByRole("button", { name: "Anruf verlassen" }).waitFor();
  await keys(page, ",", "x");
  await bar(page).waitFor({ state: "detached" });
  await bar(adas.page).getByText("Im Gespräch").waitFor();
  await customer.hears(byAda);
  await keys(adas.page, ",", "x");
  await bar(adas.page).waitFor({ state: "detached" });
  const ended = await callIs(lastCall().callId, ({ end }) => end !== null);
  assert.equal(ended.end, "talked");
  await adas.page.locator(".wrap-up legend", { hasText: "Was wurde daraus?" }).waitFor();
  await adas.page.keyboard.press("1");
  await adas.page.locator(".wrap-up legend").waitFor({ state: "detached" });
  await comes(adas);
});

test("a supervisor listens, whispers and talks; passed on with a note it rings at whom it was passed to", async () => {
  const { omars, adas, calls, callIs, centre } = phones;
  const { page } = omars;
  last = await calls("Jo Berg");
  const { callId, caller: customer } = last;
  customer.say(400);
  await page.locator(".offer[data-first]", { hasText: "Jo Berg" }).waitFor();
  await page.keyboard.press("Control+j");
  await customer.hears(byOmar);
  const { concernId } = await callIs(callId, ({ state }) => state === "talking");
  const row = await centre.desk.call(api.concerns.open, { params: { id: concernId ?? assert.fail() } });
  await adas.page.goto(`${centre.server.url}/desk/open/${row.concern.row.number}`);
  await adas.page.locator(".concern .subject").waitFor();
  await ready(adas);
  await keys(adas.page, ",", "l");
  await bar(adas.page).getByText("Sie hören zu: niemand hört Sie.").waitFor();
  await keys(adas.page, ",", "w");
  await bar(adas.page).getByText("Sie flüstern: nur Omar Celik hört Sie.").waitFor();
  customer.say("silence");
  await hears(page, byAda);
  customer.history();
  customer.say(400);
  await hears(page, 400);
  assert.ok(!customer.history().some((heard) => heard.includes(String(byAda))), "the customer hears nothing of it");
  await keys(adas.page, ",", "j");
  await bar(adas.page).getByText("Sie sprechen mit: alle hören Sie.").waitFor();
  await customer.hears(byOmar, byAda);
  await bar(page).getByText("Ada Brandt spricht mit").waitFor();
  assert.deepEqual(await axeFindings(adas.page), []);
  await keys(adas.page, ",", "x");
  await bar(adas.page).waitFor({ state: "detached" });
  await customer.hears(byOmar);

  await leavesNote(page);
  await keys(page, ",", "t");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.type("Ada");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Weiterleiten an Ada Brandt" }).waitFor();
  await page.keyboard.type("Der Router ist schon getauscht.");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await adas.page.locator(".offer[data-first]", { hasText: "Jo Berg" }).waitFor();
  await adas.page.keyboard.press("Control+j");
  await customer.hears(byAda);
  await bar(page).waitFor({ state: "detached" });
  await adas.page.getByText("Der Router ist schon getauscht.").first().waitFor();
  await lastCall().hangUp();
  await bar(adas.page).waitFor({ state: "detached" });
});
