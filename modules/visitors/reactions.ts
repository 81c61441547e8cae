// What follows for the customer from what a visitor typed about themselves before they were one. Run by server/reactions.ts, at least once.
import { system } from "#contract/actor.ts";
import type { AnyEvent, EventKind } from "#contract/events.ts";
import { claimFor } from "#modules/customers/actions-likeness.ts";
import { addressesOf, addressesOfKind } from "#modules/customers/reads.ts";
import { addressesThatTyped, visitorByAddress } from "#modules/visitors/store.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** A reaction before its lock is chosen. */
export interface VisitorReaction {
  readonly name: string;
  /** The kinds of entries it can want. */
  readonly kinds: readonly EventKind[];
  readonly wants: (event: AnyEvent) => boolean;
  /** Those of wanted entries for which there is something to do; left out: all. */
  readonly sift?: ((tx: Tx, events: readonly AnyEvent[]) => Promise<readonly AnyEvent[]>) | undefined;
  readonly handle: (tx: Tx, event: AnyEvent) => Promise<void>;
}

export const visitorReactions = (world: World): readonly VisitorReaction[] => [
  {
    name: "visitors.claims",
    kinds: ["customer.created"],
    wants: (event) => event.kind === "customer.created",
    // Most customers write mails and visit nothing, and most visitors have typed no address.
    sift: async (tx, events) => {
      const ids = events.flatMap(({ customerId }) => customerId ?? []);
      const visiting = await addressesOfKind(tx, "chat", ids);
      const typed = new Set(
        visiting.length === 0
          ? []
          : await addressesThatTyped(
              tx,
              visiting.map(({ value }) => value),
            ),
      );
      const claiming = new Set(visiting.filter(({ value }) => typed.has(value)).map(({ customerId }) => customerId));
      return events.filter(({ customerId }) => customerId !== null && claiming.has(customerId));
    },
    handle: async (tx, event) => {
      if (event.kind !== "customer.created") return;
      const { customerId } = event.data;
      for (const { kind, value } of await addressesOf(tx, customerId, null)) {
        const visitor = kind === "chat" ? await visitorByAddress(tx, value) : null;
        if (visitor === null || visitor.email === "") continue;
        await claimFor(world, tx, system, customerId, {
          kind: "email",
          norm: visitor.email,
          signed: visitor.emailProved,
        });
      }
    },
  },
];
