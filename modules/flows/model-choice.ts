// Which of several things words mean: options by number, by their labels with typing mistakes, by other words for them; and yes or no. Called by model-read.ts
// and model-human.ts; pure. Texts are cut before, so that what a comparison costs is bounded.
import { fold, skeleton } from "#lib/fold.ts";
import { wordNumber } from "./model-numbers.ts";

/** Something that can be meant. `phrases`: its labels and the other words for it, in every language. */
export interface Meant {
  readonly id: string;
  readonly phrases: readonly string[];
}

/** What words mean: one, several that are alike near, or none. */
export type Meaning = { readonly id: string } | "ambiguous" | null;

const most = { text: 400, phrase: 120, words: 60 } as const;

/** Words as they are compared: without case, accents and signs. */
export const wordsIn = (text: string): readonly string[] =>
  fold(text.slice(0, most.text))
    .replaceAll(/[\u{1F44D}✓✔]/gu, " yes ")
    .replaceAll(/\u{1F44E}/gu, " no ")
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "")
    .slice(0, most.words);

/** Phrases are the same again and again: of so many it is kept what their words are. */
const mostKept = 2_000;
const phraseWords = new Map<string, readonly string[]>();
const wordsOfPhrase = (phrase: string): readonly string[] => {
  const known = phraseWords.get(phrase);
  if (known !== undefined) return known;
  const words = wordsIn(phrase.slice(0, most.phrase));
  if (phraseWords.size >= mostKept) phraseWords.clear();
  phraseWords.set(phrase, words);
  return words;
};

const joined = (text: string): string => wordsIn(text).join(" ");

/** The one whose label or other words these are exactly. */
export const exactly = (meant: readonly Meant[], text: string): Meaning => {
  const said = joined(text);
  return only(
    meant.filter(({ phrases }) => phrases.some((phrase) => wordsOfPhrase(phrase).join(" ") === said && said !== "")),
  );
};

const only = (found: readonly Meant[]): Meaning => {
  const [first, second] = found;
  return first === undefined ? null : second === undefined ? { id: first.id } : "ambiguous";
};

const ordinals: ReadonlyMap<string, number> = new Map(
  [
    "erste ersten erster erstes erstens first 1st",
    "zweite zweiten zweiter zweites zweitens second 2nd",
    "dritte dritten dritter drittes drittens third 3rd",
    "vierte vierten vierter viertes viertens fourth 4th",
    "funfte funften funfter funftes funftens fifth 5th",
    "sechste sechsten sechster sechstes sechstens sixth 6th",
    "siebte siebten siebter siebtes siebtens seventh 7th",
    "achte achten achter achtes achtens eighth 8th",
    "neunte neunten neunter neuntes neuntens ninth 9th",
    "zehnte zehnten zehnter zehntes zehntens tenth 10th",
    "elfte elften elfter elftes elftens eleventh 11th",
    "zwolfte zwolften zwolfter zwolftes zwolftens twelfth 12th",
  ].flatMap((words, at) => words.split(" ").map((word) => [word, at + 1] as const)),
);
const lastWords = new Set("letzte letzten letzter letztes last".split(" "));
/** Words around a number that leave it one. */
const aroundNumbers = new Set(
  "nummer nr no number option punkt moglichkeit die das der den dem the one antwort answer taste key bitte please ich nehme mochte will i d like take choose wahle want would for fur und and".split(
    " ",
  ),
);

/** Which of so many is meant by its place ("2", "2.", "Nummer zwei", "the second one", "die letzte"); null: none is. From 0. */
const placeIn = (words: readonly string[], count: number): number | null => {
  if (words.length > 8) return null;
  const places = new Set<number>();
  const rest = words.filter((word) => !aroundNumbers.has(word));
  const said = rest.length > 0 ? rest : words.filter((word) => word === "one");
  for (const word of said) {
    const number = /^\d{1,2}$/.test(word) ? Number(word) : (ordinals.get(word) ?? wordNumber(word));
    if (number !== null) places.add(number - 1);
    else if (lastWords.has(word)) places.add(count - 1);
    else return null;
  }
  const [place] = places;
  return places.size === 1 && place !== undefined && place >= 0 && place < count ? place : null;
};

