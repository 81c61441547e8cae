// The machine of a call: what happened to it, in; what is kept of it and what the engine is to be told, out. Pure and total: whatever is told in whatever order, nothing is thrown, and the
// same told twice changes nothing more. docs/subsystems/calls.md has the road of a call. Called by server/switchboard.ts.
import type { AgentId } from "#contract/ids.ts";
import type { VoiceSnapshot } from "#contract/voice.ts";
import { callbackOf, dialWork } from "#modules/calls/model-callback.ts";
import { customerGone, event, lost, recordingOf } from "#modules/calls/model-events.ts";
import type { Arrival, CallOrder, Ground, Happening, Heard } from "#modules/calls/model-happenings.ts";
import {
  after,
  bye,
  changeRecording,
  customerLeg,
  drop,
  finish,
  iso,
  isSpokenTo,
  ringAgent,
  sentence,
  speak,
  toTalk,
} from "#modules/calls/model-legs.ts";
import { answerDue, listening, understood } from "#modules/calls/model-listening.ts";
import { asIfDone, lives, membersOf, ordersFor } from "#modules/calls/model-orders.ts";
import type { CallRecord, Leg } from "#modules/calls/model-record.ts";
import { awaitedDue, awaitedStill } from "#modules/calls/model-rejoin.ts";
import { consented, flowDue, flowed, goOn, greeted, stopRecordings } from "#modules/calls/model-service.ts";
import { backToQueue, type Changed, moved, noKey, placed, waitOn } from "#modules/calls/model-waiting.ts";
import { wished } from "#modules/calls/model-wishes.ts";

const nothing: VoiceSnapshot = { legs: [], hubs: [], recordings: [] };

/** A call arrives: it is answered at once. */
export const begin = (arrival: Arrival, ground: Ground): Heard => {
  const { redial } = arrival;
  const now = iso(ground);
  const leg: Leg = {
    id: arrival.legId,
    as: "customer",
    agentId: null,
    name: arrival.number ?? arrival.name,
    to: null,
    display: "",
    timeoutSeconds: 0,
    state: "connected",
    since: now,
    taken: true,
    held: false,
    muted: false,
    mode: null,
    ending: null,
    cause: null,
  };
  const fresh: CallRecord = {
    id: arrival.id,
    channelId: arrival.channelId,
    brandId: arrival.brandId,
    concernId: redial?.concernId ?? null,
    customerId: redial?.customerId ?? arrival.customerId,
    direction: "in",
    by: arrival.by,
    number: arrival.number,
    name: arrival.name,
    visitor: arrival.visitor,
    to: arrival.to,
    language: arrival.language,
    phase: "greeting",
    outWhy: null,
    startedAt: now,
    answeredAt: now,
    waitingSince: null,
    talkedFrom: null,
    endedAt: null,
    end: null,
    endsAs: null,
    agentId: null,
    legs: [leg],
    speeches: [],
    keys: null,
    dueAt: null,
    flow:
      arrival.flowId === null || redial !== null
        ? null
        : { flowId: arrival.flowId, runId: arrival.runId, saidSeq: 0, question: null, pending: null, silences: 0 },
    queueId: redial?.queueId ?? null,
    skills: redial?.skills ?? {},
    work: null,
    told: { at: null, place: null, minutes: null, comfort: 0 },
    place: null,
    consent: null,
    recordings: [],
    callback: null,
    consulting: null,
    wishes: [],
    hand: null,
    afterId: redial?.id ?? null,
    keptSince: redial?.waitingSince ?? null,
    made: 0,
    quality: null,
    movedTo: null,
  };
  const call = greeted(fresh, ground);
  return {
    call,
    orders: ordersFor(call, { ...nothing, legs: [{ ...arriving, legId: arrival.legId }] }),
    refused: null,
    route: null,
    begins: null,
  };
};

const arriving = { state: "arriving", callId: null, caller: null, hubId: null, playing: [], music: false } as const;

/**
 * Something has happened. Gives what is to be kept and ordered then; told again it changes nothing more. `orders` come in the order in which they are to be given, after `call` is kept.
 */
export const hear = (call: CallRecord, happening: Happening, ground: Ground): Heard => {
  const before = happening.what === "lives" ? happening.snapshot : asIfDone(call);
  const { call: heard, begins, refused = null, route = null, digits = [] } = changed(call, happening, ground);
  const next = heard === call ? call : settled(call, heard, ground);
  return {
    call: next,
    orders: [...ordersFor(next, before, ground.rules.voicemailSeconds), ...digits],
    refused,
    route,
    begins,
  };
};

