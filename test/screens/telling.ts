// A site whose visitors' browsers tell that an answer is there, its service worker in Chromium, and what Chromium cannot do here, played. Used by
// test/screens/widget-carries.test.ts.
import { createECDH } from "node:crypto";
import type { BrowserContext, Page, Worker } from "playwright-core";
import { exampleWith, examplesOf } from "#test/guide.ts";
import { strictPolicy, type Site, type Visitor } from "#test/screens/site.ts";

/** Puts a page at /telling with a worker of the site's, as the guide says how. */
export const showTelling = async (site: Site, desk: string, channelId: string): Promise<void> => {
  const examples = await examplesOf("widget.md");
  const filled = (text: string): string =>
    exampleWith(examples, text).code.replaceAll("https://desk.example", desk).replaceAll("CHANNEL", channelId);
  site.show("/draht/push.js", filled("importScripts("), `default-src 'none'; script-src ${desk}`);
  site.show(
    "/telling",
    `<!doctype html><html lang="de"><head><meta charset="utf-8"><title>Kabel</title>${filled("data-push=")}</head><body><p>Kabel</p></body></html>`,
    `${strictPolicy(desk)}; worker-src 'self'`,
  );
};

export const offer = (page: Page) => page.getByRole("button", { name: "Bescheid geben, wenn die Antwort da ist" });

/** The site's worker, which is there already or comes: what it shows, and how a push is handed to it. */
export const openWorker = async (
  { context, page }: Pick<Visitor, "context" | "page">,
  origin: string,
): Promise<{
  readonly worker: Worker;
  readonly notices: () => Promise<readonly (readonly [string, string])[]>;
  readonly deliver: (body: string) => Promise<unknown>;
}> => {
  const isOurs = (one: Worker): boolean => one.url().startsWith(`${origin}/draht/push.js`);
  const worker = context.serviceWorkers().find(isOurs) ?? (await context.waitForEvent("serviceworker", isOurs));
  const cdp = await context.newCDPSession(page);
  const registered = new Promise<string>((resolve) => {
    cdp.on("ServiceWorker.workerVersionUpdated", ({ versions }) => {
      const active = versions.find(({ status }) => status === "activated");
      if (active) resolve(active.registrationId);
    });
  });
  await cdp.send("ServiceWorker.enable");
  const registrationId = await registered;
  return {
    worker,
    notices: () =>
      worker.evaluate(async () => {
        const { registration } = globalThis as unknown as { registration: ServiceWorkerRegistration };
        return (await registration.getNotifications()).map(({ title, body }) => [title, body] as const);
      }),
    deliver: (body) =>
      cdp.send("ServiceWorker.deliverPushMessage", {
        origin,
        registrationId,
        data: JSON.stringify({ title: "Antwort von Kabel", body, lang: "de" }),
      }),
  };
};

/** Listens from now on to how often the worker asks whether the chat is looked at; gives what resolves when it has asked so many times. */
export const askedBy = async (page: Page, channelId: string): Promise<(times: number) => Promise<unknown>> => {
  await page.evaluate((channel) => {
    const counted = window as unknown as { asked: number };
    counted.asked = 0;
    new BroadcastChannel(`draht.seen.${channel}`).addEventListener("message", ({ data }) => {
      counted.asked += data === "seen?" ? 1 : 0;
    });
  }, channelId);
  return (times) => page.waitForFunction((least) => (window as unknown as { asked: number }).asked >= least, times);
};

/** Plays what this browser does not have, a push service that gives it a subscription; "played" in the storage while it has one. It leads where nobody is asked. */
export const playPushService = async (context: BrowserContext): Promise<void> => {
  const p256dh = createECDH("prime256v1").generateKeys("base64url");
  await context.addInitScript(
    ([key, auth]) => {
      const played = {
        endpoint: "https://127.0.0.1:9/nobody",
        toJSON: () => ({ keys: { p256dh: key, auth } }),
        unsubscribe: async () => {
          localStorage.removeItem("played");
          return true;
        },
      };
      const real = PushManager.prototype as unknown as Record<string, () => Promise<unknown>>;
      real["getSubscription"] = async () => (localStorage.getItem("played") === null ? null : played);
      real["subscribe"] = async () => {
        localStorage.setItem("played", "yes");
        return played;
      };
    },
    [p256dh, Buffer.alloc(16, 7).toString("base64url")] as const,
  );
};
