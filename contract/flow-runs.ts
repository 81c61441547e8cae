// A flow that runs: what its state is, what it is told and what it says. The interpreter (modules/flows/model.ts) is a function from state and input to
// state and outputs; everything else carries these to and fro. Nothing here knows a channel.
import { z } from "zod";
import { instant } from "#contract/endpoint.ts";
import { answerKind, flowLanguage, flowMedium, flowText, flowValue, stepId, valueName } from "#contract/flows.ts";
import { queueId, topicId, skillId } from "#contract/ids.ts";
import { priority } from "#contract/concerns.ts";

/** What is so now and is not the flow's own: given with every input. */
export const flowSurroundings = z.strictObject({
  now: instant,
  /** The zone in which days and times are said, an IANA name. */
  zone: z.string().max(60),
  medium: flowMedium,
  brandId: z.uuid(),
  brand: z.string(),
  open: z.boolean(),
  someoneThere: z.boolean(),
  /** When it is open again; null: it is open, or nobody knows. */
  opensAt: instant.nullable(),
  /** When it closes next; null: it is closed, or it never closes. */
  closesAt: instant.nullable(),
  /** The mail address that is shown to be theirs; null: none. */
  verified: z.string().nullable(),
  /** What the brand's running notices say. */
  notices: z.array(z.strictObject({ de: z.string(), en: z.string() })).max(20),
});
export type FlowSurroundings = z.infer<typeof flowSurroundings>;

/** What was done outside a running flow and may matter to whoever takes it over. */
export const flowTried = z.strictObject({
  step: stepId,
  at: instant,
  what: z.enum(["lookUp", "article", "incidents", "verify", "link"]),
  /** E.g. the service's name and "found", "missing", "failed"; an article's title; whether something was out of order. */
  name: z.string(),
  became: z.enum(["found", "missing", "failed", "shown", "none", "verified"]),
});
export type FlowTried = z.infer<typeof flowTried>;

/** What the interpreter waits for. `asked`: the number of the question; an answer to another one is late. */
const awaiting = z.discriminatedUnion("for", [
  z.strictObject({
    for: z.literal("answer"),
    step: stepId,
    asked: z.number().int(),
    tries: z.number().int(),
    /** Which of the questions that a step asks by itself it is (a callback's number, a verifying's address or code); null: the step's own. */
    part: z.enum(["email", "code", "phone", "time", "when"]).nullable(),
    /** What can be chosen, where the step does not say it itself (times): ids with their instants. */
    offered: z.array(z.strictObject({ id: valueName, at: instant })).max(8),
  }),
  /** `effect`: the number by which its outcome is told. */
  z.strictObject({
    for: z.literal("effect"),
    step: stepId,
    effect: z.number().int(),
    /** How often a code was asked for so far; 0 elsewhere. */
    tries: z.number().int(),
    /** Of a timer: when it is over. */
    until: instant.nullable(),
    /** They were asked for patience already: it is said once. */
    soothed: z.boolean(),
  }),
]);

/** How a flow can be over. */
export const flowOver = z.enum(["solved", "ended", "handedOver", "callback", "left", "stopped"]);
/** Why it was handed over: they wanted somebody; the flow says so; it could not go on (too many tries, too many steps, a fault). */
export const flowWhy = z.enum(["asked", "step", "stuck"]);
export type FlowAwaiting = z.infer<typeof awaiting>;

