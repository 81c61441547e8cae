// Writing an answer while others write, too: what came meanwhile is said before sending; and what the palette does in the composer.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { api } from "#contract/api.ts";
import type { ConcernRow } from "#contract/concerns.ts";
import { signIn, type Desk } from "#test/desk.ts";
import { axeFindings } from "#test/screens/browser.ts";
import { closeSilent, omar, sendTo, service, startScreenCentre, type ScreenCentre } from "#test/screens/centre.ts";

let centre: ScreenCentre;
let colleague: Desk;

before(async () => {
  centre = await startScreenCentre({ UNDO_SECONDS: "0" });
  colleague = await signIn(centre.server.url, omar.email, omar.password);
});

after(() => centre?.stop());

const openReply = async (page: Page, row: ConcernRow): Promise<void> => {
  await page.goto(`${centre.server.url}/desk/open/${row.number}`);
  await page.locator(".message").first().waitFor();
  await page.keyboard.press("r");
  await page.locator(".editor-text:focus").waitFor();
};

const answers = async (row: ConcernRow, text: string): Promise<void> => {
  const { ways } = await colleague.call(api.concerns.open, { params: { id: row.id } });
  const [way] = ways;
  assert.ok(way);
  const body = { channelId: way.channelId, to: [way.value], cc: [], text, html: null, uploads: [], sendAt: null };
  await colleague.call(api.concerns.reply, {
    params: { id: row.id },
    body: { ...body, statusAfter: "waiting", key: crypto.randomUUID() },
  });
};

const palette = async (page: Page, typed: string): Promise<void> => {
  await page.keyboard.press("Control+k");
  await page.locator(".finder-field, [role=combobox]:focus, [role=searchbox]:focus").first().waitFor();
  await page.keyboard.type(typed);
  // The one that Enter takes.
  await page.locator("[role=option][data-focused]", { hasText: typed }).waitFor();
  await page.keyboard.press("Enter");
};

test("a colleague's answer while one writes is said, shown, and asked about once before sending; the customer's mail only said", async () => {
  const from = "Ina <ina@kunde.test>";
  const subject = "Zwei antworten";
  const first = { from, to: service, subject, messageId: "<erste@kunde.test>", text: "Wann?" };
  await sendTo(centre.server, first);
  const begun = await centre.feed.event(
    (event) => event.kind === "concern.created" && event.data.row.subject === subject,
  );
  assert.ok(begun.kind === "concern.created");
  const { row } = begun.data;
  const one = await centre.open();
  const { page } = one;
  await openReply(page, row);
  const line = page.locator(".meanwhile .scheduled");
  await page.keyboard.type("Am Montag");
  await page.locator(".composer-saving", { hasText: "Entwurf gespeichert" }).waitFor();
  assert.equal(await line.count(), 0);

  await answers(row, "Am Dienstag.");
  await line.getByText("Omar Celik hat inzwischen geantwortet.").waitFor();
  const more = { from, to: service, subject: `Re: ${subject}`, inReplyTo: "<erste@kunde.test>", text: "Noch etwas!" };
  await sendTo(centre.server, more);
  const both = "Omar Celik hat inzwischen geantwortet. Ina hat inzwischen geschrieben.";
  await line.getByText(both).waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await page.reload();
  await page.locator(".message").first().waitFor();
  await page.keyboard.press("r");
  await page.locator(".editor-text:focus", { hasText: "Am Montag" }).waitFor();
  await line.getByText(both).waitFor();
  await line.getByRole("button", { name: "Zeigen" }).click();
  await line.waitFor({ state: "detached" });
  await page.locator(".editor-text:focus").waitFor();

  await page.keyboard.press("Control+Enter");
  await line.getByText("Omar Celik hat inzwischen geantwortet. Noch einmal Ctrl ⏎ sendet trotzdem.").waitFor();
  assert.equal(await page.locator(".message[data-direction=out]").count(), 1, "nothing was sent yet");
  assert.deepEqual(await axeFindings(page), []);
  await page.keyboard.press("Control+Enter");
  await page.locator(".message[data-direction=out]", { hasText: "Am Montag" }).waitFor();
  await line.waitFor({ state: "detached" });

  // What is begun afterwards knows all that: nothing is said, one press sends.
  await page.keyboard.press("r");
  await page.locator(".editor-text:focus").waitFor();
  await page.keyboard.type("Oder Mittwoch");
  await page.keyboard.press("Control+Enter");
  await page.locator(".message[data-direction=out]", { hasText: "Oder Mittwoch" }).waitFor();
  await closeSilent(one);
});

test("the palette attaches a file, opens the copies' field with the caret in it, and discards the draft; z brings it back", async () => {
  const row = await centre.writes({ from: "Uwe <uwe@kunde.test>", subject: "Mit Anhang", text: "Bitte." });
  const one = await centre.open();
  const { page } = one;
  await page.goto(`${centre.server.url}/desk/open/${row.number}`);
  await page.locator(".message").first().waitFor();
  const chosen = page.waitForEvent("filechooser");
  await palette(page, "Datei anhängen");
  await (await chosen).setFiles({ name: "plan.txt", mimeType: "text/plain", buffer: Buffer.from("Plan") });
  await page.locator(".composer").getByText("plan.txt").waitFor();
  assert.match((await page.locator(".composer .split .button").first().textContent()) ?? "", /Ctrl ⏎/);

  await palette(page, "Kopien hinzufügen (Cc)");
  await page.locator(".recipients:focus-within", { hasText: "Cc" }).waitFor();
  await page.keyboard.type("chef@kunde.test,");
  await page.locator(".tag", { hasText: "chef@kunde.test" }).waitFor();

  await palette(page, "Entwurf verwerfen");
  await page.locator(".toast", { hasText: "verworfen" }).waitFor();
  await page.locator(".composer-open").waitFor({ state: "detached" });
  await page.keyboard.press("z");
  await page.locator(".composer").getByText("plan.txt").waitFor();
  await closeSilent(one);
});

test("the toast of an answer for later goes when the answer is taken back by its button, here or in another window", async () => {
  const row = await centre.writes({ from: "Eva <eva@kunde.test>", subject: "Später", text: "Bald?" });
  const one = await centre.open();
  const { page } = one;
  const two = await one.context.newPage();
  await two.goto(`${centre.server.url}/desk/all/${row.number}`);
  await page.bringToFront();
  const toast = page.locator(".toast", { hasText: "Wird zur gewählten Zeit gesendet" });
  for (const window of [page, two]) {
    await openReply(page, row);
    await page.keyboard.press("Control+a");
    await page.keyboard.type("Morgen dann.");
    await page.keyboard.press("Control+Shift+Enter");
    await page.getByRole("dialog").getByRole("button", { name: "Zu dieser Zeit senden" }).click();
    // It would go by itself after some seconds, but not while the pointer is on it.
    await toast.hover();
    const waiting = page.locator(".message .scheduled");
    await waiting.waitFor();
    // By keyboard, so that the pointer stays where it is.
    await window.locator(".message .scheduled").getByRole("button", { name: "Zurücknehmen" }).press("Enter");
    await waiting.waitFor({ state: "detached" });
    await toast.waitFor({ state: "detached" });
  }
  await closeSilent(one);
});
