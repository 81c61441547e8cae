// Hands mails to the operator's relay over pooled SMTP connections and says what became of them. Called by server/dispatch through index.ts.
import { createRequire } from "node:module";
import { Readable } from "node:stream";
import { callbackify } from "node:util";
import type SMTPConnection from "nodemailer/lib/smtp-connection";
import type { DeliveringIo, DeliveryResult, ProviderCall } from "#contract/channel.ts";
import { compose } from "./compose.ts";
import type { MailPayload, RefusalPayload } from "./outbound.ts";
import { notTaken, type OAuthAccess, tokens } from "./oauth.ts";
import { oneLine, quotable, statusOfTrouble } from "./trouble.ts";
import { accessOf, type EmailSettings } from "./settings.ts";

// Not by an ES import, which would load all of fetch: docs/decisions/0262-no-fetch-at-rest.md.
const commonJs = createRequire(import.meta.url);
const Connection = commonJs("nodemailer/lib/smtp-connection") as typeof SMTPConnection;

/** A relay and how we sign in there: with a token for `account` where there is `access`. */
type Relay = NonNullable<EmailSettings["smtp"]> & { readonly access: OAuthAccess | null; readonly account: string };

/** How long each step may take, in milliseconds. RFC 5321 section 4.5.3.2 asks for minutes: giving up early after the data is what makes "unknown". */
export interface SmtpTimes {
  readonly connectMs: number;
  readonly answerMs: number;
  /** Idle connections are kept this long for the next mail. */
  readonly idleMs: number;
}

const usualTimes: SmtpTimes = { connectMs: 20_000, answerMs: 5 * 60_000, idleMs: 20_000 };

/** Connections per relay, shared by all channels with the same relay and user. */
interface Pool {
  readonly idle: { connection: SMTPConnection; timer: NodeJS.Timeout }[];
  readonly waiting: (() => void)[];
  open: number;
}

/** The two functions of the sending half with pools of their own. */
export interface Smtp {
  readonly deliver: (call: ProviderCall, settings: EmailSettings, io: DeliveringIo) => Promise<DeliveryResult>;
  readonly close: () => Promise<void>;
}

/** A sender with the given times; the channel itself uses one for the whole process. */
export function createSmtp(times: SmtpTimes = usualTimes): Smtp {
  const pools = new Map<string, Pool>();
  const living = new Set<SMTPConnection>();

  /**
   * Rejects only when `begin` does. "refused" only for what the relay says about this message or what render() found; a relay that cannot be
   * reached, refuses our password or lacks the demanded TLS is "tryLater", since the message is not to blame.
   */
  async function deliver(call: ProviderCall, settings: EmailSettings, io: DeliveringIo): Promise<DeliveryResult> {
    if (call.kind === "refusal") return { kind: "refused", ...(call.payload as RefusalPayload), detail: "" };
    if (call.kind !== "mail")
      return { kind: "refused", code: "5.5.4", reason: { code: "notCarried", facts: {} }, detail: "" };
    const { smtp } = settings;
    if (smtp === null) return { kind: "refused", code: "5.3.5", reason: { code: "noWayOut", facts: {} }, detail: "" };
    const relay: Relay = { ...smtp, access: accessOf(settings, smtp), account: smtp.user ?? settings.address };
    const { envelope, mail } = call.payload as MailPayload;
    let bytes: Buffer;
    try {
      bytes = await compose(mail, settings.dkim);
    } catch (error) {
      io.log("error", "smtp.composeFailed", { error: errorWords(error) });
      return {
        kind: "tryLater",
        afterMs: null,
        code: "4.6.0",
        detail: errorWords(error),
      };
    }
    const pool = poolOf(relay);
    await slot(pool, relay.maxConnections);
    try {
      for (;;) {
        const kept = takeIdle(pool);
        const sent = await attempt(kept, () => connect(relay, times, living, io), { relay, envelope, bytes, io });
        // The relay had closed a kept connection meanwhile and has seen nothing of the mail: a new connection is no second attempt.
        if (sent.stale && kept !== null) continue;
        if (sent.connection !== null) keep(pool, sent.connection, times.idleMs);
        return sent.result;
      }
    } finally {
      pool.open -= 1;
      pool.waiting.shift()?.();
    }
  }

  async function close(): Promise<void> {
    for (const pool of pools.values()) for (const each of pool.idle) clearTimeout(each.timer);
    pools.clear();
    const ends = [...living].map((connection) => new Promise<void>((resolve) => connection.once("end", resolve)));
    for (const connection of living) connection.close();
    await Promise.all(ends);
  }

  return { deliver, close };

  function poolOf(relay: Relay): Pool {
    const key = JSON.stringify([relay.host, relay.port, relay.security, relay.user, relay.password, relay.access]);
    const known = pools.get(key) ?? { idle: [], waiting: [], open: 0 };
    pools.set(key, known);
    return known;
  }
}

