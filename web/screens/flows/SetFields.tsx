// The form of a step that keeps values: as they stand, as text with others in it, or reckoned. Called by StepForm.
import { flowMost, type FlowStep } from "#contract/flows.ts";
import { Choose } from "#web/kit/Field.tsx";
import { Line, Several, TextFields, ValueField } from "#web/screens/flows/Fields.tsx";
import type { ChangeStep } from "#web/screens/flows/StepForm.tsx";
import { useEditing } from "#web/screens/flows/useEditing.ts";
import { freshName, noText, valuesOf } from "#web/state/flowSteps.ts";
import { plainValue, valueFrom } from "#web/state/flowValues.ts";
import { t } from "#web/state/words.ts";

type SetStep = Extract<FlowStep, { do: "set" }>;
type From = SetStep["values"][number]["from"];
const ways = ["value", "text", "reckon"] as const;
const hows = ["+", "-", "*", "/"] as const;

const newFrom = (by: From["by"]): From =>
  by === "value" ? { by, value: "" } : by === "text" ? { by, text: noText } : { by, left: 0, how: "+", right: 0 };

export const SetFields = ({ step, change }: { readonly step: SetStep; readonly change: ChangeStep<SetStep> }) => {
  const names = new Set(valuesOf(useEditing().draft));
  return (
    <Several
      title={t("flowEditor.values")}
      items={step.values}
      least={1}
      most={flowMost.takes}
      add={t("flowEditor.addValue")}
      removeLabel={(place) => t("flowEditor.removeValue", { place })}
      onAdd={() =>
        change((now) => ({
          ...now,
          values: [...now.values, { into: freshName("value", names), from: { by: "value", value: "" } }],
        }))
      }
      onChange={(values) => change((now) => ({ ...now, values }))}
      item={(one, index) => {
        const put = (part: Partial<typeof one>, about?: string): void =>
          change(
            (now) => ({ ...now, values: now.values.with(index, { ...one, ...part }) }),
            about === undefined ? undefined : `${index}.${about}`,
          );
        return (
          <>
            <ValueField label={t("flowEditor.into")} value={one.into} onChange={(into) => put({ into })} />
            <Choose
              label={t("flowEditor.from")}
              value={one.from.by}
              choices={ways.map((id) => ({ id, label: t(`flowEditor.froms.${id}`) }))}
              onChange={(by) => put({ from: newFrom(by) })}
            />
            <Source from={one.from} put={(from, about) => put({ from }, about)} />
          </>
        );
      }}
    />
  );
};

const Source = ({ from, put }: { readonly from: From; readonly put: (from: From, about?: string) => void }) => {
  switch (from.by) {
    case "value":
      return (
        <Line
          label={t("flowEditor.value")}
          value={plainValue(from.value)}
          holds={() => true}
          fault=""
          maxLength={2_000}
          onChange={(text) => put({ ...from, value: valueFrom(text, "unknown") ?? text }, "value")}
        />
      );
    case "text":
      return (
        <TextFields
          label={t("flowEditor.text")}
          text={from.text}
          onChange={(text, about) => put({ ...from, text }, about)}
        />
      );
    case "reckon":
      return (
        <div className="flow-reckon">
          <Operand label={t("flowEditor.left")} value={from.left} onChange={(left) => put({ ...from, left }, "left")} />
          <Choose
            label={t("flowEditor.how")}
            value={from.how}
            choices={hows.map((id) => ({ id, label: t(`flowEditor.hows.${names[id]}`) }))}
            onChange={(how) => put({ ...from, how })}
          />
          <Operand
            label={t("flowEditor.right")}
            value={from.right}
            onChange={(right) => put({ ...from, right }, "right")}
          />
        </div>
      );
  }
};

const names = { "+": "plus", "-": "minus", "*": "times", "/": "by" } as const;

/** A number, or the name of a value. */
const Operand = ({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: number | string;
  readonly onChange: (value: number | string) => void;
}) => (
  <Line
    label={label}
    value={String(value)}
    holds={(text) => /^(?:-?\d+(?:[.,]\d+)?|[a-z][a-zA-Z0-9]{0,39})$/u.test(text)}
    fault={t("flowEditor.noOperand")}
    maxLength={40}
    onChange={(text) => onChange(/^-?\d/u.test(text) ? Number(text.replace(",", ".")) : text)}
  />
);
