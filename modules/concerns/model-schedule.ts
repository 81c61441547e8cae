// Decides about answers for a chosen time: what the concern is until then, and what it becomes when one leaves. Called by actions-send.ts and actions-schedule.ts; pure.
import type { Scheduled } from "#contract/concerns.ts";
import { previewOf, withStatus, type ConcernState } from "#modules/concerns/model.ts";

/** What an agent chose for an answer that leaves later. */
export type Plan = Omit<Scheduled, "held">;

/** The concern while an answer waits for its time: nothing has been said yet, so the customer still waits; it sleeps until then or until the customer writes. */
export const withScheduled = (
  state: ConcernState,
  plan: Plan,
  channelKind: ConcernState["channels"][number],
): ConcernState => ({
  ...withStatus({ ...state, snoozedUntil: plan.at }, "snoozed", plan.at),
  lastSeq: state.lastSeq + 1,
  messageCount: state.messageCount + 1,
  channels: state.channels.includes(channelKind) ? state.channels : [...state.channels, channelKind],
});

/**
 * The concern when a scheduled answer leaves. It counts as said now. What the customer wrote after it was written (`writtenSince`: when first)
 * is not answered by it; and a status that somebody chose meanwhile stays.
 */
export const withLeft = (
  state: ConcernState,
  plan: Plan,
  said: { readonly at: string; readonly text: string; readonly subject: string | null },
  writtenSince: string | null,
): ConcernState => {
  const after: ConcernState = {
    ...state,
    snippet: previewOf(said),
    lastDirection: "out",
    lastMessageAt: said.at > state.lastMessageAt ? said.at : state.lastMessageAt,
    firstReplyAt: state.firstReplyAt ?? said.at,
  };
  if (writtenSince !== null) return { ...after, waitingSince: state.waitingSince === null ? null : writtenSince };
  const asleep = state.status === "snoozed" && state.snoozedUntil === plan.at;
  const answered = { ...after, waitingSince: null };
  return asleep ? withStatus(answered, plan.statusAfter, said.at) : answered;
};
