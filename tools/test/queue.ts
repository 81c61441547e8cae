// The order in which a run's work is done, and how much of it at once. Called by tools/test.ts.
import { availableParallelism, cpus } from "node:os";
import { setTimeout as pause } from "node:timers/promises";

/** Files that take long, by their path, and about how many seconds alone. They begin first: one that began last would leave all processors but one idle. */
const seconds: Readonly<Record<string, number>> = {
  "bench/main.test.ts": 35,
  "test/journeys/another-channel.test.ts": 43,
  "test/journeys/asterisk.test.ts": 14,
  "test/journeys/asterisk-voices.test.ts": 28,
  "test/journeys/calls-outlive.test.ts": 25,
  "test/journeys/chat-faults.test.ts": 15,
  "test/journeys/chat-floods.test.ts": 32,
  "test/journeys/chat-form.test.ts": 21,
  "test/journeys/chat-nodes.test.ts": 20,
  "test/journeys/chat-push.test.ts": 24,
  "test/journeys/chat-to-mail.test.ts": 24,
  "test/journeys/demo-whole.test.ts": 32,
  "test/journeys/email-oauth.test.ts": 16,
  "test/journeys/email-tls.test.ts": 21,
  "test/journeys/email-transport.test.ts": 17,
  "test/journeys/email.test.ts": 33,
  "test/journeys/faults.test.ts": 20,
  "test/journeys/fetch-kill.test.ts": 21,
  "test/journeys/flows-nodes.test.ts": 16,
  "test/journeys/frames.test.ts": 45,
  "test/journeys/hostile.test.ts": 75,
  "test/journeys/hotline.test.ts": 20,
  "test/journeys/log.test.ts": 18,
  "test/journeys/nodes.test.ts": 40,
  "test/journeys/outbox.test.ts": 75,
  "test/journeys/partition.test.ts": 26,
  "test/journeys/routing.test.ts": 17,
  "test/journeys/s3.test.ts": 22,
  "test/journeys/scanned.test.ts": 13,
  "test/journeys/slow-relay.test.ts": 16,
  "test/journeys/start.test.ts": 23,
  "test/journeys/storms.test.ts": 46,
  "test/screens/aside.test.ts": 13,
  "test/screens/canary.test.ts": 25,
  "test/screens/chat-desk.test.ts": 35,
  "test/screens/chat-to-mail.test.ts": 20,
  "test/screens/composer.test.ts": 40,
  "test/screens/contrast.test.ts": 30,
  "test/screens/customers.test.ts": 15,
  "test/screens/deep-list.test.ts": 12,
  "test/screens/desk.test.ts": 50,
  "test/screens/drafts.test.ts": 30,
  "test/screens/fields.test.ts": 22,
  "test/screens/finding.test.ts": 25,
  "test/screens/floor.test.ts": 40,
  "test/screens/flow-chat.test.ts": 13,
  "test/screens/flows.test.ts": 45,
  "test/screens/keyboard.test.ts": 45,
  "test/screens/links.test.ts": 22,
  "test/screens/mail.test.ts": 19,
  "test/screens/many.test.ts": 30,
  "test/screens/meanwhile.test.ts": 28,
  "test/screens/place.test.ts": 20,
  "test/screens/popovers.test.ts": 30,
  "test/screens/portal.test.ts": 17,
  "test/screens/ratings.test.ts": 24,
  "test/screens/reach.test.ts": 24,
  "test/screens/routing-book.test.ts": 35,
  "test/screens/screens.test.ts": 130,
  "test/screens/softphone-away.test.ts": 20,
  "test/screens/softphone.test.ts": 26,
  "test/screens/together.test.ts": 45,
  "test/screens/told.test.ts": 20,
  "test/screens/views.test.ts": 19,
  "test/screens/widget-carries.test.ts": 32,
  "test/screens/widget-people.test.ts": 22,
  "test/screens/widget-site.test.ts": 20,
  "test/screens/widget.test.ts": 40,
  "test/screens/work.test.ts": 24,
  "test/screens/writing.test.ts": 24,
};

/** The paths named above, so that a test can say which are gone. */
export const longPaths = Object.keys(seconds);

/** The long ones first, the longest of all at the beginning; the others as they come. */
export const longestFirst = <T extends { readonly path: string }>(pieces: readonly T[]): readonly T[] =>
  pieces.toSorted((one, other) => (seconds[other.path] ?? 0) - (seconds[one.path] ?? 0));

/** So much of one processor is to have been idle since the last look. A waiting test wakes up: much less would make those that run stand in each other's way. */
const enoughIdle = 0.5;

/**
 * Does the work in its order, as much at once as there are processors, and up to twice that and one while processors are idle: many tests wait for a lease, a
 * mail server or a time to be over, and two that wait would hold up everything. Rejects as soon as one of them does.
 */
export async function doAll(
  work: readonly (() => Promise<void>)[],
  machine: { readonly width?: number; readonly idleMs?: () => number; readonly lookMs?: number } = {},
): Promise<void> {
  const { width = Math.min(4, availableParallelism()), idleMs = processorsIdleMs, lookMs = 1_000 } = machine;
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
      if (idle < enoughIdle || busy >= 2 * width + 1 || over.signal.aborted) continue;
      const one = doNext();
      one.catch(() => over.abort());
      more.push(one);
    }
    await Promise.all(more);
  };
  const everything = Promise.all(workers).finally(() => over.abort());
  await Promise.all([everything, addWhileIdle()]);
}

const processorsIdleMs = (): number => processorMs().idle;

/** For how long the machine's processors have had nothing to do, and for how long they have been there, all together. */
export function processorMs(): { readonly idle: number; readonly all: number } {
  const each = cpus().map(({ times }) => times);
  const sum = (of: (times: (typeof each)[number]) => number): number => each.reduce((all, times) => all + of(times), 0);
  return {
    idle: sum(({ idle }) => idle),
    all: sum(({ user, nice, sys, idle, irq }) => user + nice + sys + idle + irq),
  };
}
