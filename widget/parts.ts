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
  /** Proves that a mail of ours led somebody known here; null: nobody was led. */
  readonly link: string | null;
  readonly root: ShadowRoot;
  /** Where the chat draws itself, inside the root. */
  readonly place: HTMLElement;
  /** Messages that wait to be seen: shown on the button. */
  readonly unread: (count: number) => void;
  /** The link of the mail has done what it is for. */
  readonly arrived: () => void;
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

/** What the second file exports as `startChat`. */
export type StartChat = (parts: ChatParts) => Chat;

/** What the loader gives to the greetings it has fetched. */
export interface GreetingParts {
  readonly channel: string;
  readonly language: Language;
  readonly set: NonNullable<ChatSite["greetings"]>;
  /** Where a greeting's words are, by its id behind this. */
  readonly greetingsUrl: string;
  readonly frame: HTMLElement;
  readonly launch: HTMLElement;
  readonly isOpen: () => boolean;
  /** It is open, or something waits to be read. */
  readonly isBusy: () => boolean;
  readonly open: (greeting: SiteGreeting) => void;
}

/** What the loader gives to what looks for somebody known whether something waits for them. */
export interface PeekParts {
  readonly socketUrl: string;
  readonly token: string;
  /** The last event this browser has applied; null: none. */
  readonly after: () => string | null;
  readonly language: Language;
  /** Something waits to be read. */
  readonly found: () => void;
  /** The token opens nothing any more: nothing will ever wait for it. */
  readonly over: () => void;
}

/** What its file exports as `startPeek`; gives how to stop. */
export type StartPeek = (parts: PeekParts) => () => void;

/** What the greetings' file exports as `startGreetings`. */
export type StartGreetings = (parts: GreetingParts) => {
  /** Something of the chat is otherwise. */
  readonly look: () => void;
  readonly end: () => void;
};
