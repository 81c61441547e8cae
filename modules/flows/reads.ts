// What others may read of flows as they are written, and of the services they may ask.
import { refuse, type Refusal } from "#contract/errors.ts";
import type { Flow, FlowRow, Service } from "#contract/flow-endpoints.ts";
import type { FlowDocument, FlowFinding } from "#contract/flows.ts";
import type { FlowId } from "#contract/ids.ts";
import { checkFlow } from "#modules/flows/model-check.ts";
import { countsByFlow } from "#modules/flows/reads-numbers.ts";
import { asShown } from "#modules/flows/model-services.ts";
import { allServices, documentOf, flowById, flowLines, versionsOf, type KeptFlow } from "#modules/flows/store.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

export { serviceById, serviceNamed } from "#modules/flows/store.ts";

/** What is wrong with a document, as things are now: it may name services that are not connected (any more). */
export const findingsOf = async (tx: Tx, document: FlowDocument): Promise<FlowFinding[]> =>
  checkFlow(document, { services: (await allServices(tx)).map(({ name }) => name) });

/** A kept flow as the desk shows it. */
export const flowOf = async (tx: Tx, kept: KeptFlow): Promise<Flow> => ({
  ...kept,
  findings: await findingsOf(tx, kept.draft),
  versions: await versionsOf(tx, kept.id),
});

/** All flows by name, with what became of them in the last 30 days. */
export const flowsFor = async (world: Pick<World, "db" | "now">): Promise<FlowRow[]> => {
  const counts = await countsByFlow(world, world.db);
  return (await flowLines(world.db)).map((line) => ({ ...line, ...counts(line.id) }));
};

/** A flow with its draft. Refuses with notFound. */
export const flowFor = async (world: Pick<World, "db">, id: FlowId): Promise<Flow | Refusal> => {
  const kept = await flowById(world.db, id);
  return kept === null ? refuse("notFound") : flowOf(world.db, kept);
};

/** A published version. Refuses with notFound. */
export const versionFor = async (
  world: Pick<World, "db">,
  id: FlowId,
  number: number,
): Promise<{ document: FlowDocument } | Refusal> => {
  const document = (await flowById(world.db, id)) === null ? null : await documentOf(world.db, id, number);
  return document === null ? refuse("notFound") : { document };
};

/** Services that flows may ask; secret values are null. */
export const servicesFor = async (world: Pick<World, "db">): Promise<Service[]> =>
  (await allServices(world.db)).map(asShown);
