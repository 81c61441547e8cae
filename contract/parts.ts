// What a message carries beside plain words: choices, small forms and articles that we send, and the answers to them. Every part says itself as text, too,
// for channels, pages and readers that do not know its kind.
import { z } from "zod";

/** Longest of each, in characters; the numbers of options and fields. */
const most = { question: 300, option: 80, options: 12, title: 200, label: 100, fields: 8, summary: 500, url: 2_000 };

const option = z.string().trim().min(1).max(most.option);
const differ = (options: readonly string[]): boolean => new Set(options).size === options.length;

export const formField = z.strictObject({
  label: z.string().trim().min(1).max(most.label),
  type: z.enum(["text", "email", "number", "date", "choice", "long"]),
  required: z.boolean(),
  /** What can be chosen; for a choice alone. */
  options: z.array(option).max(most.options).refine(differ),
});
export type FormField = z.infer<typeof formField>;

const choices = z.strictObject({
  kind: z.literal("choices"),
  question: z.string().trim().min(1).max(most.question),
  options: z.array(option).min(2).max(most.options).refine(differ),
});
const form = z.strictObject({
  kind: z.literal("form"),
  title: z.string().trim().min(1).max(most.title),
  fields: z
    .array(formField.refine(({ type, options }) => (type === "choice" ? options.length > 1 : options.length === 0)))
    .min(1)
    .max(most.fields),
});
/** A page we send people to. */
export const articleUrl = z
  .url({ protocol: /^https$/ })
  .max(most.url)
  .refine((url) => URL.canParse(url) && new URL(url).username === "");
const article = z.strictObject({
  kind: z.literal("article"),
  title: z.string().trim().min(1).max(most.title),
  summary: z.string().trim().max(most.summary),
  url: articleUrl,
});

/** A part as its author gives it. */
export const givenPart = z.discriminatedUnion("kind", [choices, form, article]);
export type GivenPart = z.infer<typeof givenPart>;

/** Most of them in one message. */
export const mostParts = 5;

const said = { text: z.string() };

/** A part of a message. `text`: the same for whoever does not know the kind. */
export const part = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("words"), ...said }),
  z.strictObject({ ...choices.shape, ...said }),
  z.strictObject({ ...form.shape, ...said }),
  z.strictObject({ ...article.shape, ...said }),
  /** Asks how content somebody was: only the program does. `id`: the question's own. */
  z.strictObject({ kind: z.literal("rating"), id: z.uuid(), ...said }),
  /** A call: how it stands is told with the call itself. Only the program makes them. */
  z.strictObject({ kind: z.literal("call"), callId: z.uuid(), ...said }),
  /** What was answered to a part of ours: its values by their labels; of choices it is one without a label. */
  z.strictObject({
    kind: z.literal("answer"),
    to: z.strictObject({ messageId: z.uuid(), part: z.number().int().nonnegative() }),
    question: z.string(),
    values: z.array(z.strictObject({ label: z.string(), value: z.string() })),
    ...said,
  }),
]);
export type Part = z.infer<typeof part>;
export type AnswerPart = Extract<Part, { kind: "answer" }>;

/** An answer as a page gives it: one value for each field, empty for none; for choices the one that was chosen. */
export const givenAnswer = z.strictObject({
  messageId: z.uuid(),
  part: z.number().int().nonnegative().max(mostParts),
  values: z.array(z.string().max(1_000)).min(1).max(most.fields),
});
export type GivenAnswer = z.infer<typeof givenAnswer>;
