// Fields of the forms of a flow: what is typed counts once it holds; texts in two languages with what they will look like. Called by the forms beside it.
import { useRef, useState } from "react";
import type { FocusEvent, ReactNode } from "react";
import { flowMedia, flowMost, type FlowLanguage, type FlowMedium, type FlowText } from "#contract/flows.ts";
import { Button, IconButton } from "#web/kit/Button.tsx";
import { Choose, Field, LongField } from "#web/kit/Field.tsx";
import { preview } from "#web/screens/flows/preview.ts";
import { useEditing } from "#web/screens/flows/useEditing.ts";
import { noText, valuesOf } from "#web/state/flowSteps.ts";
import { t } from "#web/state/words.ts";

/** A line that counts while it holds; what does not hold stays to be mended, with what is wrong. */
export const Line = ({
  label,
  hint,
  value,
  holds,
  fault,
  onChange,
  onLeave,
  maxLength,
  rows,
}: {
  readonly label: string;
  readonly hint?: string | undefined;
  /** Several lines high. */
  readonly rows?: number;
  readonly value: string;
  readonly holds: (typed: string) => boolean;
  readonly fault: string;
  readonly onChange: (value: string) => void;
  /** Takes what was typed only when the field is left. */
  readonly onLeave?: boolean;
  readonly maxLength?: number;
}) => {
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typed ?? value;
  const isWrong = typed !== null && !holds(typed.trim());
  const take = (text: string): void => {
    if (text !== value && holds(text)) onChange(text);
  };
  const field = {
    label,
    hint,
    value: shown,
    fault: isWrong ? fault : null,
    ...(maxLength === undefined ? {} : { maxLength }),
    onChange: (text: string) => {
      setTyped(text);
      if (!onLeave) take(text.trim());
    },
  };
  return (
    <div
      onBlur={() => {
        if (isWrong || typed === null) return;
        take(typed.trim());
        setTyped(null);
      }}
    >
      {rows === undefined ? (
        <Field
          {...field}
          onEnter={() => {
            if (isWrong || typed === null) return;
            take(typed.trim());
            setTyped(null);
          }}
        />
      ) : (
        <LongField {...field} rows={rows} />
      )}
    </div>
  );
};

/** A number within limits; empty (null) where that may be. */
export const Amount = ({
  label,
  hint,
  value,
  least,
  most,
  isWhole = true,
  isOptional = false,
  onChange,
}: {
  readonly label: string;
  readonly hint?: string;
  readonly value: number | null;
  readonly least: number;
  readonly most: number;
  readonly isWhole?: boolean;
  readonly isOptional?: boolean;
  /** Null only where it may be left empty. */
  readonly onChange: (value: number | null) => void;
}) => {
  const numberIn = (text: string): number | null | undefined => {
    if (text === "") return isOptional ? null : undefined;
    const found = Number(text.replace(",", "."));
    return Number.isFinite(found) && (!isWhole || Number.isInteger(found)) && found >= least && found <= most
      ? found
      : undefined;
  };
  return (
    <Line
      label={label}
      hint={hint}
      value={value === null ? "" : String(value)}
      holds={(text) => numberIn(text) !== undefined}
      fault={t(isWhole ? "routingSetup.noCount" : "flowEditor.noNumber", { least, most })}
      onChange={(text) => {
        const found = numberIn(text);
        if (found !== undefined) onChange(found);
      }}
    />
  );
};

/** A value's name. */
export const ValueField = ({
  label,
  hint,
  value,
  onChange,
}: {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly onChange: (name: string) => void;
}) => (
  <Line
    label={label}
    hint={hint ?? t("flowEditor.intoHint")}
    value={value}
    holds={(text) => /^[a-z][a-zA-Z0-9]{0,39}$/u.test(text)}
    fault={t("flowEditor.noValueName")}
    maxLength={40}
    onLeave
    onChange={onChange}
  />
);

