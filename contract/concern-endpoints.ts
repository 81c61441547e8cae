// What can be asked and done about concerns over HTTP.
import { z } from "zod";
import { addressKind, channelKind } from "#contract/channel.ts";
import {
  below,
  changeOfMany,
  concernDetail,
  concernRow,
  decidedChange,
  draft,
  draftKind,
  draftQuote,
  historyEntry,
  linkKind,
  listFilter,
  message,
  mostAtOnce,
  seenOfMany,
  undone,
  view,
  viewInput,
} from "#contract/concerns.ts";
import { cursor, done, endpoint, instant } from "#contract/endpoint.ts";
import { errorCode } from "#contract/errors.ts";
import { uploadId } from "#contract/files.ts";
import { givenPart, mostParts } from "#contract/parts.ts";
import { addressId, agentId, brandId, channelId, concernId, customerId, messageId, viewId } from "#contract/ids.ts";

const byId = z.strictObject({ id: concernId });

/** Query strings carry the filter as JSON, so that one schema serves views, lists and counters. */
const filterJson = z
  .string()
  .max(4000)
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue({ code: "custom", message: "not JSON" });
      return z.NEVER;
    }
  })
  .pipe(listFilter);

const content = {
  text: z.string().max(200_000),
  /** From the editor; sanitised again on arrival. Null: text only. */
  html: z.string().max(1_000_000).nullable(),
  uploads: z.array(uploadId).max(50),
};

const recipients = {
  to: z.array(z.string().trim().min(1).max(320)).max(50),
  cc: z.array(z.string().trim().min(1).max(320)).max(50),
};

/** `changed`: they are now as it was wanted, also those that were so before. */
const outcomeOfMany = z.strictObject({
  changed: z.array(concernRow),
  refused: z.array(
    z.strictObject({ id: concernId, code: errorCode, facts: z.record(z.string(), z.union([z.string(), z.number()])) }),
  ),
});

/**
 * One way to reach the customer, best first as far as the server knows: who is in a chat at this moment a desk knows by itself. `reason` and `blocked` are
 * locale keys below `composer`; the rest is what the rule looks at (`lib/ways.ts`), so that the desk can apply it again when something changes.
 */
export const way = z.strictObject({
  channelId,
  channelKind,
  channelName: z.string(),
  addressId: addressId.nullable(),
  value: z.string(),
  reason: z.string(),
  blocked: z.string().nullable(),
  hindrance: z.enum(["channelOff", "cannotSend", "noAddress", "suppressed", "notFirst"]).nullable(),
  own: z.boolean(),
  asked: z.enum(["sure", "unsure"]).nullable(),
  wroteHere: z.boolean(),
  wished: z.boolean(),
  preferred: z.boolean(),
  verified: z.boolean(),
  kept: z.boolean(),
  /** After how many milliseconds what was not seen there goes by mail; null: it does not, and waits there. */
  mailedAfterMs: z.number().int().nullable(),
  atOnce: z.boolean(),
  /** What a message costs the centre; null: nobody has said. */
  cents: z.number().nullable(),
  /** Until when may be written by it; null: always. */
  closesAt: instant.nullable(),
  /** When something last came from there or went there; "": never. */
  usedAt: z.string(),
});

/** Most rows that are asked for by id at once. */
export const mostRows = 100;

