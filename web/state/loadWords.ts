// Loads the words of a language and speaks it. Called by web/state/session.ts and the wallboard.
import { speak } from "#web/state/words.ts";
import type { Language } from "#web/state/words.ts";

/** Speaks this language from now on; whoever has painted paints again. */
export const loadWords = async (language: Language): Promise<void> => {
  const module = language === "de" ? await import("#locales/de.json") : await import("#locales/en.json");
  speak(language, module.default);
  document.documentElement.lang = language;
};
