// Flows: self-service dialogues, written once, run on every channel. A flow is a document of steps; nothing in it names a channel.
import { z } from "zod";
import { brandId, queueId, skillId, topicId } from "#contract/ids.ts";
import { articleUrl } from "#contract/parts.ts";

/** Longest of each, in characters; most of each. */
export const flowMost = {
  steps: 200,
  text: 2_000,
  label: 80,
  options: 12,
  cases: 12,
  conditions: 10,
  values: 50,
  entries: 20,
  takes: 12,
  name: 100,
} as const;

const sound = (text: string): boolean => text.isWellFormed() && !text.includes("\u0000");
const line = (most: number) => z.string().trim().min(1).max(most).refine(sound);

/** The languages a flow may speak. */
export const flowLanguages = ["de", "en"] as const;
export const flowLanguage = z.enum(flowLanguages);
export type FlowLanguage = z.infer<typeof flowLanguage>;

/**
 * How a dialogue is held, by what can be done there, not by whose channel it is. chat: things to press, forms, files; text: plain words to and fro, as mails and
 * short messages; page: a page of forms without a program in it; voice: spoken words and a keypad.
 */
export const flowMedia = ["chat", "text", "page", "voice"] as const;
export const flowMedium = z.enum(flowMedia);
export type FlowMedium = z.infer<typeof flowMedium>;

/** A message in ICU form ("{name}, {amount, number, ::currency/EUR}", plurals, selects); what stands in braces are the flow's values. */
const message = z.string().max(flowMost.text).refine(sound);
const said = z.strictObject({ de: message, en: message });

/** What is said: in every language of the flow; and, where a medium wants it otherwise, so. An empty one is a language that is missing. */
export const flowText = z.strictObject({
  ...said.shape,
  /** Left out: the same everywhere. */
  by: z.partialRecord(flowMedium, said).optional(),
});
export type FlowText = z.infer<typeof flowText>;

/** A step's name within its flow; what leads somewhere names it. Null: it leads nowhere yet, which a draft may and a published version may not. */
export const stepId = z.string().regex(/^[a-z][a-zA-Z0-9-]{0,39}$/u);
export type StepId = z.infer<typeof stepId>;
const next = stepId.nullable();

/** A value's name: what answers, look-ups and settings are kept under and texts and conditions ask for. */
export const valueName = z.string().regex(/^[a-z][a-zA-Z0-9]{0,39}$/u);

/** A value. Days as "2026-12-01", instants as ISO 8601 in UTC, files by the ids they are kept under. */
export const flowValue = z.union([
  z.string().max(2_000),
  z.number(),
  z.boolean(),
  z.array(z.string().max(200)).max(20),
]);
export type FlowValue = z.infer<typeof flowValue>;

/**
 * Values that every flow has in its texts, conditions and look-ups, and none may set: the brand's name, the instant it is, when it is open again and when it
 * closes (as `flowSurroundings` has them; empty where these are null).
 */
export const givenValues = ["brand", "now", "opensAt", "closesAt"] as const;

/** What a question wants. Its options and limits judge an answer in every medium alike. */
export const answerKind = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("choice"),
    options: z
      .array(
        z.strictObject({
          /** What is kept of it. */
          id: valueName,
          label: flowText,
          /** Other words by which people mean it, each language's own; lower or upper case makes no difference. */
          words: z.strictObject({ de: z.array(line(60)).max(20), en: z.array(line(60)).max(20) }).optional(),
          /** Left out: where the question leads. */
          next: next.optional(),
        }),
      )
      .min(2)
      .max(flowMost.options),
  }),
  z.strictObject({ kind: z.literal("yesNo") }),
  z.strictObject({
    kind: z.literal("number"),
    min: z.number().nullable(),
    max: z.number().nullable(),
    decimals: z.number().int().min(0).max(6),
  }),
  z.strictObject({
    kind: z.literal("text"),
    minLength: z.number().int().min(1).max(1_000),
    maxLength: z.number().int().min(1).max(1_000),
    /** What it must look like. digits: a number that is a name (a customer's number), of so many digits. */
    form: z.enum(["any", "email", "phone", "digits", "postcode"]),
  }),
  /** A day. Days counted from today; null: any. */
  z.strictObject({
    kind: z.literal("date"),
    fromDays: z.number().int().min(-40_000).max(40_000).nullable(),
    toDays: z.number().int().min(-40_000).max(40_000).nullable(),
  }),
  z.strictObject({ kind: z.literal("file"), most: z.number().int().min(1).max(10) }),
]);
export type AnswerKind = z.infer<typeof answerKind>;

