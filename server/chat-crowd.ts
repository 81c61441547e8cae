// Says when more is said than can be taken in, so that some words are asked to come again and those that are taken do not wait behind all of them. Asked by server/chat.ts.

export interface Crowd {
  /**
   * Null: the word of that id is taken in. Otherwise there is too much to do, and it is to be said again after so many milliseconds; whoever does so, and not before,
   * goes before those who come for the first time.
   */
  readonly enter: (id: string) => number | null;
  /** A word that was taken in has come to its end, well or not. */
  readonly leave: () => void;
}

/** Two commits under way (server/intake-now.ts): more words in hand than these wait for their turn, and make nothing quicker. */
const short = 48;
/** More are taken in for so long: a burst is over before, an overload is not. */
const burstMs = 500;
/** However short it is. */
const most = 144;
/** Among these there is room for whoever has been turned away before, also where nobody new is taken in. */
const mostWithTurn = 60;
/** Once words are turned away it goes on until nobody has been for so long; otherwise each calm moment would begin another burst. */
const calmMs = 1_000;
/** Nobody is asked to come again sooner, or later; whose turn has come and who finds no room, after so long. */
const againMs = { least: 2_000, most: 30_000, turn: 500 };
/** So much sooner than asked is on time: clocks and lines differ. */
const graceMs = 100;
/** Those who were asked to come again get nine tenths of what is done; words a second before it is known how many are. */
const theirShare = 0.9;
const usualPerSecond = 100;
/** Of more words than these it is not remembered that they were turned away. */
const mostKnown = 20_000;

/** `nowMs`: a clock that only runs on; `turnedAway`: told of each word that is asked to come again. */
export const openCrowd = (options: { readonly nowMs: () => number; readonly turnedAway: () => void }): Crowd => {
  let inHand = 0;
  let longSince: number | null = null;
  let crowdedUntil = -Infinity;
  /** When each word that was turned away has its turn, in that order. */
  const turns = new Map<string, number>();
  let lastTurn = -Infinity;
  /** Words that came to their end, in the last whole second and in this one. */
  let done = { perSecond: usualPerSecond, count: 0, since: -Infinity };

  const turnOf = (id: string, now: number): number => {
    const known = turns.get(id);
    // The turn is kept.
    if (known !== undefined) return known - graceMs > now ? known : now + againMs.turn;
    lastTurn = Math.max(lastTurn + 1_000 / (theirShare * done.perSecond), now + againMs.least);
    turns.set(id, lastTurn);
    const [oldest] = turns.size > mostKnown ? turns.keys() : [];
    if (oldest !== undefined) turns.delete(oldest);
    return lastTurn;
  };
  return {
    enter: (id) => {
      const now = options.nowMs();
      if (inHand < short) longSince = null;
      else longSince ??= now;
      const stands = longSince !== null && (now < crowdedUntil || now - longSince >= burstMs);
      const hasTurn = now >= (turns.get(id) ?? Infinity) - graceMs;
      if (inHand < (hasTurn ? mostWithTurn : stands ? 0 : most)) {
        turns.delete(id);
        inHand += 1;
        return null;
      }
      crowdedUntil = now + calmMs;
      options.turnedAway();
      return Math.ceil(Math.min(againMs.most, turnOf(id, now) - now));
    },
    leave: () => {
      inHand -= 1;
      const now = options.nowMs();
      const passed = now - done.since;
      if (passed >= 1_000)
        done = {
          perSecond: passed < 2_000 ? Math.max(1, (done.count * 1_000) / passed) : usualPerSecond,
          count: 0,
          since: now,
        };
      done.count += 1;
    },
  };
};
