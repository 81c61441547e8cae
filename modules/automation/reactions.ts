// What rules do follows from the log. Run by server/reactions.ts in commit order, at least once; what was done is written down with it, so doing it again does nothing.
import type { AnyEvent, EventKind } from "#contract/events.ts";
import { actOn } from "#modules/automation/actions-events.ts";
import type { RulingWorld } from "#modules/automation/actions-acting.ts";
import { concerns, happeningsOf } from "#modules/automation/model.ts";
import { anyRules } from "#modules/automation/reads.ts";
import type { Tx } from "#platform/db/db.ts";

/** A reaction before its lock is chosen. */
export interface AutomationReaction {
  readonly name: string;
  /** The kinds of entries it can want. */
  readonly kinds: readonly EventKind[];
  readonly wants: (event: AnyEvent) => boolean;
  readonly sift: (tx: Tx, events: readonly AnyEvent[]) => Promise<readonly AnyEvent[]>;
  readonly handle: (tx: Tx, event: AnyEvent) => Promise<void>;
}

const kinds = [
  "concern.created",
  "concern.changed",
  "concern.resolvedAt",
  "message.added",
  "message.scheduled",
  "message.withdrawn",
  "promise.warned",
  "promise.missed",
  "rating.given",
  "hours.changed",
] as const satisfies readonly EventKind[];

export const automationReactions = (world: RulingWorld): readonly AutomationReaction[] => [
  {
    name: "automation.rules",
    kinds,
    wants: ({ kind }) => (kinds as readonly EventKind[]).includes(kind),
    // One look at the rules for all of them: where there are none nothing is locked.
    sift: async (tx, events) => {
      const rules = await anyRules(tx);
      const waits = rules.some(({ when }) => when.by === "time");
      return rules.length === 0 ? [] : events.filter((event) => waits || concerns(rules, happeningsOf(event)));
    },
    handle: (tx, event) => actOn(world, tx, event),
  },
];
