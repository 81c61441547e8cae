// The e-mail channel: a mailbox by IMAP, our own SMTP door, and SMTP for what goes out. Listed in channels/index.ts.
import type { MessageChannel } from "#contract/channel.ts";
import { receive, unreadable } from "./inbound.ts";
import { can, render } from "./outbound.ts";
import { type EmailSettings, emailSettings } from "./settings.ts";
import { close, deliver, listen } from "./transport.ts";

/** The value that intake and dispatch call. Mail has no webhooks, so `verify` takes nothing. */
export const email: MessageChannel<EmailSettings> = {
  kind: "message",
  id: "email",
  settings: emailSettings,
  can,
  verify: () => false,
  receive,
  unreadable,
  render,
  deliver,
  listen,
  close,
};
