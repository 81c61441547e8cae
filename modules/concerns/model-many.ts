// Decides what taking back a change to many concerns restores of one of them. Called by concerns/actions-many.ts; pure.
import { same, type ConcernState } from "#modules/concerns/model.ts";

const statusKeys = ["status", "snoozedUntil", "waitingSince", "resolvedAt", "closedAt"] as const;
const singleKeys = ["priority", "topicId", "assigneeId", "teamId"] as const;

/** The part of a concern that a change to many can move; and when it last spoke, to tell whether it moved on since. */
export type Changeable = Pick<
  ConcernState,
  (typeof statusKeys)[number] | (typeof singleKeys)[number] | "tags" | "lastMessageAt"
>;

/** What has to be remembered of a concern, before and after. */
export const changeable = (state: ConcernState): Changeable => ({
  status: state.status,
  snoozedUntil: state.snoozedUntil,
  waitingSince: state.waitingSince,
  resolvedAt: state.resolvedAt,
  closedAt: state.closedAt,
  priority: state.priority,
  topicId: state.topicId,
  assigneeId: state.assigneeId,
  teamId: state.teamId,
  tags: state.tags,
  lastMessageAt: state.lastMessageAt,
});

/**
 * The concern without the change; what somebody changed since stays as they left it. The status goes back with all its times, or, when
 * something was said or done about it since, not at all: a customer who wrote meanwhile is not put to sleep again.
 */
export const takenBack = (state: ConcernState, before: Changeable, after: Changeable): ConcernState => {
  const back: Record<string, unknown> = {};
  if (state.lastMessageAt === after.lastMessageAt && statusKeys.every((key) => same(state[key], after[key])))
    for (const key of statusKeys) back[key] = before[key];
  for (const key of singleKeys) if (same(state[key], after[key])) back[key] = before[key];
  const added = new Set(after.tags.filter((tag) => !before.tags.includes(tag)));
  const removed = before.tags.filter((tag) => !after.tags.includes(tag) && !state.tags.includes(tag));
  const tags = same(state.tags, after.tags)
    ? before.tags
    : [...state.tags.filter((tag) => !added.has(tag)), ...removed];
  return { ...state, ...back, tags };
};
