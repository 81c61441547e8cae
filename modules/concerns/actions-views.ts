// Writers of an agent's own views, and the job that keeps the counters short. Called by concerns/routes-lists.ts and by a job of the server.
import type { AgentActor } from "#contract/actor.ts";
import type { ListFilter, View } from "#contract/concerns.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import type { ViewId } from "#contract/ids.ts";
import { say } from "#modules/audit/actions.ts";
import { deleteView, foldTallyRows, insertView, vacuumTally } from "#modules/concerns/store-views.ts";
import type { World } from "#platform/world.ts";

type Acting = Pick<World, "db" | "now" | "newId" | "wake">;

/** Enough for anybody, and the counters stay one cheap statement. */
const mostViews = 40;

/** Keeps a filter under a name, behind the agent's other views. Its counter is not known yet (null). Refuses the forty-first with invalidInput. */
export const saveView = (
  world: Acting,
  who: AgentActor,
  input: { readonly name: string; readonly filter: ListFilter },
): Promise<View | Refusal> =>
  world.db.transaction(async (tx) => {
    const view = { id: world.newId(), name: input.name, filter: input.filter };
    if (!(await insertView(tx, { ...view, agentId: who.id }, mostViews)))
      return refuse("invalidInput", { most: mostViews });
    await say(world, tx, who, [{ kind: "view.changed", data: { agentId: who.id } }]);
    return { ...view, key: null, count: null };
  });

/** Forgets one of the agent's own views. */
export const removeView = (world: Acting, who: AgentActor, id: ViewId): Promise<{ done: true } | Refusal> =>
  world.db.transaction(async (tx) => {
    if (!(await deleteView(tx, who.id, id))) return refuse("notFound");
    await say(world, tx, who, [{ kind: "view.changed", data: { agentId: who.id } }]);
    return { done: true };
  });

/** Folds the rows that changes of concerns have appended to the counters. To be run every few seconds; says how many rows went. */
export const foldTally = async (world: Pick<World, "db">): Promise<number> => {
  const gone = await world.db.transaction(foldTallyRows);
  if (gone >= 500) await vacuumTally(world.db);
  return gone;
};
