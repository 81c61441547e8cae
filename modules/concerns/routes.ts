// HTTP for everything that changes a concern. server/app.ts joins them to the routes that read.
import { asides } from "#contract/aside.ts";
import { concerns } from "#contract/concern-endpoints.ts";
import type { ConcernRow, Message } from "#contract/concerns.ts";
import { answer, type Route } from "#contract/endpoint.ts";
import { merging } from "#contract/merging.ts";
import { isRefusal, type Refusal } from "#contract/errors.ts";
import { settleAsides, type ReadAgain } from "#modules/concerns/actions-aside.ts";
import { follow, unfollow } from "#modules/concerns/actions-change.ts";
import { link, unlink } from "#modules/concerns/actions-links.ts";
import { changeMany, changeOne, undoMany, type OutcomeOfMany } from "#modules/concerns/actions-many.ts";
import { undoMerge } from "#modules/concerns/actions-merging.ts";
import { create, note, reply, seenFailure, sendNow, undoSend } from "#modules/concerns/actions-reply.ts";
import type { Spoken } from "#modules/concerns/actions-locks.ts";
import { showSecret } from "#modules/concerns/actions-secrets.ts";
import { reschedule } from "#modules/concerns/actions-schedule.ts";
import { rowOf, type ConcernState } from "#modules/concerns/model.ts";
import { messageViews, type ReadingWorld } from "#modules/concerns/reads.ts";
import type { World } from "#platform/world.ts";

/** `undoMs`: how long an answer is held so that it can be taken back. */
type W = World & ReadingWorld & { readonly undoMs: number; readonly readAgain: ReadAgain };

const shown = async (
  world: W,
  spoken: Spoken | Refusal,
): Promise<{ concern: ConcernRow; message: Message } | Refusal> => {
  if (isRefusal(spoken)) return spoken;
  const message = spoken.message ?? (await messageViews(world, world.db, [spoken.messageId]))[0];
  if (!message) throw new Error("a message that was just said is gone");
  return { concern: rowOf(spoken.state), message };
};

const rowOr = (result: ConcernState | Refusal): ConcernRow | Refusal => (isRefusal(result) ? result : rowOf(result));

const shownOfMany = (
  outcome: OutcomeOfMany | Refusal,
): { changed: ConcernRow[]; refused: OutcomeOfMany["refused"][number][] } | Refusal =>
  isRefusal(outcome) ? outcome : { changed: outcome.changed.map(rowOf), refused: [...outcome.refused] };

/** Routes that change concerns. */
export const concernRoutes: readonly Route<W>[] = [
  answer<W, typeof asides.settle>(asides.settle, (world, who, { body }) => settleAsides(world, who, body)),
  answer<W, typeof concerns.create>(concerns.create, async (world, who, { body }) =>
    shown(world, await create(world, who, { ...body, undoMs: world.undoMs })),
  ),
  answer<W, typeof concerns.reply>(concerns.reply, async (world, who, { params, body: { statusAfter, ...body } }) =>
    shown(world, await reply(world, who, { ...body, statusAfter, id: params.id, undoMs: world.undoMs })),
  ),
  answer<W, typeof concerns.note>(concerns.note, async (world, who, { params, body }) =>
    shown(world, await note(world, who, { ...body, id: params.id })),
  ),
  answer<W, typeof concerns.undoSend>(concerns.undoSend, (world, who, { params }) => undoSend(world, who, params.id)),
  answer<W, typeof concerns.sendNow>(concerns.sendNow, async (world, who, { params }) => {
    const sent = await shown(world, await sendNow(world, who, params.id));
    return isRefusal(sent) ? sent : sent.message;
  }),
  answer<W, typeof concerns.reschedule>(concerns.reschedule, async (world, who, { params, body }) => {
    const planned = await shown(world, await reschedule(world, who, params.id, body));
    return isRefusal(planned) ? planned : planned.message;
  }),
  answer<W, typeof concerns.change>(concerns.change, async (world, who, { params, body }) =>
    rowOr(await changeOne(world, who, { id: params.id, wanted: body })),
  ),
  answer<W, typeof concerns.changeMany>(concerns.changeMany, async (world, who, { body }) =>
    shownOfMany(await changeMany(world, who, body)),
  ),
  answer<W, typeof concerns.undoMany>(concerns.undoMany, async (world, who, { params }) =>
    shownOfMany(await undoMany(world, who, params.key)),
  ),
  answer<W, typeof concerns.snooze>(concerns.snooze, async (world, who, { params, body }) =>
    rowOr(await changeOne(world, who, { id: params.id, wanted: body })),
  ),
  answer<W, typeof concerns.follow>(concerns.follow, (world, who, { params }) =>
    follow(world, who, params.id, params.agentId),
  ),
  answer<W, typeof concerns.unfollow>(concerns.unfollow, (world, who, { params }) =>
    unfollow(world, who, params.id, params.agentId),
  ),
  answer<W, typeof concerns.link>(concerns.link, (world, who, { params, body }) =>
    link(world, who, { id: params.id, number: body.number, kind: body.kind }),
  ),
  answer<W, typeof concerns.unlink>(concerns.unlink, (world, who, { params }) =>
    unlink(world, who, params.id, params.other),
  ),
  answer<W, typeof merging.undo>(merging.undo, (world, who, { params, body }) =>
    undoMerge(world, who, params.id, body),
  ),
  answer<W, typeof concerns.showSecret>(concerns.showSecret, (world, who, { params, body }) =>
    showSecret(world, who, { ...body, id: params.id }),
  ),
  answer<W, typeof concerns.seenFailure>(concerns.seenFailure, async (world, who, { params }) =>
    rowOr(await seenFailure(world, who, params.id)),
  ),
];
