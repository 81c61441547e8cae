// The part of a sound in which something is heard. Called by server/switchboard-answers.ts; pure.
import type { Sound } from "#lib/sound.ts";

/** Pieces of 20 ms whose mean is louder than that (of 32,767) are heard; so much silence before and behind stays with them. */
const loud = 150;
const around = { seconds: 0.4 } as const;

/** From shortly before the first piece that is heard to shortly after the last; all of it when none is. */
export const loudPart = ({ rate, samples }: Sound): Sound => {
  const length = Math.max(1, Math.round(rate / 50));
  let [first, last] = [-1, -1];
  for (let at = 0; at < samples.length; at += length) {
    const piece = samples.subarray(at, at + length);
    const mean = piece.reduce((sum, sample) => sum + Math.abs(sample), 0) / piece.length;
    if (mean < loud) continue;
    if (first === -1) first = at;
    last = at + piece.length;
  }
  if (first === -1) return { rate, samples };
  const more = Math.round(rate * around.seconds);
  return { rate, samples: samples.subarray(Math.max(0, first - more), last + more) };
};
