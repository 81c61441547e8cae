// Recordings of a room, and its hubs: what is kept of a hub ends with it. Called by voices.ts and parties.ts.
import type { HubMember, VoiceAnswer } from "#contract/voice.ts";
import { keptOf } from "./hearing.ts";
import { frameBytes, mixed } from "./mulaw.ts";
import { createRecorder } from "./recorder.ts";
import { eraseRecording, openRecordings } from "./recordings.ts";
import { done, instantNow, type Leg, type Of, type Recording, refused, rewire, type Room } from "./room.ts";

const sides = (): Recording["sides"] => [new Uint8Array(frameBytes), new Uint8Array(frameBytes)];

/** Finds what lies in the folder; what a killed process had begun is over, and told now. */
export const findRecordings = ({ folder, recordings, io }: Room): void => {
  for (const { recordingId, seconds, cut } of openRecordings(folder)) {
    recordings.set(recordingId, { of: { legId: "" }, left: new Set(), recorder: null, sides: sides() });
    if (cut) io.tell({ what: "recorded", recordingId, at: instantNow(), seconds, failed: seconds === 0 });
  }
};

export const record = (room: Room, { recordingId, of, left, paused, mostSeconds }: Of<"record">): VoiceAnswer => {
  const { folder, recordings, legs, hubs, io } = room;
  const known = recordings.get(recordingId);
  if (known !== undefined) {
    if (known.recorder !== null) known.recorder.paused = paused;
    return done;
  }
  if ("hubId" in of ? !hubs.has(of.hubId) : !legs.has(of.legId))
    return refused("unknownLeg", "there is nobody to be recorded");
  try {
    const recorder = createRecorder(folder, recordingId, { channels: "legId" in of ? 1 : 2, mostSeconds, paused });
    recordings.set(recordingId, { of, left: new Set(left), recorder, sides: sides() });
  } catch (error) {
    io.log("error", "phone.recordingFailed", { error: error instanceof Error ? error.message : "unknown" });
    return refused("failed", "there is no file to keep it in");
  }
  rewire(room);
  return done;
};

/** Ends it, if it has not ended. */
export const finish = (room: Room, recordingId: string): void => {
  const recording = room.recordings.get(recordingId);
  if (recording?.recorder == null) return;
  const { seconds, failed } = recording.recorder.end();
  recording.recorder = null;
  room.io.tell({ what: "recorded", recordingId, at: instantNow(), seconds, failed });
};

export const forget = (room: Room, recordingId: string): void => {
  finish(room, recordingId);
  room.recordings.delete(recordingId);
  eraseRecording(room.folder, recordingId);
};

/** Every 20 ms: what came from whom is kept on its side. */
export const keepFrames = (room: Room): void => {
  const { legs, hubs } = room;
  const frameOf = (legId: string): Uint8Array | null => legs.get(legId)?.frame ?? null;
  for (const [id, { of, left, recorder, sides: into }] of room.recordings) {
    if (recorder === null) continue;
    const kept = "hubId" in of ? keptOf(hubs.get(of.hubId) ?? []) : [];
    const goesOn =
      "legId" in of
        ? recorder.keep(frameOf(of.legId), null)
        : recorder.keep(
            mixed(kept.filter((legId) => left.has(legId)).map(frameOf), into[0]),
            mixed(kept.filter((legId) => !left.has(legId)).map(frameOf), into[1]),
          );
    if (goesOn) continue;
    finish(room, id);
    rewire(room);
  }
};

/** Exactly these are in the hub; who is over is left out. A party nobody ever knew changes nothing. */
export const setHub = (room: Room, { hubId, members }: Of<"hub">): VoiceAnswer => {
  const { legs, past, hubs } = room;
  const unknown = members.find(({ legId }) => !legs.has(legId) && !past.has(legId));
  if (unknown !== undefined) return refused("unknownLeg", unknown.legId);
  const next = members.filter(({ legId }) => legs.has(legId));
  for (const { legId } of hubs.get(hubId) ?? []) {
    const leg = legs.get(legId);
    if (leg !== undefined) leg.hubId = null;
  }
  for (const { legId } of next) {
    const leg = legs.get(legId);
    if (leg === undefined) continue;
    leave(room, leg);
    leg.hubId = hubId;
  }
  put(room, hubId, next);
  rewire(room);
  return done;
};

/** Takes a party out of its hub; the caller rewires. */
export const leave = (room: Room, leg: Leg): void => {
  const { hubId } = leg;
  leg.hubId = null;
  if (hubId !== null)
    put(
      room,
      hubId,
      (room.hubs.get(hubId) ?? []).filter(({ legId }) => legId !== leg.id),
    );
};

/** Nobody in it: it is gone, and what was kept of it is whole. */
const put = (room: Room, hubId: string, members: readonly HubMember[]): void => {
  if (members.length > 0) return void room.hubs.set(hubId, members);
  room.hubs.delete(hubId);
  for (const [id, { of }] of room.recordings) if ("hubId" in of && of.hubId === hubId) finish(room, id);
};
