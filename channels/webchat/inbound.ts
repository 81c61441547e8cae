// What a visitor said, as it is kept, to a message. Pure; called by index.ts.
import { createHash } from "node:crypto";
import { z } from "zod";
import type { InboundMessage, Raw } from "#contract/channel.ts";
import { part } from "#contract/parts.ts";

/** One thing a visitor said, as the server wrote it down from its socket: the visitor's address is proved by the socket's token. */
export const said = z.strictObject({
  id: z.uuid(),
  address: z.string().min(1).max(100),
  name: z.string().max(100),
  /** All that is said about one thing has the same one; it was made by the visitor's page. */
  thread: z.uuid(),
  /** Number of the concern they say it in; null: of none that was there before. */
  number: z.number().int().nullable(),
  text: z.string().max(10_000),
  /** Files that came with it; their bytes are stored under their hashes. */
  files: z
    .array(
      z.strictObject({
        id: z.uuid(),
        hash: z.string().length(64),
        name: z.string().max(300),
        mediaType: z.string().max(200),
        sizeBytes: z.number().int(),
        image: z.boolean(),
      }),
    )
    .optional(),
  /** What it answers, when it answers choices or a form. */
  parts: z.array(part).optional(),
  /** The channel's own greeting that stood there before: the server has taken its words from the settings. */
  greeting: z.string().max(300).optional(),
  language: z.enum(["de", "en"]),
  at: z.iso.datetime(),
});
export type Said = z.infer<typeof said>;

const blank = (providerId: string): InboundMessage => ({
  kind: "message",
  providerId,
  sentAt: null,
  from: { value: "", name: null },
  replyTo: null,
  assurance: "none",
  verdicts: [],
  to: [],
  cc: [],
  subject: null,
  text: "",
  foldedText: "",
  html: null,
  files: [],
  thread: { tokens: [], references: [], own: [], number: null, stream: null },
  automatic: null,
  forwarded: null,
  language: null,
  warnings: [],
});

/** Best effort for bytes that are no such document: an empty message that says so. */
export const unreadable = (raw: Raw): InboundMessage => ({
  ...blank(createHash("sha256").update(raw.bytes).digest("hex")),
  warnings: ["unreadable"],
});

/** Unique in the channel: a page cannot take another visitor's id. */
export const providerIdOf = (one: Pick<Said, "address" | "id">): string => `${one.address}:${one.id}`;

const parsed = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return null;
  }
};

/**
 * The message; the thread's key leads what is said later about the same thing to the same concern, and is bound to the visitor. What is said in a concern
 * that is there goes into that one: messages with the same key may have been moved to another.
 */
export const receive = (raw: Raw): InboundMessage => {
  const read = said.safeParse(parsed(raw.bytes));
  if (!read.success) return unreadable(raw);
  const one = read.data;
  const key = `chat:${one.address}:${one.thread}`;
  return {
    ...blank(providerIdOf(one)),
    sentAt: one.at,
    from: { value: one.address, name: one.name === "" ? null : one.name },
    // Only the browser that holds the visitor's token can speak as them.
    assurance: "proved",
    text: one.text,
    ...(one.parts === undefined ? {} : { parts: one.parts }),
    ...(one.greeting === undefined ? {} : { greeting: one.greeting }),
    // What is nothing but files is called by their names.
    subject: one.text.trim() === "" ? (one.files ?? []).map(({ name }) => name).join(", ") : null,
    thread: { tokens: [], references: one.number === null ? [key] : [], own: [key], number: one.number, stream: null },
    language: one.language,
  };
};
