// A concern's past as its entries in the log tell it, and what rules would have made of it. Called by concerns/actions-recount.ts and reads-promises.ts; pure.
import type { ConcernRow } from "#contract/concerns.ts";
import type { EventData, EventKind } from "#contract/events.ts";
import { promiseKinds, type PromiseKind } from "#contract/promise-state.ts";
import { step, type Book, type Facts, type Kept, type Stepped } from "#modules/promises/model.ts";

/** The kinds of entries that tell it. */
export const pastKinds = [
  "concern.created",
  "concern.changed",
  "concern.firstReply",
] as const satisfies readonly EventKind[];

/** An entry of one concern, in the log's order. */
export interface PastEntry {
  readonly at: string;
  readonly kind: (typeof pastKinds)[number];
  readonly data: unknown;
}

interface Moment {
  readonly at: string;
  readonly facts: Facts;
}

const factsOf = (row: ConcernRow, tierId: string | null): Facts => ({
  brandId: row.brandId,
  status: row.status,
  priority: row.priority,
  topicId: row.topicId,
  tierId,
  channels: row.channels,
  createdAt: row.createdAt,
  waitingSince: row.waitingSince,
  // What began with our own words says nothing of it: they were the first reply.
  firstReplyAt: row.lastDirection === "out" ? row.createdAt : null,
  lastDirection: row.lastDirection,
});

/**
 * What the concern was at each moment at which it changed. Entries of one moment are one change. Empty: the log does not know how it began. `tierId`: of its customer
 * as they are today, because the log of a concern does not tell it.
 */
export const momentsOf = (entries: readonly PastEntry[], tierId: string | null): readonly Moment[] => {
  const moments: Moment[] = [];
  let known: Facts | null = null;
  for (const { at, kind, data } of entries) {
    const facts = factsAfter(known, kind, data, tierId);
    if (facts === null) continue;
    known = facts;
    if (moments.at(-1)?.at === at) moments.pop();
    moments.push({ at, facts });
  }
  return moments;
};

const factsAfter = (
  before: Facts | null,
  kind: PastEntry["kind"],
  data: unknown,
  tierId: string | null,
): Facts | null => {
  if (kind === "concern.created") return factsOf((data as EventData<"concern.created">).row, tierId);
  if (before === null) return null;
  return kind === "concern.firstReply"
    ? { ...before, firstReplyAt: (data as EventData<"concern.firstReply">).at }
    : withPatch(before, (data as EventData<"concern.changed">).patch);
};

const factKeys = [
  "status",
  "priority",
  "topicId",
  "channels",
  "waitingSince",
  "lastDirection",
] as const satisfies readonly (keyof Facts)[];

const withPatch = (facts: Facts, patch: EventData<"concern.changed">["patch"]): Facts => {
  const next: Record<string, unknown> = { ...facts };
  for (const key of factKeys) if (patch[key] !== undefined) next[key] = patch[key];
  return next as unknown as Facts;
};

/** The concern's promises as if this book had always been there, up to its last change; null: the log does not know how it began. */
export const retoldPromises = (book: Book, entries: readonly PastEntry[], tierId: string | null): Stepped | null => {
  let last: Stepped | null = null;
  for (const { at, facts } of momentsOf(entries, tierId))
    last = step({ book, kept: last?.kept ?? null, facts, missed: last?.missed ?? [], at });
  return last;
};

/** For each promise: how often it would have been kept, missed, and how many run on. */
export type Tally = Record<PromiseKind, { kept: number; missed: number; running: number }>;

export const emptyTally = (): Tally => ({
  firstReply: { kept: 0, missed: 0, running: 0 },
  nextReply: { kept: 0, missed: 0, running: 0 },
  resolution: { kept: 0, missed: 0, running: 0 },
});

/** Adds what a book would have made of a concern until now; gives the rule that fits it now. */
export const countPast = (
  tally: Tally,
  book: Book,
  { entries, tierId }: { readonly entries: readonly PastEntry[]; readonly tierId: string | null },
  now: string,
): Kept["ruleId"] => {
  const moments = momentsOf(entries, tierId);
  const last = moments.at(-1);
  if (last === undefined) return null;
  let kept: Kept | null = null;
  for (const { at, facts } of [...moments, { at: now, facts: last.facts }]) {
    const stepped: Stepped = step({ book, kept, facts, missed: [], at });
    for (const one of stepped.happened)
      if (one.what === "kept") tally[one.promise].kept += 1;
      else if (one.what === "missed") tally[one.promise].missed += 1;
    ({ kept } = stepped);
  }
  const rule = book.rules.find(({ id }) => id === kept?.ruleId);
  for (const kind of promiseKinds) {
    const clock = kept?.clocks.find((one) => one.kind === kind);
    if (clock?.endedAt === null && !clock.missed && rule !== undefined && rule.targets[kind] !== null)
      tally[kind].running += 1;
  }
  return kept?.ruleId ?? null;
};
