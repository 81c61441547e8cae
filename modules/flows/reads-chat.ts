// What a chat reads of its visitors' dialogues with flows. Called by server/chat-flows.ts and server/chat-files.ts.
import type { ConcernId, FlowRunId } from "#contract/ids.ts";
import { anyVersion, fileOfHolders, idsOfHolders, seenSeq, speakingRuns } from "#modules/flows/store-chat.ts";
import type { RunFile } from "#modules/flows/model-runs.ts";
import type { Tx } from "#platform/db/db.ts";

/** Runs of one visitor that are looked at, at most. */
const mostRuns = 100;

/** Was any flow ever published? */
export const areFlowsUsed = (tx: Tx): Promise<boolean> => anyVersion(tx);

/** Runs that these addresses hold by themselves, and those that have become concerns, the newest first. */
export const runIdsOf = (tx: Tx, holders: readonly string[]): Promise<FlowRunId[]> =>
  idsOfHolders(tx, holders, mostRuns);

/** Up to where its visitor has seen a run. */
export const runSeen = (tx: Tx, runId: string): Promise<number> => seenSeq(tx, runId);

/** A file of a run which one of these holds; null: it is none of theirs. */
export const runFile = (tx: Tx, holders: readonly string[], fileId: string): Promise<RunFile | null> =>
  fileOfHolders(tx, holders, fileId);

/** In which of these concerns which run speaks. */
export const runsSpeaking = (
  tx: Tx,
  concernIds: readonly ConcernId[],
): Promise<{ readonly concernId: ConcernId; readonly runId: FlowRunId }[]> => speakingRuns(tx, concernIds);
