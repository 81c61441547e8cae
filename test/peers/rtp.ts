// Voices of tests: RTP over UDP on loopback (RFC 3550) with G.711 µ-law, tones that are sent and measured, keys by RFC 4733. Used by test/peers/sip-caller.ts.
import { createSocket } from "node:dgram";
import { once } from "node:events";

const rate = 8_000;
const frame = 160;
/** What is listened to at once: a tenth of a second. */
const window = 800;
const eventType = 101;
const keys = "0123456789*#ABCD";

/** Where the voices of one telephone in one call come and go. */
export interface Line {
  readonly port: number;
  readonly towards: (port: number) => void;
  readonly close: () => void;
}

/** The media of one telephone in one call. */
export interface Media extends Line {
  /** Says a tone from now on, or nothing (silence). */
  readonly say: (hertz: number | null) => void;
  readonly press: (key: string) => void;
  /** Keys that came from the other side. */
  readonly keys: () => string;
  /** Resolves when exactly these tones have been heard for a tenth of a second at once; none: silence. */
  readonly hears: (...hertz: readonly number[]) => Promise<void>;
  /** Resolves when these keys came. */
  readonly hearsKeys: (wanted: string) => Promise<void>;
  /** Sends no packet any more; again, when `on`. */
  readonly line: (on: boolean) => void;
}

/** Tones that tests use: far enough from each other, each a whole number of waves in a tenth of a second. */
export const tones = { customer: 440, agent: 700, second: 1_000, prompt: 1_300, music: 1_700, other: 2_200 } as const;
const known: readonly number[] = Object.values(tones);

/** ITU-T G.711. */
export const toMuLaw = (sample: number): number => {
  const sign = sample < 0 ? 0x80 : 0;
  const level = Math.min(32_635, Math.abs(sample)) + 132;
  const exponent = Math.max(0, 24 - Math.clz32(level));
  return ~(sign | (exponent << 4) | ((level >> (exponent + 3)) & 0x0f)) & 0xff;
};

export const fromMuLaw = (byte: number): number => {
  const value = ~byte & 0xff;
  const level = (((value & 0x0f) << 3) + 132) << ((value >> 4) & 7);
  return (value & 0x80) === 0 ? level - 132 : 132 - level;
};

/** How loud a tone is in the samples, from 0 to 1 (Goertzel, 1958). */
export const loudness = (samples: ArrayLike<number>, hertz: number): number => {
  const turn = 2 * Math.cos((2 * Math.PI * hertz) / rate);
  let [one, two] = [0, 0];
  for (let index = 0; index < samples.length; index += 1) [one, two] = [(samples[index] ?? 0) + turn * one - two, one];
  return (2 * Math.sqrt(Math.max(0, one * one + two * two - turn * one * two))) / samples.length / 32_768;
};

/** The tones of ours that are in the samples. */
export const tonesIn = (samples: ArrayLike<number>): readonly number[] =>
  known.filter((hertz) => loudness(samples, hertz) > 0.03);

/** The tones of ours that are heard for at least two tenths of a second somewhere in the samples. */
export const tonesAlong = (samples: Int16Array): readonly number[] => {
  const counts = new Map<number, number>();
  for (let at = 0; at + window <= samples.length; at += window)
    for (const hertz of tonesIn(samples.subarray(at, at + window))) counts.set(hertz, (counts.get(hertz) ?? 0) + 1);
  return known.filter((hertz) => (counts.get(hertz) ?? 0) >= 2);
};

