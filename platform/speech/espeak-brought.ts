// Speaks by the espeak-ng that comes by npm, for machines that have none: a process of its own, started by the first words and ended when nothing was said for a while.
// Chosen by server/speech-parts.ts. Why a process: docs/decisions/0372-espeak-ng.md.
import { fork, type ChildProcess } from "node:child_process";
import { lengthMs, wavOf } from "#lib/sound.ts";
import type { EspeakVoices } from "#platform/speech/espeak.ts";
import { environmentOfPrograms } from "#platform/speech/program.ts";
import { speechFailed, type Speaker } from "#platform/speech/speech.ts";
import { forTelephones } from "#platform/speech/telephone.ts";
import { onlyWords } from "#platform/speech/words.ts";

type Word =
  | { readonly ready: true }
  | { readonly id: number; readonly failed: "refused" | "tooLong" }
  | { readonly id: number; readonly rate: number; readonly samples: Int16Array };

interface Job {
  readonly text: string;
  readonly voice: string;
  readonly settle: (word: Word | Error) => void;
}

/** For one text, with what is before it in the queue left out. */
const mostMs = 30_000;
const idleMs = 120_000;
/** Ten minutes. */
const mostSamples = 600 * 22_050;

/** Is the package there? It is optional: an installation may have left it out. */
export const isBrought = (): boolean => {
  try {
    import.meta.resolve("@echogarden/espeak-ng-emscripten");
    return true;
  } catch {
    return false;
  }
};

/** A speaker by the package. One text after the other: it takes some hundredths of a second each. */
export const broughtSpeaker = (voices: EspeakVoices): Speaker => {
  const queue: Job[] = [];
  let child: ChildProcess | null = null;
  let current: { readonly id: number; readonly job: Job; readonly timer: NodeJS.Timeout } | null = null;
  let ready = false;
  let closed = false;
  let idle: NodeJS.Timeout | null = null;
  let lastId = 0;

  const settle = (word: Word | Error): void => {
    if (current === null) return;
    clearTimeout(current.timer);
    const { job } = current;
    current = null;
    job.settle(word);
  };

  const start = (): ChildProcess => {
    const started = fork(new URL("./espeak-child.ts", import.meta.url), [], {
      serialization: "advanced",
      env: environmentOfPrograms,
      execArgv: ["--max-old-space-size=160"],
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    const gone = (): void => {
      if (child !== started) return;
      child = null;
      const wasReady = ready;
      ready = false;
      settle(speechFailed("away", "the speaking process ended"));
      // One that does not start will not start for the next either.
      if (!wasReady)
        for (const job of queue.splice(0)) job.settle(speechFailed("away", "the speaking process does not start"));
      pump();
    };
    started.on("message", (word: Word) => {
      if (child !== started) return;
      if ("ready" in word) ready = true;
      else if (word.id === current?.id) settle(word);
      pump();
    });
    started.once("error", gone);
    started.once("exit", gone);
    return started;
  };

  const pump = (): void => {
    if (closed) return;
    if (idle !== null) clearTimeout(idle);
    idle = null;
    if (queue.length === 0) {
      if (current === null && child !== null) idle = setTimeout(() => child?.kill("SIGKILL"), idleMs).unref();
      return;
    }
    child ??= start();
    if (!ready || current !== null) return;
    const job = queue.shift();
    if (job === undefined) return;
    const id = ++lastId;
    const timer = setTimeout(() => {
      settle(speechFailed("tooSlow", `longer than ${mostMs} ms`));
      child?.kill("SIGKILL");
    }, mostMs);
    current = { id, job, timer };
    child.send({ id, text: job.text, voice: job.voice, wordsAMinute: voices.wordsAMinute, mostSamples });
  };

  const run = (text: string, voice: string, signal?: AbortSignal): Promise<Word> =>
    new Promise((resolve, reject) => {
      if (closed) return reject(speechFailed("away", "shutting down"));
      const job: Job = {
        text,
        voice,
        settle: (word) => {
          signal?.removeEventListener("abort", stop);
          if (word instanceof Error) reject(word);
          else resolve(word);
        },
      };
      // What is being said is said to the end: it takes less time than a new process does.
      const stop = (): void => {
        const at = queue.indexOf(job);
        if (at >= 0) queue.splice(at, 1);
        reject(speechFailed("tooSlow", "cut off"));
      };
      signal?.addEventListener("abort", stop, { once: true });
      if (signal?.aborted) return stop();
      queue.push(job);
      pump();
    });

  return {
    name: `espeak-ng by npm ${voices.de} ${voices.en} ${voices.wordsAMinute}`,
    speak: async ({ text, language }, signal) => {
      const word = await run(onlyWords(text), voices[language], signal);
      if ("failed" in word) throw speechFailed(word.failed, "it was not spoken");
      if (!("samples" in word) || lengthMs(word) === 0) throw speechFailed("unreadable", "no sound came");
      return forTelephones(wavOf(word));
    },
    close: async () => {
      closed = true;
      if (idle !== null) clearTimeout(idle);
      settle(speechFailed("away", "shutting down"));
      for (const job of queue.splice(0)) job.settle(speechFailed("away", "shutting down"));
      const last = child;
      child = null;
      if (last === null) return;
      await new Promise<void>((resolve) => {
        last.once("exit", () => resolve());
        last.kill("SIGKILL");
      });
    },
  };
};
