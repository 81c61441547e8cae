// Brings what happens in a concern to the pages that show it: answers, states, a colleague who writes. Called by server/chat.ts.
import type { ChatConcern, ToWidget } from "#contract/chat.ts";
import type { AnyEvent } from "#contract/events.ts";
import type { Look } from "#contract/live.ts";
import { chatsAsked } from "#modules/concerns/reads-visitor.ts";
import type { Bus } from "#platform/live/bus.ts";
import type { Follower } from "#platform/live/follow.ts";
import { framed } from "#platform/live/hub.ts";
import type { World } from "#platform/world.ts";
import { sayRatings } from "#server/chat-rating.ts";
import { viewerOf, type Page, type Seats } from "#server/chat-seats.ts";

/** Said to all nodes: a visitor has begun a concern, which their other pages show from now on. */
export interface Begun {
  readonly address: string;
  readonly concernId: string;
  readonly number: number;
  readonly messageId: string;
  /** What stands before it: a greeting. A node that runs an older program does not say so. */
  readonly before?: readonly string[];
}

/** Said to all nodes: the pages of these visitors must say hello again, for who they are has changed; but not the one of that browser, which knows. */
interface Changed {
  readonly addresses: readonly string[];
  readonly tokenHash: string;
}

/** Said to all nodes: a link made at that browser of the visitor has been opened at another one; until when it would have held. */
export interface MovedThere {
  readonly address: string;
  readonly tokenHash: string;
  readonly untilMs: number;
}

/** Said to all nodes: somebody of us had these words of visitors before their eyes. Said by server/live.ts. */
export interface NowRead {
  readonly concernId: string;
  readonly messageIds: readonly string[];
}

/** News of many events at once is gathered for so long. */
const gatherMs = 4;

const shown = new Set<AnyEvent["kind"]>([
  "message.added",
  "message.withdrawn",
  "message.scheduled",
  "message.fileChecked",
  "delivery.changed",
  "concern.changed",
  "flow.began",
  "flow.ended",
]);

/** Does it change anything that visitors see of a concern? The rest moves with its messages, or is the desk's own. */
const isShown = (event: AnyEvent): boolean =>
  shown.has(event.kind) &&
  (event.kind !== "concern.changed" || "status" in event.data.patch || "subject" in event.data.patch);

/** Words whose sayers know what became of them, and whose events have not come yet; of more than these the oldest are told twice. */
const mostTold = 1_000;

/** Pages that show a concern are told what was answered to a question there, by another page or a mail's link. */
const ratedIn = (event: AnyEvent): string | null => (event.kind === "rating.given" ? event.data.id : null);

const messageOf = (event: AnyEvent): string | null => {
  if (event.kind === "message.added") return event.data.message.id;
  return "messageId" in event.data && typeof event.data.messageId === "string" ? event.data.messageId : null;
};

/** Closing word for who cannot be told now; the page comes again and is brought up to date then. */
const comeAgain = (page: Page): void => page.close(1013, "come again");

/** What telling needs. */
interface Telling {
  readonly world: World;
  readonly seats: Seats;
  /** Says of concerns in which a flow speaks that one does. */
  readonly marked: (concerns: readonly ChatConcern[]) => Promise<ChatConcern[]>;
}

