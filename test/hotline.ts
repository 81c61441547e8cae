// A hotline that is called from web pages, and how a caller's page calls it: by the same requests as widget/call/. Used by test/journeys and test/screens.
import { setTimeout as delay } from "node:timers/promises";
import type { BrandId } from "#contract/ids.ts";
import { api } from "#contract/api.ts";
import type { CallRules } from "#contract/call-rules.ts";
import type { CallAnswer } from "#contract/caller.ts";
import { plainRules } from "#test/calls.ts";
import type { Desk } from "#test/desk.ts";
import { createCaller, type Caller } from "#test/peers/caller.ts";

/** Connects a telephone whose engine is the program's own; gives its id. */
export const addHotline = async (desk: Desk, brandId: BrandId, rules: Partial<CallRules> = {}): Promise<string> => {
  const web = { bindAddress: "127.0.0.1", publicAddress: null, udpPort: 0, iceServers: [], mostLegs: 20 };
  const settings = { numbers: [], asterisk: null, web, rules: { ...plainRules, ...rules } };
  const { id } = await desk.call(api.brands.addChannel, {
    body: { brandId, kind: "phone", name: "Hotline", enabled: true, settings },
  });
  return id;
};

export interface PageCall {
  readonly callId: string;
  readonly answer: CallAnswer;
  readonly caller: Caller;
  /** A page's request about the call; `body` null: GET. */
  readonly ask: (path: string, body: object | null) => Promise<Response>;
  readonly hangUp: () => Promise<void>;
}

/** A request of a page that may call; `body` null: GET. */
export const askHotline = (
  url: string,
  channelId: string,
  path: string,
  body: object | null,
  { secret = "", origin = url }: { readonly secret?: string; readonly origin?: string } = {},
): Promise<Response> =>
  fetch(`${url}/call/${channelId}${path}?language=de`, {
    method: body === null ? "GET" : "POST",
    headers: {
      origin,
      "sec-fetch-site": origin === url ? "same-origin" : "cross-site",
      ...(body === null ? {} : { "content-type": "application/json" }),
      ...(secret === "" ? {} : { authorization: `Bearer ${secret}` }),
    },
    ...(body === null ? {} : { body: JSON.stringify(body) }),
  });

/** How often somebody calls again whose line did not come about. */
const mostTries = 4;

/** Somebody calls from a page; resolves when their line is open. The engine of a channel that was made just now is on its way: it is asked again. */
export const callHotline = async (
  url: string,
  channelId: string,
  { name = "Karin", token = null }: { readonly name?: string; readonly token?: string | null } = {},
): Promise<PageCall> => {
  for (let tries = 1; ; tries += 1) {
    const callId = crypto.randomUUID();
    const caller = await createCaller();
    const answer = await taken(url, channelId, { callId, sdp: caller.offer, language: "de", token, chat: null, name });
    const ask: PageCall["ask"] = (path, body) => askHotline(url, channelId, path, body, { secret: answer.secret });
    const hangUp = async (): Promise<void> => {
      await ask(`/calls/${callId}/wishes`, { what: "hangUp" });
      caller.close();
    };
    try {
      await caller.take(answer.sdp);
      return { callId, answer, caller, ask, hangUp };
    } catch (error) {
      await hangUp();
      if (tries === mostTries) throw error;
    }
  }
};

const taken = async (url: string, channelId: string, offer: object): Promise<CallAnswer> => {
  for (let tries = 0; ; tries += 1) {
    const said = await askHotline(url, channelId, "/calls", offer);
    if (said.status === 201) return (await said.json()) as CallAnswer;
    if (said.status !== 503 || tries >= 100) throw new Error(`${said.status} ${await said.text()}`);
    await delay(200);
  }
};
