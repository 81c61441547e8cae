// What every voice channel promises, shown of a real Asterisk: callers come by its line, agents' softphones by SIP over a WebSocket.
import assert from "node:assert/strict";
import { after, describe } from "node:test";
import { phone } from "#channels/phone/index.ts";
import { phoneSettings } from "#channels/phone/settings.ts";
import { plainRules } from "#test/calls.ts";
import { lacksAsterisk, startAsterisk } from "#test/peers/asterisk.ts";
import { closeCallers } from "#test/peers/caller.ts";
import { openTelephone, openTelephoneWith } from "#test/peers/sip-caller.ts";
import { openSipDevice, type SipDevice } from "#test/peers/sip-device.ts";
import { openVoice } from "#test/peers/sip-voice.ts";
import { voiceChannelSuite } from "#test/suites/voice-channel.ts";

const settingsOf = (port: number, access: { readonly user: string; readonly password: string; readonly app: string }) =>
  phoneSettings.parse({
    numbers: ["+49800111222"],
    asterisk: {
      host: "127.0.0.1",
      port,
      security: "none",
      user: access.user,
      password: access.password,
      application: access.app,
      trunk: "trunk",
      mostLegs: 60,
    },
    web: null,
    rules: plainRules,
  });

describe("the voice channel over a real Asterisk", { skip: lacksAsterisk() }, () => {
  after(closeCallers);
  voiceChannelSuite({
    channel: phone,
    // What is pressed while nobody of ours is connected Asterisk tells nobody.
    keepsKeys: false,
    full: settingsOf(8_088, { user: "draht", password: "geheim", app: "draht" }),
    start: async () => {
      // Where the trunk leads: known before Asterisk starts, because its files name it.
      const first = await openTelephone(1);
      const { port } = first;
      first.close();
      const asterisk = await startAsterisk({ trunkPort: port });
      const line = await openTelephoneWith(openVoice, asterisk.sipPort, port);
      const settings = settingsOf(Number(new URL(asterisk.url).port), asterisk);
      const devices: SipDevice[] = [];
      return {
        settings,
        call: async ({ told }, { from, name, to }) => {
          const known = told.all.length;
          const call = await line.call(to, { number: from, name });
          const { legId } = await told.until("called", (event) => told.all.indexOf(event) >= known);
          return { legId, ...call.media.voice, hangUp: async () => call.hangUp() };
        },
        device: async (_place, _deviceId, way) => {
          assert.equal(way.kind, "sip");
          const device = await openSipDevice(phone.softphones(settings) ?? "", way);
          devices.push(device);
          return {
            take: async (legId) => {
              const talker = await device.take(legId);
              return { legId, ...talker, hangUp: async () => talker.hangUp() };
            },
            refuse: device.refuse,
          };
        },
        stop: async () => {
          for (const device of devices) device.close();
          line.close();
          await asterisk.stop();
        },
      };
    },
  });
});
