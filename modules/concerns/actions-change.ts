// What agents do with concerns besides speaking: change, snooze, follow. Called by concerns/routes.ts and the demo world.
import type { AgentActor, Who } from "#contract/actor.ts";
import { mostTags, type Change } from "#contract/concerns.ts";
import { isRefusal, refuse, type Refusal } from "#contract/errors.ts";
import type { AgentId, ConcernId } from "#contract/ids.ts";
import { agentById, allTeams } from "#modules/agents/reads.ts";
import { say, type Said } from "#modules/audit/actions.ts";
import { topicById } from "#modules/brands/reads.ts";
import { lockFor } from "#modules/concerns/actions-locks.ts";
import { saveChange } from "#modules/concerns/actions-saving.ts";
import { mayBecome, withChange, withStatus, type ConcernState } from "#modules/concerns/model.ts";
import { cannotHold, mayFollowFor } from "#modules/concerns/policy.ts";
import { fieldValuesOf, insertFollower, removeFollower, saveFields } from "#modules/concerns/store.ts";
import { judgeFields } from "#modules/fields/model.ts";
import { fieldsOf } from "#modules/fields/reads.ts";
import { indexConcern } from "#modules/search/actions.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** Changes a concern; what it already is says nothing. Refuses statusNotReachable, unknownAgent, agentDisabled, unknownTeam, unknownTopic, tooManyTags, and values that fields do not take. */
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
  return isRefusal(state) ? state : changeLocked(world, tx, who, state, input.change, null);
};

/** The same to a concern that is locked and that whoever it is may change. */
export const changeLocked = async (
  world: World,
  tx: Tx,
  who: Who,
  state: ConcernState,
  wanted: Change,
  because: string | null,
): Promise<ConcernState | Refusal> => {
  if (wanted.status !== undefined && !mayBecome(state.status, wanted.status))
    return refuse("statusNotReachable", { from: state.status, to: wanted.status }, "status");
  const wrong = (await wrongAssignee(tx, state, wanted)) ?? (await wrongTeam(tx, wanted));
  if (wrong) return wrong;
  const topic = wanted.topicId === undefined || wanted.topicId === null ? null : await topicById(tx, wanted.topicId);
  if (topic === null && wanted.topicId !== undefined && wanted.topicId !== null)
    return refuse("unknownTopic", undefined, "topicId");
  const after = withChange(state, wanted, topic?.teamId ?? null, world.now().toISOString());
  if (after.tags.length > mostTags && after.tags.length > state.tags.length)
    return refuse("tooManyTags", { most: mostTags }, "addTags");
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
  if (after.subject !== state.subject || newFields !== null)
    await indexConcern(world, tx, {
      concernId: state.id,
      brandId: state.brandId,
      at: state.createdAt,
      subject: after.subject,
      fields: Object.values(newFields?.values ?? (await fieldValuesOf(tx, state.id))).map(String),
    });
  return saveChange(world, tx, who, state, after, because, also);
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

/** Hides a concern until a time in the future or the customer's next message. Refuses timeInPast, and concernClosed for what is resolved or closed. */
export const snooze = (
  world: World,
  who: AgentActor,
  input: { readonly id: ConcernId; readonly until: string },
): Promise<ConcernState | Refusal> =>
  world.db.transaction(async (tx) => {
    const state = await lockFor(tx, who, input.id, "concern.change");
    return isRefusal(state) ? state : snoozeLocked(world, tx, who, state, input.until);
  });

/** The same to a concern that is locked and that this agent may change. */
export const snoozeLocked = async (
  world: World,
  tx: Tx,
  who: Who,
  state: ConcernState,
  wanted: string,
): Promise<ConcernState | Refusal> => {
  const now = world.now();
  if (Date.parse(wanted) <= now.getTime()) return refuse("timeInPast", undefined, "until");
  if (state.status === "resolved" || state.status === "closed") return refuse("concernClosed");
  const snoozedUntil = new Date(wanted).toISOString();
  return saveChange(world, tx, who, state, { ...withStatus(state, "snoozed", now.toISOString()), snoozedUntil }, null);
};

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
    const moved = await followLocked(world, tx, who, state, agentId, following);
    return isRefusal(moved) ? moved : ({ done: true } as const);
  });

/** Lets somebody follow a concern that is locked, or no longer; true when that is new. Refuses who could not hold it. */
export const followLocked = async (
  world: World,
  tx: Tx,
  who: Who,
  state: ConcernState,
  agentId: AgentId,
  following: boolean,
): Promise<boolean | Refusal> => {
  if (following) {
    const wrong = cannotHold(await agentById(tx, agentId), state.brandId);
    if (wrong) return wrong;
  }
  const isNews = await (following ? insertFollower : removeFollower)(tx, state.id, agentId);
  if (isNews)
    await say(world, tx, who, [
      {
        kind: "concern.followed",
        brandId: state.brandId,
        concernId: state.id,
        customerId: state.customerId,
        data: { agentId, following },
      },
    ]);
  return isNews;
};
