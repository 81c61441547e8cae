// The audio of one party: what comes from there is counted, heard for keys and voices and handed on; what goes there keeps one clock. Called by voices.ts.
import { randomInt } from "node:crypto";
import { keysBrake } from "#lib/brake.ts";
import { meanOpinion } from "#lib/voiceQuality.ts";
import { createJitter, type Jitter } from "./jitter.ts";
import type { Line } from "./line.ts";
import { frameBytes, frameMs, loudness } from "./mulaw.ts";
import { heardThere, isReport, keyOf, pressed, readRtp, senderReport, writeRtp } from "./rtp.ts";

/** Louder than this on average (-36 dB) is a voice; so long is one heard before it counts, and so long is it gone before it does not. */
const voiceLoudness = 500;
const voiceBeginsMs = 60;
const voiceEndsMs = 500;
/** So long nothing comes that should before it is told as silence, and before the party counts as lost. */
const silentAfterMs = 3_000;
const lostAfterMs = 15_000;
const reportEveryMs = 4_000;

/** What the audio of one party tells. */
export interface LegTold {
  readonly digit: (digit: string) => void;
  readonly talking: (on: boolean) => void;
  readonly silent: (on: boolean) => void;
}

export interface Quality {
  readonly mos: number;
  readonly lossPercent: number;
  readonly jitterMs: number;
  readonly rttMs: number | null;
}

/** Audio of one party. Times are milliseconds of one monotonic clock. */
export interface Audio {
  readonly connect: (line: Line) => void;
  readonly heard: (packet: Buffer, nowMs: number) => void;
  /** Hands audio that comes on to these, as it is. */
  readonly handTo: (others: readonly Audio[]) => void;
  /** From now on what comes is kept for `frame` (or is not). */
  readonly tap: (on: boolean) => void;
  /** The next 20 ms that came, good for this tick; null: nothing. */
  readonly frame: () => Uint8Array | null;
  /** 20 ms to the party; null: nothing. Keys that are to be pressed go first. */
  readonly say: (frame: Uint8Array | null, nowMs: number) => void;
  /** Audio of another, as it came. */
  readonly pass: (payload: Buffer, timestamp: number, from: Audio, nowMs: number) => void;
  /** False: this browser takes none. */
  readonly press: (digits: string) => boolean;
  readonly watch: (on: boolean) => void;
  /** Looks at the time: about ten times a second. `expected`: audio should come. Gives "lost" when nothing at all came for too long that should have. */
  readonly look: (nowMs: number, expected: boolean) => "lost" | null;
  /** What was heard since it was asked last; null: nothing. */
  readonly quality: () => Quality | null;
}

export const createAudio = (told: LegTold): Audio => {
  const out = createOut();
  const heard = createHeard();
  const voice = createVoice(told);
  const jitter: Jitter = createJitter();
  let line: Line | null = null;
  let others: readonly Audio[] = [];
  let isTapped = false;
  let watched = false;
  let lastKeyAt = -1;
  const keys = keysBrake();
  let [audioAt, anyAt] = [0, 0];
  let expectedFrom: number | null = null;
  let isSilent = false;
  let reportedAt = 0;
  const self: Audio = {
    connect: (to) => {
      line = to;
      audioAt = anyAt = performance.now();
      jitter.clear();
      heard.begin();
      lastKeyAt = -1;
    },
    heard: (packet, nowMs) => {
      anyAt = nowMs;
      if (isReport(packet)) {
        const there = heardThere(packet, out.source, Date.now());
        if (there) heard.there(there);
        return;
      }
      const rtp = readRtp(packet);
      if (rtp === null) return;
      heard.count(rtp.sequence);
      if (rtp.payloadType === line?.keys) {
        const key = keyOf(rtp.payload);
        if (key === null || rtp.timestamp === lastKeyAt) return;
        lastKeyAt = rtp.timestamp;
        return keys.passes(nowMs) ? told.digit(key) : undefined;
      }
      if (rtp.payloadType !== 0) return;
      audioAt = nowMs;
      heard.arrive(rtp.timestamp, nowMs);
      if (isTapped) jitter.push(rtp.timestamp, rtp.payload);
      for (const other of others) other.pass(rtp.payload, rtp.timestamp, self, nowMs);
      if (watched) voice.heard(loudness(rtp.payload), nowMs);
    },
    handTo: (to) => {
      others = to;
    },
    tap: (on) => {
      if (on === isTapped) return;
      isTapped = on;
      jitter.clear();
    },
    frame: () => jitter.pop(),
    say: (frame, nowMs) => {
      if (line !== null) out.say(line, frame, nowMs);
    },
    pass: (payload, timestamp, from, nowMs) => {
      if (line !== null) out.pass(line, payload, timestamp, from, nowMs);
    },
    press: (digits) => {
      if (line?.keys == null) return false;
      out.press(digits);
      return true;
    },
    watch: (on) => {
      if (watched === on) return;
      watched = on;
      voice.reset();
    },
    look: (nowMs, expected) => {
      if (line === null) return null;
      if (watched) voice.look(nowMs);
      expectedFrom = expected ? (expectedFrom ?? nowMs) : null;
      const since = Math.max(audioAt, expectedFrom ?? nowMs);
      const silent = expected && nowMs - since > silentAfterMs;
      if (silent !== isSilent) {
        isSilent = silent;
        told.silent(silent);
      }
      if (nowMs - reportedAt > reportEveryMs) {
        reportedAt = nowMs;
        line.send(out.report(nowMs));
      }
      return expected && nowMs - Math.max(anyAt, expectedFrom ?? nowMs) > lostAfterMs ? "lost" : null;
    },
    quality: heard.quality,
  };
  return self;
};

