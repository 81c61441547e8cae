// Which rows of the list are selected, and how keys, clicks and fingers change that. Pure but for the store; called by commands and the list pane.
import { createStore } from "#web/state/store.ts";

/** `kept` was selected before the range that is being drawn from `anchor`; `head` is its other end. */
export interface Selection {
  readonly ids: ReadonlySet<string>;
  readonly kept: ReadonlySet<string>;
  readonly anchor: string | null;
  readonly head: string | null;
}

export const nothingSelected: Selection = { ids: new Set(), kept: new Set(), anchor: null, head: null };

export const selection = createStore<Selection>(nothingSelected);

/** Selects a row, or no longer. A range drawn next begins here. */
export const toggled = ({ ids }: Selection, id: string): Selection => {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return { ids: next, kept: next, anchor: id, head: id };
};

/**
 * Draws a range to a row, from where the last one stands, else from `from`. A range that is drawn back gives rows free again, but not those
 * that were selected before it.
 */
export const extended = (now: Selection, order: readonly string[], from: string, to: string): Selection => {
  const goesOn = now.head === from && now.anchor !== null && order.includes(now.anchor);
  const anchor = goesOn ? (now.anchor ?? from) : from;
  const kept = goesOn ? now.kept : now.ids;
  const [a, b] = [order.indexOf(anchor), order.indexOf(to)];
  if (a === -1 || b === -1) return now;
  return { ids: new Set([...kept, ...order.slice(Math.min(a, b), Math.max(a, b) + 1)]), kept, anchor, head: to };
};

/** Just these. */
export const exactly = (ids: readonly string[]): Selection => {
  const all = new Set(ids);
  return { ids: all, kept: all, anchor: null, head: null };
};

/** Without the rows that have left the list: nothing is done to what is not seen. */
export const within = (now: Selection, order: readonly string[]): Selection => {
  const present = new Set(order);
  if ([...now.ids].every((id) => present.has(id))) return now;
  const only = (ids: ReadonlySet<string>): ReadonlySet<string> => new Set([...ids].filter((id) => present.has(id)));
  return { ...now, ids: only(now.ids), kept: only(now.kept) };
};
