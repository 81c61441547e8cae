// Runs one program in a process group of its own, so that a deadline or Ctrl-C ends it with all its children.
import { spawn } from "node:child_process";

/** How a program ended. `output` is stdout and stderr as they came, the last 200 kB. */
export type Ended = {
  readonly code: number;
  readonly output: string;
  readonly ms: number;
  readonly timedOut: boolean;
};

const running = new Set<number>();

/** Runs `file` to its end; after `timeoutMs` its whole group is killed and the code is 124. Never throws. */
export function runProgram(
  file: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly timeoutMs: number; readonly env?: NodeJS.ProcessEnv },
): Promise<Ended> {
  const start = performance.now();
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: process.platform !== "win32",
    });
    const pid = child.pid;
    if (pid !== undefined) running.add(pid);
    let output = "";
    let timedOut = false;
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-200_000);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup(pid);
    }, options.timeoutMs);
    const finish = (code: number): void => {
      clearTimeout(timer);
      // Whatever the program left behind in its group ends with it.
      killGroup(pid);
      if (pid !== undefined) running.delete(pid);
      resolve({ code: timedOut ? 124 : code, output, ms: performance.now() - start, timedOut });
    };
    child.on("error", (error) => {
      output += String(error);
      finish(127);
    });
    // "exit", not "close": a child left behind may hold the pipes open for ever.
    child.on("exit", (code, signal) => setImmediate(() => finish(code ?? (signal === null ? 1 : 128))));
  });
}

/** Kills every program that still runs, with its children; for the end of an interrupted run. */
export function killAll(): void {
  for (const pid of running) killGroup(pid);
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
  } catch {
    // The group is gone already.
  }
}
