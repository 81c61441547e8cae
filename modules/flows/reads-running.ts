// What others may read of running flows. Called by the chat, pages, routing and flows/routes.ts.
import type { FlowMedium } from "#contract/flows.ts";
import type { FlowSurroundings } from "#contract/flow-runs.ts";
import type { BrandId, ConcernId, FlowId, FlowRunId } from "#contract/ids.ts";
import { begins, offered } from "#modules/flows/model-entries.ts";
import type { Offered, RunRecord, RunSaid } from "#modules/flows/model-runs.ts";
import { entries, flowsOf, runById, speakingIn, runsHeld, runsIn, saidIn } from "#modules/flows/store-running.ts";
import type { Tx } from "#platform/db/db.ts";

/** A run; null: there is none (any more). */
export const runOf = (tx: Tx, runId: FlowRunId): Promise<RunRecord | null> => runById(tx, runId);

/** What was said in a run behind that place, in its order; the first thousand. */
export const saidOf = (tx: Tx, runId: FlowRunId, afterSeq: number): Promise<RunSaid[]> => saidIn(tx, runId, afterSeq);

/** Runs that are held by themselves by one of these, the newest 50 first; those that have become concerns are concerns, and those that are forgotten are none. */
export const runsOfHolder = (tx: Tx, holders: readonly string[]): Promise<RunRecord[]> => runsHeld(tx, holders);

/** Flows of a concern, the newest 20 first. */
export const runsOfConcern = (tx: Tx, concernId: ConcernId): Promise<RunRecord[]> => runsIn(tx, concernId);

/** What can be pressed at a brand in a medium now: what is offered because of a notice first, then by the order its authors gave. */
export const entriesFor = async (
  tx: Tx,
  brandId: BrandId,
  medium: FlowMedium,
  surroundings: Pick<FlowSurroundings, "open" | "notices">,
): Promise<Offered[]> => offered(await entries(tx), { brandId, medium, surroundings });

/** Which flow begins with these first words: one that has them among its entry's words, else one that begins with whatever is said; null: none. Asked by the chat and of mails' subjects. */
export const flowFor = async (
  tx: Tx,
  brandId: BrandId,
  medium: FlowMedium,
  surroundings: Pick<FlowSurroundings, "open" | "notices">,
  text: string,
): Promise<FlowId | null> => begins(await entries(tx), { brandId, medium, surroundings }, { text, topics: [] });

/** What routing has to know of a concern's flows: one speaks in it; and what the last that handed over asked for. */
export interface FlowWish {
  readonly speaks: boolean;
  readonly queueId: string | null;
  readonly skills: Readonly<Record<string, number>>;
}

/** Of these concerns; those in which no flow ever was are not among them. */
export const flowWishes = async (
  tx: Tx,
  concernIds: readonly ConcernId[],
): Promise<ReadonlyMap<ConcernId, FlowWish>> => {
  if (concernIds.length === 0) return new Map();
  return new Map(
    (await flowsOf(tx, concernIds)).map(({ concernId, over, ending }) => {
      const asked = ending?.as === "handedOver" || ending?.as === "callback" ? ending : null;
      const skills = asked?.as === "handedOver" ? asked.skills : [];
      return [
        concernId,
        {
          speaks: over === null,
          queueId: asked?.queueId ?? null,
          skills: Object.fromEntries(skills.map(({ skillId, level }) => [skillId, level])),
        },
      ];
    }),
  );
};

/** In which of these concerns a flow speaks. */
export const whereFlowsSpeak = async (tx: Tx, concernIds: readonly ConcernId[]): Promise<ReadonlySet<string>> =>
  concernIds.length === 0 ? new Set() : new Set(await speakingIn(tx, concernIds));

/** Does any flow begin with a topic? */
export const anyTopicEntries = async (tx: Tx): Promise<boolean> =>
  (await entries(tx)).some((flow) => flow.entries.some(({ entry }) => entry.by === "topic"));
