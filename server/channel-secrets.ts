// What a channel must remember over a restart and nobody may read: sealed like its settings' secrets. Called by server/start.ts and server/dispatch.ts.
import type { ChannelSecrets } from "#contract/channel.ts";
import type { ChannelId } from "#contract/ids.ts";
import type { World } from "#platform/world.ts";
import { keepCursor, readCursor } from "#server/intake-store.ts";

/** The secrets of one channel. What was sealed with another secret of the centre is as good as not there. */
export const secretsOf = (world: Pick<World, "db" | "seal" | "open">, channelId: ChannelId): ChannelSecrets => ({
  read: async (name) => {
    const kept = (await readCursor(world.db, channelId, `secret:${name}`)) as { readonly sealed?: unknown } | null;
    if (typeof kept?.sealed !== "string") return null;
    try {
      return world.open(kept.sealed);
    } catch {
      return null;
    }
  },
  keep: (name, value) =>
    keepCursor(world.db, channelId, { name: `secret:${name}`, value: { sealed: world.seal(value) } }),
});
