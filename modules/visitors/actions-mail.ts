// Answers that a visitor did not see go to the mail address they gave. Called by server/jobs.ts.
import { mailUnread, unreadDue } from "#modules/concerns/actions-unread.ts";
import { linkTo } from "#modules/visitors/actions.ts";
import { visitorByAddress } from "#modules/visitors/store.ts";
import type { World } from "#platform/world.ts";

const atOnce = 50;

/** Sends what has waited for `afterMs`; what cannot be sent waits on and is not asked for again. `pageOf`: where a channel's chat fills a page. */
export const mailWhatIsUnread = async (
  world: World,
  options: { readonly afterMs: number; readonly pageOf: (channelId: string) => string },
): Promise<void> => {
  for (const unread of await unreadDue(world, options.afterMs, atOnce)) {
    const visitor = await visitorByAddress(world.db, unread.norm);
    const to =
      visitor === null || visitor.email === ""
        ? null
        : {
            name: visitor.name,
            email: visitor.email,
            link: `${options.pageOf(visitor.channelId)}#${linkTo(world, visitor.address, visitor.email)}`,
          };
    await mailUnread(world, unread, options.afterMs, to);
  }
};
