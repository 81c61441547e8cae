// Decides about two customers who may be one: what speaks for it, what differs, what the merged one is, and what taking them apart gives back.
// Called by customers/actions-merging.ts, customers/reads-merging.ts and customers/actions-likeness.ts; pure.
import type { AddressKind } from "#contract/channel.ts";
import type { Customer } from "#contract/customers.ts";
import type { Conflict, Evidence, PartValue, Sureness, UndoChoices } from "#contract/merging.ts";
import { fold, skeleton } from "#lib/fold.ts";

/** What likeness is judged by: names, addresses and claims with what spellings of one share (`alike`, empty: nothing). */
export interface Likeness {
  readonly name: string;
  readonly addresses: readonly { readonly kind: AddressKind; readonly norm: string; readonly alike: string }[];
  readonly claims: readonly {
    readonly kind: string;
    readonly norm: string;
    readonly alike: string;
    readonly signed: boolean;
  }[];
}

/** Most of one kind that is worth showing. */
const mostShown = 3;

/**
 * What speaks for two customers being one. A name alone says nothing, and neither does a number or an address somebody merely typed, beyond that an agent
 * should look: "certain" is only what a site has signed for both; with the same name beside it the rest is "likely". Null: nothing.
 */
export const likenessOf = (
  one: Likeness,
  other: Likeness,
): { readonly sure: Sureness; readonly evidence: readonly Evidence[] } | null => {
  const signed = pairs(one.claims, other.claims, (a, b) => a.signed && b.signed && isSame(a, b));
  // What one of them has and the other names says it all: that both name it, too, is no second reason.
  const isHad = (claim: Kept): boolean => [...one.addresses, ...other.addresses].some((had) => isSame(had, claim));
  const found: Evidence[] = [
    ...signed.map(([a, b]) => same("signedId", a.norm, b.norm)),
    ...pairs(one.claims, other.addresses, isSame).map(([a, b]) => same("claimed", a.norm, b.norm)),
    ...pairs(one.addresses, other.claims, isSame).map(([a, b]) => same("claimed", a.norm, b.norm)),
    ...pairs(one.claims, other.claims, (a, b) => !(a.signed && b.signed) && isSame(a, b) && !isHad(a)).map(([a, b]) =>
      same("sameClaim", a.norm, b.norm),
    ),
    ...pairs(
      [...one.addresses, ...one.claims],
      [...other.addresses, ...other.claims],
      (a, b) => a.alike !== "" && a.alike === b.alike && !isSame(a, b),
    ).map(([a, b]) => same(a.alike.startsWith("number:") ? "sameNumber" : "sameMailbox", a.norm, b.norm)),
  ];
  if (found.length === 0) return null;
  const named = isSameName(one, other);
  return {
    sure: signed.length > 0 ? "certain" : named ? "likely" : "possible",
    evidence: [...found, ...(named ? [same("sameName", one.name, other.name)] : [])],
  };
};

interface Kept {
  readonly kind: string;
  readonly norm: string;
}
const isSame = (a: Kept, b: Kept): boolean => a.kind === b.kind && a.norm === b.norm;
const same = (kind: Evidence["kind"], one: string, other: string): Evidence => ({ kind, one, other });
const pairs = <A, B>(ones: readonly A[], others: readonly B[], fits: (a: A, b: B) => boolean): [A, B][] =>
  ones.flatMap((a) => others.filter((b) => fits(a, b)).map((b): [A, B] => [a, b])).slice(0, mostShown);

const sound = (name: string): string => skeleton(fold(name)).replace(/\s+/g, " ").trim();

/** The same name, where both are called by one: an address is no name. */
const isSameName = (one: Likeness, other: Likeness): boolean =>
  sound(one.name) !== "" && sound(one.name) === sound(other.name) && !one.name.includes("@") && hasName(one);
const hasName = ({ name, addresses }: Likeness): boolean =>
  !addresses.some(({ norm }) => norm.toLowerCase() === name.trim().toLowerCase());

/** The other way round: what is kept for a pair, seen from the other one. */
export const turned = (evidence: readonly Evidence[]): Evidence[] =>
  evidence.map(({ kind, one, other }) => ({ kind, one: other, other: one }));

/** What is known of a customer, part by part; what is not known is not in it. */
export type Parts = Readonly<Record<string, Exclude<PartValue, null>>>;

/** The parts of a customer. */
export const partsOf = (
  customer: Pick<Customer, "name" | "language" | "organisation" | "wish" | "tierId" | "agentId" | "fields">,
): Parts => ({
  name: customer.name,
  ...(customer.language === null ? {} : { language: customer.language }),
  ...(customer.organisation === null ? {} : { organisation: customer.organisation.name }),
  ...(customer.wish === null ? {} : { wish: customer.wish.kind }),
  ...(customer.tierId === null ? {} : { tier: customer.tierId }),
  ...(customer.agentId === null ? {} : { agent: customer.agentId }),
  ...Object.fromEntries(Object.entries(customer.fields).map(([key, value]) => [`field:${key}`, value])),
});