/** Words with commas between them. */
export const WordsField = ({
  label,
  hint,
  words,
  most,
  least = 0,
  onChange,
}: {
  readonly label: string;
  readonly hint?: string;
  readonly words: readonly string[];
  readonly most: number;
  readonly least?: number;
  readonly onChange: (words: string[]) => void;
}) => {
  const parts = (text: string): string[] => [
    ...new Set(
      text
        .split(",")
        .map((word) => word.trim())
        .filter((word) => word !== ""),
    ),
  ];
  return (
    <Line
      label={label}
      hint={hint}
      value={words.join(", ")}
      holds={(text) => {
        const found = parts(text);
        return found.length >= least && found.length <= most && found.every((word) => word.length <= 60);
      }}
      fault={t("flowEditor.noWords", { least, most })}
      rows={words.join(", ").length > 40 ? 3 : 1}
      onLeave
      onChange={(text) => onChange(parts(text))}
    />
  );
};

/** A text in the flow's languages, side by side; other words for some media; the values it may name; how it would be said. */
export const TextFields = ({
  label,
  hint,
  text,
  onChange,
  isLine = false,
  most = flowMost.text,
}: {
  readonly label: string;
  readonly hint?: string;
  readonly text: FlowText;
  readonly onChange: (text: FlowText, about: string) => void;
  /** A label: one line, the same in every medium unless somebody says otherwise. */
  readonly isLine?: boolean;
  readonly most?: number;
}) => {
  const { draft } = useEditing();
  const languages = draft.languages;
  const names = valuesOf(draft);
  const place = useRef<HTMLFieldSetElement>(null);
  const last = useRef<{ readonly field: HTMLInputElement | HTMLTextAreaElement; readonly at: string } | null>(null);
  const media = flowMedia.filter((medium) => text.by?.[medium] !== undefined);
  const open = flowMedia.filter((medium) => text.by?.[medium] === undefined);
  const setPart = (medium: FlowMedium | null, language: FlowLanguage, words: string): void =>
    onChange(
      medium === null
        ? { ...text, [language]: words }
        : { ...text, by: { ...text.by, [medium]: { ...(text.by?.[medium] ?? noText), [language]: words } } },
      `${label}.${medium ?? ""}.${language}`,
    );
  const remember = (focus: FocusEvent<HTMLElement>): void => {
    const at = focus.target.closest<HTMLElement>("[data-at]")?.dataset["at"];
    if (at !== undefined && (focus.target instanceof HTMLTextAreaElement || focus.target instanceof HTMLInputElement))
      last.current = { field: focus.target, at };
  };
  /** Puts a value where the caret stood last. */
  const insert = (name: string): void => {
    const field = last.current?.field ?? place.current?.querySelector<HTMLTextAreaElement>("textarea, input") ?? null;
    const at = last.current?.at ?? `.${languages[0] ?? "de"}`;
    const [medium = "", language = "de"] = at.split(".");
    const was = field?.value ?? "";
    const [from, to] = [field?.selectionStart ?? was.length, field?.selectionEnd ?? was.length];
    setPart(
      flowMedia.find((one) => one === medium) ?? null,
      language === "en" ? "en" : "de",
      `${was.slice(0, from)}{${name}}${was.slice(to)}`,
    );
    field?.focus();
  };
  const pair = (medium: FlowMedium | null) => (
    <div className="flow-text-pair" data-single={languages.length === 1 || undefined}>
      {languages.map((language) => (
        <div key={language} data-at={`${medium ?? ""}.${language}`}>
          <TextField
            label={`${medium === null ? label : t(`flowEditor.media.${medium}`)} (${t(`languages.${language}`)})`}
            isLine={isLine}
            most={most}
            language={language}
            words={(medium === null ? text : (text.by?.[medium] ?? noText))[language]}
            other={(medium === null ? text : (text.by?.[medium] ?? noText))[language === "de" ? "en" : "de"]}
            onChange={(words) => setPart(medium, language, words)}
          />
        </div>
      ))}
    </div>
  );
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- which field inside was used last is noticed on its way up
    <fieldset ref={place} className="flow-text" aria-label={label} onFocus={remember}>
      {pair(null)}
      {media.map((medium) => (
        <div key={medium} className="flow-text-by">
          {pair(medium)}
          <IconButton
            size="small"
            icon="close"
            label={t("flowEditor.withoutMedium", { medium: t(`flowEditor.media.${medium}`), label })}
            onPress={() => {
              const by = Object.fromEntries(Object.entries(text.by ?? {}).filter(([one]) => one !== medium));
              const { de, en } = text;
              onChange({ de, en, ...(Object.keys(by).length === 0 ? {} : { by }) }, `${label}.by`);
            }}
          />
        </div>
      ))}
      <div className="flow-text-foot">
        {hint === undefined ? null : <span className="field-hint">{hint}</span>}
        {isLine
          ? null
          : names.map((name) => (
              <button
                key={name}
                type="button"
                className="flow-value"
                aria-label={t("flowEditor.insertValue", { name, label })}
                onClick={() => insert(name)}
              >
                {`{${name}}`}
              </button>
            ))}
        {open.length === 0 || isLine ? null : (
          <Choose
            quiet
            label={t("flowEditor.otherWordsFor", { label })}
            value={none}
            choices={[
              { id: none, label: t("flowEditor.otherWords") },
              ...open.map((id) => ({ id: id as string, label: t(`flowEditor.media.${id}`) })),
            ]}
            onChange={(id) => {
              const medium = flowMedia.find((one) => one === id);
              if (medium !== undefined)
                onChange({ ...text, by: { ...text.by, [medium]: { de: text.de, en: text.en } } }, `${label}.by`);
            }}
          />
        )}
      </div>
    </fieldset>
  );
};

