// The only writer of notices. Called by notices/routes.ts.
import { seesBrand, type Who } from "#contract/actor.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import type { NoticeId } from "#contract/ids.ts";
import type { Notice, NoticeInput } from "#contract/notices.ts";
import { say } from "#modules/audit/actions.ts";
import { brandById } from "#modules/brands/reads.ts";
import { judgeNotice } from "#modules/notices/model.ts";
import { deleteNotice, lockNotice, putNotice } from "#modules/notices/store.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

type Acting = Pick<World, "db" | "now" | "newId" | "wake">;

const sees = (who: Who, brandId: string): boolean => who.kind !== "agent" || seesBrand(who, brandId);

/** Shows a notice in a brand's chats. Refuses with notFound (the brand), noticeEmpty or noticeEnds. */
export const showNotice = (world: Acting, who: Who, input: NoticeInput): Promise<Notice | Refusal> =>
  world.db.transaction(async (tx) => {
    if (!sees(who, input.brandId) || (await brandById(tx, input.brandId)) === null)
      return refuse("notFound", {}, "brandId");
    return keep(world, tx, who, world.newId() as NoticeId, input);
  });

/** Changes a notice's words and times; its brand stays. Refuses with notFound, noticeEmpty or noticeEnds. */
export const changeNotice = (world: Acting, who: Who, id: NoticeId, input: NoticeInput): Promise<Notice | Refusal> =>
  world.db.transaction(async (tx) => {
    const before = await lockNotice(tx, id);
    if (before === null || !sees(who, before.brandId)) return refuse("notFound");
    return keep(world, tx, who, id, { ...input, brandId: before.brandId });
  });

/** Ends a notice now. Refuses with notFound. */
export const endNotice = (world: Acting, who: Who, id: NoticeId): Promise<{ readonly done: true } | Refusal> =>
  world.db.transaction(async (tx) => {
    const before = await lockNotice(tx, id);
    if (before === null || !sees(who, before.brandId)) return refuse("notFound");
    await deleteNotice(tx, id);
    await say(world, tx, who, [{ kind: "notice.removed", brandId: before.brandId, data: { noticeId: id } }]);
    return { done: true };
  });

const keep = async (world: Acting, tx: Tx, who: Who, id: NoticeId, input: NoticeInput): Promise<Notice | Refusal> => {
  const judged = judgeNotice(input, world.now());
  if ("refused" in judged) return judged;
  const { brandId, text, from, until } = judged;
  const notice = { id, brandId, text, from, until };
  await putNotice(tx, notice);
  await say(world, tx, who, [{ kind: "notice.changed", brandId, data: { notice } }]);
  return notice;
};
