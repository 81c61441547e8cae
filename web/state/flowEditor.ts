// The flow that is being written: its draft kept at the server as one goes, what is wrong with it, what was before, what is chosen. Called by the screens of flows.
import { flows, type Flow } from "#contract/flow-endpoints.ts";
import type { FlowDocument, FlowFinding, FlowStep, FlowStepKind } from "#contract/flows.ts";
import { call } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import {
  added,
  back,
  connected,
  forth,
  noPast,
  noted,
  pasted,
  removed,
  stepOf,
  withStep,
  type ExitOf,
  type Past,
} from "#web/state/flowEdit.ts";
import type { ExitKey, Known } from "#web/state/flowSteps.ts";
import { createStore } from "#web/state/store.ts";

/** How the draft stands with the server. conflict: somebody else has kept another one; nothing of either is lost. */
export type Keeping = "kept" | "waiting" | "keeping" | "conflict" | "failed";

/** A draft in hand. */
export interface Editing {
  /** As the server has it: its version, what is published. */
  readonly flow: Flow;
  readonly draft: FlowDocument;
  readonly name: string;
  readonly key: string;
  readonly on: boolean;
  readonly past: Past;
  readonly keeping: Keeping;
  readonly problem: Problem | null;
  /** Of the draft as it was when it was last looked through. */
  readonly findings: readonly FlowFinding[];
  /** The findings are of what stands now. */
  readonly isChecked: boolean;
  readonly chosen: readonly string[];
  /** The way out that is chosen: what is added next comes after it. */
  readonly exit: ExitOf | null;
  readonly problemOfLoading: null;
}

/** What is known of the flow that was asked for; null: not here yet. */
export type Opened = Editing | { readonly flow: null; readonly problem: Problem } | null;

export const flowEditor = createStore<Opened>(null);

/** How long nothing must be changed before it is kept and looked through, in milliseconds. */
const restMs = 500;
let timer: ReturnType<typeof setTimeout> | null = null;
let opening = 0;
let underWay: Promise<void> | null = null;

const editing = (): Editing | null => {
  const now = flowEditor.get();
  return now === null || now.flow === null ? null : now;
};

const set = (part: Partial<Editing>): void =>
  flowEditor.set((now) => (now === null || now.flow === null ? now : { ...now, ...part }));

const begun = (flow: Flow): Editing => ({
  flow,
  draft: flow.draft,
  name: flow.name,
  key: flow.key,
  on: flow.on,
  past: noPast,
  keeping: "kept",
  problem: null,
  findings: flow.findings,
  isChecked: true,
  chosen: [],
  exit: null,
  problemOfLoading: null,
});

/** Opens a flow; gives what closes it: what was not kept yet is kept then. */
export const openFlow = (id: string): (() => void) => {
  const mine = (opening += 1);
  flowEditor.set(null);
  void (async () => {
    // What is still being kept of this flow comes first, so that what is fetched is what stands.
    await underWay;
    const outcome = await call(flows.one, { params: { id: id } });
    if (mine !== opening) return;
    flowEditor.set(outcome.ok ? begun(outcome.value) : { flow: null, problem: outcome.problem });
  })();
  return () => {
    if (mine === opening && editing()?.keeping === "waiting") void keepNow();
  };
};

/** Changes the document. `about` names the field that is being typed in: its letters are taken back together. */
export const changeFlow = (change: (document: FlowDocument) => FlowDocument, about: string | null = null): void => {
  const now = editing();
  if (now === null) return;
  const draft = change(now.draft);
  if (draft === now.draft) return;
  set({ draft, past: noted(now.past, now.draft, about), isChecked: false });
  keepSoon();
};

/** Changes what is not part of the document. */
export const changeFlowFacts = (facts: Partial<Pick<Editing, "name" | "key" | "on">>): void => {
  set(facts);
  keepSoon();
};

const keepSoon = (): void => {
  const now = editing();
  if (now === null) return;
  if (now.keeping !== "conflict") set({ keeping: now.keeping === "keeping" ? "keeping" : "waiting" });
  if (timer !== null) clearTimeout(timer);
  timer = setTimeout(() => void keepNow(), restMs);
};

/** Keeps what stands; one call at a time, the last state last. Resolves when what stood at the call is kept, or is refused. */
export const keepNow = (): Promise<void> => {
  if (timer !== null) clearTimeout(timer);
  timer = null;
  const before = underWay;
  const mine = (async () => {
    await before;
    await keepOnce();
  })();
  underWay = mine;
  return mine;
};

const keepOnce = async (): Promise<void> => {
  const now = editing();
  if (now === null) return;
  const { flow, draft, name, key, on } = now;
  if (now.keeping === "conflict") return lookThrough(draft);
  if (!differs(now)) {
    set({ keeping: "kept" });
    return;
  }
  set({ keeping: "keeping" });
  const outcome = await call(flows.change, {
    params: { id: flow.id },
    body: { key, name: name.trim() === "" ? flow.name : name, on, draft, version: flow.version },
  });
  const then = editing();
  if (then === null || then.flow.id !== flow.id) return;
  if (!outcome.ok) {
    const isConflict = outcome.problem.code === "staleVersion";
    set({ keeping: isConflict ? "conflict" : "failed", problem: outcome.problem });
    return lookThrough(then.draft);
  }
  const isSame = then.draft === draft && then.name === name && then.key === key && then.on === on;
  set({
    flow: outcome.value,
    keeping: isSame ? "kept" : "waiting",
    problem: null,
    ...(then.draft === draft ? { findings: outcome.value.findings, isChecked: true } : {}),
  });
};

