// The form of a question: its words, what it wants, how often it is asked. Called by StepForm.
import { flowMost, type AnswerKind, type FlowStep } from "#contract/flows.ts";
import { Button } from "#web/kit/Button.tsx";
import { Choose, Toggle } from "#web/kit/Field.tsx";
import { Amount, Several, TextFields, ValueField, WordsField } from "#web/screens/flows/Fields.tsx";
import type { ChangeStep } from "#web/screens/flows/StepForm.tsx";
import { useEditing } from "#web/screens/flows/useEditing.ts";
import { freshName, newAnswer, noText } from "#web/state/flowSteps.ts";
import { t } from "#web/state/words.ts";

type Ask = Extract<FlowStep, { do: "ask" }>;
type Choice = Extract<AnswerKind, { kind: "choice" }>;

const answerKinds = [
  "choice",
  "yesNo",
  "text",
  "number",
  "date",
  "file",
] as const satisfies readonly AnswerKind["kind"][];
const forms = ["any", "email", "phone", "digits", "postcode"] as const;

export const AskFields = ({ step, change }: { readonly step: Ask; readonly change: ChangeStep<Ask> }) => {
  const { draft } = useEditing();
  return (
    <>
      <TextFields
        label={t("flowEditor.question")}
        text={step.text}
        onChange={(text, about) => change((now) => ({ ...now, text }), about)}
      />
      <Choose
        label={t("flowEditor.wants")}
        value={step.answer.kind}
        choices={answerKinds.map((id) => ({ id, label: t(`flowEditor.answers.${id}`) }))}
        onChange={(kind) => change((now) => ({ ...now, answer: newAnswer(kind) }))}
      />
      <Limits step={step} change={change} />
      <ValueField
        label={t("flowEditor.into")}
        value={step.into}
        onChange={(into) => change((now) => ({ ...now, into }))}
      />
      <div className="pair">
        <Amount
          label={t("flowEditor.tries")}
          hint={t("flowEditor.triesHint")}
          value={step.tries}
          least={1}
          most={10}
          onChange={(tries) => change((now) => ({ ...now, tries: tries ?? now.tries }), "tries")}
        />
        <div className="flow-toggles">
          <Toggle
            label={t("flowEditor.optional")}
            value={step.optional}
            onChange={(optional) => change((now) => ({ ...now, optional }))}
          />
          <Toggle
            label={t("flowEditor.secret")}
            hint={t("flowEditor.secretHint")}
            value={step.secret ?? false}
            onChange={(secret) => change(({ secret: _was, ...now }) => (secret ? { ...now, secret } : now))}
          />
        </div>
      </div>
      {step.sorry === undefined ? (
        <div>
          <Button icon="plus" onPress={() => change((now) => ({ ...now, sorry: noText }))}>
            {t("flowEditor.addSorry")}
          </Button>
        </div>
      ) : (
        <>
          <TextFields
            label={t("flowEditor.sorry")}
            text={step.sorry}
            onChange={(sorry, about) => change((now) => ({ ...now, sorry }), about)}
          />
          <div>
            <Button look="quiet" icon="close" onPress={() => change(({ sorry: _was, ...now }) => now)}>
              {t("flowEditor.withoutSorry")}
            </Button>
          </div>
        </>
      )}
      {draft.steps.length > 0 && step.answer.kind === "choice" && step.answer.options.length > 9 ? (
        <p className="field-hint">{t("flowEditor.manyOptions")}</p>
      ) : null}
    </>
  );
};

