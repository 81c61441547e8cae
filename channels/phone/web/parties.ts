// Parties of a room: how they come, are taken and end. Called by voices.ts.
import type { VoiceAnswer, VoiceEvent } from "#contract/voice.ts";
import { finish, leave } from "./keeping.ts";
import { createAudio } from "./leg.ts";
import { openLine } from "./line.ts";
import { frameBytes } from "./mulaw.ts";
import { createPlayer } from "./player.ts";
import { done, instantNow, type Leg, type Of, refused, rewire, type Room } from "./room.ts";

type Cause = Extract<VoiceEvent, { what: "ended" }>["cause"];

/** A caller whom nobody takes or turns away, and a browser that offers and never connects. */
const longestArrivalMs = 180_000;
const longestConnectMs = 20_000;
const mostOffersASecond = 60;
const remembered = 20_000;

/** The end of a party, told once. */
export const end = (room: Room, leg: Leg, cause: Cause, byThem: boolean, code: string): void => {
  const { legs, past, recordings, io } = room;
  if (legs.get(leg.id) !== leg) return;
  tellQuality(room, leg);
  legs.delete(leg.id);
  past.add(leg.id);
  for (const oldest of past) if (past.size <= remembered || !past.delete(oldest)) break;
  if (leg.timer !== null) clearTimeout(leg.timer);
  leg.player.end();
  leg.line?.close();
  leave(room, leg);
  for (const [id, { of }] of recordings) if ("legId" in of && of.legId === leg.id) finish(room, id);
  rewire(room);
  io.tell({ what: "ended", legId: leg.id, at: instantNow(), cause, byThem, code });
};

export const tellQuality = ({ io }: Room, leg: Leg): void => {
  const quality = leg.state === "connected" ? leg.audio.quality() : null;
  if (quality) io.tell({ what: "quality", legId: leg.id, at: instantNow(), ...quality });
};

/** Rings a device: its browser offers for this party when it takes the call. */
export const ring = (room: Room, { legId, to, callId, timeoutSeconds }: Of<"ring">): VoiceAnswer => {
  const { legs, past, devices, limits, io } = room;
  if (legs.has(legId) || past.has(legId)) return done;
  if ("number" in to) return refused("notAble", "this engine dials no numbers");
  if (!devices.has(to.deviceId)) return refused("unknownDevice", to.deviceId);
  if (legs.size >= limits.mostLegs) return refused("full", `${limits.mostLegs} parties are connected`);
  const leg = add(room, { id: legId, state: "ringing", caller: null, callId, deviceId: to.deviceId });
  endsAfter(room, leg, timeoutSeconds * 1_000, "noAnswer", "timeout");
  io.tell({ what: "ringing", legId, at: instantNow() });
  return done;
};

/** Takes a caller; connected as soon as media can flow, too. */
export const take = (room: Room, leg: Leg): VoiceAnswer => {
  leg.taken = true;
  connectWhenBoth(room, leg);
  return done;
};

/** Answers a browser: of somebody who calls, of a device that is rung, or one that offers anew for its party (a page that was loaded again). */
export const offer = async (room: Room, { legId, sdp, caller }: Of<"offer">): Promise<VoiceAnswer> => {
  const { legs, past, limits, io } = room;
  const known = legs.get(legId);
  if (known?.offer?.sdp === sdp) return known.offer.answer;
  if (past.has(legId) || (known === undefined && caller === null))
    return refused("unknownLeg", "it does not ring, or is over");
  const second = Math.floor(performance.now() / 1_000);
  if (second !== room.offers.second) room.offers = { second, count: 0 };
  room.offers.count += 1;
  if (room.offers.count > mostOffersASecond) return refused("full", "too many offers at once");
  if (known === undefined && legs.size >= limits.mostLegs)
    return refused("full", `${limits.mostLegs} parties are connected`);
  const by = caller && ({ by: "web", ...caller } as const);
  const leg = known ?? add(room, { id: legId, state: "arriving", caller: by, callId: null, deviceId: null });
  const before = leg.offer;
  leg.offer = { sdp, answer: answerOffer(room, leg, sdp) };
  const answer = await leg.offer.answer;
  if (!answer.ok) {
    leg.offer = before;
    if (known === undefined && legs.get(legId) === leg) {
      // Nobody was told of it: it never was.
      legs.delete(legId);
      rewire(room);
    }
    return answer;
  }
  if (known === undefined && by !== null) {
    io.tell({ what: "called", legId, at: instantNow(), ...by });
    endsAfter(room, leg, longestArrivalMs, "noAnswer", "nobodyAnswered");
  }
  return leg.deviceId === null || leg.taken ? answer : (take(room, leg), answer);
};

const answerOffer = async (room: Room, leg: Leg, sdp: string): Promise<VoiceAnswer> => {
  const isThere = (): boolean => room.legs.get(leg.id) === leg;
  const line = await openLine(leg.id, sdp, room.limits.network, {
    packet: (packet) => {
      if (leg.line === line) leg.audio.heard(packet, performance.now());
    },
    open: () => {
      if (!isThere()) return;
      leg.isOpen = true;
      connectWhenBoth(room, leg);
    },
    over: (how) => {
      // One that was replaced by a later offer is nobody's end.
      if (leg.line === line) end(room, leg, how === "closed" ? "normal" : "lost", true, how);
    },
  });
  if (typeof line === "string") return refused("badOffer", line);
  if (!isThere()) {
    line.close();
    return refused("unknownLeg", "it ended meanwhile");
  }
  leg.line?.close();
  leg.line = line;
  leg.audio.connect(line);
  return { ok: true, sdp: line.answer };
};

const connectWhenBoth = (room: Room, leg: Leg): void => {
  if (leg.state === "connected" || !leg.taken) return;
  if (!leg.isOpen) return endsAfter(room, leg, longestConnectMs, "lost", "notConnected");
  if (leg.timer !== null) clearTimeout(leg.timer);
  leg.timer = null;
  leg.state = "connected";
  room.io.tell({ what: "answered", legId: leg.id, at: instantNow() });
};

const endsAfter = (room: Room, leg: Leg, afterMs: number, cause: Cause, code: string): void => {
  if (leg.timer !== null) clearTimeout(leg.timer);
  leg.timer = setTimeout(() => end(room, leg, cause, false, code), afterMs);
};

const add = (room: Room, given: Pick<Leg, "id" | "state" | "caller" | "callId" | "deviceId">): Leg => {
  const { io } = room;
  const { id } = given;
  const audio = createAudio({
    digit: (digit) => io.tell({ what: "digit", legId: id, at: instantNow(), digit }),
    talking: (on) => io.tell({ what: "talking", legId: id, at: instantNow(), on }),
    silent: (on) => io.tell({ what: "silent", legId: id, at: instantNow(), on }),
  });
  const player = createPlayer({
    over: (playId, how) => io.tell({ what: "played", legId: id, at: instantNow(), playId, how }),
    changed: () => rewire(room),
  });
  const leg: Leg = {
    ...given,
    line: null,
    offer: null,
    isOpen: false,
    taken: false,
    timer: null,
    hubId: null,
    hears: [],
    passed: false,
    frame: null,
    audio,
    player,
    mix: new Uint8Array(frameBytes),
  };
  room.legs.set(id, leg);
  rewire(room);
  return leg;
};
