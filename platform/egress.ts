// The one door out: every fetch of an address that somebody else wrote goes through here, so that nobody makes us knock inside.
import { createRequire } from "node:module";
import { lookup as dnsLookup } from "node:dns/promises";
import type * as http from "node:http";
import type * as https from "node:https";
import { isIP, type LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";

// Not by an ES import, which would load all of fetch: docs/decisions/0262-no-fetch-at-rest.md.
const commonJs = createRequire(import.meta.url);
const { request: plainRequest } = commonJs("node:http") as typeof http;
const { request: tlsRequest } = commonJs("node:https") as typeof https;

/** Says all addresses of a host name, as the system or a test's own table would. */
export type Resolve = (host: string) => Promise<readonly string[]>;

export interface EgressRules {
  /** Hosts that may be inside, each "host" or "host:port", as the operator configured them. */
  readonly allowInside?: readonly string[];
  readonly resolve?: Resolve;
}

export interface OutsideOptions extends EgressRules {
  readonly method?: "GET" | "HEAD" | "POST" | "PUT" | "DELETE";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** For everything together, redirects included; 10 s. */
  readonly timeoutMs?: number;
  /** Of the answer's body; 5 MB. */
  readonly maxBytes?: number;
  readonly schemes?: readonly ("http:" | "https:")[];
  /** 3; more are never followed. */
  readonly mostRedirects?: number;
  /** Where redirects may lead, beside what holds for every address; anywhere when absent. */
  readonly mayLead?: (to: URL) => boolean;
}

export interface OutsideAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
  /** Where the redirects led. */
  readonly url: string;
}

/** Why a fetch failed: for the log. Whoever wrote the address only learns that it could not be reached. */
export type OutsideReason =
  | "badAddress"
  | "inside"
  | "unknownHost"
  | "tooManyRedirects"
  | "ledElsewhere"
  | "tooLarge"
  | "tooSlow"
  | "unreachable";

const failed = (reason: OutsideReason, cause?: unknown): Error =>
  Object.assign(new Error("the address could not be reached", cause === undefined ? {} : { cause }), {
    code: "EGRESS_FAILED",
    reason,
  });

/** The reason of a failed fetch, or null for any other error. */
export const outsideReason = (error: unknown): OutsideReason | null =>
  error instanceof Error && (error as { code?: unknown }).code === "EGRESS_FAILED"
    ? (error as unknown as { reason: OutsideReason }).reason
    : null;

const maxRedirects = 3;

/** The IPv4 address that an IPv6 one really leads to, if any: mapped, NAT64 (RFC 6052), 6to4 (RFC 3056), ISATAP (RFC 5214), IPv4-compatible. */
const embedded = (v6: ipaddr.IPv6): ipaddr.IPv4 | null => {
  const bytes = v6.toByteArray();
  const v4 = (at: number): ipaddr.IPv4 => new ipaddr.IPv4(bytes.slice(at, at + 4));
  const starts = (...head: number[]): boolean => head.every((byte, i) => bytes[i] === byte);
  if (v6.isIPv4MappedAddress()) return v6.toIPv4Address();
  if (starts(0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0)) return v4(12);
  if (starts(0x20, 0x02)) return v4(2);
  if ((bytes[8] === 0 || bytes[8] === 2) && bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe) return v4(12);
  return null;
};

