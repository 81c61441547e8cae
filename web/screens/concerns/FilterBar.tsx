// The list's filter: one list of every choice, found by typing, and below the head what differs from the view. Called by the list pane.
import { Button as AriaButton } from "react-aria-components";
import type { ListFilter, View } from "#contract/concerns.ts";
import { command } from "#web/commands/commands.ts";
import { shownKeys } from "#web/commands/keys.ts";
import { runCommand } from "#web/commands/run.ts";
import { Button } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { Picker } from "#web/kit/Menu.tsx";
import { mac } from "#web/kit/platform.ts";
import { usePicker } from "#web/screens/concerns/Pickers.tsx";
import { deskState } from "#web/state/desk.ts";
import { fieldWords } from "#web/state/fieldValues.ts";
import { filterBy } from "#web/state/filtering.ts";
import {
  chosenIn,
  conditionWords,
  differences,
  fieldOption,
  fieldWish,
  filterOptions,
  restoredTo,
  tagOption,
  withChosen,
} from "#web/state/filters.ts";
import type { FilterNames } from "#web/state/filters.ts";
import { tellProblem } from "#web/state/problems.ts";
import { useStore } from "#web/state/store.ts";
import { knownTags } from "#web/state/tags.ts";
import { t } from "#web/state/words.ts";
import { viewKey } from "#web/state/viewNames.ts";
import "#web/screens/concerns/filter.css";

interface Filtering {
  readonly view: View;
  readonly filter: ListFilter;
}

/** The button in the list's head and its choices. */
export const FilterPicker = ({ view, filter }: Filtering) => {
  const picker = usePicker("filter");
  const names = useFilterNames(picker.isOpen);
  const set = (next: ListFilter): void => filterBy(viewKey(view), view.filter, next);
  const { title, keys } = command("filter");
  const isOn = differences(filter, view.filter).length > 0;
  return (
    <Picker
      {...picker}
      multiple
      className="icon-button"
      label={t(title)}
      tip={{ words: t(title), keys: keys[0] === undefined ? undefined : shownKeys(keys[0], mac).join(" ") }}
      placeholder={t("filters.find")}
      emptyText={t("filters.nothing")}
      button={<Icon name={isOn ? "filterOn" : "filter"} />}
      choices={() => filterOptions(names).map(({ id, group, label }) => ({ id, label, group }))}
      chosen={chosenIn(filter)}
      choose={(ids) => set(withChosen(filter, ids))}
      create={(typed) =>
        byField(typed, names, filter, set) ??
        (names.tags.includes(typed) || typed.length > 60
          ? null
          : {
              label: t("filters.byTag", { tag: typed }),
              run: () => set(withChosen(filter, [...chosenIn(filter), tagOption(typed)])),
            })
      }
    />
  );
};

/** "Device: Fritz" filters by a field; what its field never takes is said with the words of the field itself. */
const byField = (
  typed: string,
  names: FilterNames,
  filter: ListFilter,
  set: (next: ListFilter) => void,
): { readonly label: string; readonly run: () => void } | null => {
  const wish = fieldWish(typed, names);
  if (wish === null) return null;
  const { field, value, said } = wish;
  const wrong = { number: "fieldNotNumber", date: "fieldNotDate", yesNo: "fieldNotYesNo" } as const;
  return {
    label: t("filters.is", { condition: field.name, value: value === null ? said : fieldWords(value, field.kind) }),
    run: () => {
      if (value !== null) set(withChosen(filter, [...chosenIn(filter), fieldOption(field.key, value)]));
      else if (field.kind !== "text" && field.kind !== "choice")
        tellProblem({ code: wrong[field.kind], facts: { name: field.name, value: said }, field: null, requestId: "" });
    },
  };
};

/** What differs from the view, each to be taken away, and what can be made of it. Nothing while nothing differs. */
export const FilterChips = ({ view, filter }: Filtering) => {
  const different = differences(filter, view.filter);
  const names = useFilterNames(different.length > 0);
  if (different.length === 0) return null;
  return (
    <section className="filter-bar" aria-label={t("filters.title")}>
      <ul className="filter-chips">
        {different.map((condition) => {
          const words = conditionWords(filter, condition, names);
          return (
            <li key={condition}>
              <AriaButton
                className="chip filter-chip"
                aria-label={t("filters.remove", { condition: words })}
                onPress={() => filterBy(viewKey(view), view.filter, restoredTo(filter, view.filter, condition))}
              >
                <span>{words}</span>
                <Icon name="close" size="small" />
              </AriaButton>
            </li>
          );
        })}
      </ul>
      <div className="filter-tools">
        {view.mayChange ? (
          <Button look="quiet" onPress={() => runCommand("updateView")}>
            {t("filters.update")}
          </Button>
        ) : null}
        <Button look="quiet" icon="plus" onPress={() => runCommand("saveView")}>
          {t(command("saveView").title)}
        </Button>
        <Button look="quiet" onPress={() => runCommand("clearFilter")}>
          {t("filters.clear")}
        </Button>
      </div>
    </section>
  );
};

const noTags: readonly string[] = [];

/** Names for what a filter can say, renewed only when one of them changes. Every row of the desk is looked through for its tags: only where they are `shown`. */
const useFilterNames = (shown: boolean): FilterNames => {
  const tags = useStore(
    deskState,
    (now) => (shown ? knownTags(now) : noTags),
    (a, b) => a.join("\n") === b.join("\n"),
  );
  const state = useStore(
    deskState,
    (now) => now,
    (a, b) =>
      a.agents === b.agents &&
      a.teams === b.teams &&
      a.topics === b.topics &&
      a.brands === b.brands &&
      a.fields === b.fields &&
      a.channels === b.channels,
  );
  return { ...state, tags };
};
