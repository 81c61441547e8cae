// What many clients are to hear, sent to a few of them at a time: nobody waits behind all of them, and who hears much hears it together. Called by server/live.ts.
import type { Framed } from "#platform/live/hub.ts";

/** One client's ear. */
export interface Ear {
  /**
   * Serialised entries in order, and the number up to which nothing is missing; it may be called with none. `atOnce`: the client is sent them, and what it has not
   * been sent yet, now; otherwise when its turn comes. Those who see the same give the same array.
   */
  readonly hear: (entries: readonly string[], upTo: number, atOnce: boolean) => void;
  /** Nothing is sent any more, also not what waits. */
  readonly leave: () => void;
}

/** Entries that wait for somebody, behind those before them. Whoever waits for the same shares it, and the frame that is made of it. */
interface Batch {
  readonly before: Batch | null;
  readonly entries: readonly string[];
  readonly next: WeakMap<readonly string[], Batch>;
  frame: { readonly upTo: number; readonly bytes: Framed } | null;
}

/** A wave goes on for so long; then others' work is done. */
const waveMs = 1;
/**
 * Of all time at most a fifth is spent in waves, counted over `savedMs`: what is said now and then goes to hundreds of clients without a rest, what is said all
 * the time is gathered. A rest is never longer than `mostMs`.
 */
const restTimes = 4;
const savedMs = 20;
const mostMs = 20;
/** Clients between two looks at the clock. */
const stride = 8;
/** A client that sees nothing of what happens is told now and then how far that is, so that a reconnect need not replay it. */
const quietMs = 5_000;

const textsOf = (batch: Batch | null): string[] => {
  const parts: (readonly string[])[] = [];
  for (let at = batch; at !== null; at = at.before) parts.push(at.entries);
  return parts.toReversed().flat();
};

/** `frameOf` makes the frame, once for all who hear the same. `send` of `join`: brings it to the client, which then knows everything up to that number. */
export const openWaves = (
  frameOf: (entries: readonly string[], upTo: number) => Framed,
): { readonly join: (send: (frame: Framed, upTo: number) => void) => Ear; readonly stop: () => void } => {
  interface Listener {
    readonly send: (frame: Framed, upTo: number) => void;
    batch: Batch | null;
    upTo: number;
    sentAt: number;
  }
  /** In the order in which they began to wait. */
  const waiting = new Set<Listener>();
  const firsts = new WeakMap<readonly string[], Batch>();
  let quiet: { readonly upTo: number; readonly bytes: Framed } | null = null;
  let timer: NodeJS.Timeout | NodeJS.Immediate | null = null;
  let restsUntil = -Infinity;

  /** Hundreds ask for the same one after the other. */
  let last: Batch | null = null;
  const behind = (before: Batch | null, entries: readonly string[]): Batch => {
    if (last?.entries === entries && last.before === before) return last;
    const those = before?.next ?? firsts;
    const batch = those.get(entries) ?? { before, entries, next: new WeakMap(), frame: null };
    those.set(entries, batch);
    last = batch;
    return batch;
  };
  const made = (batch: Batch | null, upTo: number): Framed => {
    const known = batch === null ? quiet : batch.frame;
    if (known?.upTo === upTo) return known.bytes;
    const frame = { upTo, bytes: frameOf(textsOf(batch), upTo) };
    if (batch === null) quiet = frame;
    else batch.frame = frame;
    return frame.bytes;
  };
  const send = (listener: Listener, now: number): void => {
    waiting.delete(listener);
    const { batch, upTo } = listener;
    listener.batch = null;
    listener.sentAt = now;
    listener.send(made(batch, upTo), upTo);
  };

  const wave = (): void => {
    timer = null;
    const begun = performance.now();
    let [now, sent] = [begun, 0];
    for (const listener of waiting) {
      if (sent % stride === 0 && sent > 0) {
        now = performance.now();
        if (now - begun >= waveMs) break;
      }
      sent += 1;
      send(listener, now);
    }
    const ended = performance.now();
    const spentFrom = Math.max(restsUntil, ended - savedMs);
    restsUntil = Math.min(ended + mostMs, spentFrom + (restTimes + 1) * (ended - begun));
    if (waiting.size > 0) roll();
  };
  const roll = (): void => {
    const leftMs = restsUntil - performance.now();
    // After this turn of the event loop: who is told of the same is sent the same.
    timer ??= leftMs > 0 ? setTimeout(wave, leftMs) : setImmediate(wave);
  };

  return {
    join: (to) => {
      const listener: Listener = { send: to, batch: null, upTo: 0, sentAt: -Infinity };
      return {
        hear: (entries, upTo, atOnce) => {
          listener.upTo = upTo;
          if (entries.length > 0) listener.batch = behind(listener.batch, entries);
          if (atOnce) return send(listener, performance.now());
          if (waiting.has(listener)) return;
          if (listener.batch === null && performance.now() - listener.sentAt < quietMs) return;
          waiting.add(listener);
          roll();
        },
        leave: () => {
          waiting.delete(listener);
          listener.batch = null;
        },
      };
    },
    stop: () => {
      waiting.clear();
    },
  };
};