/** Is it an address of the public internet, in whichever disguise? Everything special (RFC 6890), private, local, multicast or tunnelled to such is not. */
export const isOutside = (address: string): boolean => {
  if (isIP(address) === 0 || !ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.range() === "unicast";
  const inner = embedded(parsed);
  if (inner !== null)
    return inner.range() === "unicast" && (parsed.isIPv4MappedAddress() || parsed.range() !== "uniqueLocal");
  return parsed.range() === "unicast" && ((parsed.toByteArray()[0] ?? 0) & 0xe0) === 0x20;
};

const systemResolve: Resolve = async (host) =>
  (await dnsLookup(host, { all: true, order: "verbatim" })).map((entry) => entry.address);

/** Checks an address and says to which IP to connect; throws when it is malformed, unknown or inside. One inside answer among many is enough to refuse. */
export const resolveOutside = async (
  url: string | URL,
  options: Pick<OutsideOptions, "allowInside" | "resolve" | "schemes"> = {},
): Promise<{ readonly url: URL; readonly address: string }> => {
  if (!URL.canParse(String(url))) throw failed("badAddress");
  const parsed = new URL(url);
  if (
    !(options.schemes ?? ["https:", "http:"]).includes(parsed.protocol as "http:") ||
    parsed.username !== "" ||
    parsed.password !== "" ||
    parsed.hostname === ""
  )
    throw failed("badAddress");
  const host = parsed.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  const port = parsed.port === "" ? (parsed.protocol === "https:" ? "443" : "80") : parsed.port;
  // Of IPv6 "[::1]" and "[::1]:8080" are written as in an address, or "::1".
  const names = new Set([host, `${host}:${port}`, parsed.hostname, `${parsed.hostname}:${port}`]);
  const mayBeInside = (options.allowInside ?? []).some((allowed) => names.has(allowed.toLowerCase()));
  const addresses =
    isIP(host) > 0
      ? [host]
      : await (options.resolve ?? systemResolve)(host).catch((error: unknown) => {
          throw failed("unknownHost", error);
        });
  const [address] = addresses;
  if (address === undefined) throw failed("unknownHost");
  if (!mayBeInside && !addresses.every(isOutside)) throw failed("inside");
  return { url: parsed, address };
};

/** Says that address for whatever name it is asked: what connects goes to the very address that was checked, and nobody asks the name again. */
export const pinnedTo = (address: string): LookupFunction => {
  const family = isIP(address);
  return (_host, how, done) => (how.all === true ? done(null, [{ address, family }]) : done(null, address, family));
};

const once = (url: URL, address: string, options: OutsideOptions, signal: AbortSignal): Promise<http.IncomingMessage> =>
  new Promise((resolve, reject) => {
    const request = (url.protocol === "https:" ? tlsRequest : plainRequest)(url, {
      method: options.method ?? "GET",
      headers: { "user-agent": "Draht", accept: "*/*", "accept-encoding": "identity", ...options.headers },
      // A connection of its own.
      agent: false,
      lookup: pinnedTo(address),
      signal,
      maxHeaderSize: 16_384,
    });
    request.once("response", (response) => {
      const to = response.socket.remoteAddress ?? "";
      if (ipaddr.process(to || "::").toString() === ipaddr.process(address).toString()) resolve(response);
      else request.destroy(failed("inside"));
    });
    request.once("error", reject);
    request.end(options.body);
  });

const collect = async (response: http.IncomingMessage, maxBytes: number): Promise<Uint8Array> => {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response) {
    size += (part as Buffer).length;
    if (size > maxBytes) {
      response.destroy();
      throw failed("tooLarge");
    }
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
};

/** Headers that go to the host they were meant for and to no other. */
const confidential = (name: string): boolean => {
  const lower = name.toLowerCase();
  return (
    ["authorization", "cookie", "proxy-authorization"].includes(lower) ||
    (lower.startsWith("x-") && ["key", "token", "secret", "signature"].some((word) => lower.includes(word)))
  );
};

const afterRedirect = (options: OutsideOptions, status: number, sameOrigin: boolean): OutsideOptions => {
  const headers = Object.fromEntries(
    Object.entries(options.headers ?? {}).filter(([name]) => sameOrigin || !confidential(name)),
  );
  const { body, ...rest } = options;
  const method = options.method ?? "GET";
  if (status === 303 || ((status === 301 || status === 302) && method === "POST")) {
    const bare = Object.fromEntries(Object.entries(headers).filter(([name]) => !/^content-/i.test(name)));
    return { ...rest, headers: bare, method: method === "HEAD" ? "HEAD" : "GET" };
  }
  return body === undefined ? { ...rest, headers } : { ...rest, headers, body };
};

/**
 * Fetches an address of the outside: resolves, checks, connects to the checked address, and does so again for each of at most three
 * redirects (never from https to http). Throws one and the same error whether the address is forbidden or dead; `outsideReason` tells the log.
 */
export const fetchOutside = async (url: string, options: OutsideOptions = {}): Promise<OutsideAnswer> => {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(failed("tooSlow")), options.timeoutMs ?? 10_000);
  const patience = new Promise<never>((_, reject) =>
    stop.signal.addEventListener("abort", () => reject(failed("tooSlow")), { once: true }),
  );
  patience.catch(() => {});
  try {
    return await Promise.race([follow(url, options, stop.signal), patience]);
  } catch (error) {
    throw outsideReason(error) === null ? failed(stop.signal.aborted ? "tooSlow" : "unreachable", error) : error;
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
};

const follow = async (first: string, given: OutsideOptions, signal: AbortSignal): Promise<OutsideAnswer> => {
  let options = given;
  let next: string | URL = first;
  const most = Math.min(given.mostRedirects ?? maxRedirects, maxRedirects);
  for (let redirects = 0; redirects <= most; redirects += 1) {
    const { url, address } = await resolveOutside(next, options);
    const response = await once(url, address, options, signal);
    const status = response.statusCode ?? 0;
    const location = response.headers.location;
    if ([301, 302, 303, 307, 308].includes(status) && location !== undefined) {
      response.destroy();
      if (most === 0) break;
      if (!URL.canParse(location, url.href)) throw failed("badAddress");
      next = new URL(location, url);
      if (url.protocol === "https:" && next.protocol !== "https:") throw failed("badAddress");
      if (given.mayLead?.(next) === false) throw failed("ledElsewhere");
      options = afterRedirect(options, status, next.origin === url.origin);
      continue;
    }
    const bytes = await collect(response, options.maxBytes ?? 5_000_000);
    const headers = Object.fromEntries(
      Object.entries(response.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(", ") : (value ?? ""),
      ]),
    );
    return { status, headers, bytes, url: url.href };
  }
  throw failed("tooManyRedirects");
};
