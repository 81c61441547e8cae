// Several of a few: a group of boxes to tick. Called by the admin forms.
import { Checkbox } from "react-aria-components";
import { Icon } from "#web/kit/Icon.tsx";
import "#web/kit/admin.css";

export const Checks = ({
  title,
  choices,
  chosen,
  onChange,
}: {
  readonly title: string;
  readonly choices: readonly { readonly id: string; readonly label: string }[];
  readonly chosen: readonly string[];
  readonly onChange: (ids: string[]) => void;
}) => (
  <fieldset className="checks-group">
    <legend className="checks-title">{title}</legend>
    <div className="checks">
      {choices.map((choice) => (
        // oxlint-disable-next-line typescript/no-deprecated -- its successor is two parts, and ours is one line with one label
        <Checkbox
          key={choice.id}
          className="check"
          isSelected={chosen.includes(choice.id)}
          onChange={(on) => onChange(on ? [...chosen, choice.id] : chosen.filter((id) => id !== choice.id))}
        >
          <span className="check-box">
            <Icon name="check" size="small" />
          </span>
          {choice.label}
        </Checkbox>
      ))}
    </div>
  </fieldset>
);
