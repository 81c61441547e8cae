// The pages that sit in a chat: whose they are, which concerns they show, and that they are here. Called by server/chat.ts and server/chat-news.ts.
import type { VisitedPage } from "#contract/chat.ts";
import type { ConcernId } from "#contract/ids.ts";
import type { VisitorLook } from "#contract/live.ts";
import type { Viewer } from "#modules/concerns/store-visitor.ts";
import type { Visitor } from "#modules/visitors/actions.ts";
import type { Client } from "#platform/live/hub.ts";
import type { ConnectedChannel } from "#server/intake.ts";
import type { Looks } from "#server/looks.ts";

/** What is known of a socket before it has said anything. `place`: where it comes from (IPv4 address, IPv6 /64). */
export interface Caller {
  readonly channel: ConnectedChannel;
  readonly place: string;
  readonly device: VisitorLook["device"];
}

export type Page = Client<Caller>;

/** A page that has said who it is. */
export interface Seat {
  visitor: Visitor;
  /** Numbers of the visitor's concerns, by id; 0: it is none yet, or not known. */
  readonly numbers: Map<string, number>;
  /** Those of them that began as a dialogue with a flow, by itself. */
  readonly runs: Set<string>;
  /** The chat can be seen, and where. */
  here: boolean;
  page: VisitedPage | null;
  /** What the page speaks. */
  readonly language: "de" | "en";
  readonly device: VisitorLook["device"];
  /** Under which numbers it is said that the visitor is in a concern's chat, by the concern's id. */
  readonly shownAt: Map<string, number>;
}

export interface Seats {
  /** The page is this visitor's from now on; null: it is gone. */
  readonly sit: (page: Page, visitor: Visitor, at: Pick<Seat, "page" | "language">) => Seat | null;
  /** The page is nobody's, until somebody sits there again. */
  readonly stand: (page: Page) => void;
  readonly of: (page: Page) => Seat | undefined;
  readonly all: () => Iterable<Page>;
  /** The page shows a concern from now on. */
  readonly join: (page: Page, concernId: string, number: number) => void;
  /** The page's socket is closed. */
  readonly gone: (page: Page) => void;
  readonly showing: (concernId: string) => readonly Page[];
  readonly ofAddress: (address: string) => readonly Page[];
  /** Says to the desks that the visitor is in the chats they were in last. `typing`: the one they write in. */
  readonly show: (seat: Seat, typing: string | null) => void;
  /** Says again that they are here, before they are forgotten. */
  readonly alive: (seat: Seat) => void;
}

/** What somebody sits at by what their browser calls itself; whoever says nothing sits at a computer. */
export const deviceOf = (userAgent: string): VisitorLook["device"] => {
  const has = (word: string): boolean => userAgent.includes(word);
  if (has("iPad") || has("Tablet") || (has("Android") && !has("Mobile"))) return "tablet";
  return has("Mobi") || has("iPhone") ? "phone" : "computer";
};

/** Concerns of one visitor in which it is said that they are here. */
const mostShown = 3;

/** As whom a visitor sees concerns. */
export const viewerOf = ({ address, joined, readsEmail }: Visitor): Viewer => ({
  kind: "chat",
  norm: address,
  joined,
  email: readsEmail,
});

/** Nobody sits here yet. `visitors`: where it is said that somebody is here. */
export const openSeats = (visitors: Looks<VisitorLook>): Seats => {
  const seats = new Map<Page, Seat>();
  const byConcern = new Map<string, Set<Page>>();
  const byAddress = new Map<string, Set<Page>>();
  /** What was under way for a page when it closed ends later, and must not bring it back. */
  const closed = new WeakSet<Page>();
  let nextShown = 1;

  const put = (index: typeof byConcern, key: string, page: Page): void => {
    index.set(key, (index.get(key) ?? new Set()).add(page));
  };
  const take = (index: typeof byConcern, key: string, page: Page): void => {
    const set = index.get(key);
    if (set?.delete(page) && set.size === 0) index.delete(key);
  };

  const leave = (page: Page): void => {
    const seat = seats.get(page);
    if (!seat) return;
    seats.delete(page);
    take(byAddress, seat.visitor.address, page);
    for (const concernId of seat.numbers.keys()) take(byConcern, concernId, page);
    for (const shown of seat.shownAt.values()) visitors.away(shown);
  };

  return {
    sit: (page, visitor, at) => {
      if (closed.has(page)) return null;
      leave(page);
      const seat: Seat = {
        visitor,
        numbers: new Map(),
        runs: new Set(),
        here: false,
        page: at.page,
        language: at.language,
        device: page.who.device,
        shownAt: new Map(),
      };
      seats.set(page, seat);
      put(byAddress, visitor.address, page);
      return seat;
    },
    stand: leave,
    of: (page) => seats.get(page),
    all: () => seats.keys(),
    join: (page, concernId, number) => {
      const seat = seats.get(page);
      if (!seat) return;
      seat.numbers.set(concernId, number);
      put(byConcern, concernId, page);
    },
    gone: (page) => {
      closed.add(page);
      leave(page);
    },
    showing: (concernId) => [...(byConcern.get(concernId) ?? [])],
    ofAddress: (address) => [...(byAddress.get(address) ?? [])],
    show: (seat, typing) => {
      const concerns = [...seat.numbers].flatMap(([id, number]) => (number > 0 ? id : []));
      for (const concernId of concerns.slice(-mostShown)) {
        const shown = seat.shownAt.get(concernId) ?? nextShown++;
        if (!seat.here) {
          visitors.away(shown);
          seat.shownAt.delete(concernId);
          continue;
        }
        seat.shownAt.set(concernId, shown);
        visitors.look(shown, {
          concernId: concernId as ConcernId,
          state: typing === concernId ? "typing" : "viewing",
          address: seat.visitor.address,
          page: seat.page,
          device: seat.device,
          language: seat.visitor.language,
          since: seat.visitor.createdAt,
        });
      }
    },
    alive: (seat) => {
      for (const shown of seat.shownAt.values()) visitors.alive(shown);
    },
  };
};
