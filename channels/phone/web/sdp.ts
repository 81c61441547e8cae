// What browsers say of how they speak (SDP, RFC 8866; JSEP, RFC 9429): an offer is read strictly and written anew, so that nothing a stranger wrote reaches
// the library that answers it. Pure; called by line.ts.
import { isIP } from "node:net";

/** An offer as it is answered: PCMU and keys of the telephone, nothing else. */
export interface Offer {
  readonly sdp: string;
  /** The payload type of telephone events; null: this browser sends none. */
  readonly keys: number | null;
}

const mostCandidates = 40;
const token = /^[A-Za-z0-9+/=_.-]{1,256}$/u;

/** The value of an attribute's first line. */
const valueOf = (lines: readonly string[], name: string): string | undefined =>
  lines.find((line) => line.startsWith(`a=${name}:`))?.slice(name.length + 3);

/** A candidate we may answer to: UDP, and an address rather than a name, which nobody has to look up then. */
const isUsable = (line: string): boolean => {
  const [foundation = "", component, transport = "", priority = "", address = "", port = "", , type = ""] = line
    .slice("a=candidate:".length)
    .split(" ");
  return (
    /^[A-Za-z0-9+/]{1,32}$/u.test(foundation) &&
    component === "1" &&
    transport.toLowerCase() === "udp" &&
    /^\d{1,10}$/u.test(priority) &&
    isIP(address) > 0 &&
    /^[1-9]\d{0,4}$/u.test(port) &&
    Number(port) < 65_536 &&
    /^(?:host|srflx|prflx|relay)$/u.test(type)
  );
};

/** `a=candidate:` with what we need of it and nothing behind. */
const cleaned = (line: string): string => line.split(" ").slice(0, 8).join(" ");

/** Reads a browser's offer of one audio line; a string: what is wrong with it. */
export const readOffer = (sdp: string): Offer | string => {
  const lines = sdp.split(/\r?\n/u).filter((line) => line !== "");
  if (lines.length > 400) return "too many lines";
  if (lines[0] !== "v=0") return "no session description";
  const media = lines.filter((line) => line.startsWith("m="));
  const [audio, ...others] = media;
  if (audio === undefined || others.length > 0 || !audio.startsWith("m=audio "))
    return "one line of audio is answered, nothing else";
  const [, , protocol = "", ...types] = audio.split(" ");
  if (!/^UDP\/TLS\/RTP\/SAVPF?$/u.test(protocol)) return "audio has to be secured by DTLS";
  if (!types.includes("0")) return "PCMU is not offered";
  const mid = valueOf(lines, "mid") ?? "0";
  const fragment = valueOf(lines, "ice-ufrag") ?? "";
  const password = valueOf(lines, "ice-pwd") ?? "";
  if (![mid, fragment, password].every((text) => token.test(text)) || fragment.length < 4 || password.length < 22)
    return "ICE is not described";
  const [algorithm = "", print = ""] = (valueOf(lines, "fingerprint") ?? "").split(" ");
  if (!/^sha-(?:256|384|512)$/iu.test(algorithm) || !/^(?:[0-9A-F]{2}:){31,63}[0-9A-F]{2}$/iu.test(print))
    return "no fingerprint of a certificate";
  const setup = valueOf(lines, "setup") ?? "";
  if (!/^(?:actpass|active|passive)$/u.test(setup)) return "who begins with DTLS is not said";
  const events = lines
    .map((line) => /^a=rtpmap:(\d{2,3}) telephone-event\/8000/iu.exec(line)?.[1])
    .find((type) => type !== undefined && types.includes(type) && Number(type) >= 96 && Number(type) <= 127);
  const candidates = lines
    .filter((line) => line.startsWith("a=candidate:") && isUsable(line))
    .slice(0, mostCandidates)
    .map(cleaned);
  return {
    keys: events === undefined ? null : Number(events),
    sdp: [
      "v=0",
      "o=- 1 1 IN IP4 127.0.0.1",
      "s=-",
      "t=0 0",
      `a=group:BUNDLE ${mid}`,
      `m=audio 9 UDP/TLS/RTP/SAVPF 0${events === undefined ? "" : ` ${events}`}`,
      "c=IN IP4 0.0.0.0",
      `a=mid:${mid}`,
      "a=sendrecv",
      "a=rtcp-mux",
      `a=ice-ufrag:${fragment}`,
      `a=ice-pwd:${password}`,
      `a=fingerprint:${algorithm} ${print}`,
      // Who may begin with DTLS begins: the other way round the first packet may come too early, and is said again only after a second.
      `a=setup:${setup === "passive" ? "passive" : "active"}`,
      "a=rtpmap:0 PCMU/8000",
      ...(events === undefined ? [] : [`a=rtpmap:${events} telephone-event/8000`, `a=fmtp:${events} 0-15`]),
      ...candidates,
      "",
    ].join("\r\n"),
  };
};

/** Our answer as it is seen from outside a router that translates our addresses: a candidate more for each port of ours. */
export const seenFromOutside = (answer: string, address: string | null): string => {
  if (address === null) return answer;
  const ports = new Set<string>();
  const lines = answer.split("\r\n").flatMap((line) => {
    const parts = line.split(" ");
    const isOurs = line.startsWith("a=candidate:") && parts[7] === "host" && isIP(parts[4] ?? "") === isIP(address);
    if (!isOurs || ports.has(parts[5] ?? "")) return [line];
    ports.add(parts[5] ?? "");
    return [line, parts.with(0, "a=candidate:out").with(4, address).slice(0, 8).join(" ")];
  });
  return lines.join("\r\n");
};
