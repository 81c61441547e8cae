// The interpreter of flows alone, in this process: what an answer and a step cost as flows grow. Called by bench/main.ts (`--only flows`).
import { cpus } from "node:os";
import { quantile } from "#bench/measure.ts";
import { fixedWorkMs } from "#bench/processes.ts";
import type { FlowState } from "#contract/flow-runs.ts";
import type { FlowDocument } from "#contract/flows.ts";
import { checkFlow } from "#modules/flows/model-check.ts";
import { render } from "#modules/flows/model-render.ts";
import { step } from "#modules/flows/model.ts";
import { around, asks, begin, both, ends, flowOf, inWords, wellDone, type StepInput } from "#test/flows.ts";

interface FlowFigures {
  readonly steps: number;
  readonly answers: number;
  readonly stepsPerSecond: number;
  readonly answersPerSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** The same with what a run costs beside: the state read from JSON and written as JSON, and what is said made into words. */
  readonly wholeP50Us: number;
  readonly wholeP99Us: number;
  readonly checkMs: number;
}

/** Steps in a flow. */
const sizes = [10, 50, 200] as const;

const aims = { stepsPerSecond: 20_000, wholeP99Us: 1_000 } as const;

/** Five steps: two questions, and what flows do between them. The words that answer the questions stand beside. */
const block = (at: number, next: string): readonly StepInput[] => {
  const id = (name: string): string => `${name}${at}`;
  const options = ["Rechnung und Zahlung", "Störung melden", "Tarif wechseln", "Umzug", "Etwas anderes"];
  return [
    asks(
      id("topic"),
      { kind: "choice", options: options.map((label, n) => ({ id: `o${n}`, label: both(label) })) },
      id("branch"),
      { into: `topic${at % 20}` },
    ),
    {
      id: id("branch"),
      do: "branch",
      cases: [{ all: [{ what: "value", name: `topic${at % 20}`, is: "equal", than: "o4" }], next: id("amount") }],
      otherwise: id("say"),
    },
    {
      id: id("say"),
      do: "say",
      text: both(`Gut. {topic${at % 20}, select, o1 {Eine Störung} other {Ein Anliegen}} bei {brand}.`),
      next: id("set"),
    },
    {
      id: id("set"),
      do: "set",
      values: [{ into: `sum${at % 20}`, from: { by: "reckon", left: 40, how: "+", right: 2 } }],
      next: id("amount"),
    },
    asks(id("amount"), { kind: "number", min: 0, max: 5_000, decimals: 2 }, next, { into: `amount${at % 20}` }),
  ];
};

const said = ["eine stöhrung melden bitte", "es waren 1.234,50 €"] as const;

const flowOfSteps = (steps: number): FlowDocument => {
  const blocks = steps / 5;
  const all = Array.from({ length: blocks }, (_, at) => block(at, at === blocks - 1 ? "end" : `topic${at + 1}`)).flat();
  // The last step of the last block is the end: a flow of exactly so many steps.
  return flowOf([
    ...all
      .slice(0, -1)
      .map((each) => ("next" in each && each.next === all.at(-1)?.id ? { ...each, next: "end" } : each)),
    ends(),
  ]);
};

/** One dialogue from its beginning to its end; what each answer took, in microseconds. */
const dialogue = (document: FlowDocument, whole: boolean, took: number[]): number => {
  const where = around({ medium: "text" });
  const showing = { medium: "text", language: "de", zone: where.zone } as const;
  let kept: FlowState | string | null = null;
  let input = begin;
  for (let turn = 0; ; turn += 1) {
    const from = performance.now();
    const state: FlowState | null = typeof kept === "string" ? (JSON.parse(kept) as FlowState) : kept;
    const next = step(document, state, input, where);
    if (whole) render(next.outputs, showing);
    kept = whole ? JSON.stringify(next.state) : next.state;
    took.push((performance.now() - from) * 1_000);
    if (next.state.over !== null) return next.state.steps;
    const effect = next.outputs.find((each) => each.kind === "effect");
    input =
      effect?.kind === "effect"
        ? { kind: "outcome", effect: effect.effect, outcome: wellDone(effect.what) }
        : inWords(said[turn % 2] ?? "");
  }
};

