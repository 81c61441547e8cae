// All reactions of all modules, with the lock each runs under. A reaction is idempotent and goes on from its cursor.
import { eventsAfter } from "#modules/audit/reads.ts";
import { automationReactions } from "#modules/automation/reactions.ts";
import { callReactions } from "#modules/calls/reactions.ts";
import { concernReactions } from "#modules/concerns/reactions.ts";
import { flowReactions } from "#modules/flows/reactions.ts";
import type { FlowWorld } from "#modules/flows/ground.ts";
import { customerReactions } from "#modules/customers/reactions.ts";
import { ratingReactions } from "#modules/ratings/reactions.ts";
import { visitorReactions } from "#modules/visitors/reactions.ts";
import type { AnyEvent, EventKind } from "#contract/events.ts";
import type { Tx } from "#platform/db/db.ts";
import type { Follower } from "#platform/live/follow.ts";

/** One reaction, ready for `runReaction`. */
export interface Reaction {
  readonly name: string;
  readonly key: number;
  /** The next entries of the kinds that it can want. */
  readonly read: (
    tx: Tx,
    after: number,
    limit: number,
  ) => Promise<{ readonly events: readonly AnyEvent[]; readonly upTo: number }>;
  readonly wants: (event: AnyEvent) => boolean;
  readonly sift?: ((tx: Tx, events: readonly AnyEvent[]) => Promise<readonly AnyEvent[]>) | undefined;
  readonly handle: (tx: Tx, event: AnyEvent, from?: string) => Promise<string | void>;
}

/** A reaction as its module has it. */
interface Unkeyed extends Omit<Reaction, "key" | "read"> {
  /** The kinds of entries it can want: of others it is given none. */
  readonly kinds: readonly EventKind[];
}

/** The list; keys are advisory-lock numbers and never reused. `recent`: the log's end as this process follows it; what lies further back is read. */
export const reactions = (
  world: FlowWorld,
  options: {
    readonly acknowledge: boolean;
    readonly pushAfterMs: number;
    readonly undoMs: number;
    readonly recent: Follower<AnyEvent>["recent"];
  },
): readonly Reaction[] => {
  const keyed =
    (first: number) =>
    ({ kinds, ...reaction }: Unkeyed, i: number): Reaction => ({
      ...reaction,
      key: first + i,
      read: async (tx, after, limit) =>
        options.recent(after, limit, ({ kind }) => kinds.includes(kind)) ?? eventsAfter(tx, after, limit, kinds),
    });
  return [
    ...concernReactions(world, options).map(keyed(100)),
    ...customerReactions(world).map(keyed(140)),
    ...visitorReactions(world, options.pushAfterMs).map(keyed(150)),
    ...ratingReactions(world).map(keyed(160)),
    ...automationReactions({ ...world, undoMs: options.undoMs }).map(keyed(170)),
    ...flowReactions(world).map(keyed(180)),
    ...callReactions(world).map(keyed(190)),
  ];
};