/** All of a running flow; kept after every input. */
export const flowState = z.strictObject({
  language: flowLanguage,
  /** Null: it is over. */
  awaiting: awaiting.nullable(),
  over: flowOver.nullable(),
  values: z.record(valueName, flowValue),
  /** Names of values that stand in no transcript. */
  secret: z.array(valueName).max(50),
  /** Said while the flow was not waiting for an answer; heard next. */
  unheard: z.array(z.string().max(4_000)).max(5),
  tried: z.array(flowTried).max(100),
  /** They left free words or files, and nothing that could be an answer (an article, a notice, a link) came since. */
  unanswered: z.boolean(),
  /** The last question that was answered, and whose it was: the same again is no other answer. */
  heard: z.strictObject({ asked: z.number().int(), step: stepId }).nullable(),
  /** Steps gone since the last answer. */
  sinceAnswer: z.number().int(),
  /** Numbers of questions asked, effects wanted and steps gone so far. */
  asked: z.number().int(),
  effects: z.number().int(),
  steps: z.number().int(),
});
export type FlowState = z.infer<typeof flowState>;

/** An answer: words, as text or speech gives them; or what a form, a button or a key gives. */
export const flowAnswer = z.discriminatedUnion("by", [
  z.strictObject({ by: z.literal("words"), text: z.string().max(4_000) }),
  /** A choice's id; "yes" and "no". */
  z.strictObject({ by: z.literal("pick"), id: z.string().max(40) }),
  /** A number with a point, a day as 2026-12-01, a text. */
  z.strictObject({ by: z.literal("value"), value: z.string().max(1_000) }),
  /** Names and the ids under which the bytes are kept. */
  z.strictObject({
    by: z.literal("files"),
    files: z.array(z.strictObject({ id: z.uuid(), name: z.string().max(300) })).max(10),
  }),
  z.strictObject({ by: z.literal("skip") }),
]);
export type FlowAnswer = z.infer<typeof flowAnswer>;

/** Why an answer is not taken. */
export const flowRefusal = z.enum([
  "unreadable",
  "ambiguous",
  "empty",
  "notANumber",
  "tooSmall",
  "tooLarge",
  "tooManyDecimals",
  "tooShort",
  "tooLong",
  "notAnEmail",
  "notAPhone",
  "notDigits",
  "notAPostcode",
  "notADay",
  "tooEarly",
  "tooLate",
  "noFile",
  "tooManyFiles",
  "wrongCode",
  "onlyWords",
]);
export type FlowRefusal = z.infer<typeof flowRefusal>;

/** What an effect came to. */
export const flowOutcome = z.union([
  /** `body`: the JSON that was answered; status as the service said. */
  z.strictObject({ of: z.literal("lookUp"), became: z.literal("found"), body: z.unknown() }),
  z.strictObject({ of: z.literal("lookUp"), became: z.enum(["missing", "failed"]) }),
  /** A code is on its way (or would not be: nobody is told which), or too many were wanted. */
  z.strictObject({ of: z.literal("sendCode"), became: z.enum(["sent", "refused"]) }),
  z.strictObject({ of: z.literal("tryCode"), became: z.enum(["verified", "wrong", "over"]) }),
  /** The next times within the opening hours. */
  z.strictObject({ of: z.literal("times"), times: z.array(instant).max(8) }),
  z.strictObject({ of: z.literal("link"), url: z.string() }),
  z.strictObject({ of: z.literal("mailLink"), became: z.enum(["sent", "refused"]) }),
  z.strictObject({ of: z.literal("timer") }),
]);
export type FlowOutcome = z.infer<typeof flowOutcome>;

/** What a flow is told. */
export const flowInput = z.discriminatedUnion("kind", [
  /** The first of all. `values`: what is known already. */
  z.strictObject({ kind: z.literal("begin"), language: flowLanguage, values: z.record(valueName, flowValue) }),
  /** `asked`: the number of the question it answers; null where the medium cannot say (words in a mail): the one that is open. */
  z.strictObject({ kind: z.literal("answer"), asked: z.number().int().nullable(), answer: flowAnswer }),
  z.strictObject({ kind: z.literal("outcome"), effect: z.number().int(), outcome: flowOutcome }),
  /** That effect takes longer than a moment: told by whoever does it, at most once. */
  z.strictObject({ kind: z.literal("slow"), effect: z.number().int() }),
  /** They want somebody of us, by whatever way a medium has for it; words that say so ("human") need not be this input: an answer is read for it first. */
  z.strictObject({ kind: z.literal("human") }),
  /** They go on in another medium or language: what is open is said again. */
  z.strictObject({ kind: z.literal("moved"), language: flowLanguage.nullable() }),
  /** Nothing was said for so long as the flow rests. */
  z.strictObject({ kind: z.literal("rested") }),
  /** Somebody of us speaks with them: the flow is silent from now on. */
  z.strictObject({ kind: z.literal("stopped") }),
]);
export type FlowInput = z.infer<typeof flowInput>;