/** Opens a port; packets go out every 20 ms as soon as it is known where to. */
export const openMedia = async (): Promise<Media> => {
  const socket = createSocket("udp4");
  let isOpen = true;
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  let [there, hertz, on, sent]: [number, number | null, boolean, number] = [0, null, true, 0];
  let sequence = Math.floor(Math.random() * 30_000);
  let pressed: { readonly key: number; readonly since: number; left: number } | null = null;
  const waiting: string[] = [];
  let came = "";
  let lastEvent = -1;
  const ring = new Float64Array(window);
  let heard = 0;
  const checks = new Set<() => void>();
  const started = performance.now();
  let lastCame = started;
  const hear = (payload: Uint8Array): void => {
    for (const byte of payload) ring[heard++ % window] = fromMuLaw(byte);
    for (const check of checks) check();
  };

  const packet = (type: number, stamp: number, payload: Uint8Array, marker = false): void => {
    const bytes = Buffer.alloc(12 + payload.length);
    bytes[0] = 0x80;
    bytes[1] = type | (marker ? 0x80 : 0);
    bytes.writeUInt16BE((sequence += 1) & 0xffff, 2);
    bytes.writeUInt32BE(stamp >>> 0, 4);
    bytes.writeUInt32BE(port, 8);
    bytes.set(payload, 12);
    socket.send(bytes, there, "127.0.0.1");
  };
  const tick = (): void => {
    // Where nothing comes, silence is heard.
    if (performance.now() - lastCame > 100) hear(new Uint8Array(frame).fill(0xff));
    const stamp = sent * frame;
    sent += 1;
    if (there === 0 || !on) return;
    if (pressed === null && waiting.length > 0)
      pressed = { key: keys.indexOf(waiting.shift() ?? "0"), since: stamp, left: 10 };
    if (pressed !== null) {
      pressed.left -= 1;
      // Its last packet is sent three times (RFC 4733 section 2.5.1.4); then a pause, so that the next is another key.
      const last = pressed.left < 3;
      if (pressed.left >= 0) {
        const length = Math.min(0xffff, stamp - pressed.since + frame);
        packet(
          eventType,
          pressed.since,
          Uint8Array.of(pressed.key, (last ? 0x80 : 0) | 10, length >> 8, length & 0xff),
          pressed.left === 9,
        );
      } else if (pressed.left < -5) pressed = null;
      if (pressed !== null && pressed.left >= 0) return;
    }
    const payload = new Uint8Array(frame).fill(0xff);
    if (hertz !== null)
      for (let index = 0; index < frame; index += 1)
        payload[index] = toMuLaw(Math.round(8_000 * Math.sin((2 * Math.PI * hertz * (stamp + index)) / rate)));
    packet(0, stamp, payload);
  };
  // By the clock, not by the timer: a machine that is busy catches up.
  const timer = setInterval(() => {
    const due = Math.floor((performance.now() - started) / 20);
    if (due - sent > 25) sent = due - 1;
    while (sent < due) tick();
  }, 10);
  socket.on("message", (bytes: Buffer) => {
    if (bytes.length < 13) return;
    const type = (bytes[1] ?? 0) & 0x7f;
    const payload = bytes.subarray(12);
    if (type === eventType) {
      const stamp = bytes.readUInt32BE(4);
      if (stamp !== lastEvent) came += keys[payload[0] ?? 0] ?? "";
      lastEvent = stamp;
      for (const check of checks) check();
    } else if (type === 0) {
      lastCame = performance.now();
      hear(payload);
    }
  });
  const until = (what: string, holds: () => boolean): Promise<void> =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        checks.delete(check);
        reject(new Error(`${what} was not heard; tones ${tonesIn(ring).join(", ")}, keys "${came}"`));
      }, 20_000);
      const check = (): void => {
        if (!holds()) return;
        clearTimeout(late);
        checks.delete(check);
        resolve();
      };
      checks.add(check);
    });
  return {
    port,
    towards: (to) => {
      there = to;
    },
    say: (tone) => {
      hertz = tone;
    },
    press: (key) => waiting.push(...key.split("")),
    keys: () => came,
    hears: (...hertzs) => {
      const from = heard;
      const wanted = hertzs.toSorted((a, b) => a - b).join();
      return until(
        `exactly ${wanted === "" ? "silence" : wanted}`,
        () => heard - from >= window && tonesIn(ring).join() === wanted,
      );
    },
    hearsKeys: (wanted) => until(`keys ${wanted}`, () => came.endsWith(wanted)),
    line: (yes) => {
      on = yes;
    },
    close: () => {
      clearInterval(timer);
      if (isOpen) socket.close();
      isOpen = false;
    },
  };
};
