// A call that waits for somebody: it comes into the queue, hears its place and wait and now and then something kind, and may leave by key for something better than waiting. Pure; called by
// model.ts.
import type { CallEnd } from "#contract/calls.ts";
import { e164Of } from "#lib/e164.ts";
import type { Ground } from "#modules/calls/model-happenings.ts";
import { callbackOf, mayCallBack } from "#modules/calls/model-callback.ts";
import {
  after,
  bye,
  changeLegs,
  customerLeg,
  drop,
  finish,
  hush,
  iso,
  isSpokenTo,
  secondsSince,
  sentence,
  speak,
} from "#modules/calls/model-legs.ts";
import type { ErrorCode } from "#contract/errors.ts";
import type { CallOrder, Heard } from "#modules/calls/model-happenings.ts";
import type { CallRecord, OutWhy, Words } from "#modules/calls/model-record.ts";

/** A change, and the callback that was asked for by it. */
export interface Moved {
  readonly call: CallRecord;
  readonly begins: CallRecord | null;
}
/** The same with what a wish came to. */
export interface Changed extends Moved {
  readonly refused?: ErrorCode | null;
  readonly route?: Heard["route"];
  readonly digits?: readonly CallOrder[];
}

export const moved = (call: CallRecord): Moved => ({ call, begins: null });

/** So long somebody may think before a key. */
export const answerSeconds = 8;
/** After the last key of a number that is not ended with #. */
const numberPauseSeconds = 5;
/** Who hangs up within so long of waiting has not waited. */
const atOnceSeconds = 5;
const mostDigits = 20;

/** What can be had instead of waiting, as words and keys. */
const ways = (call: CallRecord, ground: Ground): { readonly callback: boolean; readonly voicemail: boolean } => ({
  callback: mayCallBack(call, ground),
  voicemail: ground.rules.voicemail,
});

/** Nobody takes it: they are told why, and may leave words or be called back where that is so. */
export const toOut = (call: CallRecord, ground: Ground, why: OutWhy, before: readonly Words[] = []): CallRecord => {
  const { callback, voicemail } = ways(call, ground);
  const said = [...before, sentence(why)];
  if (!callback && !voicemail) return bye(call, ground, "turnedAway", [...said, sentence("bye")]);
  const hints = [...(callback ? [sentence("keyCallback")] : []), ...(voicemail ? [sentence("keyVoicemail")] : [])];
  return {
    ...speak({ ...call, outWhy: why }, [...said, ...hints]),
    phase: "out",
    keys: null,
    dueAt: after(ground, 60),
  };
};

/** Waits from now on, or since they waited in the call whose place this one has. */
export const toQueue = (call: CallRecord, ground: Ground, before: readonly Words[] = []): CallRecord => {
  const waits = call.waitingSince !== null || call.keptSince !== null;
  // Who was in the queue already has a place there, whatever the hour is by now.
  if (ground.out !== null && !waits) return toOut(call, ground, ground.out, before);
  const hints = [
    ...(mayCallBack(call, ground) ? [sentence("queueCallback")] : []),
    ...(ground.code === null ? [] : [sentence("queueScreen")]),
  ];
  const words = [
    ...before,
    sentence(call.keptSince !== null && call.waitingSince === null ? "queueAgain" : "queue"),
    ...hints,
  ];
  return {
    ...speak(
      changeLegs(call, ({ as }) => as === "customer", { held: false }),
      words,
    ),
    phase: "queue",
    waitingSince: call.waitingSince ?? call.keptSince ?? iso(ground),
    agentId: null,
    consulting: null,
    keys: null,
    told: { ...call.told, at: null },
    dueAt: after(ground, ground.rules.announceEverySeconds),
  };
};

/** Back at the head of the queue: whoever was with them is gone, or has given them away. */
export const backToQueue = (call: CallRecord, ground: Ground, say: "agentLost" | "transferred"): CallRecord => {
  const alone = drop(call, ({ as }) => as !== "customer");
  if (customerLeg(alone) === null) return finish(alone, ground, call.talkedFrom === null ? "abandoned" : "talked");
  return toQueue({ ...alone, waitingSince: call.waitingSince ?? iso(ground) }, ground, [sentence(say)]);
};

/** Says place and wait, if there is something honest to say that was not said. */
const announced = (call: CallRecord, ground: Ground): CallRecord | null => {
  const { place, told } = call;
  if (place === null || place.minutes === null) return null;
  if (place.place === told.place && place.minutes === told.minutes) return null;
  return {
    ...speak(call, [
      sentence(place.place === 1 ? "placeFirst" : "place", { place: place.place - 1 }),
      sentence("wait", { minutes: place.minutes }),
    ]),
    told: { ...told, at: iso(ground), place: place.place, minutes: place.minutes },
    dueAt: after(ground, ground.rules.announceEverySeconds),
  };
};

const comforted = (call: CallRecord, ground: Ground): CallRecord | null => {
  const line = ground.rules.comfort[call.told.comfort];
  if (line === undefined) return null;
  const [de = "", en = ""] = line.split("=").map((part) => part.trim());
  const text = call.language === "de" ? de : en || de;
  return { ...(text === "" ? call : speak(call, [{ text }])), told: { ...call.told, comfort: call.told.comfort + 1 } };
};

