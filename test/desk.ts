// An agent's desk without a browser: signs in over HTTP, calls the contract's endpoints, hears the live feed. Used by test/journeys.
import WebSocket from "ws";
import { api } from "#contract/api.ts";
import type { Endpoint, Result } from "#contract/endpoint.ts";
import type { AnyEvent } from "#contract/events.ts";
import type { FromDesk, ToDesk } from "#contract/live.ts";
import type { z } from "zod";

/** What an endpoint takes, as a caller writes it; parts without keys may be left out. */
export interface Given<E extends Endpoint> {
  readonly params?: z.input<E["params"]>;
  readonly query?: z.input<E["query"]>;
  readonly body?: z.input<E["body"]>;
}

/** An answer that is not 2xx. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  readonly body: unknown;
  constructor(status: number, body: unknown, what: string) {
    const code = (body as { error?: { code?: string } } | null)?.error?.code ?? "";
    super(`${what}: ${status} ${code} ${JSON.stringify(body).slice(0, 300)}`);
    this.status = status;
    this.code = code;
    this.body = body;
  }
}

export interface Desk {
  readonly url: string;
  readonly cookie: string;
  readonly csrf: string;
  /** The answer of an endpoint; rejects with Refused. */
  readonly call: <E extends Endpoint>(endpoint: E, given?: Given<E>) => Promise<Result<E>>;
  /** Stores a file and gives its upload id. */
  readonly upload: (name: string, bytes: Uint8Array, mediaType: string) => Promise<string>;
  readonly live: (after?: number) => Promise<LiveFeed>;
}

/** Everything heard since the socket opened. */
export interface LiveFeed {
  readonly words: readonly ToDesk[];
  readonly events: readonly AnyEvent[];
  /** The first event, heard already or later, that fits. */
  readonly event: (fits: (event: AnyEvent) => boolean) => Promise<AnyEvent>;
  readonly word: (fits: (word: ToDesk) => boolean) => Promise<ToDesk>;
  readonly say: (word: FromDesk) => void;
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  readonly close: () => void;
}

/** The path of an endpoint with its parameters and query filled in. */
export const addressOf = (
  endpoint: Endpoint,
  given: { readonly params?: unknown; readonly query?: unknown },
): string => {
  const params = (given.params ?? {}) as Record<string, unknown>;
  const path = endpoint.path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries((given.query ?? {}) as Record<string, unknown>))
    if (value !== undefined) query.set(name, typeof value === "string" ? value : JSON.stringify(value));
  return query.size === 0 ? path : `${path}?${query}`;
};

/** One call with whatever cookie and headers are given; never rejects for a status. */
export async function callRaw(
  url: string,
  endpoint: Endpoint,
  given: { readonly params?: unknown; readonly query?: unknown; readonly body?: unknown },
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly body: unknown; readonly headers: Headers }> {
  const changes = endpoint.method !== "GET";
  const response = await fetch(url + addressOf(endpoint, given), {
    method: endpoint.method,
    headers: {
      ...(changes && given.body !== undefined ? { "content-type": "application/json" } : {}),
      ...(changes ? { origin: url } : {}),
      ...headers,
    },
    ...(changes && given.body !== undefined ? { body: JSON.stringify(given.body) } : {}),
  });
  const text = await response.text();
  let body: unknown = text;
  try {
    body = JSON.parse(text);
  } catch {
    // Not JSON: the text itself is shown.
  }
  return { status: response.status, body, headers: response.headers };
}

const cookieOf = (headers: Headers): string => headers.getSetCookie()[0]?.split(";")[0] ?? "";

/** Signs in; rejects with Refused when that is not allowed. */
export async function signIn(url: string, email: string, password: string): Promise<Desk> {
  const answer = await callRaw(url, api.agents.signIn, { body: { email, password } });
  if (answer.status !== 200) throw new Refused(answer.status, answer.body, "sign-in");
  const cookie = cookieOf(answer.headers);
  const { csrf } = answer.body as Result<typeof api.agents.signIn>;
  const headers = { cookie, "x-csrf": csrf };
  return {
    url,
    cookie,
    csrf,
    call: async <E extends Endpoint>(endpoint: E, given: Given<E> = {}): Promise<Result<E>> => {
      const got = await callRaw(url, endpoint, given, headers);
      if (got.status !== 200) throw new Refused(got.status, got.body, `${endpoint.method} ${endpoint.path}`);
      return got.body as Result<E>;
    },
    upload: async (name, bytes, mediaType) => {
      const form = new FormData();
      form.set("file", new Blob([Buffer.from(bytes)], { type: mediaType }), name);
      const response = await fetch(url + api.files.upload.path, {
        method: "POST",
        headers: { ...headers, origin: url },
        body: form,
      });
      const body = (await response.json()) as Result<typeof api.files.upload>;
      if (response.status !== 200) throw new Refused(response.status, body, "upload");
      return body.uploadId;
    },
    live: (after = 0) => openLive(url, { cookie, origin: url }, after),
  };
}

/** Opens the live feed; rejects with Refused when the upgrade is refused. */
export async function openLive(
  url: string,
  headers: Readonly<Record<string, string>>,
  after: number,
): Promise<LiveFeed> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/live`, { headers });
  const words: ToDesk[] = [];
  const events: AnyEvent[] = [];
  const waiting = new Set<() => void>();
  socket.on("message", (data: Buffer) => {
    const word = JSON.parse(data.toString("utf8")) as ToDesk;
    words.push(word);
    if (word.type === "events") events.push(...word.events);
    for (const look of waiting) look();
  });
  const closed = new Promise<number>((resolve) => socket.once("close", resolve));
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("unexpected-response", (_request, response) =>
      reject(new Refused(response.statusCode ?? 0, null, "live")),
    );
    socket.once("error", reject);
  });
  const first = <T>(among: readonly T[], fits: (item: T) => boolean): Promise<T> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = among.find(fits);
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  const say = (word: FromDesk): void => socket.send(JSON.stringify(word));
  say({ type: "hello", after });
  return {
    words,
    events,
    event: (fits) => first(events, fits),
    word: (fits) => first(words, fits),
    say,
    closed,
    close: () => socket.close(),
  };
}
