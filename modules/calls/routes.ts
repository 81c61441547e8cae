// HTTP for calls that are shown. server/app.ts joins them to the other routes; what is done with a call is answered by server/switchboard*.ts.
import { calls } from "#contract/call-endpoints.ts";
import { answer, type Route } from "#contract/endpoint.ts";
import { callsFor, callsOfConcern } from "#modules/calls/reads.ts";
import type { World } from "#platform/world.ts";

/** Routes that read calls. */
export const callReadRoutes: readonly Route<World>[] = [
  answer<World, typeof calls.living>(calls.living, (world, who) => callsFor(world.db, who)),
  answer<World, typeof calls.ofConcern>(calls.ofConcern, (world, who, { params }) =>
    callsOfConcern(world.db, who, params.id),
  ),
];
