// What a visitor does in a dialogue with a flow beside saying something. Called by server/chat-flows.ts.
import { raiseSeenSeq } from "#modules/flows/store-chat.ts";
import type { World } from "#platform/world.ts";

/** Everything up to that place has been seen; nothing where no such holder has the run. */
export const raiseRunSeen = (
  world: Pick<World, "db">,
  holders: readonly string[],
  runId: string,
  seq: number,
): Promise<void> => raiseSeenSeq(world.db, holders, runId, seq);
