// Softphones' SIP over WebSocket (RFC 7118), led through our own address to the Asterisk of a channel: only for who is signed in, only there, within bounds. Opened by server/app.ts.
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type RawData, WebSocket, WebSocketServer } from "ws";
import type { AgentActor } from "#contract/actor.ts";

/** Longer messages of SIP there are none. */
const mostFrame = 65_536;
/** Waiting for a side that reads too slowly. */
const mostWaiting = 262_144;
/** From a browser, in ten seconds. */
const mostFrames = 300;
const framesMs = 10_000;
/** Who is no longer let in is noticed after so long. */
const againMs = 60_000;

export interface SipSocket {
  /** For the HTTP server's "upgrade" event. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  readonly size: () => number;
  readonly stop: () => void;
}

/** `admit`: who asks, or the HTTP status to refuse with. `leadsTo`: where that channel's softphones go; null when it is none of theirs. */
export const openSipSocket = (parts: {
  readonly admit: (request: IncomingMessage) => Promise<AgentActor | number>;
  readonly leadsTo: (who: AgentActor, channelId: string) => string | null;
  readonly most: number;
  readonly againMs?: number;
}): SipSocket => {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: mostFrame,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has("sip") ? "sip" : false),
  });
  const pairs = new Set<WebSocket>();

  const refuse = (socket: Duplex, status: number): void => {
    socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  };

  const join = (browser: WebSocket, url: string, request: IncomingMessage): void => {
    pairs.add(browser);
    const asterisk = new WebSocket(url, "sip", {
      perMessageDeflate: false,
      maxPayload: mostFrame,
      handshakeTimeout: 10_000,
      followRedirects: false,
    });
    const end = (code: number): void => {
      clearInterval(again);
      pairs.delete(browser);
      browser.close(code);
      if (asterisk.readyState === WebSocket.CONNECTING) asterisk.terminate();
      else asterisk.close(1000);
    };
    const again = setInterval(() => {
      parts.admit(request).then(
        (who) => (typeof who === "number" ? end(1008) : undefined),
        () => undefined,
      );
    }, parts.againMs ?? againMs);
    again.unref();
    let early: string[] = [];
    let [count, since] = [0, performance.now()];
    browser.on("message", (data: RawData, binary: boolean) => {
      const now = performance.now();
      if (now - since > framesMs) [count, since] = [0, now];
      count += 1;
      if (binary) return end(1003);
      if (count > mostFrames) return end(1008);
      const text = asText(data);
      if (asterisk.readyState === WebSocket.CONNECTING) {
        if (early.length >= 20) return end(1008);
        early.push(text);
      } else if (asterisk.bufferedAmount > mostWaiting) end(1013);
      else asterisk.send(text);
    });
    asterisk.on("open", () => {
      for (const text of early) asterisk.send(text);
      early = [];
    });
    asterisk.on("message", (data: RawData, binary: boolean) => {
      if (browser.bufferedAmount > mostWaiting) end(1013);
      else browser.send(binary ? data : asText(data));
    });
    browser.on("close", () => end(1000));
    browser.on("error", () => end(1009));
    asterisk.on("close", () => end(1013));
    asterisk.on("error", () => end(1013));
  };

  return {
    upgrade: (request, socket, head) => {
      socket.on("error", () => socket.destroy());
      const channelId = new URL(request.url ?? "", "http://us").searchParams.get("channel") ?? "";
      parts.admit(request).then(
        (who) => {
          if (typeof who === "number") return refuse(socket, who);
          const url = parts.leadsTo(who, channelId);
          if (url === null) return refuse(socket, 404);
          if (pairs.size >= parts.most) return refuse(socket, 503);
          return server.handleUpgrade(request, socket, head, (browser) => join(browser, url, request));
        },
        () => refuse(socket, 500),
      );
    },
    size: () => pairs.size,
    stop: () => {
      for (const browser of pairs) browser.close(1001);
    },
  };
};

const asText = (data: RawData): string =>
  Array.isArray(data) ? Buffer.concat(data).toString("utf8") : Buffer.from(data as ArrayBuffer).toString("utf8");
