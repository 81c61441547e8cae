// How content somebody was with how their concern was settled, without schemas: those are in contract/ratings.ts. Read by the widget as well.

export const scores = [1, 2, 3, 4, 5] as const;
/** 1 (bad) to 5 (very good). */
export type Score = (typeof scores)[number];
/** Up to this somebody was not content. */
export const badScore = 2;
/** Longest words beside a score, in characters. */
export const ratingTextLength = 2_000;