const measure = (steps: number, dialogues: number): FlowFigures => {
  const document = flowOfSteps(steps);
  const run = (whole: boolean) => {
    // What is made once (parsed messages, formats) and what the engine has to learn is not what an answer costs.
    for (let n = 0; n < Math.ceil(dialogues / 4); n += 1) dialogue(document, whole, []);
    const took: number[] = [];
    let gone = 0;
    for (let n = 0; n < dialogues; n += 1) {
      // The very same dialogue each time: what the work needs is the least, the rest is what else the machine did.
      const runs = Array.from({ length: 4 }, () => {
        const each: number[] = [];
        return { steps: dialogue(document, whole, each), each };
      });
      gone += runs[0]?.steps ?? 0;
      took.push(...(runs[0]?.each ?? []).map((us, at) => Math.min(us, ...runs.map(({ each }) => each[at] ?? us))));
    }
    return { took, gone, seconds: took.reduce((sum, us) => sum + us, 0) / 1e6 };
  };
  const bare = run(false);
  const whole = run(true);
  const checks = Array.from({ length: 5 }, () => {
    const begun = performance.now();
    checkFlow(document, { services: [] });
    return performance.now() - begun;
  });
  return {
    steps: document.steps.length,
    answers: bare.took.length,
    stepsPerSecond: bare.gone / bare.seconds,
    answersPerSecond: bare.took.length / bare.seconds,
    p50Us: quantile(bare.took, 0.5),
    p99Us: quantile(bare.took, 0.99),
    wholeP50Us: quantile(whole.took, 0.5),
    wholeP99Us: quantile(whole.took, 0.99),
    checkMs: Math.min(...checks),
  };
};

const whole = (value: number): string => Math.round(value).toLocaleString("en-US");

const table = (all: readonly FlowFigures[], at: string, commit: string): string => {
  const verdict = (holds: boolean): string => (holds ? "met" : "**missed**");
  const least = Math.min(...all.map(({ stepsPerSecond }) => stepsPerSecond));
  const worst = Math.max(...all.map(({ wholeP99Us }) => wholeP99Us));
  return [
    `Measured at ${at}, commit ${commit}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? "processor"}, Node ${process.version}; a fixed piece of work cost ${Math.round(fixedWorkMs())} ms CPU.`,
    "",
    "| steps in the flow | answers measured | steps/s | answers/s | p50 µs/answer | p99 µs | with words and JSON: p50 µs | p99 µs | check, ms |",
    "|---|---|---|---|---|---|---|---|---|",
    ...all.map(
      (each) =>
        `| ${each.steps} | ${whole(each.answers)} | ${whole(each.stepsPerSecond)} | ${whole(each.answersPerSecond)} | ${each.p50Us.toFixed(1)} | ${whole(each.p99Us)} | ${each.wholeP50Us.toFixed(1)} | ${whole(each.wholeP99Us)} | ${each.checkMs.toFixed(1)} |`,
    ),
    "",
    `Aims at every size: ${whole(aims.stepsPerSecond)} steps/s ${verdict(least >= aims.stepsPerSecond)}, an answer with its words and JSON under ${whole(aims.wholeP99Us)} µs at p99 ${verdict(worst < aims.wholeP99Us)}.`,
  ].join("\n");
};

/** Measures every size over as many answers as `share` leaves of 10,000, each four times, and gives the table. */
export const flowsBench = (share: number, commit: string, say: (line: string) => void): string => {
  const all = sizes.map((steps) => {
    const figures = measure(steps, Math.max(5, Math.round((25_000 * share) / steps)));
    say(
      `  ${String(figures.steps).padStart(4)} steps: ${whole(figures.stepsPerSecond).padStart(8)} steps/s, p99 ${whole(figures.p99Us)} µs`,
    );
    return figures;
  });
  return table(all, `${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC`, commit);
};
