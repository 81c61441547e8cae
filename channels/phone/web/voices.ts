// The engine itself: does what commands of contract/voice.ts say, and keeps the clock of all audio. Runs in the process of child.ts; knows no server.
import type { VoiceAnswer, VoiceCommand, VoiceSnapshot } from "#contract/voice.ts";
import { findRecordings, finish, forget, keepFrames, record, setHub } from "./keeping.ts";
import { frameMs, mixed } from "./mulaw.ts";
import { end as endLeg, offer, ring, take, tellQuality } from "./parties.ts";
import type { Frames } from "./player.ts";
import { done, instantNow, type Leg, refused, rewire, type Room, type RoomIo, withLeg } from "./room.ts";
import { startTicker } from "./ticker.ts";

export interface Voices {
  readonly command: (command: VoiceCommand) => Promise<VoiceAnswer>;
  readonly snapshot: () => VoiceSnapshot;
  /** Holds from now on; who is connected stays so. */
  readonly limit: (limits: Room["limits"]) => void;
  readonly living: () => number;
  /** Everybody hears this, and then everything ends. */
  readonly sayAndEnd: (frames: readonly Uint8Array[]) => Promise<void>;
  /** Ends every call at once. */
  readonly end: () => void;
}

const mostPlays = 50;
const qualityEveryMs = 10_000;
const lookEveryMs = 100;

export const createVoices = (folder: string, io: RoomIo): Voices => {
  const ticker = startTicker((nowMs, count) => tick(room, nowMs, count));
  const room: Room = {
    folder,
    io,
    legs: new Map(),
    past: new Set(),
    devices: new Set(),
    hubs: new Map(),
    recordings: new Map(),
    limits: { mostLegs: 200, network: { bindAddress: null, publicAddress: null, udpPort: 0, iceServers: [] } },
    offers: { second: 0, count: 0 },
    run: ticker.run,
  };
  findRecordings(room);
  const end = (): void => {
    for (const leg of room.legs.values()) endLeg(room, leg, "engineDown", false, "engineEnds");
    for (const id of room.recordings.keys()) finish(room, id);
  };
  return {
    command: async (wish) => command(room, wish),
    snapshot: () => snapshotOf(room),
    limit: (limits) => {
      room.limits = limits;
    },
    living: () => room.legs.size,
    sayAndEnd: async (frames) => {
      for (const hubId of room.hubs.keys()) setHub(room, { do: "hub", hubId, members: [] });
      const hearing = [...room.legs.values()].filter(({ state }) => state === "connected");
      for (const { player } of hearing) {
        player.end();
        player.play("goodbye", async () => frames, false);
      }
      if (hearing.length > 0) await new Promise((resolve) => setTimeout(resolve, frames.length * frameMs + 500));
      end();
    },
    end,
  };
};

const command = (room: Room, wish: VoiceCommand): VoiceAnswer | Promise<VoiceAnswer> => {
  switch (wish.do) {
    case "offer":
      return offer(room, wish);
    case "answer":
      return withLeg(room, wish.legId, (leg) => take(room, leg));
    case "ring":
      return ring(room, wish);
    case "hangUp":
      return withLeg(room, wish.legId, (leg) => {
        endLeg(room, leg, wish.cause, wish.byThem === true, "hangUp");
        return done;
      });
    case "play":
      return withLeg(room, wish.legId, ({ player }) => {
        if (player.playing().length >= mostPlays) return refused("full", "too much is to be played already");
        player.play(wish.playId, () => framesOf(room, wish.sounds), wish.loop);
        return done;
      });
    case "stopPlay":
      for (const { player } of room.legs.values()) player.stop(wish.playId);
      return done;
    case "music":
      return withLeg(room, wish.legId, ({ player }) => {
        const sounds = wish.sounds ?? [];
        player.music(sounds.join(" "), () => framesOf(room, sounds));
        return done;
      });
    case "hub":
      return setHub(room, wish);
    case "record":
      return record(room, wish);
    case "stopRecord":
      finish(room, wish.recordingId);
      rewire(room);
      return done;
    case "forgetRecord":
      forget(room, wish.recordingId);
      rewire(room);
      return done;
    case "sendDigits":
      return withLeg(room, wish.legId, ({ audio }) =>
        audio.press(wish.digits) ? done : refused("notAble", "this browser takes no keys"),
      );
    case "watchTalking":
      return withLeg(room, wish.legId, ({ audio }) => {
        audio.watch(wish.on);
        return done;
      });
    case "device":
    case "revoke":
      return device(room, wish.deviceId, wish.do === "device");
  }
};

/** A device is there as soon as it may be rung: its browser says nothing until it is. */
const device = (room: Room, deviceId: string, there: boolean): VoiceAnswer => {
  const { devices, io, legs } = room;
  if (there !== devices.has(deviceId)) {
    if (there) devices.add(deviceId);
    else devices.delete(deviceId);
    io.tell({ what: "device", deviceId, at: instantNow(), there });
  }
  if (there) return { ok: true, way: { kind: "offer" } };
  for (const leg of legs.values()) if (leg.deviceId === deviceId) endLeg(room, leg, "lost", false, "revoked");
  return done;
};

const framesOf = async ({ io }: Room, sounds: readonly string[]): Promise<Frames> => {
  const all = await Promise.all(sounds.map((sound) => io.sound(sound)));
  return all.some((frames) => frames === null) ? null : all.flatMap((frames) => frames ?? []);
};

/** 20 ms of everything: what came is taken, what each is to hear is said, what is recorded is kept. */
const tick = (room: Room, nowMs: number, count: number): void => {
  for (const leg of room.legs.values()) leg.frame = leg.audio.frame();
  for (const leg of room.legs.values()) {
    if (leg.state !== "connected") continue;
    const frame = toBeSaid(leg);
    leg.audio.say(leg.passed ? null : frame, nowMs);
    if (count % (lookEveryMs / frameMs) === 0) look(room, leg, nowMs, count);
  }
  keepFrames(room);
};

const toBeSaid = (leg: Leg): Uint8Array | null => {
  const played = leg.player.next();
  if (leg.hears.length > 0) return leg.passed ? null : mixed([played, ...leg.hears.map(({ frame }) => frame)], leg.mix);
  return leg.hubId === null ? (played ?? leg.player.nextOfMusic()) : played;
};

const look = (room: Room, leg: Leg, nowMs: number, count: number): void => {
  const members = leg.hubId === null ? undefined : room.hubs.get(leg.hubId);
  const member = members?.find(({ legId }) => legId === leg.id);
  // An agent's device may rest outside of a call; whoever called us is there all the time.
  const isExpected = member === undefined ? leg.deviceId === null : member.role.as === "talks" && !member.muted;
  if (leg.audio.look(nowMs, isExpected) === "lost") endLeg(room, leg, "lost", true, "noMedia");
  else if (count % (qualityEveryMs / frameMs) === 0) tellQuality(room, leg);
};

const snapshotOf = ({ legs, hubs, recordings }: Room): VoiceSnapshot => ({
  legs: [...legs.values()].map(({ id, state, callId, caller, hubId, player }) => ({
    legId: id,
    state,
    callId,
    caller,
    hubId,
    playing: player.playing(),
    music: player.hasMusic(),
  })),
  hubs: [...hubs].map(([hubId, members]) => ({ hubId, members })),
  recordings: [...recordings].map(([recordingId, { recorder }]) => ({
    recordingId,
    paused: recorder?.paused === true,
    over: recorder === null,
  })),
});
