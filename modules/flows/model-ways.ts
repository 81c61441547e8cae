// A flow as a graph: which ways lead out of a step and where to, what a step asks for and what it sets. Called by model-check.ts; pure.
import type { FlowDocument, FlowStep, FlowText, StepId } from "#contract/flows.ts";
import { templateNames } from "./model-values.ts";
import { namesIn } from "./model-words.ts";

/** A way out of a step, as it is counted and drawn. */
export interface WayOut {
  readonly exit: string;
  readonly to: StepId | null;
  /** Null leads to somebody of us. */
  readonly orHuman: boolean;
  /** Whoever takes it has answered something, or time has passed. */
  readonly pauses: boolean;
  /** Values that are set for whoever takes it. */
  readonly sets: readonly string[];
}

const way = (exit: string, to: StepId | null, more: Partial<WayOut> = {}): WayOut => ({
  exit,
  to,
  orHuman: false,
  pauses: false,
  sets: [],
  ...more,
});

/** The ways out of a step, in their order; none of one that ends the flow. */
export const waysOut = (step: FlowStep): readonly WayOut[] => {
  switch (step.do) {
    case "say":
    case "article":
    case "sendLink":
      return [way("next", step.next)];
    case "ask": {
      const sets = step.optional ? [] : [step.into];
      const { answer } = step;
      const options = answer.kind === "choice" ? answer.options : [];
      return [
        ...options.flatMap((option) =>
          option.next === undefined ? [] : [way(option.id, option.next, { pauses: true, sets: [step.into] })],
        ),
        // Where every option has its own way, the question's own is only taken by who skips it.
        ...(options.length > 0 && !step.optional && options.every((option) => option.next !== undefined)
          ? []
          : [way("next", step.next, { pauses: true, sets })]),
        way("failed", step.failed, { pauses: true, orHuman: true }),
      ];
    }
    case "branch": {
      // A case that is not taken because a value is not empty leaves it filled.
      const filledAfter: string[] = [];
      const cases = step.cases.map(({ all, next }, at) => {
        const filled = all.flatMap((each) =>
          each.what === "value" && each.is !== "empty" && each.is !== "notEqual" ? [each.name] : [],
        );
        const found = way(`case${at + 1}`, next, { sets: [...filledAfter, ...filled] });
        const [only] = all;
        if (all.length === 1 && only?.what === "value" && only.is === "empty") filledAfter.push(only.name);
        return found;
      });
      return [...cases, way("otherwise", step.otherwise, { sets: filledAfter })];
    }
    case "set":
      return [way("next", step.next, { sets: step.values.map(({ into }) => into) })];
    case "lookUp":
      return [
        way("next", step.next, { sets: step.takes.map(({ into }) => into) }),
        way("missing", step.missing),
        way("failed", step.failed),
      ];
    case "incidents":
      return [way("next", step.next), way("none", step.none)];
    case "verify":
      return [way("next", step.next, { sets: [step.email ?? "email"] }), way("failed", step.failed)];
    case "schedule":
      return [way("next", step.next, { pauses: true, sets: [step.into] }), way("none", step.none)];
    case "wait":
      return [way("next", step.next, { pauses: true })];
    case "handOver":
    case "callback":
    case "end":
      return [];
  }
};

/** A text of a step, by what it is in it. */
export interface PlacedText {
  readonly what: string;
  readonly text: FlowText;
}

/** Everything a step says. */
export const textsOf = (step: FlowStep): readonly PlacedText[] => {
  switch (step.do) {
    case "say":
    case "schedule":
    case "sendLink":
    case "end":
      return [{ what: "text", text: step.text }];
    case "ask":
      return [
        { what: "text", text: step.text },
        ...(step.sorry ? [{ what: "sorry", text: step.sorry }] : []),
        ...(step.answer.kind === "choice"
          ? step.answer.options.map(({ id, label }) => ({ what: `option ${id}`, text: label }))
          : []),
      ];
    case "set":
      return step.values.flatMap(({ into, from }) => (from.by === "text" ? [{ what: into, text: from.text }] : []));
    case "lookUp":
      return step.patience ? [{ what: "patience", text: step.patience }] : [];
    case "article":
      return [
        { what: "title", text: step.title },
        { what: "summary", text: step.summary },
      ];
    case "handOver":
    case "callback":
      return [
        { what: "text", text: step.text },
        { what: "subject", text: step.subject },
      ];
    case "branch":
    case "incidents":
    case "verify":
    case "wait":
      return [];
  }
};

/** The words of a look-up in which values are filled in. */
export const templatesOf = (step: FlowStep): readonly { readonly what: string; readonly template: string }[] =>
  step.do === "lookUp"
    ? [
        { what: "path", template: step.path },
        ...Object.entries(step.query ?? {}).map(([name, template]) => ({ what: name, template })),
        ...Object.entries(step.body ?? {}).map(([name, template]) => ({ what: name, template })),
      ]
    : [];

/** Values that a step needs, to say or to do what it does. */
export const needs = (step: FlowStep): readonly string[] => {
  const names = [
    ...textsOf(step).flatMap(({ text }) => namesIn(text)),
    ...templatesOf(step).flatMap(({ template }) => templateNames(template) ?? []),
  ];
  if (step.do === "sendLink" && step.by.way === "mail") names.push(step.by.email);
  if (step.do === "set")
    for (const { from } of step.values)
      if (from.by === "reckon")
        for (const side of [from.left, from.right]) if (typeof side === "string") names.push(side);
  return [...new Set(names)];
};

/** Values whose being there a step asks about: it goes on without them, too. */
export const asksAbout = (step: FlowStep): readonly string[] =>
  step.do === "branch"
    ? step.cases.flatMap(({ all }) => all.flatMap((each) => (each.what === "value" ? [each.name] : [])))
    : [];

/** Every value that some step of the flow sets, whether or not on every way. */
export const setSomewhere = ({ steps }: FlowDocument): ReadonlySet<string> =>
  new Set(
    steps.flatMap((step) => [
      ...waysOut(step).flatMap(({ sets }) => (step.do === "branch" ? [] : sets)),
      ...(step.do === "ask" ? [step.into] : []),
      ...(step.do === "callback" ? [step.phone] : []),
    ]),
  );
