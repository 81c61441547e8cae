// Who waits for an answer now, and how long others waited. Kept by server/chat-now.ts, which asks for all brands at once.
import { likeNowMs, measuredDays, type Measured, type Queued } from "#modules/concerns/model-waiting.ts";
import { measuredRows, queueRows } from "#modules/concerns/store-waiting.ts";
import type { Tx } from "#platform/db/db.ts";

type ByBrand<T> = ReadonlyMap<string, readonly T[]>;

/** Concerns with a channel of this kind that wait for an answer, by brand; the longest wait first. */
export const queuesOf = async (tx: Tx, kind: string): Promise<ByBrand<Queued>> =>
  Map.groupBy(await queueRows(tx, kind), ({ brandId }) => brandId);

/** How long the first answer took in the last days at this time of day, by brand. */
export const measuredAt = async (tx: Tx, kind: string, now: Date): Promise<ByBrand<Measured>> => {
  const from = new Date(now.getTime() - measuredDays * 86_400_000).toISOString();
  return Map.groupBy(await measuredRows(tx, kind, from, now.toISOString(), likeNowMs), ({ brandId }) => brandId);
};
