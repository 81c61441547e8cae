// The window's title: what is open, and before it what rings. Called by the open concern and by offers.
import { createStore } from "#web/state/store.ts";

/** What rings; null: nothing. */
export const ringTitle = createStore<string | null>(null);
const pageTitle = createStore("Draht");

const show = (): void => {
  const rings = ringTitle.get();
  document.title = rings === null ? pageTitle.get() : `🔔 ${rings} · ${pageTitle.get()}`;
};
ringTitle.watch(show);
pageTitle.watch(show);

/** Says what is open. Null: nothing that has a name. */
export const setPageTitle = (title: string | null): void =>
  pageTitle.set(title === null ? "Draht" : `${title} · Draht`);
