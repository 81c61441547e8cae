// Decides what a site's signed word about its user is worth. Pure; called by visitors/actions-signed.ts.
import { normalise } from "#modules/customers/model.ts";

/** What a site says under its signature. Empty: it said nothing of it. */
export interface SignedUser {
  /** The site's own id for them. */
  readonly id: string;
  readonly name: string;
  readonly email: string;
  /** The site has seen that they read there. */
  readonly emailProved: boolean;
  readonly phone: string;
  readonly language: "de" | "en" | null;
  /** The token's own id, by which it is believed once, and until when anybody could say it, in milliseconds since 1970. */
  readonly jti: string;
  readonly untilMs: number;
}

/** Why a site's word is not believed; told to the operator's log, never to the page. */
export type Disbelief =
  | "malformed"
  | "algorithm"
  | "signature"
  | "noKey"
  | "audience"
  | "issuedAt"
  | "expired"
  | "tooLong"
  | "subject"
  | "id"
  | "replayed";

/** A token may hold for five minutes, and clocks may differ by one. */
const longestMs = 5 * 60_000;
const skewMs = 60_000;
const longestId = 255;

const textOf = (value: unknown, longest: number): string =>
  typeof value === "string" && value.length <= longest ? value.trim() : "";

/** Control characters, marks of direction and the like: in an id they could make two users look like one. */
const invisible = /[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

const isId = (value: unknown): value is string =>
  typeof value === "string" &&
  value !== "" &&
  value.length <= longestId &&
  value === value.trim() &&
  value.isWellFormed() &&
  value.search(invisible) < 0;

const secondsOf = (value: unknown): number | null =>
  typeof value === "number" && Number.isFinite(value) && value > 0 && value < 1e11 ? value * 1_000 : null;

/**
 * Judges the claims of a token whose signature is right (RFC 7519 4.1): `aud` is the channel, `iat` and `exp` are there, it holds now, for at most five
 * minutes; `sub` and `jti` are ids. What else is said of the user is taken where it can be: a name that is too long, or an address that is none, is not said.
 */
export const judgeClaims = (
  claims: Readonly<Record<string, unknown>>,
  channelId: string,
  nowMs: number,
): SignedUser | { readonly disbelieved: Disbelief } => {
  const { aud, sub, jti, nbf } = claims;
  if (aud !== channelId && !(Array.isArray(aud) && aud.length === 1 && aud[0] === channelId))
    return { disbelieved: "audience" };
  const [issuedMs, expiresMs] = [secondsOf(claims["iat"]), secondsOf(claims["exp"])];
  if (issuedMs === null || issuedMs > nowMs + skewMs) return { disbelieved: "issuedAt" };
  if (nbf !== undefined && (secondsOf(nbf) ?? Number.POSITIVE_INFINITY) > nowMs + skewMs)
    return { disbelieved: "issuedAt" };
  if (expiresMs === null || expiresMs > nowMs + longestMs + skewMs || expiresMs - issuedMs > longestMs)
    return { disbelieved: "tooLong" };
  if (expiresMs <= nowMs - skewMs) return { disbelieved: "expired" };
  if (!isId(sub)) return { disbelieved: "subject" };
  if (!isId(jti)) return { disbelieved: "id" };
  const email = normalise("email", textOf(claims["email"], 320)) ?? "";
  const spoken = textOf(claims["locale"], 35).toLowerCase().split(/[-_]/)[0];
  return {
    id: sub,
    name: textOf(claims["name"], 100).replaceAll(invisible, ""),
    email,
    emailProved: email !== "" && claims["email_verified"] === true,
    phone: normalise("phone", textOf(claims["phone_number"] ?? claims["phone"], 40)) ?? "",
    language: spoken === "de" || spoken === "en" ? spoken : null,
    jti,
    untilMs: expiresMs + skewMs,
  };
};
