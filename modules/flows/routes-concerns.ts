// HTTP for flows in concerns: what they came to, sending one, stopping one. server/app.ts joins them to the other routes.
import { answer, type Route } from "#contract/endpoint.ts";
import { isRefusal } from "#contract/errors.ts";
import { flows } from "#contract/flow-endpoints.ts";
import { sendFlow, stopFlow } from "#modules/flows/actions-concerns.ts";
import type { FlowWorld } from "#modules/flows/ground.ts";
import { flowsForConcern, flowsOfConcern, shownRun } from "#modules/flows/cards.ts";

/** Routes of flows in concerns. */
export const concernFlowRoutes: readonly Route<FlowWorld>[] = [
  answer<FlowWorld, typeof flows.ofConcern>(flows.ofConcern, (world, who, { params }) =>
    flowsOfConcern(world, who, params.id),
  ),
  answer<FlowWorld, typeof flows.sendable>(flows.sendable, (world, who, { params }) =>
    flowsForConcern(world, who, params.id),
  ),
  answer<FlowWorld, typeof flows.send>(flows.send, async (world, who, { params, body }) => {
    const run = await sendFlow(world, who, { id: params.id, ...body });
    return isRefusal(run) ? run : shownRun(world, run);
  }),
  answer<FlowWorld, typeof flows.stop>(flows.stop, (world, who, { params }) => stopFlow(world, who, params.id)),
];
