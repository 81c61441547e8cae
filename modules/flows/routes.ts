// HTTP for flows as they are written and the services they may ask. server/app.ts joins them to the other routes.
import { answer, type Route } from "#contract/endpoint.ts";
import { refuse } from "#contract/errors.ts";
import { flows } from "#contract/flow-endpoints.ts";
import { changeFlow, createFlow, publishFlow, removeFlow, rollBackFlow } from "#modules/flows/actions.ts";
import { addService, changeService, removeService } from "#modules/flows/actions-services.ts";
import { step } from "#modules/flows/model.ts";
import { spoken } from "#modules/flows/model-render.ts";
import type { Looked, Looking } from "#modules/flows/model-services.ts";
import { findingsOf, flowFor, flowsFor, serviceById, servicesFor, versionFor } from "#modules/flows/reads.ts";
import { numbersFor } from "#modules/flows/reads-numbers.ts";
import type { World } from "#platform/world.ts";

/** A world that can ask connected services: `server/look-ups.ts`. */
export type AskingWorld = World & { readonly lookUp: (looking: Looking, key: string) => Promise<Looked> };

const tryMs = 10_000;
/** Of an answer, in characters: what the contract carries. */
const mostShown = 20_000;

const triedAs = (looked: Looked) => ({
  became: looked.became,
  status: looked.status,
  reason: looked.became === "failed" ? looked.reason : null,
  body: looked.became === "found" ? JSON.stringify(looked.body, null, 2).slice(0, mostShown).toWellFormed() : "",
});

/** Routes of flows. */
export const flowRoutes: readonly Route<AskingWorld>[] = [
  answer<AskingWorld, typeof flows.list>(flows.list, (world) => flowsFor(world)),
  answer<AskingWorld, typeof flows.one>(flows.one, (world, _who, { params }) => flowFor(world, params.id)),
  answer<AskingWorld, typeof flows.versionOf>(flows.versionOf, (world, _who, { params }) =>
    versionFor(world, params.id, params.number),
  ),
  answer<AskingWorld, typeof flows.create>(flows.create, (world, who, { body }) => createFlow(world, who, body)),
  answer<AskingWorld, typeof flows.change>(flows.change, (world, who, { params, body }) =>
    changeFlow(world, who, params.id, body),
  ),
  answer<AskingWorld, typeof flows.remove>(flows.remove, (world, who, { params }) => removeFlow(world, who, params.id)),
  answer<AskingWorld, typeof flows.publish>(flows.publish, (world, who, { params, body }) =>
    publishFlow(world, who, params.id, body),
  ),
  answer<AskingWorld, typeof flows.rollBack>(flows.rollBack, (world, who, { params, body }) =>
    rollBackFlow(world, who, params.id, body),
  ),
  answer<AskingWorld, typeof flows.check>(flows.check, async (world, _who, { body }) => ({
    findings: await findingsOf(world.db, body.document),
  })),
  answer<AskingWorld, typeof flows.attempt>(flows.attempt, async (world, _who, { body }) => {
    const surroundings = { ...body.surroundings, now: world.now().toISOString() };
    const { state, outputs } = step(body.document, body.state, body.input, surroundings);
    const showing = { medium: surroundings.medium, language: state.language, zone: surroundings.zone };
    return { state, outputs: [...outputs], words: outputs.map((output) => spoken(output, showing)) };
  }),
  answer<AskingWorld, typeof flows.numbers>(flows.numbers, (world, _who, { params, query }) =>
    numbersFor(world, params.id, query),
  ),
  answer<AskingWorld, typeof flows.services>(flows.services, (world) => servicesFor(world)),
  answer<AskingWorld, typeof flows.addService>(flows.addService, (world, who, { body }) =>
    addService(world, who, body),
  ),
  answer<AskingWorld, typeof flows.changeService>(flows.changeService, (world, who, { params, body }) =>
    changeService(world, who, params.id, body),
  ),
  answer<AskingWorld, typeof flows.removeService>(flows.removeService, (world, who, { params }) =>
    removeService(world, who, params.id),
  ),
  answer<AskingWorld, typeof flows.tryService>(flows.tryService, async (world, _who, { params, body }) => {
    const service = await serviceById(world.db, params.id);
    if (service === null) return refuse("notFound");
    const asked = { service: service.name, method: "GET" as const, path: body.path, body: null, timeoutMs: tryMs };
    return triedAs(await world.lookUp(asked, `try-${world.newId()}`));
  }),
];