/** The choice of nothing. */
export const none = "none";

const TextField = ({
  label,
  isLine,
  most,
  language,
  words,
  other,
  onChange,
}: {
  readonly label: string;
  readonly isLine: boolean;
  readonly most: number;
  readonly language: FlowLanguage;
  readonly words: string;
  readonly other: string;
  readonly onChange: (words: string) => void;
}) => {
  const said = preview(words, language);
  const fault = said.fault === null ? null : t("flowEditor.badMessage", { fault: said.fault });
  const hint =
    words.trim() === "" && other.trim() !== ""
      ? t("flowEditor.missingHere")
      : said.words === words
        ? undefined
        : t("flowEditor.saidAs", { words: said.words });
  return isLine ? (
    <Field label={label} value={words} hint={hint} fault={fault} maxLength={most} onChange={onChange} />
  ) : (
    <LongField label={label} value={words} hint={hint} fault={fault} rows={3} maxLength={most} onChange={onChange} />
  );
};

/** Entries of a list in a form: each with its fields and the way to take it out; one is added at the end. */
export const Several = <T,>({
  title,
  items,
  item,
  least = 0,
  most,
  add,
  removeLabel,
  moveLabel,
  onAdd,
  onChange,
}: {
  readonly title: string;
  readonly items: readonly T[];
  readonly item: (item: T, index: number, change: (item: T) => void) => ReactNode;
  readonly least?: number;
  readonly most: number;
  readonly add: string;
  readonly removeLabel: (place: number) => string;
  /** They have an order. */
  readonly moveLabel?: (place: number) => string;
  readonly onAdd: () => void;
  readonly onChange: (items: T[]) => void;
}) => (
  <fieldset className="flow-several">
    <legend className="checks-title">{title}</legend>
    {items.map((one, index) => (
      <div key={index} className="flow-item">
        <div className="flow-item-fields">{item(one, index, (next) => onChange(items.with(index, next)))}</div>
        <div className="flow-item-buttons">
          {moveLabel === undefined ? null : (
            <IconButton
              size="small"
              icon="up"
              label={moveLabel(index + 1)}
              isDisabled={index === 0}
              onPress={() => {
                const before = items[index - 1];
                if (before !== undefined) onChange(items.with(index - 1, one).with(index, before));
              }}
            />
          )}
          <IconButton
            size="small"
            icon="trash"
            label={removeLabel(index + 1)}
            isDisabled={items.length <= least}
            onPress={() => onChange(items.toSpliced(index, 1))}
          />
        </div>
      </div>
    ))}
    {items.length >= most ? null : (
      <div>
        <Button icon="plus" onPress={onAdd}>
          {add}
        </Button>
      </div>
    )}
  </fieldset>
);
