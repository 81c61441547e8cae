// The words spoken over a widget's WebSocket at /chat/<channel>: between a visitor's page and the server. Version 1.
import { z } from "zod";
import type { GreetingRule } from "#lib/greeting.ts";
import { addressKind, channelKind, type ChannelKind } from "#contract/channel.ts";
import { status } from "#contract/concerns.ts";
import { instant } from "#contract/endpoint.ts";
import { held } from "#contract/files.ts";
import { givenAnswer, part } from "#contract/parts.ts";
import { concernId, flowId, messageId, type FlowId } from "#contract/ids.ts";
import { score } from "#contract/ratings.ts";
import { ratingTextLength, type Score } from "#contract/score.ts";
import { preChatAnswers, type AskedField } from "#contract/prechat.ts";

/** Longest text of one message, in characters. */
export const chatTextLength = 4_000;

/** Most files that one word can name; how many a message may really carry is said in the welcome. */
const mostNamed = 100;

/** What files a visitor may send: bytes of one, how many with one message, bytes of all of them. */
export const chatLimits = z.strictObject({
  fileBytes: z.number().int(),
  filesPerMessage: z.number().int(),
  messageBytes: z.number().int(),
});
export type ChatLimits = z.infer<typeof chatLimits>;

/** A file of a message as the visitor sees it. Its bytes: GET /chat/<channel>/files/<id> with the visitor's token. */
export const chatFile = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  mediaType: z.string(),
  sizeBytes: z.number().int(),
  /** A raster image that is safe to decode. */
  image: z.boolean(),
  /** Why nobody may have it now; null: it can be had. */
  held: held.shape.why.nullable(),
});
export type ChatFile = z.infer<typeof chatFile>;

/** Where the visitor is; shown to agents, never stored. */
export const visitedPage = z.strictObject({
  url: z.string().max(2_000),
  title: z.string().max(300),
  referrer: z.string().max(2_000),
});
export type VisitedPage = z.infer<typeof visitedPage>;

/** Widget to server. Ids of messages are made by the page, so that a message said twice is one. */
export const fromWidget = z.discriminatedUnion("type", [
  /** First of all. `token`: who this browser was, null: nobody yet. `after`: the last event number it has applied, null: none. */
  z.strictObject({
    type: z.literal("hello"),
    version: z.literal(1),
    token: z.string().max(200).nullable(),
    /** From a mail of ours that leads back into the chat, or one by which a dialogue with a flow goes on here; null: none. */
    link: z.string().max(200).nullable(),
    after: z.number().int().nonnegative().nullable(),
    /** The site has signed its user in; left out: it has not. */
    identity: z
      .strictObject({
        /** The site's word: a JSON Web Token. Judged by the server; what cannot be one is refused like any other that is wrong. */
        token: z.string().max(60_000),
        /** 32 random bytes in base64url, made by the page for this word: it is the `token` to be said from now on. Null: the server makes one. */
        session: z.string().max(200).nullable(),
        /** The token by which somebody chatted unsigned at this browser: they are this user. */
        joins: z.string().max(200).nullable(),
      })
      .optional(),
    language: z.enum(["de", "en"]),
    page: visitedPage.nullable(),
  }),
  /** `concernId` null: about something new; all that is said about one new thing names the same `thread`, which the page makes. */
  z
    .strictObject({
      type: z.literal("say"),
      id: z.uuid(),
      concernId: concernId.nullable(),
      thread: z.uuid(),
      /** Empty only with files or an answer. */
      text: z.string().max(chatTextLength),
      /** Files that were stored before under these ids, by POST /chat/<channel>/files/<id> with the visitor's token. */
      files: z.array(z.uuid()).max(mostNamed).optional(),
      /** It answers choices or a form of a message of ours: what it says follows from that, and `text` is empty. */
      answer: givenAnswer.optional(),
      /** What was answered before the first words about something new. */
      answers: preChatAnswers.optional(),
      /**
       * A button of a flow's was pressed, and `text` is what it says: a flow's id begins it, with something new; "human" wants somebody of us, "skip" leaves the question open.
       * Where nothing of the kind can be had (any more) they are words like any other.
       */
      press: z.union([flowId, z.enum(["human", "skip"])]).optional(),
      /** The greeting that stood there, by its name: with the first words about something new. Its words are the server's own; a name it does not know is none. */
      greeting: z.string().max(40).optional(),
    })
    .refine(({ text, files = [], answer }) =>
      answer === undefined ? text !== "" || files.length > 0 : text === "" && files.length === 0,
    ),
  /** What the visitor calls themselves and where an answer reaches them when they have left. Believed of nobody. */
  z.strictObject({
    type: z.literal("introduce"),
    name: z.string().trim().max(100),
    email: z.union([z.literal(""), z.email().max(320)]),
    /** Left out or empty: what was said before stays. */
    phone: z.string().trim().max(40).optional(),
  }),
  /** By which kind of channel they want to be answered; null: no wish. */
  z.strictObject({ type: z.literal("wish"), wish: channelKind.nullable() }),
  /** Asks whether this browser is told by push of answers, and by which key. `subscription`: it is from now on, where its PushSubscription says; null: no more. */
  z.strictObject({
    type: z.literal("push"),
    subscription: z
      .strictObject({ endpoint: z.string().max(1_000), p256dh: z.string().max(100), auth: z.string().max(30) })
      .nullable()
      .optional(),
  }),
  /** Wants to go on at another browser. */
  z.strictObject({ type: z.literal("moveOn") }),
  /** Has a code mailed to the address they gave; and tries it. Whatever the address is, the answer is the same. */
  z.strictObject({ type: z.literal("sendCode") }),
  z.strictObject({ type: z.literal("tryCode"), code: z.string().max(20) }),
  /** Answers a question of ours for a rating, by the id in its part; the last answer holds. */
  z.strictObject({ type: z.literal("rate"), id: z.uuid(), score, text: z.string().max(ratingTextLength) }),
  z.strictObject({ type: z.literal("typing"), concernId, on: z.boolean() }),
  /** Everything up to this place has been seen. */
  z.strictObject({ type: z.literal("seen"), concernId, seq: z.number().int().positive() }),
  z.strictObject({ type: z.literal("earlier"), concernId, before: z.number().int().positive() }),
  z.strictObject({ type: z.literal("page"), page: visitedPage }),
  /** The chat is open and can be seen, or no longer: who is here is answered here. */
  z.strictObject({ type: z.literal("here"), here: z.boolean() }),
  /** Ends who this browser is; the next `hello` begins with nobody. */
  z.strictObject({
    type: z.literal("leave"),
    /** Every browser of the visitor ends, not this one alone. */
    everywhere: z.boolean().optional(),
  }),
  z.strictObject({ type: z.literal("ping") }),
]);
export type FromWidget = z.infer<typeof fromWidget>;

