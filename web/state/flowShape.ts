// How a flow is laid out: its outline as a tree, its places on the canvas. Pure; called by the editor of flows (places: by the canvas alone, which brings dagre).
import type { FlowDocument, FlowStep } from "#contract/flows.ts";
import { stepOf } from "#web/state/flowEdit.ts";
import { exitsOf, type Exit } from "#web/state/flowSteps.ts";

/** A line of the outline. */
export type OutlineLine =
  | { readonly kind: "step"; readonly id: string; readonly level: number; readonly step: FlowStep }
  /** A way out of a step that has several. */
  | { readonly kind: "exit"; readonly id: string; readonly level: number; readonly step: FlowStep; readonly exit: Exit }
  /** It goes on at a step that stands elsewhere in the outline. */
  | { readonly kind: "jump"; readonly id: string; readonly level: number; readonly to: FlowStep }
  /** From here on: what nothing leads to. */
  | { readonly kind: "loose"; readonly id: string; readonly level: number };

/**
 * The steps as a tree from the start: what follows a single way stands below on the same level, several ways are lines of their own with what follows
 * them one level deeper. Every step stands once; where it is led to again is said. What nothing leads to comes last.
 */
export const outlineOf = (document: FlowDocument): readonly OutlineLine[] => {
  const seen = new Set<string>();
  const lines: OutlineLine[] = [];
  const follow = (id: string | null, level: number, from: string): void => {
    let at = id;
    let before = from;
    while (at !== null) {
      const step = stepOf(document, at);
      if (step === undefined) return;
      if (seen.has(at)) {
        lines.push({ kind: "jump", id: `${before}>${at}`, level, to: step });
        return;
      }
      seen.add(at);
      lines.push({ kind: "step", id: at, level, step });
      const ways = exitsOf(step);
      const [only] = ways;
      if (ways.length === 1 && only !== undefined) {
        before = at;
        at = only.to;
        continue;
      }
      for (const exit of ways) {
        lines.push({ kind: "exit", id: `${at}/${exit.id}`, level: level + 1, step, exit });
        if (!exit.inherits) follow(exit.to, level + 2, `${at}/${exit.id}`);
      }
      return;
    }
  };
  follow(document.start, 1, "");
  const rest = document.steps.filter(({ id }) => !seen.has(id));
  if (rest.length === 0) return lines;
  lines.push({ kind: "loose", id: "loose", level: 1 });
  // Those first to which not even another loose one leads.
  const led = new Set(rest.flatMap((step) => exitsOf(step).flatMap(({ to }) => (to === null ? [] : [to]))));
  for (const step of [...rest.filter(({ id }) => !led.has(id)), ...rest])
    if (!seen.has(step.id)) follow(step.id, 1, "loose");
  return lines;
};

/** The size of a node on the canvas, in its own units: a head, two lines of words, and a line for each way out. */
export const nodeSize = { width: 248, head: 34, words: 46, exit: 28, foot: 6 } as const;

export const heightOf = (step: FlowStep): number =>
  nodeSize.head + nodeSize.words + exitsOf(step).length * nodeSize.exit + nodeSize.foot;
