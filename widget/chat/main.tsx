/** @jsxImportSource preact */
// The widget's large half: fetched when the visitor opens the chat, or when something waits for them. Built as widget/chat-….js; called by loader.ts.
import { render } from "preact";
import type { SiteGreeting, VisitedPage } from "#contract/chat.ts";
import { forgetOthers, markOf, openMemory, prefixOf } from "#widget/memory.ts";
import type { Memory } from "#widget/memory.ts";
import type { Chat, ChatParts } from "#widget/parts.ts";
import type { CallPanel } from "#widget/call/main.ts";
import { count } from "#widget/words.ts";
import { App } from "./App.tsx";
import { dressButton } from "./button.ts";
import chatCss from "./chat.css?inline";
import { unread } from "./chats.ts";
import { fetchCall, fetchPush, fetchSheets } from "./fetched.ts";
import { fetchBlob, openBlobs, sendBlob } from "./files.ts";
import { entriesOf } from "./outbox.ts";
import type { ChatSocket, Hears } from "./link.ts";
import { startPersons } from "./persons.ts";
import { startSession, type Session } from "./session.ts";
import { speak, words } from "./speech.ts";
import tokensCss from "./tokens.css?inline";
import { awaitTurn } from "./turn.ts";

const later = (ms: number, run: () => void): (() => void) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};

/** A UUID of version 4. crypto.randomUUID is kept from pages without https, on which the widget works as well. */
const newId = (): string => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
};

const newToken = (): string =>
  btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const openSocket = (url: string, hears: Hears): ChatSocket => {
  const socket = new WebSocket(url);
  socket.addEventListener("open", hears.opened);
  socket.addEventListener("message", ({ data }) => hears.word(String(data)));
  socket.addEventListener("close", hears.closed);
  return { send: (text) => socket.send(text), close: () => socket.close() };
};

/** Where the visitor is, without what stands behind #: it is the page's own, and may be a secret. */
const visited = (): VisitedPage => ({
  url: `${location.origin}${location.pathname}${location.search}`.slice(0, 2_000),
  title: document.title.slice(0, 300),
  referrer: document.referrer.slice(0, 2_000),
});

/** What is not to be had now is looked for again another time. */
const ignored = (): void => undefined;

const sessionStorageOf = (): Storage | null => {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
};

/** Files that were chosen and never said are forgotten after this time. */
const forgottenAfterMs = 2 * 24 * 3_600_000;

const indexedDbOf = (): IDBFactory | undefined => {
  try {
    return indexedDB;
  } catch {
    return undefined;
  }
};

