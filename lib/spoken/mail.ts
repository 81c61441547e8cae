// Mail addresses as they are said, and read again from what was said. Called by text.ts and by whoever listens; pure.
import { signName } from "./spelled.ts";
import { digitByDigit, type SpokenLanguage } from "./numbers.ts";

/** "kim.maier@example.org": "kim Punkt maier ät example Punkt org". */
export const mailWords = (address: string, language: SpokenLanguage): string =>
  (address.match(/\p{L}+|\d|[^\p{L}\d]/gu) ?? [])
    .map((part) => (/\d/.test(part) ? digitByDigit(part, language) : (signName(part, language) ?? part)))
    .join(" ")
    .replaceAll(/\s+/g, " ");

/** What is said for the signs in an address, folded; the longest first. */
const heard: readonly (readonly [RegExp, string])[] = [
  [/(?<!\p{L})(?:klammeraffe|at sign|at-zeichen|ät|aet|at|ett)(?!\p{L})/giu, "@"],
  [/(?<!\p{L})(?:punkt|dot|full stop)(?!\p{L})/giu, "."],
  [/(?<!\p{L})(?:bindestrich|minus|hyphen|dash)(?!\p{L})/giu, "-"],
  [/(?<!\p{L})(?:unterstrich|underscore)(?!\p{L})/giu, "_"],
  [/(?<!\p{L})plus(?!\p{L})/giu, "+"],
];
const digits = new Map(
  "null zero,eins one,zwei zwo two,drei three,vier four,fünf five,sechs six,sieben seven,acht eight,neun nine"
    .split(",")
    .flatMap((words, digit) => words.split(" ").map((word) => [word, String(digit)] as const)),
);

/** The address in what somebody said ("Kim Punkt Maier ät Example Punkt org"), written; null: it is none with one "@" and a dot behind it. */
export const mailHeard = (text: string): string | null => {
  let written = text.slice(0, 300);
  for (const [said, sign] of heard) written = written.replaceAll(said, sign);
  const joined = written
    .split(/\s+/)
    .map((word) => {
      const digit = digits.get(word.toLowerCase());
      return digit === undefined ? ` ${word}` : digit;
    })
    .join("")
    .replaceAll(/ ?([@._+-]) ?/g, "$1");
  const [before = "", after = "", ...more] = joined.split("@");
  if (more.length > 0 || after === "") return null;
  // Words before it that belong to a sentence ("meine Adresse ist kim.maier") have a space; letters that were spelled are joined.
  const own = before.trim().split(" ");
  const name =
    own.length > 1 && own.every((word) => word.length === 1 || /[._+-]/.test(word)) ? own.join("") : own.at(-1);
  const [host = ""] = after.trim().split(" ");
  const address = `${name ?? ""}@${host.replace(/[.,!?]{1,5}$/, "")}`.toLowerCase();
  return /^[\p{L}\d._+-]{1,64}@[\p{L}\d-]{1,63}(?:\.[\p{L}\d-]{1,63}){1,5}$/u.test(address) ? address : null;
};
