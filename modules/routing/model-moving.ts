// From one queue to another: by a step of relaxation, by overflow, by hand. Used by model-offers.ts, model-happenings.ts, model-time.ts.
import { requirementsOf, takeFromPlace } from "#modules/routing/model-needs.ts";
import type { Decision, OverflowRule } from "#modules/routing/model-shapes.ts";
import { decide, remindQueue, type Hall, type Item, type Queue } from "#modules/routing/model-state.ts";
import { longestNextMs, serviceLevelOf } from "#modules/routing/model-waiting.ts";

type WhyMoved = Extract<Decision, { what: "moved" }>["why"];

/** To another queue: with its first arrival and its urgency, but that queue's steps begin now. The item has no place in any need then. */
export const moveTo = (hall: Hall, item: Item, queue: Queue, why: WhyMoved): void => {
  const from = item.queue;
  takeFromPlace(hall, item);
  from.places.remove(item);
  remindQueue(hall, from);
  item.queue = queue;
  item.enteredAtMs = hall.nowMs;
  item.step = 0;
  item.need = null;
  item.predicted = null;
  item.firstOfferAtMs = null;
  decide(hall, { what: "moved", itemId: item.id, fromQueueId: from.id, queueId: queue.id, why });
};

/** Where it may go by itself: never back to where it left by itself, so that there are no circles. */
const mayGo = (hall: Hall, item: Item, queueId: string): Queue | null => {
  const queue = hall.queues.get(queueId);
  return queue === undefined || queue === item.queue || item.leftQueueIds.includes(queueId) ? null : queue;
};

const goOn = (hall: Hall, item: Item, queue: Queue, why: WhyMoved): void => {
  item.leftQueueIds = [...item.leftQueueIds, item.queue.id];
  moveTo(hall, item, queue, why);
};

/** Takes the steps of relaxation that are due for an item that has no place at the moment. */
export const advance = (hall: Hall, item: Item): void => {
  for (;;) {
    const step = item.queue.rules.steps[item.step];
    if (step === undefined || item.enteredAtMs + step.afterMs > hall.nowMs) return;
    const queue = step.queueId === undefined ? null : mayGo(hall, item, step.queueId);
    if (queue !== null) {
      goOn(hall, item, queue, "step");
      continue;
    }
    item.step += 1;
    item.need = null;
    decide(hall, { what: "relaxed", itemId: item.id, step: item.step, requires: requirementsOf(item).requires });
  }
};

const measureOf = (hall: Hall, queue: Queue, rule: OverflowRule): number => {
  switch (rule.when) {
    case "predictedWait":
      return longestNextMs(hall, queue);
    case "length":
      return queue.places.size();
    case "serviceLevel":
      return serviceLevelOf(hall, queue) ?? 100;
    case "closed":
      return queue.open ? 0 : 1;
  }
};

/** On past the one threshold, off again past the other; between them as it was. */
const isOn = (rule: OverflowRule, measure: number, was: boolean): boolean => {
  switch (rule.when) {
    case "predictedWait":
      return measure > (was ? Math.min(rule.backMs, rule.overMs) : rule.overMs);
    case "length":
      return measure > (was ? Math.min(rule.back, rule.over) : rule.over);
    case "serviceLevel":
      return measure < (was ? Math.max(rule.back, rule.under) : rule.under);
    case "closed":
      return measure === 1;
  }
};

/** Which of a queue's overflow rules are on now. */
export const judgeOverflow = (hall: Hall, queue: Queue): void => {
  for (const [number, rule] of queue.rules.overflow.entries()) {
    const was = queue.overflowing[number] ?? false;
    const measure = measureOf(hall, queue, rule);
    const on = isOn(rule, measure, was);
    if (on === was) continue;
    queue.overflowing[number] = on;
    decide(hall, { what: "overflow", queueId: queue.id, rule: number, on, measure });
  }
};

/** Sends an item that comes, and has no place yet, on to where the overflow leads. */
export const overflow = (hall: Hall, item: Item): void => {
  for (;;) {
    const from = item.queue;
    judgeOverflow(hall, from);
    const rule = from.rules.overflow.find(
      ({ queueId }, number) => from.overflowing[number] === true && mayGo(hall, item, queueId) !== null,
    );
    const queue = rule === undefined ? null : mayGo(hall, item, rule.queueId);
    if (rule === undefined || queue === null) return;
    goOn(hall, item, queue, rule.when);
  }
};

/** So many go at one look, so that no look takes long. */
const mostAtOnce = 100;

/**
 * Looks at a queue (every second) and sends on those who are too many, the last first, each placed by `then`: all when it is closed, those past the length, those
 * whose own predicted wait is too long. By the service level only who comes goes on: who waits already would not be answered in time there either.
 */
export const giveAway = (hall: Hall, queue: Queue, then: (item: Item) => void): void => {
  judgeOverflow(hall, queue);
  let gone = 0;
  for (const [number, rule] of queue.rules.overflow.entries()) {
    if (queue.overflowing[number] !== true || rule.when === "serviceLevel") continue;
    for (const item of queue.places.toArray().toReversed()) {
      const enough =
        gone >= mostAtOnce ||
        (rule.when === "length" && queue.places.size() <= rule.over) ||
        (rule.when === "predictedWait" && longestNextMs(hall, queue) <= rule.overMs);
      if (enough) break;
      const to = item.placed && item.queue === queue ? mayGo(hall, item, rule.queueId) : null;
      if (to === null) continue;
      takeFromPlace(hall, item);
      // Whom it waited for it waits for no longer in another queue.
      item.waitingFor = null;
      goOn(hall, item, to, rule.when);
      then(item);
      gone += 1;
    }
  }
};
