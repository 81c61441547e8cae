// The chat's socket at /chat: visitors' pages say and hear here. Speaks contract/chat.ts; mounted by server/app.ts.
import type { IncomingMessage } from "node:http";
import type { AnyEvent } from "#contract/events.ts";
import type { Who } from "#contract/actor.ts";
import { fromWidget, type FromWidget, type ToWidget } from "#contract/chat.ts";
import type { ConcernId } from "#contract/ids.ts";
import { brandById } from "#modules/brands/reads.ts";
import { markSeen } from "#modules/concerns/actions-visitor.ts";
import { chatOf, chatsOf, concernIdsOf, earlierOf, saidBy } from "#modules/concerns/reads-visitor.ts";
import { introduce, leave, meet, settle, type Visitor } from "#modules/visitors/actions.ts";
import { placeOf } from "#platform/auth/brake.ts";
import { isUnavailable } from "#platform/db/db.ts";
import type { Bus } from "#platform/live/bus.ts";
import type { Follower } from "#platform/live/follow.ts";
import { openHub, type Client, type Hub } from "#platform/live/hub.ts";
import type { World } from "#platform/world.ts";
import type { Connected } from "#server/connected.ts";
import { takeNow } from "#server/intake-now.ts";
import type { ConnectedChannel } from "#server/intake.ts";

/** What is known of a socket before it has said anything. */
interface Caller {
  readonly channel: ConnectedChannel;
  readonly place: string;
}

/** A page that has said who it is. */
interface Seat {
  visitor: Visitor;
  /** The socket's work, one thing after another: what was said first is stored first. */
  work: Promise<void>;
  waiting: number;
  /** When the visitor's last words came, for the brake. */
  said: number[];
  number: Map<string, number>;
  upTo: number;
}

export interface Chat {
  readonly hub: Hub;
  readonly stop: () => Promise<void>;
}

/** Words a visitor may say in that time; whoever says more is asked to wait. */
const mostSaid = 20;
const saidWithinMs = 30_000;
/** Frames of one page that wait for the database; a page that sends on without waiting is closed and comes again. */
const mostWaiting = 64;
/** Sockets from one place (IPv4 address, IPv6 /64): a school or an office shares one. */
const mostFromOnePlace = 200;
/** News of many events at once is gathered for so long. */
const gatherMs = 4;

const originOf = (request: IncomingMessage): string => (request.headers.origin ?? "").toLowerCase();

