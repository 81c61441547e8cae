// Mail servers as they really are: TLS from the start, STARTTLS, AUTH; and what is said of a wrong password, a bad certificate, a missing STARTTLS.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { imapTimes, listenWith } from "#channels/email/imap.ts";
import { render } from "#channels/email/outbound.ts";
import type { EmailSettings } from "#channels/email/settings.ts";
import { createSmtp } from "#channels/email/smtp.ts";
import { mailbox } from "#channels/email/testSettings.ts";
import type { DeliveringIo, DeliveryResult, ListeningIo } from "#contract/channel.ts";
import type { Trouble } from "#contract/reasons.ts";
import { makeCertificates } from "#test/peers/certificates.ts";
import { type MailPeers, peersAvailable, startMailPeers } from "#test/peers/mail.ts";

const available = peersAvailable();
const skip = available.ok ? false : available.why;
const io: DeliveringIo = { log: () => undefined, now: () => new Date(), begin: async () => true };
const smtp = createSmtp();
let dir: string;
let peers: MailPeers;
/** The same servers with a certificate that nobody vouches for. */
let strangers: MailPeers;

before(async () => {
  if (skip !== false) return;
  dir = await mkdtemp(join(tmpdir(), "draht-tls-"));
  const made = await makeCertificates(dir);
  setDefaultCACertificates([...getCACertificates("default"), made.authority]);
  [peers, strangers] = await Promise.all([startMailPeers({ tls: made.good }), startMailPeers({ tls: made.stranger })]);
});

after(async () => {
  if (skip !== false) return;
  await smtp.close();
  await Promise.all([peers.stop(), strangers.stop()]);
  await rm(dir, { recursive: true, force: true });
});

type Security = "tls" | "starttls" | "none";
interface Way {
  readonly at?: MailPeers;
  readonly port?: number;
  readonly host?: string;
  readonly password?: string;
}

const account = () => peers.accounts.service;
const secure = (of: MailPeers) => of.secure ?? assert.fail("started without a certificate");

const fetching = (security: Security, way: Way = {}): EmailSettings => {
  const at = way.at ?? peers;
  return mailbox({
    imap: {
      host: way.host ?? "localhost",
      port: way.port ?? (security === "tls" ? secure(at).imaps : at.imap.port),
      security,
      user: account().user,
      password: way.password ?? account().password,
      folders: ["INBOX"],
      from: "everything",
      days: 30,
    },
  });
};

const sending = (security: Security, way: Way = {}): EmailSettings => {
  const at = way.at ?? peers;
  return mailbox({
    address: account().user,
    smtp: {
      host: way.host ?? "localhost",
      port: way.port ?? (security === "tls" ? secure(at).smtps : secure(at).submission),
      security,
      user: account().user,
      password: way.password ?? account().password,
      maxConnections: 1,
    },
  });
};

/** The first news of health that is not "connecting", and the mails fetched until `enough`. */
const listens = async (
  settings: EmailSettings,
  enough: (texts: readonly string[]) => boolean = () => true,
): Promise<{ readonly state: string; readonly trouble: Trouble | null; readonly texts: readonly string[] }> => {
  const ending = new AbortController();
  const texts: string[] = [];
  const news = Promise.withResolvers<{ state: string; trouble: Trouble | null }>();
  const done = Promise.withResolvers<void>();
  const listening: ListeningIo = {
    ...io,
    health: (state, trouble) => {
      if (state === "connecting") return;
      news.resolve({ state, trouble });
      if (state === "failing" || enough(texts)) done.resolve();
    },
    cursor: async () => null,
    keepCursor: async () => undefined,
    store: async (raw) => {
      texts.push(Buffer.from(raw.bytes).toString("utf8"));
      if (enough(texts)) done.resolve();
      return "stored";
    },
  };
  const ended = listenWith(settings, listening, ending.signal, { ...imapTimes, retryMs: 60_000, pollMs: 60_000 });
  const first = await news.promise;
  await done.promise;
  ending.abort();
  await ended;
  return { ...first, texts };
};

let count = 0;
const sends = async (settings: EmailSettings): Promise<{ readonly result: DeliveryResult; readonly words: string }> => {
  count += 1;
  const words = `Verschluesselt${count}`;
  const [call] = render(
    {
      deliveryId: `d${count}`,
      concernNumber: count,
      at: new Date().toISOString(),
      fromName: "Kabel",
      to: [{ value: account().user, name: null }],
      cc: [],
      recipients: [account().user],
      subject: words,
      text: words,
      html: null,
      files: [],
      replyToken: null,
      messageToken: `messagetokenmessage${count}`,
      deliveryToken: `deliverytokendelivery${count}`,
      answers: [],
      automatic: false,
    },
    settings,
  );
  assert.ok(call);
  return { result: await smtp.deliver(call, settings, io), words };
};

for (const security of ["tls", "starttls"] as const) {
  test(`${security}: sent with AUTH and fetched again`, { skip }, async () => {
    const { result, words } = await sends(sending(security));
    assert.equal(result.kind, "accepted", JSON.stringify(result));
    const seen = await listens(fetching(security), (texts) => texts.some((text) => text.includes(words)));
    assert.equal(seen.state, "connected", JSON.stringify(seen.trouble));
  });

  test(`${security}: a wrong password is said as such, and the mail waits`, { skip }, async () => {
    const { result } = await sends(sending(security, { password: "falsch" }));
    assert.ok(result.kind === "tryLater" && result.code === "4.7.8", JSON.stringify(result));
    const seen = await listens(fetching(security, { password: "falsch" }));
    assert.equal(seen.state, "failing");
    assert.equal(seen.trouble?.code, "4.7.8");
    assert.deepEqual(seen.trouble.reason, { code: "fetchFailed", facts: { folder: "INBOX" } });
    assert.ok(!JSON.stringify([seen.trouble, result]).includes("falsch"), "the password is never repeated");
  });

  test(
    `${security}: a certificate that nobody vouches for, or of another name, ends it before a word is said`,
    { skip },
    async () => {
      for (const way of [{ at: strangers }, { host: "127.0.0.1" }]) {
        const { result } = await sends(sending(security, way));
        assert.ok(result.kind === "tryLater" && result.code === "4.7.5", JSON.stringify(result));
        const seen = await listens(fetching(security, way));
        assert.equal(seen.trouble?.code, "4.7.5");
      }
    },
  );
}

test(
  "STARTTLS is demanded, not only tried; TLS from the start where there is none is said as such",
  { skip },
  async () => {
    // Port 25 of these servers offers no STARTTLS.
    for (const security of ["starttls", "tls"] as const) {
      const { result } = await sends(sending(security, { port: peers.smtp.port }));
      assert.ok(result.kind === "tryLater" && result.code === "4.7.4", JSON.stringify(result));
    }
    const seen = await listens(fetching("tls", { port: peers.imap.port }));
    assert.equal(seen.trouble?.code, "4.7.4");
  },
);

test("nobody there is said as such", { skip }, async () => {
  const { result } = await sends(sending("tls", { port: 1 }));
  assert.ok(result.kind === "tryLater" && result.code === "4.4.1", JSON.stringify(result));
  assert.equal((await listens(fetching("tls", { port: 1 }))).trouble?.code, "4.4.1");
});
