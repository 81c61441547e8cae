// What others may read of the event log: live feed, reactions, history.
import type { AnyEvent } from "#contract/events.ts";
import { between, horizon, ofConcern } from "#modules/audit/store.ts";
import type { Tx } from "#platform/db/db.ts";

/** The next entries after a number, in commit order; none is ever skipped (proved by test/journeys/events.test.ts). `upTo`: where to go on. */
export const eventsAfter = async (
  tx: Tx,
  after: number,
  limit: number,
): Promise<{ events: AnyEvent[]; upTo: number }> => {
  const last = await horizon(tx);
  if (last <= after) return { events: [], upTo: after };
  const events = await between(tx, after, last, limit);
  return { events, upTo: events.length < limit ? last : (events.at(-1)?.seq ?? last) };
};

export { horizon, ofConcern };
