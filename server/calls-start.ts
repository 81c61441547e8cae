// Puts together what calls need: sounds, the switchboard, and the roads by which others ask it before it stands. Called by server/start.ts.
import { join } from "node:path";
import type { CallerRoads } from "#contract/caller.ts";
import type { AnyEvent } from "#contract/events.ts";
import type { FlowWorld } from "#modules/flows/ground.ts";
import { screenOf } from "#modules/calls/actions-screen.ts";
import type { Bus } from "#platform/live/bus.ts";
import type { Follower } from "#platform/live/follow.ts";
import type { Log } from "#platform/log.ts";
import type { Metrics } from "#platform/metrics.ts";
import type { AtDesk } from "#server/at-desk.ts";
import type { CallPages } from "#server/call-pages.ts";
import { openCallSounds } from "#server/call-sounds.ts";
import type { Connected } from "#server/connected.ts";
import { soundPath } from "#server/speech-door.ts";
import type { Speech } from "#server/speech.ts";
import { startSwitchboard, type Switchboard } from "#server/switchboard.ts";

/** Who holds the calls, once somebody does: asked before that, nobody takes any. */
export interface CallsHeld {
  readonly board: () => Switchboard | null;
  readonly hold: (board: Switchboard) => void;
  readonly callers: CallerRoads;
}

export const openCallsHeld = (): CallsHeld => {
  let board: Switchboard | null = null;
  const away = { ok: false, why: "engineDown" } as const;
  return {
    board: () => board,
    hold: (held) => {
      board = held;
    },
    callers: {
      callIn: (call) => board?.callers.callIn(call) ?? Promise.resolve(away),
      wish: (call) => board?.callers.wish(call) ?? Promise.resolve("unavailable"),
      answer: (call) => board?.callers.answer(call) ?? Promise.resolve(away),
    },
  };
};

/** Starts driving calls; gives how to stop. */
export const startCalls = (parts: {
  readonly world: FlowWorld;
  readonly connected: Connected;
  readonly bus: Bus;
  readonly app: {
    readonly port: number;
    readonly live: { readonly follower: Follower<AnyEvent>; readonly atDesk: Pick<AtDesk, "agents"> };
  };
  readonly speech: Speech;
  readonly held: CallsHeld;
  readonly callPages: Pick<CallPages, "isThere">;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly config: { readonly dataDir: string; readonly host: string };
}): (() => Promise<void>) => {
  const { log, speech, metrics, config, app } = parts;
  const host = config.host === "0.0.0.0" || config.host === "::" ? "127.0.0.1" : config.host;
  const sounds = openCallSounds(speech, log);
  const board = startSwitchboard({
    ...parts,
    ...app.live,
    codeOf: async (callId) => (await screenOf(parts.world, callId)).code,
    isPageThere: parts.callPages.isThere,
    sounds,
    folder: join(config.dataDir, "phone"),
    soundUrl: (sound) => `http://${host}:${app.port}${soundPath(parts.world.mac, sound)}`,
    hear: async (wav, language) =>
      speech.can.listen ? ((await speech.hear(wav, { language, phrases: [] }))?.text ?? null) : null,
    understand: speech.can.listen ? speech.hear : null,
  });
  parts.held.hold(board);

  metrics.gauge("phone_leads", "Phone channels that this process drives", board.leads);
  metrics.gauge("phone_calls", "Calls with somebody in the line, driven by this process", board.living);
  // Nobody who calls waits for a sound to be made; where nobody can call none is.
  if (parts.connected.voices().length > 0)
    sounds.prepare([]).catch((error: unknown) => {
      log.warn("phone.soundsNotMade", { error: error instanceof Error ? error.message : "unknown" });
    });
  return board.stop;
};
