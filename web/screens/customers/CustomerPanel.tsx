// Who the customer is: addresses and how sure they are, organisation, language, fields, earlier concerns.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import type { ReactNode } from "react";
import { Button as AriaButton } from "react-aria-components";
import type { ConcernDetail, ConcernRow } from "#contract/concerns.ts";
import { addressKindOf, isKept } from "#contract/channel.ts";
import { customers } from "#contract/customers.ts";
import type { Address, Customer } from "#contract/customers.ts";
import { IconButton } from "#web/kit/Button.tsx";
import { Choose } from "#web/kit/Field.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { AddressMark, Face, StatusMark, When } from "#web/kit/Marks.tsx";
import { ActionMenu } from "#web/kit/Menu.tsx";
import { Empty, Unanswered } from "#web/kit/States.tsx";
import { Told } from "#web/kit/Told.tsx";
import { Claims } from "#web/screens/customers/Claims.tsx";
import { DialButton } from "#web/screens/customers/DialButton.tsx";
import { EditableText } from "#web/screens/customers/EditableText.tsx";
import { MergeHistory, Proposals } from "#web/screens/customers/Merges.tsx";
import { MergeSheets } from "#web/screens/customers/MergeSheets.tsx";
import { Fields } from "#web/screens/customers/Fields.tsx";
import { Standing, TierMark } from "#web/screens/customers/Standing.tsx";
import { callOrThrow, Refused } from "#web/state/client.ts";
import {
  addAddress,
  changeCustomer,
  changeCustomerField,
  markDoNotCall,
  preferAddress,
  removeAddress,
  unsuppressAddress,
} from "#web/state/customers.ts";
import type { KeepCustomer } from "#web/state/customers.ts";
import { deskState } from "#web/state/desk.ts";
import { suppressed } from "#web/state/reasons.ts";
import { useStore } from "#web/state/store.ts";
import { useMerges } from "#web/state/merging.ts";
import { nameWords } from "#web/state/names.ts";
import { people } from "#web/state/parties.ts";
import { otherConcerns } from "#web/state/otherConcerns.ts";
import { toggleCustomerPanel } from "#web/state/ui.ts";
import { t, words } from "#web/state/words.ts";
import "#web/screens/customers/customer.css";

