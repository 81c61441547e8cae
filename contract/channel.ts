// The shape of a channel: one connected way in and out. Every folder in channels/ exports one value of it;
// server/intake and server/dispatch are the only callers.
import { z } from "zod";
import type { Part } from "#contract/parts.ts";
import { reason, type Finding, type Reason, type Trouble } from "#contract/reasons.ts";
import type { CallRules } from "#contract/call-rules.ts";
import type { VoiceCapabilities, VoiceEngine, VoiceIo } from "#contract/voice.ts";

/** The kinds of address a customer can have. A channel speaks one of them. */
export const addressKinds = [
  "email",
  "phone",
  "chat",
  "whatsapp",
  "telegram",
  "app",
  "post",
  "social",
  "forum",
  /** The id by which a site of ours knows a user whom it signs in: nobody is written to there. */
  "signed",
] as const;
export const addressKind = z.enum(addressKinds);
export type AddressKind = z.infer<typeof addressKind>;

/**
 * The kinds of channel, each with the kind of address it speaks; one line a channel. A message keeps the kind it came by, for ever. What a channel
 * can do is its own affair (`can`), but the kind of its addresses is asked where no channel is at hand: in tables of old messages, in a browser.
 */
const kinds = { email: "email", webchat: "chat", phone: "phone" } as const satisfies Readonly<
  Record<string, AddressKind>
>;
export type ChannelKind = keyof typeof kinds;
export const channelKinds = Object.keys(kinds) as readonly ChannelKind[];
export const channelKind = z.enum(channelKinds);

/** Which kind of address each kind of channel speaks. */
export const addressKindOf: Readonly<Record<ChannelKind, AddressKind>> = kinds;

/**
 * Is what we say to such an address kept for its owner, who fetches it? Then it has arrived as soon as it is stored: nothing is handed to a
 * provider, and nothing is held for the undo time, because somebody may be waiting in front of it.
 */
export const isKept = (kind: AddressKind): boolean => kind === "chat";

/** What a channel is able to do; the desk and the conformance suite read it. Lengths in characters, sizes in bytes. */
export const capabilities = z.strictObject({
  /** Longest text, null: no limit. */
  maxTextLength: z.number().int().nullable(),
  html: z.boolean(),
  subject: z.boolean(),
  copies: z.boolean(),
  /** Carries choices, forms and articles that can be answered in place; left out: no. */
  parts: z.boolean().optional(),
  attachments: z.strictObject({ maxCount: z.number().int(), maxTotalBytes: z.number().int() }).nullable(),
  /** Hours after the customer's last message in which we may write; null: no window. */
  windowHours: z.number().nullable(),
  /** May we write first to somebody who never wrote to us? */
  firstContact: z.boolean(),
  /** Does it ring where the customer is, so that what is urgent is seen at once? Left out: no. */
  atOnce: z.boolean().optional(),
  receipts: z.array(z.enum(["delivered", "read", "failed"])),
});
export type Capabilities = z.infer<typeof capabilities>;

/**
 * How sure we are that the sender's address is really the sender's.
 * proved: the provider vouches (or DMARC passed); aligned: SPF or DKIM passes for the From domain without a policy;
 * none: nothing says so; failed: something says it is not.
 */
export const assurance = z.enum(["proved", "aligned", "none", "failed"]);
export type Assurance = z.infer<typeof assurance>;

/** One verdict: put into words by its check and result; `reason` says what was looked at, `detail` is what others said of it, as they said it. */
export const verdict = z.strictObject({
  check: z.enum(["spf", "dkim", "dmarc", "arc", "form"]),
  result: z.enum(["pass", "fail", "softfail", "neutral", "none", "temperror", "permerror"]),
  reason: reason.optional(),
  detail: z.string(),
});
export type Verdict = z.infer<typeof verdict>;

export interface Person {
  /** Normalised: lower case domain, no display name. Empty when the sender could not be read. */
  readonly value: string;
  readonly name: string | null;
}

export interface InboundFile {
  /** As the sender wrote it, cleaned of control and bidirectional characters and of path parts; never touches the disk. */
  readonly name: string;
  readonly claimedType: string;
  /** Content-ID without angle brackets when the HTML shows it inline. */
  readonly inlineId: string | null;
  readonly bytes: Uint8Array;
}

/** Why a message counts as written by a machine (RFC 3834); null: written by a person. */
export type Automatic = "auto-reply" | "auto-generated" | "bulk" | "list" | "bounce" | "loop" | null;

