// An agent's device that breaks off in the middle of a talk may come back: a page that is loaded again, a network that changes. The customer hears music meanwhile. Pure; called by model*.ts.
import type { AgentId } from "#contract/ids.ts";
import type { Ground } from "#modules/calls/model-happenings.ts";
import { after, customerLeg, displayOf, hush, iso, legsOf, ring, sentence, speak } from "#modules/calls/model-legs.ts";
import type { CallRecord, Leg } from "#modules/calls/model-record.ts";
import { backToQueue } from "#modules/calls/model-waiting.ts";

/** So long it is rung each time: an engine may still ring the page that is gone. Seconds. */
const onceSeconds = 5;
const againSeconds = 1;

/** Rings the device anew; the time is looked at again before it is up. */
const ringOnce = (call: CallRecord, ground: Ground, agentId: AgentId, muted: boolean): CallRecord => {
  const deviceId = ground.deviceOf(agentId);
  const next = { ...call, dueAt: after(ground, againSeconds) };
  if (deviceId === null) return next;
  return ring(
    next,
    ground,
    {
      as: "agent",
      agentId,
      name: ground.nameOf(agentId),
      to: { deviceId },
      display: displayOf(call),
      taken: true,
      mode: null,
    },
    { muted, timeoutSeconds: onceSeconds },
  );
};

/** Who talks has broken off: they are waited for. The customer is told, unless they were put aside anyway. */
export const awaits = (call: CallRecord, leg: Leg, agentId: AgentId, ground: Ground): CallRecord => {
  const waits: CallRecord = { ...call, awaited: { agentId, until: after(ground, ground.rules.rejoinSeconds) } };
  const rung = ringOnce(waits, ground, agentId, leg.muted);
  return customerLeg(call)?.held === true ? rung : speak(rung, [sentence("agentAwaited")]);
};

/** Is it waited for whose leg that is? */
export const isAwaited = (call: CallRecord, { agentId }: Pick<Leg, "agentId">): boolean =>
  call.awaited !== undefined && call.awaited.agentId === agentId;

/** They are back: nobody is waited for, and the customer hears them at once. */
export const rejoined = (call: CallRecord, leg: Leg): CallRecord =>
  isAwaited(call, leg) && leg.as === "agent" ? { ...hush(call), awaited: undefined, dueAt: null } : call;

/** They did not come back: the head of the queue, and not to them next. */
const gaveUp = (call: CallRecord, agentId: AgentId, ground: Ground): CallRecord => ({
  ...backToQueue(call, ground, "agentLost"),
  awaited: undefined,
  hand: { from: agentId, to: null },
});

/** Time passes in a talk. */
export const awaitedDue = (call: CallRecord, ground: Ground): CallRecord => {
  const { awaited } = call;
  if (awaited === undefined) return { ...call, dueAt: null };
  const { agentId, until } = awaited;
  if (iso(ground) >= until) return gaveUp(call, agentId, ground);
  if (legsOf(call, agentId).length > 0) return { ...call, dueAt: after(ground, againSeconds) };
  const last = call.legs.findLast((leg) => leg.as === "agent" && leg.agentId === agentId);
  return ringOnce(call, ground, agentId, last?.muted === true);
};

/** Whoever is waited for has the call no longer: it went elsewhere. */
export const awaitedStill = (call: CallRecord): CallRecord =>
  call.awaited === undefined || (call.phase === "talk" && call.agentId === call.awaited.agentId)
    ? call
    : { ...call, awaited: undefined };