/** What goes to one party: one source, one sequence, one clock, whoever it comes from. */
const createOut = () => {
  const source = randomInt(1, 0xff_ff_ff_ff);
  const begin = randomInt(0, 0xff_ff_ff_ff);
  const packet = Buffer.alloc(12 + 2_048);
  let sequence = randomInt(0, 0xff_ff);
  let last = begin;
  /** When the last audio went out, and whose it was. */
  let [lastAt, from] = [-1_000, null as Audio | null];
  let offset = 0;
  let [packets, bytes] = [0, 0];
  const pressing: ReturnType<typeof pressed>[number][] = [];
  let pressedFrom = 0;
  const startedAt = performance.now();
  /** Where the party's clock should stand now, and never behind what has been said. */
  const clock = (nowMs: number): number => {
    const due = (begin + Math.round((nowMs - startedAt) / frameMs) * frameBytes) >>> 0;
    const next = (last + frameBytes) >>> 0;
    return ((due - next) | 0) > 0 ? due : next;
  };
  const write = (line: Line, payloadType: number, marker: boolean, timestamp: number, payload: Uint8Array): void => {
    sequence = (sequence + 1) & 0xff_ff;
    if (!line.send(writeRtp(packet, { payloadType, marker, sequence, timestamp, source }, payload))) return;
    packets += 1;
    bytes += payload.length;
  };
  return {
    source,
    say: (line: Line, frame: Uint8Array | null, nowMs: number): void => {
      if (pressing.length > 0 && line.keys !== null) {
        const one = pressing.shift() ?? null;
        if (one === null) return;
        if (one.marker) pressedFrom = clock(nowMs);
        last = clock(nowMs);
        lastAt = nowMs;
        return write(line, line.keys, one.marker, pressedFrom, one.payload);
      }
      if (frame === null) return;
      const isNew = from !== null || nowMs - lastAt > 2.5 * frameMs;
      from = null;
      last = isNew ? clock(nowMs) : (last + frameBytes) >>> 0;
      lastAt = nowMs;
      write(line, 0, isNew, last, frame);
    },
    pass: (line: Line, payload: Buffer, timestamp: number, other: Audio, nowMs: number): void => {
      if (pressing.length > 0 || payload.length > 2_048) return;
      const isNew = from !== other || nowMs - lastAt > 1_000;
      if (isNew) offset = (clock(nowMs) - timestamp) | 0;
      from = other;
      lastAt = nowMs;
      const at = (timestamp + offset) >>> 0;
      if (((at - last) | 0) > 0) last = at;
      write(line, 0, isNew, at, payload);
    },
    press: (digits: string): void => {
      if (pressing.length < 1_000) pressing.push(...pressed(digits));
    },
    report: (nowMs: number): Buffer =>
      senderReport({ source, nowMs: Date.now(), timestamp: clock(nowMs), packets, bytes }),
  };
};

/** Counts what comes as RFC 3550 does (appendix A.3 and A.8), and what the other side says of what it hears. */
const createHeard = () => {
  let highest = -1;
  let [received, expected] = [0, 0];
  let jitterSamples = 0;
  let transit: number | null = null;
  let there: { readonly lossPercent: number; readonly jitterMs: number; readonly rttMs: number | null } | null = null;
  let rttMs: number | null = null;
  return {
    begin: (): void => {
      highest = -1;
      transit = null;
    },
    /** Any packet of audio or keys: they share one count. */
    count: (sequence: number): void => {
      const ahead = highest === -1 ? 1 : ((sequence - highest) << 16) >> 16;
      // A jump is another stream and not a loss.
      if (ahead > 0) expected += ahead > 3_000 ? 1 : ahead;
      if (ahead > 0 || ahead < -3_000) highest = sequence;
      received += 1;
    },
    arrive: (timestamp: number, nowMs: number): void => {
      const arrival = (nowMs * 8 - timestamp) % 4_294_967_296;
      if (transit !== null) {
        const difference = Math.abs(arrival - transit);
        if (difference < 80_000) jitterSamples += (difference - jitterSamples) / 16;
      }
      transit = arrival;
    },
    there: (said: NonNullable<typeof there>): void => {
      there = said;
      rttMs = said.rttMs ?? rttMs;
    },
    quality: (): Quality | null => {
      if (received === 0 && there === null) return null;
      const lost = expected === 0 ? 0 : (Math.max(0, expected - received) / expected) * 100;
      const lossPercent = Math.max(lost, there?.lossPercent ?? 0);
      const jitterMs = Math.max(jitterSamples / 8, there?.jitterMs ?? 0);
      [received, expected, there] = [0, 0, null];
      const round = (value: number): number => Math.round(value * 10) / 10;
      return {
        mos: Math.round(meanOpinion({ lossPercent, jitterMs, rttMs }) * 100) / 100,
        lossPercent: round(lossPercent),
        jitterMs: round(jitterMs),
        rttMs: rttMs === null ? null : round(rttMs),
      };
    },
  };
};

/** Is somebody talking? By how loud it is, slow to begin and slower to end. */
const createVoice = (told: Pick<LegTold, "talking">) => {
  let on = false;
  let loudFrom: number | null = null;
  let loudAt = 0;
  const set = (next: boolean): void => {
    if (on === next) return;
    on = next;
    told.talking(next);
  };
  const look = (nowMs: number): void => {
    if (nowMs - loudAt > voiceEndsMs) set(false);
  };
  return {
    heard: (loud: number, nowMs: number): void => {
      if (loud < voiceLoudness) {
        loudFrom = null;
        return look(nowMs);
      }
      loudFrom ??= nowMs;
      loudAt = nowMs;
      if (nowMs - loudFrom >= voiceBeginsMs) set(true);
    },
    look,
    reset: (): void => {
      on = false;
      loudFrom = null;
    },
  };
};
