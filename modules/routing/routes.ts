// HTTP for one's own work and for where concerns stand. server/app.ts joins them to the other routes; wishes are answered by server/routing.ts, which waits for the leader.
import { answer, type Route } from "#contract/endpoint.ts";
import { routing } from "#contract/routing-endpoints.ts";
import { dispose } from "#modules/routing/actions.ts";
import { myWork, waitingOf, workOn } from "#modules/routing/reads.ts";
import type { World } from "#platform/world.ts";

/** Routes of routing for agents. */
export const workRoutes: readonly Route<World>[] = [
  answer<World, typeof routing.mine>(routing.mine, (world, who) => myWork(world, who)),
  answer<World, typeof routing.ofConcern>(routing.ofConcern, (world, who, { params }) => workOn(world, who, params.id)),
  answer<World, typeof routing.waiting>(routing.waiting, (world, who, { params }) => waitingOf(world, who, params.id)),
  answer<World, typeof routing.dispose>(routing.dispose, (world, who, { params, body }) =>
    dispose(world, who, { id: params.id, dispositionId: body.dispositionId }),
  ),
];