const valueIn = (parts: Parts, part: string): PartValue => parts[part] ?? null;
const putPart = (parts: Parts, part: string, value: PartValue): Parts => {
  const { [part]: _old, ...others } = parts;
  return value === null ? others : { ...others, [part]: value };
};

/** Called by nothing but an address. */
const isNameless = (customer: Pick<Customer, "name" | "addresses">): boolean =>
  customer.addresses.some(({ value }) => value.toLowerCase() === customer.name.toLowerCase());

/** The parts in which both say something, and something else. Who is called by an address only has no name that could differ. */
export const conflictsOf = (one: Customer, other: Customer): Conflict[] => {
  const [a, b] = [partsOf(one), partsOf(other)];
  return Object.keys(a)
    .filter((part) => valueIn(b, part) !== null && valueIn(a, part) !== valueIn(b, part))
    .filter((part) => part !== "name" || !(isNameless(one) || isNameless(other)))
    .map((part) => ({ part, one: valueIn(a, part), other: valueIn(b, part) }));
};

/** Has each proved an address of a kind of which the other has proved another? Of chats everybody has one for each browser, which says nothing. */
export const provedBoth = (one: Pick<Customer, "addresses">, other: Pick<Customer, "addresses">): boolean => {
  const proved = (customer: Pick<Customer, "addresses">): Set<string> =>
    new Set(
      customer.addresses
        .filter(({ kind, verifiedAt }) => verifiedAt !== null && kind !== "chat")
        .map(({ kind }) => kind),
    );
  return !proved(one).isDisjointFrom(proved(other));
};

/** What the merged customer is: the kept one's parts, those in `take` and those the kept one lacks from the other. */
export const mergedParts = (kept: Customer, gone: Customer, take: readonly string[]): Parts => {
  const [mine, theirs] = [partsOf(kept), partsOf(gone)];
  const named = isNameless(kept) && !isNameless(gone) ? ["name"] : [];
  let merged = mine;
  for (const part of Object.keys(theirs))
    if (valueIn(mine, part) === null || take.includes(part) || named.includes(part))
      merged = putPart(merged, part, valueIn(theirs, part));
  return merged;
};

/** A merge as far as parts are concerned: those of the kept one before and after it. */
export interface PartsChange {
  readonly id: string;
  readonly before: Parts;
  readonly after: Parts;
}

const partsIn = (...all: readonly Parts[]): string[] => [...new Set(all.flatMap((parts) => Object.keys(parts)))];

/** The later merge into the same customer that changed a part next, if one did: what stood there until then is what it found. */
const nextOf = (later: readonly PartsChange[], part: string): PartsChange | undefined =>
  later.find(({ before, after }) => valueIn(before, part) !== valueIn(after, part));

/** A part as it was left after this merge: as the next merge found it, else as it is. */
const leftOf = (later: readonly PartsChange[], now: Parts, part: string): PartValue =>
  valueIn(nextOf(later, part)?.before ?? now, part);

/** What was changed since a merge, so that nobody but an agent can say whose it is. `later`: merges into the same customer since, oldest first. */
export const changedSince = (
  merge: PartsChange,
  later: readonly PartsChange[],
  now: Parts,
  gone: Parts,
): { readonly part: string; readonly before: PartValue; readonly gone: PartValue; readonly now: PartValue }[] =>
  partsIn(merge.before, merge.after, now, ...later.map(({ before }) => before))
    .filter((part) => leftOf(later, now, part) !== valueIn(merge.after, part))
    .map((part) => ({
      part,
      before: valueIn(merge.before, part),
      gone: valueIn(gone, part),
      now: leftOf(later, now, part),
    }));

/**
 * The parts of both after a merge was taken apart, and what later merges found instead. What the merge changed and nobody since is as it was before; what
 * was changed since is whose `choices` say (the kept one's if they say nothing).
 */
export const unmergedParts = (
  merge: PartsChange,
  later: readonly PartsChange[],
  now: { readonly kept: Parts; readonly gone: Parts },
  choices: UndoChoices["parts"],
): { readonly kept: Parts; readonly gone: Parts; readonly later: readonly PartsChange[] } => {
  let { kept, gone } = now;
  let after = later;
  const give = (part: string, value: PartValue): void => {
    const next = nextOf(after, part);
    if (next === undefined) kept = putPart(kept, part, value);
    else after = after.map((one) => (one.id === next.id ? { ...one, before: putPart(one.before, part, value) } : one));
  };
  const changed = new Set(changedSince(merge, later, now.kept, gone).map(({ part }) => part));
  for (const part of partsIn(merge.before, merge.after, now.kept, ...later.map(({ before }) => before))) {
    const left = leftOf(later, now.kept, part);
    const whose = changed.has(part) ? (choices[part] ?? "kept") : "before";
    if (whose === "gone" || whose === "both")
      gone = part === "name" && left === null ? gone : putPart(gone, part, left);
    if (whose === "gone" || whose === "before") give(part, valueIn(merge.before, part));
  }
  return { kept, gone, later: after };
};
