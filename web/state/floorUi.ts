// What is open on the floor and where the keyboard stands there; never sent anywhere. Written by the floor's screen and its commands.
import type { Hand } from "#contract/routing.ts";
import { createStore } from "#web/state/store.ts";

/** The row that had the focus last: what keys mean. */
export type Spot =
  | { readonly kind: "queue"; readonly id: string }
  | { readonly kind: "agent"; readonly id: string }
  | { readonly kind: "work"; readonly work: Hand };

export interface FloorUi {
  /** The floor is on the screen. */
  readonly shown: boolean;
  readonly spot: Spot | null;
  /** The queue and the agent that are unfolded. */
  readonly queueId: string | null;
  readonly agentId: string | null;
  /** A piece of work for which somebody is looked for. */
  readonly moving: Hand | null;
  /** A piece of work that is being dragged. */
  readonly dragged: Hand | null;
  /** A sheet that is open: telling a team, who takes from which queue, wallboards. */
  readonly sheet: "tell" | "takes" | "boards" | null;
}

const closed: FloorUi = {
  shown: false,
  spot: null,
  queueId: null,
  agentId: null,
  moving: null,
  dragged: null,
  sheet: null,
};
export const floorUi = createStore<FloorUi>(closed);

/** Changes parts of what is open. */
export const setFloorUi = (part: Partial<FloorUi>): void => floorUi.set((now) => ({ ...now, ...part }));

/** The screen says that it stands, and, when it goes, that it no longer does. */
export const showFloor = (): (() => void) => {
  setFloorUi({ shown: true });
  return () => floorUi.set(closed);
};
