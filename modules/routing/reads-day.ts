// When today began, for everything that is counted by the day. Called by routing's reads.
import { dayAfter, instantOf, isTimeZone, wallAt } from "#lib/timeZone.ts";
import { allHours } from "#modules/hours/reads.ts";
import type { Tx } from "#platform/db/db.ts";

/** At midnight of the clock that the first brand with opening hours goes by, or UTC's where none has any. */
export const dayBegan = async (tx: Tx, now: Date): Promise<Date> => {
  const [first] = await allHours(tx);
  const zone = first !== undefined && isTimeZone(first.hours.timeZone) ? first.hours.timeZone : "UTC";
  const { day } = wallAt(now.getTime(), zone);
  const began = instantOf({ day, minute: 0 }, zone);
  // Where midnight comes twice, the second one is past the first.
  return new Date(began <= now.getTime() ? began : instantOf({ day: dayAfter(day, -1), minute: 0 }, zone));
};
