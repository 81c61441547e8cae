// The words somebody came to a concern with: which of its messages fit, what is marked in them, and where one stands. Called by the thread, its bar
// and the commands for the next and the previous hit.
import { search } from "#contract/search.ts";
import type { Result } from "#contract/endpoint.ts";
import { fold } from "#lib/fold.ts";
import { highlight, markerOf } from "#lib/marking.ts";
import type { Marker } from "#lib/marking.ts";
import { call } from "#web/state/client.ts";
import { createStore } from "#web/state/store.ts";

type Hits = Result<typeof search.within>["hits"];

export interface Finding {
  readonly concernId: string;
  readonly query: string;
  readonly marker: Marker;
  /** Messages that fit, in the order of the thread. */
  readonly hits: Hits;
  /** The message the search named; null: the newest that fits. */
  readonly first: string | null;
  /** The mark one stands at, counted from the first that is painted; null before the thread has gone there. */
  readonly at: number | null;
  /** How many marks are painted. */
  readonly count: number;
}

export const finding = createStore<Finding | null>(null);

/** Rises with each wish for the next (1) or the previous (-1) hit. The thread fulfils it, because only it knows what is painted. */
export const steps = createStore<{ readonly count: number; readonly by: 1 | -1 }>({ count: 0, by: 1 });

/** Asks where in a concern the words stand. Nothing is found: nothing is shown. */
export const beginFinding = async (concernId: string, query: string, first: string | null): Promise<void> => {
  endFinding();
  const outcome = await call(search.within, { params: { id: concernId }, query: { q: query } });
  if (!outcome.ok || outcome.value.hits.length === 0) return;
  const { hits, marks } = outcome.value;
  finding.set({
    concernId,
    query,
    hits,
    marker: markerOf(marks.words, marks.parts, marks.codes),
    first: hits.some((hit) => hit.messageId === first) ? first : null,
    at: null,
    count: 0,
  });
};

/** Marks nothing any more. */
export const endFinding = (): void => finding.set(null);

/** Are there hits to go to in this concern? */
export const hasHits = (concernId: string | undefined): boolean =>
  concernId !== undefined && finding.get()?.concernId === concernId;

/** Goes to the next hit, or to the one before. */
export const stepHit = (by: 1 | -1): void => steps.set(({ count }) => ({ count: count + 1, by }));

/** A text in parts, those that were looked for marked. */
export const marked = (
  text: string,
  marker: Marker | null,
): readonly { readonly text: string; readonly hit: boolean }[] =>
  marker === null ? [{ text, hit: false }] : highlight(text, marker);

/** Does what a message keeps folded away hold a word looked for that its own words do not? Then it is unfolded. */
export const isFoundBelow = (
  message: { readonly text: string; readonly foldedText: string },
  marker: Marker | null,
): boolean => {
  if (marker === null || message.foldedText === "") return false;
  const said = new Set(hitsIn(message.text, marker));
  return hitsIn(message.foldedText, marker).some((word) => !said.has(word));
};

const hitsIn = (text: string, marker: Marker): string[] =>
  highlight(text, marker).flatMap((part) => (part.hit ? [fold(part.text)] : []));

/** The mark to go to from one place to the next, around the ends. */
export const nextMark = (at: number | null, by: 1 | -1, count: number): number =>
  count === 0 ? 0 : at === null ? (by === 1 ? 0 : count - 1) : (at + by + count) % count;
