// The links that stand in no stored message and are made when it leaves. Called by dispatch.ts.
import type { LeavingLinks } from "#modules/concerns/actions-outbox.ts";
import { linkTo } from "#modules/visitors/actions.ts";
import type { World } from "#platform/world.ts";
import { ratingLinks } from "#server/rating.ts";

/** `publicUrl`: where customers reach this server. */
export const leavingLinks = (world: Pick<World, "mac">, publicUrl: string): LeavingLinks => ({
  rating: ratingLinks(world, publicUrl),
  chat: (to) => `${publicUrl}/chat/${to.channelId}#${linkTo(world, to)}`,
});
