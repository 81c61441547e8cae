// Changes that can be taken back: the same one to many concerns at once, or one to a single concern. Called by concerns/routes.ts.
import { asActor, type AgentActor } from "#contract/actor.ts";
import { mostAtOnce, type Change, type ChangeOfMany, type DecidedChange, type SeenOfMany } from "#contract/concerns.ts";
import { isRefusal, refuse, type ErrorCode, type Refusal } from "#contract/errors.ts";
import type { ConcernId } from "#contract/ids.ts";
import { agentById } from "#modules/agents/reads.ts";
import { topicById } from "#modules/brands/reads.ts";
import { changeLocked, snoozeLocked } from "#modules/concerns/actions-change.ts";
import { lockFor } from "#modules/concerns/actions-locks.ts";
import { saveChange } from "#modules/concerns/actions-saving.ts";
import { cleanTags, type ConcernState } from "#modules/concerns/model.ts";
import { changeable, takenBack } from "#modules/concerns/model-many.ts";
import { cannotHold } from "#modules/concerns/policy.ts";
import {
  changeByKey,
  changedBeside,
  changedBy,
  endChange,
  endStep,
  holdStep,
  insertChange,
  insertStep,
  removeChangesBefore,
} from "#modules/concerns/store-many.ts";
import { fieldValuesOf } from "#modules/concerns/store.ts";
import { differ } from "#modules/fields/model.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** What became of each concern. */
export interface OutcomeOfMany {
  readonly changed: readonly ConcernState[];
  readonly refused: readonly {
    readonly id: ConcernId;
    readonly code: ErrorCode;
    readonly facts: NonNullable<Refusal["facts"]>;
  }[];
}

/**
 * The same change to many concerns, each in a transaction of its own, so that one that refuses holds up no other and nobody waits for all of
 * them: one concern is locked at a time, and two such changes cannot stand in each other's way. Under one key a concern is changed once,
 * however often and in however many parts the change is sent, and not at all once it was taken back (takenBack), nor where somebody has changed just
 * that since it stood as in `was` (takenMeanwhile, staleVersion). Refuses a key that stands for another change, and more than 200 concerns under one
 * (tooManyAtOnce).
 */
export const changeMany = async (
  world: World,
  who: AgentActor,
  input: {
    readonly key: string;
    readonly ids: readonly ConcernId[];
    readonly change: ChangeOfMany;
    readonly was?: SeenOfMany | undefined;
  },
): Promise<OutcomeOfMany | Refusal> => {
  const { key, was } = input;
  const { addTags, removeTags, ...rest } = input.change;
  const change: ChangeOfMany = {
    ...rest,
    ...(addTags === undefined ? {} : { addTags: cleanTags(addTags) }),
    ...(removeTags === undefined ? {} : { removeTags: cleanTags(removeTags) }),
  };
  const ids = [...new Set(input.ids)];
  const wrong = await openKey(world, who, { key, ids, wanted: change });
  if (wrong !== null) return wrong;
  return each(ids, (id) =>
    onceUnder(
      world,
      who,
      { key, id },
      async (tx, state) =>
        (await overtaken(tx, state, change, was?.[id] ?? {})) ??
        changeLocked(world, tx, who, state, change, "together"),
    ),
  );
};

/**
 * Changes one concern, or snoozes it (`until`), as somebody decided it who looked at it. With a key it happens once under it and can be taken
 * back by undoMany. Refuses takenMeanwhile and staleVersion where something of `was` is otherwise by now and not as it is wanted.
 */
export const changeOne = async (
  world: World,
  who: AgentActor,
  input: { readonly id: ConcernId; readonly wanted: DecidedChange | { readonly until: string; readonly key?: string } },
): Promise<ConcernState | Refusal> => {
  const { id } = input;
  const { key, ...wanted } = input.wanted;
  const act = async (tx: Tx, state: ConcernState): Promise<ConcernState | Refusal> => {
    if ("until" in wanted) return snoozeLocked(world, tx, who, state, wanted.until);
    const { was, ...change } = wanted;
    return (await overtaken(tx, state, change, was ?? {})) ?? changeLocked(world, tx, who, state, change, null);
  };
  if (key === undefined)
    return world.db.transaction(async (tx) => {
      const state = await lockFor(tx, who, id, "concern.change");
      return isRefusal(state) ? state : act(tx, state);
    });
  const kept = { id, ...wanted };
  await insertChange(world.db, { key, actor: asActor(who), at: world.now().toISOString(), wanted: kept });
  const known = await changeByKey(world.db, key, kept);
  if (known?.actorId !== who.id || !known.isSame) return refuse("invalidInput", undefined, "key");
  return onceUnder(world, who, { key, id }, act);
};

