// Reads raw messages in processes of their own, each killed when it takes too long or too much. Called by server/intake.ts.
import { fork, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { ChannelKind, Inbound, Raw } from "#contract/channel.ts";
import type { Log } from "#platform/log.ts";

/** What goes to a reading process and what comes back. */
export interface ReadingJob {
  readonly id: number;
  readonly kind: ChannelKind;
  readonly raw: Raw;
  readonly settings: unknown;
  readonly nowMs: number;
  /** Somebody wants to see it as a message, whatever it is. */
  readonly asMessage: boolean;
}
export type ReadingResult =
  | { readonly id: number; readonly inbound: readonly Inbound[] }
  | { readonly id: number; readonly failed: string };
/** A process says once that it listens, and then what it has read. */
export type ReadingWord = { readonly ready: true } | { readonly results: readonly ReadingResult[] };

/** How `read` ends: what the message says, or why it could not be read. It never rejects for a message's content. */
export type Reading =
  | { readonly inbound: readonly Inbound[] }
  | { readonly unreadable: "tooLong" | "tooMuch" | "died" | "failed"; readonly detail: string };

export interface Reader {
  readonly read: (kind: ChannelKind, raw: Raw, settings: unknown, now: Date, asMessage?: boolean) => Promise<Reading>;
  readonly close: () => Promise<void>;
  readonly stats: () => {
    readonly processes: number;
    readonly busy: number;
    readonly waiting: number;
    readonly killed: number;
  };
}

interface Limits {
  /** Wall time for one message. */
  readonly timeMs: number;
  readonly memoryBytes: number;
  /** Processes in ordinary times; while messages are stuck up to three times as many. */
  readonly processes: number;
  readonly idleMs: number;
}

interface Waiting {
  readonly job: ReadingJob;
  readonly settle: (reading: Reading) => void;
  /** It was in a process that had to be killed among others: now it is read by itself, to learn whether it was the one. */
  alone: boolean;
}

interface Worker {
  readonly child: ChildProcess;
  /** It has loaded everything and listens; before that it is given nothing, so that a start costs no message its time. */
  ready: boolean;
  readonly current: Map<number, Waiting>;
  /** When the present jobs were given, or when it last said something. */
  since: number;
  heardAt: number;
  /** Processor time it had used when it last said something; null: not known yet. */
  cpuMs: number | null;
  idle: NodeJS.Timeout | null;
}

/** A process that is busy for longer than this is no reason to keep others waiting: another one is started beside it. */
const stuckMs = 250;
/** Starts in a row that end before the process listens: something is wrong with the program and not with a message. */
const failedStartsInARow = 3;
const pageBytes = 4096;
/** Under load small messages travel several at a time, because waking a process costs more than reading one. */
const batchMessages = 8;
const batchMessageBytes = 64 * 1024;
/** A second process costs the memory of a whole program: it is started only when more waits than the first has soon read. */
const waitingForAnother = 32;
/** Several messages in a process that computes this long without a word: one of them is bad, and each is read by itself. */
const silentMs = 700;
const silentCpuMs = 600;
/** Several messages and no word for this long, computing or not: looking names up takes at most two seconds. */
const muteMs = 3_000;
const tickMs = 10;
const canLook = existsSync("/proc/self/stat");

/** Processor time of a process in milliseconds, from the kernel. */
const cpuOf = (stat: string): number => {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
};

/** Opens the readers; processes start with the first message and end when idle. `dns` is handed to them as an argument. */
export const openReader = (options: Limits & { readonly log: Log; readonly dns: string }): Reader => {
  const workers = new Set<Worker>();
  const queue: Waiting[] = [];
  let nextId = 1;
  let killed = 0;
  let failedStarts = 0;
  let closed = false;
  let watch: NodeJS.Timeout | null = null;

  const finish = (worker: Worker, id: number, reading: Reading): void => {
    const waiting = worker.current.get(id);
    worker.current.delete(id);
    waiting?.settle(reading);
  };

  /** The process is gone or given up: its only message could not be read; of several each gets a try of its own, before the others. */
  const giveUp = (worker: Worker, reading: Reading): void => {
    workers.delete(worker);
    const left = [...worker.current.values()];
    worker.current.clear();
    if (left.length === 1) left[0]?.settle(reading);
    else queue.unshift(...left.map((waiting) => Object.assign(waiting, { alone: true })));
  };

  const kill = (worker: Worker, why: "tooLong" | "tooMuch"): void => {
    if (!workers.has(worker)) return;
    killed += 1;
    options.log.warn("reader.killed", { why, messages: worker.current.size });
    worker.child.kill("SIGKILL");
    giveUp(worker, {
      unreadable: why,
      detail:
        why === "tooLong" ? `not read within ${options.timeMs} ms` : `more than ${options.memoryBytes} bytes of memory`,
    });
    pump();
  };

  const start = (): Worker => {
    const worker = forkWorker(options.dns);
    const { child } = worker;
    child.on("message", (word: ReadingWord) => {
      worker.heardAt = performance.now();
      worker.cpuMs = null;
      if ("ready" in word) {
        worker.ready = true;
        failedStarts = 0;
      } else
        for (const result of word.results)
          finish(
            worker,
            result.id,
            "inbound" in result ? { inbound: result.inbound } : { unreadable: "failed", detail: result.failed },
          );
      pump();
    });
    child.on("error", (error) => options.log.error("reader.error", { message: error.message }));
    child.on("exit", () => {
      if (worker.idle) clearTimeout(worker.idle);
      giveUp(worker, { unreadable: "died", detail: "the reading process ended" });
      if (closed) return;
      if (!worker.ready && ++failedStarts >= failedStartsInARow) {
        options.log.error("reader.doesNotStart", {});
        failedStarts = 0;
        for (const waiting of queue.splice(0))
          waiting.settle({ unreadable: "died", detail: "the reading process does not start" });
      }
      pump();
    });
    workers.add(worker);
    return worker;
  };

  const give = (worker: Worker, jobs: readonly Waiting[]): void => {
    if (worker.idle) clearTimeout(worker.idle);
    worker.idle = null;
    worker.since = worker.heardAt = performance.now();
    worker.cpuMs = null;
    for (const waiting of jobs) worker.current.set(waiting.job.id, waiting);
    worker.child.send(
      jobs.map((waiting) => waiting.job),
      (error) => {
        if (!error || !workers.has(worker)) return;
        worker.child.kill("SIGKILL");
        giveUp(worker, { unreadable: "died", detail: error.message });
        pump();
      },
    );
  };

  const pump = (): void => {
    while (queue.length > 0 && !closed) {
      const free = [...workers].find((worker) => worker.ready && worker.current.size === 0 && worker.child.connected);
      if (free) {
        give(free, nextJobs(queue, options.processes));
        continue;
      }
      const starting = [...workers].filter((worker) => !worker.ready).length;
      const moving = [...workers].filter(
        (worker) => worker.current.size === 0 || performance.now() - worker.since < stuckMs,
      ).length;
      if (moving > 0 && queue.length < waitingForAnother && !queue.some((waiting) => waiting.alone)) break;
      if (moving >= options.processes || workers.size >= options.processes * 3 || starting >= queue.length) break;
      start();
    }
    for (const worker of workers) {
      if (worker.ready && worker.current.size === 0 && worker.idle === null)
        worker.idle = setTimeout(() => worker.child.disconnect(), options.idleMs).unref();
    }
    if ([...workers].some((worker) => worker.current.size > 0)) watch ??= setInterval(look, 100);
    else if (watch) {
      clearInterval(watch);
      watch = null;
    }
  };

  /** Time is kept and memory looked at from outside, because a busy process can do neither. What /proc tells is Linux's; elsewhere the heap limit holds. */
  const look = (): void => {
    for (const worker of workers) {
      const { pid } = worker.child;
      if (worker.current.size === 0 || pid === undefined) continue;
      const busyMs = performance.now() - worker.since;
      const silent = performance.now() - worker.heardAt;
      if (busyMs > options.timeMs || (worker.current.size > 1 && silent > muteMs)) kill(worker, "tooLong");
      else if (canLook && busyMs >= 100) {
        hasTooMuch(worker, pid, options.memoryBytes).then(
          (much) => much && kill(worker, "tooMuch"),
          () => {},
        );
        if (worker.current.size > 1)
          isLost(worker, pid).then(
            (lost) => lost && kill(worker, "tooLong"),
            () => {},
          );
      }
    }
    pump();
  };

  return {
    read: (kind, raw, settings, now, asMessage = false) =>
      new Promise((settle) => {
        if (closed) return settle({ unreadable: "died", detail: "shutting down" });
        const job: ReadingJob = { id: nextId++, kind, raw, settings, nowMs: now.getTime(), asMessage };
        queue.push({ job, settle, alone: false });
        // A moment later, so that what arrived together travels together.
        if (queue.length === 1) setImmediate(pump);
      }),
    stats: () => ({
      processes: workers.size,
      busy: [...workers].filter((worker) => worker.current.size > 0).length,
      waiting: queue.length,
      killed,
    }),
    close: async () => {
      closed = true;
      if (watch) clearInterval(watch);
      for (const waiting of queue.splice(0)) waiting.settle({ unreadable: "died", detail: "shutting down" });
      await Promise.all([...workers].map(({ child }) => ended(child)));
    },
  };
};

const forkWorker = (dns: string): Worker => {
  const child = fork(new URL("./reader-child.ts", import.meta.url), [dns], {
    serialization: "advanced",
    execArgv: ["--max-old-space-size=160", "--max-semi-space-size=4"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  return { child, ready: false, current: new Map(), since: 0, heardAt: 0, cpuMs: null, idle: null };
};

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGKILL");
  });

const isSmall = (waiting: Waiting | undefined): boolean =>
  waiting !== undefined && !waiting.alone && waiting.job.raw.bytes.byteLength <= batchMessageBytes;

/** Takes from the queue what one process is given at once. */
const nextJobs = (queue: Waiting[], processes: number): Waiting[] => {
  const most = canLook ? Math.min(batchMessages, Math.ceil(queue.length / processes)) : 1;
  const jobs = queue.splice(0, 1);
  while (jobs.length < most && isSmall(jobs[0]) && isSmall(queue[0])) jobs.push(...queue.splice(0, 1));
  return jobs;
};

/** Does the process hold more memory than it may, with the same jobs as when it was asked? */
const hasTooMuch = async (worker: Worker, pid: number, memoryBytes: number): Promise<boolean> => {
  const { since } = worker;
  const resident = Number((await readFile(`/proc/${pid}/statm`, "utf8")).split(" ")[1]) * pageBytes;
  return resident > memoryBytes && worker.since === since && worker.current.size > 0;
};

/** Has the process computed for long without a word, with several messages in hand? The first look only notes its time. */
const isLost = async (worker: Worker, pid: number): Promise<boolean> => {
  const { heardAt, cpuMs } = worker;
  const now = cpuOf(await readFile(`/proc/${pid}/stat`, "utf8"));
  if (worker.heardAt !== heardAt) return false;
  if (cpuMs === null) {
    worker.cpuMs = now;
    return false;
  }
  return now - cpuMs > silentCpuMs && performance.now() - heardAt > silentMs && worker.current.size > 1;
};
