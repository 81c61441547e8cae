// How flows do: what became of their dialogues, and which ways were taken. Called by flows/reads.ts and flows/routes.ts.
import type { Result } from "#contract/endpoint.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import type { FlowRow, flows } from "#contract/flow-endpoints.ts";
import type { FlowId } from "#contract/ids.ts";
import { endings, tallies, waysTaken } from "#modules/flows/store-numbers.ts";
import { flowById } from "#modules/flows/store.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

const dayMs = 86_400_000;
/** As lists have them. */
const listDays = 30;

const since = (world: Pick<World, "now">, days: number): string =>
  new Date(world.now().getTime() - days * dayMs).toISOString();

type Counts = Pick<FlowRow, "running" | "begun" | "solved" | "handedOver" | "left">;
const none: Counts = { running: 0, begun: 0, solved: 0, handedOver: 0, left: 0 };

/** What became of a flow's dialogues in the last 30 days; a wish to be called counts as handed over. */
export const countsByFlow = async (world: Pick<World, "now">, tx: Tx): Promise<(flowId: FlowId) => Counts> => {
  const known = new Map((await tallies(tx, since(world, listDays))).map(({ flowId, ...counts }) => [flowId, counts]));
  return (flowId) => known.get(flowId) ?? none;
};

/** Of all a flow's dialogues in the last days: the ways they took, where they stopped, and how they ended ("running": not yet). Refuses with notFound. */
export const numbersFor = async (
  world: Pick<World, "db" | "now">,
  flowId: FlowId,
  { days, version = null }: { readonly days: number; readonly version?: number | null | undefined },
): Promise<Result<typeof flows.numbers> | Refusal> => {
  if ((await flowById(world.db, flowId)) === null) return refuse("notFound");
  const counted = { flowId, since: since(world, days), version };
  const [ended, ways] = await Promise.all([endings(world.db, counted), waysTaken(world.db, counted)]);
  const stopped = new Map<string, { left: number; human: number }>();
  for (const { step, what, count } of ways) {
    if (what !== "left" && what !== "human") continue;
    const at = stopped.get(step) ?? { left: 0, human: 0 };
    stopped.set(step, { ...at, [what]: at[what] + count });
  }
  return {
    begun: ended.reduce((sum, { count }) => sum + count, 0),
    ways: ways.filter(({ what }) => what === "way").map(({ step, exit, count }) => ({ step, exit, count })),
    stopped: [...stopped].map(([step, at]) => ({ step, ...at })),
    ended: ended.map(({ over, ...rest }) => ({ ...rest, over: over ?? "running" })),
  };
};
