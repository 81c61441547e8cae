// What agents and supervisors may do with a call, and what it comes to. Pure; called by model.ts.
import type { CallWish } from "#contract/calls.ts";
import type { ErrorCode } from "#contract/errors.ts";
import type { AgentId } from "#contract/ids.ts";
import { e164Of } from "#lib/e164.ts";
import type { Ground, Heard } from "#modules/calls/model-happenings.ts";
import {
  changeLegs,
  customerLeg,
  drop,
  finish,
  iso,
  othersWith,
  ring,
  secondsSince,
  takenLeg,
} from "#modules/calls/model-legs.ts";
import { isConnected, lives } from "#modules/calls/model-orders.ts";
import type { CallRecord, Leg, RecordingKept } from "#modules/calls/model-record.ts";

type Wished = Pick<Heard, "call" | "refused" | "route">;
export interface Asker {
  readonly id: string;
  readonly by: AgentId;
  readonly supervises: boolean;
}

/** Wishes whose ids are remembered. */
const mostWishes = 50;
const mostParties = 8;

const done = (call: CallRecord): Wished => ({ call, refused: null, route: null });
const no = (call: CallRecord, refused: ErrorCode): Wished => ({ call, refused, route: null });

/** Carries a wish out, once. Refuses with notHeld (not their call), notAllowed, offerOver (the call is past that), noRoom (too many in it), unknownAgent (nobody there to be rung). */
export const wished = (call: CallRecord, ground: Ground, asker: Asker, wish: CallWish): Wished => {
  if (call.wishes.includes(asker.id)) return done(call);
  const heard = judged(call, ground, asker, wish);
  return heard.refused === null
    ? { ...heard, call: { ...heard.call, wishes: [...heard.call.wishes, asker.id].slice(-mostWishes) } }
    : heard;
};

const judged = (call: CallRecord, ground: Ground, asker: Asker, wish: CallWish): Wished => {
  if (call.phase === "over" || call.phase === "bye") return no(call, "offerOver");
  if (wish.what === "join") return join(call, ground, asker, wish.mode);
  const mine = takenLeg(call, asker.by);
  if (mine === null) return no(call, "notHeld");
  if (wish.what === "hangUp") return done(hangUp(call, ground, mine));
  if (call.phase !== "talk" || !isConnected(mine)) return no(call, "offerOver");
  const { consulting } = call;
  switch (wish.what) {
    case "hold":
      if (consulting !== null) return no(call, "offerOver");
      return done(changeLegs(call, (leg) => leg.as === "customer" && lives(leg), { held: wish.on }));
    case "mute":
      return done(changeLegs(call, ({ id }) => id === mine.id, { muted: wish.on }));
    case "digits":
      return customerLeg(call) === null ? no(call, "offerOver") : done(call);
    case "transfer":
      if (call.agentId !== asker.by) return no(call, "notHeld");
      if (!("number" in wish.to)) return { call, refused: null, route: wish.to };
      return outside(call, ground, wish.to.number, (rung) => blind(rung));
    case "consult":
      if (consulting !== null || call.agentId !== asker.by) return no(call, "offerOver");
      return "number" in wish.to
        ? outside(call, ground, wish.to.number, (rung) => aside(rung, asker.by))
        : colleague(call, ground, asker.by, wish.to.agentId);
    case "back":
      return consulting === null ? no(call, "offerOver") : done(back(call));
    case "conference":
      return consulting === null || !isThere(call, consulting.legId)
        ? no(call, "offerOver")
        : done({ ...unheld(call), consulting: null });
    case "complete":
      return complete(call, asker.by);
    case "record":
      return record(call, ground, wish.on);
  }
};

const isThere = (call: CallRecord, legId: string): boolean =>
  call.legs.some((leg) => leg.id === legId && isConnected(leg));

const unheld = (call: CallRecord): CallRecord =>
  changeLegs(call, (leg) => leg.as === "customer" && lives(leg), { held: false });

/** Whoever is asked leaves, the customer is heard again. */
export const back = (call: CallRecord): CallRecord => ({
  ...unheld(drop(call, ({ id }) => id === call.consulting?.legId)),
  consulting: null,
});

const hangUp = (call: CallRecord, ground: Ground, mine: Leg): CallRecord => {
  // Whoever was asked does not want to, or is done: the customer is heard again.
  if (call.consulting?.legId === mine.id) return back(call);
  const others = othersWith(call, mine.agentId).filter(({ id }) => id !== call.consulting?.legId);
  if (call.phase !== "talk" || customerLeg(call) === null || others.length === 0)
    return finish(
      call,
      ground,
      call.talkedFrom === null ? (call.direction === "out" ? "notReached" : "abandoned") : "talked",
    );
  return leaves(call, mine, others);
};

