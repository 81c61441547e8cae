// What can be done to the selected rows: a bar at the foot of the list. The keys of the header's choices mean these while it stands.
import type { ConcernRow } from "#contract/concerns.ts";
import { command } from "#web/commands/commands.ts";
import { shownKeys } from "#web/commands/keys.ts";
import { canRun, runCommand } from "#web/commands/run.ts";
import { IconButton } from "#web/kit/Button.tsx";
import type { IconName } from "#web/kit/Icon.tsx";
import { mac } from "#web/kit/platform.ts";
import { Pickers } from "#web/screens/concerns/Pickers.tsx";
import { t } from "#web/state/words.ts";
import "#web/screens/concerns/selection.css";

export const SelectionBar = ({ rows }: { readonly rows: readonly ConcernRow[] }) => {
  const button = (id: string, icon: IconName) => {
    const { title, keys } = command(id);
    return (
      <IconButton
        icon={icon}
        label={t(title)}
        keys={keys[0] === undefined ? undefined : shownKeys(keys[0], mac).join(" ")}
        isDisabled={!canRun(id, { selected: rows })}
        onPress={() => runCommand(id)}
      />
    );
  };
  return (
    <div className="selection-place" data-empty={rows.length === 0 || undefined}>
      <output className="quietly">{rows.length === 0 ? "" : t("concerns.selected", { count: rows.length })}</output>
      {rows.length === 0 ? null : (
        <fieldset className="selection-bar" aria-label={t("concerns.selectionBar")}>
          <span className="selection-count" aria-hidden>
            {rows.length}
          </span>
          {button("resolve", "check")}
          <Pickers place="selection" rows={rows} />
          {button("selectAll", "list")}
          {button("clearSelection", "close")}
        </fieldset>
      )}
    </div>
  );
};
