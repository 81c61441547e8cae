// The estimate of how a call sounds: known points of the E-model, and that nothing bad ever makes it better.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { barsOf, meanOpinion } from "#lib/voiceQuality.ts";

test("a good line is as good as G.711 gets, one that loses a fifth is hardly understood", () => {
  const best = meanOpinion({ lossPercent: 0, jitterMs: 0, rttMs: 0 });
  assert.ok(best > 4.35 && best < 4.45, String(best));
  // R = 93.2 - 0.6 - 95 * 5 / 30.1: 76.8, by annex B 3.9.
  assert.equal(meanOpinion({ lossPercent: 5, jitterMs: 0, rttMs: 0 }).toFixed(1), "3.9");
  assert.ok(meanOpinion({ lossPercent: 20, jitterMs: 40, rttMs: 200 }) < 2.6);
  assert.equal(meanOpinion({ lossPercent: 100, jitterMs: 500, rttMs: 2_000 }), 1);
  assert.deepEqual([4.4, 3.7, 3.2, 2].map(barsOf), [4, 3, 2, 1]);
});

test("more loss, jitter or delay never sounds better, and the score stays between 1 and 4.5", () => {
  const amount = fc.double({ min: 0, max: 3_000, noNaN: true });
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 100, noNaN: true }),
      amount,
      amount,
      amount,
      (lossPercent, jitterMs, rttMs, more) => {
        const score = meanOpinion({ lossPercent, jitterMs, rttMs });
        assert.ok(score >= 1 && score <= 4.5);
        for (const worse of [
          { lossPercent: lossPercent + more, jitterMs, rttMs },
          { lossPercent, jitterMs: jitterMs + more, rttMs },
          { lossPercent, jitterMs, rttMs: rttMs + more },
        ])
          assert.ok(meanOpinion(worse) <= score + 1e-9);
      },
    ),
  );
});
