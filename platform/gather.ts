// Makes one call of many: whatever comes while enough is under way is done together by the next. Called where many small things wait for the same commit or question.

/** Does an item, together with others; resolves or rejects as its own part of the work did. */
export type Gathered<I, O> = (item: I) => Promise<O>;

/**
 * While another call is under way, the next one is begun with so many items, or for whoever has waited so long for each item in the one that was begun last: with few
 * items soon, with many only with many.
 */
export interface Beside {
  readonly items: number;
  readonly waitMsEach: number;
}

/**
 * At most `atOnce` calls of `work` are under way, each with at most `most` items, in the order in which they came; an item that comes alone is done
 * alone, at once. Items that share a key are never under way at the same time: the later one waits for the earlier one's end. `work` gives each
 * item's result in its place; when it rejects, all of its items do.
 */
export const gather = <I, O>(options: {
  readonly atOnce: number;
  readonly most: number;
  /** Left out: it takes one item, at once. */
  readonly beside?: Beside;
  readonly keysOf?: (item: I) => readonly string[];
  readonly work: (items: readonly I[]) => Promise<readonly PromiseSettledResult<O>[]>;
}): Gathered<I, O> => {
  const keysOf = options.keysOf ?? (() => []);
  let waiting: {
    readonly item: I;
    readonly keys: readonly string[];
    readonly since: number;
    readonly end: (result: PromiseSettledResult<O>) => void;
  }[] = [];
  const busy = new Set<string>();
  let running = 0;
  let begunWith = 0;
  let soon = false;

  const take = (): typeof waiting => {
    const taken: typeof waiting = [];
    const left: typeof waiting = [];
    // Keys of those that must wait: what comes behind them with the same key does not overtake.
    const passed = new Set<string>();
    for (const each of waiting) {
      const free = taken.length < options.most && each.keys.every((key) => !busy.has(key) && !passed.has(key));
      for (const key of each.keys) (free ? busy : passed).add(key);
      (free ? taken : left).push(each);
    }
    waiting = left;
    return taken;
  };
  const run = async (taken: typeof waiting): Promise<void> => {
    const results = await options
      .work(taken.map(({ item }) => item))
      .catch((reason: unknown) => taken.map((): PromiseSettledResult<O> => ({ status: "rejected", reason })));
    for (const { keys } of taken) for (const key of keys) busy.delete(key);
    running -= 1;
    for (const [place, { end }] of taken.entries())
      end(results[place] ?? { status: "rejected", reason: new Error("an item was left out") });
    begin();
  };
  let later: NodeJS.Timeout | null = null;
  /** Are there enough for a call beside others? If not, it is looked again when the first of them has waited long enough. */
  const areEnough = (): boolean => {
    const { beside } = options;
    const [first] = waiting;
    if (later) clearTimeout(later);
    later = null;
    if (beside === undefined || first === undefined || running === 0 || waiting.length >= beside.items) return true;
    const leftMs = beside.waitMsEach * begunWith - (performance.now() - first.since);
    if (leftMs <= 0) return true;
    later = setTimeout(begin, leftMs);
    return false;
  };
  /** In the next turn of the event loop: what comes in this one goes together. */
  const begin = (): void => {
    if (soon || waiting.length === 0) return;
    soon = true;
    setImmediate(() => {
      soon = false;
      while (running < options.atOnce && areEnough()) {
        const taken = take();
        if (taken.length === 0) return;
        running += 1;
        begunWith = taken.length;
        void run(taken);
      }
    });
  };
  return (item) =>
    new Promise((resolve, reject) => {
      const end = (result: PromiseSettledResult<O>): void =>
        result.status === "fulfilled" ? resolve(result.value) : reject(result.reason as Error);
      waiting.push({ item, keys: keysOf(item), since: performance.now(), end });
      begin();
    });
};
