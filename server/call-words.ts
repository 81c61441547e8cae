// The program's own sentences of calls, in the language that is spoken in them: `calls.spoken` in the locales, filled in. Called by server/call-sounds.ts.
import { IntlMessageFormat } from "intl-messageformat";
import type { Words } from "#modules/calls/model-record.ts";
import german from "#locales/de.json" with { type: "json" };
import english from "#locales/en.json" with { type: "json" };

type Language = "de" | "en";
type Code = keyof typeof english.calls.spoken;

const trees = { de: german.calls.spoken, en: english.calls.spoken } as const;
const tags = { de: "de-DE", en: "en-GB" } as const;
const parsed = new Map<string, IntlMessageFormat>();

const formatOf = (code: Code, language: Language): IntlMessageFormat => {
  const key = `${language} ${code}`;
  const known = parsed.get(key);
  if (known !== undefined) return known;
  const made = new IntlMessageFormat(trees[language][code], tags[language], undefined, { ignoreTag: true });
  parsed.set(key, made);
  return made;
};

const isCode = (code: string): code is Code => Object.hasOwn(trees.en, code);

/** What is said, as it is written; null: it is no words but a tone. A code that there is not says nothing. */
export const spokenWords = (words: Words, language: Language): string | null => {
  if ("tone" in words) return null;
  if ("text" in words) return words.text;
  if (!isCode(words.say)) return "";
  return String(formatOf(words.say, language).format({ ...words.facts }));
};

/** Every sentence that needs no facts: made before anybody calls. */
export const fixedSentences = (language: Language): readonly string[] =>
  Object.values(trees[language]).filter((text) => !text.includes("{"));
