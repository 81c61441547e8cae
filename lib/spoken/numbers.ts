// Numbers as people say them, in German and in English (of Britain). Called by the other files here and by whoever says numbers; pure.
// German: Duden, "Zahlen und Ziffern"; English: the Oxford Style Manual's "and" before tens and ones.

/** Languages in which it can be said. */
export type SpokenLanguage = "de" | "en";

const germanSmall =
  "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn".split(
    " ",
  );
const germanTens = " zehn zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig".split(" ");
const englishSmall =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const englishTens = " ten twenty thirty forty fifty sixty seventy eighty ninety".split(" ");

/** Whole numbers are said up to here; what is larger is said digit by digit. */
export const mostSaid = 999_999_999_999;

/** Below a thousand; "ein" where something follows ("einhundert", "einundzwanzig"). */
const germanHundreds = (number: number, last: "eins" | "ein"): string => {
  const [hundreds, rest] = [Math.floor(number / 100), number % 100];
  const head = hundreds === 0 ? "" : `${one(hundreds)}hundert`;
  if (rest === 0) return head;
  if (rest === 1) return head + last;
  if (rest < 20) return head + (germanSmall[rest] ?? "");
  const [tens, ones] = [Math.floor(rest / 10), rest % 10];
  return `${head}${ones === 0 ? "" : `${one(ones)}und`}${germanTens[tens] ?? ""}`;
};
const one = (number: number): string => (number === 1 ? "ein" : (germanSmall[number] ?? ""));

const german = (number: number): string => {
  if (number === 0) return "null";
  const words: string[] = [];
  for (const [size, single, several] of [
    [1_000_000_000, "eine Milliarde", "Milliarden"],
    [1_000_000, "eine Million", "Millionen"],
  ] as const) {
    const count = Math.floor(number / size) % 1_000;
    if (count > 0) words.push(count === 1 ? single : `${germanHundreds(count, "eins")} ${several}`);
  }
  const thousands = Math.floor(number / 1_000) % 1_000;
  const small =
    (thousands === 0 ? "" : `${germanHundreds(thousands, "ein")}tausend`) + germanHundreds(number % 1_000, "eins");
  return [...words, small].filter((word) => word !== "").join(" ");
};

const englishHundreds = (number: number): string => {
  const [hundreds, rest] = [Math.floor(number / 100), number % 100];
  const head = hundreds === 0 ? "" : `${englishSmall[hundreds] ?? ""} hundred`;
  if (rest === 0) return head;
  const tail =
    rest < 20
      ? (englishSmall[rest] ?? "")
      : `${englishTens[Math.floor(rest / 10)] ?? ""}${rest % 10 === 0 ? "" : `-${englishSmall[rest % 10] ?? ""}`}`;
  return head === "" ? tail : `${head} and ${tail}`;
};

const english = (number: number): string => {
  if (number === 0) return "zero";
  const words: string[] = [];
  for (const [size, name] of [
    [1_000_000_000, " billion"],
    [1_000_000, " million"],
    [1_000, " thousand"],
  ] as const) {
    const count = Math.floor(number / size) % 1_000;
    if (count > 0) words.push(englishHundreds(count) + name);
  }
  const rest = number % 1_000;
  if (rest > 0) words.push(rest < 100 && words.length > 0 ? `and ${englishHundreds(rest)}` : englishHundreds(rest));
  return words.join(" ");
};

/** A whole number: "zweihundertdrei", "two hundred and three". */
export const cardinal = (number: number, language: SpokenLanguage): string => {
  const whole = Math.trunc(Math.abs(number));
  if (!Number.isFinite(number)) return "";
  const said =
    whole > mostSaid
      ? digitByDigit(BigInt(whole).toString(), language)
      : language === "de"
        ? german(whole)
        : english(whole);
  return number < 0 && whole > 0 ? `minus ${said}` : said;
};

