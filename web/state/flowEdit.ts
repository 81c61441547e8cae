// What is done to a flow's document while it is written: steps added, joined, copied, removed; and the way back. Pure; called by the editor of flows.
import { flowMost, type FlowDocument, type FlowStep, type FlowStepKind } from "#contract/flows.ts";
import {
  exitsOf,
  freshName,
  newStep,
  redirected,
  valuesOf,
  withExit,
  type ExitKey,
  type Known,
} from "#web/state/flowSteps.ts";

export const emptyDocument: FlowDocument = {
  form: 1,
  languages: ["de", "en"],
  start: null,
  steps: [],
  entries: [],
  restHours: 24,
};

export const stepOf = (document: FlowDocument, id: string | null): FlowStep | undefined =>
  id === null ? undefined : document.steps.find((step) => step.id === id);

/** The document with this step in place of the one with its id. */
export const withStep = (document: FlowDocument, step: FlowStep): FlowDocument => ({
  ...document,
  steps: document.steps.map((one) => (one.id === step.id ? step : one)),
});

/** A way out of a step. */
export interface ExitOf {
  readonly step: string;
  readonly key: ExitKey;
}

/** Lets a way lead to a step; null: nowhere. */
export const connected = (document: FlowDocument, from: ExitOf, to: string | null): FlowDocument => {
  const step = stepOf(document, from.step);
  return step === undefined ? document : withStep(document, withExit(step, from.key, to));
};

/** The document is full: no step can be added. */
export const isFull = (document: FlowDocument): boolean => document.steps.length >= flowMost.steps;

/**
 * Adds a step. After an exit it stands between it and where that led, if the new step has a way on; without one it stands alone, or is the start of an
 * empty flow. Gives the new step's id; null: it is full.
 */
export const added = (
  document: FlowDocument,
  kind: FlowStepKind,
  after: ExitOf | null,
  known: Omit<Known, "values">,
  place?: { readonly x: number; readonly y: number },
): { readonly document: FlowDocument; readonly id: string } | null => {
  if (isFull(document)) return null;
  const id = freshName(kind, new Set(document.steps.map((step) => step.id)));
  const made = newStep(kind, id, { ...known, values: valuesOf(document) });
  const from = after === null ? undefined : stepOf(document, after.step);
  const ledTo =
    from === undefined || after === null
      ? null
      : (exitsOf(from).find((one) => sameExit(one.key, after.key) && !one.inherits)?.to ?? null);
  const first = exitsOf(made)[0];
  const step = {
    ...(ledTo !== null && first !== undefined ? withExit(made, first.key, ledTo) : made),
    ...(place ? { place } : {}),
  };
  const grown = {
    ...document,
    steps: [...document.steps, step],
    start: document.start ?? id,
  };
  return { document: after === null ? grown : connected(grown, after, id), id };
};

export const sameExit = (a: ExitKey, b: ExitKey): boolean =>
  a.by === b.by &&
  (a.by !== "option" || (b.by === "option" && a.id === b.id)) &&
  (a.by !== "case" || (b.by === "case" && a.index === b.index));

/**
 * After which way a step is added: the one that is chosen; else the first of the chosen step's that leads nowhere yet, or its only one. Null: nowhere.
 */
export const afterWhich = (document: FlowDocument, chosen: readonly string[], exit: ExitOf | null): ExitOf | null => {
  if (exit !== null) return exit;
  const step = chosen.length === 1 ? stepOf(document, chosen[0] ?? null) : undefined;
  if (step === undefined) return null;
  const ways = exitsOf(step);
  const way =
    ways.find(({ to, inherits, toSomebody }) => to === null && !inherits && !toSomebody) ??
    (ways.length === 1 ? ways[0] : undefined);
  return way === undefined ? null : { step: step.id, key: way.key };
};

/** A place right of the way it comes after, where steps have places of their own; undefined: it stands where it is reckoned. */
export const besides = (
  document: FlowDocument,
  after: ExitOf | null,
): { readonly x: number; readonly y: number } | undefined => {
  if (document.steps.length === 0 || document.steps.some(({ place }) => place === undefined)) return undefined;
  const from = stepOf(document, after?.step ?? null);
  const at = from?.place ?? document.steps.at(-1)?.place ?? { x: 0, y: 0 };
  const index = from && after ? exitsOf(from).findIndex(({ key }) => sameExit(key, after.key)) : 0;
  return { x: at.x + acrossBy, y: at.y + Math.max(0, index) * downBy };
};

