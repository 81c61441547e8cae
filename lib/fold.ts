// Words without case and accents, and by their sound. Called by whatever compares what people typed; pure.

const letters = new Map([
  ["ß", "ss"],
  ["æ", "ae"],
  ["œ", "oe"],
  ["ø", "o"],
  ["đ", "d"],
  ["ð", "d"],
  ["þ", "th"],
  ["ł", "l"],
  ["ı", "i"],
  ["ħ", "h"],
]);

/** A text in lower case without accents, character by character as PostgreSQL's `fold` gives it for European letters. */
export const fold = (text: string): string => {
  if (!/[^\u0000-\u007f]/.test(text)) return text.toLowerCase();
  return text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[ßæœøđðþłıħ]/g, (letter) => letters.get(letter) ?? letter);
};

/** Words that sound alike are one: the same as PostgreSQL's `skeleton`. */
export const skeleton = (word: string): string =>
  word.replaceAll("ae", "a").replaceAll("oe", "o").replaceAll("ue", "u");
