// What an operator fills in to connect a chat widget. The desk's form draws itself from this schema; words stand in locales under `channels.webchat`.
import { z } from "zod";
import { accentContrast, isColour, leastContrast } from "#lib/colours.ts";
import { greeted, isPathPattern } from "#lib/greeting.ts";

/** An origin as browsers say it: scheme, host and port, nothing behind. */
const origin = z
  .string()
  .regex(/^https?:\/\/[a-z0-9.-]{1,253}(?::\d{1,5})?$|^https?:\/\/\[[0-9a-f:]{2,39}\](?::\d{1,5})?$/i)
  .transform((text) => text.toLowerCase());

/** Is something asked before the first words, and must it be answered? */
const asked = z.enum(["no", "asked", "required"]).meta({ start: "no" });
/** Each line is one choice: German, and behind "=" in English. */
const lines = z.array(z.string().trim().max(200)).max(50);

/** Plain text of several lines: however their ends were written, they are kept. */
const lineBreaking = (most: number) =>
  z
    .string()
    .overwrite((text) => text.replaceAll(/\r\n?/g, "\n").trim())
    .max(most)
    .meta({ long: true });

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

/** Words that greet by themselves, on which pages and when. The first whose moment has come shows itself. */
const greetingRule = z
  .strictObject({
    path: z
      .string()
      .trim()
      .max(200)
      .refine(isPathPattern, "a path from / on, with * for anything")
      .meta({ start: "/*" }),
    afterSeconds: z.number().int().min(0).max(3_600).meta({ start: 20 }),
    visitors: z.enum(greeted),
    /** One that is empty is said as the other. */
    de: lineBreaking(300),
    en: lineBreaking(300),
    /** Waits for opening hours and for somebody at the desk. */
    onlyWhenThere: z.boolean().meta({ start: true }),
  })
  .refine(({ de, en }) => de !== "" || en !== "", { path: ["de"], message: "words in one language at least" });
export type GreetingSettings = z.infer<typeof greetingRule>;

const colour = z.string().refine(isColour, "# and six hexadecimal digits").meta({ colour: true });

/** How the widget looks here. Nothing of it is style sheet language: the server makes that of it. */
const look = z
  .strictObject({
    accent: colour.meta({ start: "#0b6b80" }),
    /** Empty: the nearest to `accent` that can be read in the dark. */
    accentNight: colour.or(z.literal("")).meta({ colour: true, start: "" }),
    corners: z.enum(["round", "soft", "square"]),
    side: z.enum(["end", "start"]),
  })
  .superRefine(({ accent, accentNight }, context) => {
    const faint = (path: string, contrast: number): void =>
      context.addIssue({
        code: "custom",
        path: [path],
        message: `contrast ${contrast.toFixed(2)}, at least ${leastContrast}`,
      });
    const [day, night] = [
      accentContrast(accent, "day"),
      accentNight === "" ? null : accentContrast(accentNight, "night"),
    ];
    if (day < leastContrast) faint("accent", day);
    if (night !== null && night < leastContrast) faint("accentNight", night);
  });
export type LookSettings = z.infer<typeof look>;

export const webchatSettings = z.strictObject({
  /** Pages that may carry the widget. */
  origins: z.array(origin),
  /** Said by the widget before anything is asked. */
  greeting: lineBreaking(500),
  /** Whether browsers may be told by push that an answer is there, and with its first words or without. */
  push: z.enum(["without", "with", "no"]).default("without"),
  /** Said beside the closed button, in this order. */
  greetings: z.array(greetingRule).max(8).default([]),
  /** Whoever has put a greeting away sees none for so many days. */
  greetingRestDays: z.number().int().min(0).max(365).default(30),
  /** Null: as the widget is by itself. */
  look: look.nullable().default(null),
  /** Null: nothing is asked. */
  form: preChat.nullable().default(null),
});
export type WebchatSettings = z.infer<typeof webchatSettings>;
