// What agents see of customers who may be one, or were merged. Called by customers/routes.ts and concerns/reads-merging.ts.
import type { AgentActor, Who } from "#contract/actor.ts";
import type { Result } from "#contract/endpoint.ts";
import { isRefusal, refuse, type Refusal } from "#contract/errors.ts";
import type { CustomerId } from "#contract/ids.ts";
import type { Comparison, merging, Undoing } from "#contract/merging.ts";
import {
  changedSince,
  conflictsOf,
  likenessOf,
  partsOf,
  provedBoth,
  turned,
} from "#modules/customers/model-merging.ts";
import { brandsOf, isKnown } from "#modules/customers/policy.ts";
import {
  asMerge,
  likeSomebody,
  likenessRow,
  mergeById,
  mergesAfter,
  mergesOf,
  ownAddresses,
  proposalsOf,
  type MergeRow,
} from "#modules/customers/store-merging.ts";
import { aloneById, customerById, membersOf, wholeOf } from "#modules/customers/store.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

export { likeSomebody };

type Reading = Pick<World, "db">;

/** Most that a panel shows. */
const mostProposals = 5;
const mostMerges = 20;

/** Whom a customer may be the same as, as far as this agent may see both, and the merges they took part in. */
export const mergesFor = async (
  { db }: Reading,
  who: AgentActor,
  id: CustomerId,
): Promise<Result<typeof merging.of> | Refusal> => {
  const brands = brandsOf(who);
  if ((await customerById(db, id, brands)) === null) return refuse("notFound");
  const members = await membersOf(db, [id]);
  const proposals = new Map<string, Result<typeof merging.of>["proposals"][number]>();
  for (const row of await proposalsOf(db, members, mostProposals * 4)) {
    const isTurned = members.includes(row.otherId);
    const other = await customerById(db, isTurned ? row.oneId : row.otherId, brands);
    if (other === null || proposals.has(other.id) || proposals.size >= mostProposals) continue;
    proposals.set(other.id, {
      id: row.id,
      other: { id: other.id, name: other.name, address: other.addresses[0]?.value ?? "" },
      sure: row.sure,
      evidence: isTurned ? turned(row.evidence) : [...row.evidence],
      at: row.at,
    });
  }
  const merges = (await mergesOf(db, members, mostMerges)).map(asMerge);
  return { members, proposals: [...proposals.values()], merges };
};

/** Two customers side by side. Refuses notFound for whom this agent may not see, sameCustomer. */
export const compareCustomers = async (
  { db }: Reading,
  who: AgentActor,
  id: CustomerId,
  otherId: CustomerId,
): Promise<Comparison | Refusal> => {
  const brands = brandsOf(who);
  const [one, other] = [await customerById(db, id, brands), await customerById(db, otherId, brands)];
  if (one === null || other === null) return refuse("notFound");
  if (one.id === other.id) return refuse("sameCustomer");
  const [mine, theirs] = [await membersOf(db, [one.id]), await membersOf(db, [other.id])];
  const evidence = [];
  for (const a of mine)
    for (const b of theirs) {
      const [left, right] = [await likenessRow(db, a), await likenessRow(db, b)];
      if (left !== null && right !== null) evidence.push(...(likenessOf(left, right)?.evidence ?? []));
    }
  const [knowOne, knowOther] = [await brandsKnowing(db, mine), await brandsKnowing(db, theirs)];
  return {
    one,
    other,
    conflicts: conflictsOf(one, other),
    doubts: [
      ...(knowOne.isDisjointFrom(knowOther) ? ["brands" as const] : []),
      ...(provedBoth(one, other) ? ["verified" as const] : []),
    ],
    evidence,
  };
};

const brandsKnowing = async (tx: Tx, ids: readonly CustomerId[]): Promise<Set<string>> => {
  const known = new Set<string>();
  for (const id of ids) for (const brand of (await aloneById(tx, id))?.brandIds ?? []) known.add(brand);
  return known;
};

/** What taking a merge apart would do, but for concerns. Refuses like `takeApart`. */
export const undoingOf = async (
  tx: Tx,
  who: AgentActor,
  mergeId: string,
): Promise<(Omit<Undoing, "begun"> & { readonly row: MergeRow }) | Refusal> => {
  const row = await standing(tx, who, mergeId, false);
  if (isRefusal(row)) return row;
  if ((await wholeOf(tx, row.keptId)) !== row.keptId) return refuse("mergedAgain");
  const [kept, gone] = [await aloneById(tx, row.keptId), await aloneById(tx, row.goneId)];
  if (kept === null || gone === null) return refuse("notFound");
  return {
    row,
    merge: asMerge(row),
    addresses: (await ownAddresses(tx, row.goneId)).map(({ value }) => value),
    parts: changedSince(row, await mergesAfter(tx, row), partsOf(kept), partsOf(gone)),
    added: (await addedSince(tx, row)).map(({ id, value }) => ({ id, value })),
  };
};

/** A merge that stands and whose both sides this agent may see. */
export const standing = async (tx: Tx, who: Who, mergeId: string, lock: boolean): Promise<MergeRow | Refusal> => {
  const merge = await mergeById(tx, mergeId, lock);
  if (merge === null || !(await seesBoth(tx, who, merge))) return refuse("notFound");
  return merge.undoneAt === null ? merge : refuse("nothingToUndo");
};

const seesBoth = async (
  tx: Tx,
  who: Who,
  { keptId, goneId }: Pick<MergeRow, "keptId" | "goneId">,
): Promise<boolean> => {
  const brands = brandsOf(who);
  for (const id of [keptId, goneId]) {
    const alone = await aloneById(tx, id);
    if (alone === null || !isKnown(brands, alone.brandIds)) return false;
  }
  return true;
};

/** Addresses that an agent gave the kept one since: nothing tells whose they are. */
export const addedSince = async (
  tx: Tx,
  merge: Pick<MergeRow, "keptId" | "keptAddresses">,
): Promise<Awaited<ReturnType<typeof ownAddresses>>> =>
  (await ownAddresses(tx, merge.keptId)).filter(({ id, byAgent }) => byAgent && !merge.keptAddresses.includes(id));
