// The desks' live feed at /live: events a desk may see, from where it stands, and who else looks at what. Speaks contract/live.ts.
import type { IncomingMessage } from "node:http";
import type { AgentActor } from "#contract/actor.ts";
import { seesBrand } from "#contract/actor.ts";
import type { AnyEvent } from "#contract/events.ts";
import { fromDesk, type Look, type ToDesk } from "#contract/live.ts";
import { eventsAfter, horizon } from "#modules/audit/reads.ts";
import { mayReadEntry } from "#modules/concerns/policy.ts";
import type { Bus } from "#platform/live/bus.ts";
import { follow, type Follower } from "#platform/live/follow.ts";
import { openHub, type Client, type Hub } from "#platform/live/hub.ts";
import type { World } from "#platform/world.ts";

/** A signed-in agent on one socket. */
export interface Desk {
  readonly who: AgentActor;
}

export interface Live {
  readonly hub: Hub;
  readonly follower: Follower<AnyEvent>;
  /** Cuts all sockets of an agent, for example when access was taken away; the desk signs in again or is refused. */
  readonly cut: (agentId: string) => void;
  readonly stop: () => Promise<void>;
}

interface Note {
  readonly look: Look;
  readonly node: string;
  readonly socket: number;
}

/** A look that is not renewed is forgotten: the browser died without a word. */
const lookLastsMs = 70_000;

/** Which entries an agent's desk may see: those of the own brands, and of customers these know; drafts and unshared views only of oneself. */
export const deskMaySee = (who: AgentActor, event: AnyEvent): boolean => {
  if (event.kind === "draft.changed") return event.data.agentId === who.id;
  if (event.kind === "view.changed") return event.data.shared || event.data.agentId === who.id;
  if (event.kind === "session.began" || event.kind === "session.refused" || event.kind === "intake.refused")
    return false;
  if (event.brandId !== null) return seesBrand(who, event.brandId) && mayReadEntry(who, event);
  return who.brandIds.length === 0 || !event.kind.startsWith("customer.");
};

let last: { readonly entries: readonly string[]; readonly upTo: number; readonly frame: Buffer } | null = null;

/** Thirty desks that see the same are sent the same bytes. */
const frameOf = (entries: readonly string[], upTo: number): Buffer => {
  if (last?.entries === entries && last.upTo === upTo) return last.frame;
  const frame = Buffer.from(`{"type":"events","events":[${entries.join(",")}],"upTo":${upTo}}`);
  last = { entries, upTo, frame };
  return frame;
};

