// Makes of whatever a speaker answers a sound that telephones carry, without keeping anybody else waiting. Called by the speakers beside this file.
import { setImmediate as turn } from "node:timers/promises";
import { lengthMs, readWav, resampling, telephoneRate, wavOf } from "#lib/sound.ts";
import { speechFailed } from "#platform/speech/speech.ts";

/** Longest sound that is kept. */
const mostMs = 600_000;

/** The sound as a WAV file of 8 kHz, 16 bit, one channel; "unreadable" when it is none, empty, or longer than ten minutes. */
export const forTelephones = async (file: Uint8Array): Promise<Uint8Array> => {
  const sound = readWav(file);
  if (sound === null || sound.samples.length === 0)
    throw speechFailed("unreadable", "what came is no WAV file with a sound");
  if (lengthMs(sound) > mostMs) throw speechFailed("tooLong", "the sound is longer than ten minutes");
  const steps = resampling(sound, telephoneRate);
  for (;;) {
    const step = steps.next();
    if (step.done) return wavOf(step.value);
    await turn();
  }
};
