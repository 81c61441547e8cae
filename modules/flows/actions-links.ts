// A running flow goes on elsewhere: from the chat to a page, from a mail to a page, from a page to the chat, from one browser to another. Called by server/flow-effects.ts,
// server/portal.ts and the chat.
import type { Who } from "#contract/actor.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import type { FlowRunId } from "#contract/ids.ts";
import { moveRun } from "#modules/flows/actions-running.ts";
import type { FlowWorld } from "#modules/flows/ground.ts";
import type { RunPlace, RunRecord, Told } from "#modules/flows/model-runs.ts";
import { runOf } from "#modules/flows/reads-running.ts";
import {
  deleteHolder,
  deleteLinks,
  hasHeld,
  insertHolder,
  insertLink,
  runBehind,
  runsOf,
} from "#modules/flows/store-links.ts";
import { isSessionToken, newSession, sessionHash } from "#platform/auth/session.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** How long a link holds. */
const linkMs = 7 * 24 * 3_600_000;

/**
 * The word of a link by which that run goes on elsewhere: 256 random bits, of which only the hash is kept. It holds seven days. The page behind it is `<public URL>/help/go/<word>`;
 * behind the `#` of a chat's own page it is `f.<word>`.
 */
export const makeLink = async (world: Pick<World, "now">, tx: Tx, runId: FlowRunId): Promise<string> => {
  const { token, hash } = newSession();
  await insertLink(tx, {
    tokenHash: hash,
    runId,
    expiresAt: new Date(world.now().getTime() + linkMs).toISOString(),
  });
  return token;
};

/** The run that a link's word leads to; null: there is no such link, it is too old, or the run is forgotten. Looking changes nothing. */
export const linkedRun = async (world: Pick<World, "db" | "now">, word: string): Promise<RunRecord | null> => {
  if (!isSessionToken(word)) return null;
  const runId = await runBehind(world.db, sessionHash(word), world.now().toISOString());
  return runId === null ? null : runOf(world.db, runId);
};

/** Where a run goes on: what it does not say of its place stays. */
export type NewPlace = Pick<RunPlace, "medium" | "channelId" | "language"> & { readonly holder: string };

const move = async (world: FlowWorld, who: Who, run: RunRecord, to: NewPlace): Promise<Told | Refusal> => {
  const { holder } = run.place;
  if (holder === to.holder && run.place.medium === to.medium && run.place.language === to.language)
    return { run, said: [] };
  // Remembered before: who loses the dialogue can take it back in any case.
  if (holder !== null && holder !== to.holder) await insertHolder(world.db, run.id, holder);
  return moveRun(world, who, { runId: run.id, from: holder, place: { ...run.place, ...to } });
};

/**
 * The dialogue goes on where its link was opened: who opened it holds it from now on, and who held it before sees that it went on elsewhere and can take it back (`takeBack`). Of any
 * number who open a link the last holds the dialogue. Refuses with notFound (no such link), and what moveRun refuses. A run that is over is not moved and shows itself to nobody new.
 */
export const goOnByLink = async (world: FlowWorld, who: Who, word: string, to: NewPlace): Promise<Told | Refusal> => {
  const run = await linkedRun(world, word);
  if (run === null) return refuse("notFound");
  if (run.state.over !== null) return run.place.holder === to.holder ? { run, said: [] } : refuse("flowOver");
  return move(world, who, run, to);
};

/** Whoever held a run before goes on with it. Refuses with notFound: they never did, or it is over. */
export const takeBack = async (world: FlowWorld, who: Who, runId: FlowRunId, to: NewPlace): Promise<Told | Refusal> => {
  const run = await runOf(world.db, runId);
  if (run === null || run.state.over !== null || !(await hasHeld(world.db, runId, to.holder)))
    return refuse("notFound");
  return move(world, who, run, to);
};

/** That holder lets go of all they hold and have held, for example because others use the same browser: a dialogue goes on only by a link to it. */
export const letGo = async (world: FlowWorld, who: Who, holder: string): Promise<void> => {
  for (const runId of await runsOf(world.db, holder)) {
    const run = await runOf(world.db, runId);
    // A holder that nobody can be: the token is thrown away.
    if (run?.place.holder === holder)
      await moveRun(world, who, { runId, from: holder, place: { ...run.place, holder: newSession().hash } });
  }
  await deleteHolder(world.db, holder);
};

/** Forgets links that have ended; says how many. */
export const removeOldLinks = (world: Pick<World, "db" | "now">): Promise<number> =>
  deleteLinks(world.db, world.now().toISOString());
