// Which of a browser's windows is the telephone: the one that holds a lock (Web Locks); the others wait for it, and one may take it. Called by softphone.ts.

const lockName = "draht.telephone";

export interface PhoneWindow {
  /** Whether this window would be the telephone. */
  readonly want: (wants: boolean) => void;
  /** Takes it from another window. */
  readonly take: () => void;
  readonly stop: () => void;
}

/** `has` hears whenever this window is it from now on, or no longer. */
export const startWindow = (has: (it: boolean) => void): PhoneWindow => {
  let wants = false;
  let release: (() => void) | null = null;
  let queue: AbortController | null = null;
  const ask = (options: LockOptions): void => {
    let held = false;
    void navigator.locks
      .request(lockName, options, () => {
        if (!wants) return undefined;
        held = true;
        has(true);
        return new Promise<void>((resolve) => {
          release = resolve;
        });
      })
      // It was taken by another window, or is not waited for any more.
      .catch(() => undefined)
      .finally(() => {
        if (!held) return;
        release = null;
        has(false);
        if (wants) wait();
      });
  };
  const wait = (): void => {
    queue = new AbortController();
    ask({ signal: queue.signal });
  };
  const want = (next: boolean): void => {
    if (next === wants) return;
    wants = next;
    if (next) return wait();
    queue?.abort();
    release?.();
  };
  return {
    want,
    take: () => {
      if (!wants || release !== null) return;
      queue?.abort();
      ask({ steal: true });
    },
    stop: () => want(false),
  };
};
