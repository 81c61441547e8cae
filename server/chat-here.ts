// Whether a visitor has a page of the chat open, at any node: asked when it matters, so that thousands of sockets need not say that they are here. Called by server/chat.ts.
import type { Bus } from "#platform/live/bus.ts";
import type { Seats } from "#server/chat-seats.ts";

type Note =
  | { readonly ask: string; readonly address: string }
  /** Answers a question of that name. */
  | { readonly here: string };

/** Nodes answer within some milliseconds; one that is held up longer is not waited for. */
const usualAnswerMs = 400;

export interface Here {
  /** Is a page of theirs connected? Rather "no" than never. */
  readonly isHere: (address: string) => Promise<boolean>;
  readonly stop: () => void;
}

export const openHere = (options: {
  readonly bus: Bus;
  readonly seats: Pick<Seats, "ofAddress">;
  readonly newId: () => string;
  readonly answerMs?: number;
}): Here => {
  const { bus, seats, newId, answerMs = usualAnswerMs } = options;
  const waiting = new Map<string, () => void>();
  const isAtThisNode = (address: string): boolean => seats.ofAddress(address).length > 0;
  const stop = bus.on("chatHere", (heard) => {
    const note = heard as Note;
    if ("here" in note) waiting.get(note.here)?.();
    else if (isAtThisNode(note.address)) bus.hint("chatHere", { here: note.ask } satisfies Note);
  });
  return {
    isHere: (address) =>
      isAtThisNode(address)
        ? Promise.resolve(true)
        : new Promise((resolve) => {
            const ask = newId();
            const end = (is: boolean): void => {
              clearTimeout(timer);
              waiting.delete(ask);
              resolve(is);
            };
            const timer = setTimeout(() => end(isAtThisNode(address)), answerMs);
            waiting.set(ask, () => end(true));
            bus.hint("chatHere", { ask, address } satisfies Note);
          }),
    stop,
  };
};
