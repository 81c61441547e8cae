// What agents do with concerns besides speaking: change, snooze, follow, link. Called by concerns/routes.ts and the demo world.
import type { AgentActor } from "#contract/actor.ts";
import type { Change } from "#contract/concerns.ts";
import { isRefusal, refuse, type ErrorCode, type Refusal } from "#contract/errors.ts";
import type { AgentId, ConcernId } from "#contract/ids.ts";
import { agentById, allTeams } from "#modules/agents/reads.ts";
import { say, type Said } from "#modules/audit/actions.ts";
import { topicById } from "#modules/brands/reads.ts";
import { lockFor } from "#modules/concerns/actions-locks.ts";
import { linked, saveChange } from "#modules/concerns/actions-saving.ts";
import { mayBecome, withChange, withStatus, type ConcernState } from "#modules/concerns/model.ts";
import { cannotHold, forbids, mayFollowFor } from "#modules/concerns/policy.ts";
import { rowByNumber } from "#modules/concerns/reads.ts";
import {
  fieldValuesOf,
  insertFollower,
  lockConcern,
  removeFollower,
  removeLink,
  saveFields,
  upsertLink,
} from "#modules/concerns/store.ts";
import { judgeFields } from "#modules/fields/model.ts";
import { fieldsOf } from "#modules/fields/reads.ts";
import { indexSubject } from "#modules/search/actions.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** Changes a concern; what it already is says nothing. Refuses statusNotReachable, unknownAgent, agentDisabled, unknownTeam, unknownTopic, and values that fields do not take. */
export const change = (
  world: World,
  who: AgentActor,
  input: { readonly id: ConcernId; readonly change: Change },
): Promise<ConcernState | Refusal> => world.db.transaction((tx) => changeIn(world, tx, who, input));

/** The same inside a transaction at hand. */
export const changeIn = async (
  world: World,
  tx: Tx,
  who: AgentActor,
  input: { readonly id: ConcernId; readonly change: Change },
): Promise<ConcernState | Refusal> => {
  const state = await lockFor(tx, who, input.id, "concern.change");
  if (isRefusal(state)) return state;
  const wanted = input.change;
  if (wanted.status !== undefined && !mayBecome(state.status, wanted.status))
    return refuse("statusNotReachable", { from: state.status, to: wanted.status }, "status");
  const wrong = (await wrongAssignee(tx, state, wanted)) ?? (await wrongTeam(tx, wanted));
  if (wrong) return wrong;
  const topic = wanted.topicId === undefined || wanted.topicId === null ? null : await topicById(tx, wanted.topicId);
  if (topic === null && wanted.topicId !== undefined && wanted.topicId !== null)
    return refuse("unknownTopic", undefined, "topicId");
  const after = withChange(state, wanted, topic?.teamId ?? null, world.now().toISOString());
  const fields =
    wanted.fields === undefined
      ? null
      : judgeFields(await fieldsOf(tx, "concern"), await fieldValuesOf(tx, state.id), wanted.fields);
  if (fields !== null && "refused" in fields) return fields;
  const newFields = fields !== null && fields.changed.length > 0 ? fields : null;
  if (newFields !== null) await saveFields(tx, state.id, newFields.values);
  const also: Said[] =
    newFields === null
      ? []
      : [
          {
            kind: "concern.fieldsChanged",
            brandId: state.brandId,
            concernId: state.id,
            customerId: state.customerId,
            data: { fields: newFields.values, changed: [...newFields.changed] },
          },
        ];
  if (after.subject !== state.subject)
    await indexSubject(world, tx, {
      concernId: state.id,
      brandId: state.brandId,
      at: state.createdAt,
      subject: after.subject,
    });
  return saveChange(world, tx, who, state, after, null, also);
};

const wrongAssignee = async (tx: Tx, state: ConcernState, wanted: Change): Promise<Refusal | null> =>
  wanted.assigneeId === undefined || wanted.assigneeId === null || wanted.assigneeId === state.assigneeId
    ? null
    : cannotHold(await agentById(tx, wanted.assigneeId), state.brandId);

const wrongTeam = async (tx: Tx, wanted: Change): Promise<Refusal | null> =>
  wanted.teamId === undefined ||
  wanted.teamId === null ||
  (await allTeams(tx)).some((team) => team.id === wanted.teamId)
    ? null
    : refuse("unknownTeam", undefined, "teamId");

/** The same change to several concerns, each for itself: one that refuses does not hold up the others. */
export const changeMany = async (
  world: World,
  who: AgentActor,
  input: { readonly ids: readonly ConcernId[]; readonly change: Change },
): Promise<{
  readonly changed: readonly ConcernState[];
  readonly refused: readonly { readonly id: ConcernId; readonly code: ErrorCode }[];
}> => {
  const changed: ConcernState[] = [];
  const refused: { id: ConcernId; code: ErrorCode }[] = [];
  for (const id of new Set(input.ids)) {
    const result = await change(world, who, { id, change: input.change });
    if (isRefusal(result)) refused.push({ id, code: result.refused });
    else changed.push(result);
  }
  return { changed, refused };
};

