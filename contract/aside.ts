// What was taken in and made no concern: who sees it, and what can be done about it.
import { z } from "zod";
import { cursor, done, endpoint, instant } from "#contract/endpoint.ts";
import { brandId, channelId } from "#contract/ids.ts";

/**
 * Why it made no concern. unknownSenders: too many mails at once from senders nobody knows or vouches for; unknownReceipt: news about something
 * we never sent; falseAutoReply: an automatic answer whose sender is shown to be false; strayAutoReply: one that names
 * nothing of ours and comes from nobody whom we wrote to lately.
 */
export const asideReasons = ["unknownSenders", "unknownReceipt", "falseAutoReply", "strayAutoReply"] as const;
export const asideReason = z.enum(asideReasons);
export type AsideReason = z.infer<typeof asideReason>;

/** One of them. Nothing of it is believed: `sender` and `subject` are what the mail says; of an unknownReceipt `sender` is the address it speaks of. */
export const aside = z.strictObject({
  id: z.uuid(),
  brandId,
  channelId,
  reason: asideReason,
  senderName: z.string().nullable(),
  sender: z.string(),
  subject: z.string().nullable(),
  /** How it begins, as plain text. */
  snippet: z.string(),
  at: instant,
});
export type Aside = z.infer<typeof aside>;

/** Shown counts end here. */
export const mostCounted = 10_000;

export const asides = {
  list: endpoint({
    method: "GET",
    path: "/api/set-aside",
    permission: "concern.read",
    summary:
      "What was taken in and made no concern, newest first; agents see the mails of unknown senders, who supervises sees all",
    query: z.strictObject({
      reason: asideReason.optional(),
      after: cursor.optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    result: z.strictObject({
      entries: z.array(aside.extend({ rawUrl: z.string() })),
      next: cursor.nullable(),
    }),
  }),
  counts: endpoint({
    method: "GET",
    path: "/api/set-aside/counts",
    permission: "concern.read",
    summary: "How many of each reason nobody has decided about, at most 10,000",
    result: z.array(z.strictObject({ reason: asideReason, count: z.number().int() })),
  }),
  settle: endpoint({
    method: "POST",
    path: "/api/set-aside/settle",
    permission: "concern.change",
    summary:
      "Make concerns of them (they are read again and appear in a moment), or put them away; what is settled already stays as it is",
    body: z.strictObject({ ids: z.array(z.uuid()).min(1).max(200), as: z.enum(["concern", "away"]) }),
    result: done,
  }),
};
