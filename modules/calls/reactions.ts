// What follows for calls from what happens in concerns. Run by server/reactions.ts in commit order, at least once.
import type { AnyEvent, EventKind } from "#contract/events.ts";
import { followMessages } from "#modules/calls/actions.ts";
import { wantCallback } from "#modules/calls/actions-wanted.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

/** A reaction before its lock is chosen. */
export interface CallReaction {
  readonly name: string;
  readonly kinds: readonly EventKind[];
  readonly wants: (event: AnyEvent) => boolean;
  readonly handle: (tx: Tx, event: AnyEvent) => Promise<void>;
}

/**
 * Calls go where the messages went in which their cards stand: told of by the concern that got them. And whoever was promised a callback in writing is called: server/switchboard-wanted.ts makes
 * calls of what is kept here.
 */
export const callReactions = (world: World): readonly CallReaction[] => [
  {
    name: "calls.moved",
    kinds: ["message.moved"],
    wants: (event) => event.kind === "message.moved" && event.data.move.side === "to",
    handle: async (tx, event) => {
      if (event.kind !== "message.moved" || event.concernId === null) return;
      await followMessages(world, tx, { to: event.concernId, messageIds: event.data.messageIds });
    },
  },
  {
    name: "calls.wanted",
    kinds: ["flow.ended"],
    wants: (event) => event.kind === "flow.ended" && event.data.over === "callback",
    handle: async (tx, event) => {
      if (event.kind === "flow.ended") await wantCallback(tx, event.data.runId);
    },
  },
];
