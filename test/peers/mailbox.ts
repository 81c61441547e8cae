// A person with a mailbox at the real mail servers: reads it by IMAP, writes and answers through Postfix as a mail program does. Used by test/journeys.
import { randomBytes } from "node:crypto";
import { ImapFlow } from "imapflow";
import { converse } from "#channels/email/simClient.ts";
import { readMail, writeMail, type SimLetter, type SimReading } from "#channels/email/simMail.ts";
import type { MailPeers } from "#test/peers/mail.ts";

/** A mail as this person got it. */
export interface Received extends SimReading {
  readonly raw: Buffer;
  readonly at: number;
}

type Letter = Omit<SimLetter, "from"> & { readonly from?: SimLetter["from"] };

export interface Mailbox {
  readonly address: string;
  /** Everything that arrived so far. */
  readonly mails: readonly Received[];
  /** The first mail, here already or later, that fits. */
  readonly next: (fits: (mail: Received) => boolean) => Promise<Received>;
  /** Sends a letter through Postfix; gives its Message-ID. */
  readonly write: (letter: Letter) => Promise<string>;
  /** Answers a mail as mail programs do: to its Reply-To, with references and a quote. */
  readonly answer: (mail: Received, text: string, change?: Partial<Letter>) => Promise<string>;
  readonly close: () => Promise<void>;
}

/** Opens somebody's mailbox. */
export async function openMailbox(
  peers: MailPeers,
  account: { readonly user: string; readonly password: string },
  name: string,
): Promise<Mailbox> {
  const client = new ImapFlow({
    ...peers.imap,
    secure: false,
    doSTARTTLS: false,
    auth: { user: account.user, pass: account.password },
    logger: false,
  });
  const mails: Received[] = [];
  const waiting = new Set<() => void>();
  let lastUid = 0;
  let fetching: Promise<void> = Promise.resolve();
  const fetchNew = async (): Promise<void> => {
    for await (const message of client.fetch(`${lastUid + 1}:*`, { source: true }, { uid: true })) {
      if (message.uid <= lastUid || message.source === undefined) continue;
      lastUid = message.uid;
      mails.push({ ...(await readMail(message.source)), raw: message.source, at: Date.now() });
    }
    for (const look of waiting) look();
  };
  let closing = false;
  const look = (): void => {
    fetching = fetching.then(fetchNew).catch((error: unknown) => {
      if (!closing) throw error;
    });
    void fetching.then(() => (closing ? undefined : client.idle())).catch(() => undefined);
  };
  await client.connect();
  await client.mailboxOpen("INBOX");
  client.on("exists", look);
  look();

  const from = { name, address: account.user };
  const write = async (letter: Letter): Promise<string> => {
    const messageId = `${randomBytes(9).toString("hex")}@${account.user.split("@")[1] ?? ""}`;
    const raw = await writeMail({ from, ...letter }, messageId, new Date());
    const to = [...letter.to, ...(letter.cc ?? [])].map((each) => each.address);
    await converse(peers.smtp, { hello: "client.test", from: account.user, to, raw });
    return messageId;
  };
  return {
    address: account.user,
    mails,
    next: (fits) =>
      new Promise((resolve) => {
        const check = (): void => {
          const found = mails.find(fits);
          if (found === undefined) return;
          waiting.delete(check);
          resolve(found);
        };
        waiting.add(check);
        check();
      }),
    write,
    answer: (mail, text, change = {}) =>
      write({
        to: mail.replyTo.length > 0 ? mail.replyTo : mail.from ? [mail.from] : [],
        subject: /^re:/i.test(mail.subject) ? mail.subject : `Re: ${mail.subject}`,
        text: `${text}\n\nAm 24.11.2026 um 10:00 schrieb ${mail.from?.name ?? ""}:\n${mail.text
          .trimEnd()
          .split("\n")
          .map((line) => `> ${line}`)
          .join("\n")}\n`,
        ...(mail.messageId === null
          ? {}
          : { inReplyTo: mail.messageId, references: [...mail.references, mail.messageId] }),
        ...change,
      }),
    close: async () => {
      closing = true;
      await fetching.catch(() => undefined);
      await client.logout().catch(() => undefined);
    },
  };
}
