// What the loader and the chat, which come as two files, say to each other. Called by loader.ts and chat/main.tsx.
import type { ChatSite, SiteGreeting } from "#contract/chat.ts";
import type { Word } from "./identity.ts";
import type { Language } from "./words.ts";

/** What the loader gives to the chat it has fetched. */
export interface ChatParts {
  /** Where the chat's socket is: ws or wss. */
  readonly socketUrl: string;
  readonly channel: string;
  /** Where the site keeps the service worker by which browsers tell that an answer is there; null: nowhere. */
  readonly push: string | null;
  readonly language: Language;
  /** What the site says of whose page it is; null: of nobody whom it has signed in. */
  readonly word: Word | null;
  readonly root: ShadowRoot;
  /** Where the chat draws itself, inside the root. */
  readonly place: HTMLElement;
  /** The button; and a picture for it by its path. */
  readonly launch: HTMLElement;
  readonly icon: (path: string) => SVGElement;
  /** Messages wait to be seen, in words; empty: none do. */
  readonly unread: (said: string) => void;
  /** The visitor closed the chat; null: it is the whole page and cannot be closed. */
  readonly closed: (() => void) | null;
}

/** A chat that has been fetched; it is hidden until it is shown. */
export interface Chat {
  /** With the greeting that led here; without: none did. */
  readonly show: (greeting?: SiteGreeting) => void;
  readonly hide: () => void;
  /** The page is somebody else's from now on, or the same user's with a fresh word. */
  readonly identify: (word: Word | null) => void;
  /** Ends who this browser is, here and at the server, and forgets everything of them. */
  readonly leave: () => void;
  /** Takes the chat away and its connection with it. */
  readonly end: () => void;
}

/** What the second file exports as `start`. */
export type StartChat = (parts: ChatParts) => Chat;

/** What the loader gives to what watches for greetings. */
export interface GreetingParts {
  readonly set: NonNullable<ChatSite["greetings"]>;
  /** The name in the browser's storage of what is remembered of visits. */
  readonly key: string;
  /** The chat knows this browser. */
  readonly isKnown: boolean;
  readonly isOpen: () => boolean;
  /** It is open, or something waits to be read. */
  readonly isBusy: () => boolean;
  /** Has a rule's words, and the card; null: nobody is there who could answer, or they are not to be had. Given how it is put away, the card gives how to take it away. */
  readonly fetch: (id: string) => Promise<((putAway: PutAway) => () => void) | null>;
}

/** What the file of what watches exports as `start`. */
export type StartWatch = (parts: GreetingParts) => {
  /** Something of the chat is otherwise. */
  readonly look: () => void;
  readonly end: () => void;
};

/** Somebody has closed a greeting, or wants none any more. */
type PutAway = (isUnwanted?: boolean) => void;

/** What the loader gives to the card it has fetched. */
export interface CardParts {
  readonly greeting: SiteGreeting;
  readonly root: ShadowRoot;
  readonly launch: HTMLElement;
  /** What is said aloud. */
  readonly spoken: HTMLElement;
  /** An element of a class; and a picture by its path. */
  readonly element: <K extends keyof HTMLElementTagNameMap>(name: K, className: string) => HTMLElementTagNameMap[K];
  readonly icon: (path: string) => SVGElement;
  readonly open: () => void;
  readonly putAway: PutAway;
}

/** What the greetings' file exports as `start`; gives how to take it away. */
export type ShowGreeting = (parts: CardParts) => () => void;

/** What the loader gives to what looks for somebody known whether something waits for them. */
export interface PeekParts {
  readonly socketUrl: string;
  readonly channel: string;
  /** What the site says of whose page it is. */
  readonly word: Word | null;
  readonly language: Language;
  /** Something waits to be read, or to be sent: the chat is needed. */
  readonly found: () => void;
}

/** What its file exports as `start`; gives how to stop. */
export type StartPeek = (parts: PeekParts) => () => void;