/** A message as the visitor may see it. */
export const chatMessage = z.strictObject({
  id: messageId,
  concernId,
  seq: z.number().int(),
  /** "you": the visitor; "us": whoever answers for the brand. */
  by: z.enum(["you", "us"]),
  /** Empty: nobody of us in particular, who speaks in the brand's name. */
  name: z.string(),
  /** By which kind of address it came or went: shown where it was not this chat. */
  way: addressKind,
  /** The program wrote it, not somebody of us. */
  automatic: z.boolean(),
  text: z.string(),
  /** What it consists of when it is more than words; `text` says all of it. Of a kind that a page does not know it shows the part's own text. */
  parts: z.array(part),
  files: z.array(chatFile),
  at: instant,
  /** The page's own id of what it said; null: it was not said in this chat. */
  said: z.uuid().nullable(),
  /** The visitor's own, and somebody of us had it before their eyes; who is not said. */
  read: z.boolean(),
});
export type ChatMessage = z.infer<typeof chatMessage>;

/** A concern as its visitor sees it; or a flow that they talk with by themselves, which has the id of the concern that it may become. */
export const chatConcern = z.strictObject({
  id: concernId,
  /** 0: it is none yet. */
  number: z.number().int(),
  subject: z.string(),
  status,
  lastAt: instant,
  /** Place of the last message; and up to which the visitor has seen. */
  lastSeq: z.number().int(),
  seenSeq: z.number().int(),
  /** A flow holds the talk; left out: none does. `skips`: what it asks may be left open. `works`: it is looking something up, and goes on by itself. */
  flow: z.strictObject({ skips: z.boolean(), works: z.boolean() }).optional(),
  /** Messages that went to another concern of theirs (`from`), or came from one (`to`), and when the first of them was said: there a sentence says so. */
  continued: z.array(
    z.strictObject({
      side: z.enum(["from", "to"]),
      concernId,
      number: z.number().int(),
      subject: z.string(),
      at: instant,
    }),
  ),
});
export type ChatConcern = z.infer<typeof chatConcern>;

/** A sentence of the server's, in the page's language. Where {at} stands, the instant `at` is to be said as the reader's own clock has it. */
export interface NowLine {
  readonly text: string;
  readonly at: string | null;
}

/** A flow that is offered, by what its button says. */
export interface ChatEntry {
  readonly id: FlowId;
  readonly label: string;
}

