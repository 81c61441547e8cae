// What a session is given, what it gives, and what there is to draw. Read by session.ts, persons.ts and the views.
import type { ChannelKind } from "#contract/channel.ts";
import type { FromWidget, ToWidget, VisitedPage } from "#contract/chat.ts";
import type { GivenAnswer } from "#contract/parts.ts";
import type { PreChatAnswers } from "#contract/prechat.ts";
import type { Score } from "#contract/score.ts";
import type { Memory } from "#widget/memory.ts";
import type { Language } from "#widget/words.ts";
import type { Chats, Talk, Waiting } from "./chats.ts";
import type { Blobs, Chosen, Sending, Upload } from "./files.ts";
import type { ChatSocket, Hears, LinkState } from "./link.ts";
import type { Turn } from "./turn.ts";

/** A user whom the site has signed in. */
export interface Signed {
  /** The site's word, to be said with the next greeting; null: it is asked for when it is needed. */
  readonly word: string | null;
  /** Asks the site for a fresh word; null: it has none. Never rejects. */
  readonly ask: () => Promise<string | null>;
  /** The token of whoever chatted here unsigned until now. */
  readonly joins: () => string | null;
  /** The server believes the site: what was kept unsigned is this user's. */
  readonly believed: () => void;
  /** They have signed out, here or on another page. */
  readonly left: () => void;
}

/** The browser, as the session needs it. */
export interface SessionParts {
  readonly memory: Memory;
  readonly language: Language;
  /** Proves that somebody known was led here by a mail of ours; null: nobody was. Said once. */
  readonly link: string | null;
  /** Null: nobody is signed in. */
  readonly signed: Signed | null;
  readonly page: () => VisitedPage | null;
  readonly open: (hears: Hears) => ChatSocket;
  readonly turn: (ours: () => void) => Turn;
  readonly now: () => number;
  readonly later: (ms: number, run: () => void) => () => void;
  readonly chance: () => number;
  /** A new UUID. */
  readonly newId: () => string;
  /** 32 new random bytes in base64url: nobody else knows them. */
  readonly newToken: () => string;
  /** Something came from us while this page was looking on. */
  readonly heard: () => void;
  /** This browser is nobody any more: whatever else the page kept of the visitor goes too. */
  readonly forgotten: () => void;
  /** The link of a mail has done what it is for. */
  readonly arrived: () => void;
  /** Where chosen files wait. */
  readonly blobs: Blobs;
  readonly send: (upload: Upload) => Sending;
  readonly fetch: (id: string, token: string) => Promise<Blob>;
}

/** What there is to draw. */
export interface View {
  readonly chats: Chats;
  readonly outbox: readonly Waiting[];
  readonly link: LinkState;
  /** How long the link waits before its next try; 0: it does not. */
  readonly waitMs: number;
  /** A greeting has come: what is shown is what the server knows. */
  readonly isGreeted: boolean;
  /** Why the server makes us wait; null: it does not. */
  readonly slowed: string | null;
  /** What is to be sent lasts only as long as this page. */
  readonly isUnkept: boolean;
  /** The visitor was asked how to reach them, and has said it or did not want to. */
  readonly isAsked: boolean;
  /** The server does not believe that the site has signed this user in, and no fresh word is to be had: nothing is shown of anybody. */
  readonly isUnbelieved: boolean;
  /** Where showing that the mail address is theirs stands; null: nothing of it is wanted. "offered": it can be done. */
  readonly code: {
    readonly state: "offered" | "sent" | "wait" | "wrong" | "over" | "proved";
    readonly left: number | null;
  } | null;
  /** How the chat goes on at another browser; "there": it does; null: nobody has asked. */
  readonly moved: (ToWidget & { readonly type: "moved" }) | "there" | null;
  /** Whether this browser is told of answers when no page is open; null: nobody has asked. */
  readonly push: (ToWidget & { readonly type: "push" }) | null;
  /** Another number is another person: nothing of the one before may stay on the screen. */
  readonly person: number;
  /** Concerns whose older messages are being fetched. */
  readonly fetching: Readonly<Record<string, boolean>>;
  /** How much of the file that is going up has gone, from 0 to 1. */
  readonly progress: { readonly id: string; readonly share: number } | null;
}

export interface Session {
  readonly view: () => View;
  readonly watch: (changed: () => void) => () => void;
  /** `before`: what was answered before, with the first words about something new. `press`: which button of a flow says it. */
  readonly say: (
    talk: Talk,
    text: string,
    files?: readonly Chosen[],
    answer?: GivenAnswer,
    before?: PreChatAnswers,
    press?: string,
  ) => void;
  /** Keeps a file until it is said, under a new id. */
  readonly choose: (file: File, name: string) => Chosen;
  /** Chosen and not said. */
  readonly unchoose: (ids: readonly string[]) => void;
  /** A chosen file that is still here; null: it is not. */
  readonly chosen: (id: string) => Promise<Blob | null>;
  /** A file of a message; rejects when it cannot be had now. */
  readonly file: (id: string) => Promise<Blob>;
  /** Says something again that the server did not take, or takes it back. */
  readonly again: (id: string) => void;
  readonly drop: (id: string) => void;
  /** Answers a question for a rating; false: nobody can be told now. */
  readonly rate: (id: string, score: Score, text: string) => boolean;
  readonly typing: (concernId: string, on: boolean) => void;
  readonly seen: (concernId: string) => void;
  readonly earlier: (concernId: string) => void;
  readonly introduce: (name: string, email: string, phone?: string) => void;
  readonly askNoMore: () => void;
  /** Has a code mailed to the address they gave; tries one; wants no more of it now. */
  readonly sendCode: () => void;
  readonly tryCode: (code: string) => void;
  readonly noCode: () => void;
  /** Says by which kind of channel they want to be answered. */
  readonly wish: (wish: ChannelKind | null) => void;
  /** Has a link made by which the chat goes on at another browser; and wants no more of it. */
  readonly moveOn: () => void;
  readonly stay: () => void;
  /** Asks whether this browser is told of answers by push; with a subscription, or null, it is from now on, or no more. False: nobody can be told now. */
  readonly push: (subscription?: (FromWidget & { readonly type: "push" })["subscription"]) => boolean;
  /** Is the visitor looking at the chat? */
  readonly here: (here: boolean) => void;
  readonly movedTo: (page: VisitedPage) => void;
  readonly leave: () => void;
  /** The site has a fresh word for the same user. */
  readonly sign: (word: string) => void;
  readonly hurry: () => void;
  readonly offline: () => void;
  /** Another page of this browser changed a value of the memory; null: all of them. */
  readonly remembered: (name: string | null) => void;
  readonly end: () => void;
}
