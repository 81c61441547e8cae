// What Asterisk tells over ARI, as far as we need it. Whatever has another shape is no news: it is logged and passed over. Called by the engine.
import { z } from "zod";

const text = z.string().max(2_000);
const party = z.object({ name: text.default(""), number: text.default("") });

/** A channel as ARI shows it. */
export const ariChannel = z.object({
  id: z.string().min(1).max(150),
  state: text,
  name: text.default(""),
  caller: party.default({ name: "", number: "" }),
  dialplan: z
    .looseObject({
      context: text.default(""),
      exten: text.default(""),
      app_name: text.default(""),
      app_data: text.default(""),
    })
    .default({ context: "", exten: "", app_name: "", app_data: "" }),
});
export type AriChannel = z.infer<typeof ariChannel>;

export const ariBridge = z.object({
  id: z.string().min(1).max(150),
  name: text.default(""),
  channels: z.array(z.string().max(150)).default([]),
});

const channel = ariChannel;
const playback = z.object({ id: z.string().max(300), media_uri: text.default(""), state: text });
const recording = z.object({ name: z.string().max(300), state: text.default("") });

export const ariEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("StasisStart"), channel, args: z.array(text).default([]) }),
  z.object({ type: z.literal("StasisEnd"), channel }),
  z.object({ type: z.literal("ChannelStateChange"), channel }),
  z.object({
    type: z.literal("ChannelDestroyed"),
    channel,
    cause: z.number().int(),
    cause_txt: text.default(""),
    tech_cause: z.union([z.number().int(), text]).optional(),
  }),
  z.object({ type: z.literal("ChannelHangupRequest"), channel, cause: z.number().int().optional() }),
  z.object({ type: z.literal("ChannelDtmfReceived"), channel, digit: z.string().regex(/^[0-9*#A-D]$/u) }),
  z.object({ type: z.literal("ChannelTalkingStarted"), channel }),
  z.object({ type: z.literal("ChannelTalkingFinished"), channel }),
  z.object({ type: z.literal("ChannelHold"), channel }),
  z.object({ type: z.literal("ChannelUnhold"), channel }),
  z.object({ type: z.literal("Dial"), peer: channel, dialstatus: text }),
  z.object({ type: z.literal("PlaybackContinuing"), playback }),
  z.object({ type: z.literal("PlaybackFinished"), playback }),
  z.object({ type: z.literal("RecordingFinished"), recording }),
  z.object({ type: z.literal("RecordingFailed"), recording }),
  z.object({
    type: z.literal("ContactStatusChange"),
    endpoint: z.object({ resource: text }),
    contact_info: z.object({ contact_status: text }),
  }),
  z.object({ type: z.literal("ApplicationReplaced"), application: text }),
]);
export type AriEvent = z.infer<typeof ariEvent>;

/** What a channel's media are like (GET …/rtp_statistics). */
export const rtpStatistics = z.object({
  rxcount: z.number(),
  rxploss: z.number().default(0),
  rxjitter: z.number().default(0),
  rtt: z.number().default(0),
});

/** Kinds that we asked not to be told: more than half of them all. */
export const unwanted = [
  "ChannelVarset",
  "ChannelDialplan",
  "ChannelConnectedLine",
  "ChannelCallerId",
  "ChannelCreated",
  "ChannelEnteredBridge",
  "ChannelLeftBridge",
  "BridgeCreated",
  "BridgeDestroyed",
  "BridgeMerged",
  "PlaybackStarted",
  "RecordingStarted",
  "DeviceStateChanged",
].map((type) => ({ type }));
