// What others may read of the event log: live feed, reactions, history.
import type { AnyEvent, EventKind } from "#contract/events.ts";
import {
  actedAfter,
  after,
  horizon,
  lastSeqOf,
  ofConcern,
  ofConcerns,
  tagsBefore,
  waitsSince,
} from "#modules/audit/store.ts";
import type { Tx } from "#platform/db/db.ts";

/**
 * The next entries after a number, in commit order; none is ever skipped (proved by test/journeys/events.test.ts). `upTo`: where to go on. `kinds`: of
 * others nothing is read.
 */
export const eventsAfter = async (
  tx: Tx,
  seq: number,
  limit: number,
  kinds: readonly EventKind[] | null = null,
): Promise<{ events: AnyEvent[]; upTo: number }> => {
  const rows = await after(tx, seq, limit, kinds);
  const end = rows[0]?.upTo ?? seq;
  const events = rows.flatMap(({ upTo: _upTo, ...event }) => (event.seq === null ? [] : [event as AnyEvent]));
  return { events, upTo: events.length < limit ? Math.max(end, seq) : (events.at(-1)?.seq ?? end) };
};

export { actedAfter, horizon, lastSeqOf, ofConcern, ofConcerns, tagsBefore, waitsSince };
