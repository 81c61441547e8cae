// A value that screens can watch. The smallest store that does: one value, replaced as a whole.
import { useRef, useSyncExternalStore } from "react";

/** Holds one value. `set` takes the next value or a function from the old one; watchers hear of every real change. */
export interface Store<T> {
  readonly get: () => T;
  readonly set: (next: T | ((old: T) => T)) => void;
  readonly watch: (heard: () => void) => () => void;
}

/** Makes a store. */
export const createStore = <T>(first: T): Store<T> => {
  let value = first;
  const watchers = new Set<() => void>();
  return {
    get: () => value,
    set: (next) => {
      const changed = typeof next === "function" ? (next as (old: T) => T)(value) : next;
      if (Object.is(changed, value)) return;
      value = changed;
      for (const heard of watchers) heard();
    },
    watch: (heard) => {
      watchers.add(heard);
      return () => void watchers.delete(heard);
    },
  };
};

/** Reads a part of a store and paints again when that part changes. `same` says when two parts are equal (default: identical). */
export const useStore = <T, S>(
  store: Store<T>,
  select: (value: T) => S,
  same: (a: S, b: S) => boolean = Object.is,
): S => {
  const last = useRef<{ readonly part: S } | null>(null);
  const read = (): S => {
    const part = select(store.get());
    if (last.current && same(last.current.part, part)) return last.current.part;
    last.current = { part };
    return part;
  };
  return useSyncExternalStore(store.watch, read, read);
};
