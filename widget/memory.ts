// What the widget keeps in the visitor's browser: who they are, how far they have read, what has not been sent. The storage of the site's origin, which
// may be full or closed; then it lasts as long as the page. Called by loader.ts and the chat.

/** Values by name. `keep` says whether it will outlive the page. */
export interface Memory {
  readonly read: (name: string) => string | null;
  readonly keep: (name: string, value: string) => boolean;
  readonly forget: (name: string) => void;
  /** Names that begin so. */
  readonly names: (beginning: string) => string[];
}

/** Everything under this name belongs to one channel. */
export const prefixOf = (channel: string): string => `draht.${channel}.`;

const storageOf = (): Storage | null => {
  try {
    return localStorage;
  } catch {
    return null;
  }
};

/** One channel's memory. */
export const openMemory = (channel: string, storage: Storage | null = storageOf()): Memory => {
  const prefix = prefixOf(channel);
  /** What the storage did not take. */
  const here = new Map<string, string>();
  return {
    read: (name) => here.get(name) ?? storage?.getItem(prefix + name) ?? null,
    keep: (name, value) => {
      try {
        if (storage) {
          storage.setItem(prefix + name, value);
          here.delete(name);
          return true;
        }
      } catch {
        // Full or forbidden: the page's own memory takes it.
      }
      here.set(name, value);
      return false;
    },
    forget: (name) => {
      here.delete(name);
      storage?.removeItem(prefix + name);
    },
    names: (beginning) =>
      [
        ...new Set([
          ...here.keys(),
          ...Array.from({ length: storage?.length ?? 0 }, (_, index) => storage?.key(index) ?? "")
            .filter((key) => key.startsWith(prefix))
            .map((key) => key.slice(prefix.length)),
        ]),
      ].filter((name) => name.startsWith(beginning)),
  };
};
