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
  let isOurs = locks === undefined;
  let isQueued = false;
  let release = (): void => undefined;

  const hold = (): Promise<void> =>
    new Promise((resolve) => {
      release = resolve;
      if (ended.signal.aborted) return resolve();
      isOurs = true;
      return ours();
    });
  const lost = (error?: unknown): void => {
    isOurs = false;
    if (ended.signal.aborted) return;
    if (error instanceof DOMException && error.name !== "AbortError") {
      // Locks are forbidden here (a frame without an origin): then there is nobody to agree with.
      isOurs = true;
      ours();
    } else wait();
  };
  const wait = (): void => {
    if (!locks || isQueued) return;
    isQueued = true;
    const granted = (): Promise<void> => {
      isQueued = false;
      return hold();
    };
    void locks.request(name, { signal: ended.signal }, granted).then(lost, lost);
  };
  wait();
  return {
    isOurs: () => isOurs,
    take: () => {
      if (!locks || isOurs || ended.signal.aborted) return;
      isOurs = true;
      void locks.request(name, { steal: true }, hold).then(lost, lost);
    },
    end: () => {
      ended.abort();
      isOurs = false;
      release();
    },
  };
};
