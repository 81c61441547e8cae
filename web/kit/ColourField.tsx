// A colour: typed as "#" and six digits, or chosen. Called by forms.
import { useId } from "react";
import { isColour, noColour } from "#lib/colours.ts";
import { t } from "#web/state/words.ts";
import "#web/kit/colour.css";

export const ColourField = ({
  label,
  hint,
  fault,
  value,
  onChange,
}: {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly fault?: string | null | undefined;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) => {
  const id = useId();
  const told = [hint ? `${id}-hint` : "", fault ? `${id}-fault` : ""].filter((part) => part !== "").join(" ");
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {label}
      </label>
      <div className="colour">
        <input
          type="color"
          aria-label={t("kit.chooseColour", { name: label })}
          value={isColour(value) ? value.toLowerCase() : noColour}
          data-empty={value === "" || undefined}
          onChange={({ target }) => onChange(target.value)}
        />
        <input
          id={id}
          className="field-input"
          data-mono
          data-invalid={Boolean(fault) || undefined}
          aria-invalid={Boolean(fault) || undefined}
          aria-describedby={told || undefined}
          spellCheck={false}
          maxLength={7}
          value={value}
          onChange={({ target }) => onChange(target.value.trim())}
        />
      </div>
      {hint ? (
        <span id={`${id}-hint`} className="field-hint">
          {hint}
        </span>
      ) : null}
      {fault ? (
        <span id={`${id}-fault`} className="field-fault">
          {fault}
        </span>
      ) : null}
    </div>
  );
};
