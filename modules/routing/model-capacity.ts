// What an agent can hold at once: 100 parts, a weight and a most for each kind of work, and which kinds may come on top of which. Used by the engine; pure.
import type { Capacity, KindCapacity } from "#modules/routing/model-shapes.ts";

/** The parts an agent has. */
export const wholeAgent = 100;

const whole: KindCapacity = { weight: wholeAgent, max: 1, interrupts: ["mail", "task"], dormantWeight: 0 };
const chat: KindCapacity = { weight: 33, max: 3, interrupts: ["mail", "task"], dormantWeight: 0 };
const message: KindCapacity = { weight: 20, max: 5, interrupts: ["mail", "task"], dormantWeight: 0 };
const mail: KindCapacity = { weight: 20, max: 5, interrupts: [], dormantWeight: 0 };

/**
 * Sets of capacity that make sense. A call takes everything, and so comes only to who holds nothing live; calls and chats come on top of mails and tasks,
 * because those wait without harm. What is dormant takes nothing, so that a chat nobody writes in keeps no caller waiting.
 */
export const capacityPresets = {
  voiceOnly: { voice: whole, callback: whole },
  chatUpTo3: { chat, message },
  mailUpTo5: { mail, task: mail },
  blended: { voice: whole, callback: whole, chat, message, mail, task: mail },
} as const satisfies Readonly<Record<string, Capacity>>;

/** An agent's capacity by number of kind, so that asking is adding up a few numbers. */
export interface Room {
  readonly weight: readonly number[];
  readonly dormantWeight: readonly number[];
  /** 0: the kind is not this agent's. */
  readonly max: readonly number[];
  /** `interrupts[a][b]`: b does not stand in a's way. */
  readonly interrupts: readonly (readonly boolean[])[];
}

/** What cannot be is made what can: weights 1 to 100, a most of at least 0, a dormant weight no larger than the weight. */
export const roomOf = (capacity: Capacity, kinds: readonly string[]): Room => {
  const of = kinds.map((kind) => (Object.hasOwn(capacity, kind) ? capacity[kind] : undefined));
  const within = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);
  const weight = of.map((each) => within(each?.weight ?? wholeAgent, 1, wholeAgent));
  return {
    weight,
    dormantWeight: of.map((each, k) => within(each?.dormantWeight ?? 0, 0, weight[k] as number)),
    max: of.map((each) => Math.max(0, Math.floor(each?.max ?? 0))),
    interrupts: of.map((each) => kinds.map((other) => each?.interrupts.includes(other) ?? false)),
  };
};

/** Fits; none of this kind at all; as many of it as may be; what is held takes too many parts. */
export type Fit = "fits" | "never" | "full" | "heavy";

/** Does one more of that kind fit, with so many parts taken (`load`) and so many held and not resting (`count`) of each kind? */
export const fitOf = (room: Room, load: readonly number[], count: readonly number[], kind: number): Fit => {
  const max = room.max[kind] as number;
  if (max === 0) return "never";
  if ((count[kind] as number) >= max) return "full";
  const over = room.interrupts[kind] as readonly boolean[];
  let parts = room.weight[kind] as number;
  for (let each = 0; each < load.length; each += 1) if (!over[each]) parts += load[each] as number;
  return parts <= wholeAgent ? "fits" : "heavy";
};

/** Would one of kind `b`, held, stand in the way of one of kind `a`? */
export const standsInTheWay = (room: Room, b: number, a: number): boolean => !room.interrupts[a]?.[b];
