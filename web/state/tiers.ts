// Tiers as people read and change them: which one counts for a customer, names, the list kept as a whole. Called by the customer's panel, the forms of rules and the
// administration.
import { customers } from "#contract/customers.ts";
import type { Customer, Organisation, OrganisationChange } from "#contract/customers.ts";
import { countingTier, tiers as endpoints } from "#contract/tiers.ts";
import type { Tier } from "#contract/tiers.ts";
import { mergeReference } from "#web/state/apply.ts";
import { call } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { deskState } from "#web/state/desk.ts";
import { tellProblem, tellRefusal } from "#web/state/problems.ts";
import { offerBack } from "#web/state/toasts.ts";
import { listed, t } from "#web/state/words.ts";

type Tiers = readonly Tier[];

/** What a list of tiers is called: "Plus and Business". Nothing for none; what is no longer there is said. */
export const tierWords = (tiers: Tiers, ids: readonly string[] | undefined): string[] =>
  ids === undefined || ids.length === 0
    ? []
    : [
        t("tiers.ofTiers", {
          names: listed(ids.map((id) => tiers.find((one) => one.id === id)?.name ?? t("filters.gone"))),
        }),
      ];

/** The tiers to tick, with those that are chosen and no longer there. */
export const tierChoices = (
  tiers: Tiers,
  chosen: readonly string[] = [],
): { readonly id: string; readonly label: string }[] => [
  ...tiers.map(({ id, name }) => ({ id: id as string, label: name })),
  ...chosen.filter((id) => !tiers.some((one) => one.id === id)).map((id) => ({ id, label: t("filters.gone") })),
];

/** The tiers that are ticked, in the list's order. */
export const chosenTiers = (tiers: Tiers, ids: readonly string[], before: readonly Tier["id"][] = []): Tier["id"][] => [
  ...tiers.filter(({ id }) => ids.includes(id)).map(({ id }) => id),
  ...before.filter((id) => ids.includes(id) && !tiers.some((one) => one.id === id)),
];

/** The name of the tier that counts for a customer, and whether it is their organisation's; null: they have none. */
export const countingWords = (
  tiers: Tiers,
  { tierId, organisation }: Pick<Customer, "tierId" | "organisation">,
): { readonly name: string; readonly isOrganisations: boolean } | null => {
  const id = countingTier(tiers, tierId, organisation?.tierId ?? null);
  const one = tiers.find((tier) => tier.id === id);
  return one === undefined ? null : { name: one.name, isOrganisations: id !== tierId };
};

/** Keeps the tiers as they shall be; gives what was wrong, or null. */
export const keepTiers = async (tiers: Tiers): Promise<Problem | null> => {
  const was = deskState.get().tiers;
  const outcome = await call(endpoints.set, { body: { tiers: [...tiers], was: [...was] } });
  if (!outcome.ok) return outcome.problem;
  deskState.set((state) => mergeReference(state, { tiers: outcome.value }));
  return null;
};

/** Changes an organisation's tier or agent, with its exact way back. `keep` puts it where it is shown. */
export const changeOrganisation = async (
  before: Organisation,
  wanted: Pick<OrganisationChange, "tierId" | "agentId">,
  keep: (organisation: Organisation) => void,
): Promise<void> => {
  const [[part]] = Object.entries(wanted) as [["tierId" | "agentId", unknown]];
  const put = async (body: OrganisationChange) => {
    const outcome = await call(customers.changeOrganisation, { params: { id: before.id }, body });
    if (outcome.ok) keep(outcome.value);
    return outcome;
  };
  const outcome = await offerBack(t(`done.organisation.${part}`), put(wanted), (after) =>
    tellRefusal(put({ [part]: before[part], was: { [part]: after[part] } })),
  );
  if (!outcome.ok) tellProblem(outcome.problem);
};
