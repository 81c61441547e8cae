// Recordings: kept as files with how loud they are, forgotten when their time is over. Called by server/switchboard*.ts and server/jobs.ts.
import { system } from "#contract/actor.ts";
import type { CallRules } from "#contract/call-rules.ts";
import { waveOf } from "#lib/wave.ts";
import { holdCall, sayCall, type Board } from "#modules/calls/actions.ts";
import { leaveWords } from "#modules/calls/actions-concerns.ts";
import type { CallRecord, RecordingKept } from "#modules/calls/model-record.ts";
import { lockCall, updateCall, type CallRow } from "#modules/calls/store.ts";
import { expireRecordings, insertRecording, setWords } from "#modules/calls/store-recordings.ts";
import type { StoredFile } from "#platform/files/files.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** Bytes of a recording that were stored, and what is known of them. */
export interface StoredRecording extends Pick<StoredFile, "hash" | "sizeBytes" | "mediaType"> {
  readonly seconds: number;
  readonly wave: { readonly left: number[]; readonly right: number[] } | null;
}

/** Stores what the engine gave (WAV), before the transaction that names it. Throws `filesFull` and the like; what cannot be read as WAV is kept without its waves. */
export const storeRecording = async (
  world: Pick<World, "files" | "log">,
  bytes: Uint8Array,
): Promise<StoredRecording> => {
  const { hash, sizeBytes, mediaType } = await world.files.put(bytes);
  try {
    const { seconds, left, right } = waveOf(bytes);
    return { hash, sizeBytes, mediaType, seconds, wave: { left: [...left], right: [...right] } };
  } catch (error) {
    world.log.warn("calls.recordingUnreadable", { error: error instanceof Error ? error.message : "unknown" });
    return { hash, sizeBytes, mediaType, seconds: 0, wave: null };
  }
};

/**
 * Notes a recording that was stored: of a call for so many days as the channel says, of words that were left for as long as their message, which they become here. Gives the call as it is
 * then; null: there is no such call or recording in it. Twice is once. Throws `boardLost`.
 */
export const keepRecording = async (
  world: World,
  tx: Tx,
  board: Board,
  kept: {
    readonly callId: CallRecord["id"];
    readonly recordingId: string;
    readonly stored: StoredRecording;
    readonly text: string | null;
  },
  rules: Pick<CallRules, "recordingDays">,
): Promise<CallRow | null> => {
  const row = await holdCall(tx, board, kept.callId);
  const recording = row?.call.recordings.find(({ id }) => id === kept.recordingId);
  // What answers a flow is kept nowhere.
  if (row === null || recording === undefined || recording.kind === "answer") return null;
  const { stored, text } = kept;
  const seconds = stored.seconds === 0 ? recording.seconds : stored.seconds;
  const isFirst = await insertRecording(tx, {
    id: recording.id,
    callId: row.call.id,
    kind: recording.kind,
    state: "kept",
    startedAt: recording.startedAt,
    seconds,
    hash: stored.hash,
    sizeBytes: stored.sizeBytes,
    wave: stored.wave,
    pauses: [...recording.pauses],
    text,
    expiresAt:
      recording.kind === "voicemail"
        ? null
        : new Date(world.now().getTime() + rules.recordingDays * 86_400_000).toISOString(),
  });
  if (recording.kind === "voicemail")
    await leaveWords(world, tx, row.call, { ...stored, recordingId: recording.id, seconds, text });
  return isFirst ? noted(world, tx, row, recording.id, "kept") : row;
};

/** Keeps in the call itself what became of a recording, and says so. The caller holds its lock. */
const noted = async (
  world: World,
  tx: Tx,
  { call, version }: CallRow,
  recordingId: string,
  state: RecordingKept["state"],
): Promise<CallRow> => {
  const recordings = call.recordings.map((each) => (each.id === recordingId ? { ...each, state } : each));
  const next: CallRow = { call: { ...call, recordings }, version: version + 1 };
  if (!(await updateCall(tx, next.call, version))) throw new Error("a call that is locked was changed");
  await sayCall(world, tx, system, next);
  return next;
};

/** What was said in a recording is known now (recognition is slower than keeping). Nothing happens to one that is gone. */
export const noteWords = (world: World, recordingId: string, words: string): Promise<void> =>
  world.db.transaction(async (tx) => {
    const callId = await setWords(tx, recordingId, words.slice(0, 100_000));
    const row = callId === null ? null : await lockCall(tx, callId);
    if (row !== null) await noted(world, tx, row, recordingId, "kept");
  });

/** Recordings whose time is over lose their files: the call says so. The bytes go with the next sweep of files that nobody names. Gives how many. */
export const removeOldRecordings = (world: World): Promise<number> =>
  world.db.transaction(async (tx) => {
    const gone = await expireRecordings(tx, world.now().toISOString(), 200);
    for (const { id, callId } of gone.toSorted((a, b) => (a.callId < b.callId ? -1 : 1))) {
      const row = await lockCall(tx, callId);
      if (row !== null) await noted(world, tx, row, id, "gone");
    }
    return gone.length;
  });
