// What one party is played: sounds in the order they were asked for, and music while nothing else is heard. Pure but for what it is told of sounds; called by leg.ts.

/** How a sound is had: its frames, or null when there is none. */
export type Frames = readonly Uint8Array[] | null;

interface Play {
  readonly playId: string;
  /** Null: not fetched yet. */
  frames: readonly Uint8Array[] | null;
  readonly loop: boolean;
  at: number;
}

export interface Player {
  /** The same id again changes nothing. `sounds` are fetched then, in their time; until then it is not its turn to be heard, but it keeps its place. */
  readonly play: (playId: string, sounds: () => Promise<Frames>, loop: boolean) => void;
  readonly stop: (playId: string) => void;
  /** The same name again changes nothing; none: no more music. */
  readonly music: (name: string, sounds: () => Promise<Frames>) => void;
  /** Ends everything; each play is told as stopped. */
  readonly end: () => void;
  /** Is something being played that others are heard beside? */
  readonly isPlaying: () => boolean;
  readonly playing: () => readonly string[];
  readonly hasMusic: () => boolean;
  /** The next frame of what is played; null: nothing. */
  readonly next: () => Uint8Array | null;
  readonly nextOfMusic: () => Uint8Array | null;
}

/** `over`: a play ended. `changed`: it began or ended to play. */
export const createPlayer = (told: {
  readonly over: (playId: string, how: "whole" | "stopped" | "failed") => void;
  readonly changed: () => void;
}): Player => {
  const plays: Play[] = [];
  let music: { readonly frames: readonly Uint8Array[]; at: number } | null = null;
  let wished = "";
  const drop = (playId: string, how: "whole" | "stopped" | "failed"): void => {
    const index = plays.findIndex((play) => play.playId === playId);
    if (index === -1) return;
    plays.splice(index, 1);
    told.over(playId, how);
    told.changed();
  };
  return {
    play: (playId, sounds, loop) => {
      if (plays.some((play) => play.playId === playId)) return;
      const play: Play = { playId, frames: null, loop, at: 0 };
      plays.push(play);
      told.changed();
      void sounds().then((frames) => {
        if (frames === null) return drop(playId, "failed");
        play.frames = frames;
        return undefined;
      });
    },
    stop: (playId) => drop(playId, "stopped"),
    music: (name, sounds) => {
      if (wished === name) return;
      wished = name;
      if (name === "") {
        music = null;
        return;
      }
      void sounds().then((frames) => {
        if (frames !== null && frames.length > 0 && wished === name) music = { frames, at: 0 };
        return undefined;
      });
    },
    end: () => {
      for (let [play] = plays; play !== undefined; [play] = plays) drop(play.playId, "stopped");
      music = null;
      wished = "";
    },
    isPlaying: () => plays.length > 0,
    playing: () => plays.map(({ playId }) => playId),
    hasMusic: () => wished !== "",
    next: () => {
      const [play] = plays;
      if (play?.frames == null) return null;
      const frame = play.frames[play.at] ?? null;
      play.at += 1;
      if (play.at >= play.frames.length) {
        if (play.loop && play.frames.length > 0) play.at = 0;
        else drop(play.playId, "whole");
      }
      return frame;
    },
    nextOfMusic: () => {
      if (music === null) return null;
      const frame = music.frames[music.at] ?? null;
      music.at = (music.at + 1) % music.frames.length;
      return frame;
    },
  };
};
