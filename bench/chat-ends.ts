// The two ends of a chat as the bench drives them by the thousand: a visitor's page that loses nothing, and an agent's desk that hears. Used by bench/chat.ts.
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import WebSocket from "ws";
import type { FromWidget, ToWidget } from "#contract/chat.ts";
import type { FromDesk, ToDesk } from "#contract/live.ts";
import type { Desk } from "#test/desk.ts";

/** One thing said: when it left the page, and what the server made of it. */
export interface Said {
  readonly id: string;
  readonly text: string;
  saidAt: number;
  /** When it was said last: after a refusal, or a break, it is said again. */
  triedAt: number;
  /** Null: not taken yet. */
  messageId: string | null;
}

/** A visitor's page that keeps what is not taken and comes again with the same ids, as the widget does. */
export interface Widget {
  /** Its number among all. */
  readonly n: number;
  /** The concern it talks in; null: nothing was taken yet. */
  readonly concernId: string | null;
  readonly said: readonly Said[];
  /** What was heard of us, by the message's id, each counted as often as it stood in a word. */
  readonly heard: ReadonlyMap<string, { readonly text: string; readonly at: number }>;
  /** Opens the socket and says hello; resolves with the welcome. Tries again by itself until then. */
  readonly come: (url: string) => Promise<void>;
  /** Says something; resolves when it is taken, over however many connections. */
  readonly say: (text: string) => Promise<Said>;
  /** The page shows the chat. */
  readonly look: () => void;
  /** Says that it lives, as the widget does every 25 s. */
  readonly ping: () => void;
  /** The line breaks, without a word. */
  readonly cut: () => void;
  /** Called when the line broke by itself. */
  lost: (() => void) | null;
  /** How often the server has closed or refused it, by code or status. */
  readonly refusals: Map<number, number>;
  /** Which part of the time it was asked to wait it does wait; the widget waits all of it. */
  patience: number;
}

/** How soon a page comes again after it was refused. */
const againMs = 250;

/** `address`: of this machine's own, from which the page comes. */
export const openWidget = (n: number, channelId: string, address: string): Widget => {
  const said: Said[] = [];
  const heard = new Map<string, { readonly text: string; readonly at: number }>();
  const waiting = new Map<string, { readonly one: Said; readonly done: (one: Said) => void }>();
  const refusals = new Map<number, number>();
  const thread = crypto.randomUUID();
  let socket: WebSocket | null = null;
  let again: NodeJS.Timeout | undefined;
  let token: string | null = null;
  let after: number | null = null;
  let concernId: string | null = null;

  // While no line is open nothing is said: the next welcome has all that waits said again.
  const send = (word: FromWidget): void => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(word));
  };
  const sendSaid = (one: Said): void => {
    one.triedAt = performance.now();
    send({ type: "say", id: one.id, concernId: concernId as never, thread, text: one.text });
  };
  const count = (code: number): void => void refusals.set(code, (refusals.get(code) ?? 0) + 1);
  const hear = (word: ToWidget, welcomed: () => void): void => {
    switch (word.type) {
      case "welcome":
        token = word.token ?? token;
        // What was said before the line broke is said again, in its order.
        for (const { one } of waiting.values()) sendSaid(one);
        welcomed();
        break;
      case "taken": {
        const mine = waiting.get(word.id);
        if (!mine) return;
        waiting.delete(word.id);
        mine.one.messageId = word.message.id;
        concernId = word.message.concernId;
        mine.done(mine.one);
        return;
      }
      case "refused": {
        count(word.code === "tooFast" ? 429 : 503);
        const mine = word.id === null ? undefined : waiting.get(word.id);
        if (mine) setTimeout(() => sendSaid(mine.one), Math.max(againMs, (word.afterMs ?? 1_000) * widget.patience));
        return;
      }
      case "pong":
        after = Math.max(after ?? 0, word.upTo);
        return;
      case "news":
        break;
      default:
        return;
    }
    after = Math.max(after ?? 0, word.upTo);
    for (const message of word.messages)
      if (message.by === "us" && !heard.has(message.id))
        heard.set(message.id, { text: message.text, at: performance.now() });
  };
  const widget: Widget = {
    n,
    get concernId() {
      return concernId;
    },
    said,
    heard,
    refusals,
    patience: 1,
    lost: null,
    come: (url) =>
      new Promise((resolve) => {
        const attempt = (): void => {
          const fresh = new WebSocket(`${url.replace("http", "ws")}/chat?channel=${channelId}`, {
            headers: { origin: url },
            localAddress: address,
            perMessageDeflate: false,
          });
          let isWelcome = false;
          socket = fresh;
          fresh.on("open", () =>
            send({ type: "hello", version: 1, token, link: null, after, language: "de", page: null }),
          );
          fresh.on("message", (data: Buffer) =>
            hear(JSON.parse(data.toString("utf8")) as ToWidget, () => {
              isWelcome = true;
              resolve();
            }),
          );
          fresh.on("unexpected-response", (_request, response) => {
            count(response.statusCode ?? 0);
            fresh.terminate();
          });
          fresh.on("error", () => undefined);
          fresh.on("close", (code) => {
            if (socket !== fresh) return;
            socket = null;
            if (isWelcome) {
              if (code !== 1006) count(code);
              widget.lost?.();
            } else again = setTimeout(attempt, againMs * (0.5 + Math.random()));
          });
        };
        attempt();
      }),
    say: (text) =>
      new Promise((done) => {
        const now = performance.now();
        const one: Said = { id: crypto.randomUUID(), text, saidAt: now, triedAt: now, messageId: null };
        said.push(one);
        waiting.set(one.id, { one, done });
        if (socket?.readyState === WebSocket.OPEN) sendSaid(one);
      }),
    look: () => send({ type: "here", here: true }),
    ping: () => {
      if (socket?.readyState === WebSocket.OPEN) send({ type: "ping" });
    },
    cut: () => {
      const old = socket;
      socket = null;
      clearTimeout(again);
      old?.terminate();
    },
  };
  return widget;
};

