// Several desks on one centre: who looks and who writes, two windows of one person, drafts through the death of the server, snoozing by keyboard.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { api } from "#contract/api.ts";
import type { ConcernRow } from "#contract/concerns.ts";
import { signIn } from "#test/desk.ts";
import { ada, closeSilent, omar, startScreenCentre, type ScreenCentre } from "#test/screens/centre.ts";

let centre: ScreenCentre;

before(async () => {
  centre = await startScreenCentre({ UNDO_SECONDS: "0" });
});

after(() => centre?.stop());

const open = async (page: Page, row: ConcernRow): Promise<void> => {
  await page.goto(`${centre.server.url}/desk/open/${row.number}`);
  await page.locator(".message").first().waitFor();
};

test("who looks at a concern is seen, whoever writes is seen writing, and who goes is seen no more", async () => {
  const row = await centre.writes({ from: "Ina <ina@kunde.test>", subject: "Wer schaut?", text: "Hallo?" });
  const [mine, theirs] = [await centre.open(), await centre.open({ login: omar })];
  await open(mine.page, row);
  assert.equal(await mine.page.locator(".who-else").count(), 0);
  await open(theirs.page, row);
  const face = mine.page.locator(".who-else li");
  await face.getByText("Omar Celik sieht sich das an").waitFor({ state: "attached" });
  await theirs.page.keyboard.press("r");
  await theirs.page.locator(".editor-text").waitFor();
  await theirs.page.keyboard.type("Ich");
  await face.getByText("Omar Celik schreibt").waitFor({ state: "attached" });
  await mine.page.getByText("Omar Celik schreibt hier auch").waitFor();
  await theirs.page.keyboard.press("Escape");
  await face.getByText("Omar Celik sieht sich das an").waitFor({ state: "attached" });
  await theirs.page.keyboard.press("u");
  await face.waitFor({ state: "detached" });
  // A window that is closed without a word goes as well.
  await open(theirs.page, row);
  await face.waitFor();
  await closeSilent(theirs);
  await face.waitFor({ state: "detached" });
  await closeSilent(mine);
});

test("two windows of one person: what is done in one is seen in the other, a draft goes on where the other stopped", async () => {
  const row = await centre.writes({ from: "Uwe <uwe@kunde.test>", subject: "Zwei Fenster", text: "Hallo" });
  const one = await centre.open();
  const [first, second] = [one.page, await one.context.newPage()];
  await open(first, row);
  await open(second, row);
  assert.equal(await first.locator(".who-else").count(), 0, "I am not somebody else");
  await first.bringToFront();
  await first.keyboard.press("r");
  await first.locator(".editor-text").waitFor();
  await first.keyboard.type("Angefangen im ersten");
  await first.locator("input[type=file]").waitFor({ state: "detached" });
  await first.locator(".composer-saving", { hasText: "Entwurf gespeichert" }).waitFor();

  await second.bringToFront();
  await second.getByRole("button", { name: "Entwurf weiterschreiben" }).waitFor();
  await second.keyboard.press("r");
  await second.locator(".editor-text", { hasText: "Angefangen im ersten" }).waitFor();
  await second.keyboard.press("Control+End");
  await second.keyboard.type(" und fertig im zweiten");
  await second.locator(".composer-saving", { hasText: "Entwurf gespeichert" }).waitFor();
  await first.locator(".editor-text", { hasText: "Angefangen im ersten und fertig im zweiten" }).waitFor();

  await second.keyboard.press("Control+Enter");
  await centre.sink.mailWith("uwe@kunde.test");
  await first.locator(".message[data-direction=out]", { hasText: "fertig im zweiten" }).waitFor();
  await first.locator(".editor-text", { hasText: "fertig" }).waitFor({ state: "detached" });
  assert.equal(centre.sink.count(), 1, "once");
  await second.keyboard.press("e");
  await first.locator(".row", { hasText: "Zwei Fenster" }).waitFor({ state: "detached" });
  await closeSilent(one);
});

