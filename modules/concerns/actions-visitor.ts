// What a visitor does in a concern beside saying something. Called by server/chat.ts.
import type { Who } from "#contract/actor.ts";
import type { ConcernId } from "#contract/ids.ts";
import type { AnswerPart } from "#contract/parts.ts";
import type { Tx } from "#platform/db/db.ts";
import { sayDeliveries } from "#modules/concerns/actions-delivery.ts";
import { settle } from "#modules/concerns/store-outbox.ts";
import { insertAnswer, raiseSeen, unreadDeliveries, type Viewer } from "#modules/concerns/store-visitor.ts";
import { removeUnread } from "#modules/concerns/store-unread.ts";
import { lockConcern } from "#modules/concerns/store.ts";
import type { World } from "#platform/world.ts";

/** Notes in the transaction of the answer that this part is answered, once and for all; false: it was before. */
export const markAnswered = (world: Pick<World, "now">, tx: Tx, to: AnswerPart["to"]): Promise<boolean> =>
  insertAnswer(tx, to, world.now().toISOString());

/** Everything up to that place has been seen: the mark moves, and what was sent to the visitor counts as read. Nothing for who takes no part. */
export const markSeen = (
  world: World,
  who: Who,
  viewer: Pick<Viewer, "kind" | "norm" | "joined">,
  seen: { readonly concernId: ConcernId; readonly seq: number },
): Promise<void> =>
  world.db.transaction(async (tx) => {
    const state = await lockConcern(tx, seen.concernId);
    if (state === null) return;
    const seq = Math.min(seen.seq, state.lastSeq);
    for (const norm of [viewer.norm, ...(viewer.joined ?? [])]) await removeUnread(tx, seen.concernId, norm, seq);
    if (!(await raiseSeen(tx, viewer, seen.concernId, seq))) return;
    const at = world.now().toISOString();
    const read = { state: "read", nextTryAt: null, code: null, detail: "", reason: null, providerId: null } as const;
    const rows = [];
    for (const id of await unreadDeliveries(tx, viewer, seen.concernId, seq)) rows.push(await settle(tx, id, at, read));
    if (rows.length > 0)
      await sayDeliveries(
        world,
        tx,
        who,
        rows.map((row) => ({ about: state, row })),
      );
  });
