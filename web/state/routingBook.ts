// How routing is set up, as every surface of it needs it: names of queues, reasons, dispositions. Fetched once, anew when somebody changed it.
// Called by the shell, the agent's own work, the floor and the settings.
import { useEffect } from "react";
import { routing } from "#contract/routing-endpoints.ts";
import type { Queue, RoutingBook } from "#contract/routing-book.ts";
import { call } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { linkState, onEvents } from "#web/state/desk.ts";
import { createStore, useStore } from "#web/state/store.ts";
import { t } from "#web/state/words.ts";

/** The book with the revision that stands; `book` null: not known yet, or it could not be fetched (`problem`). */
export interface KnownBook {
  readonly book: RoutingBook | null;
  readonly revision: number;
  readonly problem: Problem | null;
}

const nothing: KnownBook = { book: null, revision: 0, problem: null };
export const routingBook = createStore<KnownBook>(nothing);

/** Fetches the book; of several answers the one with the highest revision stands. */
export const loadRoutingBook = async (): Promise<void> => {
  const outcome = await call(routing.book, {});
  if (followers === 0) return;
  if (!outcome.ok) return routingBook.set((now) => ({ ...now, problem: outcome.problem }));
  takeInBook(outcome.value);
};

/** Takes in a book that an own call brought. */
export const takeInBook = ({ book, revision }: { readonly book: RoutingBook; readonly revision: number }): void =>
  routingBook.set((now) => (now.book !== null && now.revision > revision ? now : { book, revision, problem: null }));

let followers = 0;
let stopAll: (() => void) | null = null;

/** Keeps the book fresh until the last one who wants it has stopped. */
export const followRoutingBook = (): (() => void) => {
  followers += 1;
  if (followers === 1) {
    void loadRoutingBook();
    const stopEvents = onEvents((events) => {
      if (events.some(({ kind }) => kind === "routing.bookChanged")) void loadRoutingBook();
    });
    // What was missed while there was no link is not told again.
    let was = linkState.get();
    const stopLink = linkState.watch(() => {
      const now = linkState.get();
      if (now === "up" && was === "lost") void loadRoutingBook();
      if (now !== "connecting") was = now;
    });
    stopAll = () => {
      stopEvents();
      stopLink();
    };
  }
  return () => {
    followers -= 1;
    if (followers > 0) return;
    stopAll?.();
    stopAll = null;
    routingBook.set(nothing);
  };
};

/** The book for a screen; it is fetched and kept fresh while the screen stands. */
export const useRoutingBook = (): KnownBook => {
  useEffect(followRoutingBook, []);
  return useStore(routingBook, (now) => now);
};

/** True when there is a queue: without one nothing of routing shows. */
export const hasRouting = ({ book }: KnownBook): boolean => (book?.queues.length ?? 0) > 0;

/** The queue with this id; undefined when it is not known or no more. */
export const queueOf = (book: RoutingBook | null, id: string): Queue | undefined =>
  book?.queues.find((queue) => queue.id === id);

/** What a queue is called. */
export const queueName = (book: RoutingBook | null, id: string): string =>
  queueOf(book, id)?.name ?? t("routing.unknownQueue");

/** What a skill is called. */
export const skillName = (book: RoutingBook | null, id: string): string =>
  book?.skills.find((skill) => skill.id === id)?.name ?? t("routing.unknownSkill");
