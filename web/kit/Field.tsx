// Fields of forms: a label above, a hint or a fault below. Called by every form.
import {
  Button,
  FieldError,
  Input,
  Label,
  ListBox,
  Popover,
  Select,
  SelectValue,
  Switch,
  Text,
  TextArea,
  TextField,
} from "react-aria-components";
import type { KeyboardEvent } from "react";
import { ChoiceItem } from "#web/kit/ChoiceItem.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import "#web/kit/field.css";

interface FieldProps {
  readonly label: string;
  readonly hint?: string | undefined;
  /** What is wrong with it, in words. */
  readonly fault?: string | null | undefined;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly name?: string;
  readonly isRequired?: boolean;
  readonly autoFocus?: boolean;
}

/** One line of text. */
export const Field = ({
  label,
  hint,
  fault,
  type = "text",
  placeholder,
  autoComplete,
  maxLength,
  onEnter,
  ...rest
}: FieldProps & {
  readonly type?: "text" | "email" | "password" | "number" | "date" | "time";
  readonly placeholder?: string;
  readonly autoComplete?: string;
  readonly maxLength?: number;
  /** Enter does this instead of sending the form. */
  readonly onEnter?: () => void;
}) => (
  <TextField
    className="field"
    type={type}
    {...(onEnter
      ? {
          onKeyDown: (event: KeyboardEvent) => {
            if (event.key !== "Enter") return;
            event.preventDefault();
            onEnter();
          },
        }
      : {})}
    isInvalid={Boolean(fault)}
    {...(autoComplete ? { autoComplete } : {})}
    {...(maxLength ? { maxLength } : {})}
    {...rest}
  >
    <Label className="field-label">{label}</Label>
    <Input className="field-input" {...(placeholder ? { placeholder } : {})} />
    {hint ? (
      <Text slot="description" className="field-hint">
        {hint}
      </Text>
    ) : null}
    {fault ? <FieldError className="field-fault">{fault}</FieldError> : null}
  </TextField>
);

/** Several lines of text. */
export const LongField = ({
  label,
  hint,
  fault,
  rows = 4,
  maxLength,
  mono,
  ...rest
}: FieldProps & { readonly rows?: number; readonly maxLength?: number; readonly mono?: boolean }) => (
  <TextField className="field" isInvalid={Boolean(fault)} {...(maxLength ? { maxLength } : {})} {...rest}>
    <Label className="field-label">{label}</Label>
    <TextArea className="field-input" rows={rows} data-mono={mono || undefined} />
    {hint ? (
      <Text slot="description" className="field-hint">
        {hint}
      </Text>
    ) : null}
    {fault ? <FieldError className="field-fault">{fault}</FieldError> : null}
  </TextField>
);

/** One of a few. */
export const Choose = <T extends string>({
  label,
  hint,
  value,
  choices,
  onChange,
  quiet = false,
  focus = false,
  onClose,
}: {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly value: T;
  readonly choices: readonly {
    readonly id: T;
    readonly label: string;
    readonly detail?: string;
    readonly disabled?: boolean;
  }[];
  readonly onChange: (value: T) => void;
  readonly quiet?: boolean;
  readonly focus?: boolean;
  /** The list is closed, with or without a choice. */
  readonly onClose?: () => void;
}) => (
  <Select
    className="field"
    onOpenChange={(isOpen) => {
      if (!isOpen) onClose?.();
    }}
    autoFocus={focus}
    {...(quiet ? { "aria-label": label } : {})}
    value={value}
    disabledKeys={choices.filter((choice) => choice.disabled).map((choice) => choice.id)}
    onChange={(key) => {
      const picked = choices.find((choice) => choice.id === key);
      if (picked) onChange(picked.id);
    }}
  >
    {quiet ? null : <Label className="field-label">{label}</Label>}
    <Button className="field-input field-select">
      <SelectValue>{({ selectedText }) => selectedText}</SelectValue>
      <Icon name="down" size="small" />
    </Button>
    {hint ? (
      <Text slot="description" className="field-hint">
        {hint}
      </Text>
    ) : null}
    <Popover className="popover">
      <ListBox className="menu">
        {choices.map((choice) => (
          <ChoiceItem key={choice.id} choice={choice} />
        ))}
      </ListBox>
    </Popover>
  </Select>
);

/** On or off. */
export const Toggle = ({
  label,
  hint,
  value,
  onChange,
}: {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly value: boolean;
  readonly onChange: (value: boolean) => void;
}) => (
  // oxlint-disable-next-line typescript/no-deprecated -- its successor is two parts, and ours is one line with one label
  <Switch className="toggle" isSelected={value} onChange={onChange}>
    <span className="toggle-track">
      <span className="toggle-knob" />
    </span>
    <span className="toggle-words">
      {label}
      {hint ? <span className="field-hint">{hint}</span> : null}
    </span>
  </Switch>
);
