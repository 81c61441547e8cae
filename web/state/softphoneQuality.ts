// How a leg sounds here, made of what the browser counts (RTCStatsReport, W3C webrtc-stats). Pure; called by softphone.ts every few seconds.
import { meanOpinion } from "#lib/voiceQuality.ts";

/** What the browser has counted since the leg began; nulls where it has not counted. */
export interface Counted {
  readonly atMs: number;
  readonly received: number;
  readonly lost: number;
  readonly jitterMs: number;
  readonly rttMs: number | null;
  /** Loudness that left the microphone, summed up; null: no microphone is open. */
  readonly spoken: number | null;
}

/** How it sounded between two counts. */
export interface Measured {
  readonly mos: number;
  readonly lossPercent: number;
  readonly jitterMs: number;
  readonly rttMs: number | null;
  /** Nothing came from there. */
  readonly silent: boolean;
}

interface Entry {
  readonly type: string;
  readonly kind?: string;
  readonly packetsReceived?: number;
  readonly packetsLost?: number;
  /** Seconds. */
  readonly jitter?: number;
  /** Seconds. */
  readonly roundTripTime?: number;
  readonly currentRoundTripTime?: number;
  readonly nominated?: boolean;
  readonly totalAudioEnergy?: number;
}

/** Reads the counters of a report. */
export const countedIn = (report: Iterable<Entry>, atMs: number): Counted => {
  let [received, lost, jitterMs] = [0, 0, 0];
  let rttMs: number | null = null;
  let spoken: number | null = null;
  for (const entry of report) {
    if (entry.type === "inbound-rtp" && entry.kind === "audio") {
      received += entry.packetsReceived ?? 0;
      lost += entry.packetsLost ?? 0;
      jitterMs = Math.max(jitterMs, (entry.jitter ?? 0) * 1000);
    } else if (entry.type === "remote-inbound-rtp" && entry.roundTripTime !== undefined)
      rttMs = entry.roundTripTime * 1000;
    else if (entry.type === "candidate-pair" && entry.nominated === true && entry.currentRoundTripTime !== undefined)
      rttMs ??= entry.currentRoundTripTime * 1000;
    else if (entry.type === "media-source" && entry.kind === "audio" && entry.totalAudioEnergy !== undefined)
      spoken = (spoken ?? 0) + entry.totalAudioEnergy;
  }
  return { atMs, received, lost, jitterMs, rttMs, spoken };
};

/** How it sounded between two counts of the same leg. Counters that went back (the leg was made anew) begin from nothing. */
export const measuredBetween = (before: Counted, now: Counted): Measured => {
  const came = now.received >= before.received ? now.received - before.received : now.received;
  const lost = Math.max(0, now.lost >= before.lost ? now.lost - before.lost : now.lost);
  const lossPercent = came + lost === 0 ? 0 : (100 * lost) / (came + lost);
  const { jitterMs, rttMs } = now;
  const silent = came === 0;
  return { lossPercent, jitterMs, rttMs, silent, mos: silent ? 1 : meanOpinion({ lossPercent, jitterMs, rttMs }) };
};

/** The microphone is open and gave nothing at all between two counts: not even the noise of a room. */
export const saidNothing = (before: Counted, now: Counted): boolean =>
  before.spoken !== null && now.spoken !== null && now.spoken === before.spoken;
