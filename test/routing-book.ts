// A routing book as an administrator would make it, in parts to be changed. Used by modules/routing/model-book.test.ts, model-preview.test.ts and test/journeys.
import type { Queue, RoutingBook } from "#contract/routing-book.ts";

/** An id made of a number, always the same. */
export const idOf = <T extends string>(n: number): T =>
  `00000000-0000-4000-8000-${String(n).padStart(12, "0")}` as unknown as T;

/** A queue that takes everything and asks for nothing. */
export const bookQueue = (n: number, part: Partial<Queue> = {}): Queue => ({
  id: idOf(n),
  name: `Schlange ${n}`,
  when: { brandId: null, topicId: null, channelKinds: [], priorities: [], language: null, teamId: null },
  hours: { kind: "always" },
  teamIds: [],
  requires: {},
  asks: [],
  order: "longestIdle",
  steps: [],
  patienceSeconds: 0,
  offerSeconds: 30,
  autoAccept: [],
  offers: true,
  mayPull: false,
  keepSeconds: 0,
  promiseSeconds: 14_400,
  withinSeconds: 3_600,
  target: 80,
  overflow: [],
  ...part,
});

/** A book with these queues, and skills numbered 901 (German) and 902 (French). */
export const bookWith = (queues: readonly Queue[], part: Partial<RoutingBook> = {}): RoutingBook => ({
  skills: [
    { id: idOf(901), name: "Deutsch", about: "language" },
    { id: idOf(902), name: "Französisch", about: "language" },
  ],
  queues: [...queues],
  kinds: {},
  reasons: [],
  dispositions: [],
  graceSeconds: 30,
  stickySeconds: 300,
  missesUntilAway: 2,
  ...part,
});
