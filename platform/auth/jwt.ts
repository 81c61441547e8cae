// Reads JSON Web Tokens (RFC 7519, signed as RFC 7515 says) by keys that know their own algorithm. Called by modules/visitors.
// Why this is ours: docs/decisions/0200-own-token-check.md.
import { createHmac, createPublicKey, timingSafeEqual, verify, type KeyObject } from "node:crypto";

/** A key verifies by its one algorithm, whatever a token says of itself: a public key is never taken for a secret. */
export type TokenKey =
  | { readonly id: string; readonly algorithm: "HS256"; readonly secret: Uint8Array }
  | { readonly id: string; readonly algorithm: "ES256"; readonly publicKey: KeyObject };

export type Claims = Readonly<Record<string, unknown>>;

/** What became of a token: its claims and the key that signed it, or why it is none of ours. */
export type ReadToken =
  | { readonly ok: true; readonly claims: Claims; readonly keyId: string }
  | { readonly ok: false; readonly why: "malformed" | "algorithm" | "signature" };

/** Longest token that is looked at, in characters. */
export const tokenLength = 8_192;

const record = (value: unknown): Claims | null =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Claims) : null;

/** Bytes of base64url without padding (RFC 4648, 5); null for anything that is not exactly how these bytes are written. */
const bytesOf = (part: string): Buffer | null => {
  const bytes = Buffer.from(part, "base64url");
  return part !== "" && bytes.toString("base64url") === part ? bytes : null;
};

const jsonOf = (part: string): Claims | null => {
  const bytes = bytesOf(part);
  if (bytes === null) return null;
  try {
    return record(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)));
  } catch {
    return null;
  }
};

const signs = (key: TokenKey, signed: string, signature: Buffer): boolean => {
  if (key.algorithm === "ES256")
    return (
      signature.length === 64 &&
      verify("sha256", Buffer.from(signed), { key: key.publicKey, dsaEncoding: "ieee-p1363" }, signature)
    );
  const own = createHmac("sha256", key.secret).update(signed).digest();
  return signature.length === own.length && timingSafeEqual(signature, own);
};

/**
 * Who signed it and what it claims; judges no claim. A key id (`kid`) in the header chooses among the keys and nothing else; without one every key of
 * the token's algorithm is tried. What asks for extensions (`crit`, RFC 7515 4.1.11) is refused.
 */
export const readToken = (token: string, keys: readonly TokenKey[]): ReadToken => {
  const parts = token.length > tokenLength ? [] : token.split(".", 4);
  const [head = "", body = "", tail = ""] = parts;
  const header = jsonOf(head);
  const signature = bytesOf(tail);
  const { alg, kid, typ, crit } = header ?? {};
  if (
    parts.length !== 3 ||
    header === null ||
    (typ !== undefined && (typeof typ !== "string" || typ.toUpperCase() !== "JWT")) ||
    crit !== undefined
  )
    return { ok: false, why: "malformed" };
  if (alg !== "HS256" && alg !== "ES256") return { ok: false, why: "algorithm" };
  const fitting = keys.filter((key) => key.algorithm === alg && (kid === undefined || kid === key.id));
  if (fitting.length === 0)
    return { ok: false, why: keys.some((key) => key.algorithm === alg) ? "signature" : "algorithm" };
  if (signature === null) return { ok: false, why: "signature" };
  const key = fitting.find((each) => signs(each, `${head}.${body}`, signature));
  if (key === undefined) return { ok: false, why: "signature" };
  const claims = jsonOf(body);
  return claims === null ? { ok: false, why: "malformed" } : { ok: true, claims, keyId: key.id };
};

/** A public key for ES256 (P-256) from PEM or JWK, as PEM; or why it is none. A private key is refused: it must stay where it is. */
export const publicKeyOf = (text: string): { readonly pem: string } | "private" | "notP256" => {
  const trimmed = text.trim();
  try {
    const jwk = trimmed.startsWith("{") ? record(JSON.parse(trimmed)) : null;
    if (jwk?.["d"] !== undefined || trimmed.includes("PRIVATE KEY")) return "private";
    const key = jwk === null ? createPublicKey(trimmed) : createPublicKey({ key: jwk, format: "jwk" });
    if (key.asymmetricKeyType !== "ec" || key.asymmetricKeyDetails?.namedCurve !== "prime256v1") return "notP256";
    return { pem: key.export({ type: "spki", format: "pem" }) };
  } catch {
    return "notP256";
  }
};

/** The key that `publicKeyOf` gave. */
export const keyFromPem = (pem: string): KeyObject => createPublicKey(pem);
