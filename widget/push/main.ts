// Whether this browser tells its user that an answer is there when no page is open: the offer, and the browser's own part of it. Plain DOM, in a file of its
// own, fetched where a site has a worker for it and somebody has said something. Built as widget/push-….js; called by chat/main.tsx.
import type { ToWidget } from "#contract/chat.ts";
import german from "#locales/de.json" with { type: "json" };
import english from "#locales/en.json" with { type: "json" };
import { adopt } from "#widget/adopt.ts";
import type { Session, View } from "#widget/chat/shapes.ts";
import { openMemory, type Memory } from "#widget/memory.ts";
import type { Language } from "#widget/words.ts";
import pushCss from "./push.css?inline";

export interface PushParts {
  /** Where the site keeps its service worker. */
  readonly push: string | null;
  readonly channel: string;
  readonly language: Language;
  readonly root: ShadowRoot;
  /** Whose it is: whom the site has signed in, null: nobody. */
  readonly user: string | null;
  /** Somebody has signed out here since the page came. */
  readonly isLeft: boolean;
  readonly memory: Memory;
  readonly session: Pick<Session, "view" | "watch" | "push">;
}

const style = adopt(pushCss);

/** Which of this browser's people that is; no more of their token than tells them apart. */
const tail = (token: string | null): string => (token ?? "").slice(-8);

const active = (registration: ServiceWorkerRegistration): Promise<void> =>
  new Promise((resolve, reject) => {
    const coming = registration.installing ?? registration.waiting;
    if (registration.active !== null || coming === null) return resolve();
    coming.addEventListener("statechange", () => {
      if (coming.state === "activated") resolve();
      if (coming.state === "redundant") reject(new Error("the worker was not taken"));
    });
  });

/** Whom the last call was for stays until the next. */
let end = (): void => undefined;
/** Is the chat looked at, and hears of what is said? */
let isLooking = (): boolean => false;
const heard = new Set<string>();

/** Says to the worker that the chat is looked at, when it is: what comes is seen there. */
const answerWorker = (channel: string): void => {
  if (heard.has(channel)) return;
  heard.add(channel);
  const air = new BroadcastChannel(`draht.seen.${channel}`);
  air.addEventListener("message", ({ data }) => {
    if (data === "seen?" && isLooking()) air.postMessage("seen");
  });
};

/** Is the last word of their newest concern theirs? Then they wait for an answer. */
const isWaiting = ({ chats }: View): boolean => {
  const [newest] = chats.concerns;
  return newest !== undefined && chats.messages[newest.id]?.at(-1)?.by === "you";
};

/** Looks after it for whoever sits here from now on. In a browser that cannot, nothing is offered. */
export const startPush = (parts: PushParts): void => {
  end();
  const { session, memory, channel, root, user, isLeft } = parts;
  // That it is open is said by the loader at once, whatever is still to be painted. What has lost its line hears of nothing.
  isLooking = () =>
    root.querySelector(".frame.is-open") !== null &&
    document.visibilityState === "visible" &&
    session.view().link === "up";
  if (!("PushManager" in window && "Notification" in window && "serviceWorker" in navigator)) return;
  const words = (parts.language === "de" ? german : english).widget.push;
  const mark = openMemory(`push.${channel}`);
  const file = new URL(parts.push ?? "", location.href);
  const isFilled = root.querySelector(".frame.is-filled") !== null;
  file.searchParams.set("open", location.pathname + location.search + (isFilled ? "" : "#draht-chat"));
  const scope = new URL(`${channel}/`, file).href;
  let isAsked = false;
  let answer: View["push"] = null;
  let trouble = "";
  let isFresh = false;

  const said = document.createElement("output");
  const [on, off] = [words.offer, words.off].map((text) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "quiet";
    made.textContent = text;
    return made;
  });
  const line = document.createElement("p");
  line.className = "push";
  line.append(said, ...[on, off].filter((button) => button !== undefined));

  /** Ours alone: the site may have a worker of its own, whose subscription is none of our business. */
  const ours = async (): Promise<ServiceWorkerRegistration | undefined> => {
    const found = await navigator.serviceWorker.getRegistration(scope);
    return found?.scope === scope ? found : undefined;
  };
  const subscription = async (): Promise<PushSubscription | null> =>
    (await (await ours())?.pushManager.getSubscription()) ?? null;
  const disown = async (): Promise<void> => {
    mark.forget("of");
    const registration = await ours();
    // What still stands there is theirs as well.
    for (const notice of (await registration?.getNotifications()) ?? []) notice.close();
    await (await registration?.pushManager.getSubscription())?.unsubscribe();
  };

  const turnOn = async (key: string): Promise<void> => {
    trouble = "";
    const permission = await Notification.requestPermission();
    if (permission !== "granted") {
      if (permission === "denied") trouble = words.denied;
      return draw();
    }
    try {
      const registration = await navigator.serviceWorker.register(file.href, { scope, updateViaCache: "none" });
      await active(registration);
      // One that was made for another key would be in the way.
      await (await registration.pushManager.getSubscription())?.unsubscribe();
      const made = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
      const { p256dh = "", auth = "" } = made.toJSON().keys ?? {};
      mark.keep("of", tail(memory.read("token")));
      isFresh = true;
      session.push({ endpoint: made.endpoint, p256dh, auth });
    } catch {
      trouble = words.failed;
    }
    draw();
  };
  on?.addEventListener("click", () => void (answer?.key && turnOn(answer.key)));
  off?.addEventListener("click", () => {
    session.push(null);
    void disown();
  });

  /** What the server and the browser know of it is made one: what only one of them has helps nobody. */
  const settle = async ({ on: isOn }: ToWidget & { readonly type: "push" }): Promise<void> => {
    const here = await subscription();
    if (isOn && here === null) session.push(null);
    else if (isOn) answerWorker(channel);
    else if (here !== null && mark.read("of") !== null) await disown();
  };
  const isAnothers = (): boolean => {
    const of = mark.read("of");
    const token = memory.read("token");
    return (
      of !== null && of !== tail(token) && (user !== null || token !== null || isLeft || session.view().person > 0)
    );
  };
  const draw = (): void => {
    const place = root.querySelector(".tell");
    if (place === null) return;
    if (line.parentNode !== place) {
      style(place as HTMLElement);
      place.replaceChildren(line);
    }
    const isOn = answer?.on === true;
    const isDenied = Notification.permission === "denied";
    const text = trouble || (isOn ? words.on : isDenied ? words.denied : "");
    if (said.textContent !== text) said.textContent = text;
    line.hidden = !answer?.key;
    // In the talk only what somebody has just done, and what they can do while they wait; all of it among their details.
    line.classList.toggle("is-quiet", trouble === "" && !isFresh && (isOn || isDenied || !isWaiting(session.view())));
    if (on) on.hidden = isOn || isDenied;
    if (off) off.hidden = !isOn;
  };
  const look = (): void => {
    const view = session.view();
    if (isAnothers()) void disown();
    if (view.link !== "up") isAsked = false;
    else if (!isAsked && view.isGreeted && view.chats.concerns.length > 0) isAsked = session.push();
    if (view.push !== answer) {
      ({ push: answer } = view);
      if (answer !== null) void settle(answer);
    }
    draw();
  };
  // The screens come and go: what is drawn is looked after when they have.
  const seen = new MutationObserver(draw);
  seen.observe(root, { childList: true, subtree: true });
  const unwatch = session.watch(look);
  end = () => {
    seen.disconnect();
    unwatch();
    line.remove();
  };
  look();
};