/** What a message says about the thread it belongs to. All values are untrusted until concerns has looked them up. */
export interface ThreadHints {
  /** Reply tokens found in addresses the message was delivered to (the part after "+"). */
  readonly tokens: readonly string[];
  /** Opaque keys of messages it answers, nearest first (for e-mail "mid:<id>" and "ti:<thread index>"). */
  readonly references: readonly string[];
  /** Opaque keys under which later messages may refer to this one. */
  readonly own: readonly string[];
  /** A concern's number found in the subject ("[#1234]"): the last resort, only for a known and aligned sender. */
  readonly number: number | null;
  /** The provider's thread or a chat session, when there is one. */
  readonly stream: string | null;
}

export interface InboundMessage {
  readonly kind: "message";
  /** Unique in the channel; the same bytes give the same id. */
  readonly providerId: string;
  readonly sentAt: string | null;
  readonly from: Person;
  readonly replyTo: Person | null;
  readonly assurance: Assurance;
  readonly verdicts: readonly Verdict[];
  readonly to: readonly Person[];
  readonly cc: readonly Person[];
  readonly subject: string | null;
  /** The new part as plain text, and what was folded away (quoted text, signature). Nothing is ever dropped. */
  readonly text: string;
  readonly foldedText: string;
  /** Sanitised HTML of the whole message; the folded parts are inside <div data-folded="quote|signature">. */
  readonly html: string | null;
  readonly files: readonly InboundFile[];
  /** What it consists of when it is more than words, `text` says all of it; left out: words. */
  readonly parts?: readonly Part[];
  /** Words of ours that its sender had before them when they wrote it, by the program and not by an agent: they stand before it in a concern that it begins. Never taken from the sender. */
  readonly greeting?: string;
  readonly thread: ThreadHints;
  readonly automatic: Automatic;
  /** Its subject begins like an absence note's, and nothing else says that a machine wrote it: people write such subjects, too. */
  readonly seemsAway?: true;
  /** Set when somebody forwards another's message to us: the original sender and what they wrote. */
  readonly forwarded: {
    readonly from: Person;
    readonly subject: string | null;
    readonly sentAt: string | null;
    readonly text: string;
    /** What they wrote as sanitised HTML, without what the forwarder's program wrote above it; null: text only. */
    readonly html: string | null;
    /** Content-IDs that this HTML shows. */
    readonly inlineIds: readonly string[];
    /** Files of an original that came as an attached message; those of others are files of the message itself. */
    readonly files: readonly InboundFile[];
  } | null;
  /** BCP 47, when the text is long enough to tell. */
  readonly language: "de" | "en" | null;
  /** Locale keys below `warnings` for the agent: e.g. "replyToDiffers", "remoteImages", "severalSenders", "unreadablePart". */
  readonly warnings: readonly string[];
}

/** News about something we sent. `references` are keys of ours: a delivery token ("dt:…") or a message key ("mid:…"). */
export interface InboundReceipt {
  readonly kind: "receipt";
  readonly providerId: string;
  readonly references: readonly string[];
  readonly recipient: string | null;
  readonly state: "delivered" | "read" | "delayed" | "failed";
  /** RFC 3463 status or the provider's code. */
  readonly code: string | null;
  /** What kind of news it is, where a state alone does not say it. */
  readonly reason?: Reason;
  /** The remote side's own words, plain text, at most 1,000 characters. */
  readonly diagnostic: string;
  readonly permanent: boolean;
  /** What this channel sends asks for reports under the delivery's own token: one that comes without it may be anybody's. */
  readonly asksForToken: boolean;
  readonly at: string | null;
}

export type Inbound = InboundMessage | InboundReceipt;

/** Bytes as they came, with what the transport knows about them. Stored before anything is acknowledged. */
export interface Raw {
  readonly bytes: Uint8Array;
  readonly receivedAt: string;
  readonly transport: {
    /** "smtp" (our door), "imap", "http", … */
    readonly by: string;
    readonly remoteIp?: string;
    readonly heloName?: string;
    readonly mailFrom?: string;
    readonly recipients?: readonly string[];
    readonly folder?: string;
  };
}

export interface OutboundFile {
  readonly name: string;
  readonly mediaType: string;
  readonly inlineId: string | null;
  readonly bytes: Uint8Array;
}

