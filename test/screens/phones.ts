// A centre with a hotline, two agents with microphones that play tones, and customers who call from a page. Used by test/screens/softphone*.test.ts.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import datachannel from "node-datachannel";
import type { Page } from "playwright-core";
import { api } from "#contract/api.ts";
import type { CallRules } from "#contract/call-rules.ts";
import type { Call } from "#contract/calls.ts";
import { addHotline, callHotline, type PageCall } from "#test/hotline.ts";
import type { Caller } from "#test/peers/caller.ts";
import { bookQueue, bookWith, idOf } from "#test/routing-book.ts";
import { startBrowser, type BrowserDesk } from "#test/screens/browser.ts";
import { ada, omar, startScreenCentre, type ScreenCentre } from "#test/screens/centre.ts";
import { microphone, watchLines } from "#test/screens/microphone.ts";

/** What the agents' microphones say; the same in both would be taken for an echo and put out. */
export const [byOmar, byAda] = [600, 1_000] as const;

export interface Phones {
  readonly centre: ScreenCentre;
  readonly hotline: string;
  readonly omars: BrowserDesk;
  readonly adas: BrowserDesk;
  /** Somebody calls from a page. */
  readonly calls: (name: string) => Promise<PageCall>;
  /** The call as it was told first that fits. */
  readonly callIs: (callId: string, fits: (call: Call) => boolean) => Promise<Call>;
  /** Changes rules of the hotline. */
  readonly setRules: (rules: Partial<CallRules>) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Starts it all; `whole`: browsers that show notices of the system. */
export const startPhones = async (rules: Partial<CallRules>, whole = false): Promise<Phones> => {
  const folder = await mkdtemp(join(tmpdir(), "draht-softphone-"));
  const callers: Caller[] = [];
  const centre = await startScreenCentre(
    { UNDO_SECONDS: "0", SPEAKER: "off" },
    await microphone(folder, byOmar),
    whole,
  );
  const adasBrowser = await startBrowser(await microphone(folder, byAda), whole);
  const [brand] = await centre.desk.call(api.brands.list);
  const hotline = await addHotline(centre.desk, brand?.id ?? assert.fail(), rules);
  const { revision } = await centre.desk.call(api.routing.book);
  const kinds = { voice: { wrapUpSeconds: 600, restSeconds: 0 } };
  const dispositions = [{ id: idOf<never>(81), name: "Gelöst" }];
  const queues = [bookQueue(1, { name: "Störungen", offerSeconds: 600 })];
  await centre.desk.call(api.routing.setBook, {
    body: { was: revision, book: bookWith(queues, { kinds, dispositions, graceSeconds: 30 }) },
  });
  const [omars, adas] = await Promise.all([
    centre.open({ login: omar }),
    centre.open({ login: ada, browser: adasBrowser }),
  ]);
  for (const { page } of [omars, adas]) {
    await watchLines(page);
    await page.goto(`${centre.server.url}/desk/open`);
    await page.locator(".list-head").waitFor();
  }
  return {
    centre,
    hotline,
    omars,
    adas,
    calls: async (name) => {
      const one = await callHotline(centre.server.url, hotline, { name });
      callers.push(one.caller);
      return one;
    },
    callIs: async (callId, fits) => {
      const event = await centre.feed.event(
        (one) => one.kind === "call.changed" && one.data.call.id === callId && fits(one.data.call),
      );
      return event.kind === "call.changed" ? event.data.call : assert.fail();
    },
    setRules: async (changed) => {
      const channels = await centre.desk.call(api.brands.channels);
      const { id, brandId, kind, name } = channels.find((one) => one.id === hotline) ?? assert.fail();
      const { settings } = await centre.desk.call(api.brands.channelSettings, { params: { id } });
      const kept = settings as { readonly rules: CallRules };
      const body = { brandId, kind, name, enabled: true, settings: { ...kept, rules: { ...kept.rules, ...changed } } };
      await centre.desk.call(api.brands.changeChannel, { params: { id }, body });
    },
    stop: async () => {
      for (const caller of callers) caller.close();
      await adasBrowser.close();
      await centre.stop();
      await rm(folder, { recursive: true, force: true });
      // Its threads would keep this process.
      datachannel.cleanup();
    },
  };
};

/** A sequence of keys, sent together: on a crowded machine the second would come too late for the first. */
export const keys = async (page: Page, ...sequence: readonly string[]): Promise<void> => {
  await Promise.all(sequence.map((key) => page.keyboard.press(key)));
};
/** Whoever takes a call has the caret where a note is written; keys of the desk come after that. */
export const leavesNote = async (page: Page): Promise<void> => {
  await page.locator(".editor-text:focus, textarea:focus").first().waitFor();
  await page.keyboard.press("Escape");
};
export const bar = (page: Page): ReturnType<Page["locator"]> => page.locator(".call-bar");
/** The telephone stands. */
export const ready = ({ page }: BrowserDesk): Promise<void> =>
  page.getByText("Telefon bereit").first().waitFor({ state: "attached" });
/** Is there for calls from now on. */
export const comes = async (one: BrowserDesk): Promise<void> => {
  const { page } = one;
  await keys(page, "q", "a");
  await page.locator(".nav .presence-words", { hasText: "Verfügbar" }).waitFor();
  await ready(one);
};
