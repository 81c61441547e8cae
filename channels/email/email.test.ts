// E-mail as a message channel: the promises that every channel keeps, against the small mail world of sim.ts.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import { test } from "node:test";
import type { Raw } from "#contract/channel.ts";
import { messageChannelSuite } from "#test/suites/message-channel.ts";
import { email } from "./index.ts";
import type { MailPayload } from "./outbound.ts";
import { startMailSim } from "./sim.ts";
import { writeMail } from "./simMail.ts";
import { mailbox } from "./testSettings.ts";

const folder = new URL("./fixtures/", import.meta.url);
const readers = mailbox({
  address: "service@kabel.example",
  aliases: ["hilfe@kabel.example"],
  displayName: "Kabel Service",
  door: true,
});
const customer = "anna@kunde.example";

// A port where nobody listens: it was free a moment ago.
const probe = createServer();
await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
const bound = probe.address();
assert.ok(bound !== null && typeof bound === "object");
await new Promise((resolve) => probe.close(resolve));
const nobody = { host: "127.0.0.1", port: bound.port, security: "none" as const, user: "service" };

messageChannelSuite({
  channel: email,
  unreachable: mailbox({
    imap: { ...nobody, password: "imap-geheim-7f3a", folders: ["INBOX", "Archiv"], from: "everything", days: 30 },
    smtp: { ...nobody, password: "smtp-geheim-91bc", maxConnections: 1 },
  }),
  inbound: readdirSync(folder)
    .filter((file) => file.endsWith(".eml"))
    .map((file) => ({
      name: file,
      raw: {
        bytes: Buffer.from(readFileSync(new URL(file, folder), "utf8").replaceAll("\n", "\r\n")),
        receivedAt: "2026-11-24T00:00:00.000Z",
        transport: { by: "imap" },
      },
      settings: readers,
      golden: readFileSync(new URL(file.replace(/eml$/, "json"), folder), "utf8"),
    })),
  webhook: null,
  customer,
  measure: (call) => {
    if (call.kind !== "mail") return null;
    const { mail } = call.payload as MailPayload;
    return {
      characters: mail.text.length,
      files: mail.attachments.length,
      fileBytes: mail.attachments.reduce((sum, file) => sum + file.content.byteLength, 0),
      html: mail.html !== undefined,
      copies: mail.cc.length,
    };
  },
  provider: async () => {
    const sim = await startMailSim({ dir: null, smtpPort: 0 });
    const settings = mailbox({
      smtp: { host: "127.0.0.1", port: sim.port, security: "none", user: null, password: null, maxConnections: 1 },
    });
    return {
      settings,
      meet: (next) =>
        sim.fail(
          next === "later"
            ? { step: "rcpt", does: "450 4.2.0 greylisted" }
            : next === "refused"
              ? { step: "end", does: "554 5.7.1 spam" }
              : { step: "end", does: "drop" },
        ),
      received: () => sim.messages().map((mail) => ({ to: mail.envelope.to, text: mail.text })),
      answer: async (text): Promise<Raw> => {
        const last = sim.messages().at(-1);
        assert.ok(last?.messageId);
        const bytes = await writeMail(
          {
            from: { name: "Anna Berg", address: customer },
            to: last.replyTo,
            subject: `Re: ${last.subject}`,
            text: `${text}\n\nAm 24.11.2026 schrieb Kabel Nord:\n> ${last.text.trim().replaceAll("\n", "\n> ")}\n`,
            inReplyTo: last.messageId,
            references: [...last.references, last.messageId],
          },
          "antwort1@kunde.example",
          new Date("2026-11-24T12:05:00Z"),
        );
        return {
          bytes,
          receivedAt: "2026-11-24T12:05:01.000Z",
          transport: { by: "smtp", mailFrom: customer, recipients: last.replyTo.map((each) => each.address) },
        };
      },
      stop: sim.stop,
    };
  },
});

// Seventy wrecks without one readable field (a collection with bare CR for line ends) had one id, so that all but the first were "known already".
test("two mails without any readable field are two mails, and the same bytes are the same one", async () => {
  const idOf = async (text: string): Promise<string | undefined> =>
    (
      await email.receive(
        { bytes: Buffer.from(text), receivedAt: "2026-11-24T00:00:00.000Z", transport: { by: "smtp" } },
        mailbox(),
        { now: new Date(0), resolver: null },
      )
    )[0]?.providerId;
  assert.notEqual(await idOf("X-One: a"), await idOf("X-One: b"));
  assert.equal(await idOf("X-One: a"), await idOf("X-One: a"));
});
