// How long it will take: what is measured of each kind of work in each queue, and what is honestly said from it. Used by model-needs.ts, model-offers.ts, model-moving.ts, model.ts.
import { orderedSet } from "#lib/orderedSet.ts";
import { forBoth } from "#modules/routing/model-bits.ts";
import type { LineNow, LineRow, PredictedWait, Wait } from "#modules/routing/model-shapes.ts";
import {
  inOrder,
  isAround,
  isShut,
  type Agent,
  type Hall,
  type Item,
  type Line,
  type Need,
  type Queue,
} from "#modules/routing/model-state.ts";

/** Nine of ten lie below this many standard deviations (normal distribution). */
const tenth = 1.2815515655446004;

/** So many starts have to count still for a rate to be believed. */
const enoughStarts = 3;

/** A step of learning: after a miss that end is stretched by nine tenths of it, after a hit shrunk by one. The first few waits teach more than the hundredth. */
const learningAfter = (judged: number): number => 0.1 + 0.5 / (1 + judged / 10);
const firstStretch = 2;
const ringLearning = 0.1;
const leastStretch = 0.1;
const mostStretch = 8;

/** Up to here the sums are added up, beyond an integral stands for them (midpoint rule; the error is below a thousandth). */
const addedUp = 64;

export const emptyLine = (queue: Queue, kind: number, nowMs: number, row?: LineRow): Line => ({
  queue,
  kind,
  waiting: orderedSet(inOrder),
  atMs: row?.atMs ?? nowMs,
  starts: row?.starts ?? 0,
  busyMs: row?.busyMs ?? 0,
  left: row?.left ?? 0,
  waitedMs: row?.waitedMs ?? 0,
  answered: row?.answered ?? 0,
  within: row?.within ?? 0,
  ringMs: row?.ringMs ?? 0,
  stretchLow: row?.stretchLow ?? firstStretch,
  stretchHigh: row?.stretchHigh ?? firstStretch,
  judged: row?.judged ?? 0,
  inside: row?.inside ?? 0,
});

const memoryOf = (hall: Hall, kind: number): number =>
  Math.max(1, hall.rules.kinds[hall.kinds[kind] as string]?.memoryMs ?? 1);

const lineOf = (item: Item): Line => item.queue.lines[item.kind] as Line;

type Measures = Pick<Line, "starts" | "busyMs" | "left" | "waitedMs" | "answered" | "within">;

/** What was measured, faded up to now, with the time that has passed: with somebody waiting for what is open, and of each who waits. */
const measuresOf = (hall: Hall, line: Line): Measures => {
  const passed = hall.nowMs - line.atMs;
  if (passed <= 0) return line;
  const memory = memoryOf(hall, line.kind);
  const fades = Math.exp(-passed / memory);
  const counted = memory * (1 - fades);
  const waiting = line.waiting.size();
  return {
    starts: line.starts * fades,
    left: line.left * fades,
    answered: line.answered * fades,
    within: line.within * fades,
    busyMs: line.busyMs * fades + (waiting > 0 && !isShut(line.queue) ? counted : 0),
    waitedMs: line.waitedMs * fades + waiting * counted,
  };
};

/** Before anything of the line changes. */
const measure = (hall: Hall, line: Line): void => {
  Object.assign(line, measuresOf(hall, line));
  line.atMs = Math.max(line.atMs, hall.nowMs);
};

/** Before a queue is opened or shut. */
export const measureLines = (hall: Hall, queue: Queue): void => {
  for (const line of queue.lines) measure(hall, line);
};

/** The sum of (c + kθ)^-power for k = 0 … ahead. */
const sumOf = (ahead: number, c: number, theta: number, power: 1 | 2): number => {
  let sum = 0;
  const until = Math.min(ahead, addedUp - 1);
  for (let k = 0; k <= until; k += 1) sum += power === 1 ? 1 / (c + k * theta) : 1 / (c + k * theta) ** 2;
  if (ahead < addedUp) return sum;
  const from = c + (addedUp - 0.5) * theta;
  const to = c + (ahead + 0.5) * theta;
  const many = ahead - addedUp + 1;
  // With hardly any abandonment all terms are alike.
  if (theta * many < 1e-6 * c) return sum + many / (power === 1 ? from : from ** 2);
  return sum + (power === 1 ? Math.log(to / from) / theta : (1 / from - 1 / to) / theta);
};

