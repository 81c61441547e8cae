// Keeps files in a folder of this machine (the default). server/main.ts opens it.
import { createHash, randomBytes } from "node:crypto";
import {
  close,
  closeSync,
  createReadStream,
  fsync,
  mkdirSync,
  open,
  openSync,
  fsyncSync,
  rename,
  stat,
  unlink,
  write,
} from "node:fs";
import { access, constants, readdir, readFile, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { checkHash, fileMissing, filesFull, filesUnavailable, isFileMissing } from "#platform/files/files.ts";
import type { Files, StoredFile } from "#platform/files/files.ts";
import { sniff } from "#platform/files/sniff.ts";

// The callback functions cost a third less CPU than FileHandle, and this is on the road of every mail.
const openFile = promisify(open);
const writeSome = promisify(write) as unknown as (
  fd: number,
  bytes: Uint8Array,
  offset: number,
  length: number,
) => Promise<{ bytesWritten: number }>;
const sync = promisify(fsync);
const closeFile = promisify(close);
const move = promisify(rename);
const drop = promisify(unlink);
const look = promisify(stat);

const codeOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";

/** What the machine's own refusal means (a failing disk, too many open files, a mount that is gone): never the bytes' fault. */
const troubleOf = (root: string, error: unknown): unknown => {
  if (codeOf(error) === "ENOSPC" || codeOf(error) === "EDQUOT") return filesFull(root, error);
  const { syscall, message } = error as NodeJS.ErrnoException;
  return syscall === undefined ? error : filesUnavailable(`The files in ${root} cannot be used: ${message}.`, error);
};

const digits = "0123456789abcdef".split("");

const asideName = "aside";
const portion = 1_000;

const dropped = (path: string): Promise<void> =>
  drop(path).catch((error: unknown) => {
    if (codeOf(error) !== "ENOENT") throw error;
  });

/** Makes the 16 × 16 folders once, so that storing never has to; durable before it returns. */
const layOut = (root: string): void => {
  const settle = (folder: string): void => {
    const fd = openSync(folder, "r");
    fsyncSync(fd);
    closeSync(fd);
  };
  mkdirSync(root, { recursive: true, mode: 0o700 });
  let made = false;
  for (const a of digits) {
    for (const b of digits) made = mkdirSync(join(root, a, b), { recursive: true, mode: 0o700 }) !== undefined || made;
    if (made) settle(join(root, a));
  }
  made = mkdirSync(join(root, asideName), { recursive: true, mode: 0o700 }) !== undefined || made;
  if (made) settle(root);
};

/** Steps of one put, told to tests that end the process there. */
export type DiskStep = "opened" | "written" | "synced" | "renamed" | "settled";

/**
 * Files under `root`/a/b/<hash>, where a and b are the hash's first two digits: written to a temporary name, synced, renamed, and the
 * folder synced. A crash leaves either nothing or the whole file, and at most a ".tmp" that `sweep` takes away.
 */
export const openDiskFiles = (root: string, onStep?: (step: DiskStep) => void): Files => {
  layOut(root);
  const folderOf = (hash: string): string => join(root, hash.charAt(0), hash.charAt(1));
  const pathOf = (hash: string): string => join(folderOf(checkHash(hash)), hash);
  const asideOf = (hash: string): string => join(root, asideName, checkHash(hash));
  const running = new Map<string, Promise<void>>();

  /** Names in a folder that were last touched before that time. */
  const old = async (folder: string, olderThan: Date, fits: (name: string) => boolean): Promise<string[]> => {
    const found: string[] = [];
    for (const name of await readdir(folder)) {
      if (!fits(name)) continue;
      const info = await look(join(folder, name)).catch(() => null);
      if (info !== null && info.mtimeMs < olderThan.getTime()) found.push(name);
    }
    return found;
  };
  const folders = digits.flatMap((a) => digits.map((b) => join(root, a, b)));
  const isHash = (name: string): boolean => /^[0-9a-f]{64}$/.test(name);

  /** Does it with the file; what was set aside is put back first, and once more if a sweep is at it this very moment. */
  const withFile = async <T>(hash: string, work: (path: string) => Promise<T>): Promise<T> => {
    const path = pathOf(hash);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work(path);
      } catch (error) {
        if (codeOf(error) !== "ENOENT") throw troubleOf(root, error);
        if (attempt === 4) throw fileMissing(hash);
        await move(asideOf(hash), path).catch(() => {});
      }
    }
  };

  const settle = async (folder: string): Promise<void> => {
    const fd = await openFile(folder, "r");
    try {
      await sync(fd);
    } finally {
      await closeFile(fd);
    }
  };

  const store = async (hash: string, bytes: Uint8Array): Promise<void> => {
    const folder = folderOf(hash);
    const path = join(folder, hash);
    const there = await look(path).catch(() => null);
    // Whoever put it may not have settled the folder yet; a settled folder costs nothing to settle again.
    if (there !== null && there.size === bytes.length)
      return settle(folder).catch((error: unknown) => {
        throw troubleOf(root, error);
      });
    const temporary = join(folder, `${randomBytes(9).toString("hex")}.tmp`);
    try {
      const fd = await openFile(temporary, "wx", 0o600);
      onStep?.("opened");
      try {
        for (let at = 0; at < bytes.length;) at += (await writeSome(fd, bytes, at, bytes.length - at)).bytesWritten;
        onStep?.("written");
        await sync(fd);
        onStep?.("synced");
      } finally {
        await closeFile(fd);
      }
      await move(temporary, path);
      onStep?.("renamed");
      await settle(folder);
      onStep?.("settled");
    } catch (error) {
      await drop(temporary).catch(() => {});
      throw troubleOf(root, error);
    }
  };

  return {
    put: async (bytes): Promise<StoredFile> => {
      const hash = createHash("sha256").update(bytes).digest("hex");
      const other = running.get(hash);
      const storing = other ?? store(hash, bytes);
      if (other === undefined) running.set(hash, storing);
      try {
        const [sniffed] = await Promise.all([sniff(bytes), storing]);
        return { hash, sizeBytes: bytes.length, ...sniffed };
      } finally {
        if (other === undefined) running.delete(hash);
      }
    },
    read: (hash) => withFile(hash, (path) => readFile(path)),
    stream: (hash): Promise<Readable> =>
      withFile(hash, async (path) => createReadStream(path, { fd: await openFile(path, "r"), autoClose: true })),
    has: (hash) =>
      withFile(hash, look).then(
        () => true,
        (error: unknown) => {
          if (!isFileMissing(error)) throw error;
          return false;
        },
      ),
    remove: async (hash) => {
      await dropped(pathOf(hash));
      await dropped(asideOf(hash));
    },
    stored: async function* (olderThan) {
      for (const folder of folders) {
        const names = await old(folder, olderThan, isHash);
        for (let at = 0; at < names.length; at += portion) yield names.slice(at, at + portion);
      }
    },
    setAside: async (hash) => {
      const now = new Date();
      // First, so that a crash in between leaves a file that only looks younger. What is read at this moment stays open to its reader.
      await utimes(pathOf(hash), now, now);
      await move(pathOf(hash), asideOf(hash));
    },
    aside: async function* (olderThan) {
      const names = await old(join(root, asideName), olderThan, isHash);
      for (let at = 0; at < names.length; at += portion) yield names.slice(at, at + portion);
    },
    putBack: (hash) => move(asideOf(hash), pathOf(hash)),
    forgetAside: (hash) => dropped(asideOf(hash)),
    check: () => access(root, constants.R_OK | constants.W_OK),
    sweep: async (olderThan) => {
      let swept = 0;
      for (const folder of folders) {
        for (const name of await old(folder, olderThan, (each) => each.endsWith(".tmp"))) {
          await dropped(join(folder, name));
          swept += 1;
        }
      }
      return swept;
    },
  };
};
