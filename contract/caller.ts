// What a caller's own pages say and hear of a call: the widget's "Call us", the brand's call page, the second screen. What an agent does is contract/calls.ts.
import { z } from "zod";
import type { callEnd, callState } from "#contract/calls.ts";
import { instant } from "#contract/endpoint.ts";
import { callId, channelId } from "#contract/ids.ts";
import { e164 } from "#contract/voice.ts";

const sdp = z.string().min(1).max(20_000);

/** What a caller wants done with their call, by a page. The same again changes nothing. */
export const callerWish = z.discriminatedUnion("what", [
  z.strictObject({ what: z.literal("hangUp") }),
  /** Instead of waiting. `number` null: the page they call from is rung, as long as it is open, else a mail is written. `at` null: when their place comes. Again: changed. */
  z.strictObject({ what: z.literal("callback"), number: e164.nullable(), at: instant.nullable() }),
  z.strictObject({ what: z.literal("noCallback") }),
  /** Goes on in writing, with the same place: the call has a concern from then on, if it had none. */
  z.strictObject({ what: z.literal("moved"), to: z.enum(["chat", "mail"]) }),
]);
export type CallerWish = z.infer<typeof callerWish>;

/** A page calls: it makes the id, so that the same sent again is the same call. POST /call/<channel>/calls. */
export const callOffer = z.strictObject({
  callId,
  sdp,
  language: z.enum(["de", "en"]),
  /** By which this browser is the visitor of the brand's chat, or was when it called before; null: nobody yet. */
  token: z.string().max(200).nullable(),
  /** Which of the brand's chats that is; null: the brand's first, or none. */
  chat: channelId.nullable(),
  /** What they call themselves. */
  name: z.string().trim().max(100),
});

/** `secret` opens this call alone, by the header "authorization: Bearer"; `token` is to be kept: who this browser is. */
export interface CallAnswer {
  readonly callId: string;
  readonly sdp: string;
  readonly secret: string;
  readonly token: string;
  /** The second screen, to go on with at a phone: its address, and the same as a QR code. */
  readonly screen: { readonly url: string; readonly size: number; readonly path: string };
}

/** How a swap of waiting is asked for, by a page. POST /call/<channel>/calls/<id>/wishes. */
export const callerAsk = z.discriminatedUnion("what", [
  z.strictObject({ what: z.literal("hangUp") }),
  /** `number` as it was typed; empty: this page. */
  z.strictObject({ what: z.literal("callback"), number: z.string().trim().max(40), at: instant.nullable() }),
  z.strictObject({ what: z.literal("noCallback") }),
  z.strictObject({ what: z.literal("chat") }),
  z.strictObject({ what: z.literal("mail"), email: z.email().max(320), text: z.string().trim().min(1).max(4_000) }),
]);
export type CallerAsk = z.infer<typeof callerAsk>;

/** A page's offer for the leg by which it is rung. POST /call/<channel>/calls/<id>/offer. */
export const callerOffer = z.strictObject({ legId: z.string().min(1).max(100), sdp });

/** One thing that was said to the flow or by it, as text. */
export interface CallLine {
  readonly by: "us" | "you";
  readonly text: string;
}

/** A call as its caller may see it; every sentence in their language. */
export interface CallerView {
  readonly callId: string;
  readonly state: z.infer<typeof callState>;
  readonly end: z.infer<typeof callEnd> | null;
  readonly startedAt: string;
  readonly talkedFrom: string | null;
  readonly held: boolean;
  /** How many are before them, and how long it takes: as the voice says it. Null: they do not wait, or it is not known. */
  readonly place: string | null;
  readonly wait: string | null;
  readonly hours: string;
  readonly notices: readonly string[];
  /** What the voice said and what was pressed, the last of it. */
  readonly lines: readonly CallLine[];
  /** What may be had instead of waiting; `callback`: until when in the day it may be, null: not offered. */
  readonly may: {
    readonly callback: boolean;
    /** A number can be called; else this page is rung, or a mail written. */
    readonly number: boolean;
    /** Times within the hours at which a callback may be. */
    readonly times: readonly { readonly at: string; readonly text: string }[];
    readonly chat: boolean;
    readonly mail: boolean;
  };
  readonly callback: { readonly text: string } | null;
  /** We ring this page: it may answer with an offer for that leg. */
  readonly ringing: string | null;
  /** It goes on here: a link into the brand's chat. */
  readonly chat: string | null;
}

/** How a channel is set for the pages that call it. GET /call/<channel>/site.json?language= */
export interface CallSite {
  readonly brand: string;
  /** Open, until when, or when again; and that nobody is there if so. */
  readonly hours: string;
  readonly isThere: boolean;
  /** To be dialled from a telephone; null: only pages can call. */
  readonly number: string | null;
  readonly notices: readonly string[];
  /** The look of the brand's chat, as a sheet; left out: as it is by itself. */
  readonly css?: string;
}

/** What becomes of an offer. */
export type CallTaken =
  | { readonly ok: true; readonly sdp: string }
  | { readonly ok: false; readonly why: "badOffer" | "full" | "closed" | "engineDown" | "notFound" };

/** What the customer's side needs of whoever holds the calls. Any node may be asked. */
export interface CallerRoads {
  /** The call stands when it resolves. `address`: the visitor's in the chat, under which they are the customer; the visitor is written down already. */
  readonly callIn: (call: {
    readonly callId: z.infer<typeof callId>;
    readonly channelId: z.infer<typeof channelId>;
    readonly sdp: string;
    readonly caller: { readonly address: string; readonly name: string; readonly language: "de" | "en" };
  }) => Promise<CallTaken>;
  /** Null: done, or done before. Else a refusal's code. */
  readonly wish: (call: {
    readonly callId: z.infer<typeof callId>;
    readonly wish: CallerWish;
  }) => Promise<string | null>;
  /** The page's offer for a leg by which its device is rung. */
  readonly answer: (call: {
    readonly callId: z.infer<typeof callId>;
    readonly legId: string;
    readonly sdp: string;
  }) => Promise<CallTaken>;
}

/** The device that a visitor's open page is: what a callback to who called from a page rings. */
export const visitorDevice = (address: string): string => `page:${address}`;
