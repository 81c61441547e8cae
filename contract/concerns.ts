// Concerns and their messages: the shapes every desk, list and live event speaks.
import { z } from "zod";
import { addressKind, assurance, channelKind, verdict } from "#contract/channel.ts";
import { instant } from "#contract/endpoint.ts";
import { fieldChanges, fieldValue, fieldValues } from "#contract/fields.ts";
import { fileView, uploadId } from "#contract/files.ts";
import {
  agentId,
  brandId,
  channelId,
  concernId,
  customerId,
  deliveryId,
  messageId,
  partyId,
  promiseRuleId,
  teamId,
  topicId,
} from "#contract/ids.ts";
import { part } from "#contract/parts.ts";
import { promiseKind, promiseState } from "#contract/promise-state.ts";
import { reason } from "#contract/reasons.ts";
import { score } from "#contract/ratings.ts";

export const statuses = ["new", "open", "waiting", "snoozed", "resolved", "closed"] as const;
export const status = z.enum(statuses);
export type Status = z.infer<typeof status>;

export const priorities = ["low", "normal", "high", "urgent"] as const;
export const priority = z.enum(priorities);
export type Priority = z.infer<typeof priority>;

/** Most tags a concern carries. */
export const mostTags = 50;

export const direction = z.enum(["in", "out", "note", "system"]);
export type Direction = z.infer<typeof direction>;

/** A concern as a list shows it. Everything here is on one row; live patches carry parts of it. */
export const concernRow = z.strictObject({
  id: concernId,
  number: z.number().int(),
  brandId,
  subject: z.string(),
  status,
  priority,
  topicId: topicId.nullable(),
  tags: z.array(z.string()),
  assigneeId: agentId.nullable(),
  teamId: teamId.nullable(),
  customerId,
  customerName: z.string(),
  /** Kinds of channel seen in this concern, in order of first use. */
  channels: z.array(channelKind),
  /** First 160 characters of the last message or note. */
  snippet: z.string(),
  lastDirection: direction,
  lastMessageAt: instant,
  /** Since when the customer waits for an answer; null: nobody waits. */
  waitingSince: instant.nullable(),
  snoozedUntil: instant.nullable(),
  /** The promise that is nearest: what, how it stands, by which rule; null: none runs or stands still. */
  promiseKind: promiseKind.nullable(),
  promiseState: promiseState.nullable(),
  promiseRuleId: promiseRuleId.nullable(),
  /** Until when it is to be kept; null also while it stands still. */
  dueAt: instant.nullable(),
  /** What was ever missed in it; a late answer makes it no better. */
  missed: z.array(promiseKind),
  /** A delivery failed for good and nobody has looked at it. */
  deliveryFailed: z.boolean(),
  /** What the customer said of how it was settled; null: nothing. */
  rating: score.nullable(),
  messageCount: z.number().int(),
  language: z.enum(["de", "en"]).nullable(),
  createdAt: instant,
  /** Rises with every change of the row; a patch with a lower version is old news. */
  version: z.number().int(),
});
export type ConcernRow = z.infer<typeof concernRow>;

/** What people link by; "follow-up" is how a message came in, "split" and "merged" what became of messages: only the program says these. */
export const linkKind = z.enum(["related", "duplicate"]);
export type LinkKind = z.infer<typeof linkKind>;
export const link = z.strictObject({
  concernId,
  /** The other concern's: an entry about it is for who serves both. */
  brandId,
  number: z.number().int(),
  subject: z.string(),
  status,
  kind: z.enum([...linkKind.options, "follow-up", "split", "merged"]),
  /** true: the other is the earlier one */ earlier: z.boolean(),
});
export type Link = z.infer<typeof link>;

/** Messages that went from one concern to another, as one of the two sees it. */
export const move = z.strictObject({
  /** By which it is taken back. */
  key: z.uuid(),
  what: z.enum(["split", "move", "merge"]),
  /** This concern gave them, or took them. */
  side: z.enum(["from", "to"]),
  other: z.strictObject({ concernId, number: z.number().int(), subject: z.string() }),
  count: z.number().int(),
  /** When the first of them was said: there it stands in the thread. */
  at: instant,
  by: z.string(),
  movedAt: instant,
});
export type Move = z.infer<typeof move>;