/** Whoever sees the same is told by the same frame; what all of them are told is asked for at once. */
const tell = async (
  { world, seats, marked: mark }: Telling,
  changed: readonly (readonly [string, readonly string[]])[],
  upTo: number,
): Promise<void> => {
  const asked = changed.flatMap(([concernId, messageIds]) => {
    const byViewer = Map.groupBy(seats.showing(concernId), (page) => {
      const visitor = seats.of(page)?.visitor;
      return `${visitor?.address} ${visitor?.readsEmail}`;
    });
    return [...byViewer.values()].flatMap((pages) => {
      const visitor = pages[0] && seats.of(pages[0])?.visitor;
      return visitor ? [{ pages, viewer: viewerOf(visitor), concernId, messageIds }] : [];
    });
  });
  if (asked.length === 0) return;
  const chats = await chatsAsked(world, asked);
  const marked = await mark(chats.flatMap((chat) => chat?.concern ?? []));
  const concernOf = new Map(marked.map((each) => [each.id, each]));
  for (const [place, { pages }] of asked.entries()) {
    const chat = chats[place];
    if (!chat) continue;
    const { messages } = chat;
    // How far it was seen is each viewer's own.
    const { flow } = concernOf.get(chat.concern.id) ?? {};
    const concern = flow === undefined ? chat.concern : { ...chat.concern, flow };
    const frame = JSON.stringify({ type: "news", concerns: [concern], messages, upTo } satisfies ToWidget);
    for (const page of pages) {
      page.send(frame);
      const seat = seats.of(page);
      // What was a dialogue with a flow has become a concern: whoever is in it is here.
      if (seat?.numbers.get(concern.id) !== 0) continue;
      seats.join(page, concern.id, concern.number);
      seats.show(seat, null);
    }
  }
};

