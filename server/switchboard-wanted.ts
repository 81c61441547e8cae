// Makes calls of callbacks that customers were promised in writing: whoever drives a line of the brand that may dial the number takes them, each once. Called by server/switchboard-board.ts.
import type { CallId } from "#contract/ids.ts";
import { takeWanted, wantedCallbacks, type WantedCallback } from "#modules/calls/actions-wanted.ts";
import { calledBack } from "#modules/calls/model-callback.ts";
import type { Ground } from "#modules/calls/model-happenings.ts";
import type { CallRow } from "#modules/calls/reads.ts";
import type { Context } from "#server/switchboard-context.ts";
import { beginIn } from "#server/switchboard-keeping.ts";

/** Begins what can be begun here. What this line may not dial is left to the brand's others, and to whoever reads the concern, until it has waited too long. */
export const callWanted = async (at: Context, begun: (row: CallRow) => void): Promise<void> => {
  const { world, parts, board } = at;
  for (const wanted of await wantedCallbacks(world.db, parts.channel().brandId)) {
    const id = wanted.id as CallId;
    const ground = await at.grounds.of({ id, visitor: null });
    const asked = { ...wanted, id, channelId: board.channelId, customerId: null, waitingSince: wanted.wantedAt };
    const call = isExpired(wanted, ground) ? null : calledBack(asked, ground);
    if (call === null && !isExpired(wanted, ground)) continue;
    const row = await world.db.transaction(async (tx) => {
      const concern = await takeWanted(tx, wanted);
      if (concern === null || call === null) return null;
      const { customerId, waitingSince } = concern;
      return beginIn(at, tx, { ...call, customerId, waitingSince: waitingSince ?? call.waitingSince }, { lines: null });
    });
    if (row !== null) begun(row);
  }
};

/** Is it too late, counted from when it was due? */
const isExpired = ({ wantedAt, at }: WantedCallback, { rules, now }: Ground): boolean =>
  Math.max(Date.parse(wantedAt), at === null ? 0 : Date.parse(at)) + rules.callbackExpiresHours * 3_600_000 <
  now.getTime();