const changed = (call: CallRecord, happening: Happening, ground: Ground): Changed => {
  switch (happening.what) {
    case "engine":
      return event(call, happening.event, ground);
    case "lives":
      return moved(lost(call, happening.snapshot, ground));
    case "flow":
      return flowed(call, happening, ground);
    case "work":
      return moved(worked(call, happening.work, ground));
    case "place":
      return moved(placed(call, ground, happening.place));
    case "concern": {
      const { concernId, customerId } = happening;
      return moved(
        concernId === call.concernId && customerId === call.customerId ? call : { ...call, concernId, customerId },
      );
    }
    case "wish": {
      const said = wished(call, ground, happening, happening.wish);
      const leg = customerLeg(call);
      const presses = happening.wish.what === "digits" && said.refused === null && said.call !== call && leg !== null;
      const digits: CallOrder[] =
        presses && happening.wish.what === "digits"
          ? [{ do: "sendDigits", legId: leg.id, digits: happening.wish.digits }]
          : [];
      return { ...said, begins: null, digits };
    }
    case "second":
      return second(call, happening.move, ground);
    case "callerLeft":
      return moved(call.phase === "over" ? call : customerGone(call, "normal", ground));
    case "kept":
      return moved(changeRecording(call, happening.recordingId, { state: happening.failed ? "failed" : "kept" }));
    case "words":
      return moved(understood(call, happening, ground));
    case "time":
      return call.dueAt === null || Date.parse(call.dueAt) > ground.now.getTime() ? moved(call) : due(call, ground);
  }
};

const worked = (call: CallRecord, work: CallRecord["work"], ground: Ground): CallRecord => {
  if (JSON.stringify(work) === JSON.stringify(call.work)) return call;
  const done = call.hand !== null && (work?.agentId ?? null) !== call.hand.from;
  const next: CallRecord = { ...call, work, hand: done ? null : call.hand };
  const agentId = work?.agentId ?? null;
  switch (call.phase) {
    case "dialling":
      return dialWork(next, ground);
    case "queue":
    case "askCallback":
    case "typeNumber": {
      // What is being given back is nobody's yet.
      if (agentId === null || next.hand?.from === agentId) return drop(next, ({ as }) => as === "agent");
      if (work?.state === "held") return toTalk(next, ground, agentId);
      return ringAgent(
        drop(next, (leg) => leg.as === "agent" && leg.agentId !== agentId),
        ground,
        agentId,
        false,
      );
    }
    case "talk":
      return workInTalk(next, agentId, ground);
    default:
      return next;
  }
};

const workInTalk = (call: CallRecord, agentId: AgentId | null, ground: Ground): CallRecord => {
  const { work } = call;
  // Without a piece of work the talk goes on all the same.
  if (work === null || call.agentId === null || agentId === call.agentId || call.hand !== null) return call;
  if (work.state === "held" && agentId !== null) return toTalk(call, ground, agentId);
  const given = backToQueue(call, ground, "transferred");
  return work.state === "offered" && agentId !== null && given.phase === "queue"
    ? ringAgent(given, ground, agentId, false)
    : given;
};

const second = (call: CallRecord, move: Extract<Happening, { what: "second" }>["move"], ground: Ground): Changed => {
  if (move.to === "noCallback") {
    const { callback } = call;
    if (callback === null || callback.state !== "waiting") return { ...moved(call), refused: "offerOver" };
    return moved({ ...finish(call, ground, "abandoned"), callback: { ...callback, state: "withdrawn", nextAt: null } });
  }
  if (move.to === "callback") {
    const { callback } = call;
    if (callback !== null && callback.state === "waiting")
      return moved({
        ...call,
        number: move.number ?? call.number,
        callback: { ...callback, number: move.number ?? callback.number, at: move.at, nextAt: move.at },
      });
    if (!mayMove(call)) return { ...moved(call), refused: "offerOver" };
    const begins = callbackOf(call, ground, move.number ?? call.number, move.at);
    return begins === null
      ? { ...moved(call), refused: "notAllowed" }
      : { call: bye(call, ground, "callback", [sentence("callbackTaken"), sentence("bye")]), begins };
  }
  if (call.movedTo === move.to) return moved(call);
  if (!mayMove(call)) return { ...moved(call), refused: "offerOver" };
  const end = move.to === "chat" ? "movedToChat" : "movedToMail";
  return moved({ ...bye(call, ground, end, [sentence(end), sentence("bye")]), movedTo: move.to });
};

