// In the customer's panel: whom they may be the same as, in a line each, and what was merged. Called by the panel.
import type { Merge } from "#contract/merging.ts";
import { Button } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { decline, evidenceWords, isStanding } from "#web/state/merging.ts";
import type { Merges } from "#web/state/merging.ts";
import { nameWords } from "#web/state/names.ts";
import { setUi } from "#web/state/ui.ts";
import { dayAndTime, t } from "#web/state/words.ts";
import "#web/screens/customers/merging.css";

export const Proposals = ({ proposals }: { readonly proposals: Merges["proposals"] }) =>
  proposals.length === 0 ? null : (
    <ul className="proposals" aria-label={t("customers.merging.same")}>
      {proposals.map((one) => (
        <li key={one.id} className="proposal">
          <Icon name="people" />
          <span className="proposal-words">
            <button
              type="button"
              className="proposal-name"
              aria-label={t("customers.merging.compareWith", { name: nameWords(one.other.name) })}
              onClick={() => setUi({ merging: { ask: "compare", otherId: one.other.id } })}
            >
              {t("customers.merging.perhaps", { name: nameWords(one.other.name) })}
            </button>
            <small>{one.evidence.map(evidenceWords).join(" · ")}</small>
          </span>
          <button
            type="button"
            className="proposal-no"
            aria-label={t("customers.merging.declineWith", { name: nameWords(one.other.name) })}
            onClick={() => void decline(one)}
          >
            {t("customers.merging.decline")}
          </button>
        </li>
      ))}
    </ul>
  );

export const MergeHistory = ({
  members,
  merges,
}: {
  readonly members: readonly string[];
  readonly merges: readonly Merge[];
}) =>
  merges.length === 0 ? null : (
    <section>
      <h4>{t("customers.merging.title")}</h4>
      <ul>
        {merges.map((one) => (
          <li key={one.id} className="merge-entry">
            <span className="proposal-words">
              {t("customers.merging.with", { name: nameWords(one.gone.name) })}
              <small>
                {one.undoneAt === null
                  ? t("customers.merging.by", { who: one.by, time: dayAndTime(one.at) })
                  : t("customers.merging.undone", { who: one.undoneBy ?? "", time: dayAndTime(one.undoneAt) })}
              </small>
            </span>
            {isStanding(one, members) ? (
              <Button
                look="quiet"
                icon="undo"
                aria-label={t("customers.merging.apartFrom", { name: nameWords(one.gone.name) })}
                onPress={() => setUi({ merging: { ask: "apart", mergeId: one.id } })}
              >
                {t("customers.merging.apart")}
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );
