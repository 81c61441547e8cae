// A page wants its browser to be told of answers when no page is open, or no more. Called by server/chat.ts; server/push.ts tells.
import type { WebchatSettings } from "#channels/webchat/settings.ts";
import type { FromWidget, ToWidget } from "#contract/chat.ts";
import { isTold, pushKeys, tellByPush, tellNoMore } from "#modules/visitors/actions-push.ts";
import type { World } from "#platform/world.ts";
import type { Page, Seat } from "#server/chat-seats.ts";

/** Does what the page wants and says how it is now; `isBraked`: nothing new is kept for now. What cannot be a subscription changes nothing. */
export const answerPush = async (
  world: World,
  page: Page,
  { visitor }: Seat,
  { subscription }: Extract<FromWidget, { type: "push" }>,
  isBraked: () => boolean,
): Promise<void> => {
  const offers = (page.who.channel.settings as WebchatSettings).push !== "no" && !visitor.isNew;
  const keys = offers ? await pushKeys(world) : null;
  if (subscription === null) await tellNoMore(world, visitor);
  else if (subscription !== undefined && keys !== null && !isBraked()) await tellByPush(world, visitor, subscription);
  const on = keys !== null && (await isTold(world, visitor));
  page.send(JSON.stringify({ type: "push", key: keys?.publicKey ?? null, on } satisfies ToWidget));
};
