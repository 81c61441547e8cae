// The e-mail channel: a mailbox by IMAP, our own SMTP door, and SMTP for what goes out. Listed in channels/index.ts.
import type { MessageChannel } from "#contract/channel.ts";
import { mailboxOf } from "./addresses.ts";
import { can, render } from "./outbound.ts";
import { type EmailSettings, emailSettings } from "./settings.ts";
import { unreadable } from "./unreadable.ts";

const loadConnections = () => import("./smtp.ts");
let connections: ReturnType<typeof loadConnections> | null = null;

/**
 * The value that intake and dispatch call. Mail has no webhooks, so `verify` takes nothing. Each half is loaded where it is used:
 * the reading processes never need the connections, and the server never needs the sanitiser.
 */
export const email: MessageChannel<EmailSettings> = {
  kind: "message",
  id: "email",
  settings: emailSettings,
  can,
  addresses: ({ address, aliases }) => [address, ...aliases],
  canSend: ({ smtp }) => smtp !== null,
  door: {
    name: "SMTP",
    usualPort: 7325,
    names: ({ door, address, aliases }) => (door ? [address, ...aliases].map(mailboxOf) : []),
    open: async ({ mostBytes, find, ...io }) =>
      (await import("./door.ts")).openDoor({
        ...io,
        name: null,
        limits: { mailBytes: mostBytes },
        accepts: (address) => find(mailboxOf(address)),
      }),
  },
  verify: () => false,
  prepare: async () => {
    await import("./inbound.ts");
  },
  receive: async (raw, settings, io) => (await import("./inbound.ts")).receive(raw, settings, io),
  unreadable,
  render,
  deliver: async (call, settings, io) => (await (connections ??= loadConnections())).deliver(call, settings, io),
  listen: async (settings, io, stop) => (await import("./imap.ts")).listen(settings, io, stop),
  checkReceiving: async (settings, io) => (await import("./check.ts")).checkReceiving(settings, io),
  close: async () => {
    await (await connections)?.close();
  },
};
