// Answers that are spoken: while a flow asks something the caller is listened to by a recording of their side alone, which ends with their words, is understood, and is forgotten. Keys go on
// counting at any time. Pure; called by model.ts and model-events.ts.
import type { Ground, Happening } from "#modules/calls/model-happenings.ts";
import { after, changeRecording, customerLeg, hush, iso } from "#modules/calls/model-legs.ts";
import { isConnected } from "#modules/calls/model-orders.ts";
import type { CallRecord, RecordingKept } from "#modules/calls/model-record.ts";
import { given } from "#modules/calls/model-service.ts";

/** Who speaks on and on is heard up to there. */
const mostSpokenSeconds = 15;
/** Words that answer with a choice end with the first pause; in numbers and sentences people stop to think. */
const pauseSeconds = 1.2;
/** What is not understood by then is not understood. */
const understandSeconds = 25;

/** The answer that is being listened to, or understood. */
const answerOf = (call: CallRecord): RecordingKept | null =>
  call.recordings.find(
    ({ kind, state }) => kind === "answer" && (state === "running" || state === "stopping" || state === "over"),
  ) ?? null;

/** Is the caller asked something that words can answer, and has not begun to answer by keys? */
const isAsked = (call: CallRecord, ground: Ground): boolean => {
  const { flow, phase, keys } = call;
  const leg = customerLeg(call);
  return (
    phase === "flow" &&
    ground.readSpeech !== null &&
    flow !== null &&
    flow.question !== null &&
    flow.question.answer.kind !== "file" &&
    flow.pending === null &&
    (keys === null || keys.digits === "") &&
    leg !== null &&
    isConnected(leg)
  );
};

/** Listens as long as something is asked, and no longer. What the engine could not keep is not tried again for the same question. */
export const listening = (call: CallRecord, ground: Ground): CallRecord => {
  const answer = answerOf(call);
  const asked = call.flow?.question?.asked ?? null;
  if (answer !== null && (!isAsked(call, ground) || answer.asked !== asked))
    return listening(changeRecording(call, answer.id, { state: "kept" }), ground);
  if (answer !== null || asked === null || !isAsked(call, ground)) return call;
  if (call.recordings.some((one) => one.kind === "answer" && one.state === "failed" && one.asked === asked))
    return call;
  const fresh: RecordingKept = {
    id: ground.newId(),
    kind: "answer",
    startedAt: iso(ground),
    state: "running",
    seconds: 0,
    legId: customerLeg(call)?.id ?? null,
    pausedAt: null,
    pauses: [],
    asked,
    talked: false,
  };
  // The last one is being forgotten by the engine meanwhile; those before it are.
  const last = call.recordings.findLast(({ kind }) => kind === "answer");
  return { ...call, recordings: [...call.recordings.filter((one) => one.kind !== "answer" || one === last), fresh] };
};

/** They begin to speak, which cuts off what is said to them, or pause. */
export const talked = (call: CallRecord, legId: string, on: boolean, ground: Ground): CallRecord => {
  const answer = answerOf(call);
  if (answer === null || answer.state !== "running" || answer.legId !== legId) return call;
  if (on)
    return {
      ...changeRecording(hush(call), answer.id, { talked: true }),
      dueAt: after(ground, mostSpokenSeconds),
    };
  if (answer.talked !== true) return call;
  const kind = call.flow?.question?.answer.kind;
  return kind === "choice" || kind === "yesNo"
    ? ended(call, answer, ground)
    : { ...call, dueAt: after(ground, pauseSeconds) };
};

const ended = (call: CallRecord, { id }: RecordingKept, ground: Ground): CallRecord => ({
  ...changeRecording(call, id, { state: "stopping" }),
  dueAt: after(ground, understandSeconds),
});

/** The time is up: their words end here, or were not understood in time. Null: it is not about words. */
export const answerDue = (call: CallRecord, ground: Ground): CallRecord | null => {
  const answer = answerOf(call);
  if (answer === null || answer.talked !== true) return null;
  return answer.state === "running" ? ended(call, answer, ground) : notUnderstood(call, answer, "kept", ground);
};

/** The engine has what was said. Nothing was: it is listened to anew. */
export const answerRecorded = (
  call: CallRecord,
  answer: RecordingKept,
  failed: boolean,
  ground: Ground,
): CallRecord => {
  if (answer.talked !== true) return changeRecording(call, answer.id, { state: failed ? "failed" : "kept" });
  if (failed) return notUnderstood(call, answer, "failed", ground);
  return { ...changeRecording(call, answer.id, { state: "over" }), dueAt: after(ground, understandSeconds) };
};

const notUnderstood = (
  call: CallRecord,
  { id }: RecordingKept,
  state: "kept" | "failed",
  ground: Ground,
): CallRecord => {
  const next = changeRecording(call, id, { state });
  return next.flow === null || next.flow.question === null ? next : given(next, next.flow, { is: "again" }, "", ground);
};

/** What was understood of an answer. Whoever answered by keys meanwhile has answered. */
export const understood = (
  call: CallRecord,
  told: Extract<Happening, { what: "words" }>,
  ground: Ground,
): CallRecord => {
  const answer = answerOf(call);
  const { flow } = call;
  if (answer === null || answer.id !== told.recordingId || flow === null || flow.question === null) return call;
  if (told.understood === null || ground.readSpeech === null) return notUnderstood(call, answer, "kept", ground);
  const read = ground.readSpeech(flow.question, told.understood, call.language);
  const next = changeRecording(call, answer.id, { state: "kept" });
  return given(next, flow, read, told.understood.text.slice(0, 200), ground);
};
