// How content somebody was with how their concern was settled. Part of contract/ratings.ts, contract/concerns.ts and contract/chat.ts.
import { z } from "zod";

export const scores = [1, 2, 3, 4, 5] as const;
/** 1 (bad) to 5 (very good). */
export const score = z.literal(scores);
export type Score = z.infer<typeof score>;
/** Up to this somebody was not content. */
export const badScore = 2;
