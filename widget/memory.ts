// What the widget keeps in the visitor's browser, apart for each user whom the site signs in: who they are, how far they have read, what has not been sent. The storage of the site's origin, which
// may be full or closed; then it lasts as long as the page. Called by loader.ts and the chat.

/** Values by name. `keep` says whether it will outlive the page. */
export interface Memory {
  readonly read: (name: string) => string | null;
  readonly keep: (name: string, value: string) => boolean;
  readonly forget: (name: string) => void;
  /** Names that begin so. */
  readonly names: (beginning: string) => string[];
}

/** Everything under this name belongs to one channel, and to one user whom the site signs in; null: to whoever is not signed in. */
export const prefixOf = (channel: string, user: string | null = null): string =>
  `draht.${channel}${user === null ? "" : `@${user}@`}.`;

const storageOf = (): Storage | null => {
  try {
    return localStorage;
  } catch {
    return null;
  }
};

/** Forgets what signed users of a channel have left, but for this one: all but words of theirs that are not sent yet, which wait for their return. */
export const forgetOthers = (channel: string, user: string, storage: Storage | null = storageOf()): void => {
  const keys = Array.from({ length: storage?.length ?? 0 }, (_, index) => storage?.key(index) ?? "");
  for (const key of keys)
    if (key.startsWith(`draht.${channel}@`) && !key.startsWith(prefixOf(channel, user)) && !key.includes("@.out."))
      storage?.removeItem(key);
};

/** Whom this browser tells of answers, apart from what is any one person's; null: nobody (push/main.ts). */
export const markOf = (channel: string): string | null => openMemory(`push.${channel}`).read("of");

/** One channel's memory, of one of its people. */
export const openMemory = (
  channel: string,
  storage: Storage | null = storageOf(),
  user: string | null = null,
): Memory => {
  const prefix = prefixOf(channel, user);
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
