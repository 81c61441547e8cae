// HTTP for who looks after the floor, and for wallboards. server/app.ts joins them to the other routes.
import { answer, type Route } from "#contract/endpoint.ts";
import { routing } from "#contract/routing-endpoints.ts";
import { addWallboard, lookAtWallboard, removeWallboard } from "#modules/routing/actions-wallboards.ts";
import { tell } from "#modules/routing/actions-words.ts";
import { allWallboards, floorSeenBy, sharedFloor } from "#modules/routing/reads-floor.ts";
import type { World } from "#platform/world.ts";

/** Routes of the floor. */
export const floorRoutes: readonly Route<World>[] = [
  answer<World, typeof routing.now>(routing.now, async (world, who) => floorSeenBy(who, await sharedFloor(world))),
  answer<World, typeof routing.tell>(routing.tell, (world, who, { body }) => tell(world, who, body)),
  answer<World, typeof routing.wallboards>(routing.wallboards, (world) => allWallboards(world.db)),
  answer<World, typeof routing.addWallboard>(routing.addWallboard, (world, who, { body }) =>
    addWallboard(world, who, body),
  ),
  answer<World, typeof routing.removeWallboard>(routing.removeWallboard, (world, who, { params }) =>
    removeWallboard(world, who, params.id),
  ),
  answer<World, typeof routing.wallboard>(routing.wallboard, (world, _who, { body }, call) =>
    lookAtWallboard(world, { token: body.token, remoteIp: call.remoteIp }),
  ),
];
