// All reactions of all modules, with the lock each runs under. A reaction is idempotent and goes on from its cursor.
import { concernReactions } from "#modules/concerns/reactions.ts";
import { customerReactions } from "#modules/customers/reactions.ts";
import { visitorReactions } from "#modules/visitors/reactions.ts";
import type { AnyEvent } from "#contract/events.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** One reaction, ready for `runReaction`. */
export interface Reaction {
  readonly name: string;
  readonly key: number;
  readonly wants: (event: AnyEvent) => boolean;
  readonly handle: (tx: Tx, event: AnyEvent) => Promise<void>;
}

/** The list; keys are advisory-lock numbers and never reused. */
export const reactions = (world: World, options: { readonly acknowledge: boolean }): readonly Reaction[] => [
  ...concernReactions(world, options).map((reaction, i) => ({ ...reaction, key: 100 + i })),
  ...customerReactions(world).map((reaction, i) => ({ ...reaction, key: 140 + i })),
  ...visitorReactions(world).map((reaction, i) => ({ ...reaction, key: 150 + i })),
];
