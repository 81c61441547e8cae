// What legs hear from us: sounds in turn, beside the hub where they are in one, music underneath. Called by engine.ts.
import { part } from "./link.ts";
import { type Air, type Do, done, ending, fresh, type Ground, keepNote, type Leg, no, type Play } from "./legs.ts";

const musicPlay = (leg: Leg): string => `music~${leg.id}`;

export const play: Do<"play"> = async (ground, { playId, legId, sounds, loop }) => {
  const leg = ground.legs.get(legId);
  if (leg === undefined) return no("unknownLeg", legId);
  if (leg.plays.some((each) => each.playId === playId)) return done;
  leg.plays.push({ playId, sounds, loop, music: false, at: 0 });
  await settle(ground, leg);
  return done;
};

export const stopPlay: Do<"stopPlay"> = async (ground, { playId }) => {
  const leg = [...ground.legs.values()].find(({ plays }) => plays.some((each) => each.playId === playId));
  if (leg === undefined) return done;
  // On the leg's turn: what was told before is done first.
  return ground.inTurn([leg.id], async () => {
    await stopOne(ground, leg, playId);
    return done;
  });
};

async function stopOne(ground: Ground, leg: Leg, playId: string): Promise<void> {
  if (!leg.plays.some((each) => each.playId === playId)) return;
  leg.plays = leg.plays.filter((each) => each.playId !== playId);
  if (leg.air?.play.playId === playId) await stopAir(ground, leg);
  ground.io.tell({ what: "played", legId: leg.id, at: ground.at(), playId, how: "stopped" });
  await settle(ground, leg);
}

export const music: Do<"music"> = async (ground, { legId, sounds }) => {
  const leg = ground.legs.get(legId);
  if (leg === undefined) return no("unknownLeg", legId);
  const same = JSON.stringify(leg.music) === JSON.stringify(sounds);
  leg.music = sounds;
  if (!same && leg.air?.play.music === true) await stopAir(ground, leg);
  await settle(ground, leg);
  return done;
};

/** What should be heard now by who is not spoken to by others. */
const wantedOf = (leg: Leg): Play | "ownMusic" | null => {
  if (leg.state !== "connected") return null;
  const [first] = leg.plays;
  if (first !== undefined) return first;
  if (leg.hub !== null || leg.music === null) return null;
  if (leg.music.length === 0) return "ownMusic";
  return { playId: musicPlay(leg), sounds: leg.music, loop: true, music: true, at: 0 };
};

/** Lets the leg hear what it should; on the leg's turn. */
export const settle = async (ground: Ground, leg: Leg): Promise<void> => {
  if (!ground.legs.has(leg.id)) return;
  const wanted = wantedOf(leg);
  const { link } = ground;
  const path = `channels/${part(leg.id)}`;
  const beside = leg.hub !== null;
  if (leg.air !== null) {
    const same = wanted !== null && wanted !== "ownMusic" && wanted.playId === leg.air.play.playId;
    if (same && beside === (leg.air.by !== "itself")) return keepNote(ground, leg);
    await stopAir(ground, leg);
  }
  if (leg.ownMusic && wanted !== "ownMusic") {
    leg.ownMusic = false;
    await link.ask("DELETE", `${path}/moh`);
  }
  if (wanted === "ownMusic") {
    if (!leg.ownMusic) {
      leg.ownMusic = true;
      await link.ask("POST", `${path}/moh`);
    }
  } else if (wanted !== null && ground.legs.has(leg.id)) await putOn(ground, leg, wanted, beside);
  await keepNote(ground, leg);
};

async function putOn(ground: Ground, leg: Leg, what: Play, beside: boolean): Promise<void> {
  const { link, place } = ground;
  const id = fresh("air", what.playId);
  let by = "itself";
  if (beside) {
    by = fresh("say", what.playId);
    const there = ground.arrives(by);
    const answer = await link.ask("POST", `channels/${part(leg.id)}/snoop/${part(by)}`, {
      app: place.app,
      spy: "none",
      whisper: "out",
    });
    if (answer.status >= 300) return fail(ground, leg, what);
    await there;
  }
  const air: Air = { id, play: what, by, stopping: false, ...ending() };
  leg.air = air;
  ground.airs.set(id, { leg, air });
  const rest = what.sounds.slice(what.at);
  const media = rest.map((sound) => `sound:${ground.io.soundUrl(sound)}`).join(",");
  const answer = await link.ask("POST", `channels/${part(by === "itself" ? leg.id : by)}/play/${part(id)}`, { media });
  if (answer.status < 300) return;
  ground.airs.delete(id);
  if (leg.air === air) leg.air = null;
  air.end();
  if (by !== "itself") await link.ask("DELETE", `channels/${part(by)}`);
  await fail(ground, leg, what);
}

async function fail(ground: Ground, leg: Leg, what: Play): Promise<void> {
  if (what.music) {
    // Better silence than trying again and again.
    leg.music = null;
    return;
  }
  if (!leg.plays.includes(what)) return;
  leg.plays = leg.plays.filter((each) => each !== what);
  ground.io.tell({ what: "played", legId: leg.id, at: ground.at(), playId: what.playId, how: "failed" });
  ground.later([leg.id], () => settle(ground, leg));
}

/** Ends what is on air, without a word about it; what was on goes on later with the sound it was at. */
export const stopAir = async (ground: Ground, leg: Leg): Promise<void> => {
  const { air } = leg;
  if (air === null) return;
  air.stopping = true;
  const answer = await ground.link.ask("DELETE", `playbacks/${part(air.id)}`);
  // It is over already: that is told, or was.
  if (answer.status < 300) await air.over;
  ground.airs.delete(air.id);
  if (leg.air === air) leg.air = null;
  if (air.by !== "itself") await ground.link.ask("DELETE", `channels/${part(air.by)}`);
};

/** Asterisk began the next of its sounds. */
export const airGoesOn = (ground: Ground, airId: string, uri: string): void => {
  const on = ground.airs.get(airId);
  if (on === undefined) return;
  const { play: what } = on.air;
  const next = what.sounds.findIndex(
    (sound, index) => index >= what.at && uri === `sound:${ground.io.soundUrl(sound)}`,
  );
  if (next >= 0) what.at = next;
};

/** Asterisk ended it: by itself, because we said so, or because it could not play it. */
export const airEnded = (ground: Ground, airId: string, failed: boolean): void => {
  const on = ground.airs.get(airId);
  if (on === undefined) return;
  const { leg, air } = on;
  ground.airs.delete(airId);
  air.end();
  if (air.stopping) return;
  if (leg.air === air) leg.air = null;
  const { play: what } = air;
  what.at = 0;
  if (what.music) {
    if (failed) leg.music = null;
  } else if (failed || !what.loop) {
    leg.plays = leg.plays.filter((each) => each !== what);
    ground.io.tell({
      what: "played",
      legId: leg.id,
      at: ground.at(),
      playId: what.playId,
      how: failed ? "failed" : "whole",
    });
  }
  ground.later([leg.id], async () => {
    if (air.by !== "itself") await ground.link.ask("DELETE", `channels/${part(air.by)}`);
    await settle(ground, leg);
  });
};
