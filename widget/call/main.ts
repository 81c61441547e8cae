// "Call us": a telephone in the page, fetched when somebody wants it. Plain DOM, in one language. Built as widget/call-….js; fetched by the chat and by script.ts.
import type { CallAnswer, CallerAsk, CallerView } from "#contract/caller.ts";
import { openDesk, Refused, type Kept } from "./desk.ts";
import callCss from "./call.css?inline";
import { askMicrophone, faultBefore, openLine, type Line } from "./line.ts";
import { language, words, type Deeds, type FaultWord, type Model } from "./parts.ts";
import { startRinging } from "./ring.ts";
import tokensCss from "./tokens.css?inline";
import { drawCall } from "./view.ts";

/** What the panel is given by whoever fetched it. */
export interface CallParts {
  readonly origin: string;
  /** The telephone's channel. */
  readonly channel: string;
  /** The chat in which this browser is somebody; null: none on this page. */
  readonly chat: string | null;
  readonly root: ShadowRoot;
  readonly place: HTMLElement;
  /** Who this browser is in that chat, or was when it called before; and that it is from now on. */
  readonly token: () => string | null;
  readonly keepToken: (token: string) => void;
  /** Shows the page's own chat, where it has one; null: by the link that the server gives. */
  readonly openChat: (() => void) | null;
  /** The panel has been put away; where the keys go then. */
  readonly closed: () => void;
}

/** The panel, which draws itself again when it is shown. */
export interface CallPanel {
  readonly show: () => void;
  readonly end: () => void;
}
export type StartCall = (parts: CallParts) => CallPanel;

const lookEveryMs = { live: 2_000, callback: 4_000 } as const;

const store = (): Storage | null => {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
};

/** A UUID of version 4; crypto.randomUUID is there wherever a microphone is. */
const newId = (): string => crypto.randomUUID();

const isFault = (code: string): code is FaultWord => Object.hasOwn(words.faults, code);
const faultOf = (error: unknown): FaultWord => {
  const code = error instanceof Refused ? error.code : "badOffer";
  if (code === "notFound") return "over";
  return isFault(code) ? code : "failed";
};

const sheet = new CSSStyleSheet();
sheet.replaceSync(tokensCss + callCss);

/** The last call of this tab, kept from page to page. */
const remember = (key: string) => ({
  read: (): Kept | null => {
    try {
      return JSON.parse(store()?.getItem(key) ?? "null") as Kept | null;
    } catch {
      return null;
    }
  },
  keep: (kept: Kept | null): void => {
    try {
      if (kept === null) store()?.removeItem(key);
      else store()?.setItem(key, JSON.stringify(kept));
    } catch {
      // Without a storage it lasts as long as the page.
    }
  },
});

/** Where a tab keeps its call: whoever fetches the panel looks there first whether there is one. */
export const keyOf = (channel: string): string => `draht.call.${channel}`;

