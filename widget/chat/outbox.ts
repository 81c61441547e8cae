// What has been said and not been taken yet: kept until the server says that it has it, said again after every break, in its order. Called by
// session.ts. One entry is one value of the memory, so that two tabs never write over each other's words.
import type { FromWidget, ToWidget } from "#contract/chat.ts";
import type { Memory } from "#widget/memory.ts";
import type { Waiting } from "./chats.ts";

const prefix = "out.";

/** The kept entries in the order in which they were said. What cannot be read is no entry. */
export const entriesOf = (memory: Memory): readonly Waiting[] =>
  memory
    .names(prefix)
    .flatMap((name): Waiting[] => {
      try {
        return [JSON.parse(memory.read(name) ?? "") as Waiting];
      } catch {
        return [];
      }
    })
    .toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));

/** Keeps an entry; false: this machine could not, it lasts as long as the page. */
export const keepEntry = (memory: Memory, entry: Waiting): boolean =>
  memory.keep(prefix + entry.id, JSON.stringify(entry));

export const forgetEntry = (memory: Memory, id: string): void => memory.forget(prefix + id);

/** What to do with a refused entry: `againAfterMs` null is not by itself; `elsewhere`: its concern is not this visitor's, it becomes something new. */
export const afterRefusal = (
  code: string,
  afterMs: number | null,
): { readonly againAfterMs: number | null; readonly elsewhere: boolean } =>
  code === "notFound" ? { againAfterMs: 0, elsewhere: true } : { againAfterMs: afterMs, elsewhere: false };

export interface SenderParts {
  readonly memory: Memory;
  /** Says a word; false: it could not be said now, `go` will be called when it can. */
  readonly say: (word: FromWidget) => boolean;
  /** May this page say something now? Another page of this browser may have the turn, or be finding out who we are. */
  readonly mayBegin: () => boolean;
  /** Which concern a thread has become. */
  readonly concernOf: (thread: string) => string | null;
  /** The outbox is another one. */
  readonly changed: () => void;
  /** Why the server makes us wait; null: it does not. */
  readonly slowed: (code: string | null) => void;
  readonly later: (ms: number, run: () => void) => () => void;
}

export interface Sender {
  /** There may be something to say, or a way to say it. */
  readonly go: () => void;
  /** The link is gone: what was on its way is said again. */
  readonly broken: () => void;
  readonly heard: (word: ToWidget & { readonly type: "taken" | "refused" }) => void;
}

/** Says one entry after the other: the next only when the server has the one before, so that their order is the server's. */
export const startSender = (parts: SenderParts): Sender => {
  const { memory } = parts;
  let underWay: string | null = null;
  let isPaused = false;
  let stopPause = (): void => undefined;

  const go = (): void => {
    if (underWay !== null || isPaused) return;
    const next = entriesOf(memory).find(({ failed }) => failed === null);
    if (next === undefined || !parts.mayBegin()) return;
    const concernId = (next.concernId ?? parts.concernOf(next.thread)) as never;
    if (parts.say({ type: "say", id: next.id, concernId, thread: next.thread, text: next.text })) underWay = next.id;
  };
  const pause = (ms: number): void => {
    isPaused = true;
    stopPause();
    stopPause = parts.later(ms, () => {
      isPaused = false;
      parts.slowed(null);
      go();
    });
  };

  return {
    go,
    broken: () => {
      underWay = null;
    },
    heard: (word) => {
      if (word.id !== null && word.id === underWay) underWay = null;
      if (word.type === "taken") {
        forgetEntry(memory, word.id);
        parts.slowed(null);
        parts.changed();
        return go();
      }
      const entry = entriesOf(memory).find(({ id }) => id === word.id);
      if (entry === undefined) return go();
      const { againAfterMs, elsewhere } = afterRefusal(word.code, word.afterMs);
      if (elsewhere && entry.concernId === null && parts.concernOf(entry.thread) === null) {
        keepEntry(memory, { ...entry, failed: word.code });
      } else if (elsewhere) keepEntry(memory, { ...entry, concernId: null, thread: entry.id });
      else if (againAfterMs === null) keepEntry(memory, { ...entry, failed: word.code });
      else {
        parts.slowed(word.code);
        pause(againAfterMs);
      }
      parts.changed();
      return go();
    },
  };
};
