// Taking back a split, move or merge, also much later: what was moved goes where it was, and what came since goes with what it answers. Called by concerns/routes-moving.ts.
import type { AgentActor } from "#contract/actor.ts";
import type { ConcernRow } from "#contract/concerns.ts";
import { isRefusal, refuse, type Refusal } from "#contract/errors.ts";
import type { ConcernId, MessageId } from "#contract/ids.ts";
import type { MoveUndo } from "#contract/moving.ts";
import { promised } from "#modules/concerns/actions-promises.ts";
import { say, type Said } from "#modules/audit/actions.ts";
import { unlinked } from "#modules/concerns/actions-links.ts";
import { lockFor } from "#modules/concerns/actions-locks.ts";
import { failureAfter, moveSaid, rearrange, saidOfRows, type Side } from "#modules/concerns/actions-places.ts";
import { previewOf, withStatus, type ConcernState } from "#modules/concerns/model.ts";
import { goingBack, putBack, retold, takenBackRow, waitsIn, type Line } from "#modules/concerns/model-moving.ts";
import { rowById, rowFor } from "#modules/concerns/reads.ts";
import {
  endMove,
  linesOf,
  moveAllDrafts,
  moveByKey,
  moveDrafts,
  otherMoves,
  removeParties,
  seeingOf,
  setMergedInto,
  type KeptMove,
} from "#modules/concerns/store-moving.ts";
import { hasDraftOrLink, removeConcern } from "#modules/concerns/store-undo.ts";
import { updateConcern } from "#modules/concerns/store-saving.ts";
import { lastOfCustomer, removeLink } from "#modules/concerns/store.ts";
import { forgetMessage } from "#modules/search/actions.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** What goes back, what came since, and what is left. */
interface Plan {
  readonly there: readonly Line[];
  readonly here: readonly Line[];
  /** Everything that goes back, in the order it has there. */
  readonly back: readonly Line[];
  readonly isMoved: (line: Line) => boolean;
  readonly isNative: (line: Line) => boolean;
  /** Messages of the move that are elsewhere by now. */
  readonly gone: number;
  readonly isEmptied: boolean;
}

const isSaid = (line: Line): boolean => !line.withdrawn && line.direction !== "system";

const planOf = async (tx: Tx, kept: KeptMove): Promise<Plan> => {
  const [there, here] = [await linesOf(tx, kept.toId), await linesOf(tx, kept.fromId)];
  const ids = new Set<string>(kept.moved.messages.map(({ id }) => id));
  const native = new Set<string>(kept.moved.native);
  const back = goingBack(there, ids, native);
  return {
    there,
    here,
    back: there.filter(({ id }) => back.has(id)),
    isMoved: ({ id }) => ids.has(id),
    isNative: ({ id }) => native.has(id),
    gone: ids.size - there.filter(({ id }) => ids.has(id)).length,
    isEmptied: !there.some((line) => isSaid(line) && !back.has(line.id)),
  };
};

/** Nothing ever left from the concern that was made, and nobody did anything there: it goes as if it had never been. */
const mayGo = async (tx: Tx, kept: KeptMove, plan: Plan): Promise<boolean> =>
  kept.moved.made &&
  plan.there.every(plan.isMoved) &&
  plan.back.length === plan.there.length &&
  (await otherMoves(tx, kept.toId, kept.key)) === 0 &&
  !(await seeingOf(tx, [kept.toId])).some((party) => party.hasToken);

/** The move under a key, when this agent may see its concerns. */
const keptFor = async (tx: Tx, who: AgentActor, key: string): Promise<KeptMove | Refusal> => {
  const kept = await moveByKey(tx, key);
  if (!kept) return refuse("notFound");
  const row = await rowFor(tx, who, kept.fromId);
  if (isRefusal(row)) return row;
  return kept.undone || (await rowById(tx, kept.toId)) === null ? refuse("nothingToUndo") : kept;
};

