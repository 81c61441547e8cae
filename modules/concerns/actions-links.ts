// Links between concerns: what agents say belongs together. Called by concerns/routes.ts and the demo world.
import type { AgentActor } from "#contract/actor.ts";
import type { Link, LinkKind } from "#contract/concerns.ts";
import { isRefusal, refuse, type Refusal } from "#contract/errors.ts";
import type { ConcernId } from "#contract/ids.ts";
import { say, type Said } from "#modules/audit/actions.ts";
import { linked } from "#modules/concerns/actions-saving.ts";
import type { ConcernState } from "#modules/concerns/model.ts";
import { forbids } from "#modules/concerns/policy.ts";
import { rowByNumber } from "#modules/concerns/reads.ts";
import { linkBetween, lockConcern, removeLink, upsertLink } from "#modules/concerns/store.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/**
 * Links a concern to another that this agent may see, too, or says otherwise how they are linked. The one with the lower number is the earlier
 * one. Refuses linkToItself, notFound, and linkIsFollowUp: a follow-up is how a message came in, and stays.
 */
export const link = (
  world: World,
  who: AgentActor,
  input: { readonly id: ConcernId; readonly number: number; readonly kind: LinkKind },
): Promise<{ readonly done: true } | Refusal> =>
  world.db.transaction(async (tx) => {
    const found = await rowByNumber(tx, input.number);
    if (found?.id === input.id) return refuse("linkToItself", undefined, "number");
    const pair = await lockPair(tx, who, input.id, found?.id ?? null);
    if (isRefusal(pair)) return pair;
    const [earlier, later] = pair;
    if (isMade(await linkBetween(tx, earlier.id, later.id))) return refuse("linkIsFollowUp", undefined, "number");
    if (await upsertLink(tx, earlier.id, later.id, input.kind))
      await say(world, tx, who, linked(earlier, later, input.kind));
    return { done: true } as const;
  });

/** Removes a link in whichever direction; none there says nothing. Refuses linkIsFollowUp. */
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
    if (isMade(await linkBetween(tx, id, other))) return refuse("linkIsFollowUp");
    if (await removeLink(tx, id, other))
      await say(world, tx, who, [unlinked(earlier, later), unlinked(later, earlier)]);
    return { done: true } as const;
  });

/** Says how a message came in or where messages went: only the program makes and removes it. */
const isMade = (kind: Link["kind"] | null): boolean => kind !== null && kind !== "related" && kind !== "duplicate";

/** The entry that a link is gone. */
export const unlinked = (on: ConcernState, other: ConcernState): Said => ({
  kind: "concern.unlinked",
  brandId: on.brandId,
  concernId: on.id,
  customerId: on.customerId,
  data: { other: other.id, number: other.number, brandId: other.brandId },
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
