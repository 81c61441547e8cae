// Makes of what a flow says what a medium shows: words, and parts to press and fill in. Called by whoever carries a flow to a medium, and by attempts; pure. The
// interpreter knows nothing of it.
import type { FlowField, FlowOutput, FlowPart, FlowQuestion, FlowView } from "#contract/flow-runs.ts";
import type { FlowLanguage, FlowMedium, FlowValue } from "#contract/flows.ts";
import { voiceWays } from "./model-voice-ways.ts";
import { hintWords, refusalWords, shownValue, wordsOf } from "./model-words.ts";

/** How it is shown. */
export interface Showing {
  readonly medium: FlowMedium;
  readonly language: FlowLanguage;
  readonly zone: string;
}

/**
 * What is to be shown of these outputs. `text`: all of it as words; in plain words ("text") and by voice questions also say how they are answered. `parts`: one
 * for each output that says something, in their order.
 */
export const render = (outputs: readonly FlowOutput[], showing: Showing): FlowView => {
  const parts = outputs.flatMap((output) => {
    const part = partOf(output, showing);
    return part === null ? [] : [part];
  });
  return {
    text: outputs
      .map((output) => spoken(output, showing))
      .filter((words) => words !== "")
      .join("\n\n"),
    parts,
  };
};

/** One output's words, as `render` has them in its text; "" for what says nothing. */
export const spoken = (output: FlowOutput, showing: Showing): string => {
  const part = partOf(output, showing);
  if (part === null) return "";
  switch (part.kind) {
    case "say":
    case "notice":
      return part.text;
    case "article":
      return lines(part.title, part.summary, showing.medium === "voice" ? "" : part.url);
    case "link":
      return lines(part.text, showing.medium === "voice" ? "" : part.url);
    case "ask":
      return lines(part.again ?? "", part.text, ...howToAnswer(part, showing));
  }
};

const lines = (...parts: readonly string[]): string => parts.filter((part) => part !== "").join("\n");

/** What plain words and voices need to be told, because nothing can be pressed there. */
const howToAnswer = (
  { field, optional }: Extract<FlowPart, { kind: "ask" }>,
  { medium, language }: Showing,
): readonly string[] => {
  if (medium === "voice") return voiceWays(field, optional, language, false);
  if (medium !== "text") return [];
  const hint = (name: Parameters<typeof hintWords>[0]): string => hintWords(name, {}, language);
  const ways: string[] = [];
  if (field.kind === "options") {
    const yesNo = field.options.every(({ id }) => id === "yes" || id === "no");
    if (yesNo) ways.push(hint("yesNo"));
    else {
      for (const [at, { label }] of field.options.entries()) ways.push(`${at + 1}. ${label}`);
      ways.push(hint("options"));
    }
  }
  if (field.kind === "file") ways.push(hint("file"));
  if (optional) ways.push(hint("optional"));
  return [...ways, hint("human")];
};

/** What an output shows; null: nothing. */
const partOf = (output: FlowOutput, { medium, language, zone }: Showing): FlowPart | null => {
  const words = (text: Parameters<typeof wordsOf>[0]): string => wordsOf(text, language, medium, zone);
  switch (output.kind) {
    case "say": {
      const text = words(output.text);
      return text.trim() === "" ? null : { kind: "say", text };
    }
    case "article":
      return { kind: "article", title: words(output.title), summary: words(output.summary), url: output.url };
    case "link":
      return { kind: "link", text: words(output.text), url: output.url };
    case "notice": {
      const other = language === "de" ? output.en : output.de;
      return { kind: "notice", text: output[language].trim() === "" ? other : output[language] };
    }
    case "ask":
      return questionPart(output.question, { medium, language, zone });
    case "effect":
    case "end":
    case "passed":
      return null;
  }
};

/** A question as it is shown. */
export const questionPart = (question: FlowQuestion, showing: Showing): Extract<FlowPart, { kind: "ask" }> => {
  const { medium, language, zone } = showing;
  const { asked, text, again, facts, optional, secret } = question;
  return {
    kind: "ask",
    asked,
    text: wordsOf(text, language, medium, zone),
    again: again === null ? null : refusalWords(again, facts, language, zone),
    field: fieldOf(question, showing),
    optional,
    secret,
  };
};

const fieldOf = ({ answer, values, facts }: FlowQuestion, { medium, language, zone }: Showing): FlowField => {
  const label = (name: "yes" | "no"): string => hintWords(name, {}, language);
  const day = (fact: string | number | undefined): string | null => (typeof fact === "string" ? fact : null);
  switch (answer.kind) {
    case "choice":
      return {
        kind: "options",
        options: answer.options.map((option) => ({
          id: option.id,
          label: wordsOf({ text: option.label, values }, language, medium, zone),
        })),
      };
    case "yesNo":
      return { kind: "options", options: (["yes", "no"] as const).map((id) => ({ id, label: label(id) })) };
    case "time":
      return {
        kind: "options",
        options: answer.offered.map(({ id, at }) => ({ id, label: shownValue(at, language, zone) })),
      };
    case "number":
      return { kind: "number", min: answer.min, max: answer.max, decimals: answer.decimals };
    case "text":
      return { kind: "text", form: answer.form, minLength: answer.minLength, maxLength: answer.maxLength };
    case "code":
      return { kind: "text", form: "code", minLength: answer.digits, maxLength: answer.digits };
    case "date":
      return { kind: "date", from: day(facts["from"]), to: day(facts["to"]) };
    case "file":
      return { kind: "file", most: answer.most };
  }
};

/** A kept value as people read it: an option by its label, yes and no, days and times in full. `secret` values are for nobody to read. */
export const shownAnswer = (question: FlowQuestion, value: FlowValue, showing: Showing): string => {
  if (question.secret) return "•••";
  const field = fieldOf(question, showing);
  const id = typeof value === "boolean" ? (value ? "yes" : "no") : value;
  if (field.kind === "options") {
    const found = field.options.find((option) => option.id === id);
    if (found) return found.label;
  }
  if (field.kind === "file") return "";
  return shownValue(value, showing.language, showing.zone);
};
