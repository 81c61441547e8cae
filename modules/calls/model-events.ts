// What the engine tells of a call: legs answer and end, keys are pressed, words were said, recordings are over. Pure; called by model.ts.
import type { LegCause, VoiceSnapshot } from "#contract/voice.ts";
import { answeredByCustomer, failed, goOnDialling } from "#modules/calls/model-callback.ts";
import type { CallEvent, Ground } from "#modules/calls/model-happenings.ts";
import {
  after,
  bye,
  changeLegs,
  changeRecording,
  customerLeg,
  finish,
  iso,
  othersWith,
  sentence,
  speak,
  speakTo,
} from "#modules/calls/model-legs.ts";
import { answerRecorded, talked } from "#modules/calls/model-listening.ts";
import { isConnected } from "#modules/calls/model-orders.ts";
import type { CallRecord, Leg, RecordingKept } from "#modules/calls/model-record.ts";
import { awaits, isAwaited, rejoined } from "#modules/calls/model-rejoin.ts";
import { consented, goOn, keyForFlow, stopRecordings, waitFor } from "#modules/calls/model-service.ts";
import {
  answerSeconds,
  backToQueue,
  type Changed,
  keyAtCallback,
  keyInQueue,
  keyOfNumber,
  keyOut,
  leftWaiting,
  moved,
  type Moved,
  spokenInQueue,
  toQueue,
} from "#modules/calls/model-waiting.ts";
import { back, leaves, resumed } from "#modules/calls/model-wishes.ts";

export const event = (call: CallRecord, told: CallEvent, ground: Ground): Changed => {
  if (told.what === "recorded") return moved(recorded(call, told, ground));
  const leg = call.legs.find(({ id }) => id === told.legId);
  if (leg === undefined || leg.state === "ended") return moved(call);
  switch (told.what) {
    case "called":
    case "ringing":
      return moved(call);
    case "talking":
      return moved(talked(call, leg.id, told.on, ground));
    case "answered":
      return moved(answered(call, leg, ground));
    case "ended":
      return moved(legEnded(call, leg, told.cause, ground));
    case "digit":
      return leg.as === "customer" ? key(call, told.digit, ground) : moved(call);
    case "played":
      return moved(played(call, told.playId, ground));
    case "silent":
    case "quality":
      return moved(leg.as === "customer" ? measured(call, told) : call);
  }
};

/** Kept when it says something that was not known. */
const measured = (call: CallRecord, told: Extract<CallEvent, { what: "silent" | "quality" }>): CallRecord => {
  const was = call.quality;
  if (told.what === "silent") {
    if (was?.oneWay === told.on || (was === null && !told.on)) return call;
    return { ...call, quality: { mos: 1, lossPercent: 0, jitterMs: 0, ...was, oneWay: told.on } };
  }
  if (was !== null && Math.abs(was.mos - told.mos) < 0.3) return call;
  return {
    ...call,
    quality: { mos: told.mos, lossPercent: told.lossPercent, jitterMs: told.jitterMs, oneWay: was?.oneWay ?? false },
  };
};

const answered = (call: CallRecord, leg: Leg, ground: Ground): CallRecord => {
  if (leg.state === "connected" || leg.ending !== null) return call;
  const next = rejoined(
    changeLegs(call, ({ id }) => id === leg.id, { state: "connected", since: iso(ground) }),
    leg,
  );
  if (leg.as === "supervisor") return announcedListening(next, leg, ground);
  if (call.phase !== "dialling") return next;
  if (leg.as === "agent") return goOnDialling(next, ground);
  if (leg.as !== "customer") return next;
  if (call.agentId !== null) return answeredByCustomer(next, ground);
  // Called first: whoever was free is asked meanwhile.
  const there: CallRecord = answeredByCustomer(next, ground);
  return toQueue({ ...there, waitingSince: there.waitingSince ?? iso(ground) }, ground, [
    sentence("callbackHello", { brand: ground.brand }),
  ]);
};

