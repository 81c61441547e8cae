// HTTP for opening hours. server/app.ts joins them to the other routes.
import { seesBrand } from "#contract/actor.ts";
import { answer, type Route } from "#contract/endpoint.ts";
import { calendars } from "#contract/calendars.ts";
import { openingHours } from "#contract/hours.ts";
import { setHours } from "#modules/hours/actions.ts";
import { addCalendar, changeCalendar, removeCalendar } from "#modules/hours/actions-calendars.ts";
import {
  addCalendarFrom,
  changeCalendarFrom,
  fetchCalendarNow,
  type FetchingWorld,
} from "#modules/hours/actions-fetching.ts";
import { brandsOfOwners, calendarsFor, hoursAsSet } from "#modules/hours/reads.ts";

/** Routes of opening hours. An agent sees those of the brands they serve. */
export const hoursRoutes: readonly Route<FetchingWorld>[] = [
  answer<FetchingWorld, typeof openingHours.list>(openingHours.list, async (world, who) => {
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
  answer<FetchingWorld, typeof openingHours.set>(openingHours.set, (world, who, { body }) =>
    setHours(world, who, body),
  ),
  answer<FetchingWorld, typeof calendars.list>(calendars.list, (world) => calendarsFor(world.db, world.now())),
  answer<FetchingWorld, typeof calendars.create>(calendars.create, (world, who, { body }) =>
    "url" in body ? addCalendarFrom(world, who, body) : addCalendar(world, who, body),
  ),
  answer<FetchingWorld, typeof calendars.change>(calendars.change, (world, who, { params, body }) =>
    "url" in body ? changeCalendarFrom(world, who, params.id, body) : changeCalendar(world, who, params.id, body),
  ),
  answer<FetchingWorld, typeof calendars.fetch>(calendars.fetch, (world, who, { params }) =>
    fetchCalendarNow(world, who, params.id),
  ),
  answer<FetchingWorld, typeof calendars.remove>(calendars.remove, (world, who, { params }) =>
    removeCalendar(world, who, params.id),
  ),
];
