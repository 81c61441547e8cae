// What an agent does about customers who may be one, each with its way back. Called by the customer's panel, its sheets and the commands.
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Customer } from "#contract/customers.ts";
import type { Result } from "#contract/endpoint.ts";
import { merging } from "#contract/merging.ts";
import type { Conflict, Evidence, Merge, UndoChoices } from "#contract/merging.ts";
import { call, callOrThrow } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { deskState } from "#web/state/desk.ts";
import { fieldName, fieldWords } from "#web/state/fieldValues.ts";
import { tellProblem, tellRefusal } from "#web/state/problems.ts";
import { nameWords } from "#web/state/names.ts";
import { createStore } from "#web/state/store.ts";
import { offerBack, toast } from "#web/state/toasts.ts";
import { t, words } from "#web/state/words.ts";

export type Merges = Result<typeof merging.of>;

/** What was fetched last of each customer: commands ask it what can be done. */
const known = createStore<Readonly<Record<string, Merges>>>({});

/** The merges of a customer that stand, as far as this desk knows; the newest first. */
export const standingMerges = (customerId: string): readonly Merge[] => {
  const merges = known.get()[customerId];
  return merges === undefined ? [] : merges.merges.filter((one) => isStanding(one, merges.members));
};

/** Does a merge stand, and is it one of this customer's as they are now? */
export const isStanding = (merge: Merge, members: readonly string[]): boolean =>
  merge.undoneAt === null && members.includes(merge.kept.id) && members.includes(merge.gone.id);

/** Whom a customer may be the same as, and what was merged; undefined until it is fetched. */
export const useMerges = (id: string): Merges | undefined => {
  const { data } = useQuery({
    queryKey: ["customerMerges", id],
    queryFn: ({ signal }) => callOrThrow(merging.of, { params: { id } }, signal),
  });
  useEffect(() => {
    if (data) known.set((all) => ({ ...all, [id]: data }));
  }, [data, id]);
  return data;
};

/** What speaks for two being one, in words; what both spell alike is said once. */
export const evidenceWords = ({ kind, one, other }: Evidence): string =>
  t(`customers.merging.evidence.${kind}`, {
    other: nameWords(other),
    both: one === other ? nameWords(one) : `${nameWords(one)}, ${nameWords(other)}`,
  });

/** A part's name. */
export const partName = (part: string): string =>
  part.startsWith("field:")
    ? fieldName(deskState.get().fields, "customer", part.slice(6))
    : t(`customers.${part as "name" | "language" | "organisation" | "wish" | "tier" | "agent"}`);

/** A part's value in words; what is not known has none. */
export const partWords = (part: string, value: Conflict["one"]): string => {
  if (value === null || value === "") return t("customers.merging.nothing");
  if (part === "language") return t(`languages.${value as "de" | "en"}`);
  if (part === "name") return nameWords(String(value));
  if (part === "wish") return words(`channels.${String(value)}.name`) ?? String(value);
  const { tiers, agents } = deskState.get();
  if (part === "tier") return tiers.find(({ id }) => id === value)?.name ?? t("filters.gone");
  if (part === "agent") return agents.find(({ id }) => id === value)?.name ?? t("filters.gone");
  const field = deskState.get().fields.find(({ owner, key }) => owner === "customer" && part === `field:${key}`);
  return field ? fieldWords(value, field.kind) : String(value);
};

const nothingChosen: UndoChoices = { parts: {}, addresses: {}, concerns: {} };

/** Merges the other one into the first; the way back takes them apart at once. Gives what was wrong, or null. */
export const mergeCustomers = async (
  kept: Customer,
  other: Pick<Customer, "id" | "name">,
  take: readonly string[],
): Promise<Problem | null> => {
  const outcome = await offerBack(
    t("done.customer.merged", { name: nameWords(other.name) }),
    call(merging.merge, { params: { id: kept.id }, body: { otherId: other.id, take: [...take] } }),
    ({ mergeId }) => tellRefusal(call(merging.undo, { params: { id: mergeId }, body: nothingChosen })),
  );
  return outcome.ok ? null : outcome.problem;
};

/** Takes a merge apart. Gives what was wrong, or null. */
export const takeApart = async (merge: Merge, choices: UndoChoices): Promise<Problem | null> => {
  const outcome = await call(merging.undo, { params: { id: merge.id }, body: choices });
  if (!outcome.ok) return outcome.problem;
  toast(t("done.customer.separated", { name: nameWords(merge.gone.name) }));
  return null;
};

/** Says that two are two, for good; the way back asks again. */
export const decline = async (proposal: Merges["proposals"][number]): Promise<void> => {
  const put = (declined: boolean) => call(merging.decline, { params: { id: proposal.id }, body: { declined } });
  const outcome = await offerBack(
    t("done.customer.declined", { name: nameWords(proposal.other.name) }),
    put(true),
    () => tellRefusal(put(false)),
  );
  if (!outcome.ok) tellProblem(outcome.problem);
};
