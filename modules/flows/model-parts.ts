// What a flow says as parts of a chat's message, and what an answer to such a part is to the flow. Pure; used where a flow speaks in a concern by chat.
import type { AnswerPart, GivenPart, Part } from "#contract/parts.ts";
import { mostParts } from "#contract/parts.ts";
import type { FlowAnswer, FlowPart, FlowView } from "#contract/flow-runs.ts";
import type { FlowLanguage } from "#contract/flows.ts";
import { hintWords } from "#modules/flows/model-words.ts";

type Asking = Extract<FlowPart, { kind: "ask" }>;

const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).toWellFormed()}…`;

const types = { number: "number", date: "date" } as const;

/** The part by which a question is answered; null: by words or files, as anything in a chat. `label`: of a form's field. */
const askedPart = (ask: Asking, label: string): GivenPart | null => {
  const { field } = ask;
  const question = ask.again === null ? ask.text : `${ask.again}\n${ask.text}`;
  if (field.kind === "options") {
    const options = field.options.map(({ label }) => cut(label.trim(), 80));
    const differ = new Set(options).size === options.length && options.every((option) => option !== "");
    return differ && options.length >= 2 && options.length <= 12 && question.trim() !== ""
      ? { kind: "choices", question: cut(question.trim(), 300), options }
      : null;
  }
  if (field.kind === "file" || ask.secret) return null;
  const type = field.kind === "text" ? (field.form === "email" ? "email" : null) : types[field.kind];
  if (type === null || question.trim() === "") return null;
  return {
    kind: "form",
    title: cut(question.trim(), 200),
    fields: [{ label, type, required: !ask.optional, options: [] }],
  };
};

const textOf = (part: FlowPart): string =>
  part.kind === "say" || part.kind === "notice" || part.kind === "ask" ? part.text : "";

const partsOf = (view: FlowView, language: FlowLanguage): Part[] => {
  const parts: Part[] = [];
  const words = (text: string): void => {
    const last = parts.at(-1);
    if (text.trim() === "") return;
    if (last?.kind === "words") parts[parts.length - 1] = { kind: "words", text: `${last.text}\n\n${text}` };
    else parts.push({ kind: "words", text });
  };
  for (const part of view.parts) {
    if (part.kind === "article") {
      const { title, summary, url } = part;
      const text = [title, summary, url].filter((line) => line !== "").join("\n");
      if (url.startsWith("https:") && title.trim() !== "")
        parts.push({ kind: "article", title: cut(title, 200), summary: cut(summary, 500), url, text });
      else words(text);
    } else if (part.kind === "link") words(`${part.text}\n${part.url}`);
    else if (part.kind === "ask") {
      const given = askedPart(part, hintWords("answer", {}, language));
      const { field } = part;
      // What cannot be pressed is written all the same.
      const options = field.kind === "options" ? field.options.map(({ label }) => `• ${label}`) : [];
      if (given === null)
        words([part.again, part.text, ...options].filter((line) => line !== null && line !== "").join("\n"));
      else if (given.kind === "choices")
        parts.push({ ...given, text: [given.question, ...given.options.map((option) => `• ${option}`)].join("\n") });
      else {
        // A long question is read whole above its form.
        if (part.text.length > 200) words(part.text);
        parts.push({ ...given, text: textOf(part) });
      }
    } else words(textOf(part));
  }
  return parts;
};

/** The view as a chat's message: its parts, none when words say it all; and all of it as text, for whoever reads it elsewhere, in a mail or in the list. */
export const messageOf = (
  view: FlowView,
  language: FlowLanguage,
): { readonly text: string; readonly parts: readonly Part[] } => {
  const parts = partsOf(view, language);
  const few = parts.length <= mostParts;
  return {
    text: parts.map(({ text }) => text).join("\n\n"),
    parts: few && parts.some(({ kind }) => kind !== "words") ? parts : [],
  };
};

/** What somebody answered by a part of a message, to the question of that view; null: it was none that is answered so. */
export const answerBy = (
  view: FlowView,
  answer: AnswerPart,
): { readonly asked: number; readonly answer: FlowAnswer } | null => {
  const ask = view.parts.find((part) => part.kind === "ask");
  const value = answer.values[0]?.value ?? "";
  if (ask === undefined) return null;
  const { asked, field } = ask;
  if (value === "" && ask.optional) return { asked, answer: { by: "skip" } };
  if (field.kind !== "options") return { asked, answer: { by: "words", text: value } };
  const option = field.options.find(({ label }) => cut(label.trim(), 80) === value);
  return { asked, answer: option === undefined ? { by: "words", text: value } : { by: "pick", id: option.id } };
};