/** Whoever is listened to is told, by the centre's rules. Who comes in to talk is heard anyway. */
const announcedListening = (call: CallRecord, leg: Leg, ground: Ground): CallRecord => {
  const { listeningToldAgent, listeningToldCustomer } = ground.rules;
  let next = call;
  const agent = call.legs.find((one) => one.as === "agent" && one.taken && isConnected(one));
  if (listeningToldAgent && agent !== undefined) next = speakTo(next, agent.id, [{ tone: "attention" }]);
  if (listeningToldCustomer && leg.mode !== null) next = speak(next, [sentence("listening")]);
  return next;
};

const legEnded = (call: CallRecord, leg: Leg, cause: LegCause, ground: Ground): CallRecord => {
  const next: CallRecord = {
    ...changeLegs(call, ({ id }) => id === leg.id, { state: "ended", since: iso(ground), cause }),
    speeches: call.speeches.filter(({ legId }) => legId !== leg.id),
  };
  if (call.phase === "over" || leg.ending !== null) return next;
  switch (leg.as) {
    case "customer":
      return customerGone(next, cause, ground);
    case "agent":
      return agentGone(next, leg, ground);
    case "outside":
      return outsideGone(next, leg, ground);
    case "supervisor":
      return next;
  }
};

/** The customer's side is gone: by that it ends, and how says where it was. */
export const customerGone = (call: CallRecord, cause: LegCause, ground: Ground): CallRecord => {
  if (call.phase === "dialling" && call.direction === "out")
    return failed(call, ground, cause === "normal" ? "rejected" : cause);
  const broke = cause === "engineDown" || cause === "lost";
  switch (call.phase) {
    case "talk":
      if (call.talkedFrom !== null) return finish(call, ground, "talked");
      return finish(call, ground, broke ? "lost" : leftWaiting(call, ground));
    case "queue":
    case "askCallback":
    case "typeNumber":
      return call.outWhy !== null && call.waitingSince === null
        ? finish(call, ground, "turnedAway")
        : finish(call, ground, broke ? "lost" : leftWaiting(call, ground));
    case "out":
      return finish(call, ground, "turnedAway");
    case "voicemail":
      return finish(
        call,
        ground,
        call.recordings.some(({ kind }) => kind === "voicemail") ? "voicemail" : "turnedAway",
      );
    case "flow":
      return finish(call, ground, broke ? "lost" : (call.flow?.saidSeq ?? 0) > 1 ? "selfServed" : "abandonedAtOnce");
    default:
      return finish(call, ground, broke ? "lost" : "abandonedAtOnce");
  }
};

/** An agent's device is gone, and nobody here hung it up. */
const agentGone = (call: CallRecord, leg: Leg, ground: Ground): CallRecord => {
  if (!leg.taken) return call;
  if (call.consulting?.legId === leg.id) return back(call);
  if (leg.agentId !== call.agentId || leg.agentId === null) return call;
  if (call.phase === "dialling") {
    if (call.callback === null) return finish(call, ground, "notReached");
    return failed({ ...call, callback: { ...call.callback, tries: Math.max(0, call.callback.tries) } }, ground, "lost");
  }
  if (call.phase !== "talk") return call;
  const others = othersWith(call, leg.agentId).filter(({ id }) => id !== call.consulting?.legId);
  if (others.length > 0) return leaves(call, leg, others);
  if (isAwaited(call, leg)) return call;
  // Whose device never was there does not come back to it.
  if (leg.state === "connected" && ground.rules.rejoinSeconds > 0) return awaits(call, leg, leg.agentId, ground);
  const hand = { from: leg.agentId, to: null };
  return { ...backToQueue(call, ground, "agentLost"), hand };
};

const outsideGone = (call: CallRecord, leg: Leg, ground: Ground): CallRecord => {
  if (call.consulting?.legId === leg.id) return back(call);
  if (call.phase !== "talk" || call.agentId !== null) return call;
  if (othersWith(call, null).length > 0) return call;
  // Who was reached has hung up: it was talked. Who was not: somebody of us again.
  if (leg.state === "connected") return finish(call, ground, "talked");
  return backToQueue(call, ground, "transferred");
};

