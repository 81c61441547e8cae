// What a customer said in chats that is not among their proved addresses: a claim, and said to be one. Called by CustomerPanel.tsx.
import { useQuery } from "@tanstack/react-query";
import type { Customer } from "#contract/customers.ts";
import { visitors } from "#contract/visitors.ts";
import type { Chatter } from "#contract/visitors.ts";
import { Icon } from "#web/kit/Icon.tsx";
import type { IconName } from "#web/kit/Icon.tsx";
import { callOrThrow } from "#web/state/client.ts";
import { t } from "#web/state/words.ts";

interface Claim {
  readonly icon: IconName;
  readonly value: string;
  readonly why: string;
}

/** What of it is worth a line: nothing that stands among the addresses already. */
const claimsOf = (customer: Customer, said: readonly Chatter[]): readonly Claim[] => {
  const known = new Set(customer.addresses.map(({ value }) => value.toLowerCase()));
  const claims = said.flatMap(({ email, emailProvedBy, phone }): Claim[] => [
    ...(email === "" || known.has(email.toLowerCase())
      ? []
      : [
          {
            icon: "mail" as const,
            value: email,
            why: emailProvedBy === null ? t("customers.claimed") : t(`customers.claimedProved.${emailProvedBy}`),
          },
        ]),
    ...(phone === "" || known.has(phone)
      ? []
      : [{ icon: "phone" as const, value: phone, why: t("customers.claimedBySite") }]),
  ]);
  return claims.filter(({ value }, index) => claims.findIndex((other) => other.value === value) === index);
};

/** `bump`: another number when the customer changed. */
export const Claims = ({ customer, bump }: { readonly customer: Customer; readonly bump: number }) => {
  const hasChatted = customer.addresses.some(({ kind }) => kind === "chat");
  const said = useQuery({
    queryKey: ["chatters", customer.id, bump],
    enabled: hasChatted,
    queryFn: ({ signal }) => callOrThrow(visitors.ofCustomer, { params: { id: customer.id } }, signal),
  });
  const claims = claimsOf(customer, said.data ?? []);
  if (claims.length === 0) return null;
  return (
    <ul>
      {claims.map(({ icon, value, why }) => (
        <li key={value} className="address" data-claimed>
          <Icon name={icon} size="small" />
          <span className="address-words">
            <span className="address-value">{value}</span>
            <small>{why}</small>
          </span>
        </li>
      ))}
    </ul>
  );
};
