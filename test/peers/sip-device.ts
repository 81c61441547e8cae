// An agent's softphone in small: registers by SIP over a WebSocket (RFC 7118), is rung, takes or refuses, and talks by DTLS and SRTP as a browser does.
// For tests of an engine that has softphones registered.
import { createHash } from "node:crypto";
import { once } from "node:events";
import datachannel, { type Track } from "node-datachannel";
import { WebSocket } from "ws";
import type { DeviceWay } from "#contract/voice.ts";
import { type Message, parse, tagOf, uriOf, word } from "#test/peers/sip-caller.ts";
import { type Talking, talking } from "#test/peers/talking.ts";

type SipWay = Extract<DeviceWay, { kind: "sip" }>;

export interface SipDevice {
  /** The leg of the next INVITE that comes here. */
  readonly rung: () => Promise<string>;
  /** Takes the leg that rings it, whose INVITE may still be on its way; resolves when audio can flow. */
  readonly take: (legId: string) => Promise<Talking & { readonly hangUp: () => void }>;
  readonly refuse: (legId: string) => Promise<void>;
  readonly close: () => void;
}

const longestMs = 15_000;

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");
const field = (header: string, name: string): string => new RegExp(`${name}="?([^",]+)`, "u").exec(header)?.[1] ?? "";

/** The answer to a challenge (RFC 3261 section 22, RFC 2617 with qop=auth). */
const digest = (challenge: string, { user, password }: SipWay, method: string, uri: string): string => {
  const [realm, nonce, opaque] = [field(challenge, "realm"), field(challenge, "nonce"), field(challenge, "opaque")];
  const [count, own] = ["00000001", word()];
  const secret = md5(`${user}:${realm}:${password}`);
  const response = md5([secret, nonce, count, own, "auth", md5(`${method}:${uri}`)].join(":"));
  return [
    `Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}", algorithm=MD5`,
    `qop=auth, nc=${count}, cnonce="${own}"`,
    ...(opaque === "" ? [] : [`opaque="${opaque}"`]),
  ].join(", ");
};

