// What the engine should be doing for a call, and what it has to be told so that it does: the difference between what is kept and what lives. The same whether the call has just changed
// or a process has just attached to an engine that went on without it. Pure; called by model.ts and server/switchboard.ts.
import type { HubMember, VoiceSnapshot } from "#contract/voice.ts";
import type { CallOrder } from "#modules/calls/model-happenings.ts";
import type { CallRecord, Leg, RecordingKept, Speech } from "#modules/calls/model-record.ts";

/** Longest recordings of a conversation, and of an answer with all that is said to them before it, in seconds. */
const mostSeconds = { call: 14_400, answer: 90 } as const;

/** Is it there, as far as we know, and to stay? */
export const lives = (leg: Leg): boolean => leg.state !== "ended" && leg.ending === null;
export const isConnected = (leg: Leg): boolean => leg.state === "connected" && leg.ending === null;

export const hubOf = ({ id }: Pick<CallRecord, "id">): string => `hub:${id}`;

/** Does somebody speak there? A hub needs two, or whoever is heard by nobody yet hears silence and not the other's music. */
const talksIn = (leg: Leg): boolean => isConnected(leg) && !leg.held && (leg.as !== "agent" || leg.taken);

/** Who hears whom; null: nobody talks. */
export const membersOf = (call: CallRecord): readonly HubMember[] | null => {
  if (call.phase !== "talk") return null;
  const talkers = call.legs.filter((leg) => leg.as !== "supervisor" && talksIn(leg));
  // Who asks a colleague stays with them; somebody who is alone hears music or nothing.
  if (!talkers.some(({ as }) => as !== "customer")) return null;
  const agent = talkers.find(({ as }) => as === "agent");
  const besides = call.legs.filter((leg) => leg.as === "supervisor" && isConnected(leg));
  return [
    ...talkers.map((leg): HubMember => ({ legId: leg.id, role: { as: "talks" }, muted: leg.muted })),
    ...besides.map((leg): HubMember => ({
      legId: leg.id,
      role:
        leg.mode === null
          ? { as: "talks" }
          : leg.mode === "listens" || agent === undefined
            ? { as: "listens" }
            : { as: "whispers", to: agent.id },
      muted: leg.muted,
    })),
  ];
};

/** Does it hear music while nothing else is heard? */
const hearsMusic = (call: CallRecord, leg: Leg, members: readonly HubMember[] | null): boolean => {
  if (!isConnected(leg) || leg.as === "agent" || leg.as === "supervisor") return false;
  if (leg.held) return true;
  if (call.phase === "queue") return true;
  return (
    (call.phase === "talk" || call.phase === "dialling") && members?.some(({ legId }) => legId === leg.id) !== true
  );
};

/** Nothing is kept of what is said while the customer does not hear it. */
const isPaused = (call: CallRecord, recording: RecordingKept, members: readonly HubMember[] | null): boolean =>
  recording.state === "paused" ||
  (recording.kind === "call" &&
    !call.legs.some((leg) => leg.as === "customer" && members?.some(({ legId }) => legId === leg.id) === true));

const recordOrder = (
  call: CallRecord,
  recording: RecordingKept,
  members: readonly HubMember[] | null,
  maxVoicemail: number,
): CallOrder => ({
  do: "record",
  recordingId: recording.id,
  of: recording.legId === null ? { hubId: hubOf(call) } : { legId: recording.legId },
  left: call.legs.filter(({ as }) => as === "customer").map(({ id }) => id),
  paused: isPaused(call, recording, members),
  mostSeconds: recording.kind === "voicemail" ? maxVoicemail : mostSeconds[recording.kind],
});

/** Which sounds of this call does the engine play? Ids of plays begin with the call's. */
const playsOf = (call: CallRecord, snapshot: VoiceSnapshot): readonly string[] =>
  snapshot.legs.flatMap(({ playing }) => playing).filter((playId) => playId.startsWith(`${call.id}:`));

const sameMembers = (a: readonly HubMember[], b: readonly HubMember[]): boolean =>
  a.length === b.length &&
  a.every((one) => {
    const other = b.find(({ legId }) => legId === one.legId);
    return other !== undefined && other.muted === one.muted && JSON.stringify(other.role) === JSON.stringify(one.role);
  });

/**
 * The orders after which the engine does what is kept. `snapshot`: what lives in it now, of this call and others. In the order in which they are to be given: who leaves goes first,
 * then who comes, then who hears whom, then sounds. Empty when it does so already.
 */