const shared = createSmtp();
/** MessageChannel.deliver of e-mail. */
export const deliver = shared.deliver;
/** MessageChannel.close of e-mail: ends kept connections; mails under way become "unknown" or "tryLater". */
export const close = shared.close;

interface Attempt {
  readonly result: DeliveryResult;
  /** Still good for another mail. */
  readonly connection: SMTPConnection | null;
  readonly stale: boolean;
}

interface Mailing {
  readonly relay: Relay;
  readonly envelope: MailPayload["envelope"];
  readonly bytes: Buffer;
  readonly io: DeliveringIo;
}

/** Hands one mail over, by a kept connection or a new one. */
async function attempt(
  kept: SMTPConnection | null,
  connectNow: () => Promise<SMTPConnection>,
  { relay, envelope, bytes, io }: Mailing,
): Promise<Attempt> {
  let connection = kept;
  if (connection === null) {
    try {
      connection = await connectNow();
    } catch (error) {
      io.log("warn", "smtp.connectFailed", { host: relay.host, port: relay.port, error: errorWords(error) });
      return {
        result: {
          kind: "tryLater",
          afterMs: null,
          code: connectCode(error),
          detail: quoted(error),
          ofChannel: true,
        },
        connection: null,
        stale: false,
      };
    }
  }
  const mayBegin = await io.begin().catch((error: unknown) => {
    connection?.close();
    throw error;
  });
  if (!mayBegin) {
    return {
      result: {
        kind: "tryLater",
        afterMs: null,
        code: "4.3.0",
        reason: { code: "otherProcess", facts: {} },
        detail: "",
      },
      connection,
      stale: false,
    };
  }
  const data = chunked(bytes);
  const outcome = await send(connection, { from: envelope.from, to: [...envelope.to], size: bytes.length }, data);
  if (outcome.kind === "sent") {
    const refused = (outcome.info.rejectedErrors ?? []).map((error) => ({
      recipient: error.recipient ?? "",
      code: codeOf(error) ?? "5.0.0",
      detail: quoted(error),
    }));
    return {
      result: {
        kind: "accepted",
        providerId: outcome.info.serverMessageId ?? null,
        detail: oneLine(outcome.info.response ?? ""),
        refused,
      },
      connection: connection.destroyed ? null : connection,
      stale: false,
    };
  }
  const { error } = outcome;
  const stale = error.responseCode === undefined && !data.readableDidRead;
  const reusable = !connection.destroyed && error.responseCode !== undefined && (await reset(connection));
  if (!reusable) connection.close();
  return { result: failure(error, data.readableEnded), connection: reusable ? connection : null, stale };
}

/** Opens a connection, signed in where the relay wants it; it is among `living` until it ends. */
async function connect(
  relay: Relay,
  times: SmtpTimes,
  living: Set<SMTPConnection>,
  io: DeliveringIo,
): Promise<SMTPConnection> {
  const auth = relay.access === null ? null : await tokenAuth(relay.account, relay.access, io);
  return new Promise((resolve, reject) => {
    const connection = new Connection({
      host: relay.host,
      port: relay.port,
      secure: relay.security === "tls",
      requireTLS: relay.security === "starttls",
      ignoreTLS: relay.security === "none",
      connectionTimeout: times.connectMs,
      greetingTimeout: times.connectMs,
      dnsTimeout: times.connectMs,
      socketTimeout: times.answerMs,
      socketCloseTimeout: 1_000,
      logger: false,
    });
    living.add(connection);
    const fail = (error: Error): void => {
      // Before close(), whose "end" would hide the reason.
      reject(error);
      connection.close();
    };
    // Stays attached: an error between two mails must not end the process.
    connection.on("error", fail);
    connection.once("end", () => {
      living.delete(connection);
      reject(new Error("the relay closed the connection"));
    });
    connection.connect((error) => {
      if (error) return fail(error);
      if (auth === null && relay.user === null) return resolve(connection);
      return connection.login(auth ?? { user: relay.user ?? "", pass: relay.password ?? "" }, (refused) =>
        refused ? fail(auth === null ? refused : notTaken(refused)) : resolve(connection),
      );
    });
  });
}

type Login = Parameters<SMTPConnection["login"]>[0];

/** Signing in with a token (XOAUTH2). One that the relay does not take is replaced once. Rejects when there is none, before anybody is connected to. */
async function tokenAuth(user: string, access: OAuthAccess, io: DeliveringIo): Promise<Login> {
  let token = await tokens.get(access, io);
  const renewed = callbackify(async (): Promise<string> => {
    tokens.forget(access, token);
    token = await tokens.get(access, io);
    return token;
  });
  const giver = {
    getToken: (renew: boolean, done: (error: Error | null, token: string) => void): void =>
      renew ? renewed(done) : done(null, token),
    buildXOAuth2Token: (given: string): string =>
      Buffer.from(`user=${user}\u0001auth=Bearer ${given}\u0001\u0001`).toString("base64"),
  };
  return { user, oauth2: giver } as unknown as Login;
}

