// The widget's small half: the button, what waits to be read, and the fetching of the chat. Built as widget/mount.js; script.ts makes widget.js of it.
import type { ChatSite, SiteGreeting } from "#contract/chat.ts";
import german from "#locales/de.json" with { type: "json" };
import english from "#locales/en.json" with { type: "json" };
import buttonCss from "./button.css?inline";
import { userOf, type Word } from "./identity.ts";
import { markOf, openMemory, type Memory } from "./memory.ts";
import type { Chat, StartChat, StartGreetings, StartPeek } from "./parts.ts";
import tokensCss from "./tokens.css?inline";
import { count, languageOf, type Language } from "./words.ts";

/** The chat's files beside this one, each in one language; written in by the build (tools/widget.ts). */
declare const CHAT_FILES: Readonly<Record<Language, string>>;
/** Beside them: the greetings, and what looks whether something waits. */
declare const GREET_FILE: string;
declare const PEEK_FILE: string;

/** What a site says to have the widget: the desk's address and the channel's id. */
export interface Wish {
  readonly url: string;
  readonly channel: string;
  /** The chat is the whole page, open from the beginning and without a button. */
  readonly fill?: boolean;
  /** Where the site keeps the chat's service worker, on its own origin; left out: nowhere, and no browser tells that an answer is there. */
  readonly push?: string | null;
  /** The site's word for its user: a token it has signed, or a function that gets one; left out: nobody is signed in. */
  readonly word?: Word | null;
}

/** The widget on a page. */
export interface Widget {
  readonly open: () => void;
  readonly close: () => void;
  /** Says whose page it is: a token the site has signed, or a function that gets one; null: nobody's whom it knows. */
  readonly identify: (word: Word | null) => void;
  /** For the site's own sign-out: the next person at this browser begins with nothing. */
  readonly leave: () => Promise<void>;
  /** Takes the widget off the page. */
  readonly end: () => void;
}

const peekAgainMs = 60_000;
/** The button comes by itself when nobody says so long how it is to look. */
const unsetAfterMs = 1_500;
const shapes = {
  chat: "M5 4.5h14a2.5 2.5 0 0 1 2.5 2.5v8a2.5 2.5 0 0 1-2.5 2.5h-6.2L8 21.2v-3.7H5A2.5 2.5 0 0 1 2.5 15V7A2.5 2.5 0 0 1 5 4.5Z",
  close: "m6 9.5 6 6 6-6",
} as const;

const element = <K extends keyof HTMLElementTagNameMap>(name: K, className: string): HTMLElementTagNameMap[K] => {
  const made = document.createElement(name);
  made.className = className;
  return made;
};

const icon = (name: keyof typeof shapes): SVGElement => {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", name);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(namespace, "path");
  path.setAttribute("d", shapes[name]);
  svg.append(path);
  return svg;
};

const sheet = (css: string): CSSStyleSheet => {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
};

/**
 * Puts the widget on the page. Nothing moves: it lies above the page and takes no room in it. Styles are constructed sheets and nothing is fetched but
 * from the desk, so that a page whose policy allows the desk's scripts and connections needs nothing else.
 */
