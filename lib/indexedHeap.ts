// A heap whose members can be found, moved and taken out by their key. Used by modules/routing for what is due.

export interface IndexedHeap<K, V> {
  readonly size: () => number;
  /** Adds the key, or gives it another value. */
  readonly set: (key: K, value: V) => void;
  /** Was it there? */
  readonly remove: (key: K) => boolean;
  readonly get: (key: K) => V | undefined;
  readonly first: () => K | undefined;
  readonly clear: () => void;
}

/** A binary heap with the place of every key: `set` and `remove` O(log n), `first` O(1). `before` orders the values and is never true both ways. */
export const indexedHeap = <K, V>(before: (a: V, b: V) => boolean): IndexedHeap<K, V> => {
  const keys: K[] = [];
  const values: V[] = [];
  const places = new Map<K, number>();

  const put = (place: number, key: K, value: V): void => {
    keys[place] = key;
    values[place] = value;
    places.set(key, place);
  };

  /** Lets a value rise or sink from a place to where it belongs. */
  const settle = (from: number, key: K, value: V): void => {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >>> 1;
      if (!before(value, values[above] as V)) break;
      put(place, keys[above] as K, values[above] as V);
      place = above;
    }
    for (;;) {
      let below = 2 * place + 1;
      if (below >= keys.length) break;
      if (below + 1 < keys.length && before(values[below + 1] as V, values[below] as V)) below += 1;
      if (!before(values[below] as V, value)) break;
      put(place, keys[below] as K, values[below] as V);
      place = below;
    }
    put(place, key, value);
  };

  return {
    size: () => keys.length,
    set: (key, value) => {
      let place = places.get(key);
      if (place === undefined) {
        place = keys.length;
        keys.push(key);
        values.push(value);
      }
      settle(place, key, value);
    },
    remove: (key) => {
      const place = places.get(key);
      if (place === undefined) return false;
      places.delete(key);
      const lastKey = keys.pop() as K;
      const lastValue = values.pop() as V;
      if (place < keys.length) settle(place, lastKey, lastValue);
      return true;
    },
    get: (key) => {
      const place = places.get(key);
      return place === undefined ? undefined : values[place];
    },
    first: () => keys[0],
    clear: () => {
      keys.length = 0;
      values.length = 0;
      places.clear();
    },
  };
};
