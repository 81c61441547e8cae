// A flow at work within one call of `step`: its state as it becomes, what it says, and the question that is open. Called by model.ts and model-steps.ts; pure.
import type {
  FlowAwaiting,
  FlowEffect,
  FlowEnding,
  FlowOutput,
  FlowQuestion,
  FlowRefusal,
  FlowSaid,
  FlowSentence,
  FlowState,
  FlowSurroundings,
  FlowTried,
} from "#contract/flow-runs.ts";
import type { FlowDocument, FlowStep, FlowText, FlowValue } from "#contract/flows.ts";
import { cutTo } from "#lib/text.ts";
import { dayLimits, type ReadPlace } from "./model-read.ts";
import { valueOf, withValue } from "./model-values.ts";
import { namesIn, wordsOf, type Facts } from "./model-words.ts";

type Open<T> = { -readonly [Key in keyof T]: T[Key] };

/** What is changed while one input is dealt with. Nothing of it is what was given: that stays as it is. */
export interface Run {
  readonly document: FlowDocument;
  readonly steps: ReadonlyMap<string, FlowStep>;
  readonly surroundings: FlowSurroundings;
  readonly state: Open<FlowState>;
  readonly outputs: FlowOutput[];
}

export type Awaited = FlowAwaiting;
export type AwaitedAnswer = Extract<Awaited, { for: "answer" }>;
export type StepOf<Kind extends FlowStep["do"]> = Extract<FlowStep, { do: Kind }>;

/** How a code is asked for: so many digits, so often. */
export const code = { digits: 6, tries: 5 } as const;
/** How often a question that a step asks by itself is asked. */
export const ownTries = 3;
/** What stands for a secret in everything that is said. */
const mask = "•••";

const mapsOf = new WeakMap<FlowDocument, ReadonlyMap<string, FlowStep>>();

/** The steps of a document by their names; made once for each document. */
export const stepsOf = (document: FlowDocument): ReadonlyMap<string, FlowStep> => {
  const known = mapsOf.get(document);
  if (known) return known;
  const steps = new Map(document.steps.map((each) => [each.id, each]));
  mapsOf.set(document, steps);
  return steps;
};

/** A value as it is; also a secret: for conditions, look-ups and reckoning only. */
export const known = (run: Run, name: string): FlowValue | undefined =>
  valueOf(name, run.state.values, run.surroundings);

export const keep = (run: Run, name: string, value: FlowValue | undefined, secret = false): void => {
  run.state.values = withValue(run.state.values, name, value);
  if (secret && value !== undefined && !run.state.secret.includes(name) && run.state.secret.length < 50)
    run.state.secret = [...run.state.secret, name];
};

/** A value as it may be said. */
const sayable = (run: Run, name: string): FlowValue | undefined => {
  const value = known(run, name);
  return value !== undefined && run.state.secret.includes(name) ? mask : value;
};

const sayableOf = (run: Run, texts: readonly FlowText[]): Record<string, FlowValue> =>
  Object.fromEntries(
    texts
      .flatMap(namesIn)
      .map((name) => [name, sayable(run, name)] as const)
      .filter((entry): entry is readonly [string, FlowValue] => entry[1] !== undefined),
  );

/** A text with the values it needs, and none that is secret. */
export const saidOf = (run: Run, text: FlowText): FlowSaid => ({ text, values: sayableOf(run, [text]) });

/** A text as it is kept by "set": with all values, and whether one of them is secret. */
export const keptText = (run: Run, text: FlowText): { readonly words: string; readonly secret: boolean } => {
  const names = namesIn(text);
  const values: Record<string, FlowValue> = {};
  for (const name of names) {
    const value = known(run, name);
    if (value !== undefined) values[name] = value;
  }
  const { medium, zone } = run.surroundings;
  return {
    words: cutTo(wordsOf({ text, values }, run.state.language, medium, zone), 2_000),
    secret: names.some((name) => run.state.secret.includes(name)),
  };
};

export const sentence = (code: FlowSentence["code"], facts: Facts = {}): FlowSentence => ({ code, facts });

export const say = (run: Run, step: string | null, text: FlowSaid | FlowSentence): void => {
  run.outputs.push({ kind: "say", step, text });
};

export const passed = (run: Run, step: string, exit: string): void => {
  run.outputs.push({ kind: "passed", step, exit });
};

/** Writes down what was done outside. Beyond 100 the oldest goes, but never what shows who they are. */
export const tried = (run: Run, step: string, what: Omit<FlowTried, "step" | "at">): void => {
  const all = run.state.tried;
  const drop = all.length < 100 ? -1 : all.findIndex(({ became }) => became !== "verified");
  run.state.tried = [
    ...all.filter((_, at) => at !== drop).slice(-99),
    { step, at: run.surroundings.now, ...what, name: cutTo(what.name, 300) },
  ];
};

