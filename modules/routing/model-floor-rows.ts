// Rows as routing/store-floor.ts gives them and routing/model-floor.ts reckons with them.
import type { WorkKind } from "#contract/routing-book.ts";
import type { Work } from "#contract/routing.ts";
import type { AgentId, QueueId } from "#contract/ids.ts";
import type { LineNow } from "#modules/routing/model-shapes.ts";

/** So many pieces of a kind stand so in a queue; `since`: the first coming of the earliest. */
export interface CountRow {
  readonly queueId: QueueId;
  readonly kind: WorkKind;
  readonly state: Work["state"];
  readonly count: number;
  readonly since: string;
}

export interface QueueStateRow {
  readonly queueId: QueueId;
  readonly paused: boolean;
  readonly open: boolean;
  readonly overflows: boolean;
}

export interface LineNowRow {
  readonly queueId: QueueId;
  readonly kind: WorkKind;
  readonly now: LineNow | null;
}

/** What became of the waits of a queue since some time. */
export interface ShareRow {
  readonly queueId: QueueId;
  readonly answered: number;
  readonly within: number;
  readonly abandoned: number;
  readonly averageMs: number | null;
  readonly longestMs: number | null;
}

/** A piece of work in somebody's hands. */
export interface HandRow extends Pick<
  Work,
  "id" | "concernId" | "kind" | "queueId" | "state" | "arrivedAt" | "until" | "rest"
> {
  readonly agentId: AgentId;
}

export interface PresenceRow {
  readonly agentId: AgentId;
  readonly state: "available" | "busy" | "away" | "wrapUp" | "offline";
  readonly reason: string;
  readonly since: string;
  readonly until: string | null;
  readonly vanishedAt: string | null;
  readonly keptForId: string | null;
}

/** How much somebody brought to an end today. */
export interface HandledRow {
  readonly agentId: AgentId;
  readonly handled: number;
}

/** How long somebody held work of a kind today while they were there, by how it rested. */
export interface HoldRow {
  readonly agentId: AgentId;
  readonly kind: WorkKind;
  readonly rest: Work["rest"];
  readonly ms: number;
}

/** How long somebody was how today. */
export interface StretchRow {
  readonly agentId: AgentId;
  readonly state: PresenceRow["state"];
  readonly ms: number;
}
