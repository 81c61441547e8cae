// Speaks by espeak-ng, a program of its own (GPL-3.0-or-later: docs/decisions/0372-espeak-ng.md): each text is a process that gets its words by standard input and gives
// a WAV file. Chosen by server/speech-parts.ts.
import { spawn } from "node:child_process";
import { environmentOfPrograms } from "#platform/speech/program.ts";
import { speechFailed, type Speaker, type SpeechLanguage } from "#platform/speech/speech.ts";
import { forTelephones } from "#platform/speech/telephone.ts";
import { onlyWords } from "#platform/speech/words.ts";

/** Voices by espeak-ng's own names, and how fast: words a minute. */
export interface EspeakVoices {
  readonly de: string;
  readonly en: string;
  readonly wordsAMinute: number;
}

/** What a voice's name may look like ("de", "en-gb-x-rp+f3", "mb-de5"): never an option, never a path. */
export const isEspeakVoice = (name: string): boolean => /^[a-z]{2,3}(?:[-+][A-Za-z0-9]{1,20}){0,6}$/u.test(name);

/** For one text; it takes some hundredths of a second. */
const mostMs = 15_000;
/** Of an answer: ten minutes at 22,050 samples a second. */
const mostBytes = 27_000_000;

/** A speaker by the program at that path or of that name. */
export const espeakSpeaker = (program: string, voices: EspeakVoices): Speaker => {
  const running = new Set<() => void>();
  const run = (text: string, language: SpeechLanguage, signal?: AbortSignal): Promise<Uint8Array> =>
    new Promise((resolve, reject) => {
      const parts: Buffer[] = [];
      let size = 0;
      const child = spawn(
        program,
        ["--stdin", "--stdout", "-b", "1", "-s", String(voices.wordsAMinute), "-v", voices[language]],
        { shell: false, stdio: ["pipe", "pipe", "ignore"], env: environmentOfPrograms, windowsHide: true },
      );
      const end = (error: Error): void => {
        child.kill("SIGKILL");
        done();
        reject(error);
      };
      const stop = (): void => end(speechFailed("tooSlow", "cut off"));
      const timer = setTimeout(() => end(speechFailed("tooSlow", `longer than ${mostMs} ms`)), mostMs);
      const done = (): void => {
        clearTimeout(timer);
        running.delete(stop);
        signal?.removeEventListener("abort", stop);
      };
      running.add(stop);
      signal?.addEventListener("abort", stop);
      child.once("error", (error) => end(speechFailed("away", `${program} cannot be run`, error)));
      child.stdout.on("data", (part: Buffer) => {
        size += part.length;
        if (size > mostBytes) end(speechFailed("tooLong", "more sound than ten minutes"));
        else parts.push(part);
      });
      child.once("close", (code) => {
        done();
        if (code === 0) resolve(Buffer.concat(parts));
        else reject(speechFailed("refused", `${program} ended with ${code}`));
      });
      // A program that ended before it read everything says so by its code.
      child.stdin.on("error", () => {});
      child.stdin.end(text);
      if (signal?.aborted) stop();
    });
  return {
    name: `espeak-ng ${voices.de} ${voices.en} ${voices.wordsAMinute}`,
    speak: async ({ text, language }, signal) => forTelephones(await run(onlyWords(text), language, signal)),
    close: async () => {
      for (const stop of running) stop();
    },
  };
};
