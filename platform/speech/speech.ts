// What can speak and what can listen: the ports. server/speech.ts is the only caller of speakers; adapters stand beside this file. A sound here is always a WAV file,
// 8 kHz, 16 bit, one channel: what every engine of voices plays (contract/voice.ts).

/** The languages that calls are held in. */
export type SpeechLanguage = "de" | "en";

/** Words to be spoken. `text`: as it is said (lib/spoken has made it so); whatever stands in it is only ever words, never a speaker's own commands. */
export interface SpokenWords {
  readonly text: string;
  readonly language: SpeechLanguage;
}

/** Why something was not spoken or not understood; for the log. */
export type SpeechReason =
  /** The program or the service is not there. */
  | "away"
  | "tooSlow"
  | "tooLong"
  /** It answered, with something that is no sound or no text. */
  | "unreadable"
  /** It did not want to (a wrong key, a language it does not have). */
  | "refused";

/** Makes sounds of words. Rejects with a `SpeechFailure`, and never with anything else for what the other side does. */
export interface Speaker {
  /** Which one it is, and how it speaks: part of what a sound is kept under. What changes how it sounds changes this. */
  readonly name: string;
  /** A WAV file: 8 kHz, 16 bit, one channel. Cut off by the signal. */
  readonly speak: (words: SpokenWords, signal?: AbortSignal) => Promise<Uint8Array>;
  readonly close: () => Promise<void>;
}

/** What was understood. */
export interface Understood {
  readonly text: string;
  /** 0 to 1; null: it does not say. */
  readonly confidence: number | null;
}

/** What helps to understand: the language, and words that are likely now (the options of a question). */
export interface ListenHints {
  readonly language: SpeechLanguage;
  readonly phrases: readonly string[];
}

/** Makes words of sounds. Rejects as a speaker does. Nothing said in a sound is an empty text. */
export interface Listener {
  readonly name: string;
  /** A WAV file as everywhere here. */
  readonly listen: (sound: Uint8Array, hints: ListenHints, signal?: AbortSignal) => Promise<Understood>;
  readonly close: () => Promise<void>;
}

export type SpeechFailure = Error & { readonly code: "SPEECH_FAILED"; readonly reason: SpeechReason };

/** An error that says why. `detail`: for the log; never what was to be said or a secret. */
export const speechFailed = (reason: SpeechReason, detail: string, cause?: unknown): SpeechFailure =>
  Object.assign(new Error(detail, cause === undefined ? {} : { cause }), { code: "SPEECH_FAILED" as const, reason });

/** The reason of a failure; null for any other error. */
export const speechReason = (error: unknown): SpeechReason | null =>
  error instanceof Error && (error as { code?: unknown }).code === "SPEECH_FAILED"
    ? (error as SpeechFailure).reason
    : null;
