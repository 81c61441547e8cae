// HTTP for opening hours. server/app.ts joins them to the other routes.
import { seesBrand } from "#contract/actor.ts";
import { answer, type Route } from "#contract/endpoint.ts";
import { calendars } from "#contract/calendars.ts";
import { openingHours } from "#contract/hours.ts";
import { setHours } from "#modules/hours/actions.ts";
import { addCalendar, changeCalendar, removeCalendar } from "#modules/hours/actions-calendars.ts";
import { brandsOfOwners, calendarsFor, hoursAsSet } from "#modules/hours/reads.ts";
import type { World } from "#platform/world.ts";

/** Routes of opening hours. An agent sees those of the brands they serve. */
export const hoursRoutes: readonly Route<World>[] = [
  answer<World, typeof openingHours.list>(openingHours.list, async (world, who) => {
    const all = await hoursAsSet(world.db);
    const brands = await brandsOfOwners(
      world.db,
      all.map(({ owner }) => owner),
    );
    return all.filter((_, index) => {
      const brandId = brands[index];
      return brandId && seesBrand(who, brandId);
    });
  }),
  answer<World, typeof openingHours.set>(openingHours.set, (world, who, { body }) => setHours(world, who, body)),
  answer<World, typeof calendars.list>(calendars.list, (world) => calendarsFor(world.db, world.now())),
  answer<World, typeof calendars.create>(calendars.create, (world, who, { body }) => addCalendar(world, who, body)),
  answer<World, typeof calendars.change>(calendars.change, (world, who, { params, body }) =>
    changeCalendar(world, who, params.id, body),
  ),
  answer<World, typeof calendars.remove>(calendars.remove, (world, who, { params }) =>
    removeCalendar(world, who, params.id),
  ),
];
