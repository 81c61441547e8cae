// A mouth and an ear: says tones and presses keys packet by packet, and tells which tones and keys came. For callers and devices of the tests' making.
import { byteOf, sampleOf } from "#channels/phone/web/mulaw.ts";
import { isReport, keyOf, pressed, readRtp, writeRtp } from "#channels/phone/web/rtp.ts";
import { samplesOf, type Tone, tonesIn } from "#test/peers/tones.ts";

export interface Talking {
  /** Says this from now on: a tone, silence, or nothing at all (as a browser without a microphone). */
  readonly say: (tone: Tone | "silence" | null) => void;
  readonly press: (digits: string) => void;
  /** Resolves when exactly these tones are heard, for at least 60 ms; rejects with what is heard instead. */
  readonly hears: (...tones: readonly Tone[]) => Promise<void>;
  /** All that was heard since the last call, in order, same neighbours once: "400", "400+600", "". */
  readonly history: () => readonly string[];
  /** Keys that were pressed towards it. */
  readonly keys: () => string;
  readonly untilKeys: (digits: string) => Promise<void>;
  /** Packets of audio that came, and how many were missing among them. */
  readonly counted: () => { readonly came: number; readonly missing: number };
  readonly onPacket: (heard: (payload: Buffer) => void) => void;
}

/** How talking is carried: what comes is told, from `begin` to `end` packets are sent. */
export interface Carried extends Talking {
  readonly came: (packet: Buffer) => void;
  readonly begin: () => void;
  readonly end: () => void;
}

const longestMs = 15_000;
/** So long nothing comes, and nothing is heard. */
const quietMs = 120;
const steadyPackets = 3;

interface Waiting {
  readonly fits: () => boolean;
  readonly resolve: () => void;
}

/** Everybody speaks by one clock, as one telephone exchange would. */
const speaking = new Set<(frame: number) => void>();
let clock: NodeJS.Timeout | null = null;
let frames = 0;
const speak = (one: (frame: number) => void, on: boolean): void => {
  if (on) speaking.add(one);
  else speaking.delete(one);
  if (speaking.size === 0 && clock !== null) {
    clearInterval(clock);
    clock = null;
  }
  if (speaking.size === 0 || clock !== null) return;
  let due = performance.now();
  clock = setInterval(() => {
    for (; due <= performance.now(); due += 20) {
      frames += 1;
      for (const each of speaking) each(frames);
    }
  }, 10);
};

/** Talks by packets of PCMU and keys of that payload type, which `send` carries. */
export const talking = ({
  keysType,
  source = 1 + Math.floor(Math.random() * 4e9),
  send: carry,
}: {
  readonly keysType: number;
  readonly source?: number;
  readonly send: (packet: Buffer) => void;
}): Carried => {
  let said: Tone | "silence" | null = "silence";
  let pressing: ReturnType<typeof pressed>[number][] = [];
  let [sequence, pressedAt] = [0, 0];
  const packet = Buffer.alloc(200);
  const sound = Buffer.alloc(160);
  const send = (head: { payloadType: number; marker: boolean; timestamp: number }, payload: Uint8Array): void => {
    sequence = (sequence + 1) & 0xffff;
    carry(writeRtp(packet, { ...head, sequence, source }, payload));
  };
  const turn = (frame: number): void => {
    look();
    const timestamp = frame * 160;
    const key = pressing.shift();
    if (key) {
      if (key.marker) pressedAt = timestamp;
      return send({ payloadType: keysType, marker: key.marker, timestamp: pressedAt }, key.payload);
    }
    if (said === null) return;
    if (said === "silence") sound.fill(0xff);
    else for (const [index, sample] of samplesOf(said, timestamp % 8_000, 160).entries()) sound[index] = byteOf(sample);
    send({ payloadType: 0, marker: false, timestamp }, sound);
  };

  let [steady, last, heardAt] = [0, "", 0];
  let stable = "";
  let log: string[] = [];
  const waiting = new Set<Waiting>();
  let [keys, keyAt] = ["", -1];
  let [came, missing, lastSequence] = [0, 0, -1];
  let toPackets: ((payload: Buffer) => void) | null = null;
  const settle = (now: string): void => {
    stable = now;
    if (log.at(-1) !== now) log.push(now);
  };
  const look = (): void => {
    if (performance.now() - heardAt > quietMs && stable !== "") {
      [steady, last] = [0, ""];
      settle("");
    }
    for (const one of waiting)
      if (one.fits()) {
        waiting.delete(one);
        one.resolve();
      }
  };
  const wait = (fits: () => boolean, what: () => string): Promise<void> =>
    new Promise((resolve, reject) => {
      const one = { fits, resolve: (): void => (clearTimeout(timer), resolve()) };
      const timer = setTimeout(() => {
        waiting.delete(one);
        reject(new Error(what()));
      }, longestMs);
      waiting.add(one);
      look();
    });
  return {
    came: (bytes) => {
      if (isReport(bytes)) return;
      const rtp = readRtp(bytes);
      if (rtp === null) return;
      if (lastSequence !== -1) missing += Math.max(0, ((rtp.sequence - lastSequence - 1) << 16) >> 16);
      lastSequence = rtp.sequence;
      if (rtp.payloadType === keysType) {
        if (rtp.timestamp !== keyAt) keys += keyOf(rtp.payload) ?? "";
        keyAt = rtp.timestamp;
        return look();
      }
      came += 1;
      toPackets?.(rtp.payload);
      heardAt = performance.now();
      const now = tonesIn(Array.from(rtp.payload, sampleOf)).join("+");
      steady = now === last ? steady + 1 : 1;
      last = now;
      if (steady >= steadyPackets && now !== stable) settle(now);
      look();
    },
    begin: () => speak(turn, true),
    end: () => speak(turn, false),
    say: (tone) => {
      said = tone;
    },
    press: (digits) => {
      pressing = [...pressing, ...pressed(digits)];
    },
    hears: (...wanted) => {
      const name = [...wanted].toSorted((a, b) => a - b).join("+");
      return wait(
        () => stable === name,
        () => `hears "${stable}" instead of "${name}", before: ${log.slice(-8).join(", ")}`,
      );
    },
    history: () => {
      const all = log;
      log = [stable];
      return all;
    },
    keys: () => keys,
    untilKeys: (digits) =>
      wait(
        () => keys === digits,
        () => `was pressed "${keys}" instead of "${digits}"`,
      ),
    counted: () => ({ came, missing }),
    onPacket: (heard) => {
      toPackets = heard;
    },
  };
};
