// HTTP for ratings at the desk; customers' pages are server/rating.ts. server/app.ts joins them to the other routes.
import { answer, type Route } from "#contract/endpoint.ts";
import { ratings } from "#contract/ratings.ts";
import { setRatingRule } from "#modules/ratings/actions.ts";
import { ratingOf, ruleFor } from "#modules/ratings/reads.ts";
import type { World } from "#platform/world.ts";

/** Routes of ratings. */
export const ratingRoutes: readonly Route<World>[] = [
  answer<World, typeof ratings.ofConcern>(ratings.ofConcern, (world, who, { params }) =>
    ratingOf(world, who, params.id),
  ),
  answer<World, typeof ratings.rule>(ratings.rule, (world, who, { params }) => ruleFor(world, who, params.id)),
  answer<World, typeof ratings.setRule>(ratings.setRule, (world, who, { params, body }) =>
    setRatingRule(world, who, params.id, body),
  ),
];
