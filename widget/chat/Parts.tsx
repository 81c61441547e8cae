/** @jsxImportSource preact */
// What a message carries beside words: choices, a small form, an article, and what was answered. A kind nobody here knows is shown as its text. Called by Bubble.tsx.
import type { ComponentChildren } from "preact";
import type { Part } from "#contract/parts.ts";
import { Icon } from "./Icon.tsx";
import { Sheet } from "./Sheet.tsx";
import { words } from "./speech.ts";
import { Text } from "./Text.tsx";
import { hrefOf, withoutTurns } from "./text.ts";

/** How the parts of one message are answered. */
export interface Answering {
  /** What was answered; null: nothing yet. */
  readonly answered: (part: number) => readonly string[] | null;
  /** `text`: how it reads until the server has it. */
  readonly answer: (part: number, values: readonly string[], text: string) => void;
  /** Where a question for a rating is answered, below it. */
  readonly rating: (id: string) => ComponentChildren;
}

type Choices = Extract<Part, { kind: "choices" }>;
type Form = Extract<Part, { kind: "form" }>;

interface AnswerProps<P> {
  readonly part: P;
  readonly answered: readonly string[] | null;
  readonly answer: (values: readonly string[], text: string) => void;
}

/** A question with what can be pressed. */
export const ChoicesPart = ({ part, answered, answer }: AnswerProps<Pick<Choices, "question" | "options">>) => (
  <fieldset class="part">
    <legend dir="auto">{part.question}</legend>
    {part.options.map((option) => (
      <button
        key={option}
        type="button"
        class="choice"
        dir="auto"
        disabled={answered !== null}
        aria-pressed={answered === null ? undefined : answered[0] === option}
        onClick={() => answer([option], `> ${part.question}\n${option}`)}
      >
        {answered?.[0] === option ? <Icon name="check" /> : null}
        {option}
      </button>
    ))}
  </fieldset>
);

const FormPart = ({ part, answered, answer }: AnswerProps<Form>) => {
  if (answered !== null)
    return (
      <p class="part is-answered" dir="auto">
        {part.title}
        <small>
          <Icon name="check" />
          {words().parts.answered}
        </small>
      </p>
    );
  return <Sheet draw={(sheets, at) => sheets.showForm({ ...at, part, answer })} />;
};

const Article = ({ part }: { readonly part: Extract<Part, { kind: "article" }> }) => {
  const href = hrefOf(part.url);
  if (href === null) return <Text text={part.text} />;
  return (
    <a class="part article" href={href} target="_blank" rel="noopener noreferrer nofollow" dir="auto">
      <b>{withoutTurns(part.title)}</b>
      {part.summary === "" ? null : <span>{withoutTurns(part.summary)}</span>}
      <small dir="ltr">{new URL(href).host}</small>
      <span class="spoken">{words().newWindow}</span>
    </a>
  );
};

const Answer = ({ part }: { readonly part: Extract<Part, { kind: "answer" }> }) => (
  <>
    <p class="quote" dir="auto">
      {part.question}
    </p>
    {part.values.map(({ label, value }, index) => (
      <p key={index} class="text" dir="auto">
        {label === "" ? null : <b>{label}: </b>}
        {value === "" ? "–" : value}
      </p>
    ))}
  </>
);

/** All parts of a message in their order. */
export const Parts = ({ parts, answering }: { readonly parts: readonly Part[]; readonly answering: Answering }) => (
  <>
    {parts.map((part, index) => {
      const common = {
        answered: answering.answered(index),
        answer: (values: readonly string[], text: string) => answering.answer(index, values, text),
      };
      if (part.kind === "choices") return <ChoicesPart key={index} part={part} {...common} />;
      if (part.kind === "form") return <FormPart key={index} part={part} {...common} />;
      if (part.kind === "article") return <Article key={index} part={part} />;
      if (part.kind === "answer") return <Answer key={index} part={part} />;
      return (
        <>
          <Text key={index} text={part.text} />
          {part.kind === "rating" ? answering.rating(part.id) : null}
        </>
      );
    })}
  </>
);