export const concerns = {
  list: endpoint({
    method: "GET",
    path: "/api/concerns",
    permission: "concern.read",
    summary: "One page of concerns",
    query: z.strictObject({
      filter: filterJson,
      after: cursor.optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    result: z.strictObject({ rows: z.array(concernRow), next: cursor.nullable() }),
  }),
  rows: endpoint({
    method: "GET",
    path: "/api/concerns/rows",
    permission: "concern.read",
    summary: "Rows of concerns by their ids; those that are not there or may not be seen are left out",
    query: z.strictObject({
      /** Separated by commas. */
      ids: z
        .string()
        .max(mostRows * 37)
        .transform((text) => text.split(","))
        .pipe(z.array(concernId).min(1).max(mostRows)),
    }),
    result: z.strictObject({ rows: z.array(concernRow) }),
  }),
  views: endpoint({
    method: "GET",
    path: "/api/views",
    permission: "concern.read",
    summary: "The signed-in agent's views with their counters",
    result: z.strictObject({ views: z.array(view), upTo: z.number().int() }),
  }),
  saveView: endpoint({
    method: "POST",
    path: "/api/views",
    permission: "concern.read",
    summary: "Keep a filter under a name; sharing it is for who supervises",
    body: viewInput,
    result: view,
  }),
  changeView: endpoint({
    method: "PUT",
    path: "/api/views/:id",
    permission: "concern.read",
    summary: "Rename a view, filter otherwise, share it otherwise",
    params: z.strictObject({ id: viewId }),
    body: viewInput,
    result: view,
  }),
  orderViews: endpoint({
    method: "PUT",
    path: "/api/views/order",
    permission: "concern.read",
    summary: "The order in which I want to see views",
    body: z.strictObject({ ids: z.array(viewId).max(200) }),
    result: done,
  }),
  removeView: endpoint({
    method: "DELETE",
    path: "/api/views/:id",
    permission: "concern.read",
    summary: "Remove a view; it can be brought back for a day",
    params: z.strictObject({ id: viewId }),
    result: done,
  }),
  restoreView: endpoint({
    method: "POST",
    path: "/api/views/:id/restore",
    permission: "concern.read",
    summary: "Bring a removed view back",
    params: z.strictObject({ id: viewId }),
    result: view,
  }),
  open: endpoint({
    method: "GET",
    path: "/api/concerns/:id",
    permission: "concern.read",
    summary: "A concern with its last messages (at most 50)",
    params: byId,
    /** upTo: the event number this state includes; live events after it are applied on top. */
    result: z.strictObject({
      concern: concernDetail,
      messages: z.array(message),
      earlier: z.boolean(),
      drafts: z.array(draft),
      ways: z.array(way),
      upTo: z.number().int(),
    }),
  }),
  byNumber: endpoint({
    method: "GET",
    path: "/api/concerns/number/:number",
    permission: "concern.read",
    summary: "The concern with this number",
    params: z.strictObject({ number: z.coerce.number().int().positive() }),
    result: concernRow,
  }),
  messages: endpoint({
    method: "GET",
    path: "/api/concerns/:id/messages",
    permission: "concern.read",
    summary: "Earlier messages, oldest first within the page",
    params: byId,
    query: z.strictObject({
      before: z.coerce.number().int().positive(),
      limit: z.coerce.number().int().min(1).max(100).default(50),
    }),
    result: z.strictObject({ messages: z.array(message), earlier: z.boolean() }),
  }),
  message: endpoint({
    method: "GET",
    path: "/api/messages/:id",
    permission: "concern.read",
    summary: "One message",
    params: z.strictObject({ id: messageId }),
    result: message,
  }),
  history: endpoint({
    method: "GET",
    path: "/api/concerns/:id/history",
    permission: "concern.read",
    summary: "What was done to the concern, newest first",
    params: byId,
    query: z.strictObject({
      before: z.coerce.number().int().positive().optional(),
      limit: z.coerce.number().int().min(1).max(200).default(100),
    }),
    result: z.strictObject({ entries: z.array(historyEntry), next: z.number().int().nullable() }),
  }),
  create: endpoint({
    method: "POST",
    path: "/api/concerns",
    permission: "concern.answer",
    summary: "Write first: a new concern with its first outgoing message",
    body: z.strictObject({
      brandId,
      channelId,
      customerId: customerId.nullable(),
      kind: addressKind,
      ...recipients,
      subject: z.string().trim().min(1).max(500),
      ...content,
      /** Send then and not before; null or left out: after the undo time. */
      sendAt: instant.nullable().optional(),
      /** With `sendAt`: held back when the customer writes before; left out: yes. */
      holdIfAnswered: z.boolean().optional(),
      /** Made by the client: the same key twice begins one concern. */
      key: z.uuid(),
    }),
    result: z.strictObject({ concern: concernRow, message }),
  }),
  reply: endpoint({
    method: "POST",
    path: "/api/concerns/:id/reply",
    permission: "concern.answer",
    summary: "Answer the customer; held for the undo time, then sent",
    params: byId,
    body: z.strictObject({
      channelId,
      ...recipients,
      ...content,
      /** Choices, forms and articles after the words, by a channel that carries them; left out: none. */
      parts: z.array(givenPart).max(mostParts).optional(),
      /** Send then and not before; null: after the undo time. */
      sendAt: instant.nullable(),
      /** With `sendAt`: held back when the customer writes before; left out: yes. */
      holdIfAnswered: z.boolean().optional(),
      /** Left out: the usual signature and the last message. */
      below: below.optional(),
      /** Status of the concern afterwards. */
      statusAfter: z.enum(["open", "waiting", "resolved"]),
      /** Made by the client: the same key twice sends once. */
      key: z.uuid(),
    }),
    result: z.strictObject({ concern: concernRow, message }),
  }),
  undoSend: endpoint({
    method: "POST",
    path: "/api/messages/:id/undo-send",
    permission: "concern.answer",
    summary:
      "Take back a message that has not left; it becomes a draft again (a second one where an answer is being written), and a concern that began with it goes",
    params: z.strictObject({ id: messageId }),
    result: undone,
  }),
  sendNow: endpoint({
    method: "POST",
    path: "/api/messages/:id/send-now",
    permission: "concern.answer",
    summary: "Send a held message at once, or try a failed one again",
    params: z.strictObject({ id: messageId }),
    result: message,
  }),
  reschedule: endpoint({
    method: "PUT",
    path: "/api/messages/:id/schedule",
    permission: "concern.answer",
    summary: "Give a scheduled answer another time, or let a held one go at its time",
    params: z.strictObject({ id: messageId }),
    body: z.strictObject({ sendAt: instant, holdIfAnswered: z.boolean() }),
    result: message,
  }),
  note: endpoint({
    method: "POST",
    path: "/api/concerns/:id/notes",
    permission: "concern.answer",
    summary: "Say something among colleagues; @handle mentions",
    params: byId,
    body: z.strictObject({ ...content, key: z.uuid() }),
    result: z.strictObject({ concern: concernRow, message }),
  }),
  change: endpoint({
    method: "PATCH",
    path: "/api/concerns/:id",
    permission: "concern.change",
    summary: "Change status, priority, topic, assignee, team, subject, tags, fields",
    params: byId,
    body: decidedChange,
    result: concernRow,
  }),
  changeMany: endpoint({
    method: "POST",
    path: "/api/concerns/change",
    permission: "concern.change",
    summary: "The same change to many concerns, each for itself",
    body: z.strictObject({
      /** Made by the client: a concern is changed once under it, however often it is sent; a long selection may come in parts. */
      key: z.uuid(),
      ids: z.array(concernId).min(1).max(mostAtOnce),
      change: changeOfMany,
      was: seenOfMany.optional(),
    }),
    result: outcomeOfMany,
  }),
  undoMany: endpoint({
    method: "POST",
    path: "/api/concerns/change/:key/undo",
    permission: "concern.change",
    summary: "Take back a change to one or many; what others changed since stays",
    params: z.strictObject({ key: z.uuid() }),
    result: outcomeOfMany,
  }),
  snooze: endpoint({
    method: "POST",
    path: "/api/concerns/:id/snooze",
    permission: "concern.change",
    summary: "Hide until a time or the customer's next message",
    params: byId,
    /** `key`: it can be taken back under it, like a change. */
    body: z.strictObject({ until: instant, key: z.uuid().optional() }),
    result: concernRow,
  }),
  follow: endpoint({
    method: "PUT",
    path: "/api/concerns/:id/followers/:agentId",
    permission: "concern.change",
    summary: "Follow",
    params: z.strictObject({ id: concernId, agentId }),
    result: done,
  }),
  unfollow: endpoint({
    method: "DELETE",
    path: "/api/concerns/:id/followers/:agentId",
    permission: "concern.change",
    summary: "Follow no longer",
    params: z.strictObject({ id: concernId, agentId }),
    result: done,
  }),
  link: endpoint({
    method: "POST",
    path: "/api/concerns/:id/links",
    permission: "concern.change",
    summary: "Link to another concern by number",
    params: byId,
    body: z.strictObject({ number: z.number().int().positive(), kind: linkKind }),
    result: done,
  }),
  unlink: endpoint({
    method: "DELETE",
    path: "/api/concerns/:id/links/:other",
    permission: "concern.change",
    summary: "Remove a link",
    params: z.strictObject({ id: concernId, other: concernId }),
    result: done,
  }),
  saveDraft: endpoint({
    method: "PUT",
    path: "/api/concerns/:id/drafts/:kind",
    permission: "concern.answer",
    summary: "Keep my draft; an empty one is forgotten",
    params: z.strictObject({ id: concernId, kind: draftKind }),
    body: z.strictObject({ channelId: channelId.nullable(), ...recipients, ...content, quote: draftQuote.optional() }),
    result: draft.nullable(),
  }),
  showSecret: endpoint({
    method: "POST",
    path: "/api/messages/:id/show-secret",
    permission: "secret.show",
    summary:
      "What was covered in a message (card numbers, session secrets), or the address of a file or of the whole message as it came, good for a minute; each time it is recorded",
    params: z.strictObject({ id: messageId }),
    body: z.discriminatedUnion("what", [
      z.strictObject({ what: z.literal("text") }),
      z.strictObject({ what: z.literal("original") }),
      z.strictObject({ what: z.literal("file"), fileId: z.uuid() }),
    ]),
    result: z.strictObject({
      values: z.array(z.strictObject({ kind: z.enum(["card", "session", "key"]), value: z.string() })),
      url: z.string().nullable(),
    }),
  }),
  seenFailure: endpoint({
    method: "POST",
    path: "/api/concerns/:id/seen-failure",
    permission: "concern.answer",
    summary: "I have seen that a delivery failed",
    params: byId,
    result: concernRow,
  }),
};
