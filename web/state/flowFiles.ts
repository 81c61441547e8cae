// Flows as files: what is written into one, and what is wrong with one that is read. Pure; called by the screens of flows.
import type { FlowDocument, FlowStep } from "#contract/flows.ts";
import { exitsOf, firstWords, stepKinds } from "#web/state/flowSteps.ts";
import type { WordKey, WordFacts } from "#web/state/words.ts";

/** A file that was read: its document, of which the server says whether it holds; or why it is none. */
export type ReadFile =
  | { readonly ok: true; readonly document: FlowDocument }
  | { readonly ok: false; readonly why: WordKey; readonly facts: WordFacts };

/** Largest file that is read, in bytes: 200 steps with everything in them stay below. */
export const mostFileBytes = 2_000_000;

/** The document as a file: its keys in the contract's order, two spaces, so that changes can be reviewed line by line. */
export const fileOf = (document: FlowDocument): string =>
  `${JSON.stringify(
    {
      form: document.form,
      languages: document.languages,
      start: document.start,
      steps: document.steps,
      entries: document.entries,
      restHours: document.restHours,
    },
    null,
    2,
  )}\n`;

/** Reads a file. What is said of it here is what a server cannot say: that it is no JSON and where, or no flow at all. */
export const readFlowFile = (text: string): ReadFile => {
  if (text.length > mostFileBytes) return { ok: false, why: "flowEditor.file.tooLarge", facts: {} };
  let found: unknown;
  try {
    found = JSON.parse(text.replace(/^\uFEFF/u, ""));
  } catch {
    return { ok: false, why: "flowEditor.file.noJsonAt", facts: { ...placeOf(text) } };
  }
  if (typeof found !== "object" || found === null || !("steps" in found) || !Array.isArray(found.steps))
    return { ok: false, why: "flowEditor.file.noFlow", facts: {} };
  if (!("form" in found) || found.form !== 1) return { ok: false, why: "flowEditor.file.otherForm", facts: {} };
  return { ok: true, document: found as FlowDocument };
};

/** Where JSON breaks off. Engines say it each in their own way, or not at all: the signs are gone through once more. */
const placeOf = (text: string): { readonly line: number; readonly column: number } => {
  const before = text.slice(0, breakIn(text)).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
};

const token =
  /[\s]*(?:([[\]{}:,])|("(?:[^"\\\u0000-\u001F]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))/uy;

/** The first sign that cannot stand where it stands (RFC 8259); the text's end where something is missing there. */
const breakIn = (text: string): number => {
  const open: ("[" | "{")[] = [];
  /** What may come: a value, a key, a colon, or what follows a value; `orEnd`: or the list is empty. */
  let wants: "value" | "key" | "colon" | "after" = "value";
  let orEnd = false;
  let at = 0;
  while (at < text.length) {
    token.lastIndex = at;
    const [whole = "", mark, string, plain] = token.exec(text) ?? [];
    const gap = /\s*/uy;
    gap.lastIndex = at;
    const start = at + (gap.exec(text)?.[0].length ?? 0);
    if (whole === "") return start;
    const closes = (mark === "]" && open.at(-1) === "[") || (mark === "}" && open.at(-1) === "{");
    if (closes && (wants === "after" || orEnd)) {
      open.pop();
      wants = "after";
    } else if (wants === "value" && (mark === "[" || mark === "{")) {
      open.push(mark);
      wants = mark === "{" ? "key" : "value";
      orEnd = true;
      at = token.lastIndex;
      continue;
    } else if (wants === "value" && (string !== undefined || plain !== undefined)) wants = "after";
    else if (wants === "key" && string !== undefined) wants = "colon";
    else if (wants === "colon" && mark === ":") wants = "value";
    else if (wants === "after" && mark === "," && open.length > 0) wants = open.at(-1) === "{" ? "key" : "value";
    else return start;
    orEnd = false;
    at = token.lastIndex;
  }
  return text.length;
};

/** Where in a document a refusal lies ("document.steps.3.text.de"): the step's name and the rest of the way; null: not in a step. */
export const placeIn = (
  document: FlowDocument,
  field: string | null,
): { readonly step: string; readonly rest: string } | null => {
  const match = /(?:^|\.)steps\.(\d+)(?:\.(.*))?$/u.exec(field ?? "");
  const step = match === null ? undefined : (document.steps[Number(match[1])] as { readonly id?: unknown } | undefined);
  return match === null
    ? null
    : { step: typeof step?.id === "string" ? step.id : `#${Number(match[1]) + 1}`, rest: match[2] ?? "" };
};

/** A flow's short word from its name: small letters, digits and hyphens; "flow" where nothing is left. Not one that is taken. */
export const keyFrom = (name: string, taken: ReadonlySet<string>): string => {
  const base =
    name
      .toLowerCase()
      .replaceAll("ä", "ae")
      .replaceAll("ö", "oe")
      .replaceAll("ü", "ue")
      .replaceAll("ß", "ss")
      .normalize("NFD")
      .replaceAll(/[^a-z0-9]+/gu, "-")
      .replaceAll(/^-+|-+$/gu, "")
      .split("-")
      .slice(0, 9)
      .join("-")
      .slice(0, 54)
      .replace(/-+$/u, "") || "flow";
  if (!taken.has(base)) return base;
  let n = 2;
  while (taken.has(`${base}-${n}`)) n += 1;
  return `${base}-${n}`;
};

/** A short word as the contract wants it. */
export const isKey = (key: string): boolean => /^[a-z0-9]+(?:-[a-z0-9]+){0,9}$/u.test(key) && key.length <= 60;

/** A JSON text's value; undefined: it is none. */
export const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/** Steps as a text that can be pasted, here or into another flow. */
export const copiedSteps = (steps: readonly FlowStep[]): string => JSON.stringify({ flowSteps: steps }, null, 2);

/** Steps in a text that was pasted; null: there are none. Whether they hold the server says; what could not be drawn is none. */
export const stepsIn = (text: string): readonly FlowStep[] | null => {
  const found = readJson(text);
  if (typeof found !== "object" || found === null || !("flowSteps" in found) || !Array.isArray(found.flowSteps))
    return null;
  const steps = found.flowSteps as FlowStep[];
  try {
    const isWhole = steps.every(
      (step) =>
        typeof step.id === "string" &&
        /^[a-z][a-zA-Z0-9-]{0,39}$/u.test(step.id) &&
        stepKinds.includes(step.do) &&
        exitsOf(step).every(({ to }) => to === null || typeof to === "string") &&
        typeof firstWords(step, "de") === "string",
    );
    return isWhole && steps.length > 0 ? steps : null;
  } catch {
    return null;
  }
};