export const ordersFor = (call: CallRecord, snapshot: VoiceSnapshot, voicemailSeconds = 180): readonly CallOrder[] => {
  const there = new Map(snapshot.legs.map((leg) => [leg.legId, leg]));
  const members = membersOf(call);
  const hub = snapshot.hubs.find(({ hubId }) => hubId === hubOf(call)) ?? null;
  const legs: CallOrder[] = [];
  const sounds: CallOrder[] = [];
  for (const leg of call.legs) {
    const now = there.get(leg.id);
    if (now === undefined) {
      if (lives(leg) && leg.to !== null && leg.state === "ringing") legs.push(ringOf(call, leg));
      continue;
    }
    if (!lives(leg)) {
      legs.push({ do: "hangUp", legId: leg.id, cause: leg.ending ?? "normal" });
      continue;
    }
    if (now.state === "arriving" && leg.state === "connected") legs.push({ do: "answer", legId: leg.id });
    const music = hearsMusic(call, leg, members);
    if (music !== now.music) sounds.push({ do: "music", legId: leg.id, on: music });
  }
  const hubs: CallOrder[] =
    members === null
      ? hub === null
        ? []
        : [{ do: "hub", hubId: hubOf(call), members: [] }]
      : hub !== null && sameMembers(hub.members, members)
        ? []
        : [{ do: "hub", hubId: hubOf(call), members: [...members] }];
  const playing = playsOf(call, snapshot);
  const stops = playing
    .filter((playId) => !call.speeches.some((speech) => speech.playId === playId))
    .map((playId): CallOrder => ({ do: "stopPlay", playId }));
  const plays = call.speeches
    .filter(
      ({ playId, legId }) => !playing.includes(playId) && call.legs.some((leg) => leg.id === legId && isConnected(leg)),
    )
    .map(({ playId, legId, words }: Speech): CallOrder => ({ do: "play", playId, legId, words }));
  return [...legs, ...stops, ...hubs, ...recordOrders(call, snapshot, members, voicemailSeconds), ...sounds, ...plays];
};

const ringOf = (call: CallRecord, { id, to, display, timeoutSeconds }: Leg): CallOrder => ({
  do: "ring",
  legId: id,
  to: to === null || "deviceId" in to ? { deviceId: to?.deviceId ?? "" } : { number: to.number, from: to.from },
  callId: call.id,
  display,
  timeoutSeconds,
});

const recordOrders = (
  call: CallRecord,
  snapshot: VoiceSnapshot,
  members: readonly HubMember[] | null,
  voicemailSeconds: number,
): readonly CallOrder[] =>
  call.recordings.flatMap((recording): readonly CallOrder[] => {
    const now = snapshot.recordings.find(({ recordingId }) => recordingId === recording.id);
    switch (recording.state) {
      case "running":
      case "paused":
        if (now === undefined)
          return recording.legId !== null || members !== null
            ? [...talking(recording, true), recordOrder(call, recording, members, voicemailSeconds)]
            : [];
        return !now.over && now.paused !== isPaused(call, recording, members)
          ? [recordOrder(call, recording, members, voicemailSeconds)]
          : [];
      case "stopping":
        return now !== undefined && !now.over
          ? [...talking(recording, false), { do: "stopRecord", recordingId: recording.id }]
          : [];
      case "kept":
      case "failed":
        if (now === undefined) return [];
        // An answer that nobody waits for any more may still be under way.
        return recording.kind === "answer" && !now.over
          ? [
              ...talking(recording, false),
              { do: "stopRecord", recordingId: recording.id },
              { do: "forgetRecord", recordingId: recording.id },
            ]
          : [{ do: "forgetRecord", recordingId: recording.id }];
      case "over":
      case "gone":
        return [];
    }
  });

/** Whoever answers is watched for when they speak and pause. */
const talking = ({ kind, legId }: RecordingKept, on: boolean): readonly CallOrder[] =>
  kind === "answer" && legId !== null ? [{ do: "watchTalking", legId, on }] : [];

/** What an engine that has done everything would have of a call, for reckoning what a change of it orders. */
export const asIfDone = (call: CallRecord): VoiceSnapshot => {
  const members = membersOf(call);
  return {
    legs: call.legs.filter(lives).map((leg) => ({
      legId: leg.id,
      state: leg.state === "ended" ? "connected" : leg.state,
      callId: leg.to === null ? null : call.id,
      caller: null,
      hubId: members?.some(({ legId }) => legId === leg.id) === true ? hubOf(call) : null,
      playing: isConnected(leg)
        ? call.speeches.filter(({ legId }) => legId === leg.id).map(({ playId }) => playId)
        : [],
      music: hearsMusic(call, leg, members),
    })),
    hubs: members === null ? [] : [{ hubId: hubOf(call), members }],
    recordings: call.recordings
      .filter(
        ({ state, legId }) =>
          state === "stopping" ||
          state === "over" ||
          ((state === "running" || state === "paused") && (legId !== null || members !== null)),
      )
      .map((recording) => ({
        recordingId: recording.id,
        paused: isPaused(call, recording, members),
        over: recording.state === "stopping" || recording.state === "over",
      })),
  };
};
