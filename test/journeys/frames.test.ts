// Foreign HTML in a real Chromium: the sanitiser and the frame's own policy, each alone, let nothing run and nothing out.
// First the harness shows that it would notice: the same vectors without any layer do run and do phone home.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { readHtml } from "#channels/email/html.ts";
import { converse } from "#channels/email/simClient.ts";
import { addMailbox, setUpCentre } from "#test/centre.ts";
import type { Desk } from "#test/desk.ts";
import { chromiumPath } from "#test/screens/browser.ts";
import { startTestServer, type TestServer } from "#test/server.ts";
import { lacking } from "#tools/test/peers.ts";

const skip = lacking("chromium");
const corpora = fileURLToPath(new URL("../../../shared/corpora", import.meta.url));

/** Our own, so that the test stands without the collections; each of the first ones runs when nothing holds it. */
const own: readonly string[] = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<svg onload=alert(1)></svg>",
  "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
  "<details open ontoggle=alert(1)>x</details>",
  "<img src='https://tracker.test/pixel.gif'>",
  "<link rel=stylesheet href='https://tracker.test/style.css'>",
  "<style>@import 'https://tracker.test/import.css'; body{background:url(https://tracker.test/back.png)}</style>",
  "<div style=\"background:url('https://tracker.test/inline.png')\">x</div>",
  "<object data='https://tracker.test/object'></object><embed src='https://tracker.test/embed'>",
  "<meta http-equiv=refresh content='0;url=https://tracker.test/refresh'>",
  "<form action='https://tracker.test/form' id=f><input name=a></form><script>f.submit()</script>",
  "<video src='https://tracker.test/video' poster='https://tracker.test/poster'></video><audio src='https://tracker.test/audio'></audio>",
  "<base href='https://tracker.test/'><img src=based.png>",
  "<input autofocus onfocus=alert(1)>",
];

const vectors = (): readonly string[] => {
  const found = new Set<string>(own);
  if (!existsSync(corpora)) return [...found];
  for (const each of JSON.parse(readFileSync(join(corpora, "xss-dompurify/expect.json"), "utf8")) as readonly {
    payload: string;
  }[])
    found.add(each.payload);
  const lists = join(corpora, "payloads-patt/XSS Injection/Intruders");
  for (const name of readdirSync(lists))
    for (const line of readFileSync(join(lists, name), "utf8").split("\n")) if (line.trim() !== "") found.add(line);
  const files = join(corpora, "payloads-patt/XSS Injection/Files");
  for (const name of readdirSync(files)) found.add(readFileSync(join(files, name), "utf8"));
  return [...found];
};

let server: TestServer;
let desk: Desk;
let database: Client;
let browser: Browser;
let context: BrowserContext;
/** Messages whose stored HTML the test replaces, as a broken sanitiser would have left it. */
const messageIds: string[] = [];
const atOnce = 60;

before(async () => {
  if (skip !== false) return;
  server = await startTestServer({ env: { LOG_LEVEL: "error" } });
  const centre = await setUpCentre(server.url);
  desk = centre.desk;
  await addMailbox(desk, centre.brand.id, { address: "service@kabel.test", smtp: null });
  const live = await desk.live();
  for (let n = 0; n < atOnce; n += 1) {
    const raw = Buffer.from(
      `From: h${n}@kunde.test\r\nTo: service@kabel.test\r\nSubject: HTML ${n}\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Text ${n}</p>\r\n`,
    );
    await converse(
      { host: "127.0.0.1", port: server.ports.smtp },
      { hello: "kunde.test", from: `h${n}@kunde.test`, to: ["service@kabel.test"], raw },
    );
  }
  for (let n = 0; n < atOnce; n += 1) {
    const event = await live.event(
      (each) => each.kind === "message.added" && each.data.message.subject === `HTML ${n}`,
    );
    if (event.kind === "message.added") messageIds.push(event.data.message.id);
  }
  live.close();
  database = new Client({ connectionString: await server.databaseUrl() });
  await database.connect();
  // One process for each of thousands of frames would take minutes; what may run in them is decided before that.
  const args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"];
  const fewer = "--disable-features=IsolateSandboxedIframes,IsolateOrigins,site-per-process";
  browser = await chromium.launch({ executablePath: chromiumPath() ?? "", args: [...args, fewer] });
  context = await browser.newContext();
  const [name = "", value = ""] = desk.cookie.split("=");
  await context.addCookies([{ name, value, url: server.url }]);
});

