// Every way in and out, one line each. A kind in contract/channel.ts without a value here does not compile.
import type { Channel, ChannelKind, MessageChannel } from "#contract/channel.ts";
import { email } from "#channels/email/index.ts";
import { phone } from "#channels/phone/index.ts";
import { webchat } from "#channels/webchat/index.ts";

/** All channels by kind. Callers hand a channel the settings that its own `settings` schema has read, and nothing else. */
export const channels: Readonly<Record<ChannelKind, Channel<unknown>>> = { email, webchat, phone };

/** Those of them that carry messages. */
export const messageChannels: readonly MessageChannel<unknown>[] = Object.values(channels).filter(
  (channel) => channel.kind === "message",
);
