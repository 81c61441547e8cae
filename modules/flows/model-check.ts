// What is wrong with a flow before it runs. Called by modules/flows/reads.ts for drafts and by the tests of the flows that are shipped; pure.
import {
  flowLanguages,
  givenValues,
  type FlowDocument,
  type FlowFinding,
  type FlowStep,
  type StepId,
} from "#contract/flows.ts";
import { wordsIn } from "./model-choice.ts";
import { isPath, isPointer, templateNames } from "./model-values.ts";
import {
  asksAbout,
  needs,
  setSomewhere,
  templatesOf,
  textsOf,
  waysOut,
  type PlacedText,
  type WayOut,
} from "./model-ways.ts";
import { faultIn, variantsOf } from "./model-words.ts";

/** What may be known of whoever begins, before anything is asked; each may be missing. */
const knownBefore = ["name", "email", "phone", "language", "subject"] as const;

type Finding = FlowFinding;
type Facts = Finding["facts"];

const error = (step: StepId | null, code: Finding["code"], facts: Facts = {}): Finding => ({
  level: "error",
  step,
  code,
  facts,
});
const warning = (step: StepId | null, code: Finding["code"], facts: Facts = {}): Finding => ({
  ...error(step, code, facts),
  level: "warning",
});

/** Everything that is found, in the steps' order. A flow without errors can be published. `services`: the names of those that are connected. */
export const checkFlow = (document: FlowDocument, known: { readonly services: readonly string[] }): FlowFinding[] => {
  const { steps, start, entries } = document;
  const found: FlowFinding[] = [];
  if (entries.length === 0) found.push(warning(null, "noEntry"));
  for (const { entry } of entries)
    if (entry.by === "button" || entry.by === "incident")
      found.push(...textFindings(document, null, [{ what: entry.by, text: entry.label }]));
  if (steps.length === 0) return [error(null, "noSteps"), ...found];
  const graph = graphOf(document);
  if (start === null) found.push(error(null, "noStart"));
  else if (!graph.ways.has(start)) found.push(error(null, "unknownStep", { way: "start", to: start }));
  const values = valueFindings(document, graph);
  const loops = loopFindings(document, graph);
  const traps = trapFindings(document, graph);
  for (const step of steps) {
    const { id } = step;
    for (const { exit, to, orHuman } of graph.ways.get(id) ?? [])
      if (to === null ? !orHuman : !graph.ways.has(to))
        found.push(to === null ? error(id, "deadEnd", { way: exit }) : error(id, "unknownStep", { way: exit, to }));
    if (graph.start !== null && !graph.reached.has(id)) found.push(warning(id, "unreachable"));
    found.push(...textFindings(document, id, textsOf(step)), ...stepFindings(step, known.services));
    for (const list of [values, loops, traps]) found.push(...list.filter((each) => each.step === id));
  }
  return found;
};

interface Graph {
  readonly start: StepId | null;
  readonly ways: ReadonlyMap<StepId, readonly WayOut[]>;
  readonly reached: ReadonlySet<StepId>;
}

const graphOf = ({ steps, start }: FlowDocument): Graph => {
  const ways = new Map(steps.map((step) => [step.id, waysOut(step)]));
  const known = start !== null && ways.has(start) ? start : null;
  const reached = new Set<StepId>(known === null ? [] : [known]);
  for (const id of reached) for (const { to } of ways.get(id) ?? []) if (to !== null && ways.has(to)) reached.add(to);
  return { start: known, ways, reached };
};

const textFindings = (document: FlowDocument, step: StepId | null, texts: readonly PlacedText[]): readonly Finding[] =>
  texts.flatMap(({ what, text }) =>
    variantsOf(text).flatMap(({ language, medium, words }): readonly Finding[] => {
      if (!document.languages.includes(language)) return [];
      const place = { what: medium === null ? what : `${what}, ${medium}`, language };
      if (words.trim() === "") {
        // A medium's own words may be left out altogether, but not in one language of two.
        const own = medium === null ? undefined : text.by?.[medium];
        const nowhere = own !== undefined && flowLanguages.every((each) => own[each].trim() === "");
        return nowhere ? [] : [error(step, "missingLanguage", place)];
      }
      const fault = faultIn(words, language);
      return fault === null ? [] : [error(step, "badMessage", { ...place, fault })];
    }),
  );

