// What others may read of the search: the newest messages that fit a query, and what to mark in them. Called by concerns/reads-search.ts, which knows
// the concerns and customers behind them; this module knows neither.
import { markerOf, type Marker } from "#lib/marking.ts";
import { codeKeys, codeRuns, codeWord } from "#modules/search/model-codes.ts";
import { chosenWords, fold, shareOf, tokensOf, wordOf, type Wish } from "#modules/search/model.ts";
import {
  aboutHowMany,
  byTime,
  byWords,
  candidates,
  commonStems,
  fitAmong,
  prepareSearch,
  understand,
  type Understood,
  type Hit,
  type TermWords,
} from "#modules/search/store.ts";
import type { Db, Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

export { excerpt, highlight, type Marker } from "#lib/marking.ts";
export { codeRuns } from "#modules/search/model-codes.ts";
export { skeleton, tokensOf, understandWish, type Wish } from "#modules/search/model.ts";
export type { Hit };

type Reading = Pick<World, "db" | "now">;

/** Messages looked at for one page: several of them may be of one concern. */
const mostHits = 300;
/** When even the rarest word stands in so many messages, gathering them costs more than walking back in time until a page is full. */
const manyMessages = 3_000;
/** The walk goes back this many messages at most, and ends when so many have fitted. */
const walked = 10_000;
const enough = 100;

/** What a query found among messages. */
export interface Found {
  /** Newest first, at most 300. A hit in a concern's subject has the concern's id in place of the message's. */
  readonly hits: readonly Hit[];
  /** Marks what was looked for. */
  readonly marks: Marker;
  /** Words that were looked for beyond those typed. */
  readonly alsoSearched: readonly string[];
}

/** Finds the newest messages of these brands (null: all) that fit all of a query's words, of at least `wanted` concerns if there are so many. Wants a transaction of its own: it sets how that is planned. */
export const findMessages = async (
  world: Reading,
  tx: Tx,
  wish: Wish,
  brandIds: readonly string[] | null,
  wanted: number,
): Promise<Found> => {
  await prepareSearch(tx);
  const terms = await widened(tx, wish);
  const typed = new Set(wish.terms.map(fold));
  const { words, parts, codes } = marksOf(wish, terms);
  return {
    hits: terms.length === 0 ? [] : await messagesThatFit(world, tx, terms, brandIds, wanted),
    marks: markerOf(words, parts, codes),
    alsoSearched: [...new Set(terms.flatMap((term) => term.words))].filter((word) => !typed.has(word)).slice(0, 12),
  };
};

/** What to mark, as data. */
export interface Marks {
  readonly words: string[];
  readonly parts: string[];
  readonly codes: string[];
}

/** Which of some messages fit all of a query's words, or, when none does, at least one; and what to mark in them. Wants a transaction of its own. */
export const findAmong = async (
  world: Reading,
  tx: Tx,
  wish: Wish,
  messageIds: readonly string[],
): Promise<{ readonly messageIds: ReadonlySet<string>; readonly marks: Marks }> => {
  await prepareSearch(tx);
  const terms = await widened(tx, wish);
  const { stems } = await common(world, tx);
  const asked = terms.length === 0 ? [] : conditions(terms, await understand(tx, terms), stems);
  const fitting = async (joint: " & " | " | "): Promise<string[]> =>
    fitAmong(tx, asked.map(({ query }) => `( ${query} )`).join(joint), messageIds);
  const all = asked.length === 0 ? [] : await fitting(" & ");
  return {
    messageIds: new Set(all.length > 0 || asked.length < 2 ? all : await fitting(" | ")),
    marks: marksOf(wish, terms),
  };
};

const marksOf = (wish: Wish, terms: readonly TermWords[]): Marks => ({
  words: [...new Set(terms.flatMap(({ term, words }) => [...tokensOf(term), ...words]))],
  parts: wish.terms.map(wordOf).filter((word) => word !== null),
  codes: codeKeys(wish.terms),
});

/** Each term with the words of the store that hold it or are spelled nearly like it. */
const widened = async (tx: Tx, wish: Wish): Promise<TermWords[]> => {
  const words = wish.terms
    .slice(0, 6)
    .map(wordOf)
    .filter((word) => word !== null);
  const found = words.length === 0 ? [] : await candidates(tx, words, words);
  return wish.terms.map((term) => {
    const word = wordOf(term);
    return {
      term,
      words:
        word === null
          ? []
          : chosenWords(
              word,
              found.filter((each) => each.term === word),
            ),
    };
  });
};

/** The newest messages that fit every term. Words that one of the languages leaves out ("der", "the") are asked for only when there are no others. */
const messagesThatFit = async (
  world: Reading,
  tx: Tx,
  terms: readonly TermWords[],
  brandIds: readonly string[] | null,
  wanted: number,
): Promise<Hit[]> => {
  const { stems: shares, messages } = await common(world, tx);
  const asked = conditions(terms, await understand(tx, terms), shares);
  if (asked.length === 0) return [];
  const query = asked.map((each) => `( ${each.query} )`).join(" & ");
  const rarest = Math.min(...asked.map(({ share }) => share));
  if (rarest * messages < manyMessages) return byWords(tx, query, brandIds, mostHits);
  const near = await byTime(tx, query, brandIds, walked, enough);
  // Each word is common, but not all together or not lately: then the index of words has to say where.
  return new Set(near.map((hit) => hit.concernId)).size >= wanted ? near : byWords(tx, query, brandIds, mostHits);
};

/** One thing that a message has to fit, and in which share of messages it stands. */
interface Condition {
  readonly query: string;
  readonly share: number;
}

/** Terms that may be one code fit as they are, or as the end of a code in whatever writing; every other term for itself. */
const conditions = (
  terms: readonly TermWords[],
  understood: readonly Understood[],
  shares: ReadonlyMap<string, number>,
): Condition[] => {
  const runs = codeRuns(terms.map(({ term }) => term));
  const runAt = (place: number) => runs.find((run) => run.from <= place && place < run.to);
  const all = understood.map((each, place) => ({ ...each, run: runAt(place) }));
  const alone = all.filter(({ run, query }) => run === undefined && query !== "");
  const telling = alone.filter(({ stop }) => !stop);
  const asked = (telling.length > 0 || runs.length > 0 ? telling : alone).map(({ query, stems }) => ({
    query,
    share: shareOf(stems, shares),
  }));
  return [
    ...asked,
    ...runs.map((run) => {
      const words = all.filter((each) => each.run === run && each.query !== "");
      const code = codeWord(run.key);
      const together = words.map(({ query }) => `( ${query} )`).join(" & ");
      const asTyped = words.length === 0 ? 0 : Math.min(...words.map(({ stems }) => shareOf(stems, shares)));
      return {
        query: [
          ...(together === "" ? [] : [`( ${together} )`]),
          `'${code}':*`,
          ...(run.prefix === null || run.bare.length < 4 ? [] : [`( '${run.prefix}' & '${codeWord(run.bare)}':* )`]),
        ].join(" | "),
        share: Math.min(1, asTyped + shareOf([code], shares)),
      };
    }),
  ];
};

/** How common stems are changes over days: asked every ten minutes. */
const refreshMs = 10 * 60_000;
interface Commonness {
  /** In which share of messages the common stems stand. */
  readonly stems: ReadonlyMap<string, number>;
  /** About how many messages there are. */
  readonly messages: number;
}
const remembered = new WeakMap<Db, Commonness & { readonly atMs: number }>();

const common = async (world: Reading, tx: Tx): Promise<Commonness> => {
  const known = remembered.get(world.db);
  const nowMs = world.now().getTime();
  if (known && nowMs - known.atMs < refreshMs && nowMs >= known.atMs) return known;
  const stems = new Map((await commonStems(tx)).map(({ stem, share }) => [stem, share]));
  const fresh = { stems, messages: await aboutHowMany(tx), atMs: nowMs };
  remembered.set(world.db, fresh);
  return fresh;
};
