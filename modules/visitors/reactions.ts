// What follows for the customer from what a visitor typed about themselves before they were one, and which browsers are told of an answer. Run by server/reactions.ts, at least once.
import { system } from "#contract/actor.ts";
import { addressKindOf, isKept } from "#contract/channel.ts";
import type { AnyEvent, EventKind } from "#contract/events.ts";
import { claimFor } from "#modules/customers/actions-likeness.ts";
import { addressesOf, addressesOfKind } from "#modules/customers/reads.ts";
import { addDue, subscribedAmong } from "#modules/visitors/store-push.ts";
import type { Visitor } from "#modules/visitors/actions.ts";
import { attach } from "#modules/visitors/actions-signed.ts";
import { addressesThatTyped, joinedAddresses, visitorByAddress, type VisitorRow } from "#modules/visitors/store.ts";
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

/** An agent's answer that has come to addresses of visitors, at once or when it was planned for: the message and the addresses. Null: it is none. */
const answerIn = (event: AnyEvent): { readonly messageId: string; readonly addresses: readonly string[] } | null => {
  if (event.kind === "message.added") {
    const { message } = event.data;
    if (message.direction !== "out" || message.author.kind !== "agent" || message.automatic !== null) return null;
    if (message.channelKind === null || !isKept(addressKindOf[message.channelKind])) return null;
    const come = message.deliveries.filter(({ state }) => state === "sent");
    return come.length === 0 ? null : { messageId: message.id, addresses: come.map(({ recipient }) => recipient) };
  }
  // Of mails as well: no visitor has such an address.
  if (event.kind !== "delivery.changed" || event.data.delivery.state !== "sent") return null;
  const { messageId, delivery } = event.data;
  return delivery.recipient.includes("@") ? null : { messageId, addresses: [delivery.recipient] };
};

/** A visitor as one of their browsers has them, of whom none is asked. */
const asSeated = async (tx: Tx, visitor: VisitorRow): Promise<Visitor> => ({
  ...visitor,
  isNew: false,
  token: null,
  tokenHash: "",
  readsEmail: "",
  joined: await joinedAddresses(tx, visitor.id),
});

/** `pushAfterMs`: how long an answer waits to be seen before its reader's browsers are told. */
export const visitorReactions = (world: World, pushAfterMs: number): readonly VisitorReaction[] => [
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
        if (visitor === null) continue;
        if (visitor.email !== "")
          await claimFor(world, tx, system, customerId, {
            kind: "email",
            norm: visitor.email,
            signed: visitor.emailProved,
          });
        // Whoever becomes a customer by what they said to a flow has proved as much as by words to us.
        if (event.brandId !== null && (visitor.signedId !== null || visitor.emailProved))
          await attach(world, tx, await asSeated(tx, visitor), event.brandId, false);
      }
    },
  },
  {
    name: "visitors.push",
    kinds: ["message.added", "delivery.changed"],
    wants: (event) => answerIn(event) !== null,
    // Hardly anybody wants to be told.
    sift: async (tx, events) => {
      const said = events.map((event) => ({ event, addresses: answerIn(event)?.addresses ?? [] }));
      const told = new Set(
        await subscribedAmong(
          tx,
          said.flatMap(({ addresses }) => addresses),
        ),
      );
      return said.filter(({ addresses }) => addresses.some((one) => told.has(one))).map(({ event }) => event);
    },
    handle: async (tx, event) => {
      const answer = answerIn(event);
      if (answer === null) return;
      const nowMs = world.now().getTime();
      const at = new Date(nowMs).toISOString();
      await addDue(tx, { ...answer, at, dueAt: new Date(nowMs + pushAfterMs).toISOString() });
    },
  },
];
