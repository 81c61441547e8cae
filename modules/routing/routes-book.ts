// HTTP for how routing is set up. server/app.ts joins it to the other routes.
import { answer, type Route } from "#contract/endpoint.ts";
import { routing } from "#contract/routing-endpoints.ts";
import { setAgentWork, setBook } from "#modules/routing/actions-book.ts";
import { agentWorks, bookFor } from "#modules/routing/reads-book.ts";
import { previewOf } from "#modules/routing/reads-preview.ts";
import type { World } from "#platform/world.ts";

/** Routes of the routing book and of what agents are set up for. */
export const routingBookRoutes: readonly Route<World>[] = [
  answer<World, typeof routing.book>(routing.book, (world) => bookFor(world)),
  answer<World, typeof routing.setBook>(routing.setBook, (world, who, { body }) => setBook(world, who, body)),
  answer<World, typeof routing.preview>(routing.preview, (world, _who, { body }) => previewOf(world, body)),
  answer<World, typeof routing.agentWork>(routing.agentWork, (world) => agentWorks(world)),
  answer<World, typeof routing.setAgentWork>(routing.setAgentWork, (world, who, { params, body }) =>
    setAgentWork(world, who, params.id, body),
  ),
];
