// Calls: by telephone through an Asterisk, or from web pages through the engine that the program brings. Listed in channels/index.ts.
import type { VoiceChannel } from "#contract/channel.ts";
import { type AsteriskWay, attachAsterisk } from "./asterisk/engine.ts";
import { type AsteriskSettings, type PhoneSettings, phoneSettings } from "./settings.ts";
import { attachWeb } from "./web/engine.ts";

const plainNetwork = { bindAddress: null, publicAddress: null, udpPort: 0, iceServers: [], mostLegs: 200 };

export const phone: VoiceChannel<PhoneSettings> = {
  kind: "voice",
  id: "phone",
  settings: phoneSettings,
  can: ({ asterisk, web }) =>
    asterisk === null
      ? { dialsOut: false, fromWeb: true, mostLegs: (web ?? plainNetwork).mostLegs }
      : { dialsOut: asterisk.trunk !== "", fromWeb: false, mostLegs: asterisk.mostLegs },
  addresses: ({ numbers }) => numbers,
  rules: ({ rules }) => rules,
  softphones: ({ asterisk }) => (asterisk === null ? null : `${wayOf(asterisk).url.replace(/^http/u, "ws")}/ws`),
  attach: async ({ asterisk, web }, io) => {
    if (asterisk !== null) return attachAsterisk(wayOf(asterisk), io);
    const { mostLegs, ...network } = web ?? plainNetwork;
    return attachWeb({ network, mostLegs }, io);
  },
};

const wayOf = ({ host, port, security, user, password, application, trunk }: AsteriskSettings): AsteriskWay => ({
  url: `${security === "tls" ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${port}`,
  user,
  password,
  app: application,
  trunk,
});
