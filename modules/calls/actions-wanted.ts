// Callbacks that flows promise in writing, in a chat, by mail, on a page: kept until somebody who drives a line of the brand makes calls of them. Called by calls/reactions.ts and server/switchboard-wanted.ts.
import type { FlowRunId } from "#contract/ids.ts";
import { insertWanted, removeWanted, wantedIn, type WantedCallback } from "#modules/calls/store-wanted.ts";
import { rowById } from "#modules/concerns/reads.ts";
import { runOf } from "#modules/flows/reads-running.ts";
import type { Tx } from "#platform/db/db.ts";

export type { WantedCallback } from "#modules/calls/store-wanted.ts";

/** Keeps what a dialogue that is over promised, if that is a callback; what was said in a call is that call's own business. Twice is once. */
export const wantCallback = async (tx: Tx, runId: FlowRunId): Promise<void> => {
  const run = await runOf(tx, runId);
  if (run?.ending?.as !== "callback" || run.endedAt === null) return;
  const { brandId, concernId, medium } = run.place;
  if (medium === "voice" || concernId === null) return;
  const { phone: number, at, queueId } = run.ending;
  const { language } = run.state;
  await insertWanted(tx, { id: runId, brandId, concernId, number, at, queueId, language, wantedAt: run.endedAt });
};

/** What a brand's customers were promised and nobody has begun yet, the oldest first, a thousand at most. */
export const wantedCallbacks = (tx: Tx, brandId: string): Promise<WantedCallback[]> => wantedIn(tx, brandId, 1_000);

/**
 * Takes one out, to be begun in the same transaction. Null: somebody else has, or nobody waits for it any more, because the concern was answered, settled or moved meanwhile; then it is gone.
 */
export const takeWanted = async (
  tx: Tx,
  wanted: WantedCallback,
): Promise<Pick<NonNullable<Awaited<ReturnType<typeof rowById>>>, "id" | "customerId" | "waitingSince"> | null> => {
  if (!(await removeWanted(tx, wanted.id))) return null;
  const concern = await rowById(tx, wanted.concernId);
  return concern !== null && ["new", "open"].includes(concern.status) && concern.waitingSince !== null ? concern : null;
};
