// A centre with a chat, and a strict website of another origin that carries it, in a real browser. Used by test/screens/widget*.test.ts.
import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { setUpCentre } from "#test/centre.ts";
import { addChat, answerIn } from "#test/chat.ts";
import type { Desk, LiveFeed } from "#test/desk.ts";
import { startBrowser } from "#test/screens/browser.ts";
import {
  launch,
  openVisitor,
  pageWith,
  say,
  sent,
  startSite,
  strictPolicy,
  type Site,
  type Visitor,
} from "#test/screens/site.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

export interface ChatSite {
  /** Another one after `comeBack`, as is `feed`. */
  server: TestServer;
  feed: LiveFeed;
  /** Ada's desk without a browser. */
  readonly desk: Desk;
  readonly site: Site;
  readonly browser: Browser;
  /** The chat's id. */
  readonly channel: string;
  /** Opens the site in a browser of its own. */
  readonly visit: (options?: Parameters<typeof openVisitor>[2]) => Promise<Visitor>;
  /** Opens the chat and says something; gives the concern it has become. */
  readonly begin: (visitor: Visitor, text: string) => Promise<string>;
  /** Resolves with the next concern that begins with these words. */
  readonly concernWith: (text: string) => Promise<string>;
  readonly answer: (concernId: string, text: string) => Promise<void>;
  /** The server, which was ended after the feed was closed, starts again. */
  readonly comeBack: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Starts everything; `env` as server/config.ts reads it. Every page of the site carries the chat. `whole`: in a Chromium with notifications. */
export const startChatSite = async (env: Readonly<Record<string, string>> = {}, whole = false): Promise<ChatSite> => {
  const server = await startTestServer({ env });
  const site = await startSite();
  const browser = await startBrowser([], whole);
  const { desk, brand } = await setUpCentre(server.url);
  const { id: channel } = await addChat(desk, brand.id, { origins: [site.origin], greeting: "Guten Tag bei Kabel!" });
  site.show("*", pageWith(server.url, channel), strictPolicy(server.url));
  const concernWith = async (text: string): Promise<string> => {
    const created = await at.feed.event(
      (event) => event.kind === "concern.created" && event.data.row.subject.startsWith(text),
    );
    assert.ok(created.kind === "concern.created");
    return created.data.row.id;
  };
  const at: ChatSite = {
    server,
    feed: await desk.live(),
    desk,
    site,
    browser,
    channel,
    visit: (options) => openVisitor(browser, `${site.origin}/`, options),
    begin: async (visitor, text) => {
      await launch(visitor.page).click();
      await say(visitor.page, text);
      await sent(visitor.page, text).waitFor();
      return concernWith(text);
    },
    concernWith,
    answer: async (concernId, text) => await answerIn(desk, concernId, text),
    comeBack: async () => {
      at.server = await at.server.again();
      at.feed = await desk.live();
    },
    stop: async () => {
      at.feed.close();
      await browser.close();
      await site.stop();
      await at.server.stop();
    },
  };
  return at;
};

/** Closes the visitor's browser, whose pages have complained about nothing. */
export const leave = async ({ context, complaints }: Visitor): Promise<void> => {
  await context.close();
  assert.deepEqual(complaints, []);
};
