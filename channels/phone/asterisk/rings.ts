// Legs that we begin and end: answering, ringing devices and numbers, hanging up, keys. Called by engine.ts.
import { userOf } from "./devices.ts";
import { q850Of } from "./causes.ts";
import { part } from "./link.ts";
import { settle, stopAir } from "./plays.ts";
import { lastLook } from "./quality.ts";
import { type Do, done, type Ground, keepNote, type Leg, newLeg, no, refusal } from "./legs.ts";

export const answer: Do<"answer"> = async (ground, { legId }) => {
  const leg = ground.legs.get(legId);
  if (leg === undefined) return no("unknownLeg", legId);
  if (leg.state === "connected") return done;
  const answered = await ground.link.ask("POST", `channels/${part(legId)}/answer`);
  return answered.status < 300 ? done : no(ground.legs.has(legId) ? "failed" : "unknownLeg", refusal(answered));
};

export const ring: Do<"ring"> = async (ground, { legId, to, callId, display, timeoutSeconds }) => {
  if (ground.legs.has(legId)) return done;
  const { link, place } = ground;
  if (!("deviceId" in to) && place.trunk === "") return no("notAble", "no trunk is set");
  const leg = newLeg(legId, "ringing", { callId, caller: null });
  const shown = display.replaceAll(/["\\<>\p{C}]/gu, " ").trim();
  const endpoint = "deviceId" in to ? `PJSIP/${userOf(ground, to.deviceId)}` : `PJSIP/${to.number}@${place.trunk}`;
  await keepNote(ground, leg);
  ground.legs.set(legId, leg);
  const there = ground.arrives(legId);
  const made = await link.ask(
    "POST",
    "channels/create",
    { endpoint, app: place.app, channelId: legId },
    {
      variables:
        "deviceId" in to
          ? {
              "CONNECTEDLINE(name,i)": shown,
              "PJSIP_HEADER(add,X-Draht-Call)": callId,
              "PJSIP_HEADER(add,X-Draht-Leg)": legId,
            }
          : { "CONNECTEDLINE(num,i)": to.from, "CONNECTEDLINE(name,i)": shown },
    },
  );
  if (made.status >= 300) {
    ground.legs.delete(legId);
    // Asterisk does not know such an endpoint.
    return no("deviceId" in to ? "unknownDevice" : "failed", refusal(made));
  }
  await there;
  leg.ringsUntilMs = ground.io.now().getTime() + timeoutSeconds * 1_000;
  const dialled = await link.ask("POST", `channels/${part(legId)}/dial`, { timeout: String(timeoutSeconds) });
  if (dialled.status < 300 || !ground.legs.has(legId)) return done;
  ground.legs.delete(legId);
  await link.ask("DELETE", `channels/${part(legId)}`);
  return no("failed", refusal(dialled));
};

export const hangUp: Do<"hangUp"> = async (ground, { legId, cause, byThem = false }) => {
  const leg = ground.legs.get(legId);
  if (leg === undefined) return done;
  await lastLook(ground, leg);
  leg.ending = cause;
  leg.byThem = byThem;
  const ended = await ground.link.ask("DELETE", `channels/${part(legId)}`, { reason_code: String(q850Of(cause)) });
  return ended.status < 300 || ended.status === 404 ? done : no("failed", refusal(ended));
};

export const sendDigits: Do<"sendDigits"> = async (ground, { legId, digits }) => {
  const leg = ground.legs.get(legId);
  if (leg === undefined) return no("unknownLeg", legId);
  const sent = await between(ground, leg, () =>
    ground.link.ask("POST", `channels/${part(legId)}/dtmf`, { dtmf: digits }),
  );
  return sent.status < 300 ? done : no("failed", refusal(sent));
};

/** What a channel's own thread has to do waits until what it plays is over, and so would everything after it: the sound is taken off for it. */
async function between<T>(ground: Ground, leg: Leg, work: () => Promise<T>): Promise<T> {
  if (leg.air?.by === "itself") await stopAir(ground, leg);
  const result = await work();
  await settle(ground, leg);
  return result;
}

export const watchTalking: Do<"watchTalking"> = async (ground, { legId, on }) => {
  const leg = ground.legs.get(legId);
  if (leg === undefined) return no("unknownLeg", legId);
  leg.talking = on;
  // Milliseconds of silence that end it, and how loud talking is.
  const variable = on ? "TALK_DETECT(set)" : "TALK_DETECT(remove)";
  const set = await between(ground, leg, () =>
    ground.link.ask("POST", `channels/${part(legId)}/variable`, { variable, value: on ? "400,256" : "" }),
  );
  return set.status < 300 ? done : no("failed", refusal(set));
};