/** Waits until the relay takes another connection of ours. */
async function slot(pool: Pool, most: number): Promise<void> {
  while (pool.open >= most) await new Promise<void>((resolve) => pool.waiting.push(resolve));
  pool.open += 1;
}

function takeIdle(pool: Pool): SMTPConnection | null {
  for (let each = pool.idle.pop(); each !== undefined; each = pool.idle.pop()) {
    clearTimeout(each.timer);
    if (!each.connection.destroyed) return each.connection;
  }
  return null;
}

/** Keeps a connection for the next mail. */
function keep(pool: Pool, connection: SMTPConnection, idleMs: number): void {
  const timer = setTimeout(() => {
    pool.idle.splice(0, pool.idle.length, ...pool.idle.filter((each) => each.connection !== connection));
    connection.quit();
  }, idleMs);
  timer.unref();
  pool.idle.push({ connection, timer });
}

/** Why there is no connection: our password, a certificate or TLS before what the relay says, since none of it is the mail's fault. */
function connectCode(error: unknown): string {
  const trouble = statusOfTrouble(error);
  return trouble?.startsWith("4.7.") || trouble === "4.4.3" ? trouble : (codeOf(error) ?? trouble ?? "4.4.1");
}

/** What nodemailer puts on its errors. */
interface SmtpError extends Error {
  readonly response?: string | undefined;
  readonly responseCode?: number | undefined;
  readonly recipient?: string | undefined;
  /** The command that was answered: "MAIL FROM", "RCPT TO", "DATA". */
  readonly command?: string | undefined;
}

interface SendInfo {
  readonly response?: string | undefined;
  readonly serverMessageId?: string | undefined;
  readonly rejectedErrors?: readonly SmtpError[] | undefined;
}

type SendOutcome =
  | { readonly kind: "sent"; readonly info: SendInfo }
  | { readonly kind: "failed"; readonly error: SmtpError };

function send(
  connection: SMTPConnection,
  envelope: { from: string; to: string[]; size: number },
  data: Readable,
): Promise<SendOutcome> {
  return new Promise((resolve) => {
    connection.send(envelope, data, (error, info) => {
      if (error || info === undefined)
        resolve({ kind: "failed", error: error ?? new Error("closed without an answer") });
      else resolve({ kind: "sent", info });
    });
  });
}

function reset(connection: SMTPConnection): Promise<boolean> {
  return new Promise((resolve) => {
    connection.once("end", () => resolve(false));
    connection.reset((error) => resolve(!error));
  });
}

/**
 * Small pieces, so that `readableEnded` comes only when the last of them has left for the socket: while it is false the relay
 * cannot have seen the end of the mail and must have dropped it (RFC 5321 section 4.1.1.4).
 */
function chunked(bytes: Buffer): Readable {
  const pieces = function* (): Generator<Buffer> {
    for (let at = 0; at < bytes.length; at += 16_384) yield bytes.subarray(at, at + 16_384);
  };
  return Readable.from(pieces(), { objectMode: false });
}

/** What an SMTP error means for the message. An answer decides; without one it matters whether the end of the data was out. */
function failure(error: SmtpError, dataEnded: boolean): DeliveryResult {
  const { responseCode } = error;
  const detail = quoted(error);
  if (responseCode === undefined) {
    if (dataEnded) return { kind: "unknown", reason: { code: "noAnswer", facts: {} }, detail };
    return { kind: "tryLater", afterMs: null, code: "4.4.2", detail };
  }
  const code = codeOf(error) ?? String(responseCode);
  // 503 speaks of the session and 530, 535, 538 of our password or TLS, not of the message.
  const aboutUs = [503, 530, 534, 535, 538].includes(responseCode);
  if (responseCode >= 500 && responseCode < 600 && !aboutUs)
    return { kind: "refused", code, detail, ofRecipient: error.command === "RCPT TO" };
  return { kind: "tryLater", afterMs: null, code, detail, ...(aboutUs ? { ofChannel: true } : {}) };
}

/** The enhanced status (RFC 3463) when the relay gave one, its three digits otherwise. */
function codeOf(error: unknown): string | null {
  const { response, responseCode } = error as SmtpError;
  const enhanced = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response ?? "")?.[1];
  return enhanced ?? (responseCode === undefined ? null : String(responseCode));
}

/** For the log: what the relay said, or the connection's own error. */
function errorWords(error: unknown): string {
  return oneLine(error instanceof Error ? ((error as SmtpError).response ?? error.message) : "not an Error");
}

function quoted(error: unknown): string {
  return quotable((error as SmtpError | null)?.response, error);
}
