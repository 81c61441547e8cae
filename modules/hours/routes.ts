// HTTP for opening hours. server/app.ts joins them to the other routes.
import { seesBrand } from "#contract/actor.ts";
import { answer, type Route } from "#contract/endpoint.ts";
import { openingHours } from "#contract/hours.ts";
import { allChannels } from "#modules/brands/reads.ts";
import { setHours } from "#modules/hours/actions.ts";
import { allHours } from "#modules/hours/reads.ts";
import type { World } from "#platform/world.ts";

/** Routes of opening hours. An agent sees those of the brands they serve. */
export const hoursRoutes: readonly Route<World>[] = [
  answer<World, typeof openingHours.list>(openingHours.list, async (world, who) => {
    const channels = await allChannels(world.db);
    return (await allHours(world.db)).filter(({ owner }) => {
      const brandId = owner.kind === "brand" ? owner.id : channels.find(({ id }) => id === owner.id)?.brandId;
      return brandId !== undefined && seesBrand(who, brandId);
    });
  }),
  answer<World, typeof openingHours.set>(openingHours.set, (world, who, { body }) => setHours(world, who, body)),
];
