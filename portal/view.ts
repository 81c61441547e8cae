// What the portal's pages show: plain shapes that server/portal.ts fills, with every word of a flow already in the reader's language.
import type { FlowPart } from "#contract/flow-runs.ts";

/** A flow that can be begun: where its page is, and what stands on what is pressed. */
export interface OfferView {
  readonly path: string;
  readonly label: string;
}

/** A brand's first page of self-service. */
export interface StartView {
  readonly brand: string;
  /** What is out of order, or has to be said to everybody. */
  readonly notices: readonly string[];
  /** Is somebody there, until when, or when again; "" where nothing is known. */
  readonly state: string;
  /** Offered because something is out of order now; they come first. */
  readonly incidents: readonly OfferView[];
  readonly offers: readonly OfferView[];
  /** Dialogues that this browser has begun here and that are not over. */
  readonly open: readonly OfferView[];
  /** Where the brand's chat is; null: it has none. */
  readonly chat: string | null;
  /** The address it reads mails at; null: none. */
  readonly email: string | null;
  /** Where its page for calls is; null: it has no telephone. */
  readonly call: string | null;
}

/** A brand's page for calls. */
export interface CallView {
  readonly brand: string;
  readonly startPath: string;
  readonly notices: readonly string[];
  readonly state: string;
  /** To be dialled; null: pages alone can call. */
  readonly number: string | null;
  /** The channel that this page can call; null: a telephone alone can. */
  readonly channel: string | null;
}

/** The second screen of a call. */
export interface SecondView {
  readonly brand: string;
  readonly startPath: string;
  /** What is so: the large sentence, and below it place and wait. */
  readonly state: string;
  readonly place: string;
  readonly wait: string;
  readonly hours: string;
  readonly notices: readonly string[];
  /** It still changes by itself. */
  readonly isLive: boolean;
  /** What is planned: the callback, as a sentence; "": nothing. */
  readonly planned: string;
  /** They wait: what may be had is had instead of that. */
  readonly waits: boolean;
  readonly mayCallback: boolean;
  readonly mayChat: boolean;
  readonly mayMail: boolean;
  /** Flows that fit and can be had meanwhile. */
  readonly offers: readonly OfferView[];
  readonly path: string;
}

/** What a form of the second screen holds, and what was wrong with it. */
export interface SecondForm {
  readonly wrong: string;
  readonly number: string;
  readonly email: string;
  readonly text: string;
  /** A number can be called; else the page that called is rung. */
  readonly byNumber: boolean;
  readonly times: readonly { readonly at: string; readonly text: string }[];
}

/** Part of something said, but for a question that has been answered or is shown by itself. */
export type Part = Exclude<FlowPart, { readonly kind: "ask" }>;

/** The question that is open. */
export type QuestionView = Omit<Extract<FlowPart, { readonly kind: "ask" }>, "kind">;

/** One thing said, by us or by the customer. */
export interface SaidView {
  readonly by: "us" | "them";
  readonly parts: readonly Part[];
}

/** What was written into a form and was not taken. */
export interface Wrong {
  /** Which field it is about: its id on the page. */
  readonly field: string;
  readonly sentence: string;
}

/** How somebody wants to be answered who wants somebody of us. */
export interface ContactGiven {
  readonly words: string;
  readonly email: string;
  readonly phone: string;
}

/** What the page shows below what was said. */
export type Now =
  | { readonly kind: "asks"; readonly question: QuestionView }
  /** Something is being looked up, or a time is awaited: when, as words; null: soon. */
  | { readonly kind: "waits"; readonly until: string | null }
  /** It goes to somebody of us, and nobody knows yet how to answer. */
  | { readonly kind: "contact" }
  /** It is a concern. `to`: where the answer goes; null: nowhere that is known. */
  | { readonly kind: "concern"; readonly number: number; readonly to: string | null }
  | { readonly kind: "over"; readonly as: "solved" | "ended" | "left" | "stopped" }
  /** It goes on in the chat, in a mail, or in another browser. */
  | { readonly kind: "elsewhere"; readonly where: "chat" | "text" | "page" | "voice" };

/** A dialogue, as the browser that holds it sees it. */
export interface DialogueView {
  readonly brand: string;
  readonly flow: string;
  /** In its order. Those up to `earlier` are folded away. */
  readonly said: readonly SaidView[];
  readonly earlier: number;
  readonly now: Now;
  /** An answer by mail or phone is possible already: nothing has to be asked for it. */
  readonly reachable: boolean;
  /** The brand has a chat to go on in. */
  readonly chat: boolean;
  /** Largest file that is taken. */
  readonly mostBytes: number;
  /** Where forms go, the flow's own page, and the brand's. */
  readonly path: string;
  readonly flowPath: string;
  readonly startPath: string;
  /** Bound to the browser: a form without it is nobody's. */
  readonly proof: string;
  /** For what is said by this page: the same again is the same. */
  readonly id: string;
}
