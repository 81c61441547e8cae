// A flow that is tried while it is written: what was said, what it waits for, what whoever tries says it came to. Called by the editor of flows.
import type { z } from "zod";
import { flows } from "#contract/flow-endpoints.ts";
import type { FlowDocument, FlowLanguage } from "#contract/flows.ts";
import type {
  FlowEffect,
  FlowEnding,
  FlowInput,
  FlowOutput,
  FlowQuestion,
  FlowState,
  FlowSurroundings,
} from "#contract/flow-runs.ts";
import { call } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { createStore } from "#web/state/store.ts";

type Answered = z.output<typeof flows.attempt.result>;

/** One input and what came of it. `shown`: what the customer did, as it stands in the dialogue; null: nothing that shows. */
export interface Turn {
  readonly shown: string | null;
  readonly state: FlowState;
  readonly outputs: readonly FlowOutput[];
  readonly words: readonly string[];
}

/** What a try is held in. */
export type TryMedium = "chat" | "voice";

export interface Trying {
  readonly medium: TryMedium;
  readonly language: FlowLanguage;
  readonly open: boolean;
  readonly someoneThere: boolean;
  readonly verified: boolean;
  /** A notice of the brand runs, about what the flow looks for. */
  readonly incident: boolean;
  readonly brandId: string;
  readonly turns: readonly Turn[];
  readonly isAsking: boolean;
  readonly problem: Problem | null;
}

export const flowTry = createStore<Trying>({
  medium: "chat",
  language: "de",
  open: true,
  someoneThere: true,
  verified: false,
  incident: false,
  brandId: "",
  turns: [],
  isAsking: false,
  problem: null,
});

/** When that changes next, for tries: tomorrow, eight o'clock in UTC. */
const changesAt = (now: Date): string => {
  const at = new Date(now);
  at.setUTCDate(at.getUTCDate() + 1);
  at.setUTCHours(8, 0, 0, 0);
  return at.toISOString();
};

/** A notice in which all words stand that the flow looks for. */
const noticeOf = ({ steps }: FlowDocument): { readonly de: string; readonly en: string } => {
  const looked = [...new Set(steps.flatMap((step) => (step.do === "incidents" ? step.words : [])))].join(", ");
  return { de: `Störung: ${looked || "etwas fällt aus"}.`, en: `Out of order: ${looked || "something is down"}.` };
};

const surroundings = (document: FlowDocument, trying: Trying, brand: string): Omit<FlowSurroundings, "now"> => ({
  zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  medium: trying.medium,
  brandId: trying.brandId,
  brand,
  open: trying.open,
  someoneThere: trying.someoneThere,
  opensAt: trying.open ? null : changesAt(new Date()),
  closesAt: trying.open ? changesAt(new Date()) : null,
  verified: trying.verified ? "you@example.org" : null,
  notices: trying.incident ? [noticeOf(document)] : [],
});

let asking = 0;

/** Tells the flow something. An earlier answer that is still on its way is dropped. */
export const tellTry = async (
  document: FlowDocument,
  brand: string,
  input: FlowInput,
  shown: string | null,
): Promise<void> => {
  const mine = (asking += 1);
  const now = flowTry.get();
  const state = input.kind === "begin" ? null : (now.turns.at(-1)?.state ?? null);
  flowTry.set({ ...now, isAsking: true, problem: null });
  const outcome = await call(flows.attempt, {
    body: { document, state, input, surroundings: surroundings(document, now, brand) },
  });
  if (mine !== asking) return;
  flowTry.set((then) => {
    if (!outcome.ok) return { ...then, isAsking: false, problem: outcome.problem };
    const turn: Turn = { shown, ...turnOf(outcome.value) };
    return { ...then, isAsking: false, turns: input.kind === "begin" ? [turn] : [...then.turns, turn] };
  });
};

const turnOf = ({ state, outputs, words }: Answered): Omit<Turn, "shown"> => ({ state, outputs, words });

export const beginTry = (document: FlowDocument, brand: string): Promise<void> =>
  tellTry(document, brand, { kind: "begin", language: flowTry.get().language, values: {} }, null);

/** Takes the last input back. */
export const backInTry = (): void => {
  asking += 1;
  flowTry.set((now) => ({
    ...now,
    isAsking: false,
    problem: null,
    turns: now.turns.length > 1 ? now.turns.slice(0, -1) : now.turns,
  }));
};

export const endTry = (): void => {
  asking += 1;
  flowTry.set((now) => ({ ...now, turns: [], isAsking: false, problem: null }));
};

/** What a try waits for: a question, something done outside, or nothing because it is over. */
export type Waits =
  | { readonly for: "question"; readonly question: FlowQuestion }
  | { readonly for: "effect"; readonly effect: number; readonly what: FlowEffect }
  | { readonly for: "end"; readonly ending: FlowEnding }
  | null;

/** What the last turn waits for. The question or effect may have been asked some turns before. */
export const waitsFor = (turns: readonly Turn[]): Waits => {
  const state = turns.at(-1)?.state;
  const outputs = turns.flatMap((turn) => turn.outputs);
  if (state === undefined) return null;
  const { awaiting } = state;
  if (awaiting === null) {
    const end = outputs.findLast((output) => output.kind === "end");
    return end === undefined ? null : { for: "end", ending: end.ending };
  }
  if (awaiting.for === "effect") {
    const effect = outputs.findLast((output) => output.kind === "effect" && output.effect === awaiting.effect);
    return effect?.kind === "effect" ? { for: "effect", effect: effect.effect, what: effect.what } : null;
  }
  const asked = outputs.findLast((output) => output.kind === "ask" && output.question.asked === awaiting.asked);
  return asked?.kind === "ask" ? { for: "question", question: asked.question } : null;
};

/** Where the try stands: the step it waits at, or the last that it passed. */
export const stepOfTry = (turns: readonly Turn[]): string | null => {
  const last = turns.at(-1);
  if (last === undefined) return null;
  if (last.state.awaiting !== null) return last.state.awaiting.step;
  const said = last.outputs.findLast((output) => "step" in output && output.step !== null);
  return said !== undefined && "step" in said ? said.step : null;
};

/** Ways that the try has taken: "step/exit" as counted. */
export const waysOfTry = (turns: readonly Turn[]): ReadonlySet<string> =>
  new Set(
    turns.flatMap(({ outputs }) =>
      outputs.flatMap((output) => (output.kind === "passed" ? [`${output.step}/${output.exit}`] : [])),
    ),
  );

/** The next times that are offered when nobody types others: on the hour, from the day after tomorrow on. */
export const exampleTimes = (offers: number, minutes: number, now: Date): readonly string[] => {
  const first = new Date(now);
  first.setUTCDate(first.getUTCDate() + 2);
  first.setUTCHours(9, 0, 0, 0);
  return Array.from({ length: offers }, (_one, n) => new Date(first.getTime() + n * minutes * 60_000).toISOString());
};
