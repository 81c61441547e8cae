// Custom fields at the desk: defined by an administrator, filled in by keyboard, wrong values said, changes in the history.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createTransport } from "nodemailer";
import type { Browser } from "playwright-core";
import { api } from "#contract/api.ts";
import { addMailbox, admin, setUpCentre } from "#test/centre.ts";
import type { Desk } from "#test/desk.ts";
import { axeFindings, openDesk, startBrowser } from "#test/screens/browser.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

let server: TestServer;
let browser: Browser;
let desk: Desk;
let number = 0;
const login = { email: admin.email, password: admin.password };

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

test("an administrator defines fields of each owner", async () => {
  const one = await openDesk(browser, server.url, { login });
  const { page } = one;
  await page.goto(`${server.url}/admin/fields`);
  await page.getByText("Noch keine eigenen Felder").waitFor();
  for (const [name, owner, kind, choices] of [
    ["Gerät", "Anliegen", "Text", null],
    ["Betrag", "Anliegen", "Zahl", null],
    ["Störung seit", "Anliegen", "Datum", null],
    ["Anschluss", "Anliegen", "Auswahl", "Kabel\nDSL"],
    ["Vertragsnummer", "Kunden", "Text", null],
  ] as const) {
    await page.getByRole("button", { name: "Feld hinzufügen" }).click();
    await page.getByLabel("Name", { exact: true }).fill(name);
    for (const [label, wanted] of [
      ["Gehört zu", owner],
      ["Art", kind],
    ] as const) {
      await page.getByRole("button", { name: label }).click();
      await page.getByRole("option", { name: wanted, exact: true }).click();
    }
    if (choices !== null) await page.getByLabel("Zur Auswahl").fill(choices);
    await page.getByRole("button", { name: "Speichern" }).click();
    await page.locator(".entry", { hasText: name }).waitFor();
  }
  assert.deepEqual(await axeFindings(page), []);
  await one.context.close();
  assert.deepEqual(one.complaints, []);
  assert.equal((await desk.call(api.fields.list)).length, 5);
});

test("an agent fills them in by keyboard; a wrong value is said at its field; the other desk and the history know", async () => {
  const one = await openDesk(browser, server.url, { login });
  const other = await openDesk(browser, server.url, { login });
  for (const each of [one, other]) {
    await each.page.goto(`${server.url}/desk/open/${number}`);
    await each.page.locator(".message").waitFor();
  }
  const { page } = one;
  await page.keyboard.press("d");
  await page.getByRole("dialog").getByLabel("Gerät").waitFor();
  await page.keyboard.type("FritzBox 7590");
  await page.keyboard.press("Enter");
  await page.locator(".concern-fields", { hasText: "Gerät: FritzBox 7590" }).waitFor();
  await other.page.locator(".concern-fields", { hasText: "Gerät: FritzBox 7590" }).waitFor();

  await page.keyboard.press("Tab");
  await page.keyboard.type("zwölf");
  await page.keyboard.press("Enter");
  await page.getByText("„Betrag“ nimmt eine Zahl auf, „zwölf“ ist keine.").waitFor();
  await page.keyboard.press("Control+a");
  await page.keyboard.type("1.012,5");
  await page.keyboard.press("Enter");
  await page.getByText("nimmt eine Zahl").waitFor({ state: "detached" });
  await page.keyboard.press("Tab");
  await page.getByRole("dialog").getByLabel("Störung seit").fill("2026-02-28");
  await page.keyboard.press("Enter");
  await page.locator(".concern-fields", { hasText: "Störung seit: 28.02.2026" }).waitFor();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /Anschluss/ })
    .press("Enter");
  await page.locator("[role=option]:focus").waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.locator(".concern-fields", { hasText: "Anschluss: Kabel" }).waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });

  await page.keyboard.press("h");
  await page.locator(".history-line", { hasText: `${admin.name}: Betrag „1012,5“` }).waitFor();
  await page.keyboard.press("z");
  await page.locator(".concern-fields", { hasText: "Anschluss" }).waitFor({ state: "detached" });
  await page.locator(".history-line", { hasText: "Anschluss geleert" }).waitFor();

  const contract = page.locator(".customer").getByLabel("Vertragsnummer");
  await contract.fill("V-4711 0815");
  await contract.press("Enter");
  await page.reload();
  await page.locator(".customer").getByLabel("Vertragsnummer").waitFor();
  assert.equal(await page.locator(".customer").getByLabel("Vertragsnummer").inputValue(), "V-4711 0815");
  for (const each of [one, other]) {
    await each.context.close();
    assert.deepEqual(
      each.complaints.filter((complaint) => !complaint.includes("400")),
      [],
    );
  }
});

test("the list is filtered by a field, typed with its value; a value the field never takes is said; as a view it stays, and follows what is changed", async () => {
  const one = await openDesk(browser, server.url, { login });
  const { page } = one;
  await page.goto(`${server.url}/desk/open`);
  const row = page.locator(".row", { hasText: "Internet fällt aus" });
  await row.waitFor();
  const filter = async (typed: string, option: string): Promise<void> => {
    await page.keyboard.press("f");
    await page.locator(".picker").waitFor();
    await page.keyboard.type(typed);
    await page.getByRole("option", { name: option }).waitFor();
    await page.keyboard.press("Enter");
  };
  await filter("betrag: zwölf", "Betrag: zwölf");
  await page.locator(".toast", { hasText: "„Betrag“ nimmt eine Zahl auf, „zwölf“ ist keine." }).waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await page.locator(".filter-chip").count(), 0);
  await filter("gerät: fritzbox 7590", "Gerät: fritzbox 7590");
  await page.keyboard.press("Escape");
  await page.locator(".filter-chip", { hasText: "Gerät: fritzbox 7590" }).waitFor();
  await row.waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await page.keyboard.press("Shift+V");
  await page.keyboard.press("s");
  await page.locator(".sheet .form").waitFor();
  await page.keyboard.type("Fritz");
  await page.keyboard.press("Enter");
  await page.locator(".nav-made", { hasText: "Fritz" }).locator(".nav-count", { hasText: "1" }).waitFor();
  await page.reload();
  await row.waitFor();
  const concern = await desk.call(api.concerns.byNumber, { params: { number } });
  const set = (value: string) =>
    desk.call(api.concerns.change, { params: { id: concern.id }, body: { fields: { Gerät: value } } });
  await set("Anderes");
  await row.waitFor({ state: "detached" });
  await page.locator(".nav-made .nav-count", { hasText: "0" }).waitFor();
  await set("FRITZBOX 7590");
  await row.waitFor();
  await one.context.close();
  assert.deepEqual(one.complaints, []);
});
