// Web Push: the keys by which push services know this centre (VAPID, RFC 8292), what a browser gives to be told (RFC 8030), and telling it: encrypted
// (RFC 8291), through the one door. Called by modules/visitors and server/push.ts. Why a library encrypts: docs/decisions/0280-web-push.md.
import { createECDH } from "node:crypto";
import { buildPushPayload } from "@block65/webcrypto-web-push";
import { fetchOutside, outsideReason, type EgressRules } from "#platform/egress.ts";

/** P-256, in base64url: the public key as an uncompressed point, the private one as a number of 32 bytes. */
export interface PushKeys {
  readonly publicKey: string;
  readonly privateKey: string;
}

/** What a browser's PushSubscription says of itself: where it is reached, its public key and its secret, both in base64url. */
export interface PushTarget {
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
}

/** A fresh pair of keys. */
export const newPushKeys = (): PushKeys => {
  for (;;) {
    const pair = createECDH("prime256v1");
    const publicKey = pair.generateKeys("base64url");
    const privateKey = pair.getPrivateKey();
    // Written without its leading zeros it would be no key of 32 bytes: one pair in 256 is not taken.
    if (privateKey.length === 32) return { publicKey, privateKey: privateKey.toString("base64url") };
  }
};

const longestEndpoint = 1_000;

const bytesOf = (text: string): Buffer | null => {
  const bytes = Buffer.from(text, "base64url");
  return bytes.toString("base64url") === text.replace(/={1,2}$/, "") ? bytes : null;
};

/** Is that a point of the curve? Others would give away something of a private key. */
const isPoint = (bytes: Buffer): boolean => {
  const pair = createECDH("prime256v1");
  pair.generateKeys();
  try {
    pair.computeSecret(bytes);
    return true;
  } catch {
    return false;
  }
};

/** Can that be a subscription? Says nothing of where it leads: who sends finds out, each time. */
export const isPushTarget = ({ endpoint, p256dh, auth }: PushTarget): boolean => {
  if (endpoint.length > longestEndpoint || !URL.canParse(endpoint)) return false;
  const { protocol, username, password } = new URL(endpoint);
  if (protocol !== "https:" || username !== "" || password !== "") return false;
  const [point, secret] = [bytesOf(p256dh), bytesOf(auth)];
  return secret?.length === 16 && point?.length === 65 && point[0] === 4 && isPoint(point);
};

export interface Push {
  readonly target: PushTarget;
  /** At most 3,800 bytes; all are padded to the same length, so that a push service learns nothing from it. */
  readonly text: string;
  /** A push of the same topic that was not handed over yet gives way to this one: at most 32 characters of base64url. */
  readonly topic: string;
  readonly keepSeconds: number;
  readonly keys: PushKeys;
  /** By which a push service reaches the operator: mailto: or https:. */
  readonly contact: string;
}

/**
 * "gone": it will never be reached again, or leads where we do not go; "later": not now, null: nobody said when; "refused": not this one. `why`: a status or
 * a reason of the door, for the log.
 */
export type Pushed =
  | { readonly kind: "taken" }
  | { readonly kind: "gone"; readonly why: string }
  | { readonly kind: "later"; readonly afterMs: number | null; readonly why: string }
  | { readonly kind: "refused"; readonly why: string };

const timeoutMs = 10_000;

/** Milliseconds of a Retry-After (RFC 9110, 10.2.3); null: it says none. */
const afterOf = (header: string | undefined, nowMs: number): number | null => {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs);
};

/** Hands it to the push service that the browser has chosen. Never rejects for what that service says or does; redirects are not followed. */
export const sendPush = async (push: Push, rules: EgressRules, nowMs: number): Promise<Pushed> => {
  const { endpoint, p256dh, auth } = push.target;
  const { headers, body } = await buildPushPayload(
    { data: push.text, options: { ttl: push.keepSeconds, topic: push.topic, urgency: "normal" } },
    { endpoint, expirationTime: null, keys: { p256dh, auth } },
    { ...push.keys, subject: push.contact },
  );
  const answer = await fetchOutside(endpoint, {
    ...rules,
    method: "POST",
    headers,
    body,
    timeoutMs,
    maxBytes: 20_000,
    schemes: ["https:"],
    mostRedirects: 0,
  }).catch((error: unknown) => {
    const why = outsideReason(error);
    if (why === null) throw error;
    return why;
  });
  if (typeof answer === "string") {
    const isHostile = answer === "inside" || answer === "badAddress" || answer === "tooManyRedirects";
    return isHostile ? { kind: "gone", why: answer } : { kind: "later", afterMs: null, why: answer };
  }
  const { status } = answer;
  const why = String(status);
  if (status >= 200 && status < 300) return { kind: "taken" };
  if (status === 404 || status === 410) return { kind: "gone", why };
  if (status === 408 || status === 429 || status >= 500)
    return { kind: "later", afterMs: afterOf(answer.headers["retry-after"], nowMs), why };
  return { kind: "refused", why };
};