/** Before a noun: "ein Euro", "eine Minute". */
export const count = (number: number, language: SpokenLanguage, gender: "m" | "f" | "n" = "m"): string => {
  const said = cardinal(number, language);
  if (language === "en" || !said.endsWith("eins")) return said;
  return `${said.slice(0, -1)}${gender === "f" ? "e" : ""}`;
};

/** How a German ordinal ends, by what stands before it: der dritte, dritter, den dritten. */
export type OrdinalEnding = "e" | "er" | "en";

const germanOrdinals = new Map([
  [1, "erst"],
  [3, "dritt"],
  [7, "siebt"],
  [8, "acht"],
]);

const englishOrdinals = new Map([
  ["one", "first"],
  ["two", "second"],
  ["three", "third"],
  ["five", "fifth"],
  ["eight", "eighth"],
  ["nine", "ninth"],
  ["twelve", "twelfth"],
]);

/** A place: "dritter", "einundzwanzigsten", "twenty-first". */
export const ordinal = (number: number, language: SpokenLanguage, ending: OrdinalEnding = "e"): string => {
  if (language === "en") {
    const said = english(number);
    const at = Math.max(said.lastIndexOf(" "), said.lastIndexOf("-")) + 1;
    const last = said.slice(at);
    return (
      said.slice(0, at) + (englishOrdinals.get(last) ?? (last.endsWith("y") ? `${last.slice(0, -1)}ieth` : `${last}th`))
    );
  }
  const rest = number % 100;
  const own = germanOrdinals.get(rest);
  if (own !== undefined) return `${number === rest ? "" : german(number - rest)}${own}${ending}`;
  return `${german(number)}${rest > 0 && rest < 20 ? "t" : "st"}${ending}`;
};

/** Each digit by itself; what is no digit is left out. */
export const digitByDigit = (digits: string, language: SpokenLanguage): string =>
  Array.from(digits)
    .filter((digit) => digit >= "0" && digit <= "9")
    .map((digit) => (language === "de" ? germanSmall : englishSmall)[Number(digit)] ?? "")
    .join(" ");

/** A number with a point ("-12.5"): "minus zwölf Komma fünf", "minus twelve point five". */
export const decimal = (number: string, language: SpokenLanguage): string => {
  const found = /^(-?)(\d{1,15})(?:\.(\d{1,15}))?$/.exec(number);
  if (found === null) return digitByDigit(number, language);
  const [, sign = "", whole = "", fraction = ""] = found;
  const said = [sign === "-" ? "minus" : "", cardinal(Number(whole), language)];
  if (fraction !== "") said.push(language === "de" ? "Komma" : "point", digitByDigit(fraction, language));
  return said.filter((word) => word !== "").join(" ");
};

/**
 * A number that is a name (a customer's, a phone's, a code) in groups with a pause between: as they are written, where they are; else in pairs, and three last of an
 * odd count. "30412877": "drei null, vier eins, zwei acht, sieben sieben".
 */
export const digitGroups = (written: string, language: SpokenLanguage): string =>
  (written.match(/\d+/g) ?? [])
    .flatMap((run) => {
      if (run.length <= 3) return [run];
      const pairs: string[] = [];
      for (let at = 0; at < run.length; at += 2) {
        const three = run.length - at === 3;
        pairs.push(run.slice(at, at + (three ? 3 : 2)));
        if (three) break;
      }
      return pairs;
    })
    .map((group) => digitByDigit(group, language))
    .join(", ");

/** A phone number: "plus vier neun, drei null, eins zwei, …". */
export const phoneNumber = (written: string, language: SpokenLanguage): string => {
  const country = /^\+(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})/.exec(written);
  if (country === null) return digitGroups(written, language);
  const [code] = country;
  const rest = digitGroups(written.slice(code.length), language);
  return `plus ${digitByDigit(code, language)}${rest === "" ? "" : `, ${rest}`}`;
};