const Limits = ({ step, change }: { readonly step: Ask; readonly change: ChangeStep<Ask> }) => {
  const { answer } = step;
  /** Changes limits of the kind that stands; another kind has come meanwhile: nothing. */
  const limit = <K extends AnswerKind["kind"]>(
    kind: K,
    part: Partial<Extract<AnswerKind, { kind: K }>>,
    about?: string,
  ) =>
    change(
      (now) => (now.answer.kind === kind ? { ...now, answer: { ...now.answer, ...part } as AnswerKind } : now),
      about,
    );
  switch (answer.kind) {
    case "choice":
      return <Options answer={answer} set={(options, about) => limit("choice", { options }, about)} />;
    case "yesNo":
      return null;
    case "number":
      return (
        <div className="pair">
          <Amount
            label={t("flowEditor.least")}
            value={answer.min}
            least={-1e12}
            most={1e12}
            isWhole={false}
            isOptional
            onChange={(min) => limit("number", { min }, "min")}
          />
          <Amount
            label={t("flowEditor.most")}
            value={answer.max}
            least={-1e12}
            most={1e12}
            isWhole={false}
            isOptional
            onChange={(max) => limit("number", { max }, "max")}
          />
          <Amount
            label={t("flowEditor.decimals")}
            value={answer.decimals}
            least={0}
            most={6}
            onChange={(decimals) => limit("number", { decimals: decimals ?? 0 }, "decimals")}
          />
        </div>
      );
    case "text":
      return (
        <>
          <Choose
            label={t("flowEditor.form")}
            value={answer.form}
            choices={forms.map((id) => ({ id, label: t(`flowEditor.forms.${id}`) }))}
            onChange={(form) => limit("text", { form })}
          />
          <div className="pair">
            <Amount
              label={t("flowEditor.minLength")}
              value={answer.minLength}
              least={1}
              most={answer.maxLength}
              onChange={(minLength) => limit("text", { minLength: minLength ?? 1 }, "minLength")}
            />
            <Amount
              label={t("flowEditor.maxLength")}
              value={answer.maxLength}
              least={answer.minLength}
              most={1_000}
              onChange={(maxLength) => limit("text", { maxLength: maxLength ?? 1_000 }, "maxLength")}
            />
          </div>
        </>
      );
    case "date":
      return (
        <div className="pair">
          <Amount
            label={t("flowEditor.fromDays")}
            hint={t("flowEditor.daysHint")}
            value={answer.fromDays}
            least={-40_000}
            most={40_000}
            isOptional
            onChange={(fromDays) => limit("date", { fromDays }, "fromDays")}
          />
          <Amount
            label={t("flowEditor.toDays")}
            value={answer.toDays}
            least={-40_000}
            most={40_000}
            isOptional
            onChange={(toDays) => limit("date", { toDays }, "toDays")}
          />
        </div>
      );
    case "file":
      return (
        <Amount
          label={t("flowEditor.mostFiles")}
          value={answer.most}
          least={1}
          most={10}
          onChange={(most) => limit("file", { most: most ?? 1 }, "most")}
        />
      );
  }
};

const Options = ({
  answer,
  set,
}: {
  readonly answer: Choice;
  readonly set: (options: Choice["options"], about?: string) => void;
}) => {
  const { draft } = useEditing();
  return (
    <Several
      title={t("flowEditor.options")}
      items={answer.options}
      least={2}
      most={flowMost.options}
      add={t("flowEditor.addOption")}
      removeLabel={(place) => t("flowEditor.removeOption", { place })}
      moveLabel={(place) => t("flowEditor.optionUp", { place })}
      onAdd={() => {
        const id = freshName("option", new Set(["option", ...answer.options.map((option) => option.id)]));
        set([...answer.options, { id, label: noText, next: null }]);
      }}
      onChange={(options) => set(options)}
      item={(option, index) => {
        const put = (part: Partial<typeof option>, about?: string): void =>
          set(answer.options.with(index, { ...option, ...part }), about);
        return (
          <>
            <TextFields
              label={t("flowEditor.option", { place: index + 1 })}
              text={option.label}
              isLine
              most={flowMost.label}
              onChange={(label, about) => put({ label }, about)}
            />
            <details className="flow-more">
              <summary>{t("flowEditor.optionMore")}</summary>
              <div className="flow-form">
                {draft.languages.map((language) => (
                  <WordsField
                    key={language}
                    label={t("flowEditor.otherWordsIn", { language: t(`languages.${language}`) })}
                    hint={t("flowEditor.otherWordsHint")}
                    words={option.words?.[language] ?? []}
                    most={20}
                    onChange={(words) => put({ words: { ...(option.words ?? { de: [], en: [] }), [language]: words } })}
                  />
                ))}
                <ValueField
                  label={t("flowEditor.keptAs")}
                  hint={t("flowEditor.keptAsHint")}
                  value={option.id}
                  onChange={(id) => {
                    if (!answer.options.some((one) => one.id === id)) put({ id });
                  }}
                />
              </div>
            </details>
          </>
        );
      }}
    />
  );
};
