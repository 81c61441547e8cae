// The HTTP server's machinery: limits, headers, cookies, strict bodies, overload, static pages, shutting down. server/app.ts mounts on it.
import { randomUUID } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import fastifyCookie from "@fastify/cookie";
import fastifyMultipart from "@fastify/multipart";
import fastifyStatic from "@fastify/static";
import fastify from "fastify";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { callerOf } from "#platform/http/caller.ts";
import { securityHeaders } from "#platform/http/headers.ts";
import { parseJson } from "#platform/http/json.ts";
import { watchLoad } from "#platform/http/overload.ts";
import type { Log } from "#platform/log.ts";
import type { Metrics } from "#platform/metrics.ts";

export interface HttpOptions {
  readonly log: Log;
  readonly metrics: Metrics;
  /** Addresses or networks whose X-Forwarded-* is believed; none: nobody's. */
  readonly trustProxy: readonly string[];
  /** Largest JSON body. */
  readonly bodyLimitBytes: number;
  /** Largest uploaded file; a route that takes uploads sets its own `bodyLimit` above it. */
  readonly uploadLimitBytes: number;
  /** Address under which browsers reach us; https makes cookies Secure with the prefix __Host-. */
  readonly publicUrl: string;
  /** Answers what was thrown: errors with a `statusCode` are refusals of ours (400, 404, 413, 415, 503), others are bugs. */
  readonly onError: (error: unknown, request: FastifyRequest, reply: FastifyReply) => void;
  readonly maxInFlight?: number;
  readonly maxLagMs?: number;
  /** Time for a request without upload to arrive whole; 20 s. */
  readonly arriveWithinMs?: number;
  /** Paths that are answered also under overload, for example "/healthz". */
  readonly always?: readonly string[];
}

export interface Http {
  readonly app: FastifyInstance;
  readonly cookieName: string;
  /** Sets the session cookie for 30 days, or takes it away with null. */
  readonly setCookie: (reply: FastifyReply, token: string | null) => void;
  /** Could the request come from our own pages? False when a browser says that another site sent it. */
  readonly sameOrigin: (request: FastifyRequest) => boolean;
  /** The same for an upgrade to WebSocket, where browsers always send Origin; one without is no browser's and is refused. */
  readonly sameOriginUpgrade: (request: IncomingMessage) => boolean;
  /** The session token of an upgrade request. */
  readonly cookieOf: (request: IncomingMessage) => string | null;
  /** Serves a built web folder: /assets/ for ever, other paths that no route knows become index.html. */
  readonly servePages: (folder: string) => Promise<void>;
  /** The address of whoever calls, behind proxies that are trusted; for a request that is upgraded. */
  readonly callerOf: (request: IncomingMessage) => string;
  /** Gives every upgrade to WebSocket at that path to `take`; others are refused. */
  readonly onUpgrade: (path: string, take: (request: IncomingMessage, socket: Duplex, head: Buffer) => void) => void;
  /** The uploaded file of a multipart request, whole in memory; throws 400, 413 or 415. */
  readonly readUpload: (request: FastifyRequest) => Promise<{ readonly name: string; readonly bytes: Uint8Array }>;
  /** Opens the port (0: a free one) and says which. */
  readonly listen: (host: string, port: number) => Promise<number>;
  /** Takes nothing new, finishes what is in hand for at most `graceMs` (10 s), then cuts. */
  readonly close: (graceMs?: number) => Promise<void>;
}

/** An error that `onError` answers with that status. */
export const httpError = (statusCode: number, message: string): Error =>
  Object.assign(new Error(message), { statusCode });

const sessionSeconds = 30 * 24 * 3600;

const hostOf = (origin: string): string | null => (URL.canParse(origin) ? new URL(origin).host : null);

/** Compares Origin with the host the browser asked for, and with the public address; Sec-Fetch-Site tells on other sites too. */
const comesFromUs = (headers: IncomingMessage["headers"], publicHost: string, withoutOrigin: boolean): boolean => {
  const { origin, host } = headers;
  const site = headers["sec-fetch-site"];
  if (site === "cross-site" || site === "same-site") return false;
  if (origin === undefined) return withoutOrigin;
  const from = hostOf(origin);
  return from !== null && from !== "" && (from === host || from === publicHost);
};

const rawAnswer = (status: number, words: string, more = ""): string =>
  `HTTP/1.1 ${status} ${words}\r\nConnection: close\r\nContent-Length: 0\r\nX-Content-Type-Options: nosniff\r\n${more}\r\n`;
