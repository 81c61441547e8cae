// The customer's panel: whatever is changed there can be taken back, exactly, by the toast and by z; and not over what a colleague changed since.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { api } from "#contract/api.ts";
import type { TierId } from "#contract/ids.ts";
import { axeFindings } from "#test/screens/browser.ts";
import { startScreenCentre, type ScreenCentre } from "#test/screens/centre.ts";

let centre: ScreenCentre;

before(async () => {
  centre = await startScreenCentre();
});

after(() => centre?.stop());

test("name, organisation, language, fields and addresses of a customer are taken back by z, but not what a colleague changed since", async () => {
  const row = await centre.writes({ from: "Ina Alt <ina@kunde.test>", subject: "Neue Adresse", text: "Hallo?" });
  const id = row.customerId;
  const customer = () => centre.desk.call(api.customers.get, { params: { id } });
  const before = await customer();
  const one = await centre.open();
  const { page } = one;
  await page.goto(`${centre.server.url}/desk/open/${row.number}`);
  const panel = page.locator(".customer");
  await panel.getByText("ina@kunde.test").waitFor();
  const fill = async (button: string | RegExp, text: string): Promise<void> => {
    await panel.getByRole("button", { name: button }).click();
    await page.keyboard.press("Control+a");
    await page.keyboard.type(text);
    await page.keyboard.press("Enter");
  };
  const takenBack = async (said: string): Promise<void> => {
    await page.locator(".toast", { hasText: said }).waitFor();
    await page.locator(".thread").focus();
    await page.keyboard.press("z");
    await page.locator(".toast", { hasText: said }).waitFor({ state: "detached" });
  };

  await fill(/^Name/, "Ina Neu");
  await panel.getByRole("button", { name: "Name: Ina Neu" }).waitFor();
  await takenBack("Name geändert");
  await panel.getByRole("button", { name: "Name: Ina Alt" }).waitFor();

  await fill(/^Firma/, "Reederei");
  await panel.getByRole("button", { name: "Firma: Reederei" }).waitFor();
  await takenBack("Firma geändert");
  await panel.getByRole("button", { name: "Firma: Keine" }).waitFor();

  // A tier of their own, and who looks after their organisation; both with their way back.
  const tiers = ["Standard", "Gold"].map((name) => ({ id: crypto.randomUUID() as TierId, name }));
  await centre.desk.call(api.tiers.set, { body: { tiers } });
  const choose = async (field: string, option: string): Promise<void> => {
    await panel.getByRole("button", { name: new RegExp(`${field}$`) }).click();
    await page.getByRole("option", { name: option }).click();
  };
  await choose("Stufe", "Gold");
  await panel.getByRole("img", { name: "Kundenstufe Gold" }).waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await takenBack("Stufe geändert");
  await panel.getByRole("img", { name: "Kundenstufe Gold" }).waitFor({ state: "detached" });
  await fill(/^Firma/, "Reederei");
  await choose("Stufe der Firma", "Gold");
  await panel.getByRole("img", { name: "Kundenstufe Gold, von der Firma" }).waitFor();
  await choose("Firma betreut von", "Omar Celik");
  await takenBack("Betreuung der Firma geändert");
  await takenBack("Stufe der Firma geändert");
  await panel.getByRole("img", { name: /Kundenstufe/ }).waitFor({ state: "detached" });
  await takenBack("Firma geändert");

  await fill("Feld hinzufügen", "Tarif: XL");
  await panel.getByLabel("Tarif").waitFor();
  await takenBack("Tarif geändert");
  await panel.getByLabel("Tarif").waitFor({ state: "detached" });

  await panel.getByRole("button", { name: /Sprache/ }).click();
  await page.getByRole("option", { name: "English" }).click();
  await panel.getByRole("button", { name: /English/ }).waitFor();
  await takenBack("Sprache geändert");
  await panel.getByRole("button", { name: /English/ }).waitFor({ state: "detached" });

  await fill("E-Mail-Adresse hinzufügen", "ina2@kunde.test");
  await panel.getByText("ina2@kunde.test").waitFor();
  await takenBack("ina2@kunde.test hinzugefügt");
  await panel.getByText("ina2@kunde.test").waitFor({ state: "detached" });

  await panel.getByRole("button", { name: "Was mit ina@kunde.test geschehen soll" }).click();
  await page.getByRole("menuitem", { name: "Adresse entfernen" }).click();
  await panel.getByText("ina@kunde.test").waitFor({ state: "detached" });
  await page
    .locator(".toast", { hasText: "ina@kunde.test entfernt" })
    .getByRole("button", { name: "Rückgängig" })
    .click();
  await panel.getByText("ina@kunde.test").waitFor();
  const { version: _version, ...same } = await customer();
  const { version: _before, ...was } = before;
  assert.deepEqual(same, was, "everything is as it was");
  assert.deepEqual(await axeFindings(page), []);

  await fill(/^Firma/, "Meine");
  await page.locator(".toast", { hasText: "Firma geändert" }).waitFor();
  await panel.getByRole("button", { name: "Firma: Meine" }).waitFor();
  await centre.desk.call(api.customers.change, { params: { id }, body: { organisation: "Des Kollegen" } });
  await panel.getByRole("button", { name: "Firma: Des Kollegen" }).waitFor();
  await takenBack("Firma geändert");
  await page.locator(".toast", { hasText: "Jemand anderes hat das inzwischen geändert." }).waitFor();
  assert.equal((await customer()).organisation?.name, "Des Kollegen");
  await one.context.close();
  assert.deepEqual(
    one.complaints.filter((complaint) => !complaint.includes("409")),
    [],
  );
});