/** Opens the feed. `admit` gives the agent behind an upgrade request, or an HTTP status. `seesConcern`: may this agent see who looks at it? */
export const startLive = async (options: {
  readonly world: World;
  readonly bus: Bus;
  readonly node: string;
  readonly maxClients: number;
  readonly admit: (request: IncomingMessage) => Promise<Desk | number>;
  readonly seesConcern: (who: AgentActor, concernId: string) => Promise<boolean>;
}): Promise<Live> => {
  const { world, bus } = options;
  const follower = await follow<AnyEvent>({
    read: (after, limit) => eventsAfter(world.db, after, limit),
    end: () => horizon(world.db),
    log: world.log,
  });
  const stopHints = bus.on("events", follower.wake);

  const desks = new Map<
    Client<Desk>,
    { readonly id: number; leave: (() => void) | null; looksAt: string | null; upTo: number }
  >();
  /** By concern, then by socket: who looks. */
  const looks = new Map<string, Map<string, { readonly look: Look; readonly until: number }>>();
  let nextSocket = 1;

  const say = (client: Client<Desk>, word: ToDesk): void => client.send(JSON.stringify(word));

  const tellLooks = (concernId: string): void => {
    const present = [...(looks.get(concernId)?.values() ?? [])].map((each) => each.look);
    const frame = JSON.stringify({ type: "looks", concernId, looks: present } satisfies ToDesk);
    for (const [client, desk] of desks) if (desk.looksAt === concernId) client.send(frame);
  };

  const forget = (key: string, except: string | null): void => {
    for (const [concernId, present] of looks) {
      if (concernId === except || !present.delete(key)) continue;
      if (present.size === 0) looks.delete(concernId);
      tellLooks(concernId);
    }
  };

  const stopLooks = bus.on("looks", (note) => {
    const { look, node, socket } = note as Note;
    const key = `${node}:${socket}`;
    const concernId = look.concernId as string;
    forget(key, look.state === "away" ? null : concernId);
    if (look.state === "away") return;
    const present = looks.get(concernId) ?? new Map<string, { readonly look: Look; readonly until: number }>();
    looks.set(concernId, present.set(key, { look, until: performance.now() + lookLastsMs }));
    tellLooks(concernId);
  });

  const sweep = setInterval(() => {
    for (const [concernId, present] of looks) {
      let gone = false;
      for (const [key, each] of present) if (each.until < performance.now()) gone = present.delete(key);
      if (present.size === 0) looks.delete(concernId);
      if (gone) tellLooks(concernId);
    }
  }, 10_000);
  sweep.unref();

  const leaveConcern = (client: Client<Desk>): void => {
    const desk = desks.get(client);
    if (!desk?.looksAt) return;
    bus.hint("looks", {
      look: { agentId: client.who.who.id, concernId: desk.looksAt as Look["concernId"], state: "away" },
      node: options.node,
      socket: desk.id,
    } satisfies Note);
    desk.looksAt = null;
  };

  const hello = (client: Client<Desk>, after: number): void => {
    const desk = desks.get(client);
    if (!desk) return;
    desk.leave?.();
    desk.upTo = after;
    let lastFrameAt = 0;
    desk.leave = follower.subscribe(after, {
      wants: (event) => deskMaySee(client.who.who, event),
      give: (entries, upTo) => {
        desk.upTo = upTo;
        const now = performance.now();
        // Numbers that only pass by (others' brands, others' drafts) are told now and then, so that a reconnect need not replay them.
        if (entries.length === 0 && now - lastFrameAt < 5_000) return;
        lastFrameAt = now;
        client.send(frameOf(entries, upTo));
      },
      reset: (upTo) => say(client, { type: "reset", upTo }),
    });
  };

  const hub = openHub<Desk>({
    maxClients: options.maxClients,
    handlers: {
      admit: options.admit,
      opened: (client) => desks.set(client, { id: nextSocket++, leave: null, looksAt: null, upTo: 0 }),
      closed: (client) => {
        leaveConcern(client);
        desks.get(client)?.leave?.();
        desks.delete(client);
      },
      heard: (client, frame) => {
        let given: unknown;
        try {
          given = JSON.parse(frame);
        } catch {
          return client.close(1007, "not JSON");
        }
        const parsed = fromDesk.safeParse(given);
        if (!parsed.success) return client.close(1008, "not understood");
        const word = parsed.data;
        const desk = desks.get(client);
        if (!desk) return;
        if (word.type === "ping") return say(client, { type: "pong", upTo: desk.upTo });
        if (word.type === "hello") return hello(client, word.after);
        const { concernId, state } = word;
        if (concernId === null || state === "away") return leaveConcern(client);
        const announce = (): void => {
          if (desk.looksAt !== concernId) leaveConcern(client);
          desk.looksAt = concernId;
          bus.hint("looks", {
            look: { agentId: client.who.who.id, concernId, state },
            node: options.node,
            socket: desk.id,
          } satisfies Note);
        };
        if (desk.looksAt === concernId) return announce();
        options.seesConcern(client.who.who, concernId).then(
          (may) => {
            if (may && desks.has(client)) announce();
          },
          () => {},
        );
      },
    },
  });

  return {
    hub,
    follower,
    cut: (agentId) => {
      for (const client of desks.keys()) if (client.who.who.id === agentId) client.close(4401, "sign in again");
    },
    stop: async () => {
      stopHints();
      stopLooks();
      clearInterval(sweep);
      follower.stop();
      await hub.close();
    },
  };
};