/** `links` is given by the routes: screens do not know each other. */
export const CustomerPanel = ({ concern, links }: { readonly concern: ConcernDetail; readonly links: ReactNode }) => {
  const id = concern.row.customerId;
  const takingPart = people(concern.parties, concern.row);
  const store = useQueryClient();
  const bump = useStore(deskState, (state) => state.hints.customers[id] ?? 0);
  const customer = useQuery({
    queryKey: ["customer", id],
    queryFn: ({ signal }) => callOrThrow(customers.get, { params: { id } }, signal),
  });
  const earlier = useQuery({
    queryKey: ["customerConcerns", id],
    queryFn: ({ signal }) => callOrThrow(customers.concerns, { params: { id }, query: {} }, signal),
  });
  const channels = useStore(deskState, (state) => state.channels);
  const kinds = useStore(deskState, (state) => state.kinds);
  const rows = useStore(deskState, (state) => state.rows);
  const organisationId = customer.data?.organisation?.id ?? null;
  const turned = useStore(deskState, (state) =>
    organisationId === null ? 0 : (state.hints.organisations[organisationId] ?? 0),
  );
  useEffect(() => {
    if (turned > 0) void store.invalidateQueries({ queryKey: ["customer", id] });
  }, [turned, id, store]);
  useEffect(() => {
    if (bump === 0) return;
    for (const key of ["customer", "customerMerges", "customerConcerns"])
      void store.invalidateQueries({ queryKey: [key, id] });
  }, [bump, id, store]);
  const merges = useMerges(id);
  const keep = (next: Customer): void => void store.setQueryData(["customer", id], next);

  const one = customer.data;
  const others = otherConcerns(concern.row, earlier.data?.concerns ?? [], rows, merges?.members);
  // The kinds of address that some channel of ours can use, and that somebody could know: who sits in a chat is told by the chat.
  const spoken = [...new Set(channels.map((channel) => addressKindOf[channel.kind]))].filter((kind) => !isKept(kind));
  return (
    <aside className="customer" aria-label={t("customers.panel")}>
      <header className="customer-head">
        <span>{t("customers.customer")}</span>
        <IconButton size="small" icon="close" label={t("kit.close")} onPress={toggleCustomerPanel} />
      </header>
      {one ? (
        <div className="customer-body">
          <div className="customer-who">
            <Face name={nameWords(one.name)} />
            <div>
              <h3>
                <EditableText
                  label={t("customers.name")}
                  value={nameWords(one.name)}
                  keep={(name) => name !== "" && changeCustomer(one, { name }, keep)}
                />
              </h3>
              <TierMark customer={one} />
            </div>
          </div>
          {merges ? <Proposals proposals={merges.proposals} /> : null}
          <section>
            <h4>{t("customers.addresses")}</h4>
            <ul>
              {one.addresses.map((address) => (
                <AddressLine key={address.id} address={address} customer={one} keep={keep} concern={concern.row} />
              ))}
            </ul>
            <Claims customer={one} bump={bump} />
            {spoken.map((kind) => {
              const label =
                spoken.length === 1
                  ? t("customers.addAddress")
                  : t("customers.addAddressOf", { kind: t(`addressKinds.${kind}`) });
              return (
                <EditableText
                  key={kind}
                  label={label}
                  value=""
                  placeholder={label}
                  icon="plus"
                  keep={(value) => value !== "" && void addAddress(one, { kind, value }, keep)}
                />
              );
            })}
          </section>
          <section>
            <h4>{t("customers.about")}</h4>
            <dl className="customer-facts">
              <div>
                <dt>{t("customers.organisation")}</dt>
                <dd>
                  <EditableText
                    label={t("customers.organisation")}
                    value={one.organisation?.name ?? ""}
                    placeholder={t("customers.none")}
                    keep={(typed) => changeCustomer(one, { organisation: typed === "" ? null : typed }, keep)}
                  />
                </dd>
              </div>
              <div>
                <dt>{t("customers.language")}</dt>
                <dd>
                  <Choose
                    quiet
                    label={t("customers.language")}
                    value={one.language ?? "none"}
                    choices={[
                      { id: "de", label: t("languages.de") },
                      { id: "en", label: t("languages.en") },
                      { id: "none", label: t("customers.unknown") },
                    ]}
                    onChange={(language) =>
                      changeCustomer(one, { language: language === "none" ? null : language }, keep)
                    }
                  />
                </dd>
              </div>
              <div>
                <dt>{t("customers.wish")}</dt>
                <dd>
                  <Choose
                    quiet
                    label={t("customers.wish")}
                    value={one.wish?.kind ?? "none"}
                    hint={one.wish?.by === "customer" ? t("customers.wishByCustomer") : undefined}
                    choices={[
                      ...kinds.map(({ kind }) => ({ id: kind, label: t(`channels.${kind}.name`) })),
                      { id: "none" as const, label: t("customers.noWish") },
                    ]}
                    onChange={(wish) => changeCustomer(one, { wish: wish === "none" ? null : wish }, keep)}
                  />
                </dd>
              </div>
              <Standing customer={one} keep={keep} />
              <Fields fields={one.fields} keep={(field, value) => changeCustomerField(one, field, value, keep)} />
              <div>
                <dt>{t("customers.since")}</dt>
                <dd>
                  <When at={one.createdAt} />
                </dd>
              </div>
            </dl>
          </section>
          {takingPart.length > 1 ? (
            <section>
              <h4>{t("customers.parties")}</h4>
              <ul>
                {takingPart.map((party) => (
                  <li key={party.id} className="customer-party">
                    <Face small name={nameWords(party.name)} />
                    <span>
                      {nameWords(party.name)}
                      <small>{t(`partyRoles.${party.role}`)}</small>
                    </span>
                  </li>
                ))}
              </ul>
            </section>
          ) : null}
          {links}
          {merges ? <MergeHistory members={merges.members} merges={merges.merges} /> : null}
          <section>
            <h4>{t("customers.concerns")}</h4>
            <ul>
              {others.map((other) => (
                <li key={other.id}>
                  <Link
                    className="customer-concern"
                    to="/desk/$view/$number"
                    params={{ view: "all", number: String(other.number) }}
                  >
                    <StatusMark status={other.status} words={false} />
                    <span>{other.subject}</span>
                    {other.deliveryFailed ? (
                      <span className="row-failed">
                        <Icon name="warning" size="small" label={t("concerns.deliveryFailed")} />
                      </span>
                    ) : null}
                    {other.rating === null ? null : (
                      <span className="row-rating" data-bad={other.rating <= 2 || undefined}>
                        <Icon name="star" size="small" label={t("ratings.given", { score: other.rating })} />
                        <span aria-hidden="true">{other.rating}</span>
                      </span>
                    )}
                    <small>
                      <When at={other.lastMessageAt} />
                    </small>
                  </Link>
                </li>
              ))}
            </ul>
            {earlier.data && others.length === 0 ? (
              <p className="customer-none">{t("customers.firstConcern")}</p>
            ) : null}
          </section>
          <MergeSheets customer={one} merges={merges} />
        </div>
      ) : customer.error instanceof Refused && customer.error.problem.code === "notFound" ? (
        <Empty icon="lock" title={t("customers.otherBrand")}>
          {t("customers.otherBrandHint")}
        </Empty>
      ) : (
        <Unanswered asked={customer} rows={4} />
      )}
    </aside>
  );
};

