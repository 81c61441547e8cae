// Which of a browser's pages sends what waits in the outbox: the one that was looked at last. Called by session.ts. A browser without Web Locks (a page
// without https) lets every page send; the server takes each message once, whoever brings it.

export interface Turn {
  readonly isOurs: () => boolean;
  /** Takes the turn away from whoever has it: a page that sleeps in the background would keep it. */
  readonly take: () => void;
  readonly end: () => void;
}

/** Waits for its turn from now on; `ours` is called whenever it comes. */
export const awaitTurn = (name: string, locks: LockManager | undefined, ours: () => void): Turn => {
  const ended = new AbortController();
  /** The askings by which the turn is ours: a browser may grant one before it tells that another was lost, and the other way round. */
  const held = new Set<object>();
  const releases: (() => void)[] = [];
  let isQueued = false;

  const hold = (asking: object): Promise<void> =>
    new Promise((resolve) => {
      if (ended.signal.aborted) return resolve();
      releases.push(resolve);
      held.add(asking);
      return ours();
    });
  const ask = (manager: LockManager, asking: object, options: LockOptions): void => {
    const granted = (): Promise<void> => {
      if (!options.steal) isQueued = false;
      return hold(asking);
    };
    const lost = (error?: unknown): void => {
      if (ended.signal.aborted) return;
      // Locks are forbidden here (a frame without an origin): then there is nobody to agree with.
      if (error instanceof DOMException && error.name !== "AbortError") return void hold(asking);
      held.delete(asking);
      if (held.size === 0) wait(manager);
    };
    void manager.request(name, options, granted).then(() => lost(), lost);
  };
  const wait = (manager: LockManager): void => {
    if (isQueued) return;
    isQueued = true;
    ask(manager, {}, { signal: ended.signal });
  };
  if (locks) wait(locks);
  else held.add({});
  return {
    isOurs: () => held.size > 0,
    take: () => {
      if (!locks || held.size > 0 || ended.signal.aborted) return;
      const asking = {};
      held.add(asking);
      ask(locks, asking, { steal: true });
    },
    end: () => {
      ended.abort();
      held.clear();
      for (const release of releases) release();
    },
  };
};
