// What an event does to the lists that every desk knows whole: colleagues, teams, brands, channels, topics, tiers, fields, notices and rules. Called by apply.ts.
import type { AnyEvent } from "#contract/events.ts";
import type { DeskState } from "#web/state/apply.ts";
import { withCost } from "#web/state/applyCost.ts";

const kinds = [
  "agent.changed",
  "team.changed",
  "brand.changed",
  "channel.changed",
  "channelCost.changed",
  "topic.changed",
  "topic.removed",
  "tier.changed",
  "field.changed",
  "field.removed",
  "notice.changed",
  "notice.removed",
  "promise.rulesChanged",
  "promise.recounted",
  "automation.rulesChanged",
] as const;

/** The kinds of entries that change these lists. */
export const referenceKinds: ReadonlySet<string> = new Set(kinds);

/** The desk after such an entry. */
export const referenceAfter = (
  state: DeskState,
  event: Extract<AnyEvent, { kind: (typeof kinds)[number] }>,
): DeskState => {
  switch (event.kind) {
    case "agent.changed":
      return { ...state, agents: upsert(state.agents, event.data.agent) };
    case "team.changed":
      return { ...state, teams: upsert(state.teams, event.data.team) };
    case "brand.changed":
      return { ...state, brands: upsert(state.brands, event.data.brand) };
    case "channel.changed":
      return { ...state, channels: upsert(state.channels, event.data.channel) };
    case "channelCost.changed":
      return withCost(state, event.data.cost);
    case "topic.changed":
      return { ...state, topics: upsert(state.topics, event.data.topic) };
    case "topic.removed":
      return { ...state, topics: state.topics.filter((topic) => topic.id !== event.data.topicId) };
    case "tier.changed":
      return { ...state, tiers: event.data.tiers };
    case "field.changed":
      return { ...state, fields: upsert(state.fields, event.data.field) };
    case "field.removed":
      return { ...state, fields: state.fields.filter((field) => field.id !== event.data.fieldId) };
    case "notice.changed":
      return { ...state, notices: upsert(state.notices, event.data.notice) };
    case "notice.removed":
      return { ...state, notices: state.notices.filter((notice) => notice.id !== event.data.noticeId) };
    case "promise.rulesChanged":
      return { ...state, promises: { ...state.promises, rules: event.data.rules } };
    case "promise.recounted":
      return { ...state, promises: { ...state.promises, recount: event.data.recount } };
    case "automation.rulesChanged":
      return { ...state, automation: event.data.rules };
  }
};

/** The list with this entry, in its place or at the end. */
export const upsert = <T extends { readonly id: string }>(items: readonly T[], item: T): T[] => {
  const at = items.findIndex((other) => other.id === item.id);
  return at === -1 ? [...items, item] : items.with(at, item);
};
