// What can be sent into a chat beside words: choices, a small form, an article. A menu, and a sheet for each. Called by Composer.tsx.
import { useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import type { FormField, GivenPart } from "#contract/parts.ts";
import { Button, IconButton } from "#web/kit/Button.tsx";
import { Choose, Field, LongField, Toggle } from "#web/kit/Field.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { ActionMenu } from "#web/kit/Menu.tsx";
import { Sheet } from "#web/kit/Sheet.tsx";
import { SheetForm } from "#web/kit/SheetForm.tsx";
import type { Problem } from "#web/state/client.ts";
import { optionsIn, partKinds, type PartKind } from "#web/state/parts.ts";
import { setUi } from "#web/state/ui.ts";
import { t } from "#web/state/words.ts";
import "#web/screens/concerns/parts.css";

/** Sends a part; gives what was wrong, null: it is sent. */
type Send = (part: GivenPart) => Promise<Problem | null>;

const icons = { choices: "check", form: "note", article: "link" } as const;

/** The menu, where what is written goes by a channel that takes them, and the sheet that is open. */
export const InsertParts = ({
  hasMenu,
  isDisabled,
  open,
  setOpen,
  close,
  send,
}: {
  readonly hasMenu: boolean;
  readonly isDisabled: boolean;
  readonly open: PartKind | null;
  readonly setOpen: (kind: PartKind) => void;
  readonly close: () => void;
  readonly send: Send;
}) => (
  <>
    {hasMenu ? (
      <ActionMenu
        label={t("composer.parts.insert")}
        placement="top start"
        trigger={
          <AriaButton className="icon-button" aria-label={t("composer.parts.insert")} isDisabled={isDisabled}>
            <Icon name="plus" />
          </AriaButton>
        }
        entries={[
          ...partKinds.map((kind) => ({
            id: kind as string,
            label: t(`composer.parts.${kind}`),
            icon: icons[kind],
            run: () => setOpen(kind),
          })),
          {
            id: "flow",
            label: t("commands.sendFlow"),
            icon: "split" as const,
            run: () => setUi({ sendingFlow: true }),
          },
        ]}
      />
    ) : null}
    {open === null ? null : (
      <Sheet title={t(`composer.parts.${open}Title`)} isOpen onClose={close}>
        {open === "choices" ? (
          <ChoicesForm send={send} close={close} />
        ) : open === "form" ? (
          <FormForm send={send} close={close} />
        ) : (
          <ArticleForm send={send} close={close} />
        )}
      </Sheet>
    )}
  </>
);

interface Props {
  readonly send: Send;
  readonly close: () => void;
}

/** Sends and closes, or says what was wrong. */
const useSending = ({ send, close }: Props) => {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isSending, setSending] = useState(false);
  const go = async (part: GivenPart): Promise<void> => {
    setSending(true);
    const found = await send(part);
    setSending(false);
    setProblem(found);
    if (found === null) close();
  };
  return { problem, isSending, go };
};

const ChoicesForm = (props: Props) => {
  const [question, setQuestion] = useState("");
  const [options, setOptions] = useState("");
  const { problem, isSending, go } = useSending(props);
  const list = optionsIn(options);
  return (
    <SheetForm
      problem={problem}
      close={props.close}
      keepWords={t("composer.parts.send")}
      keepIcon="send"
      isDisabled={question.trim() === "" || list.length < 2 || isSending}
      keep={() => void go({ kind: "choices", question: question.trim(), options: [...list] })}
    >
      <Field label={t("composer.parts.question")} autoFocus maxLength={300} value={question} onChange={setQuestion} />
      <LongField
        label={t("composer.parts.options")}
        hint={t("composer.parts.optionsHint")}
        rows={5}
        value={options}
        onChange={setOptions}
      />
    </SheetForm>
  );
};

const freshField: FormField = { label: "", type: "text", required: true, options: [] };
const fieldTypes = ["text", "long", "email", "number", "date", "choice"] as const;

