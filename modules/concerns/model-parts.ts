// Choices, forms and articles: how they read as text, and what an answer to one says. Pure; called by concerns' actions and reads.
import { faultOf, shownValue } from "#lib/form.ts";
import type { AnswerPart, GivenPart, Part } from "#contract/parts.ts";

const lines = (...all: readonly string[]): string => all.filter((line) => line !== "").join("\n");

/** A part for whoever does not know its kind, and for whoever reads it elsewhere. */
const textOf = (part: GivenPart): string => {
  switch (part.kind) {
    case "choices":
      return lines(part.question, ...part.options.map((option) => `• ${option}`));
    case "form":
      return lines(
        part.title,
        ...part.fields.map(
          ({ label, options }) => `• ${label}${options.length === 0 ? "" : ` (${options.join(" / ")})`}`,
        ),
      );
    case "article":
      return lines(part.title, part.summary, part.url);
  }
};

/** An author's words and parts as a message has them: everything as text, and the parts in their order, none when there are only words. */
export const composed = (
  words: string,
  given: readonly GivenPart[],
): { readonly text: string; readonly parts: readonly Part[] } => {
  if (given.length === 0) return { text: words, parts: [] };
  const parts: Part[] = [
    ...(words.trim() === "" ? [] : [{ kind: "words" as const, text: words }]),
    ...given.map((part) => ({ ...part, text: textOf(part) })),
  ];
  return { text: parts.map(({ text }) => text).join("\n\n"), parts };
};

/** What an answer to a part says; null: it does not fit it. */
export const answerTo = (
  part: Part | undefined,
  to: AnswerPart["to"],
  values: readonly string[],
  language: "de" | "en",
): AnswerPart | null => {
  if (part?.kind === "choices") {
    const [chosen = ""] = values;
    if (values.length !== 1 || !part.options.includes(chosen)) return null;
    const said = [{ label: "", value: chosen }];
    return { kind: "answer", to, question: part.question, values: said, text: `> ${part.question}\n${chosen}` };
  }
  if (part?.kind !== "form" || values.length !== part.fields.length) return null;
  if (part.fields.some((field, index) => faultOf(field, values[index] ?? "") !== null)) return null;
  const said = part.fields.map(({ label, type }, index) => ({
    label,
    value: shownValue(type, values[index] ?? "", language),
  }));
  const text = lines(part.title, ...said.map(({ label, value }) => `${label}: ${value === "" ? "–" : value}`));
  return { kind: "answer", to, question: part.title, values: said, text };
};
