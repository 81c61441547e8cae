// Answers that callers speak: fetched from the engine, given to whoever listens, told to the call. Nothing of them is kept. Called by server/switchboard-board.ts.
import { loudPart } from "#lib/loudPart.ts";
import { readWav, wavOf } from "#lib/sound.ts";
import type { RecordingKept } from "#modules/calls/model-record.ts";
import { likelyWords } from "#modules/flows/model-voice.ts";
import { wordsOf, type Context, type Living } from "#server/switchboard-context.ts";

/** Has an answer understood, and tells the call; the call lets it go in the engine then. */
export const hearAnswer = (at: Context, living: Living, { id: recordingId }: RecordingKept): void => {
  const { engine, parts, world } = at;
  if (living.fetching.has(recordingId) || engine === null) return;
  living.fetching.add(recordingId);
  const work = async (): Promise<void> => {
    const { id: callId, language, flow } = living.row.call;
    const question = flow?.question ?? null;
    const phrases = question === null ? [] : likelyWords(question, { language, zone: "UTC" });
    const understood = await engine
      .recording(recordingId)
      .then((bytes) => (parts.understand === null ? null : parts.understand(spokenPart(bytes), { language, phrases })))
      .catch((error: unknown) => {
        world.log.warn("call.answerNotHeard", { callId, error: wordsOf(error) });
        return null;
      });
    await at.tellCall(callId, { what: "words", recordingId, understood });
  };
  at.go(
    "answer",
    work().finally(() => living.fetching.delete(recordingId)),
  );
};

/** Without the silence in which they listened to the question. */
const spokenPart = (bytes: Uint8Array): Uint8Array => {
  const sound = readWav(bytes);
  return sound === null ? bytes : wavOf(loudPart(sound));
};
