// An agent's capacity as people set it: the sets with their numbers, how many fit, what seems wrong. Pure; called by the form of an agent's work.
import type { Capacity, WorkKind } from "#contract/routing-book.ts";

/** What of an agent one kind of work takes. */
export type FreeCapacity = Exclude<Capacity, string>;
export type KindRoom = NonNullable<FreeCapacity[WorkKind]>;

const whole: KindRoom = { weight: 100, max: 1, interrupts: ["mail", "task"], restingWeight: 0 };
const chat: KindRoom = { weight: 33, max: 3, interrupts: ["mail", "task"], restingWeight: 0 };
const message: KindRoom = { weight: 20, max: 5, interrupts: ["mail", "task"], restingWeight: 0 };
const mail: KindRoom = { weight: 20, max: 5, interrupts: [], restingWeight: 0 };

/** The sets as modules/routing/model-capacity.ts has them: web/state/capacity.test.ts holds the two together. */
const sets: Readonly<Record<Extract<Capacity, string>, FreeCapacity>> = {
  voiceOnly: { voice: whole, callback: whole },
  chatUpTo3: { chat, message },
  mailUpTo5: { mail, task: mail },
  blended: { voice: whole, callback: whole, chat, message, mail, task: mail },
};

/** A set by its name as numbers that can be changed. */
export const freeCapacity = (capacity: Capacity): FreeCapacity =>
  typeof capacity === "string" ? sets[capacity] : capacity;

/** How many of a kind fit at once, when there is nothing else. */
export const fitting = ({ weight, max }: KindRoom): number => Math.min(max, Math.floor(100 / weight));

export type CapacityWarning = "voiceShares" | "nothingFits" | "nothing";

/** What seems wrong, and is allowed: a call that leaves room for other live work, a kind of which none fits, nobody gets anything. */
export const warningsOf = (capacity: FreeCapacity): readonly CapacityWarning[] => {
  const kinds = Object.values(capacity);
  const { voice } = capacity;
  return [
    ...(voice !== undefined && voice.max > 0 && voice.weight < 100 ? (["voiceShares"] as const) : []),
    ...(kinds.some(({ max }) => max === 0) ? (["nothingFits"] as const) : []),
    ...(kinds.length === 0 ? (["nothing"] as const) : []),
  ];
};