/** What taking a move back would do, as things stand. Refuses notFound, and nothingToUndo when it is taken back or nothing of it is left there. */
export const undoOf = async (world: Pick<World, "db">, who: AgentActor, key: string): Promise<MoveUndo | Refusal> => {
  const tx = world.db;
  const kept = await keptFor(tx, who, key);
  if (isRefusal(kept)) return kept;
  const to = await rowById(tx, kept.toId);
  const plan = await planOf(tx, kept);
  const moved = plan.back.filter((line) => plan.isMoved(line) && isSaid(line));
  if (to === null || moved.length === 0) return refuse("nothingToUndo");
  const back = new Set(plan.back.map(({ id }) => id));
  return {
    move: {
      key: kept.key,
      what: kept.what,
      side: "from",
      other: { concernId: to.id, number: to.number, subject: to.subject },
      count: moved.length,
      at: kept.firstAt,
      by: kept.actor.name,
      movedAt: kept.at,
    },
    back: moved.length,
    gone: plan.gone,
    since: plan.there
      .filter((line) => !plan.isMoved(line) && !plan.isNative(line) && isSaid(line))
      .map((line) => ({
        messageId: line.id,
        direction: line.direction,
        author: line.author,
        at: line.at,
        snippet: previewOf(line),
        goes: back.has(line.id) ? ("back" as const) : ("stays" as const),
      })),
    emptied: !plan.isEmptied ? null : (await mayGo(tx, kept, plan)) ? "removed" : "closed",
  };
};

/**
 * Takes a move back: what is still there of it goes back to its place, what came since goes with what it answers. A concern that was made for it and of
 * which nothing is left is removed if nothing ever left from it, else merged: what still comes for it is led on. Refuses notFound and nothingToUndo.
 */
export const moveBack = (
  world: World,
  who: AgentActor,
  key: string,
): Promise<{ readonly from: ConcernRow; readonly to: ConcernRow | null } | Refusal> =>
  world.db.transaction(async (tx) => {
    const seen = await keptFor(tx, who, key);
    if (isRefusal(seen)) return seen;
    const locked = new Map<ConcernId, ConcernState>();
    for (const id of [seen.fromId, seen.toId].toSorted()) {
      const state = await lockFor(tx, who, id, "concern.change");
      if (isRefusal(state)) return state;
      locked.set(id, state);
    }
    const kept = await keptFor(tx, who, key);
    const [from, to] = [locked.get(seen.fromId), locked.get(seen.toId)];
    if (isRefusal(kept)) return kept;
    if (from === undefined || to === undefined) return refuse("notFound");
    const plan = await planOf(tx, kept);
    if (!plan.back.some((line) => plan.isMoved(line) && isSaid(line))) return refuse("nothingToUndo");
    return carryBack(world, tx, who, kept, { from, to }, plan);
  });

