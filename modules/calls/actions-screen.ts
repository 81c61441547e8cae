// The second screen: a link and a short code by which a caller sees their call on the web. The only writer of call_screen. Called by server/call-site.ts, the switchboard and server/jobs.ts.
import type { CallId } from "#contract/ids.ts";
import { codeHash, codeIn, linkHash, linkWord, screenKeptMs } from "#modules/calls/model-screen.ts";
import { callById } from "#modules/calls/reads.ts";
import { deleteOldScreens, freeCode, keepScreen, roundOf } from "#modules/calls/store-screen.ts";
import type { World } from "#platform/world.ts";

type Acting = Pick<World, "db" | "now" | "mac">;

/** With a thousand calls waiting one try in a thousand meets a code that is taken. */
const mostRounds = 50;
/** A call's link word and code: made when they are first asked for, the same from then on. The code leads there as long as the call waits; null: the call is not kept yet, or a thousand others have all codes. */
export const screenOf = async (
  world: Acting,
  callId: CallId,
): Promise<{ readonly word: string; readonly code: string | null }> => {
  const word = linkWord(world, callId);
  const known = await roundOf(world.db, callId);
  if (known !== null) return { word, code: codeIn(world, callId, known) };
  if ((await callById(world.db, callId)) === null) return { word, code: null };
  const at = world.now().toISOString();
  for (let round = 0; round < mostRounds; round += 1) {
    const code = codeIn(world, callId, round);
    const hash = codeHash(world, code);
    const kept = await world.db.transaction(async (tx) => {
      await freeCode(tx, hash);
      return keepScreen(tx, { callId, linkHash: linkHash(world, word), codeHash: hash, round, at });
    });
    if (!kept) continue;
    const made = (await roundOf(world.db, callId)) ?? round;
    return { word, code: codeIn(world, callId, made) };
  }
  return { word, code: null };
};

/** Forgets the screens of calls that are long over; says how many. */
export const removeOldScreens = (world: Pick<World, "db" | "now">): Promise<number> =>
  deleteOldScreens(world.db, new Date(world.now().getTime() - screenKeptMs).toISOString());
