// The widget's small half: the button, what it says of what waits to be read, and the fetching of the chat. Built as widget/mount.js; script.ts makes widget.js of it.
import type { ChatSite, SiteGreeting } from "#contract/chat.ts";
import german from "#locales/de.json" with { type: "json" };
import english from "#locales/en.json" with { type: "json" };
import buttonCss from "./button.css?inline";
import type { Word } from "./identity.ts";
import type { Chat, GreetingParts, ShowGreeting, StartChat, StartPeek, StartWatch } from "./parts.ts";
import tokensCss from "./tokens.css?inline";
import { languageOf } from "./words.ts";

/** How the names of the files end that are fetched from here; written in by the build (tools/widget.ts). */
declare const SEAL: string;

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
const bubble = "M5 4h14a3 3 0 0 1 3 3v8a3 3 0 0 1-3 3h-6l-5 4v-4H5a3 3 0 0 1-3-3V7a3 3 0 0 1 3-3Z";

const ignored = (): void => undefined;
const element = <K extends keyof HTMLElementTagNameMap>(name: K, className: string): HTMLElementTagNameMap[K] => {
  const made = document.createElement(name);
  made.className = className;
  return made;
};

const icon = (shape: string): SVGElement => {
  const make = (name: "svg" | "path"): SVGElement => document.createElementNS("http://www.w3.org/2000/svg", name);
  const [svg, path] = [make("svg"), make("path")];
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.ariaHidden = "true";
  path.setAttribute("d", shape);
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
export const mount = ({ url, channel, fill = false, push = null, word: said = null }: Wish): Widget => {
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
  button.append(icon(bubble));
  const trouble = element("p", "trouble");
  const spoken = element("p", "spoken");
  for (const status of [trouble, spoken]) status.role = "status";
  frame.append(place, button, trouble, spoken);
  root.append(frame);

  let chat: Chat | null = null;
  let loading: Promise<Chat | null> | null = null;
  let isOpen = false;
  let unread = "";
  let word = said;
  let tries = -1;
  let stopPeek = ignored;
  let greetings: ReturnType<StartWatch> | null = null;
  let isEnded = false;

  const draw = (): void => {
    button.ariaExpanded = String(isOpen);
    button.ariaLabel = isOpen ? words.close : unread ? `${words.open}, ${unread}` : words.open;
    frame.classList.toggle("is-open", isOpen);
    spoken.textContent = isOpen ? "" : unread;
    greetings?.look();
  };

  const hide = (): void => {
    if (!isOpen) return;
    isOpen = false;
    chat?.hide();
    draw();
    button.focus();
  };

  /** A browser may remember that a file could not be fetched: another try asks for another address. */
  const fetchPart = async <Start>(name: string, before = 0): Promise<Start> => {
    const file = `${origin}/widget/${name}-${SEAL}.js${before ? `?${before}` : ""}`;
    return ((await import(/* @vite-ignore */ file)) as { readonly start: Start }).start;
  };
  const load = (): Promise<Chat | null> => (loading ??= fetchChat());
  const fetchChat = async (): Promise<Chat | null> => {
    stopPeek();
    trouble.textContent = "";
    button.ariaBusy = "true";
    try {
      tries += 1;
      const start = await fetchPart<StartChat>(`chat-${language}`, tries);
      chat = start({
        socketUrl,
        channel,
        push,
        language,
        word,
        root,
        place,
        launch: button,
        icon,
        unread: (said) => {
          unread = said;
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
    button.ariaBusy = null;
    return chat;
  };

  const open = (greeting?: SiteGreeting): void => {
    isOpen = true;
    draw();
    void load().then((loaded) => {
      if (isOpen) loaded?.show(greeting);
    });
  };

  button.onclick = () => (isOpen ? hide() : open());
  draw();
  const appear = (): void => {
    // A page whose body is still to come has it beside the body.
    if (!isEnded && !host.isConnected) (document.body ?? page).append(host);
  };
  const here = `${origin}/chat/${id}/`;
  const fetchGreeting = async (which: string): ReturnType<GreetingParts["fetch"]> => {
    try {
      const answer = await fetch(`${here}greetings/${which}?language=${language}`);
      // Without content: nobody is there.
      const greeting = (await answer.json()) as SiteGreeting;
      if (!greeting.text) return null;
      const start = await fetchPart<ShowGreeting>(`greet-${language}`);
      return (putAway) =>
        start({ greeting, root, launch: button, spoken, element, icon, putAway, open: () => open(greeting) });
    } catch {
      return null;
    }
  };
  /** As the channel is set: without an answer the widget is as it is by itself. */
  const dress = async (): Promise<void> => {
    setTimeout(appear, unsetAfterMs);
    try {
      const answer = await fetch(`${here}site.json`);
      // What says that there is no such chat says neither.
      const { css, greetings: set } = (await answer.json()) as ChatSite;
      if (css) root.adoptedStyleSheets.push(sheet(css));
      appear();
      if (!set || fill) return;
      const start = await fetchPart<StartWatch>("watch");
      if (!isEnded)
        greetings = start({
          set,
          key: `draht.${channel}~.visits`,
          isKnown: isKnown(),
          isOpen: () => isOpen,
          isBusy: () => isOpen || unread !== "",
          fetch: fetchGreeting,
        });
    } catch {
      // Nothing of it is needed to chat.
      appear();
    }
  };
  void dress();

  /** This browser keeps something of who has chatted here; what is kept of visits is of nobody. */
  const isKnown = (): boolean => {
    try {
      return Object.keys(localStorage).some((key) => key.includes(channel) && !key.includes(`${channel}~`));
    } catch {
      return false;
    }
  };
  /** Only where somebody is known something can wait, to be read or to be sent: looked for without the chat. */
  const look = (before = 0): void => {
    stopPeek();
    if (loading || !isKnown()) return;
    let isStopped = false;
    const again = setTimeout(() => look(before + 1), peekAgainMs);
    stopPeek = () => {
      isStopped = true;
      clearTimeout(again);
    };
    void fetchPart<StartPeek>("peek", before).then((start) => {
      if (isStopped) return;
      stopPeek();
      stopPeek = start({ socketUrl, channel, word, language, found: () => void load() });
    }, ignored);
  };
  // Who comes by what their browser has told them; at this page if it was open already.
  if (fill || location.hash === "#draht-chat") open();
  else look();
  if (push)
    new BroadcastChannel(`draht.open.${channel}`).onmessage = ({ data }) => {
      if (data === location.href) open();
    };

  const identify = (next: Word | null): void => {
    word = next;
    // A chat that is on its way is given the word that holds when it comes.
    if (loading) void loading.then((loaded) => loaded?.identify(word));
    else look();
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
