// Small changes of a call that the machine is made of: legs come and go, words are said, it goes to a queue, to a talk, to its end. Pure; called by model*.ts.
import type { CallEnd } from "#contract/calls.ts";
import type { AgentId } from "#contract/ids.ts";
import type { LegCause } from "#contract/voice.ts";
import type { Ground } from "#modules/calls/model-happenings.ts";
import { isConnected, lives } from "#modules/calls/model-orders.ts";
import type { CallRecord, Leg, RecordingKept, Words } from "#modules/calls/model-record.ts";

/** Agents' devices ring as long as an offer lasts at most; routing's own time ends it before. */
export const deviceSeconds = 120;
export const numberSeconds = 45;
/** Legs that have ended are remembered up to so many. */
const mostLegs = 60;

export const iso = ({ now }: Pick<Ground, "now">): string => now.toISOString();
export const after = ({ now }: Pick<Ground, "now">, seconds: number): string =>
  new Date(now.getTime() + seconds * 1_000).toISOString();
export const secondsSince = ({ now }: Pick<Ground, "now">, at: string): number =>
  (now.getTime() - Date.parse(at)) / 1_000;

export const sentence = (say: string, facts: Readonly<Record<string, string | number>> = {}): Words => ({ say, facts });

export const customerLeg = (call: CallRecord): Leg | null =>
  call.legs.findLast((leg) => leg.as === "customer" && lives(leg)) ?? null;

/** The legs of an agent that live. */
export const legsOf = (call: CallRecord, agentId: AgentId | null): readonly Leg[] =>
  call.legs.filter((leg) => leg.as === "agent" && leg.agentId === agentId && lives(leg));

export const takenLeg = (call: CallRecord, agentId: AgentId): Leg | null =>
  legsOf(call, agentId).find(({ taken }) => taken) ?? null;

export const changeLegs = (call: CallRecord, which: (leg: Leg) => boolean, patch: Partial<Leg>): CallRecord => ({
  ...call,
  legs: call.legs.map((leg) => (which(leg) ? { ...leg, ...patch } : leg)),
});

export const changeRecording = (call: CallRecord, id: string, patch: Partial<RecordingKept>): CallRecord => ({
  ...call,
  recordings: call.recordings.map((one) => (one.id === id ? { ...one, ...patch } : one)),
});

/** They are to be hung up. */
export const drop = (call: CallRecord, which: (leg: Leg) => boolean, cause: LegCause = "normal"): CallRecord =>
  changeLegs(call, (leg) => lives(leg) && which(leg), { ending: cause });

export const ring = (
  call: CallRecord,
  ground: Ground,
  leg: Pick<Leg, "as" | "agentId" | "name" | "to" | "display" | "taken" | "mode">,
  others: Partial<Pick<Leg, "muted" | "timeoutSeconds">> = {},
): CallRecord => {
  const made = call.made + 1;
  const fresh: Leg = {
    ...leg,
    id: `${call.id}:l${made}`,
    timeoutSeconds: leg.to !== null && "number" in leg.to ? numberSeconds : deviceSeconds,
    state: "ringing",
    since: iso(ground),
    held: false,
    muted: false,
    ending: null,
    cause: null,
    ...others,
  };
  const ended = call.legs.filter(({ state }) => state === "ended");
  const kept = ended.length < mostLegs ? call.legs : call.legs.filter((one) => one !== ended[0]);
  return { ...call, made, legs: [...kept, fresh] };
};

export const displayOf = ({ name, number }: Pick<CallRecord, "name" | "number">): string =>
  (name || number || "").slice(0, 100);

/** Rings an agent's device, if there is one and it does not ring already. */
export const ringAgent = (call: CallRecord, ground: Ground, agentId: AgentId, taken: boolean): CallRecord => {
  if (legsOf(call, agentId).length > 0)
    return taken
      ? changeLegs(call, (leg) => leg.as === "agent" && leg.agentId === agentId && lives(leg), { taken })
      : call;
  const deviceId = ground.deviceOf(agentId);
  if (deviceId === null) return call;
  return ring(call, ground, {
    as: "agent",
    agentId,
    name: ground.nameOf(agentId),
    to: { deviceId },
    display: displayOf(call),
    taken,
    mode: null,
  });
};

/** Says this to a leg; what was said to it before is cut off. */
export const speakTo = (call: CallRecord, legId: string, words: readonly Words[]): CallRecord => {
  const made = call.made + 1;
  return {
    ...call,
    made,
    speeches: [
      ...call.speeches.filter((speech) => speech.legId !== legId),
      { playId: `${call.id}:p${made}`, legId, words },
    ],
  };
};

/** Says this to the customer; nothing where they are not there. */
export const speak = (call: CallRecord, words: readonly Words[]): CallRecord => {
  const leg = customerLeg(call);
  return leg === null || words.length === 0 ? call : speakTo(call, leg.id, words);
};

export const hush = (call: CallRecord): CallRecord => {
  const leg = customerLeg(call);
  return leg === null ? call : { ...call, speeches: call.speeches.filter(({ legId }) => legId !== leg.id) };
};

/** Is something being said to the customer? */
export const isSpokenTo = (call: CallRecord): boolean => {
  const leg = customerLeg(call);
  return leg !== null && call.speeches.some(({ legId }) => legId === leg.id);
};

/** It is over: everybody is hung up, nothing is asked of anybody any more. */
export const finish = (call: CallRecord, ground: Ground, end: CallEnd, cause: LegCause = "normal"): CallRecord => ({
  ...drop(call, () => true, cause),
  phase: "over",
  end: call.end ?? call.endsAs ?? end,
  endedAt: call.endedAt ?? iso(ground),
  dueAt: null,
  keys: null,
  hand: null,
  consulting: null,
});

/** The last words, and then the end. */
export const bye = (call: CallRecord, ground: Ground, end: CallEnd, words: readonly Words[]): CallRecord =>
  customerLeg(call) === null
    ? finish(call, ground, end)
    : {
        ...speak(
          drop(call, ({ as }) => as !== "customer"),
          words,
        ),
        phase: "bye",
        endsAs: end,
        keys: null,
        dueAt: after(ground, 30),
      };

/** With that agent from now on. Whoever talked before is out of it. */
export const toTalk = (call: CallRecord, ground: Ground, agentId: AgentId): CallRecord => {
  const others = drop(call, (leg) => leg.as === "agent" && leg.agentId !== agentId);
  const customers = changeLegs(hush(others), ({ as }) => as === "customer", { held: false });
  return {
    ...ringAgent(customers, ground, agentId, true),
    phase: "talk",
    agentId,
    keys: null,
    consulting: null,
    hand: call.hand?.to === agentId || call.hand?.from !== agentId ? null : call.hand,
    dueAt: null,
  };
};

/** Does a talk live without its agent: somebody else of us, or somebody outside, is with the customer? */
export const othersWith = (call: CallRecord, agentId: AgentId | null): readonly Leg[] =>
  call.legs.filter(
    (leg) => isConnected(leg) && ((leg.as === "agent" && leg.taken && leg.agentId !== agentId) || leg.as === "outside"),
  );
