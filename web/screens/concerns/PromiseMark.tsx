// The promise that is nearest, calmly: in a row how much is left, in a concern's head also which. Colour only when it is near or missed. Called by ListRow and ConcernHeader.
import type { ConcernRow } from "#contract/concerns.ts";
import { Icon } from "#web/kit/Icon.tsx";
import { useNow } from "#web/kit/Marks.tsx";
import { deskState } from "#web/state/desk.ts";
import { leftWords, missedWords, promiseWords } from "#web/state/promises.ts";
import { useStore } from "#web/state/store.ts";
import { t } from "#web/state/words.ts";

/** How much is left, for a row; nothing while it stands still. */
export const PromiseLeft = ({ row }: { readonly row: ConcernRow }) => {
  const rules = useStore(deskState, (state) => state.promises.rules);
  const now = useNow();
  const left = leftWords(row, now);
  if (left === null || row.promiseKind === null) return null;
  return (
    <span className="row-due" data-due={row.promiseState} title={promiseWords(row, rules) ?? undefined}>
      <span className="quietly">{t(`promises.kinds.${row.promiseKind}`)}: </span>
      {left}
    </span>
  );
};

/** Which promise and how much is left, and what was missed before, for a concern's head. */
export const PromiseLine = ({ row }: { readonly row: ConcernRow }) => {
  const rules = useStore(deskState, (state) => state.promises.rules);
  const now = useNow();
  const words = promiseWords(row, rules);
  const missed = missedWords(row);
  if ((words === null || row.promiseKind === null) && missed === null) return null;
  const left = leftWords(row, now);
  return (
    <p className="concern-promise" data-due={row.promiseState ?? undefined}>
      {words === null || row.promiseKind === null ? null : (
        <span className="concern-due" title={words}>
          <Icon name="clock" size="small" />
          <span>
            {left === null
              ? t("promises.paused", { promise: t(`promises.kinds.${row.promiseKind}`) })
              : t("promises.until", { promise: t(`promises.kinds.${row.promiseKind}`), time: left })}
          </span>
          <span className="quietly">{words}</span>
        </span>
      )}
      {missed === null ? null : <span className="concern-missed">{missed}</span>}
    </p>
  );
};
