// A telephone: a small SIP user agent over UDP with its own media (PCMU, keys by RFC 4733), on loopback. For tests of calls over a line.
import { type RemoteInfo, createSocket, type Socket } from "node:dgram";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type Line, openMedia, type Media } from "#test/peers/rtp.ts";

/** One call of a telephone. */
export interface SipCall<M extends Line = Media> {
  readonly callId: string;
  /** Headers of the INVITE that came here; of a call from here, empty. */
  readonly headers: ReadonlyMap<string, string>;
  readonly media: M;
  /** Resolves when the other side rings (180, 183). */
  readonly ringing: Promise<void>;
  /** Resolves when it is answered; rejects when it never is. */
  readonly answered: Promise<void>;
  /** Resolves at its end with the SIP status that refused it, or 200 when it was hung up. */
  readonly ended: Promise<number>;
  readonly hangUp: () => void;
  /** Of a call that came here. */
  readonly ring: () => void;
  readonly answer: () => void;
  readonly refuse: (status: number, words: string) => void;
}

export interface Telephone<M extends Line = Media> {
  readonly port: number;
  readonly call: (to: string, from?: { readonly number: string; readonly name: string }) => Promise<SipCall<M>>;
  /** The next call that comes here. */
  readonly rung: () => Promise<SipCall<M>>;
  /** Sends bytes as they are. */
  readonly send: (bytes: Uint8Array) => void;
  readonly close: () => void;
}

/** A SIP message as it came: its first line, each header once, all Via. */
export interface Message {
  readonly first: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly vias: readonly string[];
  readonly body: string;
}

/** Reads a SIP message (RFC 3261 section 7). */
export const parse = (text: string): Message => {
  const [head = "", ...rest] = text.split("\r\n\r\n");
  const [first = "", ...lines] = head.split("\r\n");
  const headers = new Map<string, string>();
  const vias: string[] = [];
  for (const line of lines) {
    const at = line.indexOf(":");
    const name = line.slice(0, at).trim().toLowerCase();
    const value = line.slice(at + 1).trim();
    if (name === "via") vias.push(value);
    else if (!headers.has(name)) headers.set(name, value);
  }
  return { first, headers, vias, body: rest.join("\r\n\r\n") };
};

export const tagOf = (header: string): string => /;tag=([^;>\s]+)/u.exec(header)?.[1] ?? "";
export const uriOf = (header: string): string => /<([^>]+)>/u.exec(header)?.[1] ?? header.split(";")[0] ?? "";
export const word = (): string => randomBytes(8).toString("hex");

/** Turned on at a port of its own; `serverPort`: where it calls. */
export const openTelephone = (serverPort: number, ownPort = 0): Promise<Telephone> =>
  openTelephoneWith(openMedia, serverPort, ownPort);

/** The same with voices of another kind. */
export const openTelephoneWith = async <M extends Line>(
  openLine: () => Promise<M>,
  serverPort: number,
  ownPort = 0,
): Promise<Telephone<M>> => {
  const socket: Socket = createSocket("udp4");
  socket.bind(ownPort, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  const calls = new Map<string, { readonly take: (message: Message) => void }>();
  const came: SipCall<M>[] = [];
  const waiting: ((call: SipCall<M>) => void)[] = [];
  let closed = false;
  const send = (text: string | Uint8Array, to = serverPort): void => {
    if (!closed) socket.send(text, to, "127.0.0.1");
  };
  const open = new Set<M>();
  const media = async (): Promise<M> => {
    const one = await openLine();
    if (closed) one.close();
    open.add(one);
    return one;
  };
  const context: Context<M> = { port, send, calls, media };
  const give = (call: SipCall<M>): void => {
    const next = waiting.shift();
    if (next === undefined) came.push(call);
    else next(call);
  };
  socket.on("message", (bytes: Buffer, from: RemoteInfo) => {
    const message = parse(bytes.toString("utf8"));
    const id = message.headers.get("call-id") ?? "";
    const known = calls.get(id);
    if (known !== undefined) return known.take(message);
    if (message.first.startsWith("OPTIONS")) return send(reply(message, 200, "OK", port, word()), from.port);
    if (!message.first.startsWith("INVITE")) return;
    void arriving(context, message).then(give);
  });
  return {
    port,
    call: (to, from = { number: "+4930111", name: "Kim" }) => outgoing(context, serverPort, to, from),
    rung: () =>
      new Promise((resolve) => {
        const call = came.shift();
        if (call === undefined) waiting.push(resolve);
        else resolve(call);
      }),
    send: (bytes) => send(bytes),
    close: () => {
      closed = true;
      socket.close();
      // What a server that was killed never ended.
      for (const one of open) one.close();
    },
  };
};

interface Context<M extends Line> {
  readonly port: number;
  readonly send: (text: string) => void;
  readonly calls: Map<string, { readonly take: (message: Message) => void }>;
  /** Of a call; closed with the telephone at the latest. */
  readonly media: () => Promise<M>;
}

const reply = (to: Message, status: number, words: string, port: number, tag: string, sdp = ""): string =>
  [
    `SIP/2.0 ${status} ${words}`,
    ...to.vias.map((via) => `Via: ${via}`),
    `From: ${to.headers.get("from") ?? ""}`,
    `To: ${to.headers.get("to") ?? ""}${tagOf(to.headers.get("to") ?? "") === "" ? `;tag=${tag}` : ""}`,
    `Call-ID: ${to.headers.get("call-id") ?? ""}`,
    `CSeq: ${to.headers.get("cseq") ?? ""}`,
    `Contact: <sip:line@127.0.0.1:${port}>`,
    ...(sdp === "" ? [] : ["Content-Type: application/sdp"]),
    `Content-Length: ${Buffer.byteLength(sdp)}`,
    "",
    sdp,
  ].join("\r\n");

const sdpOf = (media: Line): string =>
  [
    "v=0",
    `o=- ${Date.now()} 1 IN IP4 127.0.0.1`,
    "s=-",
    "c=IN IP4 127.0.0.1",
    "t=0 0",
    `m=audio ${media.port} RTP/AVP 0 101`,
    "a=rtpmap:0 PCMU/8000",
    "a=rtpmap:101 telephone-event/8000",
    "a=fmtp:101 0-15",
    "a=ptime:20",
    "a=sendrecv",
    "",
  ].join("\r\n");

const mediaPort = (sdp: string): number => Number(/^m=audio (\d+)/mu.exec(sdp)?.[1] ?? 0);

const later = <T>(): {
  readonly promise: Promise<T>;
  readonly done: (value: T) => void;
  readonly fail: (error: Error) => void;
} => {
  let [done, fail]: [(value: T) => void, (error: Error) => void] = [() => undefined, () => undefined];
  const promise = new Promise<T>((resolve, reject) => {
    done = resolve;
    fail = reject;
  });
  promise.catch(() => undefined);
  return { promise, done, fail };
};

/** Requests inside a call that stands, the same for both sides. */
const inside = (
  context: Pick<Context<Line>, "port" | "send">,
  names: {
    readonly callId: string;
    readonly local: () => string;
    readonly remote: () => string;
    readonly target: () => string;
  },
): ((method: string, number: number) => void) => {
  return (method, number) =>
    context.send(
      [
        `${method} ${names.target()} SIP/2.0`,
        `Via: SIP/2.0/UDP 127.0.0.1:${context.port};branch=z9hG4bK${word()};rport`,
        "Max-Forwards: 70",
        `From: ${names.local()}`,
        `To: ${names.remote()}`,
        `Call-ID: ${names.callId}`,
        `CSeq: ${number} ${method}`,
        `Contact: <sip:line@127.0.0.1:${context.port}>`,
        "Content-Length: 0",
        "",
        "",
      ].join("\r\n"),
    );
};

async function outgoing<M extends Line>(
  context: Context<M>,
  serverPort: number,
  to: string,
  from: { readonly number: string; readonly name: string },
): Promise<SipCall<M>> {
  const media = await context.media();
  const callId = `${word()}@127.0.0.1`;
  const target = `sip:${to}@127.0.0.1:${serverPort}`;
  const local = `"${from.name}" <sip:${from.number}@127.0.0.1:${context.port}>;tag=${word()}`;
  let remote = `<${target}>`;
  let contact = target;
  const branch = `z9hG4bK${word()}`;
  const [rings, answers, ends] = [later<void>(), later<void>(), later<number>()];
  const request = inside(context, { callId, local: () => local, remote: () => remote, target: () => contact });
  let state: "calling" | "talking" | "over" = "calling";
  const over = (status: number): void => {
    if (state === "over") return;
    state = "over";
    media.close();
    answers.fail(new Error(`refused: ${status}`));
    ends.done(status);
  };
  const sdp = sdpOf(media);
  const head = (method: string, number: number, uri: string, toHeader: string): readonly string[] => [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:${context.port};branch=${branch};rport`,
    "Max-Forwards: 70",
    `From: ${local}`,
    `To: ${toHeader}`,
    `Call-ID: ${callId}`,
    `CSeq: ${number} ${method}`,
  ];
  context.calls.set(callId, {
    take: (message) => {
      const status = Number(/^SIP\/2\.0 (\d+)/u.exec(message.first)?.[1] ?? 0);
      const method = (message.headers.get("cseq") ?? "").split(" ")[1] ?? "";
      if (status === 0) {
        if (message.first.startsWith("BYE")) {
          context.send(reply(message, 200, "OK", context.port, word()));
          over(200);
        } else if (!message.first.startsWith("ACK"))
          context.send(reply(message, 200, "OK", context.port, word(), message.first.startsWith("INVITE") ? sdp : ""));
        return;
      }
      if (method !== "INVITE") return;
      if (message.body !== "") media.towards(mediaPort(message.body));
      if (status === 180 || status === 183) rings.done();
      if (status < 200) return;
      remote = message.headers.get("to") ?? remote;
      if (status < 300) {
        contact = uriOf(message.headers.get("contact") ?? `<${target}>`);
        request("ACK", 1);
        if (state === "over") return request("BYE", 2);
        state = "talking";
        answers.done();
        return;
      }
      context.send([...head("ACK", 1, target, remote), "Content-Length: 0", "", ""].join("\r\n"));
      over(status);
    },
  });
  context.send(
    [
      ...head("INVITE", 1, target, `<${target}>`),
      `Contact: <sip:line@127.0.0.1:${context.port}>`,
      "Content-Type: application/sdp",
      `Content-Length: ${Buffer.byteLength(sdp)}`,
      "",
      sdp,
    ].join("\r\n"),
  );
  return {
    callId,
    headers: new Map(),
    media,
    ringing: rings.promise,
    answered: answers.promise,
    ended: ends.promise,
    hangUp: () => {
      if (state === "talking") request("BYE", 2);
      else context.send([...head("CANCEL", 1, target, `<${target}>`), "Content-Length: 0", "", ""].join("\r\n"));
      over(200);
    },
    ring: () => undefined,
    answer: () => undefined,
    refuse: () => undefined,
  };
}

async function arriving<M extends Line>(context: Context<M>, invite: Message): Promise<SipCall<M>> {
  const callId = invite.headers.get("call-id") ?? "";
  const tag = word();
  const [rings, answers, ends] = [later<void>(), later<void>(), later<number>()];
  let state: "asked" | "talking" | "over" = "asked";
  const request = inside(context, {
    callId,
    local: () => `${invite.headers.get("to") ?? ""};tag=${tag}`,
    remote: () => invite.headers.get("from") ?? "",
    target: () => uriOf(invite.headers.get("contact") ?? ""),
  });
  // Known before the next packet comes: a repeated INVITE is the same call.
  let take = (_: Message): void => undefined;
  context.calls.set(callId, { take: (message) => take(message) });
  context.send(reply(invite, 100, "Trying", context.port, ""));
  const media = await context.media();
  media.towards(mediaPort(invite.body));
  const over = (status: number): void => {
    if (state === "over") return;
    state = "over";
    media.close();
    answers.fail(new Error(`refused: ${status}`));
    ends.done(status);
  };
  take = (message) => {
    if (message.first.startsWith("BYE")) {
      context.send(reply(message, 200, "OK", context.port, tag));
      over(200);
    } else if (message.first.startsWith("CANCEL")) {
      context.send(reply(message, 200, "OK", context.port, tag));
      context.send(reply(invite, 487, "Request Terminated", context.port, tag));
      over(487);
    } else if (message.first.startsWith("INVITE")) {
      if (state === "talking") context.send(reply(message, 200, "OK", context.port, tag, sdpOf(media)));
    } else if (!message.first.startsWith("ACK") && !message.first.startsWith("SIP/2.0"))
      context.send(reply(message, 200, "OK", context.port, tag));
  };
  return {
    callId,
    headers: invite.headers,
    media,
    ringing: rings.promise,
    answered: answers.promise,
    ended: ends.promise,
    hangUp: () => {
      if (state === "talking") request("BYE", 1);
      over(200);
    },
    ring: () => {
      context.send(reply(invite, 180, "Ringing", context.port, tag));
      rings.done();
    },
    answer: () => {
      state = "talking";
      context.send(reply(invite, 200, "OK", context.port, tag, sdpOf(media)));
      answers.done();
    },
    refuse: (status, words) => {
      context.send(reply(invite, status, words, context.port, tag));
      over(status);
    },
  };
}
