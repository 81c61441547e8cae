// What Draht itself has to say of an outcome: a code with its facts. It is kept so and put into words only where somebody reads it (`reasons` in
// locales); what others said stands beside it as they said it, in a place of its own, and can never be taken for one of these.
// Used by channels, modules and server, which give reasons, and by the desk (web/state/reasons.ts), which says them.
import { z } from "zod";

/** Every reason with the facts its words need; a fact named `count` decides between one and several. */
const factsOf = {
  // Verdicts about a sender: what was looked at.
  senderOne: [],
  senderNone: [],
  senderSeveral: [],
  senderOdd: [],
  spfFrom: ["domain", "ip"],
  signatureBy: ["domain"],
  signaturePartial: ["domain"],
  policyMissing: ["domain"],
  policyNone: ["domain"],
  policyQuarantine: ["domain"],
  policyReject: ["domain"],
  saidBy: ["server"],
  dnsSilent: ["name"],
  checkFailed: [],
  readTooLong: [],
  readTooMuch: [],
  readDied: [],
  readFailed: [],
  // Deliveries: why one did not leave, or why nobody knows.
  channelGone: [],
  noWayOut: [],
  noRecipient: [],
  windowClosed: ["address"],
  notFirst: ["address"],
  badAddress: ["address"],
  fileWaiting: ["file"],
  fileInfected: ["file", "finding"],
  filesTooMuch: ["files", "megabytes", "mostFiles", "mostMegabytes"],
  notCarried: [],
  otherProcess: [],
  processEnded: [],
  noAnswer: [],
  sentInPart: [],
  gaveUp: ["count"],
  complaint: [],
  internal: [],
  // Channels: why nothing comes in or goes out, and what a try of one came to.
  fetchFailed: ["folder"],
  notStored: ["folder"],
  fetchWorks: ["folder"],
  testTaken: ["address"],
  testRefused: ["address"],
  testPutOff: ["address"],
  tookTooLong: ["seconds"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type ReasonCode = keyof typeof factsOf;
export const reasonCodes = Object.keys(factsOf) as readonly ReasonCode[];

/** The names of the facts that a reason's words may use. */
export const factNames = (code: ReasonCode): readonly string[] => factsOf[code];

/** One reason. Its facts are texts and numbers, filled into our words and never read as words of ours. */
export type Reason = {
  readonly [C in ReasonCode]: {
    readonly code: C;
    readonly facts: { readonly [F in (typeof factsOf)[C][number]]: string | number };
  };
}[ReasonCode];

const fact = z.union([z.string(), z.number()]);
const shapeOf = (code: ReasonCode) =>
  z.strictObject({
    code: z.literal(code),
    facts: z.strictObject(Object.fromEntries(factNames(code).map((name) => [name, fact]))),
  });
const [first, ...others] = reasonCodes.map(shapeOf);
if (first === undefined) throw new Error("there are no reasons");
export const reason = z.discriminatedUnion("code", [first, ...others]) as unknown as z.ZodType<Reason>;

/** Why something does not work: our reason, a status (RFC 3463, or the provider's own code), and the other side's words as they were said. */
export const trouble = z.strictObject({ reason: reason.nullable(), code: z.string().nullable(), detail: z.string() });
export type Trouble = z.infer<typeof trouble>;

/** What a try of one half of a channel came to. "unknown": nobody can tell. */
export const finding = trouble.extend({ result: z.enum(["good", "bad", "unknown"]) });
export type Finding = z.infer<typeof finding>;
