// What a caller's page says to the server, and what this browser remembers of its call. Called by main.ts.
import type { CallAnswer, CallerAsk, CallerView, CallSite } from "#contract/caller.ts";
import type { Language } from "#widget/words.ts";

/** A call that this browser has made: its secret opens that call alone. */
export interface Kept {
  readonly callId: string;
  readonly secret: string;
  readonly screen: CallAnswer["screen"];
}

/** Refused by the server, by its code; or "offline". */
export class Refused extends Error {
  readonly code: string;
  readonly seconds: number;
  constructor(code: string, seconds = 0) {
    super(code);
    this.code = code;
    this.seconds = seconds;
  }
}

export interface Desk {
  readonly site: () => Promise<CallSite>;
  readonly call: (offer: {
    readonly callId: string;
    readonly sdp: string;
    readonly token: string | null;
    readonly chat: string | null;
    readonly name: string;
  }) => Promise<CallAnswer>;
  readonly view: (kept: Kept) => Promise<CallerView>;
  /** `token`: they go on in this browser's chat as who they are there. */
  readonly ask: (kept: Kept, ask: CallerAsk) => Promise<CallerView>;
  readonly answer: (kept: Kept, legId: string, sdp: string) => Promise<{ readonly sdp: string }>;
  /** Says at once that the page goes: nobody speaks to an empty room. */
  readonly leave: (kept: Kept) => void;
}

/** A server that says nothing for so long is not there. */
const patienceMs = 20_000;

export const openDesk = (origin: string, channel: string, language: Language): Desk => {
  const base = `${origin}/call/${encodeURIComponent(channel)}`;
  const ask = async <T>(path: string, secret: string | null, body?: object, keepalive = false): Promise<T> => {
    let answer: Response;
    try {
      answer = await fetch(`${base}${path}${path.includes("?") ? "&" : "?"}language=${language}`, {
        method: body === undefined ? "GET" : "POST",
        headers: {
          ...(secret === null ? {} : { authorization: `Bearer ${secret}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        credentials: "omit",
        cache: "no-store",
        keepalive,
        ...(keepalive ? {} : { signal: AbortSignal.timeout(patienceMs) }),
      });
    } catch {
      throw new Refused("offline");
    }
    const said = (await answer.json().catch(() => ({}))) as T & { readonly code?: string };
    if (!answer.ok) throw new Refused(said.code ?? "failed", Number(answer.headers.get("retry-after") ?? 0));
    return said;
  };
  return {
    site: () => ask("/site.json", null),
    call: (offer) => ask("/calls", null, { ...offer, language }),
    view: ({ callId, secret }) => ask(`/calls/${callId}`, secret),
    ask: ({ callId, secret }, body) => ask(`/calls/${callId}/wishes`, secret, body),
    answer: ({ callId, secret }, legId, sdp) => ask(`/calls/${callId}/offer`, secret, { legId, sdp }),
    leave: ({ callId, secret }) => {
      ask(`/calls/${callId}/wishes`, secret, { what: "hangUp" }, true).catch(() => undefined);
    },
  };
};
