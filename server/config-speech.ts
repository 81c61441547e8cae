// The settings of what speaks and listens in calls. Called by config.ts.
import { isEspeakVoice } from "#platform/speech/espeak.ts";
import type { Reader } from "#server/config.ts";
import { listenerOf, speakerOf } from "#server/config-values.ts";

/** What speaks: espeak-ng of this machine or else the one that comes along ("auto"), only the latter ("brought"), a program of espeak-ng at that path, a service; and by which voices. */
export interface SpeechConfig {
  readonly speaker:
    | { readonly by: "auto" | "brought" | "off" }
    | { readonly by: "program"; readonly path: string }
    | { readonly by: "http"; readonly url: string };
  readonly speakerKey: string | null;
  readonly speakerModel: string | null;
  /** Null: the usual one of that language. */
  readonly voices: { readonly de: string | null; readonly en: string | null };
  /** Of espeak-ng, in words a minute. */
  readonly pace: number;
  /** What listens: nothing, a service that is sent whole sounds, or one that is told them over a WebSocket. */
  readonly listener: { readonly by: "off" } | { readonly by: "http" | "socket"; readonly url: string };
  readonly listenerKey: string | null;
  readonly listenerModel: string | null;
  /** Where programs are looked for. */
  readonly searchPath: string;
}

/** Reads them all. */
export const readSpeech = (reader: Reader, searchPath: string): SpeechConfig => {
  const speaker = reader.read<SpeechConfig["speaker"]>(
    "SPEAKER",
    "what speaks in calls: auto (espeak-ng of this machine, else the one that comes along), brought (only the latter), off, the path of an espeak-ng, or the address of a service",
    "auto",
    speakerOf,
    { by: "auto" },
  );
  const bySpeaker = (value: string): string | null =>
    speaker.by === "http" || isEspeakVoice(value)
      ? value.length <= 100
        ? null
        : "it must have at most 100 characters."
      : "it must be a voice of espeak-ng such as de, en-us or de+f3.";
  return {
    speaker,
    speakerKey: reader.text("SPEAKER_KEY", "token that the speaking service wants"),
    speakerModel: reader.text("SPEAKER_MODEL", "which model the speaking service is to use"),
    voices: {
      de: reader.text(
        "SPEAKER_VOICE_DE",
        "voice that speaks German, by the speaker's own name for it",
        bySpeaker,
        "the usual one",
      ),
      en: reader.text("SPEAKER_VOICE_EN", "voice that speaks English", bySpeaker, "the usual one"),
    },
    pace: reader.whole("SPEAKER_PACE", "how fast espeak-ng speaks, in words a minute", 150, 80, 300),
    listener: reader.read<SpeechConfig["listener"]>(
      "LISTENER",
      "what understands callers' words: off, the address of a service (https://…/v1/audio/transcriptions), or of a vosk server (ws://…)",
      "off: callers answer by keys",
      listenerOf,
      { by: "off" },
    ),
    listenerKey: reader.text("LISTENER_KEY", "token that the listening service wants"),
    listenerModel: reader.text("LISTENER_MODEL", "which model the listening service is to use"),
    searchPath,
  };
};
