// Hints between processes of one centre: "something new under this topic". May be lost; the truth is always a numbered row. Adapters stand beside it:
// bus-postgres.ts and bus-nats.ts, which one suite holds to the same (bus.test.ts).
import type { Log } from "#platform/log.ts";

export interface Bus {
  /**
   * Tells everybody, here at once and elsewhere within some milliseconds. `note` is small JSON for things that are never stored; hints without a note are merged.
   * `here` goes along to those who hear it in this process, and to nobody else.
   */
  readonly hint: (topic: string, note?: unknown, here?: unknown) => void;
  /** Hears hints of all processes, its own included; `here`: what went along with one of its own. Returns how to stop. */
  readonly on: (topic: string, hear: (note: unknown, here?: unknown) => void) => () => void;
  /** Says what is pending and lets go of what it holds. */
  readonly close: () => Promise<void>;
}

/**
 * Told on a bus by itself, without a note, to its own process: it can be heard elsewhere from now on, for the first time or again. What was said meanwhile
 * is lost; whoever has said something that still holds says it again, and whoever needs others' asks for it.
 */
export const backTopic = "bus.back";

export interface Spoken {
  readonly topic: string;
  readonly note?: unknown;
}

/** Who listens here. */
export const listeners = (): {
  readonly tell: (spoken: Spoken, here?: unknown) => void;
  readonly on: Bus["on"];
  /** Every topic that is listened to under which a hint without a note came before, and `backTopic`: looked at anew, since hints may have been missed. */
  readonly wakeAll: () => void;
} => {
  const byTopic = new Map<string, Set<(note: unknown, here?: unknown) => void>>();
  const plain = new Set<string>();
  const tell = ({ topic, note }: Spoken, here?: unknown): void => {
    if (note === undefined) plain.add(topic);
    for (const hear of byTopic.get(topic) ?? []) hear(note, here);
  };
  return {
    tell,
    on: (topic, hear) => {
      const heard = byTopic.get(topic) ?? new Set();
      byTopic.set(topic, heard.add(hear));
      return () => heard.delete(hear);
    },
    wakeAll: () => {
      for (const topic of new Set([...plain, backTopic])) tell({ topic });
    },
  };
};

/** The bus of a single process. */
export const memoryBus = (): Bus => {
  const { tell, on } = listeners();
  return {
    hint: (topic, note, here) => queueMicrotask(() => tell(note === undefined ? { topic } : { topic, note }, here)),
    on,
    close: async () => {},
  };
};

/** Who speaks, so that nobody hears the own words twice. */
export const newSpeaker = (): string => Math.random().toString(36).slice(2);

/** What others say, told here; what is none of our words, or our own, is passed over. */
export const hearFrame = (frame: string, self: string, tell: (spoken: Spoken) => void): void => {
  let heard: { readonly from?: string; readonly said?: readonly Spoken[] };
  try {
    heard = JSON.parse(frame) as typeof heard;
  } catch {
    return;
  }
  if (heard.from !== self && Array.isArray(heard.said)) for (const spoken of heard.said) tell(spoken);
};

/**
 * Gathers hints into frames for the others: the first after a silence goes at once, then one turn each `everyMs`. A frame has at most `mostBytes`; a note that
 * is larger by itself is dropped with a warning. `send` is never given an empty frame.
 */
export const gatherHints = (options: {
  readonly self: string;
  readonly everyMs: number;
  readonly mostBytes: number;
  readonly log: Log;
  readonly send: (frame: string) => void;
}): { readonly add: (spoken: Spoken) => void; readonly flush: () => void } => {
  const pending = new Map<string, Spoken>();
  let notes: Spoken[] = [];
  let timer: NodeJS.Timeout | null = null;
  let flushedAt = -Infinity;
  // What stands around the words in a frame.
  const room = options.mostBytes - 100;

  const flush = (): void => {
    if (timer) clearTimeout(timer);
    timer = null;
    flushedAt = performance.now();
    let part: Spoken[] = [];
    let size = 0;
    const send = (): void => {
      if (part.length > 0) options.send(JSON.stringify({ from: options.self, said: part }));
      part = [];
      size = 0;
    };
    const said = [...pending.values(), ...notes];
    pending.clear();
    notes = [];
    for (const spoken of said) {
      const length = Buffer.byteLength(JSON.stringify(spoken));
      if (length > room) {
        options.log.warn("bus.noteTooLarge", { topic: spoken.topic, bytes: length });
        continue;
      }
      if (size + length > room) send();
      part.push(spoken);
      size += length + 1;
    }
    send();
  };
  return {
    add: (spoken) => {
      if (spoken.note === undefined) pending.set(spoken.topic, spoken);
      else notes.push(spoken);
      timer ??= setTimeout(flush, Math.max(0, options.everyMs - (performance.now() - flushedAt)));
    },
    flush,
  };
};
