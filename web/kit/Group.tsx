// A group of a form with a title. Called by the forms of rules.
import type { ReactNode } from "react";

export const Group = ({
  title,
  hint,
  children,
}: {
  readonly title: string;
  readonly hint?: string;
  readonly children: ReactNode;
}) => (
  <fieldset className="fieldset form-group">
    <legend>{title}</legend>
    {hint === undefined ? null : <p className="field-hint">{hint}</p>}
    {children}
  </fieldset>
);