test("who may be the same is proposed, compared, merged and taken apart by the keys alone; what differs is chosen", async () => {
  const row = await centre.writes({ from: "Otto Quast <otto@kunde.test>", subject: "Kein Ton", text: "Hallo?" });
  const second = await centre.writes({ from: "Otto Quast <o.quast@firma.test>", subject: "Rechnung", text: "Hallo?" });
  const { addAddress, change, get } = api.customers;
  const one = await centre.open();
  const { page } = one;
  await page.goto(`${centre.server.url}/desk/open/${row.number}`);
  const panel = page.locator(".customer");
  await panel.getByText("otto@kunde.test").waitFor();
  assert.equal(await panel.locator(".proposal").count(), 0);
  await centre.desk.call(change, {
    params: { id: second.customerId },
    body: { language: "en", fields: { Tarif: "500" } },
  });
  await centre.desk.call(change, {
    params: { id: row.customerId },
    body: { language: "de", fields: { Tarif: "250" } },
  });
  const numbers = [
    [row, "phone", "+49 170 5557771"],
    [second, "whatsapp", "0170 5557771"],
  ] as const;
  for (const [{ customerId: id }, kind, value] of numbers)
    await centre.desk.call(addAddress, { params: { id }, body: { kind, value } });
  await panel.getByText("dieselbe Nummer").waitFor();
  assert.deepEqual(await axeFindings(page), []);

  await page.locator(".thread").focus();
  await page.keyboard.press("Shift+I");
  const sheet = page.getByRole("dialog");
  await sheet.getByRole("option", { name: /Otto Quast/ }).waitFor();
  await page.keyboard.press("ArrowDown");
  await sheet.locator("[role=option][data-focused]", { hasText: "dieselbe Nummer" }).waitFor();
  await page.keyboard.press("Enter");
  await sheet.getByText("Dafür spricht").waitFor();
  await sheet.locator("input:focus").waitFor();
  assert.equal(await sheet.locator("input:focus").getAttribute("aria-label"), "Sprache: Deutsch behalten");
  await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowRight");
  assert.equal(await sheet.getByRole("radio", { name: "Tarif: 500 behalten" }).isChecked(), true);
  await sheet.getByText("#", { exact: false }).first().waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await page.keyboard.press("Enter");
  await sheet.waitFor({ state: "detached" });
  await panel.getByText("o.quast@firma.test").waitFor();
  await panel.getByText("Rechnung").waitFor();
  await panel.getByText("Zusammengeführt", { exact: true }).waitFor();
  const whole = await centre.desk.call(get, { params: { id: second.customerId } });
  assert.deepEqual([whole.id, whole.fields["Tarif"], whole.language], [row.customerId, "500", "de"]);
  assert.deepEqual(await axeFindings(page), []);

  await centre.desk.call(change, { params: { id: row.customerId }, body: { organisation: "Quast KG" } });
  await panel.getByRole("button", { name: "Firma: Quast KG" }).waitFor();
  await page.locator(".thread").focus();
  await page.keyboard.press("Shift+U");
  await sheet.getByText("Firma: Quast KG").waitFor();
  await sheet.locator("button:focus", { hasText: "Otto Quast" }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("option", { name: "beiden" }).waitFor();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await sheet.getByRole("button", { name: /beiden/ }).waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await sheet.getByRole("button", { name: "Trennen" }).focus();
  await page.keyboard.press("Enter");
  await page.locator(".toast", { hasText: "ist wieder ein eigener Kunde" }).waitFor();
  await panel.getByText("o.quast@firma.test").waitFor({ state: "detached" });
  await panel.getByText(/getrennt von/).waitFor();
  const apart = await centre.desk.call(get, { params: { id: second.customerId } });
  assert.deepEqual(
    [apart.id, apart.fields["Tarif"], apart.language, apart.organisation?.name],
    [second.customerId, "500", "en", "Quast KG"],
  );
  await panel.getByRole("button", { name: "Otto Quast ist jemand anderes" }).click();
  await panel.locator(".proposal").waitFor({ state: "detached" });
  await one.context.close();
  assert.deepEqual(one.complaints, []);
});