/** Who decided on something else than what stands there now has been overtaken, unless what stands there is what they want. */
const overtaken = async (
  tx: Tx,
  state: ConcernState,
  wanted: Change,
  was: NonNullable<DecidedChange["was"]> & SeenOfMany[ConcernId],
): Promise<Refusal | null> => {
  const isOther = (key: "assigneeId" | "subject" | "status" | "priority" | "topicId" | "teamId"): boolean =>
    was[key] !== undefined && state[key] !== was[key] && state[key] !== wanted[key];
  if (isOther("assigneeId")) {
    const holder = state.assigneeId === null ? null : await agentById(tx, state.assigneeId);
    return holder === null ? refuse("staleVersion") : refuse("takenMeanwhile", { name: holder.name });
  }
  if ((["subject", "status", "priority", "topicId", "teamId"] as const).some(isOther)) return refuse("staleVersion");
  return was.fields !== undefined && differ(await fieldValuesOf(tx, state.id), was.fields)
    ? refuse("staleVersion")
    : null;
};

/**
 * Keeps what is wanted under a key. Refuses a key that is somebody else's or stands for another change, and more than 200 concerns under one (tooManyAtOnce).
 */
export const openKey = async (
  world: World,
  who: AgentActor,
  input: { readonly key: string; readonly ids: readonly ConcernId[]; readonly wanted: unknown },
): Promise<Refusal | null> => {
  const { key, ids, wanted } = input;
  await insertChange(world.db, { key, actor: asActor(who), at: world.now().toISOString(), wanted });
  const kept = await changeByKey(world.db, key, wanted);
  if (kept?.actorId !== who.id || !kept.isSame) return refuse("invalidInput", undefined, "key");
  return ids.length + (await changedBeside(world.db, key, ids)) > mostAtOnce
    ? refuse("tooManyAtOnce", { most: mostAtOnce }, "ids")
    : null;
};

/** Does something to a concern once under a key, and remembers what it moved. */
export const onceUnder = (
  world: World,
  who: AgentActor,
  { key, id }: { readonly key: string; readonly id: ConcernId },
  act: (tx: Tx, state: ConcernState) => Promise<ConcernState | Refusal>,
): Promise<ConcernState | Refusal> =>
  world.db.transaction(async (tx) => {
    const state = await lockFor(tx, who, id, "concern.change");
    if (isRefusal(state)) return state;
    const step = await holdStep(tx, key, id);
    if (!step.isOpen) return refuse("takenBack");
    if (step.before !== null) return state;
    const after = await act(tx, state);
    if (isRefusal(after) || after === state) return after;
    await insertStep(tx, key, id, { before: changeable(state), after: changeable(after) });
    return after;
  });

/**
 * Takes back a change to one or many, as far as this agent may still change the concerns: each goes back to what it was, but for what others changed
 * since. Only who made the change can take it back, and only for a day. Again changes nothing more.
 */
export const undoMany = async (world: World, who: AgentActor, key: string): Promise<OutcomeOfMany | Refusal> => {
  const kept = await changeByKey(world.db, key, null);
  if (kept?.actorId !== who.id) return refuse("notFound");
  await endChange(world.db, key, world.now().toISOString());
  const ids = await changedBy(world.db, key);
  const because = ids.length > 1 ? "undoneTogether" : "changeUndone";
  return each(ids, (id) =>
    world.db.transaction(async (tx) => {
      const state = await lockFor(tx, who, id, "concern.change");
      if (isRefusal(state)) return state;
      const step = await holdStep(tx, key, id);
      if (step.before === null || step.undone) return state;
      await endStep(tx, key, id);
      const wanted = await possible(tx, state, takenBack(state, step.before, step.after));
      return saveChange(world, tx, who, state, wanted, because);
    }),
  );
};

/** Without an assignee who may no longer have it, and without a topic that is gone. */
const possible = async (tx: Tx, state: ConcernState, wanted: ConcernState): Promise<ConcernState> => {
  const { assigneeId, topicId } = wanted;
  const holds =
    assigneeId === null ||
    assigneeId === state.assigneeId ||
    cannotHold(await agentById(tx, assigneeId), state.brandId) === null;
  const isThere = topicId === null || topicId === state.topicId || (await topicById(tx, topicId)) !== null;
  return {
    ...wanted,
    assigneeId: holds ? assigneeId : null,
    topicId: isThere ? topicId : null,
  };
};

/** One concern after the other, in the order of their ids. */
export const each = async (
  ids: readonly ConcernId[],
  act: (id: ConcernId) => Promise<ConcernState | Refusal>,
): Promise<OutcomeOfMany | Refusal> => {
  const changed: ConcernState[] = [];
  const refused: OutcomeOfMany["refused"][number][] = [];
  for (const id of ids.toSorted()) {
    const result = await act(id);
    if (isRefusal(result)) refused.push({ id, code: result.refused, facts: result.facts ?? {} });
    else changed.push(result);
  }
  return { changed, refused };
};

const keptMs = 24 * 3_600_000;

/** Forgets what changes to many did a day ago: they can no longer be taken back. Says how many. */
export const removeOldChanges = (world: Pick<World, "db" | "now">): Promise<number> =>
  removeChangesBefore(world.db, new Date(world.now().getTime() - keptMs).toISOString());
