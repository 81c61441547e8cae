// Custom fields to fill in, one in a line: kept by Enter or by leaving, put back by Escape. Called by the concern's header and the customer's panel.
import { useId, useState } from "react";
import type { FieldValue } from "#contract/fields.ts";
import { Choose } from "#web/kit/Field.tsx";
import type { Problem } from "#web/state/client.ts";
import { typedValue } from "#web/state/fieldValues.ts";
import type { FieldLine } from "#web/state/fieldValues.ts";
import { problemWords } from "#web/state/problems.ts";
import { plainNumber, t } from "#web/state/words.ts";
import "#web/kit/fieldRows.css";

/** Keeps a value (null: takes it away). Gives what is wrong with it, or null. */
export type KeepField = (line: FieldLine, value: FieldValue | null) => Promise<Problem | null>;

/** Stands in a description list. */
export const FieldRows = ({
  lines,
  keep,
  focusFirst = false,
}: {
  readonly lines: readonly FieldLine[];
  readonly keep: KeepField;
  readonly focusFirst?: boolean;
}) => (
  <>
    {lines.map((line, index) => (
      <FieldRow key={line.key} line={line} keep={keep} focus={focusFirst && index === 0} />
    ))}
  </>
);

const none = "";

const FieldRow = ({
  line,
  keep,
  focus,
}: {
  readonly line: FieldLine;
  readonly keep: KeepField;
  readonly focus: boolean;
}) => {
  const [problem, setProblem] = useState<Problem | null>(null);
  const fault = useId();
  const take = async (value: FieldValue | null): Promise<boolean> => {
    if (value === line.value) {
      setProblem(null);
      return true;
    }
    const found = await keep(line, value);
    setProblem(found);
    return found === null;
  };
  const choices = line.kind === "yesNo" ? ["yes", "no"] : line.choices;
  const chosen =
    line.kind === "yesNo"
      ? line.value === null
        ? none
        : line.value === true
          ? "yes"
          : "no"
      : String(line.value ?? none);
  return (
    <div className="field-row" data-wrong={problem !== null || undefined}>
      <dt>{line.name}</dt>
      <dd>
        {line.kind === "choice" || line.kind === "yesNo" ? (
          <Choose
            quiet
            focus={focus}
            label={line.name}
            value={chosen}
            choices={[
              { id: none, label: t("fields.none") },
              ...[...new Set([...choices, ...(chosen === none ? [] : [chosen])])].map((id) => ({
                id,
                label: line.kind === "yesNo" ? t(id === "yes" ? "fields.yes" : "fields.no") : id,
              })),
            ]}
            onChange={(id) => void take(id === none ? null : line.kind === "yesNo" ? id === "yes" : id)}
          />
        ) : (
          <FieldText line={line} take={take} focus={focus} {...(problem ? { fault } : {})} />
        )}
        {problem ? (
          <p id={fault} className="field-fault" role="alert">
            {problemWords(problem)}
          </p>
        ) : null}
      </dd>
    </div>
  );
};

const FieldText = ({
  line,
  take,
  focus,
  fault,
}: {
  readonly line: FieldLine;
  readonly take: (value: FieldValue | null) => Promise<boolean>;
  readonly focus: boolean;
  readonly fault?: string;
}) => {
  const [typed, setTyped] = useState<string | null>(null);
  const kept = line.value === null ? "" : typeof line.value === "number" ? plainNumber(line.value) : String(line.value);
  const done = async (): Promise<void> => {
    if (typed === null) return;
    // What was refused stays to be mended.
    if (await take(typedValue(typed, line.kind))) setTyped(null);
  };
  return (
    <input
      className="field-line"
      type={line.kind === "date" ? "date" : "text"}
      inputMode={line.kind === "number" ? "decimal" : undefined}
      aria-label={line.name}
      aria-invalid={fault !== undefined || undefined}
      aria-describedby={fault}
      value={typed ?? kept}
      maxLength={2000}
      placeholder={t("fields.none")}
      autoFocus={focus}
      onChange={(typing) => setTyped(typing.target.value)}
      onBlur={() => void done()}
      onKeyDown={(press) => {
        if (press.key === "Enter") {
          press.preventDefault();
          void done();
        }
        if (press.key === "Escape" && typed !== null && typed !== kept) {
          press.stopPropagation();
          setTyped(null);
          void take(line.value);
        }
      }}
    />
  );
};