export const mount = ({ url, channel, fill = false, push = null, ...wish }: Wish): Widget => {
  const { origin } = new URL(url);
  const id = encodeURIComponent(channel);
  const socketUrl = `${origin.replace(/^http/, "ws")}/chat?channel=${id}`;
  const page = document.documentElement;
  const language = languageOf(page.lang, navigator.languages);
  const words = (language === "de" ? german : english).widget.button;

  const host = document.createElement("draht-chat");
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet(tokensCss + buttonCss)];
  const frame = element("div", fill ? "frame is-filled" : "frame");
  frame.lang = language;
  frame.dir = getComputedStyle(page).direction;
  const place = element("div", "place");
  const button = element("button", "launch");
  button.type = "button";
  const badge = element("span", "badge");
  badge.hidden = true;
  button.append(icon("chat"), icon("close"), badge);
  const trouble = element("p", "trouble");
  const spoken = element("p", "spoken");
  for (const status of [trouble, spoken]) status.setAttribute("role", "status");
  frame.append(place, button, trouble, spoken);
  root.append(frame);

  let chat: Chat | null = null;
  let loading: Promise<Chat | null> | null = null;
  let isOpen = false;
  let waiting = 0;
  let word = wish.word ?? null;
  let tries = 0;
  let stopPeek = (): void => undefined;
  let greetings: ReturnType<StartGreetings> | null = null;
  let isEnded = false;

  const draw = (): void => {
    button.setAttribute("aria-expanded", String(isOpen));
    button.setAttribute(
      "aria-label",
      isOpen ? words.close : waiting > 0 ? `${words.open}, ${count(words.unread, waiting)}` : words.open,
    );
    frame.classList.toggle("is-open", isOpen);
    badge.hidden = waiting === 0 || isOpen;
    badge.textContent = waiting > 99 ? "99+" : String(waiting);
    spoken.textContent = badge.hidden ? "" : count(words.unread, waiting);
    greetings?.look();
  };

  const hide = (): void => {
    if (!isOpen) return;
    isOpen = false;
    chat?.hide();
    draw();
    button.focus();
  };

  const load = (): Promise<Chat | null> => {
    loading ??= fetchChat();
    return loading;
  };
  const fetchChat = async (): Promise<Chat | null> => {
    stopPeek();
    trouble.textContent = "";
    button.setAttribute("aria-busy", "true");
    try {
      // A browser may remember that a file could not be fetched: another try asks for another address.
      const file = `${origin}/widget/${CHAT_FILES[language]}${tries > 0 ? `?${tries}` : ""}`;
      tries += 1;
      const { startChat } = (await import(/* @vite-ignore */ file)) as { readonly startChat: StartChat };
      chat = startChat({
        socketUrl,
        channel,
        push,
        language,
        word,
        link: fill && location.hash.length > 1 ? location.hash.slice(1) : null,
        arrived: () => history.replaceState(history.state, "", location.pathname + location.search),
        root,
        place,
        unread: (number) => {
          waiting = number;
          draw();
        },
        closed: fill ? null : hide,
      });
    } catch {
      loading = null;
      if (isOpen) trouble.textContent = words.failed;
      isOpen = false;
      draw();
    }
    button.removeAttribute("aria-busy");
    return chat;
  };

  const open = (greeting?: SiteGreeting): void => {
    isOpen = true;
    draw();
    void load().then((loaded) => {
      if (isOpen) loaded?.show(greeting);
    });
  };

  /** Somebody known is told of what waits for them without the chat being fetched: by its first words alone. */
  const peek = (token: string, memory: Memory): (() => void) => {
    let stop: (() => void) | null = null;
    let timer = 0;
    const attempt = (before: number): void => {
      const file = `${origin}/widget/${PEEK_FILE}${before > 0 ? `?${before}` : ""}`;
      import(/* @vite-ignore */ file).then(
        ({ startPeek }: { readonly startPeek: StartPeek }) => {
          const after = (): string | null => memory.read("upTo");
          stop ??= startPeek({ socketUrl, token, after, language, found: () => void load(), over: () => stopPeek() });
        },
        () => {
          if (stop === null) timer = window.setTimeout(attempt, peekAgainMs, before + 1);
        },
      );
    };
    attempt(0);
    return () => {
      clearTimeout(timer);
      stop?.();
      stop = stopPeek = () => undefined;
    };
  };

  button.addEventListener("click", () => (isOpen ? hide() : open()));
  draw();
  const appear = (): void => {
    if (!isEnded && !host.isConnected) document.body.append(host);
  };
  const here = `${origin}/chat/${id}/`;
  /** As the channel is set: without an answer the widget is as it is by itself. */
  const dress = async (): Promise<void> => {
    const late = setTimeout(appear, unsetAfterMs);
    try {
      const answer = await fetch(`${here}site.json`);
      // What says that there is no such chat says neither.
      const { css, greetings: set } = (await answer.json()) as ChatSite;
      if (css) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet(css)];
      appear();
      if (!set || fill || isEnded) return;
      const file = `${origin}/widget/${GREET_FILE}`;
      const { startGreetings } = (await import(/* @vite-ignore */ file)) as { readonly startGreetings: StartGreetings };
      greetings = startGreetings({
        channel,
        language,
        set,
        greetingsUrl: `${here}greetings/`,
        frame,
        launch: button,
        isOpen: () => isOpen,
        isBusy: () => isOpen || waiting > 0,
        open,
      });
      if (isEnded) greetings.end();
    } catch {
      // Nothing of it is needed to chat.
      appear();
    }
    clearTimeout(late);
  };
  if (document.body) void dress();
  else document.addEventListener("DOMContentLoaded", () => void dress(), { once: true });

  /** What was not sent before the page was left is sent now; for somebody known it is looked whether something waits. */
  const look = async (): Promise<void> => {
    stopPeek();
    const asked = word;
    // Whose page it is is asked only where somebody was signed in before: a page on which nobody chats costs its site nothing.
    const token =
      typeof asked === "function"
        ? openMemory(channel).read("user") && (await Promise.resolve(asked()).catch(() => null))
        : asked;
    if (asked !== word || loading) return;
    const memory = openMemory(channel, undefined, token === null ? null : userOf(token));
    const known = memory.read("token");
    const mark = markOf(channel);
    if (memory.names("out.").length > 0 || (token && mark && !known?.endsWith(mark))) void load();
    else if (known !== null) stopPeek = peek(known, memory);
  };
  // Who comes by what their browser has told them; at this page if it was open already.
  if (fill || location.hash === "#draht-chat") open();
  else void look();
  if (push)
    new BroadcastChannel(`draht.open.${channel}`).onmessage = ({ data }) => {
      if (data === location.href) open();
    };

  const identify = (next: Word | null): void => {
    word = next;
    // A chat that is on its way is given the word that holds when it comes.
    if (loading) void loading.then((loaded) => loaded?.identify(word));
    else void look();
  };

  return {
    open: () => open(),
    close: hide,
    identify,
    leave: async () => {
      const loaded = await load();
      word = null;
      loaded?.leave();
    },
    end: () => {
      isEnded = true;
      stopPeek();
      greetings?.end();
      chat?.end();
      host.remove();
    },
  };
};