/** How many letters have to be added, left out, exchanged or swapped with their neighbour (Damerau and Levenshtein, restricted); more than `limit`: just more. */
const distance = (one: string, other: string, limit: number): number => {
  if (Math.abs(one.length - other.length) > limit) return limit + 1;
  let before: number[] = [];
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1];
      let least = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      next.push(least);
    }
    [before, row] = [row, next];
  }
  return row[other.length] ?? 0;
};

/** Mistakes that a word of that length may have. */
const mistakes = (length: number): number => (length < 4 ? 0 : length < 8 ? 1 : 2);

/** 0: the same word; more: so many mistakes away; null: another word. */
const near = (said: string, wanted: string): number | null => {
  if (said === wanted || skeleton(said) === skeleton(wanted)) return 0;
  const limit = mistakes(Math.min(said.length, wanted.length));
  const far = limit === 0 ? 1 : distance(said, wanted, limit);
  return far <= limit ? far : null;
};

/** Words that say nothing by themselves. */
const empty = new Set(
  "ich mochte moechte will hatte haette brauche habe gern gerne bitte ein eine einen einem einer die der das den dem zu zur zum mit meine meinen meiner meinem mein ihre ihr ist es um geht an auf in im und oder frage fragen wegen i want would like to have a an the my your please with about for is it of on question and or need am bin wir we".split(
    " ",
  ),
);
const telling = (words: readonly string[]): readonly string[] => {
  const left = words.filter((word) => !empty.has(word));
  return left.some((word) => !denials.has(word)) ? left : words;
};
const denials = new Set(
  "nicht kein keine keinen keiner nix not no don t doesn isn never ohne without weder noch".split(" "),
);

/** With more words than that a text is a letter: only whole phrases, written as they are, are found in it. */
const mostTelling = 12;

interface Fit {
  readonly score: number;
  /** The words that were said of it. */
  readonly used: ReadonlySet<string>;
}
const noFit: Fit = { score: 0, used: new Set() };

/** How well words fit a phrase: the more the better; 0: not. Whole phrases before parts, right words before nearly right ones, long before short. */
const fit = (said: readonly string[], phrase: readonly string[]): Fit => {
  const wanted = telling(phrase);
  let wrong = 0;
  let found = 0;
  const used = new Set<string>();
  for (const word of wanted) {
    let best: number | null = null;
    for (const each of said) {
      const far = near(each, word);
      if (far === null || (best !== null && far >= best)) continue;
      best = far;
      used.add(each);
      if (far === 0) break;
    }
    if (best === null) continue;
    found += 1;
    wrong += best;
  }
  if (found === 0) return noFit;
  const words = telling(said);
  // All of the phrase is said; or all that is said is of the phrase.
  if (words.length > mostTelling && (wrong > 0 || found < wanted.length)) return noFit;
  if (found === wanted.length) return { score: 1_000 + found * 20 - wrong * 15, used };
  return words.every((word) => used.has(word)) ? { score: 500 + found * 20 - wrong * 15, used } : noFit;
};

