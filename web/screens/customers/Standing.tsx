// What counts for a customer: their tier and whose account they are, of their own and of their organisation. Called by CustomerPanel.
import { useQueryClient } from "@tanstack/react-query";
import type { AgentId, TierId } from "#contract/ids.ts";
import type { Customer } from "#contract/customers.ts";
import { Choose } from "#web/kit/Field.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { changeCustomer } from "#web/state/customers.ts";
import type { KeepCustomer } from "#web/state/customers.ts";
import { deskState } from "#web/state/desk.ts";
import { useStore } from "#web/state/store.ts";
import { changeOrganisation, countingWords } from "#web/state/tiers.ts";
import { t } from "#web/state/words.ts";

const none = "none";

/** The tier that counts, beside the name; nothing where there is none. */
export const TierMark = ({ customer }: { readonly customer: Customer }) => {
  const tiers = useStore(deskState, (state) => state.tiers);
  const counting = countingWords(tiers, customer);
  if (counting === null) return null;
  const label = t(counting.isOrganisations ? "tiers.ofOrganisation" : "tiers.own", { name: counting.name });
  return (
    <span className="badge customer-tier" title={label}>
      <Icon name="star" size="small" label={label} />
      <span aria-hidden="true">{counting.name}</span>
    </span>
  );
};

/** The lines of the panel by which tier and agent are changed. */
export const Standing = ({ customer, keep }: { readonly customer: Customer; readonly keep: KeepCustomer }) => {
  const store = useQueryClient();
  const { organisation } = customer;
  const keepOrganisation = (next: NonNullable<Customer["organisation"]>): void => {
    store.setQueryData<Customer>(["customer", customer.id], (now) => now && { ...now, organisation: next });
  };
  return (
    <>
      <TierChoice
        label={t("customers.tier")}
        value={customer.tierId}
        set={(tierId) => changeCustomer(customer, { tierId }, keep)}
      />
      {organisation === null ? null : (
        <TierChoice
          label={t("customers.organisationTier")}
          value={organisation.tierId}
          set={(tierId) => void changeOrganisation(organisation, { tierId }, keepOrganisation)}
        />
      )}
      <AgentChoice
        label={t("customers.agent")}
        value={customer.agentId}
        set={(agentId) => changeCustomer(customer, { agentId }, keep)}
      />
      {organisation === null ? null : (
        <AgentChoice
          label={t("customers.organisationAgent")}
          value={organisation.agentId}
          set={(agentId) => void changeOrganisation(organisation, { agentId }, keepOrganisation)}
        />
      )}
    </>
  );
};

const TierChoice = ({
  label,
  value,
  set,
}: {
  readonly label: string;
  readonly value: TierId | null;
  readonly set: (tierId: TierId | null) => void;
}) => {
  const tiers = useStore(deskState, (state) => state.tiers);
  // Where nobody has set up tiers there is nothing to choose.
  if (tiers.length === 0 && value === null) return null;
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <Choose
          quiet
          label={label}
          value={value ?? none}
          choices={[
            ...tiers.map(({ id, name }) => ({ id: id as string, label: name })),
            { id: none, label: t("customers.none") },
          ]}
          onChange={(id) => set(tiers.find((one) => one.id === id)?.id ?? null)}
        />
      </dd>
    </div>
  );
};

const AgentChoice = ({
  label,
  value,
  set,
}: {
  readonly label: string;
  readonly value: AgentId | null;
  readonly set: (agentId: AgentId | null) => void;
}) => {
  const agents = useStore(deskState, (state) => state.agents);
  const shown = agents.filter(({ id, active }) => active || id === value);
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <Choose
          quiet
          label={label}
          value={value ?? none}
          // Who has gone looks after nobody: it can be seen, and another chosen.
          hint={
            value !== null && agents.find(({ id }) => id === value)?.active === false
              ? t("customers.agentGone")
              : undefined
          }
          choices={[
            ...shown.map(({ id, name }) => ({ id: id as string, label: name })),
            { id: none, label: t("customers.none") },
          ]}
          onChange={(id) => set(agents.find((one) => one.id === id)?.id ?? null)}
        />
      </dd>
    </div>
  );
};
