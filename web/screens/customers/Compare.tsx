// Two customers side by side: what is the same, what differs and which of it stays; merged with one button. Called by MergeSheets.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { customers } from "#contract/customers.ts";
import type { Customer } from "#contract/customers.ts";
import { merging } from "#contract/merging.ts";
import type { Conflict } from "#contract/merging.ts";
import { Button } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { AddressMark, When } from "#web/kit/Marks.tsx";
import { SheetForm } from "#web/kit/SheetForm.tsx";
import { Unanswered } from "#web/kit/States.tsx";
import { callOrThrow } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { decline, evidenceWords, mergeCustomers, partName, partWords } from "#web/state/merging.ts";
import type { Merges } from "#web/state/merging.ts";
import { nameWords } from "#web/state/names.ts";
import { t } from "#web/state/words.ts";

export const Compare = ({
  customer,
  otherId,
  proposal,
  close,
}: {
  readonly customer: Customer;
  readonly otherId: string;
  readonly proposal: Merges["proposals"][number] | undefined;
  readonly close: () => void;
}) => {
  const compared = useQuery({
    queryKey: ["compare", customer.id, otherId],
    queryFn: ({ signal }) => callOrThrow(merging.compare, { params: { id: customer.id, otherId } }, signal),
    staleTime: 0,
  });
  const [taken, setTaken] = useState<readonly string[]>([]);
  const [problem, setProblem] = useState<Problem | null>(null);
  const both = compared.data;
  if (both === undefined) return <Unanswered asked={compared} rows={6} />;
  const { one, other, conflicts, doubts, evidence } = both;
  const merge = async (): Promise<void> => {
    const wrong = await mergeCustomers(one, other, taken);
    if (wrong === null) close();
    else setProblem(wrong);
  };
  return (
    <SheetForm
      problem={problem}
      close={close}
      keep={() => void merge()}
      keepWords={t("customers.merging.merge")}
      isReady={conflicts.length === 0}
      aside={
        proposal ? (
          <Button
            look="quiet"
            onPress={() => {
              close();
              void decline(proposal);
            }}
          >
            {t("customers.merging.declineLong")}
          </Button>
        ) : null
      }
    >
      <div className="compare-why">
        <h3>{t("customers.merging.speaksFor")}</h3>
        {evidence.length === 0 ? (
          <p>{t("customers.merging.speaksNothing")}</p>
        ) : (
          <ul>
            {evidence.map((each) => (
              <li key={`${each.kind} ${each.one} ${each.other}`}>{evidenceWords(each)}</li>
            ))}
          </ul>
        )}
        {doubts.map((doubt) => (
          <p key={doubt} className="compare-doubt">
            <Icon name="warning" size="small" /> {t(`customers.merging.doubts.${doubt}`)}
          </p>
        ))}
      </div>
      <table className="compare">
        <thead>
          <tr>
            <th scope="col">{t("customers.merging.part")}</th>
            <th scope="col">{nameWords(one.name)}</th>
            <th scope="col">{nameWords(other.name)}</th>
          </tr>
        </thead>
        <tbody>
          {conflicts.map((conflict, index) => (
            <Choice
              key={conflict.part}
              isFirst={index === 0}
              conflict={conflict}
              takesOther={taken.includes(conflict.part)}
              take={(theirs) =>
                setTaken((all) => [...all.filter((part) => part !== conflict.part), ...(theirs ? [conflict.part] : [])])
              }
            />
          ))}
          <tr>
            <th scope="row">{t("customers.addresses")}</th>
            {[one, other].map((each) => (
              <td key={each.id}>
                <ul>
                  {each.addresses.map((address) => (
                    <li key={address.id} className="compare-address">
                      <AddressMark kind={address.kind} />
                      <span>
                        {nameWords(address.value)}
                        <small>{t(address.verifiedAt === null ? "customers.unverified" : "customers.verified")}</small>
                      </span>
                    </li>
                  ))}
                </ul>
              </td>
            ))}
          </tr>
          <tr>
            <th scope="row">{t("customers.merging.concerns")}</th>
            {[one, other].map((each) => (
              <td key={each.id}>
                <Theirs id={each.id} />
              </td>
            ))}
          </tr>
          <tr>
            <th scope="row">{t("customers.since")}</th>
            {[one, other].map((each) => (
              <td key={each.id}>
                <When at={each.createdAt} />
              </td>
            ))}
          </tr>
        </tbody>
      </table>
      <p className="field-hint">{t("customers.merging.stays")}</p>
    </SheetForm>
  );
};

/** A part in which they differ: the one that stays is chosen where it stands. */
const Choice = ({
  conflict: { part, one, other },
  isFirst,
  takesOther,
  take,
}: {
  readonly conflict: Conflict;
  /** The caret begins here. */
  readonly isFirst: boolean;
  readonly takesOther: boolean;
  readonly take: (theirs: boolean) => void;
}) => {
  const name = partName(part);
  return (
    <tr className="compare-differs">
      <th scope="row">{name}</th>
      {([one, other] as const).map((value, index) => {
        const words = partWords(part, value);
        return (
          <td key={index === 0 ? "one" : "other"}>
            <label className="compare-choice">
              <input
                type="radio"
                autoFocus={isFirst && index === 0}
                name={`part ${part}`}
                aria-label={t("customers.merging.take", { part: name, value: words })}
                checked={takesOther === (index === 1)}
                onChange={() => take(index === 1)}
              />
              <span>{words}</span>
            </label>
          </td>
        );
      })}
    </tr>
  );
};

const shown = 4;

const Theirs = ({ id }: { readonly id: string }) => {
  const found = useQuery({
    queryKey: ["customerConcerns", id],
    queryFn: ({ signal }) => callOrThrow(customers.concerns, { params: { id }, query: {} }, signal),
  });
  return (
    <ul>
      {(found.data?.concerns ?? []).slice(0, shown).map((concern) => (
        <li key={concern.id} className="compare-concern">
          #{concern.number} {concern.subject}
        </li>
      ))}
      {(found.data?.concerns.length ?? 0) > shown ? <li>…</li> : null}
    </ul>
  );
};
