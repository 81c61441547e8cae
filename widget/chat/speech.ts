// The chat's words in the language it was started in. Called by every view.
import german from "#locales/de.json" with { type: "json" };
import english from "#locales/en.json" with { type: "json" };
import type { Language } from "#widget/words.ts";
import { clockIn, type Clock } from "./times.ts";

type Words = typeof english.widget;

interface Speech {
  readonly words: Words;
  readonly clock: Clock;
}

let speech: Speech = { words: english.widget, clock: clockIn("en") };

/** Speaks this language from now on. */
export const speak = (language: Language): void => {
  speech = { words: language === "de" ? german.widget : english.widget, clock: clockIn(language) };
};

export const words = (): Words => speech.words;
export const clock = (): Clock => speech.clock;