/** An agent's live feed. */
export interface Feed {
  /** The agent has this concern open from now on, and no other. */
  readonly look: (concernId: string) => void;
  readonly ping: () => void;
  readonly cut: () => void;
  lost: (() => void) | null;
  /** Bytes heard so far. */
  readonly bytes: () => number;
}

/** A desk whose words are read. */
export const openListeningDesk = (
  desk: Desk,
  url: string,
  after: number,
  hear: (word: ToDesk) => void,
): Promise<Feed> =>
  new Promise((resolve, reject) => {
    let bytes = 0;
    const socket = new WebSocket(`${url.replace("http", "ws")}/live`, {
      headers: { cookie: desk.cookie, origin: url },
      perMessageDeflate: false,
    });
    const say = (word: FromDesk): void => {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(word));
    };
    const feed: Feed = {
      look: (concernId) => say({ type: "look", concernId: concernId as never, state: "viewing" }),
      ping: () => say({ type: "ping" }),
      cut: () => socket.terminate(),
      lost: null,
      bytes: () => bytes,
    };
    socket.on("open", () => {
      socket.send(JSON.stringify({ type: "hello", after }));
      resolve(feed);
    });
    socket.on("error", reject);
    socket.on("close", () => feed.lost?.());
    socket.on("message", (data: Buffer) => {
      bytes += data.length;
      hear(JSON.parse(data.toString("utf8")) as ToDesk);
    });
  });

/** Nobody looks into what these are told. */
const sink = Buffer.alloc(256 * 1024);

/** A masked text frame of a client (RFC 6455 section 5.2), for less than 126 bytes. */
const frameOf = (text: string): Buffer => {
  const mask = randomBytes(4);
  const body = Buffer.from(text);
  for (let i = 0; i < body.length; i += 1) body[i] = (body[i] ?? 0) ^ (mask[i % 4] ?? 0);
  return Buffer.concat([Buffer.from([0x81, 0x80 | body.length]), mask, body]);
};

/** A desk that only counts what it is sent: to the server it is a desk like any other, and it costs the driver next to nothing. Without `reads` it never reads anything. */
export const openSilentDesk = (desk: Desk, url: string, after: number, reads = true): Promise<Feed> =>
  new Promise((resolve, reject) => {
    let bytes = 0;
    let head = "";
    const address = new URL(url);
    const feed: Feed = {
      // Nobody reads there.
      look: () => undefined,
      ping: () => void (socket.writable && socket.write(frameOf('{"type":"ping"}'))),
      cut: () => socket.destroy(),
      lost: null,
      bytes: () => bytes,
    };
    const socket: Socket = connect({
      host: address.hostname,
      port: Number(address.port),
      noDelay: true,
      onread: {
        buffer: sink,
        callback: (length) => {
          bytes += length;
          if (head.endsWith("\r\n\r\n")) return true;
          head += sink.toString("latin1", 0, length);
          const end = head.indexOf("\r\n\r\n");
          if (end === -1) return true;
          head = head.slice(0, end + 4);
          if (!head.startsWith("HTTP/1.1 101")) {
            socket.destroy(new Error(`a desk was refused: ${head.split("\r\n")[0]}`));
            return false;
          }
          socket.write(frameOf(JSON.stringify({ type: "hello", after })));
          resolve(feed);
          return reads;
        },
      },
    });
    socket.on("connect", () =>
      socket.write(
        `GET /live HTTP/1.1\r\nHost: ${address.host}\r\nOrigin: ${url}\r\nCookie: ${desk.cookie}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\n\r\n`,
      ),
    );
    socket.on("error", reject);
    socket.on("close", () => feed.lost?.());
  });