const FormForm = (props: Props) => {
  const [title, setTitle] = useState("");
  const [fields, setFields] = useState<readonly { readonly field: FormField; readonly options: string }[]>([
    { field: freshField, options: "" },
  ]);
  const { problem, isSending, go } = useSending(props);
  const made = fields.map(({ field, options }) => ({
    ...field,
    label: field.label.trim(),
    options: field.type === "choice" ? [...optionsIn(options)] : [],
  }));
  const isWhole = made.every(({ label, type, options }) => label !== "" && (type !== "choice" || options.length > 1));
  const set = (at: number, more: Partial<FormField>, options?: string): void =>
    setFields(
      fields.map((one, index) =>
        index === at ? { field: { ...one.field, ...more }, options: options ?? one.options } : one,
      ),
    );
  return (
    <SheetForm
      problem={problem}
      close={props.close}
      keepWords={t("composer.parts.send")}
      keepIcon="send"
      isDisabled={title.trim() === "" || !isWhole || isSending}
      keep={() => void go({ kind: "form", title: title.trim(), fields: made })}
    >
      <Field label={t("composer.parts.title")} autoFocus maxLength={200} value={title} onChange={setTitle} />
      {fields.map(({ field, options }, index) => (
        <fieldset key={index} className="part-field">
          <legend>{t("composer.parts.field", { count: index + 1 })}</legend>
          <Field
            label={t("composer.parts.label")}
            maxLength={100}
            value={field.label}
            onChange={(label) => set(index, { label })}
          />
          <Choose
            label={t("composer.parts.type")}
            value={field.type}
            choices={fieldTypes.map((type) => ({ id: type, label: t(`composer.parts.types.${type}`) }))}
            onChange={(type) => set(index, { type })}
          />
          {field.type === "choice" ? (
            <LongField
              label={t("composer.parts.options")}
              hint={t("composer.parts.optionsHint")}
              rows={3}
              value={options}
              onChange={(next) => set(index, {}, next)}
            />
          ) : null}
          <div className="part-field-foot">
            <Toggle
              label={t("composer.parts.required")}
              value={field.required}
              onChange={(required) => set(index, { required })}
            />
            {fields.length > 1 ? (
              <IconButton
                size="small"
                icon="trash"
                label={t("composer.parts.removeField", { count: index + 1 })}
                onPress={() => setFields(fields.filter((_, at) => at !== index))}
              />
            ) : null}
          </div>
        </fieldset>
      ))}
      {fields.length < 8 ? (
        <Button look="quiet" icon="plus" onPress={() => setFields([...fields, { field: freshField, options: "" }])}>
          {t("composer.parts.addField")}
        </Button>
      ) : null}
    </SheetForm>
  );
};

const ArticleForm = (props: Props) => {
  const [title, setTitle] = useState("");
  const [summary, setSummary] = useState("");
  const [url, setUrl] = useState("");
  const { problem, isSending, go } = useSending(props);
  const isHttps = URL.canParse(url.trim()) && new URL(url.trim()).protocol === "https:";
  return (
    <SheetForm
      problem={problem}
      close={props.close}
      keepWords={t("composer.parts.send")}
      keepIcon="send"
      isDisabled={title.trim() === "" || !isHttps || isSending}
      keep={() => void go({ kind: "article", title: title.trim(), summary: summary.trim(), url: url.trim() })}
    >
      <Field label={t("composer.parts.title")} autoFocus maxLength={200} value={title} onChange={setTitle} />
      <LongField label={t("composer.parts.summary")} rows={3} maxLength={500} value={summary} onChange={setSummary} />
      <Field
        label={t("composer.parts.url")}
        fault={url.trim() === "" || isHttps ? null : t("composer.parts.httpsOnly")}
        maxLength={2000}
        value={url}
        onChange={setUrl}
      />
    </SheetForm>
  );
};
