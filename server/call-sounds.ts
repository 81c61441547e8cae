// Sounds that calls are made of: sentences by whoever speaks here, tones and music of our own. Opened by server/start.ts, asked by server/switchboard*.ts.
import { attention, beep, holdMusic } from "#lib/callMusic.ts";
import { telephoneRate, wavOf } from "#lib/sound.ts";
import type { Words } from "#modules/calls/model-record.ts";
import type { Log } from "#platform/log.ts";
import { fixedSentences, spokenWords } from "#server/call-words.ts";
import type { Speech } from "#server/speech.ts";

type Language = "de" | "en";

export interface CallSounds {
  /** The sounds of these words, in their order; those that cannot be spoken are left out. */
  readonly of: (words: readonly Words[], language: Language) => Promise<readonly string[]>;
  readonly music: () => Promise<readonly string[]>;
  /** A sound's WAV file. */
  readonly sound: Speech["sound"];
  /** Makes what is said in every call before anybody calls. */
  readonly prepare: (more: readonly { readonly text: string; readonly language: Language }[]) => Promise<void>;
}

export const openCallSounds = (speech: Speech, log: Log): CallSounds => {
  const own = new Map<string, Promise<string>>();
  const made = (name: string, samples: () => Int16Array): Promise<string> => {
    const known = own.get(name);
    if (known !== undefined) return known;
    const kept = speech.keep(wavOf({ rate: telephoneRate, samples: samples() })).catch((error: unknown) => {
      own.delete(name);
      throw error;
    });
    own.set(name, kept);
    return kept;
  };
  const oneOf = async (words: Words, language: Language): Promise<string | null> => {
    if ("tone" in words) return words.tone === "beep" ? made("beep", beep) : made("attention", attention);
    const text = spokenWords(words, language) ?? "";
    return text.trim() === "" ? null : speech.soundOf(text, language);
  };
  return {
    of: async (words, language) => {
      const found = await Promise.all(
        words.map((one) =>
          oneOf(one, language).catch((error: unknown) => {
            log.warn("call.notSpoken", { error: error instanceof Error ? error.message : "unknown" });
            return null;
          }),
        ),
      );
      return found.filter((sound) => sound !== null);
    },
    music: async () => [await made("music", holdMusic)],
    sound: speech.sound,
    prepare: async (more) => {
      await Promise.all([made("music", holdMusic), made("beep", beep), made("attention", attention)]);
      const all = [
        ...(["de", "en"] as const).flatMap((language) => fixedSentences(language).map((text) => ({ text, language }))),
        ...more,
      ];
      // One after the other: whoever calls meanwhile goes before.
      for (const { text, language } of all) await speech.soundOf(text, language);
    },
  };
};