/** Their place is another. The first time it is said as soon as nothing else is. */
export const placed = (call: CallRecord, ground: Ground, place: CallRecord["place"]): CallRecord => {
  if (JSON.stringify(place) === JSON.stringify(call.place)) return call;
  const next = { ...call, place };
  if (call.phase !== "queue" || call.told.at !== null || isSpokenTo(call)) return next;
  return announced(next, ground) ?? next;
};

/** Something was said to the end. */
export const spokenInQueue = (call: CallRecord, ground: Ground): CallRecord =>
  call.told.at === null ? (announced(call, ground) ?? call) : call;

/** Time passes while they wait. */
export const waitOn = (call: CallRecord, ground: Ground): CallRecord => {
  // Who is being rung for is about to be answered.
  if (
    call.waitingSince !== null &&
    call.work?.state !== "offered" &&
    secondsSince(ground, call.waitingSince) >= ground.rules.mostWaitSeconds
  )
    return toOut({ ...call, waitingSince: null }, ground, "tooLong");
  const next = { ...call, dueAt: after(ground, ground.rules.announceEverySeconds) };
  if (isSpokenTo(call)) return next;
  return announced(next, ground) ?? comforted(next, ground) ?? next;
};

/** A key while they wait. */
export const keyInQueue = (call: CallRecord, ground: Ground, key: string): Moved => {
  if (key === "1" && mayCallBack(call, ground)) return askCallback(call, ground);
  if (key === "2" && ground.code !== null) return moved(speak(call, [sentence("code", { code: ground.code })]));
  return moved(call);
};

/** A key while they hear why nobody takes it. */
export const keyOut = (call: CallRecord, ground: Ground, key: string): Moved => {
  const { callback, voicemail } = ways(call, ground);
  if (key === "1" && callback) return askCallback(call, ground);
  if (key === "2" && voicemail) return moved(toVoicemail(call, ground));
  return moved(call);
};

/** A page of theirs is rung without being asked for; a number is said again, or typed. */
const askCallback = (call: CallRecord, ground: Ground): Moved => {
  if (call.by === "web") return taken(call, ground, null);
  if (call.number === null || ground.mayDial(call.number) !== null) return moved(askNumber(call, ground, []));
  return moved({
    ...speak(call, [sentence("callbackConfirm", { number: call.number })]),
    phase: "askCallback",
    keys: null,
    dueAt: after(ground, 30),
  });
};

const askNumber = (call: CallRecord, ground: Ground, before: readonly Words[]): CallRecord => ({
  ...speak(call, [...before, sentence("callbackType")]),
  phase: "typeNumber",
  keys: null,
  dueAt: after(ground, 30),
});

/** They are called back: this call ends, the place stays. */
const taken = (call: CallRecord, ground: Ground, number: string | null): Moved => {
  const begins = callbackOf(call, ground, number, null);
  if (begins === null) return moved(back(call, ground, [sentence("callbackNot")]));
  return { call: bye(call, ground, "callback", [sentence("callbackTaken"), sentence("bye")]), begins };
};

/** To where they were before they thought of a callback. */
const back = (call: CallRecord, ground: Ground, words: readonly Words[]): CallRecord =>
  call.waitingSince === null && call.outWhy !== null
    ? toOut(call, ground, call.outWhy, words)
    : toQueue(call, ground, words);

export const keyAtCallback = (call: CallRecord, ground: Ground, key: string): Moved => {
  if (key === "1") return taken(call, ground, call.number);
  if (key === "2") return moved(askNumber(call, ground, []));
  if (key === "*") return moved(back(call, ground, []));
  return moved(call);
};

export const keyOfNumber = (call: CallRecord, ground: Ground, key: string): Moved => {
  if (key === "*") return moved(back(call, ground, []));
  if (key === "#") return typed(call, ground);
  const digits = `${call.keys?.digits ?? ""}${/^\d$/u.test(key) ? key : ""}`.slice(0, mostDigits);
  return moved({ ...hush(call), keys: { digits, at: iso(ground) }, dueAt: after(ground, numberPauseSeconds) });
};

const typed = (call: CallRecord, ground: Ground): Moved => {
  const number = e164Of(call.keys?.digits ?? "", ground.ownNumber);
  if (number === null || ground.mayDial(number) !== null)
    return moved(askNumber(call, ground, [sentence("callbackWrong")]));
  return taken(call, ground, number);
};

/** Nothing was pressed in time. */
export const noKey = (call: CallRecord, ground: Ground): Moved => {
  if (call.phase === "typeNumber" && (call.keys?.digits ?? "") !== "") return typed(call, ground);
  if (call.phase === "out") return moved(bye(call, ground, "turnedAway", [sentence("bye")]));
  return moved(back(call, ground, []));
};

/** Words can be left. */
export const toVoicemail = (call: CallRecord, ground: Ground): CallRecord => ({
  ...speak(call, [sentence("voicemail"), { tone: "beep" }]),
  phase: "voicemail",
  waitingSince: null,
  keys: null,
  dueAt: after(ground, ground.rules.voicemailSeconds + 60),
});

/** How a call that waited ends when they hang up. */
export const leftWaiting = (call: CallRecord, ground: Ground): CallEnd =>
  call.waitingSince !== null && secondsSince(ground, call.waitingSince) < atOnceSeconds
    ? "abandonedAtOnce"
    : "abandoned";
