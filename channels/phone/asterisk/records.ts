// What is kept of what legs say: each leg by a channel of its own that listens to it, in pieces that Asterisk keeps until they are fetched. Called by engine.ts.
import { createHash } from "node:crypto";
import { part } from "./link.ts";
import { type Do, done, ending, type Ground, keepNote, no, type Recording, type Segment } from "./legs.ts";
import { merged, type Piece, samplesOf } from "./wav.ts";

/** A piece's name says everything that is needed to lay it beside the others: nothing else has to be remembered. */
interface PieceName {
  readonly recordingId: string;
  /** m: the only channel there is. */
  readonly side: "l" | "r" | "m";
  readonly offsetMs: number;
}

const nameOf = (ground: Ground, { recordingId, side, offsetMs }: PieceName, legId: string): string =>
  `${ground.place.app}~${recordingId}~${side}~${offsetMs}~${short(legId)}`;

export const pieceOf = (ground: Ground, name: string): PieceName | null => {
  const [app, recordingId, side, offset, , ...more] = name.split("~");
  if (app !== ground.place.app || recordingId === undefined || more.length > 0) return null;
  if (side !== "l" && side !== "r" && side !== "m") return null;
  const offsetMs = Number(offset);
  return Number.isSafeInteger(offsetMs) && offsetMs >= 0 ? { recordingId, side, offsetMs } : null;
};

const short = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 24);
/** The channel that listens for a piece. */
const ear = (name: string): string => `ear~${short(name)}`;

export const record: Do<"record"> = async (ground, command) => {
  const { recordingId, of, left, paused, mostSeconds } = command;
  const known = ground.recordings.get(recordingId);
  if (known?.over === true) return done;
  if (known === undefined) {
    if ("legId" in of ? !ground.legs.has(of.legId) : !ground.hubs.has(of.hubId)) return no("unknownLeg");
    const now = ground.io.now().getTime();
    ground.recordings.set(recordingId, {
      recordingId,
      of,
      left,
      mostSeconds,
      began: now,
      leftOut: 0,
      pausedAt: paused ? now : null,
      over: false,
      live: new Map(),
    });
  } else if (paused !== (known.pausedAt !== null)) {
    const now = ground.io.now().getTime();
    if (known.pausedAt === null) known.pausedAt = now;
    else {
      known.leftOut += now - known.pausedAt;
      known.pausedAt = null;
    }
  }
  const recording = ground.recordings.get(recordingId);
  if (recording !== undefined) await follow(ground, recording);
  return done;
};

/** Whatever touches a recording waits for what touches its hub or its leg. */
export const keysOf = ({ recordingId, of }: Pick<Recording, "recordingId" | "of">): readonly string[] => [
  `record~${recordingId}`,
  "legId" in of ? of.legId : of.hubId,
];

/** How much of it there is, in milliseconds. */
const lengthMs = (ground: Ground, { began, leftOut, pausedAt, mostSeconds }: Recording): number =>
  Math.min(mostSeconds * 1_000, Math.max(0, (pausedAt ?? ground.io.now().getTime()) - began - leftOut));

/** Whose voice is kept now. */
const heard = (ground: Ground, { of, pausedAt, over }: Recording): readonly string[] => {
  if (over || pausedAt !== null) return [];
  if ("legId" in of) return ground.legs.has(of.legId) ? [of.legId] : [];
  return [...ground.legs.values()]
    .filter(({ hub }) => hub?.hubId === of.hubId && hub.role.as === "talks")
    .map(({ id }) => id);
};

/** Listens to exactly those to whom it should. */
export const follow = async (ground: Ground, recording: Recording): Promise<void> => {
  const wanted = heard(ground, recording);
  const over = [...recording.live].filter(([legId]) => !wanted.includes(legId));
  await Promise.all(over.map(([, segment]) => endSegment(ground, recording, segment)));
  const missing = wanted.filter((legId) => !recording.live.has(legId));
  await Promise.all(missing.map((legId) => beginSegment(ground, recording, legId)));
  const ids = "legId" in recording.of ? [recording.of.legId] : wanted;
  for (const id of ids) {
    const leg = ground.legs.get(id);
    if (leg !== undefined) await keepNote(ground, leg);
  }
};

/** A hub's membership changed: its recordings follow. They outlive it: who waits for the next agent is talked to in it again. */
export const followHub = async (ground: Ground, hubId: string): Promise<void> => {
  for (const recording of ground.recordings.values()) {
    if (recording.over || !("hubId" in recording.of) || recording.of.hubId !== hubId) continue;
    await follow(ground, recording);
  }
};

async function beginSegment(ground: Ground, recording: Recording, legId: string): Promise<void> {
  const { link, place } = ground;
  const offsetMs = lengthMs(ground, recording);
  const rest = Math.ceil(recording.mostSeconds - offsetMs / 1_000);
  if (rest <= 0) return finish(ground, recording);
  const side = "legId" in recording.of ? "m" : recording.left.includes(legId) ? "l" : "r";
  const name = nameOf(ground, { recordingId: recording.recordingId, side, offsetMs }, legId);
  const segment: Segment = { name, recordingId: recording.recordingId, legId, ...ending() };
  recording.live.set(legId, segment);
  ground.segments.set(name, segment);
  const there = ground.arrives(ear(name));
  const made = await link.ask("POST", `channels/${part(legId)}/snoop/${part(ear(name))}`, {
    app: place.app,
    spy: "in",
  });
  const began =
    made.status < 300 &&
    (await there.then(
      () => true,
      () => false,
    )) &&
    (
      await link.ask("POST", `channels/${part(ear(name))}/record`, {
        name,
        format: "wav",
        ifExists: "overwrite",
        maxDurationSeconds: String(rest),
      })
    ).status < 300;
  if (began) return;
  ground.io.log("warn", "phone.record.failed", { recordingId: recording.recordingId, legId });
  segmentEnded(ground, name);
  await link.ask("DELETE", `channels/${part(ear(name))}`);
}

async function endSegment(ground: Ground, recording: Recording, segment: Segment): Promise<void> {
  const stopped = await ground.link.ask("POST", `recordings/live/${part(segment.name)}/stop`);
  if (stopped.status < 300) await segment.over;
  else segmentEnded(ground, segment.name);
  recording.live.delete(segment.legId);
  await ground.link.ask("DELETE", `channels/${part(ear(segment.name))}`);
}

/** Asterisk says that a piece is whole, or that it could not be kept. */
export const segmentEnded = (ground: Ground, name: string): void => {
  const segment = ground.segments.get(name);
  if (segment === undefined) return;
  ground.segments.delete(name);
  segment.end();
  const recording = ground.recordings.get(segment.recordingId);
  if (recording === undefined) return;
  if (recording.live.get(segment.legId) === segment) recording.live.delete(segment.legId);
  if (recording.over) return;
  const alone = "legId" in recording.of && !ground.legs.has(recording.of.legId);
  if (!alone && lengthMs(ground, recording) < recording.mostSeconds * 1_000 - 200) return;
  ground.later(keysOf(recording), async () => {
    if (!recording.over) await finish(ground, recording);
  });
};

export const stopRecord: Do<"stopRecord"> = async (ground, { recordingId }) => {
  const recording = ground.recordings.get(recordingId);
  if (recording === undefined || recording.over) return done;
  await finish(ground, recording);
  return done;
};

/** It ends, and says so when all of it is kept. */
export const finish = async (ground: Ground, recording: Recording): Promise<void> => {
  if (recording.over) return;
  const seconds = lengthMs(ground, recording) / 1_000;
  recording.over = true;
  await follow(ground, recording);
  const kept = await stored(ground, recording.recordingId);
  ground.io.tell({
    what: "recorded",
    recordingId: recording.recordingId,
    at: ground.at(),
    seconds,
    failed: kept.length === 0,
  });
};

/** Names of the pieces that Asterisk keeps; of all recordings when none is named. */
export const stored = async (
  ground: Ground,
  recordingId?: string,
): Promise<readonly (PieceName & { readonly name: string })[]> => {
  const { body } = await ground.link.ask("GET", "recordings/stored");
  return (Array.isArray(body) ? body : []).flatMap((each: unknown) => {
    const name = (each as { name?: unknown }).name;
    const piece = typeof name === "string" ? pieceOf(ground, name) : null;
    if (piece === null || (recordingId !== undefined && piece.recordingId !== recordingId)) return [];
    return [{ ...piece, name: name as string }];
  });
};

export const forgetRecord: Do<"forgetRecord"> = async (ground, { recordingId }) => {
  const recording = ground.recordings.get(recordingId);
  if (recording !== undefined && !recording.over) return no("failed", "it is under way");
  for (const { name } of await stored(ground, recordingId))
    await ground.link.ask("DELETE", `recordings/stored/${part(name)}`);
  ground.recordings.delete(recordingId);
  return done;
};

/** The file, of all its pieces. Rejects when there are none. */
export const fetchRecording = async (ground: Ground, recordingId: string): Promise<Uint8Array> => {
  const names = await stored(ground, recordingId);
  if (names.length === 0) throw new Error("there is no such recording");
  const pieces: Piece[] = [];
  for (const { name, side, offsetMs } of names) {
    const samples = samplesOf(await ground.link.fetchBytes(`recordings/stored/${part(name)}/file`));
    if (samples !== null) pieces.push({ offsetMs, side: side === "r" ? "right" : "left", samples });
  }
  return merged(pieces, names.some(({ side }) => side !== "m") ? 2 : 1);
};
