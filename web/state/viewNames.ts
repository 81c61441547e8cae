// What a view is called, and which one an address means: built-in ones by their key, others by their id and the name they were given.
import type { View } from "#contract/concerns.ts";
import { unfiltered } from "#web/state/lists.ts";
import { words } from "#web/state/words.ts";

export const viewName = (view: View): string =>
  view.key === null ? view.name : (words(`views.${view.key}`) ?? view.name);

/** How the address names a view. */
export const viewKey = (view: View): string => view.key ?? view.id;

/** The view an address means: the first one when it means none, everything when it is not there (any more). Null until views are known. */
export const chosenView = (all: readonly View[] | null, key: string | undefined): View | null => {
  if (all === null) return null;
  const found = key === undefined ? all[0] : all.find((view) => view.key === key || view.id === key);
  return (
    found ?? {
      id: "all",
      key: "all",
      name: "",
      filter: unfiltered,
      count: null,
      atLeast: false,
      waiting: null,
      share: null,
      mayChange: false,
    }
  );
};