after(async () => {
  await browser?.close();
  await database?.end();
  await server?.stop();
});

interface Seen {
  executed: number;
  readonly outside: string[];
}

/** A page of our own origin without any policy, which notices everything that runs in it or in its frames and everything that asks for another host. */
const watchedPage = async (): Promise<{ readonly page: Page; readonly seen: Seen }> => {
  const seen: Seen = { executed: 0, outside: [] };
  const page = await context.newPage();
  await page.addInitScript(() => {
    const ran = (): void => console.log("it-ran");
    Object.assign(globalThis, { alert: ran, confirm: ran, prompt: ran, print: ran });
  });
  page.on("console", (line) => {
    if (line.text() === "it-ran") seen.executed += 1;
  });
  page.on("dialog", (dialog) => {
    seen.executed += 1;
    void dialog.dismiss();
  });
  await page.route("**/*", (route) => {
    const { host, protocol, pathname } = new URL(route.request().url());
    if (host === new URL(server.url).host) {
      return pathname === "/harness.html"
        ? route.fulfill({ contentType: "text/html", body: "<!doctype html><title>harness</title>" })
        : route.continue();
    }
    if (protocol.startsWith("http")) seen.outside.push(route.request().url());
    return route.abort();
  });
  return { page, seen };
};

/** Puts frames into a fresh harness page, waits until each has loaded, and lets a mouse pass over them. */
const show = async (
  page: Page,
  frames: readonly { readonly srcdoc?: string; readonly src?: string }[],
): Promise<void> => {
  await page.goto(`${server.url}/harness.html`);
  await page.evaluate(async (wanted) => {
    await Promise.all(
      wanted.map(
        (each) =>
          new Promise<void>((resolve) => {
            const frame = document.createElement("iframe");
            frame.width = "200";
            frame.height = "60";
            frame.addEventListener("load", () => resolve());
            if (each.srcdoc !== undefined) frame.srcdoc = each.srcdoc;
            else frame.src = each.src ?? "";
            document.body.append(frame);
            // A frame that never loads (its own document was replaced) is no reason to wait.
            setTimeout(resolve, 3_000);
          }),
      ),
    );
  }, frames);
  for (let y = 10; y < 600; y += 66) await page.mouse.move(60 + (y % 5), y);
};

const batches = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / atOnce) }, (_, index) => all.slice(index * atOnce, (index + 1) * atOnce));

test("without any layer the harness sees vectors run and phone home", { skip, timeout: 240_000 }, async () => {
  const { page, seen } = await watchedPage();
  for (const vector of own) await show(page, [{ srcdoc: vector }]);
  await page.close();
  assert.ok(seen.executed >= 4, `${seen.executed} ran`);
  assert.ok(seen.outside.length >= 6, seen.outside.join(" "));
});

test(
  "the sanitiser alone: in a frame that allows everything, nothing runs and nothing is asked for",
  { skip, timeout: 500_000 },
  async () => {
    const { page, seen } = await watchedPage();
    // Most vectors leave nothing but text; what still has markup is shown, each once.
    const clean = [...new Set(vectors().map((vector) => readHtml(vector, true).html ?? ""))].filter((html) =>
      html.includes("<"),
    );
    for (const batch of batches(clean))
      await show(
        page,
        batch.map((srcdoc) => ({ srcdoc })),
      );
    await page.close();
    assert.deepEqual([seen.executed, seen.outside], [0, []]);
  },
);

test(
  "the frame alone: HTML that was not sanitised neither runs nor asks for anything",
  { skip, timeout: 600_000 },
  async () => {
    const { page, seen } = await watchedPage();
    const frames = messageIds.map((id) => ({ src: `/frames/${id}` }));
    // All 2,500 ran so once and did nothing (two minutes); each run takes our own, and every fourth of the collections.
    const chosen = vectors().filter((_, index) => index < own.length || index % 4 === 0);
    for (const batch of batches(chosen)) {
      await database.query(
        "UPDATE message_body b SET html = w.html FROM unnest($1::uuid[], $2::text[]) AS w (id, html) WHERE b.message_id = w.id",
        [messageIds.slice(0, batch.length), batch.map((vector) => vector.replaceAll("\0", ""))],
      );
      await show(page, frames.slice(0, batch.length));
      assert.equal(new URL(page.url()).pathname, "/harness.html", "a frame moved the page it is in");
    }
    await page.close();
    assert.deepEqual([seen.executed, seen.outside], [0, []]);
  },
);