export const start: StartCall = (parts) => {
  if (!parts.root.adoptedStyleSheets.includes(sheet)) parts.root.adoptedStyleSheets.push(sheet);
  const desk = openDesk(parts.origin, parts.channel, language);
  const memory = remember(keyOf(parts.channel));
  let kept = memory.read();
  let line: Line | null = null;
  let declined = "";
  let looking: ReturnType<typeof setTimeout> | undefined;
  let stopRinging = (): void => undefined;
  let isEnded = false;
  let model: Model = {
    phase: "before",
    site: null,
    fault: null,
    view: null,
    screen: null,
    sound: "good",
    isMuted: false,
    isSmall: false,
    since: null,
    wasLeft: false,
    isAsking: false,
  };
  const change = (next: Partial<Model>): void => {
    if (isEnded) return;
    model = { ...model, ...next };
    panel.update(model);
    panel.clock(model.since, Date.now());
  };

  const endLine = (): void => {
    line?.end();
    line = null;
  };
  const over = (fault: FaultWord | null = null): void => {
    endLine();
    change({ phase: "over", fault, since: null, isMuted: false, isSmall: false });
  };

  /** What the server says of the call; the panel follows it. */
  const hear = (view: CallerView): void => {
    const { ringing } = view;
    change({ view });
    // What is over is nothing that the next page has to come back to.
    if (view.state === "ended" && !view.callback) memory.keep(null);
    if (ringing !== null && ringing !== declined && line === null && model.phase !== "connecting") {
      if (model.phase !== "rings") stopRinging = startRinging();
      change({ phase: "rings", isSmall: false });
    } else if (model.phase === "rings" && ringing === null) quiet("over");
    if (view.state === "ended" && model.phase === "live") over(model.fault);
    lookLater();
  };
  const quiet = (phase: Model["phase"]): void => {
    stopRinging();
    change({ phase });
  };
  const lookLater = (): void => {
    clearTimeout(looking);
    const every = line !== null || model.phase === "rings" ? lookEveryMs.live : lookEveryMs.callback;
    if (line !== null || model.phase === "rings" || model.view?.callback) looking = setTimeout(look, every);
  };
  const look = (): void => {
    const asked = kept;
    if (asked === null) return;
    desk.view(asked).then(
      (view) => {
        if (kept === asked && !isEnded) hear(view);
      },
      // The voice goes on without it.
      lookLater,
    );
  };

  const ask = async (what: CallerAsk): Promise<CallerView | null> => {
    if (kept === null || model.isAsking) return null;
    change({ isAsking: true, fault: null });
    try {
      const view = await desk.ask(kept, what);
      change({ isAsking: false });
      hear(view);
      return view;
    } catch (error) {
      change({ isAsking: false, fault: faultOf(error) });
      return null;
    }
  };

  /** Asks for the microphone and speaks by it; `exchange` gives the other side's description. */
  const speak = async (exchange: (sdp: string) => Promise<string>): Promise<void> => {
    const before = faultBefore() ?? (navigator.onLine ? null : "offline");
    if (before !== null) return change({ fault: before, phase: model.phase === "rings" ? "rings" : "before" });
    const was = model.phase;
    change({ phase: "connecting", fault: null, view: was === "rings" ? model.view : null, wasLeft: false });
    const microphone = await askMicrophone();
    if (typeof microphone === "string") return change({ phase: was, fault: microphone });
    try {
      line = await openLine(microphone, {
        exchange,
        connected: () => change({ since: model.since ?? Date.now() }),
        lost: () => {
          line = null;
          // Whoever hung up at the other end says so; what nobody ended has broken off.
          if (model.phase === "live") over("lost");
          look();
        },
        sounds: (sound) => change({ sound }),
        microphoneGone: () => change({ fault: "microphoneGone" }),
      });
      // It was put down while it was being connected.
      if (model.phase !== "connecting") return endLine();
      change({ phase: "live" });
      look();
    } catch (error) {
      change({ phase: was, fault: faultOf(error) });
    }
    return undefined;
  };

  const call = (name: string): Promise<void> => {
    const callId = newId();
    return speak(async (sdp) => {
      // What this tab had before is not spoken in any more.
      if (kept !== null) await desk.ask(kept, { what: "hangUp" }).catch(() => undefined);
      const offer = { callId, sdp, token: parts.token(), chat: parts.chat, name };
      const answer: CallAnswer = await desk.call(offer);
      kept = { callId, secret: answer.secret, screen: answer.screen };
      memory.keep(kept);
      parts.keepToken(answer.token);
      change({ screen: answer.screen });
      return answer.sdp;
    });
  };

  const deeds: Deeds = {
    start: (name) => void call(name),
    hangUp: () => {
      over();
      void ask({ what: "hangUp" });
    },
    mute: () => {
      line?.mute(!model.isMuted);
      change({ isMuted: !model.isMuted });
    },
    press: (digit) => void line?.press(digit),
    callback: (number, at) => void ask({ what: "callback", number, at }),
    noCallback: () => void ask({ what: "noCallback" }),
    chat: () => {
      void ask({ what: "chat" }).then((view) => {
        if (view === null) return;
        if (parts.openChat !== null) {
          over();
          close();
          parts.openChat();
        } else if (view.chat !== null) location.assign(view.chat);
      });
    },
    mail: (email, text) => void ask({ what: "mail", email, text }),
    answer: () => {
      stopRinging();
      const legId = model.view?.ringing ?? "";
      const of = kept;
      if (of !== null) void speak(async (sdp) => (await desk.answer(of, legId, sdp)).sdp);
    },
    decline: () => {
      declined = model.view?.ringing ?? "";
      quiet("over");
    },
    small: () => {
      if (model.phase === "before" || model.phase === "over") return close();
      change({ isSmall: !model.isSmall });
      return undefined;
    },
    close: () => close(),
  };
  const close = (): void => {
    panel.remove();
    isShown = false;
    parts.closed();
  };
  let panel = drawCall(parts.place, deeds);
  let isShown = true;

  const clock = setInterval(() => panel.clock(model.since, Date.now()), 1_000);
  const leaves = new AbortController();
  const { signal } = leaves;
  addEventListener("beforeunload", (event) => line !== null && event.preventDefault(), { signal });
  addEventListener("pagehide", () => line !== null && kept !== null && desk.leave(kept), { signal });
  addEventListener("online", () => model.fault === "offline" && change({ fault: null }), { signal });

  const readSite = (): void => {
    desk.site().then(
      (site) => {
        if (site.css && !isEnded) {
          const look = new CSSStyleSheet();
          look.replaceSync(site.css);
          if (parts.openChat === null) parts.root.adoptedStyleSheets.push(look);
        }
        change({ site });
      },
      (error: unknown) => change({ fault: faultOf(error) }),
    );
  };
  const resume = (): void => {
    if (kept === null) return;
    desk.view(kept).then(
      (view) => {
        if (line !== null || model.phase !== "before") return;
        if (view.callback) {
          change({ phase: "over" });
          return hear(view);
        }
        memory.keep(null);
        if (view.state !== "ended" || view.end === "lost" || view.end === "abandoned") change({ wasLeft: true });
        return undefined;
      },
      () => memory.keep(null),
    );
  };
  change({ fault: faultBefore() });
  readSite();
  resume();
  panel.focus();
  return {
    show: () => {
      if (!isShown) {
        panel = drawCall(parts.place, deeds);
        isShown = true;
        if (model.phase === "over" && !model.view?.callback)
          change({ phase: "before", view: null, fault: faultBefore() });
        readSite();
      }
      change({ isSmall: false });
      panel.focus();
    },
    end: () => {
      if (line !== null && kept !== null) desk.leave(kept);
      isEnded = true;
      leaves.abort();
      clearInterval(clock);
      clearTimeout(looking);
      stopRinging();
      endLine();
      panel.remove();
    },
  };
};
