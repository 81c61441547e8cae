// The only writer of the event log: `say`, called inside the transaction of the change it speaks of.
import { asActor, type Who } from "#contract/actor.ts";
import type { EventData, EventKind } from "#contract/events.ts";
import type { BrandId, ConcernId, CustomerId } from "#contract/ids.ts";
import { append } from "#modules/audit/store.ts";
import type { Tx } from "#platform/db/db.ts";

/** What an action has to say; time and actor are added by `say`. */
export type Said = {
  [K in EventKind]: {
    readonly kind: K;
    readonly brandId?: BrandId | null;
    readonly concernId?: ConcernId | null;
    readonly customerId?: CustomerId | null;
    readonly data: EventData<K>;
  };
}[EventKind];

interface SayingWorld {
  readonly now: () => Date;
  readonly wake: () => void;
}

/** Appends the entries in order, in the given transaction, and wakes the readers after its commit. Empty: nothing happens. */
export const say = async (world: SayingWorld, tx: Tx, who: Who, said: readonly Said[]): Promise<void> => {
  if (said.length === 0) return;
  const at = world.now().toISOString();
  const actor = asActor(who);
  await append(
    tx,
    said.map((entry) => ({
      at,
      actor,
      kind: entry.kind,
      brandId: entry.brandId ?? null,
      concernId: entry.concernId ?? null,
      customerId: entry.customerId ?? null,
      data: entry.data,
    })),
  );
  tx.afterCommit(world.wake);
};