/** The engine lives and some of ours do not: they ended while nobody listened. */
export const lost = (call: CallRecord, snapshot: VoiceSnapshot, ground: Ground): CallRecord => {
  const there = new Set(snapshot.legs.map(({ legId }) => legId));
  const gone = call.legs
    .filter(
      (leg) =>
        leg.state !== "ended" &&
        !there.has(leg.id) &&
        (leg.state === "connected" || leg.ending !== null || call.phase === "over"),
    )
    // Who is gone together with the customer has lost nobody.
    .toSorted((a, b) => Number(b.as === "customer") - Number(a.as === "customer"));
  let next = call;
  for (const { id } of gone) {
    const leg = next.legs.find((one) => one.id === id);
    if (leg !== undefined) next = legEnded(next, leg, "lost", ground);
  }
  const kept = new Set(snapshot.recordings.map(({ recordingId }) => recordingId));
  const wanted = (one: RecordingKept): boolean => one.state === "stopping" || one.state === "over";
  if (next.recordings.some((one) => wanted(one) && !kept.has(one.id)))
    next = {
      ...next,
      recordings: next.recordings.map((one) => (wanted(one) && !kept.has(one.id) ? { ...one, state: "failed" } : one)),
    };
  return next;
};

const recorded = (call: CallRecord, told: Extract<CallEvent, { what: "recorded" }>, ground: Ground): CallRecord => {
  const known = call.recordings.find(({ id }) => id === told.recordingId);
  if (
    known === undefined ||
    known.state === "kept" ||
    known.state === "gone" ||
    known.state === "failed" ||
    known.state === "over"
  )
    return call;
  if (known.kind === "answer") return answerRecorded(call, known, told.failed, ground);
  const next = changeRecording(call, known.id, {
    ...resumed(known, ground),
    state: told.failed ? "failed" : "over",
    seconds: told.seconds,
  });
  if (known.kind !== "voicemail" || call.phase !== "voicemail") return next;
  return bye(next, ground, told.failed ? "turnedAway" : "voicemail", [
    sentence(told.failed ? "broken" : "voicemailTaken"),
    sentence("bye"),
  ]);
};

const played = (call: CallRecord, playId: string, ground: Ground): CallRecord => {
  const speech = call.speeches.find((one) => one.playId === playId);
  if (speech === undefined) return call;
  const next = { ...call, speeches: call.speeches.filter((one) => one !== speech) };
  if (speech.legId !== customerLeg(call)?.id) return next;
  switch (call.phase) {
    case "greeting":
      return goOn(next, ground);
    case "consent":
    case "out":
    case "askCallback":
    case "typeNumber":
      return { ...next, dueAt: after(ground, answerSeconds) };
    case "flow":
      return next.flow?.question === null || next.flow === null
        ? next
        : { ...next, dueAt: after(ground, waitFor(next.flow, "", ground)) };
    case "queue":
      return spokenInQueue(next, ground);
    case "voicemail":
      return recordVoicemail(next, ground);
    case "bye":
      return finish(next, ground, "selfServed");
    default:
      return next;
  }
};

const recordVoicemail = (call: CallRecord, ground: Ground): CallRecord => {
  const leg = customerLeg(call);
  if (leg === null || call.recordings.some(({ kind }) => kind === "voicemail")) return call;
  return {
    ...call,
    recordings: [...call.recordings, recordingOf(ground, "voicemail", leg.id)],
    dueAt: after(ground, ground.rules.voicemailSeconds + 10),
  };
};

export const recordingOf = (ground: Ground, kind: "call" | "voicemail", legId: string | null): RecordingKept => ({
  id: ground.newId(),
  kind,
  startedAt: iso(ground),
  state: "running",
  seconds: 0,
  legId,
  pausedAt: null,
  pauses: [],
});

const key = (call: CallRecord, digit: string, ground: Ground): Moved => {
  switch (call.phase) {
    case "consent":
      return moved(consented(call, digit === "1", ground));
    case "flow":
      return moved(keyForFlow(call, digit, ground));
    case "out":
      return keyOut(call, ground, digit);
    case "queue":
      return keyInQueue(call, ground, digit);
    case "askCallback":
      return keyAtCallback(call, ground, digit);
    case "typeNumber":
      return keyOfNumber(call, ground, digit);
    case "voicemail":
      return moved(digit === "#" ? stopRecordings(call, "voicemail") : call);
    default:
      return moved(call);
  }
};
