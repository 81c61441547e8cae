// The load driver's two ends: HTTP over kept connections, and SMTP over a few that stay open, as relays do. Used by bench/work.ts.
import { Agent, request } from "node:http";
import { connect, type Socket } from "node:net";
import type { Endpoint, Result } from "#contract/endpoint.ts";
import { addressOf, type Desk, type Given } from "#test/desk.ts";

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** Calls an endpoint as a desk; the body is read whole and only parsed when `parse`. Rejects when the answer is not 200. */
export const call = <E extends Endpoint>(desk: Desk, endpoint: E, given: Given<E> = {}): Promise<Result<E>> =>
  new Promise((resolve, reject) => {
    const body = given.body === undefined ? null : JSON.stringify(given.body);
    const sent = request(
      desk.url + addressOf(endpoint, given),
      {
        method: endpoint.method,
        agent,
        headers: {
          cookie: desk.cookie,
          "x-csrf": desk.csrf,
          origin: desk.url,
          ...(body === null ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
        },
      },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on("data", (part: Buffer) => parts.push(part));
        answer.on("error", reject);
        answer.on("end", () => {
          const text = Buffer.concat(parts).toString("utf8");
          if (answer.statusCode === 200) resolve(JSON.parse(text) as Result<E>);
          else reject(new Error(`${endpoint.method} ${endpoint.path}: ${answer.statusCode} ${text.slice(0, 300)}`));
        });
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });

export interface MailLane {
  /** Resolves when the server has said 250: it is kept. */
  readonly send: (from: string, to: string, bytes: Uint8Array) => Promise<void>;
  readonly close: () => void;
}

/** A mail as it goes over the wire: lines that begin with a dot get a second one (RFC 5321 section 4.5.2). */
export const stuffed = (bytes: Uint8Array): Uint8Array =>
  Buffer.from(
    Buffer.from(bytes)
      .toString("latin1")
      .replace(/\r\n\./g, "\r\n.."),
    "latin1",
  );

/** One SMTP connection that carries one stuffed mail after the other. */
export const openMailLane = async (port: number): Promise<MailLane> => {
  const socket: Socket = connect({ host: "127.0.0.1", port });
  socket.setNoDelay(true);
  let text = "";
  let wake: (() => void) | null = null;
  let failure: Error | null = null;
  const fail = (error: Error): void => {
    failure = error;
    wake?.();
  };
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
    wake?.();
  });
  socket.on("error", fail);
  socket.on("close", () => fail(new Error("the SMTP connection ended")));
  const reply = async (wanted: string): Promise<void> => {
    for (;;) {
      const end = text.indexOf("\r\n");
      if (end === -1) {
        if (failure) throw failure;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        wake = null;
        continue;
      }
      const answer = text.slice(0, end);
      text = text.slice(end + 2);
      if (answer[3] === "-") continue;
      if (!answer.startsWith(wanted)) throw new Error(`SMTP said: ${answer}`);
      return;
    }
  };
  await reply("220");
  socket.write("EHLO bench.example\r\n");
  await reply("250");
  return {
    send: async (from, to, bytes) => {
      socket.write(`MAIL FROM:<${from}>\r\nRCPT TO:<${to}>\r\nDATA\r\n`);
      await reply("250");
      await reply("250");
      await reply("354");
      socket.write(bytes);
      socket.write("\r\n.\r\n");
      await reply("250");
    },
    close: () => void socket.end("QUIT\r\n"),
  };
};