/** What is asked of the values and of what is so now. */
export const flowCondition = z.discriminatedUnion("what", [
  z.strictObject({
    what: z.literal("value"),
    name: valueName,
    is: z.enum(["equal", "notEqual", "less", "atMost", "more", "atLeast", "contains", "empty", "filled"]),
    /** Null with "empty" and "filled". */
    than: flowValue.nullable(),
  }),
  z.strictObject({ what: z.literal("medium"), not: z.boolean(), media: z.array(flowMedium).min(1).max(4) }),
  z.strictObject({ what: z.literal("language"), not: z.boolean(), language: flowLanguage }),
  z.strictObject({ what: z.literal("brand"), not: z.boolean(), brandId }),
  /** By the hours of its brand. */
  z.strictObject({ what: z.literal("open"), not: z.boolean() }),
  /** Somebody who could answer is there now. */
  z.strictObject({ what: z.literal("someoneThere"), not: z.boolean() }),
  /** It is shown who they are: a site's signature, a code from a mail of ours, an authenticated sender. */
  z.strictObject({ what: z.literal("verified"), not: z.boolean() }),
]);
export type FlowCondition = z.infer<typeof flowCondition>;

/** A look-up's words with values in them ("/lines/{customerNumber}"): each value is encoded where it is put. */
const template = z.string().max(1_000).refine(sound);

const at = {
  id: stepId,
  /** For those who write the flow. */
  note: z.string().max(500).refine(sound).optional(),
  /** Where it stands on the canvas, in the canvas's own units. */
  place: z.strictObject({ x: z.number(), y: z.number() }).optional(),
};

