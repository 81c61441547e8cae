// Short messages at the edge of the screen: what was done, with its undo, and what did not work. Called by actions.
import { createStore } from "#web/state/store.ts";

/** One toast. `until`: it leaves then (milliseconds since 1970). `countdown`: the remaining seconds are shown. */
export interface Toast {
  readonly id: number;
  readonly tone: "done" | "failed";
  readonly text: string;
  readonly undo: (() => void) | null;
  readonly until: number;
  readonly countdown: boolean;
}

export const toasts = createStore<readonly Toast[]>([]);

let count = 0;

/** Shows a toast for some seconds (6 for what was done, 10 for what failed). */
export const toast = (
  text: string,
  options: {
    readonly tone?: Toast["tone"];
    readonly undo?: () => void;
    readonly seconds?: number;
    readonly countdown?: boolean;
  } = {},
): number => {
  const tone = options.tone ?? "done";
  const id = (count += 1);
  const seconds = options.seconds ?? (tone === "failed" ? 10 : 6);
  toasts.set((all) => [
    ...all.slice(-3),
    {
      id,
      tone,
      text,
      undo: options.undo ?? null,
      until: Date.now() + seconds * 1000,
      countdown: options.countdown ?? false,
    },
  ]);
  return id;
};

/** Takes a toast away. */
export const dismiss = (id: number): void => toasts.set((all) => all.filter((one) => one.id !== id));

/** Undoes the latest thing that can be undone; false when there is none. */
export const undoLatest = (): boolean => {
  const latest = toasts.get().findLast((one) => one.undo !== null);
  if (!latest) return false;
  dismiss(latest.id);
  latest.undo?.();
  return true;
};
