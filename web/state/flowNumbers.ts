// What became of a flow's dialogues, made ready to be drawn: how many took each way, where they left or wanted somebody. Pure; called by the editor of flows.
import type { z } from "zod";
import type { flows } from "#contract/flow-endpoints.ts";
import type { FlowDocument } from "#contract/flows.ts";
import { exitsOf, type Exit } from "#web/state/flowSteps.ts";

/** As the server counts. */
export type FlowNumbers = z.output<typeof flows.numbers.result>;

/** A way with how many took it; `share` of all who went through its step, 0 to 1. */
export interface CountedExit {
  readonly exit: Exit;
  readonly count: number;
  readonly share: number;
}

export interface CountedStep {
  readonly id: string;
  /** How many went out of it, left in it or wanted somebody in it. */
  readonly through: number;
  readonly left: number;
  readonly human: number;
  readonly exits: readonly CountedExit[];
}

/** The steps of a document with their numbers, in its order; what was counted of steps that are no more is left out. */
export const countedSteps = (document: FlowDocument, numbers: FlowNumbers): readonly CountedStep[] => {
  const counts = new Map(numbers.ways.map(({ step, exit, count }) => [`${step}/${exit}`, count]));
  const stops = new Map(numbers.stopped.map((one) => [one.step, one]));
  return document.steps.map((step) => {
    const { left = 0, human = 0 } = stops.get(step.id) ?? {};
    const exits = exitsOf(step).map((exit) => ({ exit, count: counts.get(`${step.id}/${exit.counted}`) ?? 0 }));
    const sum = exits.reduce((all, { count }) => all + count, 0);
    const through = sum + left + human;
    return {
      id: step.id,
      through,
      left,
      human,
      exits: exits.map((one) => ({ ...one, share: through === 0 ? 0 : one.count / through })),
    };
  });
};

/** How thick a way is drawn, from 1.5 (nobody) to 9 (the busiest), in the canvas's units: by the root, so that a rare way is still seen. */
export const thickness = (count: number, most: number): number =>
  most === 0 ? 1.5 : Math.round((1.5 + 7.5 * Math.sqrt(count / most)) * 10) / 10;