/** Tells the pages from now on; returns how to say that a concern was begun here, and how to stop. */
export const startNews = (
  options: Telling & {
    readonly bus: Bus;
    readonly follower: Follower<AnyEvent>;
    /** Tells a page everything anew. */
    readonly again: (page: Page) => Promise<void>;
  },
): {
  readonly begun: (begun: Begun) => void;
  /** The page is told what became of its own word: this is no news to it. */
  readonly toldAlready: (page: Page, messageId: string) => void;
  /** The number up to which nothing is left to be told to anybody: a page that knows it need not hear what came before. */
  readonly toldUpTo: () => number;
  readonly changed: (addresses: readonly string[], tokenHash: string) => void;
  readonly movedThere: (moved: MovedThere) => void;
  readonly stop: () => void;
} => {
  const { world, bus, follower, seats, again } = options;
  /** Concerns that have changed, each with the messages in it that did. */
  const dirty = new Map<string, Set<string>>();
  /** The page that said a message and knows it. */
  const knows = new Map<string, Page>();
  /** Pages that know everything up to here, and only have to be told where they are. */
  const upToDate = new Set<Page>();
  let soon: NodeJS.Timeout | null = null;
  /** Pages that show a concern whose messages were moved. */
  const moved = new Set<Page>();

  /** Up to where the tellings go that have begun, and from where those that have not come to their end. */
  let begunUpTo = follower.upTo();
  const underWay = new Set<{ readonly after: number }>();
  const toldUpTo = (): number =>
    soon === null && underWay.size === 0
      ? follower.upTo()
      : Math.min(begunUpTo, ...[...underWay].map(({ after }) => after));
  const flush = (): void => {
    soon = null;
    const upTo = follower.upTo();
    const telling = { after: begunUpTo };
    underWay.add(telling);
    begunUpTo = upTo;
    const changed = [...dirty].map(([concernId, messages]) => [concernId, [...messages]] as const);
    dirty.clear();
    const knowing = [...upToDate];
    upToDate.clear();
    const anew = [...moved].map((page) => again(page).catch(() => comeAgain(page)));
    moved.clear();
    const told = tell(options, changed, upTo).catch((error: unknown) => {
      world.log.warn("chat.newsLate", { error: error instanceof Error ? error.message : "unknown" });
      for (const [concernId] of changed) for (const page of seats.showing(concernId)) comeAgain(page);
    });
    void Promise.all([told, ...anew]).then(() => {
      underWay.delete(telling);
      const frame = framed(JSON.stringify({ type: "pong", upTo: Math.min(upTo, toldUpTo()) } satisfies ToWidget));
      for (const page of knowing) page.send(frame);
    });
  };
  const tellSoon = (concernId: string, messageId: string | null): void => {
    const messages = dirty.get(concernId) ?? new Set();
    dirty.set(concernId, messageId === null ? messages : messages.add(messageId));
    soon ??= setTimeout(flush, gatherMs);
  };
  /** A word of a page that nobody else shows, and nothing but the word. */
  const isOwn = (event: AnyEvent, pages: readonly Page[]): boolean => {
    const messageId = event.kind === "message.added" ? event.data.message.id : "";
    const page = knows.get(messageId);
    knows.delete(messageId);
    if (page === undefined || pages.length !== 1 || pages[0] !== page || dirty.has(event.concernId ?? "")) return false;
    upToDate.add(page);
    soon ??= setTimeout(flush, gatherMs);
    return true;
  };
  const tellRated = (concernId: string, id: string): void => {
    for (const page of seats.showing(concernId)) sayRatings(world, seats, page, [id]).catch(() => comeAgain(page));
  };
  const tellAllSoon = (concernId: string): void => {
    for (const page of seats.showing(concernId)) moved.add(page);
    if (moved.size > 0) soon ??= setTimeout(flush, gatherMs);
  };

  const stops = [
    follower.subscribe(follower.upTo(), {
      wants: (event) => {
        const rated = ratedIn(event);
        if (rated !== null && event.concernId !== null) tellRated(event.concernId, rated);
        if (event.kind === "message.moved" && event.concernId !== null) tellAllSoon(event.concernId);
        if (event.concernId === null || !isShown(event)) return false;
        const pages = seats.showing(event.concernId);
        if (pages.length > 0 && !isOwn(event, pages)) tellSoon(event.concernId, messageOf(event));
        return false;
      },
      give: () => {},
      reset: () => {
        for (const page of seats.all()) comeAgain(page);
      },
    }),
    bus.on("chatWho", (note) => {
      const { addresses, tokenHash } = note as Changed;
      for (const page of addresses.flatMap((address) => seats.ofAddress(address)))
        if (seats.of(page)?.visitor.tokenHash !== tokenHash) comeAgain(page);
    }),
    bus.on("chatMoved", (note) => {
      const { address, tokenHash, untilMs } = note as MovedThere;
      const frame = JSON.stringify({ type: "movedThere", untilMs } satisfies ToWidget);
      for (const page of seats.ofAddress(address))
        if (seats.of(page)?.visitor.tokenHash === tokenHash) page.send(frame);
    }),
    bus.on("chat", (note) => {
      const { address, concernId, number, messageId, before = [] } = note as Begun;
      for (const page of seats.ofAddress(address)) seats.join(page, concernId, number);
      if (seats.showing(concernId).length > 0) for (const id of [...before, messageId]) tellSoon(concernId, id);
    }),
    bus.on("chatRead", (note) => {
      const { concernId, messageIds } = note as NowRead;
      if (seats.showing(concernId).length > 0) for (const id of messageIds) tellSoon(concernId, id);
    }),
    bus.on("looks", (note) => {
      const { concernId, state } = (note as { readonly look: Look }).look;
      const pages = seats.showing(concernId);
      if (pages.length === 0) return;
      const frame = JSON.stringify({ type: "typing", concernId, on: state === "typing" } satisfies ToWidget);
      for (const page of pages) page.send(frame);
    }),
  ];
  return {
    begun: (begun) => bus.hint("chat", begun),
    toldUpTo,
    toldAlready: (page, messageId) => {
      const [oldest] = knows.size < mostTold ? [] : knows.keys();
      if (oldest !== undefined) knows.delete(oldest);
      knows.set(messageId, page);
    },
    movedThere: (there) => bus.hint("chatMoved", there),
    changed: (addresses, tokenHash) => bus.hint("chatWho", { addresses, tokenHash } satisfies Changed),
    stop: () => {
      for (const stop of stops) stop();
      if (soon) clearTimeout(soon);
    },
  };
};
