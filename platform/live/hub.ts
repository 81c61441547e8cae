// WebSocket clients: bounded queues, heartbeat, limits. It knows frames, not what they mean; server/live.ts gives them meaning.
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";

/** One connected client. */
export interface Client<W> {
  readonly who: W;
  /** Sends a text, or what `framed` made of it for many, or closes the client (1013: come again) when it reads too slowly. It then resumes by itself. */
  readonly send: (frame: string | Framed) => void;
  readonly close: (code: number, reason: string) => void;
}

declare const isFramed: unique symbol;
/** A text as it goes over the line: made once, it can be sent to any number of clients. */
export type Framed = Buffer & { readonly [isFramed]: true };

/** An unmasked text frame, whole in one piece of memory: one write to the socket, nothing to put together for each client (RFC 6455 section 5.2). */
export const framed = (text: string): Framed => {
  const bytes = Buffer.byteLength(text);
  const head = bytes < 126 ? 2 : bytes < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(head + bytes);
  frame[0] = 0x81;
  frame[1] = head === 2 ? bytes : head === 4 ? 126 : 127;
  if (head === 4) frame.writeUInt16BE(bytes, 2);
  if (head === 10) frame.writeBigUInt64BE(BigInt(bytes), 2);
  frame.write(text, head);
  return frame as Framed;
};

export interface HubHandlers<W> {
  /** Who is it? A number is an HTTP status to refuse with. */
  readonly admit: (request: IncomingMessage) => Promise<W | number>;
  readonly opened: (client: Client<W>) => void;
  readonly heard: (client: Client<W>, frame: string) => void;
  readonly closed: (client: Client<W>) => void;
}

export interface Hub {
  /** For the HTTP server's "upgrade" event. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  readonly size: () => number;
  /** Tells all clients that the server goes away (1001) and resolves when they are gone. */
  readonly close: () => Promise<void>;
}

const maxFrameBytes = 64 * 1024;
/** Bytes that may wait for one slow reader, and for all of them together: then those who are furthest behind are dropped. */
const maxWaitingBytes = 256 * 1024;
const maxWaitingInAllBytes = 64 * 1024 * 1024;
/** Whoever was told to come again and does not even read that is cut off after so many seconds. */
const goodbyeSeconds = 3;
/** Every client is asked for a sign of life once in so many seconds, a part of them in each. */
const heartbeatSeconds = 25;
/** When the house is full so many more are let in as far as the door, to hear by 1013 when to come again: a browser does not show a page the status of an upgrade. */
const mostAtTheDoor = 64;
/** Seconds until whoever found no place comes again, between these: not everybody at one moment. */
const fullSeconds = { least: 10, most: 20 };
/** Frames one client may send in ten seconds. */
const maxFrames = 200;

