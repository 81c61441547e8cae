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

/** What a worker has shown since it was opened, counted in it. */
interface Showing {
  readonly registration: ServiceWorkerRegistration;
  shown: number;
  look: () => void;
}

/** The site's worker, which is there already or comes. */
export interface OpenWorker {
  readonly worker: Worker;
  /** Resolves when so many stand, of all that it has shown. */
  readonly shown: (times: number) => Promise<void>;
  /**
   * What stands. Only to be asked when `shown` says so: what Chromium has kept and not yet put up it takes, when it is asked for the list, for what somebody
   * has wiped away, and forgets it.
   */
  readonly notices: () => Promise<readonly (readonly [string, string])[]>;
  /** Hands it a push of that body, or of these very bytes. */
  readonly deliver: (body: string, data?: string) => Promise<unknown>;
}

/** Opens it: what it shows, and how a push is handed to it. */
export const openWorker = async (
  { context, page }: Pick<Visitor, "context" | "page">,
  origin: string,
): Promise<OpenWorker> => {
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
  await worker.evaluate(() => {
    const at = globalThis as unknown as Showing;
    const { registration } = at;
    const show = registration.showNotification.bind(registration);
    at.shown = 0;
    at.look = () => undefined;
    registration.showNotification = async (...what) => {
      await show(...what);
      at.shown += 1;
      at.look();
    };
  });
  return {
    worker,
    shown: (times) =>
      worker.evaluate(
        (wanted) =>
          new Promise<void>((resolve) => {
            const at = globalThis as unknown as Showing;
            at.look = () => {
              if (at.shown >= wanted) resolve();
            };
            at.look();
          }),
        times,
      ),
    notices: () =>
      worker.evaluate(async () => {
        const { registration } = globalThis as unknown as { registration: ServiceWorkerRegistration };
        return (await registration.getNotifications()).map(({ title, body }) => [title, body] as const);
      }),
    deliver: (body, data = JSON.stringify({ title: "Antwort von Kabel", body, lang: "de" })) =>
      cdp.send("ServiceWorker.deliverPushMessage", { origin, registrationId, data }),
  };
};

/** What of a worker's world is used here. */
interface WorkerWorld {
  readonly registration: ServiceWorkerRegistration;
  readonly clients: {
    readonly matchAll: (which: object) => Promise<readonly unknown[]>;
    openWindow: (url: string) => Promise<null>;
  };
  readonly NotificationEvent: new (name: string, how: { readonly notification: Notification | undefined }) => Event;
}

/** Presses what the worker shows. */
export const press = (worker: Worker): Promise<void> =>
  worker.evaluate(async () => {
    const { registration, NotificationEvent } = globalThis as unknown as WorkerWorld;
    const [notification] = await registration.getNotifications();
    dispatchEvent(new NotificationEvent("notificationclick", { notification }));
  });

/** Presses what the worker shows where no page is; gives the address it wants opened. A browser without a screen opens none, so it is only heard what is asked of it. */
export const wantsOpened = (worker: Worker): Promise<string> =>
  worker.evaluate(async () => {
    const { clients, registration, NotificationEvent } = globalThis as unknown as WorkerWorld;
    const wanted = new Promise<string>((resolve) => {
      clients.openWindow = async (url) => {
        resolve(url);
        return null;
      };
    });
    // A page that was closed is known for a moment still.
    while ((await clients.matchAll({ type: "window", includeUncontrolled: true })).length > 0);
    await registration.showNotification("Antwort");
    const [notification] = await registration.getNotifications();
    dispatchEvent(new NotificationEvent("notificationclick", { notification }));
    return wanted;
  });

/** Another worker from the site's file, for a chat of that name, which was told that this is the page to open. */
export const placeWorker = async (
  { context, page }: Pick<Visitor, "context" | "page">,
  name: string,
  open: string,
): Promise<Worker> => {
  const url = `/draht/push.js?open=${encodeURIComponent(open)}`;
  const coming = context.waitForEvent("serviceworker", (one) => one.url().endsWith(url));
  await page.evaluate(
    async ([file, scope]) => {
      const registration = await navigator.serviceWorker.register(file, { scope });
      await new Promise<void>((resolve) => {
        const begun = registration.installing ?? registration.waiting;
        if (begun === null) return resolve();
        begun.addEventListener("statechange", () => {
          if (begun.state === "activated") resolve();
        });
      });
    },
    [url, `/draht/${name}/`] as const,
  );
  return coming;
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
