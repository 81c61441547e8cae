// Writing first at the desk: recipients completed by name or address, by keyboard; a first message that is taken back leaves nothing and is there to go on with.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createTransport } from "nodemailer";
import type { Browser } from "playwright-core";
import { api } from "#contract/api.ts";
import { everything } from "#contract/concerns.ts";
import { addMailbox, admin, setUpCentre } from "#test/centre.ts";
import type { Desk } from "#test/desk.ts";
import { axeFindings, openDesk, startBrowser, startSink, type Sink } from "#test/screens/browser.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

let server: TestServer;
let browser: Browser;
let sink: Sink;
let desk: Desk;
let number = 0;
const login = { email: admin.email, password: admin.password };

before(async () => {
  sink = await startSink();
  server = await startTestServer({ env: { UNDO_SECONDS: "30" } });
  browser = await startBrowser();
  const centre = await setUpCentre(server.url);
  desk = centre.desk;
  await addMailbox(desk, centre.brand.id, {
    address: "service@kabel.test",
    smtp: { host: "127.0.0.1", port: sink.port },
  });
  const feed = await desk.live();
  const transport = createTransport({ host: "127.0.0.1", port: server.ports.smtp, secure: false, ignoreTLS: true });
  await transport.sendMail({
    from: "Hanna Größmann <hanna@kunde.test>",
    to: "service@kabel.test",
    subject: "Kein Bild",
    text: "Seit Freitag.",
  });
  transport.close();
  const created = await feed.event((event) => event.kind === "concern.created");
  if (created.kind === "concern.created") number = created.data.row.number;
  feed.close();
  for (const [name, value] of [
    ["Karl Thomsen", "k.thomsen@werft.test"],
    ["Karla Thoms", "karla@kunde.test"],
  ] as const)
    await desk.call(api.customers.create, { body: { name, kind: "email", value } });
});

after(async () => {
  await browser?.close();
  await server?.stop();
  await sink?.stop();
});

test("recipients are offered by name and address, and taken by keyboard", async () => {
  const one = await openDesk(browser, server.url, { login });
  const { page } = one;
  await page.goto(`${server.url}/new`);
  await page.locator(".editor-text").waitFor();
  await page.keyboard.type("thoms");
  await page.getByRole("option", { name: /Karl Thomsen/ }).waitFor();
  await page.getByRole("option", { name: /Karla Thoms/ }).waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await page.keyboard.type("en");
  await page.getByRole("option", { name: /Karla Thoms/ }).waitFor({ state: "detached" });
  await page.keyboard.press("Enter");
  await page.locator(".tag", { hasText: "k.thomsen@werft.test" }).waitFor();
  await page.keyboard.type("grossmann");
  await page.getByRole("option", { name: /Hanna Größmann/ }).waitFor();
  await page.keyboard.press("Tab");
  await page.locator(".tag", { hasText: "hanna@kunde.test" }).waitFor();
  // What is an address already is taken as it is, whatever is offered; Escape closes the offer and nothing else.
  await page.keyboard.type("karla@kunde.tes");
  await page.getByRole("option", { name: /Karla Thoms/ }).waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".tag", { hasText: /^karla@kunde\.tes$/ }).waitFor();
  await page.keyboard.press("Backspace");
  await page.keyboard.type("karla");
  await page.getByRole("option", { name: /Karla Thoms/ }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("option").first().waitFor({ state: "detached" });
  assert.ok(page.url().endsWith("/new"));
  await one.context.close();
  assert.deepEqual(one.complaints, []);
});

test("in an answer, too, a copy is completed", async () => {
  const one = await openDesk(browser, server.url, { login });
  const { page } = one;
  await page.goto(`${server.url}/desk/open/${number}`);
  await page.locator(".message").waitFor();
  await page.keyboard.press("r");
  await page.locator(".editor-text").waitFor();
  await page.getByRole("button", { name: "Kopien hinzufügen" }).click();
  await page.getByRole("combobox").nth(1).focus();
  await page.keyboard.type("werft");
  await page.getByRole("option", { name: /Karl Thomsen/ }).click();
  await page.locator(".tag", { hasText: "k.thomsen@werft.test" }).waitFor();
  await one.context.close();
  assert.deepEqual(one.complaints, []);
});

/** Once a recipient typed to its last letter was left out when the message was sent with the next key: only Enter or leaving the field made it one. */
test("whoever is typed as a recipient gets the message, with no key between", async () => {
  const one = await openDesk(browser, server.url, { login });
  const { page } = one;
  await page.goto(`${server.url}/desk/open/${number}`);
  await page.locator(".message").first().waitFor();
  await page.keyboard.press("r");
  await page.locator(".editor-text").waitFor();
  await page.locator(".editor-text").click();
  await page.keyboard.type("Das Bild kommt wieder.");
  await page.locator(".composer-head").getByRole("combobox").last().click();
  await page.keyboard.type("rieke@kunde.test");
  await page.keyboard.press("Control+Enter");
  // The thread names the copies of what was said.
  await page.locator(".message[data-direction=out]").last().getByText("rieke@kunde.test").first().waitFor();
  // The event may come before the answer to the sending, which brings the way back.
  await page.locator(".toast").getByRole("button", { name: "Rückgängig" }).first().waitFor();
  await page.keyboard.press("z");
  await page.locator(".message[data-direction=out]").first().waitFor({ state: "detached" });

  await page.goto(`${server.url}/new`);
  await page.locator(".editor-text").click();
  await page.keyboard.type("Guten Tag.");
  await page.getByLabel("Betreff").fill("Nachfrage");
  await page.getByRole("combobox").first().click();
  await page.keyboard.type("theo@kunde.test");
  await page.getByRole("combobox").last().focus();
  await page.keyboard.type("uwe@kunde.test");
  await page.keyboard.press("Control+Enter");
  await page.locator(".message[data-direction=out]").waitFor();
  await page.locator(".message[data-direction=out]").getByText("uwe@kunde.test").first().waitFor();
  await page.locator(".thread").focus();
  await page.keyboard.press("z");
  await page.waitForURL(/\/new$/);
  // Thrown away it is there again as long as its toast is; with nothing written there is nothing to throw away.
  const discard = page.getByRole("button", { name: "Entwurf verwerfen" });
  await discard.click();
  assert.equal(await page.getByLabel("Betreff").inputValue(), "");
  assert.ok(await discard.isDisabled());
  await page
    .locator(".toast", { hasText: "Entwurf verworfen" })
    .getByRole("button", { name: /Rückgängig/ })
    .click();
  await page.locator(".editor-text", { hasText: "Guten Tag." }).waitFor();
  assert.equal(await page.getByLabel("Betreff").inputValue(), "Nachfrage");
  await discard.click();
  await one.context.close();
  assert.deepEqual(one.complaints, []);
});

