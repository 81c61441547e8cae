// Merging two customers who are one, taking that apart again, and remembering that two are two. Called by customers/routes.ts and concerns/actions-merging.ts.
import type { Who } from "#contract/actor.ts";
import type { AddressKind, ChannelKind } from "#contract/channel.ts";
import type { Customer } from "#contract/customers.ts";
import { isRefusal, refuse, type Refusal } from "#contract/errors.ts";
import type { AgentId, BrandId, CustomerId, OrganisationId, TierId } from "#contract/ids.ts";
import type { UndoChoices } from "#contract/merging.ts";
import { say, type Said } from "#modules/audit/actions.ts";
import { changed } from "#modules/customers/actions.ts";
import { mergedParts, partsOf, unmergedParts, type Parts } from "#modules/customers/model-merging.ts";
import { factsOf } from "#modules/customers/model.ts";
import { brandsOf } from "#modules/customers/policy.ts";
import { addedSince, standing } from "#modules/customers/reads-merging.ts";
import {
  clearPreferred,
  giveAddress,
  insertMerge,
  mergesAfter,
  ownAddresses,
  preferAgain,
  preferredOf,
  proposalById,
  setApart,
  setDeclined,
  setFound,
  setMergedInto,
  setUndone,
  type MergeRow,
} from "#modules/customers/store-merging.ts";
import { allTiers } from "#modules/customers/store-tiers.ts";
import {
  addBrandTo,
  aloneById,
  customerById,
  isKnownTo,
  lockCustomer,
  membersOf,
  organisationByName,
  raiseVersion,
  updateCustomer,
  wholeOf,
} from "#modules/customers/store.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

type Acting = Pick<World, "db" | "now" | "newId" | "wake">;

/**
 * Merges the other customer into this one. Nothing moves: addresses, concerns and messages stay with whom they came by, so that nobody outside sees more
 * than before; the desk reads both as one. `take`: parts in which the other's stands. Refuses notFound for whom the agent may not see, sameCustomer.
 */
export const mergeCustomers = (
  world: Acting,
  who: Who,
  id: CustomerId,
  input: { readonly otherId: CustomerId; readonly take: readonly string[] },
): Promise<{ readonly mergeId: string; readonly customer: Customer } | Refusal> =>
  world.db.transaction(async (tx) => {
    const brands = brandsOf(who);
    const both = await lockTwo(tx, id, input.otherId);
    if (both === null) return refuse("notFound");
    const [keptId, goneId] = both;
    const kept = await customerById(tx, keptId, brands);
    const gone = await customerById(tx, goneId, brands);
    if (kept === null || gone === null) return refuse("notFound");
    if (keptId === goneId) return refuse("sameCustomer");
    const [mine, theirs] = [await membersOf(tx, [keptId]), await membersOf(tx, [goneId])];
    const before = partsOf(kept);
    const after = mergedParts(kept, gone, input.take);
    const merge: Omit<MergeRow, "undoneAt" | "undoneBy"> = {
      id: world.newId(),
      keptId,
      goneId,
      at: world.now().toISOString(),
      byName: who.name,
      keptName: kept.name,
      goneName: gone.name,
      before,
      after,
      keptAddresses: (await ownAddresses(tx, keptId)).map((address) => address.id),
      keptPreferred: await preferredOf(tx, mine),
      gonePreferred: await preferredOf(tx, theirs),
    };
    await insertMerge(tx, merge);
    await writeParts(world, tx, keptId, before, after);
    if (merge.keptPreferred !== null) await clearPreferred(tx, theirs);
    await setMergedInto(tx, goneId, keptId);
    await sayMerged(world, tx, who, "customer.merged", merge);
    return { mergeId: merge.id, customer: (await customerById(tx, keptId, brands)) ?? kept };
  });

/** Locks both as the desk shows them, always in one order; null when one is not there. */
const lockTwo = async (
  tx: Tx,
  id: CustomerId,
  otherId: CustomerId,
): Promise<readonly [CustomerId, CustomerId] | null> => {
  for (;;) {
    const [one, other] = [await wholeOf(tx, id), await wholeOf(tx, otherId)];
    if (one === null || other === null) return null;
    for (const each of [one, other].toSorted()) await lockCustomer(tx, each);
    if ((await wholeOf(tx, id)) === one && (await wholeOf(tx, otherId)) === other) return [one, other];
  }
};

/** What was given to the other one, so that what was said over it can follow. */
export interface Apart {
  readonly keptId: CustomerId;
  readonly goneId: CustomerId;
  readonly given: readonly { readonly kind: AddressKind; readonly norm: string; readonly value: string }[];
}

/**
 * Takes a merge apart in the caller's transaction: everybody has their own again, also what came since, because it came by an address of theirs. What was
 * changed or added since by an agent goes where `choices` say, else stays with the kept one. Refuses nothingToUndo when it was undone, mergedAgain when
 * the kept one was merged into somebody since: that goes first.
 */
