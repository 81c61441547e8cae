// Notes what agents have before their eyes and says it to the chats whose visitors wrote it. Called by server/live.ts.
import type { AgentActor } from "#contract/actor.ts";
import type { AnyEvent } from "#contract/events.ts";
import type { ConcernId } from "#contract/ids.ts";
import { markRead } from "#modules/concerns/actions-visitor.ts";
import type { Bus } from "#platform/live/bus.ts";
import type { Follower } from "#platform/live/follow.ts";
import type { World } from "#platform/world.ts";
import type { NowRead } from "#server/chat-news.ts";

export interface Looked {
  /** An agent has a concern before their eyes from now on. */
  readonly at: (who: AgentActor, concernId: string) => void;
  readonly stop: () => void;
}

/** `watchers`: the desks that look at each concern: what a visitor says there is read as it comes. `maySee`: may this agent see that it came? */
export const openLooked = (options: {
  readonly world: World;
  readonly bus: Bus;
  readonly follower: Follower<AnyEvent>;
  readonly watchers: ReadonlyMap<string, ReadonlySet<{ readonly who: { readonly who: AgentActor } }>>;
  readonly maySee: (who: AgentActor, event: AnyEvent) => boolean;
}): Looked => {
  const { world, bus, follower, watchers, maySee } = options;
  /** Concerns at which is being looked, and who is to look once more: what comes meanwhile is looked at afterwards, once. */
  const underWay = new Map<string, AgentActor | null>();
  const look = async (who: AgentActor, concernId: string): Promise<void> => {
    const messageIds = await markRead(world, who, concernId as ConcernId);
    if (messageIds.length > 0) bus.hint("chatRead", { concernId, messageIds } satisfies NowRead);
  };
  const at = (who: AgentActor, concernId: string): void => {
    if (underWay.has(concernId)) {
      underWay.set(concernId, who);
      return;
    }
    underWay.set(concernId, null);
    void look(who, concernId)
      // The next look, or the next word, marks it all the same.
      .catch((error: unknown) =>
        world.log.warn("live.lookLost", { error: error instanceof Error ? error.message : "unknown" }),
      )
      .finally(() => {
        const next = underWay.get(concernId);
        underWay.delete(concernId);
        if (next) at(next, concernId);
      });
  };
  const stop = follower.subscribe(follower.upTo(), {
    wants: (event) => {
      if (event.kind !== "message.added" || event.concernId === null || event.data.message.direction !== "in")
        return false;
      const reader = [...(watchers.get(event.concernId) ?? [])].find(({ who }) => maySee(who.who, event));
      if (reader) at(reader.who.who, event.concernId);
      return false;
    },
    give: () => {},
    reset: () => {
      for (const [concernId, desks] of watchers) for (const { who } of desks) at(who.who, concernId);
    },
  });
  return { at, stop };
};
