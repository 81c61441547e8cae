// Short messages at the edge of the screen: what was done, with its undo, and what did not work. Called by actions.
import type { Outcome } from "#web/state/client.ts";
import { createStore } from "#web/state/store.ts";

/** One toast. `until`: it leaves then (milliseconds since 1970). `countdown`: the remaining seconds are shown. */
export interface Toast {
  readonly id: number;
  readonly tone: "done" | "failed";
  readonly text: string;
  readonly undo: (() => void) | null;
  /** What it speaks of; null: of nothing that could go by other ways. */
  readonly about: string | null;
  readonly until: number;
  readonly countdown: boolean;
  /** Long work: how far it is. It stays until it is taken away. */
  readonly progress: Progress | null;
}

/** Long work that says how far it is; `stop` ends it after what is under way. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly stop: () => void;
}

export const toasts = createStore<readonly Toast[]>([]);

let count = 0;
/** So long what was done is shown. */
const doneSeconds = 6;

/** Shows a toast for some seconds (6 for what was done, 10 for what failed). */
export const toast = (
  text: string,
  options: {
    readonly tone?: Toast["tone"];
    readonly undo?: () => void;
    readonly about?: string;
    readonly seconds?: number;
    readonly countdown?: boolean;
    readonly progress?: Progress;
  } = {},
): number => {
  const tone = options.tone ?? "done";
  const id = (count += 1);
  const seconds = options.seconds ?? (tone === "failed" ? 10 : doneSeconds);
  toasts.set((all) => [
    ...all.filter((one, index) => one.progress !== null || index >= all.length - 3),
    {
      id,
      tone,
      text,
      undo: options.undo ?? null,
      about: options.about ?? null,
      until: options.progress ? Number.POSITIVE_INFINITY : Date.now() + seconds * 1000,
      countdown: options.countdown ?? false,
      progress: options.progress ?? null,
    },
  ]);
  return id;
};

/**
 * Says at once what is being done, with its way back, since the picture has changed or a live event may change it before the server's answer is here.
 * Who wants it back before the answer gets it back with the answer; a refusal takes the toast away, and telling it is the caller's.
 */
export const offerBack = async <T>(
  text: string,
  work: Promise<Outcome<T>>,
  back: (value: T) => void,
): Promise<Outcome<T>> => {
  const undo = (): void => void work.then((outcome) => (outcome.ok ? back(outcome.value) : undefined));
  const id = toast(text, { undo, seconds: Number.POSITIVE_INFINITY });
  const outcome = await work;
  if (outcome.ok) keepFor(id, doneSeconds);
  else dismiss(id);
  return outcome;
};

/** Gives a toast so many seconds from now on. */
export const keepFor = (id: number, seconds: number): void => {
  const until = Date.now() + seconds * 1000;
  toasts.set((all) => all.map((one) => (one.id === id ? { ...one, until } : one)));
};

/** Says how far long work is. */
export const advanceToast = (id: number, done: number): void =>
  toasts.set((all) =>
    all.map((one) => (one.id === id && one.progress ? { ...one, progress: { ...one.progress, done } } : one)),
  );

/** Takes a toast away. */
export const dismiss = (id: number): void => toasts.set((all) => all.filter((one) => one.id !== id));

/** Takes away what speaks of something that is no more so. */
export const dismissAbout = (about: string): void => toasts.set((all) => all.filter((one) => one.about !== about));

/** Undoes the latest thing that can be undone; false when there is none. */
export const undoLatest = (): boolean => {
  const latest = toasts.get().findLast((one) => one.undo !== null);
  if (!latest) return false;
  dismiss(latest.id);
  latest.undo?.();
  return true;
};
