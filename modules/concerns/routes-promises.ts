// HTTP for what promise rules would have made of past concerns. server/app.ts joins it to the other routes.
import { answer, type Route } from "#contract/endpoint.ts";
import { promises } from "#contract/promises.ts";
import { forecastFor } from "#modules/concerns/reads-promises.ts";
import type { World } from "#platform/world.ts";

export const forecastRoutes: readonly Route<World>[] = [
  answer<World, typeof promises.forecast>(promises.forecast, (world, _who, { body }) => forecastFor(world, body.rules)),
];
