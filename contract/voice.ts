// The shape of a channel that carries voices: what an engine can be told, and what it tells. Words after CSTA (ECMA-269) where it has one. The switchboard in
// server/ is the only caller; channels/phone has the engines. Ids are made by whoever gives the command, so the same command again changes nothing.
import { z } from "zod";
import { instant } from "#contract/endpoint.ts";

const id = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[A-Za-z0-9_:.-]+$/u);
/** One party's side of a call. */
export const legId = id;
/** Where legs hear each other; one for a call. */
export const hubId = id;
/** A softphone: an agent's browser. */
export const deviceId = id;
/** A sound that is kept under the hash of its content; the engine fetches it through its `io`. 8 kHz, one channel. */
export const soundId = z.string().regex(/^[0-9a-f]{64}$/u);
/** "+4930123456" (E.164); never what somebody typed. */
export const e164 = z.string().regex(/^\+[1-9]\d{3,14}$/u);
const sdp = z.string().min(1).max(20_000);

/** Why a leg ended, by what has to be done about it. ITU-T Q.850 and SIP codes are put into these words by the engines. */
export const legCause = z.enum([
  "normal",
  "busy",
  "noAnswer",
  "rejected",
  "unknownNumber",
  /** No way there, too much there, or the line does not let us. */
  "unreachable",
  "notAllowed",
  /** The media stopped, or the device went away. */
  "lost",
  /** The engine itself ended. */
  "engineDown",
]);
export type LegCause = z.infer<typeof legCause>;

/** What a member of a hub hears and says. */
export const hubMember = z.strictObject({
  legId,
  role: z.discriminatedUnion("as", [
    z.strictObject({ as: z.literal("talks") }),
    /** Hears everybody, nobody hears them. */
    z.strictObject({ as: z.literal("listens") }),
    /** Hears everybody, and only this member hears them. */
    z.strictObject({ as: z.literal("whispers"), to: legId }),
  ]),
  /** Nothing of what they say goes anywhere. */
  muted: z.boolean(),
});
export type HubMember = z.infer<typeof hubMember>;

export const voiceCommand = z.discriminatedUnion("do", [
  /** Takes an arriving call; its media runs from then on. */
  z.strictObject({ do: z.literal("answer"), legId }),
  /** Rings a device, or a number by the trunk. The leg tells `ringing`, `answered` or `ended`. */
  z.strictObject({
    do: z.literal("ring"),
    legId,
    to: z.union([z.strictObject({ deviceId }), z.strictObject({ number: e164, from: e164 })]),
    /** What the device is told: which call it is. */
    callId: z.string().max(100),
    display: z.string().max(100),
    timeoutSeconds: z.number().int().min(1).max(300),
  }),
  /** `byThem`: the other side's browser said that it hangs up (one that closes without a word is noticed only after a while). */
  z.strictObject({ do: z.literal("hangUp"), legId, cause: legCause, byThem: z.boolean().optional() }),
  /** Sounds one after the other to a leg that is in no hub, or beside what it hears there; `loop`: again and again. Ends with `played`. */
  z.strictObject({
    do: z.literal("play"),
    playId: id,
    legId,
    sounds: z.array(soundId).min(1).max(100),
    loop: z.boolean(),
  }),
  z.strictObject({ do: z.literal("stopPlay"), playId: id }),
  /** Music while nothing else is heard; null: silence. `play` interrupts it, and it goes on after. */
  z.strictObject({ do: z.literal("music"), legId, sounds: z.array(soundId).max(20).nullable() }),
  /** Exactly these are in the hub from now on, each so; who was in another one leaves it. None: the hub is gone. */
  z.strictObject({ do: z.literal("hub"), hubId, members: z.array(hubMember).max(10) }),
  /** Keeps what is said in a hub (customers left, agents right), or by one leg (voicemail). Again with `paused` changed: pauses, goes on. */
  z.strictObject({
    do: z.literal("record"),
    recordingId: id,
    of: z.union([z.strictObject({ hubId }), z.strictObject({ legId })]),
    /** Legs on the left; the others are on the right. */
    left: z.array(legId).max(10),
    paused: z.boolean(),
    mostSeconds: z.number().int().min(1).max(14_400),
  }),
  /** Ends with `recorded`. */
  z.strictObject({ do: z.literal("stopRecord"), recordingId: id }),
  /** The recording has been fetched and kept: it can go. */
  z.strictObject({ do: z.literal("forgetRecord"), recordingId: id }),
  /** Keys pressed towards the other side. */
  z.strictObject({ do: z.literal("sendDigits"), legId, digits: z.string().regex(/^[0-9*#A-D]{1,32}$/u) }),
  /** Tells `talking` of a leg from now on. */
  z.strictObject({ do: z.literal("watchTalking"), legId, on: z.boolean() }),
  /** A device may register from now on until it is revoked; answered with how it reaches the engine. */
  z.strictObject({ do: z.literal("device"), deviceId, display: z.string().max(100) }),
  z.strictObject({ do: z.literal("revoke"), deviceId }),
  /** A browser's offer (RTCSessionDescription): of a customer who calls (`called` is told), or of a device for a leg that rings it. Answered with ours. */
  z.strictObject({
    do: z.literal("offer"),
    legId,
    sdp,
    caller: z
      .strictObject({ from: z.string().max(200), name: z.string().max(100), to: z.string().max(100) })
      .nullable(),
  }),
]);
export type VoiceCommand = z.infer<typeof voiceCommand>;

/** How a softphone reaches the engine: it sends offers through the server, or registers by SIP over a WebSocket (RFC 7118). */
export const deviceWay = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("offer") }),
  /** The engine's INVITE says which leg it is for in the header X-Draht-Leg. */
  z.strictObject({
    kind: z.literal("sip"),
    /** Below the server's own address. */
    path: z.string(),
    user: z.string(),
    domain: z.string(),
    password: z.string(),
  }),
]);
export type DeviceWay = z.infer<typeof deviceWay>;