/** Has something done outside; its outcome comes by the effect's number. */
export const want = (run: Run, step: string, what: FlowEffect, tries = 0): void => {
  const effect = ++run.state.effects;
  run.state.awaiting = {
    for: "effect",
    step,
    effect,
    tries,
    until: what.do === "timer" ? what.until : null,
    soothed: false,
  };
  run.outputs.push({ kind: "effect", effect, step, what });
};

/** Ends it. Nothing is said from here on. */
export const end = (run: Run, over: NonNullable<FlowState["over"]>, ending: FlowEnding): void => {
  run.state.awaiting = null;
  run.state.over = over;
  run.state.unheard = [];
  run.outputs.push({ kind: "end", ending });
};

type Handing = Omit<Extract<FlowEnding, { as: "handedOver" }>, "as" | "why">;
const plainHanding: Handing = { topicId: null, queueId: null, skills: [], priority: null, subject: null };

/** To somebody of us: they are told whether somebody is there, and what happens if not. */
export const handOver = (
  run: Run,
  step: string | null,
  why: "asked" | "step" | "stuck",
  handing: Handing = plainHanding,
): void => {
  const { someoneThere, open, opensAt } = run.surroundings;
  if (why === "stuck") say(run, step, sentence("sorryBroken"));
  if (someoneThere) say(run, step, sentence("handedOver"));
  else if (open) say(run, step, sentence("nobodyYet"));
  else
    say(run, step, opensAt === null ? sentence("handedOverAway") : sentence("handedOverAwayUntil", { until: opensAt }));
  end(run, "handedOver", { as: "handedOver", why, ...handing });
};

/** Asks: the first time (`before` null), or again because of an answer that is not taken. */
export const ask = (
  run: Run,
  step: string,
  part: AwaitedAnswer["part"],
  more: {
    readonly offered?: AwaitedAnswer["offered"];
    readonly tries?: number;
    readonly again?: FlowRefusal | null;
    readonly facts?: Facts;
  } = {},
): void => {
  run.state.awaiting = {
    for: "answer",
    step,
    asked: ++run.state.asked,
    tries: more.tries ?? 1,
    part,
    offered: more.offered ?? [],
  };
  const question = questionOf(run, more.again ?? null, more.facts ?? {});
  if (question) run.outputs.push({ kind: "ask", question });
};

/** The address that a "verify" is about, by the name it is kept under. */
export const addressName = (step: StepOf<"verify">): string => step.email ?? "email";

/** The question that is open; null: none is, or its step is not there. */
export const questionOf = (run: Run, again: FlowRefusal | null, facts: Facts): FlowQuestion | null => {
  const waits = run.state.awaiting;
  if (waits?.for !== "answer") return null;
  const step = run.steps.get(waits.step);
  const own = { asked: waits.asked, step: waits.step, values: {}, optional: false, secret: false, again, facts };
  const time = { kind: "time", offered: waits.offered } as const;
  const contact = (form: "email" | "phone") => ({ kind: "text", minLength: 1, maxLength: 320, form }) as const;
  if (step?.do === "ask" && waits.part === null) {
    const { answer, optional, secret } = step;
    return {
      ...own,
      text: saidOf(run, step.text),
      answer,
      values:
        answer.kind === "choice"
          ? sayableOf(
              run,
              answer.options.map(({ label }) => label),
            )
          : {},
      optional,
      secret: secret === true,
      facts: answer.kind === "date" ? { ...dayLimits(answer, readPlace(run)), ...facts } : facts,
    };
  }
  if (step?.do === "verify" && waits.part === "email")
    return { ...own, text: sentence("askEmail"), answer: contact("email") };
  if (step?.do === "verify" && waits.part === "code") {
    const email = String(sayable(run, addressName(step)) ?? "");
    return { ...own, text: sentence("askCode", { email }), answer: { kind: "code", digits: code.digits } };
  }
  if (step?.do === "callback" && waits.part === "phone")
    return { ...own, text: sentence("askPhone"), answer: contact("phone") };
  if (step?.do === "callback" && waits.part === "time") return { ...own, text: sentence("askTime"), answer: time };
  if (step?.do === "schedule" && waits.part === "when") return { ...own, text: saidOf(run, step.text), answer: time };
  return null;
};

/** Where and when an answer is read. */
export const readPlace = (run: Run): ReadPlace => ({
  language: run.state.language,
  medium: run.surroundings.medium,
  zone: run.surroundings.zone,
  now: run.surroundings.now,
  values: run.state.values,
});
