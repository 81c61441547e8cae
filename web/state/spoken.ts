// What is said at once to who hears the desk: an offer that rings. Everything else waits its turn (web/shell/Spoken.tsx).
import { createStore } from "#web/state/store.ts";

/** The last thing that was said; `turn` rises, so that the same words are said again. */
export const spokenNow = createStore<{ readonly words: string; readonly turn: number }>({ words: "", turn: 0 });

/** Says something at once. */
export const announce = (words: string): void => spokenNow.set((now) => ({ words, turn: now.turn + 1 }));
