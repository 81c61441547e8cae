// Flows in pictures: in the widget, and at the desk where they are written. Called by tools/pictures/screens.ts.
import type { Page } from "playwright-core";
import type { Screen } from "./screens.ts";

/** Begins the first flow that is offered by its button, and answers what it asks first. */
const inFlow = async (page: Page): Promise<void> => {
  await page.getByRole("button", { name: /Chat öffnen|Open chat/ }).click();
  const offered = page.getByRole("group", { name: /Worum geht es|What is it about/ }).getByRole("button");
  await offered.first().click();
  await page.locator(".by-us .choice:enabled").first().click();
  await page.locator(".by-you:not(.is-waiting)").nth(1).waitFor();
  await page.locator(".by-us").nth(1).waitFor();
};

export const flowScreens: readonly Screen[] = [
  { name: "widget-flow", path: "/site/", signedOut: true, act: inFlow },
  { name: "admin-flows", path: "/admin/flows", act: (page) => page.locator(".flow-row").first().waitFor() },
  {
    name: "flow-editor",
    path: "/admin/flows",
    act: async (page) => {
      await page.locator(".flow-row .entry[href]").first().click();
      await page.locator(".react-flow__node, .flow-line").first().waitFor();
    },
  },
];
