// Calling back and calling out: who is rung first, what a try that failed leads to, when it is given up. Pure; called by model.ts and model-waiting.ts.
import type { CallEnd } from "#contract/calls.ts";
import type { CallId } from "#contract/ids.ts";
import type { LegCause } from "#contract/voice.ts";
import type { Dialling, Ground } from "#modules/calls/model-happenings.ts";
import {
  after,
  changeLegs,
  customerLeg,
  displayOf,
  drop,
  finish,
  iso,
  ring,
  ringAgent,
  takenLeg,
} from "#modules/calls/model-legs.ts";
import { isConnected, lives } from "#modules/calls/model-orders.ts";
import type { CallRecord } from "#modules/calls/model-record.ts";

type Callback = NonNullable<CallRecord["callback"]>;

/** Another try leads nowhere. */
const hopeless: ReadonlySet<LegCause> = new Set(["unknownNumber", "notAllowed"]);

/** Can this caller be called back at all: by a number, or at the page they call from? */
export const mayCallBack = (call: CallRecord, ground: Ground): boolean =>
  ground.rules.callback && (call.by === "web" ? ground.visitorDevice !== null : ground.ownNumber !== null);

/** A call of its own that waits with the place of the one in which it was asked for. Null: it cannot be. */
export const callbackOf = (
  call: CallRecord,
  ground: Ground,
  number: string | null,
  at: string | null,
): CallRecord | null => {
  if (number === null ? ground.visitorDevice === null : ground.mayDial(number) !== null) return null;
  const begun = fresh(call, ground, ground.newId() as CallId);
  return waits({ ...begun, waitingSince: call.waitingSince ?? iso(ground) }, ground, number, at);
};

/** A callback that somebody was promised in writing, in the concern in which that stands: a call that waits since they do. Null: that number cannot be called. */
export const calledBack = (
  asked: Pick<CallRecord, "id" | "channelId" | "brandId" | "concernId" | "customerId" | "language" | "queueId"> & {
    readonly number: string;
    readonly at: string | null;
    readonly waitingSince: string;
  },
  ground: Ground,
): CallRecord | null => {
  const { number, at, waitingSince } = asked;
  if (!ground.rules.callback || ground.mayDial(number) !== null) return null;
  const around = { name: "", visitor: null, to: ground.ownNumber ?? "", skills: {}, consent: null };
  return {
    ...waits({ ...fresh({ ...asked, ...around }, ground, asked.id), waitingSince }, ground, number, at),
    afterId: null,
  };
};

/** The call waits to be dialled, at the earliest then. */
const waits = (call: CallRecord, ground: Ground, number: string | null, at: string | null): CallRecord => ({
  ...call,
  number,
  by: number === null ? "web" : "trunk",
  callback: {
    number: number ?? "",
    at,
    tries: 0,
    lastTryAt: null,
    lastCause: null,
    expiresAt: after(
      { now: new Date(Math.max(ground.now.getTime(), at === null ? 0 : Date.parse(at))) },
      ground.rules.callbackExpiresHours * 3_600,
    ),
    state: "waiting",
    legId: null,
    nextAt: at,
  },
  dueAt: after(ground, ground.rules.callbackExpiresHours * 3_600),
});

const fresh = (
  from: Pick<
    CallRecord,
    | "channelId"
    | "brandId"
    | "concernId"
    | "customerId"
    | "name"
    | "visitor"
    | "to"
    | "language"
    | "queueId"
    | "skills"
    | "consent"
    | "id"
  >,
  ground: Ground,
  id: CallId,
): CallRecord => ({
  id,
  channelId: from.channelId,
  brandId: from.brandId,
  concernId: from.concernId,
  customerId: from.customerId,
  direction: "out",
  by: "trunk",
  number: null,
  name: from.name,
  visitor: from.visitor,
  to: from.to,
  language: from.language,
  phase: "dialling",
  outWhy: null,
  startedAt: iso(ground),
  answeredAt: null,
  waitingSince: null,
  talkedFrom: null,
  endedAt: null,
  end: null,
  endsAs: null,
  agentId: null,
  legs: [],
  speeches: [],
  keys: null,
  dueAt: null,
  flow: null,
  queueId: from.queueId,
  skills: from.skills,
  work: null,
  told: { at: null, place: null, minutes: null, comfort: 0 },
  place: null,
  consent: from.consent,
  recordings: [],
  callback: null,
  consulting: null,
  wishes: [],
  hand: null,
  afterId: from.id,
  keptSince: null,
  made: 0,
  quality: null,
  movedTo: null,
});