/** A text to be said, with the values it needs and nothing else; the renderer makes words of it by medium and language. */
export const flowSaid = z.strictObject({ text: flowText, values: z.record(valueName, flowValue) });
export type FlowSaid = z.infer<typeof flowSaid>;

/** A sentence that every flow has: `flows.said.<code>` in the locales; the facts fill it in. */
export const flowSentence = z.strictObject({
  code: z.enum([
    "sorryLate",
    "sorryBroken",
    "handedOver",
    "handedOverAway",
    "handedOverAwayUntil",
    "nobodyYet",
    "askEmail",
    "askCode",
    "codeRefused",
    "askPhone",
    "askTime",
    "callbackTaken",
    "callbackTakenAt",
    "noTimes",
    "mailedLink",
    "linkNotMailed",
    "oneMoment",
    "stillBusy",
  ]),
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type FlowSentence = z.infer<typeof flowSentence>;

/** A question as a renderer needs it. */
export const flowQuestion = z.strictObject({
  asked: z.number().int(),
  step: stepId,
  text: z.union([flowSaid, flowSentence]),
  answer: z.union([
    answerKind,
    /** A code of so many digits, and instants to choose from by their ids. */
    z.strictObject({ kind: z.literal("code"), digits: z.number().int() }),
    z.strictObject({ kind: z.literal("time"), offered: z.array(z.strictObject({ id: valueName, at: instant })) }),
  ]),
  /** Values the options' labels need. */
  values: z.record(valueName, flowValue),
  optional: z.boolean(),
  secret: z.boolean(),
  /** Why it is asked again; null: it is asked for the first time, or was not answered. */
  again: flowRefusal.nullable(),
  /** Facts for that sentence (the least, the most), and of a day's question always the first and the last day ("from", "to") as far as there are any. */
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type FlowQuestion = z.infer<typeof flowQuestion>;

/** What a flow wants done outside of itself; its outcome is told by the effect's number, once. */
export const flowEffect = z.discriminatedUnion("do", [
  z.strictObject({
    do: z.literal("lookUp"),
    service: z.string(),
    method: z.enum(["GET", "POST"]),
    /** Filled in and encoded. */
    path: z.string(),
    body: z.record(z.string(), z.string()).nullable(),
    timeoutMs: z.number().int(),
  }),
  z.strictObject({ do: z.literal("sendCode"), email: z.string() }),
  z.strictObject({ do: z.literal("tryCode"), email: z.string(), code: z.string() }),
  z.strictObject({
    do: z.literal("times"),
    minutes: z.number().int(),
    offers: z.number().int(),
    afterMinutes: z.number().int(),
  }),
  z.strictObject({ do: z.literal("link") }),
  z.strictObject({ do: z.literal("mailLink"), email: z.string(), text: flowSaid, url: z.string().nullable() }),
  z.strictObject({ do: z.literal("timer"), until: instant }),
]);
export type FlowEffect = z.infer<typeof flowEffect>;

/** How a flow ended, and what follows from it. */
export const flowEnding = z.discriminatedUnion("as", [
  z.strictObject({ as: z.literal("solved") }),
  z.strictObject({ as: z.literal("ended") }),
  z.strictObject({
    as: z.literal("handedOver"),
    why: flowWhy,
    topicId: topicId.nullable(),
    queueId: queueId.nullable(),
    skills: z.array(z.strictObject({ skillId, level: z.number().int() })),
    priority: priority.nullable(),
    subject: flowSaid.nullable(),
  }),
  z.strictObject({
    as: z.literal("callback"),
    phone: z.string(),
    /** Null: as soon as somebody is there. */
    at: instant.nullable(),
    topicId: topicId.nullable(),
    queueId: queueId.nullable(),
    subject: flowSaid,
  }),
  /** Nothing was said any more. `leaves`: they left something that somebody has to answer. */
  z.strictObject({ as: z.literal("left"), leaves: z.boolean() }),
  z.strictObject({ as: z.literal("stopped") }),
]);
export type FlowEnding = z.infer<typeof flowEnding>;

/** What a flow says and does, in its order. */
export const flowOutput = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("say"), step: stepId.nullable(), text: z.union([flowSaid, flowSentence]) }),
  z.strictObject({
    kind: z.literal("article"),
    step: stepId,
    title: flowSaid,
    summary: flowSaid,
    url: z.string(),
  }),
  /** A link to press; `url` was made for this dialogue or stands in the flow. */
  z.strictObject({ kind: z.literal("link"), step: stepId, text: flowSaid, url: z.string() }),
  z.strictObject({ kind: z.literal("notice"), step: stepId, de: z.string(), en: z.string() }),
  z.strictObject({ kind: z.literal("ask"), question: flowQuestion }),
  z.strictObject({ kind: z.literal("effect"), effect: z.number().int(), step: stepId, what: flowEffect }),
  z.strictObject({ kind: z.literal("end"), ending: flowEnding }),
  /** Which way was taken: counted. `exit`: "next", "failed", "none", "missing", "case1", an option's id … */
  z.strictObject({ kind: z.literal("passed"), step: stepId, exit: z.string().max(60) }),
]);
export type FlowOutput = z.infer<typeof flowOutput>;

