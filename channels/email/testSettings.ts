// Settings of a mailbox for tests of this folder and of test/.
import type { EmailSettings } from "./settings.ts";

/** A mailbox that neither fetches nor sends; give what a test needs. */
export function mailbox(change: Partial<EmailSettings> = {}): EmailSettings {
  return {
    address: "service@kabel.test",
    aliases: [],
    displayName: "Kabel Nord",
    imap: null,
    smtp: null,
    dkim: null,
    door: false,
    plusAddressing: true,
    trustedAuthservIds: [],
    trustedRelays: [],
    ...change,
  };
}