const refuse = (socket: Duplex, status: number): void => {
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n${status === 503 || status === 429 ? `Retry-After: ${status === 503 ? 5 : 30}\r\n` : ""}\r\n`,
  );
};

/**
 * Keeps account of what waits for slow readers. `sent`: something was just sent to that client. `tick`: called every second. Whoever is too far behind is
 * closed with 1013 and, if that is not read either, cut off.
 */
const watchSlow = (): {
  readonly sent: (socket: WebSocket) => void;
  readonly tick: () => void;
  readonly drop: (socket: WebSocket) => void;
} => {
  /** Bytes that waited for each who had not read everything when it was last looked. */
  const behind = new Map<WebSocket, number>();
  const leaving = new Map<WebSocket, number>();
  let inAll = 0;
  const note = (socket: WebSocket): void => {
    const bytes = socket.readyState === socket.CLOSED ? 0 : socket.bufferedAmount;
    inAll += bytes - (behind.get(socket) ?? 0);
    if (bytes === 0) behind.delete(socket);
    else behind.set(socket, bytes);
  };
  const drop = (socket: WebSocket): void => {
    if (leaving.has(socket)) return;
    socket.close(1013, "too slow");
    leaving.set(socket, goodbyeSeconds);
  };
  return {
    drop,
    sent: (socket) => {
      if (socket.bufferedAmount === 0 && !behind.has(socket)) return;
      note(socket);
      if (inAll <= maxWaitingInAllBytes) return;
      for (const each of behind.keys()) note(each);
      for (const [each] of [...behind].toSorted(([, a], [, b]) => b - a)) {
        if (inAll <= maxWaitingInAllBytes / 2) return;
        // What waits for it is let go at once.
        each.terminate();
        note(each);
        inAll -= behind.get(each) ?? 0;
        behind.delete(each);
      }
    },
    tick: () => {
      for (const each of behind.keys()) note(each);
      for (const [socket, seconds] of leaving) {
        if (seconds > 0 && socket.readyState !== socket.CLOSED) leaving.set(socket, seconds - 1);
        else {
          leaving.delete(socket);
          socket.terminate();
        }
      }
    },
  };
};

/**
 * Opens a hub for at most `maxClients` clients. Who finds no place is let go with 1013 and, as the reason, the seconds until they shall come again; beyond that, as under
 * any overload, the upgrade is refused with 503 and Retry-After.
 */
export const openHub = <W>(options: { readonly maxClients: number; readonly handlers: HubHandlers<W> }): Hub => {
  const { handlers } = options;
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: maxFrameBytes,
    perMessageDeflate: false,
    skipUTF8Validation: false,
  });
  const alive = new WeakMap<WebSocket, boolean>();
  /** Clients by the second of the heartbeat in which they are asked. */
  const wheel = Array.from({ length: heartbeatSeconds }, () => new Set<WebSocket>());
  const slow = watchSlow();
  let second = 0;
  let places = 0;
  let closing = false;

  const welcome = (socket: WebSocket, line: Duplex, who: W): void => {
    let frames = 0;
    let windowEnds = 0;
    const client: Client<W> = {
      who,
      send: (frame) => {
        if (socket.readyState !== socket.OPEN) return;
        if (socket.bufferedAmount > maxWaitingBytes) return slow.drop(socket);
        line.write(typeof frame === "string" ? framed(frame) : frame);
        slow.sent(socket);
      },
      close: (code, reason) => socket.close(code, reason),
    };
    alive.set(socket, true);
    const place = wheel[places++ % heartbeatSeconds];
    place?.add(socket);
    socket.on("pong", () => alive.set(socket, true));
    socket.on("error", () => socket.terminate());
    socket.on("close", () => {
      place?.delete(socket);
      handlers.closed(client);
    });
    socket.on("message", (data, isBinary) => {
      alive.set(socket, true);
      const now = performance.now();
      if (now > windowEnds) {
        windowEnds = now + 10_000;
        frames = 0;
      }
      frames += 1;
      if (isBinary || frames > maxFrames) return socket.close(1008, "not understood");
      handlers.heard(client, (data as Buffer).toString("utf8"));
    });
    handlers.opened(client);
  };

  const timer = setInterval(() => {
    slow.tick();
    second = (second + 1) % heartbeatSeconds;
    for (const socket of wheel[second] ?? []) {
      if (!alive.get(socket)) {
        socket.terminate();
        continue;
      }
      alive.set(socket, false);
      socket.ping();
    }
  }, 1_000);
  timer.unref();

  return {
    upgrade: (request, socket, head) => {
      socket.on("error", () => socket.destroy());
      if (closing || server.clients.size >= options.maxClients + mostAtTheDoor) return refuse(socket, 503);
      handlers.admit(request).then(
        (who) => {
          if (typeof who === "number") return refuse(socket, who);
          if (server.clients.size >= options.maxClients)
            return server.handleUpgrade(request, socket, head, (opened) => {
              opened.on("error", () => opened.terminate());
              const seconds = fullSeconds.least + Math.random() * (fullSeconds.most - fullSeconds.least);
              opened.close(1013, String(Math.ceil(seconds)));
            });
          server.handleUpgrade(request, socket, head, (opened) => welcome(opened, socket, who));
        },
        () => refuse(socket, 503),
      );
    },
    size: () => server.clients.size,
    close: async () => {
      closing = true;
      clearInterval(timer);
      for (const socket of server.clients) socket.close(1001, "going away");
      const patience = setTimeout(() => {
        for (const socket of server.clients) socket.terminate();
      }, 1_000);
      await Promise.all([...server.clients].map((socket) => new Promise((resolve) => socket.once("close", resolve))));
      clearTimeout(patience);
      server.close();
    },
  };
};
