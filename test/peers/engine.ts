// An engine of voices in the test's own process: it does at once what it is told, forgets nothing when a switchboard lets go of it, and can be told what callers and devices do.
// What a real one does with sound is shown by the suites of channels/phone; here it is what a switchboard orders that counts.
import type { VoiceCommand, VoiceEngine, VoiceEvent, VoiceIo } from "#contract/voice.ts";
import { telephoneRate, wavOf } from "#lib/sound.ts";
import { idealEngine } from "#test/calls.ts";

export const openEngine = () => {
  const ideal = idealEngine();
  const orders: VoiceCommand[] = [];
  const callers = new Map<
    string,
    { readonly by: "trunk" | "web"; readonly from: string; readonly name: string; readonly to: string }
  >();
  let io: VoiceIo | null = null;
  const watchers = new Set<() => void>();
  const at = (): string => (io?.now() ?? new Date(0)).toISOString();
  const tell = (event: VoiceEvent): void => io?.tell(event);
  const changed = (): void => {
    for (const watcher of watchers) watcher();
  };
  const done = (command: VoiceCommand): void => {
    orders.push(command);
    switch (command.do) {
      case "play":
        ideal.legs.get(command.legId)?.playing.add(command.playId);
        break;
      case "music":
        Object.assign(ideal.legs.get(command.legId) ?? {}, { music: command.sounds !== null });
        break;
      case "device":
      case "revoke":
        break;
      case "offer":
        if (command.caller !== null && !ideal.legs.has(command.legId)) {
          ideal.arrives(command.legId);
          const caller = { by: "web" as const, ...command.caller };
          callers.set(command.legId, caller);
          tell({ what: "called", legId: command.legId, at: at(), ...caller });
        } else if (command.caller === null) answers(command.legId);
        break;
      case "stopRecord":
        ideal.give(command);
        tell({ what: "recorded", recordingId: command.recordingId, at: at(), seconds: 3, failed: false });
        break;
      default:
        ideal.give(command);
    }
  };
  const answers = (legId: string): void => {
    Object.assign(ideal.legs.get(legId) ?? {}, { state: "connected" });
    tell({ what: "answered", legId, at: at() });
  };
  return {
    ideal,
    orders,
    /** A switchboard attaches; the one before is told nothing more. */
    attach: async (given: VoiceIo): Promise<VoiceEngine> => {
      io = given;
      setImmediate(() => {
        if (io === given) given.tell({ what: "up", at: at() });
      });
      return {
        command: async (command) => {
          if (io !== given) return { ok: false, why: "engineDown", detail: "another has it" };
          const known =
            !("legId" in command) || command.do === "ring" || command.do === "offer" || ideal.legs.has(command.legId);
          if (!known) return { ok: false, why: "unknownLeg", detail: "" };
          done(command);
          changed();
          return command.do === "offer" ? { ok: true, sdp: "v=0" } : { ok: true };
        },
        snapshot: async () => {
          const snapshot = ideal.snapshot();
          return {
            ...snapshot,
            legs: snapshot.legs.map((leg) => ({ ...leg, caller: callers.get(leg.legId) ?? null })),
          };
        },
        recording: async () => wavOf({ rate: telephoneRate, samples: new Int16Array(8_000) }),
        close: async () => {
          if (io === given) io = null;
        },
      };
    },
    tell,
    answers,
    calls: (legId: string, from: string): void => {
      ideal.arrives(legId);
      const caller = { by: "trunk" as const, from, name: "", to: "+49301000" };
      callers.set(legId, caller);
      tell({ what: "called", legId, at: at(), ...caller });
    },
    ends: (legId: string, cause: "normal" | "lost" = "normal"): void => {
      ideal.gone(legId);
      tell({ what: "ended", legId, at: at(), cause, byThem: true, code: "" });
    },
    press: (legId: string, digit: string): void => tell({ what: "digit", legId, digit, at: at() }),
    /** What plays there has been heard. */
    played: (legId: string): void => {
      for (const playId of ideal.legs.get(legId)?.playing ?? []) {
        ideal.legs.get(legId)?.playing.delete(playId);
        tell({ what: "played", legId, playId, how: "whole", at: at() });
      }
    },
    /** Everything that lived is gone, as when its process was killed. */
    dies: (): void => {
      for (const legId of ideal.legs.keys()) ideal.gone(legId);
      tell({ what: "down", at: at(), detail: "killed" });
      tell({ what: "up", at: at() });
    },
    /** Resolves when that is so. */
    until: (what: string, holds: () => boolean): Promise<void> =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!holds()) return;
          clearTimeout(late);
          watchers.delete(look);
          resolve();
        };
        const late = setTimeout(() => {
          watchers.delete(look);
          reject(new Error(`never: ${what}`));
        }, 20_000);
        watchers.add(look);
        look();
      }),
  };
};
