// Says of a connection that failed what is wrong, as a status (RFC 3463) that the desk has words for. Called by imap.ts, smtp.ts and check.ts. Pure.

/** What libraries and Node put on their errors. */
interface Troubled {
  readonly message?: string;
  readonly code?: string | number;
  readonly authenticationFailed?: unknown;
  readonly cause?: unknown;
  /** The other side's own words, when the message is not that. */
  readonly said?: string;
}

/**
 * 4.7.14 the provider's sign-in service gives no token (RFC 5248), 4.4.3 it does not answer, 4.7.8 the password is wrong (RFC 4954), 4.7.5 the
 * certificate is not to be trusted, 4.7.4 no such encryption there, 4.4.4 the name is unknown, 4.4.2 it went silent or closed, 4.4.1 nobody answers. Null when the error says none of it.
 */
export function statusOfTrouble(error: unknown): string | null {
  const { message, code, authenticationFailed, cause } = (error ?? {}) as Troubled;
  const said = `${code ?? ""} ${message ?? ""}`;
  if (/^EOAUTHAWAY\b/.test(said)) return "4.4.3";
  if (/^EOAUTH\b/.test(said)) return "4.7.14";
  if (authenticationFailed === true || /^EAUTH\b/.test(said)) return "4.7.8";
  if (/certificate|CERT_|altname/i.test(said)) return "4.7.5";
  if (/STARTTLS|ETLS\b|wrong version number|EPROTO\b|packet length too long|plaintext/i.test(said)) return "4.7.4";
  if (/ENOTFOUND|EAI_AGAIN|EDNS\b/.test(said)) return "4.4.4";
  if (/ECONNREFUSED|EHOSTUNREACH|ENETUNREACH/.test(said)) return "4.4.1";
  if (/ETIMEDOUT|ECONNRESET|EPIPE|timed? ?out|closed/i.test(said)) return "4.4.2";
  return cause === undefined || cause === error ? null : statusOfTrouble(cause);
}

/**
 * What there is to quote of a connection that failed: what the server `said`; where it said nothing, what is said of its certificate, or what nobody
 * has words for. Of the rest the status says all, and a library's sentence would only say it again in English.
 */
export function quotable(said: string | undefined, error: unknown): string {
  const status = statusOfTrouble(error);
  const words =
    said ??
    (error as Troubled | null)?.said ??
    (error instanceof Error && (status === null || status === "4.7.5") ? error.message : "");
  return oneLine(words);
}

/** Text without control characters, short enough for a log or a line on the screen. */
export function oneLine(text: string): string {
  return text
    .replace(/[\u0000-\u001f\u007f]+/g, " ")
    .trim()
    .slice(0, 500)
    .toWellFormed();
}
