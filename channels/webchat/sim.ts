// A push service in small, with the browsers that subscribe to it (RFC 8030): checks who sends (RFC 8292), decrypts as a browser does (RFC 8291), keeps
// what came. On loopback, for tests.
import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";

/** What a browser gives away of a subscription: its toJSON() in one level. */
export interface Subscription {
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
}

/** A browser's own half of it. */
export interface BrowserKeys {
  readonly privateKey: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly auth: Uint8Array;
}

/** A push that was taken in. */
export interface TakenPush {
  readonly endpoint: string;
  readonly text: string;
  readonly ttlSeconds: number;
  readonly urgency: string | null;
  readonly topic: string | null;
  readonly bytes: number;
  /** The sender's `sub`. */
  readonly contact: string;
}

/** How it answers in place of taking something in. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface PushService {
  readonly origin: string;
  /** A browser wants pushes of whoever holds this key, in base64url. */
  readonly subscribe: (applicationServerKey: string) => Subscription;
  /** What it answers from now on, to all; null: as it should. */
  readonly behave: (answer: Answer | null) => void;
  readonly taken: readonly TakenPush[];
  /** Statuses of all answers, in their order. */
  readonly answered: readonly number[];
  /** What was wrong with what it refused by itself. */
  readonly faults: readonly string[];
  /** Resolves when so many have been answered. */
  readonly answers: (count: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Largest body that a push service has to take (RFC 8030, 7.2), and longest token that may still be used (RFC 8292, 2). */
const mostBytes = 4_096;
const longestTokenSeconds = 24 * 3_600;

const derived = (secret: Uint8Array, salt: Uint8Array, info: Uint8Array | string, length: number): Buffer =>
  Buffer.from(hkdfSync("sha256", secret, salt, info, length));

/** The text of a body in aes128gcm (RFC 8188) that was made for that browser (RFC 8291); throws when it was not. */
export const decrypted = (body: Uint8Array, browser: BrowserKeys): string => {
  const bytes = Buffer.from(body);
  const [salt, recordSize, keyLength] = [bytes.subarray(0, 16), bytes.readUInt32BE(16), bytes.readUInt8(20)];
  const sender = bytes.subarray(21, 21 + keyLength);
  const sealed = bytes.subarray(21 + keyLength);
  if (sealed.length > recordSize) throw new Error("more than one record");
  const pair = createECDH("prime256v1");
  pair.setPrivateKey(browser.privateKey);
  const info = Buffer.concat([Buffer.from("WebPush: info\0"), browser.publicKey, sender]);
  const secret = derived(pair.computeSecret(sender), browser.auth, info, 32);
  const nonce = derived(secret, salt, "Content-Encoding: nonce\0", 12);
  const key = derived(secret, salt, "Content-Encoding: aes128gcm\0", 16);
  const decipher = createDecipheriv("aes-128-gcm", key, nonce, { authTagLength: 16 });
  decipher.setAuthTag(sealed.subarray(-16));
  const padded = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
  const end = padded.findLastIndex((byte) => byte !== 0);
  if (padded[end] !== 2) throw new Error("the last record does not end as one");
  return padded.subarray(0, end).toString("utf8");
};

const json = (part: string): Readonly<Record<string, unknown>> =>
  JSON.parse(Buffer.from(part, "base64url").toString("utf8")) as Readonly<Record<string, unknown>>;

/** The claims of whoever sends, when the key they show is the one the browser named and has signed for this service; throws what is wrong. */
const senderOf = (header: string, expected: string, origin: string): Readonly<Record<string, unknown>> => {
  const [, token = "", key = ""] = /^vapid t=([\w.-]+), ?k=([\w-]+)$/.exec(header) ?? [];
  if (key !== expected) throw new Error("another key than the subscription's");
  const [head = "", body = "", signature = ""] = token.split(".");
  const point = Buffer.from(key, "base64url");
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString("base64url"));
  const publicKey = createPublicKey({ key: { kty: "EC", crv: "P-256", x, y }, format: "jwk" } as never);
  const signed = verify(
    "sha256",
    Buffer.from(`${head}.${body}`),
    { key: publicKey, dsaEncoding: "ieee-p1363" },
    Buffer.from(signature, "base64url"),
  );
  if (!signed || json(head)["alg"] !== "ES256") throw new Error("the signature is not right");
  const claims = json(body);
  const seconds = Number(claims["exp"]) - Date.now() / 1_000;
  if (claims["aud"] !== origin) throw new Error(`for ${String(claims["aud"])} and not for ${origin}`);
  if (!(seconds > 0 && seconds <= longestTokenSeconds)) throw new Error(`it expires in ${seconds} seconds`);
  if (!/^mailto:.+@.|^https:\/\/./.test(String(claims["sub"]))) throw new Error(`no contact: ${String(claims["sub"])}`);
  return claims;
};

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
};

/** Opens one on a free port of this machine. `tls`: a certificate for "localhost" and its key, PEM. */
export const startPushService = async (tls: { readonly cert: string; readonly key: string }): Promise<PushService> => {
  const browsers = new Map<string, BrowserKeys & { readonly sender: string }>();
  const taken: TakenPush[] = [];
  const answered: number[] = [];
  const faults: string[] = [];
  const watchers = new Set<() => void>();
  let instead: Answer | null = null;
  let origin = "";

  const take = (request: IncomingMessage, body: Buffer): Answer => {
    const endpoint = `${origin}${request.url}`;
    const browser = browsers.get(endpoint);
    if (browser === undefined) return { status: 404 };
    const of = (name: string): string | null => (request.headers[name] as string | undefined) ?? null;
    if (body.length > mostBytes) return { status: 413 };
    if (!/^\d+$/.test(of("ttl") ?? "")) throw new Error("no TTL");
    if (of("content-encoding") !== "aes128gcm") throw new Error(`encoded as ${of("content-encoding")}`);
    const topic = of("topic");
    if (topic !== null && !/^[\w-]{1,32}$/.test(topic)) throw new Error(`the topic is ${topic}`);
    const claims = senderOf(of("authorization") ?? "", browser.sender, origin);
    taken.push({
      endpoint,
      text: decrypted(body, browser),
      ttlSeconds: Number(of("ttl")),
      urgency: of("urgency"),
      topic,
      bytes: body.length,
      contact: String(claims["sub"]),
    });
    return { status: 201, headers: { location: `${endpoint}/message` } };
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    let said: Answer;
    try {
      said = instead ?? take(request, body);
    } catch (error) {
      faults.push((error as Error).message);
      said = { status: 403 };
    }
    response.writeHead(said.status, said.headers).end();
    answered.push(said.status);
    for (const look of watchers) look();
  };

  const server = createServer(tls, (request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  origin = `https://localhost:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    subscribe: (applicationServerKey) => {
      const pair = createECDH("prime256v1");
      const publicKey = pair.generateKeys();
      const auth = randomBytes(16);
      const endpoint = `${origin}/push/${randomBytes(16).toString("base64url")}`;
      browsers.set(endpoint, { privateKey: pair.getPrivateKey(), publicKey, auth, sender: applicationServerKey });
      return { endpoint, p256dh: publicKey.toString("base64url"), auth: auth.toString("base64url") };
    },
    behave: (given) => (instead = given),
    taken,
    answered,
    faults,
    answers: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (answered.length < count) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      }),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
};
