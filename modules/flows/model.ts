// The interpreter of flows: a function from where a dialogue is and what it is told to where it is then and what it says. It knows no medium, reads no clock and
// does nothing by itself. Called by whoever runs flows, tries them, or measures them; every medium runs this one.
import type {
  FlowAnswer,
  FlowInput,
  FlowOutput,
  FlowQuestion,
  FlowState,
  FlowSurroundings,
} from "#contract/flow-runs.ts";
import type { FlowDocument, FlowStep, FlowValue, StepId } from "#contract/flows.ts";
import { asksForHuman } from "./model-human.ts";
import { meansSkip, readAnswer, type Read, type Refused, type Taken } from "./model-read.ts";
import {
  ask,
  code,
  end,
  handOver,
  keep,
  ownTries,
  passed,
  questionOf,
  readPlace,
  saidOf,
  say,
  sentence,
  stepsOf,
  type AwaitedAnswer,
  type Run,
} from "./model-dialogue.ts";
import { callAt, callback, enter, resume, verifyAt, verifyBy, type Way } from "./model-steps.ts";
import { keepable, withValue } from "./model-values.ts";

/** Steps that may be gone without an answer, and in all; then it goes to somebody of us. */
export const flowLimits = { withoutAnswer: 100, inAll: 2_000 } as const;
/** Words that are heard later, and their length. */
const mostUnheard = { words: 5, length: 4_000 } as const;

/** Where a dialogue is, and what was said and is wanted since. */
export interface Stepped {
  readonly state: FlowState;
  readonly outputs: readonly FlowOutput[];
}

/**
 * One input to a dialogue. Total for every document that passes its schema, whatever state and input it is given: what cannot go on goes to somebody of us
 * ("stuck"). State null: it begins; whatever the input is. At most one question is open at a time; after an end nothing is said. Told the same answer or outcome
 * again, it changes nothing.
 */
export const step = (
  document: FlowDocument,
  state: FlowState | null,
  input: FlowInput,
  surroundings: FlowSurroundings,
): Stepped => {
  const steps = stepsOf(document);
  if (state !== null) {
    const run: Run = { document, steps, surroundings, state: { ...state }, outputs: [] };
    if (state.awaiting !== null) tell(run, input);
    return { state: run.state, outputs: run.outputs };
  }
  const run: Run = { document, steps, surroundings, state: beginning(document, input), outputs: [] };
  goOn(run, document.start);
  if (input.kind !== "begin" && run.state.awaiting !== null) tell(run, input);
  return { state: run.state, outputs: run.outputs };
};

/** The question that is open, as it would be asked now: for pages and whoever comes later. Null: none is. */
export const openQuestion = (
  document: FlowDocument,
  state: FlowState,
  surroundings: FlowSurroundings,
): FlowQuestion | null =>
  questionOf({ document, steps: stepsOf(document), surroundings, state: { ...state }, outputs: [] }, null, {});

const beginning = (document: FlowDocument, input: FlowInput): FlowState => {
  const [first = "de"] = document.languages;
  const wanted = input.kind === "begin" ? input.language : first;
  let values: Record<string, FlowValue> = {};
  for (const [name, value] of Object.entries(input.kind === "begin" ? input.values : {}))
    values = withValue(values, name, keepable(value));
  return {
    language: document.languages.includes(wanted) ? wanted : first,
    awaiting: null,
    over: null,
    values,
    secret: [],
    unheard: [],
    tried: [],
    unanswered: false,
    heard: null,
    sinceAnswer: 0,
    asked: 0,
    effects: 0,
    steps: 0,
  };
};

const tell = (run: Run, input: FlowInput): void => {
  const waits = run.state.awaiting;
  if (waits === null) return;
  switch (input.kind) {
    case "begin":
      return;
    case "answer":
      return answered(run, input.asked, input.answer);
    case "outcome": {
      if (waits.for !== "effect" || waits.effect !== input.effect) return;
      const found = run.steps.get(waits.step);
      run.state.awaiting = null;
      return found ? take(run, found.id, resume(run, found, input.outcome, waits.tries)) : handOver(run, null, "stuck");
    }
    case "slow": {
      const found = run.steps.get(waits.step);
      if (waits.for !== "effect" || waits.effect !== input.effect || waits.soothed) return;
      if (found?.do !== "lookUp" || found.patience === undefined || run.surroundings.medium === "text") return;
      say(run, found.id, saidOf(run, found.patience));
      run.state.awaiting = { ...waits, soothed: true };
      return;
    }
    case "human":
      return human(run);
    case "moved": {
      if (input.language !== null && run.document.languages.includes(input.language))
        run.state.language = input.language;
      return askAgain(run);
    }
    case "rested": {
      if (waits.for !== "answer") return;
      const leaves = run.state.unanswered || run.state.unheard.length > 0;
      passed(run, waits.step, "left");
      return end(run, "left", { as: "left", leaves });
    }
    case "stopped":
      return end(run, "stopped", { as: "stopped" });
  }
};