/** Hides a concern until a time in the future or the customer's next message. Refuses timeInPast, and concernClosed for what is resolved or closed. */
export const snooze = (
  world: World,
  who: AgentActor,
  input: { readonly id: ConcernId; readonly until: string },
): Promise<ConcernState | Refusal> =>
  world.db.transaction(async (tx) => {
    const state = await lockFor(tx, who, input.id, "concern.change");
    if (isRefusal(state)) return state;
    const now = world.now();
    if (Date.parse(input.until) <= now.getTime()) return refuse("timeInPast", undefined, "until");
    if (state.status === "resolved" || state.status === "closed") return refuse("concernClosed");
    const until = new Date(input.until).toISOString();
    return saveChange(
      world,
      tx,
      who,
      state,
      { ...withStatus(state, "snoozed", now.toISOString()), snoozedUntil: until },
      null,
    );
  });

/** Lets an agent follow a concern: oneself, or others for who supervises. */
export const follow = (
  world: World,
  who: AgentActor,
  id: ConcernId,
  agentId: AgentId,
): Promise<{ readonly done: true } | Refusal> => setFollowing(world, who, id, agentId, true);

/** The opposite of `follow`. */
export const unfollow = (
  world: World,
  who: AgentActor,
  id: ConcernId,
  agentId: AgentId,
): Promise<{ readonly done: true } | Refusal> => setFollowing(world, who, id, agentId, false);

const setFollowing = (
  world: World,
  who: AgentActor,
  id: ConcernId,
  agentId: AgentId,
  following: boolean,
): Promise<{ readonly done: true } | Refusal> =>
  world.db.transaction(async (tx) => {
    const state = await lockFor(tx, who, id, "concern.change");
    if (isRefusal(state)) return state;
    if (!mayFollowFor(who, agentId)) return refuse("notAllowed");
    if (following) {
      const wrong = cannotHold(await agentById(tx, agentId), state.brandId);
      if (wrong) return wrong;
    }
    if (await (following ? insertFollower : removeFollower)(tx, id, agentId))
      await say(world, tx, who, [
        {
          kind: "concern.followed",
          brandId: state.brandId,
          concernId: id,
          customerId: state.customerId,
          data: { agentId, following },
        },
      ]);
    return { done: true } as const;
  });

/** Links a concern to another that this agent may see, too. The one with the lower number is the earlier one. */
export const link = (
  world: World,
  who: AgentActor,
  input: { readonly id: ConcernId; readonly number: number; readonly kind: "related" | "follow-up" | "duplicate" },
): Promise<{ readonly done: true } | Refusal> =>
  world.db.transaction(async (tx) => {
    const found = await rowByNumber(tx, input.number);
    if (found?.id === input.id) return refuse("linkToItself", undefined, "number");
    const pair = await lockPair(tx, who, input.id, found?.id ?? null);
    if (isRefusal(pair)) return pair;
    const [earlier, later] = pair;
    if (await upsertLink(tx, earlier.id, later.id, input.kind))
      await say(world, tx, who, linked(earlier, later, input.kind));
    return { done: true } as const;
  });

/** Removes a link in whichever direction. */
export const unlink = (
  world: World,
  who: AgentActor,
  id: ConcernId,
  other: ConcernId,
): Promise<{ readonly done: true } | Refusal> =>
  world.db.transaction(async (tx) => {
    const pair = await lockPair(tx, who, id, other);
    if (isRefusal(pair)) return pair;
    const [earlier, later] = pair;
    if (await removeLink(tx, id, other))
      await say(world, tx, who, [
        {
          kind: "concern.unlinked",
          brandId: earlier.brandId,
          concernId: earlier.id,
          customerId: earlier.customerId,
          data: { other: later.id },
        },
        {
          kind: "concern.unlinked",
          brandId: later.brandId,
          concernId: later.id,
          customerId: later.customerId,
          data: { other: earlier.id },
        },
      ]);
    return { done: true } as const;
  });

/** Both concerns, locked in the order of their ids, when this agent may change the first and see the other; earlier one first. */
const lockPair = async (
  tx: Tx,
  who: AgentActor,
  id: ConcernId,
  other: ConcernId | null,
): Promise<readonly [ConcernState, ConcernState] | Refusal> => {
  if (other === id) return refuse("linkToItself");
  const locked = new Map<string, ConcernState>();
  for (const each of [id, ...(other === null ? [] : [other])].toSorted()) {
    const state = await lockConcern(tx, each);
    if (state) locked.set(each, state);
  }
  const mine = locked.get(id);
  if (!mine) return refuse("notFound");
  const forbidden = forbids(who, "concern.change", mine.brandId);
  if (forbidden) return forbidden;
  const theirs = other === null ? undefined : locked.get(other);
  if (!theirs || forbids(who, "concern.read", theirs.brandId)) return refuse("notFound", undefined, "number");
  return mine.number < theirs.number ? [mine, theirs] : [theirs, mine];
};
