// Finding at the desk: a hit leads to its message with the words marked, from hit to hit by keyboard; numbers however they are written.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createTransport } from "nodemailer";
import type { Browser, Page } from "playwright-core";
import { api } from "#contract/api.ts";
import { everything } from "#contract/concerns.ts";
import type { CustomerId } from "#contract/ids.ts";
import { addMailbox, admin, setUpCentre } from "#test/centre.ts";
import type { Desk } from "#test/desk.ts";
import { axeFindings, openDesk, startBrowser } from "#test/screens/browser.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

let server: TestServer;
let browser: Browser;
let desk: Desk;
let customerId: CustomerId;
const login = { email: admin.email, password: admin.password };

/** Seventy messages: the word stands in the first, the thirtieth and the last but one. */
before(async () => {
  server = await startTestServer();
  browser = await startBrowser();
  const centre = await setUpCentre(server.url);
  desk = centre.desk;
  await addMailbox(desk, centre.brand.id, { address: "service@kabel.test", smtp: { host: "127.0.0.1", port: 9 } });
  const feed = await desk.live();
  const transport = createTransport({ host: "127.0.0.1", port: server.ports.smtp, secure: false, ignoreTLS: true });
  await transport.sendMail({
    from: "Hanna Größmann <hanna@kunde.test>",
    to: "service@kabel.test",
    subject: "Internet fällt aus",
    text: "Ein Störsender in der Nähe? Meine Rechnung 2024-0017-88 zahle ich erst, wenn es geht.",
    html: "<p>Ein <b>Störsender</b> in der Nähe? Meine Rechnung 2024-0017-88 zahle ich erst, wenn es geht.</p>",
  });
  transport.close();
  const created = await feed.event((event) => event.kind === "concern.created");
  feed.close();
  const id = created.concernId ?? "";
  customerId = created.customerId as CustomerId;
  for (let i = 2; i <= 70; i += 1)
    await desk.call(api.concerns.note, {
      params: { id },
      body: {
        text:
          i === 30 || i === 69
            ? `${"Zeile\n".repeat(40)}Der Störsender wurde gesucht (${i}).\n${"Zeile\n".repeat(40)}`
            : `Notiz ${i}`,
        html: null,
        uploads: [],
        key: crypto.randomUUID(),
      },
    });
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** The mark where one stands comes into sight: painting the rest of the thread may move it once more. */
const standsAt = async (page: Page, message: string): Promise<void> => {
  await page.waitForFunction(
    (words) =>
      [...document.querySelectorAll(".message")]
        .filter((one) => one.textContent.includes(words))
        .some((one) => {
          const box = one.querySelector("mark[data-current]")?.getBoundingClientRect();
          const frame = one.closest(".thread")?.getBoundingClientRect();
          return box && frame && box.top >= frame.top && box.bottom <= frame.bottom;
        }),
    message,
  );
};

test("a hit of the palette opens its message with the words marked; n and N go on; Escape ends it", async () => {
  const one = await openDesk(browser, server.url, { login });
  const { page } = one;
  await page.goto(`${server.url}/desk`);
  await page.locator(".nav-view").first().waitFor();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("stoersender");
  await page.locator("[role=option][data-focused]", { hasText: "Internet fällt aus" }).waitFor();
  await page.keyboard.press("Enter");
  await standsAt(page, "gesucht (69)");
  await page.locator(".find-count", { hasText: "2 von 2, weitere oberhalb" }).waitFor();
  assert.deepEqual(await axeFindings(page), []);

  await page.locator(".thread").focus();
  await page.keyboard.press("Shift+N");
  await standsAt(page, "gesucht (30)");
  await page.keyboard.press("Shift+N");
  await standsAt(page, "in der Nähe?");
  await page.locator(".find-count", { hasText: "1 von 3" }).waitFor();
  await page.keyboard.press("Shift+N");
  await standsAt(page, "gesucht (69)");
  await page.keyboard.press("n");
  await standsAt(page, "in der Nähe?");

  await page.keyboard.press("Escape");
  await page.locator(".find-bar").waitFor({ state: "detached" });
  assert.equal(await page.locator(".thread mark").count(), 0);
  await page.keyboard.press("n");
  await page.getByLabel("Text der Notiz").waitFor();
  await one.context.close();
  assert.deepEqual(one.complaints, []);
});

test("an address with words in it marks them after a reload; a number is found in another writing", async () => {
  const one = await openDesk(browser, server.url, { login });
  const { page } = one;
  await page.goto(`${server.url}/search?q=2024%200017%2088`);
  await page.locator(".search-hit mark", { hasText: "2024-0017-88" }).waitFor();
  await page.locator(".search-hit").first().click();
  await standsAt(page, "in der Nähe?");
  assert.equal(await page.locator("mark[data-current]").textContent(), "2024-0017-88");
  await page.reload();
  await standsAt(page, "in der Nähe?");
  await one.context.close();
  assert.deepEqual(one.complaints, []);
});

test("a customer is found by a contract number, and what fits is shown", async () => {
  await desk.call(api.fields.create, {
    body: { owner: "customer", kind: "text", name: "Vertragsnummer", choices: [], topicId: null },
  });
  await desk.call(api.customers.change, {
    params: { id: customerId },
    body: { organisation: "Werft GmbH", fields: { Vertragsnummer: "VN-3041 28/77" } },
  });
  const one = await openDesk(browser, server.url, { login });
  const { page } = one;
  await page.goto(`${server.url}/search?q=3041-2877`);
  await page.locator(".entry", { hasText: "Vertragsnummer: VN-3041 28/77" }).locator("mark").first().waitFor();
  await page.locator(".search-hit", { hasText: "Internet fällt aus" }).waitFor();
  await page.getByRole("searchbox").fill("werft");
  await page.locator(".entry", { hasText: "Firma: Werft GmbH" }).waitFor();
  await one.context.close();
  assert.deepEqual(one.complaints, []);
});

test("who did what can be read back to the beginning, however much it was", async () => {
  const { rows } = await desk.call(api.concerns.list, { query: { filter: JSON.stringify(everything) } });
  const row = rows.find((one) => one.subject === "Internet fällt aus");
  assert.ok(row);
  for (let i = 0; i < 60; i += 1)
    await desk.call(api.concerns.change, { params: { id: row.id }, body: { priority: i % 2 === 0 ? "high" : "low" } });
  const one = await openDesk(browser, server.url, { login });
  const { page } = one;
  await page.goto(`${server.url}/desk/open/${row.number}`);
  await page.locator(".message").first().waitFor();
  await page.keyboard.press("h");
  await page
    .locator(".history-line", { hasText: `${admin.name}: Priorität` })
    .first()
    .waitFor();
  assert.equal(await page.locator(".history-line", { hasText: "hat das Anliegen begonnen" }).count(), 0);
  const begun = page.locator(".history-line", { hasText: "hat das Anliegen begonnen" });
  const older = page.getByRole("button", { name: "Ältere Einträge des Verlaufs" });
  // Each press brings a hundred more: what was there stays, more lines follow. The last press takes the button away, perhaps while another is on its way.
  for (let presses = 0; (await begun.count()) === 0; presses += 1) {
    assert.ok(presses < 10, "the beginning does not come");
    const lines = await page.locator(".history-line").count();
    await older.click({ timeout: 5_000 }).catch(() => undefined);
    await page.locator(".history-line").nth(lines).or(begun).first().waitFor();
  }
  await page.getByRole("button", { name: "Ältere Einträge des Verlaufs" }).waitFor({ state: "detached" });
  await one.context.close();
  assert.deepEqual(one.complaints, []);
});

// The card stayed folded, and the desk led to a message in which the words were nowhere to be seen.
test("a hit in what a mail keeps folded away unfolds it there, and nowhere else", async () => {
  const feed = await desk.live();
  const transport = createTransport({ host: "127.0.0.1", port: server.ports.smtp, secure: false, ignoreTLS: true });
  const subject = "Umzug nach Kiel";
  const sent = async (seq: number, more: { text: string; messageId: string; inReplyTo?: string }): Promise<void> => {
    await transport.sendMail({ from: "falk@kunde.test", to: "service@kabel.test", subject, ...more });
    await feed.event(
      ({ kind, data }) => kind === "message.added" && data.message.subject === subject && data.message.seq === seq,
    );
  };
  await sent(1, { messageId: "<umzug-1@kunde.test>", text: "Wir ziehen um.\n\n-- \nFalk Kunde" });
  await sent(2, {
    messageId: "<umzug-2@kunde.test>",
    inReplyTo: "<umzug-1@kunde.test>",
    text: "Siehe unten.\n\nAm 03.03.2026 um 09:10 schrieb Anna Netz <anna@netz.test>:\n> Den Leuchtturmwärter bitte mitbringen.\n>\n>> Wir ziehen um.\n",
  });
  transport.close();
  feed.close();
  const one = await openDesk(browser, server.url, { login });
  const { page } = one;
  await page.goto(`${server.url}/search?q=leuchtturmw%C3%A4rter`);
  await page.locator(".search-hit mark", { hasText: "Leuchtturmwärter" }).waitFor();
  await page.locator(".search-hit").first().click();
  await standsAt(page, "Siehe unten.");
  assert.equal(await page.locator(".folded mark[data-current]").textContent(), "Leuchtturmwärter");
  assert.equal(await page.locator(".folded").count(), 1);
  assert.deepEqual(await axeFindings(page), []);
  // Who folds it again has it folded.
  await page.locator(".fold[aria-expanded=true]").click();
  await page.locator(".folded").waitFor({ state: "detached" });
  await one.context.close();
  assert.deepEqual(one.complaints, []);
});
