// What follows from what was learnt of a customer: whom they may be the same as. Run by server/reactions.ts in commit order, at least once.
import type { AnyEvent, EventKind } from "#contract/events.ts";
import { proposeFor } from "#modules/customers/actions-likeness.ts";
import { likeSomebody } from "#modules/customers/reads-merging.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** A reaction before its lock is chosen. */
export interface CustomerReaction {
  readonly name: string;
  /** The kinds of entries it can want. */
  readonly kinds: readonly EventKind[];
  readonly wants: (event: AnyEvent) => boolean;
  /** Those of wanted entries for which there is something to do; left out: all. */
  readonly sift?: ((tx: Tx, events: readonly AnyEvent[]) => Promise<readonly AnyEvent[]>) | undefined;
  readonly handle: (tx: Tx, event: AnyEvent) => Promise<void>;
}

const telling: ReadonlySet<string> = new Set(["addresses", "name", "claims", "merged"]);

export const customerReactions = (world: World): readonly CustomerReaction[] => [
  {
    name: "customers.propose",
    kinds: ["customer.created", "customer.changed"],
    wants: (event) =>
      event.kind === "customer.created" ||
      (event.kind === "customer.changed" && event.data.what.some((part) => telling.has(part))),
    // Nobody is like most of those who are new.
    sift: async (tx, events) => {
      const alike = new Set(
        await likeSomebody(
          tx,
          events.flatMap(({ customerId }) => customerId ?? []),
        ),
      );
      return events.filter(({ customerId }) => customerId !== null && alike.has(customerId));
    },
    handle: async (tx, event) => {
      if (event.kind === "customer.created" || event.kind === "customer.changed")
        await proposeFor(world, tx, event.data.customerId);
    },
  },
];
