// Calls: by telephone through an Asterisk, or from web pages through the engine that the program brings. Listed in channels/index.ts.
import type { VoiceChannel } from "#contract/channel.ts";
import { type PhoneSettings, phoneSettings } from "./settings.ts";

export const phone: VoiceChannel<PhoneSettings> = {
  kind: "voice",
  id: "phone",
  settings: phoneSettings,
  can: ({ asterisk, web }) =>
    asterisk === null
      ? { dialsOut: false, fromWeb: true, mostLegs: web?.mostLegs ?? 200 }
      : { dialsOut: asterisk.trunk !== "", fromWeb: true, mostLegs: asterisk.mostLegs },
  addresses: ({ numbers }) => numbers,
  rules: ({ rules }) => rules,
  attach: async ({ asterisk }) => {
    if (asterisk !== null) throw new Error("calls through an Asterisk are not there yet");
    throw new Error("the engine for calls from web pages is not there yet");
  },
};
