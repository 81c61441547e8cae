// Which view the desk opens when its address names none. Called by the shell and the desk's page.
import type { View } from "#contract/concerns.ts";
import { createStore } from "#web/state/store.ts";
import { viewKey } from "#web/state/viewNames.ts";

/** The view that an address without one means since it was gone to; null until the views are known. It does not change under the agent's hands. */
export const startView = createStore<string | null>(null);

const order = ["mine", "unassigned", "open"];

/** How many of a view's concerns need somebody: what waits for the customer does not. */
export const toDo = (view: Pick<View, "count" | "waiting">): number => (view.count ?? 0) - (view.waiting ?? 0);

/** Where work waits: the first of mine, unassigned and all open ones with something to do in it, else the first of all views. */
export const startOf = (all: readonly View[] | null): string | null => {
  const [first] = all ?? [];
  if (!all || !first) return null;
  const waits = order.find((key) => all.some((view) => view.key === key && toDo(view) > 0));
  return waits ?? viewKey(first);
};
