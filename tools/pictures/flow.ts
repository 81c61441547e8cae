// What a picture of a flow in the widget needs. Called by tools/pictures/screens.ts.
import type { Page } from "playwright-core";

/** Begins the first flow that is offered by its button, and answers what it asks first. */
export const inFlow = async (page: Page): Promise<void> => {
  await page.getByRole("button", { name: /Chat öffnen|Open chat/ }).click();
  const offered = page.getByRole("group", { name: /Worum geht es|What is it about/ }).getByRole("button");
  await offered.first().click();
  await page.locator(".by-us .choice:enabled").first().click();
  await page.locator(".by-you:not(.is-waiting)").nth(1).waitFor();
  await page.locator(".by-us").nth(1).waitFor();
};
