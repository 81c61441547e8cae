// The sheets about merging a customer: whom with, which merge to take apart; comparing and taking apart have files of their own. Called by the customer's panel.
import { useState } from "react";
import { Header, ListBoxItem, ListBoxSection } from "react-aria-components";
import type { Customer } from "#contract/customers.ts";
import { Finder } from "#web/kit/Finder.tsx";
import { Face, Marked } from "#web/kit/Marks.tsx";
import { Sheet } from "#web/kit/Sheet.tsx";
import { useFound } from "#web/kit/useFound.ts";
import { Apart } from "#web/screens/customers/Apart.tsx";
import { Compare } from "#web/screens/customers/Compare.tsx";
import { evidenceWords, isStanding } from "#web/state/merging.ts";
import type { Merges } from "#web/state/merging.ts";
import { nameParts, nameWords } from "#web/state/names.ts";
import { useStore } from "#web/state/store.ts";
import { setUi, ui } from "#web/state/ui.ts";
import { dayAndTime, t } from "#web/state/words.ts";

export const MergeSheets = ({
  customer,
  merges,
}: {
  readonly customer: Customer;
  readonly merges: Merges | undefined;
}) => {
  const asked = useStore(ui, (now) => now.merging);
  const close = (): void => setUi({ merging: null });
  const words = {
    whom: t("customers.merging.whom", { name: nameWords(customer.name) }),
    which: t("customers.merging.which"),
    compare: t("customers.merging.sideBySide"),
    apart: t("customers.merging.apart"),
  };
  const isFinder = asked?.ask === "whom" || asked?.ask === "which";
  return (
    <Sheet
      bare={isFinder}
      wide={!isFinder}
      title={asked === null ? "" : words[asked.ask]}
      isOpen={asked !== null}
      onClose={close}
    >
      {asked?.ask === "whom" ? (
        <Whom customer={customer} merges={merges} close={close} />
      ) : asked?.ask === "which" ? (
        <Which merges={merges} close={close} />
      ) : asked?.ask === "compare" ? (
        <Compare
          key={asked.otherId}
          customer={customer}
          otherId={asked.otherId}
          proposal={merges?.proposals.find(({ other }) => other.id === asked.otherId)}
          close={close}
        />
      ) : asked?.ask === "apart" ? (
        <Apart key={asked.mergeId} mergeId={asked.mergeId} close={close} />
      ) : null}
    </Sheet>
  );
};

const Whom = ({
  customer,
  merges,
  close,
}: {
  readonly customer: Customer;
  readonly merges: Merges | undefined;
  readonly close: () => void;
}) => {
  const [typed, setTyped] = useState("");
  const found = useFound(typed);
  const hits = found.customers.filter(({ id }) => id !== customer.id);
  const proposed = typed.trim() === "" ? (merges?.proposals ?? []) : [];
  return (
    <Finder
      label={t("customers.merging.whom", { name: nameWords(customer.name) })}
      hint={t("customers.merging.whomHint")}
      listLabel={t("search.customers")}
      typed={typed}
      setTyped={setTyped}
      act={(otherId) => setUi({ merging: { ask: "compare", otherId } })}
      close={close}
    >
      {proposed.length > 0 ? (
        <ListBoxSection id="proposed">
          <Header className="finder-head">{t("customers.merging.same")}</Header>
          {proposed.map(({ other, evidence }) => (
            <ListBoxItem key={other.id} id={other.id} className="menu-item" textValue={nameWords(other.name)}>
              <Face small name={nameWords(other.name)} />
              <span className="menu-label">
                <span className="finder-subject">{nameWords(other.name)}</span>
                <small>{evidence.map(evidenceWords).join(" · ")}</small>
              </span>
            </ListBoxItem>
          ))}
        </ListBoxSection>
      ) : null}
      {hits.map((hit) => {
        const name = nameWords(hit.name.map(({ text }) => text).join(""));
        return (
          <ListBoxItem key={hit.id} id={hit.id} className="menu-item" textValue={name}>
            <Face small name={name} />
            <span className="menu-label">
              <span className="finder-subject">
                <Marked parts={nameParts(hit.name)} />
              </span>
              <small>
                <Marked parts={nameParts(hit.address)} />
              </small>
            </span>
          </ListBoxItem>
        );
      })}
    </Finder>
  );
};

const Which = ({ merges, close }: { readonly merges: Merges | undefined; readonly close: () => void }) => {
  const [typed, setTyped] = useState("");
  const wanted = typed.trim().toLowerCase();
  const standing = (merges?.merges ?? []).filter(
    (one) => isStanding(one, merges?.members ?? []) && nameWords(one.gone.name).toLowerCase().includes(wanted),
  );
  return (
    <Finder
      label={t("customers.merging.which")}
      hint={t("customers.merging.which")}
      listLabel={t("customers.merging.title")}
      typed={typed}
      setTyped={setTyped}
      act={(mergeId) => setUi({ merging: { ask: "apart", mergeId } })}
      close={close}
    >
      {standing.map((one) => (
        <ListBoxItem key={one.id} id={one.id} className="menu-item" textValue={nameWords(one.gone.name)}>
          <Face small name={nameWords(one.gone.name)} />
          <span className="menu-label">
            <span className="finder-subject">{t("customers.merging.with", { name: nameWords(one.gone.name) })}</span>
            <small>{t("customers.merging.by", { who: one.by, time: dayAndTime(one.at) })}</small>
          </span>
        </ListBoxItem>
      ))}
    </Finder>
  );
};
