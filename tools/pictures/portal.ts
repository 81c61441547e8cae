// The portal's pages in the demo world. Called by tools/pictures/screens.ts.
import type { Page } from "playwright-core";
import type { Screen } from "./screens.ts";

const seen = (selector: string) => (page: Page) => page.locator(selector).first().waitFor();

/** Begun, and one question answered. */
const question = async (page: Page): Promise<void> => {
  await page.locator(".press").click();
  await page.locator(".choice").first().click();
  await seen(".said .them")(page);
};

export const portalScreens: readonly Screen[] = [
  { name: "portal", path: "/help/elbkabel/", signedOut: true, act: seen(".offer") },
  { name: "portal-begin", path: "/help/elbkabel/opening-hours", signedOut: true, act: seen(".press") },
  { name: "portal-question", path: "/help/elbkabel/television-black", signedOut: true, act: question },
  {
    name: "portal-wrong",
    path: "/help/elbkabel/balance",
    signedOut: true,
    act: async (page) => {
      await page.locator(".press").click();
      await page.locator("#answer").fill("keine");
      await page.locator("button[value=answer]").click();
      await seen(".wrong")(page);
    },
  },
  {
    name: "portal-human",
    path: "/help/elbkabel/television-black",
    signedOut: true,
    act: async (page) => {
      await question(page);
      await page.locator(".human summary").click();
      await page.locator("#words").fill("Ich möchte lieber mit jemandem sprechen.");
    },
  },
  { name: "portal-gone", path: "/help/elbkabel/x", signedOut: true, act: seen("h1") },
];