const AddressLine = ({
  address,
  customer,
  keep,
  concern,
}: {
  readonly address: Address;
  readonly customer: Customer;
  readonly keep: KeepCustomer;
  readonly concern: ConcernRow;
}) => {
  return (
    <li className="address" data-suppressed={address.suppressedReason !== null || undefined}>
      <AddressMark kind={address.kind} />
      <span className="address-words">
        <span className="address-value">{nameWords(address.value)}</span>
        <small>
          {address.suppressedReason !== null ? (
            <>
              <Icon name="warning" size="small" /> {t("customers.suppressed")}{" "}
              <Told what={suppressed(address.suppressedReason)} />
            </>
          ) : address.verifiedAt === null ? (
            t("customers.unverified")
          ) : (
            <>
              <Icon name="shieldCheck" size="small" />{" "}
              {words(`verifiedBy.${address.verifiedBy ?? ""}`) ?? t("customers.verified")}
            </>
          )}
          {address.preferred ? ` · ${t("customers.preferred")}` : ""}
          {address.doNotCall ? (
            <>
              {" · "}
              <Icon name="hangUp" size="small" /> {t("calls.dial.doNotCall")}
            </>
          ) : null}
        </small>
      </span>
      {address.kind === "phone" ? <DialButton address={address} concern={concern} /> : null}
      <ActionMenu
        label={t("customers.addressMenu", { address: nameWords(address.value) })}
        placement="bottom end"
        trigger={
          <AriaButton
            className="icon-button"
            data-size="tiny"
            aria-label={t("customers.addressMenu", { address: nameWords(address.value) })}
          >
            <Icon name="more" />
          </AriaButton>
        }
        entries={[
          {
            id: "copy",
            label: t("customers.copy"),
            icon: "copy",
            run: () => void navigator.clipboard.writeText(address.value),
          },
          ...(address.preferred
            ? []
            : [
                {
                  id: "prefer",
                  label: t("customers.prefer"),
                  icon: "star" as const,
                  run: () => preferAddress(customer, address, keep),
                },
              ]),
          ...(address.suppressedReason === null
            ? []
            : [
                {
                  id: "again",
                  label: t("customers.unsuppress"),
                  icon: "retry" as const,
                  run: () => unsuppressAddress(customer, address, keep),
                },
              ]),
          ...(address.kind === "phone"
            ? [
                {
                  id: "doNotCall",
                  label: t(address.doNotCall ? "calls.dial.mayCall" : "calls.dial.mark"),
                  icon: address.doNotCall ? ("phone" as const) : ("hangUp" as const),
                  run: () => markDoNotCall(customer, address, keep),
                },
              ]
            : []),
          {
            id: "remove",
            label: t("customers.removeAddress"),
            icon: "trash",
            danger: true,
            run: () => removeAddress(customer, address, keep),
          },
        ]}
      />
    </li>
  );
};
