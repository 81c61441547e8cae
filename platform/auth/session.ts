// Session tokens: what the cookie carries, what the table keeps, and the proof that a call came from our own page.
import { createHash, randomBytes } from "node:crypto";
import { sameText } from "#platform/secret.ts";

/** A new session: the token for the cookie (256 random bits), and the hash that alone is stored. */
export const newSession = (): { readonly token: string; readonly hash: string } => {
  const token = randomBytes(32).toString("base64url");
  return { token, hash: sessionHash(token) };
};

/** SHA-256 of a token, or of whatever else is as good as one, in hex; a stolen table opens no session. */
export const sessionHash = (token: string): string => createHash("sha256").update(token).digest("hex");

/** Does it look like a token of ours? Saves the question to the database. */
export const isSessionToken = (text: string): boolean => /^[\w-]{43}$/.test(text);

/** What a page sends back as X-Csrf: bound to the session, so a token of another session does not do. */
export const csrfToken = (mac: (purpose: string, text: string) => string, sessionToken: string): string =>
  mac("csrf", sessionToken);

/** Is this the X-Csrf of that session? */
export const isCsrfToken = (
  mac: (purpose: string, text: string) => string,
  sessionToken: string,
  given: string | undefined,
): boolean => given !== undefined && sameText(csrfToken(mac, sessionToken), given);
