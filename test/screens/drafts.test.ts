// Drafts never vanish: on a slow line, beside each other, and when the desk has gone elsewhere before a message has left.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page, Route } from "playwright-core";
import type { ConcernRow } from "#contract/concerns.ts";
import { axeFindings } from "#test/screens/browser.ts";
import { closeSilent, startScreenCentre, type ScreenCentre } from "#test/screens/centre.ts";

let centre: ScreenCentre;
let one: ConcernRow;
let two: ConcernRow;

before(async () => {
  centre = await startScreenCentre({ UNDO_SECONDS: "1" });
  one = await centre.writes({ from: "Pia <pia@kunde.test>", subject: "Erste Frage", text: "Wann?" });
  two = await centre.writes({ from: "Quirin <quirin@kunde.test>", subject: "Zweite Frage", text: "Wo?" });
});

after(() => centre?.stop());

/** The sending itself, not the saving of its draft, which ends alike. */
const sending = /\/concerns\/[^/]+\/reply$/;

const openReply = async (page: Page, row: ConcernRow): Promise<void> => {
  await page.goto(`${centre.server.url}/desk/open/${row.number}`);
  await page.locator(".message").first().waitFor();
  await page.keyboard.press("r");
  await page.locator(".editor-text:focus").waitFor();
};

/** Sends by key what was typed: the key does nothing before the desk knows by which way, and this types faster than people. */
const sendByKey = async (page: Page): Promise<void> => {
  await page.locator(".split > .button[data-look=primary]:not([data-disabled])").first().waitFor();
  await page.keyboard.press("Control+Enter");
};

/** Holds the calls that match until they are let go, and says when one has come. */
const hold = async (page: Page, pattern: RegExp) => {
  const held: Route[] = [];
  let came: () => void = () => undefined;
  const first = new Promise<void>((resolve) => (came = resolve));
  await page.route(pattern, (route) => {
    held.push(route);
    came();
  });
  return { held, first };
};

/** A draft's save that had waited for the one before once arrived after its message, and what was sent stood there again as a draft. */
test(
  "a save that waits while the message leaves is let go: what was sent is no draft any more",
  { timeout: 400_000 },
  async () => {
    const window = await centre.open();
    const { page } = window;
    await openReply(page, one);
    const saves = await hold(page, /\/drafts\/reply$/);
    await page.keyboard.type("Am Montag");
    await saves.first;
    await page.keyboard.type(" um neun.");
    // A timer as long as the draft's rest, begun after it, rings after it: now the second save waits for the first.
    await page.evaluate("new Promise((done) => setTimeout(done, 800))");
    await sendByKey(page);
    await page.locator(".composer-saving", { hasText: "Wird gesendet" }).waitFor();
    await saves.held[0]?.continue();
    await page.locator(".message[data-direction=out]", { hasText: "Am Montag um neun." }).waitFor();
    await page.locator(".composer-start", { hasText: "Pia antworten" }).waitFor();
    assert.equal(saves.held.length, 1, "nothing is saved after it has left");
    await centre.sink.mailWith("Am Montag um neun.");
    await closeSilent(window);
  },
);

test(
  "while a message leaves on a slow line nothing is added to it, and the next concern's composer is left alone",
  { timeout: 400_000 },
  async () => {
    const window = await centre.open();
    const { page } = window;
    await openReply(page, one);
    await page.keyboard.type("Gerne.");
    const replies = await hold(page, sending);
    await sendByKey(page);
    await replies.first;
    await page.keyboard.type("xyz");
    assert.equal((await page.locator(".editor-text").textContent())?.trim(), "Gerne.");

    // On to the next, where an answer is begun.
    await page.keyboard.press("Escape");
    await page.locator(".row", { hasText: "Zweite Frage" }).click();
    await page.locator(".message", { hasText: "Wo?" }).waitFor();
    await page.keyboard.press("r");
    await page.locator(".editor-text:focus").waitFor();
    await page.keyboard.type("Gleich ");
    const answered = page.waitForResponse(sending);
    // It stands there for a second only.
    const told = page.locator(".toast", { hasText: "Wird gesendet" }).waitFor();
    await replies.held[0]?.continue();
    await (await answered).finished();
    await told;
    await page.keyboard.type("um die Ecke");
    assert.equal((await page.locator(".editor-text").textContent())?.trim(), "Gleich um die Ecke");
    await centre.sink.mailWith("Gerne.");
    await page.getByRole("button", { name: "Entwurf verwerfen" }).click();
    await closeSilent(window);
  },
);