/** Goes out of a talk that others go on with. */
export const leaves = (call: CallRecord, mine: Leg, others: readonly Leg[]): CallRecord => {
  const gone = { ...drop(call, ({ id }) => id === mine.id), consulting: null };
  if (call.agentId !== mine.agentId) return gone;
  const next = others.find(({ agentId }) => agentId !== null)?.agentId ?? null;
  // Somebody outside has no piece of work: it is done for us.
  if (next === null) return { ...gone, agentId: null, waitingSince: null };
  return { ...gone, agentId: next, hand: mine.agentId === null ? null : { from: mine.agentId, to: next } };
};

const aside = (call: CallRecord, by: AgentId): CallRecord => ({
  ...changeLegs(call, (leg) => leg.as === "customer" && lives(leg), { held: true }),
  consulting: { legId: call.legs.at(-1)?.id ?? "", by },
});

/** The number is rung while the customer hears music; who gave them away is out. If it fails they come back to the queue. */
const blind = (call: CallRecord): CallRecord => ({
  ...drop(call, ({ as }) => as === "agent" || as === "supervisor"),
  agentId: null,
  consulting: null,
});

const outside = (call: CallRecord, ground: Ground, typed: string, then: (rung: CallRecord) => CallRecord): Wished => {
  const number = e164Of(typed, ground.ownNumber);
  if (number === null) return no(call, "invalidInput");
  const refused = ground.ownNumber === null ? "notAllowed" : ground.mayDial(number);
  if (refused !== null || ground.ownNumber === null) return no(call, refused ?? "notAllowed");
  if (call.legs.filter(lives).length >= mostParties) return no(call, "noRoom");
  const to = { number, from: ground.ownNumber };
  return done(
    then(
      ring(call, ground, {
        as: "outside",
        agentId: null,
        name: number,
        to,
        display: ground.brand.slice(0, 100),
        taken: true,
        mode: null,
      }),
    ),
  );
};

const colleague = (call: CallRecord, ground: Ground, by: AgentId, agentId: AgentId): Wished => {
  const deviceId = ground.deviceOf(agentId);
  if (agentId === by || deviceId === null) return no(call, "unknownAgent");
  if (call.legs.filter(lives).length >= mostParties) return no(call, "noRoom");
  const display = ground.nameOf(by).slice(0, 100);
  return done(
    aside(
      ring(call, ground, {
        as: "agent",
        agentId,
        name: ground.nameOf(agentId),
        to: { deviceId },
        display,
        taken: true,
        mode: null,
      }),
      by,
    ),
  );
};

/** Whoever was asked has it; who asked is out. */
const complete = (call: CallRecord, by: AgentId): Wished => {
  const { consulting } = call;
  const mine = takenLeg(call, by);
  const asked = call.legs.find(({ id }) => id === consulting?.legId);
  if (consulting === null || consulting.by !== by || mine === null || asked === undefined || !isConnected(asked))
    return no(call, "offerOver");
  return done(leaves({ ...unheld(call), consulting: null }, mine, [asked]));
};

const record = (call: CallRecord, ground: Ground, on: boolean): Wished => {
  const running = call.recordings.findLast(
    ({ kind, state }) => kind === "call" && (state === "running" || state === "paused"),
  );
  if (running === undefined) return no(call, "offerOver");
  if ((running.state === "running") === on) return done(call);
  return done({
    ...call,
    recordings: call.recordings.map((one) =>
      one.id === running.id ? (on ? resumed(one, ground) : paused(one, ground)) : one,
    ),
  });
};

const paused = (one: RecordingKept, ground: Ground): RecordingKept => ({
  ...one,
  state: "paused",
  pausedAt: iso(ground),
});

/** A stretch that was not kept, in seconds since the recording began. */
export const resumed = (one: RecordingKept, ground: Ground): RecordingKept => {
  if (one.pausedAt === null) return { ...one, state: "running" };
  const from = Math.max(0, (Date.parse(one.pausedAt) - Date.parse(one.startedAt)) / 1_000);
  return {
    ...one,
    state: "running",
    pausedAt: null,
    pauses: [...one.pauses, { from, to: Math.max(from, secondsSince(ground, one.startedAt)), why: "agent" }],
  };
};

const join = (
  call: CallRecord,
  ground: Ground,
  { by, supervises }: Asker,
  mode: "listens" | "whispers" | "talks" | null,
): Wished => {
  if (!supervises) return no(call, "notAllowed");
  const mine = (leg: Leg): boolean => leg.as === "supervisor" && leg.agentId === by && lives(leg);
  if (mode === null) return done(drop(call, mine));
  if (call.phase !== "talk") return no(call, "offerOver");
  if (takenLeg(call, by) !== null) return no(call, "notAllowed");
  const as = mode === "talks" ? null : mode;
  if (call.legs.some(mine)) return done(changeLegs(call, mine, { mode: as }));
  const deviceId = ground.deviceOf(by);
  if (deviceId === null) return no(call, "unknownAgent");
  if (call.legs.filter(lives).length >= mostParties) return no(call, "noRoom");
  return done(
    ring(call, ground, {
      as: "supervisor",
      agentId: by,
      name: ground.nameOf(by),
      to: { deviceId },
      display: call.name.slice(0, 100),
      taken: true,
      mode: as,
    }),
  );
};
