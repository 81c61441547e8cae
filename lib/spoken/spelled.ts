// Letters as they are spelled on the telephone. Called by the other files here and by whoever reads a name or a code out; pure.
import { digitByDigit, type SpokenLanguage } from "./numbers.ts";

/** DIN 5009:2022-06, the spelling alphabet of towns for business. */
const towns =
  "Aachen Berlin Chemnitz Düsseldorf Essen Frankfurt Goslar Hamburg Ingelheim Jena Köln Leipzig München Nürnberg Offenbach Potsdam Quickborn Rostock Salzwedel Tübingen Unna Völklingen Wuppertal Xanten Ypsilon Zwickau".split(
    " ",
  );
/** ICAO, Annex 10, volume II, 5.2.1.3. */
const icao =
  "Alfa Bravo Charlie Delta Echo Foxtrot Golf Hotel India Juliett Kilo Lima Mike November Oscar Papa Quebec Romeo Sierra Tango Uniform Victor Whiskey X-ray Yankee Zulu".split(
    " ",
  );

const signs: Readonly<Record<string, readonly [de: string, en: string]>> = {
  "-": ["Bindestrich", "hyphen"],
  _: ["Unterstrich", "underscore"],
  ".": ["Punkt", "dot"],
  "@": ["ät", "at"],
  "+": ["plus", "plus"],
  "/": ["Schrägstrich", "slash"],
  "'": ["Apostroph", "apostrophe"],
  " ": ["neues Wort", "new word"],
};

/** What a sign is called; null: it has no name here. */
export const signName = (sign: string, language: SpokenLanguage): string | null =>
  signs[sign]?.[language === "de" ? 0 : 1] ?? null;

const german = (letter: string): string => {
  const umlaut = { Ä: "A", Ö: "O", Ü: "U" }[letter];
  if (letter === "ß" || letter === "ẞ") return "Eszett";
  const town = towns[(umlaut ?? letter).charCodeAt(0) - 65];
  if (town === undefined) return letter;
  return umlaut === undefined ? `${letter} wie ${town}` : `${letter} wie Umlaut ${town}`;
};
const english = (letter: string): string => {
  const word = icao[letter.charCodeAt(0) - 65];
  return word === undefined ? letter : `${letter} as in ${word}`;
};

/** Every letter by its word, every digit and sign by its name, with a pause between: "K wie Köln, U wie Unna", "K as in Kilo". At most 60 characters are spelled. */
export const spelled = (text: string, language: SpokenLanguage): string =>
  Array.from(text.normalize("NFC").trim())
    .slice(0, 60)
    .map((each) => {
      if (/\d/.test(each)) return digitByDigit(each, language);
      const letter = each === "ß" ? each : each.toUpperCase();
      return signName(each, language) ?? (language === "de" ? german(letter) : english(letter));
    })
    .join(", ");
