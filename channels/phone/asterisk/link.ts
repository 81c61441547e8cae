// One WebSocket to Asterisk's ARI, kept: what happens there comes by it, and what we ask goes by it too, so both have one order. Called by engine.ts.
import { randomBytes } from "node:crypto";
import type * as http from "node:http";
import type * as https from "node:https";
import { createRequire } from "node:module";
import { WebSocket } from "ws";
import { z } from "zod";

// Not by an ES import, which would load all of fetch: docs/decisions/0262-no-fetch-at-rest.md.
const commonJs = createRequire(import.meta.url);
const { request: plainRequest } = commonJs("node:http") as typeof http;
const { request: tlsRequest } = commonJs("node:https") as typeof https;

/** How Asterisk is reached: "http://127.0.0.1:8088" or https. */
export interface AsteriskPlace {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** The Stasis application; one of our channels has one alone. */
  readonly app: string;
}

export interface AriAnswer {
  readonly status: number;
  /** The JSON that it sent; null when none, or none that can be read. */
  readonly body: unknown;
}

export type Ask = (
  method: "GET" | "POST" | "PUT" | "DELETE",
  path: string,
  query?: Readonly<Record<string, string>>,
  body?: unknown,
) => Promise<AriAnswer>;

export interface Link {
  /** Rejects with `LinkDown` while there is no connection, and when it goes before the answer. */
  readonly ask: Ask;
  /** Bytes by HTTP: what is no JSON. Rejects when it is not a 200. */
  readonly fetchBytes: (path: string) => Promise<Uint8Array>;
  readonly close: () => void;
}

/** There was no connection for a request: nobody knows whether it was done. */
export class LinkDown extends Error {}

const answerSchema = z.looseObject({
  type: z.literal("RESTResponse"),
  request_id: z.string(),
  status_code: z.number().int(),
  message_body: z.string().optional(),
});

const connectMs = 10_000;
const askMs = 15_000;
const beatMs = 15_000;
const shortestMs = 250;
const longestMs = 5_000;
const mostFrame = 32_000_000;
const mostFile = 600_000_000;

interface Request {
  readonly id: string;
  /** For the log. */
  readonly what: string;
  readonly text: string;
  late: NodeJS.Timeout | null;
  readonly done: (answer: AriAnswer) => void;
  readonly fail: (error: Error) => void;
}

/** Path and query as ARI wants them; every part of a path has to be encoded by `part` before. */
export const part = (id: string): string => encodeURIComponent(id);

/**
 * Connects, and again whenever it breaks off, until `close`. `opened` runs after each connection; only when it resolved is the link whole, and when it
 * rejects the connection is given up and tried anew. `heard` gets every other message, parsed as JSON, in its order. `lost`: it broke off.
 */
