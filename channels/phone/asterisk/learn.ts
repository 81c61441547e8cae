// After each connection: what lives in Asterisk, compared with what we know; what we missed is told. Called by engine.ts before it says `up`.
import { z } from "zod";
import { isThere, push, userOf } from "./devices.ts";
import { callerOf, endLeg, stateIs } from "./hear.ts";
import { ending, type Ground, keptNote, type Leg, type LegNote, newLeg } from "./legs.ts";
import { part } from "./link.ts";
import { ariBridge, ariChannel, type AriChannel, unwanted } from "./messages.ts";
import { airEnded, settle } from "./plays.ts";
import { finish, follow, keysOf, segmentEnded, stored } from "./records.ts";

/** Which run of Asterisk it was. */
export interface Learnt {
  readonly startedAt: string;
}

const info = z.looseObject({ status: z.looseObject({ startup_time: z.string() }) });

/** Rejects when Asterisk does not answer as it should: then nothing is known, and the connection is tried anew. */
export const learn = async (ground: Ground, last: Learnt | null): Promise<Learnt> => {
  const { link, place } = ground;
  const before = new Set(ground.legs.keys());
  const startedAt = info.parse((await link.ask("GET", "asterisk/info", { only: "status" })).body).status.startup_time;
  await link.ask("PUT", `applications/${part(place.app)}/eventFilter`, {}, { disallowed: unwanted });
  const restarted = last !== null && last.startedAt !== startedAt;
  const channels = listOf(ariChannel, (await link.ask("GET", "channels")).body);
  const living = new Map(channels.map((channel) => [channel.id, channel]));
  for (const id of before) {
    const leg = ground.legs.get(id);
    if (leg === undefined) continue;
    const channel = living.get(id);
    if (channel !== undefined && !restarted) stateIs(ground, leg, channel.state);
    else if (restarted) endLeg(ground, leg, { cause: "engineDown", byThem: false, code: "restarted" });
    else
      endLeg(ground, leg, {
        cause: leg.ending ?? "normal",
        byThem: leg.ending === null,
        code: "ended while we were away",
      });
  }
  const strangers: [Leg, LegNote][] = [];
  for (const channel of channels) {
    const found = ground.legs.has(channel.id) ? null : await legOf(ground, channel);
    if (found !== null) strangers.push(found);
  }
  await learnHubs(ground, listOf(ariBridge, (await link.ask("GET", "bridges")).body));
  learnRecordings(
    ground,
    strangers.map(([, note]) => note),
  );
  await learnAirs(ground, living, strangers);
  await learnSegments(ground, living, restarted);
  await learnDevices(ground);
  return { startedAt };
};

const listOf = <T>(schema: z.ZodType<T>, body: unknown): readonly T[] =>
  z
    .array(z.unknown())
    .parse(body)
    .flatMap((each) => {
      const found = schema.safeParse(each);
      return found.success ? [found.data] : [];
    });

/** A channel that is ours although we do not know it: from another run of ours. */
async function legOf(ground: Ground, channel: AriChannel): Promise<[Leg, LegNote] | null> {
  if (channel.id.includes("~")) return null;
  const { app_name, app_data } = channel.dialplan;
  const arrived = app_name === "Stasis" && app_data === `${ground.place.app},inbound`;
  const note = await keptNote(ground, channel.id);
  if (note !== null ? note.app !== ground.place.app : !arrived) return null;
  const caller = note === null ? callerOf(channel) : note.caller;
  const state = channel.state === "Up" ? "connected" : caller === null ? "ringing" : "arriving";
  const leg = newLeg(channel.id, state, { callId: note?.callId ?? null, caller });
  leg.told.ringing = true;
  if (note !== null) {
    leg.hub = note.hub;
    leg.mute = note.hub !== null && (note.hub.muted || note.hub.role.as === "listens");
    leg.music = note.music;
    leg.talking = note.talking;
    leg.plays = note.plays.map((each) => ({ ...each, music: false, at: 0 }));
  }
  ground.legs.set(leg.id, leg);
  return [
    leg,
    note ?? {
      app: ground.place.app,
      callId: null,
      caller,
      hub: null,
      music: null,
      plays: [],
      air: null,
      talking: false,
      recordings: [],
    },
  ];
}

