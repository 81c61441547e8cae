// Recordings that people made of sentences: a folder for each language with pairs of files, "welcome.txt" with the sentence and "welcome.wav" with the voice. Used by speech.ts for
// whatever is said in exactly these words. Put there, changed or taken away while the program runs.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { FlowLanguage } from "#contract/flows.ts";
import { spokenText } from "#lib/spoken/text.ts";
import type { Log } from "#platform/log.ts";
import { speechReason } from "#platform/speech/speech.ts";
import { forTelephones } from "#platform/speech/telephone.ts";
import type { SpeechOptions } from "#server/speech.ts";

/** The folder is looked at anew at most so often; so many pairs, so long a sentence, so large a sound. */
const most = { everyMs: 10_000, pairs: 2_000, textBytes: 10_000, soundBytes: 60_000_000 } as const;

interface Converted {
  /** Of the file it was made of. */
  readonly of: string;
  readonly wav: Uint8Array;
  readonly soundId: string;
}

/** The recordings of that folder; its two folders are made when they are not there. Sentences are the same when they are said the same ("2 Minuten", "zwei Minuten"). */
export const openRecorded = async (
  folder: string,
  { log, now }: { readonly log: Log; readonly now: () => Date },
): Promise<NonNullable<SpeechOptions["recorded"]>> => {
  for (const language of ["de", "en"]) await mkdir(join(folder, language), { recursive: true, mode: 0o700 });
  let lookedMs = Number.NEGATIVE_INFINITY;
  let pairs: Promise<ReadonlyMap<string, string>> = Promise.resolve(new Map());
  /** The last few that were converted: whoever plays them keeps them under their id. */
  const converted = new Map<string, Converted>();
  const ids = new Map<string, { readonly of: string; readonly soundId: string | null }>();

  const look = async (): Promise<ReadonlyMap<string, string>> => {
    const found = new Map<string, string>();
    for (const language of ["de", "en"] as const) {
      const names = (await readdir(join(folder, language)).catch(() => [])).filter((name) => name.endsWith(".txt"));
      for (const name of names.toSorted().slice(0, most.pairs)) {
        const path = join(folder, language, name);
        const { size } = await stat(path).catch(() => ({ size: Number.POSITIVE_INFINITY }));
        if (size > most.textBytes) continue;
        const said = spokenText(await readFile(path, "utf8").catch(() => ""), language);
        if (said !== "") found.set(`${language} ${said}`, path.replace(/\.txt$/, ".wav"));
      }
    }
    return found;
  };

  const convert = async (path: string, of: string): Promise<Converted> => {
    const wav = await forTelephones(await readFile(path));
    const made = { of, wav, soundId: createHash("sha256").update(wav).digest("hex") };
    if (converted.size >= 8) converted.clear();
    converted.set(path, made);
    return made;
  };

  /** Its id; null: the file cannot be played, which the log says once for each state of the file. */
  const idOf = async (path: string): Promise<{ readonly of: string; readonly soundId: string } | null> => {
    const info = await stat(path).catch(() => null);
    if (info === null) return null;
    const of = `${info.mtimeMs} ${info.size}`;
    const known = ids.get(path);
    if (known?.of === of) return known.soundId === null ? null : { of, soundId: known.soundId };
    try {
      if (info.size > most.soundBytes) throw new Error("the file is larger than 60 MB");
      const { soundId } = await convert(path, of);
      ids.set(path, { of, soundId });
      return { of, soundId };
    } catch (error) {
      ids.set(path, { of, soundId: null });
      log.warn("speech.badRecording", {
        file: path.slice(folder.length + 1),
        reason: speechReason(error) ?? "failed",
        detail: error instanceof Error ? error.message.slice(0, 200) : "unknown",
      });
      return null;
    }
  };

  return async (text, language: FlowLanguage) => {
    const ms = now().getTime();
    if (ms - lookedMs >= most.everyMs) {
      lookedMs = ms;
      pairs = look();
    }
    const path = (await pairs).get(`${language} ${spokenText(text, language)}`);
    if (path === undefined) return null;
    const found = await idOf(path);
    if (found === null) return null;
    const wav = async (): Promise<Uint8Array> => {
      const kept = converted.get(path);
      return kept?.of === found.of ? kept.wav : (await convert(path, found.of)).wav;
    };
    return { soundId: found.soundId, wav };
  };
};
