// The folder of one test run, and the processes that still use it afterwards. Called by tools/test.ts.
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const prefix = "draht-test-";
/** Linux keeps a file system in memory here; containers often make it too small. */
const memory = "/dev/shm";
/** Several times what the tests that run at once have on disk. */
const roomInMemory = 4_000_000_000;
const memoryBeside = 4_000_000_000;

/**
 * A short, empty temporary folder for everything the run writes (tests find it as TMPDIR). Others may enter it: mail
 * servers drop to accounts of their own. Clears what killed runs left behind, processes included.
 */
export function openRunFolder(): string {
  const home = homeOfRuns();
  for (const place of new Set([home, tmpdir()]))
    for (const name of readdirSync(place).filter((entry) => entry.startsWith(prefix))) {
      const folder = join(place, name);
      const owner = existsSync(join(folder, "run.pid"))
        ? Number(readFileSync(join(folder, "run.pid"), "utf8"))
        : undefined;
      if (owner === undefined || existsSync(`/proc/${owner}`)) continue;
      closeRunFolder(folder);
    }
  const folder = mkdtempSync(join(home, prefix));
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, "run.pid"), String(process.pid));
  return folder;
}

/**
 * Memory where there is enough of it: every server of a test makes a thousand files and removes them, and on a disk that costs more of the processor
 * than the server's own start. Tests kill processes, never the machine, so nothing they prove depends on the disk. A TMPDIR that was given wins.
 */
function homeOfRuns(): string {
  if (process.env["TMPDIR"] !== undefined || process.platform !== "linux") return tmpdir();
  try {
    accessSync(memory, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = statfsSync(memory);
    const fits = bavail * bsize >= roomInMemory && process.availableMemory() >= roomInMemory + memoryBeside;
    return fits ? memory : tmpdir();
  } catch {
    return tmpdir();
  }
}

/** Kills the processes that still use the folder, removes it, and tells the command line of each that it killed. */
export function closeRunFolder(folder: string): readonly string[] {
  const killed: string[] = [];
  for (const { pid, command } of processesOf(folder)) {
    try {
      process.kill(pid, "SIGKILL");
      killed.push(`${pid} ${command}`);
    } catch {
      // It ended between the look and the kill.
    }
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  return killed;
}

/**
 * Processes whose command line or environment names the folder, except this one, and what they started: a child of PostgreSQL names nothing,
 * and one that stands still would not notice that its parent is gone. Linux only; elsewhere none.
 */
function processesOf(folder: string): readonly { readonly pid: number; readonly command: string }[] {
  if (!existsSync("/proc/self/environ")) return [];
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((name) => ({ pid: Number(name), parent: parentOf(name), command: readProc(name, "cmdline") }));
  const found = new Set(
    all
      .filter(
        ({ pid, command }) => command !== "" && `${command}\n${readProc(String(pid), "environ")}`.includes(folder),
      )
      .map(({ pid }) => pid),
  );
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  return all.filter(({ pid }) => found.has(pid)).map(({ pid, command }) => ({ pid, command: command.slice(0, 200) }));
}

/** The second field behind the name, which is in brackets and may hold anything (proc(5)). */
function parentOf(pid: string): number {
  const stat = readProc(pid, "stat");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}

function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8").replaceAll("\0", " ").trim();
  } catch {
    return "";
  }
}