export const flowStep = z.discriminatedUnion("do", [
  z.strictObject({ ...at, do: z.literal("say"), text: flowText, next }),
  z.strictObject({
    ...at,
    do: z.literal("ask"),
    text: flowText,
    into: valueName,
    answer: answerKind,
    /** What is said when an answer cannot be read, instead of the words that every flow has for it. */
    sorry: flowText.optional(),
    /** How often it is asked in all; then it goes on at `failed`. */
    tries: z.number().int().min(1).max(10),
    /** Null: to somebody of us. */
    failed: next,
    /** May be left open ("skip"); it goes on at `next`, with nothing kept. */
    optional: z.boolean(),
    /** Nothing of it stands in transcripts, summaries or logs: a secret. */
    secret: z.boolean().optional(),
    next,
  }),
  z.strictObject({
    ...at,
    do: z.literal("branch"),
    /** The first whose conditions all hold. */
    cases: z
      .array(z.strictObject({ all: z.array(flowCondition).min(1).max(flowMost.conditions), next }))
      .min(1)
      .max(flowMost.cases),
    otherwise: next,
  }),
  z.strictObject({
    ...at,
    do: z.literal("set"),
    values: z
      .array(
        z.strictObject({
          into: valueName,
          /** A value as it stands; or text with values in it; or a number reckoned from others. */
          from: z.discriminatedUnion("by", [
            z.strictObject({ by: z.literal("value"), value: flowValue }),
            z.strictObject({ by: z.literal("text"), text: flowText }),
            z.strictObject({
              by: z.literal("reckon"),
              left: z.union([z.number(), valueName]),
              how: z.enum(["+", "-", "*", "/"]),
              right: z.union([z.number(), valueName]),
            }),
          ]),
        }),
      )
      .min(1)
      .max(flowMost.takes),
    next,
  }),
  /** Asks a service that an administrator has connected. */
  z.strictObject({
    ...at,
    do: z.literal("lookUp"),
    /** The service's name. */
    service: line(60),
    method: z.enum(["GET", "POST"]),
    /** Below the service's own address. */
    path: template,
    query: z.record(z.string().max(60), template).optional(),
    /** Of a POST: sent as JSON. */
    body: z.record(z.string().max(60), template).optional(),
    timeoutMs: z.number().int().min(100).max(30_000),
    /** What is kept of the answer: a JSON pointer (RFC 6901), and the name it gets. What is not there is kept as nothing. */
    takes: z.array(z.strictObject({ pointer: z.string().max(200), into: valueName })).max(flowMost.takes),
    /** Said when it takes longer than a moment; left out: nothing. */
    patience: flowText.optional(),
    /** The service answered that there is no such thing (404). */
    missing: next,
    /** It could not be asked, was too slow, said too much, or refused. */
    failed: next,
    next,
  }),
  z.strictObject({
    ...at,
    do: z.literal("article"),
    title: flowText,
    summary: flowText,
    url: articleUrl,
    next,
  }),
  /** Is something out of order now? Says what the brand's notices say, of these words if any; else goes on at `none`. */
  z.strictObject({
    ...at,
    do: z.literal("incidents"),
    /** Only notices in which one of these words stands; empty: any. */
    words: z.array(line(60)).max(20),
    none: next,
    next,
  }),
  /** Shows who they are by a code that is mailed to them; whoever is verified already passes at once. */
  z.strictObject({
    ...at,
    do: z.literal("verify"),
    /** The value with the mail address that is to be shown; left out: the customer's own, or it is asked. */
    email: valueName.optional(),
    failed: next,
    next,
  }),
  /** To somebody of us: always the end of the flow. */
  z.strictObject({
    ...at,
    do: z.literal("handOver"),
    text: flowText,
    topicId: topicId.nullable(),
    queueId: queueId.nullable(),
    /** What whoever takes it has to be able to do. */
    skills: z.array(z.strictObject({ skillId, level: z.number().int().min(1).max(5) })).max(10),
    priority: z.enum(["low", "normal", "high", "urgent"]).nullable(),
    /** The concern's subject. */
    subject: flowText,
  }),
  /** We call them: a number is asked if none is kept under `phone`, then a time if `when` is "choose". The end of the flow. */
  z.strictObject({
    ...at,
    do: z.literal("callback"),
    text: flowText,
    phone: valueName,
    when: z.enum(["next", "choose"]),
    queueId: queueId.nullable(),
    topicId: topicId.nullable(),
    subject: flowText,
  }),
  /** Lets them choose one of the next times within the opening hours; keeps its instant. */
  z.strictObject({
    ...at,
    do: z.literal("schedule"),
    text: flowText,
    into: valueName,
    /** How long one time is, in minutes; how many are offered; and how soon the first may be. */
    minutes: z.number().int().min(10).max(480),
    offers: z.number().int().min(1).max(8),
    afterMinutes: z.number().int().min(0).max(10_080),
    /** There is no time within 14 days. */
    none: next,
    next,
  }),
  /** A link: to a page, or one by which this very dialogue goes on elsewhere. */
  z.strictObject({
    ...at,
    do: z.literal("sendLink"),
    text: flowText,
    link: z.discriminatedUnion("to", [
      z.strictObject({ to: z.literal("page"), url: articleUrl }),
      z.strictObject({ to: z.literal("here") }),
    ]),
    /** Where it is shown; or by mail, to the value's address. */
    by: z.discriminatedUnion("way", [
      z.strictObject({ way: z.literal("here") }),
      z.strictObject({ way: z.literal("mail"), email: valueName }),
    ]),
    next,
  }),
  /** Nothing happens until then; what is said meanwhile is heard when it is over. */
  z.strictObject({
    ...at,
    do: z.literal("wait"),
    until: z.discriminatedUnion("by", [
      z.strictObject({ by: z.literal("minutes"), minutes: z.number().int().min(1).max(43_200) }),
      z.strictObject({ by: z.literal("opening") }),
    ]),
    next,
  }),
  z.strictObject({
    ...at,
    do: z.literal("end"),
    text: flowText,
    /** The customer helped themselves. Otherwise it simply ends. */
    solved: z.boolean(),
  }),
]);
export type FlowStep = z.infer<typeof flowStep>;
export type FlowStepKind = FlowStep["do"];

