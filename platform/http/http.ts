// The HTTP server without a word of the domain: safe headers, strict JSON, bounds, static files, an end without loss. server/app.ts mounts on it.
import cookie from "@fastify/cookie";
import multipart from "@fastify/multipart";
import fastifyStatic from "@fastify/static";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Metrics } from "#platform/metrics.ts";

export interface HttpOptions {
  readonly metrics: Metrics;
  /** Addresses of proxies whose X-Forwarded-For is believed; empty: none. */
  readonly trustProxy: readonly string[];
  readonly bodyLimitBytes: number;
  readonly fileLimitBytes: number;
  /** Folder of the built pages, and the address prefix of files whose names hold their hash. */
  readonly pages: { readonly root: string; readonly hashedPrefix: string } | null;
  /** Addresses that never answer with a page, e.g. "/api/". */
  readonly notPages: readonly string[];
  readonly onError: (error: unknown, request: FastifyRequest, reply: FastifyReply) => void;
  readonly onMissing: (request: FastifyRequest, reply: FastifyReply) => void;
  readonly onOverload: (request: FastifyRequest, reply: FastifyReply) => void;
  /** True when the pages are reached by https: cookies get __Host- and Secure, and browsers are told to stay with https. */
  readonly https: boolean;
}

export interface Http {
  readonly app: FastifyInstance;
  readonly listen: (host: string, port: number) => Promise<number>;
  /** Stops accepting, lets running requests finish (at most 5 s), closes. */
  readonly close: () => Promise<void>;
  /** True when the request comes from our own pages. Browsers send one of the headers with every changing request. */
  readonly sameOrigin: (request: FastifyRequest) => boolean;
}

/** Nothing from elsewhere, no inline script or style, no frames around us; frames inside only from ourselves. */
export const pagePolicy =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; frame-src 'self'; frame-ancestors 'none'; object-src 'none'; base-uri 'none'; form-action 'self'";

const maxInFlight = 400;
/** Above this delay of the event loop new work is refused, so that what was begun gets done. */
const maxLoopDelayMs = 800;
const maxDepth = 64;

/** JSON by RFC 8259 in valid UTF-8, nested at most 64 deep; keys that reach for prototypes are refused. */
const parseJson = (bytes: Buffer): unknown => {
  const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (inString) {
      if (c === 92) i += 1;
      else if (c === 34) inString = false;
    } else if (c === 34) inString = true;
    else if (c === 123 || c === 91) {
      depth += 1;
      if (depth > maxDepth) throw new Error(`nested more than ${maxDepth} deep`);
    } else if (c === 125 || c === 93) depth -= 1;
  }
  return text.includes("__proto__") || text.includes("constructor")
    ? (JSON.parse(text, (key, value: unknown) => {
        if (key === "__proto__" || key === "constructor") throw new Error(`the key ${key} is not allowed`);
        return value;
      }) as unknown)
    : (JSON.parse(text) as unknown);
};

/** Makes the server; nothing listens yet. */
export const createHttp = async (options: HttpOptions): Promise<Http> => {
  const app = fastify({
    logger: false,
    trustProxy: options.trustProxy.length > 0 ? [...options.trustProxy] : false,
    bodyLimit: options.bodyLimitBytes,
    requestTimeout: 60_000,
    connectionTimeout: 0,
    keepAliveTimeout: 65_000,
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    routerOptions: { maxParamLength: 5_000, ignoreTrailingSlash: true },
    return503OnClosing: true,
    forceCloseConnections: "idle",
    http: { headersTimeout: 15_000, maxHeaderSize: 16_384 },
  });
  const seconds = options.metrics.histogram("http_seconds", "Time to answer, by route", ["route", "status"]);
  const lag = monitorEventLoopDelay({ resolution: 20 });
  lag.enable();
  const lagReset = setInterval(() => lag.reset(), 2_000);
  lagReset.unref();
  let inFlight = 0;

  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) => {
    try {
      done(null, body.length === 0 ? {} : parseJson(body as Buffer));
    } catch (error) {
      done(
        Object.assign(new Error(error instanceof Error ? `not JSON: ${error.message}` : "not JSON"), {
          statusCode: 400,
        }),
        undefined,
      );
    }
  });

  app.addHook("onRequest", async (request, reply) => {
    inFlight += 1;
    void reply.headers({
      "content-security-policy": pagePolicy,
      "x-content-type-options": "nosniff",
      "referrer-policy": "same-origin",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "x-frame-options": "DENY",
      "permissions-policy": "camera=(self), microphone=(self), geolocation=()",
      "x-request-id": String(request.id),
      ...(options.https ? { "strict-transport-security": "max-age=31536000" } : {}),
      ...(options.notPages.some((prefix) => request.url.startsWith(prefix)) ? { "cache-control": "no-store" } : {}),
    });
    if (inFlight > maxInFlight || lag.mean / 1e6 > maxLoopDelayMs) {
      options.onOverload(request, reply);
      return reply;
    }
  });
  app.addHook("onResponse", async (request, reply) => {
    inFlight -= 1;
    seconds.observe(reply.elapsedTime / 1000, {
      route: request.routeOptions.url ?? "none",
      status: `${Math.floor(reply.statusCode / 100)}xx`,
    });
  });
  app.addHook("onRequestAbort", async () => {
    // onResponse still follows; nothing to count here.
  });
  app.setErrorHandler((error, request, reply) => options.onError(error, request, reply));

  await app.register(cookie);
  await app.register(multipart, {
    limits: { fileSize: options.fileLimitBytes, files: 1, fields: 5, fieldSize: 10_000, parts: 6, headerPairs: 50 },
  });
  if (options.pages) {
    const { root, hashedPrefix } = options.pages;
    await app.register(fastifyStatic, {
      root,
      wildcard: true,
      index: false,
      cacheControl: false,
      setHeaders: (reply, path) => {
        const hashed = path.slice(root.length).replaceAll("\\", "/").startsWith(hashedPrefix);
        reply.setHeader("cache-control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
      },
    });
  }
  app.setNotFoundHandler((request, reply) => {
    const page =
      options.pages !== null &&
      (request.method === "GET" || request.method === "HEAD") &&
      !options.notPages.some((prefix) => request.url.startsWith(prefix)) &&
      !/\.[a-z0-9]{1,5}(\?|$)/i.test(request.url);
    if (!page) return options.onMissing(request, reply);
    return reply.header("cache-control", "no-cache").sendFile("index.html");
  });

  return {
    app,
    listen: async (host, port) => {
      await app.listen({ host, port });
      return (app.server.address() as AddressInfo).port;
    },
    close: async () => {
      clearInterval(lagReset);
      lag.disable();
      const patience = setTimeout(() => app.server.closeAllConnections(), 5_000);
      await app.close();
      clearTimeout(patience);
    },
    sameOrigin: (request) => {
      const site = request.headers["sec-fetch-site"];
      if (site !== undefined && site !== "same-origin" && site !== "none") return false;
      const origin = request.headers.origin;
      if (origin === undefined) return true;
      return URL.canParse(origin) && new URL(origin).host === request.host;
    },
  };
};