test("a first message that is taken back leaves no concern, on no desk, and stands where it was written", async () => {
  const one = await openDesk(browser, server.url, { login });
  const other = await openDesk(browser, server.url, { login });
  const { page } = one;
  await other.page.goto(`${server.url}/desk/all`);
  await other.page.locator(".row").first().waitFor();
  const third = await openDesk(browser, server.url, { login });
  await page.goto(`${server.url}/new`);
  await page.locator(".editor-text").waitFor();
  await page.keyboard.type("vertippt@kudne.test");
  await page.keyboard.press("Enter");
  await page.getByLabel("Betreff").fill("Ihr neuer Vertrag");
  await page.locator(".editor-text").click();
  await page.keyboard.type("Guten Tag, anbei der Vertrag.");
  await page.keyboard.press("Control+Enter");
  await page.locator(".message[data-direction=out]").waitFor();
  await other.page.locator(".row", { hasText: "Ihr neuer Vertrag" }).waitFor();
  await third.page.goto(page.url());
  await third.page.locator(".message[data-direction=out]").waitFor();

  await page.locator(".thread").focus();
  await page.keyboard.press("z");
  await page.waitForURL(/\/new$/);
  await page.locator(".editor-text", { hasText: "Guten Tag, anbei der Vertrag." }).waitFor();
  await page.locator(".tag", { hasText: "vertippt@kudne.test" }).waitFor();
  assert.equal(await page.getByLabel("Betreff").inputValue(), "Ihr neuer Vertrag");
  await other.page.locator(".row", { hasText: "Ihr neuer Vertrag" }).waitFor({ state: "detached" });
  await third.page.getByText("Dieses Anliegen gibt es nicht mehr").waitFor();

  const { rows } = await desk.call(api.concerns.list, { query: { filter: JSON.stringify(everything) } });
  assert.equal(rows.length, 1, "only the customer's own concern is left");
  assert.deepEqual(
    (await desk.call(api.customers.suggest, { query: { kind: "email", q: "vertippt" } })).map((found) => found.value),
    [],
    "nor is the mistyped customer",
  );
  for (const each of [one, other, third]) {
    await each.context.close();
    assert.deepEqual(each.complaints, []);
  }
  assert.equal(sink.count(), 0);
});

test("a first message shows what will stand below it, and can leave at a chosen time, by keyboard", async () => {
  const [brand] = await desk.call(api.brands.list);
  assert.ok(brand);
  await desk.call(api.brands.change, {
    params: { id: brand.id },
    body: { name: brand.name, signature: "{agent}\nFür Sie bei {brand}", language: brand.language },
  });
  const one = await openDesk(browser, server.url, { login });
  const { page } = one;
  await page.goto(`${server.url}/new`);
  await page.locator(".editor-text").waitFor();
  await page.keyboard.type("hanna@kunde.test");
  await page.keyboard.press("Enter");
  await page.getByLabel("Betreff").fill("Wartung im Haus");
  await page.locator(".editor-text").click();
  await page.keyboard.type("Am Dienstag wird gewartet.");
  const below = page.locator(".below .fold");
  assert.equal((await below.innerText()).trim(), "Unterschrift");
  await below.click();
  assert.equal(await page.locator(".below-signature").innerText(), `-- \n${admin.name}\nFür Sie bei ${brand.name}`);
  assert.equal(await page.locator(".below-head").count(), 0);
  assert.deepEqual(await axeFindings(page), []);

  await page.locator(".editor-text").click();
  await page.keyboard.press("Control+Shift+Enter");
  await page.getByLabel("Tag", { exact: true }).waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await page.keyboard.press("Control+Enter");
  await page.locator(".message[data-direction=out]").waitFor();
  const { rows } = await desk.call(api.concerns.list, { query: { filter: JSON.stringify(everything) } });
  const row = rows.find((each) => each.subject === "Wartung im Haus");
  assert.equal(row?.status, "snoozed");
  assert.ok(Date.parse(row.snoozedUntil ?? "") > Date.now());
  assert.equal(sink.count(), 0, "it waits");
  await page
    .locator(".toast")
    .getByRole("button", { name: /Rückgängig/ })
    .click();
  await page.waitForURL(/\/new$/);
  await page.locator(".editor-text", { hasText: "Am Dienstag wird gewartet." }).waitFor();
  await one.context.close();
  assert.deepEqual(one.complaints, []);
});
