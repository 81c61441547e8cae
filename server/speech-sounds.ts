// Sounds in a folder, by the hash of their content, and which words they say, by the hash of those. Bounded: what was not used for longest goes first. Called by speech.ts.
// All of it can be made again: nothing is synced, and a file that is not what its name says is as if it were not there.
import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface SoundLimits {
  readonly mostBytes: number;
  readonly mostSounds: number;
}

/** Some 17 hours of speech. */
const usual: SoundLimits = { mostBytes: 1_000_000_000, mostSounds: 50_000 };
/** How much is left after cleaning, so that it is done seldom. */
const leaves = 0.9;
/** That a sound was used is written down at most so often. */
const touchEveryMs = 3_600_000;

interface Kept {
  readonly bytes: number;
  usedMs: number;
  touchedMs: number;
}

/** What is kept in one folder. */
export interface Sounds {
  /** Keeps it; says its id. */
  readonly keep: (wav: Uint8Array) => Promise<string>;
  readonly has: (soundId: string) => boolean;
  /** Rejects when it is not there, or damaged. */
  readonly read: (soundId: string) => Promise<Uint8Array>;
  /** Says that this sound is what those words sound like. */
  readonly name: (key: string, soundId: string) => Promise<void>;
  /** The sound of those words, if it is still there. */
  readonly named: (key: string) => Promise<string | null>;
}

const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

export const openSounds = async (folder: string, limits: Partial<SoundLimits>, now: () => Date): Promise<Sounds> => {
  const { mostBytes, mostSounds } = { ...usual, ...limits };
  const saidFolder = join(folder, "said");
  await mkdir(saidFolder, { recursive: true, mode: 0o700 });
  const kept = new Map<string, Kept>();
  const names = new Map<string, string>();
  let size = 0;
  const pathOf = (id: string): string => join(folder, `${id}.wav`);

  for (const file of await readdir(folder)) {
    const id = /^([0-9a-f]{64})\.wav$/.exec(file)?.[1];
    if (file.endsWith(".tmp")) await rm(join(folder, file), { force: true });
    if (id === undefined) continue;
    const { size: bytes, mtimeMs } = await stat(pathOf(id));
    kept.set(id, { bytes, usedMs: mtimeMs, touchedMs: mtimeMs });
    size += bytes;
  }
  // The name of an empty file says both, so that a start reads one folder and not thousands of files.
  for (const file of await readdir(saidFolder)) {
    const [, key, id] = /^([0-9a-f]{64})-([0-9a-f]{64})$/.exec(file) ?? [];
    if (key === undefined || id === undefined) continue;
    if (kept.has(id)) names.set(key, id);
    else await rm(join(saidFolder, file), { force: true });
  }

  const used = (id: string, sound: Kept): void => {
    const ms = now().getTime();
    sound.usedMs = ms;
    if (ms - sound.touchedMs < touchEveryMs) return;
    sound.touchedMs = ms;
    utimes(pathOf(id), new Date(ms), new Date(ms)).catch(() => {});
  };

  const forget = async (id: string): Promise<void> => {
    const sound = kept.get(id);
    if (sound === undefined) return;
    kept.delete(id);
    size -= sound.bytes;
    for (const [key, named] of names) {
      if (named !== id) continue;
      names.delete(key);
      await rm(join(saidFolder, `${key}-${id}`), { force: true });
    }
    await rm(pathOf(id), { force: true });
  };

  let cleaning: Promise<void> | null = null;
  const clean = async (): Promise<void> => {
    const oldest = [...kept].toSorted(([, a], [, b]) => a.usedMs - b.usedMs).map(([id]) => id);
    for (const id of oldest) {
      if (size <= mostBytes * leaves && kept.size <= mostSounds * leaves) break;
      await forget(id);
    }
  };
  const cleanWhenFull = async (): Promise<void> => {
    if (size <= mostBytes && kept.size <= mostSounds) return;
    cleaning ??= clean().finally(() => {
      cleaning = null;
    });
    await cleaning;
  };
  await cleanWhenFull();

  return {
    keep: async (wav) => {
      const id = hashOf(wav);
      const there = kept.get(id);
      if (there !== undefined) {
        used(id, there);
        return id;
      }
      const temporary = join(folder, `${randomBytes(9).toString("hex")}.tmp`);
      try {
        await writeFile(temporary, wav, { mode: 0o600 });
        await rename(temporary, pathOf(id));
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => {});
        throw error;
      }
      if (!kept.has(id)) size += wav.length;
      kept.set(id, { bytes: wav.length, usedMs: now().getTime(), touchedMs: now().getTime() });
      await cleanWhenFull();
      return id;
    },
    has: (id) => kept.has(id),
    read: async (id) => {
      const sound = kept.get(id);
      if (sound === undefined) throw new Error("there is no such sound");
      const wav = await readFile(pathOf(id)).catch(() => null);
      if (wav !== null && hashOf(wav) === id) {
        used(id, sound);
        return wav;
      }
      // Somebody took it away, or the machine went down while it was written: it is made again when it is wanted.
      await forget(id);
      throw new Error("there is no such sound any more");
    },
    name: async (key, id) => {
      if (!kept.has(id)) return;
      names.set(key, id);
      await writeFile(join(saidFolder, `${key}-${id}`), "", { mode: 0o600 });
    },
    named: async (key) => {
      const id = names.get(key);
      const sound = id === undefined ? undefined : kept.get(id);
      if (id === undefined || sound === undefined) return null;
      const there = await stat(pathOf(id)).catch(() => null);
      if (there?.size !== sound.bytes) {
        await forget(id);
        return null;
      }
      used(id, sound);
      return id;
    },
  };
};