/** Bridges in which nobody is are no hubs any more. */
async function learnHubs(ground: Ground, bridges: readonly z.infer<typeof ariBridge>[]): Promise<void> {
  const ours = bridges.filter(({ name }) => name === ground.place.app);
  const ids = new Set(ours.map(({ id }) => id));
  for (const hubId of ground.hubs) if (!ids.has(hubId)) ground.hubs.delete(hubId);
  for (const { id, channels } of ours) {
    const used = [...ground.legs.values()].some((leg) => leg.hub?.hubId === id || `whi~${leg.id}` === id);
    if (!used) await ground.link.ask("DELETE", `bridges/${part(id)}`);
    else if (!id.startsWith("whi~")) {
      ground.hubs.add(id);
      for (const leg of ground.legs.values())
        if (leg.hub?.hubId === id && leg.hub.role.as !== "whispers" && !channels.includes(leg.id)) leg.hub = null;
    }
  }
  for (const leg of ground.legs.values()) if (leg.hub !== null && !ground.hubs.has(leg.hub.hubId)) leg.hub = null;
}

function learnRecordings(ground: Ground, notes: readonly LegNote[]): void {
  for (const { recordings } of notes)
    for (const { recordingId, of, left, mostSeconds, began, leftOut, pausedAt } of recordings) {
      if (ground.recordings.has(recordingId)) continue;
      ground.recordings.set(recordingId, {
        recordingId,
        of,
        left,
        mostSeconds,
        began,
        leftOut,
        pausedAt,
        over: false,
        live: new Map(),
      });
    }
}

/** What legs heard from us: goes on, is over, or was put on by somebody of whom nothing is left. */
async function learnAirs(
  ground: Ground,
  living: ReadonlyMap<string, AriChannel>,
  strangers: readonly (readonly [Leg, LegNote])[],
): Promise<void> {
  for (const [leg, { air }] of strangers) {
    const play =
      air === null
        ? undefined
        : (leg.plays.find(({ playId }) => playId === air.playId) ??
          (leg.music === null ? undefined : { playId: air.playId, sounds: leg.music, loop: true, music: true, at: 0 }));
    if (air === null || play === undefined) continue;
    leg.air = { id: air.id, play, by: air.by, stopping: false, ...ending() };
    ground.airs.set(air.id, { leg, air: leg.air });
  }
  for (const [id, { air }] of ground.airs) {
    const there = await ground.link.ask("GET", `playbacks/${part(id)}`);
    if (there.status !== 404) continue;
    if (air.stopping) ground.airs.delete(id);
    else airEnded(ground, id, false);
  }
  const used = new Set([...ground.airs.values()].map(({ air }) => air.by));
  for (const id of living.keys())
    if (id.startsWith("say~") && !used.has(id)) await ground.link.ask("DELETE", `channels/${part(id)}`);
  for (const leg of ground.legs.values()) ground.later([leg.id], () => settle(ground, leg));
}

/** Ears that still listen go on; what they kept when they are gone is kept. */
async function learnSegments(
  ground: Ground,
  living: ReadonlyMap<string, AriChannel>,
  restarted: boolean,
): Promise<void> {
  const kept = await stored(ground);
  for (const segment of ground.segments.values()) {
    const live = await ground.link.ask("GET", `recordings/live/${part(segment.name)}`);
    if (live.status === 404) segmentEnded(ground, segment.name);
  }
  // Ears of another run: what they have is kept, and new ones go on.
  const ours = [...living.keys()].filter((id) => id.startsWith("ear~"));
  const known = new Set(ground.segments.keys());
  if (known.size === 0) for (const id of ours) await ground.link.ask("DELETE", `channels/${part(id)}`);
  for (const { recordingId } of kept)
    if (!ground.recordings.has(recordingId))
      ground.recordings.set(recordingId, {
        recordingId,
        of: { hubId: "" },
        left: [],
        mostSeconds: 0,
        began: 0,
        leftOut: 0,
        pausedAt: null,
        over: true,
        live: new Map(),
      });
  for (const recording of ground.recordings.values()) {
    if (recording.over) continue;
    const over = restarted || ("legId" in recording.of && !ground.legs.has(recording.of.legId));
    ground.later(keysOf(recording), () => (over ? finish(ground, recording) : follow(ground, recording)));
  }
}

/** An Asterisk that was started anew knows none. */
async function learnDevices(ground: Ground): Promise<void> {
  const online = z.looseObject({ state: z.string().nullish() });
  for (const device of ground.devices.values()) {
    await push(ground, device);
    const { body } = await ground.link.ask("GET", `endpoints/PJSIP/${userOf(ground, device.deviceId)}`);
    const told = online.safeParse(body);
    isThere(ground, device, told.success && told.data.state === "online");
  }
}
