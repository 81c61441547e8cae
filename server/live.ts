// The desks' live feed at /live: events a desk may see, from where it stands, and who else looks at what. Speaks contract/live.ts.
import type { IncomingMessage } from "node:http";
import type { AgentActor } from "#contract/actor.ts";
import { seesBrand } from "#contract/actor.ts";
import type { AnyEvent } from "#contract/events.ts";
import { fromDesk, type Look, type ToDesk, type VisitorLook } from "#contract/live.ts";
import { allows } from "#contract/permissions.ts";
import { eventsAfter, horizon } from "#modules/audit/reads.ts";
import { mayReadEntry } from "#modules/concerns/policy.ts";
import type { Bus } from "#platform/live/bus.ts";
import { follow, type Follower } from "#platform/live/follow.ts";
import { framed, openHub, type Client, type Hub } from "#platform/live/hub.ts";
import { openWaves } from "#platform/live/waves.ts";
import type { World } from "#platform/world.ts";
import { openAtDesk, type AtDesk } from "#server/at-desk.ts";
import { lookOf, openLooks, sweepMs, type Looks } from "#server/looks.ts";
import { openLooked } from "#server/looked.ts";
import { whenThere } from "#server/starting.ts";

/** A signed-in agent on one socket. */
export interface Desk {
  readonly who: AgentActor;
  /** A desk is cut when its agent's teams change. */
  readonly teamIds: readonly string[];
}

export interface Live {
  readonly hub: Hub;
  readonly follower: Follower<AnyEvent>;
  /** Who of the visitors is in a chat now. */
  readonly visitors: Looks<VisitorLook>;
  /** Whether agents are at the desk now. */
  readonly atDesk: AtDesk;
  /** Cuts all sockets of an agent, for example when access was taken away; the desk signs in again or is refused. */
  readonly cut: (agentId: string) => void;
  readonly stop: () => Promise<void>;
}

/**
 * Which entries an agent's desk may see: those of the own brands, and of customers these know; drafts and unshared views only of oneself; what a team was told
 * only who is in it (and who said it), wallboards only who supervises.
 */
export const deskMaySee = (who: AgentActor, event: AnyEvent, teamIds: readonly string[] = []): boolean => {
  if (event.kind === "team.told") {
    const { teamId } = event.data;
    return teamId === null || teamIds.includes(teamId) || event.actor.id === who.id;
  }
  if (event.kind === "wallboard.changed") return allows(who.role, "team.supervise");
  if (event.kind === "draft.changed") return event.data.agentId === who.id;
  if (event.kind === "view.changed") return event.data.shared || event.data.agentId === who.id;
  if (event.kind === "session.began" || event.kind === "session.refused") return false;
  // Between whoever asks and the leader.
  if (event.kind === "work.wished" || event.kind === "work.settled") return false;
  // Of what was not let in the desk learns only that it was set aside, and a concern's history is fetched.
  if (event.kind === "intake.refused" && event.concernId !== null) return false;
  if (event.brandId !== null) return seesBrand(who, event.brandId) && mayReadEntry(who, event);
  return who.brandIds.length === 0 || !(event.kind.startsWith("customer.") || event.kind === "organisation.changed");
};

/** Is it what this agent waits for: in the concern that is open in front of them, or done by themselves? */
const isAwaited = (who: AgentActor, looksAt: string | null, { concernId, actor }: AnyEvent): boolean =>
  (concernId !== null && concernId === looksAt) || (actor.kind === "agent" && actor.id === who.id);

/** What is known of a desk that is connected. `upTo`: up to where it was told. */
interface Present {
  readonly id: number;
  leave: (() => void) | null;
  looksAt: string | null;
  upTo: number;
}

