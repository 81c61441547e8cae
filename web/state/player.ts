// A recording that is played here: nothing is fetched before somebody wants to hear it. Called by Recording.tsx.
import { createStore, type Store } from "#web/state/store.ts";

export interface Played {
  /** Seconds from the beginning. */
  readonly at: number;
  readonly plays: boolean;
  /** It could not be fetched, or the browser cannot play it. */
  readonly broken: boolean;
}

export interface Player {
  readonly now: Store<Played>;
  readonly playOrPause: () => void;
  readonly go: (seconds: number) => void;
  readonly speed: (times: number) => void;
  readonly stop: () => void;
}

/** Makes a player of what lies at an address. */
export const startPlayer = (url: string): Player => {
  const now = createStore<Played>({ at: 0, plays: false, broken: false });
  const set = (part: Partial<Played>): void => now.set((before) => ({ ...before, ...part }));
  let element: HTMLAudioElement | null = null;
  let times = 1;
  const begun = (): HTMLAudioElement => {
    if (element !== null) return element;
    const made = new Audio(url);
    made.playbackRate = times;
    for (const event of ["timeupdate", "seeked"]) made.addEventListener(event, () => set({ at: made.currentTime }));
    for (const event of ["play", "pause", "ended"])
      made.addEventListener(event, () => set({ plays: !made.paused && !made.ended }));
    made.addEventListener("error", () => {
      if (element === made) set({ broken: true, plays: false });
      element = null;
    });
    element = made;
    return made;
  };
  return {
    now,
    playOrPause: () => {
      const made = begun();
      if (now.get().plays) return made.pause();
      set({ broken: false });
      // What hinders it is said by the element itself.
      void made.play().catch(() => undefined);
    },
    go: (seconds) => {
      begun().currentTime = seconds;
      set({ at: seconds });
    },
    speed: (next) => {
      times = next;
      if (element !== null) element.playbackRate = next;
    },
    stop: () => {
      const made = element;
      element = null;
      made?.pause();
      made?.removeAttribute("src");
    },
  };
};
