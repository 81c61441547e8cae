// The only writer of opening hours. Called by hours/routes.ts and the demo world.
import type { Who } from "#contract/actor.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import type { Hours, HoursOwner } from "#contract/hours.ts";
import { say } from "#modules/audit/actions.ts";
import { judgeHours } from "#modules/hours/model.ts";
import { brandsOfOwners } from "#modules/hours/reads.ts";
import { keepCalendars, putHours } from "#modules/hours/store.ts";
import type { World } from "#platform/world.ts";

/**
 * Sets when a brand or channel is open; null: none of its own. Refuses with notFound (no such brand or channel, or calendar), hoursZone, hoursEmpty, hoursOverlap,
 * hoursIntoNext, hoursDays or hoursTwice (the day is named: "weekly.0", "exceptions.2", "holidays.own.1").
 */
export const setHours = (
  world: Pick<World, "db" | "now" | "wake">,
  who: Who,
  input: { readonly owner: HoursOwner; readonly hours: Hours | null },
): Promise<{ readonly owner: HoursOwner; readonly hours: Hours | null } | Refusal> =>
  world.db.transaction(async (tx) => {
    const { owner } = input;
    const [brandId] = await brandsOfOwners(tx, [owner]);
    if (!brandId) return refuse("notFound", {}, "owner");
    const hours = input.hours === null ? null : judgeHours(input.hours);
    if (hours !== null && "refused" in hours) return hours;
    const named = hours?.holidays?.calendars ?? [];
    if ((await keepCalendars(tx, named)).length < named.length) return refuse("notFound", {}, "holidays.calendars");
    await putHours(tx, owner, hours);
    await say(world, tx, who, [{ kind: "hours.changed", brandId, data: { owner, hours } }]);
    return { owner, hours };
  });
