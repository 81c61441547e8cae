// HTTP for promise rules; what they would have made of past concerns is concerns/routes-promises.ts. server/app.ts joins them to the other routes.
import { answer, type Route } from "#contract/endpoint.ts";
import { promises } from "#contract/promises.ts";
import { setRules } from "#modules/promises/actions.ts";
import { rulesFor } from "#modules/promises/reads.ts";
import type { World } from "#platform/world.ts";

/** Routes of promise rules. */
export const promiseRoutes: readonly Route<World>[] = [
  answer<World, typeof promises.rules>(promises.rules, (world) => rulesFor(world)),
  answer<World, typeof promises.setRules>(promises.setRules, (world, who, { body }) => setRules(world, who, body)),
];
