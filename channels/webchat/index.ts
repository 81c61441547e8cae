// The chat on a website: what visitors say comes over the server's socket, what we say is kept until their page fetches it. Listed in channels/index.ts.
import type { Capabilities, DeliveryResult, MessageChannel, ProviderCall } from "#contract/channel.ts";
import { receive, unreadable } from "./inbound.ts";
import { type WebchatSettings, webchatSettings } from "./settings.ts";

const can: Capabilities = {
  maxTextLength: null,
  html: false,
  subject: false,
  copies: false,
  parts: true,
  attachments: { maxCount: 100, maxTotalBytes: 25_000_000 },
  windowHours: null,
  firstContact: false,
  receipts: ["delivered", "read"],
};

const refusal = (code: string, detail: string): ProviderCall => ({
  kind: "refused",
  keys: [],
  payload: { kind: "refused", code, detail } satisfies DeliveryResult,
});

export const webchat: MessageChannel<WebchatSettings> = {
  kind: "message",
  id: "webchat",
  settings: webchatSettings,
  can,
  addresses: () => [],
  canSend: () => true,
  verify: () => false,
  unreadable,
  receive: async (raw) => [receive(raw)],
  // What was planned for later is all that comes this way; it has arrived by being said.
  render: ({ messageToken, recipients }) => {
    if (recipients.length === 0) return [refusal("recipients", "nobody to tell")];
    return [{ kind: "kept", keys: [`chat:said:${messageToken}`], payload: null }];
  },
  deliver: async (call, _settings, io) => {
    if (call.kind === "refused") return call.payload as DeliveryResult;
    return (await io.begin())
      ? { kind: "accepted", providerId: null, detail: "", refused: [] }
      : { kind: "tryLater", afterMs: null, code: "taken", detail: "somebody else does it" };
  },
};
