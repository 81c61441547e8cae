// Where the open concern's work is: fetched when it is opened, with every entry of it, and every few seconds while it waits, since its place changes with
// what others do. Called by the concern's head and its commands.
import { routing } from "#contract/routing-endpoints.ts";
import { call } from "#web/state/client.ts";
import { createStore } from "#web/state/store.ts";
import type { OfConcern } from "#web/state/workWords.ts";

/** By concern; what is missing was not fetched. */
export const concernWork = createStore<Readonly<Record<string, OfConcern>>>({});

/** Fetches where a concern's work is; the answer before stands until there is another one. */
export const loadConcernWork = async (id: string): Promise<void> => {
  const outcome = await call(routing.ofConcern, { params: { id } });
  if (outcome.ok) concernWork.set((all) => ({ ...all, [id]: outcome.value }));
};

/** Forgets a concern that is no longer open. */
export const forgetConcernWork = (id: string): void => concernWork.set(({ [id]: _, ...rest }) => rest);
