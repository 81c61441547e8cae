// Where legs hear each other: a bridge, whose membership is exactly what was ordered. Called by engine.ts.
import type { HubMember } from "#contract/voice.ts";
import { part } from "./link.ts";
import { type Do, done, type Ground, keepNote, type Leg, membersOf, no, refusal } from "./legs.ts";
import { settle, stopAir } from "./plays.ts";
import { followHub } from "./records.ts";

/** The bridge in which who whispers sits with a channel that speaks into one other's ear, and that channel. */
const whisper = (legId: string): string => `whi~${legId}`;

export const hub: Do<"hub"> = async (ground, { hubId, members }) => {
  const { link, place } = ground;
  const known = members.filter(({ legId }) => ground.legs.has(legId));
  if (known.length > 0 && !ground.hubs.has(hubId)) {
    const made = await link.ask("POST", "bridges", { bridgeId: hubId, type: "mixing", name: place.app });
    if (made.status >= 300 && made.status !== 409) return no("failed", refusal(made));
    ground.hubs.add(hubId);
  }
  for (const old of membersOf(ground, hubId)) {
    const leg = ground.legs.get(old.legId);
    if (leg !== undefined && !known.some(({ legId }) => legId === old.legId)) await leave(ground, leg);
  }
  let refused: string | null = null;
  // Who whispers comes last: the other has to be there.
  const inOrder = known.toSorted((a, b) => Number(a.role.as === "whispers") - Number(b.role.as === "whispers"));
  for (const member of inOrder) refused ??= await join(ground, hubId, member);
  await endEmpty(ground, hubId);
  await followHub(ground, hubId);
  for (const { legId } of known) {
    const leg = ground.legs.get(legId);
    if (leg !== undefined) await settle(ground, leg);
  }
  if (refused !== null) return no("failed", refused);
  const missing = members.find(({ legId }) => !ground.legs.has(legId));
  return missing === undefined ? done : no("unknownLeg", missing.legId);
};

/** Puts a leg where it belongs; null, or what Asterisk said against it. */
async function join(ground: Ground, hubId: string, { legId, role, muted }: HubMember): Promise<string | null> {
  const leg = ground.legs.get(legId);
  if (leg === undefined) return null;
  const { link } = ground;
  const old = leg.hub;
  const same =
    old?.hubId === hubId &&
    (old.role.as === "whispers") === (role.as === "whispers") &&
    (role.as !== "whispers" || (old.role.as === "whispers" && old.role.to === role.to));
  if (!same) {
    if (old !== null) await leave(ground, leg);
    // What it hears from us goes on beside the others.
    if (leg.air?.by === "itself") await stopAir(ground, leg);
    if (leg.ownMusic) {
      leg.ownMusic = false;
      await link.ask("DELETE", `channels/${part(legId)}/moh`);
    }
  }
  leg.hub = { hubId, role, muted };
  // Silenced before it comes in: nobody who only listens is heard even for a moment.
  await setMute(ground, leg, muted || role.as === "listens");
  if (same) return null;
  if (role.as === "whispers") return whispering(ground, leg, role.to);
  const added = await link.ask("POST", `bridges/${part(hubId)}/addChannel`, { channel: legId });
  return added.status < 300 || !ground.legs.has(legId) ? null : refusal(added);
}

async function whispering(ground: Ground, leg: Leg, to: string): Promise<string | null> {
  const { link, place } = ground;
  const id = whisper(leg.id);
  const there = ground.arrives(id);
  // It hears what the other says and hears, and only the other hears it.
  const made = await link.ask("POST", `channels/${part(to)}/snoop/${part(id)}`, {
    app: place.app,
    spy: "both",
    whisper: "out",
  });
  if (made.status >= 300) return refusal(made);
  await there;
  await link.ask("POST", "bridges", { bridgeId: id, type: "mixing", name: place.app });
  const added = await link.ask("POST", `bridges/${part(id)}/addChannel`, { channel: `${id},${leg.id}` });
  return added.status < 300 ? null : refusal(added);
}

/** Takes a leg out of its hub; what it is to hear then comes by `settle`. */
export const leave = async (ground: Ground, leg: Leg): Promise<void> => {
  const { hub: old } = leg;
  if (old === null) return;
  leg.hub = null;
  if (old.role.as === "whispers") await endWhisper(ground, leg.id);
  else await ground.link.ask("POST", `bridges/${part(old.hubId)}/removeChannel`, { channel: leg.id });
  await setMute(ground, leg, false);
  ground.later([leg.id], async () => {
    await settle(ground, leg);
    await keepNote(ground, leg);
  });
};

/** Nobody is left there: it is gone. */
export const endEmpty = async (ground: Ground, hubId: string): Promise<void> => {
  if (membersOf(ground, hubId).length === 0 && ground.hubs.delete(hubId))
    await ground.link.ask("DELETE", `bridges/${part(hubId)}`);
};

/** What served a whisperer goes. */
export const endWhisper = async (ground: Ground, legId: string): Promise<void> => {
  await ground.link.ask("DELETE", `bridges/${part(whisper(legId))}`);
  await ground.link.ask("DELETE", `channels/${part(whisper(legId))}`);
};

async function setMute(ground: Ground, leg: Leg, mute: boolean): Promise<void> {
  if (leg.mute === mute) return;
  leg.mute = mute;
  await ground.link.ask(mute ? "POST" : "DELETE", `channels/${part(leg.id)}/mute`, { direction: "in" });
}