const carryBack = async (
  world: World,
  tx: Tx,
  who: AgentActor,
  kept: KeptMove,
  { from, to }: { readonly from: ConcernState; readonly to: ConcernState },
  plan: Plan,
): Promise<{ readonly from: ConcernRow; readonly to: ConcernRow | null }> => {
  const at = world.now().toISOString();
  const { moved } = kept;
  const goes = plan.isEmptied && (await mayGo(tx, kept, plan));
  // An emptied concern keeps nothing, also not what only the program said there.
  const back = inOldOrder(kept, plan.isEmptied ? plan.there : plan.back);
  const ids = new Set<string>(back.map(({ id }) => id));
  const behind = new Map<string, MessageId | null>(moved.messages.map((each) => [each.id, each.behind]));
  const giving: Side = { state: to, order: plan.there.filter(({ id }) => !ids.has(id)) };
  const taking: Side = { state: from, order: putBack(plan.here, back, behind) };
  const last = await lastOfCustomer(tx, to.id);
  const joined = await rearrange(world, tx, giving, taking, back, moved.saw);
  if (plan.isEmptied) await moveAllDrafts(tx, to.id, from.id);
  else
    await moveDrafts(
      tx,
      to.id,
      from.id,
      back.map(({ id }) => id),
      last !== null && ids.has(last.id),
    );
  const failed = await failureAfter(world, tx, to, from);
  const isWhole = plan.gone === 0 && back.every(plan.isMoved);
  const here = waitsIn(from);
  const there = waitsIn(to);
  const told = retold(from, taking.order, (line) => (line.concernId === to.id ? there(line) : here(line)));
  const fromPromised = await promised(world, tx, from, takenBackRow(from, told, moved.from, isWhole), at);
  const fromAfter = { ...fromPromised.state, deliveryFailed: failed.to };
  await updateConcern(tx, from, fromAfter);
  if (kept.what === "merge") await setMergedInto(tx, from.id, null);
  await endMove(tx, kept.key, at);
  const unlinks = moved.linked && (goes || !plan.isEmptied) && (await removeLink(tx, from.id, to.id));
  const told2 = retold(to, giving.order, there);
  const toPromised = await promised(
    world,
    tx,
    to,
    plan.isEmptied
      ? { ...withStatus({ ...told2, waitingSince: null }, "closed", at), deliveryFailed: false }
      : { ...(moved.to === null ? told2 : takenBackRow(to, told2, moved.to, isWhole)), deliveryFailed: failed.from },
    at,
  );
  const toAfter = toPromised.state;
  const removes = goes && !(await hasDraftOrLink(tx, to.id));
  const said: Said[] = [
    ...saidOfRows(from, fromAfter, "movedBack"),
    ...fromPromised.said,
    ...joined.map(({ norm: _norm, ...party }) => ({
      brandId: from.brandId,
      concernId: from.id,
      customerId: from.customerId,
      kind: "concern.partyJoined" as const,
      data: { party },
    })),
    ...(unlinks ? [unlinked(from, to), unlinked(to, from)] : []),
  ];
  const entry = { key: kept.key, what: kept.what, at: kept.firstAt, ids: back.filter(isSaid).map(({ id }) => id) };
  const moves = moveSaid(world, who, entry, fromAfter, toAfter, true);
  if (removes) {
    await removeConcern(tx, to.id);
    await forgetMessage(tx, to.id);
    const { brandId, customerId } = to;
    const gone: Said = { kind: "concern.removed", brandId, concernId: to.id, customerId, data: { number: to.number } };
    await say(world, tx, who, [...said, ...moves.slice(0, 1), gone]);
  } else {
    await updateConcern(tx, to, toAfter);
    if (plan.isEmptied) await setMergedInto(tx, to.id, from.id);
    await removeParties(tx, await nobodyAnyMore(tx, to.id, moved.parties, giving.order));
    await say(world, tx, who, [
      ...said,
      ...saidOfRows(to, toAfter, "movedBack"),
      ...(plan.isEmptied ? [] : toPromised.said),
      ...moves,
    ]);
  }
  const row = await rowById(tx, from.id);
  if (row === null) throw new Error("a concern went while it was locked");
  return { from: row, to: await rowById(tx, to.id) };
};

/** First what was moved, in the order it had, so that each finds the one it stood behind; then what came since. */
const inOldOrder = (kept: KeptMove, lines: readonly Line[]): Line[] => {
  const place = new Map<string, number>(kept.moved.messages.map(({ id }, index) => [id, index]));
  const rank = (line: Line): number => place.get(line.id) ?? place.size;
  return lines.toSorted((a, b) => rank(a) - rank(b));
};

/** Parties that joined by the move and in whose name nothing stands there any more. */
const nobodyAnyMore = async (
  tx: Tx,
  concernId: ConcernId,
  made: KeptMove["moved"]["parties"],
  left: readonly Line[],
): Promise<KeptMove["moved"]["parties"]> => {
  const people = new Set(left.flatMap((line) => line.people));
  return (await seeingOf(tx, [concernId]))
    .filter((one) => made.includes(one.id) && !one.hasToken && !people.has(one.norm.toLowerCase()))
    .map(({ id }) => id);
};
