// Tries whether mail can be fetched with given settings: signs in, opens each folder for reading, marks and keeps nothing. Called through index.ts.
import type { ImapFlow } from "imapflow";
import type { TransportIo } from "#contract/channel.ts";
import type { Finding } from "#contract/reasons.ts";
import { clientOf, entranceOf, imapTimes, troubleOf } from "./imap.ts";
import { tokens } from "./oauth.ts";
import type { EmailSettings } from "./settings.ts";

/** MessageChannel.checkReceiving of e-mail. */
export async function checkReceiving(settings: EmailSettings, io: TransportIo): Promise<Finding | null> {
  const entrance = entranceOf(settings);
  if (entrance === null) return null;
  const { server, access } = entrance;
  let client: ImapFlow | null = null;
  let trying = server.folders.join(", ");
  try {
    client = clientOf(entrance, access === null ? null : await tokens.get(access, io), imapTimes);
    // What breaks the connection also rejects what is waited for; without a listener it would end the process.
    client.on("error", () => undefined);
    await client.connect();
    for (const folder of server.folders) {
      trying = folder;
      await client.mailboxOpen(folder, { readOnly: true });
    }
    const folder = server.folders.join(", ");
    return { result: "good", reason: { code: "fetchWorks", facts: { folder } }, code: null, detail: "" };
  } catch (error) {
    return { result: "bad", ...troubleOf(error, { code: "fetchFailed", facts: { folder: trying } }) };
  } finally {
    client?.close();
  }
}
