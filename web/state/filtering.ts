// The filters in hand: what each view is filtered by at this desk right now, until it is saved as a view or let go. Kept for this window, so that
// a reload does not lose them. Called by the list pane, views and the shell.
import type { ListFilter } from "#contract/concerns.ts";
import { isSameFilter } from "#web/state/filters.ts";
import { keepInWindow } from "#web/state/kept.ts";
import { unfiltered } from "#web/state/lists.ts";
import { createStore } from "#web/state/store.ts";

/** By a view's key in the address; a view that is shown as it is has none. */
export const filtersInHand = createStore<Readonly<Record<string, ListFilter>>>({});

let place = "";

/** Takes up what this agent had in hand in this window. */
export const beginFiltering = (agentId: string): void => {
  place = `draht.filters.${agentId}`;
  filtersInHand.set(kept());
};

/** Filters a view by this from now on; by what the view says itself, nothing is in hand any more. */
export const filterBy = (viewKey: string, base: ListFilter, filter: ListFilter): void => {
  filtersInHand.set(({ [viewKey]: _before, ...rest }) =>
    isSameFilter(filter, base) ? rest : { ...rest, [viewKey]: filter },
  );
  keepInWindow(place, filtersInHand.get());
};

/** Whatever stands there: conditions of another version of the desk are left out or filled up. */
const kept = (): Readonly<Record<string, ListFilter>> => {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(place) ?? "{}");
    if (typeof found !== "object" || found === null) return {};
    return Object.fromEntries(
      Object.entries(found).map(([key, filter]: [string, Partial<ListFilter>]) => [
        key,
        Object.fromEntries(
          Object.entries(unfiltered).map(([name, value]) => [name, filter[name as keyof ListFilter] ?? value]),
        ) as ListFilter,
      ]),
    );
  } catch {
    return {};
  }
};
