// A text that becomes a field when pressed: Enter keeps, Escape does not. Called by the customer's panel.
import { useState } from "react";
import { Icon } from "#web/kit/Icon.tsx";
import type { IconName } from "#web/kit/Icon.tsx";

export const EditableText = ({
  label,
  value,
  placeholder,
  hint,
  icon,
  keep,
}: {
  readonly label: string;
  readonly value: string;
  readonly placeholder?: string;
  /** Stands in the open field. */
  readonly hint?: string;
  readonly icon?: IconName;
  readonly keep: (value: string) => void;
}) => {
  const [typed, setTyped] = useState<string | null>(null);
  const done = (): void => {
    const next = typed?.trim() ?? "";
    setTyped(null);
    if (next !== value) keep(next);
  };
  const shown = value === "" ? (placeholder ?? "") : value;
  if (typed === null)
    return (
      <button
        type="button"
        className="editable"
        data-empty={value === "" || undefined}
        aria-label={shown === label ? label : `${label}: ${shown}`}
        onClick={() => setTyped(value)}
      >
        {icon ? <Icon name={icon} size="small" /> : null}
        {shown}
      </button>
    );
  return (
    <input
      className="editable-field"
      aria-label={label}
      placeholder={hint}
      value={typed}
      autoFocus
      onChange={(typing) => setTyped(typing.target.value)}
      onBlur={done}
      onKeyDown={(press) => {
        if (press.key === "Enter") done();
        if (press.key === "Escape") {
          press.stopPropagation();
          setTyped(null);
        }
      }}
    />
  );
};