/** Starts the chat behind its button; it is connected from now on, and hidden until it is shown. */
export const start = (parts: ChatParts): Chat => {
  const { channel, place, root } = parts;
  speak(parts.language);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(tokensCss + chatCss);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  const showWaiting = dressButton(parts);
  const ended = new AbortController();
  let isShown = false;
  let page = visited();
  /** Proves that a mail of ours led somebody known here, to the chat that is the whole page; null: nobody was led. */
  let mailLink = parts.closed === null && location.hash.length > 1 ? location.hash.slice(1) : null;
  let people = 0;
  let greeting: SiteGreeting | undefined;
  let told = -1;
  let isLeft = false;

  const filesAt = `${parts.socketUrl.replace(/^ws/, "http").replace(/\?.*$/, "")}/${channel}/files`;
  const blobs = openBlobs(prefixOf(channel), indexedDbOf(), Date.now);

  const persons = startPersons({
    memoryOf: (user) => openMemory(channel, undefined, user),
    forgetOthers: (user) => forgetOthers(channel, user),
    emptied: () => {
      isLeft = true;
      blobs.clear();
    },
    start: (memory, user, signed) => {
      const drafts = draftsOf(user);
      const link = user === null ? mailLink : null;
      mailLink = null;
      const waiting = entriesOf(memory).flatMap(({ files }) => files.map(({ id }) => id));
      blobs.prune(Date.now() - forgottenAfterMs, new Set(waiting));
      return startSession({
        memory,
        language: parts.language,
        link,
        signed,
        page: () => page,
        open: (hears) => openSocket(parts.socketUrl, hears),
        turn: (ours) => awaitTurn(prefixOf(channel, user), (navigator as { locks?: LockManager }).locks, ours),
        now: Date.now,
        later,
        chance: Math.random,
        newId,
        newToken,
        heard: () => {
          if (memory.read("sounds") !== null) void fetchSheets().then(({ sound }) => sound(), ignored);
        },
        forgotten: () => {
          for (const name of drafts.names("")) drafts.forget(name);
        },
        // The link of the mail has done what it is for.
        arrived: () => history.replaceState(history.state, "", location.pathname + location.search),
        blobs,
        send: (upload) => sendBlob(filesAt, upload),
        fetch: (id, token) => fetchBlob(filesAt, id, token),
      });
    },
    came: ({ session, memory, user }) => {
      // What led somebody here is theirs.
      if (people > 0) greeting = undefined;
      people += 1;
      let wants = parts.push;
      const tell = (): void => {
        const { chats } = session.view();
        const number = unread(chats);
        if (wants && (chats.concerns.length > 0 || markOf(channel))) {
          wants = null;
          void fetchPush().then(({ startPush }) => startPush({ ...parts, session, memory, user, isLeft }), ignored);
        }
        if (number !== told) {
          showWaiting(number);
          parts.unread(number === 0 ? "" : count(words().button.unread, number));
        }
        told = number;
      };
      session.watch(tell);
      tell();
      draw();
    },
    later,
  });
  const draftsOf = (user: string | null): Memory => openMemory(channel, sessionStorageOf(), user);
  const session = (): Session | undefined => persons.now()?.session;

  const draw = (): void => {
    const person = persons.now();
    if (person === null) return;
    const { memory, user } = person;
    render(
      <App
        key={people}
        session={person.session}
        memory={memory}
        drafts={draftsOf(user)}
        newId={newId}
        isShown={isShown}
        sounds={memory.read("sounds") !== null}
        setSounds={(on) => {
          if (on) memory.keep("sounds", "1");
          else memory.forget("sounds");
          draw();
        }}
        close={parts.closed}
        call={call}
        identify={persons.identify}
        word={word}
        leave={persons.leave}
        now={Date.now}
        greeting={greeting}
      />,
      place,
    );
  };
  let panel: CallPanel | null = null;
  const call = (telephone: string): void => {
    void fetchCall().then(({ start: startCall }) => {
      panel?.show();
      panel ??= startCall({
        origin: new URL(filesAt).origin,
        channel: telephone,
        chat: channel,
        root,
        place: place.parentElement ?? place,
        token: () => persons.now()?.memory.read("token") ?? null,
        keepToken: (token) => {
          persons.now()?.memory.keep("token", token);
          session()?.remembered("token");
        },
        openChat: () => show(true),
        closed: () => place.querySelector<HTMLElement>("button")?.focus(),
      });
    }, ignored);
  };
  const show = (shown: boolean, by?: SiteGreeting): void => {
    isShown = shown;
    greeting = by ?? greeting;
    draw();
    fit();
  };

  /** On a phone the chat is as large as what can be seen of the page: without the soft keyboard, wherever the page is scrolled to. On larger screens it rises above the keyboard. */
  const fit = (): void => {
    const seen = window.visualViewport;
    if (!seen || seen.scale > 1.01) return;
    const { offsetTop, height } = seen;
    // The lower end of the page is covered, where its height does not shrink with what can be seen of it.
    const covered = Math.max(0, (document.scrollingElement?.clientHeight ?? 0) - offsetTop - height);
    for (const [name, px] of Object.entries({ "seen-top": offsetTop, "seen-height": height, covered }))
      place.style.setProperty(`--${name}`, `${px}px`);
  };

  const moved = (): void => {
    const now = visited();
    if (now.url === page.url) return;
    page = now;
    session()?.movedTo(page);
  };
  const { signal } = ended;
  const looked = (): void => {
    if (!document.hidden) session()?.hurry();
    moved();
  };
  addEventListener("online", () => session()?.hurry(), { signal });
  addEventListener("offline", () => session()?.offline(), { signal });
  addEventListener("pageshow", looked, { signal });
  document.addEventListener("visibilitychange", looked, { signal });
  // A page that shows another address without loading: heard of where browsers say it, else when the page is looked at again.
  for (const name of ["popstate", "hashchange"]) addEventListener(name, moved, { signal });
  (window as { navigation?: EventTarget }).navigation?.addEventListener("navigatesuccess", moved, { signal });
  addEventListener(
    "storage",
    ({ key, storageArea }) => {
      const prefix = prefixOf(channel, persons.now()?.user);
      if (storageArea === localStorage && (key === null || key.startsWith(prefix)))
        session()?.remembered(key === null ? null : key.slice(prefix.length));
    },
    { signal },
  );
  for (const name of ["resize", "scroll"] as const) window.visualViewport?.addEventListener(name, fit, { signal });

  let word = parts.word;
  persons.identify(word);
  return {
    show: (by) => show(true, by),
    hide: () => show(false),
    identify: (next) => {
      word = next;
      persons.identify(next);
    },
    leave: persons.leave,
    end: () => {
      ended.abort();
      persons.end();
      panel?.end();
      render(null, place);
    },
  };
};
