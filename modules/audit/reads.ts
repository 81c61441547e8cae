// What others may read of the event log: live feed, reactions, history.
import type { AnyEvent, EventKind } from "#contract/events.ts";
import {
  actedAfter,
  after,
  entryFrom,
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
export { actsBetween, concernsBetween, newestConcerns, pastsOf, type Act } from "#modules/audit/store.ts";

/**
 * The number of the first entry that is not earlier than an instant, as nearly as the log is in the order of time: transactions that overlap are not, by
 * as long as they last. Found by halving, some twenty short questions.
 */
export const numberAt = async (tx: Tx, at: string): Promise<number> => {
  let low = 1;
  let high = (await horizon(tx)) + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const entry = await entryFrom(tx, middle);
    if (entry === null || entry.at >= at) high = middle;
    else low = entry.seq + 1;
  }
  return low;
};