/** The value of a gamma distribution with that mean and variance, `z` standard normal deviations up (E. B. Wilson, M. M. Hilferty, 1931). */
const gammaAt = (mean: number, variance: number, z: number): number => {
  const shape = (mean * mean) / variance;
  return mean * Math.max(0, 1 - 1 / (9 * shape) + z / (3 * Math.sqrt(shape))) ** 3;
};

/** Agents who take that kind of work and are around. */
const around = (hall: Hall, kind: number): number => hall.aroundCount[kind] as number;

/**
 * How long who has `ahead` others of the same kind before them waits from now until answered, in milliseconds.
 *
 * Queue length with abandonment (QLm of R. Ibrahim, W. Whitt, Real-time delay estimation in overloaded multiserver queues with abandonments, Management
 * Science 55, 2009): places come free at the rate c at which waiting work of this kind was lately begun (while any waited), and each who is before them leaves
 * at the rate θ at which waiting customers lately left; so the wait is a sum of exponential times with the rates c + kθ, k = 0 … ahead, of which mean and
 * variance are known. c is measured and not computed from agents and handling times, so it holds for agents who do several kinds and several at once.
 * With too few beginnings to tell, the head of the line: who comes now waits as long as the first has waited so far (HOL; R. Ibrahim, W. Whitt, Real-time delay
 * estimation based on delay history, M&SOM 11, 2009). With nobody to look at, the usual handling time. To all of them comes what it takes from the offer to the answer.
 *
 * The interval is that of a gamma distribution with this mean and the variance of the wait, of the rate and of the ringing, stretched on both sides by what was learned from
 * waits that have ended (`judge`).
 */
const predict = (hall: Hall, line: Line, ahead: number): PredictedWait => {
  const { kind } = line;
  const { starts, busyMs, left, waitedMs } = measuresOf(hall, line);
  const c = busyMs > 0 ? starts / busyMs : 0;
  let by: PredictedWait["by"];
  let mean: number;
  let variance: number;
  const head = line.waiting.first();
  if (c > 0 && starts >= enoughStarts) {
    by = "queueLength";
    const theta = waitedMs > 0 ? left / waitedMs : 0;
    mean = sumOf(ahead, c, theta, 1);
    variance = sumOf(ahead, c, theta, 2) + (mean * mean) / starts;
  } else if (head !== undefined && hall.nowMs > head.waitingSinceMs) {
    by = "headOfLine";
    mean = ((hall.nowMs - head.waitingSinceMs) * (ahead + 1)) / Math.max(ahead + 1, line.waiting.size());
    variance = mean * mean;
  } else {
    by = "usual";
    const usual = hall.rules.kinds[hall.kinds[kind] as string]?.usualMs ?? 0;
    mean = (usual * (ahead + 1)) / Math.max(1, around(hall, kind));
    variance = mean * mean;
  }
  mean = Math.max(mean + line.ringMs, 1);
  variance = Math.max(variance + line.ringMs * line.ringMs, 1);
  return {
    ms: Math.round(mean),
    lowMs: Math.floor(gammaAt(mean, variance, -tenth * line.stretchLow)),
    highMs: Math.ceil(gammaAt(mean, variance, tenth * line.stretchHigh)),
    by,
  };
};

export const beganToWait = (hall: Hall, item: Item): void => {
  const line = lineOf(item);
  measure(hall, line);
  line.waiting.add(item);
  if (item.predicted !== null || isShut(item.queue)) return;
  const { lowMs, highMs } = predict(hall, line, line.waiting.countBefore(item));
  item.predicted = { atMs: hall.nowMs, lowMs, highMs };
};

export const ceasedToWait = (hall: Hall, item: Item): void => {
  const line = lineOf(item);
  measure(hall, line);
  line.waiting.remove(item);
};

/** Was offered for the first time since it waits. One that found an agent at once says nothing of the rate. */
export const wasBegun = (hall: Hall, item: Item, waited: boolean): void => {
  if (item.firstOfferAtMs !== null) return;
  item.firstOfferAtMs = hall.nowMs;
  const line = lineOf(item);
  measure(hall, line);
  if (waited) line.starts += 1;
};

export const hasLeft = (hall: Hall, item: Item): void => {
  const line = lineOf(item);
  measure(hall, line);
  line.left += 1;
};

