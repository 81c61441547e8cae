// What follows for the customer from what a visitor typed about themselves before they were one. Run by server/reactions.ts, at least once.
import { system } from "#contract/actor.ts";
import type { AnyEvent, EventKind } from "#contract/events.ts";
import { claimFor } from "#modules/customers/actions-likeness.ts";
import { addressesOf } from "#modules/customers/reads.ts";
import { visitorByAddress } from "#modules/visitors/store.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** A reaction before its lock is chosen. */
export interface VisitorReaction {
  readonly name: string;
  /** The kinds of entries it can want. */
  readonly kinds: readonly EventKind[];
  readonly wants: (event: AnyEvent) => boolean;
  readonly handle: (tx: Tx, event: AnyEvent) => Promise<void>;
}

export const visitorReactions = (world: World): readonly VisitorReaction[] => [
  {
    name: "visitors.claims",
    kinds: ["customer.created"],
    wants: (event) => event.kind === "customer.created",
    handle: async (tx, event) => {
      if (event.kind !== "customer.created") return;
      const { customerId } = event.data;
      for (const { kind, value } of await addressesOf(tx, customerId, null)) {
        const visitor = kind === "chat" ? await visitorByAddress(tx, value) : null;
        if (visitor === null || visitor.email === "") continue;
        await claimFor(world, tx, system, customerId, { kind: "email", norm: visitor.email, signed: false });
      }
    },
  },
];