/** What is so at this chat now. */
export interface ChatNow {
  /** What everybody is told first, above all what is out of order; plain text. */
  readonly notices: readonly string[];
  /** Whether we are there, and how long an answer takes: said before anything is written. Its text may be empty. */
  readonly line: NowLine;
  /** The brand's telephone that pages can call: its channel; left out: there is none. */
  readonly call?: string;
  /** Nobody answers now: it is closed, or nobody is at the desk. */
  readonly isAway: boolean;
  /** Flows that can be begun here now by a press, in their order. */
  readonly entries: readonly ChatEntry[];
  /** Of the visitor's concerns that wait for a first answer, by their id: the place in the queue and how long it takes. */
  readonly waits: Readonly<Record<string, string>>;
}

/** How a chat is set for the pages that carry it: GET /chat/<channel>/site.json. */
export interface ChatSite {
  /** The look, as a sheet of the widget's own; left out: as it is by itself. */
  readonly css?: string;
  /** Left out: there are none. */
  readonly greetings?: { readonly restDays: number; readonly rules: readonly GreetingRule[] };
}

/** A greeting whose moment has come, in the page's language: GET /chat/<channel>/greetings/<id>?language=. Without content: nobody is there who could answer. */
export interface SiteGreeting {
  readonly id: string;
  readonly brand: string;
  readonly text: string;
}

/** Server to widget. `upTo`: the event number everything before is included of. */
export type ToWidget =
  | {
      readonly type: "welcome";
      readonly version: 1;
      /** To be kept by the page and said in its next hello; null: the one it said still holds. */
      readonly token: string | null;
      readonly brand: string;
      readonly greeting: string;
      readonly limits: ChatLimits;
      /** Messages have got other places or stand in another concern: what the page knows gives way to this. */
      readonly afresh: boolean;
      readonly name: string;
      readonly email: string;
      /** As it was kept; empty: none. */
      readonly phone: string;
      /** The site has signed them in; and the mail address is shown to be theirs. */
      readonly signed: boolean;
      readonly proved: boolean;
      /** By which kind of channel they want to be answered; null: nobody has said. */
      readonly wish: ChannelKind | null;
      /** What is asked before the first words about something new; empty: nothing. */
      readonly asks: readonly AskedField[];
      readonly now: ChatNow;
      readonly concerns: readonly ChatConcern[];
      readonly messages: readonly ChatMessage[];
      readonly upTo: number;
    }
  | {
      readonly type: "news";
      readonly concerns: readonly ChatConcern[];
      readonly messages: readonly ChatMessage[];
      readonly upTo: number;
    }
  | {
      readonly type: "earlier";
      readonly concernId: string;
      readonly messages: readonly ChatMessage[];
      readonly end: boolean;
    }
  | { readonly type: "taken"; readonly id: string; readonly message: ChatMessage }
  /** `code`: tooFast, tooMuch, notFound, noFile (a file it names is not here), tooManyFiles, answered (what it answers has been answered), noAnswer (it does not fit what it answers), identityRefused (the site's word is not believed: say hello with another one, or without); the page keeps what was not taken and tries again after `afterMs`, null: not by itself. */
  | { readonly type: "refused"; readonly id: string | null; readonly code: string; readonly afterMs: number | null }
  /** `key`: the applicationServerKey of subscriptions, in base64url; null: nobody is told by push here. `on`: this browser is. */
  | { readonly type: "push"; readonly key: string | null; readonly on: boolean }
  /** A link that opens the chat at another browser once, until then (milliseconds since 1970); as a QR code: so many modules wide, the dark ones as a path. */
  | {
      readonly type: "moved";
      readonly url: string;
      readonly untilMs: number;
      readonly size: number;
      readonly path: string;
    }
  /** The link that holds until then has been opened at another browser. */
  | { readonly type: "movedThere"; readonly untilMs: number }
  /** "over": there is no code that could be tried (any more). `afterMs`: when another can be had; `left`: tries of this one. */
  | {
      readonly type: "code";
      readonly state: "sent" | "wait" | "wrong" | "over" | "proved";
      readonly left: number | null;
      readonly afterMs: number | null;
    }
  /** What was answered to a question for a rating (null: nothing), and until when it can be, in milliseconds since 1970. */
  | {
      readonly type: "rating";
      readonly id: string;
      readonly score: Score | null;
      readonly text: string;
      readonly untilMs: number;
    }
  | { readonly type: "typing"; readonly concernId: string; readonly on: boolean }
  /** Something of it is otherwise than it was said last. */
  | { readonly type: "now"; readonly now: ChatNow }
  | { readonly type: "pong"; readonly upTo: number };