/** May whoever calls have something else than this call: do they wait, or speak with a flow? */
export const mayMove = ({ phase }: Pick<CallRecord, "phase">): boolean =>
  phase === "queue" || phase === "askCallback" || phase === "typeNumber" || phase === "out" || phase === "flow";

const due = (call: CallRecord, ground: Ground): Changed => {
  switch (call.phase) {
    case "greeting":
      return moved(goOn(call, ground));
    case "consent":
      return moved(consented(call, false, ground));
    case "flow":
      return moved(answerDue(call, ground) ?? flowDue(call, ground));
    case "queue":
      return moved(waitOn(call, ground));
    case "out":
    case "askCallback":
    case "typeNumber":
      return noKey(call, ground);
    case "voicemail":
      return moved(voicemailDue(call, ground));
    case "dialling": {
      const { callback } = call;
      if (callback === null) return moved(finish(call, ground, "notReached"));
      if (callback.state !== "waiting") return moved({ ...call, dueAt: after(ground, 60) });
      return moved({ ...finish(call, ground, "notReached"), callback: { ...callback, state: "gaveUp", nextAt: null } });
    }
    case "bye":
      return moved(finish(call, ground, "selfServed"));
    case "talk":
      return moved(awaitedDue(call, ground));
    default:
      return moved({ ...call, dueAt: null });
  }
};

const voicemailDue = (call: CallRecord, ground: Ground): CallRecord => {
  const running = call.recordings.some(
    ({ kind, state }) => kind === "voicemail" && (state === "running" || state === "stopping"),
  );
  return running
    ? bye(stopRecordings(call, "voicemail"), ground, "voicemail", [sentence("voicemailTaken"), sentence("bye")])
    : bye(call, ground, "turnedAway", [sentence("broken"), sentence("bye")]);
};

/** What follows by itself from how it is now: the talk has begun, is kept or no longer; who listens to nobody goes. */
const settled = (before: CallRecord, call: CallRecord, ground: Ground): CallRecord => {
  let next = awaitedStill(listening(call, ground));
  const members = membersOf(next);
  const customer = customerLeg(next);
  const hears = customer !== null && members?.some(({ legId }) => legId === customer.id) === true;
  const withSomebody =
    hears &&
    next.legs.some(
      (leg) => (leg.as === "agent" || leg.as === "outside") && members.some(({ legId }) => legId === leg.id),
    );
  if (withSomebody && next.talkedFrom === null) next = { ...next, talkedFrom: iso(ground) };
  // Who was called hears it as soon as they talk; nothing is kept before they have.
  if (withSomebody && ground.rules.recording === "announced" && next.direction === "out" && next.recordingTold !== true)
    next = { ...speak(next, [sentence("recorded")]), recordingTold: true };
  if (
    withSomebody &&
    mayRecord(next, ground) &&
    !next.recordings.some(({ kind, state }) => kind === "call" && (state === "running" || state === "paused"))
  )
    next = { ...next, recordings: [...next.recordings, recordingOf(ground, "call", null)] };
  if (members === null) next = stopRecordings(next, "call");
  if (next.phase === "over" && before.phase !== "over") next = stopRecordings(next, "voicemail");
  if (members === null) next = drop(next, ({ as }) => as === "supervisor");
  // What is not heard by anybody any more is not said.
  const said = next.speeches.filter(({ legId }) => next.legs.some((leg) => leg.id === legId && lives(leg)));
  return said.length === next.speeches.length && next.phase !== "over"
    ? next
    : { ...next, speeches: next.phase === "over" ? [] : said };
};

const mayRecord = (call: CallRecord, { rules }: Ground): boolean =>
  rules.recording === "announced"
    ? call.direction === "in" || (call.recordingTold === true && !isSpokenTo(call))
    : rules.recording === "consent" && call.consent === true;

/** Is nothing asked of the engine for it any more, and of nobody else? Then it need not be kept in mind. */
export const isSettled = (call: CallRecord): boolean =>
  call.phase === "over" &&
  call.legs.every(({ state }) => state === "ended") &&
  call.recordings.every(({ state }) => state === "kept" || state === "gone" || state === "failed");
