// What was set aside, at the desk: a quiet count that lives, a page that says why, originals, and what becomes of each.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axeFindings } from "#test/screens/browser.ts";
import { closeSilent, omar, sendTo, service, startScreenCentre, type ScreenCentre } from "#test/screens/centre.ts";

let centre: ScreenCentre;
before(async () => {
  centre = await startScreenCentre({ UNKNOWN_SENDERS: "2" });
});
after(() => centre?.stop());

const stranger = (n: number): Promise<void> =>
  sendTo(centre.server, {
    from: `Fremde ${n} <fremd${n}@irgendwo${n}.test>`,
    to: service,
    subject: `Gewinn ${n}`,
    text: `Sie haben gewonnen, Nummer ${n}.`,
  });

test("strangers' mails beyond the limit are counted quietly, looked through, made concerns and put away", async () => {
  const one = await centre.open({ login: omar });
  const { page } = one;
  await page.goto(`${centre.server.url}/desk/open`);
  await page.getByRole("navigation").first().waitFor();
  for (let n = 1; n <= 8; n += 1) {
    await stranger(n);
    // One after the other: the limit is kept exactly only for mails that do not come at the same moment.
    await centre.feed.event(
      (event) =>
        (event.kind === "intake.refused" && event.data.detail === `fremd${n}@irgendwo${n}.test`) ||
        (event.kind === "concern.created" && event.data.row.subject === `Gewinn ${n}`),
    );
  }
  const link = page.getByRole("link", { name: /^Beiseite/ });
  await link.filter({ hasText: "6" }).waitFor();
  await link.click();
  await page.getByRole("heading", { name: "Beiseite" }).waitFor();
  await page.getByText("Gewinn 8").waitFor();
  assert.equal(await page.locator(".asides > li").count(), 6);
  await page.getByText("Viele Mails kamen kurz nacheinander").first().waitFor();
  assert.deepEqual(await axeFindings(page), []);

  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.locator(".asides > li", { hasText: "Gewinn 8" }).getByRole("link", { name: "Original" }).click(),
  ]);
  assert.match(download.suggestedFilename(), /\.eml$/);

  await page
    .locator(".asides > li", { hasText: "Gewinn 8" })
    .getByRole("button", { name: "Anliegen daraus machen" })
    .click();
  await page.getByText("1 Mail wird gelesen").waitFor();
  await centre.feed.event((event) => event.kind === "concern.created" && event.data.row.subject === "Gewinn 8");
  await page.getByRole("button", { name: "Alle 5 weglegen" }).click();
  await page.getByText("Nichts liegt beiseite").waitFor();
  await link.waitFor({ state: "detached" });
  await page.goto(`${centre.server.url}/desk/open`);
  await page.getByText("Gewinn 8").first().waitFor();
  await closeSilent(one);
});