test("snoozed by keyboard a concern leaves the list, says until when, comes back by undo and by its own time", async () => {
  const row = await centre.writes({ from: "Pia <pia@kunde.test>", subject: "Nächste Woche", text: "Dann." });
  const one = await centre.open();
  const { page } = one;
  await open(page, row);
  const inList = page.locator(".row", { hasText: "Nächste Woche" });
  const snooze = async (): Promise<void> => {
    await page.keyboard.press("s");
    await page.getByRole("option", { name: /In einer Woche/ }).waitFor();
    await page.keyboard.type("Woche");
    await page.locator("[role=option][data-focused]", { hasText: "Woche" }).waitFor();
    await page.keyboard.press("Enter");
    await page
      .locator(".toast")
      .getByText(/^Zurückgestellt bis/)
      .waitFor();
  };
  await snooze();
  await inList.waitFor({ state: "detached" });
  await page.keyboard.press("z");
  await inList.waitFor();
  await page.locator(".subject", { hasText: "Nächste Woche" }).waitFor();
  await snooze();
  await inList.waitFor({ state: "detached" });
  await page.goto(`${centre.server.url}/desk/snoozed`);
  await inList.click();
  await page.getByRole("button", { name: /^Zurückgestellt bis/ }).waitFor();
  // The time is up: the clock is the server's, so the time is one that has nearly come.
  const soon = new Date(Date.now() + 5_000).toISOString();
  await centre.desk.call(api.concerns.snooze, { params: { id: row.id }, body: { until: soon } });
  await inList.waitFor({ state: "detached" });
  await page.goto(`${centre.server.url}/desk/open`);
  await inList.waitFor();
  await closeSilent(one);
});

test("what comes in does not push the row away that somebody is about to press; without a pointer it appears by itself", async () => {
  await centre.writes({ from: "Ada <alt@kunde.test>", subject: "Schon da", text: "Hallo" });
  const one = await centre.open();
  const { page } = one;
  await page.goto(`${centre.server.url}/desk/open`);
  const old = page.locator(".row", { hasText: "Schon da" });
  await old.hover();
  const before = await old.boundingBox();
  // A hand is never still: the pointer goes on moving while the mail comes in.
  let moving = true;
  const hand = (async () => {
    for (let n = 0; moving; n += 1) await page.mouse.move((before?.x ?? 0) + 60 + (n % 9), (before?.y ?? 0) + 30);
  })();
  await centre.writes({ from: "Neu <neu@kunde.test>", subject: "Kommt dazwischen", text: "Hallo" });
  const pill = page.getByRole("button", { name: "1 neues" });
  await pill.waitFor();
  assert.deepEqual(await old.boundingBox(), before, "the row stands where it stood");
  moving = false;
  await hand;
  await page.mouse.move(900, 500);
  await page.locator(".row", { hasText: "Kommt dazwischen" }).waitFor();
  await pill.waitFor({ state: "detached" });
  await closeSilent(one);
});

test("what is being written outlives kill -9 of the server and a reload: said so meanwhile, saved afterwards, nothing typed twice", async () => {
  const row = await centre.writes({ from: "Rolf <rolf@kunde.test>", subject: "Stromausfall", text: "Weg." });
  const one = await centre.open();
  const { page } = one;
  await open(page, row);
  await page.keyboard.press("r");
  await page.locator(".editor-text").waitFor();
  await page.keyboard.type("Vor dem Ausfall, ");
  const saving = page.locator(".composer-saving");
  await saving.filter({ hasText: "Entwurf gespeichert" }).waitFor();

  await centre.server.end("SIGKILL");
  await page.getByText("Die Verbindung ist weg.").waitFor();
  await page.keyboard.type("währenddessen");
  await saving.filter({ hasText: /auf diesem Rechner gesichert/i }).waitFor();
  // Sending now is refused in words and loses nothing.
  await page.keyboard.press("Control+Enter");
  await page.getByRole("alert").getByText("Der Server ist nicht erreichbar.").waitFor();

  const again = await centre.server.again();
  try {
    await page.getByText("Die Verbindung ist weg.").waitFor({ state: "detached" });
    await page.locator(".toast").getByText("Wieder verbunden.").waitFor();
    await saving.filter({ hasText: "Entwurf gespeichert" }).waitFor();
    await page.keyboard.type(" und danach.");
    await saving.filter({ hasText: "Entwurf gespeichert" }).waitFor();
    await page.reload();
    await page.locator(".message").first().waitFor();
    await page.keyboard.press("r");
    await page.locator(".editor-text", { hasText: "Vor dem Ausfall, währenddessen und danach." }).waitFor();
    const desk = await signIn(again.url, ada.email, ada.password);
    const { drafts } = await desk.call(api.concerns.open, { params: { id: row.id } });
    assert.deepEqual(
      drafts.map((draft) => draft.text),
      ["Vor dem Ausfall, währenddessen und danach."],
    );
    await page.keyboard.press("Control+Enter");
    await centre.sink.mailWith("rolf@kunde.test");
    await page.locator(".message[data-direction=out]", { hasText: "und danach" }).waitFor();
    assert.equal(await page.locator(".message[data-direction=out]").count(), 1);
  } finally {
    await again.end("SIGTERM");
  }
  await one.context.close();
});
