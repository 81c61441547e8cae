// How good a call by G.711 sounds, estimated from what the network does to it. Used by the desk for its own legs and by engines of voices for theirs.

/** What was lost of what was sent, in percent; jitter and the way there and back in milliseconds (null: not known). */
export interface Heard {
  readonly lossPercent: number;
  readonly jitterMs: number;
  readonly rttMs: number | null;
}

/** Packets of 20 ms and the coder's own delay. */
const packetMs = 25;
/** A jitter buffer holds about twice what it has to even out. */
const bufferFactor = 2;
/** G.711 with packet loss concealment, random loss: robustness (ITU-T G.113, Appendix I). */
const robustness = 25.1;

/**
 * The mean opinion score, 1 (bad) to 4.41 (as good as G.711 gets), by the E-model: ITU-T G.107, with the defaults of its table 2, delay by the simplified
 * Id of Cole and Rosenbluth (2001).
 */
export const meanOpinion = ({ lossPercent, jitterMs, rttMs }: Heard): number => {
  const delayMs = (rttMs ?? 0) / 2 + bufferFactor * jitterMs + packetMs;
  const delayHurts = 0.024 * delayMs + (delayMs > 177.3 ? 0.11 * (delayMs - 177.3) : 0);
  const loss = Math.min(100, Math.max(0, lossPercent));
  const lossHurts = (95 * loss) / (loss + robustness);
  return scoreOf(93.2 - delayHurts - lossHurts);
};

/** ITU-T G.107, annex B. */
const scoreOf = (rating: number): number => {
  if (rating <= 0) return 1;
  if (rating >= 100) return 4.5;
  return Math.max(1, 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6);
};

/** As bars show it: ITU-T G.107, table B.1 (users satisfied, some dissatisfied, many, nearly all). */
export const barsOf = (mos: number): 1 | 2 | 3 | 4 => (mos >= 4.03 ? 4 : mos >= 3.6 ? 3 : mos >= 3.1 ? 2 : 1);