/** How a flow begins. Several may hold; each is asked alone. */
export const flowEntry = z.discriminatedUnion("by", [
  /** It is offered in the chat and on the page, in this order among others. */
  z.strictObject({ by: z.literal("button"), label: flowText, order: z.number().int().min(0).max(1_000) }),
  /** Somebody begins with one of these words; words of one line, case and accents make no difference. */
  z.strictObject({ by: z.literal("words"), words: z.array(line(60)).min(1).max(30) }),
  /** Whatever is said first. */
  z.strictObject({ by: z.literal("first") }),
  /** A concern begins with this topic, or one below it. */
  z.strictObject({ by: z.literal("topic"), topicId }),
  /** While a notice of the brand runs, in which one of these words stands (empty: any), it is offered first. */
  z.strictObject({ by: z.literal("incident"), label: flowText, words: z.array(line(60)).max(20) }),
  /** Agents send it from the desk. */
  z.strictObject({ by: z.literal("desk") }),
]);
export type FlowEntry = z.infer<typeof flowEntry>;

/** Where and when an entry holds. */
export const flowEntryRule = z.strictObject({
  entry: flowEntry,
  /** Empty: of every brand. */
  brandIds: z.array(brandId).max(50),
  /** Empty: in every medium that can do it. */
  media: z.array(flowMedium).max(4),
  hours: z.enum(["always", "open", "closed"]),
});
export type FlowEntryRule = z.infer<typeof flowEntryRule>;

/** All of a flow that is versioned. Also the form of a file that can be reviewed: JSON with its keys in this order, two spaces. */
export const flowDocument = z.strictObject({
  /** The form of the document itself. */
  form: z.literal(1),
  languages: z.array(flowLanguage).min(1).max(2),
  /** Null in a draft with no steps yet. */
  start: stepId.nullable(),
  steps: z
    .array(flowStep)
    .max(flowMost.steps)
    .refine((steps) => new Set(steps.map(({ id }) => id)).size === steps.length),
  entries: z.array(flowEntryRule).max(flowMost.entries),
  /** Whoever says nothing for so long has left: the flow ends, or goes to somebody of us where something is left to answer. */
  restHours: z.number().int().min(1).max(720),
});
export type FlowDocument = z.infer<typeof flowDocument>;

/** A finding about a draft: where, and what. `errors.flow…` has no words for these: `flows.findings.<code>` has. Only "warning"s may be published. */
export const flowFinding = z.strictObject({
  level: z.enum(["error", "warning"]),
  step: stepId.nullable(),
  code: z.enum([
    "noStart",
    "noSteps",
    "deadEnd",
    "unknownStep",
    "unreachable",
    "missingLanguage",
    "badMessage",
    "unknownValue",
    "valueNotAlways",
    "loopWithoutAnswer",
    "noWayOut",
    "unknownService",
    "optionsTooManyForKeypad",
    "samePick",
    "badPointer",
    "badTemplate",
    "noEntry",
    "wrongOrder",
  ]),
  /** Which of the step's texts, values or ways it is about, and facts for the sentence. */
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type FlowFinding = z.infer<typeof flowFinding>;
