// Places for the steps of a flow, by dagre: from left to right, ways that cross as seldom as may be. Called by the canvas, which is loaded on its own.
import { graphlib, layout } from "@dagrejs/dagre";
import type { FlowDocument } from "#contract/flows.ts";
import { heightOf, nodeSize } from "#web/state/flowShape.ts";
import { exitsOf } from "#web/state/flowSteps.ts";

interface Place {
  readonly x: number;
  readonly y: number;
}

/** A place for every step: the upper left corner, in the canvas's units; the same document has the same places. */
export const laidOut = (document: FlowDocument): ReadonlyMap<string, Place> => {
  const graph = new graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "LR", nodesep: 36, ranksep: 96, marginx: 24, marginy: 24 });
  graph.setDefaultEdgeLabel(() => ({}));
  // The start first: dagre keeps the order of what is given where nothing else decides.
  const steps = document.steps.toSorted((a, b) => Number(b.id === document.start) - Number(a.id === document.start));
  const known = new Set(steps.map(({ id }) => id));
  for (const step of steps) graph.setNode(step.id, { width: nodeSize.width, height: heightOf(step) });
  for (const step of steps)
    for (const { id, to, inherits } of exitsOf(step))
      if (to !== null && !inherits && known.has(to)) graph.setEdge(step.id, to, {}, id);
  layout(graph);
  return new Map(
    steps.map((step) => {
      const { x = 0, y = 0 } = graph.node(step.id) as { x?: number; y?: number };
      return [step.id, { x: Math.round(x - nodeSize.width / 2), y: Math.round(y - heightOf(step) / 2) }];
    }),
  );
};

/** Places for all: those that were given, and for the rest where they stand by themselves; none was given: all by themselves. */
export const placesOf = (document: FlowDocument): ReadonlyMap<string, Place> => {
  if (document.steps.every(({ place }) => place !== undefined))
    return new Map(document.steps.map(({ id, place }) => [id, place ?? { x: 0, y: 0 }]));
  const reckoned = laidOut(document);
  return new Map(document.steps.map(({ id, place }) => [id, place ?? reckoned.get(id) ?? { x: 0, y: 0 }]));
};
