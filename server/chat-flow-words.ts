// What a flow's dialogue is in the chat's own words: what was asked as parts to press and to fill in, and what was pressed, typed or sent as what the flow hears. Pure; called by
// server/chat-flows.ts.
import type { FromWidget } from "#contract/chat.ts";
import type { FlowInput, FlowQuestion, FlowView } from "#contract/flow-runs.ts";
import type { Part } from "#contract/parts.ts";
import { answerTo } from "#modules/concerns/model-parts.ts";
import { answerBy, messageOf } from "#modules/flows/model-parts.ts";
import { render } from "#modules/flows/model-render.ts";
import type { RunFile, RunRecord, RunSaid } from "#modules/flows/model-runs.ts";

type Say = Extract<FromWidget, { type: "say" }>;

const viewOf = ({ state }: RunRecord, { outputs }: RunSaid, zone: string): FlowView =>
  render(outputs, { medium: "chat", language: state.language, zone });

/** What the flow said, as the visitor sees it, and as it stands in the concern if it ever becomes one. */
export const shownIn = (
  run: RunRecord,
  said: RunSaid,
  zone: string,
): { readonly text: string; readonly parts: readonly Part[] } => {
  const view = viewOf(run, said, zone);
  return messageOf(view, run.state.language);
};

/** What was asked last. */
export const lastAsked = (said: readonly RunSaid[]): FlowQuestion | undefined =>
  said.flatMap(({ outputs }) => outputs.flatMap((one) => (one.kind === "ask" ? one.question : []))).at(-1);

/**
 * What the flow hears of a word, and how the visitor sees what they said. "late": it answers what is no longer asked; null: it does not fit what it answers. Words and files answer what was
 * open when they came.
 */
export const inputOf = (
  run: RunRecord,
  said: readonly RunSaid[],
  one: Say,
  files: readonly RunFile[],
  zone: string,
): { readonly input: FlowInput; readonly shown: string } | "late" | null => {
  const { awaiting, language } = run.state;
  const open = awaiting?.for === "answer" ? awaiting.asked : null;
  if (one.press === "human") return { input: { kind: "human" }, shown: one.text };
  if (one.press === "skip") return { input: { kind: "answer", asked: open, answer: { by: "skip" } }, shown: one.text };
  if (one.answer !== undefined) {
    const { messageId, part, values } = one.answer;
    const asking = said.find(({ id, direction }) => id === messageId && direction === "out");
    if (asking === undefined) return null;
    const given = answerTo(shownIn(run, asking, zone).parts[part], { messageId, part }, values, language);
    const answer = given && answerBy(viewOf(run, asking, zone), given);
    if (given === null || answer === null) return null;
    if (answer.asked !== open) return "late";
    const shown = given.values.map(({ value }) => value || "–").join("\n");
    return { input: { kind: "answer", ...answer }, shown };
  }
  if (files.length > 0 && (one.text.trim() === "" || lastAsked(said)?.answer.kind === "file")) {
    const answer = { by: "files" as const, files: files.slice(0, 10).map(({ id, name }) => ({ id, name })) };
    return { input: { kind: "answer", asked: open, answer }, shown: one.text };
  }
  return { input: { kind: "answer", asked: open, answer: { by: "words", text: one.text } }, shown: one.text };
};
