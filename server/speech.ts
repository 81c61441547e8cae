// What calls say: words become sounds once, and are kept under the hash of their content. The switchboard asks for sounds by their words, engines fetch them by their ids.
import type { FlowLanguage } from "#contract/flows.ts";
import type { Understood } from "#platform/speech/speech.ts";

/** Sounds of a centre. */
export interface Speech {
  /**
   * The sound of these words, by its id (contract/voice.ts `soundId`): the recording that an administrator gave for exactly these words, else as the speaker says them; made at most once and kept.
   * `text` as it is written: how it is said is found here (lib/spoken). Null: it cannot be spoken (no speaker, or it failed; the log says why); whoever asks goes on without.
   */
  readonly soundOf: (text: string, language: FlowLanguage) => Promise<string | null>;
  /** A WAV file: 8 kHz, 16 bit, one channel. Rejects when there is none of this id. For `VoiceIo.sound`. */
  readonly sound: (soundId: string) => Promise<Uint8Array>;
  /** Keeps a sound that was made elsewhere (music, a beep); the same content has the same id. */
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
