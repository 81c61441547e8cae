// How long an answer takes now, from what was measured; and who waits before whom. Called by server/chat-now.ts; pure.

/** A concern that came, as its wait is measured. Times in milliseconds since 1970. */
export interface Measured {
  readonly cameAt: number;
  /** When somebody first answered; null: nobody has yet. */
  readonly answeredAt: number | null;
}

/** One that waits for an answer. `isFirst`: for the first one. */
export interface Queued {
  readonly id: string;
  readonly sinceAt: number;
  readonly isFirst: boolean;
}

/** Whole minutes, rounded outward to steps that claim no more than is known. `to` null: longer than `from`. */
export interface ExpectedWait {
  readonly from: number;
  readonly to: number | null;
}

const minuteMs = 60_000;
/** Beyond it no more is said than that it takes longer. */
const longest = 20;
const steps = [0, 1, 2, 3, 4, 5, 6, 8, 10, 15, longest];
/** Answers so young speak of now, when there are as many of them; else that hour of the last days has to have as many. */
const recentMs = 30 * minuteMs;
const fewestRecent = 4;
const fewestMeasured = 8;

/** The time of day that is like now, on each side, and how many days are looked at. */
export const likeNowMs = 60 * minuteMs;
export const measuredDays = 14;

const down = (minutes: number): number => steps.findLast((step) => step <= minutes) ?? 0;
const up = (minutes: number): number | null => steps.find((step) => step > 0 && step >= minutes) ?? null;

/**
 * How long a first answer takes whoever writes now; null: too little was measured, or it differs too much to be told.
 *
 * An estimate from the history of delays (R. Ibrahim, W. Whitt: Real-Time Delay Estimation Based on Delay History, M&SOM 11(3), 2009, pages 397–415): what those
 * waited who were answered last, else what those waited who came at this hour of the last days; of them the middle half, from the lower to the upper quartile.
 * Whoever waits still, or was never answered, counts as having waited longer than all others, so that a day on which nobody answers shortens nothing. Who
 * is at the head of the line now (nobody who came later has been answered) has waited at least that long: when that is more than the upper quartile, it
 * takes longer than that and no more is said (the same paper's HOL).
 */
export const expectedWait = (
  measured: readonly Measured[],
  queue: readonly Queued[],
  now: number,
): ExpectedWait | null => {
  const recent = measured.filter(({ answeredAt }) => answeredAt !== null && now - answeredAt <= recentMs);
  // Whoever came a moment ago and waits says nothing yet.
  const told = measured.filter(({ cameAt, answeredAt }) => answeredAt !== null || now - cameAt > longest * minuteMs);
  const like = recent.length >= fewestRecent ? recent : told;
  if (like !== recent && told.length < fewestMeasured) return null;
  const waits = like
    .map(({ cameAt, answeredAt }) => (answeredAt === null ? Infinity : Math.max(0, answeredAt - cameAt)))
    .toSorted((a, b) => a - b);
  const share = (part: number): number => (waits[Math.ceil(waits.length * part) - 1] ?? Infinity) / minuteMs;
  const [lower, upper] = [share(0.25), share(0.75)];
  const served = Math.max(...measured.map(({ cameAt, answeredAt }) => (answeredAt === null ? -Infinity : cameAt)));
  const head = queue.find(({ sinceAt, isFirst }) => isFirst && sinceAt > served);
  const headWaits = head === undefined ? 0 : (now - head.sinceAt) / minuteMs;
  if (headWaits > upper) return { from: Math.max(1, down(headWaits)), to: null };
  const [from, to] = [down(lower), up(upper)];
  if (to === null) return from === 0 ? null : { from, to };
  return { from: from === to ? down(to - 1) : from, to };
};

/** How many wait longer than each of those who wait for their first answer, by their concern. The queue has the longest wait first. */
export const placesIn = (queue: readonly Queued[]): ReadonlyMap<string, number> =>
  new Map(queue.flatMap(({ id, isFirst }, place) => (isFirst ? [[id, place] as const] : [])));
