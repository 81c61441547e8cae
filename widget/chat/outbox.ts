// What has been said and not been taken yet: kept until the server says that it has it, said again after every break, in its order. Called by
// session.ts. One entry is one value of the memory, so that two tabs never write over each other's words.
import type { FromWidget, ToWidget } from "#contract/chat.ts";
import type { Memory } from "#widget/memory.ts";
import type { Waiting } from "./chats.ts";
import type { Chosen, Sending, Sent } from "./files.ts";

const prefix = "out.";

/** The kept entries in the order in which they were said. What cannot be read is no entry. */
export const entriesOf = (memory: Memory): readonly Waiting[] =>
  memory
    .names(prefix)
    .flatMap((name): Waiting[] => {
      try {
        // One that an older chat has kept has no files.
        const entry = JSON.parse(memory.read(name) ?? "") as Omit<Waiting, "files"> & Partial<Pick<Waiting, "files">>;
        return [{ ...entry, files: entry.files ?? [] }];
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
  /** Sends one file of an entry. */
  readonly upload: (file: Chosen) => Sending;
  /** These entries' files are needed no longer. */
  readonly filesDone: (files: readonly Chosen[]) => void;
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
  /** The visitor takes an entry back, also while a file of it is on its way. */
  readonly drop: (id: string) => void;
}

/** Pause before a file that did not go up is tried again, in milliseconds: doubles with every time in a row. */
const uploadAgainMs = (failures: number): number => Math.min(60_000, 1_000 * 2 ** failures);

/** Says one entry after the other: the next only when the server has the one before, so that their order is the server's. */
export const startSender = (parts: SenderParts): Sender => {
  const { memory } = parts;
  let underWay: string | null = null;
  /** The file that is going up; it goes on when the link breaks, which it may have starved itself. */
  let uploading: { readonly entry: string; readonly stop: () => void } | null = null;
  /** Files that the server has. */
  const stored = new Set<string>();
  /** Entries whose files the server did not know although it had them: sent once more, then not by itself. */
  const missed = new Set<string>();
  let failures = 0;
  let isPaused = false;
  let stopPause = (): void => undefined;

  const go = (): void => {
    if (underWay !== null || uploading !== null || isPaused) return;
    const next = entriesOf(memory).find(({ failed }) => failed === null);
    if (next === undefined || !parts.mayBegin()) return;
    const file = next.files.find(({ id }) => !stored.has(id));
    if (file !== undefined) return upload(next, file);
    const concernId = (next.concernId ?? parts.concernOf(next.thread)) as never;
    const files = next.files.map(({ id }) => id);
    const { id, thread, answer, answers, greeting } = next;
    const press = next.press as never;
    const word = { type: "say" as const, id, concernId, thread, text: answer ? "" : next.text };
    const more = answer ? { answer } : files.length > 0 ? { files } : {};
    // What is not there is not said: JSON leaves it out.
    if (parts.say({ ...word, ...more, answers, greeting, press })) underWay = id;
  };
  const upload = (entry: Waiting, file: Chosen): void => {
    const { finished, stop } = parts.upload(file);
    const here = { entry: entry.id, stop };
    uploading = here;
    void finished.then((sent) => {
      if (uploading !== here) return;
      uploading = null;
      ended(entry.id, file, sent);
    });
  };
  const ended = (id: string, file: Chosen, sent: Sent): void => {
    if (sent.kind === "stored") {
      failures = 0;
      stored.add(file.id);
    } else if (sent.kind === "lost") {
      pause(sent.afterMs ?? uploadAgainMs(failures));
      failures += 1;
    } else {
      const entry = entriesOf(memory).find((one) => one.id === id);
      if (entry) keepEntry(memory, { ...entry, failed: sent.code });
      parts.changed();
    }
    go();
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
        parts.filesDone(entriesOf(memory).find(({ id }) => id === word.id)?.files ?? []);
        forgetEntry(memory, word.id);
        parts.slowed(null);
        parts.changed();
        return go();
      }
      const entry = entriesOf(memory).find(({ id }) => id === word.id);
      if (entry === undefined) return go();
      if (word.code === "noFile") {
        // They waited too long at the server, or went there under another name of ours.
        for (const { id } of entry.files) stored.delete(id);
        const isFirst = !missed.has(entry.id);
        missed.add(entry.id);
        if (isFirst) return go();
      }
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
    drop: (id) => {
      parts.filesDone(entriesOf(memory).find((one) => one.id === id)?.files ?? []);
      forgetEntry(memory, id);
      missed.delete(id);
      if (uploading?.entry !== id) return;
      const { stop } = uploading;
      uploading = null;
      stop();
      go();
    },
  };
};
