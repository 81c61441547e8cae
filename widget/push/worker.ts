// The service worker: shows that an answer is there when no page has the chat open, and leads back to it. Built as widget/push-worker.js; a site's own file
// imports it (docs/guide/widget.md). It never handles what pages fetch, and keeps nothing.

/** What of a service worker's world is used here; the library's types cannot stand beside those of a page. */
interface Tab {
  readonly url: string;
  readonly visibilityState: DocumentVisibilityState;
  readonly focus: () => Promise<unknown>;
}
interface PushEvent extends Event {
  readonly data: { readonly json: () => unknown } | null;
  readonly notification: Notification;
  readonly waitUntil: (work: Promise<unknown>) => void;
}
const worker = globalThis as unknown as {
  readonly registration: ServiceWorkerRegistration;
  readonly location: Location;
  readonly clients: {
    readonly matchAll: (which: {
      readonly type: "window";
      readonly includeUncontrolled: true;
    }) => Promise<readonly Tab[]>;
    readonly openWindow: (url: string) => Promise<unknown>;
  };
  readonly addEventListener: (name: string, hear: (event: PushEvent) => void) => void;
};

/** A page that has the chat open says so at once. */
const answerMs = 400;

const channel = worker.registration.scope.split("/").at(-2) ?? "";
const tabs = (): Promise<readonly Tab[]> => worker.clients.matchAll({ type: "window", includeUncontrolled: true });

/** Does anybody look at the chat? Asked of pages that can be seen; those of the site that do not carry it say nothing. */
const isSeen = async (): Promise<boolean> => {
  if (!(await tabs()).some(({ visibilityState }) => visibilityState === "visible")) return false;
  const air = new BroadcastChannel(`draht.seen.${channel}`);
  const answered = new Promise<boolean>((resolve) => {
    setTimeout(() => resolve(false), answerMs);
    air.addEventListener("message", ({ data }) => {
      if (data === "seen") resolve(true);
    });
    air.postMessage("seen?");
  });
  return answered.finally(() => air.close());
};

const textIn = (notice: unknown, name: string): string => {
  const text = (notice as Readonly<Record<string, unknown>> | null)?.[name];
  return typeof text === "string" ? text : "";
};

const noticeOf = (event: PushEvent): unknown => {
  try {
    return event.data?.json();
  } catch {
    // What is not ours is no reason to show nothing: browsers take the permission away from who does.
    return null;
  }
};

const show = async (event: PushEvent): Promise<void> => {
  if (await isSeen()) return;
  const notice = noticeOf(event);
  const [title, body, lang] = ["title", "body", "lang"].map((name) => textIn(notice, name));
  await worker.registration.showNotification(title || "Chat", {
    body: body ?? "",
    lang: lang ?? "",
    tag: `draht.${channel}`,
  });
};

/** The page where the chat was when it was asked for, on this site and on no other. */
const home = (): URL => {
  const { origin } = new URL(worker.registration.scope);
  const said = new URLSearchParams(worker.location.search).get("open") ?? "/";
  const url = URL.canParse(said, origin) ? new URL(said, origin) : new URL(origin);
  return url.origin === origin ? url : new URL(origin);
};

/** Goes to a page that is there, rather one that can be seen, else to one where the chat was before; else opens that. */
const lead = async (): Promise<void> => {
  const url = home();
  const all = await tabs();
  const there =
    all.find(({ visibilityState }) => visibilityState === "visible") ??
    all.find((tab) => new URL(tab.url).pathname === url.pathname);
  if (there === undefined) return void (await worker.clients.openWindow(url.href));
  const air = new BroadcastChannel(`draht.open.${channel}`);
  air.postMessage(there.url);
  air.close();
  await there.focus();
};

worker.addEventListener("push", (event) => event.waitUntil(show(event)));
worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  // A browser may forbid to come to the front; the chat is open in its page all the same.
  event.waitUntil(lead().catch(() => undefined));
});
// A newer worker has nothing to wait for: no page is in its hands.
worker.addEventListener("install", (event) =>
  event.waitUntil((worker as unknown as { readonly skipWaiting: () => Promise<void> }).skipWaiting()),
);
