// CPU and memory of the server's process tree and of PostgreSQL's, from /proc (Linux). Used by bench/main.ts.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
  /** User and system time, its own and that of children that ended and were waited for. */
  readonly cpuMs: number;
}

/** One clock tick (sysconf(_SC_CLK_TCK) is 100 on every Linux this runs on). */
const tickMs = 10;

const look = (pid: number): Process | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    return {
      pid,
      parent: Number(fields[1]),
      command,
      cpuMs: tickMs * [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0),
    };
  } catch {
    return null;
  }
};

const allProcesses = (): Process[] =>
  readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? (look(Number(name)) ?? []) : []));

/** The process and everything below it. */
const tree = (all: readonly Process[], root: number): Process[] => {
  const found = all.filter((each) => each.pid === root);
  for (let at = 0; at < found.length; at += 1) found.push(...all.filter((each) => each.parent === found[at]?.pid));
  return found;
};

/** The roots of what is measured. PostgreSQL may be a child of the server or stand beside it. */
export interface Roots {
  readonly app: number;
  readonly database: number;
}

export interface Cpu {
  readonly appMs: number;
  readonly databaseMs: number;
}

/** CPU used so far: the application (reading processes included) and PostgreSQL apart. */
export const cpuOf = (roots: Roots): Cpu => {
  const all = allProcesses();
  const database = tree(all, roots.database);
  const inDatabase = new Set(database.map((each) => each.pid));
  const app = tree(all, roots.app).filter((each) => !inDatabase.has(each.pid));
  const sum = (list: readonly Process[]): number => list.reduce((total, each) => total + each.cpuMs, 0);
  return { appMs: sum(app), databaseMs: sum(database) };
};

export const cpuBetween = (before: Cpu, after: Cpu): Cpu => ({
  appMs: after.appMs - before.appMs,
  databaseMs: after.databaseMs - before.databaseMs,
});

export interface Memory {
  /** Resident set of the application's main process; of its reading processes together; of PostgreSQL with shared pages counted once (PSS). */
  readonly mainMb: number;
  readonly readersMb: number;
  readonly databaseMb: number;
}

const kilobytes = (pid: number, file: string, field: string): number => {
  try {
    return Number(
      new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/${file}`, "utf8"))?.[1] ?? 0,
    );
  } catch {
    return 0;
  }
};

export const memoryOf = (roots: Roots): Memory => {
  const all = allProcesses();
  const database = tree(all, roots.database);
  const inDatabase = new Set(database.map((each) => each.pid));
  const others = tree(all, roots.app).filter((each) => !inDatabase.has(each.pid) && each.pid !== roots.app);
  const mb = (kb: number): number => Math.round(kb / 102.4) / 10;
  return {
    mainMb: mb(kilobytes(roots.app, "status", "VmRSS")),
    // The program's own pages are the same in every reading process: counted once.
    readersMb: mb(others.reduce((sum, each) => sum + kilobytes(each.pid, "smaps_rollup", "Pss"), 0)),
    databaseMb: mb(database.reduce((sum, each) => sum + kilobytes(each.pid, "smaps_rollup", "Pss"), 0)),
  };
};

/** CPU milliseconds of a fixed piece of work, the best of three: on a crowded machine the same work costs more CPU, and so does everything measured beside it. */
export const fixedWorkMs = (): number => {
  const once = (): number => {
    const before = process.cpuUsage();
    let text = "";
    for (let i = 0; i < 200; i += 1) {
      const list = Array.from({ length: 2_000 }, (_, n) => ({ n, name: `Zeile ${n * i}` }));
      text = createHash("sha256")
        .update(text + JSON.stringify(list))
        .digest("hex");
    }
    const used = process.cpuUsage(before);
    return (used.user + used.system) / 1000;
  };
  return Math.min(once(), once(), once());
};

/** How busy the machine was with other things just now: a load of 0 is a quiet machine. */
export const machineLoad = (): number => Number(readFileSync("/proc/loadavg", "utf8").split(" ")[0]);