/** What came of a command. A refusal says why; what is so already is done. */
export type VoiceAnswer =
  | { readonly ok: true; readonly sdp?: string; readonly way?: DeviceWay }
  | {
      readonly ok: false;
      readonly why: "unknownLeg" | "unknownDevice" | "notAble" | "badOffer" | "full" | "engineDown" | "failed";
      readonly detail: string;
    };

const ofLeg = { legId, at: instant };
export const voiceEvent = z.discriminatedUnion("what", [
  /** Somebody calls; answered by `answer` or `hangUp`. `from` is what the other side says of itself: untrusted. */
  z.strictObject({
    ...ofLeg,
    what: z.literal("called"),
    by: z.enum(["trunk", "web"]),
    from: z.string().max(200),
    name: z.string().max(100),
    to: z.string().max(100),
  }),
  z.strictObject({ ...ofLeg, what: z.literal("ringing") }),
  z.strictObject({ ...ofLeg, what: z.literal("answered") }),
  /** The last of a leg. `byThem`: the other side did it. */
  z.strictObject({
    ...ofLeg,
    what: z.literal("ended"),
    cause: legCause,
    byThem: z.boolean(),
    code: z.string().max(40),
  }),
  // Keys that come faster than anybody presses them are left out by the engine.
  z.strictObject({ ...ofLeg, what: z.literal("digit"), digit: z.string().regex(/^[0-9*#A-D]$/u) }),
  z.strictObject({
    ...ofLeg,
    what: z.literal("played"),
    playId: id,
    how: z.enum(["whole", "stopped", "failed"]),
  }),
  z.strictObject({ ...ofLeg, what: z.literal("talking"), on: z.boolean() }),
  /** No media came from there for a while although there should; it came again. */
  z.strictObject({ ...ofLeg, what: z.literal("silent"), on: z.boolean() }),
  z.strictObject({
    ...ofLeg,
    what: z.literal("quality"),
    /** 1 to 4.5 (ITU-T G.107, estimated). */
    mos: z.number(),
    lossPercent: z.number(),
    jitterMs: z.number(),
    rttMs: z.number().nullable(),
  }),
  z.strictObject({
    what: z.literal("recorded"),
    recordingId: id,
    at: instant,
    seconds: z.number(),
    /** Nothing was kept. */
    failed: z.boolean(),
  }),
  z.strictObject({ what: z.literal("device"), deviceId, at: instant, there: z.boolean() }),
  /** The engine can be told things; from now on it cannot. After `up` everything that lives is in the snapshot. */
  z.strictObject({ what: z.literal("up"), at: instant }),
  z.strictObject({ what: z.literal("down"), at: instant, detail: z.string().max(300) }),
]);
export type VoiceEvent = z.infer<typeof voiceEvent>;

/** What lives in an engine now: read when a server attaches to it. */
export interface VoiceSnapshot {
  readonly legs: readonly {
    readonly legId: string;
    readonly state: "arriving" | "ringing" | "connected";
    /** Told with `ring`; null: it came from outside. */
    readonly callId: string | null;
    readonly caller: {
      readonly by: "trunk" | "web";
      readonly from: string;
      readonly name: string;
      readonly to: string;
    } | null;
    readonly hubId: string | null;
    readonly playing: readonly string[];
    readonly music: boolean;
  }[];
  readonly hubs: readonly { readonly hubId: string; readonly members: readonly HubMember[] }[];
  readonly recordings: readonly { readonly recordingId: string; readonly paused: boolean; readonly over: boolean }[];
}

/** What an engine is given. */
export interface VoiceIo {
  readonly log: (
    level: "debug" | "info" | "warn" | "error",
    event: string,
    facts?: Readonly<Record<string, string | number | boolean | null>>,
  ) => void;
  readonly now: () => Date;
  /** The channel's id: what it keeps and names is its own. */
  readonly channelId: string;
  /** A folder on this machine that is kept over restarts; for sockets, recordings under way. */
  readonly folder: string;
  /** A sound as a WAV file: 8 kHz, 16 bit, one channel. Rejects when there is none. */
  readonly sound: (sound: string) => Promise<Uint8Array>;
  /** The same, for an engine that fetches by HTTP. */
  readonly soundUrl: (sound: string) => string;
  /** In the order in which they happened, of each leg. */
  readonly tell: (event: VoiceEvent) => void;
}

/** An engine that runs. It goes on without us: whoever attaches again finds what lives in its snapshot. */
export interface VoiceEngine {
  readonly command: (command: VoiceCommand) => Promise<VoiceAnswer>;
  /** Rejects while the engine is down. */
  readonly snapshot: () => Promise<VoiceSnapshot>;
  /** A finished recording: WAV, 8 kHz, two channels (one of a voicemail). */
  readonly recording: (recordingId: string) => Promise<Uint8Array>;
  /** Lets go of it and leaves living calls alone; `end`: ends them and itself. */
  readonly close: (end: boolean) => Promise<void>;
}

export const voiceCapabilities = z.strictObject({
  /** Numbers can be called. */
  dialsOut: z.boolean(),
  /** Browsers of customers can call. */
  fromWeb: z.boolean(),
  mostLegs: z.number().int(),
});
export type VoiceCapabilities = z.infer<typeof voiceCapabilities>;