const human = (run: Run): void => {
  const at = run.state.awaiting?.step ?? null;
  if (at !== null) passed(run, at, "human");
  handOver(run, at, "asked");
};

/** Says the open question again, as it stands. */
const askAgain = (run: Run): void => {
  const question = questionOf(run, null, {});
  if (question) run.outputs.push({ kind: "ask", question });
};

/** Goes out of a step by a way; null: it waits, or is over. */
const take = (run: Run, from: StepId, way: Way | null): void => {
  if (way === null) return hearLater(run);
  passed(run, from, way.exit);
  goOn(run, way.to);
};

/** Goes on until something is waited for, or the flow is over. */
const goOn = (run: Run, to: StepId | null): void => {
  let at = to;
  for (;;) {
    const found: FlowStep | undefined = at === null ? undefined : run.steps.get(at);
    run.state.steps += 1;
    run.state.sinceAnswer += 1;
    const far = run.state.steps > flowLimits.inAll || run.state.sinceAnswer > flowLimits.withoutAnswer;
    if (found === undefined || far) return handOver(run, at, "stuck");
    const way = enter(run, found);
    if (way === null) return hearLater(run);
    passed(run, found.id, way.exit);
    at = way.to;
  }
};

/** What was said before it was asked: the first words that can be read are the answer. Free questions and secrets are asked first. */
const hearLater = (run: Run): void => {
  const waits = run.state.awaiting;
  if (waits?.for !== "answer" || run.state.unheard.length === 0) return;
  const question = questionOf(run, null, {});
  const judges = question !== null && !(question.answer.kind === "text" && question.answer.form === "any");
  if (!judges || question.secret) return;
  const words = run.state.unheard;
  for (const [at, text] of words.entries()) {
    const read = readAnswer(question.answer, { by: "words", text }, { ...readPlace(run), values: question.values });
    if ("refusal" in read) continue;
    run.outputs.pop();
    run.state.unheard = words.slice(at + 1);
    if (at > 0) run.state.unanswered = true;
    return taken(run, waits, read);
  }
  run.state.unheard = [];
  run.state.unanswered = true;
};

const answered = (run: Run, asked: number | null, answer: FlowAnswer): void => {
  const waits = run.state.awaiting;
  const question = questionOf(run, null, {});
  const late = asked !== null && (waits?.for !== "answer" || asked !== waits.asked);
  if (late && isHeard(run, asked, answer)) return;
  // What was said to another question is not read as if it had been said to this one: "0" was a number there.
  const wantsHuman = answer.by === "words" && !(late && answer.text.trim() === "0");
  if (wantsHuman && asksForHuman(answer.text, question, readPlace(run))) return human(run);
  if (waits?.for !== "answer") return sootheOrKeep(run, answer);
  if (question === null) return handOver(run, waits.step, "stuck");
  const read = readOf(run, question, answer);
  if (asked === null || asked === waits.asked)
    return "refusal" in read ? refused(run, waits, answer, read) : taken(run, waits, read);
  // An earlier asking of the same question: an answer that came before the refusal of the one before it was seen.
  const sameQuestion = asked < waits.asked && asked > waits.asked - waits.tries;
  if (sameQuestion) return "refusal" in read ? undefined : taken(run, waits, read);
  if (asked > waits.asked) return;
  say(run, waits.step, sentence("sorryLate"));
  askAgain(run);
};

interface Skipped {
  readonly skipped: true;
}

/** What an answer comes to; "skip" is one, where the question may be left open. */
const readOf = (run: Run, question: FlowQuestion, answer: FlowAnswer): Read | Skipped => {
  const skips = answer.by === "skip" || (answer.by === "words" && question.optional && meansSkip(answer.text));
  const empty = answer.by === "value" && answer.value.trim() === "";
  if ((skips || empty) && question.optional) return { skipped: true };
  if (skips) return { refusal: "empty", facts: {} };
  return readAnswer(question.answer, answer, { ...readPlace(run), values: question.values });
};

