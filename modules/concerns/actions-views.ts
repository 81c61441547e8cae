// Views that people make, their order, and the counters' upkeep. Called by concerns/routes-lists.ts and server/jobs.ts.
import type { AgentActor } from "#contract/actor.ts";
import type { View, ViewInput, ViewShare } from "#contract/concerns.ts";
import { isRefusal, refuse, type Refusal } from "#contract/errors.ts";
import type { TeamId, ViewId } from "#contract/ids.ts";
import { allTeams, teamsFor } from "#modules/agents/reads.ts";
import { say } from "#modules/audit/actions.ts";
import { lineOf } from "#modules/concerns/model.ts";
import { mayChangeView, mayShare, seesView } from "#modules/concerns/policy.ts";
import { asView } from "#modules/concerns/reads-lists.ts";
import {
  countLike,
  foldTallyRows,
  forgetViewsBefore,
  insertView,
  lockView,
  mendTallyRows,
  setOrder,
  setRemoved,
  updateView,
  vacuumTally,
  viewsOf,
  type ViewRow,
} from "#modules/concerns/store-views.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

type Acting = Pick<World, "db" | "now" | "newId" | "wake">;

/** Enough for anybody, and the counters stay one cheap statement: own ones, and those of each team and of everybody. */
export const mostOwnViews = 40;
export const mostSharedViews = 20;
const removedKeptMs = 24 * 3_600_000;

/** Keeps a filter under a name, behind the agent's other views. Refuses notAllowed (sharing is for who supervises), unknownTeam, tooManyViews. */
export const saveView = (world: Acting, who: AgentActor, input: ViewInput): Promise<View | Refusal> =>
  world.db.transaction(async (tx) => {
    const row = rowOf(world.newId() as ViewId, who, input);
    const wrong = await cannotShare(tx, who, input.share);
    if (wrong) return wrong;
    const full = await isFull(tx, row);
    if (full) return full;
    await insertView(tx, row);
    await tell(world, tx, who, [row]);
    return asView(who, row);
  });

/** Renames a view, filters or shares it otherwise. Refuses what `saveView` refuses; notFound for what this agent does not see. */
export const changeView = (world: Acting, who: AgentActor, id: ViewId, input: ViewInput): Promise<View | Refusal> =>
  world.db.transaction(async (tx) => {
    const before = await changeable(tx, who, id, false);
    if (isRefusal(before)) return before;
    // Who makes a shared view their own has it; else it stays its maker's.
    const row = { ...rowOf(id, who, input), ...(input.share.with === "me" ? {} : { agentId: before.agentId }) };
    const wrong = isShared(before) || isShared(row) ? await cannotShare(tx, who, input.share) : null;
    if (wrong) return wrong;
    const moved = before.teamId !== row.teamId || before.forEverybody !== row.forEverybody;
    const full = moved ? await isFull(tx, row) : null;
    if (full) return full;
    await updateView(tx, row);
    await tell(world, tx, who, [before, row]);
    return asView(who, row);
  });

/** Removes a view; for a day it can be brought back. */
export const removeView = (world: Acting, who: AgentActor, id: ViewId): Promise<{ done: true } | Refusal> =>
  world.db.transaction(async (tx) => {
    const row = await changeable(tx, who, id, false);
    if (isRefusal(row)) return row;
    await setRemoved(tx, id, world.now().toISOString());
    await tell(world, tx, who, [row]);
    return { done: true };
  });

/** Brings a removed view back to its place. Refuses tooManyViews when others have taken its room. */
export const restoreView = (world: Acting, who: AgentActor, id: ViewId): Promise<View | Refusal> =>
  world.db.transaction(async (tx) => {
    const row = await changeable(tx, who, id, true);
    if (isRefusal(row)) return row;
    const full = await isFull(tx, row);
    if (full) return full;
    await setRemoved(tx, id, null);
    await tell(world, tx, who, [row]);
    return asView(who, row);
  });

/** Sets the order in which this agent sees views, own and shared ones. Ids of views they do not see are passed over. */
export const orderViews = (world: Acting, who: AgentActor, ids: readonly ViewId[]): Promise<{ done: true } | Refusal> =>
  world.db.transaction(async (tx) => {
    const seen = new Set((await viewsOf(tx, who.id, await teamIdsOf(tx, who))).map((view) => view.id));
    await setOrder(
      tx,
      who.id,
      [...new Set(ids)].filter((id) => seen.has(id)),
    );
    await tell(world, tx, who, []);
    return { done: true };
  });

/** Forgets for good the views that were removed a day ago. Says how many. */
export const forgetRemovedViews = (world: Pick<World, "db" | "now">): Promise<number> =>
  forgetViewsBefore(world.db, new Date(world.now().getTime() - removedKeptMs).toISOString());

const rowOf = (id: ViewId, who: AgentActor, { name, filter, share }: ViewInput): ViewRow => ({
  id,
  agentId: who.id,
  name: lineOf(name, 60),
  filter,
  teamId: share.with === "team" ? share.teamId : null,
  forEverybody: share.with === "everybody",
});

const isShared = (row: ViewRow): boolean => row.teamId !== null || row.forEverybody;

const teamIdsOf = async (tx: Tx, who: AgentActor): Promise<TeamId[]> =>
  (await teamsFor(tx, who)).map((team) => team.id);

/** The view, locked, when this agent may change it. */
const changeable = async (tx: Tx, who: AgentActor, id: ViewId, removed: boolean): Promise<ViewRow | Refusal> => {
  const row = await lockView(tx, id, removed);
  if (row === null || !seesView(who, await teamIdsOf(tx, who), row)) return refuse("notFound");
  return mayChangeView(who, row) ? row : refuse("notAllowed");
};

const cannotShare = async (tx: Tx, who: AgentActor, share: ViewShare): Promise<Refusal | null> => {
  if (share.with === "me") return null;
  if (!mayShare(who)) return refuse("notAllowed", undefined, "share");
  return share.with === "everybody" || (await allTeams(tx)).some((team) => team.id === share.teamId)
    ? null
    : refuse("unknownTeam", undefined, "share.teamId");
};

const isFull = async (tx: Tx, row: ViewRow): Promise<Refusal | null> => {
  const most = isShared(row) ? mostSharedViews : mostOwnViews;
  return (await countLike(tx, row)) < most ? null : refuse("tooManyViews", { most });
};

const tell = (world: Acting, tx: Tx, who: AgentActor, rows: readonly ViewRow[]): Promise<void> =>
  say(world, tx, who, [{ kind: "view.changed", data: { agentId: who.id, shared: rows.some(isShared) } }]);

/** Folds the rows that changes of concerns have appended to the counters. To be run every few seconds; says how many rows went. */
export const foldTally = async (world: Pick<World, "db">): Promise<number> => {
  const gone = await world.db.transaction(foldTallyRows);
  if (gone >= 500) await vacuumTally(world.db);
  return gone;
};

/** Compares the counters with a count and mends what differs, which never happens but by somebody's hand in the tables; says how many rows that took. */
export const mendTally = async (world: Pick<World, "db" | "log">): Promise<number> => {
  const mended = await world.db.transaction(mendTallyRows);
  if (mended > 0) world.log.warn("counters.mended", { rows: mended });
  return mended;
};