/** The chat. `own`: our own origins, whose pages may always carry the widget. `ipOf`: the caller's address, behind proxies that are trusted. */
export const startChat = (options: {
  readonly world: World;
  readonly bus: Bus;
  readonly follower: Follower<AnyEvent>;
  readonly connected: Connected;
  readonly sameOrigin: (request: IncomingMessage) => boolean;
  readonly ipOf: (request: IncomingMessage) => string;
  readonly maxClients: number;
}): Chat => {
  const { world, bus, follower, connected } = options;
  const seats = new Map<Client<Caller>, Seat>();
  /** Pages by the concern they show and by the visitor's address. */
  const byConcern = new Map<string, Set<Client<Caller>>>();
  const byAddress = new Map<string, Set<Client<Caller>>>();
  const places = new Map<string, number>();

  const say = (client: Client<Caller>, word: ToWidget): void => client.send(JSON.stringify(word));
  const put = (index: typeof byConcern, key: string, client: Client<Caller>): void => {
    index.set(key, (index.get(key) ?? new Set()).add(client));
  };
  const take = (index: typeof byConcern, key: string, client: Client<Caller>): void => {
    const set = index.get(key);
    if (set?.delete(client) && set.size === 0) index.delete(key);
  };
  const join = (client: Client<Caller>, concernId: string, number: number): void => {
    const seat = seats.get(client);
    if (!seat) return;
    seat.number.set(concernId, number);
    put(byConcern, concernId, client);
  };
  const part = (client: Client<Caller>): void => {
    const seat = seats.get(client);
    if (!seat) return;
    seats.delete(client);
    take(byAddress, seat.visitor.address, client);
    for (const concernId of seat.number.keys()) take(byConcern, concernId, client);
  };

  /** Tells everybody who shows these concerns how they are now. */
  const tellNews = async (concernIds: readonly string[], upTo: number): Promise<void> => {
    for (const concernId of concernIds) {
      const byVisitor = Map.groupBy(
        byConcern.get(concernId) ?? [],
        (client) => seats.get(client)?.visitor.address ?? "",
      );
      for (const [address, clients] of byVisitor) {
        const chat = await chatOf(world.db, address, concernId);
        if (chat === null) continue;
        const frame = JSON.stringify({
          type: "news",
          concerns: [chat.concern],
          messages: chat.messages.slice(-10),
          upTo,
        } satisfies ToWidget);
        for (const client of clients) client.send(frame);
      }
    }
  };

  const dirty = new Set<string>();
  let soon: NodeJS.Timeout | null = null;
  const flush = (): void => {
    soon = null;
    const ids = [...dirty];
    dirty.clear();
    tellNews(ids, follower.upTo()).catch((error: unknown) => {
      world.log.warn("chat.newsLate", { error: error instanceof Error ? error.message : "unknown" });
      // Whoever waits for them is told to come again, and is brought up to date then.
      for (const id of ids) for (const client of byConcern.get(id) ?? []) client.close(1013, "come again");
    });
  };
  const shown = new Set<AnyEvent["kind"]>([
    "message.added",
    "message.withdrawn",
    "message.scheduled",
    "delivery.changed",
    "concern.changed",
  ]);
  const unfollow = follower.subscribe(follower.upTo(), {
    wants: (event) => {
      if (event.concernId !== null && shown.has(event.kind) && byConcern.has(event.concernId))
        dirty.add(event.concernId);
      return false;
    },
    give: () => {
      if (dirty.size > 0) soon ??= setTimeout(flush, gatherMs);
    },
    reset: () => {
      for (const client of seats.keys()) client.close(1013, "come again");
    },
  });
  /** Another page of the same visitor, here or at another node, began a concern. */
  const stopBegun = bus.on("chat", (note) => {
    const { address, concernId, number } = note as { address: string; concernId: string; number: number };
    for (const client of byAddress.get(address) ?? []) join(client, concernId, number);
    dirty.add(concernId);
    soon ??= setTimeout(flush, gatherMs);
  });
  const stopLooks = bus.on("looks", (note) => {
    const { look } = note as { look: { concernId: string; state: string } };
    const word: ToWidget = { type: "typing", concernId: look.concernId, name: "", on: look.state === "typing" };
    for (const client of byConcern.get(look.concernId) ?? []) say(client, word);
  });

  const whoIs = (visitor: Visitor): Who => ({ kind: "customer", id: null, name: visitor.name || visitor.address });

  const greet = async (client: Client<Caller>, hello: Extract<FromWidget, { type: "hello" }>): Promise<void> => {
    const { channel } = client.who;
    part(client);
    const visitor = await meet(world, { channelId: channel.id, token: hello.token, language: hello.language });
    const seat: Seat = { visitor, work: Promise.resolve(), waiting: 0, said: [], number: new Map(), upTo: 0 };
    seats.set(client, seat);
    put(byAddress, visitor.address, client);
    const upTo = follower.upTo();
    const since = visitor.token === null ? hello.after : null;
    const [brand, ids] = await Promise.all([
      brandById(world.db, channel.brandId as never),
      visitor.isNew ? [] : concernIdsOf(world.db, visitor.address),
    ]);
    for (const id of ids) join(client, id, 0);
    const chats = ids.length === 0 ? { concerns: [], messages: [] } : await chatsOf(world.db, visitor.address, since);
    for (const { id, number } of chats.concerns) join(client, id, number);
    say(client, {
      type: "welcome",
      version: 1,
      token: visitor.token,
      brand: brand?.name ?? "",
      name: visitor.name,
      email: visitor.email,
      ...chats,
      upTo,
    });
  };

  const isTooFast = (seat: Seat): number | null => {
    const now = performance.now();
    seat.said = seat.said.filter((at) => now - at < saidWithinMs);
    const first = seat.said[0];
    if (seat.said.length >= mostSaid && first !== undefined) return Math.ceil(saidWithinMs - (now - first));
    seat.said.push(now);
    return null;
  };

  const numberOf = async (seat: Seat, concernId: ConcernId): Promise<number | null> => {
    const known = seat.number.get(concernId);
    if (known !== undefined && known !== 0) return known;
    return (await chatOf(world.db, seat.visitor.address, concernId))?.concern.number ?? null;
  };

  const hear = async (client: Client<Caller>, seat: Seat, one: Extract<FromWidget, { type: "say" }>): Promise<void> => {
    const wait = isTooFast(seat);
    if (wait !== null) return say(client, { type: "refused", id: one.id, code: "tooFast", afterMs: wait });
    const number = one.concernId === null ? null : await numberOf(seat, one.concernId);
    if (one.concernId !== null && number === null)
      return say(client, { type: "refused", id: one.id, code: "notFound", afterMs: null });
    const { visitor } = seat;
    const now = world.now().toISOString();
    const { channel } = client.who;
    const document = {
      id: one.id,
      address: visitor.address,
      name: visitor.name,
      thread: one.thread,
      number,
      text: one.text,
      language: visitor.language,
      at: now,
    };
    const intakeId = await takeNow(
      world,
      channel,
      {
        bytes: Buffer.from(JSON.stringify(document)),
        receivedAt: now,
        transport: { by: "chat", remoteIp: client.who.place },
      },
      async (tx) => {
        if (seat.visitor.isNew) await settle(world, tx, visitor);
      },
    );
    seat.visitor = { ...seat.visitor, isNew: false };
    const message = await saidBy(world.db, intakeId);
    if (message === null) throw new Error("what was said is in no concern");
    say(client, { type: "taken", id: one.id, message });
    if (!seat.number.has(message.concernId)) {
      const chat = await chatOf(world.db, visitor.address, message.concernId);
      if (chat !== null)
        bus.hint("chat", { address: visitor.address, concernId: message.concernId, number: chat.concern.number });
    }
  };

  const obey = async (client: Client<Caller>, word: FromWidget): Promise<void> => {
    if (word.type === "hello") return greet(client, word);
    const seat = seats.get(client);
    if (!seat) return client.close(1008, "hello first");
    switch (word.type) {
      case "say":
        return hear(client, seat, word);
      case "introduce":
        seat.visitor = await introduce(world, seat.visitor, word);
        return;
      case "typing":
        if (seat.number.has(word.concernId)) bus.hint("visitors", { concernId: word.concernId, typing: word.on });
        return;
      case "seen":
        if (seat.number.has(word.concernId)) await markSeen(world, whoIs(seat.visitor), seat.visitor.address, word);
        return;
      case "earlier": {
        const { messages, end } = await earlierOf(world.db, seat.visitor.address, word.concernId, word.before);
        return say(client, { type: "earlier", concernId: word.concernId, messages, end });
      }
      case "leave":
        await leave(world, seat.visitor);
        return client.close(4000, "left");
      case "page":
        return;
      case "ping":
        return say(client, { type: "pong", upTo: follower.upTo() });
    }
  };

  /** Everything of one socket in its order; what cannot be done now is said to be so, and nothing of it is lost: the page has it still. */
  const queues = new WeakMap<Client<Caller>, { last: Promise<void>; length: number }>();
  const enqueue = (client: Client<Caller>, word: FromWidget): void => {
    const queue = queues.get(client) ?? { last: Promise.resolve(), length: 0 };
    if (queue.length >= mostWaiting) return client.close(1013, "too fast");
    queue.length += 1;
    queue.last = queue.last
      .then(() => obey(client, word))
      .catch((error: unknown) => {
        if (!isUnavailable(error))
          world.log.error("chat.failed", {
            word: word.type,
            error: error instanceof Error ? error.message : "unknown",
          });
        if (word.type === "say") say(client, { type: "refused", id: word.id, code: "unavailable", afterMs: 2_000 });
        else client.close(1013, "come again");
      })
      .finally(() => (queue.length -= 1));
    queues.set(client, queue);
  };

  const hub = openHub<Caller>({
    maxClients: options.maxClients,
    handlers: {
      admit: async (request) => {
        const id = new URL(request.url ?? "/", "http://any").searchParams.get("channel") ?? "";
        const channel = connected.enabled().find((each) => each.id === id);
        if (channel?.kind !== "webchat") return 404;
        const { origins } = channel.settings as { readonly origins: readonly string[] };
        if (!options.sameOrigin(request) && !origins.includes(originOf(request))) return 403;
        const place = placeOf(options.ipOf(request));
        if ((places.get(place) ?? 0) >= mostFromOnePlace) return 429;
        return { channel, place };
      },
      opened: (client) => places.set(client.who.place, (places.get(client.who.place) ?? 0) + 1),
      closed: (client) => {
        part(client);
        const left = (places.get(client.who.place) ?? 1) - 1;
        if (left > 0) places.set(client.who.place, left);
        else places.delete(client.who.place);
      },
      heard: (client, frame) => {
        let given: unknown;
        try {
          given = JSON.parse(frame);
        } catch {
          return client.close(1007, "not JSON");
        }
        const parsed = fromWidget.safeParse(given);
        if (!parsed.success) return client.close(1008, "not understood");
        enqueue(client, parsed.data);
      },
    },
  });

  return {
    hub,
    stop: async () => {
      unfollow();
      stopBegun();
      stopLooks();
      if (soon) clearTimeout(soon);
      await hub.close();
    },
  };
};
