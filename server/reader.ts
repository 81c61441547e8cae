// Reads raw messages in processes of their own, each killed when it takes too long or too much. Called by server/intake.ts.
import { fork, type ChildProcess } from "node:child_process";
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
}
export type ReadingResult = { readonly id: number; readonly inbound: readonly Inbound[] } | { readonly id: number; readonly failed: string } | { readonly ready: true };

/** How `read` ends: what the message says, or why it could not be read. It never rejects for a message's content. */
export type Reading = { readonly inbound: readonly Inbound[] } | { readonly unreadable: "tooLong" | "tooMuch" | "died" | "failed"; readonly detail: string };

export interface Reader {
  readonly read: (kind: ChannelKind, raw: Raw, settings: unknown, now: Date) => Promise<Reading>;
  readonly close: () => Promise<void>;
  readonly stats: () => { readonly processes: number; readonly busy: number; readonly waiting: number; readonly killed: number };
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
}

interface Worker {
  readonly child: ChildProcess;
  /** It has loaded everything and listens; before that it is given nothing, so that a start costs no message its time. */
  ready: boolean;
  current: (Waiting & { readonly since: number; timer: NodeJS.Timeout }) | null;
  idle: NodeJS.Timeout | null;
}

/** A job that is older than this is no reason to keep others waiting: another process is started beside it. */
const stuckMs = 250;
/** Starts in a row that end before the process listens: something is wrong with the program and not with a message. */
const failedStartsInARow = 3;
const pageBytes = 4096;

/** Opens the readers; processes start with the first message and end when idle. `dns` is handed to them as an argument. */
export const openReader = (options: Limits & { readonly log: Log; readonly dns: string }): Reader => {
  const workers = new Set<Worker>();
  const queue: Waiting[] = [];
  let nextId = 1;
  let killed = 0;
  let failedStarts = 0;
  let closed = false;
  let watch: NodeJS.Timeout | null = null;

  const finish = (worker: Worker, reading: Reading): void => {
    const current = worker.current;
    if (!current) return;
    clearTimeout(current.timer);
    worker.current = null;
    current.settle(reading);
  };

  const kill = (worker: Worker, why: "tooLong" | "tooMuch"): void => {
    killed += 1;
    options.log.warn("reader.killed", { why });
    workers.delete(worker);
    worker.child.kill("SIGKILL");
    finish(worker, { unreadable: why, detail: why === "tooLong" ? `not read within ${options.timeMs} ms` : `more than ${options.memoryBytes} bytes of memory` });
    pump();
  };

  const start = (): Worker => {
    const child = fork(new URL("./reader-child.ts", import.meta.url), [options.dns], {
      serialization: "advanced",
      execArgv: ["--max-old-space-size=160", "--max-semi-space-size=16"],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const worker: Worker = { child, ready: false, current: null, idle: null };
    child.on("message", (result: ReadingResult) => {
      if ("ready" in result) {
        worker.ready = true;
        failedStarts = 0;
        return pump();
      }
      if (worker.current?.job.id !== result.id) return;
      finish(worker, "inbound" in result ? { inbound: result.inbound } : { unreadable: "failed", detail: result.failed });
      pump();
    });
    child.on("error", (error) => options.log.error("reader.error", { message: error.message }));
    child.on("exit", () => {
      workers.delete(worker);
      if (worker.idle) clearTimeout(worker.idle);
      finish(worker, { unreadable: "died", detail: "the reading process ended" });
      if (closed) return;
      if (!worker.ready && ++failedStarts >= failedStartsInARow) {
        options.log.error("reader.doesNotStart", {});
        failedStarts = 0;
        for (const waiting of queue.splice(0)) waiting.settle({ unreadable: "died", detail: "the reading process does not start" });
      }
      pump();
    });
    workers.add(worker);
    return worker;
  };

  const give = (worker: Worker, waiting: Waiting): void => {
    if (worker.idle) clearTimeout(worker.idle);
    worker.idle = null;
    worker.current = { ...waiting, since: performance.now(), timer: setTimeout(() => kill(worker, "tooLong"), options.timeMs) };
    worker.child.send(waiting.job, (error) => {
      if (error && worker.current?.job.id === waiting.job.id) {
        workers.delete(worker);
        worker.child.kill("SIGKILL");
        finish(worker, { unreadable: "died", detail: error.message });
        pump();
      }
    });
  };

  const pump = (): void => {
    while (queue.length > 0 && !closed) {
      const free = [...workers].find((worker) => worker.ready && worker.current === null && worker.child.connected);
      if (free) {
        const next = queue.shift();
        if (next) give(free, next);
        continue;
      }
      const starting = [...workers].filter((worker) => !worker.ready).length;
      const moving = [...workers].filter((worker) => worker.current === null || performance.now() - worker.current.since < stuckMs).length;
      if (moving >= options.processes || workers.size >= options.processes * 3 || starting >= queue.length) break;
      start();
    }
    for (const worker of workers) {
      if (worker.ready && worker.current === null && worker.idle === null) worker.idle = setTimeout(() => worker.child.disconnect(), options.idleMs).unref();
    }
    if ([...workers].some((worker) => worker.current !== null)) watch ??= setInterval(look, 100).unref();
    else if (watch) {
      clearInterval(watch);
      watch = null;
    }
  };

  /** Memory is looked at from outside, because a busy process cannot look at itself. Linux only; elsewhere the heap limit holds. */
  const look = (): void => {
    for (const worker of workers) {
      const current = worker.current;
      if (!current || worker.child.pid === undefined || performance.now() - current.since < 100) continue;
      readFile(`/proc/${worker.child.pid}/statm`, "utf8").then(
        (text) => {
          const resident = Number(text.split(" ")[1]) * pageBytes;
          if (resident > options.memoryBytes && worker.current === current) kill(worker, "tooMuch");
        },
        () => {},
      );
    }
    pump();
  };

  return {
    read: (kind, raw, settings, now) =>
      new Promise((settle) => {
        if (closed) return settle({ unreadable: "died", detail: "shutting down" });
        queue.push({ job: { id: nextId++, kind, raw, settings, nowMs: now.getTime() }, settle });
        pump();
      }),
    stats: () => ({ processes: workers.size, busy: [...workers].filter((worker) => worker.current !== null).length, waiting: queue.length, killed }),
    close: async () => {
      closed = true;
      if (watch) clearInterval(watch);
      for (const waiting of queue.splice(0)) waiting.settle({ unreadable: "died", detail: "shutting down" });
      await Promise.all(
        [...workers].map(
          (worker) =>
            new Promise<void>((resolve) => {
              worker.child.once("exit", () => resolve());
              worker.child.kill("SIGKILL");
            }),
        ),
      );
    },
  };
};
