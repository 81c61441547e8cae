// Mailboxes that take no password: a real Dovecot and a real Postfix that ask a sign-in service whose a token is, as Microsoft 365 and Google do.
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
import type { ChannelSecrets, DeliveringIo, DeliveryResult, ListeningIo } from "#contract/channel.ts";
import { sql } from "#platform/db/db.ts";
import { secretsOf } from "#server/channel-secrets.ts";
import { makeCertificates } from "#test/peers/certificates.ts";
import { type MailPeers, peersAvailable, startMailPeers } from "#test/peers/mail.ts";
import { client, startSignInService, type SignInService } from "#test/peers/oauth.ts";
import { addCast, openTestWorld, type TestWorld } from "#test/world.ts";

const available = peersAvailable();
const skip = available.ok ? false : available.why;
const smtp = createSmtp();
let dir: string;
let service: SignInService;
let peers: MailPeers;
let world: TestWorld;
let secrets: ChannelSecrets;

before(async () => {
  if (skip !== false) return;
  dir = await mkdtemp(join(tmpdir(), "draht-oauth-"));
  const made = await makeCertificates(dir);
  setDefaultCACertificates([...getCACertificates("default"), made.authority]);
  service = await startSignInService("service@kabel.test");
  peers = await startMailPeers({ tls: made.good, introspectionUrl: service.introspectionUrl });
  world = await openTestWorld();
  secrets = secretsOf(world, (await addCast(world)).channel.id);
});
after(async () => {
  if (skip !== false) return;
  await smtp.close();
  await Promise.all([peers.stop(), service.close(), world.close()]);
  await rm(dir, { recursive: true, force: true });
});

/** A mailbox with tokens only; a password of its own would be wrong. */
const withTokens = (change: Partial<NonNullable<EmailSettings["oauth"]>> = {}): EmailSettings => {
  const { user } = peers.accounts.service;
  const secure = peers.secure ?? assert.fail("started without a certificate");
  const signIn = { user, password: "falsch", signIn: "oauth" } as const;
  return mailbox({
    address: user,
    imap: {
      host: "localhost",
      port: secure.imaps,
      security: "tls",
      ...signIn,
      folders: ["INBOX"],
      from: "everything",
      days: 30,
    },
    smtp: { host: "localhost", port: secure.submission, security: "starttls", ...signIn, maxConnections: 1 },
    oauth: { tokenUrl: service.tokenUrl, ...client, refreshToken: service.consent(user), scope: null, ...change },
  });
};

let count = 0;
const sends = async (
  settings: EmailSettings,
  through = smtp,
): Promise<{ readonly result: DeliveryResult; readonly words: string }> => {
  count += 1;
  const words = `Mit Token ${count}`;
  const { user } = peers.accounts.service;
  const [call] = render(
    {
      deliveryId: `d${count}`,
      concernNumber: count,
      at: new Date().toISOString(),
      fromName: "Kabel",
      to: [{ value: user, name: null }],
      cc: [],
      recipients: [user],
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
  const io: DeliveringIo = { log: () => undefined, now: () => new Date(), secrets, begin: async () => true };
  return { result: await through.deliver(call, settings, io), words };
};

/** What is said of the fetching until it fails or the mail with these words is there. */
const fetches = async (settings: EmailSettings, words: string, retryMs = 60_000): Promise<readonly string[]> => {
  const ending = new AbortController();
  const said: string[] = [];
  const done = Promise.withResolvers<void>();
  const io: ListeningIo = {
    log: () => undefined,
    now: () => new Date(),
    secrets,
    health: (state, trouble) => {
      if (state !== "connecting") said.push([state, trouble?.code, trouble?.detail].filter(Boolean).join(" "));
      if (state === "failing" && retryMs === 60_000) done.resolve();
    },
    cursor: async () => null,
    keepCursor: async () => undefined,
    store: async (raw) => {
      if (Buffer.from(raw.bytes).toString("utf8").includes(words)) {
        said.push("fetched");
        done.resolve();
      }
      return "stored";
    },
  };
  const ended = listenWith(settings, io, ending.signal, {
    ...imapTimes,
    retryMs,
    longestRetryMs: retryMs,
    pollMs: 500,
  });
  await done.promise;
  ending.abort();
  await ended;
  return said;
};

test("a mail leaves and is fetched with tokens alone, and one token serves both", { skip }, async () => {
  const settings = withTokens();
  const before = service.asked.length;
  const { result, words } = await sends(settings);
  assert.equal(result.kind, "accepted", JSON.stringify(result));
  assert.deepEqual(await fetches(settings, words), ["connected", "fetched"]);
  assert.deepEqual(service.asked.slice(before), ["refresh_token"]);
});

test("the application signs in itself where no refresh token is filled in", { skip }, async () => {
  const settings = withTokens({ refreshToken: null });
  const { result, words } = await sends(settings);
  assert.equal(result.kind, "accepted", JSON.stringify(result));
  assert.ok((await fetches(settings, words)).includes("fetched"));
});

test("tokens that were taken back before their time are replaced, in both directions", { skip }, async () => {
  const settings = withTokens();
  const first = createSmtp();
  assert.equal((await sends(settings, first)).result.kind, "accepted");
  await first.close();
  service.revokeAll();
  const second = createSmtp();
  const { result, words } = await sends(settings, second);
  assert.equal(result.kind, "accepted", JSON.stringify(result));
  await second.close();
  service.revokeAll();
  const said = await fetches(settings, words, 50);
  assert.match(said[0] ?? "", /^failing 4\.7\.14/);
  assert.ok(said.includes("fetched"), said.join(" | "));
});

test("a sign-in that has ended is trouble of the channel in words, and no mail's fault", { skip }, async () => {
  const settings = withTokens({ refreshToken: "refresh-abgelaufen" });
  const { result } = await sends(settings);
  assert.deepEqual(result.kind === "tryLater" ? [result.code, result.ofChannel] : result, ["4.7.14", true]);
  assert.match(result.kind === "tryLater" ? result.detail : "", /^invalid_grant: … has expired$/);
  const [said = ""] = await fetches(settings, "nichts");
  assert.match(said, /^failing 4\.7\.14 invalid_grant/);
  assert.doesNotMatch(said, /abgelaufen/, "no secret stands in it");
});

test("a new refresh token is kept sealed", { skip }, async () => {
  service.behave({ rotates: true });
  const settings = withTokens();
  assert.equal((await sends(settings)).result.kind, "accepted");
  const rows = await world.db.rows<{ name: string; value: unknown }>(
    sql`SELECT name, value FROM channel_cursor WHERE name LIKE 'secret:oauth:%'`,
  );
  assert.equal(rows.length, 1);
  assert.doesNotMatch(JSON.stringify(rows), /refresh-/);
  assert.match((await secrets.read(rows[0]?.name.slice("secret:".length) ?? "")) ?? "", /^refresh-/);
});
