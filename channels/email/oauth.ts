// Access tokens for mail servers that take no password (RFC 6749, XOAUTH2): fetched once for everybody who asks, kept until shortly before they end.
// Called by imap.ts and smtp.ts.
import { createHash } from "node:crypto";
import { z } from "zod";
import type { TransportIo } from "#contract/channel.ts";
import type { EmailSettings } from "./settings.ts";

/** How a mailbox is signed in at its provider. */
export type OAuthAccess = NonNullable<EmailSettings["oauth"]>;

type TokenIo = Pick<TransportIo, "now" | "log" | "secrets">;

export interface AccessTokens {
  /**
   * A token that holds for a while yet. Rejects with an error that `statusOfTrouble` knows: EOAUTH when the provider refuses, EOAUTHAWAY when it
   * does not answer. After a failure it is not asked again for a moment.
   */
  readonly get: (access: OAuthAccess, io: TokenIo) => Promise<string>;
  /** A server did not take this token: the next who asks gets a new one. */
  readonly forget: (access: OAuthAccess, token: string) => void;
}

/** Longest wait for the provider's answer, and how long a failure holds. */
interface OAuthTimes {
  readonly answerMs: number;
  readonly restMs: number;
}

/** Tokens are renewed this long before they end: a server that has just taken one must not end it at once. */
const marginMs = 60_000;
const mostAnswerBytes = 64 * 1024;
const mostKept = 500;

const answer = z.object({
  access_token: z.string().min(1).max(20_000).optional(),
  expires_in: z.coerce
    .number()
    .min(1)
    .max(366 * 86_400)
    .optional(),
  refresh_token: z.string().min(1).max(20_000).optional(),
  error: z.string().optional(),
  error_description: z.string().optional(),
});
type Answer = z.infer<typeof answer>;

type Known =
  | { readonly kind: "asking"; readonly token: Promise<string> }
  | { readonly kind: "token"; readonly token: string; readonly until: number }
  | { readonly kind: "failed"; readonly error: Error; readonly until: number };

/** Keeps tokens in memory. The channel uses one keeper for the whole process. */
export const createTokens = (times: OAuthTimes = { answerMs: 20_000, restMs: 5_000 }): AccessTokens => {
  const known = new Map<string, Known>();

  const remember = (key: string, value: Known): void => {
    known.delete(key);
    known.set(key, value);
    for (const oldest of known.keys()) {
      if (known.size <= mostKept) break;
      known.delete(oldest);
    }
  };

  return {
    get: (access, io) => {
      const key = JSON.stringify(access);
      const now = io.now().getTime();
      const before = known.get(key);
      if (before?.kind === "asking") return before.token;
      if (before?.kind === "token" && before.until > now) return Promise.resolve(before.token);
      if (before?.kind === "failed" && before.until > now) return Promise.reject(before.error);
      const token = fetchToken(access, io, times.answerMs).then(
        (got) => {
          remember(key, { kind: "token", token: got.token, until: io.now().getTime() + got.holdsMs });
          return got.token;
        },
        (error: Error) => {
          remember(key, { kind: "failed", error, until: io.now().getTime() + times.restMs });
          throw error;
        },
      );
      remember(key, { kind: "asking", token });
      return token;
    },
    forget: (access, token) => {
      const key = JSON.stringify(access);
      const now = known.get(key);
      if (now?.kind === "token" && now.token === token) known.delete(key);
    },
  };
};

/** The tokens of this process. */
export const tokens = createTokens();

interface Fetched {
  readonly token: string;
  readonly holdsMs: number;
}

/**
 * Asks the provider: with the newest refresh token it gave, else with the one that was filled in, else as the application itself. A new refresh token is
 * kept, since providers let the old one end (Microsoft's after 90 days).
 */
const fetchToken = async (access: OAuthAccess, io: TokenIo, answerMs: number): Promise<Fetched> => {
  const { refreshToken } = access;
  if (refreshToken === null || refreshToken === "") return asFetched(await ask(access, null, answerMs), access);
  const name = keptUnder(access, refreshToken);
  const kept = (await io.secrets?.read(name)) ?? null;
  let used = kept ?? refreshToken;
  let said = await ask(access, used, answerMs);
  // What was kept may be void by now, or another's who had rotated it meanwhile.
  if (said.error === "invalid_grant" && kept !== null && kept !== refreshToken) {
    used = refreshToken;
    said = await ask(access, used, answerMs);
  }
  const fetched = asFetched(said, access);
  if (said.refresh_token !== undefined && said.refresh_token !== used)
    await io.secrets?.keep(name, said.refresh_token).catch((error: unknown) => {
      io.log("warn", "oauth.notKept", { error: error instanceof Error ? error.message : "unknown" });
    });
  return fetched;
};