/** When to come again after a 503, in seconds. */
const againSeconds = "2";

const brokenRequest: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: rawAnswer(431, "Request Header Fields Too Large"),
  ERR_HTTP_REQUEST_TIMEOUT: rawAnswer(408, "Request Timeout"),
};

/** Slow senders: headers within 10 s, the whole request within 5 minutes (a large upload over a thin line), silence at most 60 s. */
const limits = {
  requestTimeout: 300_000,
  connectionTimeout: 60_000,
  keepAliveTimeout: 65_000,
  http: { headersTimeout: 10_000, connectionsCheckingInterval: 2_000, maxHeaderSize: 16_384 },
} as const;

const makeApp = (options: HttpOptions, headers: Readonly<Record<string, string>>): FastifyInstance => {
  const app = fastify({
    ...limits,
    logger: false,
    trustProxy: options.trustProxy.length > 0 ? [...options.trustProxy] : false,
    bodyLimit: options.bodyLimitBytes,
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    routerOptions: { maxParamLength: 4_000 },
    forceCloseConnections: "idle",
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => {
      const answer = reply as unknown as FastifyReply;
      void answer.headers(headers);
      options.onError(Object.assign(error, { statusCode: error.statusCode ?? 400 }), request, answer);
    },
    clientErrorHandler: (error, socket) => {
      if (error.code === "ECONNRESET" || !socket.writable) socket.destroy();
      else socket.end(brokenRequest[error.code] ?? rawAnswer(400, "Bad Request"));
    },
  });
  app.server.maxConnections = 10_000;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) => {
    try {
      done(null, parseJson(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
  app.setErrorHandler((error, request, reply) => options.onError(error, request, reply));
  app.setNotFoundHandler((request, reply) => options.onError(httpError(404, "no such address"), request, reply));
  return app;
};

const addPages = async (app: FastifyInstance, folder: string): Promise<void> => {
  const index = join(folder, "index.html");
  if (!existsSync(index)) throw new Error(`${index} is missing: the web is not built`);
  const common = {
    index: false as const,
    dotfiles: "ignore" as const,
    preCompressed: true,
    cacheControl: false,
  };
  // Looked up when asked for: the pages may be built anew while the server runs.
  await app.register(fastifyStatic, {
    ...common,
    root: join(folder, "assets"),
    prefix: "/assets/",
    setHeaders: (reply) => void reply.header("cache-control", "public, max-age=31536000, immutable"),
  });
  await app.register(fastifyStatic, {
    ...common,
    root: folder,
    decorateReply: false,
    wildcard: false,
    globIgnore: ["**/*.map", "assets/**"],
    setHeaders: (reply) => void reply.header("cache-control", "no-cache"),
  });
  app.get("/*", (request, reply) => {
    const path = request.url.split("?")[0] ?? "";
    // What has an ending, or belongs to the machines, is no page: a missing script must not come back as HTML.
    if (/^\/(?:api|assets)\/|\/\.|\.[a-z0-9]{1,5}$/i.test(path)) throw httpError(404, "no such address");
    // A page of its own beside the one that finds its way by itself.
    const own = /^\/[a-z]+$/.test(path) ? join(folder, `${path.slice(1)}.html`) : index;
    return reply
      .header("cache-control", "no-cache")
      .type("text/html; charset=utf-8")
      .send(createReadStream(existsSync(own) ? own : index));
  });
};

interface Mark {
  readonly began: number;
  readonly counted: boolean;
  readonly late: NodeJS.Timeout | null;
}

/** Makes the server; it does not listen yet. */
export const createHttp = async (options: HttpOptions): Promise<Http> => {
  const { log, metrics } = options;
  const secure = options.publicUrl.startsWith("https:");
  const publicHost = hostOf(options.publicUrl) ?? "";
  const cookieName = secure ? "__Host-session" : "session";
  const headers = securityHeaders(secure);
  const load = watchLoad({ maxInFlight: options.maxInFlight ?? 256, maxLagMs: options.maxLagMs ?? 1_500 });
  const always = new Set(options.always ?? []);
  const arriveWithinMs = options.arriveWithinMs ?? 20_000;
  const seconds = metrics.histogram("http_seconds", "Calls answered, by route and status", [
    "route",
    "method",
    "status",
  ]);
  const turnedAway = metrics.counter("http_turned_away_total", "Calls refused because there was too much to do");
  metrics.gauge("http_in_flight", "Calls being answered", load.inFlight);

  const app = makeApp(options, headers);
  await app.register(fastifyCookie);
  await app.register(fastifyMultipart, {
    limits: {
      fileSize: options.uploadLimitBytes,
      files: 1,
      fields: 10,
      parts: 11,
      fieldNameSize: 100,
      fieldSize: 10_000,
      headerPairs: 50,
    },
    throwFileSizeLimit: true,
  });

  const marks = new WeakMap<FastifyRequest, Mark>();
  let closing = false;
  const finish = (request: FastifyRequest, status: number): void => {
    const mark = marks.get(request);
    if (mark === undefined) return;
    marks.delete(request);
    if (mark.late !== null) clearTimeout(mark.late);
    if (mark.counted) load.leave();
    // A kept-alive connection whose last answer has just gone out would hold the shutdown up.
    if (closing) setImmediate(() => app.server.closeIdleConnections());
    seconds.observe((performance.now() - mark.began) / 1000, {
      route: request.routeOptions.url ?? "none",
      method: request.method,
      status: `${Math.floor(status / 100)}xx`,
    });
  };

  app.addHook("onRequest", (request, reply, done) => {
    const { url = "", method } = request.raw;
    void reply.headers(headers);
    void reply.header("x-request-id", request.id);
    if (url.startsWith("/api/")) void reply.header("cache-control", "no-store");
    const free = always.has(url);
    const counted = !free && load.enter();
    // Node has no time-out for a body that trickles below `requestTimeout`; uploads may be slow, calls may not.
    const mayBeSlow =
      method === "GET" || method === "HEAD" || (request.headers["content-type"]?.startsWith("multipart/") ?? false);
    const late = mayBeSlow ? null : setTimeout(() => request.raw.destroy(), arriveWithinMs);
    marks.set(request, { began: performance.now(), counted, late });
    reply.raw.once("close", () => finish(request, reply.raw.writableFinished ? reply.raw.statusCode : 499));
    if (!counted && !free) {
      turnedAway.add();
      void reply.header("retry-after", againSeconds);
      return done(httpError(503, "too much to do"));
    }
    return url.includes("%00") ? done(httpError(400, "an address holds U+0000")) : done();
  });
  app.addHook("preHandler", (request, _reply, done) => {
    const late = marks.get(request)?.late;
    if (late) clearTimeout(late);
    done();
  });

  const upgrades = new Map<string, (request: IncomingMessage, socket: Duplex, head: Buffer) => void>();
  app.server.on("upgrade", (request, socket, head) => {
    const take = upgrades.get((request.url ?? "").split("?")[0] ?? "");
    if (take && !load.isLate()) return take(request, socket, head);
    socket.on("error", () => socket.destroy());
    if (!take) return socket.end(rawAnswer(404, "Not Found"));
    turnedAway.add();
    return socket.end(rawAnswer(503, "Service Unavailable", `Retry-After: ${againSeconds}\r\n`));
  });

  return {
    app,
    cookieName,
    setCookie: (reply, token) => {
      const common = { path: "/", httpOnly: true, sameSite: "lax", secure } as const;
      if (token === null) void reply.clearCookie(cookieName, common);
      else void reply.setCookie(cookieName, token, { ...common, maxAge: sessionSeconds });
    },
    sameOrigin: (request) => comesFromUs(request.raw.headers, publicHost, true),
    sameOriginUpgrade: (request) => comesFromUs(request.headers, publicHost, false),
    cookieOf: (request) =>
      request.headers.cookie === undefined ? null : (app.parseCookie(request.headers.cookie)[cookieName] ?? null),
    servePages: (folder) => addPages(app, folder),
    callerOf: (request) => callerOf(request, options.trustProxy),
    onUpgrade: (path, take) => void upgrades.set(path, take),
    readUpload: async (request) => {
      if (!request.isMultipart()) throw httpError(415, "multipart/form-data was expected");
      const part = await request.file();
      if (part === undefined) throw httpError(400, "no file was sent");
      return { name: part.filename, bytes: await part.toBuffer() };
    },
    listen: async (host, port) => {
      // Thousands of pages come again at one moment: whoever finds no place in the queue tries only a second later.
      await app.listen({ host, port, backlog: 4_096 });
      return (app.server.address() as AddressInfo).port;
    },
    close: async (graceMs = 10_000) => {
      closing = true;
      const patience = setTimeout(() => {
        log.warn("http.cut", { inFlight: load.inFlight() });
        app.server.closeAllConnections();
      }, graceMs);
      try {
        await app.close();
      } finally {
        clearTimeout(patience);
        load.stop();
      }
    },
  };
};
