// Where recordings lie until they are fetched: files of µ-law bytes in the engine's folder, one a recording. Called by both sides of the engine.
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { wavOf } from "./wav.ts";

const placeOf = (folder: string): string => join(folder, "recordings");

/** A recording's file. The id is in it as hexadecimal: no system finds a meaning in that. */
export const fileOf = (folder: string, recordingId: string, channels: 1 | 2, live: boolean): string =>
  join(placeOf(folder), `${Buffer.from(recordingId).toString("hex")}.${channels}${live ? ".live" : ""}`);

interface Found {
  readonly recordingId: string;
  readonly channels: 1 | 2;
  readonly seconds: number;
}

/** What lies there: makes the folder, and ends what a killed process had begun (`cut`: told to nobody yet). */
export const openRecordings = (folder: string): readonly (Found & { readonly cut: boolean })[] => {
  mkdirSync(placeOf(folder), { recursive: true, mode: 0o700 });
  return readdirSync(placeOf(folder)).flatMap((name) => {
    const [, hex = "", channels = "", live] = /^((?:[0-9a-f]{2})+)\.([12])(\.live)?$/u.exec(name) ?? [];
    if (hex === "") return [];
    const recordingId = Buffer.from(hex, "hex").toString();
    const count = channels === "1" ? 1 : 2;
    const done = fileOf(folder, recordingId, count, false);
    if (live !== undefined) renameSync(join(placeOf(folder), name), done);
    return [
      {
        recordingId,
        channels: count,
        seconds: statSync(done).size / (8_000 * count),
        cut: live !== undefined,
      } as const,
    ];
  });
};

/** A finished recording as a WAV file; rejects when there is none. */
export const readRecording = async (folder: string, recordingId: string): Promise<Uint8Array> => {
  for (const channels of [2, 1] as const) {
    const bytes = await readFile(fileOf(folder, recordingId, channels, false)).catch(() => null);
    if (bytes !== null) return wavOf(bytes, channels);
  }
  throw new Error("there is no such recording");
};

/** Erases it; what is not there is erased. */
export const eraseRecording = (folder: string, recordingId: string): void => {
  for (const channels of [1, 2] as const) rmSync(fileOf(folder, recordingId, channels, false), { force: true });
};