/** Whoever fills in another refresh token begins anew with it. */
const keptUnder = ({ tokenUrl, clientId }: OAuthAccess, refreshToken: string): string =>
  `oauth:${createHash("sha256")
    .update(JSON.stringify([tokenUrl, clientId, refreshToken]))
    .digest("hex")
    .slice(0, 32)}`;

const ask = async (access: OAuthAccess, refreshToken: string | null, answerMs: number): Promise<Answer> => {
  const form = new URLSearchParams({
    grant_type: refreshToken === null ? "client_credentials" : "refresh_token",
    client_id: access.clientId,
    ...(refreshToken === null ? {} : { refresh_token: refreshToken }),
    ...(access.clientSecret === null || access.clientSecret === "" ? {} : { client_secret: access.clientSecret }),
    ...(access.scope === null || access.scope === "" ? {} : { scope: access.scope }),
  });
  const { host } = new URL(access.tokenUrl);
  let text: string;
  let status: number;
  try {
    const response = await fetch(access.tokenUrl, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
      body: form.toString(),
      redirect: "error",
      signal: AbortSignal.timeout(answerMs),
    });
    status = response.status;
    text = await bounded(response);
  } catch (error) {
    throw trouble("EOAUTHAWAY", `the sign-in service ${host} does not answer: ${causeOf(error)}`, host);
  }
  const parsed = answer.safeParse(jsonOf(text));
  // A server in trouble is no refusal.
  if (status >= 500 || status === 429)
    throw trouble("EOAUTHAWAY", `the sign-in service ${host} answers ${status}`, `${host} ${status}`);
  if (!parsed.success)
    throw trouble("EOAUTH", `the sign-in service ${host} answers ${status} and no token`, `${host} ${status}`);
  return parsed.data;
};

const asFetched = (said: Answer, access: OAuthAccess): Fetched => {
  if (said.access_token === undefined || said.error !== undefined) {
    const { host } = new URL(access.tokenUrl);
    const words = [said.error ?? "no token", said.error_description ?? ""].filter((part) => part !== "").join(": ");
    const plain = withoutSecrets(words, access);
    throw trouble("EOAUTH", `the sign-in service ${host} refuses: ${plain}`, plain);
  }
  const lastsMs = (said.expires_in ?? 300) * 1_000;
  return { token: said.access_token, holdsMs: lastsMs - Math.min(marginMs, lastsMs / 5) };
};

/** Providers repeat what they were sent; what is secret of it must stand in no list and no log. */
const withoutSecrets = (words: string, access: OAuthAccess): string =>
  [access.clientSecret, access.refreshToken]
    .filter((secret): secret is string => secret !== null && secret.length > 3)
    .reduce((text, secret) => text.replaceAll(secret, "…"), words)
    .replace(/[\u0000-\u001f\u007f]+/g, " ")
    .slice(0, 300);

/** A server's refusal of a token, as trouble with the sign-in service: no password is wrong. What was that already stays. */
export const notTaken = (error: unknown): Error => {
  const { response, responseText } = error as { readonly response?: string; readonly responseText?: string };
  const words = (responseText ?? (typeof response === "string" ? response : "")).slice(0, 300);
  return error instanceof Error && "code" in error && String(error.code).startsWith("EOAUTH")
    ? error
    : trouble("EOAUTH", `the mail server does not take the token: ${words}`, words);
};

/** `said`: what is quoted to people; the message is for the log. */
const trouble = (code: string, message: string, said: string): Error =>
  Object.assign(new Error(message), { code, said });

const causeOf = (error: unknown): string => {
  const { cause } = error as { cause?: unknown };
  const inner = cause instanceof Error ? cause : error;
  return inner instanceof Error ? inner.message.slice(0, 200) : "unknown";
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

const bounded = async (response: Response): Promise<string> => {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.byteLength;
    if (size > mostAnswerBytes) throw new Error("its answer is too long");
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
};
