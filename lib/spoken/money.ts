// Amounts of money as people say them. Called by text.ts; pure.
import { cardinal, count, type SpokenLanguage } from "./numbers.ts";

/** ISO 4217: what one and several are called, of the whole and of its hundredth. */
const names = {
  EUR: { de: ["Euro", "Euro", "Cent", "Cent"], en: ["euro", "euros", "cent", "cents"] },
  USD: { de: ["Dollar", "Dollar", "Cent", "Cent"], en: ["dollar", "dollars", "cent", "cents"] },
  GBP: { de: ["Pfund", "Pfund", "Penny", "Pence"], en: ["pound", "pounds", "penny", "pence"] },
  CHF: { de: ["Franken", "Franken", "Rappen", "Rappen"], en: ["franc", "francs", "centime", "centimes"] },
} as const;
export type SpokenCurrency = keyof typeof names;

const signs: Readonly<Record<string, SpokenCurrency>> = { "€": "EUR", $: "USD", "£": "GBP" };

/** Which currency a sign, a code or a name is; null: none that is known. */
export const currencyOf = (written: string): SpokenCurrency | null => {
  const sign = signs[written];
  if (sign !== undefined) return sign;
  const word = written.toUpperCase();
  if (word in names) return word as SpokenCurrency;
  return word === "EURO" || word === "EUROS" ? "EUR" : null;
};

/** "neunzehn Euro neunundneunzig", "fünfzig Cent"; "nineteen euros ninety-nine". Of `hundredths`, a whole number. */
export const moneyWords = (hundredths: number, currency: SpokenCurrency, language: SpokenLanguage): string => {
  const [one, several, cent, cents] = names[currency][language];
  const all = Math.abs(Math.round(hundredths));
  const [whole, rest] = [Math.floor(all / 100), all % 100];
  const minus = hundredths < 0 && all > 0 ? "minus " : "";
  const major = `${count(whole, language, "n")} ${whole === 1 ? one : several}`;
  if (rest === 0) return minus + major;
  if (whole === 0) return `${minus}${count(rest, language)} ${rest === 1 ? cent : cents}`;
  return `${minus}${major} ${cardinal(rest, language)}`;
};