/** Tells a desk what comes after a number, from now on; returns how to stop. */
const tellFrom = (options: {
  readonly follower: Follower<AnyEvent>;
  readonly waves: ReturnType<typeof openWaves>;
  readonly client: Client<Desk>;
  readonly present: Present;
  readonly after: number;
}): (() => void) => {
  const { follower, waves, client, present, after } = options;
  const { who, teamIds } = client.who;
  const join = () =>
    waves.join((frame, upTo) => {
      // Not before: a pong would have the desk pass over what still waits for it.
      present.upTo = upTo;
      client.send(frame);
    });
  let ear = join();
  let awaited = false;
  const leave = follower.subscribe(after, {
    wants: (event) => {
      const sees = deskMaySee(who, event, teamIds);
      awaited ||= sees && isAwaited(who, present.looksAt, event);
      return sees;
    },
    give: (entries, upTo) => {
      const atOnce = awaited;
      awaited = false;
      ear.hear(entries, upTo, atOnce);
    },
    reset: (upTo) => {
      // What it has not been sent is among what it fetches now.
      ear.leave();
      ear = join();
      client.send(JSON.stringify({ type: "reset", upTo } satisfies ToDesk));
    },
  });
  return () => {
    leave();
    ear.leave();
  };
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
    end: () => whenThere(world.log, () => horizon(world.db)),
    log: world.log,
  });
  const stopHints = bus.on("events", (_note, written) => {
    if (written === undefined) follower.wake();
    else follower.tell(written as readonly AnyEvent[]);
  });
  const waves = openWaves((entries, upTo) =>
    framed(`{"type":"events","events":[${entries.join(",")}],"upTo":${upTo}}`),
  );

  const desks = new Map<Client<Desk>, Present>();
  let nextSocket = 1;

  const say = (client: Client<Desk>, word: ToDesk): void => client.send(JSON.stringify(word));

  /** The desks that look at a concern; nobody else is told who does, and most chats are looked at by nobody. */
  const watchers = new Map<string, Set<Client<Desk>>>();
  const tellWatchers = (concernId: string, word: () => ToDesk): void => {
    const told = watchers.get(concernId);
    if (told === undefined) return;
    const frame = framed(JSON.stringify(word()));
    for (const client of told) client.send(frame);
  };
  const here = { bus, node: options.node, nowMs: () => performance.now() };
  const looks = openLooks<Look>({
    ...here,
    topic: "looks",
    changed: (concernId) => tellWatchers(concernId, () => ({ type: "looks", concernId, looks: looks.at(concernId) })),
  });
  const visitorsAt = (concernId: string): ToDesk => ({
    type: "visitors",
    concernId,
    visitors: visitors.at(concernId),
  });
  const visitors = openLooks<VisitorLook>({
    ...here,
    topic: "visitors",
    changed: (concernId) => tellWatchers(concernId, () => visitorsAt(concernId)),
  });
  const atDesk = openAtDesk(here);
  const looked = openLooked({ world, bus, follower, watchers, maySee: deskMaySee });
  const sweep = setInterval(() => {
    for (const each of [looks, atDesk, visitors]) each.sweep();
  }, sweepMs);
  sweep.unref();

  const leaveConcern = (client: Client<Desk>): void => {
    const desk = desks.get(client);
    if (!desk?.looksAt) return;
    looks.away(desk.id);
    const others = watchers.get(desk.looksAt);
    others?.delete(client);
    if (others?.size === 0) watchers.delete(desk.looksAt);
    desk.looksAt = null;
  };

  const hello = (client: Client<Desk>, after: number): void => {
    const desk = desks.get(client);
    if (!desk) return;
    desk.leave?.();
    desk.upTo = after;
    desk.leave = tellFrom({ follower, waves, client, present: desk, after });
  };

  const hub = openHub<Desk>({
    maxClients: options.maxClients,
    handlers: {
      admit: options.admit,
      opened: (client) => {
        const id = nextSocket++;
        desks.set(client, { id, leave: null, looksAt: null, upTo: 0 });
        atDesk.came(id, client.who.who.id, client.who.who.brandIds);
      },
      closed: (client) => {
        leaveConcern(client);
        atDesk.left(desks.get(client)?.id ?? 0);
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
        if (word.type === "ping") {
          looks.alive(desk.id);
          atDesk.alive(desk.id);
          return say(client, { type: "pong", upTo: desk.upTo });
        }
        if (word.type === "hello") return hello(client, word.after);
        const { concernId, state } = word;
        if (concernId === null || state === "away") return leaveConcern(client);
        const announce = (): void => {
          if (desk.looksAt !== concernId) {
            leaveConcern(client);
            if (visitors.at(concernId).length > 0) say(client, visitorsAt(concernId));
            looked.at(client.who.who, concernId);
          }
          desk.looksAt = concernId;
          watchers.set(concernId, (watchers.get(concernId) ?? new Set()).add(client));
          looks.look(desk.id, lookOf(client.who.who.id, concernId, state));
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
    visitors,
    atDesk,
    cut: (agentId) => {
      for (const client of desks.keys()) if (client.who.who.id === agentId) client.close(4401, "sign in again");
    },
    stop: async () => {
      stopHints();
      looked.stop();
      looks.stop();
      visitors.stop();
      atDesk.stop();
      clearInterval(sweep);
      follower.stop();
      waves.stop();
      await hub.close();
    },
  };
};
