// HTTP for notices. server/app.ts joins them to the other routes.
import { seesBrand } from "#contract/actor.ts";
import { answer, type Route } from "#contract/endpoint.ts";
import { notices } from "#contract/notices.ts";
import { changeNotice, endNotice, showNotice } from "#modules/notices/actions.ts";
import { noticesFrom } from "#modules/notices/reads.ts";
import type { World } from "#platform/world.ts";

/** Routes of notices. An agent sees those of the brands they serve. */
export const noticeRoutes: readonly Route<World>[] = [
  answer<World, typeof notices.list>(notices.list, async (world, who) =>
    (await noticesFrom(world.db, world.now().toISOString())).filter(({ brandId }) => seesBrand(who, brandId)),
  ),
  answer<World, typeof notices.create>(notices.create, (world, who, { body }) => showNotice(world, who, body)),
  answer<World, typeof notices.change>(notices.change, (world, who, { params, body }) =>
    changeNotice(world, who, params.id, body),
  ),
  answer<World, typeof notices.remove>(notices.remove, (world, who, { params }) => endNotice(world, who, params.id)),
];