/** What can be answered, as forms and buttons need it. */
export const flowField = z.discriminatedUnion("kind", [
  /** One of these: answered by "pick" with its id. */
  z.strictObject({
    kind: z.literal("options"),
    options: z.array(z.strictObject({ id: z.string(), label: z.string() })),
  }),
  /** The others are answered by "value", files by "files". */
  z.strictObject({
    kind: z.literal("number"),
    min: z.number().nullable(),
    max: z.number().nullable(),
    decimals: z.number().int(),
  }),
  z.strictObject({
    kind: z.literal("text"),
    form: z.enum(["any", "email", "phone", "digits", "postcode", "code"]),
    minLength: z.number().int(),
    maxLength: z.number().int(),
  }),
  /** The first and the last day that can be said, as "2026-12-01". */
  z.strictObject({ kind: z.literal("date"), from: z.string().nullable(), to: z.string().nullable() }),
  z.strictObject({ kind: z.literal("file"), most: z.number().int() }),
]);
export type FlowField = z.infer<typeof flowField>;

/** What is to be shown, in words of its medium and language. */
export const flowPart = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("say"), text: z.string() }),
  z.strictObject({ kind: z.literal("article"), title: z.string(), summary: z.string(), url: z.string() }),
  z.strictObject({ kind: z.literal("link"), text: z.string(), url: z.string() }),
  z.strictObject({ kind: z.literal("notice"), text: z.string() }),
  z.strictObject({
    kind: z.literal("ask"),
    asked: z.number().int(),
    text: z.string(),
    /** Why it is asked again, as a sentence. */
    again: z.string().nullable(),
    field: flowField,
    optional: z.boolean(),
    secret: z.boolean(),
  }),
]);
export type FlowPart = z.infer<typeof flowPart>;

/** What a medium shows of what a flow says: all of it as words, and part by part. */
export const flowView = z.strictObject({ text: z.string(), parts: z.array(flowPart) });
export type FlowView = z.infer<typeof flowView>;
