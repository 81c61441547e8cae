// What a visitor does in a concern beside saying something. Called by server/chat.ts.
import type { Who } from "#contract/actor.ts";
import type { FieldChanges } from "#contract/fields.ts";
import type { ConcernId, MessageId, TopicId } from "#contract/ids.ts";
import type { AnswerPart } from "#contract/parts.ts";
import type { Tx } from "#platform/db/db.ts";
import { changeLocked } from "#modules/concerns/actions-change.ts";
import { sayDeliveries } from "#modules/concerns/actions-delivery.ts";
import { settle } from "#modules/concerns/store-outbox.ts";
import { forbids } from "#modules/concerns/policy.ts";
import {
  anyUnreadByUs,
  insertAnswer,
  partyIn,
  raiseSeen,
  readByUs,
  unreadDeliveries,
  type PartyKeys,
  type Viewer,
} from "#modules/concerns/store-visitor.ts";
import { removeUnread } from "#modules/concerns/store-unread.ts";
import { fieldValuesOf, lockConcern } from "#modules/concerns/store.ts";
import type { World } from "#platform/world.ts";

/** Notes in the transaction of the answer that this part is answered, once and for all; false: it was before. */
export const markAnswered = (world: Pick<World, "now">, tx: Tx, to: AnswerPart["to"]): Promise<boolean> =>
  insertAnswer(tx, to, world.now().toISOString());

/** What somebody answered before their first words, as a concern takes it. */
export interface FormAnswers {
  readonly topicId: TopicId | null;
  readonly fields: FieldChanges;
}

/**
 * Gives a concern what its visitor answered before their first words: a topic where it has none, and fields nobody has filled in. Doing it again, or to a
 * concern they take no part in, changes nothing; a value that its field does not take is not kept.
 */
export const answerForm = (
  world: World,
  who: Who,
  viewer: PartyKeys,
  concernId: ConcernId,
  answers: FormAnswers,
): Promise<void> =>
  world.db.transaction(async (tx) => {
    if ((await partyIn(tx, viewer, concernId)) === null) return;
    const state = await lockConcern(tx, concernId);
    if (state === null) return;
    const known = await fieldValuesOf(tx, concernId);
    const fields = Object.fromEntries(Object.entries(answers.fields).filter(([key]) => known[key] === undefined));
    const topicId = state.topicId === null ? answers.topicId : null;
    if (topicId !== null) await changeLocked(world, tx, who, state, { topicId }, null);
    const now = topicId === null ? state : await lockConcern(tx, concernId);
    if (now !== null && Object.keys(fields).length > 0) await changeLocked(world, tx, who, now, { fields }, null);
  });

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

/**
 * The agent has the concern before their eyes: what visitors have said there counts as read. Gives what they are to be told of, the last of each of them;
 * nothing for a colleague who may not read the concern, and nothing twice.
 */
export const markRead = async (world: World, who: Who, concernId: ConcernId): Promise<MessageId[]> => {
  // Most looks find nothing: they wait for no lock.
  if (!(await anyUnreadByUs(world.db, concernId))) return [];
  return world.db.transaction(async (tx) => {
    const state = await lockConcern(tx, concernId);
    if (state === null || forbids(who, "concern.read", state.brandId) !== null) return [];
    return readByUs(tx, concernId, world.now().toISOString());
  });
};