export const takeApart = async (
  world: Acting,
  tx: Tx,
  who: Who,
  mergeId: string,
  choices: Pick<UndoChoices, "parts" | "addresses">,
): Promise<Apart | Refusal> => {
  const merge = await standing(tx, who, mergeId, true);
  if (isRefusal(merge)) return merge;
  const { keptId, goneId } = merge;
  for (const id of [keptId, goneId].toSorted()) await lockCustomer(tx, id);
  if ((await wholeOf(tx, keptId)) !== keptId) return refuse("mergedAgain");
  const kept = await aloneById(tx, keptId);
  const gone = await aloneById(tx, goneId);
  if (kept === null || gone === null) return refuse("notFound");
  const later = await mergesAfter(tx, merge);
  const now = { kept: partsOf(kept), gone: partsOf(gone) };
  const parts = unmergedParts(merge, later, now, choices.parts);
  await writeParts(world, tx, keptId, now.kept, parts.kept);
  await writeParts(world, tx, goneId, now.gone, parts.gone);
  for (const found of parts.later)
    if (later.find(({ id }) => id === found.id)?.before !== found.before) await setFound(tx, found.id, found.before);
  const given = (await addedSince(tx, merge)).filter(({ id }) => choices.addresses[id] === "gone");
  for (const { id } of given) await giveAddress(tx, id, goneId);
  await setUndone(tx, mergeId, world.now().toISOString(), who.name);
  const theirs = await setApart(tx, goneId);
  await preferAgain(tx, theirs, merge.gonePreferred);
  await preferAgain(tx, await membersOf(tx, [keptId]), merge.keptPreferred);
  await sayMerged(world, tx, who, "customer.unmerged", merge);
  return { keptId, goneId, given };
};

/** From now on this brand knows the customer. */
export const knowByBrand = (tx: Tx, customerId: CustomerId, brandId: BrandId): Promise<void> =>
  addBrandTo(tx, customerId, brandId);

/** Says of two that they are not the same, for good, or takes that back. */
export const declineProposal = (
  world: Acting,
  who: Who,
  id: string,
  declined: boolean,
): Promise<Record<string, never> | Refusal> =>
  world.db.transaction(async (tx) => {
    const brands = brandsOf(who);
    const proposal = await proposalById(tx, id);
    if (proposal === null) return refuse("notFound");
    for (const each of [proposal.oneId, proposal.otherId])
      if (!(await isKnownTo(tx, each, brands))) return refuse("notFound");
    if ((proposal.declinedAt !== null) === declined) return {};
    await setDeclined(tx, id, declined ? { at: world.now().toISOString(), by: who.name } : null);
    const { oneId: customerId, otherId } = proposal;
    const heard = await brandsKnowing(tx, [customerId, otherId]);
    await say(
      world,
      tx,
      who,
      heard.map((brandId) => ({
        kind: "customer.declined",
        brandId,
        customerId,
        data: { customerId, otherId, declined },
      })),
    );
    return {};
  });

/** The brands that know one of these; one null when none does. */
export const brandsKnowing = async (tx: Tx, ids: readonly CustomerId[]): Promise<readonly (BrandId | null)[]> => {
  const known = new Set<BrandId>();
  for (const id of ids) for (const brand of (await aloneById(tx, id))?.brandIds ?? []) known.add(brand);
  return known.size === 0 ? [null] : [...known].toSorted();
};

const sayMerged = async (
  world: Acting,
  tx: Tx,
  who: Who,
  kind: "customer.merged" | "customer.unmerged",
  { id: mergeId, keptId, goneId }: Pick<MergeRow, "id" | "keptId" | "goneId">,
): Promise<void> => {
  const heard = await brandsKnowing(tx, [keptId, goneId]);
  const data = { mergeId, keptId, goneId };
  const entries: Said[] = heard.map((brandId) => ({ kind, brandId, customerId: keptId, data }));
  // Who is shown for whom has changed: names on concerns follow, desks fetch afresh.
  const what = ["merged", "name", "tier", "agent"];
  const raised = await raiseVersion(tx, keptId);
  if (raised !== null) entries.push(...changed(what, raised));
  if (kind === "customer.unmerged") {
    const other = await raiseVersion(tx, goneId);
    if (other !== null) entries.push(...changed(what, other));
  }
  await say(world, tx, who, entries);
};

/** Writes what differs. */
const writeParts = async (
  world: Pick<World, "newId">,
  tx: Tx,
  id: CustomerId,
  before: Parts,
  after: Parts,
): Promise<void> => {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  if ([...keys].every((part) => before[part] === after[part])) return;
  const { name, language, organisation, wish, tier, agent } = after as {
    name: string;
    language?: "de" | "en";
    organisation?: string;
    wish?: ChannelKind;
    tier?: TierId;
    agent?: AgentId;
  };
  const fields = Object.fromEntries(
    Object.entries(after).flatMap(([part, value]) => (part.startsWith("field:") ? [[part.slice(6), value]] : [])),
  );
  const organisationId =
    organisation === undefined ? null : await organisationByName(tx, world.newId() as OrganisationId, organisation);
  await updateCustomer(tx, id, {
    name,
    language: language ?? null,
    organisationId,
    // Who merges or takes apart has said which wish stands.
    ...(before["wish"] === wish ? {} : { wish: wish === undefined ? null : { kind: wish, by: "agent" } }),
    // A tier that went since the merge is none any more.
    tierId: tier !== undefined && (await allTiers(tx)).some(({ id }) => id === tier) ? tier : null,
    agentId: agent ?? null,
    fields,
    facts: factsOf(organisation ?? null, fields),
  });
};
