// The order in which a run's work is done, and how much of it at once. Called by tools/test.ts.
import { availableParallelism, cpus } from "node:os";
import { setTimeout as pause } from "node:timers/promises";

/** Files that take long, by their path, and about how many seconds alone. They begin first: one that began last would leave all processors but one idle. */
const seconds: Readonly<Record<string, number>> = {
  "bench/main.test.ts": 35,
  "test/journeys/another-channel.test.ts": 45,
  "test/journeys/chat-faults.test.ts": 20,
  "test/journeys/chat-floods.test.ts": 30,
  "test/journeys/demo-whole.test.ts": 30,
  "test/journeys/email-tls.test.ts": 20,
  "test/journeys/email.test.ts": 30,
  "test/journeys/faults.test.ts": 25,
  "test/journeys/fetch-kill.test.ts": 30,
  "test/journeys/frames.test.ts": 65,
  "test/journeys/hostile.test.ts": 80,
  "test/journeys/log.test.ts": 25,
  "test/journeys/nodes.test.ts": 60,
  "test/journeys/outbox.test.ts": 80,
  "test/journeys/partition.test.ts": 30,
  "test/journeys/s3.test.ts": 25,
  "test/journeys/scanned.test.ts": 20,
  "test/journeys/start.test.ts": 30,
  "test/journeys/storms.test.ts": 55,
  "test/screens/canary.test.ts": 30,
  "test/screens/chat-desk.test.ts": 30,
  "test/screens/composer.test.ts": 60,
  "test/screens/contrast.test.ts": 40,
  "test/screens/customers.test.ts": 25,
  "test/screens/desk.test.ts": 75,
  "test/screens/drafts.test.ts": 40,
  "test/screens/fields.test.ts": 40,
  "test/screens/finding.test.ts": 35,
  "test/screens/keyboard.test.ts": 65,
  "test/screens/links.test.ts": 60,
  "test/screens/mail.test.ts": 45,
  "test/screens/many.test.ts": 55,
  "test/screens/meanwhile.test.ts": 35,
  "test/screens/place.test.ts": 35,
  "test/screens/popovers.test.ts": 30,
  "test/screens/reach.test.ts": 40,
  "test/screens/screens.test.ts": 170,
  "test/screens/together.test.ts": 70,
  "test/screens/told.test.ts": 35,
  "test/screens/views.test.ts": 55,
  "test/screens/widget-carries.test.ts": 30,
  "test/screens/widget-people.test.ts": 20,
  "test/screens/widget.test.ts": 45,
  "test/screens/writing.test.ts": 35,
};

/** The paths named above, so that a test can say which are gone. */
export const longPaths = Object.keys(seconds);

/** The long ones first, the longest of all at the beginning; the others as they come. */
export const longestFirst = <T extends { readonly path: string }>(pieces: readonly T[]): readonly T[] =>
  pieces.toSorted((one, other) => (seconds[other.path] ?? 0) - (seconds[one.path] ?? 0));

/** So much of one processor is to have been idle since the last look. */
const enoughIdle = 0.7;

/**
 * Does the work in its order, as much at once as there are processors, and up to twice that while processors are idle: many tests wait for a lease, a
 * mail server or a time to be over, and two that wait would hold up everything. Rejects as soon as one of them does.
 */
export async function doAll(
  work: readonly (() => Promise<void>)[],
  machine: { readonly width?: number; readonly idleMs?: () => number; readonly lookMs?: number } = {},
): Promise<void> {
  const { width = Math.min(4, availableParallelism()), idleMs = processorsIdleMs, lookMs = 2_000 } = machine;
  const waiting = [...work];
  let busy = 0;
  const doNext = async (): Promise<void> => {
    busy += 1;
    await waiting.shift()?.();
    busy -= 1;
  };
  const worker = async (): Promise<void> => {
    while (waiting.length > 0) await doNext();
  };
  const workers = Array.from({ length: width }, worker);
  const over = new AbortController();
  // One more piece of work at a time, then it is looked again.
  const addWhileIdle = async (): Promise<void> => {
    const more: Promise<void>[] = [];
    for (let [before, at] = [idleMs(), performance.now()]; waiting.length > 0 && !over.signal.aborted;) {
      await pause(lookMs, undefined, { signal: over.signal }).catch(() => undefined);
      const [now, nowAt] = [idleMs(), performance.now()];
      const idle = (now - before) / (nowAt - at);
      [before, at] = [now, nowAt];
      if (idle < enoughIdle || busy >= 2 * width || over.signal.aborted) continue;
      const one = doNext();
      one.catch(() => over.abort());
      more.push(one);
    }
    await Promise.all(more);
  };
  const everything = Promise.all(workers).finally(() => over.abort());
  await Promise.all([everything, addWhileIdle()]);
}

/** For how long the processors have had nothing to do, all together. */
function processorsIdleMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.idle, 0);
}
