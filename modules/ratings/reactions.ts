// What follows from a concern's resolution: the question is planned, or dropped when it is open again. Run by server/reactions.ts, at least once.
import type { AnyEvent, EventKind } from "#contract/events.ts";
import { followResolution } from "#modules/ratings/actions.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** A reaction before its lock is chosen. */
export interface RatingReaction {
  readonly name: string;
  /** The kinds of entries it can want. */
  readonly kinds: readonly EventKind[];
  readonly wants: (event: AnyEvent) => boolean;
  readonly handle: (tx: Tx, event: AnyEvent) => Promise<void>;
}

export const ratingReactions = (world: Pick<World, "newId">): readonly RatingReaction[] => [
  {
    name: "ratings.resolved",
    kinds: ["concern.resolvedAt"],
    wants: (event) => event.kind === "concern.resolvedAt",
    handle: async (tx, event) => {
      if (event.kind !== "concern.resolvedAt") return;
      const { concernId, brandId, customerId, data } = event;
      if (concernId !== null && brandId !== null && customerId !== null)
        await followResolution(world, tx, { concernId, brandId, customerId }, data.at);
    },
  },
];
