// A website of somebody else's that carries the widget: another origin than the desk, with the strictest policy that lets it. Used by test/screens/widget*.test.ts.
import { createServer } from "node:http";
import { connect, type AddressInfo } from "node:net";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { WebSocketServer } from "ws";
import { axeFindings } from "#test/screens/browser.ts";

export interface Site {
  readonly origin: string;
  /** Shows this HTML, or script where its name says so, at this path from now on, in place of the page that every other path has. */
  readonly show: (path: string, html: string, policy?: string) => void;
  readonly stop: () => Promise<void>;
}

/** What the widget's guide says a site has to allow. */
export const strictPolicy = (desk: string): string =>
  `default-src 'none'; script-src ${desk}; connect-src ${desk} ${desk.replace("http", "ws")}; base-uri 'none'; form-action 'none'`;

/** A page with the widget; `more` goes into the tag of html. */
export const pageWith = (desk: string, channel: string, more = 'lang="de"'): string =>
  `<!doctype html><html ${more}><head><meta charset="utf-8"><title>Kabel</title><link rel="icon" href="${desk}/icon.svg"><meta name="viewport" content="width=device-width, initial-scale=1"><script async src="${desk}/widget.js" data-channel="${channel}"></script></head><body><main><h1>Kabel</h1><p>Ein guter Draht.</p><p><a href="/two">Weiter</a></p></main></body></html>`;

/** Opens the site on a free port of the loopback. */
export const startSite = async (): Promise<Site> => {
  const pages = new Map<string, { readonly html: string; readonly policy: string | undefined }>();
  const server = createServer((request, response) => {
    const shown = pages.get((request.url ?? "/").split("?")[0] ?? "/") ?? pages.get("*");
    const type = request.url?.split("?")[0]?.endsWith(".js") ? "javascript" : "html";
    response.writeHead(shown ? 200 : 404, {
      "content-type": `text/${type}; charset=utf-8`,
      ...(shown?.policy === undefined ? {} : { "content-security-policy": shown.policy }),
    });
    response.end(shown?.html ?? "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    show: (path, html, policy) => void pages.set(path, { html, policy }),
    stop: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};

/** A node in front of a desk that has the desk's files and no place for a chat, and says so as a full one does (platform/live/hub.ts), until it lets in. */
export const startFullNode = async (
  desk: string,
  seconds: number,
): Promise<{ readonly origin: string; readonly letIn: () => void; readonly stop: () => Promise<void> }> => {
  let isFull = true;
  const door = new WebSocketServer({ noServer: true });
  const server = createServer((request, response) => {
    void fetch(desk + (request.url ?? "")).then(async (answer) => {
      const type = answer.headers.get("content-type") ?? "";
      response.writeHead(answer.status, { "content-type": type, "access-control-allow-origin": "*" });
      response.end(Buffer.from(await answer.arrayBuffer()));
    });
  });
  server.on("upgrade", (request, socket, head) => {
    if (isFull) return door.handleUpgrade(request, socket, head, (page) => page.close(1013, String(seconds)));
    const lines = request.rawHeaders.map((part, index) => part + (index % 2 === 0 ? ": " : "\r\n"));
    const inner = connect(Number(new URL(desk).port), "127.0.0.1");
    inner.write(`GET ${request.url} HTTP/1.1\r\n${lines.join("")}\r\n`);
    for (const [from, to] of [
      [inner, socket],
      [socket, inner],
    ] as const) {
      from.pipe(to);
      from.on("error", () => to.destroy());
    }
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    letIn: () => void (isFull = false),
    stop: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};

/** A visitor's browser: what was fetched, and what its pages complained about. */
export interface Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly requests: readonly string[];
  readonly complaints: string[];
  /** Another tab of the same browser. */
  readonly tab: () => Promise<Page>;
}

/** Opens a visitor's browser at an address. Complaints about connections that fail are left out: tests break them on purpose. */
export const openVisitor = async (
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Visitor> => {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    locale: "de-DE",
    timezoneId: "Europe/Berlin",
    ...options,
  });
  const requests: string[] = [];
  const complaints: string[] = [];
  context.on("request", (request) => requests.push(request.url()));
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sample }) =>
      console.error(`policy: ${violatedDirective} ${blockedURI} ${sample}`),
    );
  });
  const tab = async (): Promise<Page> => {
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
    page.on("console", (message) => {
      const text = message.text();
      if (message.type() === "error" && !/WebSocket connection|net::ERR_|icon\.svg/.test(text)) complaints.push(text);
    });
    await page.goto(url);
    return page;
  };
  return { context, page: await tab(), requests, complaints, tab };
};

/** What a visitor sees and does in the widget of a German page. */
export const launch = (page: Page) => page.getByRole("button", { name: "Chat öffnen" });
export const field = (page: Page) => page.getByRole("textbox", { name: "Ihre Nachricht" });
/** A message of the visitor's that the server has. */
export const sent = (page: Page, text: string) => page.locator(".by-you:not(.is-waiting)", { hasText: text });
/** A message of ours. */
export const ours = (page: Page, text: string) => page.locator(".by-us .text", { hasText: text });
export const say = async (page: Page, text: string): Promise<void> => {
  await field(page).fill(text);
  await field(page).press("Enter");
};

/** Resolves when nothing of the widget moves any more. */
export const stands = (page: Page): Promise<void> =>
  page.locator(".panel").evaluate(async (panel) => {
    const root = panel.getRootNode() as ShadowRoot;
    // What never ends (dots of somebody who writes) is not waited for.
    const moving = root.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(moving.map((one) => one.finished));
  });

/** What axe says of the page when nothing moves any more. */
export const findings = async (page: Page): Promise<readonly string[]> => {
  await stands(page);
  return axeFindings(page);
};
