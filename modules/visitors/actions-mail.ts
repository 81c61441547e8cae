// Answers that a visitor did not see go to the mail address they gave. Called by server/jobs.ts.
import { mailUnread, unreadDue } from "#modules/concerns/actions-unread.ts";
import { leadsBack, linkUntil } from "#modules/visitors/actions.ts";
import { visitorByAddress, visitorById } from "#modules/visitors/store.ts";
import type { World } from "#platform/world.ts";

const atOnce = 50;

/** Sends what has waited for `afterMs`; what cannot be sent waits on and is not asked for again. `pageOf`: where a channel's chat fills a page. */
export const mailWhatIsUnread = async (
  world: World,
  options: { readonly afterMs: number; readonly pageOf: (channelId: string) => string },
): Promise<void> => {
  for (const unread of await unreadDue(world, options.afterMs, atOnce)) {
    const said = await visitorByAddress(world.db, unread.norm);
    // Whoever has signed in since is reached where the site, or they themselves, say by now.
    const visitor = said?.joinedTo ? await visitorById(world.db, said.joinedTo) : said;
    const to =
      visitor === null || visitor.email === ""
        ? null
        : {
            name: visitor.name,
            email: visitor.email,
            page: options.pageOf(visitor.channelId),
            back: leadsBack(visitor)
              ? {
                  channelId: visitor.channelId,
                  address: visitor.address,
                  email: visitor.email,
                  until: linkUntil(world),
                }
              : null,
          };
    await mailUnread(world, unread, options.afterMs, to);
  }
};
