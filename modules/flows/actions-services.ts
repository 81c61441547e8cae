// The only writer of services that flows may ask. Called by flows/routes.ts and the demo world.
import type { Who } from "#contract/actor.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import type { Service, ServiceInput } from "#contract/flow-endpoints.ts";
import type { ServiceId } from "#contract/ids.ts";
import { say } from "#modules/audit/actions.ts";
import { asShown, headersToKeep, type KeptService } from "#modules/flows/model-services.ts";
import { deleteService, flowsAsking, lockService, putService } from "#modules/flows/store.ts";
import { breaksUnique, type Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

type Acting = Pick<World, "db" | "now" | "newId" | "wake" | "seal">;

/** Connects a service. Refuses with nameTaken, and invalidInput (a header without a value; it is named). */
export const addService = (world: Acting, who: Who, input: ServiceInput): Promise<Service | Refusal> =>
  named(() => world.db.transaction((tx) => keep(world, tx, who, world.newId() as ServiceId, input, null)));

/**
 * Changes a service. A secret that is left null stays, but only while scheme, host and port of the address stay the same (secretElsewhere). Refuses with notFound, nameTaken,
 * invalidInput (a header without a value), and serviceUsed (it is named otherwise while flows ask it by its name).
 */
export const changeService = (
  world: Acting,
  who: Who,
  id: ServiceId,
  input: ServiceInput,
): Promise<Service | Refusal> =>
  named(() =>
    world.db.transaction(async (tx) => {
      const before = await lockService(tx, id);
      if (before === null) return refuse("notFound");
      if (before.name !== input.name) {
        const used = await usedBy(tx, before.name);
        if (used !== null) return used;
      }
      return keep(world, tx, who, id, input, before);
    }),
  );

/** Disconnects a service. Refuses with notFound, and serviceUsed (flows ask it). */
export const removeService = (world: Acting, who: Who, id: ServiceId): Promise<{ readonly done: true } | Refusal> =>
  world.db.transaction(async (tx) => {
    const before = await lockService(tx, id);
    if (before === null) return refuse("notFound");
    const used = await usedBy(tx, before.name);
    if (used !== null) return used;
    await deleteService(tx, id);
    await say(world, tx, who, [{ kind: "service.removed", data: { serviceId: id, name: before.name } }]);
    return { done: true };
  });

const usedBy = async (tx: Tx, name: string): Promise<Refusal | null> => {
  const names = await flowsAsking(tx, name);
  return names.length === 0 ? null : refuse("serviceUsed", { names: names.slice(0, 5).join(", ") }, "name");
};

const keep = async (
  world: Acting,
  tx: Tx,
  who: Who,
  id: ServiceId,
  input: ServiceInput,
  before: KeptService | null,
): Promise<Service | Refusal> => {
  const judged = headersToKeep(input, before, world.seal);
  if ("missing" in judged) {
    const field = `headers.${judged.missing}.value`;
    return judged.moved ? refuse("secretElsewhere", {}, field) : refuse("invalidInput", {}, field);
  }
  const service: KeptService = { id, name: input.name, url: input.url, on: input.on, headers: judged.headers };
  await putService(tx, service);
  await say(world, tx, who, [{ kind: "service.changed", data: { serviceId: id, name: input.name } }]);
  return asShown(service);
};

const named = async <T>(work: () => Promise<T>): Promise<T | Refusal> => {
  try {
    return await work();
  } catch (error) {
    if (breaksUnique(error, "flow_service_name")) return refuse("nameTaken", {}, "name");
    throw error;
  }
};
