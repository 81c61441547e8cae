// Mails as their senders drew them: pictures from the net only on request, links with their true target, a frame as tall as its mail.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import type { ConcernRow } from "#contract/concerns.ts";
import { phone, startBrowser, type BrowserDesk } from "#test/screens/browser.ts";
import { startScreenCentre, type ScreenCentre } from "#test/screens/centre.ts";

let centre: ScreenCentre;
/** A browser that gives frames the height of their documents by itself (frame-sizing), as newer ones do without a switch. */
let measuring: Awaited<ReturnType<typeof startBrowser>>;

before(async () => {
  centre = await startScreenCentre();
  measuring = await startBrowser(["--enable-features=ResponsiveIframes"]);
});

after(async () => {
  await measuring?.close();
  await centre?.stop();
});

/** Looking into a frame from here is noted in its console as a script that was not allowed; else it must be silent. */
const closeLooked = async (one: BrowserDesk): Promise<void> => {
  await one.context.close();
  assert.deepEqual(
    one.complaints.filter((complaint) => !complaint.startsWith("error: Blocked script execution in")),
    [],
  );
};

const show = async (page: Page, row: ConcernRow): Promise<void> => {
  await page.goto(`${centre.server.url}/desk/open/${row.number}`);
  await page.locator(".message").first().waitFor();
  if ((await page.locator(".mail-frame").count()) === 0)
    await page.getByRole("button", { name: "Formatiert zeigen" }).click();
  await page.frameLocator(".mail-frame").locator("body").waitFor();
};

/** A picture of one teal pixel. */
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

test("pictures from the net are not fetched until somebody asks, and then by our server, never by the desk", async () => {
  const row = await centre.writes({
    from: "Prospekt <p@werbung.test>",
    subject: "Unser Prospekt",
    text: "Prospekt",
    html: '<p>Angebote</p><img src="https://bilder.test/logo.png" alt="Logo" width="120" height="40"><img src="https://bilder.test/zaehlpixel.gif" width="1" height="1">',
  });
  const one = await centre.open();
  const { page } = one;
  const outside: string[] = [];
  const asked: string[] = [];
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.host !== new URL(centre.server.url).host && url.protocol !== "data:") outside.push(request.url());
    if (url.pathname.startsWith("/remote-image/")) asked.push(url.pathname);
  });
  // What the outside would answer our server; the test has no outside.
  await page.route("**/remote-image/*", (route) => route.fulfill({ contentType: "image/png", body: png }));
  await show(page, row);
  const logo = page.frameLocator(".mail-frame").getByAltText("Logo");
  await logo.waitFor();
  assert.equal(await logo.getAttribute("src"), null, "it is only its place");
  assert.deepEqual(asked, []);

  await page.getByRole("button", { name: "Bilder zeigen" }).click();
  await page.locator(".mail-pictures").waitFor({ state: "detached" });
  await page.frameLocator(".mail-frame").locator("img[src^='/remote-image/']").first().waitFor();
  const width = await logo.evaluate(async (image: HTMLImageElement) => {
    await image.decode();
    return image.naturalWidth;
  });
  assert.equal(width, 1, "the picture is there");
  assert.equal(asked.length, 2);
  assert.deepEqual(outside, [], "the agent's own machine asks nobody");
  await closeLooked(one);
});

test("a link shows where it leads when it says something else; following it leaves no trace of the desk", async () => {
  const row = await centre.writes({
    from: "Bank <post@bank.test>",
    subject: "Ihr Konto",
    text: "Bitte anmelden",
    html: '<p>Melden Sie sich an: <a href="https://boese.test/anmelden">www.sparkasse.test</a> oder <a href="https://ehrlich.test/">ehrlich.test</a></p>',
  });
  const one = await centre.open();
  const { page } = one;
  await show(page, row);
  await page.getByText("Ein Link führt woanders hin, als er sagt.").waitFor();
  const frame = page.frameLocator(".mail-frame");
  const after = (name: string): Promise<string> =>
    frame.getByRole("link", { name }).evaluate((link) => getComputedStyle(link, "::after").content);
  assert.match(await after("www.sparkasse.test"), /boese\.test/);
  assert.equal(await after("ehrlich.test"), "none");

  await one.context.route("https://boese.test/**", (route) =>
    route.fulfill({ contentType: "text/html", body: "<!doctype html><title>dort</title>" }),
  );
  const [opened] = await Promise.all([
    one.context.waitForEvent("page"),
    frame.getByRole("link", { name: "www.sparkasse.test" }).click(),
  ]);
  await opened.waitForLoadState();
  const left = await opened.evaluate(() => ({ referrer: document.referrer, opener: globalThis.opener === null }));
  assert.deepEqual([opened.url(), left], ["https://boese.test/anmelden", { referrer: "", opener: true }]);
  assert.equal(new URL(page.url()).pathname, `/desk/open/${row.number}`, "the desk stays");
  await closeLooked(one);
});

