// A visitor's page without a browser: speaks the chat's protocol over a real socket, and keeps nothing. Used by test/journeys and bench.
import { randomBytes } from "node:crypto";
import WebSocket from "ws";
import type { Channel } from "#contract/brands.ts";
import { api } from "#contract/api.ts";
import type { ChatMessage, FromWidget, ToWidget } from "#contract/chat.ts";
import type { GivenAnswer, GivenPart } from "#contract/parts.ts";
import type { PreChatAnswers } from "#contract/prechat.ts";
import type { Desk } from "#test/desk.ts";

/** Connects a chat for websites; resolves when the server lets pages in. */
export const addChat = async (
  desk: Desk,
  brandId: Channel["brandId"],
  settings: {
    readonly origins?: readonly string[];
    readonly greeting?: string;
    readonly form?: object;
    readonly push?: string;
    readonly greetings?: readonly object[];
    readonly look?: object;
  } = {},
): Promise<Channel> => {
  const channel = await desk.call(api.brands.addChannel, {
    body: {
      brandId,
      kind: "webchat",
      name: "Chat",
      enabled: true,
      settings: {
        origins: [...(settings.origins ?? [])],
        greeting: settings.greeting ?? "",
        form: settings.form ?? null,
        ...(settings.push === undefined ? {} : { push: settings.push }),
        greetings: settings.greetings ?? [],
        look: settings.look ?? null,
      },
    },
  });
  for (;;) {
    const page = await openPage(desk.url, channel.id).catch((error: Error) => error);
    if (!(page instanceof Error)) {
      page.close();
      return channel;
    }
    if (page.message !== "404") throw page;
  }
};

export type Told<T extends ToWidget["type"]> = Extract<ToWidget, { type: T }>;

type Identity = NonNullable<Extract<FromWidget, { type: "hello" }>["identity"]>;

/** What a page says of a user whom its site has signed in; a page that joins nothing, with a session of its own. */
export const signedBy = (token: string, more: Partial<Identity> = {}): Identity => ({
  token,
  session: randomBytes(32).toString("base64url"),
  joins: null,
  ...more,
});

export interface VisitorPage {
  readonly words: readonly ToWidget[];
  readonly say: (word: FromWidget) => void;
  /** The first word of the type that fits, heard already or later. */
  readonly word: <T extends ToWidget["type"]>(type: T, fits?: (word: Told<T>) => boolean) => Promise<Told<T>>;
  /** Says hello; gives the welcome to it. */
  readonly hello: (who?: {
    readonly token?: string | null;
    readonly link?: string | null;
    readonly after?: number | null;
    readonly identity?: Identity;
  }) => Promise<Told<"welcome">>;
  /** Says something and gives what it became. `concernId` left out: about something new. */
  readonly tell: (
    text: string,
    at?: {
      readonly concernId?: string;
      readonly thread?: string;
      readonly id?: string;
      readonly files?: readonly string[];
      readonly answer?: GivenAnswer;
      readonly answers?: PreChatAnswers;
      readonly greeting?: string;
      /** Which button of a flow says it. */
      readonly press?: string;
    },
  ) => Promise<ChatMessage>;
  /** Asks whether this browser is told by push; with a subscription, or null, it is from now on, or no more. */
  readonly push: (subscription?: Extract<FromWidget, { type: "push" }>["subscription"]) => Promise<Told<"push">>;
  /** A message by its text, told in any word, heard already or later. */
  readonly message: (text: string) => Promise<ChatMessage>;
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  readonly close: () => void;
}

const messagesIn = (word: ToWidget): readonly ChatMessage[] =>
  word.type === "taken" ? [word.message] : "messages" in word ? word.messages : [];