export const openLink = (
  place: AsteriskPlace,
  on: {
    readonly opened: () => Promise<void>;
    readonly heard: (message: unknown) => void;
    readonly lost: (detail: string) => void;
  },
): Link => {
  const auth = `Basic ${Buffer.from(`${place.user}:${place.password}`).toString("base64")}`;
  let socket: WebSocket | null = null;
  let closed = false;
  let wait = shortestMs;
  let again: NodeJS.Timeout | null = null;
  const waiting: Request[] = [];
  let underWay: Request | null = null;
  let stuck = (_why: string): void => undefined;

  /**
   * One request at a time: what blocks Asterisk (0373) blocks one, and is seen.
   */
  const sendNext = (): void => {
    if (underWay !== null || socket?.readyState !== WebSocket.OPEN) return;
    const next = waiting.shift();
    if (next === undefined) return;
    underWay = next;
    socket.send(next.text);
    next.late = setTimeout(() => stuck(`no answer to ${next.what}`), askMs);
  };

  const hear = (text: string): void => {
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      return;
    }
    const answer = answerSchema.safeParse(message);
    if (!answer.success) return on.heard(message);
    const { request_id, status_code, message_body } = answer.data;
    const who = underWay;
    if (who?.id !== request_id) return;
    underWay = null;
    sendNext();
    who.done({ status: status_code, body: parsed(message_body) });
  };

  const connect = (): void => {
    const at = new URL("ari/events", `${place.url.replace(/\/$/u, "")}/`);
    at.protocol = at.protocol === "https:" ? "wss:" : "ws:";
    at.searchParams.set("app", place.app);
    const fresh = new WebSocket(at, {
      headers: { authorization: auth },
      perMessageDeflate: false,
      maxPayload: mostFrame,
      handshakeTimeout: connectMs,
      followRedirects: false,
    });
    socket = fresh;
    let fault = "the connection ended";
    const giveUp = (why: string): void => {
      fault = why;
      fresh.terminate();
    };
    fresh.on("message", (data, binary) => {
      if (!binary) hear(asText(data));
    });
    fresh.on("error", (error) => (fault = error.message));
    fresh.on("open", () => {
      stuck = giveUp;
      on.opened().then(
        () => (wait = shortestMs),
        (error: unknown) => giveUp(error instanceof Error ? error.message : String(error)),
      );
    });
    fresh.on("close", () => {
      if (socket === fresh) socket = null;
      const left = [...(underWay === null ? [] : [underWay]), ...waiting.splice(0)];
      underWay = null;
      for (const { fail } of left) fail(new LinkDown(fault));
      on.lost(fault.slice(0, 300));
      if (closed) return;
      again = setTimeout(connect, wait);
      wait = Math.min(longestMs, wait * 2);
    });
  };
  connect();

  const ask: Ask = (method, path, query = {}, body) =>
    new Promise((resolve, reject) => {
      if (socket?.readyState !== WebSocket.OPEN) return reject(new LinkDown("not connected"));
      const id = randomBytes(9).toString("base64url");
      const request: Request = {
        id,
        what: `${method} ${path}`,
        late: null,
        text: JSON.stringify({
          type: "RESTRequest",
          request_id: id,
          method,
          uri: path,
          query_strings: Object.entries(query).map(([name, value]) => ({ name, value })),
          ...(body === undefined ? {} : { content_type: "application/json", message_body: JSON.stringify(body) }),
        }),
        done: (answer) => {
          if (request.late !== null) clearTimeout(request.late);
          resolve(answer);
        },
        fail: (error) => {
          if (request.late !== null) clearTimeout(request.late);
          reject(error);
        },
      };
      waiting.push(request);
      sendNext();
    });
  // A connection of which nothing is heard may be none any more: who does not answer is left.
  const beats = setInterval(() => {
    ask("GET", "asterisk/ping").catch(() => undefined);
  }, beatMs);

  return {
    ask,
    fetchBytes: (path) => fetchBytes(`${place.url.replace(/\/$/u, "")}/ari/${path}`, auth),
    close: () => {
      closed = true;
      clearInterval(beats);
      if (again !== null) clearTimeout(again);
      socket?.close(1000);
      // Who does not say goodbye is left.
      const last = socket;
      if (last !== null) setTimeout(() => last.terminate(), 1_000).unref();
    },
  };
};

const asText = (data: WebSocket.RawData): string =>
  Array.isArray(data) ? Buffer.concat(data).toString("utf8") : Buffer.from(data as ArrayBuffer).toString("utf8");

const parsed = (text: string | undefined): unknown => {
  if (text === undefined || text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

function fetchBytes(url: string, authorization: string): Promise<Uint8Array> {
  const ask = url.startsWith("https:") ? tlsRequest : plainRequest;
  return new Promise((resolve, reject) => {
    const asked = ask(url, { headers: { authorization }, timeout: 30_000 }, (answer) => {
      if (answer.statusCode !== 200) {
        answer.resume();
        reject(new Error(`Asterisk answered ${answer.statusCode ?? 0}`));
        return;
      }
      const chunks: Buffer[] = [];
      let size = 0;
      answer.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > mostFile) asked.destroy(new Error("too large"));
        else chunks.push(chunk);
      });
      answer.once("error", reject);
      answer.once("end", () => resolve(Buffer.concat(chunks)));
    });
    asked.once("error", reject);
    asked.once("timeout", () => asked.destroy(new Error("too slow")));
    asked.end();
  });
}