const sentence = "Vielen Dank für Ihre Nachricht, wir haben den Anschluss geprüft und melden uns. ";
const letter = `<p>Guten Tag,</p><p>${sentence.repeat(4)}</p><p>${sentence.repeat(2)}</p><p>Mit freundlichen Grüßen<br>Hanna</p>`;
const short = "<div>Danke!</div>";
const news = `<table width="100%" cellpadding="0" cellspacing="0" bgcolor="#eeeeee"><tr><td align="center">
<table width="640" cellpadding="16" cellspacing="0" bgcolor="#ffffff" style="min-width:640px">
<tr><td><h1>Neuigkeiten im Juni</h1><p>${sentence.repeat(3)}</p></td></tr>
<tr><td><table width="100%"><tr>${["Internet", "Fernsehen", "Telefon"].map((name) => `<td width="200" valign="top"><h3>${name}</h3><p>${sentence}</p></td>`).join("")}</tr></table></td></tr>
<tr><td><img src="https://bilder.test/breit.png" width="640" height="180" alt=""></td></tr>
<tr><td><p>${sentence.repeat(2)}</p><p><a href="https://news.test/weg">Abbestellen</a></p></td></tr></table></td></tr></table>`;
const long = `<p>${sentence.repeat(3)}</p>`.repeat(60);

const written: Record<string, ConcernRow> = {};
const mails = { letter, short, news, long };

test("a browser that measures frames by itself gives each mail its own height, wide and on a phone", async () => {
  for (const [name, html] of Object.entries(mails))
    written[name] = await centre.writes({ from: `H <${name}@hoehe.test>`, subject: `Höhe ${name}`, text: "x", html });
  for (const options of [{}, phone]) {
    const one = await centre.open({ ...options, browser: measuring });
    const { page } = one;
    for (const [name, row] of Object.entries(written)) {
      await show(page, row);
      const heights = name === "long" ? await heightsOf(page) : await settled(page);
      if (name === "long") {
        assert.ok(heights.frame < heights.inside, "a very long one ends at a most");
        await page.getByRole("button", { name: "In voller Höhe zeigen" }).waitFor();
        await page.keyboard.press("v");
        await page.getByRole("button", { name: "Weniger zeigen" }).waitFor();
        const whole = await settled(page);
        assert.ok(exact(whole), `${name}: ${JSON.stringify(whole)}`);
        await page.keyboard.press("v");
        await page.getByRole("button", { name: "In voller Höhe zeigen" }).waitFor();
      } else assert.ok(exact(heights), `${name}: ${JSON.stringify(heights)}`);
      assert.ok(heights.insideWidth <= heights.frameWidth, `${name} is not wider than its frame`);
    }
    await closeLooked(one);
  }
});

interface Heights {
  readonly frame: number;
  readonly inside: number;
  readonly frameWidth: number;
  readonly insideWidth: number;
}

/** As tall as its mail, or as the least a frame may be. */
const exact = ({ frame, inside }: Heights): boolean => Math.abs(frame - Math.max(inside, 62)) <= 2;

/** The heights once they are equal, or as they are when the browser has had its time. */
const settled = async (page: Page): Promise<Heights> => {
  let now = await heightsOf(page);
  for (let looks = 0; !exact(now) && looks < 200; looks += 1) now = await heightsOf(page);
  return now;
};

/** Pixels without the frame's border. */
const heightsOf = async (page: Page): Promise<Heights> => {
  const inside = await page
    .frameLocator(".mail-frame")
    .locator("html")
    .evaluate((root) => ({ inside: root.ownerDocument.body.offsetHeight, insideWidth: root.scrollWidth }));
  const frame = await page
    .locator(".mail-frame")
    .evaluate((box: HTMLElement) => ({ frame: box.clientHeight, frameWidth: box.clientWidth }));
  return { ...inside, ...frame };
};

test("elsewhere the height is a fair estimate, the frame scrolls by keyboard, and all of it is shown by a key", async () => {
  const one = await centre.open();
  const { page } = one;
  for (const [name, row] of Object.entries(written)) {
    await show(page, row);
    const { frame, inside } = await heightsOf(page);
    if (name === "long") {
      assert.equal(frame < inside, true);
      await page.locator(".mail-frame").focus();
      await page.keyboard.press("End");
      const root = page.frameLocator(".mail-frame").locator("html");
      while ((await root.evaluate((html) => html.scrollTop)) === 0);
      await page.locator(".thread").focus();
      await page.keyboard.press("v");
      await page.getByRole("button", { name: "Weniger zeigen" }).waitFor();
      const whole = await heightsOf(page);
      assert.ok(whole.frame >= whole.inside * 0.85, `nearly all of it: ${JSON.stringify(whole)}`);
      assert.ok(whole.frame <= whole.inside * 1.3, `and little else: ${JSON.stringify(whole)}`);
    } else
      assert.ok(
        frame >= Math.min(inside * 0.8 - 24, 556) && frame <= inside * 1.35 + 40,
        `${name}: ${frame} for ${inside} pixels`,
      );
  }
  await closeLooked(one);
});