/** One message on its way to one of its recipients, ready to be translated into what the provider wants. */
export interface Outbound {
  readonly deliveryId: string;
  readonly concernNumber: number;
  readonly at: string;
  readonly fromName: string;
  /** Everybody the message is addressed to: what it shows of them. */
  readonly to: readonly Person[];
  readonly cc: readonly Person[];
  /** Those of them this delivery goes to: each recipient has a delivery of their own, so that what became of one touches no other. */
  readonly recipients: readonly string[];
  readonly subject: string;
  readonly text: string;
  /** Our own sanitised HTML with signature and the folded last message already in it; null: text only. */
  readonly html: string | null;
  readonly files: readonly OutboundFile[];
  /**
   * What it consists of, when that is more than words, for channels that can show it so; the text says all of it. A form or choices are answered by an
   * `InboundMessage` with a part of the kind "answer" that names this message.
   */
  readonly parts?: readonly Part[];
  /** Goes into the reply address, so that the answer finds its concern. */
  readonly replyToken: string | null;
  /** The same in every delivery of the message: its identity, by which answers find it and copies are recognised. */
  readonly messageToken: string;
  /** Goes into the envelope sender, so that a bounce finds its delivery. */
  readonly deliveryToken: string;
  /** Keys of the messages this one answers, nearest first. */
  readonly answers: readonly string[];
  /** True for acknowledgements and other mails no person wrote (RFC 3834: Auto-Submitted). */
  readonly automatic: boolean;
}

export interface ProviderCall {
  readonly kind: string;
  /** Keys under which answers will refer to this call; stored before it is made. */
  readonly keys: readonly string[];
  readonly payload: unknown;
}

/**
 * What the provider said. `unknown`: the connection ended after the data and before the answer. `detail` holds the other side's words and nothing
 * of ours: what we have to say is the `reason`.
 */
export type DeliveryResult =
  | {
      readonly kind: "accepted";
      readonly providerId: string | null;
      readonly detail: string;
      readonly refused: readonly { readonly recipient: string; readonly code: string; readonly detail: string }[];
    }
  | {
      readonly kind: "refused";
      readonly code: string;
      readonly reason?: Reason;
      readonly detail: string;
      /** The provider said it of the recipient, not of us or of the message. */
      readonly ofRecipient?: boolean;
    }
  | {
      readonly kind: "tryLater";
      readonly afterMs: number | null;
      readonly code: string;
      readonly reason?: Reason;
      readonly detail: string;
      /** The channel itself cannot send now: nobody answers, or we are not let in. */
      readonly ofChannel?: boolean;
    }
  | { readonly kind: "unknown"; readonly reason?: Reason; readonly detail: string };

/** What `receive` may use: nothing but names looked up through the given resolver, and the time. */
export interface ReadingIo {
  readonly now: Date;
  /** node:dns/promises resolve signature; tests and the demo world inject their own. Null: no DNS, verdicts become "none". */
  readonly resolver: ((name: string, type: string) => Promise<unknown[]>) | null;
  /** Somebody wants to see it as a message, whatever it is: no receipts. */
  readonly asMessage?: boolean;
}

/** What a channel remembers over a restart and nobody may read; sealed at rest. */
export interface ChannelSecrets {
  readonly read: (name: string) => Promise<string | null>;
  readonly keep: (name: string, value: string) => Promise<void>;
}

export interface TransportIo {
  readonly log: (
    level: "debug" | "info" | "warn" | "error",
    event: string,
    facts?: Readonly<Record<string, string | number | boolean | null>>,
  ) => void;
  readonly now: () => Date;
  /** Of the channel at hand; absent where none is. */
  readonly secrets?: ChannelSecrets;
}

export interface DeliveringIo extends TransportIo {
  /**
   * Called before the provider may see anything of the message, and not while a connection is still awaited: from here on a lost answer makes the
   * delivery "unknown". False: somebody else has it now, and it must not be sent.
   */
  readonly begin: () => Promise<boolean>;
}

export interface ListeningIo extends TransportIo {
  /** The largest message the operator takes whole, in bytes; left out: as large as the channel does. */
  readonly mostBytes?: number;
  /**
   * Stores the bytes (and the cursor in the same transaction) and resolves after the commit; rejects when they could not be stored.
   * "known": this provider id or these bytes were already there.
   */
  readonly store: (
    raw: Raw,
    providerId: string,
    cursor?: { readonly name: string; readonly value: unknown },
  ) => Promise<"stored" | "known">;
  readonly cursor: (name: string) => Promise<unknown>;
  /** Keeps a cursor without a message; resolves after the commit, rejects when it could not be kept. */
  readonly keepCursor: (cursor: { readonly name: string; readonly value: unknown }) => Promise<void>;
  /** `trouble`: why it is failing; null otherwise. */
  readonly health: (state: "connected" | "connecting" | "failing", trouble: Trouble | null) => void;
}

