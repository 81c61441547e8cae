// A call before anybody is needed: greeted, asked whether it may be kept, and served by a flow. Pure; called by model.ts and model-events.ts.
import { callbackOf } from "#modules/calls/model-callback.ts";
import type { Ground, Happening } from "#modules/calls/model-happenings.ts";
import { after, bye, hush, iso, sentence, speak } from "#modules/calls/model-legs.ts";
import type { CallFlow, CallRecord, Words } from "#modules/calls/model-record.ts";
import type { KeysRead } from "#modules/flows/model-voice.ts";
import { answerSeconds, type Changed, moved, toOut, toQueue } from "#modules/calls/model-waiting.ts";

/** Keys in a row that are kept for a flow; what is pressed beyond is dropped. */
const mostKeys = 32;
/** Questions that nobody answered before somebody of us is fetched. */
const mostSilences = 3;
/** A flow that has not come back by then is taken for stuck. */
const flowSeconds = 60;

export const greeted = (call: CallRecord, ground: Ground): CallRecord => {
  const { rules } = ground;
  const own = call.language === "de" ? rules.greetingDe : rules.greetingEn;
  const greeting: Words = own === "" ? sentence("greeting", { brand: ground.brand }) : { text: own };
  if (call.flow === null && ground.out !== null && call.keptSince === null)
    return toOut(call, ground, ground.out, [greeting]);
  if (rules.recording === "consent")
    return { ...speak(call, [greeting, sentence("consent")]), phase: "consent", dueAt: after(ground, 60) };
  const words = rules.recording === "announced" ? [greeting, sentence("recorded")] : [greeting];
  return { ...speak(call, words), phase: "greeting", dueAt: after(ground, 60) };
};

/** Greeted, and asked what had to be: on to the flow, or to who waits. */
export const goOn = (call: CallRecord, ground: Ground): CallRecord => {
  const next = hush(call);
  if (call.flow === null) return toQueue(next, ground);
  return {
    ...next,
    phase: "flow",
    keys: null,
    flow: { ...call.flow, pending: { id: ground.newId(), input: null, keys: "" } },
    dueAt: after(ground, flowSeconds),
  };
};

export const consented = (call: CallRecord, consent: boolean, ground: Ground): CallRecord =>
  goOn({ ...call, consent }, ground);

export const stopRecordings = (call: CallRecord, kind: "call" | "voicemail"): CallRecord =>
  call.recordings.some((one) => one.kind === kind && (one.state === "running" || one.state === "paused"))
    ? {
        ...call,
        recordings: call.recordings.map((one) =>
          one.kind === kind && (one.state === "running" || one.state === "paused")
            ? { ...one, state: "stopping" }
            : one,
        ),
      }
    : call;

/** How long the next key is waited for. */
export const waitFor = ({ question }: CallFlow, digits: string, ground: Ground): number => {
  if (question === null) return flowSeconds;
  const read = ground.readKeys(question, digits, false);
  return read.is === "more" ? read.withinMs / 1_000 : answerSeconds;
};

export const keyForFlow = (call: CallRecord, digit: string, ground: Ground): CallRecord => {
  const { flow } = call;
  // Nothing is asked, or what was pressed is being told.
  if (flow === null || flow.question === null || flow.pending !== null) return call;
  const digits = `${call.keys?.digits ?? ""}${digit}`.slice(0, mostKeys);
  return readFor({ ...hush(call), keys: { digits, at: iso(ground) } }, flow, digits, false, ground);
};

const readFor = (call: CallRecord, flow: CallFlow, digits: string, over: boolean, ground: Ground): CallRecord => {
  if (flow.question === null) return call;
  const read = ground.readKeys(flow.question, digits, over);
  if (read.is === "more" && !over) return { ...call, dueAt: after(ground, read.withinMs / 1_000) };
  return given(call, flow, read, digits, ground);
};

/** What keys or words came to is to be told to the flow; nothing that it could take: it asks again, and not for ever. `shown`: for the transcript. */
export const given = (call: CallRecord, flow: CallFlow, read: KeysRead, shown: string, ground: Ground): CallRecord => {
  const heard = read.is === "input";
  const silences = heard ? 0 : flow.silences + 1;
  const input = heard
    ? read.input
    : silences >= mostSilences
      ? ({ kind: "human" } as const)
      : ({ kind: "moved", language: null } as const);
  return {
    ...call,
    keys: null,
    flow: { ...flow, silences, pending: { id: ground.newId(), input, keys: heard ? shown : "" } },
    dueAt: after(ground, flowSeconds),
  };
};

export const flowed = (call: CallRecord, told: Extract<Happening, { what: "flow" }>, ground: Ground): Changed => {
  const { flow } = call;
  if (flow === null || call.phase !== "flow") return moved(call);
  const pending = told.told !== null && flow.pending?.id === told.told ? null : flow.pending;
  if (told.seq <= flow.saidSeq && told.over === null)
    return moved(pending === flow.pending ? call : { ...call, flow: { ...flow, pending } });
  const next: CallRecord = {
    ...call,
    flow: { ...flow, pending, saidSeq: Math.max(told.seq, flow.saidSeq), question: told.question },
    keys: null,
    dueAt: after(ground, flowSeconds),
  };
  const words = told.said.filter((text) => text.trim() !== "").map((text): Words => ({ text }));
  switch (told.over) {
    case null:
      return moved(words.length === 0 ? next : speak(next, words));
    case "solved":
    case "ended":
      return moved(bye(next, ground, "selfServed", [...words, sentence("bye")]));
    case "stopped":
      return moved(toQueue(next, ground, words));
    case "handedOver":
      return moved(toQueue({ ...next, queueId: told.queueId ?? next.queueId, skills: told.skills }, ground, words));
    case "callback": {
      const number = told.number === "" ? next.number : told.number;
      const asked = { ...next, queueId: told.queueId ?? next.queueId };
      const begins = callbackOf(asked, ground, number, told.at);
      return begins === null
        ? moved(toQueue(asked, ground, words))
        : { call: bye(asked, ground, "callback", [...words, sentence("bye")]), begins };
    }
  }
};

export const flowDue = (call: CallRecord, ground: Ground): CallRecord => {
  const { flow } = call;
  // It does not come back: somebody of us has to.
  if (flow === null || flow.pending !== null || flow.question === null)
    return toQueue(call, ground, [sentence("broken")]);
  if (call.speeches.length > 0) return { ...call, dueAt: after(ground, flowSeconds) };
  return readFor(call, flow, call.keys?.digits ?? "", true, ground);
};
