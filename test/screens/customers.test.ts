// The customer's panel: whatever is changed there can be taken back, exactly, by the toast and by z; and not over what a colleague changed since.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { api } from "#contract/api.ts";
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
