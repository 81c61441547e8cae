// Desks in a real Chromium against a real server: opens them, watches their consoles, judges them with axe. Used by test/screens and tools/pictures.ts.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from "playwright-core";
import { SMTPServer } from "smtp-server";
import { peerPath } from "#tools/test/peers.ts";

/**
 * Path of a Chromium on this machine, or undefined; CHROMIUM names another. The one without windows, which Debian packs for itself, takes a fifth less
 * of the processor for the same pages; it shows no notifications of the system.
 */
export const chromiumPath = (whole = false): string | undefined =>
  process.env["CHROMIUM"] ?? (whole ? undefined : peerPath("headless-shell")) ?? peerPath("chromium");

/**
 * Starts a headless Chromium that asks nobody on the network for anything; `switches` are more of its command line. `whole`: what people have, with
 * notifications.
 */
export const startBrowser = (switches: readonly string[] = [], whole = false): Promise<Browser> => {
  const executablePath = chromiumPath(whole);
  if (executablePath === undefined)
    throw new Error("No Chromium was found. Install it (apt-get install chromium) or say where it is with CHROMIUM.");
  return chromium.launch({
    executablePath,
    timeout: 120_000,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      // Without it a processor plays the graphics card, which costs a tenth of everything that is done in a window.
      "--disable-software-rasterizer",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...switches,
    ],
  });
};

/** A desk in a window of its own. `complaints` gathers what its console and its page complained about. */
export interface BrowserDesk {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly complaints: readonly string[];
}

export const wide: BrowserContextOptions = { viewport: { width: 1440, height: 900 } };
export const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  isMobile: true,
  hasTouch: true,
  deviceScaleFactor: 2,
};

/** Opens a window; with `login` it is signed in already. */
export const openDesk = async (
  browser: Browser,
  url: string,
  options: BrowserContextOptions & { readonly login?: { readonly email: string; readonly password: string } } = {},
): Promise<BrowserDesk> => {
  const { login, ...rest } = options;
  const context = await browser.newContext({ ...wide, locale: "de-DE", timezoneId: "Europe/Berlin", ...rest });
  const page = await context.newPage();
  // A crowded machine takes its time; what does not come at all fails all the same.
  page.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() !== "error" && message.type() !== "warning") return;
    // Asking who is signed in is how the desk begins; "nobody" is an answer, which the browser reports as a failed load.
    if (message.text().includes("401") && message.location().url.endsWith("/api/me")) return;
    complaints.push(`${message.type()}: ${message.text()} (${message.location().url})`);
  });
  if (login) {
    const answer = await context.request.post(`${url}/api/sign-in`, { data: login, headers: { origin: url } });
    if (!answer.ok()) throw new Error(`sign-in was answered with ${answer.status()}`);
  }
  return { page, context, complaints };
};

const axeSource = readFileSync(join(import.meta.dirname, "..", "..", "node_modules", "axe-core", "axe.min.js"), "utf8");

/** Rules of which axe itself calls every finding minor or moderate: not run, because nobody asks for them. */
const slightRules = `Object.fromEntries(axe._audit.rules.filter(({ impact }) => impact === "minor" || impact === "moderate").map(({ id }) => [id, { enabled: false }]))`;

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly {
    readonly target: readonly string[];
    readonly html: string;
    readonly failureSummary?: string;
  }[];
}

/** Resolves when nothing fades or moves any more: what fades in is judged when it stands. */
export const atRest = (page: Page): Promise<unknown> =>
  page.evaluate(
    "Promise.allSettled(document.getAnimations().filter((one) => one.effect.getTiming().iterations !== Infinity).map((one) => one.finished))",
  );

/**
 * What axe finds serious or critical on the page as it stands, in a line each; `only` names rules to run instead of the usual ones. Frames are not looked
 * into: a mail's runs no script, so that axe would wait half a second for each in vain.
 */
export const axeFindings = async (page: Page, only?: readonly string[]): Promise<readonly string[]> => {
  if (!(await page.evaluate<boolean>("'axe' in globalThis"))) await page.evaluate(axeSource);
  const chosen = only ? `runOnly: { type: "rule", values: ${JSON.stringify(only)} }` : `rules: ${slightRules}`;
  const violations = await page.evaluate<readonly Violation[]>(
    `axe.run(document, { resultTypes: ["violations"], iframes: false, ${chosen} }).then((result) => result.violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ target, html, failureSummary }) => ({ target, html, failureSummary })) })))`,
  );
  return violations
    .filter((one) => one.impact === "serious" || one.impact === "critical")
    .flatMap((one) =>
      one.nodes.map(
        (node) =>
          `${one.impact} ${one.id}: ${node.target.join(" ")} ${node.html.slice(0, 300)} ${node.failureSummary ?? ""}`,
      ),
    );
};

/** A mail provider that takes every mail and shows it. */
export interface Sink {
  readonly port: number;
  /** The first mail, taken already or later, whose source contains the text. */
  readonly mailWith: (text: string) => Promise<string>;
  readonly count: () => number;
  readonly stop: () => Promise<void>;
}

/** Starts a sink on a free port of the loopback. */
export const startSink = async (): Promise<Sink> => {
  const mails: string[] = [];
  const waiting = new Set<() => void>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    onData: (stream, _session, done) => {
      let source = "";
      stream.on("data", (chunk: Buffer) => (source += chunk.toString("latin1")));
      stream.on("end", () => {
        mails.push(source);
        for (const look of waiting) look();
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    mailWith: (text) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = mails.find((mail) => mail.includes(text));
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    count: () => mails.length,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
};
