/** @jsxImportSource preact */
// A small form in a message of ours. Called by main.tsx.
import { useId, useRef, useState } from "preact/hooks";
import type { FormField, Part } from "#contract/parts.ts";
import { faultOf, longestValue, type Fault } from "#lib/form.ts";
import type english from "#locales/en.json";
import { fill } from "#widget/words.ts";

export interface FormProps {
  readonly part: Extract<Part, { kind: "form" }>;
  /** `text`: how it reads until the server has it. */
  readonly answer: (values: readonly string[], text: string) => void;
  readonly words: Pick<(typeof english)["widget"], "parts" | "send">;
}

const FieldControl = ({
  field,
  id,
  fault,
  words,
}: {
  readonly field: FormField;
  readonly id: string;
  readonly fault: Fault | null;
  readonly words: FormProps["words"];
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
        <option value="">{words.parts.choose}</option>
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

export const Form = ({ part, answer, words }: FormProps) => {
  const name = useId();
  const formRef = useRef<HTMLFormElement>(null);
  const [faults, setFaults] = useState<readonly (Fault | null)[]>([]);
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
              {field.required ? field.label : fill(words.parts.optional, { label: field.label })}
            </label>
            <FieldControl field={field} id={idOf(index)} fault={fault} words={words} />
            {fault === null ? null : (
              <p class="wrong" id={`${idOf(index)}-fault`} role="alert">
                {words.parts.faults[fault]}
              </p>
            )}
          </div>
        );
      })}
      <button type="submit" class="strong">
        {words.send}
      </button>
    </form>
  );
};