const acrossBy = 344;
const downBy = 48;

/** Takes steps away. What led to one leads where that one went on, if it had a single way, else nowhere. */
export const removed = (document: FlowDocument, ids: ReadonlySet<string>): FlowDocument => {
  const onward = (gone: string, seen: ReadonlySet<string> = new Set()): string | null => {
    if (!ids.has(gone)) return gone;
    if (seen.has(gone)) return null;
    const step = stepOf(document, gone);
    const ways = step === undefined ? [] : exitsOf(step).filter(({ toSomebody }) => !toSomebody);
    const to = ways.length === 1 ? (ways[0]?.to ?? null) : null;
    return to === null ? null : onward(to, new Set([...seen, gone]));
  };
  return {
    ...document,
    steps: document.steps.filter(({ id }) => !ids.has(id)).map((step) => redirected(step, ids, (gone) => onward(gone))),
    start: document.start === null ? null : onward(document.start),
  };
};

/** Puts copies of steps into a document: with fresh names, joined among themselves, leading on where there is such a step; a little aside of the first. */
export const pasted = (
  document: FlowDocument,
  steps: readonly FlowStep[],
): { readonly document: FlowDocument; readonly ids: readonly string[] } => {
  const taken = new Set(document.steps.map(({ id }) => id));
  const names = new Map<string, string>();
  for (const { id } of steps.slice(0, Math.max(0, flowMost.steps - taken.size))) {
    const name = freshName(id, taken);
    names.set(id, name);
    taken.add(name);
  }
  const stands = new Set(document.steps.map(({ id }) => id));
  const copies = steps.flatMap((step): readonly FlowStep[] => {
    const id = names.get(step.id);
    if (id === undefined) return [];
    const targets = new Set(exitsOf(step).flatMap(({ to }) => (to === null ? [] : [to])));
    const joined = redirected(step, targets, (to) => names.get(to) ?? (stands.has(to) ? to : null));
    return [
      {
        ...joined,
        id,
        ...(step.place ? { place: { x: step.place.x + aside, y: step.place.y + aside } } : {}),
      },
    ];
  });
  return {
    document: {
      ...document,
      steps: [...document.steps, ...copies],
      start: document.start ?? copies[0]?.id ?? null,
    },
    ids: copies.map(({ id }) => id),
  };
};

const aside = 40;

/** Gives a step another name, and what leads to it the same. */
export const renamed = (document: FlowDocument, id: string, name: string): FlowDocument => ({
  ...document,
  start: document.start === id ? name : document.start,
  steps: document.steps.map((step) => ({
    ...redirected(step, new Set([id]), () => name),
    id: step.id === id ? name : step.id,
  })),
});

/** Steps with other places on the canvas. */
export const moved = (
  document: FlowDocument,
  places: ReadonlyMap<string, { readonly x: number; readonly y: number }>,
): FlowDocument => ({
  ...document,
  steps: document.steps.map((step) => {
    const place = places.get(step.id);
    return place === undefined ? step : { ...step, place: { x: Math.round(place.x), y: Math.round(place.y) } };
  }),
});

/** What was before and what was taken back. */
export interface Past {
  readonly before: readonly FlowDocument[];
  readonly after: readonly FlowDocument[];
  /** Which field the last change was about: what is typed there next is the same change. */
  readonly about: string | null;
}

export const noPast: Past = { before: [], after: [], about: null };
const mostBefore = 200;

/** Notes a change; changes about the same thing, one after the other, are taken back together. */
export const noted = (past: Past, was: FlowDocument, about: string | null): Past => ({
  before: about !== null && past.about === about ? past.before : [...past.before, was].slice(-mostBefore),
  after: [],
  about,
});

/** One step back; null: there is none. */
export const back = (
  past: Past,
  now: FlowDocument,
): { readonly past: Past; readonly document: FlowDocument } | null => {
  const document = past.before.at(-1);
  return document === undefined
    ? null
    : { document, past: { before: past.before.slice(0, -1), after: [now, ...past.after], about: null } };
};

/** One step forth again; null: nothing was taken back. */
export const forth = (
  past: Past,
  now: FlowDocument,
): { readonly past: Past; readonly document: FlowDocument } | null => {
  const [document, ...after] = past.after;
  return document === undefined ? null : { document, past: { before: [...past.before, now], after, about: null } };
};
