// What Asterisk tells, one message after the other, into what we know and what we tell. Called by engine.ts.
import { causeOf } from "./causes.ts";
import { registered } from "./devices.ts";
import { endEmpty, endWhisper } from "./hubs.ts";
import { forgetNote, type Ground, keepNote, type Leg, newLeg } from "./legs.ts";
import { type AriChannel, ariEvent, type AriEvent } from "./messages.ts";
import { airEnded, airGoesOn, settle } from "./plays.ts";
import { finish, segmentEnded } from "./records.ts";

export interface Heard {
  readonly arrived: (channelId: string) => void;
  readonly gone: (channelId: string) => void;
  readonly replaced: () => void;
}

/** Whatever it is: what has another shape than ARI's, or is of no channel of ours, changes nothing. Never throws. */
export const hear = (ground: Ground, message: unknown, heard: Heard): void => {
  const known = ariEvent.safeParse(message);
  if (!known.success) {
    const type = (message as { type?: unknown } | null)?.type;
    ground.io.log("debug", "phone.asterisk.unknown", { type: typeof type === "string" ? type.slice(0, 60) : null });
    return;
  }
  take(ground, known.data, heard);
};

function take(ground: Ground, event: AriEvent, heard: Heard): void {
  const leg = "channel" in event ? ground.legs.get(event.channel.id) : undefined;
  switch (event.type) {
    case "StasisStart":
      if (leg === undefined && !event.channel.id.includes("~")) arrive(ground, event.channel, event.args);
      return heard.arrived(event.channel.id);
    case "ChannelStateChange":
      return leg === undefined ? undefined : stateIs(ground, leg, event.channel.state);
    case "Dial": {
      const rung = ground.legs.get(event.peer.id);
      if (rung !== undefined && event.dialstatus === "RINGING") ringing(ground, rung);
      return;
    }
    case "ChannelDestroyed":
      heard.gone(event.channel.id);
      return leg === undefined ? undefined : destroyed(ground, leg, event);
    case "ChannelDtmfReceived":
      if (leg?.keys.passes(ground.io.now().getTime()) === true)
        ground.io.tell({ what: "digit", legId: leg.id, at: ground.at(), digit: event.digit });
      return;
    case "ChannelTalkingStarted":
    case "ChannelTalkingFinished":
      if (leg?.talking === true)
        ground.io.tell({ what: "talking", legId: leg.id, at: ground.at(), on: event.type === "ChannelTalkingStarted" });
      return;
    case "ChannelHold":
    case "ChannelUnhold":
      if (leg !== undefined) leg.held = event.type === "ChannelHold";
      return;
    case "PlaybackContinuing":
      return airGoesOn(ground, event.playback.id, event.playback.media_uri);
    case "PlaybackFinished":
      return airEnded(ground, event.playback.id, event.playback.state === "failed");
    case "RecordingFinished":
    case "RecordingFailed":
      return segmentEnded(ground, event.recording.name);
    case "ContactStatusChange":
      return registered(ground, event.endpoint.resource, event.contact_info.contact_status);
    case "ApplicationReplaced":
      return event.application === ground.place.app ? heard.replaced() : undefined;
    case "ChannelHangupRequest":
      if (leg !== undefined) leg.requested = event.cause ?? leg.requested;
      return;
    case "StasisEnd":
      // Who came by the dialplan goes back there to end, and of what is no longer in our hands nothing more is told.
      if (leg !== undefined && leg.caller !== null) left(ground, leg);
  }
}

/** Somebody calls. What they say of themselves is cut to what we take, and believed by nobody. */
function arrive(ground: Ground, channel: AriChannel, args: readonly string[]): void {
  if (args[0] !== "inbound") {
    ground.io.log("warn", "phone.asterisk.stranger", { channel: channel.id });
    return;
  }
  const caller = callerOf(channel);
  const leg = newLeg(channel.id, channel.state === "Up" ? "connected" : "arriving", { callId: null, caller });
  ground.legs.set(leg.id, leg);
  ground.io.tell({ what: "called", legId: leg.id, at: ground.at(), ...caller });
  ground.later([leg.id], () => keepNote(ground, leg));
}

export const callerOf = ({ caller, dialplan }: AriChannel): NonNullable<Leg["caller"]> => ({
  by: "trunk",
  from: clean(caller.number, 200),
  name: clean(caller.name, 100),
  to: clean(dialplan.exten, 100),
});

const clean = (text: string, most: number): string => text.replaceAll(/\p{C}/gu, "").slice(0, most);

const ringing = (ground: Ground, leg: Leg): void => {
  if (leg.told.ringing || leg.state !== "ringing") return;
  leg.told.ringing = true;
  ground.io.tell({ what: "ringing", legId: leg.id, at: ground.at() });
};

/** A leg's state, as Asterisk calls it. */
export const stateIs = (ground: Ground, leg: Leg, state: string): void => {
  if (state === "Ringing") return ringing(ground, leg);
  if (state !== "Up" || leg.told.answered) return;
  leg.state = "connected";
  leg.told.answered = true;
  ground.io.tell({ what: "answered", legId: leg.id, at: ground.at() });
  ground.later([leg.id], () => settle(ground, leg));
};

function destroyed(ground: Ground, leg: Leg, event: Extract<AriEvent, { readonly type: "ChannelDestroyed" }>): void {
  const sip = Number(event.tech_cause);
  const status = Number.isSafeInteger(sip) && sip > 0 ? sip : null;
  const answered = leg.told.answered;
  // Of what rang too long Asterisk says the same as of what refuses as one who is away (SIP 480).
  const late = !answered && leg.ringsUntilMs !== null && ground.io.now().getTime() >= leg.ringsUntilMs;
  const cause = leg.ending ?? (late ? "noAnswer" : causeOf(event.cause, status, answered));
  const code = `Q.850 ${event.cause}${status === null ? "" : `, SIP ${status}`}`;
  endLeg(ground, leg, { cause, byThem: leg.byThem || (leg.ending === null && !late), code });
}

function left(ground: Ground, leg: Leg): void {
  const { requested, ending } = leg;
  const cause = ending ?? causeOf(requested ?? 16, null, leg.told.answered);
  endLeg(ground, leg, {
    cause,
    byThem: leg.byThem || ending === null,
    code: requested === null ? "" : `Q.850 ${requested}`,
  });
}

/** The last of a leg: what it heard ends, its hub and its recordings go on without it. */
export const endLeg = (
  ground: Ground,
  leg: Leg,
  how: { readonly cause: NonNullable<Leg["ending"]>; readonly byThem: boolean; readonly code: string },
): void => {
  if (!ground.legs.delete(leg.id)) return;
  for (const { playId } of leg.plays)
    ground.io.tell({ what: "played", legId: leg.id, at: ground.at(), playId, how: "stopped" });
  leg.plays = [];
  if (leg.air !== null) {
    ground.airs.delete(leg.air.id);
    leg.air.end();
    leg.air = null;
  }
  const { hub } = leg;
  leg.hub = null;
  ground.io.tell({ what: "ended", legId: leg.id, at: ground.at(), ...how });
  ground.later([leg.id], () => forgetNote(ground, leg.id));
  if (hub !== null) ground.later([hub.hubId], () => endEmpty(ground, hub.hubId));
  if (hub?.role.as === "whispers") ground.later([leg.id], () => endWhisper(ground, leg.id));
  for (const recording of ground.recordings.values())
    if (!recording.over && "legId" in recording.of && recording.of.legId === leg.id)
      ground.later([`record~${recording.recordingId}`, leg.id], () => finish(ground, recording));
};
