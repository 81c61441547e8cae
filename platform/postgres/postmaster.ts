// What a data folder says about a running PostgreSQL: its lock file, and whether that process lives. Called by postgres.ts.
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { spawnSync } from "node:child_process";

/** The lines of `postmaster.pid` (PostgreSQL source, src/include/utils/pidfile.h). */
export type Postmaster = {
  readonly pid: number;
  readonly dataDir: string;
  readonly port: number;
  /** Folder of its local socket; undefined: it listens on TCP only. */
  readonly socketFolder: string | undefined;
  /** System V shared memory segment that every process of this server is attached to. */
  readonly sharedMemoryId: number | undefined;
  readonly status: "starting" | "ready" | "stopping" | "standby" | "unknown";
};

/** The lock file of a cluster, if there is one; fields that are not written yet are 0 or unknown. */
export function readPostmaster(cluster: string): Postmaster | undefined {
  let lines: readonly string[];
  try {
    lines = readFileSync(join(cluster, "postmaster.pid"), "utf8").split("\n");
  } catch {
    return undefined;
  }
  const sharedMemoryId = /^\s*\d+\s+(\d+)\s*$/.exec(lines[6] ?? "")?.[1];
  const status = (lines[7] ?? "").trim();
  return {
    pid: Math.abs(Number(lines[0])),
    dataDir: lines[1] ?? "",
    port: Number(lines[3] ?? 0),
    socketFolder: (lines[4] ?? "").trim() || undefined,
    sharedMemoryId: sharedMemoryId === undefined ? undefined : Number(sharedMemoryId),
    status:
      status === "starting" || status === "ready" || status === "stopping" || status === "standby" ? status : "unknown",
  };
}

/** Whether a process with this id exists and runs; a zombie that nobody reaped counts as gone. */
export function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return true;
  }
}

/** Whether the lock file's process is alive and truly a PostgreSQL on this cluster, not a stranger with a reused id. */
export function isOurs(postmaster: Postmaster, cluster: string): boolean {
  if (!isAlive(postmaster.pid)) return false;
  if (process.platform === "linux") {
    // A server of ours has the cluster's path among its arguments (`-D`).
    const words = readText(`/proc/${postmaster.pid}/cmdline`).split("\0");
    return words.some((word) => word === cluster || (existsSync(word) && realpathSync(word) === realpathSync(cluster)));
  }
  if (process.platform === "win32") return true;
  const { stdout } = spawnSync("ps", ["-o", "command=", "-p", String(postmaster.pid)], { encoding: "utf8" });
  return stdout.includes("postgres");
}

/**
 * Whether processes of a dead server still hold its shared memory (they end by themselves within moments after its
 * death). Removing the lock file before that would let a second server write to the same files.
 */
export function hasOrphans(postmaster: Postmaster): boolean {
  if (postmaster.sharedMemoryId === undefined) return false;
  // Columns: key shmid perms size cpid lpid nattch …
  return readText("/proc/sysvipc/shm")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .some((columns) => Number(columns[1]) === postmaster.sharedMemoryId && Number(columns[6]) > 0);
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
