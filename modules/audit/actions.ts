// The only writer of the event log: `say`, called inside the transaction of the change it speaks of.
import { asActor, type Who } from "#contract/actor.ts";
import type { AnyEvent, EventData, EventKind } from "#contract/events.ts";
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
  readonly wake: (written: readonly AnyEvent[]) => void;
}

/** What a transaction has said so far. */
const open = new WeakMap<Tx, Omit<AnyEvent, "seq">[]>();

/**
 * Appends the entries in order, in the given transaction, and wakes the readers after its commit. Everything that one transaction says is written
 * in one statement at its end, so that its entries' numbers are held for the shortest time; the readers here are given them with the waking. Empty: nothing
 * happens.
 */
export const say = async (world: SayingWorld, tx: Tx, who: Who, said: readonly Said[]): Promise<void> => {
  if (said.length === 0) return;
  const at = world.now().toISOString();
  const actor = asActor(who);
  const entries = said.map((entry) => ({
    at,
    actor,
    kind: entry.kind,
    brandId: entry.brandId ?? null,
    concernId: entry.concernId ?? null,
    customerId: entry.customerId ?? null,
    data: entry.data,
  }));
  const earlier = open.get(tx);
  if (earlier !== undefined) return void earlier.push(...entries);
  open.set(tx, entries);
  let seqs: readonly number[] = [];
  await tx.atEnd(() => {
    open.delete(tx);
    return append(tx, entries, (drawn) => (seqs = drawn));
  });
  tx.afterCommit(() => world.wake(asRead(entries, seqs)));
};

/** What was written as reading it would give it: what an action goes on to do with its values is not seen, what is undefined is not there. */
const asRead = (entries: readonly Omit<AnyEvent, "seq">[], seqs: readonly number[]): AnyEvent[] => {
  if (seqs.length !== entries.length) return [];
  const written = JSON.parse(JSON.stringify(entries)) as Omit<AnyEvent, "seq">[];
  return written.map((entry, i) => ({ seq: seqs[i], ...entry }) as AnyEvent);
};
