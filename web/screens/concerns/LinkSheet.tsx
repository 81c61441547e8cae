// Links the open concern: what is typed finds the other one by number, subject or customer; before anything is typed, the customer's own others
// are offered, which is where duplicates are. The same sheet removes one of several links.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Header, ListBoxSection, ToggleButton, ToggleButtonGroup } from "react-aria-components";
import type { ConcernDetail, ConcernRow, LinkKind } from "#contract/concerns.ts";
import { customers } from "#contract/customers.ts";
import type { SearchResult } from "#contract/search.ts";
import { ConcernOption } from "#web/kit/ConcernOption.tsx";
import { Finder } from "#web/kit/Finder.tsx";
import { Sheet } from "#web/kit/Sheet.tsx";
import { useFound } from "#web/kit/useFound.ts";
import { linkWords } from "#web/screens/concerns/Links.tsx";
import { callOrThrow } from "#web/state/client.ts";
import { isRemovable, link, unlink } from "#web/state/links.ts";
import { nameWords } from "#web/state/names.ts";
import { useStore } from "#web/state/store.ts";
import { setUi, ui } from "#web/state/ui.ts";
import { t } from "#web/state/words.ts";

export const LinkSheet = ({ concern }: { readonly concern: ConcernDetail }) => {
  const linking = useStore(ui, (now) => now.linking);
  const close = (): void => setUi({ linking: null });
  const title = t(linking === "remove" ? "links.removeWhich" : "links.with", { number: String(concern.row.number) });
  return (
    <Sheet bare title={title} isOpen={linking !== null} onClose={close}>
      {linking === "remove" ? (
        <Remove concern={concern} close={close} />
      ) : (
        <Find concern={concern} kind={linking ?? "related"} close={close} />
      )}
    </Sheet>
  );
};

const plain = (text: string): SearchResult["concerns"][number]["subject"] => [{ text, hit: false }];

const Find = ({
  concern,
  kind,
  close,
}: {
  readonly concern: ConcernDetail;
  readonly kind: LinkKind;
  readonly close: () => void;
}) => {
  const [typed, setTyped] = useState("");
  const found = useFound(typed);
  const { customerId, id, customerName } = concern.row;
  const theirs = useQuery({
    queryKey: ["customerConcerns", customerId],
    queryFn: ({ signal }) => callOrThrow(customers.concerns, { params: { id: customerId }, query: {} }, signal),
  });
  const linked = new Set<string>(concern.links.filter((one) => one.kind === kind).map((one) => one.concernId));
  const isOther = (other: { readonly id: string }): boolean => other.id !== id && !linked.has(other.id);
  const hits = found.concerns.filter((hit) => isOther(hit.row));
  const others = typed.trim() === "" ? (theirs.data?.concerns ?? []).filter(isOther).slice(0, 7) : [];
  const act = (chosen: string): void => {
    const other = hits.find((hit) => hit.row.id === chosen)?.row ?? others.find((one) => one.id === chosen);
    if (!other) return;
    close();
    void link(id, other, kind);
  };
  return (
    <Finder
      label={t("links.with", { number: String(concern.row.number) })}
      hint={t("links.findHint", { number: String(concern.row.number) })}
      listLabel={t("links.title")}
      typed={typed}
      setTyped={setTyped}
      act={act}
      close={close}
      between={<Kinds kind={kind} />}
    >
      {others.length > 0 ? (
        <ListBoxSection id="theirs">
          <Header className="finder-head">{t("links.sameCustomer", { name: nameWords(customerName) })}</Header>
          {others.map((one) => (
            <ConcernOption
              key={one.id}
              id={one.id}
              hit={{
                row: { ...one, status: one.status as ConcernRow["status"] },
                subject: plain(one.subject),
                excerpt: [],
              }}
            />
          ))}
        </ListBoxSection>
      ) : null}
      {hits.map((hit) => (
        <ConcernOption
          key={hit.row.id}
          id={hit.row.id}
          hit={{ ...hit, excerpt: [...plain(`${nameWords(hit.row.customerName)} · `), ...hit.excerpt] }}
        />
      ))}
    </Finder>
  );
};

const Kinds = ({ kind }: { readonly kind: LinkKind }) => (
  <ToggleButtonGroup
    className="link-kinds"
    aria-label={t("links.kind")}
    selectionMode="single"
    disallowEmptySelection
    selectedKeys={[kind]}
    onSelectionChange={([key]) => {
      if (key === "related" || key === "duplicate") setUi({ linking: key });
    }}
  >
    {(["related", "duplicate"] as const).map((one) => (
      <ToggleButton key={one} id={one} className="link-kind">
        {t(`links.as.${one}`)}
      </ToggleButton>
    ))}
  </ToggleButtonGroup>
);

const Remove = ({ concern, close }: { readonly concern: ConcernDetail; readonly close: () => void }) => {
  const [typed, setTyped] = useState("");
  const wanted = typed.trim().toLowerCase();
  const fitting = concern.links.filter(
    (one) => isRemovable(one) && `#${one.number} ${one.subject}`.toLowerCase().includes(wanted),
  );
  return (
    <Finder
      label={t("links.removeWhich")}
      hint={t("links.removeWhich")}
      listLabel={t("links.title")}
      typed={typed}
      setTyped={setTyped}
      act={(chosen) => {
        const gone = fitting.find((one) => one.concernId === chosen);
        close();
        if (gone) unlink(concern.row.id, gone);
      }}
      close={close}
    >
      {fitting.map((one) => (
        <ConcernOption
          key={one.concernId}
          id={one.concernId}
          hit={{ row: { ...one, id: one.concernId }, subject: plain(one.subject), excerpt: plain(linkWords(one)) }}
        />
      ))}
    </Finder>
  );
};
