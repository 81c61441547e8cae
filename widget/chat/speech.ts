// The chat's words in the language it was started in. Called by every view.
import german from "#locales/de.json" with { type: "json" };
import english from "#locales/en.json" with { type: "json" };
import type { Language } from "#widget/words.ts";
import { clockIn, type Clock } from "./times.ts";

type Words = typeof english.widget;

interface Speech {
  readonly language: Language;
  readonly words: Words;
  readonly clock: Clock;
}

let speech: Speech = { language: "en", words: english.widget, clock: clockIn("en") };

/** Speaks this language from now on. */
export const speak = (language: Language): void => {
  speech = { language, words: language === "de" ? german.widget : english.widget, clock: clockIn(language) };
};

export const language = (): Language => speech.language;
export const words = (): Words => speech.words;
/** A size as people read it. */
export const size = (bytes: number): string => {
  const [divided, unit] =
    bytes < 1_000_000 ? [Math.max(1, Math.round(bytes / 1_000)), "kB"] : [bytes / 1_000_000, "MB"];
  return `${divided.toLocaleString(speech.language, { maximumFractionDigits: 1 })} ${unit}`;
};
export const clock = (): Clock => speech.clock;