/**
 * Was answered: what was predicted is compared with what became of it, and the interval learns, so that in the long run one of ten waits is shorter than its
 * lower end and one of ten longer than its upper, whatever the true distribution (adaptive conformal inference: I. Gibbs, E. Candès, NeurIPS 2021). Who left before
 * being answered is not counted: how long they would have waited nobody knows.
 */
export const wasAnswered = (hall: Hall, item: Item): void => {
  const line = lineOf(item);
  measure(hall, line);
  line.answered += 1;
  if (hall.nowMs - item.waitingSinceMs <= item.queue.rules.withinMs) line.within += 1;
  if (item.firstOfferAtMs !== null) line.ringMs += ringLearning * (hall.nowMs - item.firstOfferAtMs - line.ringMs);
  if (item.predicted === null) return;
  const { atMs, lowMs, highMs } = item.predicted;
  const trueMs = hall.nowMs - atMs;
  const within = (value: number): number => Math.min(Math.max(value, leastStretch), mostStretch);
  const learning = learningAfter(line.judged);
  line.stretchLow = within(line.stretchLow + learning * ((trueMs < lowMs ? 1 : 0) - 0.1));
  line.stretchHigh = within(line.stretchHigh + learning * ((trueMs > highMs ? 1 : 0) - 0.1));
  line.judged += 1;
  if (lowMs <= trueMs && trueMs <= highMs) line.inside += 1;
  item.predicted = null;
};

export const serviceLevelOf = (hall: Hall, queue: Queue): number | null => {
  let answered = 0;
  let within = 0;
  for (const line of queue.lines) {
    const measures = measuresOf(hall, line);
    answered += measures.answered;
    within += measures.within;
  }
  // Less than half an answer is left of it: too long ago.
  return answered < 0.5 ? null : (100 * within) / answered;
};

/** What who comes next would be told, by kind. */
export const nextWaitOf = (hall: Hall, queue: Queue, kind: number): PredictedWait | null => {
  const line = queue.lines[kind] as Line;
  return isShut(queue) || around(hall, kind) === 0 ? null : predict(hall, line, line.waiting.size());
};

/** The same in milliseconds for what looks every second, and only where somebody waits. */
export const longestNextMs = (hall: Hall, queue: Queue): number => {
  let longest = 0;
  for (const line of queue.lines)
    if (line.waiting.size() > 0) longest = Math.max(longest, predict(hall, line, line.waiting.size()).ms);
  return longest;
};

const anybodyFor = (hall: Hall, item: Item, need: Need | null): boolean => {
  const { waitingFor } = item;
  if (waitingFor !== null)
    for (const id of waitingFor.agentIds) {
      const agent = hall.agentsById.get(id);
      if (agent !== undefined && isAround(agent)) return true;
    }
  if (need === null) return false;
  let anybody = false;
  forBoth(need.able, need.able, (place) => {
    anybody ||= isAround(hall.agents[place] as Agent);
  });
  return anybody;
};

export const waitOf = (hall: Hall, item: Item): Wait | null => {
  if (item.state === "held") return null;
  const { places } = item.queue;
  const line = lineOf(item);
  const ahead = line.waiting.countBefore(item);
  const told = (predicted: PredictedWait | null, why: Wait["why"]): Wait => ({
    place: places.countBefore(item) + 1,
    of: places.size(),
    ahead,
    predicted,
    why,
  });
  if (item.state === "offered") {
    const { ringMs } = line;
    // What is left of an exponential time is as long as all of it was; nine of ten are over after 2.3 times its mean.
    return told({ ms: Math.round(ringMs), lowMs: 0, highMs: Math.ceil(ringMs * Math.LN10), by: "offered" }, null);
  }
  if (isShut(item.queue)) return told(null, "shut");
  if (!anybodyFor(hall, item, item.need)) return told(null, "nobodyThere");
  return told(predict(hall, line, ahead), null);
};

export const lineNow = (hall: Hall, queue: Queue, kind: number): LineNow => {
  const line = queue.lines[kind] as Line;
  const { answered, within } = measuresOf(hall, line);
  let since = hall.nowMs;
  for (const item of line.waiting.toArray()) since = Math.min(since, item.waitingSinceMs);
  return {
    waiting: line.waiting.size(),
    longestMs: hall.nowMs - since,
    serviceLevel: answered < 0.5 ? null : (100 * within) / answered,
    next: nextWaitOf(hall, queue, kind),
    judged: line.judged,
    inside: line.inside,
  };
};
