// Puts pictures of one screen onto one sheet, so that all its looks are seen at once. Called by tools/pictures.ts.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";

/** Draws the wide pictures in two columns and the narrow ones in a row below, each with its name; writes sheet-NAME.png. */
export const drawSheet = async (
  browser: Browser,
  folder: string,
  screen: string,
  looks: readonly string[],
): Promise<void> => {
  const page = await browser.newPage({ viewport: { width: 1840, height: 1000 } });
  const shown = await Promise.all(
    looks.map(async (look) => {
      const png = await readFile(join(folder, `${screen}.${look}.png`)).catch(() => null);
      return png === null
        ? ""
        : `<figure style="margin:0;width:${look.startsWith("wide") ? 900 : 440}px"><figcaption>${look}</figcaption><img style="width:100%" src="data:image/png;base64,${png.toString("base64")}"></figure>`;
    }),
  );
  await page.setContent(
    `<body style="margin:10px;display:flex;flex-wrap:wrap;gap:10px;background:#777;font:14px sans-serif">${shown.join("")}</body>`,
  );
  await page.screenshot({ path: join(folder, `sheet-${screen}.png`), fullPage: true });
  await page.close();
};