/** Registers at `url` ("ws://127.0.0.1:8088/ws"); resolves when it is registered. */
export const openSipDevice = async (url: string, way: SipWay): Promise<SipDevice> => {
  const socket = new WebSocket(url, "sip");
  await once(socket, "open");
  const host = `${word()}.invalid`;
  const via = (): string => `Via: SIP/2.0/WS ${host};branch=z9hG4bK${word()};rport`;
  const contact = `Contact: <sip:${way.user}@${host};transport=ws>`;
  const send = (...lines: readonly string[]): void => {
    if (socket.readyState === WebSocket.OPEN) socket.send(lines.join("\r\n"));
  };
  const rung = new Map<string, Rung>();
  const came: string[] = [];
  const askers: ((legId: string) => void)[] = [];
  const waiting = new Map<string, (call: Rung) => void>();
  const calls = new Map<string, (message: Message) => void>();
  const open = new Set<() => void>();
  const answers = new Map<string, (message: Message) => void>();

  socket.on("message", (bytes: Buffer) => {
    const message = parse(bytes.toString("utf8"));
    const callId = message.headers.get("call-id") ?? "";
    if (message.first.startsWith("SIP/2.0")) return answers.get(callId)?.(message);
    const known = calls.get(callId);
    if (known !== undefined) return known(message);
    if (!message.first.startsWith("INVITE")) return reply(message, 200, "OK");
    const legId = message.headers.get("x-draht-leg") ?? "";
    const tag = word();
    calls.set(callId, (later) => {
      if (later.first.startsWith("CANCEL")) {
        reply(later, 200, "OK", tag);
        reply(message, 487, "Request Terminated", tag);
      } else if (later.first.startsWith("BYE")) {
        reply(later, 200, "OK", tag);
        rung.get(legId)?.over();
      } else if (!later.first.startsWith("ACK") && !later.first.startsWith("INVITE")) reply(later, 200, "OK", tag);
    });
    reply(message, 180, "Ringing", tag);
    const call: Rung = { invite: message, tag, over: () => undefined };
    rung.set(legId, call);
    waiting.get(legId)?.(call);
    const asker = askers.shift();
    if (asker === undefined) came.push(legId);
    else asker(legId);
  });
  const reply = (to: Message, status: number, words: string, tag = word(), sdp = ""): void => {
    const toHeader = to.headers.get("to") ?? "";
    send(
      `SIP/2.0 ${status} ${words}`,
      ...to.vias.map((each) => `Via: ${each}`),
      `From: ${to.headers.get("from") ?? ""}`,
      `To: ${toHeader}${tagOf(toHeader) === "" ? `;tag=${tag}` : ""}`,
      `Call-ID: ${to.headers.get("call-id") ?? ""}`,
      `CSeq: ${to.headers.get("cseq") ?? ""}`,
      contact,
      ...(sdp === "" ? [] : ["Content-Type: application/sdp"]),
      `Content-Length: ${Buffer.byteLength(sdp)}`,
      "",
      sdp,
    );
  };
  const register = async (): Promise<void> => {
    const callId = `${word()}@${host}`;
    const [uri, own, tag] = [`sip:${way.domain}`, `<sip:${way.user}@${way.domain}>`, word()];
    let challenge = "";
    for (let number = 1; number <= 2; number += 1) {
      const answered = new Promise<Message>((resolve, reject) => {
        const late = setTimeout(() => reject(new Error("nobody answered the registration")), longestMs);
        answers.set(callId, (message) => (clearTimeout(late), resolve(message)));
      });
      send(
        `REGISTER ${uri} SIP/2.0`,
        via(),
        "Max-Forwards: 70",
        `From: ${own};tag=${tag}`,
        `To: ${own}`,
        `Call-ID: ${callId}`,
        `CSeq: ${number} REGISTER`,
        `${contact};expires=300`,
        ...(challenge === "" ? [] : [`Authorization: ${digest(challenge, way, "REGISTER", uri)}`]),
        "Content-Length: 0",
        "",
        "",
      );
      const { first, headers } = await answered;
      if (first.startsWith("SIP/2.0 200")) return;
      challenge = headers.get("www-authenticate") ?? "";
      if (challenge === "" || number === 2) throw new Error(`not registered: ${first}`);
    }
  };
  const invited = (legId: string): Promise<Rung> =>
    new Promise((resolve, reject) => {
      const known = rung.get(legId);
      if (known !== undefined) return resolve(known);
      const late = setTimeout(() => reject(new Error(`${legId} rang nobody`)), longestMs);
      waiting.set(legId, (call) => (clearTimeout(late), resolve(call)));
    });
  const take: SipDevice["take"] = async (legId) => {
    const call = await invited(legId);
    const { invite, tag } = call;
    const line = await answered(invite.body);
    call.over = line.close;
    open.add(line.close);
    reply(invite, 200, "OK", tag, line.sdp);
    await line.opened;
    return {
      ...line.voice,
      hangUp: () => {
        send(
          `BYE ${uriOf(invite.headers.get("contact") ?? "")} SIP/2.0`,
          via(),
          "Max-Forwards: 70",
          `From: ${invite.headers.get("to") ?? ""};tag=${tag}`,
          `To: ${invite.headers.get("from") ?? ""}`,
          `Call-ID: ${invite.headers.get("call-id") ?? ""}`,
          "CSeq: 1 BYE",
          "Content-Length: 0",
          "",
          "",
        );
        line.close();
      },
    };
  };
  await register();
  return {
    rung: () => {
      const first = came.shift();
      return first === undefined ? new Promise((resolve) => askers.push(resolve)) : Promise.resolve(first);
    },
    take,
    refuse: async (legId) => {
      const { invite, tag } = await invited(legId);
      reply(invite, 603, "Decline", tag);
    },
    close: () => {
      for (const close of open) close();
      socket.terminate();
    },
  };
};

interface Rung {
  readonly invite: Message;
  readonly tag: string;
  /** What ends its media. */
  over: () => void;
}

/** Answers the engine's offer of one line of audio. */
const answered = async (offer: string) => {
  const keysType = Number(/^a=rtpmap:(\d+) telephone-event\/8000/mu.exec(offer)?.[1] ?? 101);
  const peer = new datachannel.PeerConnection("device", { iceServers: [], bindAddress: "127.0.0.1" });
  let track: Track | null = null;
  let closed = false;
  const voice = talking({
    keysType,
    send: (packet) => {
      if (!closed && track?.isOpen()) track.sendMessageBinary(packet);
    },
  });
  let began = (): void => undefined;
  const opened = new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("the device's line never opened")), longestMs);
    began = () => (clearTimeout(late), voice.begin(), resolve());
  });
  opened.catch(() => undefined);
  peer.onTrack((their) => {
    track = their;
    their.onMessage((packet) => voice.came(packet));
    their.onOpen(() => began());
  });
  const gathered = new Promise<void>((resolve) =>
    peer.onGatheringStateChange((state) => state === "complete" && resolve()),
  );
  // Feedback about all types at once is written in a way that the library does not read.
  peer.setRemoteDescription(offer.replaceAll(/^a=rtcp-fb:\*.*\r\n/gmu, ""), "offer");
  await gathered;
  return {
    sdp: peer.localDescription()?.sdp ?? "",
    voice,
    opened,
    close: (): void => {
      if (closed) return;
      closed = true;
      voice.end();
      track?.close();
      peer.close();
    },
  };
};
