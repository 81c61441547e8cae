// Calls by the program's own engine: what every voice channel promises, and what strangers may not do to it.
import { phone } from "#channels/phone/index.ts";
import { phoneSettings } from "#channels/phone/settings.ts";
import type { CallRules } from "#contract/call-rules.ts";
import { closeCallers, createCaller } from "#test/peers/caller.ts";
import { type Talker, type VoicePlace, voiceChannelSuite } from "#test/suites/voice-channel.ts";

const rules: CallRules = {
  greetingDe: "Guten Tag.",
  greetingEn: "Hello.",
  language: "de",
  announceEverySeconds: 60,
  comfort: ["Bitte bleiben Sie dran. = Please hold the line."],
  mostWaiting: 50,
  mostWaitSeconds: 1_800,
  keepPlaceSeconds: 600,
  callback: true,
  callbackFirst: "agent",
  callbackTries: 3,
  callbackEverySeconds: 900,
  callbackExpiresHours: 72,
  voicemail: true,
  voicemailSeconds: 180,
  missed: "work",
  recording: "never",
  recordingDays: 90,
  listeningToldAgent: true,
  listeningToldCustomer: false,
  mayDial: ["+49"],
  mayNotDial: ["+49900"],
  dialsAnHour: 100,
  dialMinutesADay: 600,
  dialFromHour: 8,
  dialToHour: 20,
};
const loopback = { bindAddress: "127.0.0.1", publicAddress: null, udpPort: 0, iceServers: [], mostLegs: 60 };
const settings = phoneSettings.parse({ numbers: ["+49301234567"], asterisk: null, web: loopback, rules });

/** A browser's call: its offer goes through the server, as everything it wants. */
const connected = async (
  place: VoicePlace,
  legId: string,
  caller: { readonly from: string; readonly name: string; readonly to: string } | null,
): Promise<Talker> => {
  const peer = await createCaller();
  const answer = await place.command({ do: "offer", legId, sdp: peer.offer, caller });
  if (!answer.ok || answer.sdp === undefined) throw new Error(`not answered: ${JSON.stringify(answer)}`);
  await peer.take(answer.sdp);
  const hangUp = async (): Promise<void> => {
    await place.command({ do: "hangUp", legId, cause: "normal", byThem: true });
    peer.close();
  };
  return { legId, ...peer, hangUp };
};

voiceChannelSuite({
  channel: phone,
  full: {
    ...settings,
    web: {
      ...loopback,
      publicAddress: "192.0.2.7",
      udpPort: 3_478,
      iceServers: ["turn:user:word@turn.example.org:3478"],
    },
    asterisk: {
      host: "pbx.example.org",
      port: 8_089,
      security: "tls",
      user: "draht",
      password: "geheim",
      application: "draht",
      trunk: "carrier",
      mostLegs: 400,
    },
  },
  start: async () => ({
    settings,
    call: async (place, caller) => {
      const legId = `caller:${crypto.randomUUID()}`;
      const talker = await connected(place, legId, caller);
      await place.told.until("called", (event) => event.legId === legId);
      return talker;
    },
    device: async (place) => ({
      take: (legId) => connected(place, legId, null),
      refuse: async (legId) => void (await place.command({ do: "hangUp", legId, cause: "rejected", byThem: true })),
    }),
    stop: async () => closeCallers(),
  }),
});
