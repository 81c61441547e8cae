// Packets of audio and of keys: RTP (RFC 3550), telephone events (RFC 4733). Pure; called by line.ts, leg.ts and the callers of the tests' making.

/** One packet of audio or of a key. `timestamp` counts samples. */
export interface Rtp {
  readonly payloadType: number;
  readonly marker: boolean;
  readonly sequence: number;
  readonly timestamp: number;
  readonly source: number;
  readonly payload: Buffer;
}

/** Is it a report (RFC 3550 section 6) and no audio? RFC 5761 section 4 says how they are told apart. */
export const isReport = (packet: Uint8Array): boolean => {
  const type = packet[1] ?? 0;
  return type >= 192 && type <= 223;
};

/** Reads a packet; null: it is none. */
export const readRtp = (packet: Buffer): Rtp | null => {
  if (packet.length < 12 || (packet[0] ?? 0) >> 6 !== 2) return null;
  const first = packet[0] ?? 0;
  let start = 12 + (first & 0x0f) * 4;
  if ((first & 0x10) !== 0) {
    if (packet.length < start + 4) return null;
    start += 4 + packet.readUInt16BE(start + 2) * 4;
  }
  const padding = (first & 0x20) === 0 ? 0 : (packet.at(-1) ?? 0);
  if (start > packet.length - padding) return null;
  const second = packet[1] ?? 0;
  return {
    payloadType: second & 0x7f,
    marker: (second & 0x80) !== 0,
    sequence: packet.readUInt16BE(2),
    timestamp: packet.readUInt32BE(4),
    source: packet.readUInt32BE(8),
    payload: packet.subarray(start, packet.length - padding),
  };
};

/** Writes a packet into `into` (room for 12 bytes more than the payload) and gives the part that is filled. */
export const writeRtp = (into: Buffer, head: Omit<Rtp, "payload">, payload: Uint8Array): Buffer => {
  into[0] = 0x80;
  into[1] = (head.marker ? 0x80 : 0) | head.payloadType;
  into.writeUInt16BE(head.sequence & 0xffff, 2);
  into.writeUInt32BE(head.timestamp >>> 0, 4);
  into.writeUInt32BE(head.source >>> 0, 8);
  into.set(payload, 12);
  return into.subarray(0, 12 + payload.length);
};

const keys = "0123456789*#ABCD";

/** The key of a telephone event; null: it is another one (a flash, a fax). */
export const keyOf = (payload: Buffer): string | null =>
  payload.length < 4 ? null : (keys[payload[0] ?? 255] ?? null);

/** How long a key is said, in samples, and how long nothing is after it: 100 and 60 ms. */
const keyFrames = 5;
const restFrames = 3;

/** What is sent frame by frame to press keys: the event's bytes, and whether a key begins; null: nothing. */
export const pressed = (digits: string): readonly ({ readonly payload: Buffer; readonly marker: boolean } | null)[] =>
  Array.from(digits).flatMap((digit) => {
    const event = keys.indexOf(digit);
    // The end is said three times (RFC 4733 section 2.5.1.4).
    const said = Array.from({ length: keyFrames + 2 }, (_, frame) => {
      const payload = Buffer.alloc(4);
      payload[0] = event;
      payload[1] = (frame >= keyFrames - 1 ? 0x80 : 0) | 10;
      payload.writeUInt16BE(Math.min(frame + 1, keyFrames) * 160, 2);
      return { payload, marker: frame === 0 };
    });
    return [...said, ...Array.from({ length: restFrames }, () => null)];
  });

/** Seconds since 1900, as reports say them: 32 bits before the point and 32 behind it. */
const secondsFrom1900To1970 = 2_208_988_800;

/** The middle 32 bits of that, by which an answer to a report is timed. */
export const shortTime = (nowMs: number): number =>
  (((Math.floor(nowMs / 1000) + secondsFrom1900To1970) & 0xffff) * 65_536 + Math.floor((nowMs % 1000) * 65.536)) >>> 0;

/** A sender's report (RFC 3550 section 6.4.1) with no blocks: what is answered says how long the way there and back is. */
export const senderReport = (about: {
  readonly source: number;
  readonly nowMs: number;
  readonly timestamp: number;
  readonly packets: number;
  readonly bytes: number;
}): Buffer => {
  const packet = Buffer.alloc(28);
  packet[0] = 0x80;
  packet[1] = 200;
  packet.writeUInt16BE(6, 2);
  packet.writeUInt32BE(about.source >>> 0, 4);
  packet.writeUInt32BE((Math.floor(about.nowMs / 1000) + secondsFrom1900To1970) >>> 0, 8);
  packet.writeUInt32BE(Math.floor(((about.nowMs % 1000) / 1000) * 4_294_967_296) >>> 0, 12);
  packet.writeUInt32BE(about.timestamp >>> 0, 16);
  packet.writeUInt32BE(about.packets >>> 0, 20);
  packet.writeUInt32BE(about.bytes >>> 0, 24);
  return packet;
};

/** What the other side says of what it hears from us: lost since its last report, jitter in samples, and the way there and back. */
export const heardThere = (
  packet: Buffer,
  source: number,
  nowMs: number,
): { readonly lossPercent: number; readonly jitterMs: number; readonly rttMs: number | null } | null => {
  for (let at = 0; at + 8 <= packet.length;) {
    const type = packet[at + 1] ?? 0;
    const end = at + 4 + packet.readUInt16BE(at + 2) * 4;
    const blocks = (packet[at] ?? 0) & 0x1f;
    let block = at + (type === 200 ? 28 : 8);
    if (type === 200 || type === 201)
      for (let count = 0; count < blocks && block + 24 <= Math.min(end, packet.length); count += 1, block += 24) {
        if (packet.readUInt32BE(block) !== source >>> 0) continue;
        const asked = packet.readUInt32BE(block + 16);
        const there = packet.readUInt32BE(block + 20);
        const rtt = (((shortTime(nowMs) - asked - there) | 0) / 65_536) * 1000;
        return {
          lossPercent: ((packet[block + 4] ?? 0) / 256) * 100,
          jitterMs: packet.readUInt32BE(block + 12) / 8,
          rttMs: asked === 0 || rtt < 0 || rtt > 10_000 ? null : rtt,
        };
      }
    at = end;
  }
  return null;
};
