// The tables that are filled, their columns, and what a filling is given. Used by thread.ts and fill.ts.
import type { z } from "zod";
import type { Delivery } from "#contract/concerns.ts";
import type { loggedMessage } from "#contract/events.ts";
import type { ThreadPlan } from "#lib/corpus/threads.ts";
import type { ConcernState } from "#modules/concerns/model.ts";
import type { NewMessage } from "#modules/concerns/store.ts";
import type { Value } from "#bench/fill/copy.ts";

/** Columns of each table in the order in which rows are given. */
export const columns = {
  customer: ["id", "name", "language", "created_at", "brand_ids"],
  address: [
    "id",
    "customer_id",
    "kind",
    "norm",
    "value",
    "verified_at",
    "verified_by",
    "last_in_at",
    "last_out_at",
    "preferred",
    "brand_ids",
  ],
  concern: [
    "id",
    "number",
    "brand_id",
    "subject",
    "status",
    "priority",
    "topic_id",
    "tags",
    "assignee_id",
    "team_id",
    "customer_id",
    "customer_name",
    "channels",
    "snippet",
    "last_direction",
    "last_message_at",
    "waiting_since",
    "message_count",
    "last_seq",
    "language",
    "created_at",
    "first_reply_at",
    "resolved_at",
    "closed_at",
    "version",
  ],
  party: ["id", "concern_id", "customer_id", "name", "kind", "norm", "value", "role", "sees_from"],
  intake: ["id", "channel_id", "provider_id", "raw_hash", "transport", "received_at", "state"],
  intake_item: ["brand_id", "channel_id", "provider_id", "intake_id"],
  message: [
    "id",
    "concern_id",
    "seq",
    "direction",
    "author_kind",
    "author_id",
    "author_name",
    "channel_kind",
    "channel_id",
    "sender",
    "recipients",
    "copies",
    "subject",
    "assurance",
    "verdicts",
    "warnings",
    "automatic",
    "mentions",
    "answers_id",
    "file_count",
    "has_html",
    "html_lines",
    "remote_images",
    "client_key",
    "intake_id",
    "at",
    "undo",
    "version",
  ],
  message_body: ["message_id", "text", "folded_text", "html", "raw_hash"],
  attachment: ["id", "message_id", "position", "hash", "name", "media_type", "size_bytes", "inline_id", "image"],
  delivery: [
    "id",
    "message_id",
    "channel_id",
    "recipient",
    "token",
    "state",
    "attempts",
    "give_up_at",
    "lease_token",
    "lease_until",
    "begun_at",
    "detail",
    "history",
  ],
  reference: ["key", "channel_kind", "message_id", "concern_id", "ours"],
  reply_token: ["token", "concern_id", "party_id", "created_at"],
  event: ["at", "kind", "actor", "brand_id", "concern_id", "customer_id", "data"],
  searched: ["message_id", "concern_id", "brand_id", "at", "text", "language", "codes"],
} as const;

export type Table = keyof typeof columns;
export type Rows = Record<Table, Value[][]>;
/** `searched` is no table: fill.ts turns it into message_search and the words of the search. */
export const emptyRows = (): Rows =>
  Object.fromEntries(Object.keys(columns).map((table) => [table, []])) as unknown as Rows;

export interface FillAgent {
  readonly id: string;
  readonly name: string;
  readonly handle: string;
}

/** The centre into which is filled. */
export interface Centre {
  readonly brand: {
    readonly id: string;
    readonly name: string;
    readonly signature: string;
    readonly language: "de" | "en";
  };
  readonly channel: { readonly id: string; readonly address: string };
  readonly agents: readonly FillAgent[];
  readonly newId: (atMs: number) => string;
  readonly newToken: () => string;
  readonly mac: (purpose: string, text: string) => string;
  readonly hashOf: (bytes: Uint8Array) => string;
}

/** A customer who is there already, or is to be made; kept over threads by address. */
export interface FillCustomer {
  readonly id: string;
  readonly name: string;
  lastInMs: number;
  lastOutMs: number;
}

export interface Filling {
  readonly plan: ThreadPlan;
  readonly number: number;
  readonly startMs: number;
  readonly topic: { readonly id: string; readonly teamId: string | null } | null;
  readonly priority: ConcernState["priority"];
  readonly tags: readonly string[];
  /** Milliseconds after the last step at which it is resolved; null: it stays as it is. */
  readonly resolvedAfterMs: number | null;
  /** Nothing happens after this moment. */
  readonly endMs: number;
}

export const undoMs = 10_000;
export const leaseMs = 300_000;

/** A message's row; `versions`: how often it was written. */
export const messageRow = (message: NewMessage, versions: number): Value[] => [
  message.id,
  message.concernId,
  message.seq,
  message.direction,
  message.author.kind,
  message.author.id,
  message.author.name,
  message.channelKind,
  message.channelId,
  message.from === null ? null : { json: message.from },
  { json: message.to },
  { json: message.cc },
  message.subject,
  message.assurance,
  { json: message.verdicts },
  message.warnings,
  message.automatic,
  message.mentions,
  message.answersId,
  message.files.length,
  message.html !== null,
  message.htmlLines,
  message.remoteImages,
  message.clientKey,
  message.intakeId,
  message.at,
  message.undo === null ? null : { json: message.undo },
  versions,
];

/** A concern's row as it is in the end. */
export const concernRow = (state: ConcernState, number: number): Value[] => [
  state.id,
  number,
  state.brandId,
  state.subject,
  state.status,
  state.priority,
  state.topicId,
  state.tags,
  state.assigneeId,
  state.teamId,
  state.customerId,
  state.customerName,
  state.channels,
  state.snippet,
  state.lastDirection,
  state.lastMessageAt,
  state.waitingSince,
  state.messageCount,
  state.lastSeq,
  state.language,
  state.createdAt,
  state.firstReplyAt,
  state.resolvedAt,
  state.closedAt,
  state.version,
];

/** A message as the log keeps it when it is added. */
export const logged = (message: NewMessage, deliveries: readonly Delivery[]): z.input<typeof loggedMessage> => ({
  id: message.id,
  concernId: message.concernId,
  seq: message.seq,
  direction: message.direction,
  author: message.author,
  channelKind: message.channelKind,
  channelId: message.channelId,
  from: message.from,
  to: [...message.to],
  cc: [...message.cc],
  replyTo: null,
  subject: message.subject,
  deliveries: [...deliveries],
  assurance: message.assurance,
  verdicts: [...message.verdicts],
  warnings: [...message.warnings],
  automatic: message.automatic,
  mentions: [...message.mentions],
  proposal: null,
  scheduled: null,
  at: message.at,
  version: 1,
});