export const party = z.strictObject({
  id: partyId,
  customerId: customerId.nullable(),
  name: z.string(),
  kind: addressKind,
  value: z.string(),
  role: z.enum(["requester", "participant", "third-party"]),
  /** Sees messages from this number on. */
  seesFrom: z.number().int(),
});
export type Party = z.infer<typeof party>;

/** What a concern has beyond its row; fetched when it is opened. */
export const concernDetail = z.strictObject({
  row: concernRow,
  fields: fieldValues,
  followers: z.array(agentId),
  links: z.array(link),
  /** What of it went elsewhere and came from elsewhere, and was not taken back; the oldest first. */
  moves: z.array(move),
  parties: z.array(party),
  firstReplyAt: instant.nullable(),
  resolvedAt: instant.nullable(),
});
export type ConcernDetail = z.infer<typeof concernDetail>;

export const deliveryState = z.enum([
  "held",
  "waiting",
  "sending",
  "sent",
  "delivered",
  "read",
  "failed",
  "unknown",
  "withdrawn",
]);
export type DeliveryState = z.infer<typeof deliveryState>;

export const delivery = z.strictObject({
  id: deliveryId,
  recipient: z.string(),
  state: deliveryState,
  attempts: z.number().int(),
  /** Not before: undo-send or the next try; null while the message is scheduled. */
  nextTryAt: instant.nullable(),
  /** The status that the other side or we ourselves gave it (RFC 3463, or the provider's own code). */
  code: z.string().nullable(),
  /** What we have to say of it. */
  reason: reason.nullable(),
  /** What the other side said, as it said it. */
  detail: z.string(),
  /** `doubted`: a report says so that proves not where it comes from; it has moved nothing. */
  history: z.array(
    z.strictObject({
      at: instant,
      state: deliveryState,
      reason: reason.optional(),
      detail: z.string(),
      doubted: z.literal(true).optional(),
    }),
  ),
});
export type Delivery = z.infer<typeof delivery>;

export const author = z.strictObject({
  kind: z.enum(["customer", "agent", "helper", "system"]),
  id: z.uuid().nullable(),
  name: z.string(),
});

/** When an answer leaves that was written for later. */
export const scheduled = z.strictObject({
  at: instant,
  /** Status of the concern once it has left, unless somebody chose another one meanwhile. */
  statusAfter: z.enum(["open", "waiting", "resolved"]),
  /** Does not leave by itself when the customer has written since. */
  holdIfAnswered: z.boolean(),
  /** Its time came, and it was held back. */
  held: z.boolean(),
});
export type Scheduled = z.infer<typeof scheduled>;

/** Why a message seems to be about something else than its concern. `detail`: the words, the number, the days. */
export const proposal = z.strictObject({
  reasons: z.array(z.strictObject({ code: z.enum(["phrase", "number", "words", "pause"]), detail: z.string() })),
});
export type Proposal = z.infer<typeof proposal>;

const person = z.strictObject({ name: z.string().nullable(), value: z.string() });

/** One thing said. `html` says whether there is an HTML view; its document is fetched by its own address. */
export const message = z.strictObject({
  id: messageId,
  concernId,
  /** Place in the concern: 1, 2, 3 … An answer that was taken back leaves a gap. */
  seq: z.number().int(),
  direction,
  author,
  channelKind: channelKind.nullable(),
  channelId: channelId.nullable(),
  from: person.nullable(),
  to: z.array(person),
  cc: z.array(person),
  /** Whom the sender wants answered (Reply-To); null where the message does not say. */
  replyTo: person.nullable(),
  subject: z.string().nullable(),
  text: z.string(),
  /** What it consists of, when that is more than words; the text says all of it. */
  parts: z.array(part),
  /** Quoted text and signature, folded away. */
  foldedText: z.string(),
  html: z.strictObject({ url: z.string(), remoteImages: z.boolean(), lines: z.number().int() }).nullable(),
  files: z.array(fileView),
  deliveries: z.array(delivery),
  assurance: assurance.nullable(),
  verdicts: z.array(verdict),
  warnings: z.array(z.string()),
  automatic: z.string().nullable(),
  mentions: z.array(agentId),
  /** It seems to open another concern; null: it does not, or somebody said so. A helper proposes, people decide. */
  proposal: proposal.nullable(),
  /** Set until an answer for a chosen time has left. */
  scheduled: scheduled.nullable(),
  /** When it was said; of an answer for a chosen time: when it was written, until it has left. */
  at: instant,
  /** Signed address of the message as it came, byte for byte. */
  rawUrl: z.string().nullable(),
  version: z.number().int(),
});
export type Message = z.infer<typeof message>;

