// The form of the step that is chosen: what it is called, what it says and does, where its ways lead. Called by the editor's panel.
import type { FlowStep, FlowStepKind } from "#contract/flows.ts";
import { Button } from "#web/kit/Button.tsx";
import { Choose, LongField } from "#web/kit/Field.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { AskFields } from "#web/screens/flows/AskFields.tsx";
import { BranchFields } from "#web/screens/flows/BranchFields.tsx";
import { FindingLines } from "#web/screens/flows/Findings.tsx";
import { Line, none } from "#web/screens/flows/Fields.tsx";
import { LookUpFields } from "#web/screens/flows/LookUpFields.tsx";
import { PlainFields } from "#web/screens/flows/PlainFields.tsx";
import { SetFields } from "#web/screens/flows/SetFields.tsx";
import { useEditing, useKnown } from "#web/screens/flows/useEditing.ts";
import { exitWords, stepName } from "#web/screens/flows/words.ts";
import { addStep, changeFlow, changeStep, choose, connect, pasteSteps, removeSteps } from "#web/state/flowEditor.ts";
import { renamed } from "#web/state/flowEdit.ts";
import { exitsOf, stepIcons, stepKinds } from "#web/state/flowSteps.ts";
import { t } from "#web/state/words.ts";

/** Changes of the step whose form it is; `about`: the field that is typed in. */
export type ChangeStep<S extends FlowStep = FlowStep> = (change: (step: S) => FlowStep, about?: string) => void;

export const StepForm = ({ step }: { readonly step: FlowStep }) => {
  const { draft, findings } = useEditing();
  const change: ChangeStep = (to, about) => changeStep(step.id, to, about ?? null);
  const mine = findings.filter((finding) => finding.step === step.id);
  return (
    <form className="flow-form" aria-label={stepName(draft, step)} onSubmit={(submit) => submit.preventDefault()}>
      <header className="flow-form-head">
        <Icon name={stepIcons[step.do]} />
        <h2>{t(`flowEditor.kinds.${step.do}`)}</h2>
      </header>
      <p className="field-hint">{t(`flowEditor.kindHints.${step.do}`)}</p>
      {mine.length === 0 ? null : <FindingLines findings={mine} />}
      <Kind step={step} change={change} />
      <Ways step={step} />
      <details className="flow-more">
        <summary>{t("flowEditor.more")}</summary>
        <div className="flow-form">
          <Line
            label={t("flowEditor.stepId")}
            hint={t("flowEditor.stepIdHint")}
            value={step.id}
            holds={(text) =>
              /^[a-z][a-zA-Z0-9-]{0,39}$/u.test(text) &&
              (text === step.id || !draft.steps.some(({ id }) => id === text))
            }
            fault={t("flowEditor.noStepId")}
            maxLength={40}
            onLeave
            onChange={(name) => {
              changeFlow((document) => renamed(document, step.id, name));
              choose([name]);
            }}
          />
          <LongField
            label={t("flowEditor.note")}
            rows={2}
            maxLength={500}
            value={step.note ?? ""}
            onChange={(note) => change(({ note: _was, ...rest }) => (note === "" ? rest : { ...rest, note }), "note")}
          />
          {draft.start === step.id ? null : (
            <div>
              <Button icon="play" onPress={() => changeFlow((document) => ({ ...document, start: step.id }))}>
                {t("flowEditor.makeStart")}
              </Button>
            </div>
          )}
        </div>
      </details>
      <div className="flow-form-foot">
        <Button icon="copy" onPress={() => pasteSteps([step])}>
          {t("flowEditor.duplicate")}
        </Button>
        <Button look="danger" icon="trash" onPress={() => removeSteps([step.id])}>
          {t("flowEditor.removeStep")}
        </Button>
      </div>
    </form>
  );
};

const Kind = ({ step, change }: { readonly step: FlowStep; readonly change: ChangeStep }) => {
  switch (step.do) {
    case "ask":
      return <AskFields step={step} change={change as ChangeStep<typeof step>} />;
    case "branch":
      return <BranchFields step={step} change={change as ChangeStep<typeof step>} />;
    case "lookUp":
      return <LookUpFields step={step} change={change as ChangeStep<typeof step>} />;
    case "set":
      return <SetFields step={step} change={change as ChangeStep<typeof step>} />;
    default:
      return <PlainFields step={step} change={change} />;
  }
};

/** Where the ways out lead; a step that is not there yet is made on the spot. */
const Ways = ({ step }: { readonly step: FlowStep }) => {
  const { draft } = useEditing();
  const known = useKnown();
  const ways = exitsOf(step);
  if (ways.length === 0) return <p className="field-hint">{t("flowEditor.endsHere")}</p>;
  return (
    <fieldset className="flow-several">
      <legend className="checks-title">{t("flowEditor.ways")}</legend>
      {ways.map((exit) => {
        const asQuestion = exit.key.by === "option";
        return (
          <Choose
            key={exit.id}
            label={exitWords(draft, step, exit)}
            value={exit.inherits ? asOthers : (exit.to ?? none)}
            choices={[
              {
                id: none,
                label: t(
                  exit.key.by === "failed" && step.do === "ask" ? "flowEditor.toSomebody" : "flowEditor.nowhere",
                ),
              },
              ...(asQuestion ? [{ id: asOthers, label: t("flowEditor.asOthers") }] : []),
              ...draft.steps
                .filter(({ id }) => id !== step.id)
                .map((one) => ({ id: one.id, label: stepName(draft, one), detail: one.id })),
              ...stepKinds.map((kind) => ({
                id: `${fresh}${kind}`,
                label: t("flowEditor.newStep", { kind: t(`flowEditor.kinds.${kind}`) }),
              })),
            ]}
            onChange={(id) => {
              if (id.startsWith(fresh)) {
                const kind: FlowStepKind | undefined = stepKinds.find((one) => `${fresh}${one}` === id);
                if (kind !== undefined) addStep(kind, { step: step.id, key: exit.key }, known);
              } else if (id === asOthers) changeStep(step.id, (now) => inheriting(now, exit.counted));
              else connect(step.id, exit.key, id === none ? null : id);
            }}
          />
        );
      })}
    </fieldset>
  );
};

/** No step has such a name. */
const fresh = "+";
const asOthers = "=";

/** An option without a way of its own. */
const inheriting = (step: FlowStep, option: string): FlowStep =>
  step.do !== "ask" || step.answer.kind !== "choice"
    ? step
    : {
        ...step,
        answer: {
          ...step.answer,
          options: step.answer.options.map((one) => {
            const { next: _own, ...rest } = one;
            return one.id === option ? rest : one;
          }),
        },
      };
