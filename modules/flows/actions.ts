// The only writer of flows as they are written: drafts, versions. Called by flows/routes.ts and the demo world.
import type { Who } from "#contract/actor.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import type { EventData } from "#contract/events.ts";
import type { Flow } from "#contract/flow-endpoints.ts";
import { flowDocument, type FlowDocument } from "#contract/flows.ts";
import type { FlowId } from "#contract/ids.ts";
import { stable } from "#lib/stable.ts";
import { say } from "#modules/audit/actions.ts";
import { findingsOf, flowOf } from "#modules/flows/reads.ts";
import { documentOf, insertVersion, lockFlow, putFlow, removeFlowRow, type KeptFlow } from "#modules/flows/store.ts";
import { breaksUnique, type Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

type Acting = Pick<World, "db" | "now" | "newId" | "wake">;

const emptyDocument: FlowDocument = {
  form: 1,
  languages: ["de", "en"],
  start: null,
  steps: [],
  entries: [],
  restHours: 24,
};

/** Begins a flow, empty or from a document; nobody meets it before it is published. Refuses with nameTaken (the key). */
export const createFlow = (
  world: Acting,
  who: Who,
  input: { readonly key: string; readonly name: string; readonly document: FlowDocument | null },
): Promise<Flow | Refusal> =>
  keyed(() =>
    world.db.transaction(async (tx) => {
      const { key, name, document } = input;
      const draft = document ?? emptyDocument;
      const kept = { id: world.newId() as FlowId, key, name, on: true, version: 1, draft, published: null };
      await putFlow(tx, kept);
      return told(world, tx, who, kept, "created");
    }),
  );

/**
 * Keeps a draft, name, key, and whether it is on. `version`: of the draft that was changed; refuses staleVersion when it has another by now, notFound, and nameTaken (the
 * key). The same again says nothing.
 */
export const changeFlow = (
  world: Acting,
  who: Who,
  id: FlowId,
  input: Pick<KeptFlow, "key" | "name" | "on" | "draft" | "version">,
): Promise<Flow | Refusal> =>
  keyed(() =>
    world.db.transaction(async (tx) => {
      const before = await lockFlow(tx, id);
      if (before === null) return refuse("notFound");
      const { key, name, on, draft, version } = input;
      const kept = { ...before, key, name, on, draft };
      // Whoever keeps the same twice, because an answer got lost, is not told that somebody else was faster.
      if (stable(kept) === stable(before)) return flowOf(tx, before);
      if (before.version !== version) return refuse("staleVersion");
      const next = { ...kept, version: version + 1 };
      await putFlow(tx, next);
      return told(world, tx, who, next, "changed");
    }),
  );

/** Takes a flow away: nobody begins it any more; what is under way goes on by its version. Its key is free. Refuses with notFound. */
export const removeFlow = (world: Acting, who: Who, id: FlowId): Promise<{ readonly done: true } | Refusal> =>
  world.db.transaction(async (tx) => {
    const before = await lockFlow(tx, id);
    if (before === null) return refuse("notFound");
    await removeFlowRow(tx, id, world.now().toISOString());
    await say(world, tx, who, [{ kind: "flow.removed", data: { flowId: id, name: before.name } }]);
    return { done: true };
  });

/**
 * Publishes the draft of that version: whoever begins from now on has it. Refuses with notFound, staleVersion (another draft than was looked at), and flowHasErrors (so
 * many). A draft that is published already gets no second number.
 */
export const publishFlow = (
  world: Acting,
  who: Who,
  id: FlowId,
  input: { readonly version: number; readonly note: string },
): Promise<Flow | Refusal> =>
  world.db.transaction(async (tx) => {
    const before = await lockFlow(tx, id);
    if (before === null) return refuse("notFound");
    if (before.version !== input.version) return refuse("staleVersion");
    const errors = (await findingsOf(tx, before.draft)).filter(({ level }) => level === "error");
    if (errors.length > 0) return refuse("flowHasErrors", { count: errors.length });
    if (before.published !== null) {
      const runs = await documentOf(tx, id, before.published);
      if (stable(runs) === stable(before.draft)) return flowOf(tx, before);
    }
    const number = await insertVersion(tx, id, {
      document: flowDocument.parse(before.draft),
      at: world.now().toISOString(),
      by: who.kind === "agent" ? who.id : null,
      byName: who.name,
      note: input.note,
    });
    const next = { ...before, published: number };
    await putFlow(tx, next);
    return told(world, tx, who, next, "published");
  });

/** Lets an older version run again for who begins from now on; the draft stays. Refuses with notFound (also the number). */
export const rollBackFlow = (
  world: Acting,
  who: Who,
  id: FlowId,
  input: { readonly number: number },
): Promise<Flow | Refusal> =>
  world.db.transaction(async (tx) => {
    const before = await lockFlow(tx, id);
    if (before === null) return refuse("notFound");
    if ((await documentOf(tx, id, input.number)) === null) return refuse("notFound", {}, "number");
    if (before.published === input.number) return flowOf(tx, before);
    const next = { ...before, published: input.number };
    await putFlow(tx, next);
    return told(world, tx, who, next, "rolledBack");
  });

const told = async (
  world: Acting,
  tx: Tx,
  who: Who,
  { id, name, published, ...rest }: KeptFlow,
  what: EventData<"flow.changed">["what"],
): Promise<Flow> => {
  await say(world, tx, who, [{ kind: "flow.changed", data: { flowId: id, name, what, published } }]);
  return flowOf(tx, { id, name, published, ...rest });
};

const keyed = async (work: () => Promise<Flow | Refusal>): Promise<Flow | Refusal> => {
  try {
    return await work();
  } catch (error) {
    if (breaksUnique(error, "flow_key")) return refuse("nameTaken", {}, "key");
    throw error;
  }
};