/** One system line of the history between the messages, from the event log. */
export const historyEntry = z.strictObject({
  seq: z.number().int(),
  at: instant,
  kind: z.string(),
  actor: author,
  data: z.record(z.string(), z.unknown()),
});

/** What stands below an answer's own words, as its author saw it. */
export const below = z.strictObject({
  signature: z.string().max(5_000),
  /** `text` null: the whole message as it is, with its formatting where the answer has some. Null: nothing is repeated. */
  quote: z.strictObject({ messageId, head: z.string().max(500), text: z.string().max(25_000).nullable() }).nullable(),
});
export type Below = z.infer<typeof below>;

/** What a draft says of the repeated message: null as usual (the last one), "none", or an edited one. */
export const draftQuote = z
  .union([z.literal("none"), z.strictObject({ messageId, text: z.string().max(25_000) })])
  .nullable();
export type DraftQuote = z.infer<typeof draftQuote>;

/** "second": an answer that was taken back while another was being written; it stands beside that one. */
export const draftKind = z.enum(["reply", "note", "second"]);
export const draft = z.strictObject({
  concernId,
  kind: draftKind,
  channelId: channelId.nullable(),
  to: z.array(z.string().max(320)).max(50),
  cc: z.array(z.string().max(320)).max(50),
  text: z.string().max(200_000),
  html: z.string().max(1_000_000).nullable(),
  uploads: z.array(z.strictObject({ uploadId, file: fileView })),
  quote: draftQuote,
  updatedAt: instant,
});
export type Draft = z.infer<typeof draft>;

/** What was taken back, to go on with. `gone`: the concern began with it and is no more; then the draft is kept nowhere. */
export const undone = draft.extend({ gone: z.strictObject({ subject: z.string() }).nullable() });
export type Undone = z.infer<typeof undone>;

const conditions = {
  statuses: z.array(status).max(6),
  /** "me": whoever asks; "none": nobody has it; null: whoever. */
  assignee: z.union([agentId, z.literal("me"), z.literal("none")]).nullable(),
  teamId: teamId.nullable(),
  brandId: brandId.nullable(),
  priorities: z.array(priority).max(4),
  /** Rated so by the customer. A desk older than the server does not say it. */
  ratings: z.array(score).max(5).default([]),
  /** A promise of it is due soon or over, or one was ever missed. A desk older than the server does not say it. */
  promise: z.enum(["near", "missed"]).nullable().default(null),
  topicId: topicId.nullable(),
  /** Without what no tag can have in it: NUL and halves of characters. */
  tag: z
    .string()
    .max(60)
    .refine((tag) => tag.isWellFormed() && !tag.includes("\u0000"))
    .nullable(),
  customerId: customerId.nullable(),
  /** Of this kind of channel among others. A desk older than the server does not say it. */
  channelKind: channelKind.nullable().default(null),
  /** With this value in a custom field; case and accents make no difference. A desk older than the server does not say it. */
  field: z
    .strictObject({
      key: z
        .string()
        .trim()
        .min(1)
        .max(100)
        .refine((key) => key.isWellFormed() && !key.includes("\u0000")),
      value: fieldValue.refine(
        (value) =>
          typeof value !== "string" || (value.trim() !== "" && value.isWellFormed() && !value.includes("\u0000")),
      ),
    })
    .nullable()
    .default(null),
};

