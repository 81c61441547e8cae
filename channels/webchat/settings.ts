// What an operator fills in to connect a chat widget. The desk's form draws itself from this schema; words stand in locales under `channels.webchat`.
import { z } from "zod";

/** An origin as browsers say it: scheme, host and port, nothing behind. */
const origin = z
  .string()
  .regex(/^https?:\/\/[a-z0-9.-]{1,253}(?::\d{1,5})?$|^https?:\/\/\[[0-9a-f:]{2,39}\](?::\d{1,5})?$/i)
  .transform((text) => text.toLowerCase());

/** Is something asked before the first words, and must it be answered? */
const asked = z.enum(["no", "asked", "required"]).meta({ start: "no" });
/** Each line is one choice: German, and behind "=" in English. */
const lines = z.array(z.string().trim().max(200)).max(50);

/** What is asked before the first words. */
const preChat = z.strictObject({
  name: asked,
  email: asked,
  phone: asked,
  topic: asked,
  /** Names of the centre's topics that are offered. */
  topics: lines,
  question: asked,
  /** German, and behind "=" in English. */
  questionWords: z.string().trim().max(300),
  choices: lines,
  /** Under which name of a field of the concern the answer is kept; empty: the question's own words. */
  questionField: z.string().trim().max(100),
});
export type PreChatSettings = z.infer<typeof preChat>;

export const webchatSettings = z.strictObject({
  /** Pages that may carry the widget. */
  origins: z.array(origin),
  /** Said by the widget before anything is asked. */
  greeting: z.string().max(500),
  /** Whether browsers may be told by push that an answer is there, and with its first words or without. */
  push: z.enum(["without", "with", "no"]).default("without"),
  /** Null: nothing is asked. */
  form: preChat.nullable().default(null),
});
export type WebchatSettings = z.infer<typeof webchatSettings>;