/** True when something is not at the server yet. */
const differs = ({ flow, draft, name, key, on }: Editing): boolean =>
  draft !== flow.draft || name !== flow.name || key !== flow.key || on !== flow.on;

/** Looks a document through without keeping it. */
const lookThrough = async (document: FlowDocument): Promise<void> => {
  const outcome = await call(flows.check, { body: { document } });
  if (outcome.ok && editing()?.draft === document) set({ findings: outcome.value.findings, isChecked: true });
};

/** After a conflict: takes what the other kept; one's own stands one step back. */
export const takeTheirs = async (): Promise<void> => {
  const now = editing();
  if (now === null) return;
  const outcome = await call(flows.one, { params: { id: now.flow.id } });
  const then = editing();
  if (then === null) return;
  if (!outcome.ok) return set({ problem: outcome.problem });
  set({ ...begun(outcome.value), past: noted(then.past, then.draft, null) });
};

/** After a conflict: keeps one's own over what the other kept, which stands one step back. */
export const keepMine = async (): Promise<void> => {
  const now = editing();
  if (now === null) return;
  const outcome = await call(flows.one, { params: { id: now.flow.id } });
  const then = editing();
  if (then === null) return;
  if (!outcome.ok) return set({ problem: outcome.problem });
  const theirs = outcome.value;
  set({
    flow: theirs,
    keeping: "waiting",
    problem: null,
    past: { before: [...then.past.before, theirs.draft], after: [], about: null },
  });
  await keepNow();
};

/** Takes in what a call brought about this flow (it was published, rolled back). */
export const takeInFlow = (flow: Flow): void => {
  const now = editing();
  if (now === null || now.flow.id !== flow.id) return;
  const isMine = flow.version === now.flow.version;
  set({ flow: isMine ? { ...flow, draft: now.flow.draft } : flow });
};

/** Somebody changed the flow: fetched anew where nothing of one's own would be lost; a conflict shows by itself with the next keeping. */
export const flowChangedElsewhere = async (): Promise<void> => {
  const now = editing();
  if (now === null || now.keeping === "keeping" || now.keeping === "conflict") return;
  const outcome = await call(flows.one, { params: { id: now.flow.id } });
  const then = editing();
  if (!outcome.ok || then === null || then.flow.id !== outcome.value.id) return;
  const flow = outcome.value;
  if (flow.version === then.flow.version) return set({ flow: { ...flow, draft: then.flow.draft } });
  if (flow.version < then.flow.version) return;
  if (then.keeping === "kept" && !differs(then)) {
    const stands = new Set(flow.draft.steps.map(({ id }) => id));
    set({
      ...begun(flow),
      past: noted(then.past, then.draft, null),
      chosen: then.chosen.filter((id) => stands.has(id)),
    });
  }
};

export const undo = (): void => {
  const now = editing();
  const step = now && back(now.past, now.draft);
  if (!step) return;
  set({ draft: step.document, past: step.past, isChecked: false });
  keepSoon();
};

export const redo = (): void => {
  const now = editing();
  const step = now && forth(now.past, now.draft);
  if (!step) return;
  set({ draft: step.document, past: step.past, isChecked: false });
  keepSoon();
};

export const choose = (chosen: readonly string[]): void =>
  flowEditor.set((now) =>
    now === null || now.flow === null || (sameNames(now.chosen, chosen) && now.exit === null)
      ? now
      : { ...now, chosen, exit: null },
  );

const sameNames = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((id, index) => id === b[index]);

export const chooseExit = (exit: ExitOf | null): void => set(exit === null ? { exit } : { exit, chosen: [exit.step] });

/** Adds a step after a way out, or by itself, and chooses it; false: there is no room. */
export const addStep = (
  kind: FlowStepKind,
  after: ExitOf | null,
  known: Omit<Known, "values">,
  place?: { readonly x: number; readonly y: number },
): boolean => {
  const now = editing();
  const made = now && added(now.draft, kind, after, known, place);
  if (!made) return false;
  changeFlow(() => made.document);
  choose([made.id]);
  return true;
};

export const changeStep = (id: string, change: (step: FlowStep) => FlowStep, about: string | null = null): void =>
  changeFlow(
    (document) => {
      const step = stepOf(document, id);
      return step === undefined ? document : withStep(document, change(step));
    },
    about === null ? null : `${id}.${about}`,
  );

export const connect = (step: string, key: ExitKey, to: string | null): void =>
  changeFlow((document) => connected(document, { step, key }, to));

export const removeSteps = (ids: readonly string[]): void => {
  if (ids.length === 0) return;
  changeFlow((document) => removed(document, new Set(ids)));
  choose([]);
};

/** Puts copies in and chooses them. */
export const pasteSteps = (steps: readonly FlowStep[]): void => {
  const now = editing();
  if (now === null || steps.length === 0) return;
  const made = pasted(now.draft, steps);
  if (made.ids.length === 0) return;
  changeFlow(() => made.document);
  choose(made.ids);
};