/** Which is meant; only a clear winner is. */
export const meaningOf = (meant: readonly Meant[], text: string): Meaning => {
  const said = wordsIn(text);
  const sure = exactly(meant, text);
  if (sure !== null || said.length === 0) return sure;
  const place = placeIn(said, meant.length);
  if (place !== null) return { id: meant[place]?.id ?? "" };
  const denies = said.some((word) => denials.has(word));
  const options = meant.map(({ id, phrases }) => ({
    id,
    phrases: phrases.map(wordsOfPhrase),
  }));
  const scored = options
    .map(({ id, phrases }) => {
      const fits = phrases
        .filter((words) => !denies || words.some((word) => denials.has(word)))
        .map((words) => fit(said, words));
      return { id, ...fits.reduce((best, each) => (each.score > best.score ? each : best), noFit) };
    })
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score);
  const [first, second] = scored;
  if (first === undefined) return denies ? null : runTogether(meant, said.join(""));
  if (second !== undefined && first.score - second.score < 10) return "ambiguous";
  // Whoever names a second option, too, if only by a part of its words, has not chosen.
  const rest = new Set(telling(said).filter((word) => !first.used.has(word)));
  const others = options.filter(({ id }) => id !== first.id);
  const names = (words: readonly string[]): boolean => telling(words).some((word) => rest.has(word));
  if (telling(said).length <= mostTelling && others.some(({ phrases }) => phrases.some(names))) return "ambiguous";
  return { id: first.id };
};

/** Words with their spaces elsewhere, or with mistakes too many for one word. */
const runTogether = (meant: readonly Meant[], said: string): Meaning => {
  if (said.length < 5 || said.length > 60) return null;
  const limit = Math.floor(said.length / 6) + 1;
  const scored = meant
    .map((each) => ({
      id: each.id,
      far: Math.min(...each.phrases.map((phrase) => distance(said, wordsOfPhrase(phrase).join(""), limit))),
    }))
    .filter(({ far }) => far <= limit)
    .toSorted((a, b) => a.far - b.far);
  const [first, second] = scored;
  if (first === undefined) return null;
  return second !== undefined && second.far - first.far < 2 ? "ambiguous" : { id: first.id };
};

const list = (words: string): ReadonlySet<string> => new Set(words.split(" "));
/** By themselves, and at the beginning of whatever follows. */
const yesWords = list("ja j jo joa jep jup jap jaja jawoll jawohl klar yes y ye yep yeah yup yea yass sure aye");
const noWords = list("nein n no noe nö nee ne neh nope nah nay neinnein niemals never");
const yesMaybe = list(
  "genau stimmt richtig korrekt gern gerne ok okay oki passt sicher naturlich natuerlich unbedingt definitiv absolut freilich selbstverstandlich einverstanden correct right exactly absolutely definitely certainly indeed true wahr",
);
const noMaybe = list("falsch negativ wrong false incorrect kaum");
const yesPhrases = ["auf jeden fall", "of course", "mach das", "go ahead", "please do", "sehr gern", "aber sicher"];
const noPhrases = [
  "auf keinen fall",
  "auf gar keinen fall",
  "leider nicht",
  "eher nicht",
  "lieber nicht",
  "not really",
  "no way",
  "gar nicht",
  "uberhaupt nicht",
  "stimmt nicht",
  "nicht richtig",
  "not right",
  "not correct",
  "noch nicht",
  "not yet",
  "i don t",
  "it doesn t",
];

/** Yes or no as people say it; "ambiguous" where both are said. */
export const yesOrNo = (text: string): boolean | "ambiguous" | null => {
  const words = wordsIn(text);
  const whole = ` ${words.join(" ")} `;
  const [first = ""] = words;
  const [yes, no] = [words.some((word) => yesWords.has(word)), words.some((word) => noWords.has(word))];
  if (yes && no) return "ambiguous";
  if (yesWords.has(first)) return true;
  if (noWords.has(first)) return false;
  if (words.length > 8) return null;
  if (noPhrases.some((phrase) => whole.includes(` ${phrase} `))) return false;
  if (yesPhrases.some((phrase) => whole.includes(` ${phrase} `))) return true;
  const denies = words.some((word) => denials.has(word));
  const [maybe, maybeNot] = [words.some((word) => yesMaybe.has(word)), words.some((word) => noMaybe.has(word))];
  if (maybe && maybeNot) return "ambiguous";
  if (maybe) return !denies;
  if (maybeNot) return denies;
  if (yes || no) return yes;
  if (words.length === 1 && (first === "1" || first === "2")) return first === "1";
  return words.length <= 2 && (first === "nicht" || first === "not") ? false : null;
};