const stepFindings = (step: FlowStep, services: readonly string[]): readonly Finding[] => {
  const { id } = step;
  const found: Finding[] = [];
  if (step.do === "lookUp") {
    if (!services.includes(step.service)) found.push(error(id, "unknownService", { service: step.service }));
    for (const { pointer } of step.takes) if (!isPointer(pointer)) found.push(error(id, "badPointer", { pointer }));
    for (const { what, template } of templatesOf(step))
      if (templateNames(template) === null) found.push(error(id, "badTemplate", { what, fault: "{ }" }));
    if (templateNames(step.path) !== null && !isPath(step.path.replaceAll(/\{\w+\}/gu, "x")))
      found.push(error(id, "badTemplate", { what: "path", fault: step.path.startsWith("/") ? "? # .." : "/" }));
  }
  if (step.do !== "ask") return found;
  const { answer } = step;
  const [least, most] =
    answer.kind === "number"
      ? [answer.min, answer.max]
      : answer.kind === "text"
        ? [answer.minLength, answer.maxLength]
        : answer.kind === "date"
          ? [answer.fromDays, answer.toDays]
          : [null, null];
  if (least !== null && most !== null && least > most) found.push(error(id, "wrongOrder", { min: least, max: most }));
  if (answer.kind !== "choice") return found;
  if (answer.options.length > 9) found.push(warning(id, "optionsTooManyForKeypad", { count: answer.options.length }));
  const picks = new Map<string, string>();
  const told = new Set<string>();
  for (const [at, option] of answer.options.entries()) {
    if (answer.options.findIndex((each) => each.id === option.id) !== at)
      found.push(error(id, "samePick", { words: option.id }));
    const labels = variantsOf(option.label).map(({ words }) => words);
    for (const phrase of [...labels, ...(option.words?.de ?? []), ...(option.words?.en ?? [])]) {
      const words = wordsIn(phrase).join(" ");
      const other = picks.get(words);
      if (words !== "" && other !== undefined && other !== option.id && !told.has(words)) {
        told.add(words);
        found.push(warning(id, "samePick", { words: phrase.slice(0, 80) }));
      }
      picks.set(words, other ?? option.id);
    }
  }
  return found;
};

/** Values that nothing sets, and such as are not set on every way to where they are needed. */
const valueFindings = (document: FlowDocument, graph: Graph): readonly Finding[] => {
  const given = new Set<string>(givenValues);
  const somewhere = setSomewhere(document);
  const before = setBefore(document, graph);
  return document.steps.flatMap((step) => {
    const names = [...new Set([...needs(step), ...asksAbout(step)])].filter((name) => !given.has(name));
    const needed = new Set(needs(step));
    const own = step.do === "callback" ? step.phone : null;
    return names.flatMap((name): readonly Finding[] => {
      if (!somewhere.has(name) && !(knownBefore as readonly string[]).includes(name))
        return [error(step.id, "unknownValue", { name })];
      const sure = before.get(step.id);
      if (!needed.has(name) || sure === undefined || sure.has(name) || name === own) return [];
      return [warning(step.id, "valueNotAlways", { name })];
    });
  });
};

/** For each step that is reached: the values that are set on every way to it. */
const setBefore = (document: FlowDocument, { start, ways }: Graph): ReadonlyMap<StepId, ReadonlySet<string>> => {
  const sure = new Map<StepId, ReadonlySet<string>>();
  if (start === null) return sure;
  sure.set(start, new Set());
  const left: StepId[] = [start];
  const within = new Map(document.steps.map((step) => [step.id, setWithin(step)]));
  for (let id = left.pop(); id !== undefined; id = left.pop()) {
    // Within a "set", later values may need earlier ones: those are no findings, since the step sets them.
    for (const { to, sets } of ways.get(id) ?? []) {
      if (to === null || !ways.has(to)) continue;
      const known = sure.get(to);
      const here = new Set([...(sure.get(id) ?? []), ...sets]);
      const common = known === undefined ? here : new Set([...known].filter((name) => here.has(name)));
      if (known !== undefined && common.size === known.size) continue;
      sure.set(to, common);
      left.push(to);
    }
  }
  return new Map([...sure].map(([id, names]) => [id, new Set([...names, ...(within.get(id) ?? [])])]));
};

/** Values of a "set" that a later one of the same step needs. */
const setWithin = (step: FlowStep): readonly string[] =>
  step.do === "set" && step.values.length > 1 ? step.values.slice(0, -1).map(({ into }) => into) : [];

/** Rings that can be gone round without an answer: each told at its first step. */
const loopFindings = (document: FlowDocument, { ways }: Graph): readonly Finding[] => {
  const next = (id: StepId): readonly StepId[] =>
    (ways.get(id) ?? []).flatMap(({ to, pauses }) => (to === null || pauses || !ways.has(to) ? [] : [to]));
  const told = new Set<StepId>();
  return document.steps.flatMap(({ id }) => {
    if (told.has(id)) return [];
    const after = closure(next(id), next);
    if (!after.has(id)) return [];
    for (const other of after) if (closure(next(other), next).has(id)) told.add(other);
    return [error(id, "loopWithoutAnswer")];
  });
};

const closure = (from: readonly StepId[], next: (id: StepId) => readonly StepId[]): ReadonlySet<StepId> => {
  const found = new Set(from);
  for (const id of found) for (const to of next(id)) found.add(to);
  return found;
};

/** Where nobody gets out any more: told at the first step of each such part. A way that leads nowhere is told by itself. */
const trapFindings = (document: FlowDocument, { ways, start, reached }: Graph): readonly Finding[] => {
  const out = new Set<StepId>();
  const before = new Map<StepId, StepId[]>();
  for (const [id, all] of ways) {
    if (all.length === 0 || all.some(({ to }) => to === null || !ways.has(to))) out.add(id);
    for (const { to } of all) if (to !== null) before.set(to, [...(before.get(to) ?? []), id]);
  }
  for (const id of out) for (const from of before.get(id) ?? []) out.add(from);
  const entered = (id: StepId): boolean =>
    id === start || (before.get(id) ?? []).some((from) => out.has(from) && reached.has(from));
  return document.steps
    .filter(({ id }) => reached.has(id) && !out.has(id) && entered(id))
    .map(({ id }) => error(id, "noWayOut"));
};