/** What a list shows. Sorted by the last message, newest first, by the longest wait first, or by what is due first. */
export const listFilter = z.strictObject({
  ...conditions,
  followed: z.boolean(),
  mentioned: z.boolean(),
  deliveryFailed: z.boolean(),
  sort: z.enum(["newest", "waiting", "due"]),
});
export type ListFilter = z.infer<typeof listFilter>;

/** The filter that hides nothing. */
export const everything: ListFilter = {
  statuses: [],
  assignee: null,
  teamId: null,
  brandId: null,
  priorities: [],
  ratings: [],
  promise: null,
  topicId: null,
  tag: null,
  customerId: null,
  channelKind: null,
  field: null,
  followed: false,
  mentioned: false,
  deliveryFailed: false,
  sort: "newest",
};

/** Who sees a view: its owner, a team's members (and who supervises), or everybody. */
export const viewShare = z.discriminatedUnion("with", [
  z.strictObject({ with: z.literal("me") }),
  z.strictObject({ with: z.literal("team"), teamId }),
  z.strictObject({ with: z.literal("everybody") }),
]);
export type ViewShare = z.infer<typeof viewShare>;

/** What somebody says of a view. */
export const viewInput = z.strictObject({
  name: z.string().trim().min(1).max(60),
  filter: listFilter,
  share: viewShare,
});
export type ViewInput = z.infer<typeof viewInput>;

/**
 * A named list in the first pane. `key` names the built-in ones ("mine", "unassigned", …; words in locales under `views`). `share` null: it
 * comes by itself (built in, or a team's own). `mayChange`: this agent may change and remove it. `atLeast`: `count` is the least there are,
 * because finding all of them would take long.
 */
export const view = z.strictObject({
  id: z.string(),
  key: z.string().nullable(),
  name: z.string(),
  filter: listFilter,
  count: z.number().int().nullable(),
  atLeast: z.boolean(),
  /** How many of them only wait for the customer; null: not told apart. */
  waiting: z.number().int().nullable(),
  share: viewShare.nullable(),
  mayChange: z.boolean(),
});
export type View = z.infer<typeof view>;

const tags = z.array(z.string().trim().min(1).max(60)).max(mostTags);

export const change = z.strictObject({
  status: z.enum(["open", "waiting", "resolved", "closed"]).optional(),
  priority: priority.optional(),
  subject: z.string().trim().min(1).max(500).optional(),
  topicId: topicId.nullable().optional(),
  assigneeId: agentId.nullable().optional(),
  teamId: teamId.nullable().optional(),
  tags: tags.optional(),
  /** Beside `tags`, or instead: others' tags stay, whoever else is changing them. */
  addTags: tags.optional(),
  removeTags: tags.optional(),
  fields: fieldChanges.optional(),
});
export type Change = z.infer<typeof change>;

/**
 * A change of one concern by somebody who looks at it. `key`, made by the client: it is made once under it, however often it is sent, and can be
 * taken back under it. `was`: what stood there when it was decided; where somebody else was faster it is refused.
 */
export const decidedChange = change.extend({
  key: z.uuid().optional(),
  was: change.pick({ assigneeId: true, subject: true, fields: true }).optional(),
});
export type DecidedChange = z.infer<typeof decidedChange>;

/** What can be done to many at once. */
export const changeOfMany = change
  .pick({
    status: true,
    priority: true,
    topicId: true,
    assigneeId: true,
    teamId: true,
    addTags: true,
    removeTags: true,
  })
  .refine((wanted) => Object.values(wanted).some((part) => part !== undefined), "nothing to change");
export type ChangeOfMany = z.infer<typeof changeOfMany>;
/** What stood on each row when the change was decided; where it is otherwise by now, and not as it is wanted, the concern is refused. */
export const seenOfMany = z
  .record(
    concernId,
    concernRow.pick({ status: true, priority: true, topicId: true, assigneeId: true, teamId: true }).partial(),
  )
  .refine((seen) => Object.keys(seen).length <= mostAtOnce, "more than can be changed at once");
export type SeenOfMany = z.infer<typeof seenOfMany>;
/** Most concerns under one key: in one call or in its parts together. */
export const mostAtOnce = 200;