test(
  "a refused message is told of wherever the desk is by then, and says why where it stands",
  { timeout: 400_000 },
  async () => {
    const window = await centre.open();
    const { page } = window;
    await openReply(page, two);
    await page.keyboard.type("Kommt nicht an.");
    const replies = await hold(page, sending);
    await sendByKey(page);
    await replies.first;
    await page.keyboard.press("Escape");
    await replies.held[0]?.abort();
    await page.locator(".toast[data-tone=failed]", { hasText: "Nicht gesendet: „Zweite Frage“." }).waitFor();
    await page.keyboard.press("r");
    await page.locator(".editor-text", { hasText: "Kommt nicht an." }).waitFor();
    await page.locator(".composer-problem").waitFor();
    await page.unroute(sending);
    await page.getByRole("button", { name: "Entwurf verwerfen" }).click();
    await window.context.close();
    assert.ok(
      window.complaints.every((complaint) => complaint.includes("/reply")),
      window.complaints.join("\n"),
    );
  },
);

/** Once it was written over what stood in the composer. */
test(
  "an answer taken back while another is written stands beside it, changes places with it, and is thrown away with a way back",
  { timeout: 400_000 },
  async () => {
    const window = await centre.open();
    const { page } = window;
    await openReply(page, two);
    await page.keyboard.type("Erst nächste Woche.");
    await page.getByRole("button", { name: "Anders senden" }).press("Enter");
    const times = page.getByRole("menuitem", { name: /^Senden: / });
    await times.last().waitFor();
    await times.last().press("Enter");
    await page.locator(".message[data-direction=out]").last().getByText("Erst nächste Woche.").waitFor();
    // Until then the concern is put off: the words one sees on it ("in 7 Tagen") are among those that are read aloud.
    await page.getByRole("button", { name: /^Zurückgestellt bis/ }).waitFor();
    assert.deepEqual(await axeFindings(page), []);
    await page.keyboard.press("r");
    await page.locator(".editor-text:focus").waitFor();
    await page.keyboard.type("Halb geschr");
    await page.locator(".deliveries").getByRole("button", { name: "Zurücknehmen" }).press("Enter");
    const line = page.locator(".scheduled", { hasText: "Zweiter Entwurf" });
    await line.getByText("Erst nächste Woche.").waitFor();
    await page.locator(".toast", { hasText: "steht als zweiter Entwurf neben Ihrem" }).waitFor();
    const text = page.locator(".editor-text");
    assert.equal((await text.textContent())?.trim(), "Halb geschr");
    assert.deepEqual(await axeFindings(page), []);

    await line.getByRole("button", { name: "Tauschen" }).press("Enter");
    await text.getByText("Erst nächste Woche.").waitFor();
    await line.getByText("Halb geschr").waitFor();
    await page.locator(".composer-saving", { hasText: "Entwurf gespeichert" }).waitFor();
    await page.reload();
    await line.getByText("Halb geschr").waitFor();

    await line.getByRole("button", { name: "Zweiten Entwurf verwerfen" }).press("Enter");
    await line.waitFor({ state: "detached" });
    await page
      .locator(".toast")
      .getByRole("button", { name: /Rückgängig/ })
      .click();
    await line.getByText("Halb geschr").waitFor();
    await closeSilent(window);
  },
);

/** Once it said "kept on this machine" whatever the machine had answered. */
test("what this machine could not keep is not called kept", { timeout: 400_000 }, async () => {
  const window = await centre.open();
  const { page } = window;
  await page.addInitScript(`
    Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };
  `);
  await openReply(page, one);
  const saves = await hold(page, /\/drafts\/reply$/);
  await page.keyboard.type("Noch offen");
  await page.locator(".composer-saving", { hasText: "Noch nirgends gesichert" }).waitFor();
  await saves.first;
  await saves.held[0]?.continue();
  await page.locator(".composer-saving", { hasText: "Entwurf gespeichert" }).waitFor();
  await closeSilent(window);
});

/** Once its answer, when it came at last, carried the desk off from wherever it was by then. */
test(
  "a first message that leaves on a slow line leaves the desk where it is, and nothing of it stands where one writes first",
  { timeout: 400_000 },
  async () => {
    const window = await centre.open();
    const { page } = window;
    await page.goto(`${centre.server.url}/new`);
    await page.locator(".editor-text").click();
    await page.keyboard.type("Unser Angebot.");
    await page.getByLabel("Betreff").fill("Angebot");
    await page.getByRole("combobox").first().click();
    await page.keyboard.type("rolf@kunde.test");
    const created = await hold(page, /\/api\/concerns$/);
    await sendByKey(page);
    await created.first;
    await page.getByRole("button", { name: "Zurück zum Arbeitsplatz" }).click();
    await page.getByRole("link", { name: /Alle offenen/ }).click();
    await page.locator(".row", { hasText: "Zweite Frage" }).click();
    await page.locator(".message", { hasText: "Wo?" }).waitFor();
    const place = page.url();
    await created.held[0]?.continue();
    await page.locator(".toast", { hasText: "Wird gesendet" }).waitFor();
    await centre.sink.mailWith("Unser Angebot.");
    assert.equal(page.url(), place);
    await page.goto(`${centre.server.url}/new`);
    await page.locator(".editor-text").waitFor();
    assert.equal(await page.getByLabel("Betreff").inputValue(), "");
    await closeSilent(window);
  },
);