/** Opens a page's socket, or an app's, which has no origin (""); rejects with the HTTP status when it is refused. */
export const openPage = async (url: string, channelId: string, origin: string | null = null): Promise<VisitorPage> => {
  const socket = new WebSocket(`${url.replace("http", "ws")}/chat?channel=${channelId}`, {
    headers: origin === "" ? {} : { origin: origin ?? url },
  });
  const words: ToWidget[] = [];
  const waiting = new Set<() => void>();
  const look = (): void => {
    for (const each of waiting) each();
  };
  socket.on("message", (data: Buffer) => {
    words.push(JSON.parse(data.toString("utf8")) as ToWidget);
    look();
  });
  const closed = new Promise<number>((resolve) => {
    socket.once("close", (code) => {
      resolve(code);
      look();
    });
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("unexpected-response", (_request, response) => {
      reject(new Error(String(response.statusCode)));
      socket.terminate();
    });
    socket.once("error", reject);
  });
  socket.on("error", () => undefined);
  const find = <R>(pick: () => R | undefined, what: string): Promise<R> =>
    new Promise<R>((resolve, reject) => {
      const late = setTimeout(
        () => end(() => reject(new Error(`${what} was not heard: ${JSON.stringify(words.slice(-5))}`))),
        20_000,
      );
      const end = (done: () => void): void => {
        clearTimeout(late);
        waiting.delete(attempt);
        done();
      };
      const attempt = (): void => {
        const found = pick();
        if (found !== undefined) end(() => resolve(found));
        else if (socket.readyState === WebSocket.CLOSED)
          end(() => reject(new Error(`closed before ${what} was heard`)));
      };
      waiting.add(attempt);
      attempt();
    });
  const say = (word: FromWidget): void => socket.send(JSON.stringify(word));
  const page: VisitorPage = {
    words,
    say,
    word: (type, fits = () => true) =>
      find(
        () => words.find((word): word is Told<typeof type> => word.type === type && fits(word as Told<typeof type>)),
        type,
      ),
    hello: async ({ token = null, link = null, after = null, identity } = {}) => {
      const from = words.length;
      const who = identity === undefined ? {} : { identity };
      say({ type: "hello", version: 1, token, link, after, language: "de", page: null, ...who });
      const answer = await find(
        () =>
          words
            .slice(from)
            .find(
              (word): word is Told<"welcome"> | Told<"refused"> =>
                word.type === "welcome" || (word.type === "refused" && word.id === null),
            ),
        "welcome",
      );
      if (answer.type === "refused") throw new Error(answer.code);
      return answer;
    },
    tell: async (text, at = {}) => {
      const id = at.id ?? crypto.randomUUID();
      const from = words.length;
      say({
        type: "say",
        id,
        concernId: (at.concernId ?? null) as never,
        thread: at.thread ?? crypto.randomUUID(),
        text,
        ...(at.files === undefined ? {} : { files: [...at.files] }),
        ...(at.answer === undefined ? {} : { answer: at.answer }),
        ...(at.answers ? { answers: at.answers } : {}),
        ...(at.greeting === undefined ? {} : { greeting: at.greeting }),
        ...(at.press === undefined ? {} : { press: at.press as "human" }),
      });
      const answer = await find(
        () =>
          words
            .slice(from)
            .find(
              (word): word is Told<"taken"> | Told<"refused"> =>
                (word.type === "taken" || word.type === "refused") && word.id === id,
            ),
        "taken",
      );
      if (answer.type === "refused") throw new Error(answer.code);
      return answer.message;
    },
    push: (subscription) => {
      const from = words.length;
      say(subscription === undefined ? { type: "push" } : { type: "push", subscription });
      return find(() => words.slice(from).find((word): word is Told<"push"> => word.type === "push"), "push");
    },
    message: (text) => find(() => words.flatMap(messagesIn).find((message) => message.text === text), text),
    closed,
    close: () => socket.close(),
  };
  return page;
};

/** An agent answers in a concern by the best way of a kind; fails when there is none that can be used. */
export const answerIn = async (
  desk: Desk,
  concernId: string,
  text: string,
  kind: Channel["kind"] = "webchat",
  uploads: readonly string[] = [],
  parts: readonly GivenPart[] = [],
): Promise<void> => {
  const { ways } = await desk.call(api.concerns.open, { params: { id: concernId } });
  const way = ways.find((each) => each.channelKind === kind && each.blocked === null);
  if (way === undefined) throw new Error(`no way: ${JSON.stringify(ways)}`);
  await desk.call(api.concerns.reply, {
    params: { id: concernId },
    body: {
      channelId: way.channelId,
      to: [way.value],
      cc: [],
      text,
      html: null,
      uploads: [...uploads] as never,
      ...(parts.length === 0 ? {} : { parts: [...parts] }),
      sendAt: null,
      statusAfter: "waiting",
      key: crypto.randomUUID(),
    },
  });
};

/** How a visitor's page reaches files: by its token, from a page of some origin (left out: the server's own). */
export interface FileCall {
  readonly url: string;
  readonly channelId: string;
  readonly token: string | null;
  readonly origin?: string;
}

const fileHeaders = ({ url, token, origin = url }: FileCall): Record<string, string> => ({
  origin,
  ...(token === null ? {} : { authorization: `Bearer ${token}` }),
});

/** Sends a file under an id of the page's own. */
export const sendFile = (
  call: FileCall,
  file: { readonly name: string; readonly bytes: Uint8Array; readonly type?: string; readonly id?: string },
): Promise<Response> => {
  const form = new FormData();
  const type = file.type ?? "application/octet-stream";
  form.set("file", new Blob([Buffer.from(file.bytes)], { type }), file.name);
  return fetch(`${call.url}/chat/${call.channelId}/files/${file.id ?? crypto.randomUUID()}`, {
    method: "POST",
    headers: fileHeaders(call),
    body: form,
  });
};

/** Fetches a file of a message. */
export const fetchFile = (call: FileCall, id: string): Promise<Response> =>
  fetch(`${call.url}/chat/${call.channelId}/files/${id}`, { headers: fileHeaders(call) });

/** The code of a refusal, or the status of what is none. */
export const codeOf = async (response: Response): Promise<string | number> => {
  const body = (await response.json().catch(() => null)) as { readonly error?: { readonly code: string } } | null;
  return body?.error?.code ?? response.status;
};
