// A small centre with a browser in front of it: one brand, one mailbox, two people, a provider that takes every mail. Called by test/screens.
import assert from "node:assert/strict";
import { createTransport } from "nodemailer";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { api } from "#contract/api.ts";
import type { ConcernRow } from "#contract/concerns.ts";
import { addAgent, addMailbox, admin, agentPassword, setUpCentre } from "#test/centre.ts";
import type { Desk, LiveFeed } from "#test/desk.ts";
import { openDesk, startBrowser, startSink, type BrowserDesk, type Sink } from "#test/screens/browser.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

export const service = "service@kabel.test";
export const ada = { email: admin.email, password: admin.password } as const;
export const omar = { email: "omar@kabel.test", password: agentPassword } as const;

export interface ScreenCentre {
  readonly server: TestServer;
  readonly browser: Browser;
  readonly sink: Sink;
  /** Ada's desk without a browser. */
  readonly desk: Desk;
  readonly feed: LiveFeed;
  /** A customer writes a mail that begins a concern; resolves when the concern is there. */
  readonly writes: (mail: {
    readonly from: string;
    readonly subject: string;
    readonly text: string;
    readonly html?: string;
    readonly attachments?: { readonly filename: string; readonly content: string | Buffer; readonly cid?: string }[];
  }) => Promise<ConcernRow>;
  /** Opens a window, signed in as Ada unless somebody else is named, in the language that person prefers. */
  readonly open: (
    options?: BrowserContextOptions & { readonly login?: typeof omar | typeof ada; readonly browser?: Browser },
  ) => Promise<BrowserDesk>;
  readonly speak: (language: "de" | "en") => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Starts everything; `env` as server/config.ts reads it, `switches` as Chromium does, `whole` as startBrowser. */
export const startScreenCentre = async (
  env: Readonly<Record<string, string>> = {},
  switches: readonly string[] = [],
  whole = false,
): Promise<ScreenCentre> => {
  const sink = await startSink();
  const server = await startTestServer({ env });
  const browser = await startBrowser(switches, whole);
  const { desk, brand } = await setUpCentre(server.url);
  await addMailbox(desk, brand.id, { address: service, smtp: { host: "127.0.0.1", port: sink.port } });
  await addAgent(desk, { name: "Omar Celik", email: omar.email, role: "agent" });
  const feed = await desk.live();
  return {
    server,
    browser,
    sink,
    desk,
    feed,
    writes: async ({ from, subject, text, html, attachments }) => {
      await sendTo(server, {
        from,
        to: service,
        subject,
        text,
        ...(html ? { html } : {}),
        attachments: attachments ?? [],
      });
      const created = await feed.event(
        (event) => event.kind === "concern.created" && event.data.row.subject === subject,
      );
      assert.ok(created.kind === "concern.created");
      return created.data.row;
    },
    open: ({ browser: another, ...options } = {}) =>
      openDesk(another ?? browser, server.url, { login: ada, ...options }),
    speak: async (language) => {
      const { preferences } = await desk.call(api.agents.me);
      await desk.call(api.agents.changePreferences, { body: { ...preferences, language } });
    },
    stop: async () => {
      feed.close();
      await browser.close();
      await server.stop();
      await sink.stop();
    },
  };
};

/** A mail through the SMTP door; resolves when it has said 250. */
export const sendTo = async (
  server: TestServer,
  mail: Parameters<ReturnType<typeof createTransport>["sendMail"]>[0],
): Promise<void> => {
  const transport = createTransport({ host: "127.0.0.1", port: server.ports.smtp, secure: false, ignoreTLS: true });
  await transport.sendMail(mail);
  transport.close();
};

/** Ends a window; its console and its page must have been silent. */
export const closeSilent = async (one: BrowserDesk): Promise<void> => {
  await one.context.close();
  assert.deepEqual(one.complaints, []);
};