/** Is it what was answered to that question already (a button pressed twice)? */
const isHeard = (run: Run, asked: number, answer: FlowAnswer): boolean => {
  const { heard, values } = run.state;
  if (heard?.asked !== asked) return false;
  const found = run.steps.get(heard.step);
  if (found?.do !== "ask") return true;
  const read = readAnswer(found.answer, answer, readPlace(run));
  const kept = Object.hasOwn(values, found.into) ? values[found.into] : undefined;
  return "refusal" in read ? answer.by === "skip" : JSON.stringify(read.value) === JSON.stringify(kept);
};

/** Said while something is under way: kept for the next question, and answered by a request for patience, once. */
const sootheOrKeep = (run: Run, answer: FlowAnswer): void => {
  const waits = run.state.awaiting;
  if (waits?.for !== "effect") return;
  if (answer.by === "words" && run.state.unheard.length < mostUnheard.words)
    run.state.unheard = [...run.state.unheard, answer.text.slice(0, mostUnheard.length).toWellFormed()];
  else if (answer.by === "words" || answer.by === "files") run.state.unanswered = true;
  else return;
  if (waits.soothed) return;
  const found = run.steps.get(waits.step);
  const patience = found?.do === "lookUp" ? found.patience : undefined;
  if (patience) say(run, waits.step, saidOf(run, patience));
  else
    say(run, waits.step, waits.until === null ? sentence("oneMoment") : sentence("stillBusy", { until: waits.until }));
  run.state.awaiting = { ...waits, soothed: true };
};

/** Words that are more than a slip: somebody would have to answer them. */
const isSpeech = (text: string): boolean => text.slice(0, 1_000).trim().split(/\s+/u).length >= 4;

const refused = (run: Run, waits: AwaitedAnswer, answer: FlowAnswer, read: Refused): void => {
  if ((answer.by === "words" && isSpeech(answer.text)) || answer.by === "files") run.state.unanswered = true;
  const found = run.steps.get(waits.step);
  const most = found?.do === "ask" ? found.tries : waits.part === "code" ? code.tries : ownTries;
  if (waits.tries < most) {
    const { offered, tries } = waits;
    const own = found?.do === "ask" ? found.sorry : undefined;
    if (own) say(run, waits.step, saidOf(run, own));
    return ask(run, waits.step, waits.part, {
      offered,
      tries: tries + 1,
      again: own ? null : read.refusal,
      facts: own ? {} : read.facts,
    });
  }
  passed(run, waits.step, "failed");
  if ((found?.do === "ask" || found?.do === "verify") && found.failed !== null) {
    run.state.awaiting = null;
    run.state.sinceAnswer = 0;
    return goOn(run, found.failed);
  }
  handOver(run, waits.step, "stuck");
};

const taken = (run: Run, waits: AwaitedAnswer, read: Taken | Skipped): void => {
  const found = run.steps.get(waits.step);
  run.state.awaiting = null;
  run.state.sinceAnswer = 0;
  run.state.heard = { asked: waits.asked, step: waits.step };
  const value = "skipped" in read ? undefined : read.value;
  switch (found?.do) {
    case "ask": {
      if ("skipped" in read) {
        keep(run, found.into, undefined);
        return take(run, found.id, { exit: "skip", to: found.next });
      }
      keep(run, found.into, read.value, found.secret === true);
      const { answer } = found;
      if (answer.kind === "file" || (answer.kind === "text" && answer.form === "any")) run.state.unanswered = true;
      const option = answer.kind === "choice" ? answer.options.find(({ id }) => id === read.value) : undefined;
      if (option === undefined) return take(run, found.id, { exit: "next", to: found.next });
      return take(run, found.id, { exit: option.id, to: option.next === undefined ? found.next : option.next });
    }
    case "verify":
      if (waits.part === "email") return verifyAt(run, found, String(value ?? ""));
      return take(run, found.id, verifyBy(run, found, String(value ?? ""), waits.tries));
    case "callback":
      if (waits.part === "time") return callAt(run, found, String(value ?? ""));
      keep(run, found.phone, value);
      callback(run, found);
      return hearLater(run);
    case "schedule":
      keep(run, found.into, value);
      return take(run, found.id, { exit: "next", to: found.next });
    default:
      return handOver(run, waits.step, "stuck");
  }
};
