// Makes calls of callbacks that customers were promised in writing: whoever drives a line of the brand that may dial the number takes them, each once. Called by server/switchboard-board.ts.
import type { CallId } from "#contract/ids.ts";
import { takeWanted, wantedCallbacks, type WantedCallback } from "#modules/calls/actions-wanted.ts";
import { calledBack } from "#modules/calls/model-callback.ts";
import type { CallRow } from "#modules/calls/reads.ts";
import type { Context } from "#server/switchboard-context.ts";
import { beginIn } from "#server/switchboard-keeping.ts";

/** Begins what can be begun here. What this line may not dial is left to the brand's others, and to whoever reads the concern, until it has waited too long. */
export const callWanted = async (at: Context, begun: (row: CallRow) => void): Promise<void> => {
  const { world, parts } = at;
  for (const wanted of await wantedCallbacks(world.db, parts.channel().brandId)) {
    const row = await world.db.transaction((tx) => begin(at, tx, wanted));
    if (row !== null) begun(row);
  }
};

const begin = async (
  at: Context,
  tx: Parameters<typeof takeWanted>[0],
  wanted: WantedCallback,
): Promise<CallRow | null> => {
  const { board, world } = at;
  const ground = await at.grounds.of({ id: wanted.id as CallId, visitor: null });
  const { id, brandId, concernId, number, queueId, language, wantedAt } = wanted;
  const fromMs = Math.max(Date.parse(wantedAt), wanted.at === null ? 0 : Date.parse(wanted.at));
  const expired = fromMs + ground.rules.callbackExpiresHours * 3_600_000 < world.now().getTime();
  const call = calledBack(
    {
      id: id as CallId,
      channelId: board.channelId,
      brandId,
      concernId,
      customerId: null,
      language,
      queueId,
      number,
      at: wanted.at,
      waitingSince: wantedAt,
    },
    ground,
  );
  if (call === null && !expired) return null;
  const concern = await takeWanted(tx, wanted);
  if (concern === null || call === null || expired) return null;
  const waitingSince = concern.waitingSince ?? wantedAt;
  return beginIn(at, tx, { ...call, customerId: concern.customerId, waitingSince }, { lines: null });
};
