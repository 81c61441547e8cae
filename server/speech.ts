// What calls say: words become sounds once, and are kept under the hash of their content, in a folder of this machine. The switchboard asks for sounds by their words,
// engines fetch them by their ids.
import { createHash } from "node:crypto";
import type { FlowLanguage } from "#contract/flows.ts";
import { spokenText } from "#lib/spoken/text.ts";
import type { Log } from "#platform/log.ts";
import { speechFailed, speechReason, type Listener, type Speaker, type Understood } from "#platform/speech/speech.ts";
import { forTelephones } from "#platform/speech/telephone.ts";
import { isSpeakable } from "#platform/speech/words.ts";
import { openSounds, type SoundLimits } from "#server/speech-sounds.ts";

/** Sounds of a centre. */
export interface Speech {
  /**
   * The sound of these words, by its id (contract/voice.ts `soundId`): the recording that an administrator gave for exactly these words, else as the speaker says them; made at most once and kept.
   * `text` as it is written: how it is said is found here (lib/spoken). Null: it cannot be spoken (no speaker, or it failed; the log says why); whoever asks goes on without.
   */
  readonly soundOf: (text: string, language: FlowLanguage) => Promise<string | null>;
  /** A WAV file: 8 kHz, 16 bit, one channel. Rejects when there is none of this id. For `VoiceIo.sound`. */
  readonly sound: (soundId: string) => Promise<Uint8Array>;
  /** Keeps a sound that was made elsewhere (music, a beep); the same content has the same id. Rejects (`speechReason`) when it is no WAV file. */
  readonly keep: (wav: Uint8Array) => Promise<string>;
  /** Words of a sound; null: nobody listens here, or it failed. `phrases`: what is likely to be said. */
  readonly hear: (
    wav: Uint8Array,
    hints: { readonly language: FlowLanguage; readonly phrases: readonly string[] },
  ) => Promise<Understood | null>;
  /** Is there a speaker, a listener? */
  readonly can: { readonly speak: boolean; readonly listen: boolean };
  readonly close: () => Promise<void>;
}

export interface SpeechOptions {
  /** Where sounds are kept on this machine; made when it is not there. */
  readonly folder: string;
  readonly speaker: Speaker | null;
  readonly listener: Listener | null;
  /** The recording of exactly these words, as a WAV file by the id it is kept under; null: there is none. */
  readonly recorded?: (
    text: string,
    language: FlowLanguage,
  ) => Promise<{ readonly soundId: string; readonly wav: () => Promise<Uint8Array> } | null>;
  readonly log: Log;
  readonly now: () => Date;
  readonly limits?: Partial<SoundLimits>;
  readonly count?: (became: "kept" | "spoken" | "failed" | "recorded") => void;
}

/** Texts that are spoken at once, that wait, and how long one may wait in all. */
const most = { atOnce: 2, waiting: 200, ms: 30_000 } as const;
/** For one sound that is listened to. */
const mostListeningMs = 20_000;
/** A speaker that is away is left alone for so long. */
const restMs = 5_000;

/** Opens the sounds of a folder; reads what is kept there. */
export const openSpeech = async (options: SpeechOptions): Promise<Speech> => {
  const { speaker, listener, log, now } = options;
  const sounds = await openSounds(options.folder, options.limits ?? {}, now);
  const underWay = new Map<string, Promise<string | null>>();
  const line = openLine();
  let restsUntil = 0;

  const speak = async (by: Speaker, key: string, text: string, language: FlowLanguage): Promise<string | null> => {
    if (now().getTime() < restsUntil) return null;
    try {
      const signal = AbortSignal.timeout(most.ms);
      const wav = await line(() => by.speak({ text, language }, signal));
      const id = await sounds.keep(wav);
      await sounds.name(key, id);
      options.count?.("spoken");
      return id;
    } catch (error) {
      const reason = speechReason(error);
      if (reason === "away") restsUntil = now().getTime() + restMs;
      options.count?.("failed");
      // Never the words: they may be a customer's.
      log.warn("speech.notSpoken", {
        speaker: by.name,
        reason: reason ?? "failed",
        detail: error instanceof Error ? error.message.slice(0, 200) : "unknown",
        characters: text.length,
      });
      return null;
    }
  };

  return {
    soundOf: async (text, language) => {
      const given = await recordingOf(options, sounds, text, language);
      if (given !== null) return given;
      if (speaker === null) return null;
      const said = spokenText(text, language);
      if (!isSpeakable(said)) return null;
      const key = createHash("sha256")
        .update(JSON.stringify([1, speaker.name, language, said]))
        .digest("hex");
      const known = await sounds.named(key);
      if (known !== null) {
        options.count?.("kept");
        return known;
      }
      const running = underWay.get(key);
      if (running !== undefined) return running;
      const speaking = speak(speaker, key, said, language).finally(() => underWay.delete(key));
      underWay.set(key, speaking);
      return speaking;
    },
    sound: sounds.read,
    keep: async (wav) => sounds.keep(await forTelephones(wav)),
    hear: async (wav, hints) => {
      if (listener === null) return null;
      try {
        return await listener.listen(wav, hints, AbortSignal.timeout(mostListeningMs));
      } catch (error) {
        log.warn("speech.notUnderstood", {
          listener: listener.name,
          reason: speechReason(error) ?? "failed",
          detail: error instanceof Error ? error.message.slice(0, 200) : "unknown",
        });
        return null;
      }
    },
    can: { speak: speaker !== null, listen: listener !== null },
    close: async () => {
      await speaker?.close();
      await listener?.close();
      await Promise.all(underWay.values());
    },
  };
};

/** The recording of these words, fetched into the folder when it is not there yet; null: none, or it cannot be had, which the log says. */
const recordingOf = async (
  { recorded, log, count }: SpeechOptions,
  sounds: Awaited<ReturnType<typeof openSounds>>,
  text: string,
  language: FlowLanguage,
): Promise<string | null> => {
  if (recorded === undefined) return null;
  try {
    const found = await recorded(text, language);
    if (found === null) return null;
    if (!sounds.has(found.soundId)) await sounds.keep(await found.wav());
    count?.("recorded");
    return found.soundId;
  } catch (error) {
    log.warn("speech.noRecording", { detail: error instanceof Error ? error.message.slice(0, 200) : "unknown" });
    return null;
  }
};

/** So many at once, the others in their order; too many are refused. */
const openLine = (): (<T>(work: () => Promise<T>) => Promise<T>) => {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= most.atOnce) {
      if (waiting.length >= most.waiting) throw speechFailed("tooSlow", "too many texts wait to be spoken");
      await new Promise<void>((go) => waiting.push(go));
    } else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
};
