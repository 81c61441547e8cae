/** @jsxImportSource preact */
// What a message carries beside words: choices, a small form, an article, and what was answered. A kind nobody here knows is shown as its text. Called by Bubble.tsx.
import type { ComponentChildren } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import type { FormField, Part } from "#contract/parts.ts";
import { faultOf, longestValue, type Fault } from "#lib/form.ts";
import { fill } from "#widget/words.ts";
import { Icon } from "./Icon.tsx";
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

const ChoicesPart = ({ part, answered, answer }: AnswerProps<Choices>) => (
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

const FieldControl = ({
  field,
  id,
  fault,
}: {
  readonly field: FormField;
  readonly id: string;
  readonly fault: Fault | null;
}) => {
  const common = {
    id,
    name: id,
    required: field.required,
    "aria-invalid": fault !== null,
    "aria-describedby": fault === null ? undefined : `${id}-fault`,
    maxLength: longestValue[field.type],
  };
  if (field.type === "long") return <textarea {...common} rows={3} dir="auto" />;
  if (field.type === "choice") {
    const { maxLength: _, ...rest } = common;
    return (
      <select {...rest}>
        <option value="">{words().parts.choose}</option>
        {field.options.map((option) => (
          <option key={option}>{option}</option>
        ))}
      </select>
    );
  }
  if (field.type === "email")
    return <input {...common} type="email" inputMode="email" autoComplete="email" dir="auto" />;
  if (field.type === "number") return <input {...common} type="text" inputMode="decimal" dir="auto" />;
  if (field.type === "date") return <input {...common} type="date" />;
  return <input {...common} type="text" dir="auto" />;
};

/** People write numbers with a comma. */
const read = (field: FormField, value: string): string =>
  field.type === "number" ? value.trim().replace(",", ".") : value.trim();

const FormPart = ({ part, answered, answer }: AnswerProps<Form>) => {
  const name = useId();
  const formRef = useRef<HTMLFormElement>(null);
  const [faults, setFaults] = useState<readonly (Fault | null)[]>([]);
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
  const idOf = (index: number): string => `${name}-${index}`;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const data = new FormData(formRef.current ?? undefined);
    const values = part.fields.map((field, index) => {
      const value = data.get(idOf(index));
      return read(field, typeof value === "string" ? value : "");
    });
    const found = part.fields.map((field, index) => faultOf(field, values[index] ?? ""));
    setFaults(found);
    const first = found.findIndex((fault) => fault !== null);
    if (first !== -1) return formRef.current?.querySelector<HTMLElement>(`[name="${idOf(first)}"]`)?.focus();
    const said = part.fields.map(({ label }, index) => `${label}: ${values[index] || "–"}`);
    return answer(values, [part.title, ...said].join("\n"));
  };
  return (
    <form ref={formRef} class="part form-part" noValidate aria-labelledby={`${name}-title`} onSubmit={submit}>
      <p id={`${name}-title`} class="part-title" dir="auto">
        {part.title}
      </p>
      {part.fields.map((field, index) => {
        const fault = faults[index] ?? null;
        return (
          <div key={field.label} class="form-field">
            <label for={idOf(index)} dir="auto">
              {field.required ? field.label : fill(words().parts.optional, { label: field.label })}
            </label>
            <FieldControl field={field} id={idOf(index)} fault={fault} />
            {fault === null ? null : (
              <p class="wrong" id={`${idOf(index)}-fault`} role="alert">
                {words().parts.faults[fault]}
              </p>
            )}
          </div>
        );
      })}
      <button type="submit" class="strong">
        {words().send}
      </button>
    </form>
  );
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
