// How legs sound: what Asterisk counts of their packets, every few seconds, and whether anything comes at all. Called by engine.ts.
import { part, LinkDown } from "./link.ts";
import type { Ground, Leg } from "./legs.ts";
import { rtpStatistics } from "./messages.ts";

/**
 * The mean opinion score of G.711 with concealment, from 1 to 4.5, by the E-model (ITU-T G.107, with Ie = 0 and Bpl = 25.1 of G.113 appendix I;
 * delay by the simplification of Cole and Rosenbluth, 2001). Milliseconds one way.
 */
export const mosOf = (lossPercent: number, delayMs: number): number => {
  const delay = 0.024 * delayMs + (delayMs > 177.3 ? 0.11 * (delayMs - 177.3) : 0);
  const r = Math.max(0, Math.min(100, 93.2 - delay - (95 * lossPercent) / (lossPercent + 25.1)));
  return Math.max(1, Math.min(4.5, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6));
};

/** Looks at every connected leg again and again until `stop`. */
export const watchQuality = (ground: Ground, isUp: () => boolean, everyMs: number): { readonly stop: () => void } => {
  let busy = false;
  const timer = setInterval(() => {
    if (busy || !isUp()) return;
    busy = true;
    void lookAtAll(ground).finally(() => (busy = false));
  }, everyMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
};

async function lookAtAll(ground: Ground): Promise<void> {
  for (const leg of ground.legs.values()) {
    if (leg.state !== "connected") continue;
    try {
      await lookAt(ground, leg);
    } catch (error) {
      if (error instanceof LinkDown) return;
      ground.io.log("warn", "phone.asterisk.failed", { detail: String(error).slice(0, 300) });
    }
  }
}

/** Before a leg that is connected is hung up: how it sounded is told also of what was over soon. */
export const lastLook = async (ground: Ground, leg: Leg): Promise<void> => {
  if (leg.state === "connected") await lookAt(ground, leg);
};

async function lookAt(ground: Ground, leg: Leg): Promise<void> {
  const { body } = await ground.link.ask("GET", `channels/${part(leg.id)}/rtp_statistics`);
  const read = rtpStatistics.safeParse(body);
  if (!read.success || !ground.legs.has(leg.id)) return;
  const { rxcount, rxploss, rxjitter, rtt } = read.data;
  const last = leg.media;
  // Of the first look, all that came so far.
  const came = rxcount - (last?.count ?? 0);
  const silent = last !== null && came <= 0 && !leg.held;
  if (silent !== (last?.silent ?? false))
    ground.io.tell({ what: "silent", legId: leg.id, at: ground.at(), on: silent });
  leg.media = { count: rxcount, loss: rxploss, at: ground.io.now().getTime(), silent };
  if (came <= 0) return;
  const lost = Math.max(0, rxploss - (last?.loss ?? 0));
  const lossPercent = (100 * lost) / (came + lost);
  // Asterisk counts in seconds.
  const [jitterMs, rttMs] = [rxjitter * 1_000, rtt * 1_000];
  ground.io.tell({
    what: "quality",
    legId: leg.id,
    at: ground.at(),
    mos: mosOf(lossPercent, rttMs / 2 + 2 * jitterMs + 20),
    lossPercent,
    jitterMs,
    rttMs: rttMs > 0 ? rttMs : null,
  });
}