/** An agent calls: their own device first, the number as soon as it is there. */
export const dial = (arrival: Dialling, ground: Ground): CallRecord => {
  const call: CallRecord = {
    ...fresh(
      { ...arrival, name: "", visitor: null, to: ground.ownNumber ?? "", queueId: null, skills: {}, consent: null },
      ground,
      arrival.id,
    ),
    afterId: null,
    number: arrival.number,
    agentId: arrival.agentId,
    dueAt: after(ground, 180),
  };
  return ringAgent(call, ground, arrival.agentId, true);
};

/** Rings the customer: by their number, or at their page. */
export const dialCustomer = (call: CallRecord, ground: Ground): CallRecord => {
  if (customerLeg(call) !== null) return call;
  const { number } = call;
  const to =
    number !== null && ground.ownNumber !== null
      ? { number, from: ground.ownNumber }
      : ground.visitorDevice === null
        ? null
        : { deviceId: ground.visitorDevice };
  if (to === null) return failed(call, ground, "unreachable");
  if (number !== null && ground.mayDial(number) !== null) return failed(call, ground, "notAllowed");
  const rung = ring(call, ground, {
    as: "customer",
    agentId: null,
    name: number ?? call.name,
    to,
    display: displayOf({ name: ground.brand, number: null }),
    taken: true,
    mode: null,
  });
  const { callback } = rung;
  if (callback === null) return rung;
  return {
    ...rung,
    callback: {
      ...callback,
      state: "dialling",
      tries: callback.tries + 1,
      lastTryAt: iso(ground),
      legId: rung.legs.at(-1)?.id ?? null,
    },
  };
};

const endOf = (cause: LegCause): CallEnd =>
  cause === "busy" ? "busy" : cause === "noAnswer" ? "noAnswer" : "notReached";

/** A try came to nothing: it is made again later, or given up. */
export const failed = (call: CallRecord, ground: Ground, cause: LegCause): CallRecord => {
  const { callback } = call;
  if (callback === null) return finish(call, ground, endOf(cause), "normal");
  const tried: Callback = { ...callback, lastCause: cause, legId: null };
  const nextAt = after(ground, ground.rules.callbackEverySeconds);
  const over = hopeless.has(cause) || callback.tries >= ground.rules.callbackTries || nextAt >= callback.expiresAt;
  if (over) return { ...finish(call, ground, endOf(cause)), callback: { ...tried, state: "gaveUp", nextAt: null } };
  const alone = drop(call, () => true);
  return {
    ...alone,
    phase: "dialling",
    callback: { ...tried, state: "waiting", nextAt },
    hand: call.agentId === null || call.work?.state !== "held" ? null : { from: call.agentId, to: null },
    agentId: null,
    dueAt: callback.expiresAt,
  };
};

/** Routing has it somewhere else while it waits to be dialled, or is. */
export const dialWork = (call: CallRecord, ground: Ground): CallRecord => {
  const { work, callback } = call;
  const customerFirst = callback !== null && ground.rules.callbackFirst === "customer";
  if (work === null || work.state === "waiting" || work.agentId === null) {
    // Whoever was asked does not take it; who is being dialled already is waited with.
    return callback === null ? call : drop(call, (leg) => leg.as === "agent");
  }
  const others = drop(call, (leg) => leg.as === "agent" && leg.agentId !== work.agentId);
  if (work.state === "offered") {
    const rung = ringAgent(others, ground, work.agentId, false);
    return customerFirst && callback.state === "waiting" ? dialCustomer(rung, ground) : rung;
  }
  const held = { ...ringAgent(others, ground, work.agentId, true), agentId: work.agentId };
  return goOnDialling(held, ground);
};

/** As soon as the agent is there the customer is rung; as soon as both are there they talk. */
export const goOnDialling = (call: CallRecord, ground: Ground): CallRecord => {
  const agent = call.agentId === null ? null : takenLeg(call, call.agentId);
  if (agent === null || !isConnected(agent)) return call;
  const customer = customerLeg(call);
  if (customer === null)
    return call.callback === null || call.callback.state === "waiting" ? dialCustomer(call, ground) : call;
  return customer.state === "connected" ? answeredByCustomer(call, ground) : call;
};

/** The customer has answered. */
export const answeredByCustomer = (call: CallRecord, ground: Ground): CallRecord => {
  const callback =
    call.callback === null ? null : { ...call.callback, state: "done" as const, nextAt: null, legId: null };
  const answered = { ...call, callback, answeredAt: call.answeredAt ?? iso(ground), dueAt: null };
  return {
    ...changeLegs(answered, (leg) => leg.as === "customer" && lives(leg), { held: false }),
    phase: "talk",
    waitingSince: call.waitingSince,
  };
};