/** What a channel's door is opened with, and how it reaches the channels behind it. */
export interface DoorIo extends TransportIo {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** PEM: the operator's own certificate, or one made for this machine. */
  readonly tls: { readonly key: string; readonly cert: string };
  /** The largest message the operator takes, in bytes. */
  readonly mostBytes: number;
  /** The connected channel whose door has this name: its id, null when there is none, "later" when that cannot be told now. */
  readonly find: (name: string) => Promise<{ readonly channel: string } | "later" | null>;
  /** Stores the bytes for that channel and resolves after the commit; rejects when they could not be stored. */
  readonly store: (raw: Raw, providerId: string, channel: string) => Promise<"stored" | "known">;
}

export interface OpenDoor {
  readonly port: number;
  /** Somebody can come in. */
  readonly isOpen: () => boolean;
  /** Lets nobody in any more, lets those inside finish for a moment, then closes. */
  readonly close: () => Promise<void>;
}

/** A port of its own at which a channel's customers or providers come to us; one for all connected channels of the kind. */
export interface ChannelDoor<S> {
  /** What it is set by from outside: "SMTP" gives SMTP_HOST, SMTP_PORT, SMTP_TLS_CERT and SMTP_TLS_KEY. Upper case. */
  readonly name: string;
  readonly usualPort: number;
  /** The names under which the door finds this channel; none while its door is shut. */
  names(settings: S): readonly string[];
  /** Opens it and resolves when it listens; rejects with the system's error when the port is taken. */
  open(io: DoorIo): Promise<OpenDoor>;
}

/** A way in and out that carries messages. S: the settings, as its zod schema gives them. */
export interface MessageChannel<S> {
  readonly kind: "message";
  readonly id: ChannelKind;
  readonly settings: z.ZodType<S>;
  readonly can: Capabilities;
  /** Our own addresses in this channel: the one customers see first, if there is one, then further ones that count as ours. */
  addresses(settings: S): readonly string[];
  /** Is it set so that something can go out? */
  canSend(settings: S): boolean;
  readonly door?: ChannelDoor<S>;
  /** Loads what `receive` needs; a reading process calls it before it takes messages. */
  prepare?(): Promise<void>;
  /** What can be said of bytes that `receive` could not read in time: best effort, bounded, never throws. */
  unreadable(raw: Raw): InboundMessage;
  /** Signature check of a webhook, constant time; channels without webhooks answer false. */
  verify(
    request: { readonly headers: Readonly<Record<string, string | undefined>>; readonly body: Uint8Array },
    settings: S,
  ): boolean;
  /** Bytes to messages and receipts. Runs in a process of its own that is killed when it takes too long; the same bytes give the same result. */
  receive(raw: Raw, settings: S, io: ReadingIo): Promise<readonly Inbound[]>;
  /** Pure; never exceeds `can`. */
  render(outbound: Outbound, settings: S): readonly ProviderCall[];
  deliver(call: ProviderCall, settings: S, io: DeliveringIo): Promise<DeliveryResult>;
  /** Runs until `stop` aborts; keeps connections to the provider and reconnects by itself. */
  listen?(settings: S, io: ListeningIo, stop: AbortSignal): Promise<void>;
  /** Signs in where messages are fetched and looks whether each source can be read; keeps and marks nothing. Null: it is set to fetch from nowhere. */
  checkReceiving?(settings: S, io: TransportIo): Promise<Finding | null>;
  /** Ends pooled connections. */
  close?(): Promise<void>;
}

/** A way in and out that carries voices: calls. S: the settings, as its zod schema gives them. */
export interface VoiceChannel<S> {
  readonly kind: "voice";
  readonly id: ChannelKind;
  readonly settings: z.ZodType<S>;
  /** By its settings: they say which engine it has. */
  can(settings: S): VoiceCapabilities;
  /** Our own numbers (E.164), the one that is shown first. */
  addresses(settings: S): readonly string[];
  /** How calls are treated here, by the centre's rules. */
  rules(settings: S): CallRules;
  /** Where its softphones' SIP goes by WebSocket (RFC 7118), for a server that leads there; null: they send offers. */
  softphones(settings: S): string | null;
  /** Starts the engine, or attaches to the one that runs already; goes on trying when it is away. */
  attach(settings: S, io: VoiceIo): Promise<VoiceEngine>;
}

export type Channel<S> = MessageChannel<S> | VoiceChannel<S>;
